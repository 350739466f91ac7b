"""When the disk is full, or fails at any one write: is all that was saved still there, and is one told what to do?"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assetmap.errors import StoreError
from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.round_trip import take_out
from assetmap.store import Store
from assetmap.store.homes.burst import KeptConnection
from assetmap.store.homes.database import Database
from tests.disk import small_disk
from tests.released_stores import version_1
from tests.sqlite_writes import heard
from tests.store_work import demand_whole
from tests.stored_world import CLUBS, OSM, assets, inventory

A = asset_id(OSM.source, "node/0")
NAMES = tuple(f"Park {i}" for i in range(40))
MANY = tuple(f"Club {i}" for i in range(4_000))
FULL = r"disk is full \(\d MB free in .*Nothing you saved is lost.*Free some space, then do it again"

STEPS: dict[str, Callable[[Store], object]] = {
    "edit": lambda s: s.journal.apply([Change(A, {"description": "x" * 19_000})]),
    "edit of many": lambda s: s.journal.apply(
        [Change(asset_id(OSM.source, f"node/{i}"), {"description": "x" * 19_000}) for i in range(len(NAMES))]
    ),
    "import": lambda s: s.add(assets(MANY, CLUBS), CLUBS),
    "save": lambda s: s.save(inventory(assets(NAMES)), basemap=bytes(2_000_000)),
    "dated snapshot": lambda s: s.snapshots.take("Spring"),
    "copy for QGIS": lambda s: s.snapshot(s.folder.parent / "copy.gpkg"),
    "taking out": lambda s: take_out(s, s.folder.parent / "out.xlsx"),
    "taking out for QGIS": lambda s: take_out(s, s.folder.parent / "out.gpkg"),
    "dated snapshot for analysis": lambda s: s.snapshots.write("First", s.folder.parent / "first.parquet"),
    "backup": lambda s: s.backups.make("asked"),
    "joining": lambda s: s.matches.decide(A, asset_id(OSM.source, "node/1"), "same"),
    "suggestion": lambda s: s.review.suggest("edit", asset=A, values={"description": "x" * 9_000}),
    "undo": lambda s: s.journal.undo(1),
    "restore": lambda s: s.backups.restore("latest"),
}


@pytest.fixture(name="small_disk")
def a_small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "48m") as folder:
        yield folder


def state(store: Store) -> list[object]:
    """Everything that anybody saved: the assets with their versions, the history, the desks."""
    every = store.records.within(-180, -90, 180, 90)
    return [
        {key: (one.version, one.record["name"], one.record["description"]) for key, one in every.items()},
        store.journal.changesets(limit=1000), [s.id for s in store.snapshots.list()],
        [s.id for s in store.review.queue()], [b.name for b in store.backups.kept()],
        store.basemap.read_bytes() if store.basemap else None,
    ]  # fmt: skip


def refusal(call: Callable[[], object]) -> str:
    """Why the store does not do it; empty where it does."""
    try:
        call()
    except StoreError as fault:
        return str(fault)
    return ""


def fill(folder: Path, leave: int) -> Path:
    """A file that leaves so many bytes on the disk."""
    ballast = folder / "ballast"
    handle = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while os.write(handle, bytes(4096)):
            pass
    os.close(handle)
    os.truncate(ballast, max(0, ballast.stat().st_size - leave))
    return ballast


def test_a_full_disk_costs_only_the_last_step_whatever_it_is(small_disk: Path) -> None:
    """With no room at all, and with room for the beginning of each step only."""
    store = Store.create(small_disk / "store")
    store.save(inventory(assets(NAMES)), basemap=b"40 assets")
    store.snapshots.take("First")
    store.backups.make()
    names = sorted(path.name for path in store.folder.iterdir())
    failed = set()
    for leave in (0, 150_000):
        for name, step in STEPS.items():
            before, many = state(store), len(store.inventory())
            older = [small_disk / name for name in ("copy.gpkg", "out.xlsx", "out.gpkg", "first.parquet")]
            for file in older:
                file.write_text("older")
            ballast = fill(small_disk, leave)
            if leave:  # not even a question can be asked without any room
                assert len(store.inventory()) == many, f"before {name} with {leave} bytes left"
            said = refusal(lambda step=step: step(store))
            ballast.unlink()
            if said:
                failed.add(name)
                assert re.search(FULL, said), f"{name} with {leave} bytes left: {said}"
                assert state(store) == before, f"{name} with {leave} bytes left"
                assert {file.read_text() for file in older} == {"older"}
            else:
                assert leave, f"{name} needs no room"
            assert sorted(small_disk.iterdir()) == sorted([*older, store.folder]), "nothing lies about"
            wrong = {check.code for check in store.check() if not check.ok}
            assert wrong <= {"parts", "disk"}, f"{name} with {leave} bytes left: {wrong}"
    assert failed == STEPS.keys(), "each of them was tried with too little room"
    demand_whole(store)
    left = {path.name for path in store.folder.iterdir()} - {*names, "snapshots", "basemap.2.pmtiles"}
    assert not left


def test_everything_works_again_when_there_is_room(small_disk: Path) -> None:
    store = Store.create(small_disk / "store")
    store.save(inventory(assets(NAMES)))
    store.backups.make()
    for name in ("edit", "import", "save", "dated snapshot", "backup", "restore", "joining", "suggestion"):
        ballast = fill(small_disk, 0)
        with pytest.raises(StoreError, match=FULL):
            STEPS[name](store)
        ballast.unlink()
        STEPS[name](store)
        store.journal.apply([Change(A, {"name": f"after {name}"})])
        assert store.records.get(A)[A].record["name"] == f"after {name}"
    demand_whole(store)


def test_an_upgrade_on_a_full_disk_leaves_the_older_store_as_it_was(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "3m") as disk:
        folder = version_1(disk / "store")
        content = (folder / "map.gpkg").read_bytes()
        for leave in (0, 60_000, 200_000):
            ballast = fill(disk, leave)
            with pytest.raises(StoreError, match=r"disk is full.*Free some space"):
                Store.open(folder)
            ballast.unlink()
            with contextlib.closing(sqlite3.connect(folder / "map.gpkg")) as connection:
                assert connection.execute("SELECT max(version) FROM schema_version").fetchone() == (1,)
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("SELECT count(*) FROM asset").fetchone() == (6,)
        assert len(content) > 100_000
        assert len(Store.open(folder).records.within(-180, -90, 180, 90)) == 5


def test_a_full_database_keeps_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same through SQLite's own limit of pages, where no small disk can be mounted."""
    store = Store.create(tmp_path / "store")
    store.save(inventory(assets(NAMES)), basemap=b"40 assets")
    pages = (store.folder / "map.gpkg").stat().st_size // 4096
    connect = Database._open

    def limited(self: Database) -> KeptConnection:
        connection = connect(self)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    before = state(store)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "_open", limited)
        full = Store.open(store.folder, wait_s=7)  # another waiting time: a connection of its own
        for name in ("edit of many", "import", "suggestion"):
            with contextlib.suppress(StoreError):
                for _ in range(20):  # some pages may be free
                    STEPS[name](full)
                    before = state(store)
                raise AssertionError(f"{name} never found it full")
            assert state(store) == before, name
    demand_whole(store)
    STEPS["edit of many"](store)
    demand_whole(store)


# --- the disk fails at any one write


@dataclasses.dataclass
class Failing:
    """A disk of which the n-th write, truncation or sync fails; once, or from then on."""

    nth: int
    code: int
    for_ever: bool
    asked: int = 0

    def fault(self) -> int:
        self.asked += 1
        return self.code if self.asked == self.nth or (self.for_ever and self.asked > self.nth) else 0

    def knows(self, name: str) -> bool:
        return True

    def opened(self, name: str, content: bytes) -> int:
        return 0

    def wrote(self, number: int, offset: int, data: bytes) -> None: ...
    def truncated(self, number: int, size: int) -> None: ...
    def synced(self, number: int) -> None: ...
    def deleted(self, name: str) -> None: ...
    def folder_synced(self) -> None: ...


NO_ROOM, NOT_WRITTEN, NOT_SYNCED = 13, 778, 1034  # SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC


def edited(store: Store, token: str) -> None:
    three = [Change(asset_id(OSM.source, f"node/{i}"), {"description": token}) for i in range(3)]
    store.journal.apply(three, why=token)


def imported(store: Store, token: str) -> None:
    store.add(assets(("Kor", "Korps", "Speider"), CLUBS, description=token), CLUBS, why=token)


@pytest.mark.parametrize(
    ("work", "code", "for_ever"),
    [(edited, NOT_WRITTEN, False), (edited, NO_ROOM, True), (edited, NOT_SYNCED, True), (imported, NOT_WRITTEN, True)],
    ids=["edit-once", "edit-full", "edit-unsynced", "import"],
)
def test_whichever_write_fails_it_is_the_old_state_or_the_new(
    tmp_path: Path, work: Callable[[Store, str], None], code: int, for_ever: bool
) -> None:
    store = Store.create(tmp_path / "store")
    store.save(inventory(assets(NAMES)))
    acknowledged, refused = [], 0
    for nth in range(1, 400):
        token = f"the {nth}th fails"
        disk = Failing(nth, code, for_ever)
        with heard(store.folder, disk):
            said = refusal(lambda token=token: work(store, token))
        if said:
            refused += 1
            assert "stored is untouched" in said or "Nothing you saved is lost" in said
        else:
            acknowledged.append(token)
        demand_whole(Store.open(store.folder), acknowledged)
        if disk.asked < nth:
            break
    else:
        raise AssertionError("it never ran through")
    assert refused > 10, "the disk failed too late to hurt"
    work(store, "in the end")
    demand_whole(store, [*acknowledged, "in the end"])
