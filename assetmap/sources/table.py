"""How do the lists come in that offices and clubs keep as CSV or Excel?

Whatever the separator, decimal sign, encoding, language or layout: the file is parted into cells, the header is found,
and the rows go the way of all rows (`rows.py`). What was guessed is said, and kept in the mapping for next time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from assetmap.errors import FileMissing, FormatError, InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.harvest import Harvest
from assetmap.model.issues import Issue
from assetmap.model.provenance import Provenance
from assetmap.settings import settings
from assetmap.sources.files.delimited import read_cells
from assetmap.sources.files.encoding import decode
from assetmap.sources.files.exported_table import exported_harvest
from assetmap.sources.files.grid import Framed, Grid, header_at, known_headers, to_frame
from assetmap.sources.files.workbook import Sheet, read_workbook
from assetmap.sources.protected import without_protected
from assetmap.sources.rows.harvest import rows_to_harvest
from assetmap.sources.rows.words import shortened
from assetmap.sources.source import Context, Source

_BOOKS = (".xlsx", ".xlsm")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_OTHERS = (
    (b"%pdf", "PDF"), (b"<!doctype html", "HTML"), (b"<html", "HTML"), (b"<table", "HTML"), (b"<?xml", "XML"),
    (b'{"', "JSON"), (b"{\n", "JSON"), (b"[{", "JSON"), (b"\x89png", "PNG"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Opened:
    """The cells of a file, and how they were got at."""

    grid: Grid
    understood: dict[str, Any]
    hints: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    notes: list[Message] = field(default_factory=list)


def read(path: Path, context: Context) -> Harvest:
    """The harvest of a CSV, TSV, text or Excel file.

    Args:
        path: The file; its ending says what it should be.
        context: Where rows should lie, known addresses, a saved mapping. Of the mapping, `encoding`, `separator` and
            `sheet` are used here, the rest in `rows_to_harvest`.

    Raises:
        FileMissing: There is no such file.
        FormatError: The file is empty, cut off, or not what its ending says.
        InputError: It is too big, has no header, or the mapping does not fit it.
        CRSError: Its coordinates fit no reference system.
    """
    path = Path(path)
    context.progress(M("Reading {file}", file=path.name), None)
    raw = _bytes(path, context.limited)
    mapping = context.mapping if isinstance(context.mapping, Mapping) else {}
    opened = _open_book(path, mapping, context.limited) if _is_book(path, raw) else _open_text(path, raw, mapping)
    framed = to_frame(opened.grid, path.name, _wanted(mapping))
    torn, withheld = without_protected(framed.torn)
    framed = replace(framed, torn=torn)
    provenance = Provenance(
        source=f"table:{path.name}", title=path.name, attribution=path.stem,
        retrieved=datetime.now(UTC).date().isoformat(), sha256=hashlib.sha256(raw).hexdigest(), file=path.name,
    )  # fmt: skip
    harvest = None if mapping.get("columns") else exported_harvest(framed.frame, provenance)
    if harvest is None:
        harvest = rows_to_harvest(framed.frame, context, provenance, hints=(*opened.hints, *framed.titles))
    return replace(
        harvest,
        issues=(*opened.issues, *framed.issues, *harvest.issues, *withheld),
        rejected=_with_torn(harvest.rejected, framed),
        mapping={**harvest.mapping, **opened.understood},
        notes=(*opened.notes, *framed.notes, *harvest.notes, *_torn_note(framed)),
    )


def _bytes(path: Path, limited: bool) -> bytes:
    if not path.is_file():
        raise FileMissing(M("There is no file {file}.", file=path.name))
    size = path.stat().st_size
    most = settings().upload_mb
    if limited and size > most * 1_000_000:
        raise InputError(
            M("{file} is {mb} MB; at most {most} MB are read. Split it, or use the command line with --no-limit.",
              file=path.name, mb=round(size / 1e6), most=round(most))
        )  # fmt: skip
    raw = path.read_bytes()
    if not raw.strip():
        raise FormatError(
            M("{file} is empty. Expected a table with a header row and one row for each asset.", file=path.name)
        )
    return raw


def _is_book(path: Path, raw: bytes) -> bool:
    """Whether the file is a workbook, by its ending; its content must agree."""
    book = path.suffix.lower() in _BOOKS
    if book and raw.startswith(_ZIP):
        return True
    if raw.startswith(_OLD_EXCEL):
        raise FormatError(
            M("{file} is an old Excel file (.xls) or is locked with a password. Open it in Excel and save it as .xlsx "
              "without a password.", file=path.name)
        )  # fmt: skip
    if book:
        raise FormatError(
            M("{file} is named as an Excel workbook, but it is none: it is cut off, or another kind of file that was "
              "renamed. If it is text, rename it to .csv.", file=path.name)
        )  # fmt: skip
    if raw.startswith(_ZIP):
        raise FormatError(
            M("{file} is named as a text table, but it is a zip or an Excel workbook. Rename it to .xlsx, or save it "
              "as CSV.", file=path.name)
        )  # fmt: skip
    head = raw[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, kind in _OTHERS:
        if head.startswith(start):
            raise FormatError(
                M("{file} is named as a text table, but it is {kind}. Expected CSV: a header row, then one row for "
                  "each asset. Save the table as .xlsx or CSV.", file=path.name, kind=kind)
            )  # fmt: skip
    return False


def _open_text(path: Path, raw: bytes, mapping: Mapping[str, Any]) -> _Opened:
    decoded = decode(raw, path.name, mapping.get("encoding"))
    cells = read_cells(decoded.text.removeprefix("\ufeff"), path.name, mapping.get("separator"))
    notes = []
    if not decoded.encoding.startswith("utf-8"):
        notes.append(M("The text was read as {encoding}.", encoding=decoded.title))
    if decoded.mended:
        notes.append(M("The text had been encoded twice (“Ã¦” for “æ”); it was mended."))
    understood = {"encoding": decoded.encoding, "separator": cells.separator}
    return _Opened(cells.grid, understood, issues=cells.issues, notes=notes)


def _open_book(path: Path, mapping: Mapping[str, Any], limited: bool) -> _Opened:
    sheets = read_workbook(path, limited)
    if not sheets:
        raise FormatError(M("{file} is a workbook in which every sheet is empty.", file=path.name))
    wanted = mapping.get("sheet")
    if wanted is not None and wanted not in [s.name for s in sheets]:
        raise InputError(
            M("The mapping does not fit {file}: it has no sheet “{sheet}”. Its sheets: {found}.", file=path.name,
              sheet=str(wanted), found=", ".join(shortened(s.name) for s in sheets))
        )  # fmt: skip
    chosen = next((s for s in sheets if s.name == wanted), None) or max(sheets, key=_rows_of_assets)
    notes = []
    if others := [s.name for s in sheets if s is not chosen]:
        notes.append(
            M("Sheet “{sheet}” was read, {rows} rows. Left out: {others}. Name another as “sheet” in the mapping.",
              sheet=shortened(chosen.name), rows=_rows_of_assets(chosen)[1], others=", ".join(map(shortened, others)))
        )  # fmt: skip
    return _Opened(chosen.grid, {"sheet": chosen.name}, (chosen.name,), _formula_issues(chosen), notes)


def _rows_of_assets(sheet: Sheet) -> tuple[bool, int]:
    """How much a sheet looks like the list that is meant: shown, with a header we know, and long."""
    at = header_at(sheet.grid)
    rows = sum(any(row) for row in sheet.grid[(at or 0) + 1 :])
    known = known_headers(sheet.grid[at]) if at is not None else 0
    return not sheet.hidden and known >= 2, rows if known else 0


def _formula_issues(sheet: Sheet) -> tuple[Issue, ...]:
    if not sheet.unknown:
        return ()
    listed = ", ".join(sheet.unknown[:10])
    text = Mn("One cell holds a formula without a stored result ({cells}); it was read as empty. Open the file in "
              "Excel and save it first.",
              "{n} cells hold formulas without stored results ({cells} …); they were read as empty. Open the file in "
              "Excel and save it first.", len(sheet.unknown), cells=listed)  # fmt: skip
    return (Issue("formula-without-value", text, detail=listed),)


def _wanted(mapping: Mapping[str, Any]) -> tuple[str, ...]:
    columns, private = mapping.get("columns"), mapping.get("private")
    named = [*(columns if isinstance(columns, Mapping) else ()), *(private if isinstance(private, list) else ())]
    return tuple(map(str, named))


def _with_torn(rejected: pd.DataFrame, framed: Framed) -> pd.DataFrame:
    if framed.torn.empty:
        return rejected
    torn = framed.torn.copy()
    reason = M("it has more cells than the header: a text with the separator in it lacks its quotation marks")
    torn["reason"] = pd.Series([reason] * len(torn), index=torn.index, dtype="object")
    return pd.concat([rejected, torn]).sort_index() if len(rejected) else torn


def _torn_note(framed: Framed) -> tuple[Message, ...]:
    if framed.torn.empty:
        return ()
    return (Mn("One row with too many cells is handed back.", "{n} rows with too many cells are handed back.",
               len(framed.torn)),)  # fmt: skip


SOURCE = Source("table", M("Table (CSV or Excel)"), (".csv", ".tsv", ".txt", *_BOOKS), read)
