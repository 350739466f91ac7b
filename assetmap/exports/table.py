"""How do shapes become columns where a format has only cells?

A point inside each shape as two columns, and, for whatever is more than a point, the whole shape as text (WKT).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from assetmap.exports.content import Content
from assetmap.model.crs import WGS84


def cells(content: Content) -> pd.DataFrame:
    """The columns of a content, then longitude and latitude (or east and north), then `wkt`."""
    frame = content.frame
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    points = shapely.point_on_surface(shapes)
    degrees = frame.crs == WGS84
    names = ("longitude", "latitude") if degrees else ("east", "north")
    table = pd.DataFrame(frame[content.columns])
    for name, read in zip(names, (shapely.get_x, shapely.get_y), strict=True):
        table[_free(name, table)] = np.round(read(points), 7 if degrees else 2)
    texts = shapely.to_wkt(shapes, rounding_precision=7 if degrees else 2)
    dots = shapely.get_type_id(shapes) == 0
    wkt = [None if dot else text for text, dot in zip(texts, dots, strict=True)]
    table[_free("wkt", table)] = pd.Series(wkt, index=table.index, dtype="str")
    if not degrees:
        table[_free("crs", table)] = f"EPSG:{frame.crs.to_epsg()}" if frame.crs.to_epsg() else frame.crs.name
    return table


def _free(name: str, table: pd.DataFrame) -> str:
    while name in table:
        name += "_"
    return name
