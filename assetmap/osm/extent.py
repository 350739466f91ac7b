"""Which area does a map file cover that does not say so?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetmap.errors import NothingFound
from assetmap.messages import M
from assetmap.model.crs import WGS84, metric_crs, project
from assetmap.osm.data import OsmData

_HULL = 0.2
_ENOUGH = 50
_LINES = frozenset({"public_transport", "highway", "railway"})


def covered(data: OsmData) -> shapely.Geometry:
    """The area that a map covers which does not say so.

    Ways that leave an extract are often kept whole, and stick out of it like hairs; places that are single points are
    not. So the hull is drawn around the streets and addresses within the box of such points; where there are too few
    of them, around all streets but the outermost 0.5 % at each side.

    Raises:
        NothingFound: There are too few streets to tell.
    """
    lonlat = np.concatenate([data.ways.lonlat, shapely.get_coordinates(data.addresses.geometry.to_numpy())])
    if len(lonlat) < 3:
        raise NothingFound(
            M(
                "The file {file} holds too few streets to tell which area it covers. Give --boundary FILE.",
                file=data.file,
            )
        )
    alone = _single_points(data)
    if len(alone) >= _ENOUGH:
        low, high = alone.min(axis=0), alone.max(axis=0)
    else:
        low, high = np.quantile(lonlat, [0.005, 0.995], axis=0)
    kept = lonlat[((lonlat >= low) & (lonlat <= high)).all(axis=1)]
    crs = metric_crs(*kept.mean(axis=0))
    hull = shapely.concave_hull(project(shapely.MultiPoint(kept), WGS84, crs), ratio=_HULL)
    return project(shapely.simplify(shapely.buffer(hull, 20), 5), crs, WGS84)


def _single_points(data: OsmData) -> NDArray[np.float64]:
    """Longitude and latitude of places that are a point of their own: no corner of a street, and no stop, since the
    stops of a bus line come along whole."""
    places = data.features[~data.features["tags"].map(lambda tags: bool(_LINES & tags.keys())).astype(bool)]
    points = pd.concat([places.geometry, data.addresses.geometry])
    points = points[points.index.str.startswith("node/") & ~points.index.duplicated()]
    number = points.index.str.removeprefix("node/").astype("int64")
    lonlat: NDArray[np.float64] = shapely.get_coordinates(points[~np.isin(number, data.ways.refs)].to_numpy())
    return lonlat
