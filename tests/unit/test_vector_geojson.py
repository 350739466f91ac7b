"""GeoJSON as files really are: with and without the standard's rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from assetmap.errors import FormatError
from assetmap.sources.files.features import Features, read_features

OSLO = [10.75, 59.91]
RING = [[10.70, 59.90], [10.72, 59.90], [10.72, 59.91], [10.70, 59.91], [10.70, 59.90]]


def point(position: list[Any] = OSLO, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": position}}


def collection(*features: Any, **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **members, "features": list(features)}


@pytest.fixture
def reading(tmp_path: Path) -> Any:
    def read(document: Any, near: shapely.Geometry | None = None) -> Features:
        file = tmp_path / "a.geojson"
        text = document if isinstance(document, str | bytes) else json.dumps(document, ensure_ascii=False)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_features(file, near)

    return read


@pytest.mark.parametrize(
    "document",
    [
        collection(point()),
        point(),
        point()["geometry"],
        {"type": "GeometryCollection", "geometries": [point()["geometry"]]},
        {"type": "umap", "layers": [collection(point())]},
    ],
)
def test_every_sort_of_document(reading: Any, document: Any) -> None:
    frame = reading(document).frame
    assert len(frame) == 1
    assert frame.geometry.iloc[0].bounds == (10.75, 59.91, 10.75, 59.91)
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\x1e", " "])
def test_one_feature_per_line(reading: Any, separator: str) -> None:
    lines = separator.join(json.dumps(point(name=n)) for n in ("a", "b", "c"))
    assert reading("\x1e" + lines).frame["name"].tolist() == ["a", "b", "c"]


UTM32 = [597423.0, 6643110.0]


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG:6.11:25832"}},
        {"type": "name", "properties": {"name": "EPSG:25832"}},
        {"type": "name", "properties": {"name": "epsg:25832"}},
        {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/25832"}},
        {"type": "EPSG", "properties": {"code": 25832}},
    ],
)
def test_a_crs_member_is_obeyed_and_told(reading: Any, crs: Any) -> None:
    found = reading(collection(point(UTM32), crs=crs))
    assert found.frame.geometry.iloc[0].x == pytest.approx(10.748, abs=0.01)
    assert any("converted to longitude and latitude" in str(note) for note in found.notes)
    assert found.issues == ()


@pytest.mark.parametrize(
    "crs", [None, {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, {}, "nonsense"]
)
def test_degrees_need_no_words(reading: Any, crs: Any) -> None:
    found = reading(collection(point(), crs=crs))
    assert found.frame.geometry.iloc[0].x == 10.75
    assert (found.issues, found.notes, found.read_as) == ((), (), None)


def test_an_unknown_crs_is_said_and_told_from_the_numbers(reading: Any) -> None:
    found = reading(collection(point(UTM32), crs={"type": "name", "properties": {"name": "Krassovsky 1940"}}))
    assert [i.code for i in found.issues] == ["crs-unknown", "crs-guessed"]


def test_no_crs_but_utm_numbers(reading: Any) -> None:
    near = shapely.Point(OSLO).buffer(0.05)
    found = reading(collection(point(UTM32)), near)
    assert found.read_as == (25832, False)
    assert "UTM zone 32" in str(found.issues[0].message)
    assert "just as well" not in str(found.issues[0].message)
    unplaced = reading(collection(point(UTM32)))
    assert "just as well" in str(unplaced.issues[0].message), "without a place the zone is asked about"


def test_swapped_axes_are_exchanged_and_said(reading: Any) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:4326"}}
    for members in ({}, {"crs": crs}):
        found = reading(collection(point([59.91, 10.75]), **members))
        assert found.frame.geometry.iloc[0].x == 10.75
        assert "swapped" in str(found.issues[0].message)
    polygon = {"type": "Polygon", "coordinates": [[[y, x] for x, y in RING]]}
    assert reading(polygon).frame.geometry.iloc[0].equals(shapely.Polygon(RING))


def test_a_wrong_crs_is_seen_and_explained(reading: Any) -> None:
    degrees = {"type": "name", "properties": {"name": "EPSG:4326"}}
    utm = {"type": "name", "properties": {"name": "EPSG:25833"}}
    near = shapely.Point(OSLO).buffer(0.05)
    for document in (
        collection(point(UTM32), crs=degrees),
        collection(point(OSLO), crs=utm),
        collection(point(UTM32), crs=utm),
    ):
        found = reading(document, near)
        assert found.frame.geometry.iloc[0].distance(shapely.Point(OSLO)) < 0.02
        assert [i.code for i in found.issues] == ["crs-wrong"]
        assert "its numbers are not" in str(found.issues[0].message)


def test_a_right_crs_far_from_the_place_is_believed(reading: Any) -> None:
    utm = {"type": "name", "properties": {"name": "EPSG:25832"}}
    bergen = [297000.0, 6700500.0]
    found = reading(collection(point(bergen), crs=utm), shapely.Point(OSLO).buffer(0.05))
    assert found.frame.geometry.iloc[0].x == pytest.approx(5.3, abs=0.1)
    assert found.issues == ()


def test_a_mapping_settles_the_system(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps(collection(point([6643110.0, 264000.0]))))
    found = read_features(file, read_as=(25833, True))
    assert found.frame.geometry.iloc[0].x == pytest.approx(10.78, abs=0.1)


def test_rows_at_zero_are_no_place(reading: Any) -> None:
    found = reading(collection(point([0, 0], name="a"), point(name="b")))
    assert found.frame.geometry.isna().tolist() == [True, False]
    assert [(i.code, i.asset) for i in found.issues] == [("position-zero", "row 1")]


def test_letters_of_every_encoding(reading: Any) -> None:
    text = json.dumps(collection(point(navn="Færder grunnskole på Ås")), ensure_ascii=False)
    for raw in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), text.encode()):
        assert reading(raw).frame["navn"].tolist() == ["Færder grunnskole på Ås"]
    old = reading(text.encode("latin-1"))
    assert old.frame["navn"].tolist() == ["Færder grunnskole på Ås"]
    assert "not in UTF-8" in str(old.notes[0])


def test_nested_properties_become_columns(reading: Any) -> None:
    frame = reading(point(a={"b": {"c": {"d": 1}}}, list=["x", 2], deep=[{"e": 1}], none=None)).frame
    assert frame.iloc[0].drop("geometry").to_dict() == {
        "a.b.c": '{"d": 1}', "list": "x; 2", "deep": '[{"e": 1}]', "none": None,
    }  # fmt: skip


def test_rings_that_are_open_or_too_short(reading: Any) -> None:
    opened = {"type": "Polygon", "coordinates": [RING[:-1]]}
    short = {"type": "Polygon", "coordinates": [RING[:2]]}
    two = {"type": "Polygon", "coordinates": [[RING[0], RING[1], RING[0]]]}
    found = reading(collection(*({"type": "Feature", "geometry": g} for g in (opened, short, two))))
    assert found.frame.geometry.iloc[0].equals(shapely.Polygon(RING))
    assert [i.code for i in found.issues] == ["ring-closed"]
    assert [row["row"] for row in found.rejected] == [2, 3]


def test_heights_in_some_positions_only(reading: Any) -> None:
    line = {"type": "LineString", "coordinates": [[10.7, 59.9, 3], [10.8, 59.9]]}
    assert reading(line).frame.geometry.iloc[0].equals(shapely.LineString([(10.7, 59.9), (10.8, 59.9)]))


def test_ids_that_are_shared_are_said(reading: Any) -> None:
    found = reading(
        collection(point() | {"id": 12}, point([10.8, 59.9]) | {"id": 12}, point([10.9, 59.9]) | {"id": 13})
    )
    assert found.frame["feature_id"].tolist() == ["12", "12", "13"]
    assert [i.code for i in found.issues] == ["duplicate-ids"]


def test_geometry_that_is_missing_or_empty_is_kept(reading: Any) -> None:
    shapes = [None, {"type": "Point", "coordinates": []}, {"type": "Polygon", "coordinates": [[]]}, point()["geometry"]]
    features = [{"type": "Feature", "properties": {"name": "x"}, "geometry": shape} for shape in shapes]
    found = reading(collection(*features))
    assert found.frame.geometry.isna().tolist() == [True, True, True, False]


def test_a_file_cut_off_says_how_far_it_got(reading: Any) -> None:
    text = json.dumps(collection(*[point(name=f"n{n}") for n in range(10)]), indent=1)
    for end in (len(text) * 7 // 10, len(text) - 3, len(text) * 7 // 10 + 1, len(text) * 7 // 10 + 2):
        with pytest.raises(FormatError, match="is cut off") as fault:
            reading(text[:end])
        done = fault.value.message.params["done"]
        assert done == text[:end].count('"name"') or done == text[:end].count('"name"') - 1
    with pytest.raises(FormatError, match="line 5"):
        reading(
            '{"type": "FeatureCollection",\n"features": [\n' + json.dumps(point()) + ",\n\nnonsense" + " " * 99 + "]}"
        )


def test_no_features(reading: Any) -> None:
    for document in (
        collection(),
        {"type": "FeatureCollection"},
        {"type": "umap"},
        {},
        [],
        {"a": 1},
        {"type": "Topology"},
    ):
        with pytest.raises(FormatError):
            reading(document)


def test_records_with_coordinates_in_columns(shared: Path) -> None:
    trondheim = read_features(shared / "registers" / "no_trondheim" / "barnehager.json")
    assert trondheim.shapeless
    assert len(trondheim.frame) == 267
    assert {"x", "y", "name", "address"} <= set(trondheim.frame)
    stavanger = read_features(shared / "registers" / "no_stavanger" / "barnehager.json")
    assert {"oest", "nord", "lengdegrad", "breddegrad"} <= set(stavanger.frame)
