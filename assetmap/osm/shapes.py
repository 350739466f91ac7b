"""What does a base map show of a thing with these tags?"""

from __future__ import annotations

from collections.abc import Mapping

ROADS = {
    "motorway": "motorway", "motorway_link": "motorway", "trunk": "major", "trunk_link": "major", "primary": "major",
    "primary_link": "major", "secondary": "major", "secondary_link": "major", "tertiary": "minor",
    "tertiary_link": "minor", "unclassified": "minor", "residential": "minor", "living_street": "minor",
    "road": "minor", "service": "service", "pedestrian": "pedestrian", "footway": "path", "path": "path",
    "cycleway": "path",
    "bridleway": "path", "corridor": "path", "steps": "steps", "track": "track",
}  # fmt: skip
_GREEN = {
    ("leisure", "park"): "park", ("leisure", "garden"): "park", ("leisure", "nature_reserve"): "wood",
    ("leisure", "pitch"): "pitch", ("leisure", "playground"): "park", ("leisure", "golf_course"): "grass",
    ("leisure", "common"): "grass", ("natural", "wood"): "wood", ("landuse", "forest"): "wood",
    ("natural", "scrub"): "wood", ("natural", "heath"): "grass", ("natural", "grassland"): "grass",
    ("natural", "beach"): "beach", ("natural", "sand"): "beach", ("landuse", "grass"): "grass",
    ("landuse", "meadow"): "grass", ("landuse", "village_green"): "grass", ("landuse", "recreation_ground"): "grass",
    ("landuse", "farmland"): "farm", ("landuse", "orchard"): "farm", ("landuse", "allotments"): "allotments",
    ("landuse", "cemetery"): "cemetery", ("amenity", "grave_yard"): "cemetery",
}  # fmt: skip
_BUILT = frozenset({"residential", "industrial", "commercial", "retail", "railway", "construction", "military"})
_WATER = {
    ("natural", "water"), ("waterway", "riverbank"), ("waterway", "dock"), ("landuse", "basin"),
    ("landuse", "reservoir"),
}  # fmt: skip
_STREAMS = frozenset({"river", "stream", "canal"})
_RAIL = frozenset({"rail", "light_rail", "subway", "tram", "narrow_gauge"})

Shape = tuple[str, str]
"""Layer and class."""


def area_shape(tags: Mapping[str, str]) -> Shape | None:
    """The layer and class of a polygon on the base map, or None if it is not drawn."""
    if _underground(tags):
        return None
    if tags.get("building", "no") != "no":
        return "building", ""
    if any(tags.get(key) == value for key, value in _WATER):
        return "water", tags.get("water", "")
    if tags.get("highway") in {"pedestrian", "footway"} or tags.get("place") == "square":
        return "plaza", ""
    if tags.get("man_made") in {"pier", "breakwater"}:
        return "pier", ""
    for key in ("leisure", "natural", "landuse", "amenity"):
        if cls := _GREEN.get((key, tags.get(key, ""))):
            return "green", cls
    return ("built", tags["landuse"]) if tags.get("landuse") in _BUILT else None


def line_shape(tags: Mapping[str, str]) -> Shape | None:
    """The layer and class of a line on the base map, or None if it is not drawn."""
    if tags.get("natural") == "coastline":
        return "coastline", ""
    if _underground(tags) and tags.get("highway") is None:
        return None
    if cls := ROADS.get(tags.get("highway", "")):
        return "road", cls
    if tags.get("waterway") in _STREAMS:
        return "waterway", tags["waterway"]
    if tags.get("railway") in _RAIL:
        return "rail", tags["railway"]
    return ("pier", "") if tags.get("man_made") == "pier" else None


def _underground(tags: Mapping[str, str]) -> bool:
    return tags.get("tunnel", "no") not in {"no", "building_passage"} or tags.get("location") == "underground"
