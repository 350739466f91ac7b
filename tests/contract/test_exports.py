"""Does every registered export carry every sort of thing whole, in files that other programs open?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

from assetmap.analyses.coverage import coverage
from assetmap.analyses.gaps import gaps
from assetmap.analyses.nearby import nearby
from assetmap.disclosure.gate import release
from assetmap.exports import exports, write
from assetmap.exports.export import receipt_in
from assetmap.exports.guard import safe_text
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.rerun import compare, receipts_in
from tests.stored_world import HOSTILE, assets, homes, inventory, street

ASSET = {"id", "name", "category", "kind", "source", "licence", "attribution", "retrieved"}


def whole(names: tuple[str, ...]) -> Inventory:
    return inventory(assets(names), homes=homes(21), network=street())


THINGS: dict[str, Callable[[], Inventory | Finding]] = {
    "inventory": lambda: whole(HOSTILE),
    "empty inventory": lambda: whole(()),
    "inventory of a hostile place": lambda: inventory(assets(HOSTILE), name="=1+1\x00\x07" + "".join(HOSTILE)),
    "coverage": lambda: coverage(whole(HOSTILE), category="park_green", minutes=5),
    "coverage of nothing": lambda: coverage(whole(()), category="park_green", minutes=5),
    "gaps": lambda: gaps(whole(("Park",)), category="park_green", minutes=5),
    "nearby": lambda: nearby(whole(HOSTILE), at=(59.0, 11.0)),
}


@pytest.fixture(scope="module")
def things() -> dict[str, Inventory | Finding]:
    return {name: make() for name, make in THINGS.items()}


def read_back(path: Path) -> tuple[pd.DataFrame, str]:
    """The rows as other programs read them, and whatever the file says beside them."""
    match path.suffix:
        case ".xlsx":
            book = openpyxl.load_workbook(path)
            heading, *rows = book.worksheets[0].iter_rows(values_only=True)
            said = " ".join(str(cell) for row in book.worksheets[1].iter_rows(values_only=True) for cell in row)
            return pd.DataFrame(rows, columns=list(heading)), said
        case ".csv":
            rows = pd.read_csv(path, keep_default_na=False, dtype="str")
            said = rows.filter(like="dataset_")
            return rows, " ".join(said.iloc[0]) if len(said) else ""
        case ".parquet" | ".geoparquet":
            import pyarrow.parquet as pq

            meta = pq.read_metadata(path).metadata
            return gpd.read_parquet(path), " ".join(value.decode() for value in meta.values())
        case ".gpkg":
            layers = [name for name, _ in pyogrio.list_layers(path) if name != "layer_styles"]
            rows = pd.concat([gpd.read_file(path, layer=name) for name in layers], ignore_index=True)
            return rows, path.read_bytes().decode("utf-8", "replace")
    rows = gpd.read_file(path)
    if path.suffix == ".fgb":
        return rows, " ".join(pyogrio.read_info(path)["layer_metadata"].values())
    data = json.loads(path.read_text(encoding="utf-8"))
    return rows, json.dumps({k: v for k, v in data.items() if k != "features"}, ensure_ascii=False)


CASES = [(export.key, suffix, thing) for export in exports().values() for suffix in export.suffixes for thing in THINGS]


@pytest.mark.parametrize(("key", "suffix", "thing"), CASES, ids=lambda value: str(value))
def test_every_export_carries_everything(
    key: str, suffix: str, thing: str, things: dict[str, Inventory | Finding], tmp_path: Path
) -> None:
    what = things[thing]
    path = write(what, tmp_path / f"{thing}{suffix}")
    assert [p.name for p in tmp_path.iterdir()] == [path.name], "one file, and nothing left beside it"

    rows, said = read_back(path)
    assert len(rows) == len(what.frame)
    if len(rows):
        for word in ("© OpenStreetMap contributors", "ODbL-1.0", "assetmap-receipt/1"):
            assert word in said
        assert str(next(iter(what.method)) if isinstance(what, Finding) else "Assets were taken")[:40] in said
        first = "id" if "id" in rows else ("home" if "home" in rows else "rank")
        assert set(rows[first].astype(str)) == set(what.frame.index.astype(str))
    if "name" in what.frame:
        if len(rows) or "json" not in suffix:  # GeoJSON names columns only in rows
            assert set(rows.columns) >= ASSET
        expected = {safe_text(n) for n in what.frame["name"]} if suffix == ".csv" else set(what.frame["name"])
        assert {str(n) for n in rows.get("name", ())} == expected
    if isinstance(rows, gpd.GeoDataFrame):
        assert rows.crs.to_epsg() == 4326
        was = what.frame.geometry.union_all()
        assert rows.geometry.union_all().buffer(0).area == pytest.approx(was.buffer(0).area, abs=1e-9)

    if suffix == ".gpkg":
        done = subprocess.run(
            [sys.executable, "-m", "osgeo_utils.samples.validate_gpkg", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    if suffix in (".gpkg", ".fgb", ".geojson") and (ogrinfo := shutil.which("ogrinfo")):
        seen = subprocess.run([ogrinfo, "-so", "-al", str(path)], capture_output=True, text=True, check=True)
        assert "ERROR" not in seen.stdout + seen.stderr
        assert "Layer name: " in seen.stdout


@pytest.mark.parametrize("thing", ["inventory", "coverage", "gaps", "nearby"])
@pytest.mark.parametrize("key", list(exports()))
def test_what_was_exported_can_be_made_again(
    key: str, thing: str, things: dict[str, Inventory | Finding], tmp_path: Path
) -> None:
    """Also from a file that a person opened and saved in a language of their own."""
    here = whole(("Park",) if thing == "gaps" else HOSTILE)
    path = write(things[thing], tmp_path / f"x{exports()[key].suffixes[0]}", lang="da")
    (receipt,) = receipts_in(path)
    done = compare(receipt, lambda audience: release(here, audience))
    assert done.same, [str(difference) for difference in done.differences]
    other = compare(receipt, lambda audience: release(whole(("Park", "Kafé", "Torg")), audience))
    assert other.differences, "other assets are noticed"


@pytest.mark.parametrize("key", list(exports()))
@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"\x00" * 400, b'{"title": 1}', b"fgb\x03fgb\x00\xff\xff\xff\x7f{"]
)
def test_a_file_without_a_receipt_has_none(key: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"x{exports()[key].suffixes[0]}"
    path.write_bytes(content)
    assert receipt_in(path) is None


def test_no_file_names_the_machine_it_was_made_on(things: dict[str, Inventory | Finding], tmp_path: Path) -> None:
    for export in exports().values():
        path = write(things["coverage"], tmp_path / f"x{export.suffixes[0]}")
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                content = b"".join(parts.read(name) for name in parts.namelist())
        assert str(Path.home()).encode() not in content
        assert str(tmp_path).encode() not in content
