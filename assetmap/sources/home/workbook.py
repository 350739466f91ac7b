"""What does a workbook say that went out to be edited, whatever its editors did to it?

Rows may be sorted, filtered, added and deleted, columns moved, renamed and added, hidden ones lost. A row is known by
its id alone, a column by its title. What a cell says that cannot be understood is no change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import shapely

from assetmap.errors import FormatError, InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Record
from assetmap.model.fields import FIELDS, title
from assetmap.model.issues import Issue
from assetmap.model.round_trip import (
    BEFORE,
    FACTS,
    ID_COLUMN,
    LATITUDE,
    LISTS,
    LONGITUDE,
    MOST_ROWS,
    VERSION_COLUMN,
    Returned,
    Row,
    tidy,
)
from assetmap.sources.files.content import check_size
from assetmap.sources.files.workbook import Cell, Cells, read_cells
from assetmap.sources.home.headings import Headings, headings
from assetmap.sources.home.values import Understood, understood
from assetmap.sources.rows.words import shortened

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK"
_PLACE = (LATITUDE, LONGITUDE)
_OURS = (ID_COLUMN, VERSION_COLUMN, *_PLACE)
_LISTED = 20


def read_workbook(path: Path | str, limited: bool = True) -> Returned:
    """A workbook (.xlsx or .xlsm) that `exports.workbook` wrote and people edited.

    Args:
        limited: Whether the limits for what strangers send hold.

    Raises:
        FileMissing: There is no such file.
        FormatError: It is cut off, locked with a password, no workbook, unsafe, or too large.
        InputError: No sheet of it has our columns, or it does not say any more which row is which asset.
    """
    path = Path(path)
    check_size(path, limited)
    _demand_open(path)
    sheets = read_cells(path, limited)
    facts = _facts(_named(sheets, FACTS))
    before = _before(_named(sheets, BEFORE))
    sheet, found, others = _table(sheets, facts, path.name)
    if ID_COLUMN not in found.columns and not before:
        raise InputError(
            M("{file} does not say any more which row is which asset: its hidden columns and sheets are gone. Read it "
              "as an ordinary list, or take the assets out again and copy the changes over.", file=path.name)
        )  # fmt: skip
    records = {key: record for key, (_, record) in (before or {}).items()}
    rows = _rows(sheet, found, records, path.name)
    columns = tuple(key for key in found.columns if key not in _OURS)
    placed = all(key in found.columns for key in _PLACE)
    return Returned(
        path.name, rows, (*columns, "geometry") if placed else columns, tuple(found.unknown.values()),
        ID_COLUMN in found.columns, True,
        (*_issues(sheet, found, rows, before is not None), *_unread(sheet, others)),
        _said(facts, "store"), _said(facts, "exported_at"),
        None if before is None else {key: version for key, (version, _) in before.items()},
        records,
    )  # fmt: skip


def _demand_open(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(100)
    if head.startswith(_OLD_EXCEL):
        raise FormatError(
            M("{file} is an old Excel file (.xls) or is locked with a password. Open it in Excel and save it as "
              ".xlsx without a password.", file=path.name)
        )  # fmt: skip
    if not head.startswith(_ZIP) or b"opendocument" in head:
        raise FormatError(
            M("{file} is no Excel workbook by its content. Expected the workbook that was taken out, saved as .xlsx: a "
              "CSV or OpenDocument file does not say which row is which asset.", file=path.name)
        )  # fmt: skip


def _named(sheets: list[Cells], name: str) -> Cells | None:
    return next((sheet for sheet in sheets if sheet.name == name), None)


def _facts(sheet: Cells | None) -> dict[str, Any]:
    """What the hidden sheet says of the whole file; empty where it is gone."""
    cells = sheet.cells if sheet else {}
    found = {
        cell.text: cells[row, 2].text for (row, column), cell in cells.items() if column == 1 and (row, 2) in cells
    }
    try:
        titles = json.loads(found.get("titles", "{}"))
    except (ValueError, RecursionError):
        titles = {}
    return {**found, "titles": titles if isinstance(titles, dict) else {}}


def _said(facts: Mapping[str, Any], key: str) -> str:
    return str(facts.get(key, ""))[:200]


def _before(sheet: Cells | None) -> dict[str, tuple[int | None, Record]] | None:
    """Each asset's version and fields as they were taken out; None where the hidden sheet is gone or spoilt."""
    if sheet is None:
        return None
    columns = {cell.text: column for (row, column), cell in sheet.cells.items() if row == 1}
    if ID_COLUMN not in columns:
        return None
    fields = [key for key in columns if key in FIELDS]
    out = {}
    for row in sorted({row for row, column in sheet.cells if column == columns[ID_COLUMN] and row > 1}):
        cells = {key: sheet.cells.get((row, column)) for key, column in columns.items()}
        record: Record = {key: _as_it_was(key, cells[key]) for key in fields}
        if all(key in columns for key in _PLACE):
            record["geometry"] = _place(cells)[0]
        out[_id(cells) or ""] = (_version(cells.get(VERSION_COLUMN)), record)
    return out


def _as_it_was(key: str, cell: Cell | None) -> Any:
    """A value as it was taken out, also one that nobody could type: sources have dates such as “about 1900”."""
    if FIELDS[key].sort == "number":
        return understood(key, cell).value
    return (tidy(cell.text) or None) if cell else None


def _table(sheets: list[Cells], facts: Mapping[str, Any], file: str) -> tuple[Cells, Headings, list[Cells]]:
    """The sheet with most of our columns, visible ones first; and the other visible ones that have such columns."""
    found = [(s, h) for s in sheets if s.name not in (FACTS, BEFORE, LISTS) and (h := headings(s, facts["titles"]))]
    if not found:
        raise InputError(
            M("{file} has no sheet with the columns of a workbook that was taken out here: a row of titles such as "
              "“{name}” and “{category}” was expected.", file=file, name=title("name"), category=title("category"))
        )  # fmt: skip
    best = max(found, key=lambda pair: (not pair[0].hidden, len(pair[1].columns)))
    return *best, [sheet for sheet, _ in found if not sheet.hidden and sheet is not best[0]]


def _rows(sheet: Cells, found: Headings, before: Mapping[str, Record], file: str) -> tuple[Row, ...]:
    lines = sorted({row for row, _ in sheet.cells if row > found.row})
    if len(lines) > MOST_ROWS:
        raise FormatError(M("Sheet “{sheet}” of {file} has {rows} rows; at most {most} are read.", sheet=sheet.name,
                            file=file, rows=len(lines), most=MOST_ROWS))  # fmt: skip
    read = (_row(sheet, found, before, line) for line in lines)
    return tuple(row for row in read if row is not None)


def _row(sheet: Cells, found: Headings, before: Mapping[str, Record], line: int) -> Row | None:
    """One row; None where nothing stands in it but what is hidden: people empty rows to delete them."""
    cells = {key: sheet.cells.get((line, column)) for key, column in found.columns.items()}
    spoken = [key for key, cell in cells.items() if key in FIELDS or key in _PLACE if cell and cell.text.strip()]
    if not any(key in _PLACE or FIELDS[key].editable for key in spoken):
        return None
    number = _id(cells)
    was = before.get(number or "", {})
    values: Record = {}
    faults: dict[str, Message] = {}
    numeric = set()
    for key in (key for key in found.columns if key not in _OURS):
        meant = _unless_as_it_was(key, cells[key], was.get(key))
        if meant.fault is not None:
            faults[key] = meant.fault
        else:
            values[key] = meant.value
        if meant.numeric:
            numeric.add(key)
    if all(key in found.columns for key in _PLACE):
        point, fault = _place(cells)
        values, faults = (
            (values | {"geometry": point}, faults) if fault is None else (values, faults | {"geometry": fault})
        )
    return Row(line, number, _version(cells.get(VERSION_COLUMN)), values, faults, frozenset(numeric))


def _unless_as_it_was(key: str, cell: Cell | None, was: Any) -> Understood:
    """What a cell says; where it shows just what went out, that is what it says, however a person would write it."""
    meant = understood(key, cell)
    if cell is None or not isinstance(was, str) or meant.value == was:
        return meant
    first = understood(key, Cell(was, was))
    untouched = tidy(cell.text) == tidy(was) or (first.fault is None and meant.value == first.value is not None)
    return Understood(was) if untouched and not cell.trouble else meant


def _place(cells: Mapping[str, Cell | None]) -> tuple[shapely.Point | None, Message | None]:
    """The point of a row, None where both cells are empty; or what is wrong with them."""
    north, east = (understood(key, cells[key]) for key in _PLACE)
    for key, part in zip(_PLACE, (north, east), strict=True):
        if part.fault is not None:
            return None, M("{field} {fault}", field=title(key), fault=part.fault)
    if (north.value is None) is not (east.value is None):
        return None, M("has only one of latitude and longitude; both or none are expected")
    return (None if north.value is None else shapely.Point(east.value, north.value)), None


def _id(cells: Mapping[str, Cell | None]) -> str | None:
    cell = cells.get(ID_COLUMN)
    if cell is not None and cell.trouble:
        return "?"  # somebody merged or calculated it: no asset has that id, so the row is handed back
    return (tidy(cell.text) or None) if cell else None


def _version(cell: Cell | None) -> int | None:
    text = cell.text.strip() if cell else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _issues(sheet: Cells, found: Headings, rows: tuple[Row, ...], complete: bool) -> list[Issue]:
    issues = [
        Issue("cell-not-understood", M("{field} {fault}. The field stays as it was.", field=title(key), fault=fault),
              f"row {row.line}", key)
        for row in rows for key, fault in row.faults.items()
    ]  # fmt: skip
    filled = {column for row, column in sheet.cells if row > found.row}
    unknown = [text for column, text in found.unknown.items() if column in filled]
    if unknown:
        told = Mn("One column is not known here and was not read: {columns}.",
                  "{n} columns are not known here and were not read: {columns}.", len(unknown),
                  columns=[shortened(text) for text in unknown[:_LISTED]])  # fmt: skip
        issues.append(Issue("column-unknown", told))
    for text in found.twice:
        issues.append(Issue("column-twice", M("There are two columns “{title}”; only the first was read.",
                                              title=shortened(text))))  # fmt: skip
    if len({key in found.columns for key in _PLACE}) == 2:
        issues.append(Issue("column-missing", M("Only one of the columns of latitude and longitude is left, so places "
                                                "were not read.")))  # fmt: skip
    if not complete:
        issues.append(Issue("before-missing", M("The hidden sheets are gone, so it cannot be told which rows were "
                                                "deleted.")))  # fmt: skip
    return issues


def _unread(sheet: Cells, others: list[Cells]) -> list[Issue]:
    return [
        Issue("sheet-unread", M("Sheet “{other}” looks like “{sheet}” and was not read. Move what is meant to be "
                                "changed to “{sheet}”.", other=other.name, sheet=sheet.name))
        for other in others
    ]  # fmt: skip
