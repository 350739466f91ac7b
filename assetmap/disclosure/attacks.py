"""How many persons would be found by somebody who reads all that is public of them, and means ill?

Each attack knows the public frame alone and what its name says besides; afterwards it is judged by the truth. It takes
any frame with `persons`, `theme_…` and `field_…` columns and shapes, so that worse ways to publish can be attacked as
well. One row each: what was tried how often, how many were identified, how many a blind guess would hit.

`nearest_address` and `averaging` aim at homes: a guess that is right no oftener than a blind one identifies nobody, and
`beyond_chance` says whether it is. `homogeneity` and `linkage` aim at what one person shares, `subtraction` at numbers
left out; `assetmap.disclosure.differencing` compares two releases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from assetmap.model.gifts import theme

Matrix = npt.NDArray[np.float64]
COLUMNS = ["attack", "tried", "identified", "by_chance", "measure"]


@dataclass(frozen=True)
class Truth:
    """What really is: points of `persons` (index: pseudonym), `gifts` (person, theme), points of `addresses`."""

    persons: gpd.GeoDataFrame
    gifts: pd.DataFrame
    addresses: gpd.GeoDataFrame | gpd.GeoSeries

    @cached_property
    def labels(self) -> pd.DataFrame:
        """Persons × labels as releases name them."""
        sorts = list(dict.fromkeys(self.gifts["theme"]))
        fields = list(dict.fromkeys(theme(key).field for key in sorts))
        gifts = self.gifts[self.gifts["person"].isin(self.persons.index)]
        rows = self.persons.index.get_indexer(gifts["person"])
        themes = np.zeros((len(self.persons), len(sorts)), dtype=np.bool_)
        themes[rows, pd.Index(sorts).get_indexer(gifts["theme"])] = True
        part = np.array([[theme(key).field == field for field in fields] for key in sorts])
        names = [*(f"theme_{key}" for key in sorts), *(f"field_{field}" for field in fields)]
        return pd.DataFrame(np.hstack([themes, themes @ part]), index=self.persons.index, columns=names)

    def members(self, frame: gpd.GeoDataFrame) -> list[pd.Index]:
        """Who is in each shape."""
        tree = shapely.STRtree(shapely.transform(self.persons.geometry.to_numpy(), lambda xy: xy + 1e-6))
        return [self.persons.index[np.sort(tree.query(shape, "intersects"))] for shape in frame.geometry]

    def counts(self, frame: gpd.GeoDataFrame, start: str) -> pd.DataFrame:
        """The true numbers: cells × labels that begin so."""
        labels = self.labels.filter(regex=f"^{start}")
        return pd.DataFrame([labels.loc[who].sum() for who in self.members(frame)], index=frame.index)


def nearest_address(frame: gpd.GeoDataFrame, truth: Truth) -> dict[str, object]:
    """Somebody lives at the address nearest to the middle of each shape, one says."""
    return _at_homes("nearest address", shapely.get_coordinates(frame.geometry.centroid), truth, "homes guessed")


def averaging(export: Callable[[int], gpd.GeoDataFrame], truth: Truth, times: int = 1000) -> dict[str, object]:
    """The same, of the mean of many exports, asked for again and again."""
    middles = np.array([shapely.get_coordinates(export(at).geometry.centroid) for at in range(times)])
    different = len({middle.tobytes() for middle in middles})
    return _at_homes("averaging", middles.mean(axis=0), truth, f"homes guessed from {times} exports, {different} sorts")


def _at_homes(name: str, spots: Matrix, truth: Truth, measure: str) -> dict[str, object]:
    homes = shapely.get_coordinates(truth.addresses.geometry)
    lived_in = cKDTree(shapely.get_coordinates(truth.persons.geometry)).query(homes)[0] < 0.5
    right = int(lived_in[cKDTree(homes).query(spots)[1]].sum()) if len(spots) else 0
    return dict(zip(COLUMNS, (name, len(spots), right, len(spots) * lived_in.mean(), measure), strict=True))


def homogeneity(frame: gpd.GeoDataFrame, truth: Truth) -> dict[str, object]:
    """Whoever is known to live in a cell shares what all of them share."""
    groups = truth.members(frame)
    sure = sum(len(who) for who in groups if len(who) and truth.labels.loc[who].all().any())
    tried = sum(map(len, groups))
    return dict(zip(COLUMNS, ("homogeneity", tried, sure, 0.0, "persons whose cell all share one theme"), strict=True))


def linkage(frame: gpd.GeoDataFrame, truth: Truth, k: int = 5) -> dict[str, object]:
    """Whoever is known by cell and one theme or field is among those few of whom it is told.

    No age, sex or other trait is published that could be known besides: if one is, everybody counts as identified.
    """
    found: set[object] = set()
    groups = truth.members(frame)
    own = {"persons", "addresses", "released", "other", frame.geometry.name}
    traits = [name for name in frame if name not in own and not str(name).startswith(("theme_", "field_"))]
    told = frame[[name for name in truth.labels if name in frame]].notna()
    for cell, who in zip(frame.index, groups, strict=True):
        labels = truth.labels.loc[who]
        few = [who] if len(who) < k or traits else []
        few += [labels.index[labels[name]] for name in told if told.loc[cell, name] and labels[name].sum() < k]
        found.update(*few)
    measure = f"persons in a group told of with fewer than {k}; traits published: {len(traits)}"
    return dict(zip(COLUMNS, ("linkage", sum(map(len, groups)), len(found), 0.0, measure), strict=True))


def subtraction(frame: gpd.GeoDataFrame, truth: Truth, k: int = 5, *, exact: bool = False) -> dict[str, object]:
    """What is left out is a total less what is shown. All totals from k on are known exactly, from elsewhere.

    Args:
        exact: The numbers that are shown are known exactly too, although only "at least" is said of them.
    """
    tried = found = 0
    for start in ("theme_", "field_"):
        counts = truth.counts(frame, start)
        said = frame.reindex(columns=counts.columns).to_numpy(dtype=np.float64, na_value=np.nan)
        values, shown = counts.to_numpy(dtype=np.float64), ~np.isnan(said)
        least = np.where(shown, values if exact else said, 0.0)
        most = np.where(shown, values if exact else 2 * said + k, np.inf)
        small = ~shown & (values > 0) & (values < k)
        low, high = bounds(least, most, *(np.where(sums >= k, sums, np.nan) for sums in _totals(values)))
        tried, found = tried + int(small.sum()), found + int((small & (low >= 1) & (high < k)).sum())
    if exact:
        rests = _rests(frame, truth)
        tried, found = tried + rests.size, found + int(((rests > 0) & (rests < k)).sum())
    name = "subtraction, all shown known exactly" if exact else "subtraction"
    return dict(zip(COLUMNS, (name, tried, found, 0.0, f"groups of fewer than {k} that follow"), strict=True))


def _totals(values: Matrix) -> tuple[Matrix, Matrix]:
    """Of columns and of rows."""
    return values.sum(axis=0, keepdims=True), values.sum(axis=1, keepdims=True)


def bounds(low: Matrix, high: Matrix, columns: Matrix, rows: Matrix) -> tuple[Matrix, Matrix]:
    """The least and the most that each number of a table can be, from what is known of it and of its totals.

    Totals of columns are 1 × n, of rows m × 1, NaN where they are not known. Of a table with one row the
    columns' totals are the numbers themselves: they are not used.
    """
    lines = [(axis, total) for axis, total in ((0, columns), (1, rows)) if low.shape[axis] > 1]
    while True:
        before = low, high
        for axis, total in lines:
            most = total - (low.sum(axis=axis, keepdims=True) - low)
            least = total - _others(high, axis)
            low, high = np.fmax(low, least), np.fmin(high, most)
        if np.array_equal(low, before[0]) and np.array_equal(high, before[1]):
            return low, high


def _others(high: Matrix, axis: int) -> Matrix:
    """The sum of the others in each line, infinite where one of them is."""
    endless = np.isinf(high)
    finite = np.where(endless, 0.0, high)
    rest = finite.sum(axis=axis, keepdims=True) - finite
    return np.where(endless.sum(axis=axis, keepdims=True) - endless > 0, np.inf, rest)


def _rests(frame: gpd.GeoDataFrame, truth: Truth) -> npt.NDArray[np.int64]:
    """Persons of a field told of less those of its themes told of, for each cell and field."""
    rests = []
    part = {f"theme_{key}": f"field_{theme(key).field}" for key in truth.gifts["theme"].unique()}
    for cell, who in zip(frame.index, truth.members(frame), strict=True):
        labels = truth.labels.loc[who]
        for field in set(part.values()) & set(frame.columns[frame.loc[cell].notna()]):
            shown = [t for t, of in part.items() if of == field and t in frame and pd.notna(frame.loc[cell, t])]
            rests.append(int((labels[field] & ~labels[shown].any(axis=1)).sum()) if shown else 0)
    return np.array(rests, dtype=np.int64)


def beyond_chance(row: dict[str, object]) -> bool:
    """Whether an attack found more than luck does: more than four standard deviations above a blind guess."""
    chance = float(str(row["by_chance"]))
    return int(str(row["identified"])) > chance + 4 * float(np.sqrt(chance))
