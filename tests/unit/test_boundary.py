"""One area out of a file: its only polygon, all of them, or those of a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from assetmap.errors import InputError, UnknownKey
from assetmap.model.crs import metric_crs, project
from assetmap.sources.boundary import read_boundary

SQUARE = [[10.70, 59.90], [10.72, 59.90], [10.72, 59.91], [10.70, 59.91], [10.70, 59.90]]


def km2(polygon: shapely.Geometry) -> float:
    return float(project(polygon, 4326, metric_crs(polygon.centroid.x, polygon.centroid.y)).area / 1e6)


def write(path: Path, *features: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def area(ring: list[list[float]], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def moved(east: float, north: float = 0.0) -> list[list[float]]:
    return [[x + east, y + north] for x, y in SQUARE]


@pytest.mark.parametrize("name", ["Sarpsborg", "sarpsborg", " SARPSBORG kommune ", "3105"])
def test_a_municipality_by_name_or_number(shared: Path, name: str) -> None:
    found = read_boundary(shared / "boundaries" / "no_kommuner_2024_S.geojson", name)
    assert found.name == "Sarpsborg"
    assert km2(found.polygon) == pytest.approx(400, rel=0.1)
    assert found.polygon.contains(shapely.Point(11.11, 59.28))


def test_letters_that_a_keyboard_lacks_do_not_matter(shared: Path) -> None:
    file = shared / "boundaries" / "no_kommuner_2024_S.geojson"
    assert read_boundary(file, "Tromso").name == "Tromsø"
    assert read_boundary(file, "TONSBERG").name == "Tønsberg"


def test_a_name_that_two_municipalities_share_is_asked_about(shared: Path) -> None:
    file = shared / "boundaries" / "no_kommuner_2024_S.geojson"
    with pytest.raises(InputError, match="Give the number instead"):
        read_boundary(file, "Våler")


def test_a_name_that_is_not_there_gets_its_neighbours(shared: Path) -> None:
    with pytest.raises(UnknownKey, match="Closest: Sarpsborg"):
        read_boundary(shared / "boundaries" / "no_kommuner_2024_S.geojson", "Sarpsburg")


def test_a_municipality_in_many_polygons_becomes_one_area(shared: Path) -> None:
    file = shared / "boundaries" / "dk_kommuner_dagi_2014.geojson"
    found = read_boundary(file, "Roskilde")
    frame = gpd.read_file(file)
    parts = frame[frame["KOMNAVN"] == "Roskilde"].to_crs(25832)
    assert len(parts) > 1
    assert found.name == "Roskilde"
    assert not found.polygon.has_z
    assert km2(found.polygon) == pytest.approx(parts.area.sum() / 1e6, rel=0.01)


def test_all_districts_together(shared: Path) -> None:
    found = read_boundary(shared / "boundaries" / "dk_copenhagen_bydele.geojson")
    assert found.name == "dk_copenhagen_bydele"
    assert 80 < km2(found.polygon) < 110
    assert found.polygon.is_valid


def test_a_layer_in_utm_is_converted(shared: Path) -> None:
    found = read_boundary(shared / "boundaries" / "no_asker_baerum_grunnkretser_2018.geojson")
    assert found.polygon.contains(shapely.Point(10.5, 59.9))


def test_a_whole_country_is_too_large(shared: Path) -> None:
    with pytest.raises(InputError, match="Give the name of one of its areas"):
        read_boundary(shared / "boundaries" / "no_kommuner_2024_S.geojson")


def test_the_only_feature_gives_its_name(tmp_path: Path) -> None:
    found = read_boundary(write(tmp_path / "a.geojson", area(SQUARE, navn="Grønland", id=7)))
    assert (found.name, found.issues) == ("Grønland", ())
    assert found.polygon.equals(shapely.Polygon(SQUARE))


def test_neighbours_become_one_polygon(tmp_path: Path) -> None:
    found = read_boundary(write(tmp_path / "two.geojson", area(SQUARE), area(moved(0.02))))
    assert (found.name, found.polygon.geom_type) == ("two", "Polygon")
    assert found.polygon.area == pytest.approx(2 * 0.02 * 0.01)


def test_areas_of_one_name_that_lie_together_become_one(tmp_path: Path) -> None:
    parts = [
        area(SQUARE, kvarter="Vest", kode="1"),
        area(moved(0.02), kvarter="Vest", kode="2"),
        area(moved(0.9), kvarter="Ost", kode="3"),
    ]
    found = read_boundary(write(tmp_path / "a.geojson", *parts), "vest")
    assert found.polygon.area == pytest.approx(2 * 0.02 * 0.01)


def test_points_and_lines_are_left_out_and_said(tmp_path: Path) -> None:
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [10.7, 59.9]}}
    found = read_boundary(write(tmp_path / "a.geojson", area(SQUARE), point))
    assert [i.code for i in found.issues] == ["not-an-area"]


def test_points_alone_are_no_boundary(tmp_path: Path) -> None:
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [10.7, 59.9]}}
    with pytest.raises(InputError, match="found: Point"):
        read_boundary(write(tmp_path / "a.geojson", point))


def test_a_table_is_no_boundary(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('[{"name": "x", "lat": 59.9, "lon": 10.7}]')
    with pytest.raises(InputError, match="holds no area"):
        read_boundary(file)


def test_an_area_of_a_few_square_metres_is_refused(tmp_path: Path) -> None:
    tiny = [[10.7 + x * 1e-5, 59.9 + y * 1e-5] for x, y in [(0, 0), (1, 0), (1, 1), (0, 0)]]
    with pytest.raises(InputError, match="less than a neighbourhood"):
        read_boundary(write(tmp_path / "a.geojson", area(tiny)))


def test_a_bowtie_is_repaired_and_said(tmp_path: Path) -> None:
    bowtie = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    found = read_boundary(write(tmp_path / "a.geojson", area(bowtie)))
    assert found.polygon.is_valid
    assert [(i.code, i.asset) for i in found.issues] == [("geometry-repaired", "row 1")]


def test_issues_of_other_areas_are_not_told(tmp_path: Path) -> None:
    bowtie = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    file = write(tmp_path / "a.geojson", area(bowtie, navn="Vest"), area(moved(0.02), navn="Ost"))
    assert read_boundary(file, "ost").issues == ()
    assert [i.asset for i in read_boundary(file, "vest").issues] == ["row 1"]
