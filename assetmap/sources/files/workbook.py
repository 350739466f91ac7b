"""What stands in the cells of an Excel file, as people see them there?

Everything becomes text as it is shown: a postcode formatted `0000` keeps its zero, a date is a date. Formulas are not
calculated: a cell without a stored result is listed. Macros are never run, and a file that would unpack to far more
than it should is refused before anything in it is read.
"""

from __future__ import annotations

import contextlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from assetmap.errors import FormatError
from assetmap.messages import M, Message
from assetmap.sources.files.grid import Grid

MEMBERS, UNPACKED, RATIO = 2_000, 400_000_000, 200
"""A workbook with more parts, more bytes or a higher ratio than this is refused where limits hold."""
_SMALL = 5_000_000
ROWS, COLUMNS = 200_000, 500
_CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PADDED = re.compile(r"^0{2,}$")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, TypeError, IndexError,
           AttributeError, ParseError, NotImplementedError, RuntimeError)  # fmt: skip
"""What openpyxl and zipfile raise at damaged parts."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its cells as text, whether it is hidden, and the cells whose formula has no stored result."""

    name: str
    grid: Grid
    hidden: bool = False
    unknown: tuple[str, ...] = field(default=())


def read_workbook(path: Path, limited: bool = True) -> list[Sheet]:
    """Every sheet of an .xlsx or .xlsm file that holds anything.

    Raises:
        FormatError: It is cut off, no workbook, or unsafe.
    """
    with _opened(path, limited) as (book, asked):
        sheets = [_sheet(s, asked[s.title] if asked else None, path.name) for s in book.worksheets]
    return [s for s in sheets if s.grid]


@dataclass(frozen=True)
class Cell:
    """One cell: its text as people see it, and its value as the file holds it (text, number, truth, date or time).

    `trouble` is "formula" where there is one without a stored result, "error" where it says #REF! or the like, and
    "merged" where another cell covers it.
    """

    text: str = ""
    value: Any = None
    trouble: str = ""


@dataclass(frozen=True)
class Cells:
    """The cells of one sheet by row and column, both from 1; empty ones are not there."""

    name: str
    cells: dict[tuple[int, int], Cell]
    hidden: bool = False


def read_cells(path: Path, limited: bool = True) -> list[Cells]:
    """Every sheet with its cells one by one, where it matters what they hold and not only what they show.

    Raises:
        FormatError: It is cut off, no workbook, or unsafe.
    """
    with _opened(path, limited) as (book, asked):
        return [_cells(s, asked[s.title] if asked else None) for s in book.worksheets]


@contextlib.contextmanager
def _opened(path: Path, limited: bool) -> Iterator[tuple[Any, Any]]:
    """The workbook with the results of its formulas, and with the formulas where there are any, else None."""
    import openpyxl

    try:
        formulas = _inspect(path, limited)
        book = openpyxl.load_workbook(path, data_only=True, keep_links=False)
        try:
            yield book, openpyxl.load_workbook(path, data_only=False, keep_links=False) if formulas else None
        finally:
            book.close()
    except FormatError:
        raise
    except _DAMAGE as fault:
        raise FormatError(_damaged(path.name, fault)) from fault


def _cells(sheet: Any, asked: Any) -> Cells:
    found = {}
    for at, cell in sheet._cells.items():
        if cell.value is not None:
            value = _letters(cell.value) if isinstance(cell.value, str) else cell.value
            text = value if isinstance(value, str) else _shown(cell)
            found[at] = Cell("" if cell.data_type == "e" else text, value, "error" if cell.data_type == "e" else "")
    if asked is not None:
        lost = [at for at, cell in asked._cells.items() if cell.data_type == "f" and at not in found]
        found |= dict.fromkeys(lost, Cell(trouble="formula"))
    rows = {row for row, _ in found}
    for merged in sheet.merged_cells.ranges:
        columns = range(merged.min_col, min(merged.max_col, COLUMNS) + 1)
        for row in rows & set(range(merged.min_row, min(merged.max_row, ROWS) + 1)):
            found |= {(row, c): Cell(trouble="merged") for c in columns if (row, c) != (merged.min_row, merged.min_col)}
    return Cells(sheet.title, found, sheet.sheet_state != "visible")


def _letters(text: str) -> str:
    """The text with the letters that Excel writes as codes, such as `_x000D_`."""
    return _CODED.sub(lambda code: chr(int(code[1], 16)), text)


def _inspect(path: Path, limited: bool) -> bool:
    """Refuse bombs and entities; tell whether any sheet has formulas."""
    formulas = False
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if not any(p.filename == "[Content_Types].xml" for p in parts) or not any(
            "workbook" in p.filename for p in parts
        ):
            raise FormatError(
                M("{file} is a zip, but no Excel workbook. Save the table as .xlsx or as CSV.", file=path.name)
            )
        big = any(p.file_size > max(_SMALL, RATIO * max(p.compress_size, 1)) for p in parts)
        if big or (limited and (len(parts) > MEMBERS or sum(p.file_size for p in parts) > UNPACKED)):
            raise FormatError(
                M("{file} would unpack to {mb} MB, far more than a table of assets holds. It was not opened. Copy the "
                  "rows into a new workbook, or save them as CSV.", file=path.name,
                  mb=round(sum(p.file_size for p in parts) / 1e6))
            )  # fmt: skip
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as opened:
                    head = opened.read(2_000)
                if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                    raise FormatError(M("{file} holds XML with entities, which is not accepted.", file=path.name))
            if part.filename.startswith("xl/worksheets/") and not formulas:
                content = archive.read(part)
                formulas = b"<f>" in content or b"<f " in content
    return formulas


def _sheet(sheet: Any, asked: Any, file: str) -> Sheet:
    """The cells of one sheet. Only cells that exist are visited: one stray cell far away costs nothing."""
    cells = {at: cell for at, cell in sheet._cells.items() if cell.value is not None}
    texts = {at: text for at, cell in cells.items() if (text := _shown(cell))}
    for merged in sheet.merged_cells.ranges:  # a value written once for several rows holds for each of them
        top = texts.get((merged.min_row, merged.min_col), "")
        if top and merged.max_row > merged.min_row and merged.max_row - merged.min_row < ROWS:
            texts |= {(row, merged.min_col): top for row in range(merged.min_row + 1, merged.max_row + 1)}
    unknown: list[str] = []
    if asked is not None:
        unknown = [cell.coordinate for at, cell in asked._cells.items() if cell.data_type == "f" and at not in cells]
    last = max((row for row, _ in texts), default=0)
    if last > ROWS:
        raise FormatError(M("Sheet “{sheet}” of {file} has {rows} rows; at most {most} are read.", sheet=sheet.title,
                            file=file, rows=last, most=ROWS))  # fmt: skip
    width = max((column for _, column in texts if column <= COLUMNS), default=0)
    grid = [[""] * width for _ in range(last)]
    for (row, column), text in texts.items():
        if column <= width:
            grid[row - 1][column - 1] = text
    return Sheet(sheet.title, grid, sheet.sheet_state != "visible", tuple(unknown))


def _shown(cell: Any) -> str:
    """A cell's value as its number format shows it; an error such as #REF! is nothing."""
    value = cell.value
    if cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, int | float):
        whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
        text = str(int(value)) if whole else repr(value)
        return text.zfill(len(cell.number_format)) if whole and _PADDED.match(cell.number_format or "") else text
    return str(value)


def _damaged(file: str, fault: Exception) -> Message:
    if isinstance(fault, zipfile.BadZipFile | EOFError | zlib.error):
        return M("{file} is cut off or damaged, and cannot be opened as an Excel workbook. Send it again.", file=file)
    return M("{file} cannot be read as an Excel workbook ({fault}). Open it in Excel and save it again as .xlsx, or as "
             "CSV.", file=file, fault=type(fault).__name__)  # fmt: skip
