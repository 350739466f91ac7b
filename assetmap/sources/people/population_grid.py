"""Where is the grid cell that a Norwegian statistics id names?

SSB's cell id is (x + 2,000,000) · 10⁷ + y of the cell's lower left corner in EPSG:25833, in metres.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from assetmap.errors import InputError
from assetmap.messages import Mn

GRID_EPSG = 25833
_FALSE_EAST, _SCALE = 2_000_000, 10_000_000
# The mainland and Svalbard with room around, in metres: an id outside is no cell id.
_EAST, _NORTH = (-300_000, 1_200_000), (6_300_000, 9_000_000)


def cell_squares(ids: pd.Series, side: int, file: str) -> gpd.GeoSeries:
    """The squares of cells, EPSG:25833, index as given.

    Args:
        ids: Cell ids as integers, or as text or floats that are whole numbers.
        side: Side of a cell in metres.

    Raises:
        InputError: Some id names no cell of that grid in Norway.
    """
    number = pd.to_numeric(ids, errors="coerce")
    whole: npt.NDArray[np.int64] = number.fillna(-1).to_numpy(np.int64)
    x, y = whole // _SCALE - _FALSE_EAST, whole % _SCALE
    good = (_EAST[0] <= x) & (x <= _EAST[1]) & (_NORTH[0] <= y) & (y <= _NORTH[1]) & (x % side == 0) & (y % side == 0)
    if not good.all():
        bad = ids[~good]
        raise InputError(
            Mn("{n} of the {rows} cell ids in {file} names no cell of a {side} m grid: “{example}”. Expected SSB's "
               "ids, (x + 2 000 000) · 10⁷ + y of the lower left corner in EPSG:25833: 13 or 14 digits.",
               "{n} of the {rows} cell ids in {file} name no cell of a {side} m grid, such as “{example}”. Expected "
               "SSB's ids, (x + 2 000 000) · 10⁷ + y of the lower left corner in EPSG:25833: 13 or 14 digits.",
               len(bad), rows=len(ids), file=file, side=side, example=str(bad.iloc[0])[:40])
        )  # fmt: skip
    return gpd.GeoSeries(shapely.box(x, y, x + side, y + side), index=ids.index, crs=GRID_EPSG)
