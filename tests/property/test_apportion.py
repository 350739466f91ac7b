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
spot = st.floats(1, CELLS * SIDE - 1)
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
