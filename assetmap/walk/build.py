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
    refs = _split_at_closed_gates(refs, data.gates)
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
    length = np.hypot(*(xy[u] - xy[v]).T)
    real = length > 0
    u, v, steps, length = u[real], v[real], steps[real], length[real]
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


def _split_at_closed_gates(refs: Ints, gates: gpd.GeoDataFrame) -> Ints:
    """Give each way its own copy of a node where a closed gate stands, so that nothing leads through it."""
    closed = gates[gates["access"].map(barred).astype(bool)]
    numbers = np.array([int(key.removeprefix("node/")) for key in closed.index if key.startswith("node/")], dtype=np.int64)
    here = np.flatnonzero(np.isin(refs, numbers))
    refs = refs.copy()
    # Real ids are positive; copies count down from −1.
    refs[here] = -1 - np.arange(len(here))
    return refs


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
    return pairs.groupby(["low", "high"]).cumcount().to_numpy(dtype=np.int64)


def _barriers(data: OsmData, crs: pyproj.CRS) -> gpd.GeoSeries:
    """What cannot be crossed where there is no way: water, railways and motorways."""
    layer, cls = data.shapes["layer"], data.shapes["cls"]
    hard = layer.isin(["water", "coastline"]) | (layer == "rail") & (cls != "tram") | (layer == "road") & (cls == "motorway")
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
    shaped = isinstance(edges, gpd.GeoDataFrame)
    crs, xy, node_id = _nodes(nodes, edges if shaped else None, table)
    where = pd.Series(np.arange(len(node_id)), index=node_id)
    u, v = where.reindex(table["u"]).to_numpy(), where.reindex(table["v"]).to_numpy()
    if np.isnan(u).any() or np.isnan(v).any():
        lost = table[np.isnan(u) | np.isnan(v)].iloc[0]
        raise InputError(M("An edge joins node {u} and node {v}, but one of them is not among the nodes.", u=lost["u"], v=lost["v"]))
    u, v = u.astype(np.int64), v.astype(np.int64)
    lines = _lines(edges.geometry.to_crs(crs).to_numpy() if shaped else None, xy, u, v)
    length = table["length"].to_numpy(dtype=np.float64) if "length" in table else shapely.length(lines)
    if not (np.isfinite(length).all() and (length > 0).all()):
        raise InputError(
            M("{n} edges have a length that is not above zero. Expected metres.", n=int((~(np.isfinite(length) & (length > 0))).sum()))
        )
    key = table["key"].to_numpy(dtype=np.int64) if "key" in table else _parallel_keys(u, v)
    steps = table["steps"].to_numpy(dtype=bool) if "steps" in table else np.zeros(len(u), dtype=bool)
    ids = node_id.to_numpy()
    numbers = ids.astype(np.int64) if pd.api.types.is_integer_dtype(ids.dtype) else np.arange(len(ids), dtype=np.int64)
    nothing = gpd.GeoDataFrame({"kind": [], "access": []}, geometry=[], crs=crs)
    return WalkNetwork(crs, xy, numbers, u, v, key, length, lines, steps, nothing, gpd.GeoSeries([], crs=crs))


def _nodes(nodes: gpd.GeoDataFrame | None, edges: gpd.GeoDataFrame | None, table: pd.DataFrame) -> tuple[pyproj.CRS, Floats, pd.Index]:
    source = nodes if nodes is not None else edges
    if source is None or source.crs is None:
        raise CRSError(M("The network says no reference system. Expected one on the nodes or on the edges; set it with set_crs()."))
    crs = source.crs if source.crs.is_projected and source.crs.axis_info[0].unit_name == "metre" else metric_crs_of(source)
    if nodes is not None:
        return crs, shapely.get_coordinates(nodes.geometry.to_crs(crs).to_numpy()), nodes.index
    lines = source.geometry.to_crs(crs).to_numpy()
    ends = pd.DataFrame(
        np.concatenate([shapely.get_coordinates(shapely.get_point(lines, i)) for i in (0, -1)]),
        index=pd.concat([table["u"], table["v"]]), columns=["x", "y"],
    )  # fmt: skip
    first = ends[~ends.index.duplicated()]
    return crs, first.to_numpy(), first.index


def _lines(given: Any, xy: Floats, u: Ints, v: Ints) -> Any:
    """Each edge's line from u to v; straight where none is given, turned round where it was drawn from v to u."""
    straight = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
    if given is None:
        return straight
    lines = np.where(shapely.is_missing(given) | shapely.is_empty(given), straight, given)
    starts = shapely.get_coordinates(shapely.get_point(lines, 0))
    backwards = np.hypot(*(starts - xy[u]).T) > np.hypot(*(starts - xy[v]).T)
    return np.where(backwards, shapely.reverse(lines), lines)
