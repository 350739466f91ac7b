"""Walk areas: what is reached lies in them, what is not does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from assetmap.osm import read_osm
from assetmap.walk import WalkNetwork
from tests.unit.test_walk_nearest import walled
from tests.worlds import grid, moved, places, square, streets


def ground(network: WalkNetwork, *spots: object, minutes: float = 5, **options: object) -> shapely.Geometry:
    areas = network.walk_areas(places(*spots), [minutes], **options)  # type: ignore[arg-type]
    return areas.to_crs(network.crs).geometry.item()


def test_five_minutes_on_a_grid_are_a_diamond() -> None:
    town = grid(21, 21)
    shape = ground(town, (1000.0, 1000.0))
    along = np.arange(0, 371, 10.0)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        reached = [moved(shapely.Point(1000 + dx * d, 1000 + dy * d)) for d in along]
        assert shapely.covers(shape, reached).all()
        assert not shape.covers(moved(shapely.Point(1000 + dx * 440, 1000 + dy * 440)))
    # The corner 200 + 200 m away is reached, 300 + 300 m is not, though it is as near as 424 m by air.
    assert shape.covers(moved(shapely.Point(1200, 1190)))
    assert not shape.intersects(moved(shapely.Point(1300, 1300)))


def test_the_largest_comes_first_and_each_holds_the_smaller() -> None:
    areas = grid(21, 21).walk_areas(places((1000.0, 1000.0)), [5, 15, 10])
    assert list(areas["minutes"]) == [15, 10, 5]
    assert areas.crs.to_epsg() == 4326
    large, middle, small = areas.to_crs(25832).geometry
    assert small.difference(middle.buffer(5)).is_empty
    assert middle.difference(large.buffer(5)).is_empty
    assert small.area < middle.area < large.area


def test_the_far_bank_of_a_canal_without_a_bridge_is_not_covered() -> None:
    # 20 m beside the street begins a canal of 5 m; on its far bank no street is within 60 m.
    canal = square(-500, 15, 2000, 5)
    town = walled(streets([(0.0, 0.0), (1000.0, 0.0)]), canal)
    shape = ground(town, (500.0, 0.0))
    assert not shape.intersects(moved(shapely.Point(500, 25)))
    assert not shape.intersects(moved(shapely.Point(500, 17)))
    assert shape.covers(moved(shapely.Point(500, 13)))
    # A canal drawn as a line parts the ground as well, and so does a railway.
    line = shapely.LineString([(-500, 15), (1500, 15)])
    assert not ground(walled(town, line), (500.0, 0.0)).intersects(moved(shapely.Point(500, 25)))


def test_the_bridge_itself_and_the_ground_behind_it_are_covered() -> None:
    canal = square(-500, 40, 2000, 20)
    town = walled(streets([(0.0, 0.0), (500.0, 0.0), (500.0, 100.0), (0.0, 100.0)]), canal)
    shape = ground(town, (500.0, 0.0))
    for y in range(0, 101, 5):
        assert shape.covers(moved(shapely.Point(500, y)))
    assert not shape.intersects(moved(shapely.Point(300, 50)))
    assert shape.covers(moved(shapely.Point(400, 100)))


def test_a_street_that_runs_beside_but_is_not_reached_is_cut_out() -> None:
    # The second street, 25 m away, is tied to the first only a kilometre off.
    town = streets([(0.0, 0.0), (1000.0, 0.0), (1000.0, 25.0), (0.0, 25.0)])
    shape = ground(town, (0.0, 0.0))
    assert shape.covers(moved(shapely.Point(200, 5)))
    assert not shape.intersects(moved(shapely.Point(200, 25)))


def test_an_area_starts_at_the_entrances_of_a_park() -> None:
    shape = ground(streets([(0.0, 0.0), (2000.0, 0.0)]), square(900, 10, 200), minutes=5)
    assert shape.covers(moved(shapely.Point(1100 + 350, 0)))
    assert shape.covers(moved(shapely.Point(900 - 350, 0)))
    assert not shape.intersects(moved(shapely.Point(1100 + 450, 0)))


def test_within_one_piece_of_street() -> None:
    shape = ground(streets([(0.0, 0.0), (1000.0, 0.0)]), (500.0, 20.0), minutes=1)
    # 80 m less the 20 m to the street leaves 60 m to either side.
    assert shape.covers(moved(shapely.Point(555, 0)))
    assert shape.covers(moved(shapely.Point(500, 20)))
    assert not shape.intersects(moved(shapely.Point(595, 0)))


def test_from_nowhere_nothing_is_reached() -> None:
    town = grid()
    assert ground(town, (-500.0, 0.0)).is_empty
    assert ground(town).is_empty
    assert ground(town, None).is_empty
    assert ground(town, (50.0, 50.0), minutes=0.1).is_empty


def test_on_real_streets_reached_ones_are_inside_and_the_far_ones_outside(shared: Path) -> None:
    data = read_osm(shared / "osm" / "crop_copenhagen_christianshavn_1km2.osm.pbf")
    town = WalkNetwork.from_osm(data)
    main = np.flatnonzero(town.component == np.bincount(town.component).argmax())
    middle = main[np.argmin(np.hypot(*(town.xy[main] - town.xy[main].mean(axis=0)).T))]
    start = town.nodes.iloc[[middle]]
    spots = town.nodes
    found = town.nearest(spots, start, max_minutes=5)
    shape = town.walk_areas(start, [5]).to_crs(town.crs).geometry.item()
    used = np.unique(np.concatenate([town.u[town.usable], town.v[town.usable]]))
    near = found["reached"].to_numpy()[used] & (found["snap_m"].to_numpy()[used] < 0.01)
    points = shapely.points(town.xy[used])
    assert near.sum() > 100
    assert shapely.distance(points[near], shape).max() < 2.0
    far = town.nearest(spots, start)["minutes"].to_numpy()[used] > 5.5
    # Bridges and arcades may lie over what is reached; nearly all that is too far lies outside.
    assert shapely.contains(shape, points[far]).mean() < 0.03
    water = data.shapes[(data.shapes["layer"] == "water")].to_crs(town.crs).union_all()
    assert shape.intersection(water).area < 0.05 * shape.area
    assert shape.is_valid


@pytest.mark.parametrize("minutes", [[], [0.0]])
def test_no_minutes_give_no_ground(minutes: list[float]) -> None:
    areas = grid().walk_areas(places((0.0, 0.0)), minutes)
    assert len(areas) == len(minutes)
    assert areas.geometry.is_empty.all()
