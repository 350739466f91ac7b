"""Does nothing that is suggested get on the map before somebody looked at it, and is nothing kept of who sent it?"""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
import sqlalchemy as sa

from assetmap.errors import InputError, PrivateText, SchemaError, StoreError
from assetmap.model.change import Change
from assetmap.store import Store
from assetmap.store import tables as t
from assetmap.store.desks import review as desk
from tests.stored_world import CLUBS, assets, inventory

BENCH = {"name": "Benken ved elva", "category": "playground", "geometry": shapely.Point(11.005, 59.0)}


@pytest.fixture(params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    address = tmp_path / "store" if request.param == "folder" else request.getfixturevalue("server_url")
    store = Store.create(address)
    store.save(inventory(assets(("Park", "Kafé"))))
    return store


def first(store: Store) -> str:
    return str(store.inventory("connector", network=False).frame.index[0])


def test_a_new_place_waits_and_is_then_on_the_map(store: Store) -> None:
    key = store.review.suggest("add", values=BENCH, note="Flott utsikt")
    assert len(store.inventory("connector").frame) == 2
    (waiting,) = store.review.queue()
    assert (waiting.id, waiting.kind, waiting.said["name"], waiting.note) == (key, "add", BENCH["name"], "Flott utsikt")
    assert len(waiting.at) == 10, "the day and not the hour"
    done = store.review.accept(key, by="Kari")
    assert done.new == (waiting.asset,)
    assert store.inventory().frame.loc[waiting.asset, "name"] == BENCH["name"]
    assert store.review.queue() == []
    (accepted,) = store.review.queue("accepted")
    assert (accepted.decided_by, accepted.changeset) == ("Kari", done.changeset)
    store.journal.undo(done.changeset or 0)
    assert len(store.inventory().frame) == 2


def test_a_correction_meets_what_changed_meanwhile(store: Store) -> None:
    asset = first(store)
    key = store.review.suggest("edit", asset=asset, values={"name": "Folkeparken", "opening_hours": "24/7"})
    store.journal.apply([Change(asset, {"name": "Byparken"})], by="Ola")
    done = store.review.accept(key, by="Kari")
    assert [clash.field for clash in done.clashes] == ["name"]
    record = store.records.get(asset)[asset].record
    assert (record["name"], record["opening_hours"]) == ("Byparken", "24/7")
    assert [waiting.id for waiting in store.review.queue()] == [key], "it goes on waiting"
    store.review.accept(key, by="Kari", values={"description": "Også kalt Folkeparken"})
    assert store.review.queue() == []


def test_what_is_gone_goes_into_the_bin(store: Store) -> None:
    asset = first(store)
    key = store.review.suggest("gone", asset=asset, note="Revet i høst")
    assert store.review.accept(key).gone == (asset,)
    assert list(store.journal.bin().index) == [asset]


def test_what_somebody_worked_on_since_is_not_taken_away(store: Store) -> None:
    asset = first(store)
    key = store.review.suggest("gone", asset=asset)
    store.journal.apply([Change(asset, {"description": "Åpnet igjen"})])
    done = store.review.accept(key)
    assert ([clash.field for clash in done.clashes], done.changeset) == (["description"], None)
    assert [waiting.id for waiting in store.review.queue()] == [key]
    assert store.review.accept(key, version=store.records.get(asset)[asset].version).gone == (asset,)


def test_what_lies_in_the_bin_is_not_corrected(store: Store) -> None:
    asset = first(store)
    key = store.review.suggest("edit", asset=asset, values={"name": "Nytt"})
    store.journal.apply([Change(asset, {}, "remove")])
    with pytest.raises(InputError, match="lies in the bin"):
        store.review.accept(key)
    assert [waiting.id for waiting in store.review.queue()] == [key]


def test_a_shape_is_not_larger_than_needed_and_a_slip_is_seen_before_it_is_sent(store: Store) -> None:
    round_one = shapely.Point(11, 59).buffer(0.001, quad_segs=1_000)
    for call in (store.review.suggest, store.review.check):
        with pytest.raises(InputError, match="has 4001 corners, and at most 2000"):
            call("add", values={**BENCH, "geometry": round_one})
        with pytest.raises(PrivateText):
            call("add", values=BENCH, note="Ring 91234567")
    assert store.review.check("add", values=BENCH).keys() == BENCH.keys()
    assert store.review.queue() == []


def test_a_day_has_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_A_DAY", 2)
    for _ in range(2):
        store.review.refuse(store.review.suggest("edit", asset=first(store), note="Feil"), reason="Nei")
    with pytest.raises(InputError, match="So many suggestions wait"):
        store.review.suggest("edit", asset=first(store), note="Feil")


def test_refused_with_a_reason(store: Store) -> None:
    key = store.review.suggest("add", values=BENCH)
    with pytest.raises(InputError, match="Say in a few words why"):
        store.review.refuse(key, by="Kari", reason="  ")
    store.review.refuse(key, by="Kari", reason="Det er i nabokommunen")
    assert [found.reason for found in store.review.queue("refused")] == ["Det er i nabokommunen"]
    for decide in (
        store.review.accept,
        lambda k: store.review.refuse(k, reason="x"),
        lambda k: store.review.assign(k, "Ola"),
    ):
        with pytest.raises(InputError, match="decided already, by Kari"):
            decide(key)
    assert len(store.inventory().frame) == 2


def test_somebody_looks_at_it(store: Store) -> None:
    one, other = (store.review.suggest("edit", asset=first(store), note=note) for note in ("Feil navn", "Feil sted"))
    store.review.assign(one, "Kari")
    assert [found.id for found in store.review.queue(assignee="Kari")] == [one]
    assert [found.id for found in store.review.queue(assignee="")] == [other]
    store.review.assign(one, "")
    assert len(store.review.queue(assignee="")) == 2


@pytest.mark.parametrize(
    ("kind", "values", "note", "sentence"),
    [
        ("add", {"name": "Benk"}, "", "needs a name, a category and a spot"),
        ("add", {**BENCH, "audience": "public"}, "", "audience cannot be suggested"),
        ("edit", {}, "", "Say what is not right"),
        ("rename", {}, "", "cannot be suggested"),
        ("edit", {"description": "x" * 9_999}, "y", ""),
        ("edit", {"description": "x" * 9_999}, "yyy", "at most 10000 are read"),
    ],
    ids=["too-little", "not-theirs", "nothing", "no-kind", "long", "too-long"],
)
def test_what_can_be_suggested(store: Store, kind: str, values: dict[str, object], note: str, sentence: str) -> None:
    asset = "" if kind == "add" else first(store)
    if sentence:
        with pytest.raises(InputError, match=sentence):
            store.review.suggest(kind, asset=asset, values=values, note=note)
    else:
        store.review.suggest(kind, asset=asset, values=values, note=note)
    assert len(store.review.queue()) == (0 if sentence else 1)


def test_wrong_values_and_contacts_are_refused_at_once(store: Store) -> None:
    for values, note, error in (
        ({**BENCH, "category": "rocket_base"}, "", SchemaError),
        ({**BENCH, "geometry": shapely.Point(500, 59)}, "", SchemaError),
        ({**BENCH, "description": "Ring Kari på 91 23 45 67"}, "", PrivateText),
        (BENCH, "Spør kari@example.org", PrivateText),
    ):
        with pytest.raises(error):
            store.review.suggest("add", values=values, note=note)
    with pytest.raises(InputError, match="no asset nobody"):
        store.review.suggest("gone", asset="nobody")
    assert store.review.queue() == []


def test_nothing_is_kept_of_who_sent_it(store: Store) -> None:
    assert set(t.suggestion.c.keys()) == {
        "fid", "id", "kind", "asset", "said", "said_geom", "note", "at", "state", "assignee", "reason", "decided_by",
        "decided_at", "version", "changeset",
    }  # fmt: skip


def test_the_queue_has_an_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "MOST_WAITING", 2)
    for _ in range(2):
        store.review.suggest("edit", asset=first(store), note="Feil")
    with pytest.raises((StoreError, InputError), match="So many suggestions wait"):
        store.review.suggest("edit", asset=first(store), note="Feil")


def test_words_that_were_dealt_with_are_forgotten(store: Store) -> None:
    done, waits = (store.review.suggest("add", values=BENCH, note=note) for note in ("a", "b"))
    store.review.refuse(done, reason="Dobbelt")
    assert store.review.tidy("2026-11-22") == 0
    assert store.review.tidy("2999-01-01") == 1
    with store.home.reading() as connection:
        rows = {row.id: row.said for row in connection.execute(sa.select(t.suggestion.c.id, t.suggestion.c.said))}
    assert rows[done] is None
    assert rows[waits]
    assert store.review.get(done).said == {}


def test_nobodys_contact_is_kept_with_a_decision(store: Store) -> None:
    key = store.review.suggest("add", values=BENCH)
    for call in (
        lambda: store.review.assign(key, "kari@nordmann.no"),
        lambda: store.review.accept(key, by="Kari 91234567"),
        lambda: store.review.refuse(key, by="Kari 91234567", reason="no"),
        lambda: store.review.refuse(key, reason="Ring 91234567"),
    ):
        with pytest.raises(PrivateText):
            call()
    (waiting,) = store.review.queue()
    assert waiting.assignee == ""


@pytest.mark.parametrize("name", ["Krisesenteret i Oslo", "Kvindekrisecenter København"])
def test_of_a_refuge_nothing_is_kept_at_all(store: Store, name: str) -> None:
    before = len(store.review.queue())
    key = store.review.suggest("add", values=BENCH)
    for call in (
        lambda: store.review.suggest("add", values={**BENCH, "name": name}),
        lambda: store.review.suggest("edit", asset=first(store), values={"description": f"Her er {name}"}),
        lambda: store.review.suggest("edit", asset=first(store), note=f"Her er {name}"),
        lambda: store.review.accept(key, values={**BENCH, "name": name}),
        lambda: store.journal.apply([Change("new one", {**BENCH, "name": name}, kind="add")]),
        lambda: store.journal.apply([Change(first(store), {"name": name})]),
        lambda: store.add(assets((name,), CLUBS), CLUBS),
        lambda: store.save(inventory(assets((name,)))),
    ):
        with pytest.raises(InputError, match="refuge from violence"):
            call()
    assert len(store.review.queue()) == before + 1
    with store.home.reading() as connection:
        rows = [connection.execute(sa.select(table)).fetchall() for table in t.metadata.sorted_tables]
    assert name not in str(rows)
