"""How many people of each age group live in an area, when the source counts other ages and hides small numbers?

A source counts people in *bands* of its own (0–4, 5–9, …). The groups of this project cut some of them, and offices
leave out small counts. So each number here is a triple: the best estimate, and the lowest and highest it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from assetmap.errors import InputError
from assetmap.messages import M

GROUPS: dict[str, tuple[int, int | None]] = {
    "c0_5": (0, 5), "c6_12": (6, 12), "y13_19": (13, 19), "a20_66": (20, 66), "s67": (67, None),
}  # fmt: skip
"""Age groups: first and last age in years, both counted; None is no upper end."""

GROUP_NAMES = {
    "c0_5": M("0–5 years"), "c6_12": M("6–12 years"), "y13_19": M("13–19 years"), "a20_66": M("20–66 years"),
    "s67": M("67 years and over"),
}  # fmt: skip
"""What people call the age groups."""

OLDEST = 99
"""A band with no upper end is taken to reach this age where a group cuts it. An assumption, not a statistic."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Band:
    """People of some ages as a source counts them.

    Attributes:
        column: The source's column; empty for ages that no column counts.
        first: Youngest age in years.
        last: Oldest age, counted too; None where there is no upper end.
        sex: Whom the column counts, where it counts only some ("f", "m"); else empty.
    """

    column: str
    first: int
    last: int | None
    sex: str = ""

    @property
    def end(self) -> int:
        """The oldest age as a number, `OLDEST` (or the first age, if higher) where the band has no upper end."""
        return max(self.first, OLDEST) if self.last is None else self.last

    def share_in(self, group: str) -> float:
        """The part of the band's single years that fall into an age group (0 to 1): 65–69 gives `s67` 3/5."""
        low, high = GROUPS[group]
        if self.first >= low and (high is None or (self.last is not None and self.last <= high)):
            return 1.0
        years = min(self.end, self.end if high is None else high) - max(self.first, low) + 1
        return max(0, years) / (self.end - self.first + 1)


@dataclass(frozen=True, eq=False)
class Groups:
    """People by age group.

    Attributes:
        people: Index of the areas; for each group the columns `c0_5`, `c0_5_low`, `c0_5_high`, … (persons).
        estimated: Groups that are not a plain sum of the source's numbers: a band was cut, or counts were hidden.
    """

    people: pd.DataFrame
    estimated: tuple[str, ...] = ()


def check_bands(bands: Sequence[Band]) -> None:
    """Refuse bands that run backwards or count somebody twice.

    Raises:
        InputError: With the first such band.
    """
    for band in bands:
        if band.first < 0 or band.end < band.first:
            raise InputError(
                M("The column “{column}” is said to count the ages {first} to {last}. Expected the youngest age first "
                  "and both at least 0; change its entry under “bands” in the mapping.",
                  column=band.column, first=band.first, last=band.end)
            )  # fmt: skip
    ordered = sorted(bands, key=lambda b: (b.sex, b.first))
    for one, two in pairwise(ordered):
        if one.sex == two.sex and (one.last is None or two.first <= one.last):
            raise InputError(
                M("The columns “{one}” and “{two}” both count people aged {age}. Each person may be counted once; "
                  "leave one of them out under “bands” in the mapping.", one=one.column, two=two.column, age=two.first)
            )  # fmt: skip
    if len({bool(b.sex) for b in bands}) > 1:
        raise InputError(
            M("Some columns count one sex and others everybody, so that people would be counted twice. "
              "Keep one kind under “bands” in the mapping.")
        )  # fmt: skip


def uncounted(bands: Sequence[Band]) -> tuple[Band, ...]:
    """The ages that no band counts, as bands without a column: what the total has over the bands lives there."""
    gaps = []
    for sex in sorted({b.sex for b in bands}):
        next_age: int | None = 0
        for band in sorted((b for b in bands if b.sex == sex), key=lambda b: b.first):
            if next_age is not None and band.first > next_age:
                gaps.append(Band("", next_age, band.first - 1, sex))
            next_age = None if band.last is None else band.last + 1
        if next_age is not None and next_age <= OLDEST:
            gaps.append(Band("", next_age, None, sex))
    return tuple(gaps)


def group_people(
    areas: pd.DataFrame, bands: Sequence[Band], suppressed_below: float | None = None, keep: Bools | None = None
) -> Groups:
    """People by age group in each area, from the source's bands.

    A band that a group cuts is split by single years, evenly within the band; the low counts only bands that lie wholly
    in the group and the high all that touch it. What the total has over the bands' sum is shared out over the hidden
    bands (over all, where none is hidden) like the same ages in the other areas of this layer; the low and high let it
    fall anywhere that the total and `suppressed_below` allow. Where the bands sum to more than the total (offices round
    them), they stand as they are. Groups that no band touches are left out; no bands give no groups.

    Args:
        areas: Columns `total`, `total_low`, `total_high` and the bands' own, persons; NaN in a band is hidden.
        suppressed_below: A hidden count is smaller than this; None for no limit but the total.
        keep: Which rows to answer for (all are used to see how ages are mixed); None for all.
    """
    groups = [g for g in GROUPS if any(b.share_in(g) > 0 for b in bands)]
    if not groups:
        return Groups(pd.DataFrame(index=areas.index))
    every = [*bands, *uncounted(bands)]
    rest = _Rest.of(areas, every, suppressed_below)
    columns: dict[str, Floats] = {}
    estimated = []
    for group in groups:
        part = np.array([b.share_in(group) for b in every])
        point, low, high = rest.count(part)
        columns |= {group: point, f"{group}_low": low, f"{group}_high": high}
        wide = high - low if keep is None else (high - low)[keep]
        if not np.all(wide <= 1e-9):
            estimated.append(group)
    people = pd.DataFrame(columns, index=areas.index)
    return Groups(people if keep is None else people[keep], tuple(estimated))


@dataclass(frozen=True, eq=False)
class _Rest:
    """Counts per area and band, and the people who are in the total but in no known band."""

    known: Floats  # persons, 0 where hidden
    shared: Floats  # best estimate of the rest by band
    room: Floats  # the most of the rest that can be in each band
    least: Floats  # the rest per area: lowest
    most: Floats  # and highest

    @classmethod
    def of(cls, areas: pd.DataFrame, bands: Sequence[Band], suppressed_below: float | None) -> _Rest:
        blank = np.full(len(areas), np.nan)
        counts = np.column_stack([areas[b.column].to_numpy(float) if b.column else blank for b in bands])
        hidden = np.isnan(counts)
        known = np.where(hidden, 0.0, counts)
        point, least, most = (
            np.maximum(areas[c].to_numpy(float) - known.sum(axis=1), 0) for c in ("total", "total_low", "total_high")
        )
        most = np.where(np.isnan(most), np.inf, most)
        open_to = hidden | (~hidden.any(axis=1) & (most > 0))[:, None]
        limit = np.inf if suppressed_below is None else max(0.0, suppressed_below - 1)
        limits = np.where([bool(b.column) for b in bands], limit, np.inf)
        room = np.where(open_to, np.minimum(limits, most[:, None]), 0.0)
        # the total outranks the limit: people who are there must be somewhere
        short = hidden.any(axis=1) & (room.sum(axis=1) < least - 1e-9) | ~hidden.any(axis=1)
        room = np.where(short[:, None] & open_to, most[:, None], room)
        mix = _mix(counts, point, bands)
        return cls(known, _fill(point, mix * open_to, room), room, least, most)

    def count(self, part: Floats) -> tuple[Floats, Floats, Floats]:
        """Best estimate, lowest and highest number of people in a group that has these parts of the bands."""
        whole, touched = part >= 1, part > 0
        point = (self.known + self.shared)[:, touched] @ part[touched]
        must = np.maximum(self.least - self.room[:, ~whole].sum(axis=1), 0)
        may = np.minimum(self.most, self.room[:, touched].sum(axis=1))
        low = self.known[:, whole].sum(axis=1) + must
        high = self.known[:, touched].sum(axis=1) + may
        return np.clip(point, low, high), low, np.where(np.isinf(high), np.nan, high)


def _mix(counts: Floats, rest: Floats, bands: Sequence[Band]) -> Floats:
    """How many people an area of this layer has in each band, on average; years of age where no area says."""
    solved = counts.copy()
    single = np.isnan(counts).sum(axis=1) == 1
    solved[single] = np.where(np.isnan(counts[single]), rest[single, None], counts[single])
    seen = ~np.isnan(solved)
    mean = np.where(seen, solved, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    years = np.array([b.end - b.first + 1.0 for b in bands])
    if not seen.any(axis=0).all() or mean.sum() <= 0:
        return years
    mix: Floats = mean + 1e-9 * years
    return mix


def _fill(rest: Floats, weight: Floats, room: Floats) -> Floats:
    """Share the rest of each area by weight, no band getting more than its room; what spills goes where room is.

    A rest that is not known (NaN) makes the bands with room NaN.
    """
    share = _parts(weight) * rest[:, None]
    inside = np.minimum(share, room)
    left = np.where(np.isfinite(room), room - inside, 0.0)
    spill = np.minimum((share - inside).sum(axis=1), left.sum(axis=1))
    return np.where(room > 0, inside + _parts(left) * spill[:, None], 0.0)


def _parts(weight: Floats) -> Floats:
    """Each row as parts of its sum; zeros where the sum is zero."""
    sums = np.broadcast_to(weight.sum(axis=1, keepdims=True), weight.shape)
    parts: Floats = np.divide(weight, sums, out=np.zeros_like(weight), where=sums > 0)
    return parts
