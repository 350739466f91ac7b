"""Where is each row of a table?

By its own coordinates where they can be believed, else by its street address among the known ones, else not yet: then
it is kept without a place. A row at somebody's home is placed by area, whatever else it says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from assetmap.errors import CRSError, InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.issues import Issue
from assetmap.sources.addresses import Address, AddressBook, parse_address
from assetmap.sources.columns import Columns
from assetmap.sources.coordinates import Pairs, one_column, two_columns
from assetmap.sources.position import CrsGuess, crs_title, guess_crs, near_box
from assetmap.sources.source import Context
from assetmap.sources.texts import Texts
from assetmap.sources.words import shortened

Array = NDArray[np.float64]

FAR_DEGREES = 3.0
"""A row this far from the middle of the others is looked at for swapped axes."""
FAR_M = 50_000.0
"""Farther than this from where the rows should lie, a row is reported."""
_OWN_PLACE = frozenset({"institutions", "places"})
"""Kinds whose coordinates are a facility's own, also where post goes to somebody's home."""
_EPSG = re.compile(r"(?<!\d)(25832|25833|25835|3857|4326|3879)(?!\d)")
_ZONE = re.compile(r"(?:utm|sone|zone)[^0-9]{0,3}(3[235])(?!\d)", re.IGNORECASE)


@dataclass
class Places:
    """Where the rows are, in row order (WGS84).

    Attributes:
        shapes: Geometry or None. precision: A value of the schema's `location_precision`.
        addresses: The parts of each row's address.
        reasons: Position of a row whose place is wrong, and why it is handed back.
        mapping: How the coordinates were read: what a saved mapping keeps.
    """

    shapes: list[shapely.Geometry | None]
    precision: list[str]
    addresses: list[Address]
    reasons: dict[int, Message] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Read:
    """Own places of rows: shapes, and why a row that gives coordinates has none."""

    shapes: NDArray[np.object_]
    wrong: dict[int, Message]


def place_rows(
    texts: Texts, columns: Columns, context: Context, mapping: Mapping[str, Any], kinds: Sequence[str | None],
    homes: frozenset[int], given: Sequence[shapely.Geometry | None] | None = None,
) -> Places:  # fmt: skip
    """Place every row.

    Args:
        texts: What may be shown. kinds: Kind of each row's category, or None.
        homes: Positions of rows that name somebody ("c/o").
        given: Geometry (WGS84) of each row, where the file has such; then no column is read as coordinates.

    Raises:
        CRSError: The coordinates fit no reference system. InputError: The mapping names one that does not exist.
    """
    places = Places([None] * len(texts), ["none"] * len(texts), _addresses(texts, columns))
    read = _given_shapes(given) if given is not None else _own_places(texts, columns, context, mapping, places)
    book = AddressBook(context.addresses) if context.addresses is not None and len(context.addresses) else None
    for at, address in enumerate(places.addresses):
        row = texts.rows[at]
        own = read.shapes[at]
        if at in homes and not (own is not None and kinds[at] in _OWN_PLACE):
            _by_area(places, at, row, address, book)
        elif own is not None:
            places.shapes[at], places.precision[at] = own, "exact"
        else:
            _by_address(places, at, row, book, read.wrong.get(at), private=at in homes)
    _count_addresses(places)
    return places


def _by_area(places: Places, at: int, row: str, address: Address, book: AddressBook | None) -> None:
    area = book.area(address.postcode) if book and address.postcode else None
    if area is not None:
        places.shapes[at], places.precision[at] = area, "area"
    text = M(
        "The address is somebody's home. The row was placed in the middle of its postcode's area, not at that door."
    )
    if area is None:
        text = M("The address is somebody's home. The row is kept without a place until somebody adds where it meets.")
    places.issues.append(Issue("home-address", text, row, "address"))


def _by_address(
    places: Places, at: int, row: str, book: AddressBook | None, wrong: Message | None, private: bool
) -> None:
    address = places.addresses[at]
    if private:
        why = M("the address is somebody's home")
    elif not (address.street or address.number):
        why = M("it has no street address")
    elif book is None:
        why = M("there are no known addresses to find its own among")
    else:
        placed = book.place(address)
        if placed.point is not None:
            places.shapes[at], places.precision[at] = placed.point, "address"
            if wrong is not None:
                text = M("{wrong}; the row was placed by its address instead.", wrong=wrong)
                places.issues.append(Issue("placed-by-address", text, row, "address"))
            if placed.street:
                text = M("The street “{written}” was taken as “{known}”.", written=shortened(address.street),
                         known=placed.street)  # fmt: skip
                places.issues.append(Issue("street-spelling", text, row, "address", address.street))
            return
        why = placed.reason or M("its address is not known")
    if wrong is not None:
        places.reasons[at] = M("{wrong}, and {why}", wrong=wrong, why=why)
    else:
        text = M("The row has no coordinates, and {why}. It is kept as “no place yet”.", why=why)
        places.issues.append(Issue("no-position", text, row, "geometry"))


def _count_addresses(places: Places) -> None:
    if count := places.precision.count("address"):
        places.notes.append(
            Mn("One row was placed by its street address among the known ones.",
               "{n} rows were placed by their street addresses among the known ones.", count)
        )  # fmt: skip
    if count := places.precision.count("none") - len(places.reasons):
        places.notes.append(Mn("One row has no place yet.", "{n} rows have no place yet.", count))


def _addresses(texts: Texts, columns: Columns) -> list[Address]:
    def values(role: str) -> list[str]:
        header = columns.one(role)
        return texts[header] if header else [""] * len(texts)

    parts = {role: values(role) for role in ("address", "street", "number", "letter", "postcode", "city")}
    return [
        parse_address(street or address, _padded(postcode), city, f"{number}{letter}" if number else "")
        for address, street, number, letter, postcode, city in zip(*parts.values(), strict=True)
    ]


def _padded(postcode: str) -> str:
    """Excel drops the zero of 0150: three digits are four in Norway and Denmark."""
    digits = postcode.strip()
    return digits.zfill(4) if digits.isdigit() and len(digits) == 3 else digits


def _given_shapes(given: Sequence[shapely.Geometry | None]) -> _Read:
    shapes = np.array([None if g is None or g.is_empty else g for g in given], dtype=object)
    wrong = {}
    for at, shape in enumerate(shapes):
        if shape is not None and shape.geom_type == "Point" and shape.x == 0 and shape.y == 0:
            shapes[at], wrong[at] = None, _null_island()
    return _Read(shapes, wrong)


def _own_places(texts: Texts, columns: Columns, context: Context, mapping: Mapping[str, Any], places: Places) -> _Read:
    pairs, heads = _pairs(texts, columns, mapping)
    nowhere = np.full(len(texts), None, dtype=object)
    if pairs is None:
        return _Read(nowhere, {})
    wrong = {int(at): M("its coordinates are not a pair of numbers") for at in np.flatnonzero(pairs.bad)}
    null = (pairs.x == 0) & (pairs.y == 0)
    wrong |= {int(at): _null_island() for at in np.flatnonzero(null)}
    x, y = np.where(null, np.nan, pairs.x), np.where(null, np.nan, pairs.y)
    if not np.isfinite(x).any():
        return _Read(nowhere, wrong)
    near = _near(context)
    try:
        guess = _system(x, y, pairs, heads, near, mapping, places)
    except CRSError as fault:
        if mapping.get("columns") or not any(a.street for a in places.addresses):
            raise
        places.issues.append(Issue("crs-unknown", fault.message, field=", ".join(heads)))
        return _Read(nowhere, {})
    places.mapping |= {"crs": guess.epsg, "swapped": guess.swapped, "decimal": dict.fromkeys(heads, pairs.decimal)}
    lon, lat = _straightened(guess, x, y, near, texts.rows, places)
    lost = np.isfinite(x) & ~(np.isfinite(lon) & np.isfinite(lat))
    wrong |= {
        int(at): M("its coordinates are outside the reference system of the others") for at in np.flatnonzero(lost)
    }
    good = np.isfinite(lon) & np.isfinite(lat)
    nowhere[good] = shapely.points(lon[good], lat[good])
    _report_far(lon, lat, near, texts.rows, places)
    return _Read(nowhere, wrong)


def _near(context: Context) -> shapely.Geometry | None:
    """Where rows should lie: the known place, else where the known addresses are."""
    if context.near is None and context.addresses is not None and len(context.addresses):
        return shapely.box(*context.addresses.total_bounds)
    return context.near


def _pairs(texts: Texts, columns: Columns, mapping: Mapping[str, Any]) -> tuple[Pairs | None, list[str]]:
    """The coordinates of the first pair of columns that holds any."""
    signs = mapping.get("decimal") or {}
    if not isinstance(signs, Mapping) or any(s not in (",", ".") for s in signs.values()):
        raise InputError(M("The mapping cannot be used: “decimal” must be an object from header to “,” or “.”."))
    for east, north, small in (("lon", "lat", True), ("x", "y", False)):
        heads = [h for h in (columns.one(east), columns.one(north)) if h]
        if len(heads) == 2 and any(texts[heads[0]]):
            return two_columns(texts[heads[0]], texts[heads[1]], signs.get(heads[0]), small), heads
    if head := columns.one("point"):
        return one_column(texts[head], signs.get(head)), [head]
    return None, []


def _system(
    x: Array, y: Array, pairs: Pairs, heads: list[str], near: shapely.Geometry | None,
    mapping: Mapping[str, Any], places: Places,
) -> CrsGuess:  # fmt: skip
    """The reference system: the mapping's, the one that values or headers name, or the best guess."""
    if mapping.get("crs") is not None:
        return _mapped(mapping)
    guess = guess_crs(x, y, near)
    named = pairs.epsg or _named(heads)
    if named and guess.epsg != named:
        own = next((g for g in guess.alternatives if g.epsg == named), None)
        guess = own or guess
    elif named:
        guess = CrsGuess(guess.epsg, guess.swapped, guess.score, (), M("The coordinates were read as {system}, as the "
                         "column says.", system=crs_title(guess.epsg)))  # fmt: skip
    places.notes.append(guess.message)
    if guess.alternatives:
        places.issues.append(Issue("crs-ambiguous", guess.message, field=", ".join(map(shortened, heads))))
    return guess


def _mapped(mapping: Mapping[str, Any]) -> CrsGuess:
    epsg = mapping["crs"]
    if isinstance(epsg, str):
        epsg = int(epsg.rpartition(":")[2]) if epsg.rpartition(":")[2].isdigit() else epsg
    guess = CrsGuess(epsg, bool(mapping.get("swapped", False)), 1.0, (), M("The mapping says the reference system."))
    try:
        guess.lonlat(np.zeros(1), np.zeros(1))
    except Exception as fault:  # pyproj has several kinds of its own; all mean the same here
        raise InputError(
            M("The mapping gives the reference system “{crs}”, which does not exist. Expected a number such as 25832 "
              "(UTM 32), 25833, 25835 or 4326 (longitude, latitude).", crs=str(mapping["crs"]))
        ) from fault  # fmt: skip
    return guess


def _named(heads: Sequence[str]) -> int | None:
    """The EPSG code that the headers name, also as "UTM32"."""
    for head in heads:
        if found := _EPSG.search(head):
            return int(found[1])
        if zone := _ZONE.search(head):
            return 25800 + int(zone[1])
    return None


def _straightened(
    guess: CrsGuess, x: Array, y: Array, near: shapely.Geometry | None, rows: Sequence[str], places: Places
) -> tuple[Array, Array]:
    """Positions in degrees; single rows whose axes are swapped against the others' are turned round."""
    lon, lat = guess.lonlat(x, y)
    lon2, lat2 = CrsGuess(guess.epsg, not guess.swapped, 0.0, (), guess.message).lonlat(x, y)
    if not np.isfinite(lon).any():
        return lon, lat
    turned = ~_expected(lon, lat, near, lon, lat) & _expected(lon2, lat2, near, lon, lat)
    if turned.any():
        count = int(turned.sum())
        places.notes.append(Mn("North and east are swapped in one row; it was turned round.",
                               "North and east are swapped in {n} rows; they were turned round.", count))  # fmt: skip
        text = M("North and east are swapped; they were turned round.")
        places.issues += [Issue("axes-swapped", text, rows[int(at)], "geometry") for at in np.flatnonzero(turned)]
    return np.where(turned, lon2, lon), np.where(turned, lat2, lat)


def _expected(
    lon: Array, lat: Array, near: shapely.Geometry | None, all_lon: Array, all_lat: Array
) -> NDArray[np.bool_]:
    """Whether positions lie where rows should: about the known place, else about the middle of all."""
    if near is not None:
        west, south, east, north = near_box(near, FAR_M)
    else:
        x, y = float(np.nanmedian(all_lon)), float(np.nanmedian(all_lat))
        west, south, east, north = x - FAR_DEGREES, y - FAR_DEGREES, x + FAR_DEGREES, y + FAR_DEGREES
    with np.errstate(invalid="ignore"):
        return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _report_far(
    lon: Array,
    lat: Array,
    near: shapely.Geometry | None,
    rows: Sequence[str],
    places: Places,
) -> None:
    if near is None:
        return
    inside = _expected(lon, lat, near, lon, lat)
    far = np.isfinite(lon) & ~inside
    if not inside.any():
        return
    km = round(FAR_M / 1000)
    text = M("The row lies more than {km} km from the place we work on. Is its position right?", km=km)
    places.issues += [Issue("far-away", text, rows[int(at)], "geometry") for at in np.flatnonzero(far)]


def _null_island() -> Message:
    return M("its coordinates are 0, 0, which is in the sea off Africa")
