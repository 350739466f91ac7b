"""Where are the records in a JSON file that is not GeoJSON?

Municipal services hand out lists of objects, bare or under a key, with coordinates as columns of their own names. They
become a table, and go the way of tables.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.errors import FormatError
from assetmap.messages import M
from assetmap.sources.files.geojson import check_width, flatten
from assetmap.sources.files.layer import Layer

_AXES = frozenset({"x", "y", "lat", "lon", "lng", "latitude", "longitude", "east", "north", "easting", "northing"})
_DEPTH = 3


def records_layer(documents: list[Any], name: str, file: str) -> Layer:
    """The longest list of objects in some JSON documents, as a layer without shapes.

    Nested values become columns `a.b`; a coordinate keeps its bare name (`coordinate.x` is `x`), and so do the tags of
    an OpenStreetMap extract (`tags.amenity` is `amenity`).

    Raises:
        FormatError: There is no list of objects.
    """
    found = max(_lists(documents if len(documents) > 1 else documents[0]), key=len, default=[])
    if not found:
        raise FormatError(
            M("The file {file} is JSON, but neither GeoJSON nor a list of records. Expected a feature collection, or "
              "a list of objects with a name and coordinates.", file=file)
        )  # fmt: skip
    rows = [flatten(record) for record in found]
    check_width({column for row in rows for column in row}, len(rows), file)
    frame = pd.DataFrame(rows, dtype=object)
    frame = frame.rename(columns=_axes(list(frame.columns)))
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return Layer(name, gpd.GeoDataFrame(frame, geometry=[None] * len(frame)), shapeless=True)


def _lists(value: Any, depth: int = _DEPTH) -> list[list[dict[str, Any]]]:
    """Every list of objects, not looking inside the objects of a list."""
    if isinstance(value, list):
        objects = [v for v in value if isinstance(v, dict)]
        return [objects] if objects else []
    if isinstance(value, dict) and depth:
        return [found for v in value.values() for found in _lists(v, depth - 1)]
    return []


def _axes(columns: list[str]) -> dict[str, str]:
    ends = [c.rpartition(".")[2] for c in columns]
    short = {c: e for c, e in zip(columns, ends, strict=True) if e.lower() in _AXES and ends.count(e) == 1}
    tags = {c: c.removeprefix("tags.") for c in columns if c.startswith("tags.")}
    return short | {c: tag for c, tag in tags.items() if tag not in columns}
