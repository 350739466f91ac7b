"""How are the questions of a store's health asked, so that one that cannot be answered does not hide the others?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from assetmap.errors import AssetmapError
from assetmap.messages import Message
from assetmap.store.home import Check

Answers = Iterator[tuple[bool, Message]]


def answered(questions: Mapping[str, Callable[[], Answers]]) -> list[Check]:
    """Every question in order. One that cannot be asked, as the store is damaged, is itself a bad answer."""
    found: list[Check] = []
    for code, ask in questions.items():
        try:
            found.extend(Check(code, ok, message) for ok, message in ask())
        except AssetmapError as fault:
            found.append(Check(code, False, fault.message))
    return found
