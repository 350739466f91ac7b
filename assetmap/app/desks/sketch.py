"""Where do two records lie to each other? A small map that needs no script: streets, and a letter on each place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
import streamlit as st

from assetmap.app.cache import place
from assetmap.app.state import language
from assetmap.i18n import number
from assetmap.model.crs import WGS84, metric_crs, project

_WIDE, _HIGH = 320.0, 190.0
_LEAST_M = 120.0
_COLOURS = ("#005ea8", "#a3370b")
_BARS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


def show_sketch(shapes: Sequence[Any], alt: str, letters: str = "AB") -> None:
    """Draw places of WGS84 on the streets around them; nothing where none of them has a place."""
    drawn = sketch(shapes, letters)
    if drawn:
        st.image(drawn, width="stretch", alt=alt)


def sketch(shapes: Sequence[Any], letters: str = "AB") -> str:
    """The picture as SVG; empty where no shape has a place."""
    placed = [(n, shape) for n, shape in enumerate(shapes) if shape is not None and not shape.is_empty]
    if not placed:
        return ""
    point = shapely.point_on_surface(placed[0][1])
    network = place().inventory.neighbourhood.network
    crs = metric_crs(point.x, point.y) if network is None else network.crs
    metric = [(n, project(shape, WGS84, crs)) for n, shape in placed]
    west, south, east, north = shapely.total_bounds([shape for _, shape in metric])
    scale = min(
        _WIDE / max((east - west) * 1.8, _LEAST_M), _HIGH / max((north - south) * 1.8, _LEAST_M * _HIGH / _WIDE)
    )
    middle = np.array([(west + east) / 2, (south + north) / 2])

    def onto(xy: np.ndarray) -> np.ndarray:
        moved = (xy - middle) * scale
        return np.column_stack([_WIDE / 2 + moved[:, 0], _HIGH / 2 - moved[:, 1]])

    half = np.array([_WIDE, _HIGH]) / scale / 2
    window = shapely.box(*(middle - half), *(middle + half))
    streets = [] if network is None else _near(network, window)
    parts = [f'<path d="{_path(shapely.transform(line, onto))}"/>' for line in streets]
    marks = [_mark(shapely.transform(shape, onto), n, letters[n]) for n, shape in metric]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE:g} {_HIGH:g}" width="{_WIDE * 2:g}" '
        f'height="{_HIGH * 2:g}"><rect width="100%" height="100%" fill="#f3f1ec"/>'
        f'<g fill="none" stroke="#a9a397" stroke-width="3" stroke-linecap="round">{"".join(parts)}</g>'
        f"{''.join(_apart(marks))}{_bar(scale)}</svg>"
    )


def _near(network: Any, window: Any) -> list[Any]:
    """The pieces of street in a window (metres), cut at its edge."""
    found = network.lines[_tree(place().key, network).query(window, predicate="intersects")]
    cut = shapely.get_parts(shapely.intersection(found, window.buffer(20)))
    return [line for line in cut if line.geom_type == "LineString"]


@st.cache_resource(max_entries=2, show_spinner=False)
def _tree(key: str, _network: Any) -> shapely.STRtree:
    return shapely.STRtree(_network.lines)


def _path(shape: Any) -> str:
    """A line, or the rings of an area, as SVG."""
    if shape.geom_type == "Polygon":
        return "".join(f"{_path(ring)}Z" for ring in (shape.exterior, *shape.interiors))
    if hasattr(shape, "geoms"):
        return "".join(_path(part) for part in shape.geoms)
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in shapely.get_coordinates(shape))


def _mark(shape: Any, n: int, letter: str) -> tuple[float, float, str, str, str]:
    """Where the letter stands, the letter, its colour, and the outline of what is more than a point."""
    pin, colour = shapely.point_on_surface(shape), _COLOURS[n % len(_COLOURS)]
    outline = ""
    if shape.geom_type not in ("Point", "MultiPoint"):
        fill = colour if shape.geom_type.endswith("Polygon") else "none"
        outline = f'<path d="{_path(shape)}" fill="{fill}" fill-opacity="0.2" stroke="{colour}" stroke-width="2"/>'
    return pin.x, pin.y, letter, colour, outline


def _apart(marks: list[tuple[float, float, str, str, str]]) -> list[str]:
    """The marks; two that would cover each other stand side by side, each with a line to its place."""
    close = len(marks) == 2 and float(np.hypot(marks[0][0] - marks[1][0], marks[0][1] - marks[1][1])) < 22
    out = [outline for *_, outline in marks]
    order = sorted(range(len(marks)), key=lambda n: marks[n][0])
    for n, (x, y, letter, colour, _) in enumerate(marks):
        side = (-15 if order[0] == n else 15) if close else 0
        if close:
            out.append(f'<path d="M{x:.1f},{y:.1f}L{x + side:.1f},{y - 15:.1f}" stroke="{colour}" stroke-width="2"/>'
                       f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')  # fmt: skip
        at_x, at_y = x + side, y - (15 if close else 0)
        out.append(
            f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="10" fill="{colour}" stroke="#fff" stroke-width="2"/>'
            f'<text x="{at_x:.1f}" y="{at_y + 4.5:.1f}" text-anchor="middle" font-family="system-ui,sans-serif" '
            f'font-size="13" font-weight="700" fill="#fff">{letter}</text>'
        )
    return out


def _bar(scale: float) -> str:
    """How long a length is here."""
    metres = max((step for step in _BARS if step * scale <= _WIDE / 3), default=_BARS[0])
    y = _HIGH - 10
    return (
        f'<path d="M10,{y - 4}V{y}H{10 + metres * scale:.1f}V{y - 4}" fill="none" stroke="#1d2433" stroke-width="1.5"/>'
        f'<text x="{14 + metres * scale:.1f}" y="{y}" font-family="system-ui,sans-serif" font-size="10" '
        f'fill="#1d2433">{number(metres, language())} m</text>'
    )
