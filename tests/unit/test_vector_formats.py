"""The other formats: real files, and the ways in which they come badly packed."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from assetmap.errors import FormatError, InputError
from assetmap.sources.files.features import read_features

PLACES = gpd.GeoDataFrame(
    {"navn": ["Færder", "Bodø skole", "Åsgårdstrand"]},
    geometry=gpd.points_from_xy([10.4, 14.4, 10.46], [59.2, 67.3, 59.35]),
    crs=4326,
)


def zipped(target: Path, source: Path, pattern: str, folder: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(source.glob(pattern)):
            archive.write(file, folder + file.name)
    return target


@pytest.mark.parametrize("folder", ["", "a/b c/"])
def test_a_shapefile_in_a_zip(shared: Path, tmp_path: Path, folder: str) -> None:
    source = shared / "population" / "no_oslo"
    found = read_features(zipped(tmp_path / "oslo.zip", source, "befolkning_250m_2023_oslo.*", folder))
    assert len(found.frame) == 2380
    assert found.layers == ("befolkning_250m_2023_oslo",)
    assert found.frame.total_bounds == pytest.approx([10.55, 59.81, 10.95, 60.12], abs=0.02)


def test_a_shapefile_beside_its_siblings(shared: Path, tmp_path: Path) -> None:
    folder = shared / "population" / "fi_helsinki"
    before = sorted(p.name for p in folder.iterdir())
    found = read_features(folder / "Vaestoruudukko_2017.shp")
    assert (len(found.frame), int(found.frame["ASUKKAITA"].iloc[0])) == (5811, 9)
    assert sorted(p.name for p in folder.iterdir()) == before


@pytest.mark.parametrize("encoding", ["cp1252", "cp865", "utf-8"])
def test_a_shapefile_that_does_not_say_its_letters_nor_its_system(tmp_path: Path, encoding: str) -> None:
    PLACES.to_crs(25833).to_file(tmp_path / "a.shp", encoding=encoding)
    for suffix in (".cpg", ".prj", ".shx"):
        (tmp_path / "a").with_suffix(suffix).unlink(missing_ok=True)
    found = read_features(zipped(tmp_path / "a.zip", tmp_path, "a.*"), shapely.box(10.3, 59.1, 14.5, 67.4))
    assert found.frame["navn"].tolist() == PLACES["navn"].tolist()
    assert found.frame.geometry.iloc[0].distance(PLACES.geometry.iloc[0]) < 1e-5
    assert found.read_as == (25833, False)


def test_a_shapefile_without_its_table(tmp_path: Path) -> None:
    PLACES.to_file(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    with pytest.raises(FormatError, match="without its"):
        read_features(tmp_path / "a.shp")


def test_upper_case_endings(tmp_path: Path) -> None:
    PLACES.to_file(tmp_path / "a.shp")
    for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        (tmp_path / f"a{suffix}").rename(tmp_path / f"a{suffix.upper()}")
    assert len(read_features(tmp_path / "a.SHP").frame) == 3
    assert len(read_features(zipped(tmp_path / "a.ZIP", tmp_path, "a.[SDP]*")).frame) == 3


def test_geopackage_layers(shared: Path) -> None:
    file = shared / "osm" / "OSM_Kamppi.gpkg"
    found = read_features(file)
    assert found.frame["layer"].value_counts().to_dict() == {"streets": 3207, "nodes": 1486, "route": 1}
    assert "several layers" in str(found.notes[0])
    assert found.frame.total_bounds == pytest.approx([24.92, 60.16, 24.95, 60.17], abs=0.01)
    assert len(read_features(file, layer="nodes").frame) == 1486
    with pytest.raises(InputError, match="streets"):
        read_features(file, layer="roads")


def test_a_large_geopackage_grid(shared: Path) -> None:
    found = read_features(shared / "bench" / "population" / "helsinki_travel_times_grid.gpkg")
    assert len(found.frame) == 13231
    assert found.frame.total_bounds == pytest.approx([24.5, 60.1, 25.26, 60.4], abs=0.02)


@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.parquet", "a.shp", "a.geojson"])
def test_what_geopandas_writes_comes_back(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    frame = PLACES.assign(number=[1, 2, 3]).to_crs(25832)
    frame.to_parquet(file) if name.endswith("parquet") else frame.to_file(file)
    found = read_features(file).frame
    assert list(found.index) == [1, 2, 3]
    assert found.crs.to_epsg() == 4326
    found = found.sort_values("number")  # FlatGeobuf orders its features by place
    assert found["navn"].tolist() == PLACES["navn"].tolist()
    assert [int(n) for n in found["number"]] == [1, 2, 3]
    assert max(a.distance(b) for a, b in zip(found.geometry, PLACES.geometry, strict=True)) < 1e-5


@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.parquet", "a.shp", "a.zip"])
def test_a_file_cut_in_half(tmp_path: Path, name: str) -> None:
    many = gpd.GeoDataFrame({"n": range(500)}, geometry=[shapely.Point(10, 60).buffer(1)] * 500, crs=4326)
    whole = tmp_path / f"whole{name[1:]}"
    if name == "a.zip":
        many.to_file(tmp_path / "x.shp")
        zipped(whole, tmp_path, "x.*")
    else:
        many.to_parquet(whole) if name.endswith("parquet") else many.to_file(whole)
    raw = whole.read_bytes()
    (tmp_path / name).write_bytes(raw[: len(raw) // 2])
    if name == "a.shp":
        for suffix in (".shx", ".dbf"):
            shutil.copyfile(whole.with_suffix(suffix), tmp_path / f"a{suffix}")
    with pytest.raises(FormatError):
        read_features(tmp_path / name)


def test_kml_with_folders_data_and_all_its_placemarks(shared: Path, tmp_path: Path) -> None:
    umap = read_features(shared / "participation" / "umap" / "test_upload_data.kml").frame
    assert umap["name"].tolist() == ["Simple point", "Simple path", "Simple polygon"]
    assert list(umap.geom_type) == ["Point", "LineString", "Polygon"]
    file = tmp_path / "doc.kml"
    file.write_text(
        '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>Lekeplasser</name>'
        '<Placemark id="p1"><name>Vår</name><ExtendedData><Data name="type"><value>lek</value></Data></ExtendedData>'
        "<MultiGeometry><Point><coordinates>10.7,59.9</coordinates></Point><Point><coordinates>10.8,59.9,4"
        "</coordinates></Point></MultiGeometry></Placemark></Folder>"
        "<Placemark><name>bad</name><Point><coordinates>ten,sixty</coordinates></Point></Placemark></Document></kml>"
    )
    for path in (file, zipped(tmp_path / "a.kmz", tmp_path, "doc.kml")):
        found = read_features(path)
        row = found.frame.iloc[0]
        assert (row["name"], row["folder"], row["type"], row["feature_id"]) == ("Vår", "Lekeplasser", "lek", "p1")
        assert row["geometry"].geom_type == "MultiPoint"
        assert [r["name"] for r in found.rejected] == ["bad"]


def test_gpx_waypoints_routes_and_tracks(shared: Path, tmp_path: Path) -> None:
    found = read_features(shared / "participation" / "umap" / "test_upload_data.gpx").frame
    assert found[["name", "gpx"]].values.tolist() == [["Simple Point", "waypoint"], ["Simple path", "track"]]
    file = tmp_path / "a.gpx"
    positions = "".join(f'<rtept lon="10.{n}" lat="59.9"/>' for n in range(3))
    file.write_text(f'<gpx version="1.1"><rte><name>Runde</name>{positions}</rte></gpx>')
    assert (
        read_features(file).frame.geometry.iloc[0].equals(shapely.LineString([(10, 59.9), (10.1, 59.9), (10.2, 59.9)]))
    )


def test_kml_cut_off(shared: Path, tmp_path: Path) -> None:
    raw = (shared / "participation" / "umap" / "test_upload_data.kml").read_bytes()
    (tmp_path / "a.kml").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(FormatError, match="cut off"):
        read_features(tmp_path / "a.kml")


def test_a_plain_parquet_table(shared: Path) -> None:
    found = read_features(shared / "registers" / "no_oslo" / "barnehage_koordinater.parquet")
    assert (found.shapeless, len(found.frame)) == (True, 555)


def test_a_geopackage_without_a_named_system(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    PLACES.to_crs(25833).set_crs(None, allow_override=True).to_file(file)
    found = read_features(file, shapely.box(10.3, 59.1, 14.5, 67.4))
    assert found.read_as == (25833, False)
    assert found.frame.geometry.iloc[0].distance(PLACES.geometry.iloc[0]) < 1e-5
