"""Shapes that are no proper shapes are repaired and said, or handed back and said."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest
import shapely

from assetmap.sources.repair import repair

BOWTIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def frame(*shapes: shapely.Geometry | None, **columns: list[object]) -> gpd.GeoDataFrame:
    index = [f"row {n}" for n in range(1, len(shapes) + 1)]
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=25832, index=index)


def test_a_bowtie_becomes_its_two_triangles() -> None:
    before = frame(BOWTIE, shapely.Point(1, 1))
    after, issues = repair(before)
    assert after.geometry.is_valid.all()
    assert after.geometry.iloc[0].area == pytest.approx(2)
    assert [(i.code, i.asset) for i in issues] == [("geometry-repaired", "row 1")]
    assert not before.geometry.is_valid.all(), "the frame that came in stays as it was"


def test_a_polygon_that_would_become_a_line_is_handed_back() -> None:
    flat = shapely.Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])
    after, issues = repair(frame(shapely.Point(0, 0), flat, source_id=["12", "12"]))
    assert list(after.index) == ["row 1"], "a row that shares its id is not taken along"
    assert [(i.code, i.asset) for i in issues] == [("geometry-rejected", "12")]


def test_collections_keep_their_highest_parts() -> None:
    square = shapely.box(0, 0, 1, 1)
    inner = shapely.GeometryCollection([shapely.box(5, 5, 6, 6), shapely.Point(9, 9)])
    mixed = shapely.GeometryCollection([shapely.Point(3, 3), shapely.LineString([(0, 0), (1, 0)]), square, inner])
    after, issues = repair(frame(mixed, shapely.GeometryCollection([shapely.Point(1, 2)])))
    assert list(after.geom_type) == ["MultiPolygon", "Point"]
    assert after.geometry.iloc[0].area == 2
    assert {i.code for i in issues} == {"collection-reduced"}


def test_empty_shapes_are_no_place_yet() -> None:
    nowhere = shapely.Point(float("nan"), 60)
    after, issues = repair(frame(shapely.Polygon(), None, shapely.GeometryCollection(), nowhere, shapely.Point(0, 1)))
    assert list(after.geometry.isna()) == [True, True, True, True, False]
    assert [i.asset for i in issues if i.code == "no-position"] == ["row 1", "row 4"]


def test_a_points_height_is_kept_as_a_tag() -> None:
    shapes = [shapely.Point(1, 2, 31.5), shapely.Point(1, 2, -999), shapely.Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])]
    after, issues = repair(frame(*shapes, tags=['{"a": "b"}', None, None]))
    assert not after.has_z.any()
    assert json.loads(after["tags"].iloc[0]) == {"ele": "31.5", "a": "b"}
    assert after["tags"].isna().tolist() == [False, True, True]
    assert [i.code for i in issues] == ["height-dropped"]


def test_issues_name_the_source_id_where_there_is_one() -> None:
    _, issues = repair(frame(BOWTIE, source_id=["kommune-7"]))
    assert issues[0].asset == "kommune-7"


def test_an_empty_frame_stays_empty() -> None:
    after, issues = repair(frame())
    assert (len(after), issues) == (0, ())
