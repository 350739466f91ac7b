"""Is each format what its standard says, and does a file carry what must be said along with it?"""

from __future__ import annotations

import csv
import datetime
import json
import re
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from assetmap.analyses.coverage import coverage
from assetmap.analyses.gaps import gaps
from assetmap.errors import CRSError, DisclosureError, InputError, StoreError
from assetmap.exports import write
from assetmap.exports.content import safe_names, strictest
from assetmap.exports.guard import CELL, excel_text, risky, safe_text
from assetmap.i18n import say
from assetmap.model.audience import Audience
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.provenance import OSM_ATTRIBUTION
from assetmap.model.schema import complete
from assetmap.model.taxonomy import taxonomy
from assetmap.store import Store
from tests.disk import small_disk
from tests.stored_world import CLUBS, HOSTILE, OSM, assets, homes, inventory, street


@pytest.fixture
def reach() -> Finding:
    """Homes 57 m apart along one street, the last one far away from it; the park is at the first."""
    far = homes(21)
    far.loc["node/20", "geometry"] = shapely.Point(11.02, 59.2)
    return coverage(inventory(homes=far, network=street()), category="park_green", minutes=5)


def mixed() -> Inventory:
    """Two rows of OpenStreetMap and one of a register."""
    clubs = assets(("Kafé",), CLUBS, category="cafe_eatery", kind="exchange")
    return inventory(pd.concat([complete(assets()), complete(clubs)])).replace(provenance=(OSM, CLUBS))


# --- what goes for every format


def test_the_strictest_licence_names_the_whole() -> None:
    assert strictest(["NLOD-2.0", "ODbL-1.0", "CC-BY-4.0"]).key == "ODbL-1.0"
    assert strictest(["NLOD-2.0", "CC-BY-4.0"]).key == "CC-BY-4.0"
    assert strictest(["CC0-1.0", "something else"]).key == "unstated"
    assert strictest([]).key == "unstated"


def licence_of(inventory: Inventory, path: Path) -> str:
    return str(json.loads(write(inventory, path).read_text(encoding="utf-8"))["licence"])


def test_a_file_without_rows_of_openstreetmap_is_not_under_its_licence(tmp_path: Path) -> None:
    whole = mixed()
    only_clubs = whole.where(category="cafe_eatery")
    assert licence_of(whole, tmp_path / "all.json") == "ODbL-1.0"
    assert licence_of(only_clubs, tmp_path / "clubs.json") == "NLOD-2.0"
    placed = only_clubs.replace(frame=only_clubs.frame.assign(location_precision="address"))
    assert licence_of(placed, tmp_path / "placed.json") == "ODbL-1.0", "placed by addresses of OpenStreetMap"


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".csv"])
def test_only_what_the_audience_may_see_leaves(tmp_path: Path, suffix: str) -> None:
    frame = assets(("Park", "Story", "Key box"), location_precision="exact")
    frame["audience"] = ["public", "public", "staff"]
    frame["review"] = ["ok", "pending", "ok"]
    carelessly_made = inventory(frame)
    assert carelessly_made.audience is Audience.public
    content = write(carelessly_made, tmp_path / f"x{suffix}").read_bytes()
    assert b"Park" in content
    assert b"Story" not in content
    assert b"Key box" not in content
    for_staff = write(carelessly_made, tmp_path / f"y{suffix}", audience="staff").read_bytes()
    assert b"Key box" in for_staff


def test_a_finding_for_staff_does_not_leave_for_the_public(tmp_path: Path, reach: Finding) -> None:
    with pytest.raises(DisclosureError):
        write(reach.replace(audience=Audience.staff), tmp_path / "x.geojson")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["assets.shp", "assets", "assets.geojson.exe"])
def test_an_unknown_suffix_is_told_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=re.escape(name)) as told:
        write(inventory(), tmp_path / name)
    assert all(s in str(told.value) for s in (".geojson", ".gpkg", ".parquet", ".fgb", ".csv", ".xlsx"))


def test_wrong_use_is_told(tmp_path: Path, reach: Finding) -> None:
    with pytest.raises(InputError, match="does not exist"):
        write(inventory(), tmp_path / "no" / "x.csv")
    with pytest.raises(InputError, match="always in WGS84"):
        write(inventory(), tmp_path / "x.geojson", crs="EPSG:25832")
    with pytest.raises(CRSError, match="not a reference system"):
        write(inventory(), tmp_path / "x.gpkg", crs="UTM, please")
    with pytest.raises(InputError, match="narrowed"):
        write(reach, tmp_path / "x.gpkg", category="park_green")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        write(inventory(), tmp_path / "folder.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["folder.csv"]


def test_an_export_never_takes_the_place_of_the_store(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.save(inventory())
    with pytest.raises(InputError, match="is a store"):
        write(store.inventory(), store.folder / "map.gpkg")
    (tmp_path / "link.gpkg").symlink_to(store.folder / "map.gpkg")
    with pytest.raises(InputError, match="is a store"):
        write(store.inventory(), tmp_path / "link.gpkg")
    assert len(store.inventory()) == 2


def test_an_older_file_survives_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "[old] assets.xlsx"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr("assetmap.exports.excel.ROWS", 1)
        with pytest.raises(InputError, match="holds 1 rows, and there are 2"):
            write(inventory(), path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    write(inventory(), path)
    assert len(path.read_bytes()) > 1000
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.fixture(name="small_disk")
def a_small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 512 kB."""
    with small_disk(tmp_path / "disk", "512k") as folder:
        yield folder


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".parquet", ".fgb", ".csv", ".xlsx"])
def test_a_full_disk_leaves_the_older_file(small_disk: Path, suffix: str) -> None:
    path = write(inventory(), small_disk / f"assets{suffix}")
    before = path.read_bytes()
    dice = np.random.default_rng(0)
    long = tuple(dice.bytes(150).hex() for _ in range(4000))
    with pytest.raises(StoreError, match="disk is full"):
        write(inventory(assets(long)), path)
    assert path.read_bytes() == before
    assert [p.name for p in small_disk.iterdir()] == [path.name]


@given(st.lists(st.text(max_size=80), max_size=12))
def test_column_names_are_safe_and_none_stands_twice(names: list[str]) -> None:
    safe = safe_names(names)
    assert len(safe) == len(names)
    assert len({name.casefold() for name in safe}) == len(names)
    assert all(name and not risky(name) and name.casefold() != "fid" and "\x00" not in name for name in safe)


def test_columns_of_lists_and_records_become_plain_ones(tmp_path: Path) -> None:
    frame = assets(("A", "B"))
    frame["fid"] = [7, 8]
    frame["=1+1"] = "x"
    frame["days"] = [["mon", "tue"], []]
    frame["near_by"] = [[{"name": "Kafé", "minutes": 2.5}], None]
    frame["more"] = [{"a": 1}, np.nan]
    frame["open"] = [True, None]
    rows = gpd.read_file(write(inventory(frame), tmp_path / "x.gpkg"), layer="assets_points")
    assert list(rows["fid_"]) == [7, 8]
    assert list(rows["_1_1"]) == ["x", "x"]
    assert rows["days"].iloc[0] == "mon; tue"
    assert rows["near_by_1_name"].iloc[0] == "Kafé"
    assert rows["near_by_1_minutes"].iloc[0] == 2.5
    assert json.loads(rows["more"].iloc[0]) == {"a": 1}
    assert bool(rows["open"].iloc[0]) is True


# --- GeoJSON


def test_geojson_is_what_rfc_7946_says(tmp_path: Path) -> None:
    frame = assets(("Point", "Area", "Line", "Nowhere", "Rounded"))
    frame.loc[frame.index[3], "geometry"] = None
    frame.loc[frame.index[4], "geometry"] = shapely.Point(-15.4310041, 28.1415381)  # not exact in binary
    path = write(inventory(frame), tmp_path / "assets.geojson")
    assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data["type"] == "FeatureCollection"
    assert not re.search(r"\d\.\d{8}", path.read_text(encoding="utf-8")), "seven decimals are a centimetre"
    assert "crs" not in data
    assert data["licence"] == "ODbL-1.0"
    assert OSM_ATTRIBUTION in data["attribution"]
    assert data["date"] == datetime.datetime.now(datetime.UTC).date().isoformat()
    assert data["method"]
    assert data["receipt"]["inputs"] == {"assets": inventory(frame).fingerprint}
    assert [f["id"] for f in data["features"]] == list(frame.index)
    point, area, line, nowhere, rounded = (f["geometry"] for f in data["features"])
    assert point == {"type": "Point", "coordinates": [11, 59]}
    assert shapely.LinearRing(area["coordinates"][0]).is_ccw
    assert line["coordinates"][0] == [11.1234568, 59]
    assert nowhere is None
    assert rounded["coordinates"] == [-15.4310041, 28.1415381]
    asset = data["features"][0]["properties"]
    wanted = {"id", "name", "category", "kind", "source", "licence", "attribution", "retrieved"}
    assert wanted <= asset.keys()
    assert all(asset[name] for name in wanted)
    assert asset["description"] is None


def test_coverage_as_geojson_is_what_the_command_line_promises(tmp_path: Path, reach: Finding) -> None:
    data = json.loads(write(reach, tmp_path / "x.geojson").read_text(encoding="utf-8"))
    assert len(data["features"]) == 21
    near, lost = data["features"][0], data["features"][-1]
    assert near["id"] == "node/0"
    assert near["properties"]["minutes"] == 0
    assert near["properties"]["covered"] is True
    assert near["properties"]["people"] == 1
    assert near["properties"]["nearest"] in reach.frame["nearest"].tolist()
    assert lost["properties"]["minutes"] is None
    assert lost["properties"]["nearest"] is None
    assert lost["properties"]["covered"] is False
    assert data["receipt"]["question"] == "coverage"
    assert data["caveats"] == [say(caveat, "en") for caveat in reach.caveats]
    assert data["summary"] == say(reach.sentence, "en")


# --- GeoPackage


def test_geopackage_has_a_layer_per_sort_of_shape_in_the_wanted_system(tmp_path: Path) -> None:
    frame = assets(("Point", "Area", "Line", "Nowhere"))
    frame.loc[frame.index[3], "geometry"] = None
    path = write(inventory(frame), tmp_path / "x.gpkg", crs="EPSG:25832")
    layers = {name: gpd.read_file(path, layer=f"assets_{name}") for name in ("points", "areas", "lines")}
    assert {name: list(rows["name"]) for name, rows in layers.items()} == {
        "points": ["Point"], "areas": ["Area"], "lines": ["Line"],
    }  # fmt: skip
    assert all(rows.crs.to_epsg() == 25832 for rows in layers.values())
    x, y = layers["points"].geometry.iloc[0].coords[0]
    assert (round(x), round(y)) == (614894, 6541771)
    assert list(gpd.read_file(path, layer="assets_without_place")["name"]) == ["Nowhere"]


def sql(path: Path, query: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def test_qgis_finds_a_style_with_the_colours_of_the_app(tmp_path: Path, reach: Finding) -> None:
    path = write(inventory(assets(("Point", "Area", "Line"))), tmp_path / "x.gpkg", lang="nb")
    styles = dict(
        sql(path, "SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault AND f_geometry_column='geom'")
    )
    assert styles.keys() == {"assets_points", "assets_areas", "assets_lines"}
    for layer, symbol in (("assets_points", "marker"), ("assets_areas", "fill"), ("assets_lines", "line")):
        root = ET.fromstring(styles[layer])
        assert root.find("renderer-v2").get("attr") == "kind"  # type: ignore[union-attr]
        categories = {c.get("value"): c.get("label") for c in root.iter("category")}
        assert categories == {k.key: k.label("nb") for k in taxonomy().kinds.values()}
        assert [s.get("type") for s in root.iter("symbol")] == [symbol] * len(categories)
    assert "0,122,90,255" in styles["assets_points"], "places are #007a5a"

    covered = ET.fromstring(sql(write(reach, tmp_path / "c.gpkg"), "SELECT styleQML FROM layer_styles")[0][0])
    assert [c.get("value") for c in covered.iter("category")] == ["covered", "uncovered", "unreachable", "unlinked"]

    found = gaps(inventory(homes=homes(21), network=street()), category="park_green", minutes=5)
    ranges = list(
        ET.fromstring(sql(write(found, tmp_path / "g.gpkg"), "SELECT styleQML FROM layer_styles")[0][0]).iter("range")
    )
    assert 1 <= len(ranges) <= 5
    assert float(ranges[-1].get("upper", "nan")) == found.frame["people"].max()


def test_geopackage_says_terms_and_method_in_its_metadata(tmp_path: Path, reach: Finding) -> None:
    path = write(reach, tmp_path / "x.gpkg")
    rows = sql(path, "SELECT mime_type, metadata, reference_scope, table_name FROM gpkg_metadata JOIN "
                     "gpkg_metadata_reference ON md_file_id = id")  # fmt: skip
    said = next(
        json.loads(text) for mime, text, scope, _ in rows if mime == "application/json" and scope == "geopackage"
    )
    assert said["licence"] == "ODbL-1.0"
    assert said["method"] == [say(sentence, "en") for sentence in reach.method]
    assert said["receipt"]["question"] == "coverage"
    shown = next(ET.fromstring(text) for mime, text, _, table in rows if mime == "text/xml" and table == "coverage")
    assert OSM_ATTRIBUTION in (shown.findtext("rights") or "")


# --- GeoParquet and FlatGeobuf


def test_geoparquet_is_version_1_1_with_covering_and_zstd(tmp_path: Path) -> None:
    path = write(inventory(assets(HOSTILE)), tmp_path / "x.parquet")
    meta = pq.read_metadata(path)
    geo = json.loads(meta.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert {meta.row_group(0).column(i).compression for i in range(meta.num_columns)} == {"ZSTD"}
    assert meta.metadata[b"licence"] == b"ODbL-1.0"
    assert OSM_ATTRIBUTION in meta.metadata[b"attribution"].decode()
    assert json.loads(meta.metadata[b"receipt"])["question"] == "inventory"
    part = gpd.read_parquet(path, bbox=(11.0115, 58.9, 11.0125, 59.1))
    assert list(part["name"]) == [HOSTILE[12]]


# --- CSV and Excel


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+47 22 22 22 22", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=1", "\u200b=1",
     "＝1", "＋1", "－1", "＠1", "\x00=1", "\t", "--5"],
)  # fmt: skip
def test_what_may_be_a_formula_is_text(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-59.91", "-59,91", "0", "a=1", "'=1", "", " Park", "1-2", "æ+ø", "−5"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert safe_text(text) == text


def read_csv(path: Path, delimiter: str) -> list[dict[str, str]]:
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(text.decode("utf-8-sig").splitlines(keepends=True), delimiter=delimiter))


def test_csv_for_english_and_for_norwegian_readers(tmp_path: Path) -> None:
    there = inventory(assets(("Point", "Area", "Line"), capacity=[12.5, np.nan, 3]))
    english = read_csv(write(there, tmp_path / "en.csv"), ",")
    assert [row["capacity"] for row in english] == ["12.5", "", "3"]
    assert (english[0]["longitude"], english[0]["latitude"], english[0]["wkt"]) == ("11", "59", "")
    assert english[1]["wkt"].startswith("POLYGON ((11 59")
    assert {row["dataset_licence"] for row in english} == {"ODbL-1.0"}
    assert all(OSM_ATTRIBUTION in row["dataset_attribution"] for row in english)
    assert json.loads(english[0]["dataset_receipt"])["question"] == "inventory"
    assert english[0]["dataset_method"]
    assert english[1]["dataset_receipt"] == ""
    norwegian = read_csv(write(there, tmp_path / "nb.csv", lang="nb"), ";")
    assert [row["capacity"] for row in norwegian] == ["12,5", "", "3"]
    assert "11.1234568 59" in norwegian[2]["wkt"]
    utm = read_csv(write(there, tmp_path / "utm.csv", crs=25832), ",")
    assert (utm[0]["east"], utm[0]["crs"]) == ("614893.67", "EPSG:25832")


def test_excel_has_real_types_and_a_sheet_that_says_the_rest(tmp_path: Path, reach: Finding) -> None:
    there = inventory(assets(("Point", "=1+1"), capacity=[12.5, np.nan]))
    book = openpyxl.load_workbook(write(there, tmp_path / "x.xlsx", lang="en"))
    assert book.sheetnames == ["assets", "About"]
    heading, first, second = book["assets"].iter_rows()
    at = {cell.value: i for i, cell in enumerate(heading)}
    assert first[at["capacity"]].value == 12.5
    assert second[at["capacity"]].value is None
    assert first[at["retrieved"]].value == datetime.datetime(2026, 11, 21)
    assert first[at["latitude"]].value == 59
    assert second[at["name"]].value == "=1+1"
    assert second[at["name"]].data_type == "s"
    assert second[at["name"]].quotePrefix
    said = [(row[0].value, row[1].value) for row in book["About"].iter_rows()]
    assert ("Licence", "ODbL-1.0: Open Database License 1.0. https://opendatacommons.org/licenses/odbl/1-0/") in said
    receipt = "".join(text for name, text in said if name == "Receipt")
    assert json.loads(receipt)["question"] == "inventory"

    rows = openpyxl.load_workbook(write(reach, tmp_path / "c.xlsx"))["coverage"]
    heading, first, *_, last = rows.iter_rows(values_only=True)
    answer = dict(zip(heading, first, strict=True))
    assert (answer["home"], answer["minutes"], answer["covered"], answer["people"]) == ("node/0", 0, True, 1)
    assert dict(zip(heading, last, strict=True))["minutes"] is None


def test_excel_cuts_only_what_a_cell_cannot_hold_and_says_so(tmp_path: Path) -> None:
    names = ("x" * 10_000, "y" * 40_000, "🧶" * 20_000, "a\x07b", "tab\tand\nline")
    book = openpyxl.load_workbook(write(inventory(assets(names)), tmp_path / "x.xlsx"))
    got = [row[1].value for row in book["assets"].iter_rows(min_row=2)]
    assert got[0] == names[0]
    assert got[1] == "y" * 32_766 + "…"
    assert got[2] == "🧶" * 16_383 + "…"
    assert got[3:] == ["ab", "tab\tand\nline"]
    about = [row[1].value for row in book["About"].iter_rows()]
    assert any(str(text).startswith("2 texts were longer than a cell may be (32,767") for text in about)


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_any_text_fits_into_a_cell(text: str) -> None:
    clean, cut = excel_text(text)
    assert not cut
    assert len(clean.encode("utf-16-le")) // 2 <= CELL
    assert clean == text or len(clean) < len(text)
