"""What ground lies within so many minutes' walk, drawn so that it covers no ground that is not reached?

Whole and partly walked streets, widened by 30 m; streets that are not reached in time, and water, are cut out again.
For drawing only: streets near in space can be far on foot, so people are counted at their homes, never in these areas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.ops import substring

from assetmap.model.crs import WGS84
from assetmap.walk.entrances import access_points
from assetmap.walk.profile import WalkProfile

if TYPE_CHECKING:
    from assetmap.walk.engine import Prepared, Reach, Snapped
    from assetmap.walk.network import WalkNetwork

BESIDE_M = 30.0
_UNREACHED_M = 15.0
_HOLE_M2 = 1500.0
_SMOOTH_M = 2.0
_STRIP_M = 1.0


def walk_areas(
    network: WalkNetwork,
    points: gpd.GeoDataFrame | gpd.GeoSeries,
    minutes: list[float],
    profile: WalkProfile,
    snap_m: float,
) -> gpd.GeoDataFrame:
    """The ground within so many minutes of any of the points; see `WalkNetwork.walk_areas`."""
    prepared = network.prepared(profile)
    _, sources = access_points(prepared, network.to_metric(points), snap_m)
    wanted = sorted(minutes, reverse=True)
    reach = prepared.spread(sources, profile.metres(max(wanted, default=0)))
    shapes = [_ground(prepared, reach, sources, profile.metres(m)) for m in wanted]
    return gpd.GeoDataFrame({"minutes": wanted}, geometry=shapes, crs=network.crs).to_crs(WGS84)


def _ground(prepared: Prepared, reach: Reach, sources: Snapped, limit: float) -> Any:
    """The ground of one limit in effective metres."""
    net, edge = prepared.network, prepared.walked
    whole = prepared.effective[edge]
    from_u = np.clip((limit - reach.cost[net.u[edge]]) / whole, 0, 1)
    from_v = np.clip((limit - reach.cost[net.v[edge]]) / whole, 0, 1)
    full = from_u + from_v >= 1
    part = ~full & ((from_u > 0) | (from_v > 0))
    lines = [net.lines[edge[full]]]
    lines.append(_pieces(net.lines[edge[part]], np.zeros(part.sum()), from_u[part]))
    lines.append(_pieces(net.lines[edge[part]], 1 - from_v[part], np.ones(part.sum())))
    on = sources.linked & (sources.off <= limit)
    left = (limit - sources.off[on]) / prepared.effective[sources.edge[on]]
    share = sources.share[on]
    lines.append(_pieces(net.lines[sources.edge[on]], np.clip(share - left, 0, 1), np.clip(share + left, 0, 1)))
    walked = np.concatenate(lines)
    if not len(walked):
        return shapely.Polygon()
    ground = shapely.union_all(shapely.buffer(walked, BESIDE_M, quad_segs=4))
    box = shapely.box(*shapely.bounds(ground))
    reached = np.flatnonzero(full | part | np.isin(edge, sources.edge[on]))
    unreached = np.setdiff1d(prepared.tree.query(box), reached)
    cut = [shapely.buffer(net.lines[edge[unreached]], _UNREACHED_M, quad_segs=2), _barriers(prepared, box)]
    # What is walked stays whole, also where a street that is not reached runs close beside it.
    kept = shapely.union_all(shapely.buffer(walked, _UNREACHED_M / 2, quad_segs=2))
    ground = shapely.union(shapely.difference(ground, shapely.union_all(np.concatenate(cut))), kept)
    return shapely.simplify(_without_small_holes(_beside(ground, walked)), _SMOOTH_M)


def _pieces(lines: Any, start: Any, end: Any) -> Any:
    pieces = [substring(line, a, b, normalized=True) for line, a, b in zip(lines, start, end, strict=True) if b > a]
    return np.array(pieces, dtype=object)


def _barriers(prepared: Prepared, box: Any) -> Any:
    """Water as it is; railways, motorways and shores as thin strips, enough to part the ground."""
    shapes = prepared.barriers.geometries[prepared.barriers.query(box)]
    return np.where(shapely.get_dimensions(shapes) == 2, shapes, shapely.buffer(shapes, _STRIP_M, quad_segs=1))


def _beside(ground: Any, walked: Any) -> Any:
    """Without the pieces that no walked street touches: the far bank of a canal, the other side of a railway."""
    pieces = shapely.get_parts(ground)
    # the pieces are few and large: asked this way round, each of them is prepared once
    return shapely.union_all(pieces[np.unique(shapely.STRtree(walked).query(pieces, predicate="intersects")[0])])


def _without_small_holes(ground: Any) -> Any:
    polygons = [
        shapely.Polygon(p.exterior, [hole for hole in p.interiors if shapely.Polygon(hole).area > _HOLE_M2])
        for p in shapely.get_parts(ground)
        if p.geom_type == "Polygon"
    ]
    return shapely.union_all(polygons)
