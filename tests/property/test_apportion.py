"""Whatever the homes and areas: nobody is lost, nobody is invented."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assetmap.model.ages import GROUPS, Band
from assetmap.model.crs import WGS84, project
from assetmap.model.population import PopulationAreas, complete_totals
from assetmap.model.provenance import Provenance
from assetmap.sources.people.apportion import apportion

UTM = pyproj.CRS.from_epsg(25833)
SIDE, CELLS = 100.0, 3
BANDS = (Band("a", 0, 9), Band("b", 10, 24), Band("c", 25, 64), Band("d", 65, None))


def at(geometry: shapely.Geometry) -> shapely.Geometry:
    return project(shapely.transform(geometry, lambda xy: np.add(xy, (260_000, 6_650_000))), UTM, WGS84)


def grid(values: list[list[float | None]]) -> PopulationAreas:
    shapes = [
        at(shapely.box(x * SIDE, y * SIDE, (x + 1) * SIDE, (y + 1) * SIDE)) for x in range(CELLS) for y in range(CELLS)
    ]
    counts = pd.DataFrame(values, columns=[b.column for b in BANDS], dtype=float)
    total = counts.sum(axis=1) + counts.isna().sum(axis=1)  # who is hidden is one person
    frame = complete_totals(total, counts, BANDS, None).join(counts)
    frame.index = pd.Index([f"c{i}" for i in range(len(frame))], name="area")
    return PopulationAreas(gpd.GeoDataFrame(frame, geometry=shapes, crs=WGS84), BANDS, Provenance("population:t", "T"))


def frame_of(points: list[tuple[float, float, float]]) -> gpd.GeoDataFrame:
    index = pd.Index([f"node/{i}" for i in range(len(points))], dtype="str", name="home")
    shapes = gpd.GeoSeries([at(shapely.Point(x, y)) for x, y, _ in points], index=index, crs=WGS84)
    return gpd.GeoDataFrame(
        {"source": "address", "dwellings": [w for *_, w in points], "edge_m": np.inf}, index=index, geometry=shapes
    )


count = st.one_of(st.none(), st.integers(0, 500))
populations = st.lists(st.lists(count, min_size=4, max_size=4), min_size=CELLS**2, max_size=CELLS**2).map(grid)
# Not on the line between two cells: there only a home's own rule says whose it is, not a second look from outside.
spot = st.floats(1, CELLS * SIDE - 1).filter(lambda value: 0.01 < value % SIDE < SIDE - 0.01)
rows = st.lists(st.tuples(spot, spot, st.floats(0.01, 300)), max_size=25)
dwellings = rows.map(frame_of)


@settings(max_examples=20, deadline=None)
@given(dwellings, populations)
def test_the_homes_of_an_area_sum_to_its_people(homes: gpd.GeoDataFrame, people: PopulationAreas) -> None:
    around = at(shapely.box(-50, -50, 350, 350))
    done = apportion(homes, people, boundary=around, extent=around, metric_crs=UTM).homes
    where = done.sjoin(people.areas[["geometry"]].rename_axis("cell").reset_index(), predicate="intersects")
    assert set(where.index) == set(done.index)
    sums = where[~where.index.duplicated()].groupby("cell")[["people", "people_low", "people_high"]].sum()
    told = people.areas["total"][people.areas["total"] > 0]
    assert sums["people"].reindex(told.index).to_numpy() == pytest.approx(told.to_numpy(), rel=1e-9)
    assert done["people"].sum() == pytest.approx(people.areas["total"].sum(), rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(rows, populations, st.integers(20, 280))
def test_two_halves_of_a_place_have_all_its_people(
    points: list[tuple[float, float, float]], people: PopulationAreas, cut: int
) -> None:
    assume(all(abs(x - cut) > 1e-3 for x, _, _ in points))  # a home on the line counts on both sides
    around = at(shapely.box(-50, -50, 350, 350))
    halves = at(shapely.box(-50, -50, cut, 350)), at(shapely.box(cut, -50, 350, 350))
    homes = frame_of(points)
    sums = [apportion(homes, people, boundary=b, extent=around, metric_crs=UTM).report["people"] for b in halves]
    assert sum(sums) == pytest.approx(people.areas["total"].sum(), rel=1e-6)


# one cell of 100 m between 100 and 200 in x: which part of it lies in the boundary, and which in the map
edges = {
    "inside": st.tuples(st.just(-50), st.just(350), st.just(-50), st.just(350)),
    "cut by the extent": st.tuples(st.just(-50), st.just(350), st.just(-50), st.integers(110, 190)),
    "cut by the boundary": st.tuples(st.just(-50), st.integers(110, 190), st.just(-50), st.just(350)),
    "cut by both": st.tuples(st.integers(110, 190), st.just(350), st.just(-50), st.integers(110, 190)),
}


@pytest.mark.parametrize("case", edges)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_everybody_is_in_a_home_or_beyond_the_map_on_one_side_of_the_boundary(case: str, data: st.DataObject) -> None:
    """A boundary and its complement share everybody between them, wherever the map ends."""
    west, east, low, high = data.draw(edges[case])
    points, people = data.draw(rows), data.draw(populations)
    extent = at(shapely.box(low, -50, high, 350))
    boundary, whole = shapely.box(west, -50, east, 350), shapely.box(-50, -50, 350, 350)
    others = shapely.difference(whole, boundary)
    assume(all(abs(x - line) > 1e-3 for x, _, _ in points for line in (west, east, low, high)))
    sides = [at(side) for side in (boundary, others) if not side.is_empty]
    done = [_shared(frame_of(points), people, side, extent) for side in sides]
    homes, beyond = (sum(d[key] for d in done) for key in ("people", "people_beyond_map"))
    everybody = people.areas["total"].to_numpy()
    in_map = everybody * np.repeat([np.clip((high - 100 * x) / 100, 0, 1) for x in range(CELLS)], CELLS)
    assert homes == pytest.approx(in_map.sum(), rel=1e-3, abs=1e-3)
    assert homes + beyond == pytest.approx(everybody.sum(), rel=1e-5, abs=1e-3)


def _shared(
    homes: gpd.GeoDataFrame, people: PopulationAreas, boundary: shapely.Geometry, extent: shapely.Geometry
) -> dict[str, float]:
    if not shapely.intersection(boundary, extent).area:  # nothing of the map: everybody of that side is beyond
        beyond = shapely.intersection(people.areas.geometry.to_numpy(), boundary)
        part = shapely.area(beyond) / shapely.area(people.areas.geometry.to_numpy())
        return {"people": 0.0, "people_beyond_map": float((people.areas["total"] * part).sum())}
    done = apportion(homes, people, boundary=boundary, extent=extent, metric_crs=UTM)
    assert done.report["people"] == pytest.approx(done.homes["people"].sum())
    return done.report


@settings(max_examples=20, deadline=None)
@given(dwellings, populations)
def test_groups_lie_in_their_limits_and_sum_to_everybody(homes: gpd.GeoDataFrame, people: PopulationAreas) -> None:
    done = apportion(homes, people, metric_crs=UTM).homes
    for group in GROUPS:
        assert (done[f"{group}_low"] <= done[group] + 1e-9).all()
        assert (done[group] <= done[f"{group}_high"] + 1e-9).all()
    assert done[list(GROUPS)].sum(axis=None) == pytest.approx(done["people"].sum(), rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(dwellings, populations, st.randoms())
def test_the_order_of_the_homes_changes_nothing(homes: gpd.GeoDataFrame, people: PopulationAreas, random) -> None:
    order = list(homes.index)
    random.shuffle(order)
    one = apportion(homes, people, metric_crs=UTM).homes
    two = apportion(homes.loc[order], people, metric_crs=UTM).homes.loc[one.index]
    assert two["people"].to_numpy() == pytest.approx(one["people"].to_numpy())
