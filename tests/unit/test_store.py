"""Does the store give back exactly what was put into it, and only to whom it may?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from assetmap.errors import SchemaError, StoreError, StoreMissing
from assetmap.model.change import Outcome
from assetmap.model.schema import complete
from assetmap.store import Store
from assetmap.store.homes.embedded import EmbeddedHome
from assetmap.store.homes.shelf import shelf_file
from tests.stored_world import CLUBS, HOSTILE, OSM, assets, homes, inventory, street


@pytest.fixture
def store(home: str) -> Store:
    return Store.create(home)


def lose(store: Store, name: str) -> None:
    """Take a file of a store away behind its back."""
    if isinstance(store.home, EmbeddedHome):
        (store.folder / name).unlink()
    else:
        with store.home.writing() as connection:
            connection.execute(sa.delete(shelf_file).where(shelf_file.c.name == name))


def counted(outcome: Outcome) -> tuple[int, int, int]:
    """New, changed, same."""
    return len(outcome.new), len(outcome.changed), outcome.same


def test_an_inventory_comes_back_as_it_went_in(store: Store, home: str) -> None:
    areas = gpd.GeoDataFrame(
        {"total": [120.0, np.nan], "band 0–5": [10.0, np.nan], "hidden": np.nan, "grunnkrets": ["01", "02"]},
        index=pd.Index(["0101", "0102"], name="area"), geometry=[shapely.box(11, 59, 11.1, 59.1)] * 2, crs=4326,
    )  # fmt: skip
    before = inventory(
        assets(HOSTILE, capacity=np.nan, opening_hours=np.nan, wikidata=[f"Q{i}" for i in range(len(HOSTILE))]),
        unit="people", population=areas, meta={"a": [1, "æ"]},
        homes=homes(s67=[1.5, 0, np.nan], s67_low=0.0, s67_high=2.0),
    )  # fmt: skip
    store.save(before, parameters={"minutes": 10}, fingerprints={"network": {"osm": "a"}})

    after = Store.open(home).inventory("public")

    assert_geodataframe_equal(after.frame, before.frame)
    assert after.fingerprint == before.fingerprint
    here, there = before.neighbourhood, after.neighbourhood
    assert_geodataframe_equal(there.homes, here.homes)
    assert there.population is not None
    assert_geodataframe_equal(there.population, areas)
    assert (there.name, there.unit, there.meta, there.notes) == (here.name, here.unit, here.meta, here.notes)
    assert there.boundary.equals(here.boundary)
    assert there.extent is not None
    assert there.extent.equals(here.extent)
    assert there.network is None
    assert_frame_equal(after.issues, before.issues)
    assert after.provenance == before.provenance
    assert store.parameters == {"minutes": 10}
    assert store.fingerprints == {"network": {"osm": "a"}}


def test_an_empty_inventory_is_kept_as_not_mapped_yet(store: Store) -> None:
    store.save(inventory(assets(()), homes=homes(0), extent=None))
    after = store.inventory()
    assert len(after) == 0
    assert len(after.neighbourhood.homes) == 0
    assert after.neighbourhood.extent is None
    assert after.neighbourhood.population is None
    assert store.addresses().empty
    assert store.basemap is None


def test_an_asset_without_a_place_stays_without(store: Store) -> None:
    frame = assets(("Koret", "Parken"))
    frame.loc[frame.index[0], "geometry"] = None
    store.save(inventory(frame))
    assert list(store.inventory().frame.geometry.isna()) == [True, False]


def test_the_walking_network_comes_back_and_belongs_to_the_map(store: Store) -> None:
    net = street()
    store.save(inventory(network=net), fingerprints={"network": {OSM.source: OSM.sha256}})
    there = store.inventory().neighbourhood.network
    assert there is not None
    assert there.fingerprint == net.fingerprint
    assert store.inventory(network=False).neighbourhood.network is None
    assert [check.ok for check in store.check() if "walking network" in str(check.message)] == [True]
    lose(store, "network.1.npz")
    with pytest.raises(StoreError, match="is missing from the store"):
        store.inventory()
    assert len(store.inventory(network=False)) == 2


def test_addresses_and_base_map_come_back(store: Store) -> None:
    known = gpd.GeoDataFrame(
        {"street": ["Storgata", "Torget"], "number": ["12B", "1"], "postcode": ["0150", np.nan], "city": "Sarpsborg"},
        index=pd.Index(["node/1", "way/2"], name="address"), geometry=list(shapely.points([11, 12], 59)), crs=4326,
    )  # fmt: skip
    store.save(inventory(), addresses=known.assign(number=[12, 1.5]))
    assert list(store.addresses()["number"]) == ["12.0", "1.5"], "a number is kept as it is written"
    store.save(inventory(), addresses=known, basemap=b"PMTiles first")
    assert_geodataframe_equal(store.addresses(), known)
    first = store.basemap
    assert first is not None
    assert first.read_bytes() == b"PMTiles first"
    store.save(inventory(), basemap=b"PMTiles second")
    assert store.basemap is not None
    assert store.basemap.read_bytes() == b"PMTiles second"
    assert store.home.shelf.local("basemap.2.pmtiles") is None, "no file stays that no map names"
    store.save(inventory())
    assert store.basemap is None
    assert store.home.shelf.local("basemap.3.pmtiles") is None


def test_each_audience_sees_its_own(store: Store) -> None:
    frame = assets(("Park", "Story", "Key box"))
    frame["audience"] = ["public", "public", "staff"]
    frame["review"] = ["ok", "pending", "ok"]
    store.save(inventory(frame))
    assert list(store.inventory("public").frame["name"]) == ["Park"]
    assert set(store.inventory("public").issues["code"]) == {"no-position", "waits-for-review", "not-for-audience"}
    assert set(store.inventory("staff").frame["name"]) == {"Park", "Story", "Key box"}


def test_gathering_anew_keeps_what_other_sources_added(store: Store) -> None:
    store.save(inventory())
    store.add(assets(("Korps",), CLUBS), CLUBS)
    store.save(inventory(assets(("Park",))))
    assert sorted(store.inventory().frame["name"]) == ["Korps", "Park"]
    assert [p.source for p in store.provenance] == ["osm", CLUBS.source]


def test_adding_brings_up_to_date_and_never_empties(store: Store) -> None:
    first = assets(("Korps", "Speider", "Sanitet"), CLUBS, website=["https://a.example", np.nan, np.nan])
    first["floors"] = [1, 2, 3]
    store.save(inventory())
    assert counted(store.add(first, CLUBS)) == (3, 0, 0)
    assert counted(store.add(first, CLUBS)) == (0, 0, 3)

    later = assets(("Skolekorps", "Speider", "Sanitet", "Kor"), CLUBS)
    later.loc[later.index[1], "name"] = np.nan
    later.loc[later.index[2], "geometry"] = None
    later["colour"] = ["red", None, None, None]
    assert counted(store.add(later, CLUBS)) == (1, 1, 2)

    after = store.inventory().frame
    clubs = after[after["source"] == CLUBS.source]
    assert list(clubs["name"]) == ["Skolekorps", "Speider", "Sanitet", "Kor"]
    assert clubs["website"].iloc[0] == "https://a.example"
    assert list(clubs["floors"].iloc[:3]) == [1, 2, 3]
    assert clubs["colour"].iloc[0] == "red"
    assert clubs.geometry.iloc[2].equals(first.geometry.iloc[2])
    assert len(after) == 2 + 4
    assert [p.source for p in store.provenance] == ["osm", CLUBS.source]
    assert {check.code for check in store.check() if not check.ok} == {"parts"}


def test_issues_of_a_source_are_replaced_not_piled_up(store: Store) -> None:
    store.save(inventory())
    found = inventory().issues.assign(code="columns-guessed")
    for _ in range(2):
        store.add(assets(("Korps",), CLUBS), CLUBS, issues=found)
    assert list(store.issues["code"]) == ["no-position", "columns-guessed"]


def test_rows_that_break_the_schema_are_refused_whole(store: Store) -> None:
    store.save(inventory())
    with pytest.raises(SchemaError):
        store.add(assets(("Korps", "Kor"), CLUBS, category=["park_green", "no such"]), CLUBS)
    assert len(store.inventory()) == 2


def test_the_fingerprint_changes_with_every_change_and_only_then(store: Store, home: str) -> None:
    store.save(inventory())
    first = store.fingerprint
    store.inventory()
    store.check()
    assert Store.open(home).fingerprint == first
    store.add(assets(("Korps",), CLUBS), CLUBS)
    second = store.fingerprint
    store.save(inventory())
    assert len({first, second, store.fingerprint}) == 3


def test_a_part_built_from_an_older_file_shows(store: Store) -> None:
    store.save(inventory(), basemap=b"x", fingerprints={"basemap": {"osm": OSM.sha256}})
    assert next(c for c in store.check() if "base map" in str(c.message)).ok
    store.save(inventory(), basemap=b"x", fingerprints={"basemap": {"osm": "another"}})
    found = next(c for c in store.check() if "base map" in str(c.message))
    assert not found.ok
    assert "older osm" in str(found.message)
    lose(store, "basemap.2.pmtiles")
    assert any("missing or was changed" in str(c.message) for c in store.check() if not c.ok)


def test_a_file_beside_the_map_that_somebody_changed_shows(tmp_path: Path) -> None:
    store = Store.create(tmp_path)
    store.save(inventory(), basemap=b"x")
    assert store.basemap is not None
    store.basemap.write_bytes(b"changed by somebody")
    assert any("missing or was changed" in str(c.message) for c in store.check() if not c.ok)


def test_private_values_lie_apart_and_are_forgotten_with_their_asset(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    clubs = assets(("Korps", "Speider"), CLUBS)
    private = pd.DataFrame({"asset": clubs.index, "field": "telefon", "value": ["+47 11111111", "+47 22222222"]})
    before = inventory(pd.concat([complete(assets()), complete(clubs)])).replace(provenance=(OSM, CLUBS))
    store.save(before, private=private)

    def held() -> set[tuple[str, ...]]:
        people = sqlite3.connect(store.folder / "people.db")
        rows = set(people.execute("SELECT asset, field, value, source, retrieved FROM held_contact"))
        people.close()
        return rows

    assert held() == {
        (clubs.index[0], "telefon", "+47 11111111", CLUBS.source, CLUBS.retrieved),
        (clubs.index[1], "telefon", "+47 22222222", CLUBS.source, CLUBS.retrieved),
    }
    people = store.folder / "people.db"
    assert people.stat().st_mode & 0o777 == 0o600
    everything = b"".join(f.read_bytes() for f in store.folder.iterdir() if f.name != "people.db")
    assert b"11111111" not in everything
    assert all(check.ok for check in store.check() if check.code == "people")

    store.add(clubs.iloc[:1], CLUBS, private=private.iloc[:1].assign(value="+47 33333333"))
    assert {row[2] for row in held()} == {"+47 33333333"}, "what the source no longer gives is forgotten"
    store.save(inventory())
    assert {row[2] for row in held()} == {"+47 33333333"}, "what another source added stays"
    store.save(inventory().replace(provenance=(OSM, CLUBS)))
    assert held() == set()
    for gone in (b"11111111", b"22222222", b"33333333"):
        assert gone not in people.read_bytes()

    people.chmod(0o644)
    assert [check.ok for check in store.check() if check.code == "people"] == [False]


def test_a_snapshot_is_a_whole_copy_for_gis(store: Store, tmp_path: Path) -> None:
    store.save(inventory(assets(HOSTILE)))
    target = store.snapshot(tmp_path / "for [qgis].gpkg")
    assert list(gpd.read_file(target, layer="asset")["name"]) == list(HOSTILE)
    assert gpd.read_file(target, layer="home").crs.to_epsg() == 4326
    assert {p.name for p in tmp_path.iterdir()} - {"store"} == {"for [qgis].gpkg"}


def test_a_snapshot_never_takes_the_place_of_the_map(tmp_path: Path) -> None:
    store = Store.create(tmp_path)
    with pytest.raises(StoreError, match="cannot take the place"):
        store.snapshot(store.folder / "map.gpkg")


def test_a_store_that_nobody_filled_says_so(store: Store) -> None:
    with pytest.raises(StoreMissing, match="assetmap gather"):
        store.inventory()
