"""What does a cell of a returned file mean, and if it cannot be told, why not?

Spreadsheets change what people type: `24/7` becomes a day in July, `1-2` the second of January, a postcode loses its
zero. Such a cell is not guessed at: the field stays as it was, and the sentence says what to do.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from assetmap.i18n import languages, say_value
from assetmap.messages import Label, M, Message
from assetmap.model.fields import CELLS, FIELDS, Field, Word
from assetmap.model.round_trip import tidy
from assetmap.sources.files.workbook import Cell
from assetmap.sources.rows.assets import STEP_FREE
from assetmap.sources.rows.categories import suggestion
from assetmap.sources.rows.coordinates import numbers
from assetmap.sources.rows.words import joined, shortened, spelled

_ISO = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_NORDIC = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_FIRST_DAY = datetime.date(1899, 12, 30)
_SERIAL = range(20_000, 60_000)  # as days since 1899: 1954 to 2064
_YEARS = range(1000, 3000)
_BOUNDS = {"latitude": 90.0, "longitude": 180.0, "capacity": math.inf}


@dataclass(frozen=True)
class Understood:
    """The value of a cell (None: empty), or the sentence that says why it has none.

    Attributes:
        numeric: The cell of a text held a number, so that zeros at its start may be gone.
    """

    value: Any = None
    fault: Message | None = None
    numeric: bool = False


def understood(key: str, cell: Cell | None) -> Understood:
    """What a cell says about a field of the asset schema, or about latitude or longitude."""
    if cell is None:
        return Understood()
    if cell.trouble:
        return Understood(fault=_TROUBLES[cell.trouble])
    if not cell.text.strip():
        return Understood()
    field = CELLS.get(key) or FIELDS[key]
    match field.sort:
        case "number":
            return _number(key, cell)
        case "date":
            return _date(cell)
        case "words":
            return _word(field, cell)
        case "json":
            return _object(cell)
    return _text(cell)


_TROUBLES = {
    "formula": M("holds a formula whose result is not stored; open and save the file in Excel first, or type the "
                 "value"),
    "error": M("holds an error of the spreadsheet; type the value"),
    "merged": M("lies under a merged cell; split the cells and type the value"),
}  # fmt: skip


def _is_time(value: Any) -> bool:
    return isinstance(value, datetime.date | datetime.time)


def _text(cell: Cell) -> Understood:
    if _is_time(cell.value):
        told = M("was turned into a date or a time by the spreadsheet ({shown}); format the cell as text and type it "
                 "again", shown=cell.text)  # fmt: skip
        return Understood(fault=told)
    numeric = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    return Understood(tidy(cell.text) or None, numeric=numeric)


def _number(key: str, cell: Cell) -> Understood:
    if _is_time(cell.value) or isinstance(cell.value, bool):
        told = M("was turned into a date or a time by the spreadsheet ({shown}); format the cell as a number and type "
                 "it again", shown=cell.text)  # fmt: skip
        return Understood(fault=told)
    number = cell.value
    if isinstance(number, str):
        number = numbers([tidy(number)], small=key != "capacity")[0][0]
    number, most = float(number), _BOUNDS[key]
    lowest = 0.0 if key == "capacity" else -most
    if not (math.isfinite(number) and lowest <= number <= most):
        if key == "capacity":
            return Understood(fault=M("is “{value}”; expected a number from 0", value=shortened(cell.text)))
        told = M("is “{value}”; expected degrees from −{most} to {most}", value=shortened(cell.text), most=int(most))
        return Understood(fault=told)
    return Understood(number)


def _date(cell: Cell) -> Understood:
    value = cell.value
    if isinstance(value, datetime.datetime):
        value = value.date()
    if isinstance(value, datetime.date):
        return Understood(value.isoformat())
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if whole and int(value) in _SERIAL:  # a date whose format was lost
        return Understood((_FIRST_DAY + datetime.timedelta(days=int(value))).isoformat())
    text = str(int(value)) if whole else tidy(cell.text)
    if _ISO.fullmatch(text) and int(text[:4]) in _YEARS and _real(text):
        return Understood(text)
    if day := _NORDIC.fullmatch(text):
        text = f"{int(day[3]):04d}-{int(day[2]):02d}-{int(day[1]):02d}"
        if _real(text):
            return Understood(text)
    told = M("is “{value}”; expected a date such as 2026-05-17, a month such as 2026-05, or a year",
             value=shortened(cell.text))  # fmt: skip
    return Understood(fault=told)


def _real(text: str) -> bool:
    """Whether there is such a day in the calendar; a year and a month always are."""
    try:
        datetime.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return False
    return True


def _object(cell: Cell) -> Understood:
    try:
        found = json.loads(cell.text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return Understood(cell.text)
    return Understood(fault=M("is no JSON object such as {example}; correct it", example='{"sport": "chess"}'))


def _word(field: Field, cell: Cell) -> Understood:
    said = tidy(cell.text)
    known = _meanings(field.key)
    value = said if said in field.words else known.get(spelled(said)) or known.get(joined(said))
    if value is None and field.key == "wheelchair":
        value = STEP_FREE.get(spelled(said))
    if value is not None:
        return Understood(value)
    if not field.closed:
        return Understood(said or None)
    return Understood(fault=_unknown_word(field, said))


def _unknown_word(field: Field, said: str) -> Message:
    near = suggestion(said) if field.key == "category" else None
    if near is not None:
        return M("is “{value}”, which is not in the list; the nearest are {near}", value=shortened(said), near=near)
    if field.key == "category":
        return M("is “{value}”, which is not in the list; choose one from the list", value=shortened(said))
    return M("is “{value}”; expected one of: {known}", value=shortened(said), known=list(field.words.values()))


@cache
def _meanings(key: str) -> dict[str, str]:
    """Every word for a value in every language, as spelled and folded, with the value that it means."""
    words = FIELDS[key].words
    pairs = [(value, value) for value in words]
    pairs += [(said, value) for value, word in words.items() for said in in_every_language(word)]
    known: dict[str, str] = {}
    for fold in (spelled, joined):
        for said, value in pairs:
            known.setdefault(fold(said), value)
    known.pop("", None)
    return known


def in_every_language(word: Word) -> list[str]:
    """A word as each language says it, also in languages that only the taxonomy knows."""
    own = list(word.labels.values()) if isinstance(word, Label) else []
    return list(dict.fromkeys([*(say_value(word, lang) for lang in languages()), *own]))
