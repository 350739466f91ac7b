"""People shared out over homes, on squares of a hundred metres."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pyrosm
import pytest
import shapely

from assetmap.errors import NothingFound
from assetmap.gathering import find_place, gather
from assetmap.model.ages import GROUPS, Band
from assetmap.model.crs import WGS84, project
from assetmap.model.population import PopulationAreas, complete_totals, people_summary
from assetmap.model.provenance import Provenance
from assetmap.osm import read_osm
from assetmap.sources.people.apportion import Apportioned, apportion
from assetmap.sources.people.homes import homes_from_osm
from assetmap.sources.people.population import read_population

UTM = pyproj.CRS.from_epsg(25832)


def at(geometry: shapely.Geometry) -> shapely.Geometry:
    return project(shapely.transform(geometry, lambda xy: np.add(xy, (600_000, 6_600_000))), UTM, WGS84)


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    return at(shapely.box(x, y, x + width, y + height))


def homes(*rows: tuple[str, float, float, float]) -> gpd.GeoDataFrame:
    """Rows of id, x, y (metres) and dwellings."""
    index = pd.Index([r[0] for r in rows], dtype="str", name="home")
    data = {"source": "address", "dwellings": [float(r[3]) for r in rows], "people": np.nan, "people_low": np.nan,
            "people_high": np.nan, "edge_m": np.inf}  # fmt: skip
    points = gpd.GeoSeries([at(shapely.Point(r[1], r[2])) for r in rows], index=index, crs=WGS84)
    return gpd.GeoDataFrame(data, index=index, geometry=points)


def areas(shapes: dict[str, shapely.Polygon], total: list[float], below: float | None = None, **counts: list[float]):
    bands = tuple(Band(c, *ages) for c, ages in BANDS.items() if c in counts)
    table = pd.DataFrame(counts, index=list(shapes), dtype=float)
    limits = complete_totals(pd.Series(total, index=table.index, dtype=float), table, bands, below)
    frame = gpd.GeoDataFrame(limits.join(table), geometry=gpd.GeoSeries(shapes, crs=WGS84), crs=WGS84)
    return PopulationAreas(frame.rename_axis("area"), bands, Provenance("population:test", "Test"), below)


BANDS = {"kids": (0, 5), "young": (6, 19), "adult": (20, 66), "old": (67, None)}
ONE = {"a": box(0, 0, 100, 100)}


def share(*args, **more) -> Apportioned:
    return apportion(*args, metric_crs=UTM, **more)


def test_people_go_where_the_dwellings_are() -> None:
    done = share(homes(("h1", 10, 10, 1), ("h2", 20, 20, 3)), areas(ONE, [40]))
    assert done.homes["people"].tolist() == pytest.approx([10, 30])
    assert done.homes["people_low"].tolist() == pytest.approx([10, 30])
    assert done.groups == ()
    assert [i.code for i in done.issues] == []


def test_homes_across_the_boundary_take_their_part() -> None:
    done = share(homes(("in", 10, 10, 1), ("out", 90, 10, 3)), areas(ONE, [40]), boundary=box(0, 0, 50, 100))
    assert done.homes["people"].to_dict() == pytest.approx({"in": 10})


def test_an_area_beyond_the_data_is_divided_by_land() -> None:
    half = box(0, 0, 50, 100)
    done = share(homes(("in", 10, 10, 1)), areas(ONE, [40]), boundary=half, extent=half)
    assert done.homes["people"].tolist() == pytest.approx([20], rel=1e-6)
    assert done.report["areas_cut"] == 1
    assert str(done.notes[0]).startswith("1 area reaches beyond the map data")


def test_a_boundary_wider_than_the_map_brings_nobody_into_its_homes() -> None:
    half, wide = box(0, 0, 50, 100), box(-500, -500, 2000, 2000)
    two = areas({**ONE, "b": box(100, 0, 100, 100)}, [40, 7])
    beyond = homes(("in", 10, 10, 1), ("sticks out", 60, 10, 1))
    alone, done = share(beyond, two, extent=half), share(beyond, two, boundary=wide, extent=half)
    for found in (alone, done):
        assert found.homes["people"].to_dict() == pytest.approx({"in": 20}, rel=1e-6)
        assert found.homes["people_high"].sum() == pytest.approx(20, rel=1e-6)
    assert alone.report["people_beyond_map"] == 0
    assert done.report["people_beyond_map"] == pytest.approx(27, rel=1e-6)
    told = "27 people of the boundary live outside the area that the map covers and are not counted."
    assert told in [str(note) for note in done.notes]
    assert told in [str(issue.message) for issue in done.issues if issue.code == "people-beyond-map"]


def test_a_boundary_beside_the_map_of_its_people_is_refused() -> None:
    """The file has people in the boundary, but none where the map and the boundary meet."""
    with pytest.raises(NothingFound):
        share(homes(("h", 10, 10, 1)), areas({"b": box(500, 0, 100, 100)}, [7]), boundary=box(0, 0, 700, 100),
              extent=box(-100, 0, 300, 100))  # fmt: skip


def test_whom_the_source_hides_is_in_no_sum_of_people_beyond_the_map() -> None:
    two = areas({**ONE, "b": box(100, 0, 100, 100)}, [40, np.nan])
    done = share(homes(("h", 10, 10, 1)), two, boundary=box(0, 0, 300, 100), extent=ONE["a"])
    assert done.report["people_beyond_map"] == 0
    assert done.report["people"] == pytest.approx(40, rel=1e-6)


def test_people_without_a_home_on_the_map_are_not_lost() -> None:
    done = share(
        homes(("h", 10, 10, 1)), areas({**ONE, "b": box(100, 0, 100, 100)}, [40, 7]), extent=box(0, 0, 300, 300)
    )
    assert done.homes["people"].to_dict() == pytest.approx({"h": 40, "area/b": 7})
    assert done.homes.loc["area/b", "source"] == "area"
    assert done.homes.loc["area/b", "edge_m"] == pytest.approx(50, abs=1)
    assert shapely.covers(box(100, 0, 100, 100), done.homes.geometry["area/b"])
    assert [i.code for i in done.issues] == ["area-without-homes"]
    assert str(done.issues[0].message).startswith("1 area with 7 people has no home")


def test_one_person_is_a_person() -> None:
    done = share(homes(), areas(ONE, [1]), boundary=box(0, 0, 300, 100), extent=box(0, 0, 300, 300))
    assert str(done.issues[0].message).startswith("1 area with 1 person has no home on the map")
    half = share(homes(), areas(ONE, [2]), boundary=ONE["a"], extent=box(0, 0, 50, 100))
    assert "1 person of the boundary lives outside" in str(half.issues[-1].message)


def test_only_the_part_of_a_homeless_area_in_the_boundary_counts() -> None:
    boundary = box(0, 0, 25, 100)
    done = share(homes(), areas(ONE, [40]), boundary=boundary, extent=box(-50, -50, 500, 500))
    assert done.homes["people"].tolist() == pytest.approx([10], rel=1e-6)
    assert shapely.covers(boundary, done.homes.geometry.iloc[0])


def test_an_area_whose_homes_lie_beyond_gives_nobody() -> None:
    done = share(homes(("out", 90, 10, 1)), areas(ONE, [40]), boundary=box(0, 0, 50, 100))
    assert done.homes.empty
    assert done.report["people"] == 0


def test_a_home_in_no_area_counts_nobody_and_is_told() -> None:
    done = share(homes(("h", 10, 10, 1), ("far", 500, 10, 1)), areas(ONE, [40]))
    assert done.homes["people"].to_dict() == pytest.approx({"h": 40, "far": 0})
    assert done.report["homes_without_area"] == 1


def test_a_home_on_the_edge_belongs_to_the_first_area() -> None:
    two = areas({"b": box(50, 0, 100, 100), **ONE}, [10, 40])
    done = share(homes(("edge", 75, 10, 1), ("a", 10, 10, 1)), two)
    assert done.homes["people"].to_dict() == pytest.approx({"edge": 10, "a": 40})
    overlap = next(str(i.message) for i in done.issues if i.code == "areas-overlap")
    assert "overlap by 33 % of their ground" in overlap  # 20 000 m² of areas on 15 000 m² of ground


def test_hidden_counts_stay_intervals_in_the_homes() -> None:
    two = areas({**ONE, "b": box(100, 0, 100, 100)}, [50, 20], kids=[10, np.nan], young=[5, np.nan], adult=[30, np.nan],
                old=[5, np.nan])  # fmt: skip
    done = share(homes(("h1", 10, 10, 1), ("h2", 20, 20, 4), ("k", 150, 50, 1)), two)
    assert done.groups == tuple(GROUPS)
    assert done.estimated == tuple(GROUPS)
    kids = done.homes[["c0_5", "c0_5_low", "c0_5_high"]]
    assert kids.loc["h1"].tolist() == pytest.approx([2, 2, 2])
    assert kids.loc["k"].tolist() == pytest.approx([4, 0, 20])  # like the other area, a fifth
    summary = people_summary(done.homes)
    assert summary.loc["c0_5"].tolist() == pytest.approx([14, 10, 30])
    assert summary.loc["people"].tolist() == pytest.approx([70, 70, 70])


def test_what_another_area_hides_estimates_nothing_here() -> None:
    two = areas({**ONE, "b": box(9000, 0, 100, 100)}, [50, 20], kids=[10, np.nan], young=[5, np.nan],
                adult=[30, np.nan], old=[5, np.nan])  # fmt: skip
    done = share(homes(("h", 10, 10, 1)), two, boundary=box(-10, -10, 200, 200))
    assert done.estimated == ("c6_12", "y13_19")  # cut from 6–19; the others are as the source has them


def test_a_hidden_total_without_limit_stays_unknown() -> None:
    done = share(homes(("h", 10, 10, 1)), areas(ONE, [np.nan]))
    assert done.homes["people_low"].tolist() == [0]
    assert done.homes[["people", "people_high"]].isna().all(axis=None)
    assert "people-unknown" in {i.code for i in done.issues}


def test_a_file_of_another_place_is_refused() -> None:
    with pytest.raises(NothingFound, match="The one area of"):
        share(homes(("h", 9000, 10, 1)), areas(ONE, [40]), boundary=box(9000, 0, 100, 100))


def test_an_area_that_only_touches_the_boundary_has_no_part_in_it() -> None:
    done = share(homes(("h", 10, 10, 1)), areas({**ONE, "b": box(100, 0, 100, 100)}, [40, 9]), boundary=ONE["a"])
    assert done.report["people"] == pytest.approx(40)


def test_skoyen_with_the_norwegian_grid(shared: Path) -> None:
    osm = read_osm(shared / "osm/oslo_skoyen_2017.osm.pbf")
    found = homes_from_osm(osm.addresses, osm.buildings, extent=osm.bounds)
    grid = read_population(shared / "population/no_oslo/befolkning_250m_2023_oslo.shp")
    done = apportion(found.homes, grid, osm.bounds, osm.bounds)
    zone = gpd.GeoSeries([osm.bounds], crs=4326).to_crs(25833).iloc[0]
    cells = grid.areas.to_crs(25833)
    by_land = (cells.intersection(zone).area / cells.area * cells["total"]).sum()
    assert done.report["people"] == pytest.approx(by_land, rel=1e-3)
    assert done.homes.index.is_unique
    wide = osm.bounds.buffer(0.05)
    wider = apportion(found.homes, grid, wide, osm.bounds)
    assert wider.report["people"] == pytest.approx(done.report["people"], rel=1e-9)
    ground = gpd.GeoSeries([wide], crs=4326).to_crs(25833).iloc[0].difference(zone)
    rest = (cells.intersection(ground).area / cells.area * cells["total"]).sum()
    assert rest > 50_000
    assert wider.report["people_beyond_map"] == pytest.approx(rest, rel=1e-4)


@pytest.mark.parametrize(
    ("file", "people"),
    [("oslo_skoyen_2017.osm.pbf", "population/no_oslo/befolkning_250m_2023_oslo.shp"),
     ("copenhagen_osterbro_faelledparken_2017.osm", None)],
)  # fmt: skip
def test_a_boundary_wider_than_the_map_changes_no_home(file: str, people: str | None, shared: Path) -> None:
    population, osm = shared / people if people else None, shared / "osm" / file
    alone = gather(find_place(osm=osm), population=population).inventory.neighbourhood
    wide = shapely.box(*alone.boundary.buffer(0.02).bounds)
    done = gather(find_place("Wide", osm=osm, boundary=wide), population=population).inventory.neighbourhood
    assert done.homes.index.tolist() == alone.homes.index.tolist()
    for column in ("dwellings", "people"):
        assert done.homes[column].to_numpy() == pytest.approx(alone.homes[column].to_numpy(), rel=1e-6, nan_ok=True)
    notes = " ".join(map(str, done.notes))
    assert "of the boundary. What is in the rest is not known" in notes
    assert ("people of the boundary live outside" in notes) == (population is not None)


def test_streets_without_houses_still_have_their_people(shared: Path) -> None:
    osm = read_osm(shared / "osm/oslo_east_streets_2019.osm.pbf")
    found = homes_from_osm(osm.addresses, osm.buildings)
    grid = read_population(shared / "population/no_oslo/befolkning_250m_2023_oslo.shp")
    boundary = shapely.box(10.75, 59.90, 10.80, 59.93)
    done = apportion(found.homes, grid, boundary)
    assert 60_000 < done.report["people"] < 120_000
    assert done.report["people_without_homes"] > 0.9 * done.report["people"]


def test_inner_helsinki_by_age(shared: Path) -> None:
    osm = read_osm(Path(pyrosm.get_data("helsinki_pbf")))
    extent = shapely.box(*osm.buildings.total_bounds)
    found = homes_from_osm(osm.addresses, osm.buildings, extent=extent)
    grid = read_population(shared / "population/fi_helsinki/Vaestoruudukko_2017.shp")
    summary = people_summary(apportion(found.homes, grid, extent=extent).homes)
    assert summary.loc[list(GROUPS), "people"].sum() == pytest.approx(summary.loc["people", "people"], rel=1e-3)
    assert (summary["low"] <= summary["people"]).all()
    assert (summary["people"] <= summary["high"]).all()
