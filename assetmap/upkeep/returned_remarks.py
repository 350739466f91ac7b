"""What should somebody look at once more before a file that came home is let in?

Nothing is refused here. Two slips look like work well done and are found late: latitude and longitude in each other's
cells, and a new row for what is there already, often since the same file came home before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import pyproj
import shapely
import shapely.ops

from assetmap.messages import M, Message
from assetmap.upkeep.steps import Plan, Step

FAR_M = 50_000
"""So many metres outside the study area nobody moves an asset on purpose."""
Known = Iterable[tuple[str | None, str]]
_EARTH = pyproj.Geod(ellps="WGS84")


def with_remarks(plan: Plan, known: Callable[[], Known], boundary: Callable[[], shapely.Geometry]) -> Plan:
    """The plan, with a remark at each step that may be a slip; what has a remark keeps it.

    Args:
        known: Name and category of every asset that there is; asked where something is new.
        boundary: The study area in WGS84; asked where something gets a place.
    """
    pairs = set(known()) if plan.of("new") else set()
    area = boundary() if any(_place(step) is not None for step in plan.steps) else None
    steps = tuple(
        step if step.reason is not None else dataclasses.replace(step, reason=_remark(step, pairs, area))
        for step in plan.steps
    )
    return dataclasses.replace(plan, steps=steps)


def _remark(step: Step, pairs: set[tuple[str | None, str]], area: shapely.Geometry | None) -> Message | None:
    place = _place(step)
    if place is not None and area is not None and (metres := _away_m(place, area)) > FAR_M:
        return M("lies {km} km from here; see whether latitude and longitude are in the right cells",
                 km=round(metres / 1000))  # fmt: skip
    if step.what == "new" and step.mine.get("name") and (step.mine["name"], step.mine["category"]) in pairs:
        return M("there is an asset of that name and category already; if it is the same, take the assets out again "
                 "and edit it there")  # fmt: skip
    return None


def _place(step: Step) -> Any:
    """Where a step puts its asset; None where it puts it nowhere."""
    if step.what == "new":
        return step.mine.get("geometry")
    return step.mine if step.what in ("changed", "conflict") and step.field == "geometry" else None


def _away_m(place: shapely.Geometry, area: shapely.Geometry) -> float:
    """Metres between the nearest corners of two shapes in WGS84, straight over the ground."""
    (x, y), (east, north) = (point.coords[0] for point in shapely.ops.nearest_points(shapely.force_2d(place), area))
    return float(_EARTH.inv(x, y, east, north)[2])
