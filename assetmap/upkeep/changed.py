"""Which fields that matter to people are different between two versions of the same records?

What a source says of itself (its dates, licence, number) is left out, and so is what follows from other fields.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetmap.model.crs import metric_crs_of

FIELDS = (
    "name", "category", "description", "address", "website", "opening_hours", "wheelchair", "access", "operator",
    "capacity", "valid_from", "valid_to",
)  # fmt: skip
MOVED_M = 5.0
"""A place that differs by less than this is the same: mappers and converters shift by so much."""
_ROUNDING = 1e-7  # degrees, about a centimetre


def changed_fields(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    """The fields that differ, row by row.

    Args:
        before, after: The same records in the same order, WGS84, complete (see `model.schema.complete`).

    Returns:
        One tuple of field names per row; `geometry` where the place differs by more than `MOVED_M`.
    """
    differs = {name: _values(before, name) != _values(after, name) for name in FIELDS}
    read = before["opening_hours_normal"].notna().to_numpy() & after["opening_hours_normal"].notna().to_numpy()
    hours = _values(before, "opening_hours_normal") != _values(after, "opening_hours_normal")
    differs["opening_hours"] = np.where(read, hours, differs["opening_hours"])
    differs["geometry"] = _moved(before.geometry, after.geometry)
    table = np.column_stack(list(differs.values())) if len(before) else np.empty((0, len(differs)), dtype=bool)
    return [tuple(name for name, is_so in zip(differs, row, strict=True) if is_so) for row in table]


def _values(frame: gpd.GeoDataFrame, name: str) -> NDArray[np.object_]:
    """The values of a column as they are compared: missing as None, blanks in texts evened out."""
    column = frame[name].astype("object").to_numpy()
    return np.array([" ".join(v.split()) if isinstance(v, str) else None if pd.isna(v) else v for v in column], object)


def _moved(before: gpd.GeoSeries, after: gpd.GeoSeries) -> NDArray[np.bool_]:
    one, other = np.asarray(before.to_numpy(), dtype=object), np.asarray(after.to_numpy(), dtype=object)
    there = ~shapely.is_missing(one), ~shapely.is_missing(other)
    moved: NDArray[np.bool_] = there[0] != there[1]
    both = np.flatnonzero(there[0] & there[1])
    both = both[~shapely.equals_exact(one[both], other[both], tolerance=_ROUNDING)]
    if len(both):
        crs = metric_crs_of(before.iloc[both])
        metric: list[Any] = [series.iloc[both].to_crs(crs).to_numpy() for series in (before, after)]
        moved[both] = shapely.hausdorff_distance(*metric) > MOVED_M
    return moved
