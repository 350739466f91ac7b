"""Is nobody found in what is public of people, and would the attacks find somebody if there were anything to find?"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.disclosure import cell_numbers, cell_partition
from assetmap.disclosure.attacks import (
    Truth,
    averaging,
    beyond_chance,
    homogeneity,
    linkage,
    nearest_address,
    subtraction,
)
from assetmap.disclosure.cell_rules import CellRules
from assetmap.disclosure.differencing import arrivals, withdrawals
from assetmap.disclosure.releases import Release
from tests.municipality import START, Municipality, lived_in, municipality, newcomers, quarters

DAYS = quarters(START, 10)
SEEDS = [1, 2]
Row = dict[str, object]


def truth_of(place: Municipality) -> Truth:
    return Truth(place.persons, place.gifts, place.addresses)


def following(place: Municipality, day: datetime.date, release: Release | None) -> Callable[[Truth], gpd.GeoDataFrame]:
    """Makes the next release from those who are there then."""
    return lambda truth: (
        replace(place, persons=truth.persons, gifts=truth.gifts).release(day, release, CellRules()).frame()
    )


def told(rows: list[Row]) -> str:
    return pd.DataFrame(rows).to_string(index=False)


@pytest.fixture(scope="module", params=SEEDS)
def first(request: pytest.FixtureRequest) -> tuple[Municipality, Release]:
    place = municipality(request.param, kinds=30 if request.param == 2 else 54)
    return place, place.release(START)


@pytest.fixture(scope="module", params=SEEDS)
def settled(request: pytest.FixtureRequest) -> tuple[Municipality, Release]:
    """After two years of coming and going."""
    place, releases = lived_in(municipality(request.param), request.param, DAYS[:9])
    return place, releases[-1]


def test_nobody_is_found_in_a_release(first: tuple[Municipality, Release]) -> None:
    place, release = first
    truth, frame = truth_of(place), release.frame()
    days = [START + datetime.timedelta(days=at % 90) for at in range(1000)]
    exports = averaging(lambda at: place.release(days[at], release).frame(), truth, 1000)
    rows = [nearest_address(frame, truth), exports, homogeneity(frame, truth), linkage(frame, truth)]
    rows += [subtraction(frame, truth), subtraction(frame, truth, exact=True)]
    print(told(rows))
    assert not any(map(beyond_chance, rows)), told(rows)
    assert exports["identified"] == rows[0]["identified"], "a thousand exports give what one gives"
    assert "1000 exports, 1 sorts" in str(exports["measure"])
    assert all(int(str(row["tried"])) > 50 for row in rows)


def test_nobody_is_found_after_years(settled: tuple[Municipality, Release]) -> None:
    place, release = settled
    truth, frame = truth_of(place), release.frame()
    rows = [nearest_address(frame, truth), homogeneity(frame, truth), linkage(frame, truth), subtraction(frame, truth)]
    print(told(rows))
    assert not any(map(beyond_chance, rows)), told(rows)


def test_one_who_goes_or_comes_after_a_first_release_changes_nothing(first: tuple[Municipality, Release]) -> None:
    place, release = first
    rng = np.random.default_rng(7)
    make, truth = following(place, DAYS[1], release), truth_of(place)
    moment = pd.Timestamp(DAYS[1], tz="UTC") - pd.Timedelta(days=4)
    come = truth_of(newcomers(place.addresses, rng, 12, moment, "new"))
    rows = [
        withdrawals(release.frame(), make, truth, rng.choice(place.persons.index, 24, replace=False)),
        arrivals(release.frame(), make, truth, come),
    ]
    print(told(rows))
    assert [row["identified"] for row in rows] == [0, 0]
    assert all(str(row["measure"]).startswith("releases that differ: 0") for row in rows), told(rows)


def test_nobody_is_found_by_two_releases_after_years(settled: tuple[Municipality, Release]) -> None:
    place, release = settled
    rng = np.random.default_rng(8)
    make, truth = following(place, DAYS[9], release), truth_of(place)
    moment = pd.Timestamp(DAYS[9], tz="UTC") - pd.Timedelta(days=4)
    come = truth_of(newcomers(place.addresses, rng, 12, moment, "new"))
    rows = [
        withdrawals(release.frame(), make, truth, rng.choice(place.persons.index, 40, replace=False)),
        arrivals(release.frame(), make, truth, come),
    ]
    print(told(rows))
    assert [row["identified"] for row in rows] == [0, 0], told(rows)


# What is broken on purpose must be found.


@dataclass(frozen=True)
class Careless(CellRules):
    """Rules that nobody checks."""

    def __post_init__(self) -> None:
        return


def test_cells_of_too_few_are_caught() -> None:
    place = municipality(1)
    frame = place.release(START, rules=Careless(k=1, margin=0, addresses=1)).frame()
    row = linkage(frame, truth_of(place))
    assert beyond_chance(row)
    assert int(str(row["identified"])) > 400


def test_cells_where_all_are_alike_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    place = municipality(1)
    alike = replace(place, gifts=pd.concat([place.gifts, place.gifts.assign(theme="cooking")]).drop_duplicates())
    assert alike.release(START).cells == ()
    monkeypatch.setattr(cell_partition, "varied", lambda *_: True)
    assert beyond_chance(homogeneity(alike.release(START).frame(), truth_of(alike)))


def test_numbers_without_secondary_suppression_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """In large cells, of which much is told, single numbers are left out."""
    place, rules = municipality(1), CellRules(persons=200)
    careful = subtraction(place.release(START, rules=rules).frame(), truth_of(place), exact=True)
    assert careful["identified"] == 0
    monkeypatch.setattr(cell_numbers, "also_left_out", lambda counts, shown, **_: shown)
    careless = subtraction(place.release(START, rules=rules).frame(), truth_of(place), exact=True)
    assert beyond_chance(careless), careless


def test_points_that_are_moved_anew_each_time_are_caught() -> None:
    place = municipality(1)

    def jittered(at: int) -> gpd.GeoDataFrame:
        rng = np.random.default_rng(at)
        turn, far = rng.uniform(0, 2 * np.pi, len(place.persons)), rng.uniform(50, 250, len(place.persons))
        xy = shapely.get_coordinates(place.persons.geometry)
        moved = xy + far[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
        return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*moved.T), crs=place.persons.crs)

    row = averaging(jittered, truth_of(place), 1000)
    assert int(str(row["identified"])) > 400, row
    assert "1000 sorts" in str(row["measure"])


def test_releases_drawn_without_regard_to_the_last_are_caught() -> None:
    place = municipality(1)
    release = place.release(START)
    who = np.random.default_rng(3).choice(place.persons.index, 40, replace=False)
    row = withdrawals(release.frame(), following(place, DAYS[1], None), truth_of(place), who)
    assert int(str(row["identified"])) > 4, row


def test_a_trait_that_could_be_known_is_caught() -> None:
    place = municipality(1)
    frame = place.release(START).frame().assign(age_band="67+")
    assert linkage(frame, truth_of(place))["identified"] == len(place.persons)
