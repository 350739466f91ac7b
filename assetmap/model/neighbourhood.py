"""Which area is meant, who lives there, and how far does the data around it reach?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import geopandas as gpd
import pyproj
import shapely

from assetmap.messages import Message
from assetmap.model.crs import metric_crs
from assetmap.model.fingerprint import frame_fingerprint


class Network(Protocol):
    """What the model knows of a walking network: its metric CRS and a fingerprint. `assetmap.walk` has the real one."""

    @property
    def crs(self) -> pyproj.CRS: ...

    @property
    def fingerprint(self) -> str: ...


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """A named area with its homes and its walking network.

    Attributes:
        name: What people call it.
        boundary: The study area, a Polygon or MultiPolygon in WGS84. Homes inside it are counted; assets and streets
            also outside it, as far as the data reaches.
        homes: Demand points: index `home` (stable text ids), Point geometry in WGS84, columns `source` ("address" or
            "building"), `dwellings` (weight, > 0), `people`, `people_low`, `people_high` (persons; NaN where the
            population is not known), `edge_m` (metres to the edge of the data), and where ages are known each age
            group with `_low` and `_high`. May be empty.
        unit: What is counted: "people", or "homes" where no population is known (then `dwellings` is the weight).
        extent: The area that the data covers (WGS84), at least as large as it is known; homes near its edge may have
            assets beyond it.
        network: The walking network, or None where there is none.
        population: The population areas as the source gave them, or None: EPSG:4326 polygons with `total`, the bands
            as columns of their own names, and provenance.
        notes: Caveats that every figure about this neighbourhood repeats.
    """

    name: str
    boundary: shapely.Geometry
    homes: gpd.GeoDataFrame
    unit: str = "homes"
    extent: shapely.Geometry | None = None
    network: Network | None = None
    population: gpd.GeoDataFrame | None = None
    notes: tuple[Message, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def crs(self) -> pyproj.CRS:
        """The metric reference system of the place."""
        if self.network is not None:
            return self.network.crs
        centre = self.boundary.centroid
        return metric_crs(centre.x, centre.y)

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when any home does."""
        return frame_fingerprint(self.homes)

    def replace(self, **changes: Any) -> Neighbourhood:
        """The same neighbourhood with some attributes changed."""
        return replace(self, **changes)
