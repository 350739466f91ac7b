"""Which assets are near enough to each other, and enough of a sort, to be one thing at all?

Comparing everything with everything is 5,000,000,000 pairs for 100,000 assets. Only pairs of one family of categories
within 250 m are looked at; on the labelled set that keeps 99.9 % of the true pairs.
"""

from __future__ import annotations

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.model.crs import metric_crs_of
from assetmap.model.taxonomy import taxonomy

REACH_M = 250.0
"""Metres within which two sources may mean the same place."""
NEXT_M = 30.0
"""Metres within which one source may have put one thing in twice."""

# Sources sort one and the same thing differently within these; across them two things are two, however near: a library
# is not the culture house it is in, a club not its ground, a school not the kindergarten of the same name.
_FAMILIES = (
    "community_house youth_club culture_venue heritage_memory volunteer_hub",
    "playground sports_ground sports_hall bathing_place",
    "park_green nature_outdoor garden_growing square",
    "school learning_centre",
    "health_service elder_care social_support",
    "grocery_market cafe_eatery local_shop_service reuse_repair_share workplace",
)


@cache
def families() -> dict[str, str]:
    """The family of each category, by which two assets may meet; a category in no wider one is its own."""
    wider = {name: group.split()[0] for group in _FAMILIES for name in group.split()}
    found = {}
    for key, category in taxonomy().items():
        # which association one is, two sources seldom say alike; a person's gift is never a row, nor compared
        alone = "associations" if category.kind == "associations" else key
        if category.role != "gift":
            found[key] = wider.get(key, alone)
    return found


def metric_shapes(assets: gpd.GeoDataFrame) -> np.ndarray:
    """The geometries in metres by position; None where an asset has no place."""
    shapes = np.full(len(assets), None, dtype=object)
    placed = np.flatnonzero(~(assets.geometry.isna() | assets.geometry.is_empty))
    if placed.size:
        there = assets.geometry.iloc[placed]
        shapes[placed] = there.to_crs(metric_crs_of(there)).to_numpy()
    return shapes


def near_pairs(assets: gpd.GeoDataFrame, shapes: np.ndarray) -> pd.DataFrame:
    """Pairs of assets that may be one: columns `i`, `j` (positions, i < j), `metres`, `across` (of two sources).

    Distance is between the shapes: 0 for a point in its own ground. Pairs of one source come only within 30 m, and
    never for what stands in rows by nature (benches, stops).

    Args:
        assets: Columns `category` and `source`. shapes: Their geometries in metres, as `metric_shapes` gives them.
    """
    family = assets["category"].map(families()).to_numpy(dtype=object)
    role = assets["category"].map({key: category.role for key, category in taxonomy().items()}).to_numpy(dtype=object)
    source = pd.factorize(assets["source"], sort=True)[0]
    placed = np.array([shape is not None for shape in shapes], dtype=bool)
    parts = []
    for group in pd.unique(family[placed & pd.notna(family)]):
        members = np.flatnonzero(placed & (family == group))
        parts.append(_between_sources(members, source, shapes))
        parts.append(_within_a_source(members[role[members] == "asset"], source, shapes))
    if not parts:
        return pd.DataFrame({"i": np.empty(0, int), "j": np.empty(0, int), "metres": np.empty(0), "across": False})
    return pd.concat(parts, ignore_index=True)


def _between_sources(members: np.ndarray, source: np.ndarray, shapes: np.ndarray) -> pd.DataFrame:
    """Each source against all later ones, so that the pairs of one source, which are most, are never made."""
    found = []
    for one in np.unique(source[members])[:-1]:
        own, others = members[source[members] == one], members[source[members] > one]
        found.append(_within(own, others, shapes, REACH_M))
    pairs = np.concatenate(found) if found else np.empty((0, 2), dtype=int)
    return _frame(pairs, shapes, across=True)


def _within_a_source(members: np.ndarray, source: np.ndarray, shapes: np.ndarray) -> pd.DataFrame:
    pairs = _within(members, members, shapes, NEXT_M)
    pairs = pairs[(pairs[:, 0] < pairs[:, 1]) & (source[pairs[:, 0]] == source[pairs[:, 1]])]
    return _frame(pairs, shapes, across=False)


def _within(own: np.ndarray, others: np.ndarray, shapes: np.ndarray, metres: float) -> np.ndarray:
    tree = shapely.STRtree(shapes[others])
    first, second = tree.query(shapes[own], predicate="dwithin", distance=metres)
    return np.column_stack([own[first], others[second]])


def _frame(pairs: np.ndarray, shapes: np.ndarray, across: bool) -> pd.DataFrame:
    pairs = np.sort(pairs, axis=1)
    metres = shapely.distance(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    return pd.DataFrame({"i": pairs[:, 0], "j": pairs[:, 1], "metres": metres, "across": across})
