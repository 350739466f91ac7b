"""Which part of the map is sea, when the data only holds coastlines?

OpenStreetMap draws a coastline so that land lies on its left and water on its right. The lines and the edge of the
area cut the area into faces; each face is judged by the coastline along it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

SURE = 3.0
"""How many times more coastline must say "sea" than "land" before a face is drawn as sea."""

HEADING = 0.05
"""The last stretch of a cut coastline that tells where it was heading, as a share of the area's side."""


def sea(coastlines: Any, area: shapely.Polygon) -> shapely.Geometry:
    """The sea within an area, as a (possibly empty) polygon or multipolygon.

    Args:
        coastlines: Directed LineStrings, an array of them, land on the left, in the coordinates of `area`.
        area: A rectangle or another polygon without holes.

    A coastline that ends inside the area (a file that was cut) is led on to the edge as it was heading. A face whose
    coastlines contradict one another is left as land.
    """
    lines = shapely.line_merge(shapely.union_all(np.asarray(coastlines, dtype=object)), directed=True)
    lines = shapely.get_parts(shapely.intersection(lines, area))
    lines = lines[shapely.get_type_id(lines) == 1]
    if not len(lines):
        return shapely.Polygon()
    cuts = shapely.union_all([*lines, *_led_to_edge(lines, area), area.exterior])
    faces = shapely.get_parts(shapely.polygonize([cuts]))
    return shapely.union_all(faces[_is_sea(faces, lines, area)])


def _led_to_edge(lines: Any, area: shapely.Polygon) -> list[shapely.Geometry]:
    """For each loose end inside the area, the straight line on to the edge as the coast was heading; to the nearest
    edge where that would cross a coastline."""
    reach = np.sqrt(area.area)
    ends = [(line, back) for line in lines if not line.is_closed for back in (False, True)]
    tips = np.array([shapely.get_point(line, 0 if back else -1) for line, back in ends], dtype=object)
    touching = shapely.STRtree(lines).query(tips, predicate="dwithin", distance=reach * 1e-9)[0]
    alone = np.bincount(touching, minlength=len(ends)) == 1
    out = []
    for (line, back), tip, single in zip(ends, tips, alone, strict=True):
        if not single or tip.distance(area.exterior) <= reach * 1e-9:
            continue
        stretch = min(reach * HEADING, line.length)
        before = line.interpolate(stretch if back else line.length - stretch)
        ahead = np.array([tip.x - before.x, tip.y - before.y])
        ray = shapely.LineString([(tip.x, tip.y), np.array([tip.x, tip.y]) + ahead / np.hypot(*ahead) * 3 * reach])
        onward = shapely.shortest_line(tip, shapely.intersection(ray, area.exterior))
        crosses = any(shapely.intersection(onward, other).difference(tip.buffer(reach * 1e-9)) for other in lines)
        out.append(shapely.shortest_line(tip, area.exterior) if crosses else onward)
    return out


def _is_sea(faces: Any, lines: Any, area: shapely.Polygon) -> Any:
    """One bool per face: the coastline beside it says by length that it is sea."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    start, step = xy[:-1][same], np.diff(xy, axis=0)[same]
    length = np.hypot(*step.T)
    start, step, length = start[length > 0], step[length > 0], length[length > 0]
    aside = np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None] * np.sqrt(area.area) * 1e-6
    tree = shapely.STRtree(faces)
    votes = []
    for side in (aside, -aside):  # left is land, right is sea
        segment, face = tree.query(shapely.points(start + step / 2 + side), predicate="within")
        votes.append(np.bincount(face, weights=length[segment], minlength=len(faces)))
    return votes[1] > SURE * votes[0]
