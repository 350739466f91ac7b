"""Which texts can no database of ours keep?

PostgreSQL has no NUL in a text, SQLite has one but cuts the text there in many a function, and half a character (a lone
surrogate) has no UTF-8. So both homes refuse the same, before anything is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assetmap.errors import InputError
from assetmap.messages import M, Message

NUL = "\x00"


def unstorable() -> Message:
    """What to say of such a text."""
    return M(
        "A text holds a character that cannot be stored (NUL, or half a character). Nothing was saved. Take it out, "
        "which most often means to type the text anew, and save again."
    )


def demand_storable(rows: Iterable[Sequence[Any] | Mapping[str, Any]]) -> None:
    """Make sure that no text in the rows of a statement holds a NUL.

    Raises:
        InputError: One does.
    """
    for row in rows:
        for value in row.values() if isinstance(row, Mapping) else row:
            if value.__class__ is str and NUL in value:
                raise InputError(unstorable())
