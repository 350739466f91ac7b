"""Files from strangers that try to do harm: each gets a sentence; nothing leaks and nothing is called."""

from __future__ import annotations

import json
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from assetmap.errors import FileMissing, FormatError
from assetmap.sources.files import sandbox, sandbox_worker
from assetmap.sources.files.archive import MEMBERS
from assetmap.sources.files.features import read_features

SECRET = "hemmelighet-4711"
NAMES = ["a.geojson", "a.json", "a.kml", "a.gpx", "a.gpkg", "a.fgb", "a.shp", "a.parquet", "a.zip", "a.xml", "a.vrt"]


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.csv"
    file.write_text(f"name,lon,lat\n{SECRET},10.7,59.9\n")
    return file


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A web server of this machine, and the requests that reached it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = b'{"type":"FeatureCollection","features":[]}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}", asked
    httpd.shutdown()
    httpd.server_close()


def refused(path: Path) -> str:
    with pytest.raises(FormatError) as fault:
        read_features(path)
    sentence = str(fault.value)
    assert SECRET not in sentence
    assert str(path.parent) not in sentence, "no path of this machine is told"
    assert "Traceback" not in sentence
    return sentence


def vrt(source: str, driver: str = "") -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret">{driver}<SrcDataSource>{source}</SrcDataSource>'
        '<GeometryType>wkbPoint</GeometryType><GeometryField encoding="PointFromColumns" x="lon" y="lat"/>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_that_reads_a_file_of_this_machine(tmp_path: Path, secret: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(vrt(str(secret)))
    assert "OGRVRTDataSource" in refused(file)


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_that_calls_another_machine(tmp_path: Path, server: tuple[str, list[str]], name: str) -> None:
    address, asked = server
    file = tmp_path / name
    file.write_text(vrt(f"/vsicurl/{address}/a.geojson"))
    refused(file)
    assert asked == []


def test_the_attack_is_real_where_nothing_guards(tmp_path: Path, secret: Path) -> None:
    """GDAL itself does read the secret through such a file; the tests above refuse something that works."""
    file = tmp_path / "a.geojson"
    file.write_text(vrt(str(secret)))
    assert SECRET in gpd.read_file(file).to_string()


@pytest.mark.parametrize("name", ["a.geojson", "a.json"])
def test_a_streamed_algorithm(tmp_path: Path, secret: Path, name: str) -> None:
    file = tmp_path / name
    steps = f"gdal vector pipeline ! read {secret} ! write streamed_dataset"
    file.write_text(json.dumps({"type": "gdal_streamed_alg", "command_line": steps}))
    refused(file)


@pytest.mark.parametrize("name", ["a.kml", "a.gpx", "a.geojson", "a.xml"])
def test_a_web_service_description(tmp_path: Path, server: tuple[str, list[str]], name: str) -> None:
    address, asked = server
    file = tmp_path / name
    file.write_text(f"<OGRWFSDataSource><URL>{address}/wfs</URL></OGRWFSDataSource>")
    refused(file)
    assert asked == []


@pytest.mark.parametrize("name", ["a.kml", "a.gpx"])
def test_an_outside_entity(tmp_path: Path, secret: Path, server: tuple[str, list[str]], name: str) -> None:
    address, asked = server
    for target in (secret.as_uri(), f"{address}/x.dtd"):
        root = name[2:]
        (tmp_path / name).write_text(
            f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY x SYSTEM "{target}">]>'
            f"<{root}><Placemark><name>&x;</name></Placemark></{root}>"
        )
        assert "entities or document type" in refused(tmp_path / name)
    (tmp_path / name).write_text(f'<!DOCTYPE {root} SYSTEM "{address}/x.dtd"><{root}/>')
    refused(tmp_path / name)
    assert asked == []


def test_a_billion_laughs(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    file = tmp_path / "a.kml"
    file.write_text(f'<!DOCTYPE kml [<!ENTITY l0 "ha">{laughs}]><kml><Placemark><name>&l9;</name></Placemark></kml>')
    started = time.monotonic()
    refused(file)
    assert time.monotonic() - started < 2


def test_a_network_link_is_not_followed(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    address, asked = server
    file = tmp_path / "a.kml"
    file.write_text(f"<kml><NetworkLink><Link><href>{address}/b.kml</href></Link></NetworkLink></kml>")
    assert "no features" in refused(file)
    assert asked == []


def test_a_link_to_a_reference_system_is_not_followed(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    address, asked = server
    file = tmp_path / "a.geojson"
    crs = {"type": "link", "properties": {"href": f"{address}/crs", "type": "proj4"}}
    file.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [{"geometry": POINT}]}))
    assert "crs-unknown" in [i.code for i in read_features(file).issues]
    assert asked == []


POINT = {"type": "Point", "coordinates": [10.7, 59.9]}


def packed(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def test_a_zip_bomb(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", a__geojson=b'{"type":"FeatureCollection"' + b" " * 50_000_000 + b"}")
    started = time.monotonic()
    assert "would unpack to 50 MB" in refused(file)
    assert time.monotonic() - started < 0.5


def test_a_zip_with_too_many_files(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", **{f"f{n}__geojson": b"{}" for n in range(MEMBERS + 1)})
    assert f"{MEMBERS + 1} files" in refused(file)


@pytest.mark.parametrize(
    "name", ["../../a.geojson", "/etc/a.geojson", "C:\\a.geojson", "..\\a.geojson", "x/../../a.geojson"]
)
def test_a_zip_that_climbs_out_of_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo(name), json.dumps({"type": "FeatureCollection", "features": [{"geometry": POINT}]})
        )
    assert "lead out of its folder" in refused(file)
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.zip", "in"]


def test_a_recipe_inside_a_zip(tmp_path: Path, secret: Path) -> None:
    refused(packed(tmp_path / "a.zip", a__geojson=vrt(str(secret)).encode()))
    refused(packed(tmp_path / "b.zip", a__vrt=vrt(str(secret)).encode()))


def test_a_zip_in_a_zip(tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.zip", a__geojson=b"{}").read_bytes()
    assert "a zip archive by its content" in refused(packed(tmp_path / "a.zip", a__kml=inner))
    assert "no map layer" in refused(packed(tmp_path / "b.zip", a__zip=inner))


def test_a_zip_cut_off(tmp_path: Path) -> None:
    whole = packed(tmp_path / "a.zip", a__geojson=json.dumps({"type": "FeatureCollection", "features": []}).encode())
    file = tmp_path / "b.zip"
    file.write_bytes(whole.read_bytes()[:60])
    assert "cut off" in refused(file)


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"type":"FeatureCollection","features":['])
def test_json_of_two_hundred_thousand_levels(tmp_path: Path, opening: str) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(opening * 200_000)
    refused(file)


def test_deep_geometry_and_properties_in_a_good_file(tmp_path: Path) -> None:
    deep: object = 1
    for _ in range(300):
        deep = [deep]
    nested: dict[str, object] = {"type": "Point", "coordinates": [1, 2]}
    for _ in range(50):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    shapes = [{"type": "Polygon", "coordinates": deep}, {"type": "Point", "coordinates": deep}, nested]
    features = [{"type": "Feature", "properties": {"a": deep}, "geometry": shape} for shape in [*shapes, POINT]]
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = read_features(file)
    assert len(found.frame) == 1
    assert [row["row"] for row in found.rejected] == [1, 2, 3]


def test_xml_of_a_hundred_thousand_levels(tmp_path: Path) -> None:
    file = tmp_path / "a.kml"
    file.write_text("<kml>" + "<Folder>" * 100_000 + "</Folder>" * 100_000 + "</kml>")
    assert "deeper" in refused(file)


def test_numbers_that_are_none(tmp_path: Path) -> None:
    rows = [
        "[1e999, 60]",
        "[NaN, 60]",
        "[-Infinity, 60]",
        '["10,5", 60]',
        "[null, 60]",
        "[10]",
        "[true, {}]",
        f"[{'9' * 400}, 1]",
        "7",
    ]
    features = [
        f'{{"type":"Feature","properties":{{"n":{n}}},"geometry":{{"type":"Point","coordinates":{c}}}}}'
        for n, c in enumerate(rows)
    ]
    file = tmp_path / "a.geojson"
    file.write_text(
        f'{{"type":"FeatureCollection","features":[{",".join(features)},{json.dumps({"geometry": POINT})}]}}'
    )
    found = read_features(file)
    assert len(found.frame) == 1
    assert [row["n"] for row in found.rejected] == list(range(len(rows)))
    assert "not a number" in str(found.rejected[0]["reason"])


def test_a_number_of_ten_thousand_digits(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(f'{{"type":"Point","coordinates":[{"9" * 10_000},1]}}')
    assert "no number" in refused(file)


def test_zero_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    file.write_bytes(b'{"type":"FeatureCollection","features":[' + b"\0" * 500)
    assert "zero bytes" in refused(file)
    file.write_text(json.dumps({"type": "Feature", "properties": {"na\0me": "a\0b\ud800c"}, "geometry": POINT}))
    frame = read_features(file).frame
    assert frame["name"].tolist() == ["abc"]


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 1000, b"%PDF-1.7 ", b"hello", b"\x89PNG\r\n", b"SQLite format 3\0" + b"\0" * 99]
)
@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.zip", "a.kml", "a.fgb", "a.parquet", "a.shp"])
def test_files_that_are_something_else(tmp_path: Path, name: str, content: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    refused(file)


@pytest.mark.parametrize(
    ("name", "head"),
    [("a.fgb", b"fgb\x03fgb\x00"), ("a.parquet", b"PAR1"), ("a.shp", b"\0\0\x27\x0a"), ("a.zip", b"PK\x03\x04")],
)
def test_a_good_beginning_and_rubbish_after_it(tmp_path: Path, name: str, head: bytes) -> None:
    file = tmp_path / name
    file.write_bytes(head + bytes(range(256)) * 20)
    (tmp_path / "a.dbf").write_bytes(bytes(range(256)))
    refused(file)


def test_the_name_must_agree_with_the_content(tmp_path: Path) -> None:
    file = tmp_path / "a.gpkg"
    file.write_text(json.dumps(POINT))
    sentence = refused(file)
    assert "GeoJSON" in sentence
    assert "GeoPackage" in sentence


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.geojson", tmp_path):
        with pytest.raises(FileMissing):
            read_features(path)


def test_a_file_above_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps(POINT | {"note": "x" * 60_000_000}))
    assert "at most 50 MB" in refused(file)
    assert len(read_features(file, limited=False).frame) == 1


def gpkg(path: Path) -> Path:
    frame = gpd.GeoDataFrame(
        {"name": ["a", "b"]}, geometry=[shapely.Point(10.7, 59.9), shapely.Point(10.8, 59.9)], crs=4326
    )
    frame.to_file(path, layer="places", driver="GPKG")
    return path


def endless_view(path: Path) -> None:
    """A view over a recursion without end, registered as a layer."""
    with sqlite3.connect(path) as con:
        con.execute(
            "CREATE VIEW trap AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "
            "SELECT n AS fid, NULL AS geom FROM c"
        )
        con.execute("INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('trap', 'features', 4326)")
        con.execute("INSERT INTO gpkg_geometry_columns VALUES ('trap', 'geom', 'POINT', 4326, 0, 0)")
    con.close()


def test_a_view_in_a_geopackage_is_not_opened(tmp_path: Path) -> None:
    file = gpkg(tmp_path / "a.gpkg")
    endless_view(file)
    started = time.monotonic()
    assert read_features(file).frame["name"].tolist() == ["a", "b"]
    assert time.monotonic() - started < 10


def test_a_geopackage_of_views_only(tmp_path: Path) -> None:
    file = gpkg(tmp_path / "a.gpkg")
    endless_view(file)
    with sqlite3.connect(file) as con:
        con.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = 'places'")
    con.close()
    assert "views (trap)" in refused(file)


def test_a_layer_name_that_is_sql(tmp_path: Path) -> None:
    file = gpkg(tmp_path / "a.gpkg")
    name = 'ok"; DROP TABLE places; --'
    with sqlite3.connect(file) as con:
        con.execute(f'CREATE TABLE "{name.replace(chr(34), chr(34) * 2)}" (fid INTEGER PRIMARY KEY, geom BLOB, t TEXT)')
        con.execute("INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES (?, 'features', 4326)", (name,))
        con.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', 4326, 0, 0)", (name,))
        blob = b"GP\0\1" + struct.pack("<i", 4326) + shapely.to_wkb(shapely.Point(10.7, 59.9))
        con.execute(f'INSERT INTO "{name.replace(chr(34), chr(34) * 2)}" VALUES (1, ?, ?)', (blob, "x"))
    con.close()
    before = file.read_bytes()
    assert sorted(read_features(file).frame["layer"].unique()) == sorted([name, "places"])
    assert file.read_bytes() == before


def test_shapes_nested_until_the_reader_falls(tmp_path: Path) -> None:
    """GEOS reads such shapes by recursion and takes its whole process down."""
    for depth in (20, 300_000):
        file = gpkg(tmp_path / f"{depth}.gpkg")
        nested = struct.pack("<BII", 1, 7, 1) * depth + shapely.to_wkb(shapely.Point(10.7, 59.9))
        with sqlite3.connect(file) as con:
            for trigger in con.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                con.execute(f'DROP TRIGGER "{trigger[0]}"')
            con.execute("UPDATE places SET geom = ? WHERE name = 'a'", (b"GP\0\1" + struct.pack("<i", 4326) + nested,))
        con.close()
    found = read_features(tmp_path / "20.gpkg")
    assert found.frame.geometry.isna().tolist() == [True, False]
    assert [i.code for i in found.issues] == ["geometry-unreadable"]
    assert "damaged" in refused(tmp_path / "300000.gpkg")


@pytest.mark.parametrize("features", [True, False])
def test_properties_that_would_fill_the_memory(tmp_path: Path, features: bool) -> None:
    file = tmp_path / "a.json"
    rows = [{f"key{n}": n} for n in range(2000)]
    document = {"type": "FeatureCollection", "features": [{"properties": r, "geometry": POINT} for r in rows]}
    file.write_text(json.dumps(document if features else rows))
    assert "2000 different properties" in refused(file)


def test_xml_of_millions_of_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assetmap.sources.files.content._XML_ELEMENTS", 1000)
    file = tmp_path / "a.kml"
    file.write_text("<kml>" + "<Placemark/>" * 1000 + "</kml>")
    assert "more parts" in refused(file)


def test_a_zip_of_a_file_above_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assetmap.sources.files.archive.RATIO", 10_000)
    file = packed(tmp_path / "a.zip", a__geojson=json.dumps(POINT | {"note": "x" * 60_000_000}).encode())
    assert "at most 50 MB" in refused(file)


def test_columns_of_every_type(tmp_path: Path) -> None:
    table = pa.table({
        "name": ["a", "b"], "when": [datetime(2024, 1, 2, 3, 4), None], "day": [date(1, 1, 1), None],
        "raw": [b"x", b"y"],
        "list": [["p", "q"], []], "object": [{"k": 1}, None], "sum": [Decimal("1.50"), None],
        "sort": pa.array(["u", "u"]).dictionary_encode(), "lat": [59.9, 59.8], "lon": [10.7, 10.8],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    frame = read_features(tmp_path / "a.parquet").frame
    assert frame.iloc[0][["when", "day", "list", "object", "sum", "sort"]].tolist() == [
        "2024-01-02 03:04:00", "0001-01-01", '["p", "q"]', '{"k": 1}', "1.50", "u",
    ]  # fmt: skip
    assert "raw" not in frame


def test_reading_leaves_a_geopackage_as_it_was(tmp_path: Path) -> None:
    file = gpkg(tmp_path / "a.gpkg")
    before = file.read_bytes()
    read_features(file)
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]


def test_the_worker_refuses_to_run_with_other_drivers(tmp_path: Path) -> None:
    order = {
        "kind": "fgb",
        "path": "a.fgb",
        "folder": str(tmp_path),
        "encoding": "",
        "most": 1,
        "memory": 2**32,
        "seconds": 20,
    }
    run = subprocess.run(
        [sys.executable, "-P", sandbox_worker.__file__, json.dumps(order)], capture_output=True, text=True, check=True
    )
    answer = json.loads(run.stdout)
    assert answer["refused"] == "drivers"


def test_the_worker_sees_no_keys_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    environment = sandbox._environment({"kind": "fgb", "path": "a.fgb"})
    assert SECRET not in environment.values()
    assert "OGR_VRT" in environment["GDAL_SKIP"].split(",")


def test_the_worker_stops_at_its_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MEMORY", 150 * 2**20)
    file = tmp_path / "a.parquet"
    gpd.GeoDataFrame({"a": ["x" * 1000] * 200_000}, geometry=[shapely.Point(1, 2)] * 200_000, crs=4326).to_parquet(file)
    assert "memory" in refused(file)


def test_too_many_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "FEATURES", 1)
    monkeypatch.setattr("assetmap.sources.files.features.FEATURES", 1)
    assert "more than 1 features" in refused(gpkg(tmp_path / "a.gpkg"))
    assert len(read_features(tmp_path / "a.gpkg", limited=False).frame) == 2
    file = tmp_path / "a.geojson"
    file.write_text(
        json.dumps({"type": "GeometryCollection", "geometries": []}) + "\n" + (json.dumps(POINT) + "\n") * 2
    )
    assert "more than 1 features" in refused(file)
