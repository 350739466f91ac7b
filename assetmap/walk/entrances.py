"""Where does one enter an asset that is an area: a park, a school, a shop drawn as a building?

Never at its centroid. At its gates and entrances and where a path crosses its edge; where none is mapped, at
pseudo-entrances: points of the edge every 25 m that lie within 30 m of a street (Global Healthy & Sustainable City
Indicators sample every 30 m, with a tolerance of 30 m). An area with no street that near is entered where its edge is
nearest to one (and as near within 5 m), if that is within the snapping cap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from assetmap.walk.engine import Prepared, Snapped

EVERY_M = 25.0
WITHIN_M = 30.0
_ON_EDGE_M = 1.5
_AS_NEAR_M = 5.0


def access_points(prepared: Prepared, assets: NDArray[np.object_], cap: float) -> tuple[NDArray[np.int64], Snapped]:
    """Where each asset meets the network.

    An entrance that only a river, a railway or a motorway parts from its street is left out where the asset has a
    better one: a park on this bank is not entered from the other.

    Args:
        assets: Geometries in the network's reference system; missing and empty ones have no entrance.
        cap: Metres beyond which an entrance is not linked.

    Returns:
        Position of the asset and its entrance on the network, one row per entrance, in the order of assets.
    """
    owner, points, sampled = _candidates(prepared, assets)
    at = prepared.snap(points, cap)
    free = at.linked & ~at.barred
    keep = free | ~np.isin(owner, owner[free])
    owner, at, sampled = owner[keep], at[keep], sampled[keep]
    closest = pd.Series(at.off).groupby(owner).transform("min").to_numpy()
    keep = ~sampled | (at.off <= np.maximum(WITHIN_M, closest + _AS_NEAR_M))
    return owner[keep], at[keep]


def _candidates(prepared: Prepared, assets: NDArray[np.object_]) -> tuple[Any, Any, Any]:
    """Asset, point, and whether the point is only a sample of the edge, for all places that may be entrances."""
    there = ~(shapely.is_missing(assets) | shapely.is_empty(assets))
    spot = there & np.isin(shapely.get_type_id(assets), [0, 4])
    points, owner = shapely.get_parts(assets[spot], return_index=True)
    owners, doors = [np.flatnonzero(spot)[owner]], [points]
    wide = np.flatnonzero(there & ~spot)
    if len(wide):
        edges = _outline(assets[wide])
        own, door = _doors(prepared, edges)
        owners.append(wide[own])
        doors.append(door)
        rest = np.setdiff1d(np.arange(len(wide)), own)
        own, door = _samples(edges[rest])
        owners.append(wide[rest[own]])
        doors.append(door)
    owner, points = np.concatenate(owners), np.concatenate(doors)
    sampled = np.arange(len(owner)) >= len(owner) - (len(owners[-1]) if len(wide) else 0)
    order = np.argsort(owner, kind="stable")
    return owner[order].astype(np.int64), points[order], sampled[order]


def _outline(shapes: Any) -> Any:
    """The edge of polygons; lines as they are; of a collection, the edges of its areas and its lines."""
    edges = shapes.copy()
    mixed = shapely.get_type_id(shapes) == 7
    for i in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[i])
        edges[i] = shapely.union_all(_outline(parts[shapely.get_dimensions(parts) > 0]))
    areas = shapely.get_dimensions(edges) == 2
    edges[areas] = shapely.boundary(edges[areas])
    return edges


def _doors(prepared: Prepared, edges: Any) -> tuple[Any, Any]:
    """Mapped gates and entrances on the edge; with them, where paths cross it."""
    gates = prepared.network.gates.geometry.to_numpy()
    if not len(gates):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    own, gate = shapely.STRtree(gates).query(edges, predicate="dwithin", distance=_ON_EDGE_M)
    gated = np.unique(own)
    crossing, lines = prepared.tree.query(edges[gated], predicate="intersects")
    cuts = shapely.intersection(edges[gated][crossing], prepared.network.lines[prepared.walked[lines]])
    points, which = shapely.get_parts(cuts, return_index=True)
    spot = shapely.get_type_id(points) == 0
    return (
        np.concatenate([own, gated[crossing[which[spot]]]]),
        np.concatenate([gates[gate], points[spot]]),
    )


def _samples(edges: Any) -> tuple[Any, Any]:
    """Points along each edge, at most `EVERY_M` apart and at least four."""
    lines, owner = shapely.get_parts(edges, return_index=True)
    line = shapely.get_dimensions(lines) == 1
    lines, owner = lines[line], owner[line]
    count = np.maximum(np.ceil(shapely.length(lines) / EVERY_M), 4).astype(np.int64)
    which = np.repeat(np.arange(len(lines)), count)
    number = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    return owner[which], shapely.line_interpolate_point(lines[which], number / count[which], normalized=True)
