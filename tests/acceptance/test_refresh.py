"""Does local knowledge survive when a real town is read from OpenStreetMap again?"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import shapely

from assetmap.gathering import Gathered, find_place, gather
from assetmap.model.change import Change
from assetmap.store import Store
from assetmap.upkeep.merge import same

CHRISTIANSHAVN = "osm/copenhagen_christianshavn_2017.osm.zip"


@pytest.fixture(scope="module")
def first(shared: Path) -> Gathered:
    return gather(find_place("Christianshavn", osm=shared / CHRISTIANSHAVN))


@pytest.fixture(scope="module")
def newer(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    """The same file as a later edition: every name, every website and every opening time in it is another one."""
    with zipfile.ZipFile(shared / CHRISTIANSHAVN) as parcel:
        (member,) = [name for name in parcel.namelist() if name.endswith(".osm")]
        text = parcel.read(member).decode("utf-8")
    text, names = re.subn(r'(<tag k="name" v="[^"]*)"', r'\1 (2026)"', text)
    assert names > 500
    text = re.sub(r'(<tag k="(?:website|contact:website)" v=")[^"]*"', r'\1https://example.org/2026"', text)
    text = re.sub(r'(<tag k="opening_hours" v=")[^"]*"', r'\1Mo-Su 00:00-24:00"', text)
    path = tmp_path_factory.mktemp("newer") / "newer.osm"
    path.write_text(text, encoding="utf-8")
    return gather(find_place("Christianshavn", osm=path))


def keep(store: Store, gathered: Gathered) -> object:
    return store.save(
        gathered.inventory, addresses=gathered.addresses, basemap=gathered.basemap, private=gathered.private,
        parameters=gathered.parameters, fingerprints=gathered.fingerprints, by="OpenStreetMap",
    )  # fmt: skip


def test_fifty_corrections_outlive_a_newer_edition_of_the_map(first: Gathered, newer: Gathered, tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    keep(store, first)
    named = store.inventory("connector", network=False).frame.dropna(subset=["name"]).iloc[::7]
    ids = list(named.index[:50])
    assert len(ids) == 50
    corrected = {}
    for i, asset in enumerate(ids):
        point = named.geometry[asset].representative_point()
        change = [
            Change(asset, {"name": f"What people here call it, {i}"}),
            Change(asset, {"geometry": shapely.Point(point.x + 1e-4, point.y), "description": "Moved to where it is"}),
            Change(asset, {"opening_hours": "Mo-Fr 10:00-18:00", "wheelchair": "yes"}),
            Change(asset, {"website": "https://example.org/ours", "category": "community_house"}),
            Change(asset, kind="remove"),
        ][i % 5]
        store.journal.apply([change], by="Kari", why="walked past")
        corrected[asset] = change
    confirmed = list(named.index[50:60])
    store.journal.confirm(confirmed, by="Ola")
    before = store.records.get(confirmed)

    done = keep(store, newer)

    now = store.records.get([*ids, *confirmed])
    for asset, change in corrected.items():
        if change.kind == "remove":
            assert now[asset].deleted_at, f"{now[asset].name} came back"
        for field, value in change.values.items():
            assert same(now[asset].record[field], value), f"{field} of {asset} was overwritten"
    for asset in confirmed:
        assert now[asset].record["name"] == before[asset].record["name"]
    assert len(done.changed) > 100, "the newer edition itself came through"
    assert {e.asset for e in done.effects if e.what == "kept"} >= set(confirmed), "and what it says otherwise is told"
    others = store.inventory("connector", network=False).frame.drop(index=[*ids, *confirmed], errors="ignore")
    assert others["name"].dropna().str.endswith("(2026)").mean() > 0.9

    fingerprint = store.inventory("connector", network=False).fingerprint
    again = keep(store, newer)
    assert (again.new, again.changed, again.gone, again.restored) == ((), (), (), ())
    removed = {asset for asset, change in corrected.items() if change.kind == "remove"}
    assert set(again.kept) <= removed, "only of what lies in the bin the news is told again"
    assert again.changeset is None
    assert store.inventory("connector", network=False).fingerprint == fingerprint


def test_reading_the_same_file_again_changes_nothing(first: Gathered, tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    begun = keep(store, first)
    assert len(begun.new) == len(first.inventory.everything)
    again = keep(store, first)
    assert (again.changeset, again.touched, again.same) == (None, 0, len(begun.new))
    assert [c.number for c in store.journal.changesets()] == [1]
