"""GeoJSON as RFC 7946 has it: WGS84 without a `crs` member, outer rings counter-clockwise, seven decimals, feature ids.

What must be said along with the rows stands beside the features: attribution, licence, date, method, receipt.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from assetmap.exports.content import Content
from assetmap.exports.export import Export
from assetmap.messages import M

DECIMALS = 7
"""A centimetre; more would only pretend."""


def write(content: Content, path: Path) -> None:
    """Write one FeatureCollection; a row without a place has `"geometry": null`, a missing value is null."""
    head = {"type": "FeatureCollection", "name": content.name, **content.about.to_dict()}
    opened = json.dumps(head, ensure_ascii=False, allow_nan=False, default=str)[:-1]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{opened}, "features": [\n')
        for i, feature in enumerate(_features(content)):
            file.write((",\n" if i else "") + feature)
        file.write("\n]}\n")


def _features(content: Content) -> Iterator[str]:
    frame = content.frame
    shapes = shapely.to_geojson(shapely.orient_polygons(shapely.force_2d(frame.geometry.to_numpy())))
    values = [[_value(v) for v in frame[name]] for name in content.columns]
    for key, shape, row in zip(frame.index, shapes, zip(*values, strict=True), strict=True):
        properties = json.dumps(dict(zip(content.columns, row, strict=True)), ensure_ascii=False, allow_nan=False)
        yield (
            f'{{"type": "Feature", "id": {json.dumps(key, ensure_ascii=False)}, "geometry": {_short(shape)}, '
            f'"properties": {properties}}}'
        )


def _short(shape: str | None) -> str:
    """A geometry with so many decimals and no more; GEOS writes out what rounding leaves of binary fractions."""
    if shape is None:
        return "null"
    return json.dumps(json.loads(shape, parse_float=lambda digits: round(float(digits), DECIMALS)))


def _value(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | bool | int):
        return value
    return round(value, 6) if isinstance(value, float) and np.isfinite(value) else None


def receipt(path: Path) -> Any:
    """The receipt beside the features."""
    return json.loads(path.read_text(encoding="utf-8-sig")).get("receipt")


EXPORT = Export("geojson", M("GeoJSON"), (".geojson", ".json"), write, receipt, any_crs=False)
