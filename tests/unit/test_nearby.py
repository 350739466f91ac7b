"""Does one place reach what lies within so many metres of walking, and nothing else?"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from assetmap.analyses.nearby import nearby
from assetmap.errors import InputError, UnknownKey
from tests.towns import assets_at, homes_at, inventory_of
from tests.worlds import grid, lonlat, square

LON, LAT = lonlat(0, 0)


def town() -> object:
    """Playgrounds at 400 and 500 m, a library at 800 m, a park whose edge is at 1200 m, a club placed by area."""
    play = assets_at((400, 0), (400, 100))
    library = assets_at((500, 300), category="library")
    park = assets_at(square(500, 500, 300), category="park_green")
    club = assets_at((0, 0), category="assoc_sport", location_precision="area")
    return inventory_of(pd.concat([play, library, park, club]), homes_at((0, 0)), grid(10, 10))


def test_steps_nearest_first() -> None:
    found = nearby(town(), at=(LAT, LON))
    assert list(found.frame["category"]) == ["playground", "playground", "library", "park_green"]
    assert list(found.frame["minutes"]) == pytest.approx([5, 6.25, 10, 12.5], rel=1e-3)
    play = found.summary["categories"]["playground"]
    assert play == {"nearest": 5.0, "name": "playground/0", "within": {"5": 1, "10": 2, "15": 2}}
    assert found.summary["categories"]["library"]["within"] == {"5": 0, "10": 1, "15": 1}
    assert list(found.summary["categories"]) == ["library", "park_green", "playground"], "in the order of the taxonomy"
    assert str(found.sentence) == "4 assets of 3 categories can be reached within 15 minutes on foot."
    assert found.frame.crs.to_epsg() == 4326


def test_only_some_categories_and_other_steps() -> None:
    found = nearby(town(), at=(LAT, LON), category=["library"], minutes=[20, 2.5])
    assert found.summary["categories"] == {
        "library": {"nearest": 10.0, "name": "library/0", "within": {"2.5": 0, "20": 1}}
    }
    assert str(found.sentence) == "One asset can be reached within 20 minutes on foot."


def test_slower_walkers_reach_less() -> None:
    found = nearby(town(), at=(LAT, LON), profile="pram")
    assert list(found.frame["category"]) == ["playground", "playground", "library"], "800 m at 3.2 km/h are 15 minutes"


def test_far_from_any_street() -> None:
    lon, lat = lonlat(0, -150)
    found = nearby(town(), at=(lat, lon))
    assert found.frame.empty
    assert found.summary["linked"] is False
    assert "too far from any mapped street" in str(found.sentence)
    assert "No street is mapped within 100 m" in str(found.caveats[0])
    assert nearby(town(), at=(lat, lon), snap_m=200).summary["linked"] is True


def test_nothing_within_reach() -> None:
    found = nearby(town(), at=(LAT, LON), minutes=[1])
    assert found.frame.empty
    assert str(found.sentence) == "Nothing that is mapped can be reached within 1 minute on foot."


def test_plain_frames_with_and_without_categories() -> None:
    plain = gpd.GeoDataFrame(geometry=assets_at((400, 0), None).geometry)
    found = nearby(plain, at=(LAT, LON), network=grid())
    assert len(found.frame) == 1
    assert found.summary["categories"] == {}
    assert len(nearby(plain, at=(LAT, LON), category="playground", network=grid()).frame) == 1
    with pytest.raises(UnknownKey):
        nearby(plain, at=(LAT, LON), category="swings", network=grid())


@pytest.mark.parametrize("minutes", [[], [0], [-1, 5], [float("nan")], [5, 1000]])
def test_minutes_that_are_no_walk(minutes: list[float]) -> None:
    with pytest.raises(InputError, match="are no walk"):
        nearby(town(), at=(LAT, LON), minutes=minutes)


@pytest.mark.parametrize("at", [(91, 0), (0, 181), ("x", 1), (1,), (float("nan"), 0), None])
def test_positions_that_are_none(at: object) -> None:
    with pytest.raises(InputError, match="is no position"):
        nearby(town(), at=at)


def test_no_network() -> None:
    with pytest.raises(InputError, match="nothing to walk on"):
        nearby(assets_at((0, 0)), at=(LAT, LON))
