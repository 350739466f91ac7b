"""How does a kind or a category look as a picture of its own: the marker's shape and colour, with its glyph?

The map's scripts draw their pins from the same outlines, so that a choice in the app is the legend of the map too.
"""

from __future__ import annotations

import html
import math
import re
from functools import cache
from pathlib import Path

from assetmap.model.taxonomy import taxonomy

CONTEXT = "context"
"""Key of the group of what is drawn and counted, but is no asset of the community: benches, stops."""
CONTEXT_COLOUR = "#8a847b"
_ICONS = Path(__file__).parent / "icons"
_SMALLER = ("star", "diamond")  # of these the middle is narrow


def _polygon(corners: int, radius: float, inner: float = 0) -> str:
    """A regular polygon or, with an inner radius, a star around 17, 17; its first corner points up."""
    points = corners * (2 if inner else 1)
    made = []
    for i in range(points):
        far, angle = inner if inner and i % 2 else radius, i * 2 * math.pi / points
        made.append(f"{17 + far * math.sin(angle):.2f} {17 - far * math.cos(angle):.2f}")
    return f"M{'L'.join(made)}Z"


SHAPES = {
    "circle": "M17 3.5a13.5 13.5 0 1 0 0 27a13.5 13.5 0 1 0 0-27Z",
    "square": "M8.5 4.5h17a4 4 0 0 1 4 4v17a4 4 0 0 1-4 4h-17a4 4 0 0 1-4-4v-17a4 4 0 0 1 4-4Z",
    "pentagon": _polygon(5, 15.5),
    "diamond": _polygon(4, 16.5),
    "star": _polygon(5, 16.5, 10.5),
}
"""Outlines of the markers in a box of 34 × 34, as SVG paths."""


@cache
def icons() -> dict[str, str]:
    """Each icon's outline in a box of 15 × 15, as an SVG path."""
    found = {}
    for file in sorted(_ICONS.glob("*.svg")):
        outline = re.search(r'<path[^>]*?\sd="([^"]+)"', file.read_text(encoding="utf-8"))
        assert outline is not None, file.name
        found[file.stem] = " ".join(html.unescape(outline[1]).split())
    return found


@cache
def badge(key: str) -> str | None:
    """The picture of a kind (without a glyph), of a category or of the context, as SVG; None for any other key."""
    known = taxonomy()
    colour, shape, icon = CONTEXT_COLOUR, "circle", ""
    if key in known.kinds:
        colour, shape = known.kinds[key].colour, known.kinds[key].shape
    elif key in known:
        icon = known[key].icon
        if known[key].role != CONTEXT:
            colour, shape = known.kinds[known[key].kind].colour, known.kinds[known[key].kind].shape
    elif key != CONTEXT:
        return None
    scale = 0.86 if shape in _SMALLER else 1.0
    off = 17 - 7.5 * scale
    glyph = icons().get(icon, "")
    inside = f'<path d="{glyph}" fill="#fff" transform="translate({off} {off}) scale({scale})"/>' if glyph else ""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 34 34" width="34" height="34">'
        f'<path d="{SHAPES.get(shape, SHAPES["circle"])}" fill="{colour}"/>{inside}</svg>'
    )
