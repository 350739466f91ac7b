"""How does a walking network come from OpenStreetMap ways, or from any table of edges?"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from assetmap.errors import CRSError, InputError, NothingFound
from assetmap.messages import M
from assetmap.model.crs import metric_crs, metric_crs_of
from assetmap.osm import OsmData, OsmWays, read_osm
from assetmap.walk.foot import barred, stepped, walkable
from assetmap.walk.network import Floats, Ints, WalkNetwork

_MOST_DOORS = 40
"""A square with more streets than this is walked round its edge only."""
_NO_CRS = M("The network says no reference system. Expected one on the nodes or on the edges; set it with set_crs().")
SHORTEST_M = 1e-3
"""Length of an edge between two nodes on the same spot: without it the street would end there."""


def network_from_osm(source: OsmData | Path | str) -> WalkNetwork:
    """The walking network of a file or of what was read from it; see `WalkNetwork.from_osm`."""
    data = source if isinstance(source, OsmData) else read_osm(source)
    ways = data.ways
    walked = np.array([walkable(tags) for tags in ways.tags], dtype=bool)
    if not walked.any():
        raise NothingFound(
            M("The file {file} holds no street or path that may be walked ({n} ways were looked at). Expected an "
              "OpenStreetMap extract with the tag highway.", file=data.file or "", n=len(ways))
        )  # fmt: skip
    refs, lonlat, way = _vertices(ways, walked)
    centre = lonlat.mean(axis=0)
    crs = metric_crs(float(centre[0]), float(centre[1]))
    ends = np.flatnonzero((way[1:] == way[:-1]) & (refs[1:] != refs[:-1]))
    node_id, first, position = np.unique(refs, return_index=True, return_inverse=True)
    xy = _metric(lonlat[first], crs)
    u, v = position[ends], position[ends + 1]
    chords = _across_squares(ways, walked, refs, way, position, xy)
    steps = np.array([stepped(tags) for tags in ways.tags], dtype=bool)[way[ends]]
    u, v = np.concatenate([u, chords[:, 0]]), np.concatenate([v, chords[:, 1]])
    steps = np.concatenate([steps, np.zeros(len(chords), dtype=bool)])
    u, v, xy, node_id = _split_at_closed_gates(u, v, xy, node_id, data.gates)
    # Two nodes on the same spot still lead to each other.
    length = np.maximum(np.hypot(*(xy[u] - xy[v]).T), SHORTEST_M)
    return WalkNetwork(
        crs=crs, xy=xy, node_id=node_id.astype(np.int64), u=u, v=v, key=_parallel_keys(u, v), length=length,
        lines=shapely.linestrings(np.stack([xy[u], xy[v]], axis=1)), steps=steps,
        gates=data.gates[~data.gates["access"].map(barred).astype(bool)].to_crs(crs),
        barriers=_barriers(data, crs),
        report={"ways_not_walked": int((~walked).sum()), **data.report},
    )  # fmt: skip


def _vertices(ways: OsmWays, walked: Any) -> tuple[Ints, Floats, Ints]:
    """Node ids, positions and way numbers of all vertices of walked ways, in a row."""
    way = np.repeat(np.arange(len(ways)), np.diff(ways.start))
    keep = walked[way]
    return ways.refs[keep], ways.lonlat[keep], way[keep]


def _split_at_closed_gates(
    u: Ints, v: Ints, xy: Floats, node_id: Ints, gates: gpd.GeoDataFrame
) -> tuple[Ints, Ints, Floats, Ints]:
    """Give each edge its own copy of the node where a closed gate stands, so that nothing leads through it."""
    closed = gates.index[gates["access"].map(barred).astype(bool)]
    numbers = np.array([int(key.removeprefix("node/")) for key in closed], dtype=np.int64)
    ends = np.concatenate([u, v])
    here = np.flatnonzero(np.isin(node_id[ends], numbers))
    at = ends[here]
    ends[here] = len(xy) + np.arange(len(here))
    # Real ids are positive; copies count down from −1.
    copies: Ints = -1 - np.arange(len(here), dtype=np.int64)
    return ends[: len(u)], ends[len(u) :], np.concatenate([xy, xy[at]]), np.concatenate([node_id, copies])


def _metric(lonlat: Floats, crs: pyproj.CRS) -> Floats:
    project = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    return np.column_stack(project.transform(lonlat[:, 0], lonlat[:, 1]))


def _across_squares(ways: OsmWays, walked: Any, refs: Ints, way: Ints, position: Ints, xy: Floats) -> Ints:
    """Straight walks across open squares between the streets that end there, shape (n, 2) of node positions."""
    doors = _shared_nodes(position, way)
    chords: list[tuple[int, int]] = []
    number_of = pd.Series(np.arange(len(ways))).groupby(ways.osm_id).apply(list)
    for rings in number_of[[len(r) > 0 and bool(ways.plaza[r[0]] and walked[r[0]]) for r in number_of]]:
        vertices = [position[way == ring] for ring in rings]
        ground = shapely.build_area(shapely.MultiLineString([xy[ring] for ring in vertices if len(ring) > 3]))
        entries = np.unique(np.concatenate(vertices))
        entries = entries[doors[entries]]
        if ground.is_empty or not 2 <= len(entries) <= _MOST_DOORS:
            continue
        pairs = np.array(list(combinations(entries, 2)))
        walks = shapely.linestrings(xy[pairs])
        ground = shapely.buffer(ground, 0.1)
        shapely.prepare(ground)
        chords += list(map(tuple, pairs[shapely.covers(ground, walks)]))
    return np.array(chords, dtype=np.int64).reshape(-1, 2)


def _shared_nodes(position: Ints, way: Ints) -> Any:
    """Which nodes belong to more than one way."""
    pairs = np.unique(np.column_stack([position, way]), axis=0)
    return np.bincount(pairs[:, 0], minlength=int(position.max()) + 1) > 1


def _parallel_keys(u: Ints, v: Ints) -> Ints:
    """0 for the first edge between two nodes, 1 for the second, and so on."""
    pairs = pd.DataFrame({"low": np.minimum(u, v), "high": np.maximum(u, v)})
    return np.asarray(pairs.groupby(["low", "high"]).cumcount(), dtype=np.int64)


def _barriers(data: OsmData, crs: pyproj.CRS) -> gpd.GeoSeries:
    """What cannot be crossed where there is no way: water, railways and motorways."""
    layer, cls = data.shapes["layer"], data.shapes["cls"]
    hard = (
        layer.isin(["water", "coastline"])
        | (layer == "rail") & (cls != "tram")
        | (layer == "road") & (cls == "motorway")
    )
    hard |= (layer == "waterway") & cls.isin(["river", "canal"])
    return data.shapes[hard].geometry.to_crs(crs).reset_index(drop=True)


def network_from_edges(nodes: gpd.GeoDataFrame | None, edges: gpd.GeoDataFrame | pd.DataFrame) -> WalkNetwork:
    """The walking network of a table of edges; see `WalkNetwork.from_edges`."""
    table = edges if {"u", "v"} <= set(edges.columns) else edges.reset_index()
    if not {"u", "v"} <= set(table.columns):
        raise InputError(
            M("The table of edges has the columns {columns}. Expected u and v (node ids), and length in metres.",
              columns=", ".join(map(str, edges.columns)))
        )  # fmt: skip
    shaped = edges if isinstance(edges, gpd.GeoDataFrame) else None
    crs = _metric_crs(nodes if nodes is not None else shaped)
    given = None if shaped is None else _single_lines(shaped, crs)
    xy, node_id = _ends(given, table) if nodes is None else _places(nodes, crs)
    u, v = _positions(table, node_id)
    lines = _lines(given, xy, u, v)
    ids = node_id.to_numpy()
    numbers = ids.astype(np.int64) if pd.api.types.is_integer_dtype(ids.dtype) else np.arange(len(ids), dtype=np.int64)
    nothing = gpd.GeoDataFrame({"kind": [], "access": []}, geometry=[], crs=crs)
    return WalkNetwork(
        crs, xy, numbers, u, v,
        key=table["key"].to_numpy(dtype=np.int64) if "key" in table else _parallel_keys(u, v),
        length=_lengths(table, lines),
        lines=lines,
        steps=table["steps"].to_numpy(dtype=bool) if "steps" in table else np.zeros(len(u), dtype=bool),
        gates=nothing, barriers=gpd.GeoSeries([], crs=crs),
    )  # fmt: skip


def _metric_crs(source: gpd.GeoDataFrame | None) -> pyproj.CRS:
    """The frame's own reference system where it is in metres, else the UTM zone of the place."""
    if source is None or source.crs is None:
        raise CRSError(_NO_CRS)
    metric = source.crs.is_projected and source.crs.axis_info[0].unit_name == "metre"
    return source.crs if metric or source.empty else metric_crs_of(source)


def _places(nodes: gpd.GeoDataFrame, crs: pyproj.CRS) -> tuple[Floats, pd.Index]:
    """Position and id of each node."""
    points = nodes.geometry.to_crs(crs).to_numpy()
    faulty = ~np.isin(shapely.get_type_id(points), [0]) | shapely.is_empty(points)
    if faulty.any() or not nodes.index.is_unique:
        raise InputError(
            M("{n} nodes have no point, and {m} have an id that is already taken. Expected one point for each node id.",
              n=int(faulty.sum()), m=int(nodes.index.duplicated().sum()))
        )  # fmt: skip
    return shapely.get_coordinates(points), nodes.index


def _ends(given: Any, table: pd.DataFrame) -> tuple[Floats, pd.Index]:
    """Position and id of each node, from the ends of the lines."""
    if given is None or shapely.is_missing(given).any():
        raise InputError(M("Without a table of nodes, every edge needs a line as its geometry."))
    ends = pd.DataFrame(
        np.concatenate([shapely.get_coordinates(shapely.get_point(given, i)) for i in (0, -1)]),
        index=pd.concat([table["u"], table["v"]]), columns=["x", "y"],
    )  # fmt: skip
    first = ends[~ends.index.duplicated()]
    return first.to_numpy(), first.index


def _positions(table: pd.DataFrame, node_id: pd.Index) -> tuple[Ints, Ints]:
    """The two nodes of each edge as positions."""
    u, v = (
        node_id.get_indexer(pd.Index(table["u"])).astype(np.int64),
        node_id.get_indexer(pd.Index(table["v"])).astype(np.int64),
    )
    lost = (u < 0) | (v < 0)
    if lost.any():
        first = table[lost].iloc[0]
        raise InputError(
            M(
                "An edge joins node {u} and node {v}, but one of them is not among the nodes.",
                u=first["u"],
                v=first["v"],
            )
        )
    return u, v


def _lengths(table: pd.DataFrame, lines: Any) -> Floats:
    length = table["length"].to_numpy(dtype=np.float64) if "length" in table else shapely.length(lines)
    good = np.isfinite(length) & (length > 0)
    if not good.all():
        raise InputError(M("{n} edges have a length that is not above zero. Expected metres.", n=int((~good).sum())))
    return length


def _single_lines(edges: gpd.GeoDataFrame, crs: pyproj.CRS) -> Any:
    """The lines of the edges in metres, None where one has none; lines in pieces that touch are joined.

    Raises:
        CRSError: There are lines, but they say no reference system.
        InputError: Something is not a line, or a line with gaps.
    """
    geometry = edges.geometry
    if geometry.isna().all():
        return np.full(len(edges), None, dtype=object)
    if geometry.crs is None:
        raise CRSError(_NO_CRS)
    lines = geometry.to_crs(crs).to_numpy()
    multi = shapely.get_type_id(lines) == 5
    lines[multi] = shapely.line_merge(lines[multi])
    lines[shapely.is_empty(lines)] = None
    faulty = ~np.isin(shapely.get_type_id(lines), [-1, 1])
    if faulty.any():
        raise InputError(
            M("{n} edges are not one line each, but points, areas or lines with gaps. Expected a LineString.",
              n=int(faulty.sum()))
        )  # fmt: skip
    return lines


def _lines(given: Any, xy: Floats, u: Ints, v: Ints) -> Any:
    """Each edge's line from u to v; straight where none is given, turned round where it was drawn from v to u."""
    straight = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
    if given is None:
        return straight
    lines = np.where(shapely.is_missing(given), straight, given)
    starts = shapely.get_coordinates(shapely.get_point(lines, 0))
    backwards = np.hypot(*(starts - xy[u]).T) > np.hypot(*(starts - xy[v]).T)
    return np.where(backwards, shapely.reverse(lines), lines)
