"""Does a backup hold everything, is there never half of one, and does a store become again what it was?"""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
import shapely
import sqlalchemy as sa

from assetmap.errors import InputError, StoreError, StoreMissing
from assetmap.model.change import Change
from assetmap.store import Store, content, restoring
from assetmap.store import tables as t
from assetmap.store.copies import BACKUPS, Backup, moment
from assetmap.store.desks.backups import Backups
from assetmap.store.erasures import FILE
from assetmap.store.home import WAIT_S
from assetmap.store.homes import dumps
from assetmap.store.homes.open import home_at
from assetmap.store.rotation import is_due, to_keep
from tests import crash
from tests.disk import small_disk
from tests.postgres import Cluster
from tests.stored_world import CLUBS, assets, homes, inventory, street
from tests.unit.test_store_geopackage import validator

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and POSIX rights")
NAMES = ("Blåbærøya park", "Ærlighetens løkke", "Åsgårdstien", "Østre skole")
SECRET = "Hemmelig om Hjørdis"


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store that is not there yet."""
    return str(request.getfixturevalue("server_url") if request.param == "server" else tmp_path / "store")


def filled(place: str) -> Store:
    """A store with something of everything, edited by people."""
    store = Store.create(place, wait_s=5)
    private = pd.DataFrame({"asset": [assets(NAMES).index[0]], "field": ["description"], "value": ["Kari 22222222"]})
    store.save(
        inventory(assets(NAMES, description=["Lekeplass æøå", SECRET, None, "Skole"]), network=street()),
        basemap=b"PMTiles 1", private=private, parameters={"place": "Blåbærøya"},
    )  # fmt: skip
    store.add(assets(("Korps", "Speidergruppa Ørn"), CLUBS), CLUBS)
    park, _, sti, *_ = ids(store)
    store.journal.apply([Change(park, {"description": "Rettet av Kari", "capacity": 1 / 3}, version=1)], by="Kari")
    store.journal.apply([Change(sti, {}, "remove")], by="Kari")
    store.snapshots.take("Våren 2026", by="Kari")
    return store


def ids(store: Store) -> list[str]:
    with store.home.reading() as connection:
        return list(connection.scalars(sa.select(t.asset.c.id).order_by(t.asset.c.fid)))


def everything(store: Store) -> dict[str, Any]:
    """What a store says, without how far it has come."""
    with store.home.reading() as connection:
        own = {"store", "revision", "generation", "saved_at"}
        settings = {row.key: row.value for row in connection.execute(sa.select(t.setting)) if row.key not in own}
        tables = {
            table.name: [row[1:] for row in connection.execute(sa.select(table).order_by(table.c.fid))]
            for table in (*restoring.REPLACED, t.snapshot)
        }
        claims = {row.origin: row[1:] for row in connection.execute(sa.select(t.claim))}
        beside = {part["file"] for part in content.setting_of(connection, "sidecars").values()}
    files = {name: path.read_bytes() for name in sorted(beside) if (path := store.home.shelf.local(name))}
    return {
        "settings": settings, "tables": tables, "claims": claims, "files": files, "contacts": contacts(store),
        "assets": {k: shown(s.state) for k, s in store.records.get(ids(store)).items()},
    }  # fmt: skip


def shown(state: dict[str, Any]) -> dict[str, Any]:
    return {name: v.wkt if isinstance(v, shapely.Geometry) else v for name, v in state.items() if v is not None}


def contacts(store: Store) -> list[tuple[str, ...]]:
    query = "SELECT asset, field, value, source, retrieved FROM {}held_contact ORDER BY asset, field, value"
    if store.address.startswith("postgresql"):
        home: Any = store.home
        with home.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query.format(f"{home.place.people}."))]
    if not (store.folder / "people.db").exists():
        return []
    with contextlib.closing(sqlite3.connect(store.folder / "people.db")) as connection:
        return connection.execute(query.format("")).fetchall()


def bad(store: Store) -> list[str]:
    return [str(check.message) for check in store.check() if not check.ok and check.code not in ("disk", "backup")]


def work_on(store: Store) -> None:
    """What happens after a backup: edits, a new asset, a newer edition with other streets, homes and contacts."""
    park, _, sti, _, korps, _ = ids(store)
    store.journal.apply([Change(park, {"description": "Feil", "capacity": None})], by="Ola")
    store.journal.apply([Change(sti, {}, "restore"), Change(korps, {}, "remove")], by="Ola")
    store.journal.apply([Change("ny-1", {"name": "Ny benk", "category": "park_green"}, "add")], by="Ola")
    newer = assets((*NAMES[:2], "Åsgårdstien ny", NAMES[3], "Nyåpnet kafé"), description=["x", "y", "z", "w", None])
    private = pd.DataFrame({"asset": [newer.index[1]], "field": ["description"], "value": ["Per 33333333"]})
    again = inventory(newer, homes=homes(5), network=street())
    store.save(again, basemap=b"PMTiles 2", private=private, parameters={"place": "Annet"})


def test_every_table_has_its_way_back() -> None:
    named = {table.name for table in (*restoring.REPLACED, *restoring.KEPT, *restoring.JOINED, t.asset, t.setting)}
    assert named == set(t.metadata.tables)


def test_a_store_becomes_again_what_it_was(place: str) -> None:
    store = filled(place)
    before = everything(store)
    backup = store.backups.make("asked")
    assert (backup.reason, backup.assets, backup.missing) == ("asked", 6, ())
    assert backup.bytes > 10_000
    work_on(store)
    after = everything(store)
    assert after != before
    seen = {store.fingerprint}
    outcome = store.backups.restore(backup, by="Kari")
    (last, *_) = store.journal.changesets()
    assert (last.number, last.kind, last.by, last.why) == (outcome.changeset, "restore", "Kari", backup.name)
    now = everything(store)
    since = set(now["assets"]) - set(before["assets"])
    assert len(since) == 2, "the bench and the café"
    assert all("@deleted_at" in now["assets"].pop(asset) for asset in since)
    assert {now["claims"].pop(asset)[-2] for asset in since & now["claims"].keys()} == {last.at}, "absent since"
    assert now == before
    assert store.fingerprint not in seen
    assert bad(store) == []
    assert store.inventory().neighbourhood.network is not None


def test_restoring_can_be_taken_back(place: str) -> None:
    store = filled(place)
    backup = store.backups.make()
    work_on(store)
    after = everything(store)
    store.backups.restore(backup)
    (undo, first) = store.backups.kept()
    assert (undo.reason, first) == ("restore", backup)
    assert store.backups.find("latest") == backup, "to go back twice must not lead back to where it began"
    assert store.backups.find(undo.name) == undo
    store.backups.restore(undo)
    assert everything(store) == after
    assert bad(store) == []


def test_undoing_a_going_back_names_the_backup_of_what_was_there(place: str) -> None:
    store = filled(place)
    backup = store.backups.make()
    work_on(store)
    after = everything(store)
    first = store.backups.restore(backup).changeset or 0
    (before, _) = store.backups.kept()
    store.journal.apply([Change(ids(store)[0], {"description": "Rettet siden"})])
    second = store.backups.restore(backup).changeset or 0
    (latest, *_) = store.backups.kept()
    for number, way in ((first, before), (second, latest)):
        with pytest.raises(InputError, match=f"assetmap restore {way.name}$"):
            store.journal.undo(number)
    store.backups.restore(before)
    assert everything(store) == after
    shutil.rmtree(latest.path)
    with pytest.raises(InputError, match="is not there any more"):
        store.journal.undo(second)


def test_what_came_since_comes_back_with_its_source(place: str) -> None:
    store = filled(place)
    backup = store.backups.make()
    store.add(assets(("Korps", "Speidergruppa Ørn", "Teater"), CLUBS), CLUBS)
    store.backups.restore(backup)
    assert "Teater" not in set(store.inventory().frame["name"])
    store.add(assets(("Korps", "Speidergruppa Ørn", "Teater"), CLUBS), CLUBS)
    assert "Teater" in set(store.inventory().frame["name"])


def test_an_editor_who_had_it_open_over_a_restoring_is_told(place: str) -> None:
    store = filled(place)
    park = ids(store)[0]
    backup = store.backups.make()
    store.journal.apply([Change(park, {"description": "Av Ola"})], by="Ola")
    open_at = store.records.get(park)[park].version
    store.backups.restore(backup)
    assert store.records.get(park)[park].version > open_at, "no version is given twice"
    outcome = store.journal.apply([Change(park, {"description": "Av Ola, med mer"}, version=open_at)], by="Ola")
    assert [clash.theirs for clash in outcome.clashes] == ["Rettet av Kari"]


def test_words_that_were_erased_since_stay_erased(place: str) -> None:
    store = filled(place)
    park, løkke = ids(store)[:2]
    backup = store.backups.make()
    store.journal.erase(løkke, ["description"], by="Kari")
    store.journal.erase(park, ["description"], by="Kari")
    assert contacts(store) == [], "it was found in that field"
    store.backups.restore(backup)
    stored = store.records.get([park, løkke])
    assert stored[løkke].record["description"] is None
    assert "description" in stored[løkke].held, "no source fills it again"
    assert stored[park].record["capacity"] == pytest.approx(1 / 3)
    assert contacts(store) == [], "nor does it come back"
    assert everything_in(store).count(SECRET.encode()) == 0
    assert bad(store) == []
    store.save(inventory(assets(NAMES, description=["a", "Ny", "c", "d"]), network=street()))
    assert store.records.get(løkke)[løkke].record["description"] is None
    later = store.backups.make("asked")
    store.journal.apply([Change(løkke, {"description": "Ny tekst, skrevet etterpå"})], by="Kari")
    last = store.backups.make("asked")
    store.backups.restore(later)
    store.backups.restore(last)
    assert store.records.get(løkke)[løkke].record["description"] == "Ny tekst, skrevet etterpå", "only what came after"


def everything_in(store: Store) -> bytes:
    """All bytes of what is stored now, the backups left out."""
    if not store.address.startswith("postgresql"):
        return b"".join(p.read_bytes() for p in store.folder.rglob("*") if p.is_file() and BACKUPS not in p.parts)
    with store.home.reading() as connection:
        rows = [connection.execute(sa.select(table)).fetchall() for table in t.metadata.sorted_tables]
        files = connection.scalars(sa.select(t.snapshot.c.file)).all()
    frozen = [path for name in files if (path := store.home.shelf.local(name))]
    return repr(rows).encode() + b"".join(path.read_bytes() for path in frozen)


def test_a_row_that_another_program_deleted_comes_back_with_its_past(place: str) -> None:
    store = filled(place)
    park = ids(store)[0]
    backup = store.backups.make()
    with store.home.writing() as connection:
        connection.execute(sa.delete(t.asset).where(t.asset.c.id == park))
    store.backups.restore(backup)
    assert store.records.get(park)[park].record["description"] == "Rettet av Kari"
    assert [v.op for v in store.journal.versions(park)] == ["add", "delete", "edit", "add"]
    assert bad(store) == []


def lose(place: str, how: str) -> None:
    """Damage a store so that nothing can go on from it."""
    if place.startswith("postgresql"):
        schema = place.partition("?schema=")[2]
        statement = {"gone": f"DROP SCHEMA {schema} CASCADE", "half": f"DROP TABLE {schema}.claim"}[how]
        with psycopg.connect(place.partition("?")[0], autocommit=True) as connection:
            connection.execute(statement)
        return
    file = Path(place) / "map.gpkg"
    if how == "gone":
        file.unlink()
    else:
        content = bytearray(file.read_bytes())
        content[4096 : len(content) // 2] = bytes(len(content) // 2 - 4096)
        file.write_bytes(content)


@pytest.mark.parametrize("how", ["gone", "half"])
def test_a_store_that_is_lost_is_replaced(place: str, how: str) -> None:
    store = filled(place)
    before = everything(store)
    versions = [v.record for v in store.journal.versions(ids(store)[0])]
    backup = store.backups.make()
    seen = store.fingerprint
    lose(place, how)
    with pytest.raises(StoreError):
        Store.open(place).inventory()
    lost = Backups(home_at(place, WAIT_S))
    assert lost.kept() == [backup]
    lost.restore("latest", by="Kari")
    again = Store.open(place)
    assert everything(again) == before
    assert [v.record for v in again.journal.versions(ids(again)[0])] == versions, "the history came with it"
    assert again.journal.changesets()[0].kind == "restore"
    assert again.fingerprint != seen
    assert bad(again) == []
    again.journal.apply([Change(ids(again)[0], {"name": "Går videre"})])
    if not place.startswith("postgresql"):
        assert validator(again.folder / "map.gpkg") == ""
    kept = drop_aside(again, place)
    assert kept == (how == "half"), "what was left of it is kept aside"


def test_a_lost_store_remembers_what_its_last_backup_knew_to_be_erased(place: str) -> None:
    store = filled(place)
    løkke = ids(store)[1]
    first = store.backups.make()
    store.journal.erase(løkke, ["description"])
    store.backups.make("asked")
    lose(place, "half")
    Backups(home_at(place, WAIT_S)).restore(first)
    again = Store.open(place)
    assert again.records.get(løkke)[løkke].record["description"] is None
    assert again.journal.versions(løkke)[-1].record["description"] is None, "nor in any past version"
    assert bad(again) == []
    drop_aside(again, place)


@pytest.mark.parametrize("how", ["gone", "half"])
def test_what_was_erased_after_the_last_backup_does_not_come_back_with_it(place: str, how: str) -> None:
    store = filled(place)
    park, løkke = ids(store)[:2]
    store.journal.erase(park, ["address"])
    store.backups.make()
    store.journal.erase(løkke, ["description"])
    store.journal.erase(park, ["description"])
    folder = store.home.copies.folder
    with (folder / FILE).open("ab") as file:
        file.write(b'\n{"store": "cut o')
    lose(place, how)
    Store.backups_at(place).restore("latest")
    again = Store.open(place)
    assert again.records.get(løkke)[løkke].record["description"] is None
    drop_aside(again, place)
    assert everything_in(again).count(SECRET.encode()) == 0
    assert contacts(again) == [], "it was found in that field"
    assert again.journal.erased(park) == ("address", "description")
    again.journal.apply([Change(løkke, {"description": "Skrevet etterpå"})], by="Kari")
    again.journal.erase(park, ["operator"])
    again.backups.make("asked")
    lose(place, how)
    Store.backups_at(place).restore("latest")
    last = Store.open(place)
    assert last.records.get(løkke)[løkke].record["description"] == "Skrevet etterpå", "only what came before"
    assert last.journal.erased(park) == ("address", "description", "operator")
    assert bad(last) == []
    drop_aside(last, place)


def test_words_that_were_written_and_erased_again_are_taken_out_again(place: str) -> None:
    store = filled(place)
    løkke = ids(store)[1]
    store.journal.erase(løkke, ["description"])
    store.journal.apply([Change(løkke, {"description": SECRET})])
    store.backups.make()
    store.journal.erase(løkke, ["description"])
    lose(place, "gone")
    Store.backups_at(place).restore("latest")
    assert everything_in(Store.open(place)).count(SECRET.encode()) == 0


def test_the_note_of_what_was_erased_has_no_words_and_is_of_one_store(place: str) -> None:
    store = filled(place)
    løkke = ids(store)[1]
    backup = store.backups.make()
    store.journal.erase(løkke, ["description"], by="Kari")
    file = store.home.copies.folder / FILE
    assert file.stat().st_mode & 0o077 == 0 or os.name != "posix"
    noted = file.read_text(encoding="utf-8")
    assert løkke in noted
    assert "Hemmelig" not in noted
    assert "Kari" not in noted
    file.write_text(noted.replace('"store": "', '"store": "x').replace("description", "name"), encoding="utf-8")
    store.backups.restore(backup)
    assert store.records.get(løkke)[løkke].name == NAMES[1], "that was another store, of the same address"


def drop_aside(store: Store, place: str) -> int:
    """Remove what a server kept of a damaged store; how many that were."""
    if not place.startswith("postgresql"):
        aside = list(Path(place).glob("damaged-*"))
        for folder in aside:
            shutil.rmtree(folder)
        return len(aside)
    query = "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%%damaged%%'"
    with store.home.reading() as connection:
        names = connection.exec_driver_sql(query).scalars().all()
    for name in names:
        lose(f"{place.partition('?')[0]}?schema={name}", "gone")
    return len(names)


def test_a_damaged_backup_is_told_and_changes_nothing(place: str) -> None:
    store = filled(place)
    backup = store.backups.make()
    store.backups.verify(backup)
    file = max((backup.path / name for name in backup.files), key=lambda path: path.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    before = everything(store)
    for call in (store.backups.restore, store.backups.verify):
        with pytest.raises(StoreError, match=r"is damaged.*Choose another backup"):
            call(backup)
    assert everything(store) == before
    assert len(store.backups.kept()) == 1


def test_a_backup_is_found_by_its_name_the_beginning_of_it_or_as_the_latest(place: str) -> None:
    store = filled(place)
    one, two = store.backups.make(), store.backups.make("asked")
    assert store.backups.kept() == [two, one]
    assert store.backups.find("latest") == two
    assert store.backups.find(one.name) == one
    assert store.backups.find(two.name[:10]) == two
    for name in ("1999", "", "../" + one.name):
        with pytest.raises(StoreMissing, match="There is no backup"):
            store.backups.find(name)


def test_one_is_due_when_an_hour_went_by_and_something_changed(place: str) -> None:
    store = filled(place)
    assert store.backups.due()
    first = store.backups.tick()
    assert first is not None
    later = moment(first.at) + datetime.timedelta(hours=2)
    assert store.backups.tick(later) is None, "nothing changed"
    store.journal.confirm(ids(store)[0], by="Kari")
    assert store.backups.tick(moment(first.at) + datetime.timedelta(minutes=50)) is None
    assert store.backups.due(later)
    with store.home.writing() as connection:  # another program
        connection.execute(sa.update(t.asset).where(t.asset.c.id == ids(store)[1]).values(name="Utenfra"))
    second = store.backups.tick(later)
    assert second is not None
    assert second.state != first.state


def made(at: datetime.datetime, reason: str = "") -> Backup:
    name = at.strftime("%Y-%m-%d_%H-%M-%S-000") + (f"-{reason}" if reason else "")
    written = at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return Backup(name, written, reason, 2, "1-1", {}, {}, (), "", Path(name))


NOW = datetime.datetime(2026, 11, 22, 12, 30, tzinfo=datetime.UTC)


def test_hours_days_and_those_before_upgrades_are_kept() -> None:
    every_half_hour = [made(NOW - datetime.timedelta(minutes=30 * i)) for i in range(24 * 2 * 40)]
    days = [NOW - datetime.timedelta(days=100 + i) for i in range(12)]
    special = [made(day, reason) for day in days for reason in ("upgrade", "restore")]
    kept = to_keep([*every_half_hour, *special], NOW)
    plain = sorted(name for name in kept if not name.endswith(("upgrade", "restore")))
    hourly = [name for name in plain if name >= made(NOW - datetime.timedelta(hours=48)).name]
    assert sum(name[14:16] == "00" for name in hourly) == 48, "the first of each hour"
    assert sum(name[11:16] == "23-30" for name in plain) == 30, "the last of each day"
    assert plain[-1] == made(NOW).name, "and the last of all"
    assert len({name[:10] for name in plain}) == 31, "thirty days and today"
    assert sum(name.endswith("upgrade") for name in kept) == sum(name.endswith("restore") for name in kept) == 10
    assert to_keep([made(NOW - datetime.timedelta(days=400))], NOW), "the last one never goes"


def test_backups_thin_out_as_time_goes_on(place: str) -> None:
    store = filled(place)
    days = [NOW + datetime.timedelta(days=20 * i) for i in range(5)]
    for day in days:
        store.journal.apply([Change(ids(store)[0], {"description": f"Den {day.day}."})])
        assert store.backups.tick(day) is not None
    assert [backup.at[:10] for backup in store.backups.kept()] == [f"{day:%Y-%m-%d}" for day in (days[4], days[3])]
    store.backups.restore("latest")


def test_is_due_goes_by_the_newest() -> None:
    old, new = made(NOW - datetime.timedelta(hours=5)), made(NOW - datetime.timedelta(minutes=5))
    assert is_due([], "1-1", NOW)
    assert not is_due([old, new], "2-2", NOW)
    assert is_due([old], "2-2", NOW)
    assert not is_due([old], "1-1", NOW)


def test_a_backup_dated_in_the_future_keeps_none_from_being_made() -> None:
    ahead, new = made(NOW + datetime.timedelta(days=400)), made(NOW - datetime.timedelta(minutes=5))
    assert is_due([ahead], "1-1", NOW)
    assert not is_due([ahead, new], "2-2", NOW), "not at every look"
    assert is_due([ahead, new], "2-2", NOW + datetime.timedelta(hours=1))
    assert {ahead.name, new.name} == to_keep([ahead, new], NOW)


def test_after_a_clock_was_wrong_backups_go_on(place: str) -> None:
    store = filled(place)
    now = datetime.datetime.now(datetime.UTC)
    wrong = store.backups.tick(now + datetime.timedelta(days=400))
    store.journal.confirm(ids(store)[0], by="Kari")
    right = store.backups.tick(now)
    assert wrong is not None
    assert right is not None
    assert store.backups.kept() == [wrong, right]
    assert store.backups.find("latest") == right
    assert store.backups.find(wrong.name[:10]) == wrong
    assert store.backups.tick(now + datetime.timedelta(minutes=50)) is None
    assert [str(c.message) for c in store.check() if c.code == "backup"] == [
        f"The last good backup, of {right.at[:10]} {right.at[11:16]} UTC, has everything."
    ]


def test_while_others_write_each_backup_is_of_one_moment(place: str) -> None:
    store = filled(place)
    stop = threading.Event()
    faults: list[BaseException] = []

    def write() -> None:
        mine = Store.open(place, wait_s=30)
        try:
            for i in range(10_000):
                if stop.is_set():
                    return
                pair = [Change(f"p{i}-{n}", {"name": f"Par {i}", "category": "park_green"}, "add") for n in (1, 2)]
                mine.journal.apply(pair, by="Ola")
        except BaseException as fault:  # noqa: BLE001 it belongs to the test, not to the thread
            faults.append(fault)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [store.backups.make("asked") for _ in range(4)]
    finally:
        stop.set()
        writer.join()
    assert faults == []
    grown = [backup.assets for backup in backups]
    assert grown == sorted(grown)
    assert grown[-1] > grown[0], "nobody wrote meanwhile, so nothing was tested"
    assert all(n % 2 == 0 for n in grown), "both of a pair, or none"
    for backup in backups:
        store.backups.verify(backup)
        assert backup.counts["asset_history"] >= backup.assets
    store.backups.restore(backups[0])
    assert len(store.inventory("connector").everything) == grown[0] - 1, "one is in the bin"
    assert bad(store) == []


# --- what only a folder has -----------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "store")


@posix
def test_nobody_else_can_look_into_the_backups(folder: str) -> None:
    store = filled(folder)
    backup = store.backups.make()
    assert set(backup.files) >= {"map.gpkg", "people.db", "network.1.npz", "basemap.1.pmtiles"}
    assert sum(name.startswith("snapshots/") for name in backup.files) == 1
    assert (store.folder / BACKUPS).stat().st_mode & 0o077 == 0
    assert backup.path.stat().st_mode & 0o077 == 0
    assert (backup.path / "people.db").stat().st_mode & 0o077 == 0
    assert validator(backup.path / "map.gpkg") == ""


@posix
def test_a_file_that_stays_the_same_takes_room_once_and_never_the_live_one(folder: str) -> None:
    store = filled(folder)
    one, two = store.backups.make(), store.backups.make("asked")
    inodes = [(path / "network.1.npz").stat().st_ino for path in (store.folder, one.path, two.path)]
    assert inodes[0] != inodes[1] == inodes[2]
    (store.folder / "network.1.npz").write_bytes(b"spoilt")
    three = store.backups.make("asked")
    assert three.missing == ()
    assert (three.path / "network.1.npz").stat().st_ino == inodes[1], "the good one of before"
    shutil.rmtree(one.path)
    store.backups.verify(two)


def test_a_part_that_is_spoilt_is_named_and_not_kept(folder: str) -> None:
    store = filled(folder)
    (store.folder / "network.1.npz").write_bytes(b"spoilt")
    (store.folder / "basemap.1.pmtiles").unlink()
    backup = store.backups.make()
    assert backup.missing == ("basemap.1.pmtiles", "network.1.npz")


def test_a_spoilt_part_comes_back_from_a_backup(folder: str) -> None:
    store = filled(folder)
    backup = store.backups.make()
    (store.folder / "network.1.npz").write_bytes(b"spoilt")
    (store.folder / "basemap.1.pmtiles").unlink()
    store.backups.restore(backup)
    assert bad(store) == []


def test_a_read_only_store_makes_none(folder: str) -> None:
    store = filled(folder)
    store.home.read_only = True
    with pytest.raises(StoreError, match="read-only"):
        store.backups.make()
    assert store.backups.tick() is None


def test_somebody_elses_map_is_never_replaced(folder: str) -> None:
    store = filled(folder)
    backup = store.backups.make()
    assets().to_file(store.folder / "other.gpkg", driver="GPKG", layer="parks")
    os.replace(store.folder / "other.gpkg", store.folder / "map.gpkg")
    with pytest.raises(StoreError, match="not written by assetmap"):
        Backups(home_at(folder, WAIT_S)).restore(backup)
    with contextlib.closing(sqlite3.connect(store.folder / "map.gpkg")) as connection:
        assert connection.execute("SELECT count(*) FROM parks").fetchone() == (2,)


def writers_elsewhere(file: Path) -> str:
    """What another process is told that wants to write at once."""
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
        "try:\n    c.execute('BEGIN IMMEDIATE')\n    print('wrote')\n"
        "except sqlite3.OperationalError as e:\n    print(e)\n"
    )
    return subprocess.run([sys.executable, "-S", "-c", script, file], capture_output=True, text=True, check=True).stdout


@posix
def test_no_call_drops_a_lock_that_this_process_holds(folder: str) -> None:
    store = filled(folder)
    backup = store.backups.make()
    file = store.folder / "map.gpkg"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    again = Store.open(folder, wait_s=0.2)
    for call in (lambda: again.backups.make("asked"), again.backups.kept, again.backups.due, again.backups.tick,
                 lambda: again.backups.verify(backup)):  # fmt: skip
        call()
        assert "locked" in writers_elsewhere(file)
    with pytest.raises(StoreError, match="Another program is writing"):
        again.backups.restore(backup)
    assert "locked" in writers_elsewhere(file)
    holder.rollback()
    holder.close()


def work(acknowledge: Any, turn: int, folder: str) -> None:
    """Make backups, and restore the first, again and again."""
    store = Store.open(folder)
    first = store.backups.kept()[-1]
    for number in range(10_000):
        store.journal.apply([Change(ids(store)[0], {"description": f"Runde {turn}-{number}"})])
        store.backups.make("asked")
        acknowledge(number)
        store.backups.restore(first)


@posix
def test_killed_at_any_moment_there_is_no_half_backup_and_no_half_restoring(folder: str) -> None:
    store = filled(folder)
    store.backups.make()
    before = everything(store)["assets"]
    park = ids(store)[0]
    acknowledged = 0
    for killed in crash.kills(6, work, folder, most=3, within_s=0.3, seed=11):
        acknowledged += len(killed.acknowledged)
        survivor = Store.open(folder)
        assert bad(survivor) == []
        for backup in survivor.backups.kept():
            survivor.backups.verify(backup)
        now = everything(survivor)["assets"]
        text = now[park].pop("description")
        assert text == "Rettet av Kari" or text.startswith("Runde")
        assert {**now, park: {**now[park], "description": ""}} == {**before, park: {**before[park], "description": ""}}
    assert acknowledged > 0, "the child got nowhere, so nothing was tested"
    store.backups.make("asked")


@pytest.fixture(name="small_disk")
def a_small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "12m") as disk:
        yield disk


def test_a_full_disk_costs_neither_the_store_nor_earlier_backups(small_disk: Path) -> None:
    store = Store.create(small_disk / "store")
    store.save(inventory(assets(tuple(f"Park {i}" for i in range(600)))), basemap=b"PMTiles")
    backup = store.backups.make()
    park = ids(store)[0]
    store.journal.apply([Change(asset, {"name": "Etter"}) for asset in ids(store)])
    before = everything(store)
    filler = small_disk / "filler"
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    size = (store.folder / "map.gpkg").stat().st_size
    for room in (300_000, size + 200_000):  # not enough for a backup; enough for one, and not for restoring
        filler.write_bytes(bytes(max(0, free - room)))
        with pytest.raises(StoreError, match=r"disk is full.*Nothing you saved is lost"):
            store.backups.restore(backup)
        if room < size:
            with pytest.raises(StoreError, match=r"disk is full.*Nothing you saved is lost"):
                store.backups.make("asked")
        assert [path.name for path in (store.folder / BACKUPS).glob(".*")] == []
        filler.unlink()
        assert everything(store) == before
        for kept in store.backups.kept():
            store.backups.verify(kept)
            if kept != backup:
                shutil.rmtree(kept.path)
    store.backups.restore(backup)
    assert store.records.get(park)[park].name == "Park 0"


# --- what only a server has -----------------------------------------------------------------------------------------


def test_the_password_is_on_no_command_line(server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(server_url)
    real = dumps.program("pg_dump")
    told = tmp_path / "told"
    spy = tmp_path / "pg_dump"
    spy.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {told}\nexec {real} "$@"\n', encoding="utf-8")
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    backup = store.backups.make()
    password = psycopg.conninfo.conninfo_to_dict(server_url.partition("?")[0])["password"]
    assert "--format=custom" in told.read_text(encoding="utf-8")
    assert str(password) not in told.read_text(encoding="utf-8") + repr(backup) + str(backup.path)


def test_without_the_programs_of_postgresql_it_says_what_to_install(
    server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(server_url)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dumps, "_PLACES", ())
    with pytest.raises(StoreError, match=r"pg_dump of PostgreSQL is needed.*apt install postgresql-client"):
        store.backups.make()
    assert store.backups.kept() == []


def test_who_runs_the_server_can_restore_the_dump_without_us(server_url: str, cluster: Cluster) -> None:
    store = filled(server_url)
    backup = store.backups.make()
    cluster.create_database("elsewhere")
    address = cluster.url(database="elsewhere")
    words = [dumps.program("pg_restore"), "--no-owner", f"--dbname={address}", str(backup.path / "tables.dump")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    schema = server_url.partition("?schema=")[2]
    there = Store.open(f"{address}?schema={schema}")
    assert everything(there) == everything(store)
    assert bad(there) == []


@pytest.mark.parametrize(
    ("line", "row"),
    [("a\t\\N\tc", ["a", None, "c"]), ("\\\\N\t", ["\\N", ""]), ("x\\ty\\nz\\\\", ["x\ty\nz\\"]), ("æ\\r", ["æ\r"])],
    ids=["nothing", "backslash-n", "escapes", "return"],
)
def test_a_line_of_a_dump_is_read_as_postgresql_writes_it(line: str, row: list[str | None]) -> None:
    assert dumps.values(line) == row
