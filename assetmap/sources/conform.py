"""How do rows from any source come to keep the promise of the asset schema?

An ordered table of small steps; each counts what it did, so that nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pandas as pd

from assetmap.messages import M, Mn
from assetmap.model.crs import to_wgs84
from assetmap.model.harvest import Harvest
from assetmap.model.issues import Issue
from assetmap.model.schema import asset_id, check_assets, complete
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.opening_hours import normal_hours
from assetmap.sources.protected import protected_rows, withheld
from assetmap.sources.repair import repair


@dataclass(frozen=True, eq=False)
class Conformed:
    """Rows that keep the promise of the asset schema, and what belongs beside them.

    Attributes:
        assets: WGS84, index `id`, all columns of the schema.
        issues: The harvest's and those of the steps.
        private: Values set apart (columns asset, field, value), `asset` now the asset's id.
    """

    assets: gpd.GeoDataFrame
    issues: tuple[Issue, ...]
    private: pd.DataFrame


Step = Callable[[gpd.GeoDataFrame, Harvest], tuple[gpd.GeoDataFrame, list[Issue]]]


def conform(harvest: Harvest) -> Conformed:
    """Make a harvest fit: provenance, kinds and audience, safe places only, valid geometry, hours, ids, schema.

    Raises:
        CRSError: The rows say no reference system.
        SchemaError: A source gave values that the schema does not allow; that is a fault of the source's code.
    """
    frame = to_wgs84(harvest.assets).copy()
    issues = list(harvest.issues)
    for step in STEPS:
        frame, found = step(frame, harvest)
        issues += found
    # Of what is left out (a refuge, a gift) nothing else tells either: no issue, and nothing that lies in it.
    left_out = set(harvest.assets["source_id"]) - set(frame["source_id"])
    issues = [issue for issue in issues if issue.asset not in left_out]
    if "part_of" in frame and left_out:
        hosts = [asset_id(harvest.provenance.source, str(key)) for key in left_out]
        frame["part_of"] = frame["part_of"].mask(frame["part_of"].isin(hosts))
    ids = dict(zip(frame["source_id"], frame.index, strict=True))
    private = harvest.private[harvest.private["asset"].isin(list(ids))].copy()
    private["asset"] = private["asset"].map(ids)
    return Conformed(check_assets(complete(frame)), tuple(issues), private.reset_index(drop=True))


def _stamp(frame: gpd.GeoDataFrame, harvest: Harvest) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Provenance on every row; what a row already says of its own (our exports, read back) stays."""
    from_source = harvest.provenance
    today = datetime.now(UTC).date().isoformat()
    defaults = {
        "source": from_source.source, "licence": from_source.licence, "attribution": from_source.attribution,
        "retrieved": from_source.retrieved or today, "data_date": from_source.data_date,
    }  # fmt: skip
    for column, value in defaults.items():
        own = frame[column] if column in frame else pd.Series(np.nan, index=frame.index, dtype="object")
        frame[column] = own.where(own.notna() & (own != ""), value or np.nan)
    return frame, []


def _classify(frame: gpd.GeoDataFrame, harvest: Harvest) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Kind, audience and review follow from the category; gifts of people are not assets of a map."""
    known = taxonomy()
    gift = frame["category"].map(lambda key: known[key].role == "gift").astype(bool)
    frame = frame[~gift].copy()
    category = frame["category"].map(lambda key: known[key])
    frame["kind"] = [c.kind for c in category]
    review = ["pending" if c.default_visibility == "moderated" else "ok" for c in category]
    for column, default in (("audience", ["public"] * len(frame)), ("review", review)):
        own = frame[column] if column in frame else pd.Series(np.nan, index=frame.index, dtype="object")
        frame[column] = own.where(own.notna() & (own != ""), pd.Series(default, index=frame.index, dtype="object"))
    if not gift.any():
        return frame, []
    return frame, [
        Issue("gift-not-on-map", Mn("One row is a person's gift. It is left out: gifts are never points on a map.",
                                    "{n} rows are persons' gifts. They are left out: gifts are never points on a map.",
                                    int(gift.sum())))
    ]  # fmt: skip


def _withhold(frame: gpd.GeoDataFrame, harvest: Harvest) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Refuges from violence are dropped; only their number is told."""
    refuge = protected_rows(frame)
    if not refuge.any():
        return frame, []
    return frame[~refuge], [withheld(int(refuge.sum()))]


def _mend(frame: gpd.GeoDataFrame, harvest: Harvest) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Valid, flat geometry; a row without a place keeps none and says so."""
    frame, issues = repair(frame)
    placed = frame.geometry.notna() & ~frame.geometry.is_empty
    precision = frame["location_precision"] if "location_precision" in frame else pd.Series(np.nan, index=frame.index)
    frame["location_precision"] = precision.astype("object").where(precision.notna(), "exact").where(placed, "none")
    frame.loc[~placed, frame.geometry.name] = None
    return frame, list(issues)


def _hours(frame: gpd.GeoDataFrame, harvest: Harvest) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Opening hours in one spelling where they can be read; the raw text stays."""
    if "opening_hours" not in frame:
        return frame, []
    raw = frame["opening_hours"]
    frame["opening_hours_normal"] = [normal_hours(str(v)) if pd.notna(v) else np.nan for v in raw]
    unread = raw.notna() & frame["opening_hours_normal"].isna()
    return frame, [
        Issue("opening-hours-unread", M("The opening hours “{raw}” could not be read; they are shown as they are.",
                                        raw=str(text)[:100]), str(key), "opening_hours", str(text))
        for key, text in zip(frame.loc[unread, "source_id"], raw[unread], strict=True)
    ]  # fmt: skip


def _identify(frame: gpd.GeoDataFrame, harvest: Harvest) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Ids that stay the same at the next reading; a second row of the same id is left out and said."""
    own = frame["id"] if "id" in frame else pd.Series(np.nan, index=frame.index, dtype="object")
    frame.index = pd.Index(
        [str(i) if pd.notna(i) else asset_id(str(s), str(k))
         for i, s, k in zip(own, frame["source"], frame["source_id"], strict=True)],
        name="id",
    )  # fmt: skip
    frame = frame.drop(columns="id", errors="ignore")
    twice = frame.index.duplicated()
    return frame[~twice], [
        Issue("duplicate-id", M("Two rows have the id “{id}”; the first one is kept.", id=str(row)),
              str(row), "source_id")
        for row in frame.loc[twice, "source_id"]
    ]  # fmt: skip


STEPS: tuple[Step, ...] = (_stamp, _classify, _withhold, _mend, _hours, _identify)
