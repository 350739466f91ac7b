"""Ways of walking by name, and what season does to them."""

from __future__ import annotations

import pytest

from assetmap.errors import InputError, UnknownKey
from assetmap.walk import PROFILES, SEASONS, WalkProfile, walk_profile


@pytest.mark.parametrize("who", PROFILES)
@pytest.mark.parametrize("season", ["", "-winter", "-ice", "-bare"])
@pytest.mark.parametrize("steps", ["", "-stepfree"])
def test_every_combination_has_a_name(who: str, season: str, steps: str) -> None:
    profile = walk_profile(who + season + steps)
    assert profile == walk_profile(profile)
    assert profile.name == who + season + steps
    assert profile.season == (season or "-bare")[1:]
    assert profile.steps is (PROFILES[who].steps and not steps)
    assert profile.speed_low_kmh <= profile.speed_kmh <= profile.speed_high_kmh
    assert profile.source


def test_the_season_may_stand_after_the_steps() -> None:
    assert walk_profile("older-stepfree-ice").season == "ice"


@pytest.mark.parametrize(
    "name",
    ["", "runner", "adult-", "adult-summer", "adult-winter-ice", "adult-stepfree-stepfree", "Adult", "adult-ice-ice"],
)
def test_an_unknown_way_of_walking_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(UnknownKey, match="adult, older, child, pram"):
        walk_profile(name)


def test_minutes_and_metres_are_each_others_inverse() -> None:
    for name in ("adult", "older-winter", "pram-ice"):
        profile = walk_profile(name)
        assert profile.metres(1000 * profile.minutes_per_metre()) == pytest.approx(1000)
    # 4.8 km/h is 12.5 minutes a kilometre; winter takes one more, ice two.
    assert [
        1000 * walk_profile(n).minutes_per_metre() for n in ("adult", "adult-winter", "adult-ice")
    ] == pytest.approx([12.5, 13.5, 14.5])
    assert walk_profile("adult").metres(15, speed_kmh=3.6) == pytest.approx(900)
    # Fossum & Ryeng's additions turn 5.0 km/h into 4.62 and 4.29 km/h.
    five = [WalkProfile("x", 5, 5, 5, "test", season=s).effective_kmh for s in SEASONS]
    assert five == pytest.approx([5, 4.615, 4.286], abs=0.001)


@pytest.mark.parametrize(
    "speeds", [(0, 0, 0), (4, 5, 6), (4.8, 3.6, 4), (-1, -2, 3), (20, 15, 25), (float("nan"),) * 3]
)
def test_speeds_that_nobody_walks_are_refused(speeds: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="km/h"):
        WalkProfile("x", *speeds, "test")


def test_what_a_receipt_keeps_is_plain() -> None:
    kept = walk_profile("older-winter").to_dict()
    assert kept["speed_kmh"] == 3.6
    assert kept["effective_kmh"] == pytest.approx(3.396, abs=0.001)
    assert all(isinstance(value, str | float | bool) for value in kept.values())
