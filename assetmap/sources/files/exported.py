"""Is this file one of our own exports, and can it be read back as it was?"""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.messages import M, Message, Mn
from assetmap.model.audience import Audience
from assetmap.model.schema import NUMBERS, PRECISION, TEXT
from assetmap.model.taxonomy import taxonomy

_MARKS = ("category", "kind", "source", "licence", "retrieved")
_OBJECTS = ("names", "tags")


def is_exported(frame: pd.DataFrame) -> bool:
    """Whether a frame has the columns that every asset has that leaves assetmap, and an id, in some layer."""
    ids = "id" in frame or "feature_id" in frame
    return ids and all(c in frame for c in _MARKS) and bool(_own_rows(frame).any())


def exported_assets(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[int, Message], tuple[Message, ...]]:
    """The assets of an export as they were, with their ids, sources and licences.

    Columns that are not of the schema are left out: they may hold anything. A row that says it was reviewed is not
    believed (the file may have been changed), so moderated categories are looked at again.

    Args:
        frame: WGS84, index the number of the row in the file; `is_exported` is true of it.

    Returns:
        The assets, the reasons of rows that are not assets by row number, and sentences on what was left out.
    """
    own = frame[_own_rows(frame).to_numpy()].copy()
    own["id"] = (own["id"] if "id" in own else own["feature_id"]).astype("str")
    for column in _OBJECTS:
        own[column] = _objects(own, column)
    if "source_id" not in own:
        own["source_id"] = own["id"]
    own["source_id"] = own["source_id"].where(own["source_id"].notna(), own["id"])
    reasons = _faults(own)
    own = own.drop(index=list(reasons))
    if "review" in own:
        own["review"] = own["review"].where(own["review"] == "pending")
    columns = ["id", *[c for c in (*TEXT, *NUMBERS) if c in own and c not in ("kind", "near")], "geometry"]
    extra = [c for c in own if c not in columns and c not in (*TEXT, "fid", "feature_id", "layer", *_parts(own))]
    others = len(frame) - len(own) - len(reasons)
    return own[columns], reasons, tuple(_notes(extra, others))


def _own_rows(frame: pd.DataFrame) -> pd.Series:
    filled = frame[list(_MARKS)].notna().all(axis=1)
    return filled & frame["category"].isin(list(taxonomy()))


def _parts(frame: pd.DataFrame) -> list[str]:
    return [str(c) for c in frame if str(c).startswith(tuple(f"{o}." for o in _OBJECTS))]


def _objects(frame: pd.DataFrame, column: str) -> list[Any]:
    """A column of JSON objects, also where a reader has spread it over columns `tags.a`, `tags.b`."""
    spread = [c for c in _parts(frame) if c.startswith(f"{column}.")]
    if column in frame and not spread:
        return [v if isinstance(v, str) and v.startswith("{") else None for v in frame[column]]
    out = []
    for values in frame[spread].to_dict("records"):
        found = {str(k).removeprefix(f"{column}."): str(v) for k, v in values.items() if v is not None and v == v}
        out.append(json.dumps(found, ensure_ascii=False) if found else None)
    return out


def _faults(own: gpd.GeoDataFrame) -> dict[int, Message]:
    """Rows in which a hand that changed the file has broken a value, with what is wrong."""
    reasons: dict[int, Message] = {}
    for column, values in (("audience", list(Audience.__members__)), ("location_precision", list(PRECISION))):
        if column in own:
            wrong = own[column].notna() & ~own[column].isin(values)
            for row, value in own.loc[wrong, column].items():
                reasons[row] = M("its {column} is “{value}”; expected one of: {known}", column=column,
                                 value=str(value)[:60], known=", ".join(values))  # fmt: skip
    if "capacity" in own:
        number = pd.to_numeric(own["capacity"], errors="coerce")
        for row, value in own.loc[own["capacity"].notna() & ~(number >= 0), "capacity"].items():
            reasons[row] = M("its capacity is “{value}”; expected a number from 0", value=str(value)[:60])
    return reasons


def _notes(extra: list[str], others: int) -> list[Message]:
    notes = [M("The file is an export of assetmap; its rows keep their ids, sources and licences.")]
    if extra:
        notes.append(M("Columns that are not assetmap's own were left out: {columns}.", columns=", ".join(extra)[:200]))
    if others > 0:
        notes.append(Mn("One further row is no asset and was left out.",
                        "{n} further rows are no assets and were left out.", others))  # fmt: skip
    return notes
