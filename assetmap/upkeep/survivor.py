"""Of two records of one thing, which stays, and what does it take from the other?

The one that people have put most into stays, so that the fewest links and notes have to move. It never loses a value:
what the other knows fills only what is empty.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import shapely

from assetmap.model.audience import Audience
from assetmap.model.change import Record
from assetmap.upkeep.registers import registry_ids

# What describes the row and not the thing. It belongs to its source, whose words it stands for, and does not move.
_OF_THE_ROW = frozenset(
    "id kind category audience review source source_id licence attribution retrieved data_date part_of near".split()
)
# What is only true beside the value it speaks of.
_ALONG = {"geometry": ("location_precision",), "opening_hours": ("opening_hours_normal",)}
_FOLLOWS = frozenset(field for fields in _ALONG.values() for field in fields)


def survivor(a: Record, b: Record, held_a: Collection[str], held_b: Collection[str]) -> tuple[str, str]:
    """Which of two records stays: ("a", "b") where the first does, else ("b", "a").

    More fields held by people, then a registry number, then more fields filled, then the one read first; a tie goes to
    the first, so that the answer never depends on chance.

    Args:
        a, b: The two records. held_a, held_b: The fields of each that a person holds.
    """
    ours, theirs = _worth(a, held_a), _worth(b, held_b)
    if ours == theirs:
        return ("b", "a") if _read(b) < _read(a) else ("a", "b")
    return ("b", "a") if theirs > ours else ("a", "b")


def _worth(record: Record, held: Collection[str]) -> tuple[int, bool, int]:
    known = any(not register.endswith(":parent") for register in registry_ids(record))
    return len(set(held)), known, sum(not _empty(value) for value in record.values())


def _read(record: Record) -> str:
    """ISO dates sort as text; a record without one counts as the youngest."""
    return str(record.get("retrieved") or "9999")


def absorb(kept: Record, other: Record) -> dict[str, Any]:
    """The values of the other record that fill empty fields of the kept one; none where there is nothing to add.

    Nothing is overwritten, and nothing moves to readers who could not see it before: a record for a narrower audience,
    or one that waits for a look, gives nothing to one that does not. Source, licence, category and the like stay those
    of the kept record. What speaks of another field (how exactly a place is known) comes with that field or not at all.
    """
    if guarded(other) > guarded(kept):
        return {}
    values = {
        field: value
        for field, value in other.items()
        if field not in _OF_THE_ROW | _FOLLOWS and not _empty(value) and _empty(kept.get(field))
    }
    for field, along in _ALONG.items():
        if field in values:
            values |= {name: other[name] for name in along if not _empty(other.get(name))}
    return values


def guarded(record: Record) -> Audience:
    """Who may see a record; what waits for a look is for staff."""
    audience = Audience.of(record.get("audience") or Audience.public)
    return max(audience, Audience.staff) if record.get("review") == "pending" else audience


def _empty(value: Any) -> bool:
    if isinstance(value, shapely.Geometry):
        return bool(value.is_empty)
    return value is None or value == "" or value != value  # NaN is not itself
