"""In which reference system are metres metres here?

Frames are kept in WGS84 (longitude, latitude); distances and areas are measured in the UTM zone of the place. Degrees
are never measured, and Web Mercator never: at 60° north it doubles every distance.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from assetmap.errors import CRSError
from assetmap.messages import M

WGS84 = pyproj.CRS.from_epsg(4326)


def metric_crs(lon: float, lat: float) -> pyproj.CRS:
    """The UTM zone of a place: ETRS89 (EPSG:258xx) in Europe, as Nordic offices use it, else WGS84 (EPSG:326xx/327xx).

    Plain zones by longitude: the Norwegian exceptions (zone 32 widened to 3–12° east) are kept, as national maps use
    them south of 72° north.

    Args:
        lon: Longitude in degrees. lat: Latitude in degrees.

    Raises:
        CRSError: The position is not on the globe.
    """
    if not (np.isfinite(lon) and np.isfinite(lat) and -180 <= lon <= 180 and -80 <= lat <= 84):
        raise CRSError(
            M("The position {lat}, {lon} is not a latitude and longitude that can be measured in metres. "
              "Latitude comes first, between -80 and 84.", lat=lat, lon=lon)
        )  # fmt: skip
    zone = min(int((lon + 180) // 6) + 1, 60)
    if 56 <= lat < 64 and 3 <= lon < 6:
        zone = 32
    if lat >= 0 and 28 <= zone <= 38 and 34 <= lat <= 72:
        return pyproj.CRS.from_epsg(25800 + zone)
    return pyproj.CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)


def metric_crs_of(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pyproj.CRS:
    """The UTM zone at the middle of a frame's bounds. The frame may be in any CRS, but must have one."""
    bounds = to_wgs84(frame).total_bounds
    return metric_crs(float(bounds[[0, 2]].mean()), float(bounds[[1, 3]].mean()))


def to_wgs84(frame: Any) -> Any:
    """The same GeoDataFrame or GeoSeries in longitude and latitude.

    Raises:
        CRSError: It has no reference system.
    """
    if frame.crs is None:
        raise CRSError(
            M("This layer does not say which reference system its coordinates are in. "
              "Expected one, such as EPSG:4326 (longitude, latitude) or EPSG:25832 (UTM 32). Set it with set_crs().")
        )  # fmt: skip
    return frame if frame.crs.equals(WGS84, ignore_axis_order=True) else frame.to_crs(WGS84)


def project(geometry: Any, source: Any, target: Any) -> Any:
    """Geometries (a shapely geometry or an array of them) from one CRS to another, x before y in both."""
    transform = pyproj.Transformer.from_crs(source, target, always_xy=True).transform
    return shapely.transform(geometry, lambda xy: np.column_stack(transform(xy[:, 0], xy[:, 1])))
