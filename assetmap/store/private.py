"""Which values of a source may be somebody's contact, and whose asset do they belong to?"""

from __future__ import annotations

import pandas as pd


def contacts(private: pd.DataFrame | None, assets: pd.DataFrame) -> list[dict[str, str]]:
    """Private values (columns asset, field, value) as rows, with source and date of the asset each belongs to."""
    if private is None or private.empty:
        return []
    rows = private[["asset", "field", "value"]].dropna().astype("str").drop_duplicates()
    origin = assets[["source", "retrieved"]].reindex(rows["asset"]).fillna("")
    rows = rows.assign(source=origin["source"].to_list(), retrieved=origin["retrieved"].to_list())
    return [{str(name): str(value) for name, value in row.items()} for row in rows.to_dict("records")]
