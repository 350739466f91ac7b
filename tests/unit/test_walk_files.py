"""Networks on disk, and to and from osmnx."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import shapely

from assetmap.errors import CRSError, NothingFound, StoreError
from assetmap.walk import WalkNetwork
from tests.unit.test_walk_nearest import gated, walled
from tests.worlds import grid, places, square


def same(one: WalkNetwork, other: WalkNetwork) -> None:
    assert one.fingerprint == other.fingerprint
    assert one.crs == other.crs
    assert one.report == other.report
    assert one.edges.equals(other.edges)
    assert one.nodes.equals(other.nodes)
    assert shapely.equals_exact(one.lines, other.lines).all()
    assert list(one.gates["kind"]) == list(other.gates["kind"])
    assert shapely.equals_exact(one.gates.geometry.to_numpy(), other.gates.geometry.to_numpy()).all()
    assert shapely.equals_exact(one.barriers.to_numpy(), other.barriers.to_numpy()).all()


def bent() -> WalkNetwork:
    nodes = places((0.0, 0.0), (600.0, 0.0), (600.0, 500.0))
    curve, straight = shapely.LineString([(0, 0), (300, 400), (600, 0)]), shapely.LineString([(600, 0), (600, 500)])
    edges = places(curve, straight).assign(u=[0, 1], v=[1, 2], steps=[False, True])
    return WalkNetwork.from_edges(nodes, edges)


@pytest.mark.parametrize(
    "town",
    [
        grid(),
        bent(),
        gated(grid(), (0.0, 0.0), (5.0, 5.0)),
        walled(grid(), square(0, 0, 9), shapely.LineString([(0, 0), (9, 9)])),
    ],
)
def test_what_is_saved_comes_back(tmp_path: Path, town: WalkNetwork) -> None:
    file = tmp_path / "network.npz"
    town.save(file)
    same(town, WalkNetwork.load(file))


def test_a_real_network_comes_back(shared: Path, tmp_path: Path) -> None:
    town = WalkNetwork.from_osm(shared / "osm" / "oslo_skoyen_2017.osm.pbf")
    town.save(tmp_path / "n")
    same(town, WalkNetwork.load(tmp_path / "n"))


def test_every_change_changes_the_fingerprint() -> None:
    town = bent()
    parts = {
        f: getattr(town, f)
        for f in ("crs", "xy", "node_id", "u", "v", "key", "length", "lines", "steps", "gates", "barriers")
    }
    other = shapely.LineString([(0, 0), (300, -400), (600, 0)])
    straight = town.lines.copy()
    straight[0] = other
    changes = {
        "xy": town.xy + 1, "length": town.length + 1, "steps": ~town.steps, "lines": straight,
        "barriers": places(square(0, 0, 9)).geometry, "u": town.v,
        "gates": places((0.0, 0.0)).assign(kind="gate", access=""),
    }  # fmt: skip
    prints = {town.fingerprint} | {WalkNetwork(**{**parts, name: value}).fingerprint for name, value in changes.items()}
    assert len(prints) == 1 + len(changes)
    assert bent().fingerprint == town.fingerprint


def test_a_damaged_file_says_so_whatever_is_damaged(tmp_path: Path) -> None:
    file = tmp_path / "network.npz"
    bent().save(file)
    whole = file.read_bytes()
    dice = np.random.default_rng(7)
    for cut in [0, 1, 30, *dice.integers(0, len(whole), 25)]:
        file.write_bytes(whole[:cut])
        with pytest.raises(StoreError, match="gather again"):
            WalkNetwork.load(file)
    for at in dice.integers(0, len(whole), 150):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        file.write_bytes(broken)
        # Some bytes decide nothing; whatever is noticed is our error and no other.
        with suppress(StoreError):
            WalkNetwork.load(file)
    with pytest.raises(StoreError):
        WalkNetwork.load(tmp_path / "missing.npz")
    np.savez(file, version=np.array(99))
    with pytest.raises(StoreError, match="another version"):
        WalkNetwork.load(file)


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    file = tmp_path / "network.npz"
    np.savez(file, version=np.array(1), crs=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(StoreError):
        WalkNetwork.load(file)


@pytest.fixture(scope="module")
def graph(shared: Path) -> object:
    """Hanko, written by an osmnx of before version 1."""
    import osmnx

    return osmnx.load_graphml(shared / "bench" / "osm" / "hanko_town.graphml")


def test_osmnx_graphs_pass_there_and_back(graph) -> None:  # type: ignore[no-untyped-def]
    town = WalkNetwork.from_osmnx(graph)
    wanted = {(u, v, k) for u, v, k, d in graph.edges(keys=True, data=True) if u != v or d["length"] > 0}
    assert set(town.edges.index) == wanted
    back = town.to_osmnx()
    assert set(back.edges(keys=True)) == wanted
    again = WalkNetwork.from_osmnx(back)
    assert list(again.edges.index) == list(town.edges.index)
    assert again.length == pytest.approx(town.length)
    assert np.abs(again.xy - town.xy).max() < 0.01
    assert (again.steps == town.steps).all()
    for u, v, k, data in list(graph.edges(keys=True, data=True))[:200]:
        assert back.edges[u, v, k]["length"] == pytest.approx(max(data["length"], 1e-3))


def test_it_does_not_matter_whether_an_osmnx_graph_is_projected(graph) -> None:  # type: ignore[no-untyped-def]
    import osmnx

    degrees = graph.copy()
    degrees.graph["crs"] = "epsg:4326"
    metres = osmnx.project_graph(degrees, to_crs="EPSG:3067")
    one, other = WalkNetwork.from_osmnx(degrees), WalkNetwork.from_osmnx(metres)
    assert other.crs.to_epsg() == 3067
    homes = one.nodes.iloc[::50]
    asset = one.nodes.iloc[[len(one.nodes) // 2]]
    here, there = (town.nearest(homes, asset)["metres"].to_numpy() for town in (one, other))
    assert (np.isfinite(here) == np.isfinite(there)).all()
    assert np.isfinite(here).sum() > 5
    assert np.nanmax(np.abs(here - there)) < 1 + 0.001 * np.nanmax(here)


def test_distances_equal_those_of_networkx(graph) -> None:  # type: ignore[no-untyped-def]
    import networkx as nx

    town = WalkNetwork.from_osmnx(graph)
    both = nx.Graph()
    for u, v, data in graph.edges(data=True):
        if u != v:
            both.add_edge(u, v, length=min(data["length"], both.get_edge_data(u, v, {"length": np.inf})["length"]))
    main = list(max(nx.connected_components(both), key=len))
    expected = nx.single_source_dijkstra_path_length(both, main[0], weight="length")
    asset = town.nodes.loc[[main[0]]]
    some = town.nodes.loc[main[:: len(main) // 40]]
    found = town.nearest(some, asset)["metres"]
    # A node may lie on another street's line (a bridge); those are compared by what is nearest, so allow a few.
    near = np.abs(found.to_numpy() - [expected[n] for n in some.index]) < 0.01
    assert near.mean() > 0.95


@pytest.mark.parametrize("crs", [None, "nonsense", "{'init': 'nonsense'}"])
def test_a_graph_without_a_reference_system_is_refused(crs: object) -> None:
    import networkx as nx

    graph = nx.MultiDiGraph(crs=crs)
    graph.add_node(1, x=10.0, y=59.0)
    with pytest.raises(CRSError, match="reference system"):
        WalkNetwork.from_osmnx(graph)


def test_a_graph_of_another_tool_passes_as_a_table_of_edges(shared: Path) -> None:
    import geopandas as gpd
    import networkx as nx

    other = nx.read_graphml(shared / "bench" / "osm" / "kumpula_helsinki.graphml")
    rows = [(u, v, d["geom"], d["l"]) for u, v, d in other.edges(data=True) if d["geom"].startswith("LINESTRING (")]
    edges = gpd.GeoDataFrame(
        {"u": [r[0] for r in rows], "v": [r[1] for r in rows], "length": [float(r[3]) for r in rows]},
        geometry=gpd.GeoSeries.from_wkt([r[2] for r in rows]), crs=3879,
    )  # fmt: skip
    town = WalkNetwork.from_edges(None, edges[edges["length"] > 0])
    assert town.crs.to_epsg() == 3879
    some = town.nodes.iloc[::100]
    found = town.nearest(some, some.iloc[[0]])
    assert found["linked"].mean() > 0.9
    air = some.distance(some.geometry.iloc[0])
    assert (found["metres"] >= air * 0.99)[found["reached"]].all()


def test_an_empty_osmnx_graph_holds_no_streets() -> None:
    import networkx as nx

    with pytest.raises(NothingFound):
        WalkNetwork.from_osmnx(nx.MultiDiGraph(crs="epsg:4326"))
