"""The verb that draws ground within reach: from one place, or to the nearest of many."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from assetmap import api
from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.model.inventory import Inventory
from tests.town import town


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    folder: Path = tmp_path_factory.mktemp("town")
    return api.open_store(town(folder)).inventory()


def middle(inventory: Inventory) -> tuple[float, float]:
    point = inventory.neighbourhood.boundary.centroid
    return point.y, point.x


def test_from_one_place_more_minutes_hold_fewer(inventory: Inventory) -> None:
    at = middle(inventory)
    found = api.walk_areas(inventory, at)
    assert found.crs == 4326
    assert found["minutes"].tolist() == [15, 10, 5]
    areas = found.to_crs(25833).area.tolist()
    assert areas[0] > areas[1] > areas[2] > 0
    assert (
        found.geometry.iloc[2].covers(shapely.Point(at[1], at[0]))
        or found.geometry.iloc[2].distance(shapely.Point(at[1], at[0])) < 1e-3
    )  # the middle of a block lies beside the streets
    assert say(found.attrs["title"], "en") == "On foot from here"


def test_to_the_nearest_of_a_category(inventory: Inventory) -> None:
    narrowed = inventory.where(category="playground")
    found = api.walk_areas(narrowed, minutes=[5])
    for point in narrowed.frame.geometry:
        assert found.geometry.iloc[0].covers(point)
    assert say(found.attrs["title"], "da") == "Områder inden for rækkevidde: Legeplads"


def test_what_is_only_roughly_known_has_no_door(inventory: Inventory) -> None:
    choir = inventory.where(category="assoc_culture_arts")  # its place is an area
    assert len(choir.frame) == 1
    assert api.walk_areas(choir, minutes=[5]).geometry.is_empty.all()


@pytest.mark.parametrize(("at", "minutes"), [((55.0, 200.0), [5]), (None, [0]), (None, [500])])
def test_nonsense_is_refused(inventory: Inventory, at: tuple[float, float] | None, minutes: list[float]) -> None:
    with pytest.raises(InputError):
        api.walk_areas(inventory, at, minutes)
