"""Small worlds whose distances can be worked out by hand: streets on a plane in metres, and the same as OSM files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise, product

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from assetmap.model.crs import WGS84, project
from assetmap.walk import WalkNetwork

UTM = pyproj.CRS.from_epsg(25832)
EAST, NORTH = 600_000.0, 6_600_000.0
"""Where the plane's origin lies; all coordinates of a world are metres from here."""


def moved(geometry: shapely.Geometry) -> shapely.Geometry:
    """A shape of the plane, in UTM 32."""
    return shapely.transform(geometry, lambda xy: np.add(xy, (EAST, NORTH)))


def lonlat(x: float, y: float) -> tuple[float, float]:
    point = project(moved(shapely.Point(x, y)), UTM, WGS84)
    return point.x, point.y


def places(*geometries: object, index: Sequence[object] | None = None) -> gpd.GeoDataFrame:
    """Points (as pairs) or shapes of the plane, as a frame in UTM 32."""
    shapes = [moved(shapely.Point(g)) if isinstance(g, tuple) else None if g is None else moved(g) for g in geometries]
    return gpd.GeoDataFrame(geometry=shapes, crs=UTM, index=index)


def streets(*lines: Sequence[tuple[float, float]], **columns: Sequence[object]) -> WalkNetwork:
    """A network of straight pieces between consecutive points; equal points are one node."""
    pairs = [(a, b) for line in lines for a, b in pairwise(line)]
    spots = list(dict.fromkeys(spot for pair in pairs for spot in pair))
    nodes = places(*spots, index=range(len(spots)))
    number = {spot: i for i, spot in enumerate(spots)}
    edges = pd.DataFrame({"u": [number[a] for a, _ in pairs], "v": [number[b] for _, b in pairs], **columns})
    return WalkNetwork.from_edges(nodes, edges)


def grid(columns: int = 6, rows: int = 6, side: float = 100.0) -> WalkNetwork:
    """A town of square blocks: on its streets every distance is |Δx| + |Δy|."""
    return streets(
        *[[(x * side, y * side) for x in range(columns)] for y in range(rows)],
        *[[(x * side, y * side) for y in range(rows)] for x in range(columns)],
    )


def square(x: float, y: float, width: float, height: float | None = None) -> shapely.Polygon:
    return shapely.box(x, y, x + width, y + (height or width))


class OsmWorld:
    """An OpenStreetMap file on the plane, written object by object."""

    def __init__(self) -> None:
        self.nodes: dict[int, str] = {}
        self.ways: dict[int, str] = {}
        self.relations: dict[int, str] = {}
        self._at: dict[tuple[float, float], int] = {}

    def node(self, x: float, y: float, /, id: int | None = None, **tags: str) -> int:
        """A node; without an id and tags, the one that is already there."""
        if id is None and not tags and (x, y) in self._at:
            return self._at[x, y]
        number = id or len(self.nodes) + 1
        lon, lat = lonlat(x, y)
        self.nodes[number] = f'<node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}" {_STAMP}>{_tags(tags)}</node>'
        self._at[x, y] = number
        return number

    def way(self, spots: Iterable[tuple[float, float] | int], /, id: int | None = None, **tags: str) -> int:
        """A way through points of the plane or node ids. `addr__street` is written `addr:street`."""
        refs = [spot if isinstance(spot, int) else self.node(*spot) for spot in spots]
        number = id or len(self.ways) + 1
        nds = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        self.ways[number] = f'<way id="{number}" {_STAMP}>{nds}{_tags(tags)}</way>'
        return number

    def area(self, shape: shapely.Polygon, /, id: int | None = None, **tags: str) -> int:
        spots = [(float(x), float(y)) for x, y in shape.exterior.coords[:-1]]
        return self.way([*spots, spots[0]], id=id, **tags)

    def relation(self, members: Sequence[tuple[str, int, str]], /, id: int | None = None, **tags: str) -> int:
        number = id or len(self.relations) + 1
        inside = "".join(f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members)
        self.relations[number] = f'<relation id="{number}" {_STAMP}>{inside}{_tags(tags)}</relation>'
        return number

    def xml(self, order: str = "nwr", head: str = "") -> str:
        kinds = {"n": self.nodes, "w": self.ways, "r": self.relations}
        body = "\n".join(text for kind in order for text in kinds[kind].values())
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">{head}\n{body}\n</osm>\n'


_STAMP = 'version="1" timestamp="2024-05-17T10:00:00Z" user="mapper-by-name" uid="7" changeset="9"'


def _tags(tags: Mapping[str, str]) -> str:
    return "".join(f'<tag k="{escape(k.replace("__", ":"))}" v="{escape(v)}"/>' for k, v in tags.items())


def crossings(columns: int, rows: int, side: float = 100.0) -> list[tuple[float, float]]:
    return [(x * side, y * side) for x, y in product(range(columns), range(rows))]
