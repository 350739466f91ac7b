"""Where should somebody with an hour walk, to see whether the most doubtful records are still true?

A round from a starting point past the stops that take away most doubt within the time, and back. Where the caller knows
the streets it brings the distances (`assetmap.walk.legs`); without them straight lines count, lengthened by
`DETOUR`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.crs import metric_crs_of, to_wgs84
from assetmap.upkeep.orienteering import best_round

Metres = Callable[[gpd.GeoSeries], NDArray[np.float64]]
"""Metres on foot between n points in WGS84, as a symmetric array of shape (n, n); infinity where there is no way."""
Legs = Callable[[gpd.GeoSeries], Sequence[Any]]
"""The way from each of n points in WGS84 to the next one, as n − 1 LineStrings in WGS84; None where there is none."""

DETOUR = 1.3
"""Metres walked per metre of straight line in a town: Gonçalves et al. 2014 and many others find 1.2 to 1.4."""
STOP_MINUTES = 3.0
CANDIDATES = 200
"""So many records are looked at; with three minutes at each, an hour has room for twenty at most."""
LONGEST_MIN = 240.0
_SCALE = 1.001
"""A straight line is no longer than the way on foot, but for the scale of the map projection."""


@dataclass(frozen=True)
class Walk:
    """A round that begins and ends at the same point.

    Attributes:
        stops: Ids of the records in the order in which they are passed.
        metres: Length of the round. leg_metres: Of each leg, one more than there are stops (the last leads back).
        minutes: What it takes, walking and at the stops.
        left_out: Ids of the other records that have a place and a doubt, most doubtful first.
        nowhere: Ids of records without a place on the map or a way to it.
        start: Where it begins and ends, in WGS84.
        points: Where each stop is met: one point per stop in WGS84, in their order, index the ids.
        geometry: The round as lines in WGS84, or None where no legs were given or a leg has no way.
        caveats: What whoever walks it should know.
    """

    stops: tuple[str, ...]
    metres: float
    leg_metres: tuple[float, ...]
    minutes: float
    left_out: tuple[str, ...] = field(repr=False)
    nowhere: tuple[str, ...] = field(repr=False)
    start: shapely.Point
    points: gpd.GeoSeries = field(repr=False)
    geometry: Any = field(default=None, repr=False)
    caveats: tuple[Message, ...] = ()


def verification_walk(
    doubt: pd.Series[float],
    places: gpd.GeoSeries,
    start: shapely.Point,
    *,
    minutes: float = 60.0,
    stop_minutes: float = STOP_MINUTES,
    speed_kmh: float = 4.8,
    metres: Metres | None = None,
    legs: Legs | None = None,
) -> Walk:
    """The round past the records whose doubts are worth most within the time.

    Args:
        doubt: How doubtful each record is, from 0 to 1; index the ids (the column `doubt` of `doubts`).
        places: Where each record is met, index the ids, any CRS. Of lines and areas a point on them is taken: give
            their doors (`assetmap.walk.legs.doors_towards`) where the streets are known. None: no place.
        start: Longitude and latitude of where it begins and ends.
        minutes: How long it may take, stops included. stop_minutes: How long one looks at each record.
        speed_kmh: How fast one walks.
        metres: Distances on foot; None for straight lines times `DETOUR`. legs: The ways, for drawing.

    Returns:
        The same arguments always give the same round. Records that are not doubtful at all are not visited.

    Raises:
        InputError: The minutes, the speed or the start make no sense.
    """
    _check(start, minutes, stop_minutes, speed_kmh)
    per_metre = 0.06 / speed_kmh
    points = _points(places.reindex(doubt.index))
    doubtful = doubt[doubt > 0].sort_values(ascending=False, kind="stable")
    placed = doubtful.index[points[doubtful.index].notna()]
    chosen = _candidates(doubtful[placed], points[placed], start, (minutes - stop_minutes) / per_metre / 2,
                         stop_minutes / per_metre)  # fmt: skip
    asked = _with_start(start, points[chosen])
    far = (metres or straight)(asked)
    order = best_round(far * per_metre, np.array([0.0, *doubtful[chosen]]), minutes, stop_minutes)
    lost = chosen[np.isinf(far[0, 1:])]
    ids = chosen[np.array(order, dtype=np.int64) - 1] if order else chosen[:0]
    settled = {*ids, *lost}
    leg_metres = tuple(float(far[a, b]) for a, b in pairwise([0, *order, 0])) if order else ()
    return Walk(
        stops=tuple(ids),
        metres=sum(leg_metres),
        leg_metres=leg_metres,
        minutes=sum(leg_metres) * per_metre + stop_minutes * len(order),
        left_out=tuple(key for key in placed if key not in settled),
        nowhere=(*doubtful.index.difference(placed, sort=False), *lost),
        start=start,
        points=points[ids],
        geometry=_drawn(legs, start, points[ids]) if order and legs is not None else None,
        caveats=_caveats(metres is None, len(ids), len(doubtful), len(doubtful) - len(placed) + len(lost)),
    )


def straight(points: gpd.GeoSeries) -> NDArray[np.float64]:
    """Straight lines between points times `DETOUR`, in metres, shape (n, n). Any CRS, none missing."""
    xy = shapely.get_coordinates(points.to_crs(metric_crs_of(points)).to_numpy())
    return np.asarray(np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)) * DETOUR)


def _check(start: shapely.Point, minutes: float, stop_minutes: float, speed_kmh: float) -> None:
    if not (0 < minutes <= LONGEST_MIN and 0 <= stop_minutes <= minutes and 0 < speed_kmh <= 15):
        raise InputError(
            M("A walk of {minutes} minutes at {speed} km/h with {stop} minutes at each stop cannot be planned. "
              "Expected at most {most} minutes, a stop no longer than the walk, and a speed of at most 15 km/h.",
              minutes=minutes, speed=speed_kmh, stop=stop_minutes, most=LONGEST_MIN)
        )  # fmt: skip
    if start.is_empty or not (abs(start.x) <= 180 and abs(start.y) <= 90):
        raise InputError(M("“{at}” is no position. Expected longitude and latitude in degrees, such as 12.591, 55.673.",
                           at=start.wkt))  # fmt: skip


def _points(places: gpd.GeoSeries) -> gpd.GeoSeries:
    """The places in WGS84, each as one point or None."""
    shapes = np.asarray(to_wgs84(places).to_numpy(), dtype=object)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    wide = there & (shapely.get_type_id(shapes) != 0)
    shapes[wide] = shapely.point_on_surface(shapes[wide])
    shapes[~there] = None
    return gpd.GeoSeries(shapes, index=places.index, crs=4326)


def _with_start(start: shapely.Point, points: gpd.GeoSeries) -> gpd.GeoSeries:
    return gpd.GeoSeries([start, *points], crs=4326)


def _candidates(
    doubt: pd.Series[float], points: gpd.GeoSeries, start: shapely.Point, radius: float, stop: float
) -> pd.Index:
    """The ids that may be worth visiting: no farther off than half the walk, at most `CANDIDATES`, those first that
    take away most doubt for the way there and the stop (both in metres)."""
    asked = _with_start(start, points)
    crs = metric_crs_of(asked[:1])
    metric = asked.to_crs(crs)
    off = metric.iloc[1:].distance(metric.iloc[0]).to_numpy()
    rate = pd.Series(doubt.to_numpy() / np.maximum(stop + off, 1.0), index=doubt.index)[off <= radius * _SCALE]
    ranked: pd.Index = rate.sort_values(ascending=False, kind="stable").index[:CANDIDATES]
    return ranked


def _drawn(legs: Legs, start: shapely.Point, points: gpd.GeoSeries) -> Any:
    ways = list(legs(gpd.GeoSeries([start, *points, start], crs=4326)))
    return None if any(way is None for way in ways) else shapely.MultiLineString(ways)


def _caveats(guessed: bool, visited: int, doubtful: int, nowhere: int) -> tuple[Message, ...]:
    said = []
    if doubtful and nowhere == doubtful:
        return (M("No way leads from the start to any record in doubt. Choose a start on a street of the map."),)
    if guessed:
        said.append(M("The distances are straight lines times {factor}, as the streets were not known.", factor=DETOUR))
    if doubtful > visited:
        said.append(Mn("One more record is in doubt; the time did not suffice for it, or it has no place on the map.",
                       "{n} more records are in doubt; the time did not suffice for them, or they have no place on "
                       "the map.", doubtful - visited))  # fmt: skip
    return tuple(said)
