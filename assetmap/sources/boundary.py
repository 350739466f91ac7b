"""Which area does this file mean?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz, process

from assetmap.errors import InputError, UnknownKey
from assetmap.messages import M, Message, Mn
from assetmap.model.crs import metric_crs, project
from assetmap.model.issues import Issue
from assetmap.sources.files.features import read_features
from assetmap.sources.repair import repair
from assetmap.sources.rows.words import joined

SMALLEST_KM2 = 0.001
LARGE_KM2 = 2_000.0
LARGEST_KM2 = 25_000.0
_APART_M = 5_000.0
_NAME = re.compile(r"nam|navn|namn|nimi|bydel|kvarter|district|area|sted|title|tittel", re.IGNORECASE)
_CODE = re.compile(r"(nummer|number|kode|code|nr|id|no)$", re.IGNORECASE)
_KIND_OF_AREA = re.compile(r"\b(kommune|kommun|municipality|bydel|district|stad|city of)\b", re.IGNORECASE)


class Boundary(NamedTuple):
    """An area that was read from a file.

    Attributes:
        name: What the file calls it, or the file's name.
        polygon: Polygon or MultiPolygon, valid, in WGS84.
        issues: What was repaired, left out or guessed.
    """

    name: str
    polygon: shapely.Geometry
    issues: tuple[Issue, ...]


def read_boundary(
    path: Path, name: str | None = None, near: shapely.Geometry | None = None, *, limited: bool = True
) -> Boundary:
    """The area in a vector file of any format: its one polygon, all of them together, or those of a name.

    Args:
        path: The file.
        name: Which feature is meant, by any of its texts or numbers ("Sarpsborg", "3105"); case, accents and words such
            as "kommune" do not matter. Several features of that name become one area.
        near: Where it should lie (WGS84), or None.
        limited: Whether the limits on size hold.

    Raises:
        FileMissing, FormatError, CRSError: As `read_features`.
        InputError: It holds points or lines only, the name means several places, or the area is far too
            small or large.
        UnknownKey: It has no feature of that name; the nearest names are said.
    """
    features = read_features(path, near, limited=limited)
    if features.shapeless:
        raise InputError(_no_area(path, "–"))
    frame, repaired = repair(features.frame)
    areas = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    if areas.empty:
        raise InputError(_no_area(path, ", ".join(sorted(frame.geom_type.dropna().unique())) or "–"))
    chosen = areas if name is None else _of_name(areas, name, path.name)
    polygon = shapely.union_all(np.asarray(chosen.geometry.array, dtype=object))
    title = _title(chosen, name) or path.stem
    rows = {f"row {row}" for row in chosen.index}
    issues = [*features.issues, *(replace(i, asset=f"row {i.asset}") if i.asset else i for i in repaired)]
    issues = [i for i in issues if name is None or not i.asset or i.asset in rows]
    issues += _left_out(len(frame) - len(areas) if name is None else 0)
    return Boundary(title, polygon, (*issues, *_sane(polygon, title, len(areas), path.name)))


def _left_out(count: int) -> list[Issue]:
    if not count:
        return []
    return [Issue("not-an-area", Mn("One feature is no area, and was left out of the boundary.",
                                    "{n} features are no areas, and were left out of the "
                                    "boundary.", count))]  # fmt: skip


def _no_area(path: Path, found: str) -> Message:
    return M("The file {file} holds no area; found: {found}. A boundary is a polygon. Draw one, or give a point and a "
             "radius instead.", file=path.name, found=found)  # fmt: skip


def _fold(value: object) -> str:
    """A name without case, accents, blanks and the word for what it is the name of."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    return joined(_KIND_OF_AREA.sub(" ", text)) or joined(text)


def _of_name(areas: gpd.GeoDataFrame, name: str, file: str) -> gpd.GeoDataFrame:
    """The features of a name, by the first column that has it; columns for names come first."""
    wanted = _fold(name)
    for column in _columns(areas):
        hit = areas[column].map(_fold, na_action="ignore") == wanted
        if hit.any():
            return _one_place(areas[hit.to_numpy(dtype=bool)], name, file)
    known = list(dict.fromkeys(str(v) for c in _columns(areas) if _NAME.search(c) for v in areas[c].dropna()))
    close = [found for found, *_ in process.extract(name, known, scorer=fuzz.WRatio, limit=5)]
    raise UnknownKey(
        M("The file {file} has no area called “{name}”. Closest: {close}. It has {n} areas.", file=file, name=name,
          close=", ".join(close) or "–", n=len(areas))
    )  # fmt: skip


def _columns(areas: gpd.GeoDataFrame) -> list[str]:
    columns = [str(c) for c in areas.columns if c != areas.geometry.name]
    return sorted(columns, key=lambda c: not _NAME.search(c))


def _one_place(chosen: gpd.GeoDataFrame, name: str, file: str) -> gpd.GeoDataFrame:
    """Refuse a name that two places far apart share; parts of one place share their code or lie together."""
    for column in (c for c in _columns(chosen) if _CODE.search(c)):
        groups = [group for _, group in chosen.groupby(column)]
        codes = [str(group[column].iloc[0]) for group in groups]
        if 1 < len(groups) == len(chosen) and _far_apart(groups):
            raise InputError(
                M("Several places in {file} are called “{name}”: {codes}. Give the number "
                  "instead.", file=file, name=name,
                  codes=", ".join(codes[:10]))
            )  # fmt: skip
    return chosen


def _far_apart(groups: list[gpd.GeoDataFrame]) -> bool:
    shapes = [shapely.union_all(np.asarray(group.geometry.array, dtype=object)) for group in groups]
    crs = metric_crs(shapes[0].centroid.x, shapes[0].centroid.y)
    first, *others = (project(shape, 4326, crs) for shape in shapes)
    return any(first.distance(other) > _APART_M for other in others)


def _title(chosen: gpd.GeoDataFrame, name: str | None) -> str:
    """The name that all chosen features share, as the file writes it."""
    for column in (c for c in _columns(chosen) if _NAME.search(c)):
        values = chosen[column].dropna()
        texts = values[values.map(lambda v: isinstance(v, str) and bool(v.strip()))]
        if len(texts) == len(chosen) and texts.nunique() == 1 and (name is None or _fold(texts.iloc[0]) == _fold(name)):
            return str(texts.iloc[0])
    if name is not None:
        named = [c for c in _columns(chosen) if _NAME.search(c) and pd.api.types.is_string_dtype(chosen[c].dropna())]
        return str(chosen[named[0]].iloc[0]) if named and len(chosen) == 1 else name
    return ""


def _sane(polygon: shapely.Geometry, title: str, count: int, file: str) -> Iterator[Issue]:
    metric = project(polygon, 4326, metric_crs(polygon.centroid.x, polygon.centroid.y))
    km2 = metric.area / 1e6
    if km2 < SMALLEST_KM2:
        raise InputError(
            M("The boundary “{name}” in {file} covers {m2} m², less than a neighbourhood. Check its reference system, "
              "or draw a larger one.", name=title, file=file, m2=round(metric.area))
        )  # fmt: skip
    if km2 > LARGEST_KM2:
        raise InputError(
            M("The boundary “{name}” in {file} covers {km2} km² in {n} areas, more than can be walked. Give the name "
              "of one of its areas.", name=title, file=file, km2=round(km2), n=count)
        )  # fmt: skip
    if km2 > LARGE_KM2:
        yield Issue("boundary-large", M("The boundary “{name}” covers {km2} km². Reading and walking it takes long.",
                                        name=title, km2=round(km2)), detail=f"{km2:.0f}")  # fmt: skip
