"""Is what is old, contradicted or gone more doubtful than what was just seen, and are the reasons given?"""

from __future__ import annotations

import datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from assetmap.i18n import say
from assetmap.messages import Message
from assetmap.model.taxonomy import taxonomy
from assetmap.osm import read_osm
from assetmap.sources.conform import conform
from assetmap.sources.osm.features import harvest_osm
from assetmap.upkeep.doubt import COLUMNS, doubts, stale
from assetmap.upkeep.lasting import HOURS_EXPECTED, half_life
from assetmap.upkeep.when import first_day, last_day, span, tag
from tests.towns import assets_at

TODAY = datetime.date(2026, 11, 22)


def one(category: str = "playground", **columns: object) -> gpd.GeoDataFrame:
    return assets_at((0.0, 0.0), category=category, **{"retrieved": "2026-11-22", "data_date": None, **columns})


def doubt_of(category: str = "playground", conflicts: tuple[str, ...] = (), gone: bool = False, **columns: object):  # type: ignore[no-untyped-def]
    frame = one(category, **columns)
    key = frame.index[0]
    return doubts(frame, TODAY, conflicts={key: conflicts}, gone=[key] if gone else []).iloc[0]


def said(row: pd.Series) -> list[str]:
    return [str(message) for message in row["reasons"]]


def test_half_of_the_doubt_comes_after_a_half_life() -> None:
    years = half_life("playground").years
    assert years == 3
    seen = (TODAY - datetime.timedelta(days=round(365.25 * years))).isoformat()
    row = doubt_of(confirmed=seen)
    assert row["doubt"] == pytest.approx(0.5, abs=0.001)
    assert row["seen"] == seen
    assert row["months"] == pytest.approx(36, abs=0.1)
    assert said(row) == [
        "Last confirmed 3 years ago. Playgrounds, benches and outdoor equipment are rebuilt or removed every few years."
    ]


def test_what_was_confirmed_today_is_not_in_doubt() -> None:
    row = doubt_of(confirmed=TODAY.isoformat())
    assert (row["doubt"], row["months"], row["reasons"]) == (0, 0, ())
    assert doubt_of(confirmed="2027-01-01")["doubt"] == 0, "a date to come is no age"


def test_shops_age_faster_than_institutions_and_parks() -> None:
    year = [doubt_of(category, confirmed="2025-11-22", opening_hours="24/7", opening_hours_normal="24/7")["doubt"]
            for category in ("cafe_eatery", "assoc_sport", "playground", "school", "park_green")]  # fmt: skip
    assert year == sorted(year, reverse=True)
    assert year[0] == pytest.approx(0.5, abs=0.001)


def test_the_newest_sign_counts_and_a_confirmation_never_makes_it_worse() -> None:
    old_word = doubt_of(confirmed="2015-01-01", data_date="2026-05-22")
    assert old_word["seen"] == "2026-05-22"
    assert said(old_word)[0].startswith("What the source says is 6 months old.")
    assert "Nobody has confirmed it on the spot yet." in said(old_word)
    assert old_word["doubt"] == doubt_of(data_date="2026-05-22")["doubt"]
    assert doubt_of(confirmed="2026-05-22", data_date="2026-05-22")["doubt"] < old_word["doubt"]


def test_without_a_date_of_the_facts_the_reading_counts() -> None:
    row = doubt_of(retrieved="2024-11-22")
    assert row["seen"] == "2024-11-22"
    assert said(row)[0].startswith("Read from its source 2 years ago.")


def test_openstreetmaps_own_survey_date_is_a_confirmation() -> None:
    row = doubt_of(data_date="2025-01-01", tags='{"check_date": "2026-10-22"}')
    assert row["seen"] == "2026-10-22"
    assert "Nobody has confirmed it on the spot yet." not in said(row)


def test_without_any_date_nothing_is_known() -> None:
    row = doubt_of(retrieved="some day")
    assert row["doubt"] == pytest.approx(0.5)
    assert pd.isna(row["months"])
    assert pd.isna(row["seen"])
    assert said(row) == ["Nothing says when this was last true."]


SIGNS = {
    "gone": ({"gone": True}, "Its source no longer lists it."),
    "pending": ({"review": "pending"}, "It waits for somebody's look."),
    "conflict": ({"conflicts": ("name", "address")}, "Its sources disagree about: ['Address', 'Name']"),
    "no-place": ({"location_precision": "none"}, "It has no place on the map yet."),
    "rough": ({"location_precision": "street"}, "Only its street is known, not its door."),
    "hours-unreadable": ({"opening_hours": "when the sun shines"}, "Its opening hours cannot be read."),
}


@pytest.mark.parametrize("sign", sorted(SIGNS))
def test_every_sign_raises_the_doubt_and_is_named(sign: str) -> None:
    options, sentence = SIGNS[sign]
    plain, doubted = doubt_of(confirmed="2026-11-22"), doubt_of(confirmed="2026-11-22", **options)  # type: ignore[arg-type]
    assert plain["doubt"] == 0 < doubted["doubt"] < 1
    assert [message.text for message in doubted["reasons"]] == [sentence.replace("['Address', 'Name']", "{fields}")]


def test_fields_in_dispute_are_called_as_people_call_them() -> None:
    row = doubt_of(confirmed="2026-11-22", conflicts=("opening_hours", "name"))
    assert say(row["reasons"][0], "en") == "Its sources disagree about: Name and Opening hours"
    assert row["doubt"] > doubt_of(confirmed="2026-11-22", conflicts=("name",))["doubt"]


def test_missing_hours_count_only_where_people_ask_for_them() -> None:
    assert set(taxonomy()) >= HOURS_EXPECTED
    assert said(doubt_of("library", confirmed="2026-11-22")) == ["Its opening hours are missing."]
    assert said(doubt_of("playground", confirmed="2026-11-22")) == []
    assert said(doubt_of("library", confirmed="2026-11-22", opening_hours="Mo", opening_hours_normal="Mo")) == []


def test_a_place_that_is_rough_on_purpose_is_no_doubt() -> None:
    assert doubt_of(confirmed="2026-11-22", location_precision="area")["doubt"] == 0


def test_reasons_come_weightiest_first() -> None:
    row = doubt_of("library", gone=True, data_date="2025-11-22", location_precision="street")
    assert said(row)[0] == "Its source no longer lists it."
    assert said(row)[-1] == "Nobody has confirmed it on the spot yet."
    assert all(isinstance(message, Message) for message in row["reasons"])


def test_what_ended_is_not_in_doubt_but_known_to_be_gone() -> None:
    frame = assets_at(*[(x * 10.0, 0.0) for x in range(4)], valid_to=["2026-11-22", "2027-01-01", "2026", None])
    assert list(doubts(frame, TODAY).index) == [frame.index[1], frame.index[2], frame.index[3]]


def test_every_category_has_a_half_life_with_a_reason() -> None:
    for category in taxonomy():
        lasting = half_life(category)
        assert 0.5 <= lasting.years <= 20
        assert str(lasting.reason).endswith(".")


def test_stale_is_what_nobody_has_heard_of_most_doubtful_first() -> None:
    dates = ["2026-06-01", "2024-11-22", "2025-11-01", "2019-11-22"]
    frame = assets_at(*[(x * 10.0, 0.0) for x in range(4)], confirmed=dates, data_date=None, retrieved="some day")
    found = stale(frame, TODAY)
    assert list(found["name"]) == ["playground/3", "playground/1", "playground/2"]
    assert list(found.columns) == ["name", "category", *COLUMNS]
    assert found["doubt"].is_monotonic_decreasing
    assert len(stale(frame, TODAY, months=36)) == 1
    moved_up = stale(frame, TODAY, gone=[frame.index[2]])
    assert list(moved_up["name"]) == ["playground/3", "playground/2", "playground/1"]


def test_a_record_without_a_date_is_always_stale() -> None:
    assert len(stale(one(retrieved="some day"), TODAY)) == 1


def test_an_empty_frame_gives_an_empty_table_with_all_columns() -> None:
    empty = stale(one().head(0), TODAY)
    assert (len(empty), list(empty.columns)) == (0, ["name", "category", *COLUMNS])


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2015-06-03", "2015-06-03", "2015-06-03"),
        ("2015-06-03T10:00:00Z", "2015-06-03", "2015-06-03"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2015", "2015-01-01", "2015-12-31"),
        ("1920s", "1920-01-01", "1929-12-31"),
        ("2015-13", None, None),
        ("2015-02-30", None, None),
        ("0000", None, None),
        ("before 1900", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_days_a_date_means(text: str | None, first: str | None, last: str | None) -> None:
    found = span(text)
    assert (found and (found[0].isoformat(), found[1].isoformat())) == (first and (first, last))
    assert (first_day(text) is None) == (last_day(text) is None) == (first is None)


def test_words_of_the_source() -> None:
    assert tag('{"start_date": "1999", "x": 1}', "opening_date", "start_date") == "1999"
    assert [tag(broken, "start_date") for broken in ('["start_date"]', '{"start_date"', None, 3.5)] == ["", "", "", ""]


def test_on_a_real_town_every_record_gets_a_doubt_and_a_reason(shared: Path) -> None:
    frame = conform(harvest_osm(read_osm(shared / "osm" / "sindal_town_2015.osm"))).assets
    found = doubts(frame, TODAY)
    assert list(found.index) == list(frame.index)
    assert found["doubt"].between(0.1, 1).all()
    assert found["reasons"].map(len).min() >= 1
    by_category = found["doubt"].groupby(frame["category"]).mean()
    assert by_category["cafe_eatery"] > by_category["playground"] > by_category["park_green"]
