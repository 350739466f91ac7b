"""An Excel workbook: real numbers and dates, text that is never a formula, and a second sheet that says the rest."""

from __future__ import annotations

import datetime
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from assetmap.errors import InputError
from assetmap.exports.content import Content
from assetmap.exports.export import Export
from assetmap.exports.guard import excel_text, risky
from assetmap.exports.table import cells
from assetmap.i18n import say
from assetmap.messages import M, Mn

ROWS = 1_048_575
"""Rows of a sheet, without the heading."""
DATES = {"retrieved", "data_date"}
"""Columns of ISO dates that become dates."""


def write(content: Content, path: Path) -> None:
    """Write two sheets: the rows, with a heading that stays and can be filtered, and what must be said along with them.

    Raises:
        InputError: There are more rows than a sheet has.
    """
    table = cells(content)
    if len(table) > ROWS:
        raise InputError(
            M("A sheet of Excel holds {most} rows, and there are {n}. Choose .csv, .gpkg or .parquet, or fewer "
              "categories.", most=ROWS, n=len(table))
        )  # fmt: skip
    book = Workbook(write_only=True)
    sheet = book.create_sheet(content.name[:31])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table) + 1}"
    for i, name in enumerate(table.columns, start=1):
        longest = max((len(str(value)) for value in table[name].head(200)), default=0)
        sheet.column_dimensions[get_column_letter(i)].width = min(max(longest, len(name)) + 2, 40)
    cut = 0
    sheet.append([_heading(sheet, name) for name in table.columns])
    for row in zip(*(table[name] for name in table.columns), strict=True):
        values = [_cell(sheet, name, value) for name, value in zip(table.columns, row, strict=True)]
        cut += sum(was_cut for _, was_cut in values)
        sheet.append([value for value, _ in values])
    _about_sheet(book, content, cut)
    whole = io.BytesIO()  # so that a full disk meets plain bytes, not a half-closed archive
    book.save(whole)
    path.write_bytes(whole.getvalue())


def _heading(sheet: Any, text: str) -> Any:
    cell = _text_cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, column: str, value: Any) -> tuple[Any, bool]:
    """A cell and whether its text was cut."""
    if isinstance(value, str):
        if column in DATES and len(value) == 10:
            try:
                return datetime.date.fromisoformat(value), False
            except ValueError:  # not a date after all: text like any other
                return _text_cell(sheet, value), False
        text, was_cut = excel_text(value)
        return _text_cell(sheet, text) if risky(text) or text.startswith("'") else text, was_cut
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return (value if math.isfinite(value) else None), False
    return (value if isinstance(value, bool | int) else None), False


def _text_cell(sheet: Any, text: str) -> Any:
    """A cell that says itself that it is text, so that it stays text also when somebody edits it."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


def _about_sheet(book: Any, content: Content, cut: int) -> None:
    sheet = book.create_sheet(say(M("About"), content.lang))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 110
    for name, text in _said(content, cut):
        told = _text_cell(sheet, excel_text(text)[0])
        told.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([_heading(sheet, name), told])


def _said(content: Content, cut: int) -> Iterator[tuple[str, str]]:
    about = content.about
    for title, text in (
        (M("Title"), about.title), (M("In short"), about.summary), (M("Attribution"), about.attribution),
        (M("Licence"), f"{about.licence}: {about.licence_title}. {about.licence_url}".strip()), (M("Date"), about.date),
        (M("Made with"), about.generator),
    ):  # fmt: skip
        yield say(title, content.lang), text
    for sentence in about.method:
        yield say(M("Method"), content.lang), sentence
    for sentence in about.caveats:
        yield say(M("Mind"), content.lang), sentence
    if cut:
        told = Mn("One text was longer than a cell may be ({most} characters) and was cut; it ends in “…”.",
                  "{n} texts were longer than a cell may be ({most} characters) and were cut; they end in “…”.",
                  cut, most=32_767)  # fmt: skip
        yield say(M("Mind"), content.lang), say(told, content.lang)
    for source in about.sources:
        yield say(M("Source"), content.lang), ", ".join(f"{name}: {value}" for name, value in source.items() if value)
    receipt = json.dumps(about.receipt, ensure_ascii=False, default=str)
    for start in range(0, len(receipt), 16_000):  # in as many cells as it needs, to be joined again
        yield say(M("Receipt"), content.lang), receipt[start : start + 16_000]


def receipt(path: Path) -> Any:
    """The receipt on the second sheet, joined from its cells; the label may be in any language."""
    book = load_workbook(path, read_only=True)
    rows = [(row[0], str(row[1] or "")) for row in book.worksheets[1].iter_rows(max_col=2, values_only=True)]
    book.close()
    labels = [name for name, text in rows if text.startswith('{"format"')]
    return json.loads("".join(text for name, text in rows if name in labels[:1]))


EXPORT = Export("excel", M("Excel workbook"), (".xlsx",), write, receipt)
