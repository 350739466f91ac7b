"""Distances and ways between a few places in towns of square blocks, where every metre is arithmetic."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.model.crs import to_wgs84
from assetmap.walk import WalkNetwork
from assetmap.walk.legs import distances, doors_towards, legs
from tests.worlds import UTM, crossings, grid, places, square, streets

SPOT = st.tuples(st.integers(0, 500), st.integers(-40, 540)).map(lambda p: (float(p[0]), float(p[1])))


def points(*spots: tuple[float, float]) -> gpd.GeoSeries:
    return places(*spots).geometry


def walked(network: WalkNetwork, *spots: tuple[float, float], **options: object) -> list[float]:
    """The drawn length of each leg in metres."""
    return list(legs(network, points(*spots), **options).to_crs(UTM).length)  # type: ignore[arg-type]


def test_between_crossings_every_distance_is_the_sum_of_both_directions() -> None:
    spots = crossings(4, 4)
    found = distances(grid(4, 4), points(*spots))
    apart = np.abs(np.array(spots)[:, None, :] - np.array(spots)[None, :, :]).sum(axis=2)
    assert found == pytest.approx(apart)


def test_the_way_off_the_street_counts_at_both_ends() -> None:
    found = distances(grid(), points((30.0, 20.0), (270.0, 15.0)))
    assert found == pytest.approx(np.array([[0, 275], [275, 0]]))


def test_places_on_one_street_meet_along_it_or_round_about() -> None:
    assert distances(grid(), points((30.0, 0.0), (70.0, 0.0)))[0, 1] == pytest.approx(40)
    nodes = places((0.0, 0.0), (100.0, 0.0))
    detour = shapely.LineString([(0, 0), (0, 400), (100, 400), (100, 0)])
    edges = places(shapely.LineString([(0, 0), (100, 0)]), detour).assign(u=[0, 0], v=[1, 1])
    assert distances(WalkNetwork.from_edges(nodes, edges), points((0.0, 10.0), (100.0, 10.0)))[0, 1] == pytest.approx(
        120
    )


def test_what_cannot_be_walked_is_infinitely_far() -> None:
    two = streets([(0, 0), (600, 0)], [(0, 5000), (600, 5000)])
    found = distances(two, points((0.0, 0.0), (300.0, 0.0), (0.0, 5000.0), (300.0, 150.0)))
    assert found[0, 1] == pytest.approx(300)
    assert np.isinf(found[0, 2:]).all(), "another town, and too far from any street"
    assert (np.diag(found) == 0).all()
    ways = legs(two, points((0.0, 0.0), (300.0, 0.0), (0.0, 5000.0), (300.0, 150.0)))
    assert list(ways.isna()) == [False, True, True]


def test_beyond_the_limit_no_way_is_looked_for() -> None:
    found = distances(grid(), points((0.0, 0.0), (200.0, 0.0), (500.0, 0.0)), limit=300)
    assert found[0, 1] == pytest.approx(200)
    assert found[1, 2] == pytest.approx(300), "the limit itself is within it"
    assert np.isinf(found[0, 2])


def test_steps_count_threefold_and_a_pram_goes_round() -> None:
    network = streets([(0, 0), (100, 0)], [(0, 0), (0, 300), (100, 300), (100, 0)], steps=[True, False, False, False])
    ends = points((0.0, 0.0), (100.0, 0.0))
    assert distances(network, ends)[0, 1] == pytest.approx(300)
    assert distances(network, ends, profile="pram")[0, 1] == pytest.approx(700)
    assert walked(network, (0.0, 0.0), (100.0, 0.0), profile="pram") == pytest.approx([700], rel=1e-3)


def test_a_leg_is_drawn_along_the_streets_from_door_to_door() -> None:
    way = legs(grid(), points((30.0, 20.0), (270.0, 115.0))).to_crs(UTM).iloc[0]
    start, end = (shapely.Point(c) for c in (way.coords[0], way.coords[-1]))
    spots = points((30.0, 20.0), (270.0, 115.0))
    assert start.distance(spots.iloc[0]) < 0.01
    assert end.distance(spots.iloc[1]) < 0.01
    assert way.length == pytest.approx(20 + 240 + 100 + 15, rel=1e-3)
    town = shapely.union_all(grid().lines)
    assert shapely.LineString(way.coords[1:-1]).within(town.buffer(0.1))


def test_to_stay_where_one_is_takes_no_metre() -> None:
    assert distances(grid(), points((100.0, 0.0), (100.0, 0.0)))[0, 1] == 0
    assert walked(grid(), (100.0, 0.0), (100.0, 0.0)) == [0]


def test_an_area_is_met_at_the_door_nearest_to_the_start() -> None:
    park = square(210, 10, 80, 80)
    from_west, from_east = (
        doors_towards(grid(), places(park, index=["park"]), points(spot)).to_crs(UTM)
        for spot in ((0.0, 50.0), (500.0, 50.0))
    )
    assert from_west.index.tolist() == ["park"]
    assert from_west.iloc[0].x < from_east.iloc[0].x
    for found in (from_west, from_east):
        assert found.iloc[0].distance(places(park).geometry.iloc[0]) < 15
        assert found.iloc[0].distance(shapely.union_all(grid().lines)) < 0.01


def test_a_point_is_met_where_it_is_and_what_has_no_place_nowhere() -> None:
    found = doors_towards(grid(), places((120.0, 30.0), None, (250.0, 900.0)), points((0.0, 0.0))).to_crs(UTM)
    assert found.iloc[0].distance(points((120.0, 30.0)).iloc[0]) < 0.01
    assert list(found.isna()) == [False, True, True]


@settings(max_examples=60)
@given(st.lists(SPOT, min_size=2, max_size=6))
def test_the_matrix_agrees_with_the_search_for_the_nearest_and_with_the_drawing(
    spots: list[tuple[float, float]],
) -> None:
    network = grid()
    found = distances(network, points(*spots))
    for i, spot in enumerate(spots):
        for j, other in enumerate(spots):
            if i != j:
                assert found[i, j] == pytest.approx(
                    network.nearest(places(spot), places(other))["metres"].item(), abs=1e-6
                )
    drawn = walked(network, *spots)
    assert drawn == pytest.approx([found[i, i + 1] for i in range(len(spots) - 1)], rel=1e-3, abs=0.01)


def test_on_a_real_town_the_drawing_is_as_long_as_the_matrix_says(shared: Path) -> None:
    network = WalkNetwork.from_osm(shared / "osm" / "sindal_town_2015.osm")
    some = network.nodes[network.component == np.bincount(network.component).argmax()].iloc[::400].head(12)
    found = distances(network, some.geometry)
    drawn = legs(network, some.geometry)
    assert to_wgs84(drawn).crs == drawn.crs
    steps = np.array([found[i, i + 1] for i in range(len(some) - 1)])
    assert np.isfinite(steps).all()
    ratio = drawn.to_crs(network.crs).length.to_numpy() / steps
    assert (ratio < 1.001).all(), "steps count threefold, so a drawing may be shorter and never longer"
    assert (ratio > 0.95).all()
