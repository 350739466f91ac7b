"""Does the store say what is wrong with it and mend what can be, and do doctor, backup and restore do what they say?"""

from __future__ import annotations

import contextlib
import datetime
import json
import shutil
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from assetmap.app import keeping
from assetmap.model.change import Change
from assetmap.store import Store
from assetmap.store import tables as t
from assetmap.store.geometry import register, to_blobs
from assetmap.store.home import Check
from tests.stored_world import CLUBS, assets, inventory, street
from tests.towns import assetmap_cli
from tests.unit.test_store_geopackage import validator

FAR = shapely.Point(40, 55)


@pytest.fixture(params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    place = request.getfixturevalue("server_url") if request.param == "server" else tmp_path / "store"
    return filled(place)


@pytest.fixture
def folder(tmp_path: Path) -> Store:
    return filled(tmp_path / "store")


def filled(place: Any) -> Store:
    store = Store.create(place, wait_s=5)
    store.save(inventory(network=street()), basemap=b"PMTiles")
    store.add(assets(("Korps", "Speider", "Kor"), CLUBS), CLUBS)
    return store


def check(store: Store, code: str) -> list[Check]:
    return [found for found in store.check() if found.code == code]


def said(store: Store, code: str) -> str:
    return " ".join(str(found.message) for found in check(store, code))


def first(store: Store) -> str:
    return str(store.inventory().frame.index[0])


# --- the last good backup -------------------------------------------------------------------------------------------


def older(store: Store, **ago: float) -> None:
    """Let everything have happened earlier than it did."""
    begun = datetime.datetime.now(datetime.UTC) - datetime.timedelta(**ago)
    with store.home.writing() as connection:
        connection.execute(sa.update(t.schema_version).values(applied_at=begun.strftime("%Y-%m-%dT%H:%M:%S.000Z")))


def test_a_new_store_need_not_have_a_backup_and_one_of_yesterday_must(store: Store) -> None:
    (found,) = check(store, "backup")
    assert found.ok
    assert "There is no backup yet" in str(found.message)
    older(store, days=2)
    (found,) = check(store, "backup")
    assert not found.ok
    assert "Run “assetmap backup”" in str(found.message)


def test_it_says_of_when_the_last_good_backup_is_and_what_is_not_in_it(store: Store) -> None:
    made = store.backups.make()
    (found,) = check(store, "backup")
    assert found.ok
    assert f"of {made.at[:10]} {made.at[11:16]} UTC, has everything" in str(found.message)
    store.journal.apply([Change(first(store), {"name": "Ny"})])
    (found,) = check(store, "backup")
    assert found.ok
    assert "what changed since will be in the next" in str(found.message)


def test_changes_that_are_in_no_backup_for_a_day_are_told(store: Store) -> None:
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=2)
    assert store.backups.tick(yesterday) is not None
    assert check(store, "backup")[0].ok, "nothing changed since"
    store.journal.apply([Change(first(store), {"name": "Ny"})])
    (found,) = check(store, "backup")
    assert not found.ok
    assert "what changed since is in none. Run “assetmap backup”" in str(found.message)


def test_a_backup_that_is_damaged_does_not_count(store: Store) -> None:
    store.backups.make()
    last = store.backups.make("asked")
    name = max(last.files, key=lambda name: last.files[name]["bytes"])
    (last.path / name).write_bytes(b"spoilt")
    (found,) = check(store, "backup")
    assert not found.ok
    assert f"{last.name}, is damaged" in str(found.message)


# --- indexes --------------------------------------------------------------------------------------------------------


def in_file(store: Store, *statements: str) -> None:
    """What another program does, that knows the functions of GeoPackage."""
    with contextlib.closing(sqlite3.connect(store.folder / "map.gpkg")) as connection:
        register(connection)
        for statement in statements:
            connection.execute(statement)
        connection.commit()


HARMS = {
    "entry-gone": ["DELETE FROM rtree_asset_geom WHERE id = 1"],
    "entry-elsewhere": ["UPDATE rtree_asset_geom SET minx = 40, maxx = 41 WHERE id = 2"],
    "entry-too-many": ["INSERT INTO rtree_asset_geom VALUES (99, 1, 2, 1, 2)"],
    "tree-gone": ["DROP TABLE rtree_asset_geom"],
    "trigger-gone": ["DROP TRIGGER rtree_asset_geom_insert"],
    "history-gone": ["DROP TRIGGER asset_history_edit", "DROP TRIGGER asset_history_add"],
}


@pytest.mark.parametrize("harm", HARMS)
def test_an_index_that_is_wrong_is_told_and_mended(folder: Store, harm: str) -> None:
    if harm == "tree-gone":
        names = ("insert", "update6", "update7", "update2", "update5", "update4", "delete")
        in_file(folder, *[f"DROP TRIGGER rtree_asset_geom_{name}" for name in names])
    in_file(folder, *HARMS[harm])
    assert not all(found.ok for found in check(folder, "spatial-index"))
    assert "assetmap doctor --mend" in said(folder, "spatial-index")
    park = first(folder)
    before = folder.records.get(park)
    assert folder.mend() != []
    assert all(found.ok for found in check(folder, "spatial-index"))
    assert folder.mend() == [], "once is enough"
    assert folder.records.get(park) == before, "no record is changed"
    assert len(folder.records.within(10, 58, 12, 60)) == 5
    folder.journal.apply([Change(park, {"geometry": FAR})])
    assert list(folder.records.within(30, 50, 50, 60)) == [park]
    assert len(folder.journal.versions(park)) == 2
    assert validator(folder.folder / "map.gpkg") == ""


def test_a_sound_index_is_left_alone(store: Store) -> None:
    assert store.mend() == []
    assert all(found.ok for found in check(store, "spatial-index"))


def test_an_index_that_is_gone_from_a_server_is_made_anew(server_url: str) -> None:
    store = filled(server_url)
    with store.home.writing() as connection:
        connection.exec_driver_sql("DROP INDEX asset_geom")
    assert "assetmap doctor --mend" in said(store, "spatial-index")
    assert [str(message) for message in store.mend()] == ["The spatial index of asset was made anew."]
    assert all(found.ok for found in check(store, "spatial-index"))


def test_a_hole_in_the_history_is_told(folder: Store) -> None:
    in_file(folder, "DELETE FROM asset_history WHERE fid = 1")
    assert "The history of 1 assets has gaps" in said(folder, "history")


def test_a_point_that_was_moved_by_a_program_without_triggers_is_found(folder: Store) -> None:
    far = to_blobs([FAR])[0]
    with contextlib.closing(sqlite3.connect(folder.folder / "map.gpkg")) as connection:
        register(connection)
        sql = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        for name in sql:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE asset SET geom = ? WHERE fid = 1", (far,))
        for text in sql.values():
            connection.execute(text)
        connection.commit()
    assert "wrong for 1 of 5 places" in said(folder, "spatial-index")
    folder.mend()
    assert len(folder.records.within(30, 50, 50, 60)) == 1


# --- the commands ---------------------------------------------------------------------------------------------------


def test_doctor_says_what_to_do_and_mends(folder: Store) -> None:
    well = assetmap_cli("doctor", "--store", folder.folder)
    assert well.code == 0
    assert "✗" not in well.out
    in_file(folder, "DELETE FROM rtree_asset_geom WHERE id = 1")
    ill = assetmap_cli("doctor", "--store", folder.folder)
    assert ill.code == 1
    assert "✗ The spatial index of asset is wrong for 1 of 5 places" in ill.out
    assert "Run “assetmap doctor --mend”" in ill.out
    mended = assetmap_cli("doctor", "--mend", "--store", folder.folder)
    assert mended.code == 0
    assert "The spatial index of asset was made anew." in mended.out
    checks = assetmap_cli("doctor", "--json", "--store", folder.folder).json
    assert all(set(found) == {"code", "ok", "message"} and found["ok"] for found in checks)


def test_backup_and_restore_from_the_command_line(folder: Store) -> None:
    place = folder.folder
    none = assetmap_cli("backup", "--list", "--store", place)
    assert (none.code, none.out) == (0, "There is no backup yet. “assetmap backup” makes one.\n")
    assert assetmap_cli("backup", "--check", "--store", place).code == 1
    made = assetmap_cli("backup", "--store", place)
    assert made.code == 0
    name = folder.backups.kept()[0].name
    assert f"The backup {name} has 5 assets and 0.2 MB; it was read again and is whole." in made.out
    assert "No backup is due" in assetmap_cli("backup", "--due", "--store", place).out
    folder.journal.apply([Change(first(folder), {"name": "Feil"})])
    back = assetmap_cli("restore", "latest", "--by", "Kari", "--store", place)
    assert back.code == 0, back.err
    assert "1 assets are different now, 0 that came since lie in the bin, 4 are as before." in back.out
    before = folder.backups.kept()[0].name
    assert f"assetmap restore {before}" in back.out
    assert folder.records.get(first(folder))[first(folder)].name == "Park"
    again = assetmap_cli("restore", before, "--json", "--store", place)
    assert again.json["changed"] == 1
    assert folder.records.get(first(folder))[first(folder)].name == "Feil"
    listed = assetmap_cli("backup", "--list", "--json", "--store", place).json
    assert [one["reason"] for one in listed] == ["restore", "restore", "asked"]
    assert "somebody asked" in assetmap_cli("backup", "--list", "--store", place).out
    assert assetmap_cli("backup", "--check", "--store", place).code == 0
    assert [c.kind for c in folder.journal.changesets()][:3] == ["restore", "restore", "edit"]


def test_a_store_that_is_gone_comes_back_from_the_command_line(folder: Store) -> None:
    place = folder.folder
    assetmap_cli("backup", "--store", place)
    (place / "map.gpkg").write_bytes(b"not a database at all" * 500)
    assert assetmap_cli("doctor", "--store", place).code == 4
    assert assetmap_cli("backup", "--store", place).code == 4
    assert assetmap_cli("backup", "--list", "--store", place).code == 0
    back = assetmap_cli("restore", "latest", "--store", place)
    assert back.code == 0, back.err
    assert assetmap_cli("doctor", "--store", place).code == 0


def test_backups_that_were_copied_elsewhere_make_a_store_there(folder: Store, tmp_path: Path) -> None:
    folder.backups.make()
    other = tmp_path / "other"
    shutil.copytree(folder.folder / "backups", other / "backups")
    back = assetmap_cli("restore", "latest", "--store", other)
    assert back.code == 0, back.err
    assert len(Store.open(other).inventory()) == len(folder.inventory())


def test_a_damaged_backup_has_exit_codes(folder: Store) -> None:
    made = folder.backups.make()
    (made.path / "map.gpkg").write_bytes(b"spoilt")
    checked = assetmap_cli("backup", "--check", "--store", folder.folder)
    assert checked.code == 1
    assert f"✗ The backup {made.name} is damaged" in checked.out
    assert assetmap_cli("restore", made.name, "--store", folder.folder).code == 4
    assert assetmap_cli("restore", "1999", "--store", folder.folder).code == 4
    listed = assetmap_cli("backup", "--check", "--json", "--store", folder.folder)
    assert json.loads(listed.out)[0]["ok"] is False


def test_on_a_server_the_commands_are_the_same(server_url: str) -> None:
    store = filled(server_url)
    assert assetmap_cli("backup", "--store", server_url).code == 0
    store.journal.apply([Change(first(store), {"name": "Feil"})])
    back = assetmap_cli("restore", "latest", "--store", server_url)
    assert back.code == 0, back.err
    assert store.records.get(first(store))[first(store)].name == "Park"
    password = server_url.split(":")[2].partition("@")[0]
    shown = [assetmap_cli("backup", *words, "--store", server_url).out for words in (["--list"], ["--check"], [])]
    assert password not in "".join(shown)


# --- the app --------------------------------------------------------------------------------------------------------


def test_while_the_app_runs_backups_are_made_and_a_fault_stops_nothing(
    folder: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = True

    def current() -> Store:
        return Store.open(folder.folder / "nowhere") if faulty else folder

    monkeypatch.setattr(keeping, "current_store", current)
    stop = threading.Event()
    thread = threading.Thread(target=keeping.keep_backups, args=(stop, 0.01, 0.01))
    thread.start()
    try:
        time.sleep(0.1)
        assert folder.backups.kept() == []
        faulty = False
        until = time.monotonic() + 20
        while not folder.backups.kept() and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(0.1)
    finally:
        stop.set()
        thread.join(10)
    assert len(folder.backups.kept()) == 1, "one, and no more as long as nothing changes"
    assert not thread.is_alive()
