"""How does a shape become a cell of a GeoPackage, and come back?

A GeoPackage keeps a shape as a header (`GP`, flags, reference system, envelope) followed by well-known binary. The
envelope in the header lets the R-tree's triggers read the bounds of a shape without parsing it. Positions are in
WGS84, longitude before latitude.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

SRS = 4326
_POINT = struct.Struct("<2sBBi")
_SHAPE = struct.Struct("<2sBBi4d")
_PLAIN, _ENVELOPE, _EMPTY = 0x01, 0x03, 0x11  # little-endian; with bounds in x and y; empty
_HEADER = {0: 8, 1: 40, 2: 56, 3: 56, 4: 72}


class Geom(UserDefinedType[Any]):
    """A column of shapes: shapely geometries outside, GeoPackage blobs inside. Takes ready blobs as they are."""

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        """The type by which GeoPackage knows the column."""
        return self.kind

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], bytes | None]:
        """Shape to blob."""
        return lambda value: value if value is None or isinstance(value, bytes) else to_blobs([value])[0]

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[bytes | None], Any]:
        """Blob to shape."""
        return lambda blob: from_blobs([blob])[0]


def to_blobs(shapes: Iterable[Any]) -> list[bytes | None]:
    """Shapes (WGS84, None where there is none) as GeoPackage blobs; a height is left out."""
    array = np.array(list(shapes), dtype=object)
    if not len(array):
        return []
    binaries = shapely.to_wkb(array, output_dimension=2, flavor="iso", byte_order=1)
    bounds = shapely.bounds(array)
    points = shapely.get_type_id(array) == 0
    empty = shapely.is_empty(array)
    return [
        None if wkb is None else _head(box, bool(point), bool(nothing)) + wkb
        for wkb, box, point, nothing in zip(binaries, bounds, points, empty, strict=True)
    ]


def _head(box: Any, point: bool, empty: bool) -> bytes:
    if point or empty:
        return _POINT.pack(b"GP", 0, _EMPTY if empty else _PLAIN, SRS)
    west, south, east, north = box
    return _SHAPE.pack(b"GP", 0, _ENVELOPE, SRS, west, east, south, north)


def from_blobs(blobs: Iterable[bytes | None]) -> Any:
    """GeoPackage blobs as an array of shapes, None where there is none.

    Raises:
        shapely.errors.ShapelyError: A blob is damaged.
    """
    bare = [None if blob is None else blob[_HEADER.get(blob[3] >> 1 & 7, 8) :] for blob in blobs]
    return shapely.from_wkb(np.array(bare, dtype=object)) if bare else np.array([], dtype=object)


def bounds_of(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """West, east, south and north of a blob, from its header where it is there; None where there is no shape."""
    if blob is None or blob[3] & 0x10:
        return None
    order = "<" if blob[3] & 1 else ">"
    if blob[3] >> 1 & 7:
        west, east, south, north = struct.unpack_from(f"{order}4d", blob, 8)
        return west, east, south, north
    if len(blob) == 29:  # a point without envelope: its position is its bounds
        x, y = struct.unpack_from("<2d" if blob[8] else ">2d", blob, 13)
        return x, x, y, y
    west, south, east, north = shapely.bounds(from_blobs([blob])[0])
    return float(west), float(east), float(south), float(north)


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the triggers of GeoPackage's R-tree call."""

    def edge(position: int) -> Callable[[bytes | None], float | None]:
        def read(blob: bytes | None) -> float | None:
            box = bounds_of(blob)
            return None if box is None else box[position]

        return read

    for position, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
        connection.create_function(name, 1, edge(position), deterministic=True)
    connection.create_function(
        "ST_IsEmpty", 1, lambda blob: None if blob is None else int(bool(blob[3] & 0x10)), deterministic=True
    )
