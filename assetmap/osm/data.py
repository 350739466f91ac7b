"""What does one reading of an OpenStreetMap file give?"""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class OsmWays:
    """The streets and paths of a file, as vertices in a row.

    Attributes:
        osm_id: Way id of each line, shape (n_ways,).
        tags: The tags that decide who may walk there and how, one dict per way.
        start: Where each way's vertices begin in `refs` and `lonlat`, shape (n_ways + 1,).
        refs: Node id of each vertex, shape (n_vertices,).
        lonlat: Longitude and latitude of each vertex in degrees, shape (n_vertices, 2).
        plaza: Whether the line is the edge of an area that people walk across, shape (n_ways,).
    """

    osm_id: NDArray[np.int64]
    tags: list[dict[str, str]]
    start: NDArray[np.int64]
    refs: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    plaza: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.osm_id)


@dataclass(frozen=True, eq=False)
class OsmData:
    """One file, read. All frames are in WGS84 and indexed by OpenStreetMap id (`node/1`, `way/2`, `relation/3`).

    Attributes:
        features: Everything that might be an asset; columns `tags` (dict), geometry (point, line or polygon).
        addresses: Points with columns street, number, postcode, city, unit; from nodes and from buildings.
        buildings: Polygons with column `tags`.
        ways: Streets and paths.
        gates: Points where a fence or wall can be passed: gates, entrances, stiles, gaps; columns kind, access.
        shapes: What a base map shows; columns layer, cls, name.
        bounds: The box that the file says it covers, or None.
        data_date: ISO date of the newest object, or of the database copy where the file says so; "" if unknown.
        report: What was imperfect, as counts by reason.
        sha256: Hash of the file's bytes.
        file: The file's bare name.
    """

    features: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    ways: OsmWays
    gates: gpd.GeoDataFrame
    shapes: gpd.GeoDataFrame
    bounds: shapely.Polygon | None
    data_date: str
    report: dict[str, int] = field(default_factory=dict)
    sha256: str = ""
    file: str = ""
