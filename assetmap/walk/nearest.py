"""Which asset is nearest to each home, and what can be reached from one place?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.walk.entrances import access_points
from assetmap.walk.profile import WalkProfile, walk_profile

if TYPE_CHECKING:
    from assetmap.walk.network import WalkNetwork

_INCLUSIVE = 1 + 1e-9
"""A home exactly at the threshold is within it, whatever the last bit of a sum says."""


def nearest_asset(
    network: WalkNetwork,
    origins: gpd.GeoDataFrame | gpd.GeoSeries,
    assets: gpd.GeoDataFrame | gpd.GeoSeries,
    max_minutes: float | None,
    profile: WalkProfile,
    snap_m: float,
) -> pd.DataFrame:
    """The nearest asset of every origin; see `WalkNetwork.nearest`."""
    prepared = network.prepared(profile)
    limit = np.inf if max_minutes is None else profile.metres(max_minutes) * _INCLUSIVE
    start, there = _points(network.to_metric(origins))
    at = prepared.snap(start[there], snap_m)
    owner, sources = access_points(prepared, network.to_metric(assets), snap_m)
    cost, source = prepared.arrive(prepared.spread(sources, limit), sources, at)
    cost[cost > limit] = np.inf
    reached = np.isfinite(cost)
    labels = assets.index.to_numpy()
    asset = np.full(len(start), None, dtype=object)
    asset[np.flatnonzero(there)[reached]] = labels[owner[source[reached]]]
    metres = _full(there, np.where(reached, cost, np.nan), np.nan)
    table = pd.DataFrame(
        {
            "minutes": metres * profile.minutes_per_metre(),
            "metres": metres,
            "asset": pd.Series(asset, index=origins.index, dtype="object"),
            "reached": np.isfinite(metres),
            "linked": _full(there, at.linked, False).astype(bool),
            "snap_m": _full(there, at.off, np.nan),
            "barred": _full(there, at.barred & at.linked, False).astype(bool),
        },
        index=origins.index,
    )
    table.attrs["unlinked_assets"] = len(assets) - len(np.unique(owner[sources.linked]))
    return table


def reachable_assets(
    network: WalkNetwork,
    origin: shapely.Point,
    assets: gpd.GeoDataFrame | gpd.GeoSeries,
    max_minutes: float,
    profile: WalkProfile,
    snap_m: float = 100.0,
) -> pd.DataFrame:
    """What can be reached from one place.

    Args:
        origin: A point in the network's reference system.

    Returns:
        DataFrame indexed like `assets`, only those within `max_minutes`, nearest first: `minutes`, `metres`. Empty
        where the origin is farther than `snap_m` from any street (`attrs["linked"]` is False then).
    """
    prepared = network.prepared(profile)
    limit = profile.metres(max_minutes) * _INCLUSIVE
    source = prepared.snap(np.array([origin], dtype=object), snap_m)
    # No walk is shorter than the straight line (but for the scale of the map projection), so what is farther away need
    # not be looked at.
    shapes = network.to_metric(assets)
    close = np.flatnonzero(shapely.dwithin(shapes, origin, limit * 1.01))
    owner, doors = access_points(prepared, shapes[close], snap_m)
    cost, _ = prepared.arrive(prepared.spread(source, limit), source, doors)
    owner = close[owner]
    metres = pd.Series(cost).groupby(owner).min()
    metres = metres[metres <= limit].sort_values(kind="stable")
    found = pd.DataFrame({"minutes": metres * profile.minutes_per_metre(), "metres": metres})
    found.index = assets.index[metres.index]
    found.attrs["linked"] = bool(source.linked[0])
    return found


def nearest_by(
    network: WalkNetwork,
    origins: gpd.GeoDataFrame | gpd.GeoSeries,
    assets: gpd.GeoDataFrame,
    column: str,
    *,
    max_minutes: float,
    profile: str | WalkProfile = "adult",
    snap_m: float = 100.0,
) -> pd.DataFrame:
    """The nearest asset of every sort for every origin: one search per sort, doors found once for all.

    Args:
        origins: Points. assets: Assets with unique index. column: The column that tells sorts apart.

    Returns:
        Long DataFrame: `origin` (position in `origins`), `asset` (index label), `minutes`; only within `max_minutes`.
    """
    walk = walk_profile(profile)
    prepared, limit = network.prepared(walk), walk.metres(max_minutes) * _INCLUSIVE
    at = prepared.snap(_points(network.to_metric(origins))[0], snap_m)
    owner, sources = access_points(prepared, network.to_metric(assets), snap_m)
    sort, labels = assets[column].to_numpy()[owner], assets.index.to_numpy()[owner]
    tables = []
    for one in pd.unique(sort):
        part = replace(sources, linked=sources.linked & (sort == one))
        cost, source = prepared.arrive(prepared.spread(part, limit), part, at)
        near = np.flatnonzero(cost <= limit)
        minutes = cost[near] * walk.minutes_per_metre()
        tables.append(pd.DataFrame({"origin": near, "asset": labels[source[near]], "minutes": minutes}))
    columns = {"origin": "int64", "asset": "object", "minutes": "float64"}
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns)).astype(columns)


def straight_line(
    network: WalkNetwork, origins: gpd.GeoDataFrame | gpd.GeoSeries, assets: gpd.GeoDataFrame | gpd.GeoSeries
) -> pd.DataFrame:
    """The nearest asset of every origin as the crow flies, to the edge of areas: for norms that say so.

    Returns:
        Columns as `WalkNetwork.nearest`; `minutes` is NaN, `linked` is True wherever the origin has a place.
    """
    start, there = _points(network.to_metric(origins))
    shapes = network.to_metric(assets)
    real = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    metres, asset = np.full(len(start), np.nan), np.full(len(start), None, dtype=object)
    if len(real):
        (asked, found), far = shapely.STRtree(shapes[real]).query_nearest(
            start[there], all_matches=False, return_distance=True
        )
        rows = np.flatnonzero(there)[asked]
        metres[rows], asset[rows] = far, assets.index.to_numpy()[real[found]]
    return pd.DataFrame(
        {
            "minutes": np.nan, "metres": metres, "asset": pd.Series(asset, index=origins.index, dtype="object"),
            "reached": np.isfinite(metres), "linked": there, "snap_m": np.nan,
            "barred": False,
        },
        index=origins.index,
    )  # fmt: skip


def _points(geometries: Any) -> tuple[Any, Any]:
    """Points as they are, other shapes by a point on them; and which are there at all."""
    there = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    spots = geometries.copy()
    wide = there & (shapely.get_type_id(geometries) != 0)
    spots[wide] = shapely.point_on_surface(geometries[wide])
    return spots, there


def _full(there: Any, values: Any, missing: Any) -> Any:
    out = np.full(len(there), missing, dtype=np.result_type(values, type(missing)))
    out[there] = values
    return out
