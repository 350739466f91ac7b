"""How far is it on foot between every two of a handful of places, and along which streets does one go?

For rounds: a list of stops with a distance from each to each, and the drawn way from one to the next. Distances are
effective metres (see `profile`), off-network legs included, as everywhere in this room.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from assetmap.model.crs import WGS84
from assetmap.walk.entrances import access_points
from assetmap.walk.profile import WalkProfile, walk_profile

if TYPE_CHECKING:
    from assetmap.walk.engine import Floats, Ints, Prepared, Snapped
    from assetmap.walk.network import WalkNetwork

_AT_ONCE = 64
"""Searches run side by side: so many rows of one number per node are held in memory."""


def doors_towards(
    network: WalkNetwork,
    assets: gpd.GeoDataFrame | gpd.GeoSeries,
    start: gpd.GeoSeries,
    *,
    profile: str | WalkProfile = "adult",
    snap_m: float = 100.0,
) -> gpd.GeoSeries:
    """One place at which each asset is met by somebody who comes from `start`.

    A point is met where it is; an area at that of its entrances (see `entrances`) which is nearest on foot.

    Args:
        assets: Points, lines or polygons, any CRS, unique index. start: One point, any CRS.

    Returns:
        Points in WGS84 with the assets' index; None where there is no place, or no entrance within `snap_m` of a
        street that can be walked to.
    """
    prepared = network.prepared(walk_profile(profile))
    shapes = network.to_metric(assets)
    source = prepared.snap(network.to_metric(start)[:1], snap_m)
    owner, doors = access_points(prepared, shapes, snap_m)
    cost, _ = prepared.arrive(prepared.spread(source), source, doors)
    found = pd.DataFrame({"owner": owner, "cost": cost, "door": np.arange(len(owner))})
    found = found[np.isfinite(cost)].sort_values(["cost", "door"], kind="stable").drop_duplicates("owner")
    points = np.full(len(shapes), None, dtype=object)
    points[found["owner"]] = _spots(prepared, doors)[found["door"]]
    own = found["owner"].to_numpy()[shapely.get_type_id(shapes[found["owner"]]) == 0]
    points[own] = shapes[own]
    return gpd.GeoSeries(points, index=assets.index, crs=network.crs).to_crs(WGS84)


def distances(
    network: WalkNetwork,
    points: gpd.GeoSeries,
    *,
    profile: str | WalkProfile = "adult",
    snap_m: float = 100.0,
    limit: float = np.inf,
) -> Floats:
    """Effective metres on foot from every point to every other.

    Args:
        points: Points, any CRS, none missing. limit: Effective metres beyond which no way is looked for.

    Returns:
        Symmetric array of shape (n, n), 0 on the diagonal; infinity where there is no way within the limit, or a point
        is farther than `snap_m` from any street. One search per point: about 2 ms each within 5 km, 10 ms
        without a limit, in a city of 94,000 nodes.
    """
    prepared = network.prepared(walk_profile(profile))
    at = prepared.snap(network.to_metric(points), snap_m)
    linked = np.flatnonzero(at.linked)
    metres = np.full((len(at), len(at)), np.inf)
    metres[np.ix_(linked, linked)] = _between(prepared, at[at.linked], limit)
    metres[metres > limit] = np.inf
    np.fill_diagonal(metres, 0)
    return np.asarray(np.minimum(metres, metres.T), dtype=np.float64)


def _between(prepared: Prepared, at: Snapped, limit: float) -> Floats:
    """Effective metres between linked points, over nodes or along the same edge."""
    net, n = prepared.network, len(prepared.network.xy)
    u, v, whole = net.u[at.edge], net.v[at.edge], prepared.effective[at.edge]
    grown, metres = prepared.grown(at), _along(prepared, at)
    for first in range(0, len(at), _AT_ONCE):
        rows = np.arange(first, min(first + _AT_ONCE, len(at)))
        cost = dijkstra(grown, directed=True, indices=n + rows, limit=limit)
        over = np.minimum(cost[:, u] + at.share * whole, cost[:, v] + (1 - at.share) * whole) + at.off
        metres[rows] = np.minimum(metres[rows], over)
    return metres


def _along(prepared: Prepared, at: Snapped) -> Floats:
    """Effective metres between points on the same edge, along it; infinity between others."""
    same = at.edge[:, None] == at.edge[None, :]
    part = np.abs(at.share[:, None] - at.share[None, :]) * prepared.effective[at.edge][:, None]
    return np.where(same, part + at.off[:, None] + at.off[None, :], np.inf)


def legs(
    network: WalkNetwork, points: gpd.GeoSeries, *, profile: str | WalkProfile = "adult", snap_m: float = 100.0
) -> gpd.GeoSeries:
    """The way from each point to the next one along streets, for drawing.

    Args:
        points: Points in the order in which they are walked, any CRS, none missing.

    Returns:
        n − 1 LineStrings in WGS84, each from point to point with the straight pieces to and from the street; None
        where there is no way.
    """
    prepared = network.prepared(walk_profile(profile))
    shapes = network.to_metric(points)
    at = prepared.snap(shapes, snap_m)
    made = [_leg(prepared, shapes[[i, j]], at, i, j) for i, j in pairwise(range(len(at)))]
    return gpd.GeoSeries(made, crs=network.crs).to_crs(WGS84)


def _leg(prepared: Prepared, ends: NDArray[np.object_], at: Snapped, i: int, j: int) -> Any:
    if not (at.linked[i] and at.linked[j]):
        return None
    pair = np.isin(np.arange(len(at)), [i, j])
    along = _along(prepared, at[pair])[0, 1]
    cost, pieces = _over_nodes(prepared, at, i, j)
    if along <= cost:
        pieces = [_piece(prepared, at.edge[i], at.share[i], at.share[j])]
    if not np.isfinite(min(along, cost)):
        return None
    whole = np.concatenate([shapely.get_coordinates(part) for part in (ends[0], *pieces, ends[1])])
    moves = np.ones(len(whole), dtype=bool)
    moves[1:] = (whole[1:] != whole[:-1]).any(axis=1)
    return shapely.LineString(whole[moves] if moves.sum() > 1 else whole[[0, -1]])


def _over_nodes(prepared: Prepared, at: Snapped, i: int, j: int) -> tuple[float, list[Any]]:
    """Effective metres over at least one node, and the pieces of street in the order in which they are walked."""
    net, n = prepared.network, len(prepared.network.xy)
    only = at[np.arange(len(at)) == i]
    cost, before = dijkstra(prepared.grown(only), directed=True, indices=n, return_predecessors=True)
    edge, share, whole = at.edge[j], at.share[j], prepared.effective[at.edge[j]]
    arrivals = ((cost[net.u[edge]] + share * whole, int(net.u[edge]), 0.0),
                (cost[net.v[edge]] + (1 - share) * whole, int(net.v[edge]), 1.0))  # fmt: skip
    metres, last, end = min(arrivals)
    if not np.isfinite(metres):
        return np.inf, []
    nodes = list(_back(before, last, n))[::-1]
    first, other = at.edge[i], 1.0
    if net.u[first] == nodes[0] and (net.v[first] != nodes[0] or at.share[i] <= 0.5):
        other = 0.0
    pieces = [_piece(prepared, first, at.share[i], other), *_streets(prepared, nodes)]
    return metres + at.off[j], [*pieces, _piece(prepared, edge, end, share)]


def _back(before: Ints, node: int, source: int) -> Iterator[int]:
    """The nodes from one back to the source, without the source."""
    while node != source:
        yield node
        node = int(before[node])


def _streets(prepared: Prepared, nodes: Sequence[int]) -> list[Any]:
    """The shortest walked edge between every two consecutive nodes, drawn in that direction."""
    net = prepared.network
    met = np.zeros(len(net.xy), dtype=bool)
    met[list(nodes)] = True
    near = prepared.walked[met[net.u[prepared.walked]] & met[net.v[prepared.walked]]]
    shortest: dict[tuple[int, int], int] = {}
    for edge in near[np.argsort(-prepared.effective[near], kind="stable")]:
        shortest[int(net.u[edge]), int(net.v[edge])] = shortest[int(net.v[edge]), int(net.u[edge])] = int(edge)
    edges = [(a, shortest[a, b]) for a, b in pairwise(nodes)]
    return [net.lines[edge] if net.u[edge] == a else shapely.reverse(net.lines[edge]) for a, edge in edges]


def _piece(prepared: Prepared, edge: int, start: float, end: float) -> Any:
    """The part of an edge between two shares of its length, drawn from the first to the second."""
    return substring(prepared.network.lines[edge], start, end, normalized=True)


def _spots(prepared: Prepared, at: Snapped) -> NDArray[np.object_]:
    """Where snapped points are on their streets."""
    spots = shapely.line_interpolate_point(prepared.network.lines[at.edge], at.share, normalized=True)
    return np.asarray(spots, dtype=object)
