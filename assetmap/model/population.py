"""Where do people live, as a source counted them, and how sure is each number?

Each number is a triple: the best estimate, and the lowest and highest it can be where the source hides small counts.
`assetmap.model.ages` makes age groups of a source's own bands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from assetmap.model.ages import GROUPS, Band, uncounted
from assetmap.model.issues import Issue
from assetmap.model.provenance import Provenance


@dataclass(frozen=True, eq=False)
class PopulationAreas:
    """Where people live, as a source counted them.

    Attributes:
        areas: EPSG:4326 polygons, index `area` (text ids of the source), columns `total`, `total_low`, `total_high`
            (persons; NaN where the source hides them and says no limit) and the bands under the source's own names
            (persons; NaN where the source hides them).
        bands: What those columns count; empty where ages are not known.
        suppressed_below: A hidden count is smaller than this; None where the source names no limit, or also hides
            larger counts to protect small ones.
        layout: Key of the layout in which the file was written.
    """

    areas: gpd.GeoDataFrame
    bands: tuple[Band, ...]
    provenance: Provenance
    suppressed_below: float | None = None
    layout: str = "mapping"
    issues: tuple[Issue, ...] = ()


def complete_totals(
    total: pd.Series[float], counts: pd.DataFrame, bands: Sequence[Band], suppressed_below: float | None
) -> pd.DataFrame:
    """Totals with their limits: columns `total`, `total_low`, `total_high`, index as given.

    A hidden total is the sum of the bands where all are known; else it lies between the sum of those known and that
    sum plus the most that each hidden count can be, and the estimate is the middle. Without such a limit it is NaN.
    """
    known = counts.fillna(0).sum(axis=1)
    cap = np.nan if suppressed_below is None else max(0.0, suppressed_below - 1)
    if not bands:
        high = known + cap
    elif uncounted(bands):  # ages that no column counts have no limit
        high = known + np.nan
    else:
        hidden = counts.isna().sum(axis=1)
        high = known + (hidden * cap).where(hidden > 0, 0)
    return pd.DataFrame(
        {
            "total": total.fillna((known + high) / 2),
            "total_low": total.fillna(known),
            "total_high": total.fillna(high),
        }
    )


def people_summary(homes: pd.DataFrame) -> pd.DataFrame:
    """Totals over homes: index `people` and the age groups there are; columns `people`, `low`, `high` (persons).

    Homes whose people are not known (NaN) add nothing to `people` and `low`; where one has no upper limit, neither has
    the total, and `high` is NaN.
    """
    keys = [k for k in ("people", *GROUPS) if k in homes]
    rows: dict[str, Any] = {
        k: (homes[k].sum(), homes[f"{k}_low"].sum(), homes[f"{k}_high"].sum(skipna=False)) for k in keys
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["people", "low", "high"]).rename_axis("group")
