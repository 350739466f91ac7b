"""Is nothing lost when a process is killed, a disk is full, a file is foreign or damaged, or two write at once?"""

from __future__ import annotations

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
from pathlib import Path

import pytest

from assetmap.errors import StoreError, StoreMissing
from assetmap.store import Store
from assetmap.store.homes.burst import KeptConnection
from assetmap.store.homes.database import PRAGMAS, Database
from assetmap.store.homes.folder import demand_local
from assetmap.store.homes.folder_health import reset_bug
from assetmap.store.homes.turns import locked
from tests.disk import small_disk
from tests.stored_world import CLUBS, assets, inventory

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
    for turn in range(60):
        if turn >= 12 and len(seen) > 5:
            break
        child = os.fork()
        if child == 0:
            mine = random.Random(os.getpid())
            while True:
                n = mine.randrange(460, 900)  # never half of them gone at once
                Store.open(store.folder).save(inventory(assets(of_size(n))), basemap=f"{n} assets".encode() * 1000)
        time.sleep(dice.uniform(0.05, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

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


def writers_elsewhere(path: Path) -> str:
    """What another process is told that wants to write at once."""
    script = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)\n"
        "try:\n    c.execute('BEGIN IMMEDIATE')\n    print('wrote')\n"
        "except sqlite3.OperationalError as e:\n    print(e)\n"
    )
    done = subprocess.run([sys.executable, "-S", "-c", script, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.strip()


CALLS: dict[str, Callable[[Store], object]] = {
    "open": lambda s: Store.open(s.folder),
    "create": lambda s: Store.create(s.folder),
    "inventory": lambda s: s.inventory(),
    "addresses": lambda s: s.addresses(),
    "basemap": lambda s: s.basemap,
    "parameters": lambda s: s.parameters,
    "fingerprints": lambda s: s.fingerprints,
    "fingerprint": lambda s: s.fingerprint,
    "provenance": lambda s: s.provenance,
    "issues": lambda s: s.issues,
    "check": lambda s: s.check(),
    "snapshot": lambda s: s.snapshot(s.folder.parent / "shot.gpkg"),
    "repr": repr,
}


@posix
def test_no_call_drops_a_lock_that_this_process_holds(store: Store) -> None:
    public = {name for name in vars(Store) if not name.startswith("_")}
    assert public <= {*CALLS, "save", "add"}, "a new call is not tried here"
    path = store.folder / "map.gpkg"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert "locked" in writers_elsewhere(path)
    for name, call in CALLS.items():
        call(store)
        assert "locked" in writers_elsewhere(path), f"after {name} another process could write"
    for change in (lambda: store.save(inventory()), lambda: store.add(assets(("Kor",), CLUBS), CLUBS)):
        with pytest.raises(StoreError, match="Another program is writing"):
            change()
        assert "locked" in writers_elsewhere(path)
    holder.rollback()
    holder.close()
    assert writers_elsewhere(path) == "wrote"
    assert len(store.inventory()) == 2


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
