"""What does every table of assets, homes and population promise?

The written promise is `docs/reference/asset-schema.md`; this is the same promise as code, checked by pandera, which
reports all faults at once. A frame may carry further columns; it may not lack these.
"""

from __future__ import annotations

import datetime
import json
import math
import re
import sys
import uuid
from collections.abc import Container, Iterator, Mapping
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
    "source", "source_id", "licence", "attribution", "retrieved", "data_date", "valid_from", "valid_to", "confirmed",
    "tags",
)  # fmt: skip
"""Text columns of an asset, in order; a missing value is NaN. `names` and `tags` hold a JSON object; `valid_from`,
`valid_to` (since when and until when it exists) and `confirmed` (when somebody last saw that it is so) hold ISO dates,
of which the first two may be a year or a month."""
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
LONGEST = 20_000
"""Characters that one text of an asset may have when a person saves it."""
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_ENDLESS = (math.inf, -math.inf)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
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
def _one_of() -> dict[str, list[str]]:
    known = taxonomy()
    return {
        "category": list(known), "kind": list(known.kinds), "review": list(REVIEW),
        "audience": ["public", "members", "staff", "connector"], "location_precision": list(PRECISION),
    }  # fmt: skip


@cache
def _schema() -> Any:
    import pandera.pandas as pa

    one_of = _one_of()
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
    if geometry is None:
        return True
    if not isinstance(geometry, shapely.Geometry) or geometry.is_empty:
        return False
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


def check_row(row: Mapping[str, Any], only: Container[str] | None = None) -> None:
    """Make sure that one asset keeps the promise of the asset schema; the quick way for what a person saves.

    Args:
        row: Field to value, None where missing.
        only: The fields that changed; what else is imperfect in the row is no fault of whoever changed them.

    Raises:
        SchemaError: It breaks the promise; `.issues` lists every fault, as `check_assets` does.
    """
    faults = [fault for fault in _row_faults(row) if only is None or fault[0] in only]
    if faults:
        issues = pd.DataFrame(faults, columns=["field", "code", "detail", "message"]).assign(
            asset=str(row.get("id", ""))
        )
        first = faults[0]
        raise SchemaError(
            Mn("This cannot be saved: {field} is “{detail}”, expected {expected}.",
               "{n} values cannot be saved. The first: {field} is “{detail}”, expected {expected}.", len(faults),
               field=first[0], detail=first[2], expected=first[3]), issues,
        )  # fmt: skip


def _row_faults(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    for name in REQUIRED:
        if row.get(name) in (None, ""):
            yield name, "missing", "", M("a value")
    for name, value in row.items():
        if value is None or name in ("geometry", "id"):
            continue
        if name in NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= sys.float_info.max:
                yield name, "schema", str(value)[:200], M("a number of at least 0")
        elif name in TEXT and not isinstance(value, str):
            yield name, "schema", str(value)[:200], M("a text")
        elif isinstance(value, str):
            yield from _text_faults(name, value)
        elif not isinstance(value, bool | int | float | list | dict) or value in _ENDLESS or value != value:
            yield name, "schema", str(value)[:200], M("a text or a number")
    if not _placed(row.get("geometry")):
        yield "geometry", "schema", str(row["geometry"])[:200], M("a valid place in WGS84")


def _text_faults(name: str, value: str) -> Iterator[tuple[str, str, str, Any]]:
    known = _one_of().get(name)
    if known is not None and value not in known:
        yield name, "schema", value[:200], M("one of: {known}", known=", ".join(known))
    elif len(value) > LONGEST:
        yield name, "too-long", f"{value[:60]}…", M("at most {most} characters", most=LONGEST)
    elif "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        yield name, "schema", ascii(value[:60]), M("a text of whole characters")
    elif name in ("tags", "names") and not _is_object(value):
        yield name, "schema", value[:200], M("a JSON object")
    elif name in ("valid_from", "valid_to") and not _is_date(value):
        yield name, "schema", value[:200], M("a date such as 2026-05-17, a month such as 2026-05, or a year")
    elif name == "confirmed" and not (len(value) == len("2026-05-17") and _is_date(value)):
        yield name, "schema", value[:200], M("a date such as 2026-05-17")


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return bool(_DATE.fullmatch(text))


def _is_object(text: str) -> bool:
    """Whether a text is a JSON object that every program can read: no NaN, no NUL and no half a character in it."""
    try:
        found = json.loads(text, parse_constant=_no_number)
        if not isinstance(found, dict):
            return False
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
        return not _NUL.search(text)
    except (ValueError, RecursionError):
        return False


def _no_number(name: str) -> None:
    raise ValueError(name)


HOME_COLUMNS = ("source", "dwellings", "people", "people_low", "people_high", "edge_m", "geometry")


def group_columns() -> list[str]:
    """The columns that a home has when ages are known: each group, with its lowest and highest possible number."""
    return [column for group in GROUPS for column in (group, f"{group}_low", f"{group}_high")]
