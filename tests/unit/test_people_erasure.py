"""Is a person who was erased gone from every file, and does no copy bring them back?

Names are sealed, so that finding none of them proves little by itself: the sealed bytes and the keys are looked for
too, and each search has found them before.
"""

from __future__ import annotations

import base64
import datetime
import os
import shutil
import sqlite3
import struct
from pathlib import Path
from typing import Any

import pytest

from assetmap.errors import InputError, StoreError
from assetmap.model.gifts import Gift
from assetmap.store import Store
from assetmap.store.people import consents, erasing, gifts, key_copies, noted, own, persons, reading, vault
from assetmap.store.people.home import FolderPeople
from assetmap.store.people.opening import open_people
from assetmap.store.people.profile import Profile
from tests.people_world import DAY, EVERYTHING, Canary, SetClock, forms, hits, registered

CANARIES = [Canary(number) for number in range(10, 60)]


@pytest.fixture
def home(tmp_path: Path) -> FolderPeople:
    """The people of a store that can be backed up; by the true clock, as its backups go by that."""
    Store.create(tmp_path / "store", wait_s=5)
    return open_people(tmp_path / "store", wait_s=5)


def planted(home: FolderPeople, canary: Canary) -> str:
    """A canary with everything that can be held of a person."""
    profile = Profile(
        canary.name, canary.contact, f"Note of {canary.name}", canary.point, (("lives", "alvim"),), "older"
    )
    person = persons.register(home, profile, EVERYTHING, by="w", invented=True, life_stage_chosen=True)
    gifts.add(home, Gift("", person, "offer", "baking", f"Note of {canary.name}"))
    return person


def bytes_of(home: FolderPeople, *people: str) -> tuple[list[bytes], list[bytes]]:
    """What of these people lies sealed in the files, and the keys to it, in every form."""
    marks = ", ".join("?" * len(people))
    sealed, keys = list[bytes](), list[bytes]()
    with key_copies.reading_copy(home.folder / "people.db") as db:
        for table, column in (("person", "id"), ("gift", "person")):
            sealed += [row[0] for row in db.execute(f"SELECT sealed FROM {table} WHERE {column} IN ({marks})", people)]
    with key_copies.reading_copy(home.folder / "keys.db") as db:
        keys += [row[0] for row in db.execute(f"SELECT key FROM person_key WHERE person IN ({marks})", people)]
    return sealed, [form for key in keys for form in forms(key, key.decode())]


def test_the_search_finds_what_lies_open(tmp_path: Path) -> None:
    needles = CANARIES[0].needles()
    name, point = CANARIES[0].name, CANARIES[0].point
    for number, found in enumerate([
        name.encode(), name.encode("utf-16"), base64.b64encode(f"x{name}y".encode()),
        base64.urlsafe_b64encode(f"xx {name} y".encode()), struct.pack("<d", point[0]), str(point[1]).encode(),
    ]):  # fmt: skip
        (tmp_path / f"leak{number}").write_bytes(b"before" + found + b"after")
    assert hits(tmp_path, needles) == [f"leak{number}" for number in range(6)]
    assert hits(tmp_path, CANARIES[1].needles()) == []


def test_nothing_of_anybody_lies_open_in_any_file(home: FolderPeople) -> None:
    for canary in CANARIES:
        planted(home, canary)
    reading.people(home, "match", "connector", "anna", "looking")
    Store.open(home.folder).backups.make("asked")
    assert hits(home.folder, [needle for canary in CANARIES for needle in canary.needles()]) == []


@pytest.mark.parametrize("open_elsewhere", [False, True])
def test_after_an_erasure_no_byte_is_left_in_the_files_and_their_logs(home: FolderPeople, open_elsewhere: bool) -> None:
    stays, goes = planted(home, CANARIES[0]), [planted(home, canary) for canary in CANARIES[1:4]]
    sealed, keys = bytes_of(home, *goes)
    others = [sqlite3.connect(home.folder / name) for name in ("people.db", "keys.db")] if open_elsewhere else []
    for other in others:  # as long as another program has the file open, what is written stays in its log
        other.execute("SELECT count(*) FROM sqlite_master").fetchall()
    for person in goes:
        persons.change(home, person, {"note": "changed"})
    sealed_later, _ = bytes_of_logged(home, *goes) if open_elsewhere else bytes_of(home, *goes)
    before = hits(home.folder, [*sealed, *sealed_later])
    assert "people.db" in before
    assert ("people.db-wal" in before) == open_elsewhere
    assert hits(home.folder, keys) == ["keys.db"]
    receipts = [erasing.erase(home, person) for person in goes]
    assert hits(home.folder, [*sealed, *sealed_later, *keys]) == []
    assert all(one.key_destroyed and one.logs_cut for one in receipts)
    assert receipts[0].rows == {"access_person": 0, "consent_event": 4, "gift": 1, "person": 1}
    assert own.record(home, stays)["profile"]["name"] == CANARIES[0].name
    for other in others:
        other.close()


def bytes_of_logged(home: FolderPeople, *people: str) -> tuple[list[bytes], list[bytes]]:
    """As `bytes_of`, of what is in the log as well."""
    marks = ", ".join("?" * len(people))
    connection = sqlite3.connect(home.folder / "people.db")
    try:
        return [row[0] for row in connection.execute(f"SELECT sealed FROM person WHERE id IN ({marks})", people)], []
    finally:
        connection.close()


def test_an_erasure_empties_the_reasons_and_forgets_who_looked(home: FolderPeople) -> None:
    person, other = registered(home), registered(home, "Ola")
    reading.people(home, "match", "connector", "anna", "is Kari at home?", only=person)
    reading.people(home, "match", "connector", "anna", "about Ola", only=other)
    erasing.erase(home, person)
    with key_copies.reading_copy(home.folder / "people.db") as db:
        assert db.execute("SELECT why FROM access_log ORDER BY at, why").fetchall() == [("",), ("about Ola",)]
    assert hits(home.folder, [b"Kari"]) == []


def test_every_column_that_names_a_person_is_emptied(home: FolderPeople) -> None:
    person = planted(home, CANARIES[0])
    reading.own(home, person)
    assert hits(home.folder, [person.encode()])[:2] == ["keys.db", "people.db"]
    erasing.erase(home, person)
    with key_copies.reading_copy(home.folder / "people.db") as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        holding = [name for name in names for row in db.execute(f'SELECT * FROM "{name}"') if person in row]
    assert set(holding) == {"erasure_journal", "access_log"}, "the random id stays in the journal, and as who looked"
    assert hits(home.folder, [person.encode()]) == ["key-backups/journal.jsonl", "people.db"]


def test_nobody_is_erased_twice_or_comes_back_under_the_same_id(home: FolderPeople) -> None:
    person = planted(home, CANARIES[0])
    erasing.erase(home, person)
    with pytest.raises(InputError, match="erased already"):
        erasing.erase(home, person)
    with pytest.raises(InputError, match="nobody registered"):
        erasing.erase(home, "0" * 32)
    with pytest.raises(InputError, match="nobody registered"):
        consents.withdraw(home, person, "match", by="w")
    connection = sqlite3.connect(home.folder / "people.db")
    with pytest.raises(sqlite3.IntegrityError, match="erased"):
        connection.execute("INSERT INTO person VALUES (?, 1, '', x'00')", (person,))
    connection.close()


@pytest.mark.parametrize("step", ["_remove", "destroy", "wipe"])
def test_an_erasure_that_breaks_off_is_gone_on_with(
    home: FolderPeople, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = planted(home, CANARIES[0])
    sealed, keys = bytes_of(home, person)

    def broken(*_: Any) -> None:
        raise StoreError("the power failed")

    where = {"_remove": erasing, "destroy": vault, "wipe": FolderPeople}[step]
    with monkeypatch.context() as context:
        context.setattr(where, step, broken)
        with pytest.raises(StoreError, match="power"):
            erasing.erase(home, person)
    open_people(home.folder, wait_s=5)
    assert hits(home.folder, [*sealed, *keys]) == []
    assert reading.people(home, "match", "connector", "anna", "looking") == []


def lose(home: FolderPeople) -> None:
    """The disk loses people and keys."""
    for name in ("people.db", "keys.db"):
        for file in home.folder.glob(f"{name}*"):
            file.unlink()


def test_a_restore_within_the_retention_replays_the_erasure(home: FolderPeople) -> None:
    stays, goes = planted(home, CANARIES[0]), planted(home, CANARIES[1])
    store = Store.open(home.folder)
    night = store.backups.make("asked")
    sealed, keys = bytes_of(home, goes)
    receipt = erasing.erase(home, goes)
    assert [name.split("/")[0] for name in hits(home.folder, keys)] == ["key-backups"], "the copy of the night has it"
    assert hits(home.folder, sealed) == [f"backups/{night.name}/people.db"]
    lose(home)
    store.backups.restore(night)
    home = open_people(home.folder, wait_s=5)
    assert own.record(home, stays)["profile"]["name"] == CANARIES[0].name
    assert [one.person for one in reading.people(home, "match", "connector", "anna", "looking")] == [stays]
    live = [name for name in hits(home.folder, [*sealed, *keys]) if "/" not in name]
    assert live == [], "neither rows nor key came back"
    assert receipt.unreadable_from is not None
    assert 6.9 < (receipt.unreadable_from - receipt.at) / DAY <= 7


def test_data_and_keys_of_the_night_put_back_by_hand_lose_the_erased_at_the_next_opening(home: FolderPeople) -> None:
    stays, goes = planted(home, CANARIES[0]), planted(home, CANARIES[1])
    night = Store.open(home.folder).backups.make("asked")
    sealed, keys = bytes_of(home, goes)
    erasing.erase(home, goes)
    lose(home)
    (copy,) = key_copies.made(home.folder)
    shutil.copyfile(night.path / "people.db", home.folder / "people.db")
    shutil.copyfile(copy, home.folder / "keys.db")
    assert [name for name in hits(home.folder, [*sealed, *keys]) if "/" not in name] == ["keys.db", "people.db"]
    home = open_people(home.folder, wait_s=5)
    assert [name for name in hits(home.folder, [*sealed, *keys]) if "/" not in name] == []
    assert [one.person for one in reading.people(home, "match", "connector", "anna", "looking")] == [stays]


def test_after_the_retention_no_copy_of_the_key_exists_and_the_backup_cannot_be_read(home: FolderPeople) -> None:
    stays, goes = planted(home, CANARIES[0]), planted(home, CANARIES[1])
    store = Store.open(home.folder)
    night = store.backups.make("asked")
    sealed, keys = bytes_of(home, goes)
    receipt = erasing.erase(home, goes)
    assert receipt.unreadable_from is not None
    second = datetime.timedelta(seconds=1)
    store.backups.tick(receipt.unreadable_from - second)
    assert hits(home.folder, keys) != []
    store.backups.tick(receipt.unreadable_from + second)
    assert hits(home.folder, keys) == [], "in no copy any more"
    # also for somebody who forgets what was noted, and puts the rows of the night back by hand
    assert f"backups/{night.name}/people.db" in hits(home.folder, sealed)
    lose(home)
    (home.key_copies / noted.JOURNAL).unlink()
    shutil.copyfile(night.path / "people.db", home.folder / "people.db")
    newest = next(iter(key_copies.made(home.folder)))
    shutil.copyfile(newest, home.folder / "keys.db")
    home = open_people(home.folder, wait_s=5)
    assert [one.person for one in reading.people(home, "match", "connector", "anna", "looking")] == [stays]
    with pytest.raises(StoreError, match="key of this person is not there"):
        reading.own(home, goes)
    assert hits(home.folder, CANARIES[1].needles()) == []


def test_a_backup_holds_no_key(home: FolderPeople) -> None:
    person = planted(home, CANARIES[0])
    backup = Store.open(home.folder).backups.make("asked")
    _, keys = bytes_of(home, person)
    assert "people.db" in backup.files
    assert hits(backup.path, keys) == []
    assert sorted(name.split("/")[0] for name in hits(home.folder, keys)) == ["key-backups", "keys.db"]
    if os.name == "posix":
        assert {file.stat().st_mode & 0o077 for file in key_copies.made(home.folder)} == {0}


def test_a_withdrawal_since_the_backup_holds_after_a_restore(home: FolderPeople) -> None:
    person = planted(home, CANARIES[0])
    store = Store.open(home.folder)
    night = store.backups.make("asked")
    consents.withdraw(home, person, "match", by=person)
    lose(home)
    store.backups.restore(night)
    home = open_people(home.folder, wait_s=5)
    assert reading.people(home, "match", "connector", "anna", "looking") == []
    assert [one.person for one in reading.people(home, "count", "public_cell", "cells", "release")] == [person]


def test_where_people_are_there_a_restored_map_leaves_them_as_they_are(home: FolderPeople) -> None:
    person = planted(home, CANARIES[0])
    store = Store.open(home.folder)
    night = store.backups.make("asked")
    persons.change(home, person, {"note": "moved"})
    later = registered(home, "Ola")
    store.backups.restore(night)
    assert own.record(home, person)["profile"]["note"] == "moved"
    assert own.record(home, later)["profile"]["name"] == "Ola"


def test_a_damaged_line_of_the_journal_costs_no_other(home: FolderPeople) -> None:
    first, second = planted(home, CANARIES[0]), planted(home, CANARIES[1])
    erasing.erase(home, first)
    with (home.key_copies / noted.JOURNAL).open("ab") as file:
        file.write(b'{"erased": "cut o\xff')
    erasing.erase(home, second)
    assert set(noted.erased(home.key_copies)) == {first, second}


def test_the_keys_are_copied_daily_and_no_copy_lives_longer_than_seven_days(home: FolderPeople) -> None:
    planted(home, CANARIES[0])
    store = Store.open(home.folder)
    start = datetime.datetime.now(datetime.UTC)
    for hour in range(0, 24 * 12, 6):
        now = start + hour * DAY / 24
        store.home.copies.tend(now)
        ages = [(now - at) / DAY for at in key_copies.made(home.folder).values()]
        assert max(ages) < 7
        assert min(ages) < 1
    assert len(ages) == 7
    store.home.copies.tend(start)  # a clock that jumps back
    assert list(key_copies.made(home.folder).values()) == [pytest.approx(start, abs=DAY / 1000)]


def test_a_change_of_people_alone_makes_a_backup_due(home: FolderPeople) -> None:
    store = Store.open(home.folder)
    made = store.backups.make()
    hour = datetime.timedelta(hours=1, minutes=1)
    then = datetime.datetime.fromisoformat(made.at)
    assert not store.backups.due(then + hour)
    planted(home, CANARIES[0])
    assert not store.backups.due(then)
    assert store.backups.due(then + hour)


def test_entries_of_the_log_go_after_a_year(home: FolderPeople) -> None:
    clock = SetClock()
    old = open_people(home.folder, clock=clock)
    person = registered(old)
    reading.people(old, "match", "connector", "anna", "first")
    clock.now += 364 * DAY
    reading.people(old, "match", "connector", "anna", "second")
    assert erasing.forget_accesses(old) == 0
    clock.now += 3 * DAY
    reading.people(old, "match", "connector", "anna", "third")
    assert erasing.forget_accesses(old) == 1
    assert [one["why"] for one in own.record(old, person)["seen_by"]] == ["second", "third"]
