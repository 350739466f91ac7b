"""Which things were drawn twice in OpenStreetMap, as a point and as an area, and how do two become one?

A point and an area of the same category are one thing when the point lies in the area, or within the category's
`dedupe_m` of it, and nothing speaks against it: two different names do, and so do two different main tags where a name
is missing. The area stays, with the tags of both; the point's id is kept in the tag `@also`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from assetmap.model.crs import metric_crs_of
from assetmap.model.taxonomy import taxonomy

_SAME_NAME = 85.0
_SAME_SHAPE = 0.8
_MAIN = frozenset(taxonomy().osm_keys())
_AREAS = ("Polygon", "MultiPolygon")


def merge_duplicates(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with each thing once.

    Args:
        frame: Columns `tags` (dict), `category`, `source_id`; points, lines and areas in any CRS.
    """
    if frame.empty:
        return frame
    metric = frame.geometry.to_crs(metric_crs_of(frame))
    gone: dict[str, str] = {}
    for category, part in frame.groupby("category", sort=False):
        areas = part[part.geom_type.isin(_AREAS)]
        if areas.empty:
            continue
        reach = taxonomy()[str(category)].dedupe_m
        gone |= _twin_areas(areas, metric)
        areas = areas[~areas.index.isin(list(gone))]
        gone |= _points_in(part[part.geom_type == "Point"], areas, metric, reach)
    return _merged(frame, gone)


def _points_in(
    points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, metric: gpd.GeoSeries, reach: float
) -> dict[str, str]:
    """For each point that is the same thing as an area, that area; keys and values are index labels."""
    if points.empty:
        return {}
    shapes = metric[areas.index].to_numpy()
    spots = metric[points.index].to_numpy()
    p, a = shapely.STRtree(shapes).query(spots, predicate="dwithin", distance=max(reach, 0.01))
    pairs = pd.DataFrame({"p": p, "a": a, "metres": shapely.distance(spots[p], shapes[a])})
    point_tags, area_tags = list(points["tags"]), list(areas["tags"])
    same = [_same(point_tags[i], area_tags[j]) for i, j in zip(p, a, strict=True)]
    pairs = pairs[np.array(same, dtype=bool)]
    pairs = pairs.sort_values(["metres", "p", "a"]).drop_duplicates("p")
    # Several named points in one nameless area are its tenants, not its doubles.
    named = [
        bool(point_tags[i].get("name")) and not area_tags[j].get("name")
        for i, j in zip(pairs["p"], pairs["a"], strict=True)
    ]
    tenants = pairs[np.array(named, dtype=bool)]
    pairs = pairs.drop(tenants.index[tenants["a"].duplicated(keep=False)])
    return dict(zip(points.index[pairs["p"]], areas.index[pairs["a"]], strict=True))


def _twin_areas(areas: gpd.GeoDataFrame, metric: gpd.GeoSeries) -> dict[str, str]:
    """Areas drawn twice (a relation and its outer way): the later one goes into the earlier."""
    shapes = shapely.make_valid(metric[areas.index].to_numpy())
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    tags = list(areas["tags"])
    twins: dict[str, str] = {}
    for i, j in zip(first, second, strict=True):
        if i < j and _same(tags[i], tags[j]) and areas.index[i] not in twins and _overlap(shapes[i], shapes[j]):
            twins[areas.index[j]] = areas.index[i]
    return twins


def _overlap(one: Any, other: Any) -> bool:
    shared = float(shapely.area(shapely.intersection(one, other)))
    return shared >= _SAME_SHAPE * float(max(shapely.area(one), shapely.area(other)))


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    a, b = one.get("name", ""), other.get("name", "")
    if a and b:
        return fuzz.token_sort_ratio(a, b, processor=default_process) >= _SAME_NAME
    return any(key in _MAIN and other.get(key) == value for key, value in one.items())


def _merged(frame: gpd.GeoDataFrame, gone: Mapping[str, str]) -> gpd.GeoDataFrame:
    if not gone:
        return frame
    frame = frame.copy()
    tags = dict(zip(frame.index, frame["tags"], strict=True))
    for lost, kept in gone.items():
        also = ";".join(filter(None, (tags[kept].get("@also", ""), lost)))
        tags[kept] = {**tags[lost], **tags[kept], "@also": also}
    frame["tags"] = pd.Series([tags[key] for key in frame.index], index=frame.index, dtype="object")
    return frame[~frame.index.isin(list(gone))]
