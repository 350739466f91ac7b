"""Does a source that is read again respect what people decided: joined, binned, undone, erased?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.change import Change, Outcome
from assetmap.model.issues import Issue, issues_frame
from assetmap.store import Store
from assetmap.store import tables as t
from tests.stored_world import CLUBS, OSM, assets, inventory

NAMES = ("Park", "Kafé", "Kor")


@pytest.fixture(params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store.create(tmp_path / "store" if request.param == "folder" else request.getfixturevalue("server_url"))


def record(store: Store, asset: str) -> dict[str, Any]:
    return dict(store.records.get(asset)[asset].record)


def said(store: Store) -> dict[str, tuple[str, str]]:
    """What every source said last: the asset, and the words, by the row of the source."""
    with store.home.reading() as connection:
        return {row.origin: (row.asset, row.said) for row in connection.execute(sa.select(t.claim))}


def save(store: Store, *frames: gpd.GeoDataFrame) -> Outcome:
    return store.save(inventory(pd.concat(frames)).replace(provenance=(OSM, CLUBS)))


def test_a_record_for_a_narrower_circle_fills_nothing_in_a_public_one(store: Store) -> None:
    (park,) = store.add(assets(("Park",)), OSM).new
    hidden = assets(("Park",), CLUBS, audience="staff", description="Only for staff")
    (secret,) = store.add(hidden, CLUBS).new
    store.matches.decide(park, secret, "same", keep=park)
    store.add(
        assets(("Park",), CLUBS, audience="staff", description="Only for staff", website="https://s.example"), CLUBS
    )
    assert (record(store, park)["description"], record(store, park)["website"]) == (None, None)


def test_of_erased_words_not_even_what_the_source_says_is_noted(store: Store) -> None:
    words = assets(("Kor",), CLUBS, description="Leder: Kari Nordmann")
    (kor,) = store.add(words, CLUBS).new
    store.journal.erase(kor, ["description"])
    store.add(words, CLUBS)
    store.add(assets(("Kor",), CLUBS, description="Kari Nordmann leder"), CLUBS)
    assert record(store, kor)["description"] is None
    assert "Kari" not in said(store)[kor][1]


def test_what_was_erased_while_it_was_empty_stays_empty(store: Store) -> None:
    (kor,) = store.add(assets(("Kor",), CLUBS), CLUBS).new
    words = assets(("Kor",), CLUBS, description="Leder: Kari Nordmann")
    quoted = issues_frame([Issue("odd", M("a value"), kor, "description", "Kari Nordmann")])
    store.add(words, CLUBS, issues=quoted)
    store.journal.revert(kor, 1)
    store.journal.erase(kor, ["description"])
    assert "description" in store.records.get(kor)[kor].held
    assert store.issues.empty, "they quoted it"
    store.add(words, CLUBS)
    assert record(store, kor)["description"] is None


def test_an_undone_reading_is_not_done_again_by_reading_the_same(store: Store) -> None:
    (kor,) = store.add(assets(("Kor",), CLUBS), CLUBS).new
    more = assets(("Kor",), CLUBS, website="https://kor.example")
    store.journal.undo(store.add(more, CLUBS).changeset or 0)
    assert store.add(more, CLUBS).changeset is None
    assert record(store, kor)["website"] is None


def test_a_correction_that_was_undone_gives_the_field_back_to_its_source(store: Store) -> None:
    (kor,) = store.add(assets(("Kor",), CLUBS), CLUBS).new
    mine = store.journal.apply([Change(kor, {"name": "Mannskor"})]).changeset
    store.add(assets(("Kor A",), CLUBS), CLUBS)
    store.journal.undo(mine or 0)
    assert record(store, kor)["name"] == "Kor"
    store.add(assets(("Kor A",), CLUBS), CLUBS)
    assert record(store, kor)["name"] == "Kor A"


def test_what_a_person_binned_stays_there_when_its_source_drops_it_and_has_it_again(store: Store) -> None:
    rows = assets(NAMES)
    first, second, third = rows.index
    save(store, rows)
    store.journal.apply([Change(first, kind="remove"), Change(second, {"name": "Kafeen"})])
    save(store, rows.iloc[2:])
    store.journal.apply([Change(second, kind="remove")])
    assert save(store, rows).restored == ()
    assert save(store, rows.iloc[:2]).gone == (third,)
    assert save(store, rows).restored == (third,), "that one only the source had taken away"


def test_what_is_taken_out_of_the_bin_follows_its_source_again(store: Store) -> None:
    (kor,) = store.add(assets(("Kor",), CLUBS), CLUBS).new
    store.journal.apply([Change(kor, kind="remove")])
    news = assets(("Kor A",), CLUBS, website="https://kor.example")
    assert store.add(news, CLUBS).kept == (kor,)
    store.journal.apply([Change(kor, kind="restore")])
    store.add(news, CLUBS)
    assert (record(store, kor)["name"], record(store, kor)["website"]) == ("Kor A", "https://kor.example")


def test_a_small_file_that_is_cut_off_is_noticed_beside_a_large_one(store: Store) -> None:
    large, small = assets(tuple(f"N{i}" for i in range(60))), assets(tuple(f"K{i}" for i in range(20)), CLUBS)
    save(store, large, small)
    outcome = save(store, large, small.iloc[:2])
    assert (outcome.cut_off, outcome.gone) == (True, ())


def test_three_in_a_row_are_parted_in_any_order_each_with_its_own_source(store: Store) -> None:
    third = replace(CLUBS, source="table:third.csv")
    a, b, c = (store.add(assets(("Kor",), source), source).new[0] for source in (OSM, CLUBS, third))
    store.matches.decide(a, b, "same", keep=b)
    store.matches.decide(b, c, "same", keep=c)
    store.matches.part(a, b)
    assert {origin: asset for origin, (asset, _) in said(store).items()} == {a: a, b: c, c: c}
    store.matches.part(b, c)
    assert {origin: asset for origin, (asset, _) in said(store).items()} == {a: a, b: b, c: c}


def test_three_of_one_number_become_one(store: Store) -> None:
    third = replace(CLUBS, source="table:third.csv")
    for source in (OSM, CLUBS, third):
        store.add(assets(("Kor",), source, orgnr="974760673"), source)
    assert len(store.matches.settle()) == 2
    assert len(store.journal.bin()) == 2


def test_a_place_that_lies_elsewhere_needs_a_store_of_its_own(store: Store) -> None:
    store.save(inventory())
    elsewhere = inventory(name="Andeby", boundary=shapely.box(5, 50, 6, 51), extent=None)
    for read in (store.save, store.preview_save):
        with pytest.raises(InputError, match="This store is of Blåbærøya, and Andeby lies elsewhere"):
            read(elsewhere)
    assert store.inventory().neighbourhood.name == "Blåbærøya"
    assert len(store.inventory().neighbourhood.homes) == 3
    store.save(inventory(name="Blåbærøya og Land", boundary=shapely.box(10.9, 58.9, 15.0, 60)))
    assert store.inventory().neighbourhood.name == "Blåbærøya og Land"
