"""How does a CSV or Excel file come back that assetmap itself has written?

With its ids, sources and licences, so that a list that was corrected in a spreadsheet updates the assets it came from.
What somebody may have written into it since is still looked through for contacts.
"""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.messages import M
from assetmap.model.harvest import PRIVATE_COLUMNS, Harvest
from assetmap.model.issues import Issue
from assetmap.model.provenance import Provenance
from assetmap.sources.files.exported import exported_assets, is_exported
from assetmap.sources.protected import without_protected
from assetmap.sources.rows.coordinates import two_columns
from assetmap.sources.rows.private import take_out

_SPOKEN = ("name", "description", "address", "operator", "opening_hours", "website")
_DATASET = "dataset_"
_GUARD = re.compile(r"^'(?=\s*[=+\-@\t\r＝＋－＠])")
"""The sign that keeps a spreadsheet from taking a text for a formula; exports put it there."""


def exported_harvest(frame: pd.DataFrame, provenance: Provenance) -> Harvest | None:
    """The harvest of a table that assetmap has exported in degrees; None where it is another kind of table.

    Args:
        frame: Text cells, empty where there is none; the index is the number of the row in the file.
    """
    if not {"longitude", "latitude"} <= set(frame.columns):
        return None
    own = frame[[c for c in frame.columns if not c.startswith(_DATASET)]]
    own = own.map(lambda v: _GUARD.sub("", v)).replace("", np.nan)
    if "capacity" in own:
        own["capacity"] = [v.replace(",", ".") if isinstance(v, str) else v for v in own["capacity"]]
    if not is_exported(own):
        return None
    shapes = own.drop(columns=["longitude", "latitude", "wkt"], errors="ignore")
    assets, faults, notes = exported_assets(gpd.GeoDataFrame(shapes, geometry=_shapes(own), crs=4326))
    private, issues = _without_contacts(assets)
    rejected = frame.loc[list(faults)].copy()
    rejected["reason"] = pd.Series(faults, dtype="object")
    rejected, withheld = without_protected(rejected)
    return Harvest(assets, provenance, issues=(*issues, *withheld), notes=notes, rejected=rejected, private=private)


def _shapes(own: pd.DataFrame) -> gpd.GeoSeries:
    """The shape of a row as it was written, else its point; None where it has no place."""
    texts = {c: ["" if v != v else str(v) for v in own[c]] for c in ("longitude", "latitude")}
    pairs = two_columns(texts["longitude"], texts["latitude"], None, small=True)
    x, y = pairs.x, pairs.y
    shapes = np.full(len(own), None, dtype=object)
    good = np.isfinite(x) & np.isfinite(y)
    shapes[good] = shapely.points(x[good], y[good])
    if "wkt" in own:
        shapes_written = np.array([v if isinstance(v, str) else None for v in own["wkt"]], dtype=object)
        written = shapely.from_wkt(shapes_written, on_invalid="ignore")
        shapes = np.where(shapely.is_missing(written), shapes, written)
    return gpd.GeoSeries(shapes, index=own.index, crs=4326)


def _without_contacts(assets: gpd.GeoDataFrame) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    rows: list[tuple[str, str, str]] = []
    issues: list[Issue] = []
    for column in [c for c in _SPOKEN if c in assets]:
        cleaned = []
        for source_id, value in zip(assets["source_id"].astype("str"), assets[column], strict=True):
            clean, out = take_out(value, names=column != "name") if isinstance(value, str) else (value, [])
            cleaned.append(clean or np.nan)
            if out:
                rows.append((source_id, column, str(value)))
                text = M("Somebody's contact stood in “{column}”. It was taken out and kept apart.", column=column)
                issues.append(Issue("contact-taken-out", text, source_id, column))
        assets[column] = cleaned
    return pd.DataFrame(rows, columns=list(PRIVATE_COLUMNS), dtype="str"), tuple(issues)
