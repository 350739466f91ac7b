"""Inventories on the plane of `worlds`: who lives where and what stands where, so that every share is arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from assetmap.model.crs import WGS84
from assetmap.model.inventory import Inventory
from assetmap.model.issues import issues_frame
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import OSM_ATTRIBUTION, Provenance
from assetmap.model.schema import asset_id, complete
from assetmap.model.taxonomy import taxonomy
from assetmap.walk import WalkNetwork
from tests.worlds import grid, moved, places

OSM = Provenance("osm", "OpenStreetMap", "ODbL-1.0", OSM_ATTRIBUTION, "2026-11-21", "2026-11-20")

Spot = tuple[float, float]


def homes_at(*spots: Spot, people: Sequence[float] | None = None, **columns: Any) -> gpd.GeoDataFrame:
    """Homes on the plane, one dwelling each; with `people`, persons that are known exactly."""
    frame = places(*spots, index=[f"home/{i}" for i in range(len(spots))]).to_crs(WGS84)
    known = np.full(len(spots), np.nan) if people is None else np.asarray(people, dtype=float)
    named = {"source": "address", "dwellings": 1.0, "people": known, "people_low": known, "people_high": known,
             "edge_m": np.inf, **columns}  # fmt: skip
    return frame.assign(**named).rename_axis("home")


def assets_at(*spots: Spot | shapely.Geometry | None, category: str = "playground", **columns: Any) -> gpd.GeoDataFrame:
    """Assets of one category on the plane: points (as pairs), shapes, or None for no place yet."""
    shapes = [moved(shapely.Point(s)) if isinstance(s, tuple) else None if s is None else moved(s) for s in spots]
    keys = [f"{category}/{i}" for i in range(len(spots))]
    frame = gpd.GeoDataFrame(
        {"name": keys, "category": category, "kind": taxonomy()[category].kind, "audience": "public", "review": "ok",
         "location_precision": ["exact" if s is not None else "none" for s in shapes], "source": OSM.source,
         "source_id": keys, "licence": OSM.licence, "attribution": OSM.attribution, "retrieved": OSM.retrieved,
         **columns},
        geometry=gpd.GeoSeries(shapes, crs=25832), crs=25832,
    )  # fmt: skip
    frame.index = [asset_id(OSM.source, key) for key in keys]
    return complete(frame)


def inventory_of(
    assets: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, network: WalkNetwork | None = None, **more: Any
) -> Inventory:
    """What is known of the town: a grid of streets, 100 m apart, unless another network is given."""
    boundary = gpd.GeoSeries([moved(shapely.box(-1e4, -1e4, 1e4, 1e4))], crs=25832).to_crs(4326).iloc[0]
    unit = "people" if homes["people"].notna().any() else "homes"
    here = Neighbourhood("Rutenett", boundary, homes, unit, network=network or grid())
    return Inventory.of(assets, here, **{"issues": issues_frame(), "provenance": (OSM,), **more})
