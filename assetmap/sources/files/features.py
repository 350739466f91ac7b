"""Which features does a vector file hold, wherever they lie in it, as one frame in WGS84?"""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from assetmap.errors import FormatError, InputError
from assetmap.messages import M, Message
from assetmap.model.crs import WGS84
from assetmap.model.issues import Issue
from assetmap.sources.files.archive import unpack
from assetmap.sources.files.content import SUFFIXES, check_size, content_of
from assetmap.sources.files.geojson import geojson_layer, is_geojson
from assetmap.sources.files.json_text import load_json
from assetmap.sources.files.layer import Layer
from assetmap.sources.files.markup import markup_layer
from assetmap.sources.files.records import records_layer
from assetmap.sources.files.reference import to_longitude_latitude
from assetmap.sources.files.sandbox import FEATURES, sandboxed_layers
from assetmap.sources.files.shapefile import shapefile_layer

_IN_ZIP = tuple(suffix for suffix, kind in SUFFIXES.items() if kind != "zip")  # a zip in a zip is not opened


@dataclass(frozen=True, eq=False)
class Features:
    """What a vector file holds.

    Attributes:
        frame: One row per feature, its attributes, geometry in WGS84 (None where there is none; not yet repaired),
            index the number in the file, from 1. A file of several layers has their names in the column `layer`.
        layers: The names of the layers that were read.
        read_as: EPSG code and whether the axes were exchanged, where that was told from the numbers; else None.
        shapeless: The file is a table without geometry (perhaps with columns of coordinates).
        rejected: Features without a usable geometry: attributes, `row`, `reason` (a Message).
        issues, notes: What was imperfect, and what was chosen or guessed.
    """

    frame: gpd.GeoDataFrame
    layers: tuple[str, ...] = ()
    shapeless: bool = False
    read_as: tuple[int, bool] | None = None
    rejected: tuple[dict[str, Any], ...] = ()
    issues: tuple[Issue, ...] = ()
    notes: tuple[Message, ...] = ()


def read_features(
    path: Path,
    near: shapely.Geometry | None = None,
    *,
    layer: str | None = None,
    read_as: tuple[int, bool] | None = None,
    limited: bool = True,
) -> Features:
    """Read any vector file: GeoJSON and other JSON, GeoPackage, Shapefile, KML, GPX, FlatGeobuf, GeoParquet, or a zip.

    The content decides, and must agree with the name. Every layer with features is read unless one is named.

    Args:
        path: The file.
        near: Where the features should lie (WGS84), to tell reference systems apart; None if unknown.
        layer: The only layer to read.
        read_as: EPSG code and whether to exchange the axes, where somebody has said it.
        limited: Whether the limits on size hold.

    Raises:
        FileMissing: There is no such file.
        FormatError: It is empty, cut off, not what its name says, unsafe, or too large.
        CRSError: Its numbers fit no reference system.
        InputError: It has no such layer.
    """
    check_size(path, limited)
    found = _chosen(read_layers(path, limited), layer, path.name)
    if limited and sum(len(part.frame) for part in found) > FEATURES:
        raise FormatError(
            M("The file {file} holds more than {most} features. Take a smaller area, or read it on the command line "
              "with --no-limit.", file=path.name, most=FEATURES)
        )  # fmt: skip
    placed = [part if part.shapeless else to_longitude_latitude(part, near, read_as) for part in found]
    return _joined(placed)


def read_layers(path: Path, limited: bool = True) -> list[Layer]:
    """The layers of a file as they are, each in the CRS that the file names."""
    kind = content_of(path)
    if kind == "json":
        documents, note = load_json(path)
        read = any(is_geojson(d) for d in documents)
        found = geojson_layer(documents, path.stem) if read else records_layer(documents, path.stem, path.name)
        return [dataclasses.replace(found, notes=found.notes + ((note,) if note else ()))]
    if kind in ("kml", "gpx"):
        return [markup_layer(path, kind)]
    if kind in ("shp", "zip"):
        with tempfile.TemporaryDirectory(prefix="assetmap-") as folder:
            if kind == "shp":
                return [shapefile_layer(path, Path(folder), limited)]
            inside = unpack(path, Path(folder), _IN_ZIP, limited)
            for member in inside:
                check_size(member, limited)
            return [layer for member in inside for layer in read_layers(member, limited)]
    return sandboxed_layers(kind, path, limited)


def _chosen(layers: list[Layer], wanted: str | None, file: str) -> list[Layer]:
    if wanted is not None:
        named = [layer for layer in layers if layer.name == wanted]
        if not named:
            listed = ", ".join(layer.name for layer in layers)
            raise InputError(M("The file {file} has no layer “{layer}”. It has: {layers}.", file=file, layer=wanted,
                               layers=listed))  # fmt: skip
        return named
    full = [layer for layer in layers if len(layer.frame) or layer.rejected]
    if not full:
        raise FormatError(M("The file {file} holds no features. Expected at least one. Export it again.", file=file))
    shaped = [layer for layer in full if not layer.shapeless]
    return shaped or full


def _joined(layers: list[Layer]) -> Features:
    names = tuple(layer.name for layer in layers)
    issues = tuple(issue for layer in layers for issue in layer.issues)
    notes = tuple(note for layer in layers for note in layer.notes)
    rejected = tuple(row for layer in layers for row in layer.rejected)
    frame = layers[0].frame
    if len(layers) > 1:
        frame = gpd.GeoDataFrame(pd.concat([_named(layer) for layer in layers], ignore_index=True), crs=WGS84)
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        listed = ", ".join(f"{layer.name} ({len(layer.frame)})" for layer in layers)
        all_read = M("The file has several layers with features, and all were read: {layers}.", layers=listed)
        notes = (all_read, *(note for n, note in enumerate(notes) if note not in notes[:n]))
    read_as = next((layer.read_as for layer in layers if layer.read_as), None)
    return Features(frame, names, all(layer.shapeless for layer in layers), read_as, rejected, issues, notes)


def _named(layer: Layer) -> gpd.GeoDataFrame:
    """The layer's frame with its name as the column `layer`, where the file has no such column."""
    frame = layer.frame.copy()
    if "layer" not in frame:
        frame["layer"] = layer.name
    return frame
