"""What does a tap on the map mean for the place of an asset, and how far apart are two places?

Whoever taps thinks of latitude and longitude; an asset has a shape in WGS84, which may be a line or an area.
"""

from __future__ import annotations

from typing import Any

import pyproj
import shapely
from shapely.affinity import translate

_EARTH = pyproj.Geod(ellps="WGS84")

At = tuple[float, float]


def spot(at: At) -> shapely.Point:
    """The point of a latitude and longitude."""
    return shapely.Point(at[1], at[0])


def pin_of(shape: Any) -> At | None:
    """Latitude and longitude where the map shows a shape; None where there is none."""
    if shape is None or shape.is_empty:
        return None
    point = shapely.point_on_surface(shape)
    return point.y, point.x


def moved(shape: Any, at: At) -> Any:
    """A shape, moved so that its pin stands there. Lines and areas keep their form."""
    here = pin_of(shape)
    if here is None or shape.geom_type == "Point":
        return spot(at)
    return translate(shape, at[1] - here[1], at[0] - here[0])


def lies_in(boundary: Any, at: At) -> bool:
    """Whether a place lies in a boundary; anywhere does where there is none."""
    return bool(boundary.is_empty or shapely.intersects(boundary, spot(at)))


def metres_between(one: Any, other: Any) -> float | None:
    """How far apart the pins of two shapes are, in metres; None where one has no place."""
    here, there = pin_of(one), pin_of(other)
    if here is None or there is None:
        return None
    return float(_EARTH.inv(here[1], here[0], there[1], there[0])[2])
