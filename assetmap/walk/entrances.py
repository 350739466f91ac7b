"""Where does one enter an asset that is an area: a park, a school, a shop drawn as a building?

Never at its centroid. At its gates and entrances and where a path crosses its edge; where none is mapped, at
pseudo-entrances: points of the edge every 25 m that lie within 30 m of a street (Global Healthy & Sustainable City
Indicators sample every 30 m, with a tolerance of 30 m). An area with no street that near is entered at the point of its
edge nearest to any street, if that is within the snapping cap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

if TYPE_CHECKING:
    from assetmap.walk.engine import Prepared

EVERY_M = 25.0
WITHIN_M = 30.0
_ON_EDGE_M = 1.5


def access_points(prepared: Prepared, assets: NDArray[np.object_], cap: float) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """The points at which each asset is entered.

    Args:
        assets: Geometries in the network's reference system; missing and empty ones have no entrance.

    Returns:
        Position of the asset and the point, one row per entrance, in the order of assets.
    """
    there = ~(shapely.is_missing(assets) | shapely.is_empty(assets))
    kind = shapely.get_type_id(assets)
    spot = there & np.isin(kind, [0, 4])
    owner, points = shapely.get_parts(assets[spot], return_index=True)[::-1]
    owners, doors = [np.flatnonzero(spot)[owner]], [points]
    wide = np.flatnonzero(there & ~spot)
    if len(wide):
        edges = _outline(assets[wide])
        own, door = _doors(prepared, edges)
        owners.append(wide[own])
        doors.append(door)
        rest = np.setdiff1d(np.arange(len(wide)), own)
        own, door = _pseudo(prepared, edges[rest], cap)
        owners.append(wide[rest[own]])
        doors.append(door)
    owner, points = np.concatenate(owners), np.concatenate(doors)
    order = np.argsort(owner, kind="stable")
    return owner[order].astype(np.int64), points[order]


def _outline(shapes: Any) -> Any:
    """The edge of polygons; lines as they are."""
    return np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)


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


def _pseudo(prepared: Prepared, edges: Any, cap: float) -> tuple[Any, Any]:
    if not len(edges):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    lines, owner = shapely.get_parts(edges, return_index=True)
    length = shapely.length(lines)
    count = np.maximum(np.ceil(length / EVERY_M), 4).astype(np.int64)
    which = np.repeat(np.arange(len(lines)), count)
    step = np.concatenate([np.arange(n) / n for n in count])
    points = shapely.line_interpolate_point(lines[which], step, normalized=True)
    (asked, _), metres = prepared.tree.query_nearest(points, all_matches=False, return_distance=True)
    table = pd.DataFrame({"own": owner[which[asked]], "point": asked, "metres": metres})
    near = table[table["metres"] <= WITHIN_M]
    far = table[~table["own"].isin(near["own"]) & (table["metres"] <= cap)]
    last = far.sort_values(["metres", "point"]).drop_duplicates("own")
    own = np.concatenate([near["own"].to_numpy(), last["own"].to_numpy()])
    return own.astype(np.int64), points[np.concatenate([near["point"].to_numpy(), last["point"].to_numpy()]).astype(np.int64)]
