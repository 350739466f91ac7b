"""What may be said of a cell's persons: which themes, in which fields, and how many at least?

A theme that too few share is told as part of its field, and what is too rare there as "other", or not at all. What is
left out cannot be computed from what is shown, though all numbers and totals were known exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from assetmap.disclosure.cell_partition import Box, Flags, Squares, inside
from assetmap.disclosure.cell_rules import CellRules
from assetmap.disclosure.suppression import also_left_out
from assetmap.model.gifts import themes

OTHER = "other"
THEMES = tuple(sorted(themes()))
FIELDS = tuple(sorted({theme.field for theme in themes().values()}))
_PART = np.array([[themes()[theme].field == field for field in FIELDS] for theme in THEMES])
"""Themes × fields: which belongs to which."""
_TOLD = np.array([not themes()[theme].sensitive for theme in THEMES])
"""Themes that may be told by name; others count in their field alone."""


@dataclass(frozen=True)
class Crowd:
    """Persons without names: `at` is n × 2 grid squares, `gifts` n × themes, `since` when each came, n moments."""

    at: Squares
    gifts: Flags
    since: npt.NDArray[np.datetime64]

    @cached_property
    def holds(self) -> Flags:
        """n × (themes, then fields)."""
        return np.hstack([self.gifts, (self.gifts.astype(np.int64) @ _PART) > 0])

    def within(self, box: Box) -> Crowd:
        """Those in a box."""
        here = inside(box, self.at)
        return Crowd(self.at[here], self.gifts[here], self.since[here])

    def sharing(self, labels: Mapping[str, int]) -> dict[str, int]:
        """How many share each label; "other" is whatever belongs to none of the rest."""
        column = {name: at for at, name in enumerate((*map(_theme, THEMES), *map(_field, FIELDS)))}
        own = {label: int(self.holds[:, column[label]].sum()) for label in labels if label != OTHER}
        if OTHER in labels:
            told = np.array([_theme(t) in labels or _field(themes()[t].field) in labels for t in THEMES])
            own[OTHER] = int(self.gifts[:, ~told].any(axis=1).sum())
        return own


def _theme(key: str) -> str:
    return f"theme_{key}"


def _field(key: str) -> str:
    return f"field_{key}"


LABELS = (*map(_theme, THEMES), *map(_field, FIELDS), OTHER)
"""Columns of a release, in their order."""


def labels_of(
    crowds: Sequence[Crowd], rules: CellRules, kept: Sequence[Mapping[str, int]] = (), fresh: Flags | None = None
) -> list[dict[str, int]]:
    """What is said of each cell of an area: label to "at least"; a label that is not there is left out, and not 0.

    Args:
        crowds: The persons of each cell.
        kept: What was said of each before, and stays.
        fresh: Of which cells more may be said; of all, when not given.
    """
    kept = kept or [{} for _ in crowds]
    fresh = np.ones(len(crowds), dtype=np.bool_) if fresh is None else fresh
    few = rules.k + rules.margin
    own = np.array([crowd.gifts.sum(axis=0) for crowd in crowds])
    joint = np.array([crowd.holds[:, len(THEMES) :].sum(axis=0) for crowd in crowds])
    had = np.array([[_theme(theme) in told for theme in THEMES] for told in kept])
    held = np.array([[_field(field) in told for field in FIELDS] for told in kept])
    many = held | ((joint >= few) & fresh[:, None])
    many = also_left_out(joint, many, may=~held & fresh[:, None], total_from=rules.k)
    may = ~had & fresh[:, None]
    one = had | ((own >= few) & _TOLD & fresh[:, None])
    before = None
    while before is None or (before != one).any():
        before = one
        one = _without_small_rests(crowds, also_left_out(own, one, may=may, total_from=rules.k), many, may, rules)
    return [
        _said(crowd, one[at], many[at], own[at], joint[at], kept[at], rules) if fresh[at] else dict(kept[at])
        for at, crowd in enumerate(crowds)
    ]


def _without_small_rests(crowds: Sequence[Crowd], one: Flags, many: Flags, may: Flags, rules: CellRules) -> Flags:
    """Themes that may be told beside their field: fewer than k persons of the field alone would follow from both."""
    one = one.copy()
    for cell, field in np.argwhere(many):
        gifts = crowds[cell].gifts
        part = _PART[:, field]
        while (shown := np.flatnonzero(one[cell] & part & may[cell])).size:
            rest = int((gifts[:, part].any(axis=1) & ~gifts[:, one[cell] & part].any(axis=1)).sum())
            if rest == 0 or rest >= rules.k:
                break
            one[cell, shown[np.argmin(gifts[:, shown].sum(axis=0))]] = False
    return one


def _said(
    crowd: Crowd, one: Flags, many: Flags, own: Squares, joint: Squares, kept: Mapping[str, int], rules: CellRules
) -> dict[str, int]:
    """The labels of one cell with their numbers: what was said and is still true is never said less of."""
    told = {_theme(THEMES[at]): rules.said(int(own[at])) for at in np.flatnonzero(one)}
    told |= {_field(FIELDS[at]): rules.said(int(joint[at])) for at in np.flatnonzero(many)}
    told = {label: max(number, kept.get(label, 0)) for label, number in told.items()}
    rest = crowd.sharing({**told, OTHER: 0})[OTHER]
    other = max(rules.said(rest), kept.get(OTHER, 0))
    return {**told, OTHER: other} if 0 < other <= rest else told
