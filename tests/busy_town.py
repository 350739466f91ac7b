"""The invented town when people have worked on it: two sources, edits, suggestions, a snapshot, a full bin."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from assetmap.model.change import Change
from assetmap.model.provenance import Provenance
from assetmap.model.schema import asset_id, complete
from assetmap.store import Store
from tests.town import SOUTH, STEP, WEST, town

LIBRARY, SQUARE, SCHOOL = (asset_id("osm", name) for name in ("Åsgård bibliotek", "Torget", "Østre skole"))
SHOP = asset_id("osm", "Nærbutikken")
CLUBS = Provenance("table:foreninger", "Foreninger i Åsgård", "CC-BY-4.0", "Åsgård kommune", "2024-02-05")
TWIN = asset_id(CLUBS.source, "bibliotek")
EDITOR, WHY = "Kari Editor", "The old name was wrong"


def spot(column: float, row: float) -> shapely.Point:
    """A place of the town's grid, in WGS84."""
    metric = gpd.GeoSeries([shapely.Point(WEST + column * STEP, SOUTH + row * STEP)], crs=25833)
    return metric.to_crs(4326).iloc[0]


def busy_town(folder: Path) -> Path:
    """A store with the town and this work in it."""
    store = Store.open(town(folder))
    store.snapshots.take("Spring 2026", by=EDITOR)
    store.add(_clubs(), CLUBS, by=EDITOR)
    store.journal.apply([Change(SQUARE, {"name": "Stortorget"})], by=EDITOR, why=WHY)
    store.review.suggest("edit", asset=LIBRARY, values={"opening_hours": "Mo-Fr 10:00-20:00", "operator": "Kommunen"},
                         note="New hours")  # fmt: skip
    store.journal.apply([Change(LIBRARY, {"opening_hours": "Mo-Fr 09:00-18:00"})], by="Ola")
    store.review.suggest(
        "add", values={"name": "Bicycle workshop", "category": "reuse_repair_share", "geometry": spot(4, 6)}
    )
    store.review.suggest("gone", asset=SHOP, note="Closed in summer")
    store.journal.apply([Change(SCHOOL, kind="remove")], by=EDITOR)
    return folder


def _clubs() -> gpd.GeoDataFrame:
    row = {
        "source_id": "bibliotek", "name": "Åsgård Bibliotek", "category": "library", "kind": "institutions",
        "audience": "public", "review": "ok", "location_precision": "exact", "source": CLUBS.source,
        "licence": CLUBS.licence, "attribution": CLUBS.attribution, "retrieved": CLUBS.retrieved,
        "operator": "Åsgård kommune",
    }  # fmt: skip
    frame = gpd.GeoDataFrame([row], index=[TWIN], geometry=[spot(5.2, 5.1)], crs=4326)
    return complete(frame)
