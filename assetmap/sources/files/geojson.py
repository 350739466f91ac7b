"""Which features does a GeoJSON file hold? Parsed here, without GDAL, so that content can choose no other reader.

Files that break the standard in the ways that files do are read: a `crs` member, no collection around the features,
one feature per line, unclosed rings, nested properties. What cannot be a place is handed back with its reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from assetmap.errors import FormatError
from assetmap.messages import M, Message, Mn
from assetmap.model.issues import Issue
from assetmap.sources.files.layer import Layer

GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
COLUMNS, CELLS = 1_000, 50_000_000
_DEPTH = 3
_COLLECTION_DEPTH = 8
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class _NoShape(Exception):
    """A geometry that cannot be read; carries the sentence that says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def is_geojson(document: Any) -> bool:
    """Whether a JSON document is GeoJSON of any sort (or a uMap file, which holds GeoJSON layers)."""
    return isinstance(document, dict) and document.get("type") in (
        "FeatureCollection", "Feature", "umap", *GEOMETRIES
    )  # fmt: skip


def geojson_layer(documents: list[Any], name: str) -> Layer:
    """The features of one or more GeoJSON documents as a layer.

    Returns:
        A layer whose frame has one row per feature that could be read, index 1, 2, … in file order, the properties as
        columns (nested ones as `a.b`), `feature_id` where the file gives ids, and its CRS where the file says one.
    """
    rows: list[dict[str, Any]] = []
    shapes: list[shapely.Geometry | None] = []
    index, rejected, unclosed = [], [], 0
    columns: set[str] = set()
    for number, feature in enumerate(_features(documents), 1):
        values = _values(feature)
        try:
            shape, closed = _shape(feature.get("geometry") if isinstance(feature, dict) else None)
        except _NoShape as fault:
            rejected.append({"row": number, **values, "reason": fault.message})
            continue
        unclosed += closed
        rows.append(values)
        columns.update(values)
        shapes.append(shape)
        index.append(number)
    check_width(columns, len(rows), name)
    crs, strange = _declared(documents)
    frame = gpd.GeoDataFrame(pd.DataFrame(rows, index=index, dtype=object), geometry=shapes, crs=crs, index=index)
    title = next((plain(d["name"]) for d in documents if isinstance(d, dict) and isinstance(d.get("name"), str)), "")
    return Layer(title or name, frame, rejected=tuple(rejected), issues=tuple(_remarks(frame, unclosed, strange)))


def check_width(columns: Collection[str], rows: int, name: str) -> None:
    """Refuse features that share no properties: as a table they would fill the memory.

    Raises:
        FormatError: There are more than 1,000 columns, or more than 50 million cells.
    """
    if len(columns) > COLUMNS or len(columns) * rows > CELLS:
        raise FormatError(
            M("The file {file} has {columns} different properties on {rows} features, more than a table can hold. "
              "Export it with fewer columns.", file=name, columns=len(columns), rows=rows)
        )  # fmt: skip


def _remarks(frame: gpd.GeoDataFrame, unclosed: int, strange: str) -> Iterator[Issue]:
    if unclosed:
        yield Issue("ring-closed", Mn("One outline was not closed; its last point was joined to the first.",
                                      "{n} outlines were not closed; their last points were joined to the first.",
                                      unclosed), field="geometry")  # fmt: skip
    if strange:
        yield Issue("crs-unknown", M("The file names its reference system in a way that is not known: “{crs}”. It was "
                                     "told from the numbers "
                                     "instead.", crs=strange[:80]), field="crs", detail=strange)  # fmt: skip
    twice = int(frame["feature_id"].dropna().duplicated(keep=False).sum()) if "feature_id" in frame else 0
    if twice:
        yield Issue("duplicate-ids", M("{n} features share an id with another. The ids of this file were not "
                                       "used.", n=twice),
                    field="feature_id")  # fmt: skip


def _features(documents: list[Any]) -> Iterator[Any]:
    for document in documents:
        kind = document.get("type") if isinstance(document, dict) else None
        if kind == "FeatureCollection":
            found = document.get("features")
            yield from found if isinstance(found, list) else []
        elif kind == "umap":
            layers = document.get("layers")
            yield from _features(layers if isinstance(layers, list) else [])
        elif kind in GEOMETRIES:
            yield {"geometry": document}
        elif kind is not None:
            yield document


def _values(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, dict):
        return {}
    properties = feature.get("properties")
    out = flatten(properties) if isinstance(properties, dict) else {}
    out.pop("geometry", None)
    if isinstance(feature.get("id"), str | int):
        out["feature_id"] = plain(str(feature["id"]))
    return out


def flatten(record: dict[str, Any], depth: int = _DEPTH, before: str = "") -> dict[str, Any]:
    """Nested values as columns `a.b`; below the third level, and lists of lists or objects, as JSON text."""
    out: dict[str, Any] = {}
    for key, value in record.items():
        name = before + str(plain(key))[:200]
        if isinstance(value, dict) and depth > 1:
            out |= flatten(value, depth - 1, name + ".")
        elif isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
            out[name] = plain("; ".join(str(v) for v in value))
        elif isinstance(value, dict | list):
            out[name] = plain(json.dumps(value, ensure_ascii=False))
        else:
            out[name] = plain(value)
    return out


def plain(value: Any) -> Any:
    """A value without control characters and half letters; a number that is none becomes None."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


def _shape(geometry: Any, depth: int = 0) -> tuple[shapely.Geometry | None, int]:
    """A geometry (None where it is empty), and how many rings had to be closed."""
    if geometry is None:
        return None, 0
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in GEOMETRIES or depth > _COLLECTION_DEPTH:
        raise _NoShape(M("The geometry is of a kind that GeoJSON does not have: “{kind}”.", kind=str(kind)[:40]))
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        parts = [_shape(g, depth + 1) for g in members] if isinstance(members, list) else []
        shapes = [shape for shape, _ in parts if shape is not None]
        return (shapely.geometrycollections(shapes) if shapes else None), sum(closed for _, closed in parts)
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise _NoShape(M("The geometry has no list of coordinates."))
    return _READ[kind](coordinates)


def _numbers(coordinates: list[Any], least: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Positions as an array of two or three columns."""
    try:
        array = np.asarray(coordinates, dtype=float)
    except (ValueError, TypeError, OverflowError):
        array = _ragged(coordinates)
    if array.ndim != 2 or array.shape[1] < 2:
        raise _NoShape(M("A position of the geometry is not a pair of numbers, such as [10.75, 59.91]."))
    array = array[:, :3]
    if not np.isfinite(array[:, :2]).all():
        raise _NoShape(M("A coordinate is not a number."))
    if len(array) < least:
        raise _NoShape(M("The geometry has {n} positions; its kind needs at least {least}.", n=len(array), least=least))
    return array if array.shape[1] == 2 or np.isfinite(array).all() else array[:, :2]


def _ragged(coordinates: list[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Positions of which some have a height and some do not: the heights go."""
    try:
        return np.asarray([position[:2] for position in coordinates], dtype=float)
    except (ValueError, TypeError, OverflowError, KeyError):
        raise _NoShape(M("A coordinate is not a number. Numbers have a point, as in 10.75, and no quotes.")) from None


def _point(coordinates: list[Any]) -> tuple[shapely.Geometry | None, int]:
    return (shapely.points(_numbers([coordinates], 1)[0]), 0) if coordinates else (None, 0)


def _points(coordinates: list[Any]) -> tuple[shapely.Geometry | None, int]:
    if not coordinates:
        return None, 0
    points = shapely.points(_numbers(coordinates, 1))
    return (points[0] if len(points) == 1 else shapely.multipoints(points)), 0


def _line(coordinates: list[Any]) -> tuple[shapely.Geometry | None, int]:
    return (shapely.linestrings(_numbers(coordinates, 2)), 0) if coordinates else (None, 0)


def _lines(coordinates: list[Any]) -> tuple[shapely.Geometry | None, int]:
    lines = [_line(part)[0] for part in coordinates if part]
    return (shapely.multilinestrings(lines) if lines else None), 0


def _polygon(coordinates: list[Any]) -> tuple[shapely.Geometry | None, int]:
    rings, closed = [], 0
    for part in coordinates:
        if not isinstance(part, list):
            raise _NoShape(M("A position of the geometry is not a pair of numbers, such as [10.75, 59.91]."))
        if not part:
            continue
        ring = _numbers(part, 3)
        if not (ring[0, :2] == ring[-1, :2]).all():
            ring, closed = np.vstack([ring, ring[:1]]), closed + 1
        if len(ring) < 4:
            raise _NoShape(M("An outline has only {n} corners; an area needs three.", n=len(ring) - 1))
        rings.append(shapely.linearrings(ring))
    return (shapely.polygons(rings[0], rings[1:] or None) if rings else None), closed


def _polygons(coordinates: list[Any]) -> tuple[shapely.Geometry | None, int]:
    if not all(isinstance(part, list) for part in coordinates):
        raise _NoShape(M("A position of the geometry is not a pair of numbers, such as [10.75, 59.91]."))
    parts = [_polygon(part) for part in coordinates]
    shapes = [shape for shape, _ in parts if shape is not None]
    return (shapely.multipolygons(shapes) if shapes else None), sum(closed for _, closed in parts)


_READ = {
    "Point": _point, "MultiPoint": _points, "LineString": _line, "MultiLineString": _lines, "Polygon": _polygon,
    "MultiPolygon": _polygons,
}  # fmt: skip


def _declared(documents: list[Any]) -> tuple[pyproj.CRS | None, str]:
    """The reference system that a `crs` member names, and the name where it cannot be understood. Links are not "
    "followed."""
    member = next((d["crs"] for d in documents if isinstance(d, dict) and isinstance(d.get("crs"), dict)), None)
    if member is None:
        return None, ""
    properties = member.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    name = str(properties.get("name") or properties.get("code") or "")
    if "CRS84" in name:
        return pyproj.CRS.from_epsg(4326), ""
    number = re.fullmatch(r"(?:urn:ogc:def:crs:EPSG:[\d.]*:|EPSG:+|https?://www\.opengis\.net/def/crs/EPSG/\d+/)?(\d{4,6})",
                          name.strip(), re.IGNORECASE)  # fmt: skip
    try:
        return (pyproj.CRS.from_epsg(int(number[1])), "") if number else (None, name or str(member.get("type") or ""))
    except pyproj.exceptions.CRSError:
        return None, name
