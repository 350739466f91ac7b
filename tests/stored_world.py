"""A small neighbourhood with everything that a store keeps and an export carries, hostile names included."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.messages import M, Mn
from assetmap.model.inventory import Inventory
from assetmap.model.issues import Issue, issues_frame
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import OSM_ATTRIBUTION, Provenance
from assetmap.model.schema import asset_id
from assetmap.walk import WalkNetwork

OSM = Provenance("osm", "OpenStreetMap", "ODbL-1.0", OSM_ATTRIBUTION, "2026-11-21", "2026-11-20", sha256="a" * 64)
CLUBS = Provenance("table:clubs.csv", "Clubs", "NLOD-2.0", "Sarpsborg kommune", "2026-11-21", file="clubs.csv")

HOSTILE = (
    "<script>alert('1')</script>",
    "{{ 7*7 }}{% for x in y %}",
    "Bob's \"Café\"; DROP TABLE asset; --",
    "=HYPERLINK(\"http://127.0.0.1\")",
    "＝1+1",
    "\t=1+1",
    "  @SUM(A1)",
    "+47 22 22 22 22",
    "-59.91",
    "Blåbærøya 🧶👩‍👩‍👧 ﷽",
    "a,b;c\nsecond line",
    "null",
    "x" * 10_000,
)  # fmt: skip


def assets(names: tuple[str, ...] = ("Park", "Kafé"), source: Provenance = OSM, **columns: Any) -> gpd.GeoDataFrame:
    """One asset per name on a line to the east of 11°E 59°N: points, with a polygon and a line among more than two."""
    n = len(names)
    shapes: list[Any] = list(shapely.points(11 + np.arange(n) / 1000, 59.0))
    if n > 2:
        shapes[1] = shapely.Polygon([(11, 59), (11, 59.001), (11.001, 59.001), (11.001, 59)])  # clockwise
        shapes[2] = shapely.LineString([(11.123456789, 59), (11.2, 59.1)])
    frame = gpd.GeoDataFrame(
        {
            "name": list(names), "category": "park_green", "kind": "places", "audience": "public", "review": "ok",
            "location_precision": "exact", "source": source.source, "source_id": [f"node/{i}" for i in range(n)],
            "licence": source.licence, "attribution": source.attribution, "retrieved": source.retrieved,
            "tags": '{"leisure": "park"}', **columns,
        },
        geometry=shapes, crs=4326,
    )  # fmt: skip
    frame.index = [asset_id(source.source, key) for key in frame["source_id"]]
    return frame.rename_axis("id")


def homes(n: int = 3, **columns: Any) -> gpd.GeoDataFrame:
    """Homes on a line to the east, one dwelling each, people not known."""
    frame = gpd.GeoDataFrame(
        {"source": "address", "dwellings": 1.0, "people": np.nan, "people_low": np.nan, "people_high": np.nan,
         "edge_m": 400.0, **columns},
        index=[f"node/{i}" for i in range(n)], geometry=list(shapely.points(11 + np.arange(n) / 1000, 59.0)), crs=4326,
    )  # fmt: skip
    return frame.rename_axis("home")


def inventory(frame: gpd.GeoDataFrame | None = None, **neighbourhood: Any) -> Inventory:
    """The neighbourhood with its assets, two notes, one issue and one source."""
    here = Neighbourhood(**{
        "name": "Blåbærøya", "boundary": shapely.box(10.9, 58.9, 14.0, 59.2), "homes": homes(),
        "extent": shapely.box(10.8, 58.8, 14.1, 59.3),
        "notes": (M("Built from {what}.", what=M("homes")), Mn("One home.", "{n} homes.", 3)), **neighbourhood,
    })  # fmt: skip
    issues = issues_frame([Issue("no-position", M("No place yet."), asset="row 7", field="address", detail="Storgata")])
    return Inventory(assets() if frame is None else frame, here, issues, (OSM,))


def street() -> WalkNetwork:
    """A straight street along 59°N from 11°E to 11.02°E, a node every thousandth of a degree (57 m)."""
    nodes = gpd.GeoDataFrame(geometry=list(shapely.points(11 + np.arange(21) / 1000, 59.0)), crs=4326)
    ends = pd.DataFrame({"u": np.arange(20), "v": np.arange(1, 21)})
    return WalkNetwork.from_edges(nodes, ends)
