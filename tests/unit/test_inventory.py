"""Does an inventory keep its promise: checked rows, frozen, and "not mapped yet" told apart from "not asked"?"""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from assetmap.errors import CRSError, SchemaError, UnknownKey
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.schema import ASSET_COLUMNS, asset_id
from tests.towns import assets_at, homes_at, inventory_of


def test_what_lies_beyond_the_boundary_is_kept_apart() -> None:
    here = inventory_of(assets_at((0, 0), (50_000, 0), None), homes_at((0, 0)))
    assert (len(here), len(here.beyond), len(here.everything)) == (2, 1, 3)
    assert here.frame.geometry.isna().sum() == 1, "no place yet stays inside"


def test_an_area_on_the_edge_is_inside() -> None:
    square = shapely.box(11, 59, 11.1, 59.1)
    here = Neighbourhood("X", square, homes_at())
    park = assets_at((0, 0)).set_geometry([shapely.box(11.09, 59, 11.2, 59.05)], crs=4326)
    assert len(Inventory.of(park, here)) == 1


def test_where_remembers_what_was_asked() -> None:
    both = pd.concat([assets_at((0, 0)), assets_at((0, 0), category="library")])
    here = inventory_of(both, homes_at((0, 0)))
    assert here.selection == ()
    narrowed = here.where(category="kindergarten")
    assert (len(narrowed), narrowed.selection) == (0, ("kindergarten",))
    assert list(here.where(kind="institutions").frame["category"]) == ["library"]
    assert here.where(kind="institutions").selection == ()
    assert len(here.where(role="context")) == 0
    assert len(here.where(category=["library", "playground"])) == 2
    with pytest.raises(UnknownKey):
        here.where(category="swings")


def test_counts_are_in_taxonomy_order_without_empty_ones() -> None:
    both = pd.concat([assets_at((0, 0), (1, 1)), assets_at((0, 0), category="library")])
    assert list(inventory_of(both, homes_at()).counts().items()) == [("library", 1), ("playground", 2)]


def test_every_promised_column_in_order_and_extra_ones_kept() -> None:
    here = inventory_of(assets_at((0, 0), colour="red"), homes_at())
    columns = list(here.frame.columns)
    assert columns == [*ASSET_COLUMNS[:-1], "colour", "geometry"]
    assert here.frame.crs.to_epsg() == 4326
    assert here.frame.index.name == "id"


def test_all_faults_at_once() -> None:
    bad = assets_at((0, 0), (1, 1), (2, 2))
    bad["category"] = ["swings", "playground", "playground"]
    bad["review"] = ["ok", "maybe", "ok"]
    bad["capacity"] = [1.0, 1.0, -3.0]
    with pytest.raises(SchemaError) as fault:
        inventory_of(bad, homes_at())
    assert set(fault.value.issues["field"]) == {"category", "review", "capacity"}
    assert "3 values break the asset schema" in str(fault.value)
    assert isinstance(fault.value, ValueError)


def test_no_reference_system_is_refused() -> None:
    naked = assets_at((0, 0)).set_crs(None, allow_override=True)
    with pytest.raises(CRSError):
        Inventory(naked, inventory_of(assets_at(), homes_at()).neighbourhood)


def test_it_is_frozen_and_its_fingerprint_follows_its_rows() -> None:
    here = inventory_of(assets_at((0, 0), (1, 1)), homes_at())
    with pytest.raises(dataclasses.FrozenInstanceError):
        here.frame = here.frame  # type: ignore[misc]
    turned = here.replace(frame=here.frame.iloc[::-1])
    renamed = here.replace(frame=here.frame.assign(name="other"))
    assert turned.fingerprint == here.fingerprint, "whatever the order of rows"
    assert renamed.fingerprint != here.fingerprint
    assert here.replace(frame=here.frame.iloc[:1]).fingerprint != here.fingerprint


def test_ids_are_stable() -> None:
    assert asset_id("osm", "node/1") == "0e1b08b3-55db-522f-b7ca-41aeeda6f30b", "files and receipts depend on it"
    assert asset_id("osm", "node/1") != asset_id("osm", "node/2")
    assert asset_id("a", "bc") != asset_id("ab", "c")


def test_attribution_once_each() -> None:
    here = inventory_of(assets_at((0, 0), (1, 1)), homes_at())
    assert here.attribution == ("© OpenStreetMap contributors",)
    mixed = here.replace(frame=here.frame.assign(attribution=["© OpenStreetMap contributors", "Kommunen"]))
    assert mixed.attribution == ("© OpenStreetMap contributors", "Kommunen")


def test_an_empty_inventory_is_whole() -> None:
    empty = inventory_of(assets_at(), homes_at())
    assert len(empty) == 0
    assert isinstance(empty.frame, gpd.GeoDataFrame)
    assert list(empty.frame.columns) == list(ASSET_COLUMNS)
    assert empty.counts().empty
    assert repr(empty) == "<Inventory 'Rutenett': 0 assets, public>"
