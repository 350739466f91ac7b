"""What must hold for coverage in every town, whoever lives there and whatever stands there?"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.analyses.coverage import coverage
from assetmap.analyses.gaps import gaps
from assetmap.walk import WalkProfile
from tests.towns import assets_at, homes_at
from tests.worlds import grid, streets

NEAR = 1e-9
TOWN = grid()
ISLAND = streets(
    *[[(x * 100.0, y * 100.0) for x in range(6)] for y in range(2)],
    *[[(x * 100.0, 0.0), (x * 100.0, 100.0)] for x in range(6)],
    [(x * 100.0, 3000.0) for x in range(8)],
)
spots = st.tuples(st.floats(-160, 660), st.floats(-160, 660))
few_spots = st.lists(spots, min_size=1, max_size=4)
numbers = st.one_of(st.just(0.0), st.floats(0.01, 50))


@st.composite
def homes(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Up to eight homes with a number of people, its limits, one age group, and some hidden altogether."""
    where = draw(st.lists(spots, min_size=1, max_size=8))
    n = len(where)
    low = np.array(draw(st.lists(numbers, min_size=n, max_size=n)))
    more = np.array(draw(st.lists(numbers, min_size=n, max_size=n)))
    part = np.array(draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    hidden = np.array(draw(st.lists(st.sampled_from([False] * 5 + [True]), min_size=n, max_size=n)))
    people = low + part * more
    high = np.where(hidden, np.nan, low + more)
    share = np.array(draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    edge = np.array(draw(st.lists(st.floats(0, 2000), min_size=n, max_size=n)))
    return homes_at(
        *where, people=np.where(hidden, np.nan, people), people_low=low, people_high=high, edge_m=edge,
        c0_5=share * people, c0_5_low=share * low, c0_5_high=share * high, s67=(1 - share) * people,
    )  # fmt: skip


def ask(assets: Any, who: gpd.GeoDataFrame, minutes: float = 5, network: Any = TOWN, **more: Any) -> dict[str, Any]:
    return dict(coverage(assets, homes=who, network=network, minutes=minutes, category="playground", **more).summary)


def every(summary: dict[str, Any]) -> list[dict[str, Any]]:
    return [summary, *summary["groups"].values()]


@given(who=homes(), what=few_spots, minutes=st.floats(0.1, 30))
@settings(max_examples=12, deadline=None)
def test_sums_and_intervals(who: gpd.GeoDataFrame, what: list[tuple[float, float]], minutes: float) -> None:
    for network in (TOWN, ISLAND):
        found = ask(assets_at(*what), who, minutes, network)
        for part in every(found):
            assert abs(part["total"] - part["unlinked"] - part["denominator"]) < 1e-5
            assert -NEAR <= part["covered"] <= part["denominator"] + 1e-5
            if part["share"] is None:
                assert part["denominator"] == 0
                continue
            assert 0 <= part["share_low"] <= part["share"] + NEAR
            assert part["share"] <= part["share_high"] + NEAR <= 1 + 2 * NEAR
            assert abs(part["share"] * part["denominator"] - part["covered"]) < 1e-5
        for name in ("total", "unlinked", "denominator", "covered"):
            assert sum(group[name] for group in found["groups"].values()) <= found[name] + 1e-5
        assert found["near_edge"]["total"] <= found["total"] + 1e-5


@given(who=homes(), what=few_spots, minutes=st.floats(0.1, 15), further=st.floats(0, 15))
@settings(max_examples=12, deadline=None)
def test_more_time_never_lowers_it(who: gpd.GeoDataFrame, what: list[Any], minutes: float, further: float) -> None:
    one, two = (ask(assets_at(*what), who, m) for m in (minutes, minutes + further))
    for before, after in zip(every(one), every(two), strict=True):
        for name in ("covered", "share", "share_low", "share_high"):
            assert before[name] is None or before[name] <= after[name] + NEAR


@given(who=homes(), what=few_spots, speed=st.floats(1, 6), faster=st.floats(0, 6))
@settings(max_examples=12, deadline=None)
def test_walking_faster_never_lowers_it(who: gpd.GeoDataFrame, what: list[Any], speed: float, faster: float) -> None:
    slow, quick = (ask(assets_at(*what), who, profile=WalkProfile("x", v, v, v, "")) for v in (speed, speed + faster))
    for before, after in zip(every(slow), every(quick), strict=True):
        assert before["share"] is None or before["share"] <= after["share"] + NEAR


@given(who=homes(), what=few_spots, one_more=spots)
@settings(max_examples=12, deadline=None)
def test_another_asset_never_lowers_it(who: gpd.GeoDataFrame, what: list[Any], one_more: tuple[float, float]) -> None:
    for network in (TOWN, ISLAND):
        fewer, more = (ask(assets_at(*some), who, network=network) for some in (what, [*what, one_more]))
        for before, after in zip(every(fewer), every(more), strict=True):
            for name in ("covered", "share", "share_low", "share_high"):
                assert before[name] is None or before[name] <= after[name] + NEAR


@given(who=homes(), what=few_spots, seed=st.integers(0, 99))
@settings(max_examples=12, deadline=None)
def test_the_order_of_rows_changes_nothing(who: gpd.GeoDataFrame, what: list[Any], seed: int) -> None:
    assets = assets_at(*what)
    one = ask(assets, who)
    two = ask(assets.sample(frac=1, random_state=seed), who.sample(frac=1, random_state=seed))
    for before, after in zip(every(one), every(two), strict=True):
        for name in ("total", "covered", "share", "share_low", "share_high"):
            assert before[name] == after[name] or abs(before[name] - after[name]) < 1e-6


@given(who=homes(), what=few_spots, factor=st.floats(0.1, 10))
@settings(max_examples=12, deadline=None)
def test_the_share_does_not_depend_on_how_people_are_counted(
    who: gpd.GeoDataFrame, what: list[Any], factor: float
) -> None:
    columns = [c for c in who if c.startswith(("people", "c0_5", "s67"))]
    one, two = ask(assets_at(*what), who), ask(assets_at(*what), who.assign(**{c: who[c] * factor for c in columns}))
    assert (one["share"] is None) == (two["share"] is None)
    assert one["share"] is None or abs(one["share"] - two["share"]) < 1e-9


@given(who=homes(), what=few_spots, minutes=st.floats(0.5, 10), cell=st.floats(20, 2000))
@settings(max_examples=12, deadline=None)
def test_gaps_are_those_without(who: gpd.GeoDataFrame, what: list[Any], minutes: float, cell: float) -> None:
    assets = assets_at(*what)
    for network in (TOWN, ISLAND):
        share = ask(assets, who, minutes, network)
        for by in ("cells", "homes"):
            found = gaps(
                assets, homes=who, network=network, minutes=minutes, category="playground", by=by, cell_m=cell
            )  # fmt: skip
            assert abs(found.frame["people"].sum() - (share["denominator"] - share["covered"])) < 1e-5
            assert found.frame["people"].is_monotonic_decreasing
            assert (found.frame["people"] <= found.frame["total"] + NEAR).all()
            assert ((found.frame["share"] > 0) & (found.frame["share"] <= 1 + NEAR)).all()


def test_nobody_is_lost_between_homes_and_cells() -> None:
    who = homes_at(*[(float(x), float(y)) for x in range(0, 501, 50) for y in range(0, 501, 50)], people=[1.0] * 121)
    found = gaps(assets_at((0, 0)), homes=who, network=TOWN, minutes=1, category="playground", cell_m=70)
    near = coverage(assets_at((0, 0)), homes=who, network=TOWN, minutes=1, category="playground").frame["covered"].sum()
    assert found.frame["people"].sum() == 121 - near
