"""May one walk here? The foot filter over OpenStreetMap ways.

Kept on purpose: cycleways (shared paths are the norm in the Nordic countries), service ways, tracks, steps; `oneway`
is for vehicles. Dropped: what is closed to people on foot, private, not built, or for motors only.
"""

from __future__ import annotations

from collections.abc import Mapping

_NOT_WALKED = frozenset({
    "motorway", "motorway_link", "proposed", "construction", "abandoned", "platform", "raceway", "razed", "disused",
    "planned", "bus_guideway", "busway", "escape", "services", "rest_area", "via_ferrata", "elevator", "corridor", "no",
})  # fmt: skip
_WELCOME = frozenset({"yes", "designated", "permissive", "official", "destination", "customers", "permit"})
_CLOSED = frozenset({"no", "private"})


def walkable(tags: Mapping[str, str]) -> bool:
    """Whether people may walk on a way with these tags."""
    highway = tags.get("highway")
    if highway is None or highway in _NOT_WALKED or tags.get("motorroad") == "yes":
        return False
    foot = tags.get("foot")
    if foot in _CLOSED or (foot not in _WELCOME and tags.get("access") in _CLOSED):
        return False
    return tags.get("service") != "private" and tags.get("indoor", "no") == "no"


def stepped(tags: Mapping[str, str]) -> bool:
    """Whether the way is steps that stop a pram: `highway=steps` without a ramp."""
    ramps = (tags.get("ramp"), tags.get("ramp:stroller"), tags.get("ramp:wheelchair"))
    return tags.get("highway") == "steps" and "yes" not in ramps


def barred(access: str) -> bool:
    """Whether a gate with this access tag is closed to the public."""
    return access in _CLOSED
