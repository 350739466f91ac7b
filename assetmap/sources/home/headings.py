"""Which column of a returned sheet is which field, after people have renamed, moved and added columns?

A title is known in every language, as the field's own key, and as it was when the file went out; small changes are
forgiven. What is not known is listed and not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from assetmap.model.fields import CELLS, FIELDS
from assetmap.model.round_trip import tidy
from assetmap.sources.files.workbook import Cells
from assetmap.sources.home.values import in_every_language
from assetmap.sources.rows.words import joined

SEARCHED = 40
"""The row of titles is looked for in so many rows from the top."""
_ALIKE = 84.0  # rapidfuzz ratio, 0 to 100


@dataclass(frozen=True)
class Headings:
    """Where the table of a sheet begins, and what its columns are.

    Attributes:
        row: Number of the row of titles.
        columns: Field, or `id`, `version`, `latitude`, `longitude`, to the number of its column.
        unknown: Number of each other column to its title.
        twice: Titles of columns that mean a field which another column means already.
    """

    row: int
    columns: Mapping[str, int]
    unknown: Mapping[int, str]
    twice: tuple[str, ...] = ()


def headings(sheet: Cells, titles: Mapping[str, str]) -> Headings | None:
    """The row of titles with most known ones, or None where no row has three.

    Args:
        titles: Field to its title as the file went out; empty where it does not say any more.
    """
    rows: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if row <= SEARCHED and (text := tidy(cell.text)):
            rows.setdefault(row, {})[column] = text
    known = _titles() | {joined(text): key for key, text in titles.items() if key in FIELDS or key in CELLS}
    best = max((_read(row, texts, known) for row, texts in sorted(rows.items())), key=lambda h: len(h.columns),
               default=None)  # fmt: skip
    return best if best is not None and len(best.columns) >= 3 else None


def _read(row: int, texts: Mapping[int, str], known: Mapping[str, str]) -> Headings:
    columns: dict[str, int] = {}
    unknown: dict[int, str] = {}
    twice: list[str] = []
    for column, text in sorted(texts.items()):
        key = known.get(joined(text))
        if key is None:
            unknown[column] = text
        elif key in columns:
            twice.append(text)
        else:
            columns[key] = column
    for column, text in list(unknown.items()):  # only after the sure ones have their places
        near = process.extractOne(joined(text), list(known), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if near is not None and known[near[0]] not in columns:
            columns[known[near[0]]] = column
            del unknown[column]
    return Headings(row, columns, unknown, tuple(twice))


@cache
def _titles() -> dict[str, str]:
    """The folded title of every field in every language, and its key."""
    found: dict[str, str] = {}
    for key, field in {**FIELDS, **CELLS}.items():
        for text in (key, *in_every_language(field.title)):
            found.setdefault(joined(text), key)
    return found
