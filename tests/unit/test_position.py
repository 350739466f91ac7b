"""Reference systems are told apart by where they would put the rows."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import shapely

from assetmap.errors import CRSError
from assetmap.i18n import say
from assetmap.sources.files.position import crs_title, guess_crs, near_box

TOWNS = {
    "oslo": (10.75, 59.91),
    "bergen": (5.32, 60.39),
    "tromso": (18.95, 69.65),
    "sarpsborg": (11.11, 59.28),
    "aarhus": (10.20, 56.15),
    "copenhagen": (12.57, 55.68),
    "stockholm": (18.06, 59.33),
    "helsinki": (24.94, 60.17),
}
USED = [
    ("oslo", 25832), ("oslo", 25833), ("oslo", 3857), ("oslo", 4326), ("bergen", 25832), ("bergen", 25833),
    ("tromso", 25833), ("sarpsborg", 25832), ("aarhus", 25832), ("copenhagen", 25832), ("copenhagen", 3857),
    ("stockholm", 25833), ("helsinki", 25835), ("helsinki", 3879), ("helsinki", 4326),
]  # fmt: skip


def rows(town: str, epsg: int) -> tuple[np.ndarray, np.ndarray]:
    lon, lat = TOWNS[town]
    lon, lat = lon + np.array([0.0, 0.01, 0.02, -0.01]), lat + np.array([0.0, 0.005, -0.004, 0.01])
    x, y = pyproj.Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def place(town: str) -> shapely.Geometry:
    lon, lat = TOWNS[town]
    return shapely.box(lon - 0.02, lat - 0.01, lon + 0.02, lat + 0.01)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(("town", "epsg"), USED)
def test_a_known_place_settles_the_system_and_the_order(town: str, epsg: int, swap: bool) -> None:
    x, y = rows(town, epsg)
    guess = guess_crs(*((y, x) if swap else (x, y)), near=place(town))
    assert (guess.epsg, guess.swapped, guess.score, guess.alternatives) == (epsg, swap, 1.0, ())
    lon, lat = guess.lonlat(*((y, x) if swap else (x, y)))
    assert lon[0] == pytest.approx(TOWNS[town][0], abs=1e-6)
    assert lat[0] == pytest.approx(TOWNS[town][1], abs=1e-6)


@pytest.mark.parametrize("swap", [False, True])
@pytest.mark.parametrize(("town", "epsg"), USED)
def test_without_a_place_the_truth_is_the_answer_or_among_the_alternatives(town: str, epsg: int, swap: bool) -> None:
    x, y = rows(town, epsg)
    guess = guess_crs(*((y, x) if swap else (x, y)))
    assert (epsg, swap) in [(g.epsg, g.swapped) for g in (guess, *guess.alternatives)]
    if guess.alternatives:
        assert "just as well" in str(guess.message)
        assert all(f"{g.epsg}" in str(guess.message) for g in (guess, *guess.alternatives))


def test_zones_that_cannot_be_told_apart_are_asked_about() -> None:
    guess = guess_crs(np.array([597423.0]), np.array([6643110.0]))
    assert guess.epsg == 25832
    assert 25833 in [g.epsg for g in guess.alternatives]


def test_swapped_degrees_are_seen_and_said() -> None:
    guess = guess_crs(np.array([59.91, 59.92]), np.array([10.75, 10.76]))
    assert (guess.epsg, guess.swapped) == (4326, True)
    assert "swapped" in str(guess.message)


def test_degrees_outside_the_north_are_believed_in_their_order() -> None:
    guess = guess_crs(np.array([-15.41]), np.array([28.10]))
    assert (guess.epsg, guess.swapped, guess.alternatives) == (4326, False, ())


def test_degrees_that_can_only_be_swapped() -> None:
    guess = guess_crs(np.array([45.4]), np.array([-121.7]))
    assert (guess.epsg, guess.swapped) == (4326, True)


def test_the_zone_of_the_place_is_a_candidate_anywhere() -> None:
    x, y = pyproj.Transformer.from_crs(4326, 32628, always_xy=True).transform(-15.41, 28.10)
    guess = guess_crs(np.array([x]), np.array([y]), near=shapely.Point(-15.41, 28.10).buffer(0.01))
    assert guess.epsg == 32628


def test_one_row_at_zero_and_one_without_position_do_not_count() -> None:
    x, y = rows("sarpsborg", 25832)
    guess = guess_crs(np.append(x, [0, np.nan]), np.append(y, [0, 5.0]), near=place("sarpsborg"))
    assert (guess.epsg, guess.score) == (25832, 1.0)


def test_rows_far_from_the_place_are_said_to_be_far() -> None:
    guess = guess_crs(np.array([5.32]), np.array([60.39]), near=place("oslo"))
    assert guess.epsg == 4326
    assert "no row lies within 20 km" in str(guess.message)


@pytest.mark.parametrize(
    ("x", "y"),
    [([3e9], [4e9]), ([1234.0], [98765.0]), ([np.nan], [np.nan]), ([0.0], [0.0]), ([np.inf], [60.0]), ([], [])],
)
def test_nonsense_is_refused_with_what_to_do(x: list[float], y: list[float]) -> None:
    with pytest.raises(CRSError, match="longitude and latitude"):
        guess_crs(np.array(x), np.array(y))


def test_the_box_is_twenty_kilometres_wider_in_both_directions() -> None:
    west, south, east, north = near_box(shapely.Point(10, 60))
    geod = pyproj.Geod(ellps="WGS84")
    assert geod.inv(10, 60, 10, north)[2] == pytest.approx(20_000, rel=0.01)
    assert geod.inv(west, 60, 10, 60)[2] == pytest.approx(20_000, rel=0.01)
    assert (east - 10, 60 - south) == pytest.approx((10 - west, north - 60))


def test_codes_are_names_and_written_without_separators() -> None:
    assert say(crs_title(25832), "en") == "UTM zone 32 (ETRS89, EPSG:25832)"
    assert say(crs_title(31370), "da") == "EPSG:31370"
