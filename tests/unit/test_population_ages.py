"""Age groups from a source's bands, on rows small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.errors import InputError
from assetmap.model.ages import GROUPS, Band, check_bands, group_people, uncounted
from assetmap.model.population import complete_totals, people_summary

FIVES = [*(Band(f"b{a}", a, a + 4) for a in range(0, 90, 5)), Band("b90", 90, None)]
WIDE = [Band("child", 0, 12), Band("teen", 13, 19), Band("adult", 20, 66), Band("old", 67, None)]


def rows(bands: list[Band], values: list[list[float]], total: list[float] | None = None, below: float | None = None):
    counts = pd.DataFrame(values, columns=[b.column for b in bands], dtype=float)
    given_total = pd.Series(total, dtype=float) if total else pd.Series(np.nan, index=counts.index)
    return counts.join(complete_totals(given_total, counts, bands, below))


def test_a_band_is_cut_by_single_years() -> None:
    assert Band("x", 65, 69).share_in("s67") == pytest.approx(3 / 5)
    assert Band("x", 65, 69).share_in("a20_66") == pytest.approx(2 / 5)
    assert Band("x", 5, 9).share_in("c0_5") == pytest.approx(1 / 5)
    assert Band("x", 10, 14).share_in("y13_19") == pytest.approx(2 / 5)
    assert Band("x", 80, None).share_in("s67") == 1
    assert Band("x", 60, None).share_in("s67") == pytest.approx(33 / 40)
    assert Band("x", 0, 4).share_in("s67") == 0


@given(st.integers(0, 110), st.one_of(st.none(), st.integers(0, 40)))
def test_the_groups_share_a_band_out_completely(first: int, years: int | None) -> None:
    band = Band("x", first, None if years is None else first + years)
    assert sum(band.share_in(g) for g in GROUPS) == pytest.approx(1)


def test_low_counts_whole_bands_and_high_all_that_touch() -> None:
    frame = rows(FIVES, [[10.0] * 19], [190])
    groups = group_people(frame, FIVES)
    people = groups.people.loc[0]
    assert people["c0_5"] == pytest.approx(12)
    assert (people["c0_5_low"], people["c0_5_high"]) == (10, 20)
    assert people["s67"] == pytest.approx(6 + 50)
    assert (people["s67_low"], people["s67_high"]) == (50, 60)
    assert sum(people[g] for g in GROUPS) == pytest.approx(190)
    assert groups.estimated == tuple(GROUPS)


def test_groups_that_fit_the_bands_are_counted_not_estimated() -> None:
    bands = [Band("a", 0, 5), Band("b", 6, 12), Band("c", 13, 19), Band("d", 20, 66), Band("e", 67, None)]
    groups = group_people(rows(bands, [[1, 2, 3, 4, 5]], [15]), bands)
    assert groups.estimated == ()
    assert groups.people.loc[0, [f"{g}_high" for g in GROUPS]].tolist() == [1, 2, 3, 4, 5]


def test_one_hidden_band_is_the_rest_of_the_total() -> None:
    people = group_people(rows(WIDE, [[10, np.nan, 30, 5]], [52]), WIDE).people.loc[0]
    assert (people["y13_19"], people["y13_19_low"], people["y13_19_high"]) == (7, 7, 7)


def test_two_hidden_bands_lie_between_nothing_and_the_rest() -> None:
    people = group_people(rows(WIDE, [[10, np.nan, 30, np.nan], [10, 6, 30, 2]], [48, 48]), WIDE).people.loc[0]
    assert (people["y13_19_low"], people["y13_19_high"]) == (0, 8)
    assert (people["s67_low"], people["s67_high"]) == (0, 8)
    assert people["y13_19"] == pytest.approx(6)  # like the other area, where they are 6 to 2
    assert people["a20_66_low"] == people["a20_66_high"] == 30


def test_a_threshold_narrows_what_is_hidden() -> None:
    people = group_people(rows(WIDE, [[10, np.nan, 30, np.nan]], [46]), WIDE, suppressed_below=5).people.loc[0]
    assert (people["y13_19_low"], people["y13_19_high"]) == (2, 4)
    assert 2 <= people["y13_19"] <= 4


def test_the_total_outranks_a_threshold_that_cannot_hold() -> None:
    people = group_people(rows(WIDE, [[10, np.nan, 30, np.nan]], [60]), WIDE, suppressed_below=5).people.loc[0]
    assert people["y13_19"] + people["s67"] == pytest.approx(20)
    assert people["y13_19_high"] == 20


def test_people_of_unknown_age_may_be_of_any_group() -> None:
    people = group_people(rows(WIDE, [[10, 10, 10, 10]], [44]), WIDE).people.loc[0]
    assert (people["s67"], people["s67_low"], people["s67_high"]) == (pytest.approx(11), 10, 14)


def test_bands_above_the_total_stand_as_they_are() -> None:
    people = group_people(rows(WIDE, [[10, 10, 10, 10]], [38]), WIDE).people.loc[0]
    assert (people["s67"], people["s67_low"], people["s67_high"]) == (10, 10, 10)


def test_ages_that_no_column_counts_hold_the_rest_of_the_total() -> None:
    bands = [Band("child", 0, 5), Band("school", 6, 15)]
    assert uncounted(bands) == (Band("", 16, None),)
    people = group_people(rows(bands, [[10, 20]], [100]), bands).people
    assert list(people.columns[::3]) == ["c0_5", "c6_12", "y13_19"]  # the others only by guessing
    assert people.loc[0, "c0_5"] == 10
    assert (people.loc[0, "y13_19_low"], people.loc[0, "y13_19_high"]) == (0, 90)


def test_no_bands_give_no_groups() -> None:
    assert group_people(pd.DataFrame({"total": [5.0], "total_low": [5.0], "total_high": [5.0]}), []).people.empty


def test_a_hidden_total_is_an_interval() -> None:
    none = pd.DataFrame(index=[0])
    unknown = pd.Series([np.nan])
    assert complete_totals(unknown, none, [], 5).loc[0].tolist() == [2, 0, 4]
    without = complete_totals(unknown, none, [], None).loc[0]
    assert without["total_low"] == 0
    assert without[["total", "total_high"]].isna().all()
    two = pd.DataFrame([[10, np.nan, 30, np.nan]], columns=[b.column for b in WIDE])
    assert complete_totals(unknown, two, WIDE, 5).loc[0].tolist() == [44, 40, 48]


def test_a_hidden_total_without_limit_leaves_the_high_open() -> None:
    frame = rows(WIDE, [[10, np.nan, 30, 5]])
    people = group_people(frame, WIDE).people.loc[0]
    assert people["y13_19_low"] == 0
    assert people[["y13_19", "y13_19_high"]].isna().all()
    assert people["s67"] == people["s67_high"] == 5


counted = st.one_of(st.just(float("nan")), st.integers(0, 60).map(float))


@given(st.lists(st.tuples(st.lists(counted, min_size=4, max_size=4), st.integers(0, 200)), min_size=1, max_size=6),
       st.one_of(st.none(), st.integers(2, 12)))  # fmt: skip
def test_every_estimate_lies_in_its_interval(areas: list[tuple[list[float], int]], below: int | None) -> None:
    bands = [Band("a", 0, 9), Band("b", 10, 24), Band("c", 25, 64), Band("d", 65, None)]
    frame = rows(bands, [a for a, _ in areas], [float(t) for _, t in areas], below)
    people = group_people(frame, bands, below).people
    known = frame[[b.column for b in bands]].sum(axis=1)
    for g in GROUPS:
        assert (people[f"{g}_low"] <= people[g] + 1e-6).all()
        assert (people[g] <= people[f"{g}_high"] + 1e-6).all()
        assert (people[f"{g}_high"] <= np.maximum(frame["total"], known) + 1e-6).all()
    everybody = sum(people[g] for g in GROUPS)
    assert everybody.to_numpy() == pytest.approx(np.maximum(frame["total"], known).to_numpy())


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ([Band("a", 0, 5), Band("b", 5, 9)], "both count people aged 5"),
        ([Band("a", 0, None), Band("b", 50, 60)], "both count"),
        ([Band("a", 9, 5)], "youngest age first"),
        ([Band("a", 0, 5, "f"), Band("b", 6, 9)], "one sex"),
    ],
)
def test_bands_that_count_somebody_twice_are_refused(bands: list[Band], said: str) -> None:
    with pytest.raises(InputError, match=said):
        check_bands(bands)


def test_bands_by_sex_add_up() -> None:
    bands = [Band("f", 0, 12, "f"), Band("m", 0, 12, "m"), Band("ff", 13, None, "f"), Band("mm", 13, None, "m")]
    check_bands(bands)
    assert uncounted(bands) == ()
    bands6 = [Band("f", 0, 5, "f"), Band("m", 0, 5, "m"), Band("ff", 6, None, "f"), Band("mm", 6, None, "m")]
    assert group_people(rows(bands6, [[3, 4, 10, 10]], [27]), bands6).people.loc[0, "c0_5"] == 7


def test_a_summary_keeps_what_is_not_known() -> None:
    homes = pd.DataFrame({"people": [2.0, np.nan], "people_low": [2.0, 0.0], "people_high": [2.0, np.nan]})
    summary = people_summary(homes)
    assert summary.loc["people", ["people", "low"]].tolist() == [2, 2]
    assert np.isnan(summary.loc["people", "high"])
