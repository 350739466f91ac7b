"""Is this file a newer version of one that was added before, or another file of the same name?

A source is named by its file. Towns, years and colleagues give different files the same name, and rows of one must
never take the place of rows of the other. So a file is the same source when its bytes are, or when the rows that it
shares with that source are mostly alike; otherwise it becomes a source of its own beside it, `…#2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from assetmap.messages import M
from assetmap.model.crs import metric_crs_of, to_wgs84
from assetmap.model.harvest import Harvest
from assetmap.model.provenance import Provenance

_ALIKE = 70.0
_NEAR_M = 300.0


def as_source(harvest: Harvest, known: gpd.GeoDataFrame, provenance: Sequence[Provenance]) -> Harvest:
    """The harvest under the name of the source that it is.

    Args:
        known: Assets that are there already (columns source, source_id, name), WGS84.
        provenance: The sources that are there already.

    Returns:
        The harvest as it is, or with another `provenance.source` and a note that says so.
    """
    name = harvest.provenance.source
    family = [p for p in provenance if p.source == name or p.source.startswith(f"{name}#")]
    if not family:
        return harvest
    for one in family:
        if one.sha256 and one.sha256 == harvest.provenance.sha256:
            return _named(harvest, one.source)
    for one in family:
        if _same_things(harvest.assets, known[known["source"] == one.source]):
            return _named(harvest, one.source)
    other = f"{name}#{len(family) + 1}"
    note = M("A file named {file} was added before and holds other rows. This one is kept beside it, as {source}.",
             file=harvest.provenance.file, source=other)  # fmt: skip
    return replace(_named(harvest, other), notes=(*harvest.notes, note))


def _named(harvest: Harvest, source: str) -> Harvest:
    return replace(harvest, provenance=replace(harvest.provenance, source=source))


def _same_things(rows: gpd.GeoDataFrame, known: gpd.GeoDataFrame) -> bool:
    """Whether most rows with an id in common have a name or a place in common too."""
    known = known[~known["source_id"].duplicated()].set_index("source_id")
    rows = rows[rows["source_id"].isin(known.index) & ~rows["source_id"].duplicated()]
    if rows.empty:
        return False
    old = known.loc[rows["source_id"]]
    names = rows["name"] if "name" in rows else rows["source_id"].where(False)
    alike = [
        isinstance(a, str) and isinstance(b, str) and fuzz.token_sort_ratio(a, b, processor=default_process) >= _ALIKE
        for a, b in zip(names, old["name"], strict=True)
    ]
    return bool(np.mean(np.array(alike) | _near(rows, old)) >= 0.5)


def _near(rows: gpd.GeoDataFrame, old: gpd.GeoDataFrame) -> np.ndarray:
    shapes, before = to_wgs84(rows).geometry, old.geometry
    there = ~(shapely.is_missing(shapes.to_numpy()) | shapely.is_missing(before.to_numpy()))
    near = np.zeros(len(rows), dtype=bool)
    if there.any():
        crs = metric_crs_of(before[there])
        apart = shapely.distance(shapes[there].to_crs(crs).to_numpy(), before[there].to_crs(crs).to_numpy())
        near[there] = apart <= _NEAR_M
    return near
