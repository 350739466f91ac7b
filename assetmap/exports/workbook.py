"""An Excel workbook that goes out to be edited by people, and finds its way home.

One sheet of assets with titles and choices in the reader's language, a first sheet that says how to go about it, and
hidden ones that tell later what was taken out, so that what others changed meanwhile is not lost.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import Any

import geopandas as gpd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from assetmap.atomic import replacing
from assetmap.disclosure.gate import release_rows
from assetmap.errors import InputError
from assetmap.exports.export import keep_out_of_stores
from assetmap.exports.guard import excel_text, risky
from assetmap.i18n import say, say_value, sort_key
from assetmap.messages import M, Message
from assetmap.model.audience import Audience
from assetmap.model.crs import to_wgs84
from assetmap.model.fields import CELLS, FIELDS, Field, word
from assetmap.model.round_trip import (
    BEFORE,
    FACTS,
    ID_COLUMN,
    LATITUDE,
    LISTS,
    LONGITUDE,
    MOST_ROWS,
    SHEET,
    VERSION_COLUMN,
    cell_place,
)

FORMAT = "workbook 1"
SPARE = 2_000
"""Choices are offered on so many empty rows below the last."""
_COLUMNS = (ID_COLUMN, VERSION_COLUMN, *SHEET)
_WIDTHS = {"name": 32, "category": 26, "description": 40, "address": 32, "opening_hours": 24, "website": 26}
_LIMITS = {LATITUDE: (-90, 90), LONGITUDE: (-180, 180), "capacity": (0, 10_000_000)}
_GREY = PatternFill("solid", fgColor="EEEEEE")
_MARKUP = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write_workbook(
    frame: gpd.GeoDataFrame,
    path: Path | str,
    *,
    lang: str = "en",
    store: str = "",
    versions: Mapping[str, int] | None = None,
    audience: Audience | str = "public",
) -> Path:
    """Write assets into a workbook that `sources.home.read_workbook` reads back; returns the path.

    Args:
        frame: Assets: index `id`, the columns of the asset schema; any CRS.
        lang: Language of titles, choices and instructions.
        store: Id of the store they are of, so that the file does not come home to another one.
        versions: The version of each asset by its id.
        audience: Who will have the file; rows for a narrower circle are left out.

    Raises:
        InputError: The name does not end in .xlsx, there are too many rows, or the folder is a store.
        StoreError: The file cannot be written; an older one of that name is untouched.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise InputError(M("“{file}” is no name of a workbook. Expected one that ends in .xlsx.", file=path.name))
    keep_out_of_stores(path)
    frame = release_rows(to_wgs84(frame), audience)
    if len(frame) > MOST_ROWS:
        raise InputError(M("There are {n} assets, and one workbook takes out at most {most}. Choose fewer categories.",
                           n=len(frame), most=MOST_ROWS))  # fmt: skip
    rows = _rows(frame, versions or {}, lang)
    book = Workbook(write_only=True)
    book.properties.creator = "assetmap"
    _guide(book, frame, lang)
    lists = _lists(lang)
    _assets(book, rows, lists, lang)
    _hidden_lists(book, lists)
    _facts(book, store, lang)
    _before(book, rows)
    whole = io.BytesIO()  # so that a full disk meets plain bytes, not a half-closed archive
    book.save(whole)
    with replacing(path) as fresh:
        fresh.write_bytes(whole.getvalue())
    return path


def _rows(frame: gpd.GeoDataFrame, versions: Mapping[str, int], lang: str) -> list[dict[str, Any]]:
    """Each asset as the values of its cells, category by category and by name."""
    fields = [key for key in SHEET if key in frame]
    out = []
    for number, geometry, *values in zip(
        frame.index.astype("str"), frame.geometry, *(frame[key] for key in fields), strict=True
    ):
        row: dict[str, Any] = dict.fromkeys(_COLUMNS)
        row |= {ID_COLUMN: number, VERSION_COLUMN: versions.get(number)}
        row |= {key: _plain(value) for key, value in zip(fields, values, strict=True)}
        place = cell_place(geometry)
        row[LONGITUDE], row[LATITUDE] = place or (None, None)
        out.append(row)
    return sorted(
        out, key=lambda r: (_said("category", r["category"], lang), r["name"] is None, sort_key(r["name"] or "", lang))
    )


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.item() if hasattr(value, "item") else value


def _said(key: str, value: Any, lang: str) -> str:
    return "" if value is None else say_value(word(key, value), lang)


def _lists(lang: str) -> dict[str, list[str]]:
    """The words to choose from, for each field that has a list and is edited."""
    fields = [FIELDS[key] for key in SHEET if key in FIELDS and FIELDS[key].words and FIELDS[key].editable]
    return {field.key: [say_value(said, lang) for said in field.words.values()] for field in fields}


def _assets(book: Any, rows: list[dict[str, Any]], lists: Mapping[str, list[str]], lang: str) -> None:
    sheet = book.create_sheet(_sheet_name(M("Assets"), lang))
    sheet.freeze_panes = "D2"  # titles and names stay in sight
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{len(rows) + 1}"
    for i, key in enumerate(_COLUMNS, start=1):
        column = sheet.column_dimensions[get_column_letter(i)]
        column.width = _WIDTHS.get(key, 16)
        column.hidden = key in (ID_COLUMN, VERSION_COLUMN)
        if not _is_number(key):
            column.number_format = "@"  # also in rows that somebody adds, so that 0150 keeps its zero
    _validate(sheet, lists, len(rows) + 1 + SPARE)
    sheet.append([_heading(sheet, key, lang) for key in _COLUMNS])
    style = {key: _template(sheet, key) for key in _COLUMNS}
    for row in rows:
        sheet.append([_cell(sheet, style[key], _shown(key, row[key], lang)) for key in _COLUMNS])


def _field(key: str) -> Field:
    return CELLS.get(key) or FIELDS[key]


def _is_number(key: str) -> bool:
    return _field(key).sort == "number" or key == VERSION_COLUMN


def _shown(key: str, value: Any, lang: str) -> Any:
    """A value as people read it: words in their language, numbers as numbers."""
    if value is None or _is_number(key):
        return value
    return _said(key, value, lang) if _field(key).words else str(value)


def _validate(sheet: Any, lists: Mapping[str, list[str]], last: int) -> None:
    """Choices and limits for cells; where a field is not closed, another word is taken after a warning."""
    for place, (key, words) in enumerate(lists.items(), start=1):
        letter = get_column_letter(place)
        rule = DataValidation("list", formula1=f"'{LISTS}'!${letter}$1:${letter}${len(words)}", allow_blank=True,
                              errorStyle="stop" if FIELDS[key].closed else "warning")  # fmt: skip
        _add_rule(sheet, rule, key, last)
    for key, (low, high) in _LIMITS.items():
        _add_rule(sheet, DataValidation("decimal", operator="between", formula1=low, formula2=high, allow_blank=True),
                  key, last)  # fmt: skip


def _add_rule(sheet: Any, rule: DataValidation, key: str, last: int) -> None:
    rule.showErrorMessage = True
    letter = get_column_letter(_COLUMNS.index(key) + 1)
    rule.add(f"{letter}2:{letter}{last}")
    sheet.data_validations.append(rule)


def _heading(sheet: Any, key: str, lang: str) -> Any:
    field = _field(key)
    cell = _cell(sheet, _template(sheet, "name"), say(field.title, lang))
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if not field.editable:
        cell.fill = _GREY
    if field.help is not None:
        cell.comment = Comment(say(field.help, lang), "assetmap", height=90, width=260)
    return cell


def _template(sheet: Any, key: str) -> Any:
    """A cell whose style the cells of a column take over; styles are costly to make one by one."""
    cell = WriteOnlyCell(sheet, value="")
    if not _is_number(key):
        cell.number_format = "@"
    if not _field(key).editable:
        cell.fill = _GREY
    return cell


def _cell(sheet: Any, template: Any, value: Any) -> Any:
    """A cell of that style. Text says itself that it is text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=None)
    cell._style = copy(template._style)
    if isinstance(value, str):
        cell.value, cell.data_type = _text(value), "s"
        if risky(value) or value.startswith("'"):
            cell.quotePrefix = True
    else:
        cell.value = value
    return cell


def _text(value: str) -> str:
    """Text as a cell can hold it. What Excel would take for a coded letter (`_x0041_`) is coded itself."""
    return excel_text(_MARKUP.sub("_x005F_", value))[0]


def _hidden_lists(book: Any, lists: Mapping[str, list[str]]) -> None:
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "hidden"
    for i in range(max(map(len, lists.values()))):
        sheet.append([_own(sheet, words[i]) if i < len(words) else None for words in lists.values()])


def _facts(book: Any, store: str, lang: str) -> None:
    sheet = book.create_sheet(FACTS)
    sheet.sheet_state = "hidden"
    at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    titles = json.dumps({key: say(_field(key).title, lang) for key in _COLUMNS}, ensure_ascii=False)
    for name, value in (
        ("format", FORMAT), ("store", store), ("exported_at", at), ("lang", lang), ("titles", titles),
    ):  # fmt: skip
        sheet.append([name, _own(sheet, value)])


def _before(book: Any, rows: list[dict[str, Any]]) -> None:
    """Every value as it goes out, under its key and not in any language."""
    sheet = book.create_sheet(BEFORE)
    sheet.sheet_state = "hidden"
    sheet.append(list(_COLUMNS))
    for row in rows:
        sheet.append([_own(sheet, v) if isinstance(v, str) else v for v in (row[key] for key in _COLUMNS)])


def _own(sheet: Any, value: str) -> Any:
    return _cell(sheet, WriteOnlyCell(sheet, value=""), value)


def _guide(book: Any, frame: gpd.GeoDataFrame, lang: str) -> None:
    """The first sheet: what may be done in the file, and whose data it is."""
    sheet = book.create_sheet(_sheet_name(M("Read this first"), lang))
    sheet.column_dimensions["A"].width = 110
    for i, sentence in enumerate(_sentences(frame)):
        cell = _own(sheet, say(sentence, lang))
        cell.font = Font(bold=not i, size=14 if not i else 11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([cell])


def _sentences(frame: gpd.GeoDataFrame) -> Iterator[Message]:
    yield M("Edit these assets, then send the file home")
    yield M("Correct the cells of the sheet that follows. An emptied cell empties the field. Sort and filter as you "
            "like: every row knows which asset it is.")  # fmt: skip
    yield M("A new asset is a new row below the others, with at least a name and a category. Choose the category from "
            "the list.")  # fmt: skip
    yield M("To move a point, change its latitude and longitude. An area or a line keeps its shape; move it in a map "
            "program.")  # fmt: skip
    yield M("A row that you delete is not deleted from the store before somebody there agrees.")
    yield M("Grey columns follow from something else, or say where the row came from: what is changed there is not "
            "read. Leave the hidden columns and sheets as they are.")  # fmt: skip
    yield M("Do not write names, telephone numbers or e-mail addresses of persons.")
    for words in frame["attribution"].dropna().unique() if "attribution" in frame else ():
        yield M("Attribution: {words}", words=str(words))
    for key in frame["licence"].dropna().unique() if "licence" in frame else ():
        yield M("Licence: {licence}", licence=str(key))


def _sheet_name(title: Message, lang: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", say(title, lang))[:31]
