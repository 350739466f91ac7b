"""Homes from OpenStreetMap, on a street drawn in metres."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from assetmap.model.crs import WGS84, project
from assetmap.osm import read_osm
from assetmap.sources.people.homes import HomesFound, homes_from_osm, inside

UTM = pyproj.CRS.from_epsg(25832)
EAST, NORTH = 600_000.0, 6_600_000.0


def at(geometry: shapely.Geometry) -> shapely.Geometry:
    """A shape in metres from the corner of the world, in longitude and latitude."""
    return project(shapely.transform(geometry, lambda xy: np.add(xy, (EAST, NORTH))), UTM, WGS84)


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    return at(shapely.box(x, y, x + width, y + height))


def buildings(**ways: tuple[shapely.Polygon, dict[str, str]]) -> gpd.GeoDataFrame:
    ids = [f"way/{name[1:]}" for name in ways]
    return gpd.GeoDataFrame(
        {"tags": [tags for _, tags in ways.values()]},
        geometry=gpd.GeoSeries([shape for shape, _ in ways.values()], index=ids, crs=WGS84),
        index=ids,
    )


def addresses(*rows: tuple[str, str | None, str, float, float], unit: list[str | None] | None = None):
    frame = gpd.GeoDataFrame(
        {"street": [r[1] for r in rows], "number": [r[2] for r in rows], "postcode": None, "city": None},
        geometry=gpd.GeoSeries([at(shapely.Point(r[3], r[4])) for r in rows], index=[r[0] for r in rows], crs=WGS84),
        index=[r[0] for r in rows],
    )
    return frame if unit is None else frame.assign(unit=unit)


def find(a: gpd.GeoDataFrame | None = None, b: gpd.GeoDataFrame | None = None, **more) -> HomesFound:
    return homes_from_osm(addresses() if a is None else a, buildings() if b is None else b, metric_crs=UTM, **more)


@pytest.mark.parametrize("kind", ["apartments", "house", "residential", "detached", "terrace", "dormitory", "farm",
                                  "houseboat", "house;museum", "yes"])  # fmt: skip
def test_what_is_a_home(kind: str) -> None:
    found = find(b=buildings(w1=(box(0, 0, 10, 10), {"building": kind})))
    assert found.homes.index.tolist() == ["way/1"]
    assert found.homes["source"].tolist() == ["building"]
    assert found.homes["dwellings"].tolist() == pytest.approx([1.0], rel=1e-3)


@pytest.mark.parametrize(
    "tags",
    [*({"building": kind} for kind in ("garage", "garages", "shed", "church", "school", "industrial", "retail", "roof",
                                       "office", "hotel", "warehouse", "construction", "ruins", "no")),
     *({"building": "yes", key: "x"} for key in ("amenity", "shop", "office", "industrial", "leisure")),
     {"building": "house", "abandoned": "yes"}],
)  # fmt: skip
def test_what_is_not_a_home(tags: dict[str, str]) -> None:
    found = find(b=buildings(w1=(box(0, 0, 10, 10), tags)))
    assert found.homes.empty
    assert found.counts["buildings_not_homes"] == 1
    assert {i.code for i in found.issues} == {"no-homes"}


def test_a_tag_that_says_no_is_not_a_use() -> None:
    assert len(find(b=buildings(w1=(box(0, 0, 10, 10), {"building": "yes", "shop": "no"}))).homes) == 1


def test_a_small_building_is_no_home_unless_it_says_so() -> None:
    small = box(0, 0, 5, 5)
    assert find(b=buildings(w1=(small, {"building": "yes"}))).homes.empty
    assert len(find(b=buildings(w1=(small, {"building": "house"}))).homes) == 1
    assert len(find(b=buildings(w1=(box(0, 0, 6, 5.1), {"building": "yes"}))).homes) == 1


def test_weight_is_flats_else_floor_area_times_levels() -> None:
    found = find(
        b=buildings(
            w1=(box(0, 0, 20, 10), {"building": "apartments", "building:flats": "12", "building:levels": "4"}),
            w2=(box(100, 0, 20, 10), {"building": "apartments", "building:levels": "4"}),
            w3=(box(200, 0, 20, 10), {"building": "apartments"}),
            w4=(box(300, 0, 20, 10), {"building": "apartments", "building:flats": "many", "building:levels": "2;3"}),
        )
    )
    assert found.homes["dwellings"].tolist() == pytest.approx([12, 8, 2, 6], rel=1e-3)
    assert found.counts["levels_assumed"] == 1


def test_an_address_takes_the_place_of_its_building() -> None:
    found = find(
        addresses(("node/1", "A", "1", 5, 5), ("node/2", "A", "3", 15, 5)),
        buildings(w1=(box(0, 0, 20, 10), {"building": "yes", "building:levels": "3"})),
    )
    assert found.homes.index.tolist() == ["node/1", "node/2"]
    assert found.homes["dwellings"].tolist() == pytest.approx([3, 3], rel=1e-3)
    assert found.counts["buildings_with_address"] == 1


def test_addresses_in_other_buildings_are_dropped_and_counted() -> None:
    found = find(
        addresses(("node/1", "A", "1", 5, 5), ("node/2", "A", "2", 50, 50)),
        buildings(w1=(box(0, 0, 20, 10), {"building": "school"})),
    )
    assert found.homes.index.tolist() == ["node/2"]
    assert found.homes["dwellings"].tolist() == [1]
    assert found.counts["addresses_not_homes"] == 1
    assert [i.code for i in found.issues] == ["address-not-home"]


def test_a_roof_over_a_home_hides_nobody() -> None:
    found = find(
        addresses(("node/1", "A", "1", 5, 5)),
        buildings(w1=(box(0, 0, 20, 10), {"building": "house"}), w2=(box(0, 0, 30, 10), {"building": "roof"})),
    )
    assert found.homes.index.tolist() == ["node/1"]


def test_a_point_and_its_building_are_one_address() -> None:
    house = buildings(w7=(box(0, 0, 20, 10), {"building": "house", "addr:housenumber": "1"}))
    inside_it = addresses(("way/7", "Allé", "1b", 10, 5), ("node/9", "allé ", "1B", 4, 5))
    beside_it = addresses(("way/7", "Allé", "1b", 10, 5), ("node/9", "allé ", "1B", 4, -30))
    for points, stands in ((inside_it, "node/9"), (beside_it, "way/7")):
        found = find(points, house)
        assert found.homes.index.tolist() == [stands]
        assert found.homes["dwellings"].tolist() == pytest.approx([2], rel=1e-3)
        assert found.counts["addresses_merged"] == 1


def test_the_same_name_in_another_town_is_another_address() -> None:
    assert len(find(addresses(("node/1", "A", "1", 0, 0), ("node/2", "A", "1", 5000, 0))).homes) == 2


def test_buildings_that_share_an_address_keep_their_people() -> None:
    blocks = buildings(
        w1=(box(0, 0, 20, 10), {"building": "apartments"}), w2=(box(40, 0, 20, 10), {"building": "apartments"})
    )
    found = find(addresses(("way/1", "A", "1", 10, 5), ("way/2", "A", "1", 50, 5)), blocks)
    assert found.homes.index.tolist() == ["way/1", "way/2"]


def test_a_door_just_outside_the_wall_belongs_to_the_house() -> None:
    found = find(
        addresses(("node/1", "A", "1", 5, -3), ("node/2", "A", "2", 5, -9)),
        buildings(w1=(box(0, 0, 20, 10), {"building": "house"})),
    )
    assert found.homes.index.tolist() == ["node/1", "node/2"]  # the second is too far to be at that door
    assert found.homes["dwellings"].tolist() == pytest.approx([2, 1], rel=1e-3)


def test_flats_behind_one_door_are_counted_once_as_a_home_and_each_as_a_dwelling() -> None:
    stacked = addresses(*((f"node/{n}", "A", "1", 5, 5) for n in range(1, 5)), ("node/9", "A", "3", 15, 5))
    building = buildings(w1=(box(0, 0, 20, 10), {"building": "yes"}))
    found = find(stacked, building)
    assert found.homes["dwellings"].to_dict() == pytest.approx({"node/1": 4, "node/9": 1})
    named = addresses(*((f"node/{n}", "A", "1", n, 5) for n in range(1, 5)), unit=["1", "2", "3", "3"])
    assert find(named, building).homes["dwellings"].to_dict() == pytest.approx({"node/1": 3})
    assert find(named).homes["dwellings"].to_dict() == pytest.approx({"node/1": 3})


def test_a_cafe_at_the_address_adds_no_dwelling() -> None:
    found = find(addresses(("node/1", "A", "1", 5, 5), ("node/2", "A", "1", 8, 5)))
    assert found.homes["dwellings"].to_dict() == {"node/1": 1}


def test_homes_on_the_boundary_count_and_those_beyond_do_not() -> None:
    points = addresses(("node/1", "A", "1", 5, 5), ("node/2", "A", "2", 200, 5))
    corner = points.geometry.iloc[0]
    boundary = shapely.Polygon([corner.coords[0], (corner.x + 1e-3, corner.y), (corner.x, corner.y + 1e-3)])
    found = find(points, boundary=boundary)
    assert found.homes.index.tolist() == ["node/1"]
    assert found.counts["outside"] == 1
    assert inside(found.homes, boundary).all()


def test_metres_to_the_edge_of_the_data() -> None:
    points = addresses(("node/1", "A", "1", 30, 500), ("node/2", "A", "2", 500, 500), ("node/3", "A", "3", -9, 5))
    found = find(points, extent=box(0, 0, 1000, 1000))
    assert found.homes["edge_m"].tolist() == pytest.approx([30, 500, 0], abs=0.1)
    assert np.isinf(find(points).homes["edge_m"]).all()


def test_shapes_that_are_no_buildings_are_passed_over() -> None:
    bow = at(shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)]))
    odd = buildings(w1=(bow, {"building": "house"}), w2=(at(shapely.LineString([(0, 0), (9, 9)])), {"building": "yes"}),
                    w3=(shapely.Polygon(), {"building": "house"}))  # fmt: skip
    found = find(b=odd)
    assert found.homes.index.tolist() == ["way/1"]
    assert found.homes["dwellings"].tolist() == pytest.approx([2.0], rel=1e-3)


def test_nothing_gives_an_empty_frame_of_the_same_form() -> None:
    empty, full = find().homes, find(addresses(("node/1", "A", "1", 5, 5))).homes
    assert empty.empty
    assert empty.columns.tolist() == full.columns.tolist()
    assert empty.crs == full.crs
    assert full.index.name == empty.index.name == "home"


def test_the_order_of_the_file_changes_nothing() -> None:
    points = addresses(("node/10", "A", "1", 5, 5), ("node/9", "A", "1", 6, 5), ("way/2", "A", "1", 7, 5))
    house = buildings(w2=(box(0, 0, 20, 10), {"building": "house"}))
    one, two = find(points, house).homes, find(points.iloc[::-1], house).homes
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))
    assert one.index.tolist() == ["node/9"]


@pytest.mark.parametrize(
    ("file", "least", "most"),
    [("osm/oslo_skoyen_2017.osm.pbf", 130, 200), ("osm/copenhagen_christianshavn_2017.osm.zip", 4000, 4700)],
)
def test_real_neighbourhoods(shared: Path, file: str, least: int, most: int) -> None:
    osm = read_osm(shared / file)
    found = homes_from_osm(osm.addresses, osm.buildings, osm.bounds, osm.bounds)
    assert least < len(found.homes) < most
    assert found.homes.index.is_unique
    assert (found.homes["dwellings"] > 0).all()
    assert set(found.homes["source"]) == {"address", "building"}
    counts = found.counts
    assert counts["addresses"] - counts["addresses_merged"] - counts["addresses_not_homes"] == (
        (homes_from_osm(osm.addresses, osm.buildings).homes["source"] == "address").sum()
    )


def test_a_city(shared: Path) -> None:
    osm = read_osm(shared / "bench/osm/las_palmas_city_2023.osm.pbf")
    found = homes_from_osm(osm.addresses, osm.buildings, osm.bounds, osm.bounds)
    assert len(found.homes) > 20_000
    assert found.homes.index.is_unique
