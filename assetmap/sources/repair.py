"""What becomes of shapes that are no proper shapes?

An ordered table of small steps: flat, of one kind, valid; each says what it changed. A shape that would become
something else by repair (a polygon a line) is not repaired but handed back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from assetmap.messages import M, Mn, Percent
from assetmap.model.issues import Issue

Shapes = NDArray[np.object_]
_NO_HEIGHT = (0.0, -999.0, -9999.0, -99999.0)
"""What files write for "height not known"."""
_POLYGON = 2


def repair(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, tuple[Issue, ...]]:
    """The rows with valid, flat geometry of one kind each, and what was done to them.

    Heights are dropped (a point's own is kept as `ele` in the JSON of the column `tags`), collections are reduced to
    their parts of the highest dimension, invalid shapes are repaired by structure, and an empty shape becomes None
    ("no place yet"). A row whose shape collapses is left out: it is missing from the result's index, and its issue has
    the code `geometry-rejected`.

    Args:
        frame: Any CRS and index; geometry may be None. It is not changed.

    Returns:
        A new frame with the same index less the rejected rows; issues with `asset` set to the row's `source_id` where
        it has one, else to its index label.
    """
    frame = frame.copy()
    label = (
        frame["source_id"].astype("str").to_numpy() if "source_id" in frame else frame.index.astype("str").to_numpy()
    )
    shapes = np.asarray(frame.geometry.array, dtype=object)
    issues: list[Issue] = []
    _keep_heights(frame, shapes)
    for step in STEPS:
        shapes, found = step(shapes, label)
        issues += found
    placed = ~shapely.is_missing(shapes)
    shapes, found = _valid(shapes, label)
    rejected = placed & shapely.is_missing(shapes)
    frame[frame.geometry.name] = gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs)
    return frame[~rejected], (*issues, *found)


def _keep_heights(frame: gpd.GeoDataFrame, shapes: Shapes) -> None:
    """A point's height is a fact about the asset (`ele` in OpenStreetMap's words); outlines' heights are dropped."""
    heights = point_heights(shapes)
    known = np.flatnonzero(np.isfinite(heights))
    if not len(known):
        return
    tags = list(frame["tags"]) if "tags" in frame else [None] * len(frame)
    for row in known:
        tags[row] = _with_height(tags[row], round(float(heights[row]), 2))
    frame["tags"] = tags


def point_heights(shapes: Shapes) -> NDArray[np.float64]:
    """The height of each point in the file's unit; NaN for other shapes and where the file means "not known"."""
    points = (shapely.get_type_id(shapes) == 0) & shapely.has_z(shapes)
    heights = np.where(points, shapely.get_z(_without(shapes, ~points)), np.nan)
    return np.where(np.isin(heights, _NO_HEIGHT) | (np.abs(heights) < 0.05), np.nan, heights)


def _with_height(tags: Any, height: float) -> str | dict[str, Any]:
    if isinstance(tags, dict):
        return {"ele": f"{height:g}", **tags}
    before = json.loads(tags) if isinstance(tags, str) and tags.startswith("{") else {}
    return json.dumps({"ele": f"{height:g}", **before}, ensure_ascii=False)


def _without(shapes: Shapes, which: NDArray[np.bool_]) -> Shapes:
    out = shapes.copy()
    out[which] = None
    return out


Step = Callable[[Shapes, Any], tuple[Shapes, list[Issue]]]


def _flat(shapes: Shapes, label: Any) -> tuple[Shapes, list[Issue]]:
    with_z = int(shapely.has_z(shapes).sum())
    if not with_z:
        return shapes, []
    return shapely.force_2d(shapes), [
        Issue("height-dropped", Mn("One shape had heights; the map is flat and left them out.",
                                   "{n} shapes had heights; the map is flat and left them out.", with_z))
    ]  # fmt: skip


def _straight(shapes: Shapes, label: Any) -> tuple[Shapes, list[Issue]]:
    """Collections become their parts of the highest dimension, as one shape."""
    out, issues = shapes.copy(), []
    for row in np.flatnonzero(shapely.get_type_id(shapes) == 7):
        kept = highest_parts(shapes[row])
        parts = shapely.get_num_geometries(shapes[row])
        out[row] = kept
        if kept is not None:
            issues.append(
                Issue("collection-reduced",
                      M("The shape is a collection of {parts} parts; its {kind} was kept.", parts=int(parts),
                        kind=kept.geom_type), str(label[row]), "geometry")
            )  # fmt: skip
    return out, issues


def highest_parts(shape: shapely.Geometry) -> shapely.Geometry | None:
    """The parts of a collection that have its highest dimension, as one (multi) geometry; None where it is empty."""
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) == 7).any():
        parts = shapely.get_parts(parts)
    parts = shapely.get_parts(parts[~shapely.is_empty(parts)])
    if not len(parts):
        return None
    dimension = shapely.get_dimensions(parts)
    best = parts[dimension == dimension.max()]
    if len(best) == 1:
        return best[0]
    return (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)[int(dimension.max())](best)


def _placed(shapes: Shapes, label: Any) -> tuple[Shapes, list[Issue]]:
    """Empty shapes, and those with a coordinate that is no number, are no place."""
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    empty = ~shapely.is_missing(shapes) & ~finite
    return _without(shapes, empty), [
        Issue("no-position", M("The row has no position. It is kept as “no place yet”."), str(key), "geometry")
        for key in label[empty]
    ]  # fmt: skip


def _valid(shapes: Shapes, label: Any) -> tuple[Shapes, list[Issue]]:
    out, issues = shapes.copy(), []
    for row in np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)):
        reason = shapely.is_valid_reason(shapes[row])
        out[row], issue = _mended(shapes[row], reason, str(label[row]))
        issues.append(issue)
    return out, issues


def _mended(shape: shapely.Geometry, reason: str, label: str) -> tuple[shapely.Geometry | None, Issue]:
    try:
        good = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    except shapely.GEOSException as fault:
        good, reason = None, str(fault)
    if good is None or good.is_empty or shapely.get_dimensions(good) < shapely.get_dimensions(shape):
        message = M(
            "The shape is not a proper one ({reason}), and what repair leaves of it is no {kind}. Draw it again.",
            reason=reason, kind=shape.geom_type,
        )  # fmt: skip
        return None, Issue("geometry-rejected", message, label, "geometry", reason)
    good = highest_parts(good) if good.geom_type == "GeometryCollection" else good
    return good, Issue("geometry-repaired", _change(shape, good, reason), label, "geometry", reason)


def _change(before: shapely.Geometry, after: shapely.Geometry, reason: str) -> Any:
    if shapely.get_dimensions(after) < _POLYGON or not before.area:
        return M("The shape was repaired ({reason}).", reason=reason)
    share = round((after.area - before.area) / before.area, 2) + 0.0  # no “-0 %”
    return M("The shape was repaired ({reason}); its area changed by {share}.", reason=reason, share=Percent(share))


STEPS: tuple[Step, ...] = (_flat, _straight, _placed)
