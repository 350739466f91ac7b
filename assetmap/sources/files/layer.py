"""What does a reader of vector files hand on?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd

from assetmap.messages import Message
from assetmap.model.issues import Issue


@dataclass(frozen=True, eq=False)
class Layer:
    """The features of one layer of a file.

    Attributes:
        name: What the file calls it, or the file's name.
        frame: Attributes as columns, geometry (None where a feature has none), CRS as the file says it or None, index
            the number of the feature in the file, from 1.
        rejected: Features that have no usable geometry: their attributes, `row` and `reason` (a Message).
        issues, notes: What was imperfect, and what the reader chose.
        read_as: The EPSG code and whether the axes were exchanged, where that was told from the numbers; else None.
        shapeless: The file is a table: it has no geometry at all, though perhaps columns with coordinates.
    """

    name: str
    frame: gpd.GeoDataFrame
    rejected: tuple[dict[str, Any], ...] = ()
    issues: tuple[Issue, ...] = ()
    notes: tuple[Message, ...] = ()
    read_as: tuple[int, bool] | None = None
    shapeless: bool = False
