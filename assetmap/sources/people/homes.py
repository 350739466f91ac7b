"""Where do people live, as far as OpenStreetMap can tell?

A home is an address point, or a building without one that is not tagged as something else. Its weight is the number
of dwellings: `building:flats` or the units counted at the door, else floor area × levels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from assetmap.messages import M, Mn
from assetmap.model.crs import WGS84, metric_crs_of, project
from assetmap.model.issues import Issue
from assetmap.sources.people.doors import addressed_homes
from assetmap.sources.people.dwellings import residential


@dataclass(frozen=True, eq=False)
class HomesFound:
    """Homes, and what was left out on the way.

    Attributes:
        homes: As `Neighbourhood.homes`; `people` and its limits are NaN until `apportion` fills them.
        counts: Rows by reason: `addresses`, `buildings` (read), `addresses_not_homes` (inside buildings that are
            something else), `addresses_merged`, `buildings_not_homes`, `buildings_with_address`, `levels_assumed`,
            `outside` (beyond the boundary), `homes`.
    """

    homes: gpd.GeoDataFrame
    counts: dict[str, int] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def homes_from_osm(
    addresses: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    boundary: shapely.Geometry | None = None,
    extent: shapely.Geometry | None = None,
    metric_crs: pyproj.CRS | None = None,
) -> HomesFound:
    """The homes of an area, each with its weight in dwellings.

    Args:
        addresses: WGS84 points, index OpenStreetMap id, columns `street`, `number`, `postcode`, `city`, and `unit`
            where flats have addresses of their own.
        buildings: WGS84 polygons, index OpenStreetMap id, column `tags` (dicts). Other shapes are passed over.
        boundary: Homes outside it are left out, those on it are kept; None keeps all. Where people will be
            apportioned, leave it out here and give it to `apportion`, which needs the homes on both sides.
        extent: The area that the data covers, for `edge_m`; None makes that infinite.
        metric_crs: For metres; None takes the UTM zone of the data.

    Returns:
        Index `home`: the OpenStreetMap id of the address point or building that stands for the home. Where an address
        has several points, the first node stands for it.
    """
    crs = metric_crs or (metric_crs_of(buildings) if len(buildings) else _crs_of_points(addresses))
    built = residential(buildings, crs)
    doors = addressed_homes(addresses, built, crs)
    own = built[built["home"] & ~built["addressed"]]
    counts = {
        "addresses": len(addresses), "buildings": len(built), **doors.attrs["counts"],
        "buildings_not_homes": int((~built["home"]).sum()),
        "buildings_with_address": int((built["home"] & built["addressed"]).sum()),
    }  # fmt: skip
    points = np.concatenate([doors["point"].to_numpy(object), shapely.point_on_surface(own["shape"].to_numpy(object))])
    dwellings = np.concatenate([doors["dwellings"].to_numpy(float), own["dwellings"].to_numpy(float)])
    lonlat = project(points, crs, WGS84) if len(points) else points
    homes = gpd.GeoDataFrame(
        {
            "source": pd.array(["address"] * len(doors) + ["building"] * len(own), dtype="str"),
            "dwellings": dwellings,
            **{c: np.full(len(points), np.nan) for c in ("people", "people_low", "people_high")},
            "edge_m": edge_metres(points, extent, crs),
        },
        geometry=gpd.GeoSeries(lonlat, crs=WGS84),
    ).set_axis(pd.Index([*doors.index, *own.index], dtype="str", name="home"))
    kept = homes if boundary is None else homes[inside(homes, boundary)]
    used = built["home"] & built["levels_assumed"]
    counts |= {"levels_assumed": int(used.sum()), "outside": len(homes) - len(kept), "homes": len(kept)}
    return HomesFound(kept, counts, tuple(_issues(counts)))


def inside(homes: gpd.GeoDataFrame, boundary: shapely.Geometry) -> npt.NDArray[np.bool_]:
    """Which homes lie in a boundary or on it. Both in WGS84."""
    shapely.prepare(boundary)
    found: npt.NDArray[np.bool_] = shapely.intersects(boundary, homes.geometry.to_numpy())
    return found


def edge_metres(points: Any, extent: shapely.Geometry | None, crs: pyproj.CRS) -> npt.NDArray[np.float64]:
    """Metres from each point (metric CRS) to the edge of the data (`extent` in WGS84); 0 beyond it, inf if unknown."""
    if extent is None or extent.is_empty:
        return np.full(len(points), np.inf)
    area = project(shapely.segmentize(extent, 0.01), WGS84, crs)
    edge = area.boundary
    shapely.prepare(area)
    shapely.prepare(edge)
    metres: npt.NDArray[np.float64] = np.where(
        shapely.intersects(area, points), shapely.distance(edge, points), 0.0
    ).astype(float)
    return metres


def _crs_of_points(addresses: gpd.GeoDataFrame) -> pyproj.CRS:
    return metric_crs_of(addresses) if len(addresses) else WGS84


def _issues(counts: dict[str, int]) -> list[Issue]:
    """What a reader of the figures should know."""
    found = []
    if n := counts["addresses_not_homes"]:
        found.append(
            Issue(
                "address-not-home",
                Mn(
                    "{n} address lies in a building that is something else than a home, and was not counted.",
                    "{n} addresses lie in buildings that are something else than homes, and were not counted.",
                    n,
                ),
            )
        )
    if n := counts["levels_assumed"]:
        found.append(
            Issue(
                "levels-assumed",
                Mn(
                    "{n} residential building says neither its levels nor its flats; one level was assumed.",
                    "{n} residential buildings say neither their levels nor their flats; one level was assumed.",
                    n,
                ),
            )
        )
    if not counts["homes"]:
        found.append(
            Issue(
                "no-homes",
                M("No home was found: the data holds no address and no residential building inside the boundary."),
            )
        )
    return found  # fmt: skip
