"""Does every registered source keep the same promises, whatever the suffix of the file?"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from assetmap.errors import FileMissing, InputError
from assetmap.gathering import read_file
from assetmap.i18n import languages, say
from assetmap.messages import Message
from assetmap.model.harvest import Harvest
from assetmap.model.schema import check_assets
from assetmap.registry import discover
from assetmap.sources.conform import conform
from assetmap.sources.source import Context, Source
from tests.hostile import HOSTILE

SOURCES: dict[str, Source] = discover("assetmap.sources", "SOURCE")
SUFFIXES = [(source.key, suffix) for source in SOURCES.values() for suffix in source.suffixes]
NEAR = Context(near=shapely.box(12.5, 55.6, 12.7, 55.8))
NO_SUCH_FILE = {
    "empty": b"",
    "zeros": b"\x00" * 64,
    "picture": b"\x89PNG\r\n\x1a\n" + b"x" * 64,
    "gzip": gzip.compress(b"x" * 99, mtime=0),
}
PRINTABLE = [name for name in HOSTILE if name.isprintable() and len(name) < 1000]


def rows(names: list[str]) -> gpd.GeoDataFrame:
    """Playgrounds in Copenhagen."""
    points = [shapely.Point(12.59 + i / 1000, 55.67) for i in range(len(names))]
    table = {"navn": names, "kategori": "Legeplads", "telefon": "+45 33 33 33 33"}
    return gpd.GeoDataFrame(table, geometry=points, crs=4326)


def write(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """The rows in the format that the suffix says, by other programs than ours."""
    suffix = path.name[path.name.index(".") :]
    plain = pd.DataFrame(frame.drop(columns="geometry")).assign(lat=frame.geometry.y, lon=frame.geometry.x)
    match suffix:
        case ".csv" | ".txt":
            plain.to_csv(path, index=False, sep=";", quoting=csv.QUOTE_ALL)
        case ".tsv":
            plain.to_csv(path, index=False, sep="\t", quoting=csv.QUOTE_ALL)
        case ".xlsx" | ".xlsm":
            book = openpyxl.Workbook()
            for row in [list(plain.columns), *plain.itertuples(index=False)]:
                book.active.append(["'" + v if isinstance(v, str) and v.startswith("=") else v for v in row])
            book.save(path)
        case ".geojson" | ".json":
            path.write_text(frame.to_json(), encoding="utf-8")
        case ".geojsonl" | ".geojsons" | ".ndjson":
            path.write_text("\n".join(json.dumps(f) for f in frame.iterfeatures()) + "\n", encoding="utf-8")
        case ".umap":
            layer = json.loads(frame.to_json()) | {"_umap_options": {"name": "Legepladser"}}
            path.write_text(json.dumps({"type": "umap", "properties": {}, "layers": [layer]}), encoding="utf-8")
        case ".shp":
            frame.to_file(path, engine="pyogrio", encoding="utf-8")
        case ".parquet" | ".geoparquet":
            frame.to_parquet(path)
        case ".gpkg" | ".fgb":
            frame.to_file(path, engine="pyogrio")
        case ".gpx":
            path.write_text(_gpx(frame), encoding="utf-8")
        case ".kml":
            path.write_text(_kml(frame), encoding="utf-8")
        case ".kmz":
            with zipfile.ZipFile(path, "w") as parcel:
                parcel.writestr("doc.kml", _kml(frame))
        case ".zip" | ".shp.zip":
            folder = path.parent / "shape"
            folder.mkdir()
            frame.to_file(folder / "rows.shp", engine="pyogrio", encoding="utf-8")
            with zipfile.ZipFile(path, "w") as parcel:
                for part in folder.iterdir():
                    parcel.write(part, part.name)
        case other:
            pytest.fail(f"There is a new suffix {other}: say here how others write it.")
    return path


def _gpx(frame: gpd.GeoDataFrame) -> str:
    from xml.sax.saxutils import escape

    points = "".join(
        f'<wpt lat="{p.y}" lon="{p.x}"><name>{escape(n)}</name><type>Legeplads</type></wpt>'
        for n, p in zip(frame["navn"], frame.geometry, strict=True)
    )
    return (
        f'<?xml version="1.0"?><gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">{points}</gpx>'
    )


def _kml(frame: gpd.GeoDataFrame) -> str:
    from xml.sax.saxutils import escape

    marks = "".join(
        f"<Placemark><name>{escape(n)}</name><ExtendedData><Data name='kategori'><value>Legeplads</value></Data>"
        f"</ExtendedData><Point><coordinates>{p.x},{p.y}</coordinates></Point></Placemark>"
        for n, p in zip(frame["navn"], frame.geometry, strict=True)
    )
    return f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'


def read(path: Path) -> Harvest:
    return read_file(path, NEAR)


@pytest.mark.parametrize(("key", "suffix"), SUFFIXES)
def test_rows_come_in_checked_and_the_same_each_time(key: str, suffix: str, tmp_path: Path) -> None:
    path = write(rows(["Øster Anlæg", "Børnenes legeplads"]), tmp_path / f"rows{suffix}")
    before = path.read_bytes()
    one, two = (conform(read(path)) for _ in range(2))
    check_assets(one.assets)
    assert sorted(one.assets["name"]) == ["Børnenes legeplads", "Øster Anlæg"]
    assert set(one.assets["category"]) == {"playground"}
    assert set(one.assets["kind"]) == {"places"}
    (there,) = one.assets.geometry[one.assets["name"] == "Øster Anlæg"]
    assert there.distance(shapely.Point(12.59, 55.67)) < 1e-6
    assert one.assets["source"].notna().all()
    assert one.assets["retrieved"].str.match(r"\d{4}-\d\d-\d\d").all()
    pd.testing.assert_frame_equal(pd.DataFrame(one.assets), pd.DataFrame(two.assets))
    assert path.read_bytes() == before
    assert not any("33 33 33" in str(value) for value in one.assets.drop(columns="geometry").to_numpy().ravel())


@pytest.mark.parametrize(("key", "suffix"), SUFFIXES)
def test_the_file_is_named_and_hashed_as_a_source(key: str, suffix: str, tmp_path: Path) -> None:
    provenance = read(write(rows(["A"]), tmp_path / f"rows{suffix}")).provenance
    assert provenance.file == f"rows{suffix}"
    assert len(provenance.sha256) == 64
    assert json.dumps(provenance.to_dict())


@pytest.mark.parametrize(("key", "suffix"), SUFFIXES)
def test_names_are_only_names(key: str, suffix: str, tmp_path: Path) -> None:
    found = conform(read(write(rows(PRINTABLE), tmp_path / f"rows{suffix}"))).assets
    assert set(found["name"].str.strip()) == {name.strip() for name in PRINTABLE}


@pytest.mark.parametrize(("key", "suffix"), SUFFIXES)
@pytest.mark.parametrize("content", NO_SUCH_FILE.values(), ids=NO_SUCH_FILE)
def test_what_is_no_such_file_is_a_sentence(key: str, suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError) as fault:
        read(path)
    assert path.name in str(fault.value)
    assert len(str(fault.value)) > 30


@pytest.mark.parametrize(("key", "suffix"), SUFFIXES)
def test_a_file_that_was_cut_off_never_ends_in_a_crash(key: str, suffix: str, tmp_path: Path) -> None:
    path = write(rows([f"Legeplads {i}" for i in range(40)]), tmp_path / f"cut{suffix}")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with contextlib.suppress(InputError):  # a sentence of ours is well; any other error is not
        assert len(conform(read(path)).assets) < 40, "half a file is not all of it"


@pytest.mark.parametrize(("key", "suffix"), SUFFIXES)
def test_every_issue_and_note_can_be_said_in_every_language(key: str, suffix: str, tmp_path: Path) -> None:
    frame = rows(["A", "B", ""])
    frame.loc[1, "kategori"] = "Rumstation"
    harvest = read(write(frame, tmp_path / f"rows{suffix}"))
    for message in (*(issue.message for issue in harvest.issues), *harvest.notes):
        assert isinstance(message, Message)
        for lang in languages():
            assert say(message, lang)


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_says_what_it_is(key: str) -> None:
    source = SOURCES[key]
    assert source.key == key
    assert isinstance(source.title, Message)
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in source.suffixes)


def test_no_two_sources_read_the_same_suffix() -> None:
    suffixes = [suffix for _, suffix in SUFFIXES]
    assert len(suffixes) == len(set(suffixes))


def test_files_that_are_not_there_or_of_no_kind(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"no file x\.csv"):
        read(tmp_path / "x.csv")
    (tmp_path / "x.docx").write_bytes(io.BytesIO(b"PK").getvalue())
    with pytest.raises(InputError, match=r"No source reads x\.docx. Expected a file that ends in one of: \.csv, "):
        read(tmp_path / "x.docx")
