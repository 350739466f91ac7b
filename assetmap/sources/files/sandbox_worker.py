"""How is a vector file from a stranger read so that neither the file nor its reader can do harm?

This module is run as a program of its own, with limits that it puts on itself before it imports anything that reads
files. It knows nothing of the rest of assetmap, gets the path of a file that was recognised before, and writes each
layer as an Arrow file and what it found as JSON to its standard output. It refuses to run when a GDAL driver is there
that the kind of file does not need.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DRIVERS = {"shp": {"ESRI Shapefile"}, "fgb": {"FlatGeobuf"}}
"""The only GDAL drivers that may be there, by kind of file; other kinds are read without GDAL."""
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_ENVELOPE = (0, 32, 48, 48, 64)
_COLLECTION, _NESTED = 7, 8


class Refused(Exception):
    """The file cannot be read; `code` says why to the program that started this one."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


def limit(memory: int, seconds: int) -> None:
    """Put limits on this process: memory, time, open files, no core file, and no network where the system allows it."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: memory,
    }
    if sys.platform == "linux":  # macOS refuses a limit on memory; there the size of the file and the time must do
        limits[resource.RLIMIT_AS] = memory
    for what, most in limits.items():
        hard = resource.getrlimit(what)[1]
        lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (lower, lower))
    if sys.platform == "linux":
        import ctypes

        # In a namespace of its own a process has no network at all. Where this is not allowed it returns -1, and the
        # missing drivers alone keep the reader from the network.
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NET)


def gdal_layers(kind: str, path: str, most: int, encoding: str) -> Iterator[tuple[str, str | None, Any, str]]:
    """Name, CRS, Arrow table and geometry column of each layer, by the drivers of that kind alone."""
    import pyogrio
    import pyogrio.raw

    extra = set(pyogrio.list_drivers()) - DRIVERS[kind]
    if extra:
        raise Refused("drivers", ", ".join(sorted(extra))[:200])
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(path)]
        options = {"ENCODING": encoding} if encoding else {}
        for name in names:
            meta, table = pyogrio.raw.read_arrow(
                path, layer=name, max_features=most + 1, datetime_as_string=True, **options
            )
            yield name, meta["crs"], table, meta["geometry_name"] or "wkb_geometry"
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError, ValueError) as fault:
        raise Refused("unreadable", str(fault).replace(path, Path(path).name)) from None


def gpkg_layers(path: str, most: int, seconds: int, plain: bool) -> Iterator[tuple[str, str | None, Any, str]]:
    """The feature tables of a GeoPackage by sqlite3 alone: views and virtual tables are not touched.

    With `plain` those without a place come too, their column of geometry empty.
    """
    con = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    con.text_factory = lambda raw: raw.decode("utf-8", "replace")
    con.execute("PRAGMA trusted_schema=OFF")
    con.execute("PRAGMA cell_size_check=ON")
    end = time.monotonic() + seconds
    con.set_progress_handler(lambda: int(time.monotonic() > end), 10_000)
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
    con.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY)
    try:
        for name, column, crs in [*_feature_tables(con), *(_plain_tables(con) if plain else ())]:
            yield name, crs, _gpkg_table(con, name, column, most), column
    except sqlite3.Error as fault:
        raise Refused("unreadable", str(fault)) from None
    finally:
        con.close()


def _feature_tables(con: sqlite3.Connection) -> list[tuple[str, str, str | None]]:
    master = con.execute(
        "SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view')"
    ).fetchall()
    real = {
        name.lower() for name, kind, sql in master if kind == "table" and not sql.upper().startswith("CREATE VIRTUAL")
    }
    if not {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= real:
        raise Refused("no-gpkg")
    rows = con.execute(
        "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id, s.definition "
        "FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id "
        "JOIN gpkg_contents c ON c.table_name = g.table_name AND c.data_type = 'features'"
    ).fetchall()
    found = [(t, c, _crs(*rest)) for t, c, *rest in rows if str(t).lower() in real]
    views = [str(t) for t, *_ in rows if str(t).lower() not in real]
    if not found:
        raise Refused("only-views" if views else "no-layers", ", ".join(views)[:200])
    return found


def _plain_tables(con: sqlite3.Connection) -> list[tuple[str, str, None]]:
    rows = con.execute(
        "SELECT m.name FROM sqlite_master m JOIN gpkg_contents c ON lower(c.table_name) = lower(m.name) "
        "WHERE c.data_type = 'attributes' AND m.type = 'table' AND m.name != 'layer_styles' "
        "AND upper(coalesce(m.sql, '')) NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    return [(name, "", None) for (name,) in rows]


def _crs(organization: Any, number: Any, definition: Any) -> str | None:
    if isinstance(number, int) and number <= 0:
        return None
    if str(organization).upper() == "EPSG":
        return f"EPSG:{number}"
    return str(definition) if definition and str(definition).lower() != "undefined" else None


def _gpkg_table(con: sqlite3.Connection, name: str, column: str, most: int) -> Any:
    import pyarrow as pa

    quoted = '"' + name.replace('"', '""') + '"'
    cursor = con.execute(f"SELECT * FROM {quoted} LIMIT ?", (most + 1,))
    names = [str(d[0]) for d in cursor.description]
    columns = list(zip(*cursor.fetchall(), strict=True)) or [() for _ in names]
    out = {}
    for key, values in zip(names, columns, strict=True):
        if key == column:
            out[key] = pa.array([_wkb(v) for v in values], pa.binary())
        elif not any(isinstance(v, bytes) for v in values):
            out[key] = _arrow(values)
    return pa.table(out)


def _wkb(blob: Any) -> bytes | None:
    """The WKB inside a GeoPackage geometry; None where there is none or it is of an extension."""
    if not isinstance(blob, bytes) or len(blob) < 13 or blob[:2] != b"GP" or blob[3] & 0b110000:
        return None
    envelope = (blob[3] >> 1) & 7
    return blob[8 + _ENVELOPE[envelope] :] if envelope < len(_ENVELOPE) else None


def _arrow(values: Any) -> Any:
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if v is None else str(v) for v in values])


def parquet_layers(path: str, most: int) -> Iterator[tuple[str, str | None, Any, str]]:
    """A GeoParquet file, or a plain Parquet table (no geometry column), by pyarrow."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        if file.metadata.num_rows > most:
            raise Refused("too-many", str(file.metadata.num_rows))
        if b"geo" not in (file.schema_arrow.metadata or {}):
            yield Path(path).stem, None, file.read(), ""
            return
        import geopandas as gpd

        frame = gpd.read_parquet(path)
        column, crs = frame.geometry.name, frame.crs
        yield Path(path).stem, None if crs is None else crs.to_wkt(), pa.table(frame.to_wkb()), column
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as fault:
        raise Refused("unreadable", str(fault).replace(path, Path(path).name)) from None


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Read the file of an order and write its layers; the answer is plain values for JSON."""
    limit(order["memory"], order["seconds"])
    kind, path, most = order["kind"], order["path"], order["most"]
    if kind == "gpkg":
        layers = gpkg_layers(path, most, order["seconds"], order.get("plain", False))
    elif kind == "parquet":
        layers = parquet_layers(path, most)
    else:
        layers = gdal_layers(kind, path, most, order["encoding"])
    written: list[dict[str, Any]] = []
    try:
        for name, crs, table, column in layers:
            if table.num_rows > most:
                raise Refused("too-many", str(most))
            written.append(_write(Path(order["folder"]), len(written), name, crs, table, column))
    except Refused as fault:
        return {"refused": fault.code, "detail": fault.detail[:300]}
    except MemoryError:
        return {"refused": "too-big", "detail": ""}
    except (struct.error, ValueError, OverflowError, RecursionError) as fault:  # pyarrow's errors are ValueErrors
        return {"refused": "unreadable", "detail": str(fault)[:300]}
    return {"layers": written}


def _write(folder: Path, number: int, name: str, crs: str | None, table: Any, column: str) -> dict[str, Any]:
    import pyarrow as pa

    target = folder / f"{number}.arrow"
    wkb, lost = _safe_shapes(table.column(column).to_pylist()) if column in table.column_names else (None, 0)
    table = _simple(table.drop_columns([column]) if wkb is not None else table)
    table = table if wkb is None else table.append_column(column, pa.array(wkb, pa.binary()))
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return {
        "name": name, "crs": crs, "file": target.name, "geometry": column, "rows": table.num_rows, "lost": lost,
    }  # fmt: skip


def _safe_shapes(blobs: list[bytes | None]) -> tuple[list[bytes | None], int]:
    """Shapes as clean WKB, and how many could not be read.

    A collection nested a hundred thousand times takes the process that reads it down: here that is this one, and what
    is left of such shapes does not go on.
    """
    import numpy as np
    import shapely

    shapes = shapely.from_wkb(np.array([*blobs, None], dtype=object)[:-1], on_invalid="fix")
    rows = np.flatnonzero(shapely.get_type_id(shapes) == _COLLECTION)
    deep = shapes[rows]
    for _ in range(_NESTED):
        deep, at = shapely.get_parts(deep, return_index=True)
        inner = shapely.get_type_id(deep) == _COLLECTION
        deep, rows = deep[inner], rows[at][inner]
    shapes[rows] = None
    out = list(shapely.to_wkb(shapes))
    return out, sum(a is not None and b is None for a, b in zip(blobs, out, strict=True))


def _simple(table: Any) -> Any:
    """Only numbers, truths and texts: times as text, lists and objects as JSON text, bytes left out."""
    import pyarrow as pa

    names, columns = [], []
    for field, column in zip(table.schema, table.columns, strict=True):
        kind = field.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        if pa.types.is_nested(kind) or pa.types.is_temporal(kind) or pa.types.is_decimal(kind):
            column = pa.array([None if v is None else _said(v) for v in column.to_pylist()], pa.string())
        elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
            continue
        names.append(field.name)
        columns.append(column)
    return pa.table(columns, names=names)


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(value)


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
