"""What may a source change when it is read again?

What it said last time is the base of a three-way merge: a value that is still what the source said is the source's to
bring up to date; one that a person corrected or confirmed is that person's, and stays. A source that says nothing about
a field never empties it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from assetmap.model.change import Record
from assetmap.upkeep.merge import same

OF_THE_SOURCE = ("source", "source_id", "licence", "attribution", "retrieved", "data_date")
"""What a source says of itself and not of the place: brought up to date without being a change of the asset."""
OF_PEOPLE = ("audience", "review", "confirmed")
"""What only people decide once the asset is there."""
_VOLATILE = ("retrieved", "data_date")
_SHARE = 0.5
_FEW = 10


@dataclass(frozen=True)
class Refreshed:
    """What a source's new edition means for one asset.

    Attributes:
        values: Fields to set.
        kept: Fields where a person's word stands against the source's, each with what the source says now. Only news:
            what the source said already last time is not repeated.
    """

    values: Record = field(default_factory=dict)
    kept: Record = field(default_factory=dict)


def refresh(stored: Mapping[str, Any], held: Collection[str], said: Mapping[str, Any], now: Mapping[str, Any],
            first: bool = True) -> Refreshed:  # fmt: skip
    """What to set in a stored record when its source is read again.

    Args:
        stored: The record as it is.
        held: Fields that a person corrected or confirmed.
        said: What this source said last time; empty where it is new to this record.
        now: What it says this time.
        first: Whether the record came from this source. Another source of the same thing only fills what is empty, and
            what it filled.
    """
    values: Record = {}
    kept: Record = {}
    for name, value in now.items():
        if value is None or name in OF_PEOPLE or (name in OF_THE_SOURCE and not first):
            continue
        there = stored.get(name)
        if same(value, there):
            continue
        news = not same(value, said.get(name))
        free = news if there is None else same(there, said.get(name))  # emptied since it was said: it stays empty
        if name in held or not (free or name in OF_THE_SOURCE):
            if news:
                kept[name] = value
        else:
            values[name] = value
    if not values.keys() - set(_VOLATILE):  # read again on another day is no news of the place
        values = {}
    return Refreshed(values, kept)


def looks_cut_off(before: int, gone: int) -> bool:
    """Whether so many of a source's assets are missing at once that the file, not the town, has lost them.

    Args:
        before: How many assets the source had.
        gone: How many of them are not in it now.
    """
    return gone >= _FEW and gone > _SHARE * before
