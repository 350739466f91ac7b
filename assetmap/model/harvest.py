"""What does a source hand over before it becomes an inventory?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.messages import Message
from assetmap.model.issues import Issue
from assetmap.model.provenance import Provenance

PRIVATE_COLUMNS = ("asset", "field", "value")


def no_private() -> pd.DataFrame:
    """An empty table of private values."""
    return pd.DataFrame({c: pd.Series(dtype="str") for c in PRIVATE_COLUMNS})


@dataclass(frozen=True, eq=False)
class Harvest:
    """The rows that one source gave.

    Attributes:
        assets: Rows on their way to the asset schema, in any CRS, index `id`. What a source does not know it leaves
            out; `conform` fills in kind, audience, provenance and the rest.
        provenance: Where they come from.
        issues: What was imperfect.
        rejected: The rows that failed, as they came, with a column `reason`; handed back to whoever sent the file.
        private: Values that may be somebody's contact (columns asset, field, value): kept apart from everything that
            is shown or exported.
        mapping: How the source's columns and categories were understood; saved for next time.
        notes: Sentences for whoever looks at the dry run: what was guessed.
    """

    assets: gpd.GeoDataFrame
    provenance: Provenance
    issues: tuple[Issue, ...] = ()
    rejected: pd.DataFrame = field(default_factory=pd.DataFrame)
    private: pd.DataFrame = field(default_factory=no_private)
    mapping: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()
