"""How does a neighbourhood get a base map that needs no tile server?

The shapes of the same OpenStreetMap data become vector tiles in one PMTiles file: a quarter takes a second and some
hundred kilobytes. The browser draws it in the style of `static/basemap.js`.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from assetmap.errors import NothingFound
from assetmap.maps.sea import sea
from assetmap.maps.vector_tile import EXTENT, TileLayer, encode
from assetmap.messages import M
from assetmap.model.crs import to_wgs84
from assetmap.model.provenance import OSM_ATTRIBUTION

MIN_ZOOM, MAX_ZOOM = 10, 14
"""Zooms that are stored. The page draws beyond them from the last: 4096 units per tile of zoom 14 are under 0.6 m."""
_BUFFER = 80 / EXTENT
_SMALLEST = 12.0
"""Polygons smaller than so many square pixels (of 256 per tile) at a zoom are left out of it, buildings excepted."""

# layer -> (kind of geometry, first zoom); the order is the order of drawing
_LAYERS = {
    "land": ("polygon", 10), "built": ("polygon", 11), "green": ("polygon", 10), "water": ("polygon", 10),
    "plaza": ("polygon", 13), "pier": ("polygon", 12), "waterway": ("line", 11), "pierline": ("line", 12),
    "building": ("polygon", 13), "rail": ("line", 11), "road": ("line", 10),
}  # fmt: skip
_ROAD_FROM = {"motorway": 10, "major": 10, "minor": 12, "pedestrian": 12, "steps": 14}  # any other: 13
_NAMED_FROM = {"road": 13, "green": 13, "water": 11, "waterway": 13, "plaza": 14, "pier": 14}


def build_basemap(
    shapes: gpd.GeoDataFrame,
    area: shapely.Geometry | None = None,
    progress: Callable[[str, float], None] | None = None,
    attribution: str = OSM_ATTRIBUTION,
) -> bytes:
    """A PMTiles file of these shapes, zooms 10–14, in Web Mercator tiles.

    Args:
        shapes: Columns `layer`, `cls`, `name` and geometry (see `assetmap.osm`), any CRS; layers not known are ignored.
        area: The area that the data covers (WGS84); its bounding box is drawn as land and sea, and what reaches beyond
            it is cut off. None takes the box of the roads and buildings.
        progress: Called with "basemap" and the share done.
        attribution: Stored in the file.

    The same shapes give the same bytes.

    Raises:
        NothingFound: There is nothing to draw.
    """
    shapes = to_wgs84(shapes)
    shapes = shapes[~(shapes.geometry.isna() | shapes.geometry.is_empty)]
    if shapes.empty:
        raise NothingFound(M("There is nothing to draw a base map from: the data holds no roads, buildings or water."))
    box = shapely.box(*(area.bounds if area is not None and not area.is_empty else _solid_bounds(shapes)))
    layers = _prepare(shapes, box)
    stream = io.BytesIO()
    writer: Any = Writer(stream)  # type: ignore[no-untyped-call]
    tiles = sorted(_tiles(box), key=lambda zxy: zxy_to_tileid(*zxy))
    zoomed: dict[int, list[_Layer]] = {}
    for done, (z, x, y) in enumerate(tiles):
        if z not in zoomed:
            zoomed = {z: [at for layer in layers if (at := layer.at(z)) is not None]}
        body = encode(tile for layer in zoomed[z] if (tile := layer.tile(z, x, y)) is not None)
        writer.write_tile(zxy_to_tileid(z, x, y), gzip.compress(body, mtime=0))
        if progress:
            progress("basemap", (done + 1) / len(tiles))
    writer.finalize(_header(box), {"name": "assetmap", "attribution": attribution, "type": "baselayer"})
    return stream.getvalue()


def _solid_bounds(shapes: gpd.GeoDataFrame) -> Any:
    """The box of roads and buildings: ferries, coastlines and woods may reach far beyond the data."""
    solid = shapes[shapes["layer"].isin(["road", "building"])]
    return (solid if len(solid) else shapes).total_bounds


def _tiles(box: shapely.Polygon) -> Iterator[tuple[int, int, int]]:
    west, north, east, south = shapely.transform(box, _mercator).bounds
    for z in range(MIN_ZOOM, MAX_ZOOM + 1):
        for x in range(int(west * 2**z), int(east * 2**z) + 1):
            yield from ((z, x, y) for y in range(int(north * 2**z), int(south * 2**z) + 1))


def _header(box: shapely.Polygon) -> dict[str, Any]:
    west, south, east, north = (round(v * 1e7) for v in box.bounds)
    return {
        "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        "center_zoom": MAX_ZOOM, "center_lon_e7": (west + east) // 2, "center_lat_e7": (south + north) // 2,
    }  # fmt: skip


def _mercator(xy: Any) -> Any:
    """Longitude and latitude to the unit square of Web Mercator, y south, as tiles are numbered."""
    sine = np.sin(np.radians(np.clip(xy[:, 1], -85, 85)))
    return np.column_stack([xy[:, 0] / 360 + 0.5, 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)])


class _Layer:
    """The geometries of one layer in the unit square, at one zoom, with an index of where they are."""

    def __init__(self, name: str, geometries: Any, cls: Any, names: Any) -> None:
        self.name, self.geometries, self.cls, self.names = name, geometries, cls, names
        self.tree = shapely.STRtree(geometries)

    def at(self, z: int) -> _Layer | None:
        """What of this layer is shown at a zoom, as coarse as the zoom allows; None if nothing is."""
        sort, first = _LAYERS[self.name]
        pixel = 1 / 256 / 2**z
        keep = np.full(len(self.geometries), z >= first)
        if self.name == "road":
            keep &= np.array([z >= _ROAD_FROM.get(c, 13) for c in self.cls], dtype=bool)
        if sort == "polygon" and not (self.name == "building" and z == MAX_ZOOM):
            keep &= shapely.area(self.geometries) >= _SMALLEST * pixel**2
        if not keep.any():
            return None
        coarse = pixel / (8 if z == MAX_ZOOM else 2)
        geometries = shapely.simplify(self.geometries[keep], coarse, preserve_topology=False)
        names = self.names[keep] if z >= _NAMED_FROM.get(self.name, 99) else np.full(keep.sum(), "", dtype=object)
        drawn = ~shapely.is_empty(geometries)
        return _Layer(self.name, geometries[drawn], self.cls[keep][drawn], names[drawn])

    def tile(self, z: int, x: int, y: int) -> TileLayer | None:
        """The part in one tile, in tile units."""
        box = np.array([x - _BUFFER, y - _BUFFER, x + 1 + _BUFFER, y + 1 + _BUFFER]) / 2**z
        rows = np.sort(self.tree.query(shapely.box(*box)))
        if not len(rows):
            return None
        found = self.geometries[rows]
        bounds = shapely.bounds(found)
        crossing = np.any(bounds[:, :2] < box[:2], axis=1) | np.any(bounds[:, 2:] > box[2:], axis=1)
        found[crossing] = shapely.clip_by_rect(found[crossing], *box)
        wanted = (3, 6) if _LAYERS[self.name][0] == "polygon" else (1, 5)
        drawn = np.isin(shapely.get_type_id(found), wanted) & ~shapely.is_empty(found)
        found, rows = found[drawn], rows[drawn]
        if not len(rows):
            return None
        units = shapely.transform(found, lambda xy: (xy * 2**z - (x, y)) * EXTENT)
        if wanted == (3, 6):
            units = shapely.orient_polygons(units)
        return TileLayer(self.name, units, {"cls": self.cls[rows], "name": self.names[rows]})


def _prepare(shapes: gpd.GeoDataFrame, box: shapely.Polygon) -> list[_Layer]:
    """The layers in drawing order, in the unit square."""
    area = shapely.transform(box, _mercator)
    frame = pd.DataFrame(
        {"layer": shapes["layer"].astype("object"), "cls": shapes["cls"].fillna("").astype("object"),
         "name": shapes["name"].fillna("").astype("object"),
         "geometry": shapely.transform(shapely.force_2d(shapes.geometry.to_numpy()), _mercator)}
    )  # fmt: skip
    frame["geometry"] = _clipped(frame["geometry"].to_numpy(), area)
    frame = frame[~shapely.is_empty(frame["geometry"].to_numpy())]
    coast = frame.loc[frame["layer"] == "coastline", "geometry"].to_numpy()
    # in the unit square y points south, so that left and right change places
    water = sea(shapely.reverse(coast), area) if len(coast) else shapely.Polygon()
    parts = [part for part in shapely.get_parts(water) if not part.is_empty]
    extra = [("land", "", "", area), *(("water", "sea", "", part) for part in parts)]
    frame = pd.concat([pd.DataFrame(extra, columns=frame.columns), frame], ignore_index=True)
    out = []
    for name, (sort, _) in _LAYERS.items():
        part = frame[frame["layer"] == name.removesuffix("line")]
        part = part[np.isin(shapely.get_type_id(part["geometry"].to_numpy()), (3, 6) if sort == "polygon" else (1, 5))]
        part = _joined(part) if sort == "line" else part
        if len(part):
            out.append(_Layer(name, part["geometry"].to_numpy(), part["cls"].to_numpy(), part["name"].to_numpy()))
    return out


def _clipped(geometries: Any, area: shapely.Polygon) -> Any:
    """What lies within the drawn box; only what crosses its edge is cut."""
    box = np.array(area.bounds)
    bounds = shapely.bounds(geometries)
    inside = np.all(bounds[:, :2] >= box[:2], axis=1) & np.all(bounds[:, 2:] <= box[2:], axis=1)
    geometries = geometries.copy()
    geometries[~inside] = shapely.clip_by_rect(geometries[~inside], *box)
    return geometries


def _joined(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines of one class and name joined end to end: fewer features, and labels that find room."""
    if lines.empty:
        return lines
    grouped = lines.groupby(["cls", "name"], sort=True)["geometry"]
    joined = grouped.agg(lambda some: shapely.line_merge(shapely.multilinestrings(shapely.get_parts(some.to_numpy()))))
    parts, row = shapely.get_parts(joined.to_numpy(), return_index=True)
    keys = joined.index[row]
    return pd.DataFrame({"cls": keys.get_level_values(0), "name": keys.get_level_values(1), "geometry": parts})
