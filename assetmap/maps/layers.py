"""How does a finding, a boundary or a walk area become a layer of the map: plain values, nothing personal?

Coordinates are whole millionths of a degree, longitude before latitude. A polygon is a list of rings, a ring one flat
list; holes stay holes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.i18n import say
from assetmap.messages import M
from assetmap.model.crs import metric_crs_of, to_wgs84
from assetmap.model.finding import Finding
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.taxonomy import taxonomy

_FINE = 1e-5
"""Degrees (about a metre) by which outlines may be simplified."""
_DOT_M = 25.0
"""Radius in metres of a gap that is one home and no cell."""


def micro(values: Any) -> list[int]:
    """Degrees as whole millionths."""
    return [int(v) for v in np.rint(np.asarray(values, dtype=float) * 1e6)]


def areas(geometry: shapely.Geometry | None) -> list[list[list[int]]]:
    """The polygons of a geometry as lists of rings, simplified; other parts are left out."""
    if geometry is None or geometry.is_empty:
        return []
    parts = shapely.get_parts(shapely.simplify(geometry, _FINE))
    polygons = parts[(shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)]
    return [[_ring(ring) for ring in (p.exterior, *p.interiors)] for p in polygons]


def _ring(ring: Any) -> list[int]:
    return micro(shapely.get_coordinates(ring).ravel())


def boundary_layer(place: Neighbourhood, lang: str) -> dict[str, Any]:
    """The line around a study area."""
    label = say(M("Boundary of {name}", name=place.name), lang)
    return {"type": "boundary", "label": label, "areas": areas(place.boundary), "bounds": place.boundary.bounds}


def finding_layer(finding: Finding, lang: str) -> dict[str, Any]:
    """What a finding adds to the map. A finding that has a place in no other way is outlined."""
    said = {"label": say(finding.title, lang), "note": say(finding.sentence, lang)}
    frame = finding.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        return {"type": "outlines", "areas": [], "lines": [], **said}
    frame = to_wgs84(frame)
    frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    match finding.question:
        case "coverage":
            in_metres = bool(finding.parameters.get("norm")) and finding.summary.get("minutes") is None
            return {"type": "coverage", **_coverage(frame, in_metres), **said}
        case "gaps":
            return {"type": "gaps", "unit": finding.summary.get("unit", "people"), **_gaps(frame, lang), **said}
        case "nearby":
            return {"type": "nearby", **_nearby(finding, frame, lang), **said}
    return {**outline_layer(frame, lang), **said}


def _coverage(homes: gpd.GeoDataFrame, in_metres: bool) -> dict[str, Any]:
    """Homes by state: 0 covered, 1 not covered, 2 not reachable, 3 not linked to any street. The people of each state
    are counted together; a home's own figures stay in the table. What was asked in metres is told in metres."""
    minutes = pd.to_numeric(homes["minutes"]).to_numpy(dtype=float)
    linked = homes["linked"].to_numpy(dtype=bool) if "linked" in homes else np.ones(len(homes), dtype=bool)
    covered = homes["covered"].fillna(False).to_numpy(dtype=bool)
    state = np.select([covered, ~linked, np.isnan(minutes)], [0, 3, 2], 1)
    points = shapely.point_on_surface(homes.geometry.to_numpy())
    weight = homes["people"].fillna(0).to_numpy(dtype=float) if "people" in homes else np.ones(len(homes))
    return {
        "lon": micro(shapely.get_x(points)), "lat": micro(shapely.get_y(points)), "state": state.tolist(),
        "minutes": np.where(np.isnan(minutes), -1, np.rint(minutes * 10)).astype(int).tolist(),
        **({"metres": homes["metres"].round().fillna(-1).astype(int).tolist()} if in_metres else {}),
        "counts": np.bincount(state, weights=weight, minlength=4).round().astype(int).tolist(),
        "bounds": _bounds(homes),
    }  # fmt: skip


def _gaps(cells: gpd.GeoDataFrame, lang: str) -> dict[str, Any]:
    """Cells with the people in them who go without, as many as are above nought, in the finding's order."""
    cells = cells[cells["people"] > 0]
    if len(cells) and not cells.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        cells = cells.set_geometry(cells.geometry.to_crs(metric_crs_of(cells)).buffer(_DOT_M, quad_segs=3).to_crs(4326))
    strengths: list[Any] = cells["strengths"].tolist() if "strengths" in cells else [[]] * len(cells)
    return {
        "cells": [areas(cell) for cell in cells.geometry], "people": cells["people"].round(1).tolist(),
        "strengths": [[_strength(one, lang) for one in each or []] for each in strengths], "bounds": _bounds(cells),
    }  # fmt: skip


def _strength(one: Mapping[str, Any], lang: str) -> dict[str, Any]:
    key = str(one.get("category", ""))
    label = taxonomy()[key].label(lang) if key in taxonomy() else key
    name = one.get("name")
    return {"name": name if isinstance(name, str) else "", "category": label, "minutes": round(float(one["minutes"]))}


def _nearby(finding: Finding, assets: gpd.GeoDataFrame, lang: str) -> dict[str, Any]:
    """Where was asked, and how many of each category are in reach."""
    at = finding.summary.get("at")
    counts = assets["category"].value_counts()
    rows = [[taxonomy()[key].label(lang) if key in taxonomy() else key, int(n)] for key, n in counts.items()]
    place = micro([at[1], at[0]]) if at is not None else None
    return {"at": place, "rows": rows, "bounds": _bounds(assets)}


def walk_layer(frame: gpd.GeoDataFrame, lang: str) -> dict[str, Any]:
    """Walk areas (WGS84 polygons, column `minutes`), the smallest first; `attrs["title"]` says from or to where."""
    title = frame.attrs.get("title", M("On foot from here"))
    merged = frame[["minutes", frame.geometry.name]].dissolve("minutes").sort_index()
    return {
        "type": "walk", "label": say(title, lang), "bounds": _bounds(frame),
        "areas": [{"minutes": float(m), "polygons": areas(g)} for m, g in merged.geometry.items()],
    }  # fmt: skip


def outline_layer(frame: gpd.GeoDataFrame, lang: str) -> dict[str, Any]:
    """Any other shapes (WGS84), drawn as they are."""
    parts = shapely.get_parts(frame.geometry.dropna().to_numpy())
    lines = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    return {
        "type": "outlines", "label": say(M("Other shapes"), lang), "bounds": _bounds(frame),
        "areas": [polygon for part in parts for polygon in areas(part)],
        "lines": [_ring(line) for line in shapely.simplify(lines, _FINE)],
    }  # fmt: skip


def _bounds(frame: gpd.GeoDataFrame) -> tuple[float, ...] | None:
    placed = frame.geometry.dropna()
    return tuple(float(v) for v in placed.total_bounds) if len(placed) else None
