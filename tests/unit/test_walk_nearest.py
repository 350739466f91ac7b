"""Nearest assets in towns of square blocks, where every distance is arithmetic. An adult walks 80 m a minute."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.errors import CRSError
from assetmap.walk import WalkNetwork
from assetmap.walk.nearest import reachable_assets, straight_line
from assetmap.walk.profile import walk_profile
from tests.worlds import UTM, crossings, grid, places, square, streets

SPACING = 12.5
"""Half the distance between two points at which an area without gates is entered."""


def metres(network: WalkNetwork, origins: gpd.GeoDataFrame, assets: gpd.GeoDataFrame, **options: object) -> list[float]:
    return list(network.nearest(origins, assets, **options)["metres"])  # type: ignore[arg-type]


def test_on_a_grid_every_distance_is_the_sum_of_both_directions() -> None:
    spots = crossings(6, 6)
    found = grid().nearest(places(*spots), places((0.0, 0.0)))
    assert list(found["metres"]) == pytest.approx([x + y for x, y in spots])
    assert list(found["minutes"]) == pytest.approx([(x + y) / 80 for x, y in spots])
    assert found["reached"].all()
    assert found["linked"].all()
    assert list(found.columns) == ["minutes", "metres", "asset", "reached", "linked", "snap_m", "barred"]


def test_the_way_to_the_street_counts_at_both_ends() -> None:
    # 20 m down to the street at x=30, along to x=270, 15 m up.
    found = grid().nearest(places((30.0, 20.0)), places((270.0, 15.0)))
    assert found["metres"].item() == pytest.approx(20 + 240 + 15)
    assert found["snap_m"].item() == pytest.approx(20)


def test_two_places_on_the_same_street_meet_along_it() -> None:
    assert metres(grid(), places((30.0, 0.0)), places((70.0, 0.0))) == pytest.approx([40])


def test_the_way_round_may_be_shorter_than_along_the_same_piece() -> None:
    # Node 0 at (0, 0) and node 1 at (100, 0), joined straight and by a detour of 900 m.
    nodes = places((0.0, 0.0), (100.0, 0.0))
    detour = shapely.LineString([(0, 0), (0, 400), (100, 400), (100, 0)])
    edges = places(shapely.LineString([(0, 0), (100, 0)]), detour).assign(u=[0, 0], v=[1, 1])
    network = WalkNetwork.from_edges(nodes, edges)
    assert list(network.key) == [0, 1]
    assert metres(network, places((0.0, 10.0)), places((100.0, 10.0))) == pytest.approx([120])


def test_of_parallel_pieces_the_shortest_counts_and_lengths_are_not_added() -> None:
    nodes = places((0.0, 0.0), (100.0, 0.0))
    network = WalkNetwork.from_edges(
        nodes, pd.DataFrame({"u": [0, 1, 0], "v": [1, 0, 1], "length": [130.0, 110.0, 150.0]})
    )
    found = network.nearest(places((0.0, 0.0)), places((100.0, 0.0)))
    assert found["metres"].item() == pytest.approx(110)


def test_a_loop_is_walked_the_short_way_round() -> None:
    ring = shapely.LineString([(0, 0), (200, 0), (200, 200), (0, 200), (0, 0)])
    network = WalkNetwork.from_edges(places((0.0, 0.0)), places(ring).assign(u=0, v=0))
    assert metres(network, places((10.0, 0.0)), places((0.0, 20.0))) == pytest.approx([30])


def test_beyond_the_cap_a_place_is_not_linked_and_nothing_is_found() -> None:
    found = grid().nearest(places((-100.0, 0.0), (-100.5, 0.0)), places((0.0, 0.0)))
    assert list(found["linked"]) == [True, False]
    assert found["metres"].iloc[0] == pytest.approx(100)
    assert np.isnan(found["minutes"].iloc[1])
    assert found["asset"].iloc[1] is None
    assert not found["reached"].iloc[1]
    assert found["snap_m"].iloc[1] == pytest.approx(100.5)
    assert not grid().nearest(places((0.0, 0.0)), places((-101.0, 0.0)))["reached"].any()


def test_the_threshold_is_inclusive() -> None:
    # 400 m at 80 m a minute is five minutes exactly.
    found = grid().nearest(places((400.0, 0.0), (401.0, 0.0)), places((0.0, 0.0)), max_minutes=5)
    assert list(found["reached"]) == [True, False]
    assert np.isnan(found["metres"].iloc[1])


def test_the_threshold_is_inclusive_whatever_the_last_bit_says() -> None:
    for minutes in np.arange(0.5, 12, 0.5):
        home = places((minutes * 80 / 2, 0.0))
        town = streets([(0.0, 0.0), (1000.0, 0.0)])
        asset = places((0.0, 0.0))
        assert town.nearest(home, asset, max_minutes=minutes / 2)["reached"].all()
        for name in ("older", "child-winter", "pram-ice"):
            exact = float(town.nearest(home, asset, profile=name)["minutes"].iloc[0])
            assert town.nearest(home, asset, profile=name, max_minutes=exact)["reached"].all()


def test_the_nearest_asset_is_named_by_its_label() -> None:
    assets = places((0.0, 0.0), (500.0, 0.0), index=["west", "east"])
    found = grid().nearest(places((100.0, 0.0), (400.0, 100.0), index=[7, 9]), assets)
    assert found["asset"].to_dict() == {7: "west", 9: "east"}


def test_duplicate_and_odd_labels_pass_through() -> None:
    assets = places((0.0, 0.0), (500.0, 0.0), index=["same", "same"])
    origins = places((0.0, 0.0), (500.0, 0.0), (300.0, 0.0), index=["a", "a", "b"])
    found = grid().nearest(origins, assets)
    assert list(found.index) == ["a", "a", "b"]
    assert list(found["asset"]) == ["same"] * 3
    assert list(found["metres"]) == pytest.approx([0, 0, 200])


def test_no_assets_no_origins_and_no_places() -> None:
    town = grid()
    home = places((0.0, 0.0))
    nothing = places()
    found = town.nearest(home, nothing)
    assert not found["reached"].any()
    assert found["linked"].all()
    assert len(town.nearest(nothing, home)) == 0
    assert len(town.nearest(nothing, nothing)) == 0
    found = town.nearest(places((0.0, 0.0), None), places(None, shapely.Point(), (100.0, 0.0), index=["a", "b", "c"]))
    assert list(found["asset"]) == ["c", None]
    assert list(found["linked"]) == [True, False]


def test_an_island_is_a_place_of_its_own() -> None:
    # Two towns with 2 km of water between them, each long enough to live in.
    town = streets([(0.0, 0.0), (600.0, 0.0)], [(3000.0, 0.0), (3700.0, 0.0)])
    homes, asset = places((0.0, 0.0), (3100.0, 0.0)), places((3000.0, 0.0))
    found = town.nearest(homes, asset)
    assert list(found["linked"]) == [True, True]
    assert list(found["reached"]) == [False, True]
    assert np.isnan(found["minutes"].iloc[0])
    assert found["asset"].iloc[0] is None
    assert found["metres"].iloc[1] == pytest.approx(100)


def test_a_scrap_of_street_is_stepped_over_and_told() -> None:
    # A path of 80 m inside a courtyard, tied to nothing, lies nearer than the street.
    town = streets([(0.0, 0.0), (1000.0, 0.0)], [(10.0, 30.0), (90.0, 30.0)])
    found = town.nearest(places((50.0, 32.0)), places((250.0, 0.0)))
    assert found["metres"].item() == pytest.approx(32 + 200)
    assert town.small_components() == (1, pytest.approx(80))


def test_where_all_streets_are_short_the_longest_is_used() -> None:
    town = streets([(0.0, 0.0), (300.0, 0.0)], [(0.0, 50.0), (60.0, 50.0)])
    assert metres(town, places((0.0, 40.0)), places((300.0, 0.0))) == pytest.approx([340])


@pytest.mark.parametrize("crs", [4326, 3857, 25833, 3035])
def test_the_reference_system_of_what_is_given_does_not_matter(crs: int) -> None:
    homes, assets = places((30.0, 20.0), (410.0, 77.0)), places((270.0, 15.0), square(120, 320, 60))
    expected = metres(grid(), homes, assets)
    assert metres(grid(), homes.to_crs(crs), assets.to_crs(crs)) == pytest.approx(expected, abs=1e-3)
    assert metres(grid(), homes.geometry.to_crs(crs), assets.geometry) == pytest.approx(expected, abs=1e-3)


def test_a_frame_without_a_reference_system_is_refused() -> None:
    naked = gpd.GeoDataFrame(geometry=[shapely.Point(10, 59)])
    with pytest.raises(CRSError, match="reference system"):
        grid().nearest(naked, places((0.0, 0.0)))
    with pytest.raises(CRSError):
        grid().nearest(places((0.0, 0.0)), naked)


# -- areas ---------------------------------------------------------------------------------------------------------


def test_an_area_is_entered_at_its_edge_never_at_its_centre() -> None:
    # A park of 400 × 80 m along the first street, 10 m from it: from the street's start one is there after 10 m.
    park = places(square(0, 10, 400, 80))
    assert metres(grid(), places((0.0, 0.0)), park) == pytest.approx([10], abs=SPACING)
    # Its middle is 200 m along; whoever counts from there says 250.


def test_an_area_without_a_street_beside_it_is_entered_where_it_is_nearest() -> None:
    # 60 m from the only street: too far for entrances along the edge, near enough for one.
    found = streets([(0.0, 0.0), (1000.0, 0.0)]).nearest(places((0.0, 0.0)), places(square(200, 60, 100)))
    assert found["metres"].item() == pytest.approx(260, abs=SPACING)
    assert (
        not streets([(0.0, 0.0), (1000.0, 0.0)])
        .nearest(places((0.0, 0.0)), places(square(200, 101, 99)))["reached"]
        .any()
    )


def test_lines_multipoints_and_collections_have_entrances() -> None:
    town = grid()
    home = places((0.0, 0.0))
    assert metres(town, home, places(shapely.LineString([(300, 20), (380, 20)]))) == pytest.approx([320])
    assert metres(town, home, places(shapely.MultiPoint([(300, 0), (200, 0)]))) == pytest.approx([200])
    two = shapely.MultiPolygon([square(210, 10, 40), square(410, 410, 20)])
    assert metres(town, home, places(two)) == pytest.approx([220], abs=SPACING)
    mixed = shapely.GeometryCollection([square(210, 10, 40), shapely.Point(500, 500)])
    assert metres(town, home, places(mixed)) == pytest.approx([220], abs=SPACING)


def gated(network: WalkNetwork, *gates: tuple[float, float]) -> WalkNetwork:
    where = places(*gates).assign(kind="gate", access="")
    return WalkNetwork(
        network.crs, network.xy, network.node_id, network.u, network.v, network.key, network.length, network.lines,
        network.steps, where, network.barriers,
    )  # fmt: skip


def test_a_gate_decides_where_one_gets_in() -> None:
    park = places(square(20, 10, 360, 80))
    town = gated(streets([(0.0, 0.0), (500.0, 0.0)]), (300.0, 10.0))
    assert metres(town, places((0.0, 0.0)), park) == pytest.approx([310])


def test_a_path_through_a_fence_is_an_entrance_beside_the_gates() -> None:
    park = places(square(20, 10, 360, 80))
    town = gated(streets([(0.0, 0.0), (150.0, 0.0), (150.0, 50.0)], [(150.0, 0.0), (500.0, 0.0)]), (300.0, 10.0))
    assert metres(town, places((0.0, 0.0)), park) == pytest.approx([160])


# -- water, railways -----------------------------------------------------------------------------------------------


def walled(network: WalkNetwork, *shapes: shapely.Geometry) -> WalkNetwork:
    return WalkNetwork(
        network.crs, network.xy, network.node_id, network.u, network.v, network.key, network.length, network.lines,
        network.steps, network.gates, places(*shapes).geometry,
    )  # fmt: skip


RIVER = square(-500, 40, 2000, 20)


def test_a_home_does_not_jump_over_the_river_to_the_nearest_street() -> None:
    # Streets at y=0 and y=150; the home at y=70 is 70 m from the first, across the river, and 80 m from the second.
    town = streets([(0.0, 0.0), (1000.0, 0.0), (1000.0, 150.0), (0.0, 150.0)])
    home, asset = places((100.0, 70.0)), places((100.0, 0.0))
    assert metres(town, home, asset) == pytest.approx([70])
    found = walled(town, RIVER).nearest(home, asset)
    assert found["metres"].item() == pytest.approx(80 + 900 + 150 + 900)
    assert found["snap_m"].item() == pytest.approx(80)
    railway = shapely.LineString([(-500, 50), (1500, 50)])
    assert walled(town, railway).nearest(home, asset)["snap_m"].item() == pytest.approx(80)


def test_a_houseboat_lies_in_the_water_and_is_linked_all_the_same() -> None:
    town = walled(streets([(0.0, 0.0), (1000.0, 0.0)]), RIVER)
    found = town.nearest(places((100.0, 45.0)), places((300.0, 0.0)))
    assert found["linked"].all()
    assert found["metres"].item() == pytest.approx(245)


def test_a_park_on_this_bank_is_not_entered_from_the_other() -> None:
    # The park's river side is 25 m from the far street; its own street is 60 m from its land side.
    town = streets([(0.0, 35.0), (1000.0, 35.0), (1000.0, 220.0), (0.0, 220.0)])
    park = places(square(100, 61, 100, 99))
    river = square(-500, 40, 2000, 20)
    assert metres(town, places((100.0, 35.0)), park) == pytest.approx([26], abs=SPACING)
    assert walled(town, river).nearest(places((100.0, 35.0)), park)["metres"].item() > 1500
    assert walled(town, river).nearest(places((100.0, 220.0)), park)["metres"].item() == pytest.approx(60, abs=SPACING)


def test_a_bathing_place_in_the_water_is_reached_from_the_shore() -> None:
    lake = square(0, 20, 400, 400)
    town = walled(streets([(0.0, 0.0), (1000.0, 0.0)]), lake)
    found = town.nearest(places((100.0, 0.0)), places(square(90, 30, 60)))
    assert found["reached"].all()


# -- who walks -----------------------------------------------------------------------------------------------------


def staircase() -> WalkNetwork:
    """From (0, 0) to (100, 0) by steps, or round by 300 m of street; tails make it long enough to be used."""
    return streets(
        [(0.0, 0.0), (100.0, 0.0)], [(0.0, 0.0), (0.0, 100.0), (100.0, 100.0), (100.0, 0.0)],
        [(-600.0, 0.0), (0.0, 0.0)], steps=[True, False, False, False, False],
    )  # fmt: skip


def test_steps_take_three_times_their_length() -> None:
    found = staircase().nearest(places((0.0, 0.0)), places((100.0, 0.0)))
    assert found["metres"].item() == pytest.approx(300)
    assert found["minutes"].item() == pytest.approx(300 / 80)
    assert staircase().nearest(places((0.0, 0.0)), places((60.0, 0.0)))["metres"].item() == pytest.approx(180)


def test_a_pram_goes_round_the_steps() -> None:
    found = staircase().nearest(places((0.0, 0.0), (0.0, 0.0)), places((100.0, -10.0)), profile="pram")
    assert list(found["metres"]) == pytest.approx([310, 310])
    # A home on the steps meets the street, not the steps.
    assert staircase().nearest(places((50.0, 0.0)), places((0.0, 0.0)), profile="pram")[
        "snap_m"
    ].item() == pytest.approx(50)


def test_where_there_are_only_steps_a_pram_gets_nowhere() -> None:
    town = streets([(0.0, 0.0), (600.0, 0.0)], steps=[True])
    found = town.nearest(places((0.0, 0.0)), places((100.0, 0.0)), profile="pram")
    assert not found["linked"].any()
    assert not found["reached"].any()
    assert town.nearest(places((0.0, 0.0)), places((100.0, 0.0)))["metres"].item() == pytest.approx(300)


def test_season_and_speed_scale_minutes_not_metres() -> None:
    homes, asset = places((400.0, 0.0)), places((0.0, 0.0))
    rows = {name: grid().nearest(homes, asset, profile=name).iloc[0] for name in ("adult", "adult-winter", "older-ice")}
    assert [row["metres"] for row in rows.values()] == pytest.approx([400] * 3)
    assert rows["adult"]["minutes"] == pytest.approx(5)
    assert rows["adult-winter"]["minutes"] == pytest.approx(5.4)
    assert rows["older-ice"]["minutes"] == pytest.approx(400 / 60 + 0.8)


# -- the other questions -------------------------------------------------------------------------------------------


def test_from_one_place_everything_within_reach_nearest_first() -> None:
    town = grid()
    assets = places((400.0, 0.0), (100.0, 100.0), (500.0, 500.0), square(210, 10, 40), None, index=list("abcde"))
    origin = shapely.Point(town.xy[0])
    found = reachable_assets(town, origin, assets, 5, walk_profile())
    assert list(found.index) == ["b", "d", "a"]
    assert list(found["metres"]) == pytest.approx([200, 220, 400], abs=SPACING)
    assert found.attrs["linked"]
    assert len(reachable_assets(town, origin, assets.iloc[:0], 5, walk_profile())) == 0


def test_as_the_crow_flies_is_to_the_edge_and_says_nothing_of_minutes() -> None:
    found = straight_line(
        grid(), places((0.0, 0.0), None), places((300.0, 400.0), square(30, 40, 10), index=["a", "b"])
    )
    assert found["metres"].iloc[0] == pytest.approx(50)
    assert found["asset"].tolist() == ["b", None]
    assert found["minutes"].isna().all()
    assert list(found["linked"]) == [True, False]


def test_homes_drawn_as_buildings_start_from_a_point_on_them() -> None:
    found = grid().nearest(places(square(100, 100, 20).buffer(-1)), places((100.0, 0.0)))
    assert found["reached"].all()
    assert 100 < found["metres"].item() < 130


def test_no_reference_frame_is_changed() -> None:
    homes, assets = places((30.0, 20.0)), places((270.0, 15.0))
    before = homes.copy(), assets.copy()
    grid().nearest(homes, assets)
    assert homes.equals(before[0])
    assert assets.equals(before[1])
    assert homes.crs == UTM
