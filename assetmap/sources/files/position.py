"""In which reference system are these coordinates, when nobody says?

Each candidate system is tried in both axis orders. A candidate is judged by where it would put the rows: near the
place we work on where that is known, else in a country whose offices use that system. UTM zones are the hard case:
the same two numbers are a real place in zone 32, in zone 33 and in zone 35, so without a place the answer comes with
its alternatives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, reduce

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from assetmap.errors import CRSError
from assetmap.messages import M, Message
from assetmap.model.crs import metric_crs

Array = NDArray[np.float64]

NEAR_M = 20_000.0
"""How far outside the box of the known place a row may lie and still speak for a candidate, in metres."""
SAMPLE = 5_000
"""About how many rows are judged; of more, every nth."""

# Outlines by eye, to half a degree: they tell systems apart that lie hundreds of kilometres from each other.
_COUNTRIES = {
    "no": [(4.3, 58.8), (5.3, 58.3), (6.8, 57.7), (8.5, 57.8), (10.6, 58.7), (11.5, 58.8), (12.1, 59.6), (12.9, 60.4),
           (12.6, 61.4), (12.4, 63.3), (14.4, 64.1), (14.8, 65.4), (16.4, 66.8), (16.8, 67.8), (18.4, 68.2),
           (20.4, 68.8), (22.5, 68.3), (25.2, 68.5), (26.1, 69.6), (28.0, 69.9), (28.7, 68.9), (31.5, 69.3),
           (31.5, 70.8), (28.0, 71.4), (23.0, 71.3), (18.0, 70.5), (14.0, 69.4), (11.6, 67.9), (11.0, 65.5),
           (8.0, 64.1), (4.3, 62.4)],
    "dk": [(7.8, 54.4), (15.4, 54.4), (15.4, 55.5), (13.0, 55.5), (12.9, 56.4), (11.3, 57.9), (9.0, 57.9), (7.8, 56.8)],
    "se": [(10.7, 58.8), (11.3, 57.2), (12.3, 56.0), (12.6, 55.2), (14.4, 55.2), (16.8, 55.9), (19.8, 57.2),
           (19.8, 58.5), (19.3, 60.2), (17.8, 61.0), (18.2, 62.5), (21.9, 64.2), (22.2, 65.2), (24.4, 65.5),
           (24.3, 66.6), (23.7, 68.1), (20.5, 69.2), (18.0, 68.8), (16.0, 67.7), (15.0, 66.5), (14.1, 65.5),
           (13.7, 64.3), (11.6, 63.6), (11.6, 61.9), (12.2, 61.2), (11.4, 59.4)],
    "fi": [(19.2, 59.8), (22.8, 59.5), (25.2, 59.8), (27.9, 60.2), (30.4, 61.7), (31.8, 62.8), (30.0, 64.2),
           (30.4, 65.7), (29.4, 66.8), (30.2, 67.7), (28.8, 68.3), (29.2, 69.5), (28.1, 70.2), (25.6, 69.9),
           (25.4, 69.1), (23.8, 68.8), (20.4, 69.3), (23.2, 68.0), (23.4, 66.4), (24.0, 65.6), (21.0, 63.6),
           (21.0, 61.0)],
    "islands": [(-25.0, 61.0), (-6.0, 61.0), (-6.0, 67.0), (-25.0, 67.0)],
    "svalbard": [(9.0, 76.0), (34.0, 76.0), (34.0, 81.0), (9.0, 81.0)],
}  # fmt: skip

_NORDIC = ("no", "dk", "se", "fi", "islands", "svalbard")
# UTM zone 33 has the numbers of SWEREF 99 TM, and zone 35 those of ETRS-TM35FIN; EPSG:326xx differs by centimetres.
_USED_IN: dict[int, tuple[str, ...]] = {
    4326: _NORDIC,
    25832: ("no", "dk"),
    25833: ("no", "se", "svalbard"),
    25835: ("fi", "no"),
    3857: _NORDIC,
    3879: ("fi",),
}


@dataclass(frozen=True)
class CrsGuess:
    """A reference system that fits some coordinates.

    Attributes:
        epsg: The system.
        swapped: The first coordinate is the northing or latitude: exchange x and y before use.
        score: How well it fits, 0 to 1: the share of the rows that it puts where they are expected.
        alternatives: Other systems that fit about as well. Not empty means: ask.
        message: What was found, for people.
    """

    epsg: int
    swapped: bool
    score: float
    alternatives: tuple[CrsGuess, ...]
    message: Message

    def lonlat(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Longitude and latitude (WGS84, degrees) of coordinates read this way; not finite where they do not fit."""
        return _lonlat(self.epsg, self.swapped, np.asarray(x, float), np.asarray(y, float))


@dataclass(frozen=True)
class _Try:
    epsg: int
    swapped: bool
    near: float
    plausible: float
    score: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "score", self.near or self.plausible)


def guess_crs(x: Array, y: Array, near: shapely.Geometry | None = None) -> CrsGuess:
    """The reference system in which coordinates make sense, and in which order they stand.

    Args:
        x: First coordinate of each row; NaN where there is none. y: Second coordinate.
        near: Where the rows should lie (WGS84); its box and 20 km around it count. None if unknown.

    Rows that are not finite, or exactly 0, 0, are no evidence and are left out.

    Raises:
        CRSError: There is no row to judge by, or no candidate puts the rows anywhere sensible.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    real = np.isfinite(x) & np.isfinite(y) & ~((x == 0) & (y == 0))
    if not real.any():
        raise CRSError(
            M("No row has a position: of {rows} pairs of coordinates, every one is missing, not a number, or 0, 0. "
              "Give longitude and latitude, or UTM east and north.", rows=len(x))
        )  # fmt: skip
    step = max(1, int(real.sum()) // SAMPLE)
    x, y = x[real][::step], y[real][::step]
    tries = [_judge(epsg, swapped, x, y, near) for epsg in _candidates(near) for swapped in (False, True)]
    found = sorted((t for t in tries if t.score > 0), key=lambda t: (-t.near, -t.plausible))
    if not found or (found[0].score < 0.3 and not found[0].near):
        raise CRSError(_refusal(x, y))
    best = found[0]
    rivals = [t for t in found[1:] if t.score >= 0.8 * best.score and bool(t.near) == bool(best.near)]
    if best.epsg == 4326:  # numbers that can be degrees on land are no metres; only their order can be in doubt
        rivals = [t for t in rivals if t.epsg == 4326 and best.plausible > 0.5]
    others = tuple(CrsGuess(t.epsg, t.swapped, t.score, (), _sentence(t, ())) for t in rivals)
    far = near is not None and not best.near
    return CrsGuess(best.epsg, best.swapped, best.score, others, _sentence(best, others, far))


def near_box(near: shapely.Geometry, metres: float = NEAR_M) -> tuple[float, float, float, float]:
    """West, south, east, north (degrees) of a place and what lies around it."""
    west, south, east, north = near.bounds
    up = metres / 111_200
    side = up / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.05)
    return west - side, south - up, east + side, north + up


def share_expected(lon: Array, lat: Array, near: shapely.Geometry | None) -> float:
    """Share of positions (degrees) that lie near the place, or where no place is known, in a Nordic country."""
    inside = _inside(lon, lat, near) if near is not None else _in_countries(lon, lat, _NORDIC)
    return float(inside.mean()) if len(inside) else 0.0


def crs_title(epsg: int) -> Message:
    """What people call a reference system."""
    if epsg == 4326:
        return M("longitude and latitude (WGS84, EPSG:4326)")
    if epsg == 3857:
        return M("Web Mercator (EPSG:3857)")
    if 25828 <= epsg <= 25838:
        return M("UTM zone {zone} (ETRS89, EPSG:{epsg})", zone=str(epsg - 25800), epsg=str(epsg))
    if epsg == 3879:
        return M("Helsinki's grid (ETRS-GK25FIN, EPSG:3879)")
    return M("EPSG:{epsg}", epsg=str(epsg))


def _candidates(near: shapely.Geometry | None) -> list[int]:
    """The usual systems, and the UTM zone of the place wherever on Earth it lies."""
    usual = list(_USED_IN)
    if near is not None:
        own = metric_crs(near.centroid.x, near.centroid.y).to_epsg()
        usual += [own] if own and own not in usual else []
    return usual


def _judge(epsg: int, swapped: bool, x: Array, y: Array, near: shapely.Geometry | None) -> _Try:
    lon, lat = _lonlat(epsg, swapped, x, y)
    plausible = float(_in_countries(lon, lat, _USED_IN.get(epsg, ())).mean())
    if epsg == 4326:  # degrees anywhere on the globe are believed, less than where they are expected
        plausible = max(plausible, 0.5 * float((np.isfinite(lon) & np.isfinite(lat)).mean()))
    return _Try(epsg, swapped, float(_inside(lon, lat, near).mean()) if near is not None else 0.0, plausible)


def _lonlat(epsg: int, swapped: bool, x: Array, y: Array) -> tuple[Array, Array]:
    if swapped:
        x, y = y, x
    lon, lat = (x, y) if epsg == 4326 else _transformer(epsg).transform(x, y)
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if epsg not in (4326, 3857):  # far from its own zone a projection gives numbers, but no position
        west, south, east, north = _reach(epsg)
        good &= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


@cache
def _transformer(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, 4326, always_xy=True)


@cache
def _reach(epsg: int) -> tuple[float, float, float, float]:
    """Where a projected system is used; UTM widened by three zones, as Norway uses zone 33 for the whole land."""
    area = pyproj.CRS.from_epsg(epsg).area_of_use
    if area is None:
        return -180.0, -90.0, 180.0, 90.0
    return area.west - 18, area.south - 5, area.east + 18, area.north + 5


def _inside(lon: Array, lat: Array, near: shapely.Geometry) -> NDArray[np.bool_]:
    west, south, east, north = near_box(near)
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _in_countries(lon: Array, lat: Array, countries: tuple[str, ...]) -> NDArray[np.bool_]:
    inside = np.zeros(len(lon), dtype=bool)
    for country in countries:
        inside |= np.asarray(shapely.contains_xy(_outline(country), lon, lat), dtype=bool)
    return inside


@cache
def _outline(country: str) -> shapely.Geometry:
    outline = shapely.Polygon(_COUNTRIES[country])
    shapely.prepare(outline)
    return outline


def _sentence(found: _Try, others: tuple[CrsGuess, ...], far: bool = False) -> Message:
    title = crs_title(found.epsg)
    if others:
        return M(
            "The coordinates fit {system}, and just as well: {others}. They were read as the first. Look at the map, "
            "and say which place this is or which system it is if that is wrong.", system=title, others=_listed(others)
        )  # fmt: skip
    if far:
        return M(
            "The coordinates look like {system}, but no row lies within {km} km of the place we work on. Look at the "
            "map whether that is right.", system=title, km=round(NEAR_M / 1000)
        )  # fmt: skip
    if found.swapped:
        return M(
            "North and east are swapped: the coordinates are {system} with the northing or latitude first. They were "
            "exchanged.", system=title
        )  # fmt: skip
    return M("The coordinates were read as {system}.", system=title)


def _listed(guesses: tuple[CrsGuess, ...]) -> Message:
    titles = [
        M("{system}, axes swapped", system=crs_title(g.epsg)) if g.swapped else crs_title(g.epsg) for g in guesses
    ]
    return reduce(lambda one, more: M("{one}; {more}", one=one, more=more), titles)


def _refusal(x: Array, y: Array) -> Message:
    low, high = (float(np.min(x)), float(np.min(y))), (float(np.max(x)), float(np.max(y)))
    return M(
        "The coordinates fit no reference system that is known here: the first runs from {x0} to {x1}, the second from "
        "{y0} to {y1}. Expected longitude and latitude (such as 10.75 and 59.91) or UTM east and north (such as 597423 "
        "and 6643110). Check the two columns, or convert the file to EPSG:4326.",
        x0=f"{low[0]:.6g}", x1=f"{high[0]:.6g}", y0=f"{low[1]:.6g}", y1=f"{high[1]:.6g}",
    )  # fmt: skip
