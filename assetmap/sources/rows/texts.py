"""How does a table look before anything in it is understood?

Columns of plain text, empty where a cell is, with the number of each row as people count them in the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

LONGEST = 20_000
"""A text is cut after so many characters."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Texts:
    """A table of text.

    Attributes:
        columns: Header to the texts of its column, all of one length.
        rows: What people call each row (`row 17`).
        cut: Rows with a text longer than `LONGEST`, and its header.
    """

    columns: Mapping[str, list[str]]
    rows: tuple[str, ...]
    cut: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, header: str) -> list[str]:
        return self.columns[header]

    def at(self, position: int, header: str | None) -> str:
        """One cell; empty where there is no such column."""
        return self.columns[header][position] if header else ""

    def row(self, position: int) -> dict[str, str]:
        """One row by header."""
        return {header: column[position] for header, column in self.columns.items()}

    def without(self, headers: Collection[str]) -> Texts:
        """The same rows without some columns."""
        return Texts({h: c for h, c in self.columns.items() if h not in headers}, self.rows, self.cut)

    def changed(self, columns: Mapping[str, list[str]]) -> Texts:
        """The same rows with other texts in some columns."""
        return Texts({**self.columns, **columns}, self.rows, self.cut)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Texts:
        """A frame with values of any type; its index numbers the rows, from 1 where it is a plain range from 0."""
        start = 1 if isinstance(frame.index, pd.RangeIndex) and frame.index.start == 0 else 0
        labels = [label + 1 if start else label for label in frame.index]
        rows = tuple(f"row {label}" for label in labels)
        whole = {str(c): [as_text(v) for v in frame.iloc[:, at]] for at, c in enumerate(frame.columns)}
        cut = tuple((rows[at], h) for h, texts in whole.items() for at, t in enumerate(texts) if len(t) > LONGEST)
        return cls({h: [t[:LONGEST] for t in texts] for h, texts in whole.items()}, rows, cut)


def as_text(value: Any) -> str:
    """Any value of a cell as text: no control characters, no blanks around it, whole numbers without a point."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, dict | list | tuple | np.ndarray):
        plain = value.tolist() if isinstance(value, np.ndarray) else value
        return _clean(json.dumps(plain, ensure_ascii=False, default=str)) if len(plain) else ""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _clean(str(value))


def _clean(text: str) -> str:
    return _CONTROL.sub("", text).strip()
