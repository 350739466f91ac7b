"""Does a release keep what the rules promise, and does what was said stay as long as it is true, and no longer?"""

from __future__ import annotations

import datetime
import time
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.disclosure.attacks import Truth
from assetmap.disclosure.cell_partition import STEP
from assetmap.disclosure.cell_rules import CellRules
from assetmap.disclosure.releases import Release, next_release, release_date
from assetmap.errors import CRSError, DisclosureError, FormatError, InputError, UnknownKey
from tests.municipality import CRS, EARLIER, START, Municipality, municipality, quarters

NEXT, AFTER = quarters(START, 3)[1:]


def village(west: list[str], east: list[str], *, homes: int = 30, since: pd.Timestamp = EARLIER) -> Municipality:
    """Two hamlets, five grid squares apart, of so many addresses each; one person per word, the word's letters are
    themes."""
    keys = {"c": "cooking", "b": "baking", "s": "singing", "d": "dance", "f": "first_aid", "v": "visiting",
            "q": "faith_ritual"}  # fmt: skip
    spots = [(x + 3 * n, 100) for x in (1_000, 2_250) for n in range(homes)]
    addresses = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.transpose(spots)), crs=CRS)
    names = [f"w{n}" for n in range(len(west))] + [f"e{n}" for n in range(len(east))]
    at = [*range(len(west)), *(homes + n for n in range(len(east)))]
    persons = gpd.GeoDataFrame({"since": since}, index=names, geometry=addresses.geometry.to_numpy()[at], crs=CRS)
    rows = [(name, keys[letter]) for name, word in zip(names, west + east, strict=True) for letter in word]
    return Municipality(addresses, persons, pd.DataFrame(rows, columns=["person", "theme"]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_cell_is_of_the_grid_and_of_many(seed: int) -> None:
    place = municipality(seed)
    frame = place.release(START).frame()
    assert len(frame) > 40
    assert (np.concatenate(frame.bounds.to_numpy()) % STEP == 0).all()
    truth = Truth(place.persons, place.gifts, place.addresses)
    groups = truth.members(frame)
    assert sum(map(len, groups)) == len(place.persons), "everybody is in one cell"
    assert frame.geometry.union_all().area == pytest.approx(frame.area.sum()), "no two cells meet but at their edges"
    for cell, who in zip(frame.index, groups, strict=True):
        labels = truth.labels.loc[who]
        assert len(who) >= max(8, frame.loc[cell, "persons"])
        assert labels.sum().max() <= len(who) - 2
        told = frame.loc[cell, labels.columns.intersection(frame.columns)].dropna()
        assert (labels[told.index].sum() >= told + 3).all()
    assert frame["addresses"].sum() == len(place.addresses)
    assert frame["addresses"].min() >= 20
    assert set(frame["persons"]) <= {5, 10, 20, 40}


def test_a_release_of_a_municipality_is_made_within_a_second() -> None:
    place = municipality(4)
    best = min(_seconds(lambda: place.release(START)) for _ in range(3))
    assert best < 1


def _seconds(what: object) -> float:
    before = time.process_time()
    what()  # type: ignore[operator]
    return time.process_time() - before


def test_themes_merge_upward_or_are_left_out() -> None:
    """Eight sing: told by name. Five sing and four dance, another person each: told as culture. Four: not told."""
    place = village(["s"] * 8 + ["c"] * 3, ["s"] * 5 + ["d"] * 4 + ["v"] * 4)
    frame = place.release(START).frame()
    assert len(frame) == 2
    west, east = frame.iloc[0], frame.iloc[1]
    assert east["field_culture"] == 5
    assert east[["theme_singing", "theme_dance", "theme_visiting", "field_care"]].isna().all()
    assert pd.isna(west["theme_cooking"])


def test_a_theme_of_faith_is_told_in_its_field_alone() -> None:
    frame = village(["q"] * 9 + ["c"] * 9, ["q"] * 9 + ["c"] * 9).release(START).frame()
    assert frame["theme_faith_ritual"].isna().all()
    assert (frame["field_culture"] == 5).all()
    assert (frame["theme_cooking"] == 5).all()


def test_a_number_that_would_follow_from_the_total_is_left_out_too() -> None:
    """Three in the east sing: whoever knows that twelve do, and reads nine, would know."""
    lonely = village(["s"] * 9 + ["c"] * 9, ["s"] * 3 + ["c"] * 9)
    frame = lonely.release(START).frame()
    assert frame["theme_singing"].isna().all()
    assert (frame["theme_cooking"] == 5).all()


def test_no_cell_where_all_share_a_theme() -> None:
    assert len(village(["cs"] * 10 + ["c"] * 10, ["cs"] * 10 + ["v"] * 10).release(START).cells) == 1
    assert len(village(["c"] * 10, ["c"] * 10).release(START).cells) == 0


@pytest.mark.parametrize(("people", "homes", "cells"), [(8, 20, 2), (7, 20, 1), (8, 19, 1), (3, 20, 0), (8, 9, 0)])
def test_too_few_persons_or_addresses_make_larger_cells_or_none(people: int, homes: int, cells: int) -> None:
    words = ["c", "s", "v", "c", "s", "v", "f", "f"][:people]
    assert len(village(words, words, homes=homes).release(START).cells) == cells


def test_fewer_than_three_are_refused() -> None:
    with pytest.raises(DisclosureError, match="at least 2 persons were asked for"):
        CellRules(k=2)
    assert CellRules(k=3).k == 3
    with pytest.raises(InputError):
        CellRules(addresses=0)


def test_releases_are_of_the_first_day_of_a_quarter() -> None:
    day = datetime.date
    assert [release_date(day(2025, month, 28)).month for month in range(1, 13)] == [1] * 3 + [4] * 3 + [7] * 3 + [
        10
    ] * 3
    assert release_date(datetime.datetime(2025, 12, 31, 23, 59)) == day(2025, 10, 1)


def test_the_same_bytes_however_often_and_in_whatever_order() -> None:
    place = municipality(5)
    first = place.release(START)
    for seed in range(5):
        mixed = replace(
            place, persons=place.persons.sample(frac=1, random_state=seed),
            gifts=place.gifts.sample(frac=1, random_state=seed),
            addresses=place.addresses.sample(frac=1, random_state=seed),
        )  # fmt: skip
        assert mixed.release(START).to_bytes() == first.to_bytes()
    kept = Release.from_bytes(first.to_bytes())
    assert kept == first
    assert kept.public_bytes() == first.public_bytes()
    gone = place.without(*place.persons.index[:300])
    days = [START + datetime.timedelta(days=n) for n in range(90)]
    assert {gone.release(day, kept).public_bytes() for day in days} == {first.public_bytes()}, "never live"


def test_what_is_public_tells_nothing_of_how_it_was_made() -> None:
    first = municipality(1).release(START)
    assert not {"counted", "drawn", "joined", "path"} & set(first.frame().columns)
    assert b"counted" not in first.public_bytes()
    assert b"drawn" not in first.public_bytes()
    kept = first.to_bytes().decode()
    assert not any(name in kept for name in municipality(1).persons.index[100:])


def crowded() -> Municipality:
    return village(["cs"] * 8 + ["v"] * 6, ["cs"] * 8 + ["f"] * 6)


def test_one_who_goes_changes_nothing() -> None:
    place = crowded()
    first = place.release(START)
    assert len(first.cells) == 2
    for who in place.persons.index:
        assert place.without(who).release(NEXT, first).cells == first.cells


def test_what_is_said_is_true_of_those_who_consent_now() -> None:
    """Four of eight singers go: "at least 5" is true no more, and the two cells become one in which it is."""
    place = crowded()
    first = place.release(START)
    later = place.without("w0", "w1", "w2", "w3").release(NEXT, first)
    (cell,) = later.cells
    assert cell.told["theme_singing"] == 5
    assert cell.joined
    assert later.frame().total_bounds.tolist() == first.frame().total_bounds.tolist()
    assert set(cell.told) >= {name for old in first.cells for name in old.told if name != "other"}


def test_nothing_is_shown_when_too_few_are_left() -> None:
    place = crowded()
    few = place.without(*place.persons.index[4:])
    later = few.release(NEXT, place.release(START))
    assert later.cells == ()
    assert len(later.frame()) == 0


def newcomer(word: str, at: int, name: str, day: datetime.date) -> Municipality:
    one = village([word], [], since=pd.Timestamp(day, tz="UTC") - pd.Timedelta(days=9))
    spot = one.addresses.geometry.to_numpy()[at]
    one.persons.geometry = [spot]
    return replace(one, persons=one.persons.rename({"w0": name}), gifts=one.gifts.assign(person=name))


def test_news_waits_for_k_newcomers_in_each_of_several_cells() -> None:
    place = crowded()
    first = place.release(START)
    for n in range(4):
        place = place.joined_by(newcomer("cs", 20 + n % 4, f"n{n}", NEXT)).joined_by(
            newcomer("cs", 50 + n, f"m{n}", NEXT)
        )
        assert place.release(NEXT, first).cells == first.cells
    west = place.joined_by(newcomer("cs", 25, "n4", NEXT))
    assert west.release(NEXT, first).cells == first.cells, "in one cell alone nothing changes"
    both = west.joined_by(newcomer("cs", 55, "m4", NEXT)).release(NEXT, first)
    assert [cell.told["theme_singing"] for cell in both.cells] == [10, 10]


def test_who_comes_after_the_day_of_the_release_waits_for_the_next() -> None:
    place = village(["c"] * 8, ["v"] * 8, since=pd.Timestamp(START, tz="UTC"))
    assert place.release(START).cells == ()
    assert len(place.release(NEXT, place.release(START)).cells) == 1


def test_other_rules_draw_anew() -> None:
    place = municipality(1)
    first = place.release(START)
    wide = place.release(NEXT, first, CellRules(k=10))
    assert {cell.persons for cell in wide.cells} <= {10, 20, 40}
    assert len(wide.cells) < len(first.cells)


def test_wrong_use_is_refused() -> None:
    place = crowded()
    at = {"at": START}
    with pytest.raises(CRSError, match="EPSG:4326"):
        next_release(place.persons.to_crs(4326), place.gifts, place.addresses, **at)
    with pytest.raises(CRSError, match="EPSG:25833, EPSG:25832"):
        next_release(place.persons, place.gifts, place.addresses.to_crs(25832), **at)
    with pytest.raises(CRSError):
        next_release(place.persons.set_crs(None, allow_override=True), place.gifts, place.addresses, **at)
    for wrong in (
        pd.concat([place.persons, place.persons.iloc[:1]]),
        place.persons.drop(columns="since"),
        place.persons.assign(since=pd.NaT),
        place.persons.set_geometry([shapely.Point()] * len(place.persons), crs=CRS),
        place.persons.set_geometry(place.persons.buffer(3)),
    ):
        with pytest.raises(InputError, match="index twice"):
            next_release(wrong, place.gifts, place.addresses, **at)
    with pytest.raises(UnknownKey, match="juggling"):
        next_release(place.persons, place.gifts.assign(theme="juggling"), place.addresses, **at)
    with pytest.raises(FormatError, match="Restore it"):
        Release.from_bytes(b'{"date": "2025-01-01"}')


def test_nobody_and_no_address_make_an_empty_release() -> None:
    place = crowded()
    nobody = next_release(place.persons.iloc[:0], place.gifts, place.addresses, at=START)
    nowhere = next_release(place.persons, place.gifts, place.addresses.iloc[:0], at=START)
    assert nobody.cells == nowhere.cells == ()
    assert list(nobody.frame().columns) == list(municipality(1, people=100).release(START).frame().columns)
