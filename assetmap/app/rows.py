"""What does the list show of each asset, and which of them does a search mean?

Plain values, made once per inventory and language, so that a page filters ten thousand of them in a few milliseconds.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from assetmap.i18n import say, sort_key
from assetmap.maps.badge import CONTEXT
from assetmap.messages import M
from assetmap.model.inventory import Inventory
from assetmap.model.taxonomy import taxonomy


@dataclass(frozen=True)
class Row:
    """One asset as the list shows it.

    Attributes:
        title: Its name, or what it is and what it is near where it has none.
        label: Name of its category. where: Its address, or what it is near; may be empty.
        kind: Key of its kind; `CONTEXT` for benches, stops and the like, which nobody calls a strength.
        placed: Whether it has a place on the map.
        text: What a search looks at, folded.
        order: Where it stands in the list: by title, what has no name after what has one, context last.
    """

    id: str
    title: str
    category: str
    label: str
    kind: str
    where: str
    placed: bool
    text: str
    order: tuple[object, ...] = field(default=(), compare=False, repr=False)


def rows(inventory: Inventory, lang: str) -> list[Row]:
    """Every asset in the order of its title; what has no name comes after what has one, and context last."""
    frame = inventory.frame
    labels = {key: category.label(lang) for key, category in taxonomy().items()}
    columns = ["name", "names", "near", "category", "kind", "description", "address", "operator"]
    placed = frame.geometry.notna()
    made = []
    for values in zip(frame.index, placed, *(frame[column] for column in columns), strict=True):
        made.append(_row(lang, labels, *values))
    return in_order(made)


def in_order(made: Iterable[Row]) -> list[Row]:
    """Rows as the list shows them."""
    return sorted(made, key=attrgetter("order"))


def _row(
    lang: str, labels: dict[str, str], key: str, placed: bool, name: Any, names: Any, near: Any, category: str,
    kind: str, description: Any, address: Any, operator: Any,
) -> Row:  # fmt: skip
    label = labels[category]
    called = _name(name, names, lang)
    where = _text(address) or (say(M("near {place}", place=_text(near)), lang) if _text(near) else "")
    title = called or ", ".join(part for part in (label, _text(address) or _text(near)) if part)
    text = fold(" ".join((title, label, where, _text(description), _text(operator), _text(name))))
    if taxonomy()[category].role == "context":
        kind = CONTEXT
    order = (kind == CONTEXT, not called, not title[:1].isalpha(), sort_key(title, lang), where)
    return Row(key, title, category, label, kind, where if called else "", bool(placed), text, order)


def _name(name: Any, names: Any, lang: str) -> str:
    """The name in the reader's language where the asset has one."""
    if isinstance(names, str) and names:
        known = json.loads(names)
        local = known.get(lang) or (known.get("no") if lang == "nb" else None)
        if local:
            return str(local)
    return _text(name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def fold(text: str) -> str:
    """Text for searching: small letters, without accents ("Café" is found as "cafe"); æ, ø and å stay letters."""
    kept = unicodedata.normalize("NFC", text.casefold()).replace("å", "\0")
    plain = "".join(c for c in unicodedata.normalize("NFD", kept) if not unicodedata.combining(c))
    return plain.replace("\0", "å")


def search(table: Sequence[Row], words: str) -> list[Row]:
    """The rows that hold every word of a search."""
    wanted = fold(words).split()
    return [row for row in table if all(word in row.text for word in wanted)] if wanted else list(table)


def of_categories(table: Iterable[Row], kind: str | None, categories: Iterable[str]) -> list[Row]:
    """The rows of these categories; of a kind where no category is chosen; all where nothing is."""
    chosen = set(categories)
    if chosen:
        return [row for row in table if row.category in chosen]
    return [row for row in table if kind is None or row.kind == kind]


def grouped(table: Iterable[Row], column: str) -> list[Row]:
    """Rows kind by kind or category by category, context last; within each in the order that they had."""
    order = {key: n for n, key in enumerate([*taxonomy().kinds, CONTEXT] if column == "kind" else taxonomy())}
    return sorted(table, key=lambda row: order[getattr(row, column)])


def counts(table: Iterable[Row], column: str) -> dict[str, int]:
    """How many rows there are of each kind or category."""
    counted: dict[str, int] = {}
    for row in table:
        key = getattr(row, column)
        counted[key] = counted.get(key, 0) + 1
    return counted
