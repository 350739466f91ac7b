"""Which assets of different sources are probably one and the same thing?

Proposals, never a merge: a person decides each pair. Registry numbers decide first; else the score is three parts name
and one part nearness, `0.75 · alike + 0.25 · exp(−metres / 150)`, and one row of a source pairs with at most one of
another. How often that is right is measured in `docs/evidence/duplicates.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from itertools import combinations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from assetmap.messages import M, Message, Mn, Percent
from assetmap.model.taxonomy import taxonomy
from assetmap.upkeep.likeness import likeness
from assetmap.upkeep.meeting import families, metric_shapes, near_pairs
from assetmap.upkeep.registers import Ids, registry_ids, telling, verdict

SAME, ASK = 0.75, 0.5
"""From which score a pair is suggested as the same, and from which a person is asked."""
COLUMNS = ("a", "b", "score", "distance_m", "names", "why", "band")
_BY_NAME = 0.75
_FADE_M = 150.0
_NO_NAME = 0.5  # what an absent or generic name counts for: neither for nor against
_TWICE = 0.95  # names within one source that are as good as equal
_SHARED = 0.3  # of the larger, for two grounds without names


def proposals(
    assets: gpd.GeoDataFrame,
    *,
    decided: Collection[frozenset[str]] = (),
    apart: Collection[frozenset[str]] = (),
) -> pd.DataFrame:
    """Pairs of assets that are probably one thing, best first.

    Args:
        assets: A table of assets in WGS84, index id, without what lies in the bin. Read are `name`, `names`,
            `category`, `source`, `source_id`, `tags`, `location_precision` and `geometry`.
        decided: Pairs of ids that somebody has judged already; they are not proposed, and stand in nobody's way.
        apart: Pairs of ids that somebody said to be two things.

    Returns:
        One row per pair, plain index: `a`, `b` (ids, a < b); `score` (0 to 1); `distance_m` (metres between the
        shapes, NaN where one has no place); `names` (how alike, 0 to 1; NaN where a name is missing or generic);
        `why` (a `Message`); `band`: "register" (one registry number), "contested" (the same, but joining all that
        are alike in this would join two that are `apart`), "same" (score and names from 0.75) or "ask" (from 0.5, or
        something speaks against it: two categories, other numbers in the names, no name).

    Only assets of different sources are compared, and of one source those within 30 m under near-identical names,
    which are asked. Two ids of one register are two things, and never proposed.
    """
    assets = assets[assets["category"].isin(list(families()))] if len(assets) else assets
    if len(assets) < 2:
        return _typed(pd.DataFrame(columns=list(COLUMNS), dtype="object"))
    shapes = metric_shapes(assets)
    ids = _ids(assets)
    scored = _known_apart(_scored(assets, shapes), ids)
    known = _contested(_by_register(assets, shapes, ids), assets.index, apart)
    pairs = pd.concat([known, scored], ignore_index=True)
    pairs = _undecided(pairs, assets.index, decided)
    return _told(_one_to_one(pairs, assets["source"].to_numpy(dtype=object)), assets.index)


def _scored(assets: gpd.GeoDataFrame, shapes: np.ndarray) -> pd.DataFrame:
    """Pairs near each other that are proposed, with score, band, and what they rest on."""
    pairs = near_pairs(assets, shapes)
    category = assets["category"].to_numpy(dtype=object)
    i, j, across = (pairs[column].to_numpy() for column in ("i", "j", "across"))
    names = likeness(assets)
    alike, sorts, numbered = names.alike(i, j), category[i] == category[j], names.other_number(i, j)
    score = _BY_NAME * np.where(np.isnan(alike), _NO_NAME, alike)
    score += (1 - _BY_NAME) * np.exp(-pairs["metres"].to_numpy() / _FADE_M)
    kept = across & (score >= ASK) & (sorts | (alike >= SAME))  # two categories need a name that leaves little doubt
    kept[np.isnan(alike)] = False
    nameless = np.flatnonzero(np.isnan(alike) & across & sorts & (score >= ASK))
    kept[nameless] = _one_spot(assets, shapes, pairs.iloc[nameless])
    twice = np.flatnonzero(~across & sorts & ~numbered & ~np.isnan(alike))
    kept[twice] = names.letters(i[twice], j[twice]) >= _TWICE
    doubtful = np.isnan(alike) | ~sorts | ~across | numbered | (np.fmin(score, alike) < SAME)
    pairs = pairs.assign(score=score, names=alike, band=np.where(doubtful, "ask", "same"), sorts=sorts, number="")
    proposed: pd.DataFrame = pairs.loc[kept]
    return proposed


def _one_spot(assets: gpd.GeoDataFrame, shapes: np.ndarray, pairs: pd.DataFrame) -> np.ndarray:
    """Which pairs without a name are in one spot: near by the measure of their category, or grounds that overlap.

    That measure, `dedupe_m`, is for one map; two sources are further apart, so it counts double. Where shops stand door
    by door it counts a quarter. An association is nothing but its name, and a place that is only known by its street is
    no spot.
    """
    i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy()
    reach = assets["category"].map(_reaches()).to_numpy(dtype=float)
    vague = assets["location_precision"].isin(["street", "area", "none"]).to_numpy()
    near = np.asarray((pairs["metres"].to_numpy() <= reach[i]) & ~vague[i] & ~vague[j])
    grounds = near & (shapely.get_dimensions(shapes[i]) == 2) & (shapely.get_dimensions(shapes[j]) == 2)
    one, other = shapes[i[grounds]], shapes[j[grounds]]
    larger = np.maximum(shapely.area(one), shapely.area(other))
    near[grounds] = shapely.area(shapely.intersection(one, other)) >= _SHARED * larger
    return near


@cache
def _reaches() -> dict[str, float]:
    """For each category the metres within which two sources' nameless rows are in one spot; -1 for never."""
    times = {"exchange": 0.25, "associations": np.nan, "individuals": np.nan}
    reaches = {key: times.get(sort.kind, 2.0) * sort.dedupe_m for key, sort in taxonomy().items()}
    return {key: -1.0 if np.isnan(reach) else reach for key, reach in reaches.items()}


def _ids(assets: gpd.GeoDataFrame) -> dict[int, dict[str, frozenset[str]]]:
    """The registry ids of the rows that have any, by position."""
    columns = {column: assets[column].to_numpy(dtype=object) for column in telling(assets.columns)}
    rows = (dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True))
    return {at: ids for at, row in enumerate(rows) if (ids := registry_ids(row))}


def _by_register(assets: gpd.GeoDataFrame, shapes: np.ndarray, ids: Mapping[int, Ids]) -> pd.DataFrame:
    """Pairs of sources that carry one registry number, however far apart.

    A number that one source gives to several rows is that of whoever runs them, and so no sign of one thing.
    """
    source = assets["source"].to_numpy(dtype=object)
    family = assets["category"].map(families()).to_numpy(dtype=object)
    holders: dict[tuple[str, str], list[int]] = {}
    for row, known in ids.items():
        for register in known:
            for number in known[register] if not register.endswith(":parent") else ():
                holders.setdefault((register, number), []).append(row)
    found: dict[tuple[int, int], str] = {}
    for (_, number), rows in holders.items():
        if 1 < len(rows) == len({source[row] for row in rows}):
            found |= {pair: number for pair in combinations(rows, 2) if family[pair[0]] == family[pair[1]]}
    i, j = (np.array([pair[side] for pair in found], dtype=int) for side in (0, 1))
    metres = shapely.distance(shapes[i], shapes[j])
    return pd.DataFrame({"i": i, "j": j, "metres": metres, "across": True, "score": 1.0, "names": np.nan,
                         "band": "register", "sorts": True, "number": list(found.values())})  # fmt: skip


def _contested(pairs: pd.DataFrame, index: pd.Index, apart: Collection[frozenset[str]]) -> pd.DataFrame:
    """The pairs of a register, marked where somebody said of two of those that they would make one that they are two.

    One number for several rows joins them one after the other, so it is the whole group that is in doubt.
    """
    links = coo_array((np.ones(len(pairs)), (pairs["i"], pairs["j"])), shape=(len(index), len(index)))
    group = connected_components(links, directed=False)[1]
    at = {key: row for row, key in enumerate(index)}
    groups = [{group[at[key]] for key in pair if key in at} for pair in apart if all(key in at for key in pair)]
    torn = [one for met in groups if len(met) == 1 for one in met]
    return pairs.assign(band=np.where(np.isin(group[pairs["i"]], torn), "contested", pairs["band"]))


def _known_apart(pairs: pd.DataFrame, ids: Mapping[int, Ids]) -> pd.DataFrame:
    """Without the pairs that a register knows as two things."""
    both = (pairs["i"].isin(list(ids)) & pairs["j"].isin(list(ids))).to_numpy(copy=True)
    both[both] = [
        verdict(ids[i], ids[j]) == "different" for i, j in zip(pairs["i"][both], pairs["j"][both], strict=True)
    ]
    return pairs[~both]


def _undecided(pairs: pd.DataFrame, index: pd.Index, decided: Collection[frozenset[str]]) -> pd.DataFrame:
    if not decided:
        return pairs
    known = frozenset(decided)
    new = [frozenset(pair) not in known for pair in zip(index[pairs["i"]], index[pairs["j"]], strict=True)]
    return pairs[np.array(new, dtype=bool)]


def _one_to_one(pairs: pd.DataFrame, source: np.ndarray) -> pd.DataFrame:
    """The best pairs such that no row pairs with two rows of one other source; nearer ones first where scores tie."""
    pairs = pairs.sort_values(["score", "metres", "i", "j"], ascending=[False, True, True, True], kind="stable")
    taken: set[tuple[int, object]] = set()
    kept = []
    for i, j in zip(pairs["i"].tolist(), pairs["j"].tolist(), strict=True):
        ways = {(i, source[j]), (j, source[i])}
        kept.append(taken.isdisjoint(ways))
        if kept[-1]:
            taken |= ways
    return pairs[np.array(kept, dtype=bool)]


def _told(pairs: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """The pairs as the caller gets them: ids, and a sentence each."""
    ids = index.astype("str").to_numpy(dtype=object)
    pairs = pairs.assign(a=ids[pairs["i"]], b=ids[pairs["j"]], distance_m=pairs["metres"])
    pairs[["a", "b"]] = np.sort(pairs[["a", "b"]].to_numpy(dtype=object), axis=1)
    pairs["why"] = pd.Series([_why(pair) for pair in pairs.itertuples()], index=pairs.index, dtype="object")
    return _typed(pairs[list(COLUMNS)])


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    numbers = dict.fromkeys(("score", "distance_m", "names"), "float64")
    return table.astype({**numbers, "a": "str", "b": "str", "band": "str"}).reset_index(drop=True)


def _why(pair: Any) -> Message:
    if pair.band == "register":
        return M("Both have the number {number} in a public register.", number=pair.number)
    if pair.band == "contested":
        return M("Both have the number {number} in a public register, but somebody said of two that this would join "
                 "that they are different.", number=pair.number)  # fmt: skip
    metres = round(pair.metres)
    if np.isnan(pair.names):
        return Mn("Of one category and one metre apart; a name is missing or general.",
                  "Of one category and {n} metres apart; a name is missing or general.", metres)  # fmt: skip
    if not pair.across:
        return Mn("The same source has this name twice, one metre apart.",
                  "The same source has this name twice, {n} metres apart.", metres)  # fmt: skip
    if not pair.sorts:
        return Mn("Names {share} alike and one metre apart, but in two categories.",
                  "Names {share} alike and {n} metres apart, but in two categories.",
                  metres, share=Percent(pair.names))  # fmt: skip
    return Mn("Names {share} alike and one metre apart.", "Names {share} alike and {n} metres apart.",
              metres, share=Percent(pair.names))  # fmt: skip
