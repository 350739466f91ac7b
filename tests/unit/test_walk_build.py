"""Walking networks from OpenStreetMap ways and from tables of edges."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.errors import CRSError, InputError, NothingFound
from assetmap.walk import WalkNetwork
from assetmap.walk.foot import barred, stepped, walkable
from tests.worlds import OsmWorld, grid, lonlat, places, square


def network(world: OsmWorld, folder: Path) -> WalkNetwork:
    file = folder / "world.osm"
    file.write_text(world.xml(), encoding="utf-8")
    return WalkNetwork.from_osm(file)


def walk(town: WalkNetwork, a: tuple[float, float], b: tuple[float, float], **options: object) -> float:
    return float(town.nearest(places(a), places(b), **options)["metres"].iloc[0])  # type: ignore[arg-type]


NEAR = {"abs": 0.1}
"""OpenStreetMap keeps positions to about a centimetre."""


# -- the foot filter -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "cycleway"},
        {"highway": "residential", "oneway": "yes"},
        {"highway": "service"},
        {"highway": "steps"},
        {"highway": "track", "access": "private", "foot": "yes"},
        {"highway": "path", "access": "no", "foot": "designated"},
        {"highway": "footway", "access": "permissive"},
        {"highway": "residential", "sidewalk": "separate"},
        {"highway": "trunk"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "service", "access": "destination"},
    ],
)
def test_here_people_walk(tags: dict[str, str]) -> None:
    assert walkable(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"building": "yes"},
        {"highway": "motorway"},
        {"highway": "motorway_link"},
        {"highway": "primary", "motorroad": "yes"},
        {"highway": "cycleway", "foot": "no"},
        {"highway": "residential", "access": "private"},
        {"highway": "residential", "access": "no"},
        {"highway": "service", "service": "private"},
        {"highway": "footway", "foot": "private", "access": "yes"},
        {"highway": "construction"},
        {"highway": "proposed"},
        {"highway": "platform"},
        {"highway": "raceway"},
        {"highway": "corridor", "indoor": "yes"},
    ],
)
def test_here_nobody_walks(tags: dict[str, str]) -> None:
    assert not walkable(tags)


def test_steps_without_a_ramp_stop_a_pram() -> None:
    assert stepped({"highway": "steps"})
    assert not stepped({"highway": "steps", "ramp:stroller": "yes"})
    assert not stepped({"highway": "footway"})
    assert [barred(access) for access in ("no", "private", "", "yes")] == [True, True, False, False]


# -- from OpenStreetMap --------------------------------------------------------------------------------------------


def test_oneway_streets_are_walked_both_ways(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (600, 0)], highway="residential", oneway="yes")
    town = network(world, tmp_path)
    assert walk(town, (0, 0), (600, 0)) == pytest.approx(600, **NEAR)
    assert walk(town, (600, 0), (0, 0)) == pytest.approx(600, **NEAR)


def test_a_cycleway_joins_what_nothing_else_does(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (300, 0)], highway="residential")
    world.way([(300, 0), (400, 0)], highway="cycleway")
    world.way([(400, 0), (700, 0)], highway="residential")
    assert walk(network(world, tmp_path), (0, 0), (700, 0)) == pytest.approx(700, **NEAR)


def test_an_open_square_is_crossed_straight(tmp_path: Path) -> None:
    world = OsmWorld()
    world.area(square(0, 0, 300, 400), highway="pedestrian", area="yes")
    world.way([(-600, 0), (0, 0)], highway="residential")
    world.way([(300, 400), (900, 400)], highway="residential")
    assert walk(network(world, tmp_path), (0, 0), (300, 400)) == pytest.approx(500, **NEAR)


def test_a_square_round_a_courtyard_is_not_crossed_through_it(tmp_path: Path) -> None:
    world = OsmWorld()
    outer = world.area(square(0, 0, 300, 400))
    inner = world.area(square(50, 50, 200, 300))
    world.relation([("way", outer, "outer"), ("way", inner, "inner")], type="multipolygon", highway="pedestrian")
    world.way([(-600, 0), (0, 0)], highway="residential")
    world.way([(300, 400), (900, 400)], highway="residential")
    found = walk(network(world, tmp_path), (0, 0), (300, 400))
    assert found == pytest.approx(700, **NEAR)


def test_a_square_shaped_like_an_l_is_not_crossed_outside_it(tmp_path: Path) -> None:
    world = OsmWorld()
    corners = [(0, 0), (400, 0), (400, 100), (100, 100), (100, 400), (0, 400)]
    world.way([*corners, corners[0]], highway="pedestrian", area="yes")
    world.way([(400, 100), (1000, 100)], highway="residential")
    world.way([(100, 400), (100, 1000)], highway="residential")
    found = walk(network(world, tmp_path), (400, 100), (100, 400))
    assert found == pytest.approx(600, **NEAR)


@pytest.mark.parametrize("tags", [{"barrier": "gate", "access": "private"}, {"barrier": "lift_gate", "foot": "no"}])
def test_a_closed_gate_in_the_middle_of_a_street_lets_nobody_through(tmp_path: Path, tags: dict[str, str]) -> None:
    world = OsmWorld()
    gate = world.node(300, 0, id=50, **tags)
    world.way([(-300, 0), (0, 0), gate, (600, 0), (900, 0)], highway="service")
    world.way([(0, 0), (0, 400), (600, 400), (600, 0)], highway="residential")
    town = network(world, tmp_path)
    assert walk(town, (0, 0), (600, 0)) == pytest.approx(1400, **NEAR)
    assert walk(town, (290, 0), (310, 0)) == pytest.approx(290 + 1400 + 290, **NEAR)


def test_a_closed_gate_where_two_streets_meet_lets_nobody_through(tmp_path: Path) -> None:
    world = OsmWorld()
    gate = world.node(600, 0, id=50, barrier="gate", access="no")
    world.way([(0, 0), gate], highway="service")
    world.way([gate, (1200, 0)], highway="service")
    found = network(world, tmp_path).nearest(places((0, 0), (700, 0)), places((1200, 0)))
    assert list(found["reached"]) == [False, True]


@pytest.mark.parametrize("tags", [{"barrier": "gate"}, {"barrier": "bollard", "access": "no", "foot": "yes"}])
def test_an_open_gate_is_walked_through(tmp_path: Path, tags: dict[str, str]) -> None:
    world = OsmWorld()
    gate = world.node(300, 0, id=50, **tags)
    world.way([(0, 0), gate, (600, 0)], highway="service")
    assert walk(network(world, tmp_path), (0, 0), (600, 0)) == pytest.approx(600, **NEAR)


def test_two_nodes_on_one_spot_do_not_break_the_street(tmp_path: Path) -> None:
    world = OsmWorld()
    twin = [world.node(300, 0, id=50), world.node(300, 0, id=51)]
    world.way([(0, 0), *twin, (600, 0)], highway="residential")
    town = network(world, tmp_path)
    assert walk(town, (0, 0), (600, 0)) == pytest.approx(600, **NEAR)
    assert walk(town, (300, 5), (0, 0)) == pytest.approx(305, **NEAR)
    assert (town.length > 0).all()


def test_a_repeated_node_and_a_way_drawn_twice_change_nothing(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (300, 0), (300, 0), (600, 0)], highway="residential")
    world.way([(600, 0), (300, 0), (0, 0)], highway="footway")
    town = network(world, tmp_path)
    assert walk(town, (0, 0), (600, 0)) == pytest.approx(600, **NEAR)
    assert sorted(town.key) == [0, 0, 1, 1]


def test_gates_of_a_fenced_park_are_where_one_gets_in(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (1000, 0)], highway="residential")
    gate = world.node(400, 10, id=50, barrier="gate")
    closed = world.node(100, 10, id=51, barrier="gate", access="private")
    park = [(50, 10), closed, gate, (500, 10), (500, 200), (50, 200), (50, 10)]
    world.way(park, leisure="park")
    town = network(world, tmp_path)
    shape = places(shapely.Polygon([(50, 10), (500, 10), (500, 200), (50, 200)]))
    assert town.nearest(places((0, 0)), shape)["metres"].item() == pytest.approx(410, **NEAR)
    assert len(town.gates) == 1


def test_rivers_railways_and_motorways_are_barriers_trams_are_not(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (1000, 0)], highway="residential")
    world.way([(0, 50), (900, 50)], highway="motorway")
    world.way([(0, 60), (900, 60)], railway="rail")
    world.way([(0, 70), (900, 70)], railway="tram")
    world.way([(0, 80), (900, 80)], waterway="river")
    world.way([(0, 85), (900, 85)], waterway="stream")
    world.area(square(0, 200, 100), natural="water")
    town = network(world, tmp_path)
    assert sorted(town.barriers.geom_type) == ["LineString", "LineString", "LineString", "Polygon"]
    assert town.report["ways_not_walked"] == 1


def test_a_file_without_a_street_to_walk_says_so(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (600, 0)], highway="motorway")
    with pytest.raises(NothingFound, match="no street or path that may be walked"):
        network(world, tmp_path)


@pytest.mark.parametrize("name", ["oslo_skoyen_2017.osm.pbf", "lund_station_2023.osm.pbf", "sindal_town_2015.osm"])
def test_real_files_become_networks_that_hang_together(shared: Path, name: str) -> None:
    town = WalkNetwork.from_osm(shared / "osm" / name)
    assert town.crs.to_epsg() in {25832, 25833}
    inside = np.bincount(town.component[town.u], weights=town.length)
    assert inside.max() / town.length.sum() > 0.8
    assert shapely.length(town.lines) == pytest.approx(town.length, abs=0.01)
    assert len(set(zip(np.minimum(town.u, town.v), np.maximum(town.u, town.v), town.key, strict=True))) == len(town.u)


# -- from tables of edges ------------------------------------------------------------------------------------------


def test_edges_alone_are_enough_where_they_have_lines() -> None:
    lines = places(shapely.LineString([(0, 0), (600, 0)]), shapely.LineString([(600, 0), (600, 300)]))
    town = WalkNetwork.from_edges(None, lines.assign(u=["a", "b"], v=["b", "c"]))
    assert walk(town, (0, 0), (600, 300)) == pytest.approx(900)
    assert len(town.nodes) == 3


def test_edges_may_be_indexed_by_u_v_and_key() -> None:
    nodes = places((0.0, 0.0), (600.0, 0.0), index=[17, 4])
    index = pd.MultiIndex.from_tuples([(17, 4, 0), (4, 17, 3)], names=["u", "v", "key"])
    town = WalkNetwork.from_edges(nodes, pd.DataFrame({"length": [700.0, 650.0]}, index=index))
    assert walk(town, (0, 0), (600, 0)) == pytest.approx(650)
    assert list(town.edges.index) == [(17, 4, 0), (4, 17, 3)]
    assert list(town.nodes.index) == [17, 4]


def test_without_a_length_a_piece_is_as_long_as_it_is_drawn() -> None:
    nodes = places((0.0, 0.0), (600.0, 0.0))
    bent = places(shapely.LineString([(0, 0), (300, 400), (600, 0)])).assign(u=0, v=1)
    assert walk(WalkNetwork.from_edges(nodes, bent), (0, 0), (600, 0)) == pytest.approx(1000)
    straight = pd.DataFrame({"u": [0], "v": [1]})
    assert walk(WalkNetwork.from_edges(nodes, straight), (0, 0), (600, 0)) == pytest.approx(600)


def test_a_line_drawn_from_v_to_u_is_turned_round() -> None:
    nodes = places((0.0, 0.0), (600.0, 0.0))
    town = WalkNetwork.from_edges(nodes, places(shapely.LineString([(600, 0), (0, 0)])).assign(u=0, v=1))
    assert walk(town, (100, 0), (0, 0)) == pytest.approx(100)


def test_degrees_are_measured_in_metres() -> None:
    ends = [shapely.Point(*lonlat(0, 0)), shapely.Point(*lonlat(600, 0))]
    nodes = gpd.GeoDataFrame(geometry=ends, crs=4326)
    town = WalkNetwork.from_edges(nodes, pd.DataFrame({"u": [0], "v": [1]}))
    assert town.crs.to_epsg() == 25832
    assert town.length[0] == pytest.approx(600, abs=0.01)
    feet = nodes.to_crs("EPSG:2263")
    assert WalkNetwork.from_edges(feet, pd.DataFrame({"u": [0], "v": [1]})).length[0] == pytest.approx(600, abs=0.1)


def test_lines_in_touching_pieces_are_joined_and_others_refused() -> None:
    joined = shapely.MultiLineString([[(0, 0), (300, 0)], [(300, 0), (600, 0)]])
    town = WalkNetwork.from_edges(None, places(joined).assign(u=0, v=1))
    assert town.length[0] == pytest.approx(600)
    gap = shapely.MultiLineString([[(0, 0), (300, 0)], [(400, 0), (600, 0)]])
    with pytest.raises(InputError, match="LineString"):
        WalkNetwork.from_edges(None, places(gap).assign(u=0, v=1))
    with pytest.raises(InputError, match="LineString"):
        WalkNetwork.from_edges(None, places(square(0, 0, 100)).assign(u=0, v=1))


NODES = places((0.0, 0.0), (600.0, 0.0))
EDGE = pd.DataFrame({"u": [0], "v": [1]})
LINE = shapely.LineString([(0, 0), (600, 0)])


@pytest.mark.parametrize(
    ("nodes", "edges", "error", "words"),
    [
        (gpd.GeoDataFrame(geometry=[shapely.Point(0, 0), shapely.Point(1, 0)]), EDGE, CRSError, "reference system"),
        (None, gpd.GeoDataFrame({"u": [0], "v": [1]}, geometry=[LINE]), CRSError, "reference system"),
        (NODES, gpd.GeoDataFrame({"u": [0], "v": [1]}, geometry=[LINE]), CRSError, "reference system"),
        (None, EDGE, CRSError, "reference system"),
        (None, places(None).assign(u=0, v=1), InputError, "needs a line"),
        (NODES, EDGE.assign(length=0.0), InputError, "above zero"),
        (NODES, EDGE.assign(length=-3.0), InputError, "above zero"),
        (NODES, EDGE.assign(length=np.nan), InputError, "above zero"),
        (NODES, EDGE.assign(length=np.inf), InputError, "above zero"),
        (NODES, EDGE.assign(v=7), InputError, "node 7"),
        (NODES, EDGE.rename(columns={"u": "from"}), InputError, "Expected u and v"),
        (NODES, EDGE.iloc[:0], NothingFound, "no streets"),
        (places((0.0, 0.0), None), EDGE, InputError, "no point"),
        (places((0.0, 0.0), (1.0, 1.0), index=[0, 0]), EDGE, InputError, "already taken"),
    ],
)
def test_what_cannot_be_a_network_is_refused_with_a_reason(
    nodes: gpd.GeoDataFrame | None, edges: pd.DataFrame, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        WalkNetwork.from_edges(nodes, edges)


def test_what_is_given_is_not_changed() -> None:
    lines = places(LINE, shapely.LineString([(600, 300), (600, 0)])).assign(u=[0, 1], v=[1, 2])
    nodes = places((0.0, 0.0), (600.0, 0.0), (600.0, 300.0))
    before = lines.copy(), nodes.copy()
    WalkNetwork.from_edges(nodes, lines)
    assert lines.equals(before[0])
    assert nodes.equals(before[1])


def test_it_shows_itself_briefly() -> None:
    assert repr(grid()) == "<WalkNetwork 36 nodes, 60 edges, 6 km>"
