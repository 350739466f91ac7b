"""Is nothing lost when a process is killed, a disk is full, a file is foreign or damaged, or two write at once?"""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import pytest

from assetmap.errors import StoreError, StoreMissing
from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.store import Store
from assetmap.store.homes.burst import KeptConnection
from assetmap.store.homes.database import PRAGMAS, Database
from assetmap.store.homes.folder import demand_local
from assetmap.store.homes.folder_health import reset_bug
from assetmap.store.homes.turns import locked
from tests.disk import small_disk
from tests.stored_world import CLUBS, OSM, assets, inventory

posix = pytest.mark.skipif(os.name != "posix", reason="needs fork, signals and POSIX rights")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.create(tmp_path / "store", wait_s=0.3)
    store.save(inventory(), basemap=b"2 assets")
    return store


def of_size(n: int) -> tuple[str, ...]:
    return tuple(f"Park {i}" for i in range(n))


@posix
def test_killed_at_any_moment_the_map_and_its_files_are_one_whole_state(store: Store) -> None:
    """A child saves ever larger inventories, with a base map that says how large, until it is killed; then we look."""
    dice = random.Random(2)
    seen = set()
    for turn in range(40):
        if turn >= 12 and len(seen) > 5:
            break
        ear, mouth = os.pipe()
        child = os.fork()
        if child == 0:
            mine = random.Random(os.getpid())
            while True:
                n = mine.randrange(460, 900)  # never half of them gone at once
                Store.open(store.folder).save(inventory(assets(of_size(n))), basemap=f"{n} assets".encode() * 1000)
                os.write(mouth, b".")
        os.close(mouth)
        for _ in range(dice.randrange(3)):  # so many were saved at least
            assert os.read(ear, 1) == b"."
        time.sleep(dice.uniform(0, 0.3))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ear)

        survivor = Store.open(store.folder)
        n = len(survivor.inventory())
        assert survivor.basemap is not None
        assert survivor.basemap.read_bytes().startswith(f"{n} assets".encode()), "map and files are of one generation"
        assert {check.code for check in survivor.check() if not check.ok} == {"parts"}, "only the network is missing"
        seen.add(n)
    assert len(seen) > 5, "the child got nowhere, so nothing was tested"
    store.save(inventory(), basemap=b"2 assets")
    assert sorted(p.name for p in store.folder.iterdir() if not p.name.startswith("basemap.")) == [
        "map.gpkg",
        "store.lock",
        "store.queue",
    ]
    assert len(list(store.folder.glob("basemap.*"))) == 1


@contextlib.contextmanager
def writers_elsewhere(path: Path) -> Iterator[Callable[[], str]]:
    """Another process that, whenever it is asked, tries to write at once; asking gives what it was told."""
    script = (
        "import sqlite3, sys\n"
        "for _ in sys.stdin:\n"
        "    c = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
        "    try:\n        c.execute('BEGIN IMMEDIATE')\n        print('wrote', flush=True)\n"
        "    except sqlite3.OperationalError as e:\n        print(e, flush=True)\n"
        "    c.close()\n"
    )
    command = [sys.executable, "-S", "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def ask() -> str:
            assert process.stdin is not None
            assert process.stdout is not None
            print("now", file=process.stdin, flush=True)
            return process.stdout.readline().strip()

        yield ask


A, B = (asset_id(OSM.source, f"node/{i}") for i in range(2))
CLUB, OTHER = (asset_id(CLUBS.source, f"node/{i}") for i in range(2))
NUMBER = '{"ref:NO:orgnr": "974760673"}'
READING: dict[str, Callable[[Store], object]] = {
    "open": lambda s: Store.open(s.folder),
    "create": lambda s: Store.create(s.folder),
    "address": lambda s: s.address,
    "folder": lambda s: s.folder,
    "inventory": lambda s: s.inventory(),
    "changes": lambda s: s.changes(),
    "addresses": lambda s: s.addresses(),
    "basemap": lambda s: s.basemap,
    "parameters": lambda s: s.parameters,
    "fingerprints": lambda s: s.fingerprints,
    "fingerprint": lambda s: s.fingerprint,
    "provenance": lambda s: s.provenance,
    "issues": lambda s: s.issues,
    "check": lambda s: s.check(),
    "snapshot": lambda s: s.snapshot(s.folder.parent / "shot.gpkg"),
    "backups_at": lambda s: Store.backups_at(s.folder).kept(),
    "records.get": lambda s: s.records.get(A),
    "records.moment": lambda s: s.records.moment(),
    "records.since": lambda s: s.records.since(s.records.moment()),
    "records.within": lambda s: s.records.within(10, 58, 12, 60),
    "journal.changesets": lambda s: s.journal.changesets(asset=A),
    "journal.changeset": lambda s: s.journal.changeset(1),
    "journal.effects": lambda s: s.journal.effects(1),
    "journal.versions": lambda s: s.journal.versions(A),
    "journal.bin": lambda s: s.journal.bin(),
    "journal.outside": lambda s: s.journal.outside(),
    "journal.erased": lambda s: s.journal.erased(A),
    "matches.proposals": lambda s: s.matches.proposals(),
    "matches.decided": lambda s: s.matches.decided(),
    "review.check": lambda s: s.review.check("gone", asset=A),
    "review.queue": lambda s: s.review.queue(),
    "review.get": lambda s: s.review.get(waiting(s)),
    "snapshots.list": lambda s: s.snapshots.list(),
    "snapshots.get": lambda s: s.snapshots.get("Spring"),
    "snapshots.frame": lambda s: s.snapshots.frame("Spring"),
    "snapshots.inventory": lambda s: s.snapshots.inventory("Spring"),
    "snapshots.write": lambda s: s.snapshots.write("Spring", s.folder.parent / "spring.parquet"),
    "snapshots.compare": lambda s: s.snapshots.compare("Spring"),
    "backups.make": lambda s: s.backups.make(),
    "backups.kept": lambda s: s.backups.kept(),
    "backups.find": lambda s: s.backups.find("latest"),
    "backups.verify": lambda s: s.backups.verify(s.backups.find("latest")),
    "backups.due": lambda s: s.backups.due(),
    "backups.tick": lambda s: s.backups.tick(datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)),
    "doubts.list": lambda s: s.doubts.list(),
    "doubts.stale": lambda s: s.doubts.stale(),
    "doubts.walk": lambda s: s.doubts.walk((59.0, 11.0)),
    "repr": repr,
}
"""How each call that changes no asset is made; it must work while somebody else writes."""
WRITING: dict[str, Callable[[Store], object]] = {
    "save": lambda s: s.save(inventory()),
    "add": lambda s: s.add(assets(("Kor",), CLUBS), CLUBS),
    "preview": lambda s: s.preview(assets(("Kor",), CLUBS), CLUBS),
    "preview_save": lambda s: s.preview_save(inventory()),
    "mend": lambda s: s.mend(),
    "journal.apply": lambda s: s.journal.apply([Change(A, {"name": "x"})]),
    "journal.confirm": lambda s: s.journal.confirm(A),
    "journal.undo": lambda s: s.journal.undo(1),
    "journal.revert": lambda s: s.journal.revert(A, 1),
    "journal.erase": lambda s: s.journal.erase(A, ["description"]),
    "journal.erase_words": lambda s: s.journal.erase_words(1),
    "matches.erase_words": lambda s: s.matches.erase_words(B, OTHER),
    "review.erase_words": lambda s: s.review.erase_words(waiting(s)),
    "snapshots.erase_words": lambda s: s.snapshots.erase_words("Spring"),
    "matches.decide": lambda s: s.matches.decide(A, B, "same"),
    "matches.part": lambda s: s.matches.part(B, OTHER),
    "matches.settle": lambda s: s.matches.settle(),
    "review.suggest": lambda s: s.review.suggest("gone", asset=A),
    "review.assign": lambda s: s.review.assign(waiting(s), "Kari"),
    "review.accept": lambda s: s.review.accept(waiting(s)),
    "review.refuse": lambda s: s.review.refuse(waiting(s), reason="no"),
    "review.tidy": lambda s: s.review.tidy("2100-01-01"),
    "snapshots.take": lambda s: s.snapshots.take("Autumn"),
    "backups.restore": lambda s: s.backups.restore("latest"),
}
"""How each call is made that takes its turn in writing; it must say that somebody else writes."""


def waiting(store: Store) -> str:
    return store.review.queue()[0].id


def rich(store: Store) -> None:
    """Give every desk something to do."""
    store.add(assets(("Kor", "Kor"), CLUBS), CLUBS)
    store.journal.apply([Change(asset, {"tags": NUMBER}) for asset in (A, CLUB)])
    store.matches.decide(B, OTHER, "same")
    store.review.suggest("edit", asset=A, values={"description": "Open on Sundays"})
    store.snapshots.take("Spring")
    store.backups.make()


def public_calls(store: Store) -> set[str]:
    """Every public name of a store and of its desks, so that a new one must be tried here."""
    desks = {name for name, thing in vars(Store).items() if isinstance(thing, cached_property)}
    own = {name for name in vars(Store) if not name.startswith("_")} - desks
    return own | {f"{desk}.{name}" for desk in desks for name in vars(type(getattr(store, desk))) if name[0] != "_"}


@posix
def test_no_call_drops_a_lock_that_this_process_holds(store: Store) -> None:
    rich(store)
    calls = public_calls(store)
    assert len(calls) > 50
    assert calls <= READING.keys() | WRITING.keys(), "a new call is not tried here"
    path = store.folder / "map.gpkg"
    with writers_elsewhere(path) as elsewhere:
        demand_held(store, calls, elsewhere)
    assert len(store.inventory()) == 3


def demand_held(store: Store, calls: set[str], elsewhere: Callable[[], str]) -> None:
    holder = sqlite3.connect(store.folder / "map.gpkg", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert "locked" in elsewhere()
    for name, call in READING.items():
        if name in calls or name == "repr":
            call(store)
            assert "locked" in elsewhere(), f"after {name} another process could write"
    for name, call in WRITING.items():
        if name in calls:
            begun = time.monotonic()
            with pytest.raises(StoreError, match="Another program is writing"):
                call(store)
            assert time.monotonic() - begun < 10, f"{name} waits for longer than it was told to"
            assert "locked" in elsewhere(), f"after {name} another process could write"
    holder.rollback()
    holder.close()
    assert elsewhere() == "wrote"


def test_two_who_save_at_once_wait_for_each_other(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store", wait_s=30)
    store.save(inventory())
    faults: list[BaseException] = []

    def work(writer: int) -> None:
        try:
            for i in range(5):
                clubs = assets((f"Korps {writer} {i}",), CLUBS)
                clubs.index = [f"{writer}-{i}"]
                Store.open(store.folder).add(clubs, CLUBS)
                store.inventory()
        except BaseException as fault:  # noqa: BLE001 it belongs to the test, not to the thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(store.inventory()) == 2 + 4 * 5
    assert {check.code for check in store.check() if not check.ok} == {"parts"}


def test_who_holds_the_folder_keeps_others_out(store: Store) -> None:
    with locked(store.folder), pytest.raises(StoreError, match="Another program is writing"):
        store.save(inventory(assets(of_size(5))))
    assert len(store.inventory()) == 2


@pytest.fixture(name="small_disk")
def a_small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    with small_disk(tmp_path / "disk", "3m") as folder:
        yield folder


def test_a_full_disk_costs_only_the_last_step(small_disk: Path) -> None:
    store = Store.create(small_disk / "store")
    store.save(inventory(), basemap=b"2 assets")
    with pytest.raises(StoreError, match=r"disk is full.*Nothing you saved is lost"):
        store.save(inventory(assets(of_size(20_000))))  # too many rows
    with pytest.raises(StoreError, match=r"disk is full.*Nothing you saved is lost"):
        store.save(inventory(), basemap=bytes(5_000_000))  # too large a file beside the map
    assert len(store.inventory()) == 2
    assert store.basemap is not None
    assert store.basemap.read_bytes() == b"2 assets"
    assert {check.code for check in store.check() if not check.ok} == {"parts", "disk"}
    there = sorted(p.name for p in store.folder.iterdir())
    assert there == ["basemap.1.pmtiles", "map.gpkg", "store.lock", "store.queue"]
    store.save(inventory(assets(of_size(20))))
    assert len(store.inventory()) == 20


def test_a_full_database_costs_only_the_last_step(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same through SQLite's own limit of pages, for computers on which no small disk can be mounted."""
    pages = (store.folder / "map.gpkg").stat().st_size // 4096 + 2
    connect = Database._open

    def limited(self: Database) -> KeptConnection:
        connection = connect(self)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(Database, "_open", limited)
        full = Store.open(store.folder)
        with pytest.raises(StoreError, match="disk is full"):
            full.save(inventory(assets(of_size(2_000))), basemap=b"2000 assets")
    assert len(store.inventory()) == 2
    assert store.basemap is not None
    assert store.basemap.read_bytes() == b"2 assets"
    store.save(inventory(assets(of_size(2_000))))
    assert len(store.inventory()) == 2_000


def test_an_error_half_way_keeps_the_old_state(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("assetmap.store.homes.people.hold", stop)  # the last step before the commit
        with pytest.raises(KeyboardInterrupt):
            store.save(inventory(assets(of_size(9))), basemap=b"9 assets")
    assert len(store.inventory()) == 2
    assert store.basemap is not None
    assert store.basemap.read_bytes() == b"2 assets"
    assert len(list(store.folder.iterdir())) == 4


def test_there_is_no_store_yet(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing, match="assetmap gather"):
        Store.open(tmp_path)
    (tmp_path / "map.gpkg").touch()  # what a kill in the first instant leaves
    with pytest.raises(StoreMissing):
        Store.open(tmp_path)
    Store.create(tmp_path).save(inventory())
    assert len(Store.open(tmp_path).inventory()) == 2


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    for make in (Store.create, Store.open):
        with pytest.raises(StoreError, match="is a file; a store is a folder"):
            make(file)
    assert file.read_text() == "mine"


def test_somebody_elses_geopackage_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "map.gpkg"
    assets().to_file(file, driver="GPKG", layer="parks")
    before = file.read_bytes()
    for make in (Store.create, Store.open):
        with pytest.raises(StoreError, match="not written by assetmap"):
            make(tmp_path)
    assert file.read_bytes()[100:] == before[100:], "only SQLite's own header may say that it was opened"


def test_a_store_of_a_newer_version_is_left_alone(store: Store) -> None:
    connection = sqlite3.connect(store.folder / "map.gpkg")
    connection.execute("INSERT INTO schema_version (version, program, applied_at) VALUES (99, 'assetmap 9', '')")
    connection.commit()
    connection.close()
    for make in (Store.create, Store.open):
        with pytest.raises(StoreError, match=r"version 99.*Install a newer assetmap"):
            make(store.folder)


@pytest.mark.parametrize("harm", ["cut", "header", "middle"])
def test_a_damaged_file_is_told_and_not_touched(store: Store, harm: str) -> None:
    file = store.folder / "map.gpkg"
    content = bytearray(file.read_bytes())
    match harm:
        case "cut":
            content = content[: len(content) // 3]
        case "header":
            content[:16] = b"not a database!!"
        case "middle":
            content[4096 : len(content) // 2] = bytes(len(content) // 2 - 4096)
    file.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        Store.open(store.folder).inventory()
    with pytest.raises(StoreError, match="is damaged"):
        Store.create(store.folder).save(inventory())
    assert len(file.read_bytes()) == len(content)
    assert not all(check.ok for check in store.check() if check.code == "integrity")


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A store in a folder that may not be written to, seen by a user without rights."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        folder = Path(parent) / "store"
        Store.create(folder).save(inventory(), basemap=b"2 assets")
        for path in (*folder.iterdir(), folder):
            path.chmod(0o444 if path.is_file() else 0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


@posix
def test_a_read_only_folder_is_read_and_never_written(read_only: Path) -> None:
    folder = read_only
    reader = Store.open(folder)
    assert len(reader.inventory()) == 2
    assert reader.basemap is not None
    assert all(check.ok for check in reader.check() if check.code == "integrity")
    for change in (lambda: reader.save(inventory()), lambda: reader.add(assets(("Kor",), CLUBS), CLUBS)):
        with pytest.raises(StoreError, match="read-only"):
            change()
    with pytest.raises(StoreError, match="may not be written"):
        Store.create(folder / "inner")
    with pytest.raises(StoreError, match="may not be written"):
        reader.snapshot(folder / "shot.gpkg")


def test_a_network_share_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/vda / ext4 rw 0 0\n//server/share /mnt/our\\040share cifs rw 0 0\n"
        "/dev/vdb /mnt/our\\040share/disk ext4 rw 0 0\n"
    )
    demand_local(Path("/home/kari/store"), mounts)
    demand_local(Path("/mnt/our share/disk/store"), mounts)
    demand_local(Path("/mnt/our share 2/store"), mounts)
    with pytest.raises(StoreError, match="network share"):
        demand_local(Path("/mnt/our share/store"), mounts)


def test_every_setting_that_keeps_rows_safe_is_on(store: Store) -> None:
    with store.home.reading() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS}
    assert found == PRAGMAS
    assert (found["journal_mode"], found["synchronous"], found["secure_delete"]) == ("wal", 2, 1)


@pytest.mark.parametrize(
    ("version", "affected"),
    [((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False), ((3, 45, 0), True), ((3, 50, 6), True),
     ((3, 50, 7), False), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 53, 1), False)],
)  # fmt: skip
def test_which_sqlite_has_the_reset_fault(version: tuple[int, int, int], affected: bool) -> None:
    assert reset_bug(version) is affected
