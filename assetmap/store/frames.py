"""How does a table of geopandas become rows of the store, and come back the same?

Columns that the store's table has keep their own column; any further ones travel as one JSON object per row in
`extra`. Order, index, missing values and the kind of number come back as they went in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa

from assetmap.store import arrow
from assetmap.store.geometry import from_blobs, to_blobs
from assetmap.store.tables import BOOKKEEPING, asset
from assetmap.store.texts import demand_storable


def rows_of(frame: pd.DataFrame, table: sa.Table, key: str) -> list[dict[str, Any]]:
    """The rows of a frame as the table keeps them; the index becomes column `key`."""
    if not len(frame):
        return []
    known = [c.name for c in table.c if c.name not in ("fid", "geom", "extra", key, *own(table))]
    columns: dict[str, list[Any]] = {key: [str(value) for value in frame.index]}
    for name in known:
        columns[name] = _plain(frame[name]) if name in frame else [None] * len(frame)
        if isinstance(table.c[name].type, sa.Text):  # a number of a house, say: each home would write it another way
            columns[name] = [value if value is None else str(value) for value in columns[name]]
    if "geom" in table.c:
        columns["geom"] = to_blobs(frame.geometry.to_numpy())
    if "extra" in table.c:
        skip = {*known, key, frame.geometry.name if isinstance(frame, gpd.GeoDataFrame) else ""}
        further = {str(name): _plain(frame[name]) for name in frame.columns if name not in skip}
        columns["extra"] = [_json(row) for row in _rows(further)] if further else [None] * len(frame)
    return _rows(columns)


def _rows(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    objects = column.astype("object")
    return [_value(v) for v in objects.where(objects.notna(), None)]


def _value(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _json(row: dict[str, Any]) -> str | None:
    full = {name: value for name, value in row.items() if value is not None}
    demand_storable((full,))  # once it is JSON, a NUL is no longer seen
    return json.dumps(full, ensure_ascii=False, default=str) if full else None


def own(table: sa.Table) -> tuple[str, ...]:
    """The columns that a home keeps for itself; a frame may have others of the same names, which go into `extra`."""
    return BOOKKEEPING if table is asset else ()


def read_frame(
    connection: sa.Connection,
    table: sa.Table,
    key: str,
    columns: list[str] | None = None,
    where: sa.ColumnElement[bool] | None = None,
) -> gpd.GeoDataFrame:
    """The rows of a layer in the order they were put in: WGS84, index `key`, further columns unpacked.

    Text columns are text with NaN where nothing is known, numbers are float64. Shapes are decoded all at once.

    Args:
        columns: The columns to give, in order; those of which nothing is stored are NaN. None gives all there are.
        where: Which rows; None: all, but no asset that is in the bin.
    """
    skip = {"fid", "geom", *own(table)} if columns is None else {c.name for c in table.c} - {*columns, key, "extra"}
    names = [c.name for c in table.c if c.name not in skip]
    query = sa.select(*[table.c[n] for n in names], shape_of(table, connection.dialect)).order_by(table.c.fid)
    if where is None and table is asset:
        where = table.c.deleted_at.is_(None)
    if where is not None:
        query = query.where(where)
    values = arrow.columns(connection, query, table) or arrow.columns_by_parts(connection, query)
    frame = pd.DataFrame(
        {
            name: pd.array(column, dtype="float64" if isinstance(table.c[name].type, sa.Float) else "str")
            for name, column in zip(names, values, strict=False)
        }
    )
    frame = unpacked(frame.set_index(key))
    if columns is not None:
        frame = frame.reindex(columns=columns)
    return gpd.GeoDataFrame(frame, geometry=from_binary(values[-1]), crs=4326)


def shape_of(table: sa.Table, dialect: sa.Dialect) -> sa.ColumnElement[Any]:
    """The shape of a row as bytes, without a detour through Python for each row."""
    if dialect.name == "postgresql":
        return sa.func.ST_AsBinary(table.c.geom, type_=sa.LargeBinary()).label("geom")
    return sa.type_coerce(table.c.geom, sa.LargeBinary()).label("geom")


def from_binary(binaries: Sequence[bytes | None]) -> Any:
    """Blobs of GeoPackage, or bare well-known binary, as an array of shapes."""
    first = next((binary for binary in binaries if binary is not None), b"GP")
    if first[:2] == b"GP":
        return from_blobs(binaries)
    return shapely.from_wkb(np.array(binaries, dtype=object))


def unpacked(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the values of `extra` in columns of their own."""
    if "extra" not in frame:
        return frame
    texts = frame.pop("extra")
    if texts.isna().all():
        return frame
    objects = [json.loads(text) if isinstance(text, str) else {} for text in texts]
    names = dict.fromkeys(name for row in objects for name in row)
    for name in names:
        frame[name] = _column([row.get(name) for row in objects], frame.index)
    return frame


def _column(values: list[Any], index: pd.Index) -> pd.Series:
    kinds = {type(value) for value in values if value is not None}
    whole = None not in values
    if kinds <= {str}:
        return pd.Series(values, index=index, dtype="str")
    if kinds <= {int, float} and not (whole and kinds == {int}):
        return pd.Series(values, index=index, dtype="float64")
    return pd.Series(values, index=index, dtype=None if whole and kinds in ({int}, {bool}) else "object")
