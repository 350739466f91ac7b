"""Which features does a KML or GPX file hold?

Both are small XML vocabularies. They are turned into GeoJSON features here, so that bad coordinates, open rings and
strange values are met by the same rules as in GeoJSON. (GDAL's readers lose placemarks that stand outside a document,
or what `ExtendedData` says.)
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree

from assetmap.errors import FormatError
from assetmap.messages import M
from assetmap.sources.files.geojson import geojson_layer
from assetmap.sources.files.layer import Layer


def markup_layer(path: Path, kind: str) -> Layer:
    """The placemarks of a KML file, or the waypoints, routes and tracks of a GPX file, in WGS84.

    The names of the KML folders around a placemark are in the column `folder`; what sort of GPX feature it is, is in
    `gpx`.

    Args:
        path: A file that `content_of` has recognised as `kind`, so it is whole and has no entities.
    """
    try:
        root = defusedxml.ElementTree.parse(path, forbid_dtd=True).getroot()
    except ParseError as fault:
        raise FormatError(M("The file {file} is XML that cannot be read to its end: {fault}. It may be cut off. "
                            "Export it again.", file=path.name, fault=str(fault))) from None  # fmt: skip
    features = list(_placemarks(root, ()) if kind == "kml" else _gpx(root))
    layer = geojson_layer([{"type": "FeatureCollection", "features": features}], path.stem)
    title = _text(root, "name") or next((_text(child, "name") for child in root), "")
    return Layer(title or path.stem, layer.frame.set_crs(4326), layer.rejected, layer.issues)


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: Element, tag: str) -> Element | None:
    return next((child for child in element if _tag(child) == tag), None)


def _text(element: Element, tag: str) -> str:
    child = _child(element, tag)
    return (child.text or "").strip() if child is not None else ""


def _placemarks(element: Element, folders: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for child in element:
        tag = _tag(child)
        if tag == "Placemark":
            yield _placemark(child, folders)
        elif tag == "Folder":
            yield from _placemarks(child, (*folders, _text(child, "name")))
        elif tag == "Document":
            yield from _placemarks(child, folders)


def _placemark(mark: Element, folders: tuple[str, ...]) -> dict[str, Any]:
    values = {key: _text(mark, key) for key in ("name", "description", "address", "phoneNumber")}
    for extended in (child for child in mark if _tag(child) == "ExtendedData"):
        for item in extended.iter():
            if _tag(item) == "Data":
                values[item.get("name", "")] = _text(item, "value")
            elif _tag(item) == "SimpleData":
                values[item.get("name", "")] = (item.text or "").strip()
    values["folder"] = " / ".join(filter(None, folders))
    shapes = [shape for shape in map(_geometry, mark) if shape is not None]
    known = {key: value for key, value in values.items() if key and value}
    feature = {"type": "Feature", "properties": known, "geometry": shapes[0] if shapes else None}
    return feature | ({"id": mark.get("id")} if mark.get("id") else {})


def _geometry(element: Element) -> dict[str, Any] | None:
    tag = _tag(element)
    if tag == "MultiGeometry":
        parts = [part for part in map(_geometry, element) if part is not None]
        same = {part["type"] for part in parts}
        if len(same) == 1 and (kind := same.pop()) in ("Point", "LineString", "Polygon"):
            return {"type": f"Multi{kind}", "coordinates": [part["coordinates"] for part in parts]}
        return {"type": "GeometryCollection", "geometries": parts}
    if tag == "Point":
        found = _positions(element)
        return {"type": "Point", "coordinates": found[0] if found else []}
    if tag in ("LineString", "LinearRing"):
        return {"type": "LineString", "coordinates": _positions(element)}
    if tag == "Polygon":
        rings = [ring for b in element if _tag(b).endswith("BoundaryIs") for ring in b if _tag(ring) == "LinearRing"]
        return {"type": "Polygon", "coordinates": [_positions(ring) for ring in rings]}
    return None


def _positions(element: Element) -> list[list[Any]]:
    """`lon,lat[,height]`, separated by blanks; what is no number stays text and is refused with the other bad ones."""
    return [[_number(part) for part in triple.split(",")] for triple in _text(element, "coordinates").split()]


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _gpx(root: Element) -> Iterator[dict[str, Any]]:
    for element in root:
        tag = _tag(element)
        if tag == "wpt":
            yield _gpx_feature(element, "waypoint", {"type": "Point", "coordinates": _gpx_position(element)})
        elif tag == "rte":
            line = [_gpx_position(p) for p in element if _tag(p) == "rtept"]
            yield _gpx_feature(element, "route", {"type": "LineString", "coordinates": line})
        elif tag == "trk":
            parts = [[_gpx_position(p) for p in s if _tag(p) == "trkpt"] for s in element if _tag(s) == "trkseg"]
            lines = [part for part in parts if len(part) > 1]
            yield _gpx_feature(element, "track", {"type": "MultiLineString", "coordinates": lines})


def _gpx_position(element: Element) -> list[Any]:
    height = _text(element, "ele")
    return [_number(v) for v in (element.get("lon", ""), element.get("lat", ""), *([height] if height else []))]


def _gpx_feature(element: Element, sort: str, geometry: dict[str, Any]) -> dict[str, Any]:
    values = {key: _text(element, key) for key in ("name", "desc", "cmt", "type", "sym", "time")}
    link = _child(element, "link")
    values |= {"link": link.get("href", "") if link is not None else "", "gpx": sort}
    return {"type": "Feature", "properties": {k: v for k, v in values.items() if v}, "geometry": geometry}
