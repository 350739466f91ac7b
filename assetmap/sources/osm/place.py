"""Where is the place of that name, and what is its outline?

OpenStreetMap's gazetteer Nominatim is asked through osmnx. One name may mean several places: the most important one is
taken and the others are said. A place without an outline gets a circle, and that is said too.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyproj
import shapely
from shapely.geometry import shape

from assetmap.atomic import replacing
from assetmap.errors import InputError, PlaceNotFound, StoreError
from assetmap.messages import M, Message
from assetmap.model.crs import WGS84, metric_crs, project
from assetmap.model.provenance import OSM_ATTRIBUTION, Provenance
from assetmap.settings import Settings
from assetmap.settings import settings as current_settings
from assetmap.sources.osm.service import ask
from assetmap.sources.source import Progress, silent

RADIUS_M = 800.0
"""Half-width of a place of which only a point or a line is known: ten minutes on foot. A default, not a norm."""
KEEP_S = 7 * 86_400
"""How long a downloaded answer counts as fresh, in seconds."""

_SETTLEMENTS = frozenset({"boundary", "place"})
_OUTLINES = _SETTLEMENTS | {"landuse"}
_NEAR_M = 3_000.0
_OTHERS = 5
_LONGEST_NAME = 200
_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class Located:
    """A place that was found.

    Attributes:
        name: What people call it.
        boundary: Its outline, Polygon or MultiPolygon in WGS84, valid.
        provenance: The OpenStreetMap object that it is.
        notes: What had to be decided: which of several places, or a circle for want of an outline.
    """

    name: str
    boundary: shapely.Polygon | shapely.MultiPolygon
    provenance: Provenance
    notes: tuple[Message, ...] = ()


def locate(place: str, *, settings: Settings | None = None, progress: Progress = silent) -> Located:
    """Find a place by name.

    Args:
        place: A name as people write it, such as "Christianshavn, Copenhagen".

    Raises:
        PlaceNotFound: The gazetteer has no such place.
        Offline: The gazetteer could not be reached or refused.
    """
    place = " ".join(place.split())
    found = _candidates(place, settings or current_settings(), progress) if 0 < len(place) <= _LONGEST_NAME else []
    if not found:
        raise PlaceNotFound(
            M("The gazetteer of OpenStreetMap found nothing for “{place}”. Expected the name of a place, with its town "
              "or country, such as “Christianshavn, Copenhagen”. Or give its position with --at LAT,LON --radius "
              "METRES, its outline with --boundary FILE, or a downloaded extract with --osm FILE.",
              place=place[:_LONGEST_NAME])
        )  # fmt: skip
    chosen = _choose(found)
    boundary = _polygons(chosen)
    notes = _others(place, chosen, found)
    if boundary is None:
        boundary = grown(shape(chosen["geojson"]), RADIUS_M)
        notes += (M("OpenStreetMap knows no outline of {name}. Taken instead: everything within {radius} m of it. "
                    "For another outline use --boundary FILE, or --at LAT,LON --radius METRES.",
                    name=chosen["display_name"], radius=round(RADIUS_M)),)  # fmt: skip
    return Located(_name(chosen), boundary, _provenance(chosen), notes)


def around(lat: float, lon: float, radius_m: float) -> shapely.Polygon:
    """The circle of a radius in metres around a position, as a Polygon in WGS84.

    Raises:
        InputError: The radius is not a positive number of metres.
        CRSError: The position is not on the globe.
    """
    if not 0 < radius_m < float("inf"):
        raise InputError(M("The radius {radius} is not a distance. Expected metres, such as 1000.", radius=radius_m))
    metric_crs(lon, lat)
    circle: shapely.Polygon = grown(shapely.Point(lon, lat), radius_m)
    return circle


def grown(geometry: Any, metres: float, *, quad_segs: int = 32) -> Any:
    """A geometry in WGS84 made larger by metres on all sides."""
    centre = geometry.centroid
    crs = metric_crs(centre.x, centre.y)
    return project(project(geometry, WGS84, crs).buffer(metres, quad_segs=quad_segs), crs, WGS84)


def fresh(path: Path) -> bool:
    """Whether a kept answer is there and not too old."""
    return path.is_file() and time.time() - path.stat().st_mtime < KEEP_S


@contextmanager
def kept_file(path: Path) -> Iterator[Path]:
    """A path to write to that becomes `path` when the block ends well; the folder is made if need be.

    Raises:
        StoreError: The disk is full, or the folder cannot be made or written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreError(
            M("The folder {folder} for downloads cannot be made ({fault}). Choose another with the setting “cache” "
              "(ASSETMAP_CACHE).", folder=path.parent, fault=fault.strerror)
        ) from fault  # fmt: skip
    with replacing(path) as unfinished:
        yield unfinished


def _candidates(place: str, settings: Settings, progress: Progress) -> list[dict[str, Any]]:
    """What the gazetteer answers, the most important first, settlements before other things of the name."""
    key = hashlib.sha256("\n".join([settings.nominatim_url, settings.lang, place]).encode()).hexdigest()[:32]
    kept = settings.cache / "nominatim" / f"{key}.json"
    if fresh(kept):
        answer = json.loads(kept.read_text(encoding="utf-8"))
    else:
        progress(M("Looking for “{place}” in the gazetteer of OpenStreetMap.", place=place), None)
        answer = ask(settings.nominatim_url, list, lambda osmnx: _search(osmnx, place), settings, progress)
        with kept_file(kept) as file:
            file.write_text(json.dumps(answer), encoding="utf-8")
    usable = [r for r in answer if {"lat", "lon", "geojson", "display_name"} <= r.keys()]
    return sorted(usable, key=lambda r: (r.get("class") not in _SETTLEMENTS, -float(r.get("importance") or 0)))


def _search(osmnx: Any, place: str) -> None:
    # osmnx gives one polygon or raises where there is none. The whole answer has been heard by then, and says more.
    with suppress(LookupError, TypeError, ValueError):
        osmnx.geocode_to_gdf(place)


def _choose(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The best candidate; where it is only a point, the outline of the same name around or beside it, if any."""
    best = found[0]
    if _polygons(best) is not None:
        return best
    for other in found:
        same = other.get("class") in _OUTLINES and _name(other) == _name(best)
        if same and _polygons(other) is not None and _beside(other, best):
            return other
    return best


def _others(place: str, chosen: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> tuple[Message, ...]:
    """A note that names the other settlements of that name, if there are any elsewhere."""
    elsewhere = [r for r in found if r.get("class") in _SETTLEMENTS and not _beside(r, chosen)]
    names = list(dict.fromkeys(r["display_name"] for r in elsewhere))
    if not names:
        return ()
    listed = "; ".join(names[:_OTHERS]) + (" …" if len(names) > _OTHERS else "")
    note = M("“{place}” is the name of several places. Taken: {chosen}. Others: {others}. If another one is meant, "
             "write its town and country too.", place=place, chosen=chosen["display_name"], others=listed)  # fmt: skip
    return (note,)


def _beside(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two results are the same spot on the map: they meet, or their middles are near each other."""
    (x0, y0), (x1, y1) = ((float(r["lon"]), float(r["lat"])) for r in (one, other))
    if _GEOD.inv(x0, y0, x1, y1)[2] < _NEAR_M:
        return True
    return bool(shapely.make_valid(shape(one["geojson"])).intersects(shapely.make_valid(shape(other["geojson"]))))


def _polygons(result: Mapping[str, Any]) -> shapely.Polygon | shapely.MultiPolygon | None:
    if result["geojson"].get("type") not in {"Polygon", "MultiPolygon"}:
        return None
    valid = shapely.make_valid(shape(result["geojson"]), method="structure", keep_collapsed=False)
    return None if valid.is_empty else valid


def _name(result: Mapping[str, Any]) -> str:
    return str(result.get("name") or result["display_name"].partition(",")[0])


def _provenance(result: Mapping[str, Any]) -> Provenance:
    kind, number = result.get("osm_type"), result.get("osm_id")
    url = f"https://www.openstreetmap.org/{kind}/{number}" if kind and number else ""
    return Provenance("osm", "OpenStreetMap", "ODbL-1.0", OSM_ATTRIBUTION, date.today().isoformat(), url=url)
