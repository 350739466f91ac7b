"""Is the demo neighbourhood whole, small, honest about what it is, and free of anything personal?"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3

import pandas as pd
import pytest

from assetmap import api
from assetmap.demo import NOTE, demo_folder
from assetmap.model.inventory import Inventory
from assetmap.store import Store

MOST_BYTES = 5_000_000  # twice what the rows take: beside each stands what its source said
MARK = r"\((?:invented|oppdiktet|opdigtet)\)$"
SAID = ("Invented for the demo.", "Oppdiktet for demoen.", "Opdigtet til demoen.")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A copy, as the command makes one: the folder itself is never opened for writing."""
    return Store.open(shutil.copytree(demo_folder() / "demo", tmp_path_factory.mktemp("demo") / "copy"))


@pytest.fixture(scope="module")
def inventory(store: Store) -> Inventory:
    return store.inventory("public")


@pytest.fixture(scope="module")
def invented(inventory: Inventory) -> pd.DataFrame:
    return inventory.frame[inventory.frame["source"] == "table:invented.csv"]


def test_the_store_is_whole_and_of_this_version(store: Store) -> None:
    # the disk and the SQLite of the computer that runs the test are no matter of the demo, and it has no backups
    bad = [str(check.message) for check in store.check() if not check.ok and check.code not in ("disk", "backup")]
    assert bad == [], "run data/make_demo.py"


def test_only_what_a_store_needs_is_carried() -> None:
    files = {path.name: path.stat().st_size for path in (demo_folder() / "demo").iterdir()}
    assert set(files) == {"map.gpkg", "network.1.npz", "basemap.1.pmtiles"}
    assert sum(files.values()) < MOST_BYTES
    # a whole file: nothing waits in a log that was not carried along
    assert (demo_folder() / "demo" / "map.gpkg").read_bytes().startswith(b"SQLite format 3\x00")


def test_nothing_in_it_is_of_the_moment_when_it_was_made() -> None:
    with sqlite3.connect(f"file:{demo_folder() / 'demo' / 'map.gpkg'}?mode=ro&immutable=1", uri=True) as map_:
        moments = {text for column in ("at FROM changeset", "at FROM asset_history", "at FROM claim",
                                       "updated_at FROM asset", "applied_at FROM schema_version",
                                       "last_change FROM gpkg_contents",
                                       "json_extract(value, '$') FROM setting WHERE key = 'saved_at'")
                   for (text,) in map_.execute(f"SELECT DISTINCT {column}")}  # fmt: skip
    assert moments == {"2026-11-21", "2026-11-21T12:00:00.000Z"}


def test_it_has_assets_homes_streets_and_surroundings(inventory: Inventory) -> None:
    here = inventory.neighbourhood
    assert here.name == "Helsinki centre (demo)"
    assert len(inventory.counts()) >= 30
    assert set(inventory.frame["kind"]) == {"associations", "institutions", "places", "exchange", "stories"}
    assert len(inventory.beyond) > 100
    assert len(here.homes) > 400
    assert here.unit == "homes"
    assert here.network is not None
    assert here.boundary.within(here.extent)


def test_it_says_that_it_is_a_demo_of_2019(store: Store, inventory: Inventory) -> None:
    assert inventory.neighbourhood.notes[0] == NOTE, "run data/make_demo.py"
    finding = api.analyse.coverage(inventory, category="library")
    assert finding.caveats[0] == NOTE
    assert {p.source: p.data_date for p in store.provenance}["osm"] == "2019-04-21"


def test_sources_are_named_with_their_licences(store: Store, inventory: Inventory) -> None:
    assert {(p.title, p.licence) for p in store.provenance} == {
        ("OpenStreetMap", "ODbL-1.0"),
        ("Invented for the demo", "CC0-1.0"),
    }
    assert "© OpenStreetMap contributors" in inventory.attribution
    frame = inventory.everything
    osm = frame["source"] == "osm"
    assert set(frame.loc[osm, "licence"]) == {"ODbL-1.0"}
    assert set(frame.loc[osm, "attribution"]) == {"© OpenStreetMap contributors"}
    assert set(frame.loc[~osm, "licence"]) == {"CC0-1.0"}


def test_every_invented_row_is_shown_and_says_that_it_is_invented(invented: pd.DataFrame) -> None:
    rows = pd.read_csv(demo_folder() / "invented.csv")
    assert sorted(invented["name"]) == sorted(rows["name"])
    assert len(invented) >= 12
    assert invented["name"].str.contains(MARK).all()
    assert invented["description"].str.startswith(SAID).all()
    assert {"assoc_neighbourhood", "tradition_event", "story"} <= set(invented["category"])


def test_nothing_personal_is_in_it(store: Store) -> None:
    assert not (store.folder / "people.db").exists()
    every = store.inventory("connector", network=False).everything
    assert set(every["kind"]).isdisjoint({"individuals"})
    keys = {key for tags in every["tags"].dropna() for key in json.loads(tags)}
    contact = re.compile(r"(^|:)(tele)?phone|(^|:)(mobile|fax|e-?mail|whatsapp)(_\d+)?(:|$)|contact:(person|name)")
    assert sorted(key for key in keys if contact.search(key)) == []
    ours = every.loc[every["source"] != "osm", ["name", "description"]].to_numpy().ravel()
    assert not any(re.search(r"@|\d{5}|\+\d", str(text)) for text in ours)


def test_no_row_names_a_mapper_or_a_machine() -> None:
    with sqlite3.connect(f"file:{demo_folder() / 'demo' / 'map.gpkg'}?mode=ro&immutable=1", uri=True) as map_:
        settings = dict(map_.execute("SELECT key, value FROM setting"))
        assert json.loads(settings["parameters"])["osm"] == "Helsinki.osm.pbf"
        whole = " ".join(settings.values()) + str(map_.execute("SELECT * FROM provenance").fetchall())
    assert not re.search(r"(/home/|/tmp/|/root/|/work/|[A-Z]:\\)", whole)
