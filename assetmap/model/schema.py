"""What does every table of assets, homes and population promise?

The written promise is `docs/reference/asset-schema.md`; this is the same promise as code, checked by pandera, which
reports all faults at once. A frame may carry further columns; it may not lack these.
"""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.errors import CRSError, SchemaError
from assetmap.messages import M, Mn
from assetmap.model.crs import to_wgs84
from assetmap.model.taxonomy import GROUPS, taxonomy

TEXT = (
    "name", "names", "near", "kind", "category", "description", "address", "website", "opening_hours",
    "opening_hours_normal", "wheelchair", "access", "operator", "audience", "review", "location_precision", "part_of",
    "source", "source_id", "licence", "attribution", "retrieved", "data_date", "tags",
)  # fmt: skip
"""Text columns of an asset, in order; a missing value is NaN. `names` and `tags` hold a JSON object."""
NUMBERS = ("capacity",)
REQUIRED = (
    "kind",
    "category",
    "audience",
    "review",
    "location_precision",
    "source",
    "source_id",
    "licence",
    "retrieved",
)
PRECISION = ("exact", "address", "street", "area", "none")
REVIEW = ("ok", "pending")
ASSET_COLUMNS = (*TEXT, *NUMBERS, "geometry")
_NAMESPACE = uuid.UUID("6f1d1c52-6b1a-5c61-9f0e-0a55e7a55e75")


def asset_id(source: str, source_id: str) -> str:
    """The stable id of an asset: the same source and source id always give the same one (UUID version 5)."""
    return str(uuid.uuid5(_NAMESPACE, f"{source}\x1f{source_id}"))


def empty_assets() -> gpd.GeoDataFrame:
    """A table of assets with every column and no row: WGS84, index `id`."""
    return complete(gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=4326))


def complete(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with every promised column, in order, in WGS84 and with the right types; extra columns come last.

    Args:
        frame: Rows with at least a geometry; any CRS. The index is kept and named `id`.
    """
    frame = to_wgs84(frame).copy()
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    for column in TEXT:
        frame[column] = _text(frame[column]) if column in frame else pd.Series(np.nan, index=frame.index, dtype="str")
    for column in NUMBERS:
        frame[column] = pd.to_numeric(frame[column], errors="coerce") if column in frame else np.nan
    frame["capacity"] = frame["capacity"].astype("float64")
    extra = [c for c in frame.columns if c not in ASSET_COLUMNS]
    frame = frame[[*TEXT, *NUMBERS, *extra, "geometry"]]
    frame.index = frame.index.astype("str")
    frame.index.name = "id"
    return frame


def _text(column: pd.Series) -> pd.Series:
    return (
        column.astype("str")
        if column.dtype == "str"
        else column.map(lambda v: v if pd.isna(v) else str(v)).astype("str")
    )


@cache
def _schema() -> Any:
    import pandera.pandas as pa

    known = taxonomy()
    one_of = {
        "category": list(known), "kind": list(known.kinds), "review": list(REVIEW),
        "audience": ["public", "members", "staff", "connector"], "location_precision": list(PRECISION),
    }  # fmt: skip
    columns = {}
    for name in TEXT:
        checks = [pa.Check.isin(one_of[name], error=f"one of: {', '.join(one_of[name])}")] if name in one_of else []
        columns[name] = pa.Column(checks=checks, nullable=name not in REQUIRED)
    columns["capacity"] = pa.Column(float, pa.Check.ge(0), nullable=True)
    columns["geometry"] = pa.Column(
        checks=pa.Check(_placed, element_wise=True, error="a valid place in WGS84"), nullable=True
    )
    return pa.DataFrameSchema(columns, index=pa.Index(unique=True, name="id"), strict=False)


def _placed(geometry: Any) -> bool:
    if geometry is None or geometry.is_empty:
        return geometry is None
    west, south, east, north = geometry.bounds
    return bool(shapely.is_valid(geometry) and -180 <= west <= east <= 180 and -90 <= south <= north <= 90)


def check_assets(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame, if it keeps the promise of the asset schema.

    Raises:
        CRSError: It is not in WGS84.
        SchemaError: It breaks the promise; `.issues` lists every fault (asset, field, code, detail, message).
    """
    import pandera.errors

    if frame.crs is None or frame.crs.to_epsg() != 4326:
        raise CRSError(M("A table of assets is in EPSG:4326 (longitude, latitude). Found: {crs}.", crs=str(frame.crs)))
    try:
        _schema().validate(pd.DataFrame(frame), lazy=True)
    except pandera.errors.SchemaErrors as fault:
        cases = fault.failure_cases
        issues = pd.DataFrame(
            {"asset": cases["index"].astype("str"), "field": cases["column"].astype("str"), "code": "schema",
             "detail": cases["failure_case"].astype("str").str[:200], "message": cases["check"].astype("str")}
        )  # fmt: skip
        first = issues.iloc[0]
        raise SchemaError(
            Mn("One value breaks the asset schema: {field} is “{detail}”, expected {expected}. See .issues.",
               "{n} values break the asset schema. The first: {field} is “{detail}”, expected {expected}. See .issues "
               "for all.", len(issues), field=first["field"], detail=first["detail"], expected=first["message"]),
            issues,
        ) from None  # fmt: skip
    return frame


HOME_COLUMNS = ("source", "dwellings", "people", "people_low", "people_high", "edge_m", "geometry")


def group_columns() -> list[str]:
    """The columns that a home has when ages are known: each group, with its lowest and highest possible number."""
    return [column for group in GROUPS for column in (group, f"{group}_low", f"{group}_high")]
