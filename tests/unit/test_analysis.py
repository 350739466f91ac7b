"""Is the same question understood the same way by every analysis?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from assetmap.analyses.analysis import Threshold, complete_homes, has_door, profile_for, subject, threshold
from assetmap.errors import InputError
from assetmap.walk import walk_profile
from tests.towns import assets_at, homes_at, inventory_of
from tests.worlds import grid


def test_what_is_asked_of_an_inventory() -> None:
    both = pd.concat([assets_at((0, 0)), assets_at((0, 0), category="library")])
    here = inventory_of(both, homes_at((0, 0)))
    assert subject(here).categories == ("library", "playground"), "all that are there"
    assert subject(here.where(category="library")).categories == ("library",), "those it was narrowed to"
    assert subject(here.where(category="library"), "playground").assets.empty
    assert len(subject(here, ("playground", "library")).assets) == 2


def test_homes_and_network_of_ones_own_come_first() -> None:
    here = inventory_of(assets_at((0, 0)), homes_at((0, 0), (100, 0)))
    other = grid(2, 2)
    about = subject(here, homes=homes_at((0, 0)), network=other)
    assert len(about.homes) == 1
    assert about.network is other


def test_homes_are_completed_and_never_changed() -> None:
    bare = homes_at((0, 0)).drop(columns=["people", "people_low", "people_high", "dwellings", "edge_m"])
    full, unit = complete_homes(bare)
    assert unit == "homes"
    assert (full["dwellings"].iloc[0], full["edge_m"].iloc[0]) == (1, np.inf)
    assert "dwellings" not in bare
    groups, unit = complete_homes(bare.assign(people=3, c0_5=1))
    assert unit == "people"
    assert list(groups[["people_low", "people_high", "c0_5_low", "c0_5_high"]].iloc[0]) == [3, 3, 1, 1]
    assert complete_homes(bare.assign(people=np.nan))[1] == "homes", "nobody's number is known"


def test_thresholds() -> None:
    assert threshold(["playground"], None, None) == Threshold(5.0, default=True)
    assert threshold(["playground", "school"], None, None).minutes == 20, "the longer of the two"
    assert threshold(["playground"], 7, None) == Threshold(7.0)
    metres = threshold(["playground"], None, "no_t208_child_8")
    assert (metres.minutes, metres.metres, metres.straight) == (None, 200, False)
    assert threshold(["park_green"], None, "who_green_300").straight
    assert threshold(["school"], None, "fifteen_minute_city").minutes == 15
    with pytest.raises(InputError):
        threshold([], None, None)


def test_limits_follow_speed_only_where_time_is_asked() -> None:
    adult = walk_profile("adult")
    assert Threshold(5.0).limits(adult) == pytest.approx((400, 300, 500))
    assert Threshold(None, 200).limits(adult) == (200, 200, 200)


def test_a_metre_of_steps_is_a_metre_where_metres_are_asked() -> None:
    assert profile_for(Threshold(None, 200), "adult").steps_factor == 1
    assert profile_for(Threshold(5.0), "adult").steps_factor == 3
    assert not profile_for(Threshold(None, 200), "pram").steps, "and no steps are still none"


@pytest.mark.parametrize(("minutes", "said"), [(1, "1 minute"), (5, "5 minutes"), (2.5, "2.5 minutes")])
def test_thresholds_in_words(minutes: float, said: str) -> None:
    assert str(Threshold(minutes).said()) == said
    assert str(Threshold(None, 300.0).said()) == "300 metres"


def test_which_assets_have_a_door() -> None:
    frame = assets_at((0, 0), (0, 0), (0, 0), (0, 0), None)
    frame["location_precision"] = ["exact", "address", "street", "area", "none"]
    assert list(has_door(frame)) == [True, True, False, False, False]
    assert list(has_door(frame.drop(columns="location_precision"))) == [True] * 4 + [False]
