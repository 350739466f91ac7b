"""How are the layers of a file got from the reader that works behind limits?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import pyproj
import shapely

from assetmap.errors import FormatError
from assetmap.messages import M, Message, Mn
from assetmap.model.issues import Issue
from assetmap.sources.files import sandbox_worker
from assetmap.sources.files.content import TITLES
from assetmap.sources.files.geojson import plain
from assetmap.sources.files.layer import Layer

FEATURES = 200_000
MEMORY = 2 * 2**30
SECONDS = 60
_UNLIMITED = {"most": 50_000_000, "memory": 64 * 2**30, "seconds": 3600}
# What the reader's process needs to find Python and its libraries; keys and settings of ours stay outside.
_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "SYSTEMROOT", "CONDA_PREFIX",
         "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "TMPDIR", "TEMP", "HOME")  # fmt: skip


def sandboxed_layers(
    kind: str, path: Path, limited: bool = True, encoding: str = "", plain: bool = False
) -> list[Layer]:
    """The layers of a file of that kind (a key of `content.TITLES`), read in a process of its own.

    Args:
        limited: At most 200,000 features, 2 GiB and 60 seconds; else limits that only stop what never ends.
        encoding: Encoding of the texts, where the file does not say it.
        plain: Whether tables of a GeoPackage that have no geometry are read as well.

    Raises:
        FormatError: The file cannot be read, is cut off, too large, or took too long.
    """
    bounds = {"most": FEATURES, "memory": MEMORY, "seconds": SECONDS} if limited else _UNLIMITED
    with tempfile.TemporaryDirectory(prefix="assetmap-") as folder:
        order = {"kind": kind, "path": str(path.absolute()), "folder": folder, "encoding": encoding, "plain": plain,
                 **bounds}  # fmt: skip
        answer = _run(order, path)
        if "refused" in answer:
            raise FormatError(_refusal(answer["refused"], answer["detail"], path, kind, bounds["most"]))
        return [_layer(layer, Path(folder), path) for layer in answer["layers"]]


def _run(order: dict[str, Any], path: Path) -> dict[str, Any]:
    command = [sys.executable, "-P", "-X", "utf8", sandbox_worker.__file__, json.dumps(order)]
    try:
        done = subprocess.run(command, env=_environment(order), cwd=order["folder"], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=order["seconds"] + 10, check=False)  # fmt: skip
        answer = json.loads(done.stdout.decode().strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        raise FormatError(M("The file {file} took longer than {seconds} seconds to read and was given up. Take a "
                            "smaller area, or export it as "
                            "GeoJSON.", file=path.name, seconds=order["seconds"])) from None  # fmt: skip
    except (ValueError, IndexError):  # it died: of its limits, or of the file
        raise FormatError(M("The file {file} could not be read within the limits on time and memory, or it is "
                            "damaged. Take a smaller area, or export it as "
                            "GeoJSON.", file=path.name)) from None  # fmt: skip
    return dict(answer)


def _environment(order: dict[str, Any]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    skip = ",".join(name for name in _all_drivers() if name not in sandbox_worker.DRIVERS.get(order["kind"], ()))
    if order["kind"] == "shp" and not Path(order["path"]).with_suffix(".shx").is_file():
        kept["SHAPE_RESTORE_SHX"] = "YES"
    return kept | {
        "GDAL_SKIP": skip, "OGR_SKIP": skip, "GDAL_DRIVER_PATH": "disable",
        "CPL_CURL_ENABLE_VSIMEM": "NO", "GDAL_HTTP_TIMEOUT": "1",
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system",
    }  # fmt: skip


@cache
def _all_drivers() -> tuple[str, ...]:
    return tuple(pyogrio.list_drivers())


def _layer(layer: dict[str, Any], folder: Path, path: Path) -> Layer:
    with pa.OSFile(str(folder / Path(layer["file"]).name), "rb") as source:
        frame = pa.ipc.open_file(source).read_all().to_pandas()
    wkb = frame.pop(layer["geometry"]) if layer["geometry"] in frame else pd.Series([None] * len(frame), dtype=object)
    frame = pd.DataFrame({str(plain(c)): _values(frame[c]) for c in frame})
    frame = gpd.GeoDataFrame(frame, geometry=shapely.from_wkb(wkb.to_numpy(dtype=object)), crs=_crs(layer["crs"]))
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    issues = (_lost(layer["lost"]),) if layer["lost"] else ()
    return Layer(str(plain(layer["name"])) or path.stem, frame, issues=issues, shapeless=not layer["geometry"])


def _values(column: pd.Series) -> pd.Series:
    return column.map(plain) if column.dtype in ("str", "object") else column


def _lost(count: int) -> Issue:
    return Issue("geometry-unreadable", Mn("One shape could not be read; the row has no place.",
                                           "{n} shapes could not be read; the rows have no place.", count),
                 field="geometry")  # fmt: skip


def _crs(text: str | None) -> pyproj.CRS | None:
    try:
        return pyproj.CRS.from_user_input(text) if text else None
    except pyproj.exceptions.CRSError:
        return None


def _refusal(code: str, detail: str, path: Path, kind: str, most: int) -> Message:
    title, file = TITLES[kind], path.name
    if code == "too-many":
        return M("The file {file} holds more than {most} features. Take a smaller area, or read it on the command "
                 "line with --no-limit.", file=file, most=most)  # fmt: skip
    if code == "too-big":
        return M("The file {file} needs more memory than is given to one file. Take a smaller area, or read it on the "
                 "command line with --no-limit.", file=file)  # fmt: skip
    if code == "only-views":
        return M("The GeoPackage {file} holds its features only as views ({views}), which are not opened: they can "
                 "run for hours. Save the layer as a table and send that.", file=file, views=detail)  # fmt: skip
    if code in ("no-layers", "no-gpkg"):
        return M("The file {file} is an SQLite database without a table of map features. Expected a GeoPackage with a "
                 "layer.", file=file)  # fmt: skip
    if code == "drivers":
        return M("{file} was not opened: the library that reads it offers more than is allowed here ({detail}). "
                 "Install assetmap again.", file=file, detail=detail)  # fmt: skip
    return M("The file {file} cannot be read as {title}: {detail}. It may be cut off. Export it again.",
             file=file, title=title, detail=detail.rstrip(".") or "–")  # fmt: skip
