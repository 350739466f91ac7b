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


def sea(coastlines: Any, area: shapely.Polygon) -> shapely.Geometry:
    """The sea within an area, as a (possibly empty) polygon or multipolygon.

    Args:
        coastlines: Directed LineStrings, an array of them, land on the left, in the coordinates of `area`.
        area: A rectangle or another polygon without holes.

    A coastline that ends inside the area (a file that was cut) is led on to the nearest edge. A face whose coastlines
    contradict one another is left as land.
    """
    lines = shapely.line_merge(shapely.union_all(np.asarray(coastlines, dtype=object)), directed=True)
    lines = shapely.get_parts(shapely.intersection(lines, area))
    lines = lines[shapely.get_type_id(lines) == 1]
    if not len(lines):
        return shapely.Polygon()
    cuts = shapely.union_all([*lines, *_led_to_edge(lines, area), area.exterior])
    faces = shapely.get_parts(shapely.polygonize([cuts]))
    return shapely.union_all(faces[_is_sea(faces, lines, area)])


def _led_to_edge(lines: Any, area: shapely.Polygon) -> Any:
    """For each loose end inside the area, the straight line to the nearest edge."""
    open_lines = lines[~shapely.is_closed(lines)]
    ends = shapely.get_point(np.concatenate([open_lines, open_lines]), np.repeat([0, -1], len(open_lines)))
    places, times = np.unique(shapely.get_coordinates(ends), axis=0, return_counts=True)
    loose = shapely.points(places[times == 1]) if len(places) else np.array([], dtype=object)
    loose = loose[shapely.distance(loose, area.exterior) > 0]
    return shapely.shortest_line(loose, area.exterior)


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
