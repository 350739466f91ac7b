"""How does a shape become a cell of a GeoPackage, and come back?

A GeoPackage keeps a shape as a header (`GP`, flags, reference system, envelope) followed by well-known binary. The
envelope in the header lets the R-tree's triggers read the bounds of a shape without parsing it. Positions are in
WGS84, longitude before latitude. On a PostGIS server a shape is a `geometry`; everywhere above the column it is the
same blob.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import UserDefinedType

SRS = 4326
_POINT = struct.Struct("<2sBBi")
_SHAPE = struct.Struct("<2sBBi4d")
_PLAIN, _ENVELOPE, _EMPTY = 0x01, 0x03, 0x11  # little-endian; with bounds in x and y; empty
_POINT_HERE = "0101000020E6100000"  # what PostGIS gives before the two numbers of a point in WGS84
_NOWHERE = "000000000000F87F" * 2
_PLAIN_POINT = _POINT.pack(b"GP", 0, _PLAIN, SRS) + bytes.fromhex("0101000000")
_HEADER = {0: 8, 1: 40, 2: 56, 3: 56, 4: 72}


class Geom(UserDefinedType[Any]):
    """A column of shapes, as GeoPackage blobs in every home; PostGIS keeps them as `geometry` and indexes them.

    Args:
        kind: GeoPackage's name of the type: GEOMETRY, POINT, …, or BLOB for a shape in a table that is no layer.
    """

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        """The type by which GeoPackage knows the column."""
        return self.kind

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], bytes | None] | None:
        """Blob to what the database takes."""
        return ewkb_of if dialect.name == "postgresql" else None

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], bytes | None] | None:
        """What the database gives to blob."""
        return blob_of if dialect.name == "postgresql" else None


@compiles(Geom, "postgresql")
def _postgis_type(kind: Geom, compiler: Any, **_: Any) -> str:
    return f"geometry(Geometry,{SRS})"


def ewkb_of(blob: bytes | None) -> bytes | None:
    """A GeoPackage blob as PostGIS takes it: well-known binary that names its reference system."""
    if blob is None:
        return None
    wkb = blob[_HEADER.get(blob[3] >> 1 & 7, 8) :]
    order = "<" if wkb[0] else ">"
    (kind,) = struct.unpack_from(f"{order}I", wkb, 1)
    return wkb[:1] + struct.pack(f"{order}Ii", kind | 0x20000000, SRS) + wkb[5:]


def blob_of(ewkb: str | bytes | None) -> bytes | None:
    """What PostGIS gives (hexadecimal, or bytes) as a GeoPackage blob."""
    if isinstance(ewkb, str) and ewkb.startswith(_POINT_HERE) and not ewkb.endswith(_NOWHERE):
        return _PLAIN_POINT + bytes.fromhex(ewkb[len(_POINT_HERE) :])  # most assets are: no need to make shapes of them
    return None if ewkb is None else to_blobs([shapely.from_wkb(ewkb)])[0]


def bare(blob: bytes | None) -> bytes | None:
    """Well-known binary of a GeoPackage blob, or of what is that already."""
    return blob if blob is None or blob[:2] != b"GP" else blob[_HEADER.get(blob[3] >> 1 & 7, 8) :]


def within(column: sa.ColumnElement[Any], west: float, south: float, east: float, north: float) -> Within:
    """The condition that a shape's bounds meet a box; degrees. By the index of either home."""
    return Within(column, west, south, east, north)


class Within(sa.ColumnElement[bool]):
    """`within`, as SQL."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: sa.ColumnElement[Any], *box: float) -> None:
        self.column, self.box = column, tuple(float(edge) for edge in box)

    def self_group(self, against: Any = None) -> sa.ColumnElement[bool]:
        """Itself: behind it SQLAlchemy would put "= 1", and SQLite's planner would not see the index any more."""
        return self


@compiles(Within)
def _by_rtree(within: Within, compiler: Any, **_: Any) -> str:
    west, south, east, north = (repr(edge) for edge in within.box)
    table = within.column.table.name
    return (
        f'"{table}".fid IN (SELECT id FROM "rtree_{table}_geom" WHERE maxx >= {west} AND minx <= {east} '
        f"AND maxy >= {south} AND miny <= {north})"
    )


@compiles(Within, "postgresql")
def _by_gist(within: Within, compiler: Any, **more: Any) -> str:
    west, south, east, north = (repr(edge) for edge in within.box)
    return f"{compiler.process(within.column, **more)} && ST_MakeEnvelope({west}, {south}, {east}, {north}, {SRS})"


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
