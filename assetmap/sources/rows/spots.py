"""Which places do the rows of a table give themselves, and can they be believed?

The reference system and the order of the axes are what puts the rows where they should lie; what is no pair of numbers,
or lies at 0, 0, is no place.
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
from assetmap.sources.files.position import CrsGuess, crs_title, guess_crs, near_box
from assetmap.sources.rows.columns import Columns
from assetmap.sources.rows.coordinates import Pairs, one_column, two_columns
from assetmap.sources.rows.texts import Texts
from assetmap.sources.rows.words import shortened
from assetmap.sources.source import Context

Array = NDArray[np.float64]

FAR_DEGREES = 3.0
"""A row this far from the middle of the others is looked at for swapped axes."""
FAR_M = 50_000.0
"""Farther than this from where the rows should lie, a row is reported."""
_EPSG = re.compile(r"(?<!\d)(25832|25833|25835|3857|4326|3879)(?!\d)")
_ZONE = re.compile(r"(?:utm|sone|zone)[^0-9]{0,3}(3[235])(?!\d)", re.IGNORECASE)


@dataclass(eq=False)
class Own:
    """The rows' own places, in row order (WGS84).

    Attributes:
        shapes: Geometry, or None where a row gives none that can be used.
        wrong: Position of a row whose place cannot be used, and why.
        mapping: How the coordinates were read: what a saved mapping keeps.
    """

    shapes: NDArray[np.object_]
    wrong: dict[int, Message] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)


def given_places(given: Sequence[shapely.Geometry | None]) -> Own:
    """The places that a file brings as geometry (WGS84); an empty one is none, and one at 0, 0 is wrong."""
    shapes = np.array([None if g is None or g.is_empty else g for g in given], dtype=object)
    wrong: dict[int, Message] = {}
    for at, shape in enumerate(shapes):
        if shape is not None and shape.geom_type == "Point" and shape.x == 0 and shape.y == 0:
            shapes[at], wrong[at] = None, _null_island()
    return Own(shapes, wrong)


def own_places(texts: Texts, columns: Columns, context: Context, mapping: Mapping[str, Any], addressed: bool) -> Own:
    """The places that rows give by coordinates in their columns.

    Args:
        texts: What may be shown. context: Where rows should lie, to tell reference systems apart.
        mapping: A saved mapping; its `crs`, `swapped` and `decimal` win over guesses.
        addressed: Whether rows have street addresses, so that coordinates which fit nowhere can be done without.

    Raises:
        CRSError: The coordinates fit no reference system. InputError: The mapping names one that does not exist.
    """
    own = Own(np.full(len(texts), None, dtype=object))
    pairs, heads = _pairs(texts, columns, mapping)
    if pairs is None:
        return own
    null = (pairs.x == 0) & (pairs.y == 0)
    own.wrong |= {int(at): M("its coordinates are not a pair of numbers") for at in np.flatnonzero(pairs.bad)}
    own.wrong |= {int(at): _null_island() for at in np.flatnonzero(null)}
    x, y = np.where(null, np.nan, pairs.x), np.where(null, np.nan, pairs.y)
    if not np.isfinite(x).any():
        return own
    near = _near(context)
    try:
        guess = _system(x, y, pairs, heads, near, mapping, own)
    except CRSError as fault:
        if mapping.get("columns") or not addressed:
            raise
        return Own(own.shapes, issues=[Issue("crs-unknown", fault.message, field=", ".join(heads))])
    own.mapping = {"crs": guess.epsg, "swapped": guess.swapped, "decimal": dict.fromkeys(heads, pairs.decimal)}
    lon, lat = _straightened(guess, x, y, near, texts.rows, own)
    good = np.isfinite(lon) & np.isfinite(lat)
    outside = M("its coordinates are outside the reference system of the others")
    own.wrong |= {int(at): outside for at in np.flatnonzero(np.isfinite(x) & ~good)}
    own.shapes[good] = shapely.points(lon[good], lat[good])
    _report_far(lon, lat, near, texts.rows, own)
    return own


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
    mapping: Mapping[str, Any], own: Own,
) -> CrsGuess:  # fmt: skip
    """The reference system: the mapping's, the one that values or headers name, or the best guess."""
    if mapping.get("crs") is not None:
        return _mapped(mapping)
    guess = guess_crs(x, y, near)
    named = pairs.epsg or _named(heads)
    if named and guess.epsg != named:
        guess = next((g for g in guess.alternatives if g.epsg == named), guess)
    elif named:
        guess = CrsGuess(guess.epsg, guess.swapped, guess.score, (), M("The coordinates were read as {system}, as the "
                         "column says.", system=crs_title(guess.epsg)))  # fmt: skip
    own.notes.append(guess.message)
    if guess.alternatives:
        own.issues.append(Issue("crs-ambiguous", guess.message, field=", ".join(map(shortened, heads))))
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
    guess: CrsGuess, x: Array, y: Array, near: shapely.Geometry | None, rows: Sequence[str], own: Own
) -> tuple[Array, Array]:
    """Positions in degrees; single rows whose axes are swapped against the others' are turned round."""
    lon, lat = guess.lonlat(x, y)
    lon2, lat2 = CrsGuess(guess.epsg, not guess.swapped, 0.0, (), guess.message).lonlat(x, y)
    if not np.isfinite(lon).any():
        return lon, lat
    turned = ~_expected(lon, lat, near, lon, lat) & _expected(lon2, lat2, near, lon, lat)
    if turned.any():
        count = int(turned.sum())
        own.notes.append(Mn("North and east are swapped in one row; it was turned round.",
                               "North and east are swapped in {n} rows; they were turned round.", count))  # fmt: skip
        text = M("North and east are swapped; they were turned round.")
        own.issues += [Issue("axes-swapped", text, rows[int(at)], "geometry") for at in np.flatnonzero(turned)]
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
    own: Own,
) -> None:
    if near is None:
        return
    inside = _expected(lon, lat, near, lon, lat)
    far = np.isfinite(lon) & ~inside
    if not inside.any():
        return
    km = round(FAR_M / 1000)
    text = M("The row lies more than {km} km from the place we work on. Is its position right?", km=km)
    own.issues += [Issue("far-away", text, rows[int(at)], "geometry") for at in np.flatnonzero(far)]


def _null_island() -> Message:
    return M("its coordinates are 0, 0, which is in the sea off Africa")
