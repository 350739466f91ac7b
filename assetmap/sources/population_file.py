"""What rows does a population file hold, whatever kind of file it is?"""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.errors import FormatError
from assetmap.messages import M, Mn
from assetmap.model.issues import Issue
from assetmap.sources.archive import unpack
from assetmap.sources.content import check_size, content_of
from assetmap.sources.encoding import decode
from assetmap.sources.geojson import geojson_layer, is_geojson
from assetmap.sources.json_text import load_json
from assetmap.sources.layer import Layer
from assetmap.sources.position import guess_crs
from assetmap.sources.sandbox import sandboxed_layers

TEXT = (".csv", ".tsv", ".txt")
_POLYGONS = (3, 6)


def population_rows(
    path: Path, near: shapely.Geometry | None = None, limited: bool = True
) -> tuple[gpd.GeoDataFrame, tuple[Issue, ...]]:
    """The rows of a table of text or of the layer of polygons in a vector file, and what was imperfect.

    Args:
        near: Where the rows should lie (WGS84), for a layer that does not say its reference system.
        limited: See `Context.limited`.

    Returns:
        Columns as the file has them; geometry in a known CRS, or None in every row of a table.

    Raises:
        FormatError: The file is damaged, not what it says, or holds no row.
        CRSError: A layer without reference system fits nowhere.
    """
    check_size(path, limited)
    if path.suffix.lower() in TEXT:
        return _text(path), ()
    layers = _layers(path, limited)
    layer = max(layers, key=_polygons)
    frame, issues = layer.frame, [*layer.issues]
    if layer.rejected:
        issues.append(
            Issue(
                "area-unreadable",
                Mn(
                    "{n} area has no shape that can be read and was left out.",
                    "{n} areas have no shape that can be read and were left out.",
                    len(layer.rejected),
                ),
                field="geometry",
            )
        )
    if not len(frame):
        raise FormatError(M("The file {file} holds no row.", file=path.name))
    return _placed(frame, near), tuple(issues)  # fmt: skip


def _polygons(layer: Layer) -> int:
    return int(np.isin(shapely.get_type_id(layer.frame.geometry.to_numpy()), _POLYGONS).sum())


def _layers(path: Path, limited: bool) -> list[Layer]:
    kind = content_of(path)
    if kind == "zip":
        with tempfile.TemporaryDirectory(prefix="assetmap-") as folder:
            found = unpack(path, Path(folder), (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".kml"), limited)
            return [layer for inner in found for layer in _layers(inner, limited)]
    if kind == "json":
        documents, _ = load_json(path)
        if not all(is_geojson(d) for d in documents):
            raise FormatError(
                M("The file {file} is JSON, but no GeoJSON: its rows have no shapes. Expected polygons with the number "
                  "of people in each. Join the numbers to the areas in a map program and export that as GeoJSON.",
                  file=path.name)
            )  # fmt: skip
        return [geojson_layer(documents, path.stem)]
    return sandboxed_layers(kind, path, limited)


def _placed(frame: gpd.GeoDataFrame, near: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """The frame with a CRS: its own, else the one in which its shapes make sense."""
    shapes = frame.geometry
    if frame.crs is not None or shapes.isna().all():
        return frame
    bounds = shapes.bounds
    guess = guess_crs(
        (bounds["minx"] + bounds["maxx"]).to_numpy() / 2, (bounds["miny"] + bounds["maxy"]).to_numpy() / 2, near
    )
    if guess.swapped:
        frame = frame.set_geometry(gpd.GeoSeries(shapely.transform(shapes.to_numpy(), np.fliplr), index=frame.index))
    return frame.set_crs(guess.epsg)


def _text(path: Path) -> gpd.GeoDataFrame:
    """A table of text: values as text, no geometry."""
    text = decode(path.read_bytes(), path.name).text
    head = text.split("\n", 1)[0]
    mark = max("\t;,| ", key=head.count)
    try:
        table = pd.read_csv(io.StringIO(text), sep=mark, dtype="str", quoting=csv.QUOTE_MINIMAL, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise FormatError(
            M("The file {file} is no table that can be read: {fault}. Expected a line of column names and the same "
              "number of values in every line.", file=path.name, fault=str(fault)[:120])
        ) from None  # fmt: skip
    if not len(table):
        raise FormatError(M("The file {file} holds no row.", file=path.name))
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table), index=table.index))
