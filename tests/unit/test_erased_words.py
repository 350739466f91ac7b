"""Are the words and the name of whoever changed something gone for good, also after a join, a parting and a restore?"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.store import Store
from assetmap.store import tables as t
from tests.stored_world import CLUBS, assets, inventory

NAME, WORDS, SECRET = "Kjersti Hemmeligsen", "Hemmelig grunn", "Hemmelig om Kjersti"
PARK, CAFE = asset_id("osm", "node/0"), asset_id("osm", "node/1")
CLUB = asset_id(CLUBS.source, "node/0")


@pytest.fixture
def store(home: str) -> Store:
    store = Store.create(home, wait_s=5)
    store.save(inventory(assets(("Park", "Kafe"))), by="gather")
    return store


def everything_in(store: Store) -> bytes:
    """All bytes of what is stored now, the backups left out: of a folder its files, of a server its rows."""
    if not store.address.startswith("postgresql"):
        found = [p for p in Path(store.address).rglob("*") if p.is_file() and "backups" not in p.parts]
        return b"".join(p.read_bytes() for p in found)
    with store.home.reading() as connection:
        rows = [connection.execute(sa.select(table)).fetchall() for table in t.metadata.sorted_tables]
    return repr(rows).encode()


def test_who_changed_something_and_why_leave_every_place(store: Store) -> None:
    number = store.journal.apply([Change(PARK, {"description": "Ny"})], by=NAME, why=WORDS).changeset
    store.journal.apply([Change(PARK, {"operator": "Vi"})], by="Ola", why="en tur")
    assert number is not None
    assert store.journal.erase_words(number) == 2
    assert everything_in(store).count(NAME.encode()) == everything_in(store).count(WORDS.encode()) == 0
    found = store.journal.changeset(number)
    assert (found.by, found.why, found.changed) == ("", "", 1), "that it was done stays"
    assert [(v.by, v.record["description"]) for v in store.journal.versions(PARK)] == [
        ("Ola", "Ny"), ("", "Ny"), ("gather", None),
    ]  # fmt: skip
    assert store.journal.outside() == [], "nor does it look like another program's"
    assert (store.journal.changeset(3).by, store.journal.changeset(3).why) == ("Ola", "en tur")
    assert store.journal.erase_words(number) == 0
    with pytest.raises(InputError, match="Nothing was erased"):
        store.journal.erase_words(99)
    assert [c.code for c in store.check() if not c.ok and c.code != "parts"] == []


def test_who_decided_and_what_was_noted_leave_too(store: Store) -> None:
    refused = store.review.suggest("edit", asset=PARK, values={"name": "Lunden"}, note=WORDS)
    store.review.assign(refused, NAME)
    store.review.refuse(refused, by=NAME, reason=WORDS)
    accepted = store.review.suggest("edit", asset=PARK, values={"name": "Lunden"})
    store.review.assign(accepted, NAME)
    done = store.review.accept(accepted, by=NAME)
    store.snapshots.take("Spring", by=NAME, note=WORDS)
    store.matches.decide(PARK, CAFE, "different", by=NAME)
    store.review.erase_words(refused)
    store.journal.erase_words(done.changeset or 0)
    store.snapshots.erase_words("spring")
    store.matches.erase_words(CAFE, PARK)
    assert everything_in(store).count(NAME.encode()) == everything_in(store).count(WORDS.encode()) == 0
    assert [one.state for one in (store.review.get(refused), store.review.get(accepted))] == ["refused", "accepted"]
    assert (len(store.snapshots.list()), store.matches.decided()["decision"].to_list()) == (1, ["different"])
    for call in (lambda: store.review.erase_words("none"), lambda: store.snapshots.erase_words("none"),
                 lambda: store.matches.erase_words(PARK, CLUB)):  # fmt: skip
        with pytest.raises(InputError):
            call()


def test_an_older_backup_does_not_bring_them_back(store: Store) -> None:
    number = store.journal.apply([Change(PARK, {"description": "Ny"})], by=NAME, why=WORDS).changeset or 0
    store.matches.decide(PARK, CAFE, "different", by=NAME)
    store.snapshots.take("Spring", by=NAME, note=WORDS)
    backup = store.backups.make()
    store.journal.erase_words(number)
    store.matches.erase_words(PARK, CAFE)
    store.snapshots.erase_words("Spring")
    store.backups.restore(backup)
    assert everything_in(store).count(NAME.encode()) == everything_in(store).count(WORDS.encode()) == 0
    assert store.journal.changeset(number).by == ""


@pytest.mark.parametrize("how", ["part", "undo", "again"])
def test_words_leave_the_past_of_a_record_that_was_joined_once(store: Store, how: str) -> None:
    store.add(assets(("Korps",), CLUBS, description=SECRET, tags=None), CLUBS)
    store.journal.apply([Change(CAFE, {"description": "Andre ord"})])
    done = store.matches.decide(PARK, CLUB, "same", keep=PARK)
    assert store.records.get(PARK)[PARK].record["description"] == SECRET
    store.snapshots.take("Spring")
    if how == "undo":
        store.journal.undo(done.changeset or 0)
    else:
        store.matches.part(PARK, CLUB)
    if how == "again":
        store.matches.decide(PARK, CLUB, "unsure")
        store.matches.decide(PARK, CAFE, "different")
    store.journal.erase(CLUB, ["description"])
    assert everything_in(store).count(SECRET.encode()) == 0
    assert SECRET not in str(store.snapshots.frame("Spring", "connector").to_dict())
    assert "description" in store.journal.erased(PARK), "so that no backup brings it back"
    assert store.records.get(CAFE)[CAFE].record["description"] == "Andre ord"
    assert store.journal.erased(CAFE) == ()


def test_a_record_that_was_joined_once_keeps_what_was_never_the_others(store: Store) -> None:
    store.add(assets(("Korps",), CLUBS, description=SECRET, website="https://korps.example"), CLUBS)
    store.journal.apply([Change(PARK, {"description": "Parkens egne ord"})])
    store.matches.decide(PARK, CLUB, "same", keep=PARK)
    store.matches.part(PARK, CLUB)
    store.journal.erase(CLUB, ["description"])
    assert everything_in(store).count(SECRET.encode()) == 0
    assert store.records.get(PARK)[PARK].record["description"] == "Parkens egne ord"
