"""Is every word kept at odd moments: a clock that jumps, two at once, files that are gone, undoing what was undone?"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from assetmap.errors import AssetmapError, InputError, StoreError, StoreMissing
from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.store import Store
from assetmap.store import tables as t
from tests.store_work import CLUB_NAMES, demand_whole, new_store
from tests.stored_world import CLUBS, OSM, assets, inventory

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
A, B, C = (asset_id(OSM.source, f"node/{i}") for i in range(3))
NAMES = ("Park", "Kafé", "Hall")
PRIVATE = pd.DataFrame({"asset": [A], "field": ["contact"], "value": ["22 33 44 55"]})
CLUB = asset_id(CLUBS.source, "node/0")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return filled(tmp_path / "store")


@pytest.fixture
def anywhere(home: str) -> Store:
    """The same, in a folder and on a server."""
    return filled(home)


def filled(place: Path | str) -> Store:
    store = Store.create(place, wait_s=5)
    store.save(inventory(assets(NAMES)))
    return store


def name_of(store: Store, asset: str = A) -> Any:
    return store.records.get(asset)[asset].record["name"]


def edit(store: Store, asset: str = A, **values: Any) -> int:
    done = store.journal.apply([Change(asset, values)], why=str(values))
    assert done.changeset is not None
    return done.changeset


# --- a clock that jumps


def test_a_clock_that_jumps_confuses_no_history(anywhere: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store = anywhere
    for moment, name in {
        "2030-05-01T10:00:00.000Z": "a", "2030-05-01T11:00:00.000Z": "b", "2030-05-01T09:00:00.000Z": "c",
        "1970-01-01T00:00:00.000Z": "d", "2030-05-01T12:00:00.000Z": "e",
    }.items():  # fmt: skip
        monkeypatch.setattr("assetmap.store.content.now", lambda moment=moment: moment)
        edit(store, name=name)
    assert [step.number for step in store.journal.changesets()] == [6, 5, 4, 3, 2, 1]
    assert [v.record["name"] for v in store.journal.versions(A)] == ["e", "d", "c", "b", "a", "Park"]
    assert store.changes()["after"].dropna().to_list() == ["e", "d", "c", "b", "a"]
    assert store.changes("2030-05-01T10:30")["after"].to_list() == ["e", "d", "c", "b"], (
        "what came later is not missing"
    )
    assert [step.number for step in store.journal.changesets(since="2030-05-01T10:30")] == [6, 5, 4, 3]
    assert [step.number for step in store.journal.changesets(since="2030-05-01T14:00+02:00")] == [6]
    assert store.journal.changesets(since="2030-05-02") == []
    assert store.journal.undo(4).clashes[0].theirs == "e"
    for number, left in ((6, "d"), (5, "c"), (4, "b"), (3, "a"), (2, "Park")):
        assert store.journal.undo(number).clashes == ()
        assert name_of(store) == left
    demand_whole(store)


# --- undo of undo


def test_undo_of_undo_goes_there_and_back_as_often_as_one_likes(anywhere: Store) -> None:
    store = anywhere
    last = edit(store, name="Byparken", description="Green")
    for turn in range(7):
        done = store.journal.undo(last)
        assert done.clashes == ()
        assert done.changeset == last + 1
        last = done.changeset
        assert name_of(store) == ("Byparken" if turn % 2 else "Park")
    for number in range(2, last):
        with pytest.raises(InputError, match="taken back already"):
            store.journal.undo(number)
    demand_whole(store)


def test_removing_and_restoring_can_be_undone_in_any_order(anywhere: Store) -> None:
    store = anywhere
    gone = store.journal.apply([Change(A, kind="remove")]).changeset
    back = store.journal.apply([Change(A, kind="restore")]).changeset
    assert gone is not None
    assert back is not None
    assert store.journal.undo(back).gone == (A,)
    assert store.journal.undo(gone).restored == (A,)
    assert store.journal.undo(1).gone == (A, B, C)
    assert store.journal.undo(6).restored == (A, B, C)
    assert store.records.get(A)[A].held == (), "nobody held anything before, so nobody does now"
    demand_whole(store)


def test_an_import_is_undone_around_what_people_made_of_it(anywhere: Store) -> None:
    store = anywhere
    done = store.add(assets(("Kor", "Korps", "Speider"), CLUBS), CLUBS)
    kept, *others = done.new
    edit(store, kept, name="Mannskoret")
    undone = store.journal.undo(done.changeset)
    assert set(undone.gone) == set(others)
    assert {clash.asset for clash in undone.clashes} == {kept}, "it is told that one stayed, and why"
    assert name_of(store, kept) == "Mannskoret"
    assert store.add(assets(("Kor", "Korps", "Speider"), CLUBS), CLUBS).touched == 0, "what was undone does not return"
    assert name_of(store, kept) == "Mannskoret"
    assert set(store.journal.undo(undone.changeset).restored) == set(others)
    demand_whole(store)


def test_joins_are_taken_back_once_and_in_any_order(anywhere: Store) -> None:
    store = anywhere
    edit(store, B, website="https://kafe.example")
    joined = store.matches.decide(A, B, "same", keep=A)
    assert store.matches.decide(B, A, "same").changeset is None, "said twice, done once"
    parted = store.matches.part(A, B)
    assert parted.restored == (B,)
    before = store.fingerprint
    with pytest.raises(InputError, match="not joined"):
        store.matches.part(A, B)
    assert store.fingerprint == before
    undone = store.journal.undo(joined.changeset)
    assert undone.touched == 0, "a part took it back already"
    assert store.journal.undo(parted.changeset).gone == (B,), "undoing a part joins again"
    assert store.records.get(B)[B].merged_into == A
    assert store.matches.part(A, B).restored == (B,)
    assert store.records.get(A)[A].record["website"] is None
    assert store.records.get(B)[B].record["website"] == "https://kafe.example"
    demand_whole(store)


def test_pairs_are_settled_once(anywhere: Store) -> None:
    store = anywhere
    store.add(assets(("Kor",), CLUBS), CLUBS)
    number = '{"ref:NO:orgnr": "974760673"}'
    store.journal.apply([Change(asset, {"tags": number}) for asset in (A, CLUB)])
    (done,) = store.matches.settle()
    assert len(done.gone) == 1
    assert store.matches.settle() == []
    demand_whole(store)


def test_an_older_version_does_not_bring_erased_words_back(anywhere: Store) -> None:
    store = anywhere
    edit(store, description="Ask for Ola")
    edit(store, description="Ask at the counter")
    erased = store.journal.erase(A, ["description"])
    assert erased == 2
    for version in range(1, 5):
        with contextlib.suppress(InputError):
            store.journal.revert(A, version)
        assert store.records.get(A)[A].record["description"] in (None, "")
    for number in (2, 3):
        with contextlib.suppress(AssetmapError):
            store.journal.undo(number)
    assert "Ola" not in str([v.record for v in store.journal.versions(A)])
    assert "counter" not in str([v.record for v in store.journal.versions(A)])
    demand_whole(store)


def test_a_row_that_another_program_deleted_comes_back_as_it_was(anywhere: Store) -> None:
    store = anywhere
    number = edit(store, name="Byparken", description="Green")
    was = store.records.get(A)[A]
    with store.home.writing() as psql:
        psql.execute(sa.delete(t.asset).where(t.asset.c.id == A))
    assert A not in store.records.get(A)
    assert store.journal.undo(number).touched == 0, "there is nothing to undo it on"
    with pytest.raises(InputError, match="no version 3"):
        store.journal.revert(A, 3)
    with pytest.raises(InputError, match="There is no asset"):
        store.journal.revert("nobody", 1)
    assert store.journal.revert(A, 2).restored == (A,)
    there = store.records.get(A)[A]
    assert (there.record, there.held, there.version) == (was.record, was.held, 4)
    assert store.journal.undo(number).changed == (A,), "and its history goes on"
    assert name_of(store) == "Park"
    assert [v.version for v in store.journal.versions(A)] == [5, 4, 3, 2, 1]
    demand_whole(store)


# --- two at once


def work(place: str, turn: int, done: Any) -> None:
    """In a process of its own: import one edition."""
    store = Store.open(place, wait_s=20)
    try:
        outcome = store.add(assets(CLUB_NAMES, CLUBS, description=f"edition {turn}"), CLUBS, why=str(turn))
        done.put((turn, outcome.touched, ""))
    except AssetmapError as fault:
        done.put((turn, -1, str(fault)))


def test_two_imports_at_once_are_one_after_the_other(home: str) -> None:
    store = new_store(home)
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    answers = context.Queue()
    both = [context.Process(target=work, args=(home, turn, answers)) for turn in (1, 2)]
    for process in both:
        process.start()
    said = sorted(answers.get(timeout=60) for _ in both)
    for process in both:
        process.join(60)
    assert [touched for _, touched, _ in said] == [len(CLUB_NAMES)] * 2, said
    demand_whole(store, ["1", "2"])
    last = store.journal.changesets()[0]
    assert {record.record["description"] for record in store.records.get([CLUB]).values()} == {f"edition {last.why}"}
    assert store.journal.undo(last.number).touched == len(CLUB_NAMES)


def test_who_edits_while_a_backup_comes_back_is_before_or_after_it(store: Store) -> None:
    backup = store.backups.make()
    stop, faults, saved = threading.Event(), [], []

    def editing() -> None:
        mine, step = Store.open(store.folder), 0
        while not stop.is_set():
            try:
                step += 1
                mine.journal.apply([Change(asset, {"description": str(step)}) for asset in (A, B)], why=str(step))
                saved.append(str(step))
            except BaseException as fault:  # noqa: BLE001 it belongs to the test, not to the thread
                faults.append(fault)
                return

    editor = threading.Thread(target=editing)
    editor.start()
    for _ in range(2):
        time.sleep(0.05)
        store.backups.restore(backup)
        seen = store.records.get([A, B])
        assert seen[A].record["description"] == seen[B].record["description"]
    stop.set()
    editor.join()
    assert faults == []
    demand_whole(store, saved)


# --- files that are gone, spoilt or somebody else's


def calls(store: Store) -> dict[str, Callable[[], object]]:
    return {
        "inventory": lambda: len(store.inventory()),
        "save": lambda: store.save(inventory()),
        "add": lambda: store.add(assets(("Kor",), CLUBS), CLUBS, private=PRIVATE),
        "edit": lambda: edit(store, name="x"),
        "fingerprint": lambda: store.fingerprint,
        "basemap": lambda: store.basemap,
        "take": lambda: store.snapshots.take("x"),
        "backup": lambda: store.backups.make(),
        "copy": lambda: store.snapshot(store.folder.parent / "copy.gpkg"),
    }


def test_a_folder_that_was_moved_away_is_told_and_not_made_anew(store: Store) -> None:
    elsewhere = store.folder.with_name("elsewhere")
    store.folder.rename(elsewhere)
    for name, call in calls(store).items():
        with pytest.raises(StoreMissing, match="not there any more") as fault:
            call()
        assert "Nothing was changed" in str(fault.value), name
    assert not all(check.ok for check in store.check())
    assert not store.folder.exists()
    elsewhere.rename(store.folder)
    assert edit(store, name="Byparken") == 2


@posix
@pytest.mark.parametrize("what", ["folder", "link", "dangling", "pipe", "device"])
def test_a_map_that_is_no_file_of_its_own_is_left_alone(store: Store, what: str) -> None:
    file, kept = store.folder / "map.gpkg", store.folder.parent / "kept.gpkg"
    file.rename(kept)
    {
        "folder": file.mkdir,
        "link": lambda: file.symlink_to(kept),
        "dangling": lambda: file.symlink_to(store.folder / "nowhere.gpkg"),
        "pipe": lambda: os.mkfifo(file),
        "device": lambda: file.symlink_to("/dev/null"),
    }[what]()
    before, held = sorted(store.folder.iterdir()), kept.read_bytes()
    for make in (Store.open, Store.create):
        with pytest.raises(StoreError, match="a map is a file of its own"):
            make(store.folder)
    if what != "link":
        for name, call in calls(store).items():
            if name != "copy" or what != "device":
                with pytest.raises(StoreError):
                    call()
        assert not all(check.ok for check in store.check())
    assert sorted(path for path in store.folder.iterdir() if path.name != "backups") == before
    assert kept.read_bytes() == held


@pytest.mark.parametrize("harm", ["damaged", "folder", "foreign"])
def test_personal_values_that_are_damaged_stop_a_save_before_anything_is_changed(store: Store, harm: str) -> None:
    store.save(inventory(assets(NAMES)), private=PRIVATE)
    backup = store.backups.make()
    people = store.folder / "people.db"
    content = people.read_bytes()
    people.unlink()
    match harm:
        case "damaged":
            people.write_bytes(b"x" * 100 + content[100:])
        case "folder":
            people.mkdir()
        case "foreign":
            with contextlib.closing(sqlite3.connect(people)) as connection:
                connection.execute("CREATE TABLE held_contact (somebody TEXT)")
    people.chmod(0o700 if harm == "folder" else 0o600)
    before = store.fingerprint
    for call in (
        lambda: store.save(inventory(assets(("Park",)))),
        lambda: store.save(inventory(assets(("Park",))), private=PRIVATE),
        lambda: store.add(assets(("Kor",), CLUBS), CLUBS, private=PRIVATE),
        store.backups.make,
        lambda: store.backups.restore(backup),
    ):
        with pytest.raises(StoreError, match=r"personal values, is damaged\. Nothing was changed\. Move it out"):
            call()
        assert store.fingerprint == before
    assert "people" in {check.code for check in store.check() if not check.ok}
    assert edit(store, name="Byparken"), "the map itself goes on"

    people.rename(store.folder.parent / "people.old")
    store.backups.restore(backup)
    with contextlib.closing(sqlite3.connect(people)) as connection:
        assert connection.execute("SELECT value FROM held_contact").fetchall() == [("22 33 44 55",)]
    assert people.stat().st_mode & 0o077 == 0
    assert name_of(store) == "Park"


def test_personal_values_that_are_gone_are_no_reason_to_stop(store: Store) -> None:
    store.save(inventory(assets(NAMES)), private=PRIVATE)
    (store.folder / "people.db").unlink()
    assert store.save(inventory(assets(("Park", "Kro"))), private=PRIVATE).changed == (B,)
    assert "people" not in {check.code for check in store.check() if not check.ok}


def test_a_store_that_was_copied_is_another_store(store: Store) -> None:
    """A folder that was copied has the same name inside; both go on, each on its own, and neither is damaged."""
    copy = store.folder.with_name("copy")
    shutil.copytree(store.folder, copy)
    other = Store.open(copy)
    assert other.fingerprint == store.fingerprint, "until one of them changes"
    edit(store, name="Here")
    edit(other, name="There")
    assert (name_of(store), name_of(other)) == ("Here", "There")
    backup = other.backups.make()
    shutil.copytree(backup.path, store.folder / "backups" / backup.name)
    store.backups.restore(backup.name)
    assert name_of(store) == "There"
    assert [v.record["name"] for v in store.journal.versions(A)][:3] == ["There", "Here", "Park"]
    demand_whole(store)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that others may look into; that of a test is closed to them."""
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        yield Path(parent)
        for path in Path(parent).rglob("*"):
            path.chmod(0o755)


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """As a user without rights, where the tests run as root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@posix
def test_a_read_only_map_in_a_folder_where_files_can_be_made(open_to_all: Path) -> None:
    """Only the map itself is protected: whoever would open it is told why not, and what to do."""
    store = filled(open_to_all / "store")
    for path in store.folder.iterdir():
        path.chmod(0o666)
    store.folder.chmod(0o777)
    (store.folder / "map.gpkg").chmod(0o444)
    with as_nobody(), pytest.raises(StoreError, match=r"map\.gpkg cannot be opened for writing\. Nothing was changed"):
        edit(Store.open(store.folder), name="x")
    assert name_of(store) == "Park"


@posix
def test_a_folder_of_another_user(open_to_all: Path) -> None:
    store = filled(open_to_all / "store")
    open_to_all.chmod(0o700)
    with as_nobody():
        for make in (Store.open, Store.create):
            with pytest.raises(StoreError, match="You may not look into"):
                make(store.folder)
    open_to_all.chmod(0o755)
    (store.folder / "map.gpkg").chmod(0o600)
    with as_nobody(), pytest.raises(StoreError, match=r"map\.gpkg cannot be opened"):
        Store.open(store.folder)
    assert name_of(store) == "Park"


@posix
def test_last_changes_that_lie_in_the_log_of_a_read_only_folder_are_told(open_to_all: Path) -> None:
    folder = open_to_all / "store"
    child = os.fork()
    if child == 0:
        mine = filled(folder)
        connection = sqlite3.connect(mine.folder / "map.gpkg")  # keeps the log where it is
        connection.execute("SELECT count(*) FROM asset").fetchone()
        edit(mine, name="in the log")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (folder / "map.gpkg-wal").stat().st_size
    folder.chmod(0o555)
    with as_nobody(), pytest.raises(StoreError, match=r"last changes are still in map\.gpkg-wal"):
        Store.open(folder)
    folder.chmod(0o755)
    assert name_of(Store.open(folder)) == "in the log"


# --- any order of everything


def test_whatever_is_done_in_whatever_order_the_history_stays_whole(anywhere: Store) -> None:
    """A hundred random steps, also senseless ones: each does something whole or says why not."""
    store, dice = anywhere, random.Random(5)
    ids = [A, B, C, CLUB, asset_id(CLUBS.source, "node/1")]
    store.add(assets(("Kor", "Korps"), CLUBS), CLUBS)
    steps: list[Callable[[], object]] = [
        lambda: edit(store, dice.choice(ids), name=f"name {dice.random()}"),
        lambda: edit(store, dice.choice(ids), geometry=shapely.Point(11 + dice.random(), 59)),
        lambda: store.journal.apply([Change(dice.choice(ids), kind=dice.choice(["remove", "restore"]))]),
        lambda: store.journal.undo(dice.randint(1, store.journal.changesets(limit=1)[0].number)),
        lambda: store.journal.revert(dice.choice(ids), dice.randint(1, 6)),
        lambda: store.matches.decide(*dice.sample(ids, 2), dice.choice(["same", "different", "unsure"])),
        lambda: store.matches.part(*dice.sample(ids, 2)),
        lambda: store.add(assets(("Kor", f"Korps {dice.random()}"), CLUBS), CLUBS),
        lambda: store.journal.confirm(dice.choice(ids)),
    ]  # fmt: skip
    done = 0
    for _ in range(100):
        before = store.fingerprint
        try:
            dice.choice(steps)()
            done += 1
        except (InputError, StoreMissing):
            assert store.fingerprint == before, "who is refused has changed nothing"
    assert done > 50
    demand_whole(store)
    for asset in ids:
        versions = [v.version for v in store.journal.versions(asset)]
        assert versions == list(range(len(versions), 0, -1))
