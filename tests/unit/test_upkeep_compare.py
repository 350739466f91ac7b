"""Is growth of the place told from growth of what we know of it, and is every record counted once?"""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.errors import InputError
from assetmap.messages import Message
from assetmap.model.provenance import Provenance
from assetmap.upkeep.cards import Between, Card, Reading
from assetmap.upkeep.compare import COLUMNS, WHAT, Comparison, compare
from tests.towns import OSM, assets_at
from tests.worlds import lonlat

EARLIER, LATER = "2025-06-01", "2026-06-01"
READ = Reading("osm 1", "2025-05-30", title="OpenStreetMap"), Reading("osm 1", "2026-05-30", title="OpenStreetMap")
CARDS = Card(EARLIER, {"osm": READ[0]}), Card(LATER, {"osm": READ[1]})


def listed(*keys: str, category: str = "playground", **columns: Any) -> gpd.GeoDataFrame:
    """Records with these ids, each at its own place (by its letter), as the later edition of the source has them."""
    spots = [((ord(key[0]) - 97) * 100.0, 0.0) for key in keys]
    frame = assets_at(*spots, category=category, **{"data_date": READ[1].data_date, **columns})
    frame.index = pd.Index(keys, name="id", dtype="str")
    return frame.assign(name=[f"Name {key}" for key in keys])


def became(comparison: Comparison) -> dict[str, str]:
    return dict(zip(comparison.rows["asset"], comparison.rows["what"], strict=True))


def why(comparison: Comparison, key: str) -> str:
    evidence = comparison.rows.set_index("asset").loc[key, "evidence"]
    assert isinstance(evidence, Message)
    return str(evidence)


def new(cards: tuple[Card, Card] = CARDS, between: Between | None = None, **columns: Any) -> tuple[str, str]:
    """What a record means that only the later snapshot has, and why."""
    found = compare(listed("a"), listed("a", "b", **columns), *cards, between)
    assert became(found)["a"] == "same" or "valid_from" in columns
    return became(found)["b"], why(found, "b")


def missing(cards: tuple[Card, Card] = CARDS, between: Between | None = None, **columns: Any) -> tuple[str, str]:
    """What a record means that only the earlier snapshot has, and why."""
    found = compare(listed("a", "b", **columns), listed("a", **columns), *cards, between)
    return became(found)["b"], why(found, "b")


def reread(**changes: Any) -> tuple[Card, Card]:
    """The same cards, but the source read otherwise for the later one."""
    return CARDS[0], Card(LATER, {"osm": Reading(**{"method": "osm 1", "data_date": "2026-05-30", **changes})})


def test_a_snapshot_compared_with_itself_is_the_same() -> None:
    frame = listed("a", "b", "c")
    found = compare(frame, frame, *CARDS)
    assert set(became(found).values()) == {"same"}
    assert list(found.rows.columns) == list(COLUMNS)
    assert found.totals["same"] == 3 == found.totals.sum()


def test_a_source_read_in_the_same_way_that_lists_it_only_now_tells_of_growth() -> None:
    assert new() == ("grown", "OpenStreetMap was read in the same way both times and lists it only now.")
    assert missing() == ("lost", "OpenStreetMap was read in the same way both times and no longer lists it.")


def test_what_exists_since_before_was_found_and_since_after_has_grown() -> None:
    assert new(valid_from="2019")[0] == "found"
    assert new(valid_from="2025-06-01")[0] == "found"
    assert new(valid_from="2025-06-02")[0] == "grown"
    assert new(tags=json.dumps({"start_date": "1920s"})) == (
        "found", "It exists since 1920s, before the earlier snapshot."
    )  # fmt: skip
    assert new(tags=json.dumps({"start_date": "2026-02"}))[0] == "grown"
    unread = CARDS[0], Card(LATER, {"osm": READ[1], "register": READ[1]})
    assert new(unread, source="register", valid_from="2026-01-05")[0] == "grown", "its date counts first"


def test_a_year_that_holds_the_earlier_date_does_not_tell() -> None:
    assert new(valid_from="2025") == new(), "so the source decides"
    assert new(reread(method="osm 2"), valid_from="2025")[0] == "uncertain"


def test_facts_older_than_the_earlier_snapshot_were_only_found_now() -> None:
    what, evidence = new(data_date="2025-01-31")
    assert what == "found"
    assert evidence == "What its source says is from 2025-01-31, before the earlier snapshot."


def test_what_was_known_already_was_found() -> None:
    assert new(between=Between(had={"b"}))[0] == "found"


def test_a_source_that_was_not_read_tells_of_our_view_only() -> None:
    register = {**CARDS[1].readings, "register": Reading("r", "2026-05-01", title="The register")}
    with_it, without = Card(LATER, register), CARDS[1]
    assert new((CARDS[0], with_it), source="register") == (
        "found", "The register was not read for the earlier snapshot."
    )  # fmt: skip
    before = Card(EARLIER, {**CARDS[0].readings, "register": Reading("r", title="The register")})
    assert missing((before, without), source="register") == (
        "withdrawn", "The register was not read for the later snapshot."
    )  # fmt: skip


def test_a_source_read_in_another_way_tells_nothing() -> None:
    for cards in (reread(method="osm 2"), reread(method="")):
        assert new(cards)[0] == missing(cards)[0] == "uncertain"
    unknown = Card(EARLIER, {"osm": Reading()}), Card(LATER, {"osm": Reading()})
    assert new(unknown)[0] == "uncertain", "two readings of which nothing is known are not the same"


def test_an_edition_that_is_no_newer_cannot_tell_of_change() -> None:
    same_edition = reread(data_date=READ[0].data_date)
    assert new(same_edition, data_date="2025-12-01")[0] == "found"
    assert missing(same_edition)[0] == "uncertain"


def test_what_people_add_by_hand_tells_nothing_without_a_date() -> None:
    hand = {"osm": Reading("osm 1"), "hand": Reading("x", whole=False)}
    cards = Card(EARLIER, hand), Card(LATER, hand)
    assert new(cards, source="hand") == ("uncertain", "It was added by hand, and nothing says since when it exists.")
    assert missing(cards, source="hand")[0] == "uncertain"
    assert new(cards, source="hand", valid_from="2010")[0] == "found"
    assert new(CARDS, source="nobody knows")[0] == missing(CARDS, source="nobody knows")[0] == "uncertain"


def test_ground_that_was_not_covered_tells_of_our_view_only() -> None:
    west, east = (shapely.box(*lonlat(x - 50, -50), *lonlat(x + 50, 50)) for x in (0, 100))
    both = shapely.union_all([west, east])
    assert new((Card(EARLIER, CARDS[0].readings, west), Card(LATER, CARDS[1].readings, both)))[0] == "found"
    narrow = Card(EARLIER, CARDS[0].readings, both), Card(LATER, CARDS[1].readings, west)
    assert missing(narrow)[0] == "withdrawn"
    found = compare(listed("a"), listed("a"), *narrow)
    assert "The two snapshots do not cover the same ground." in map(str, found.caveats)


def test_what_people_know_counts_before_what_sources_list() -> None:
    assert missing(between=Between(gone={"b"})) == ("lost", "Somebody took it out because it is gone.")
    assert missing(between=Between(taken_back={"b"})) == ("withdrawn", "Somebody took back that it was listed.")
    assert missing(between=Between(listed={"b"}))[0] == "uncertain", "its source did not drop it: a person did"
    assert missing(between=Between(gone={"b"}, listed={"b"}))[0] == "lost"
    assert missing(reread(method="osm 2"), between=Between(gone={"b"}))[0] == "lost"


def test_what_ended_is_lost_also_where_it_is_still_listed() -> None:
    ended = listed("a", "b", valid_to=[None, "2026-01-31"])
    found = compare(listed("a", "b"), ended, *CARDS)
    assert (became(found)["b"], why(found, "b")) == ("lost", "It ended: 2026-01-31.")
    assert len(found.rows) == 2
    announced = compare(ended, listed("a"), *CARDS)
    assert became(announced)["b"] == "lost"
    assert became(compare(listed("a", "b"), listed("a", "b", valid_to=[None, "2027"]), *CARDS))["b"] == "changed"


def test_what_had_ended_before_counts_in_neither() -> None:
    gone = listed("a", "b", valid_to=[None, "2020"])
    assert became(compare(gone, gone, *CARDS)) == {"a": "same"}
    again = compare(gone, listed("a", "b"), *CARDS)
    assert (became(again)["b"], why(again, "b")) == (
        "grown",
        "It had ended by the earlier snapshot and is there again.",
    )


def test_a_merged_record_is_not_lost() -> None:
    found = compare(listed("a", "b", "c"), listed("a"), *CARDS, Between(merged={"b": "c", "c": "a"}))
    assert became(found) == {"a": "same", "b": "merged", "c": "merged"}
    assert why(found, "b") == "It is one record with “Name a” now."


def test_a_record_merged_into_a_new_one_is_compared_with_it() -> None:
    after = listed("b").set_axis(["new"], axis=0)
    found = compare(listed("a", "b"), listed("a").pipe(lambda f: gpd.GeoDataFrame(pd.concat([f, after]), crs=4326)),
                    *CARDS, Between(merged={"b": "new"}))  # fmt: skip
    assert became(found) == {"a": "same", "new": "same"}


def test_a_record_merged_into_one_that_is_gone_is_gone_with_it() -> None:
    between = Between(merged={"b": "c"}, gone={"c"})
    assert missing(reread(method="osm 2"), between=between)[0] == "lost"
    circle = Between(merged={"b": "c", "c": "b"})
    assert missing(between=circle)[0] == "lost", "a circle of merges ends, and the source decides"


def test_changed_fields_are_named_as_people_call_them() -> None:
    before = listed("a", "b", address="Storgata 1", opening_hours=None)
    after = listed("a", "b", address=["Storgata 2", "Storgata  1 "], opening_hours=["Mo-Fr 10:00-18:00", None])
    found = compare(before, after, *CARDS)
    assert became(found) == {"a": "changed", "b": "same"}, "blanks are no change"
    evidence = found.rows.set_index("asset").loc["a", "evidence"]
    assert [str(message) for message in evidence.params["fields"]] == ["Address", "Opening hours"]


def test_hours_written_otherwise_are_the_same_hours() -> None:
    one = listed("a", opening_hours="Mo-Fr 10-18", opening_hours_normal="Mo-Fr 10:00-18:00")
    two = listed("a", opening_hours="Mo-Fr 10:00-18:00", opening_hours_normal="Mo-Fr 10:00-18:00")
    assert became(compare(one, two, *CARDS)) == {"a": "same"}


@pytest.mark.parametrize(("metres", "what"), [(3.0, "same"), (8.0, "changed")])
def test_a_place_has_moved_when_it_is_more_than_a_few_metres_off(metres: float, what: str) -> None:
    before, after = assets_at((0.0, 0.0), (500.0, 0.0)), assets_at((0.0, metres), (500.0, 0.0))
    found = compare(before, after, *CARDS)
    assert list(found.rows["what"]) == [what, "same"]


def test_a_place_that_is_known_now_is_a_change() -> None:
    found = compare(assets_at(None), assets_at((0.0, 0.0)), *CARDS)
    assert list(found.rows["what"]) == ["changed"]


def test_what_a_source_says_of_itself_is_no_change() -> None:
    one = listed("a", retrieved="2025-06-01", licence="ODbL-1.0", data_date="2025-05-30", tags='{"a": "1"}')
    two = listed("a", retrieved="2026-06-01", licence="CC0-1.0", data_date="2026-05-30", tags='{"a": "2"}')
    assert became(compare(one, two, *CARDS)) == {"a": "same"}


def test_counts_per_category_and_caveats() -> None:
    before = pd.concat([listed("a", "b"), listed("c", category="library")])
    after = pd.concat([listed("a", "d", "e"), listed("f", category="library", valid_from="1950")])
    found = compare(gpd.GeoDataFrame(before, crs=4326), gpd.GeoDataFrame(after, crs=4326), *reread(method="osm 2"))
    assert list(found.counts.columns) == list(WHAT)
    assert list(found.counts.index) == ["library", "playground"], "in the order of the taxonomy"
    assert found.counts.loc["playground", ["same", "uncertain"]].tolist() == [1, 3]
    assert found.counts.loc["library", ["found", "uncertain"]].tolist() == [1, 1]
    said = [str(message) for message in found.caveats]
    assert "Of 4 records nothing tells whether the place or our view of it changed." in said
    assert any(sentence.startswith("Not known to be read in the same way") for sentence in said)


def test_nothing_compared_with_nothing() -> None:
    found = compare(listed("a").head(0), listed("a").head(0), *CARDS)
    assert (len(found.rows), found.totals.sum(), len(found.counts)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("one", "other"), [(LATER, EARLIER), ("", LATER), (EARLIER, "next week")], ids=["turned", "none", "words"]
)
def test_dates_that_make_no_sense_are_refused(one: str, other: str) -> None:
    with pytest.raises(InputError, match="the earlier one first"):
        compare(listed("a"), listed("a"), Card(one, {}), Card(other, {}))


def test_the_card_of_a_gathering() -> None:
    other = Provenance("app", "People")
    card = Card.of("2026-11-22", (OSM, other), "v1", by_hand=["app"])
    assert card.readings == {
        "osm": Reading("v1", OSM.data_date, True, "OpenStreetMap"), "app": Reading("v1", "", False, "People"),
    }  # fmt: skip
    assert [card.called(key) for key in ("osm", "elsewhere")] == ["OpenStreetMap", "elsewhere"]


LETTERS = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True)


@settings(max_examples=40)
@given(LETTERS, LETTERS, st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), max_size=4))
def test_every_record_is_counted_once(before: list[str], after: list[str], merged: dict[str, str]) -> None:
    found = compare(listed(*before), listed(*after), *CARDS, Between(merged=merged))
    rows = found.rows
    assert rows["asset"].is_unique
    assert set(rows["asset"]) <= {*before, *after}
    in_later = rows[rows["listed"] != "before"]
    assert sorted(in_later["asset"]) == sorted(after), "each later record is a row"
    heirs = [key for key in before if any(now in after for now in Between(merged).became(key))]
    assert (rows["what"] == "merged").sum() == len(heirs) - (rows["listed"] == "both").sum()
    assert (rows["listed"] == "before").sum() == len(before) - (rows["listed"] == "both").sum()
    assert found.totals.sum() == len(rows)
    assert set(rows["what"]) <= set(WHAT)
