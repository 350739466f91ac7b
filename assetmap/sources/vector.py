"""Which assets does a vector file hold?

Its features pass the same steps as the rows of a table, so that headers, categories and what is private behave alike;
an export of our own is read back as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.errors import InputError
from assetmap.messages import M, Message
from assetmap.model.harvest import Harvest
from assetmap.model.issues import Issue
from assetmap.model.provenance import Provenance
from assetmap.sources.files.content import SUFFIXES
from assetmap.sources.files.exported import exported_assets, is_exported
from assetmap.sources.files.features import Features, read_features
from assetmap.sources.protected import without_protected
from assetmap.sources.repair import point_heights, repair
from assetmap.sources.rows.harvest import rows_to_harvest
from assetmap.sources.source import Context, Source


def read(path: Path, context: Context) -> Harvest:
    """The harvest of a vector file of any format that `read_features` knows.

    The mapping of the context may name the `layer`, and the `crs` (EPSG code) with `swapped`, besides what a table's
    mapping says.

    Returns:
        As `rows_to_harvest`: assets in WGS84 with valid flat geometry; features that failed with their reasons.

    Raises:
        FileMissing, FormatError, CRSError, InputError: As `read_features` and `rows_to_harvest`.
    """
    mapping = context.mapping or {}
    features = read_features(
        path, context.near, layer=mapping.get("layer"), read_as=_read_as(mapping), limited=context.limited
    )
    provenance = Provenance(
        source=f"vector:{path.name}",
        title=path.stem,
        retrieved=datetime.now(UTC).date().isoformat(),
        sha256=_sha256(path),
        file=path.name,
    )
    if features.shapeless:
        table = pd.DataFrame(features.frame.drop(columns=features.frame.geometry.name))
        return _with_reading(rows_to_harvest(table, context, provenance, hints=features.layers), features, (), {})
    frame, repaired = repair(_flattened(features.frame))
    reasons = {int(i.asset): i.message for i in repaired if i.code == "geometry-rejected"}
    if is_exported(frame):
        assets, faults, notes = exported_assets(frame)
        harvest = Harvest(assets, provenance, notes=notes, rejected=_handed_back(features.frame, faults))
    else:
        key = _key(frame)
        frame = frame if key or "feature_id" not in frame else frame.drop(columns="feature_id")
        harvest = rows_to_harvest(frame, context, provenance, key, hints=features.layers)
    return _with_reading(harvest, features, repaired, reasons)


SOURCE = Source("vector", M("Map layers: GeoJSON, GeoPackage, Shapefile, KML, GPX and others"), tuple(SUFFIXES), read)


def _read_as(mapping: dict[str, Any]) -> tuple[int, bool] | None:
    if mapping.get("crs") is None:
        return None
    if not isinstance(mapping["crs"], int):
        raise InputError(M("The mapping cannot be used: “crs” must be a number such as 25832 (its EPSG code)."))
    return mapping["crs"], bool(mapping.get("swapped", False))


def _flattened(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Heights of points become the attribute `ele`; the map is flat."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    heights = point_heights(shapes)
    frame = frame.set_geometry(gpd.GeoSeries(shapely.force_2d(shapes), index=frame.index, crs=frame.crs))
    if np.isfinite(heights).any() and "ele" not in frame:
        frame["ele"] = [f"{h:.2f}".rstrip("0").rstrip(".") if np.isfinite(h) else None for h in heights]
    return frame


def _key(frame: gpd.GeoDataFrame) -> str | None:
    """The column of feature ids, where they are more than the running number of the feature."""
    if "feature_id" not in frame:
        return None
    ids = frame["feature_id"]
    numbers = pd.to_numeric(ids, errors="coerce")
    counted = numbers.notna().all() and (numbers.to_numpy() - np.arange(len(numbers)) == numbers.iloc[0]).all()
    return None if ids.isna().any() or ids.duplicated().any() or counted else "feature_id"


def _with_reading(
    harvest: Harvest, features: Features, repaired: Iterable[Issue], reasons: dict[int, Message]
) -> Harvest:
    """The harvest with what the reading of the file itself had to say."""
    unread = pd.DataFrame(list(features.rejected), dtype=object)
    if len(unread):
        unread = unread.set_index("row")
    failed = [part for part in (unread, _handed_back(features.frame, reasons), harvest.rejected) if len(part)]
    rejected, withheld = without_protected(pd.concat(failed).sort_index() if failed else harvest.rejected)
    issues = (*features.issues, *withheld, *(replace(i, asset=f"row {i.asset}") if i.asset else i for i in repaired))
    mapping = dict(harvest.mapping)
    if features.read_as is not None:
        mapping |= {"crs": features.read_as[0], "swapped": features.read_as[1]}
    return replace(
        harvest,
        issues=(*issues, *harvest.issues),
        notes=(*features.notes, *harvest.notes),
        rejected=rejected,
        mapping=mapping,
    )


def _handed_back(frame: gpd.GeoDataFrame, reasons: dict[int, Message]) -> pd.DataFrame:
    rows = pd.DataFrame(frame.drop(columns=frame.geometry.name)).loc[list(reasons)].copy()
    rows["reason"] = pd.Series(reasons, dtype="object")
    return rows


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
