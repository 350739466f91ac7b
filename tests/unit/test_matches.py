"""Are duplicates proposed, joined by people alone, and parted again without a loss?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.model.change import Change, Outcome
from assetmap.store import Store
from assetmap.store import tables as t
from tests.stored_world import CLUBS, OSM, assets, inventory

NAMES = ("Park", "Kafé Blå", "Kor")


@pytest.fixture(params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    address = tmp_path / "store" if request.param == "folder" else request.getfixturevalue("server_url")
    store = Store.create(address)
    store.save(inventory(assets(NAMES)))
    twin = assets(("Kafe Blaa",), CLUBS, description="God kaffe", website="https://example.org")
    twin.geometry = [store.inventory().frame.geometry[store.inventory().frame["name"] == "Kafé Blå"].iloc[0]]
    store.add(twin, CLUBS)
    return store


def twins(store: Store) -> tuple[str, str]:
    """The café of OpenStreetMap and that of the list."""
    frame = store.inventory("connector", network=False).frame
    found = frame.index[frame["name"].str.startswith("Kaf")]
    return (found[0], found[1]) if frame["source"][found[0]] == OSM.source else (found[1], found[0])


def proposed(store: Store) -> dict[frozenset[str], str]:
    """The pairs that are proposed, and what was said of them."""
    found = store.matches.proposals()
    pairs = [frozenset(pair) for pair in zip(found["a"], found["b"], strict=True)]
    return dict(zip(pairs, found["decision"], strict=True))


def names(store: Store) -> list[str]:
    return sorted(store.inventory("connector", network=False).frame["name"])


def test_a_pair_is_proposed_and_nothing_is_joined_by_itself(store: Store) -> None:
    found = store.matches.proposals()
    assert set(proposed(store)) == {frozenset(twins(store))}
    assert found["score"].between(0.75, 1).all()
    assert len(names(store)) == 4
    assert store.matches.settle() == [], "no public register says that they are one"


def test_joined_the_one_takes_what_it_lacks_and_the_other_can_be_found(store: Store) -> None:
    ours, theirs = twins(store)
    done = store.matches.decide(ours, theirs, "same", by="Kari", keep=ours)
    assert (done.changed, done.gone) == ((ours,), (theirs,))
    kept, other = (store.records.get([ours, theirs])[key] for key in (ours, theirs))
    assert (kept.record["name"], kept.record["description"]) == ("Kafé Blå", "God kaffe")
    assert (other.merged_into, bool(other.deleted_at)) == (ours, True)
    assert store.matches.proposals().empty
    assert list(store.matches.decided()["decision"]) == ["same"]
    assert store.journal.changeset(done.changeset or 0).by == "Kari"


def test_both_sources_go_on_speaking_of_the_one(store: Store) -> None:
    ours, theirs = twins(store)
    place = store.records.get(theirs)[theirs].record["geometry"]
    store.matches.decide(ours, theirs, "same", keep=ours)
    newer = assets(("Kafe Blaa",), CLUBS, description="Stengt om vinteren", operator="Kari AS")
    newer.geometry = [place]
    done = store.add(newer, CLUBS)
    assert (done.new, done.changed) == ((), (ours,))
    record = store.records.get(ours)[ours].record
    assert (record["description"], record["operator"]) == ("Stengt om vinteren", "Kari AS")
    assert (record["name"], record["source"]) == ("Kafé Blå", OSM.source), "the first source keeps the name"
    gone = store.save(inventory(assets(NAMES).iloc[[0, 2]]))
    assert gone.gone == (), "the list still has it"
    assert ours in gone.kept


def test_parted_each_is_what_it_was_and_has_its_own_source(store: Store) -> None:
    before = store.inventory("connector", network=False).fingerprint
    ours, theirs = twins(store)
    store.matches.decide(ours, theirs, "same", keep=ours)
    store.matches.part(ours, theirs, by="Ola")
    assert store.inventory("connector", network=False).fingerprint == before
    assert frozenset((ours, theirs)) not in proposed(store), "somebody said that they are different"
    newer = assets(("Kafe Blaa",), CLUBS, description="Stengt")
    done = store.add(newer.set_geometry([store.records.get(theirs)[theirs].record["geometry"]], crs=4326), CLUBS)
    assert done.changed == (theirs,)
    with pytest.raises(InputError, match="not joined"):
        store.matches.part(ours, theirs)


def edition(store: Store, **said: object) -> Outcome:
    """The list is read again, and says something else of the café."""
    row = assets(("Kafe Blaa",), CLUBS, **{"description": "God kaffe", "website": "https://example.org", **said})
    _, theirs = twins_of(store)
    return store.add(row.set_geometry([store.records.get(theirs)[theirs].record["geometry"]], crs=4326), CLUBS)


def twins_of(store: Store) -> tuple[str, str]:
    """The same, whether they are joined or not."""
    with store.home.reading() as connection:
        claims = {row.source: row.origin for row in connection.execute(sa.select(t.claim))}
        ours = connection.scalar(sa.select(t.asset.c.id).where(t.asset.c.name == "Kafé Blå"))
    return str(ours), claims[CLUBS.source]


NEWS = {
    "website": "https://ny.example", "operator": "Kari AS", "address": "Storgata 5", "opening_hours": "Mo 09:00-12:00",
}  # fmt: skip
ASKED = ("name", "source", "address", "operator", "website", "description", "opening_hours")


def shown(store: Store, asset: str) -> dict[str, object]:
    return {name: store.records.get(asset)[asset].record[name] for name in ASKED}


@pytest.mark.parametrize("way", ["part", "undo"])
@pytest.mark.parametrize("keep", ["ours", "theirs"])
def test_taken_apart_after_a_newer_edition_each_is_what_its_own_source_says(store: Store, keep: str, way: str) -> None:
    ours, theirs = twins(store)
    before = shown(store, ours)
    joined = store.matches.decide(ours, theirs, "same", keep=ours if keep == "ours" else theirs)
    edition(store, **NEWS)
    one = ours if keep == "ours" else theirs
    assert shown(store, one)["operator"] == "Kari AS"
    done = store.matches.part(ours, theirs) if way == "part" else store.journal.undo(joined.changeset or 0)
    assert done.clashes == ()
    assert shown(store, ours) == before
    apart = {"name": "Kafe Blaa", "source": CLUBS.source, "description": "God kaffe", **NEWS}
    assert shown(store, theirs) == apart
    again = edition(store, **NEWS)
    assert (again.changeset, again.kept) == (None, ()), "as before, and nobody holds anything"
    assert edition(store, **{**NEWS, "operator": "Ola AS"}).changed == (theirs,)
    assert shown(store, theirs) == {**apart, "operator": "Ola AS"}
    assert shown(store, ours) == before


def test_a_parting_after_a_newer_edition_is_one_change_that_can_be_undone(store: Store) -> None:
    ours, theirs = twins(store)
    store.matches.decide(ours, theirs, "same", keep=ours)
    edition(store, **NEWS)
    one = shown(store, ours)
    parted = store.matches.part(ours, theirs)
    two = shown(store, ours), shown(store, theirs)
    undone = store.journal.undo(parted.changeset or 0)
    assert (undone.clashes, shown(store, ours)) == ((), one)
    assert edition(store, **NEWS).changeset is None
    assert edition(store, **{**NEWS, "operator": "Ola AS"}).changed == (ours,), "it is one again"
    edition(store, **NEWS)
    store.matches.part(ours, theirs)
    assert (shown(store, ours), shown(store, theirs)) == two


def test_one_again_it_has_what_the_source_said_while_they_were_two(store: Store) -> None:
    ours, theirs = twins(store)
    store.matches.decide(ours, theirs, "same", keep=ours)
    edition(store, **NEWS)
    parted = store.matches.part(ours, theirs)
    later = {**NEWS, "operator": "Ola AS", "wheelchair": "yes"}
    assert edition(store, **later).changed == (theirs,)
    undone = store.journal.undo(parted.changeset or 0)
    assert (undone.clashes, undone.changed, undone.gone) == ((), (ours,), (theirs,))
    record = store.records.get(ours)[ours].record
    assert (record["name"], record["operator"], record["wheelchair"]) == ("Kafé Blå", "Ola AS", "yes")
    assert edition(store, **later).changeset is None
    assert edition(store, **{**later, "operator": "Per AS"}).changed == (ours,)
    store.matches.part(ours, theirs)
    assert (shown(store, ours)["operator"], shown(store, theirs)["operator"]) == (None, "Per AS")
    assert store.records.get(theirs)[theirs].record["wheelchair"] == "yes"


def test_what_the_own_source_says_by_now_takes_the_place_of_what_came_from_the_other(store: Store) -> None:
    ours, theirs = twins(store)
    store.matches.decide(ours, theirs, "same", keep=ours)
    newer = assets(NAMES, website=[None, "https://osm.example", None], operator=[None, "OSM AS", None])
    edition(store, operator="Kari AS")
    kept = store.save(inventory(newer)).kept
    assert ours in kept, "the list was first"
    store.matches.part(ours, theirs)
    assert (shown(store, ours)["website"], shown(store, ours)["operator"]) == ("https://osm.example", "OSM AS")
    assert store.save(inventory(newer)).changeset is None


def test_what_people_did_stays_theirs_when_parted_after_a_newer_edition(store: Store) -> None:
    ours, theirs = twins(store)
    store.journal.apply([Change(theirs, {"description": "Best kaffe"})], by="Kari")
    reading = edition(store, address="Storgata 1")
    store.journal.undo(reading.changeset or 0)
    with store.home.writing() as qgis:
        qgis.execute(sa.update(t.asset).where(t.asset.c.id == theirs).values(name="Kafe Blå AS"))
    store.matches.decide(ours, theirs, "same", keep=ours)
    edition(store, **{**NEWS, "address": "Storgata 1", "description": "Stengt"})
    store.journal.apply([Change(ours, {"operator": "Ola AS"})], by="Ola")
    done = store.matches.part(ours, theirs)
    assert shown(store, ours)["operator"] == "Ola AS"
    assert shown(store, ours)["website"] is None
    assert shown(store, theirs) == {
        "name": "Kafe Blå AS", "source": CLUBS.source, "description": "Best kaffe", **NEWS, "address": None,
    }  # fmt: skip
    assert {clash.field for clash in done.clashes} <= {"operator"}


def test_parted_after_both_sources_lost_it_it_stays_in_the_bin_until_its_source_has_it_again(store: Store) -> None:
    ours, theirs = twins(store)
    frame = store.inventory("connector", network=False).frame
    store.matches.decide(ours, theirs, "same", keep=ours)
    rest = assets(NAMES).iloc[[0, 2]]
    assert store.save(inventory(rest).replace(provenance=(OSM, CLUBS))).gone == (ours,)
    done = store.matches.part(ours, theirs)
    assert (done.restored, done.gone) == ((), (theirs,))
    there = store.records.get([ours, theirs])
    assert [bool(one.deleted_at) for one in there.values()] == [True, True]
    assert there[theirs].merged_into is None
    back = store.add(frame.loc[[theirs]], CLUBS)
    assert back.restored == (theirs,)
    assert store.records.get(ours)[ours].deleted_at is not None


def test_parted_what_only_the_other_source_still_has_goes_into_the_bin(store: Store) -> None:
    ours, theirs = twins(store)
    store.matches.decide(ours, theirs, "same", keep=ours)
    assert store.save(inventory(assets(NAMES).iloc[[0, 2]])).gone == (), "the list still has it"
    done = store.matches.part(ours, theirs)
    assert (done.restored, done.gone) == ((theirs,), (ours,))
    assert store.save(inventory(assets(NAMES))).restored == (ours,)


def test_what_a_person_changed_since_stays_when_they_are_parted(store: Store) -> None:
    ours, theirs = twins(store)
    store.matches.decide(ours, theirs, "same", keep=ours)
    store.journal.apply([Change(ours, {"description": "Vår kafé"})], by="Kari")
    done = store.matches.part(ours, theirs)
    assert [clash.field for clash in done.clashes] == ["description"]
    assert store.records.get(ours)[ours].record["description"] == "Vår kafé"
    assert store.records.get(theirs)[theirs].deleted_at is None


def test_undone_and_undone_again(store: Store) -> None:
    ours, theirs = twins(store)
    joined = store.matches.decide(ours, theirs, "same", keep=ours)
    for turn in range(3):
        undone = store.journal.undo(joined.changeset or 0)
        assert len(names(store)) == (4 if turn % 2 == 0 else 3)
        assert len(store.matches.decided()) == turn % 2
        assert len(store.matches.proposals()) == (turn + 1) % 2
        joined = undone


@pytest.mark.parametrize("decision", ["different", "unsure"])
def test_other_answers(store: Store, decision: str) -> None:
    ours, theirs = twins(store)
    before = store.fingerprint
    assert store.matches.decide(theirs, ours, decision, by="Kari").changeset is None
    assert store.fingerprint != before, "a page that shows proposals must look again"
    assert proposed(store).get(frozenset((ours, theirs))) == (None if decision == "different" else "unsure")
    assert len(names(store)) == 4


def test_what_cannot_be_joined(store: Store) -> None:
    ours, theirs = twins(store)
    for a, b, decision, keep, sentence in (
        (ours, ours, "same", "", "two different assets"),
        (ours, theirs, "same", "x", "one of them to keep"),
        (ours, "nobody", "same", "", "no asset nobody"),
        (ours, theirs, "maybe", "", "is no decision"),
    ):
        with pytest.raises(InputError, match=sentence):
            store.matches.decide(a, b, decision, keep=keep)
    store.journal.apply([Change(theirs, kind="remove")])
    with pytest.raises(InputError, match="is in the bin"):
        store.matches.decide(ours, theirs, "same")


def test_equal_numbers_in_a_public_register_are_enough(store: Store) -> None:
    ours, theirs = twins(store)
    number = '{"ref:NO:orgnr": "974760673"}'
    changes = [Change(ours, {"tags": number}), Change(theirs, {"tags": number})]
    store.journal.apply(changes)
    done = store.matches.settle(by="register")
    assert [len(outcome.gone) for outcome in done] == [1]
    assert len(names(store)) == 3


def three_of_one_number(store: Store) -> list[str]:
    sources = (OSM, CLUBS, replace(CLUBS, source="table:third.csv"))
    return [store.add(assets(("Kor",), source, orgnr="974760673", source_id="x"), source).new[0] for source in sources]


def test_whoever_said_that_two_are_different_wins_over_a_register(store: Store) -> None:
    a, b, c = three_of_one_number(store)
    store.matches.decide(b, c, "different", by="Kari")
    assert store.matches.settle() == [], "neither of them, as nobody knows which"
    left = store.matches.proposals().set_index("band").loc[["contested"]]
    assert {frozenset(pair) for pair in zip(left["a"], left["b"], strict=True)} == {
        frozenset((a, b)), frozenset((a, c)),
    }  # fmt: skip
    store.matches.decide(a, b, "same", by="Kari")
    assert store.matches.settle() == [], "the one that stays is also the one that is different"
    store.matches.decide(b, c, "unsure", by="Kari")
    assert len(store.matches.settle()) == 1


def test_words_that_are_erased_leave_both_records(store: Store) -> None:
    ours, theirs = twins(store)
    store.matches.decide(ours, theirs, "same", keep=ours)
    store.journal.erase(ours, ["description"])
    store.matches.part(ours, theirs)
    assert [one.record["description"] for one in store.records.get([ours, theirs]).values()] == [None, None]
    assert store.journal.erased(theirs) == ("description",)
    assert "God kaffe" not in str(store.journal.versions(theirs))
