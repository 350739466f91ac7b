"""How does a network pass to and from osmnx, with u, v and key kept?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from assetmap.errors import CRSError
from assetmap.messages import M
from assetmap.model.crs import WGS84, project
from assetmap.walk.build import SHORTEST_M, network_from_edges
from assetmap.walk.network import WalkNetwork

if TYPE_CHECKING:
    import networkx as nx


def network_from_graph(graph: nx.MultiDiGraph) -> WalkNetwork:
    """The walking network of an osmnx graph; see `WalkNetwork.from_osmnx`."""
    ids = list(graph.nodes)
    xy = np.array([(graph.nodes[i]["x"], graph.nodes[i]["y"]) for i in ids], dtype=np.float64).reshape(-1, 2)
    crs = _crs(graph.graph.get("crs"))
    nodes = gpd.GeoDataFrame(geometry=shapely.points(xy), index=ids, crs=crs)
    rows = [(u, v, k, d) for u, v, k, d in graph.edges(keys=True, data=True)]
    edges = gpd.GeoDataFrame(
        {
            "u": [r[0] for r in rows], "v": [r[1] for r in rows], "key": [r[2] for r in rows],
            "steps": [_is_steps(r[3].get("highway")) for r in rows],
        },
        geometry=[r[3].get("geometry") for r in rows], crs=crs,
    )  # fmt: skip
    if rows and all("length" in r[3] for r in rows):
        edges["length"] = [float(r[3]["length"]) for r in rows]
        # osmnx keeps edges of no length: loops, which nobody walks, and doubled nodes, which hold the streets together.
        edges = edges[(edges["length"] > 0) | (edges["u"] != edges["v"])]
        edges["length"] = edges["length"].clip(lower=SHORTEST_M)
    return network_from_edges(nodes, edges)


def _crs(given: object) -> pyproj.CRS:
    # osmnx before version 1 wrote the text of a dictionary: {'init': 'epsg:4326'}.
    old = re.fullmatch(r"\{'init': '(epsg:\d+)'\}", str(given))
    try:
        return pyproj.CRS.from_user_input(old[1] if old else given)
    except pyproj.exceptions.CRSError as fault:
        raise CRSError(
            M("The graph gives “{crs}” as its reference system. Expected one such as EPSG:4326 in graph.graph['crs'].",
              crs=str(given)[:100])
        ) from fault  # fmt: skip


def _is_steps(highway: object) -> bool:
    return "steps" in highway if isinstance(highway, list | tuple) else highway == "steps"


def graph_from_network(network: WalkNetwork) -> nx.MultiDiGraph:
    """The osmnx graph of a walking network; see `WalkNetwork.to_osmnx`."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="epsg:4326", created_with="assetmap")
    lonlat = shapely.get_coordinates(project(shapely.points(network.xy), network.crs, WGS84))
    graph.add_nodes_from(
        (int(i), {"x": float(x), "y": float(y)}) for i, (x, y) in zip(network.node_id, lonlat, strict=True)
    )
    lines = project(network.lines, network.crs, WGS84)
    for u, v, key, length, steps, line in zip(
        network.node_id[network.u],
        network.node_id[network.v],
        network.key,
        network.length,
        network.steps,
        lines,
        strict=True,
    ):
        graph.add_edge(
            int(u), int(v), int(key), length=float(length), highway="steps" if steps else "path", geometry=line
        )
    return graph
