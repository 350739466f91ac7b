"""A table that assetmap wrote comes back as it was; what was written into it since is looked through."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from assetmap.exports import write
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import Provenance
from assetmap.model.schema import asset_id, complete
from assetmap.sources.conform import conform
from assetmap.sources.source import Context
from assetmap.sources.table import SOURCE

NAMES = ["Parken", "=1+1", "Åsen; skole"]


def inventory() -> Inventory:
    """Three assets: a park that is a polygon, a name like a formula, and one without a place."""
    rows = pd.DataFrame(
        {"name": NAMES, "kind": ["places", "places", "institutions"],
         "category": ["park_green", "playground", "school"],
         "audience": "public", "review": "ok",
         "location_precision": ["exact", "exact", "none"], "source": "osm", "retrieved": "2026-01-02",
         "source_id": ["way/1", "node/2", "node/3"], "licence": "ODbL-1.0",
         "attribution": "© OpenStreetMap contributors", "capacity": [12.5, None, 3], "tags": '{"leisure": "park"}'}
    )  # fmt: skip
    rows.index = pd.Index([asset_id("osm", i) for i in rows["source_id"]])
    shapes = [shapely.box(11, 59, 11.001, 59.001), shapely.Point(11.1, 59.1), None]
    homes = gpd.GeoDataFrame({"dwellings": []}, geometry=gpd.GeoSeries([], crs=4326), crs=4326)
    return Inventory(
        complete(gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)),
        Neighbourhood("Her", shapely.box(10.9, 58.9, 11.2, 59.2), homes),
        provenance=(Provenance("osm", "OpenStreetMap", "ODbL-1.0", "© OpenStreetMap contributors", "2026-01-02"),),
    )


@pytest.mark.parametrize(("name", "lang"), [("a.csv", "en"), ("a.csv", "nb"), ("a.xlsx", "en")])
def test_an_export_comes_back_as_it_was(tmp_path: Path, name: str, lang: str) -> None:
    there = inventory()
    write(there, tmp_path / name, lang=lang)
    back = conform(SOURCE.read(tmp_path / name, Context())).assets.sort_index()
    before = there.frame.sort_index()
    for column in ("name", "category", "source", "source_id", "licence", "attribution", "retrieved", "tags"):
        assert back[column].tolist() == before[column].tolist(), column
    assert back["capacity"].fillna(-1).tolist() == before["capacity"].fillna(-1).tolist()
    assert back.index.tolist() == before.index.tolist()
    assert back.geometry.isna().tolist() == before.geometry.isna().tolist()


def test_a_contact_written_into_an_export_is_taken_out(tmp_path: Path) -> None:
    write(inventory(), tmp_path / "a.xlsx", lang="en")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = book["assets"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["description"], "Ring Kari på 912 34 567")
    book.save(tmp_path / "a.xlsx")
    found = SOURCE.read(tmp_path / "a.xlsx", Context())
    assert "912 34 567" not in found.assets.to_json()
    assert found.private["value"].tolist() == ["Ring Kari på 912 34 567"]
    assert found.private["asset"].isin(found.assets["source_id"]).all()
