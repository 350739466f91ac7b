"""What did a file say that went out to be edited and came home?

Nothing is judged here yet: these are the rows as they stand in the file, each cell either understood or with the
sentence that says why not. What they mean for the store is `upkeep.homecoming`'s question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely

from assetmap.messages import Message
from assetmap.model.change import Record
from assetmap.model.issues import Issue


@dataclass(frozen=True, eq=False)
class Row:
    """One row that came home.

    Attributes:
        line: Its number in the file, as a spreadsheet shows it or as the feature's place in its layer.
        id: What stands in its column of ids; None where nothing does.
        version: The version that it says it was; None where it says none.
        values: Field to value, for the columns that the file has and the cells that were understood. None is an
            emptied cell. `geometry` is a shapely geometry in WGS84.
        faults: Field to what is wrong with its cell. Such a field is not in `values`.
        numeric: Text fields whose cell held a number, so that zeros at its start may have been lost.
    """

    line: int
    id: str | None = None
    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, Message] = field(default_factory=dict)
    numeric: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What the row calls itself; may be empty."""
        value = self.values.get("name")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, eq=False)
class Returned:
    """A file that came home.

    Attributes:
        file: Its bare name.
        rows: In the order of the file, without empty ones.
        columns: The fields that it has; one that is missing says nothing.
        unknown: Titles of columns that are no field of ours; they were not read.
        has_ids: Whether it still has a column of ids.
        sheet: Whether the values went through cells: a place is a point then, also that of an area.
        issues: What was imperfect about the whole file or about a row.
        store: Id of the store from which it was taken out; empty where the file does not say.
        exported_at: When, UTC, ISO; empty where the file does not say.
        taken: Each asset that was taken out, with its version (None: not known); None where the file does not say
            which they were, so that what is missing cannot be told.
        before: Each asset's fields as they were taken out, as far as the file still has them.
    """

    file: str
    rows: tuple[Row, ...] = ()
    columns: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    has_ids: bool = True
    sheet: bool = True
    issues: tuple[Issue, ...] = ()
    store: str = ""
    exported_at: str = ""
    taken: Mapping[str, int | None] | None = None
    before: Mapping[str, Record] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)


ID_COLUMN, VERSION_COLUMN = "id", "version"
LATITUDE, LONGITUDE = "latitude", "longitude"
SHEET = (
    "name", "category", "kind", "description", "address", LATITUDE, LONGITUDE, "website", "opening_hours", "wheelchair",
    "access", "operator", "capacity", "audience", "review", "location_precision", "valid_from", "valid_to", "confirmed",
    "near", "source", "retrieved",
)  # fmt: skip
"""The columns of a workbook that goes out to be edited, after the hidden id and version."""
FACTS, BEFORE, LISTS = "_assetmap", "_before", "_lists"
"""Its hidden sheets: where it comes from, every value as it was taken out, and the words to choose from."""
TAKEN = "assetmap_taken_out"
"""The table of a GeoPackage that says which assets were taken out, of which store, and when."""
MOST_ROWS = 200_000
"""So many rows go out in one file, as so many are read from one."""
_UNWRITTEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DECIMALS = 7  # of a degree: one centimetre


def tidy(text: str) -> str:
    """A text without characters that nobody can write, without blanks around it, with one sort of line end, and with
    each letter in one piece: some programs write å as a and a ring."""
    whole = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _UNWRITTEN.sub("", whole).strip()


def cell_place(geometry: shapely.Geometry | None) -> tuple[float, float] | None:
    """Longitude and latitude as cells show them: of a point itself, of any other shape a point inside it."""
    if geometry is None or geometry.is_empty:
        return None
    point = geometry if geometry.geom_type == "Point" else shapely.point_on_surface(shapely.force_2d(geometry))
    return round(float(point.x), _DECIMALS), round(float(point.y), _DECIMALS)
