"""How does a round look on paper: streets, the way, numbered stops, north and a scale?

A static SVG in black, grey and blue that can be read in black and white as well. North is up, distances are true.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from assetmap.model.crs import WGS84, project
from assetmap.reports.walk_labels import apart, street_names
from assetmap.upkeep.tour import Walk
from assetmap.walk import WalkNetwork

WIDTH, HEIGHT = 1000.0, 540.0
"""Size of the drawing in its own units."""
_MARGIN = 60.0
_LEAST_M = 200.0
"""A map shows at least so many metres across: a round past one house is still found by its streets."""
_MARK = 15.0
_STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_LONGEST_BAR = 260.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Paper:
    """Where a place lies on the drawing.

    Attributes:
        crs: Metres around the middle of the map, north up.
        scale: Units of the drawing per metre.
        middle: Metric position of the middle of the drawing.
    """

    crs: pyproj.CRS
    scale: float
    middle: tuple[float, float]

    @classmethod
    def around(cls, shapes: Sequence[Any]) -> Paper:
        """The sheet on which shapes in WGS84 fit, none missing."""
        west, south, east, north = shapely.total_bounds(shapes)
        lon, lat = (west + east) / 2, (south + north) / 2
        crs = pyproj.CRS.from_proj4(f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +no_defs")
        x0, y0, x1, y1 = shapely.total_bounds(project(np.asarray(shapes, dtype=object), WGS84, crs))
        wide, high = max(x1 - x0, _LEAST_M), max(y1 - y0, _LEAST_M * HEIGHT / WIDTH)
        scale = min((WIDTH - 2 * _MARGIN) / wide, (HEIGHT - 2 * _MARGIN) / high)
        return cls(crs, float(scale), (float(x0 + x1) / 2, float(y0 + y1) / 2))

    def draw(self, shapes: Any) -> Any:
        """Shapes from WGS84 to units of the drawing, y downward."""
        return self._placed(project(np.asarray(shapes, dtype=object), WGS84, self.crs))

    def draw_frame(self, frame: gpd.GeoDataFrame | gpd.GeoSeries) -> NDArray[np.object_]:
        """The shapes of a frame in any CRS that lie on the drawing, in its units."""
        half = np.array([WIDTH, HEIGHT]) / self.scale / 2
        box = shapely.box(*(np.array(self.middle) - half), *(np.array(self.middle) + half))
        seen = gpd.GeoSeries([shapely.segmentize(box, 200)], crs=self.crs).to_crs(frame.crs).iloc[0]
        near = frame.geometry.iloc[frame.sindex.query(seen, predicate="intersects")].to_crs(self.crs)
        return np.asarray(self._placed(shapely.intersection(near.to_numpy(), box)), dtype=object)

    def _placed(self, shapes: Any) -> Any:
        def place(xy: Floats) -> Floats:
            moved = (xy - self.middle) * self.scale
            return np.column_stack([WIDTH / 2 + moved[:, 0], HEIGHT / 2 - moved[:, 1]])

        return shapely.transform(shapes, place)


def walk_map(
    walk: Walk, title: str, network: WalkNetwork | None = None, addresses: gpd.GeoDataFrame | None = None
) -> str:
    """The round as SVG.

    Args:
        title: What a screen reader calls it.
        network: Its streets and water are drawn below. addresses: Points with `street`: the names of streets.
    """
    route = walk.geometry or shapely.LineString([walk.start, *walk.points, walk.start])
    paper = Paper.around([walk.start, *walk.points, route])
    spots = shapely.get_coordinates(paper.draw([walk.start, *walk.points]))
    marks = apart(spots, 2 * _MARK + 2, (_MARK, _MARK, WIDTH - _MARK, HEIGHT - _MARK))
    legs = shapely.get_parts(paper.draw([route]))
    names = [] if network is None or addresses is None else _named(paper, network, addresses, marks, legs)
    parts = [
        *(_ground(paper, network) if network is not None else ()),
        *(_street_name(*name) for name in names),
        *_route(legs, guessed=walk.geometry is None),
        *_marks(spots, marks),
        _north(), _bar(paper.scale),
    ]  # fmt: skip
    return (
        f'<svg class="map" role="img" aria-label="{html.escape(title)}" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
        f'xmlns="http://www.w3.org/2000/svg"><rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="#fff"/>'
        + "".join(parts)
        + f'<rect x="0.5" y="0.5" width="{WIDTH - 1:g}" height="{HEIGHT - 1:g}" fill="none" stroke="#555"/></svg>'
    )


def _ground(paper: Paper, network: WalkNetwork) -> Iterable[str]:
    """Water, what else cannot be crossed (railways, canals drawn as lines), and streets."""
    barriers = shapely.get_parts(paper.draw_frame(network.barriers))
    flat = shapely.get_dimensions(barriers) == 2
    yield f'<path d="{_path(barriers[flat])}" fill="#d3e3ee" fill-rule="evenodd"/>'
    yield f'<path d="{_path(barriers[~flat])}" fill="none" stroke="#e2dfda" stroke-width="9"/>'
    streets = shapely.line_merge(shapely.union_all(paper.draw_frame(network.edges)))
    drawn = _path([shapely.simplify(streets, 0.4)])
    for colour, width in (("#c4c0ba", 5.5), ("#fff", 3.5)):
        yield f'<path d="{drawn}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'


def _named(paper: Paper, network: WalkNetwork, addresses: gpd.GeoDataFrame, marks: Floats, legs: Any) -> Any:
    lines = shapely.get_parts(paper.draw_frame(network.edges))
    lines = lines[shapely.get_type_id(lines) == 1]
    here = addresses.loc[addresses["street"].notna(), ["street", "geometry"]]
    points = paper.draw(here.to_crs(WGS84).geometry.to_numpy())
    inside = shapely.intersects(points, shapely.box(0, 0, WIDTH, HEIGHT))
    taken = np.array([*shapely.buffer(shapely.points(marks), _MARK), *shapely.buffer(legs, 5.0), *_furniture()], object)
    frame = shapely.box(0, 0, WIDTH, HEIGHT)
    return street_names(here["street"].to_numpy()[inside], points[inside], lines, taken, frame)


def _furniture() -> list[Any]:
    """Where the north arrow and the scale stand."""
    return [shapely.box(WIDTH - 80, 0, WIDTH, 100), shapely.box(0, HEIGHT - 70, _LONGEST_BAR + 60, HEIGHT)]


def _street_name(text: str, x: float, y: float, angle: float, size: float) -> str:
    return (
        f'<text transform="translate({x:.1f} {y:.1f}) rotate({angle:.1f})" text-anchor="middle" dy="0.35em" '
        f'font-size="{size:g}" fill="#4a4640" stroke="#fff" stroke-width="3" paint-order="stroke">'
        f"{html.escape(text)}</text>"
    )


def _route(legs: Any, guessed: bool) -> Iterable[str]:
    """The way with an arrow in the middle of each leg; dashed where only straight lines are known."""
    drawn, dashes = _path(legs), ' stroke-dasharray="10 8"' if guessed else ""
    yield f'<path d="{drawn}" fill="none" stroke="#fff" stroke-width="8" stroke-linejoin="round" opacity="0.8"/>'
    yield f'<path d="{drawn}" fill="none" stroke="#00507d" stroke-width="4" stroke-linejoin="round"{dashes}/>'
    lines = [line for leg in legs for line in (_pieces(leg) if guessed else [leg])]
    for line in lines:
        if line.length > 3 * _MARK:
            here, on = line.interpolate(0.5, normalized=True), line.interpolate(line.length / 2 + 4)
            angle = math.degrees(math.atan2(on.y - here.y, on.x - here.x))
            yield (
                f'<path d="M-8-8L9 0L-8 8Z" transform="translate({here.x:.1f} {here.y:.1f}) rotate({angle:.1f})" '
                'fill="#00507d" stroke="#fff" stroke-width="1.5"/>'
            )


def _pieces(line: Any) -> list[Any]:
    corners = shapely.get_coordinates(line)
    return [shapely.LineString(corners[i : i + 2]) for i in range(len(corners) - 1)]


def _marks(spots: Floats, marks: Floats) -> Iterable[str]:
    """The start as a ring, every stop as its number; a thin line leads to where a number had to move from."""
    for (x, y), (at_x, at_y) in zip(spots, marks, strict=True):
        if math.hypot(at_x - x, at_y - y) > _MARK / 2:
            yield f'<path d="M{x:.1f} {y:.1f}L{at_x:.1f} {at_y:.1f}" stroke="#1a1208" stroke-width="1.5"/>'
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1a1208" stroke="#fff"/>'
    for number, (x, y) in enumerate(marks):
        if number == 0:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="11" fill="#fff" stroke="#1a1208" stroke-width="4"/>'
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="#1a1208"/>'
            continue
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_MARK:g}" fill="#1a1208" stroke="#fff" stroke-width="2"/>'
        yield (
            f'<text x="{x:.1f}" y="{y:.1f}" dy="0.36em" text-anchor="middle" font-size="17" font-weight="700" '
            f'fill="#fff">{number}</text>'
        )


def _north() -> str:
    return (
        f'<g transform="translate({WIDTH - 40:g} 50)"><circle r="32" fill="#fff" opacity="0.85"/>'
        '<path d="M0-26L9 4L0-3L-9 4Z" fill="#1a1208"/><text y="23" text-anchor="middle" font-size="18" '
        'font-weight="700" fill="#1a1208">N</text></g>'
    )


def _bar(scale: float) -> str:
    """A scale bar of a round number of metres."""
    metres = max((m for m in _STEPS if m * scale <= _LONGEST_BAR), default=_STEPS[0])
    length = metres * scale
    said = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    return (
        f'<g transform="translate(24 {HEIGHT - 24:g})"><rect x="-10" y="-32" width="{length + 20:.1f}" height="44" '
        f'fill="#fff" opacity="0.85"/><path d="M0-8V0H{length:.1f}V-8" fill="none" stroke="#1a1208" stroke-width="3"/>'
        f'<text x="{length / 2:.1f}" y="-11" text-anchor="middle" font-size="18" fill="#1a1208">{said}</text></g>'
    )


def _path(shapes: Any) -> str:
    """Lines and areas as the commands of an SVG path."""
    drawn = []
    for part in shapely.get_parts(np.asarray(shapes, dtype=object)):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            if ring.geom_type in ("LineString", "LinearRing") and not ring.is_empty:
                drawn.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)))
    return "".join(drawn)
