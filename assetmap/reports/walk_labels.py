"""Where do numbers and street names stand on a small map, so that none covers another?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetmap.reports.on_paper import short

Floats = NDArray[np.float64]
_ROUNDS = 200
_PULL = 0.05
_SIZE = 14.0
_LETTER = 0.56
"""Width of a letter as a share of its height, in a plain typeface."""
_ON_STREET = 60.0
_OFF = 15.0
_TRIES = 8
_LONGEST = 40


def apart(spots: Floats, least: float, box: tuple[float, float, float, float]) -> Floats:
    """Places for marks as near to their spots as they can be without one covering another.

    Args:
        spots: Where they belong, shape (n, 2). least: How far two marks must be apart. box: Left, top, right, bottom
            that they may not leave.
    """
    n = len(spots)
    # marks on one spot leave it in different directions
    turn = np.arange(n) * 2.399963
    marks = spots + np.column_stack([np.cos(turn), np.sin(turn)]) * 1e-3
    for step in range(_ROUNDS):
        marks = marks + (spots - marks) * _PULL * (1 - step / _ROUNDS)
        gap = marks[:, None, :] - marks[None, :, :]
        far = np.hypot(gap[..., 0], gap[..., 1]) + np.eye(n) * least
        push = np.clip(least - far, 0, None) / 2
        marks = marks + (gap / far[..., None] * push[..., None]).sum(axis=1)
        marks = np.clip(marks, box[:2], box[2:])
    return np.asarray(marks)


def street_names(
    streets: NDArray[np.object_],
    points: NDArray[np.object_],
    lines: NDArray[np.object_],
    taken: NDArray[np.object_],
    frame: Any,
) -> list[tuple[str, float, float, float, float]]:
    """Names of streets that fit on the drawing, those with most addresses first.

    Args:
        streets: Name of the street of each address. points: Where these lie. lines: Pieces of street. taken: Shapes
            that must stay free. frame: The area that names may not leave. All in units of the drawing.

    Returns:
        Text, x, y, angle in degrees (never upside down) and height of each name.
    """
    if not len(streets) or not len(lines):
        return []
    tree, placed, made = shapely.STRtree(lines), list(taken), []
    table = pd.DataFrame({"street": streets, "x": shapely.get_x(points), "y": shapely.get_y(points)})
    groups = [(str(name), rows) for name, rows in table.groupby("street")]
    for name, rows in sorted(groups, key=lambda group: (-len(group[1]), group[0])):
        text = short(name, _LONGEST)
        for x, y, angle in _beside(tree, rows[["x", "y"]].to_numpy()):
            box = _box(x, y, angle, len(text) * _SIZE * _LETTER, _SIZE)
            if shapely.contains(frame, box) and not shapely.intersects(np.array(placed, dtype=object), box).any():
                placed.append(box)
                made.append((text, x, y, angle, _SIZE))
                break
    return made


def _beside(tree: shapely.STRtree, xy: Floats) -> Iterator[tuple[float, float, float]]:
    """Places for the name of a street with addresses at `xy`: on it or close beside it, from its middle outward."""
    order = np.argsort(np.hypot(*(xy - np.median(xy, axis=0)).T), kind="stable")
    for at in xy[order[:: max(1, len(order) // _TRIES)]]:
        spot: Any = shapely.Point(at)
        nearest = tree.query_nearest(spot, max_distance=_ON_STREET, all_matches=False)
        if not len(nearest):
            continue
        line = tree.geometries[nearest[0]]
        along = line.project(spot)
        (ax, ay), (bx, by) = (line.interpolate(max(min(along + d, line.length), 0.0)).coords[0] for d in (-5, 5))
        turn = math.atan2(by - ay, bx - ax)
        on = line.interpolate(along)
        for off in (0.0, _OFF, -_OFF):
            angle = (math.degrees(turn) + 90) % 180 - 90
            yield on.x - off * math.sin(turn), on.y + off * math.cos(turn), angle


def _box(x: float, y: float, angle: float, wide: float, high: float) -> Any:
    box = shapely.box(-wide / 2 - 4, -high / 2 - 2, wide / 2 + 4, high / 2 + 2)
    turn = math.radians(angle)
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return shapely.transform(box, lambda xy: xy @ matrix + (x, y))
