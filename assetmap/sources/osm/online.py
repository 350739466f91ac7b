"""How does a place come from OpenStreetMap over the network?

By name, outline, or point and radius: one download with the union of all keys that anything here needs, written as an
`.osm.pbf` that the reader of files reads. So the network and a downloaded extract give the same inventory.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.provenance import OSM_ATTRIBUTION, OSM_URL, Provenance
from assetmap.model.taxonomy import taxonomy
from assetmap.osm.overpass_file import Box, merge_parts, write_reply
from assetmap.settings import Settings
from assetmap.settings import settings as current_settings
from assetmap.sources.osm.place import Located, around, fresh, grown, kept_file, locate
from assetmap.sources.osm.reply import Trouble
from assetmap.sources.osm.service import ask, host, offline, wait_for_slot
from assetmap.sources.source import Progress, silent

HALO_M = 1_600.0
"""How far beyond the boundary is fetched unless told: twenty minutes on foot."""
LARGEST_KM2 = 500.0
"""A larger boundary is refused: public Overpass servers are shared, and a downloaded extract serves better."""
PART_M = 5_000.0
"""Longest side of one part of the download; what is too much for the server is quartered, down to `SMALLEST_M`."""
SMALLEST_M = 500.0

_BESIDE_TAXONOMY = ("highway", "building", "addr:housenumber", "barrier", "entrance", "natural", "waterway", "landuse",
                    "leisure", "railway", "man_made")  # fmt: skip
# With every value, these would bring the borders of countries and the coasts of islands, with all their nodes.
_ONLY_VALUES = frozenset({"boundary", "place"})
_GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class OsmOnline:
    """A download.

    Attributes:
        name: What people call the place; "" where only an outline was given.
        boundary: The study area, Polygon or MultiPolygon in WGS84.
        path: The `.osm.pbf` with everything in `extent`; ways that leave it are whole.
        extent: The area that was asked for: boundary and halo, as rectangles, in WGS84.
        data_date: The database's ISO date and time (UTC) of the oldest part, or "".
        provenance: Where and when it was fetched.
        notes: What had to be decided about the place.
    """

    name: str
    boundary: shapely.Polygon | shapely.MultiPolygon
    path: Path
    extent: shapely.Polygon | shapely.MultiPolygon
    data_date: str
    provenance: Provenance
    notes: tuple[Message, ...] = ()


def download_osm(
    place: str | None = None,
    *,
    boundary: shapely.Polygon | shapely.MultiPolygon | None = None,
    at: tuple[float, float] | None = None,
    radius: float | None = None,
    name: str = "",
    halo_m: float = HALO_M,
    folder: Path | None = None,
    settings: Settings | None = None,
    progress: Progress = silent,
) -> OsmOnline:
    """Fetch everything that an inventory needs, of one place.

    Overpass finds what has a point or an edge in the area. An outline so large that the whole area lies inside it (the
    land use of a city, a nature reserve) is not found; a halo makes that rare.

    Args:
        place: A name for the gazetteer; or else
        boundary: An outline in WGS84; or else
        at: Latitude and longitude in degrees, with
        radius: metres around it.
        name: What people call it, where the gazetteer is not asked.
        halo_m: Metres beyond the boundary to fetch too, so that people at its edge reach what lies outside.
        folder: Where the file goes; the cache unless told.

    Raises:
        PlaceNotFound: The gazetteer has no such place.
        InputError: Not exactly one of place, boundary and at; or an area that is empty or too large.
        Offline: A service could not be reached, refused, or gave no whole answer. Parts that came are kept for the
            next try.
        StoreError: The disk is full, or the folder cannot be made or written to.
        CRSError: The position is not on the globe.
    """
    chosen = settings or current_settings()
    found = _found(place, boundary, at, radius, name, chosen, progress)
    _check_size(found)
    boxes, extent = _boxes(grown(found.boundary, max(halo_m, 0.0), quad_segs=8))
    parts = list(_download(boxes, chosen, progress))
    path = (folder or chosen.cache / "osm") / f"{_file_name(found.name, extent)}.osm.pbf"
    whole = extent.bounds if extent.equals(shapely.box(*extent.bounds)) else None
    progress(M("Putting the parts of the map together."), 1.0)
    with kept_file(path) as file:
        data_date = merge_parts(parts, file, whole)
    retrieved = date.fromtimestamp(min(part.stat().st_mtime for part in parts)).isoformat()
    provenance = Provenance("osm", "OpenStreetMap", "ODbL-1.0", OSM_ATTRIBUTION, retrieved, data_date[:10], OSM_URL)
    return OsmOnline(found.name, found.boundary, path, extent, data_date, provenance, found.notes)


def download_tags() -> dict[str, bool | list[str]]:
    """What is asked for, as osmnx wants it: each key with True (any value) or the values that the taxonomy names."""
    keys = dict.fromkeys((*taxonomy().osm_keys(), *_BESIDE_TAXONOMY))
    return {key: _values(key) if key in _ONLY_VALUES else True for key in keys}


def _values(key: str) -> list[str]:
    clauses = [clause for category in taxonomy().values() for clause in category.rule.clauses]
    return sorted({value for clause in clauses for c in clause if c.key == key and c.exact for value in c.values})


def _found(
    place: str | None,
    boundary: shapely.Polygon | shapely.MultiPolygon | None,
    at: tuple[float, float] | None,
    radius: float | None,
    name: str,
    settings: Settings,
    progress: Progress,
) -> Located:
    if sum(given is not None for given in (place, boundary, at)) != 1 or (at is None) is not (radius is None):
        raise InputError(
            M("It is not clear which area is meant. Expected one of: the name of a place, --boundary FILE, "
              "or --at LAT,LON together with --radius METRES.")
        )  # fmt: skip
    if place is not None:
        return locate(place, settings=settings, progress=progress)
    if at is not None and radius is not None:
        boundary = around(at[0], at[1], radius)
    return Located(name, boundary, Provenance("", ""))


def _check_size(found: Located) -> None:
    turned = shapely.orient_polygons(found.boundary)  # else a hole, or a second part, may count as negative
    km2 = abs(_GEOD.geometry_area_perimeter(turned)[0]) / 1e6
    if not km2:
        raise InputError(M("The boundary encloses no area. Expected a polygon in longitude and latitude."))
    if km2 > LARGEST_KM2:
        raise InputError(
            M("The area {name} covers {km2} km². Expected at most {limit} km²: a neighbourhood, a town or a small "
              "municipality. Name a smaller place, or give a downloaded OpenStreetMap extract with --osm FILE and the "
              "area with --boundary FILE.", name=found.name, km2=round(km2), limit=round(LARGEST_KM2))
        )  # fmt: skip


def _boxes(area: shapely.Geometry) -> tuple[list[Box], shapely.Polygon | shapely.MultiPolygon]:
    """Rectangles that cover an area without a gap, each no longer than `PART_M`; and all of them together."""
    west, south, east, north = area.bounds
    # Rounded outward to about a metre: the same place gives the same question, and finds its kept answer.
    west, south = (math.floor(v * 1e5) / 1e5 for v in (west, south))
    east, north = (math.ceil(v * 1e5) / 1e5 for v in (east, north))
    wide, high = _size_m((west, south, east, north))
    xs = np.linspace(west, east, math.ceil(wide / PART_M) + 1).round(5)
    ys = np.linspace(south, north, math.ceil(high / PART_M) + 1).round(5)
    boxes = [
        (float(x0), float(y0), float(x1), float(y1))
        for y0, y1 in pairwise(ys)
        for x0, x1 in pairwise(xs)
        if area.intersects(shapely.box(x0, y0, x1, y1))
    ]
    return boxes, shapely.union_all([shapely.box(*box) for box in boxes])


def _size_m(box: Box) -> tuple[float, float]:
    """Width and height in metres, the width where the box is widest."""
    west, south, east, north = box
    lat = 0.0 if south < 0 < north else min(abs(south), abs(north))
    return _GEOD.line_length([west, east], [lat, lat]), _GEOD.line_length([west, west], [south, north])


def _download(boxes: list[Box], settings: Settings, progress: Progress) -> Iterator[Path]:
    """The file of each part, kept ones first-hand; a part that is too much for the server comes as its quarters."""
    waiting = deque((box, 1.0 / len(boxes)) for box in boxes)
    done = 0.0
    while waiting:
        box, share = waiting.popleft()
        progress(_to_go(len(waiting) + 1, settings), done)
        try:
            part = _part(box, settings, progress)
        except Trouble as trouble:
            if max(_size_m(box)) < 2 * SMALLEST_M:
                raise offline(settings.overpass_url, trouble) from trouble
            waiting.extendleft((quarter, share / 4) for quarter in reversed(_quarters(box)))
            continue
        done += share
        yield part


def _to_go(parts: int, settings: Settings) -> Message:
    return Mn("Downloading from {host}, one part to go.", "Downloading from {host}, {n} parts to go.",
              parts, host=host(settings.overpass_url))  # fmt: skip


def _part(box: Box, settings: Settings, progress: Progress) -> Path:
    tags = download_tags()
    key = hashlib.sha256(repr((settings.overpass_url, box, sorted(tags.items()))).encode()).hexdigest()[:32]
    kept = settings.cache / "overpass" / f"{key}.osm.pbf"
    if not fresh(kept):
        wait_for_slot(settings, progress)
        reply = ask(settings.overpass_url, dict, lambda osmnx: _query(osmnx, box, tags), settings, progress)
        with kept_file(kept) as file:
            write_reply(reply, file)
    return kept


def _query(osmnx: Any, box: Box, tags: dict[str, bool | list[str]]) -> None:
    # InterruptedError is how osmnx says that it has the answer and, as it was told, builds no geometries from it.
    with suppress(InterruptedError):
        osmnx.features_from_polygon(shapely.box(*box), tags)


def _quarters(box: Box) -> list[Box]:
    west, south, east, north = box
    x, y = round((west + east) / 2, 5), round((south + north) / 2, 5)
    return [(west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north)]


def _file_name(name: str, extent: shapely.Geometry) -> str:
    slug = re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:40] or "area"
    return f"{slug}-{hashlib.sha256(extent.wkb).hexdigest()[:10]}"
