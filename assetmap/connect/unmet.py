"""Which associations and places lie close by, are about the same, and have no tie yet?"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from assetmap.messages import M, Message, Mn
from assetmap.model.gifts import theme

MINUTES = 5.0
"""How near is near, on foot."""
Ties = Collection[frozenset[str]]
"""Pairs (ids) that know each other, whichever way."""


@dataclass(frozen=True)
class Neighbour:
    """An association or a place with what it is about: keys of `themes()`."""

    id: str
    themes: frozenset[str]


@dataclass(frozen=True)
class Unmet:
    """Two neighbours who have not met; `first` has the smaller id."""

    first: str
    second: str
    themes: tuple[str, ...]
    minutes: float

    @property
    def reasons(self) -> tuple[Message, ...]:
        """Why the two are named together."""
        return (
            M("Both are about {themes}.", themes=[theme(key).said for key in self.themes]),
            Mn("They are one minute apart on foot.", "They are {n} minutes apart on foot.", math.ceil(self.minutes)),
            M("No tie between them is known."),
        )


def unmet(
    neighbours: Iterable[Neighbour], ties: Ties, minutes: Mapping[tuple[str, str], float], most: float = MINUTES
) -> list[Unmet]:
    """Pairs that share a theme, are at most so many minutes apart and have no tie: most shared themes first, then
    the nearest, then by id.

    Args:
        minutes: Walking minutes by pair of ids, in either order; a missing pair is too far or not known.
    """
    known = {one.id: one for one in neighbours}
    about: defaultdict[str, list[str]] = defaultdict(list)
    for one in known.values():
        for key in one.themes:
            about[key].append(one.id)
    pairs = {pair for ids in about.values() for pair in combinations(sorted(ids), 2)}
    found = []
    for first, second in pairs:
        away = min(minutes.get((first, second), math.inf), minutes.get((second, first), math.inf))
        if away <= most and frozenset((first, second)) not in ties:
            shared = tuple(sorted(known[first].themes & known[second].themes))
            found.append(Unmet(first, second, shared, away))
    return sorted(found, key=lambda one: (-len(one.themes), one.minutes, one.first, one.second))
