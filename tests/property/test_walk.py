"""What must hold for every town, every home and every asset: the walk as hypothesis tries to break it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.walk import WalkNetwork, WalkProfile, walk_profile
from tests.worlds import grid, places

settings.register_profile("walk", max_examples=40, deadline=None)
settings.load_profile("walk")

SPOT = st.tuples(st.integers(-60, 760), st.integers(-60, 760)).map(lambda xy: (float(xy[0]), float(xy[1])))
SPOTS = st.lists(SPOT, min_size=1, max_size=8)


@st.composite
def towns(draw: Callable[..., object]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Nodes on a 100 m raster, some pieces of street between them longer than they look, some of them steps."""
    picked = draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=2, max_size=20, unique=True))
    spots = [(x * 100.0, y * 100.0) for x, y in picked]  # type: ignore[attr-defined]
    number = st.integers(0, len(spots) - 1)
    extra = draw(st.lists(st.tuples(number, number, st.integers(0, 300), st.booleans()), max_size=25))
    rows = [(a, b, 0, False) for a, b in pairwise(range(len(spots)))]
    rows += [row for row in extra if row[0] != row[1]]  # type: ignore[attr-defined]
    nodes = places(*spots)
    u, v = np.array([r[0] for r in rows]), np.array([r[1] for r in rows])
    xy = np.array(spots)
    length = np.hypot(*(xy[u] - xy[v]).T) + [r[2] for r in rows]
    return nodes, pd.DataFrame({"u": u, "v": v, "length": length, "steps": [r[3] for r in rows]})


def costs(network: WalkNetwork, homes: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, **options: object) -> np.ndarray:
    """Effective metres; infinity where nothing is reached."""
    return network.nearest(homes, assets, **options)["metres"].fillna(np.inf).to_numpy(copy=True)  # type: ignore[arg-type]


def close(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((np.isinf(one) == np.isinf(other)).all()) and np.allclose(
        one[~np.isinf(one)], other[~np.isinf(other)], atol=1e-6
    )


@given(towns(), SPOTS, SPOTS)
def test_the_search_equals_a_search_by_hand(town, homes, assets) -> None:  # type: ignore[no-untyped-def]
    """Against Floyd–Warshall over all nodes, with every home and asset on its nearest edge."""
    network = WalkNetwork.from_edges(*town)
    n = len(network.xy)
    table = np.full((n, n), np.inf)
    np.fill_diagonal(table, 0)
    weight = network.length * np.where(network.steps, 3, 1)
    usable = np.flatnonzero(network.usable)
    for u, v, w in zip(network.u[usable], network.v[usable], weight[usable], strict=True):
        table[u, v] = table[v, u] = min(table[u, v], w)
    for k in range(n):
        table = np.minimum(table, table[:, [k]] + table[[k], :])
    prepared = network.prepared(walk_profile())
    a, b = (prepared.snap(network.to_metric(places(*spots)), 100.0) for spots in (homes, assets))
    expected = np.full(len(homes), np.inf)
    for i in range(len(a)):
        for j in range(len(b)):
            if not (a.linked[i] and b.linked[j]):
                continue
            wi, wj = weight[a.edge[i]], weight[b.edge[j]]
            ways = [
                si + table[p, q] + sj
                for p, si in ((network.u[a.edge[i]], a.share[i] * wi), (network.v[a.edge[i]], (1 - a.share[i]) * wi))
                for q, sj in ((network.u[b.edge[j]], b.share[j] * wj), (network.v[b.edge[j]], (1 - b.share[j]) * wj))
            ]
            if a.edge[i] == b.edge[j]:
                ways.append(abs(a.share[i] - b.share[j]) * wi)
            expected[i] = min(expected[i], min(ways) + a.off[i] + b.off[j])
    assert close(costs(network, places(*homes), places(*assets)), expected)


@given(towns(), SPOTS, SPOTS, SPOT)
def test_one_more_asset_never_makes_the_way_longer(town, homes, assets, more) -> None:  # type: ignore[no-untyped-def]
    network = WalkNetwork.from_edges(*town)
    fewer = costs(network, places(*homes), places(*assets))
    assert (costs(network, places(*homes), places(*assets, more)) <= fewer + 1e-9).all()


@given(towns(), SPOTS, SPOTS, st.randoms(use_true_random=False))
def test_the_order_of_anything_does_not_matter(town, homes, assets, dice) -> None:  # type: ignore[no-untyped-def]
    nodes, edges = town
    expected = pd.Series(
        costs(WalkNetwork.from_edges(nodes, edges), places(*homes), places(*assets)), index=range(len(homes))
    )
    order = dice.sample(range(len(homes)), len(homes))
    mixed = [homes[i] for i in order]
    again = costs(WalkNetwork.from_edges(nodes, edges), places(*mixed), places(*dice.sample(assets, len(assets))))
    assert close(again, expected[order].to_numpy())
    shuffled = nodes.iloc[dice.sample(range(len(nodes)), len(nodes))]
    assert close(costs(WalkNetwork.from_edges(shuffled, edges), places(*homes), places(*assets)), expected.to_numpy())


@given(towns(), SPOTS, SPOTS)
def test_the_direction_in_which_a_street_is_drawn_does_not_matter(town, homes, assets) -> None:  # type: ignore[no-untyped-def]
    nodes, edges = town
    turned = edges.rename(columns={"u": "v", "v": "u"})
    one, other = (costs(WalkNetwork.from_edges(nodes, e), places(*homes), places(*assets)) for e in (edges, turned))
    assert close(one, other)


@given(towns(), SPOTS, SPOTS, st.floats(1, 14), st.floats(1, 14), st.floats(0.5, 30))
def test_who_walks_faster_or_longer_reaches_no_less(town, homes, assets, a, b, minutes) -> None:  # type: ignore[no-untyped-def]
    network = WalkNetwork.from_edges(*town)
    slow, fast = (WalkProfile("x", v, v, v, "test") for v in sorted((a, b)))
    reached = [
        network.nearest(places(*homes), places(*assets), max_minutes=m, profile=p)["reached"].to_numpy()
        for m, p in ((minutes, slow), (minutes, fast), (minutes * 1.5, fast))
    ]
    assert (reached[0] <= reached[1]).all()
    assert (reached[1] <= reached[2]).all()


@given(towns(), SPOTS, SPOTS, st.floats(0.5, 30))
def test_a_limit_changes_no_distance_within_it(town, homes, assets, minutes) -> None:  # type: ignore[no-untyped-def]
    network = WalkNetwork.from_edges(*town)
    free = costs(network, places(*homes), places(*assets))
    free[free > minutes * 80 * (1 + 1e-9)] = np.inf
    assert close(costs(network, places(*homes), places(*assets), max_minutes=minutes), free)


@given(towns(), SPOT, SPOT)
def test_there_and_back_are_the_same_way(town, one, other) -> None:  # type: ignore[no-untyped-def]
    network = WalkNetwork.from_edges(*town)
    assert close(costs(network, places(one), places(other)), costs(network, places(other), places(one)))


@given(towns(), SPOTS, SPOTS)
def test_no_walk_is_shorter_than_the_straight_line(town, homes, assets) -> None:  # type: ignore[no-untyped-def]
    network = WalkNetwork.from_edges(*town)
    air = shapely.distance(places(*homes).geometry.to_numpy()[:, None], places(*assets).geometry.to_numpy()[None, :])
    assert (costs(network, places(*homes), places(*assets)) >= air.min(axis=1) - 1e-6).all()


BESIDE = st.tuples(st.integers(0, 4), st.floats(30, 70), st.integers(0, 5), st.floats(-20, 20)).map(
    lambda p: (p[0] * 100 + p[1], p[2] * 100 + p[3])
)
"""A place clearly nearer to one street of the grid than to any other."""


@given(st.lists(BESIDE, min_size=1, max_size=5), BESIDE, st.sampled_from([4326, 25833, 3857, 3035]))
def test_the_reference_system_of_what_is_given_changes_nothing(homes, asset, crs) -> None:  # type: ignore[no-untyped-def]
    expected = costs(grid(), places(*homes), places(asset))
    assert costs(grid(), places(*homes).to_crs(crs), places(asset).to_crs(crs)) == pytest.approx(expected, abs=1e-3)


def test_another_zone_measures_the_same_within_a_thousandth() -> None:
    town = grid()
    homes, assets = places((30.0, 20.0), (410.0, 477.0)), places((270.0, 15.0))
    edges = town.edges.drop(columns="length").reset_index()
    other = WalkNetwork.from_edges(town.nodes.to_crs(25833), edges.to_crs(25833))
    assert other.crs.to_epsg() == 25833
    ratio = costs(other, homes, assets) / costs(town, homes, assets)
    # Six degrees off its middle a zone stretches by a little more than one in a thousand; neighbours stay below.
    assert ratio == pytest.approx(1, abs=2e-3)


@given(SPOT, st.integers(2, 6), st.integers(0, 4))
def test_a_halo_of_the_threshold_is_enough(home, reach, more) -> None:  # type: ignore[no-untyped-def]
    """Streets and assets farther away than can be walked change nothing."""
    minutes, limit = reach * 100 / 80, reach * 100.0
    town = grid(21, 21)
    centre = (home[0] + 700.0, home[1] + 700.0)
    dice = np.random.default_rng(int(home[0] * 1000 + home[1]) % 2**32)
    assets = [(float(x), float(y)) for x, y in dice.integers(0, 2000, (12, 2))]
    expected = costs(town, places(centre), places(*assets), max_minutes=minutes)
    window = places(centre).geometry.item().buffer(limit + 100 * more + 150)
    inside = town.edges[town.edges.intersects(window)].reset_index()
    cut = WalkNetwork.from_edges(town.nodes, inside)
    # An asset at the rim of the window may lose its nearest street; it is too far to be reached in any case.
    ground = places(centre).geometry.item().buffer(limit)
    near = [a for a in assets if places(a).geometry.item().within(ground)]
    assert close(costs(cut, places(centre), places(*near), max_minutes=minutes), expected)


@given(towns(), SPOT, st.lists(st.integers(1, 15), min_size=2, max_size=3, unique=True))
@settings(max_examples=15)
def test_walk_areas_grow_with_the_minutes_and_hold_what_is_reached(town, spot, minutes) -> None:  # type: ignore[no-untyped-def]
    network = WalkNetwork.from_edges(*town)
    areas = network.walk_areas(places(spot), minutes).to_crs(network.crs)
    assert list(areas["minutes"]) == sorted(minutes, reverse=True)
    for large, small in pairwise(areas.geometry):
        assert small.difference(large.buffer(5)).is_empty
    assert areas.is_valid.all()
