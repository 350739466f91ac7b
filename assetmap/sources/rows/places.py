"""Where is each row of a table?

By its own coordinates where they can be believed, else by its street address among the known ones, else not yet: then
it is kept without a place. A row at somebody's home is placed by area, whatever else it says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from assetmap.messages import M, Message, Mn
from assetmap.model.issues import Issue
from assetmap.sources.rows.addresses import Address, AddressBook, parse_address
from assetmap.sources.rows.columns import Columns
from assetmap.sources.rows.spots import given_places, own_places
from assetmap.sources.rows.texts import Texts
from assetmap.sources.rows.words import shortened
from assetmap.sources.source import Context

_OWN_PLACE = frozenset({"institutions", "places"})
"""Kinds whose coordinates are a facility's own, also where post goes to somebody's home."""


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
    addresses = _addresses(texts, columns)
    addressed = any(a.street for a in addresses)
    read = own_places(texts, columns, context, mapping, addressed) if given is None else given_places(given)
    places = Places([None] * len(texts), ["none"] * len(texts), addresses)
    places.issues, places.notes, places.mapping = [*read.issues], [*read.notes], read.mapping
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


def counted_places(places: Places, kept: Collection[int]) -> list[Message]:
    """How many of the rows that were kept lie at an address, and how many nowhere yet."""
    precision = [places.precision[at] for at in kept]
    notes = []
    if count := precision.count("address"):
        notes.append(Mn("One row was placed by its street address among the known ones.",
                        "{n} rows were placed by their street addresses among the known ones.", count))  # fmt: skip
    if count := precision.count("none"):
        notes.append(Mn("One row has no place yet.", "{n} rows have no place yet.", count))
    return notes


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
