"""Do two releases in a row show where somebody was who came or went between them, and what they share?

The worst case: nothing else happened in that quarter, and the reader knows that it was this person. What is compared is
public: which cells differ, and what is no longer (or newly) said there. Who goes makes numbers fall; who comes makes
them rise, and that tells of them alone where no other cell differs: else at least k came to each of those that do. (A
number can vanish when somebody comes, because a cell is cut in two: that tells nothing of who came.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.disclosure.attacks import COLUMNS, Truth

Make = Callable[[Truth], gpd.GeoDataFrame]
"""Makes the later release from those who are there then."""


@dataclass(frozen=True)
class Seen:
    """What two releases show round one person: how many cells of the first differ, whether theirs is one of them, and
    the labels that changed there and are theirs."""

    cells: int
    theirs: bool
    labels: frozenset[str]


def withdrawals(before: gpd.GeoDataFrame, make: Make, truth: Truth, targets: Iterable[str]) -> dict[str, object]:
    """Each of the targets goes, alone, after the first release."""
    seen = []
    for who in targets:
        rest = Truth(truth.persons.drop(who), truth.gifts[truth.gifts["person"] != who], truth.addresses)
        seen.append(_compare(before, make(rest), truth, who, goes=True))
    return _row("differencing, one goes", seen)


def arrivals(before: gpd.GeoDataFrame, make: Make, truth: Truth, newcomers: Truth) -> dict[str, object]:
    """Each of the newcomers comes, alone, after the first release; `truth` is without them."""
    seen = []
    for who in newcomers.persons.index:
        more = Truth(
            pd.concat([truth.persons, newcomers.persons.loc[[who]]]),
            pd.concat([truth.gifts, newcomers.gifts[newcomers.gifts["person"] == who]], ignore_index=True),
            truth.addresses,
        )
        seen.append(_compare(before, make(more), more, who, goes=False))
    return _row("differencing, one comes", seen)


def _compare(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, truth: Truth, who: str, *, goes: bool) -> Seen:
    spot = truth.persons.geometry.loc[who]
    old, new = _told(before), _told(after)
    changed = [shape for shape, told in old.items() if new.get(shape) != told]
    here = [old[shape] for shape in changed if _holds(shape, spot)]
    now = [told for shape, told in new.items() if _holds(shape, spot)]
    labels: set[str] = set()
    if here and now and (goes or len(changed) == 1):
        more, less = (here[0], now[0]) if goes else (now[0], here[0])
        mine = {name for name, has in zip(truth.labels, truth.labels.loc[who].to_numpy(), strict=True) if has}
        labels = {name for name, number in more.items() if less.get(name, 0) < number} & mine
    return Seen(len(changed), bool(here), frozenset(labels))


def _told(frame: gpd.GeoDataFrame) -> dict[tuple[float, ...], dict[str, int]]:
    """What is said of each shape, by its bounds."""
    names = [str(name) for name in frame if name in ("persons", "other") or str(name).startswith(("theme_", "field_"))]
    values = np.column_stack([frame[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in names])
    kept = [{names[at]: int(row[at]) for at in np.flatnonzero(~np.isnan(row))} for row in values]
    return dict(zip(map(tuple, shapely.bounds(frame.geometry.to_numpy()).tolist()), kept, strict=True))


def _holds(bounds: tuple[float, ...], spot: shapely.Point) -> bool:
    return bool(bounds[0] <= spot.x < bounds[2] and bounds[1] <= spot.y < bounds[3])


def _row(name: str, seen: list[Seen]) -> dict[str, object]:
    """Identified is whose cell alone differs, or of whom a theme or field is told."""
    found = sum((one.theirs and one.cells == 1) or bool(one.labels) for one in seen)
    differ = [one for one in seen if one.cells]
    guessed = sum(1 / one.cells for one in differ if one.theirs)
    fewest = min((one.cells for one in differ), default=0)
    measure = f"releases that differ: {len(differ)}, in {fewest} cells at least; cell guessed: {guessed:.1f}"
    return dict(zip(COLUMNS, (name, len(seen), found, 0.0, measure), strict=True))
