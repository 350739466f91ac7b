"""Which values of a source may be somebody's contact, and whose asset do they belong to?"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.disclosure.saving import IDS, demand_clean
from assetmap.disclosure.taking_out import without_contacts
from assetmap.messages import Mn
from assetmap.model.issues import Issue, issues_frame
from assetmap.model.schema import REQUIRED


def contacts(private: pd.DataFrame | None, assets: pd.DataFrame) -> list[dict[str, str]]:
    """Private values (columns asset, field, value) as rows, with source and date of the asset each belongs to."""
    if private is None or private.empty:
        return []
    rows = private[["asset", "field", "value"]].dropna().astype("str").drop_duplicates()
    origin = assets[["source", "retrieved"]].reindex(rows["asset"]).fillna("")
    rows = rows.assign(source=origin["source"].to_list(), retrieved=origin["retrieved"].to_list())
    return [{str(name): str(value) for name, value in row.items()} for row in rows.to_dict("records")]


def taken_out(
    assets: gpd.GeoDataFrame, issues: pd.DataFrame | None, private: pd.DataFrame | None
) -> tuple[gpd.GeoDataFrame, pd.DataFrame | None, pd.DataFrame | None]:
    """Assets of a list without what in their texts is surely somebody's contact or identity number, which an import
    takes out before; with an issue for each field that had one, and those values among the private ones.

    Raises:
        PrivateText: It stands where nothing can be taken out: in the name of a column or of a tag.
    """
    texts = assets.drop(columns=[assets.geometry.name, *IDS], errors="ignore")
    found: list[dict[str, str]] = []
    told: list[Issue] = []
    for key, values in zip(assets.index, texts.to_dict("records"), strict=True):
        row = {str(name): value for name, value in values.items()}
        changed, out = without_contacts(row)
        demand_clean({**row, **{name: value for name, value in changed.items() if name not in REQUIRED}})
        if not changed:
            continue
        if not found:
            assets = assets.copy()
        _set(assets, str(key), changed)
        found += [{"asset": str(key), "field": field, "value": text} for field, text in out]
        told += [_told(str(key), field, sum(name == field for name, _ in out)) for field in changed]
    if not found:
        return assets, issues, private
    return (
        assets,
        pd.concat([one for one in (issues, issues_frame(told)) if one is not None], ignore_index=True),
        pd.concat([one for one in (private, pd.DataFrame(found)) if one is not None], ignore_index=True),
    )


def _set(assets: gpd.GeoDataFrame, key: str, changed: dict[str, Any]) -> None:
    for field, value in changed.items():
        assets[field] = assets[field].astype("object") if assets[field].dtype.kind in "iuf" else assets[field]
        assets.loc[key, field] = value


def _told(asset: str, field: str, count: int) -> Issue:
    message = Mn("In the field “{field}” a telephone number, e-mail address or identity number was taken out.",
                 "In the field “{field}” {n} telephone numbers, e-mail addresses or identity numbers were taken out.",
                 count, field=field)  # fmt: skip
    return Issue("contact-taken-out", message, asset=asset, field=field)
