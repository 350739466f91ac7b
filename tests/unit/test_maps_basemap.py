"""The base map holds what was given, where it was, and sea where the coastline says so."""

from __future__ import annotations

import gzip
from typing import Any

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from pmtiles.reader import MemorySource, Reader, all_tiles

from assetmap.errors import NothingFound
from assetmap.maps.basemap import MAX_ZOOM, MIN_ZOOM, build_basemap
from assetmap.maps.sea import sea
from assetmap.maps.vector_tile import EXTENT, TileLayer, encode

SQUARE = shapely.box(0, 0, 10, 10)


def line(*xy: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(xy)


def test_the_right_side_of_a_coastline_is_sea() -> None:
    north = sea([line((12, 5), (-2, 5))], SQUARE)  # heading west: land (left) is south
    assert north.equals(shapely.box(0, 5, 10, 10))
    south = sea([line((-2, 5), (12, 5))], SQUARE)
    assert south.equals(shapely.box(0, 0, 10, 5))


def test_an_island_is_land_and_a_ring_of_coast_the_other_way_is_sea() -> None:
    island = line((4, 4), (6, 4), (6, 6), (4, 6), (4, 4))  # counter-clockwise: land inside
    assert sea([island], SQUARE).area == pytest.approx(100 - 4)
    assert sea([island.reverse()], SQUARE).area == pytest.approx(4)


def test_a_coastline_that_was_cut_goes_on_as_it_was_heading() -> None:
    assert sea([line((12, 5), (2, 5))], SQUARE).area == pytest.approx(50)


def test_a_coast_in_pieces_is_one_coast() -> None:
    pieces = [line((7, 5), (-2, 5)), line((12, 5), (7, 5))]
    assert sea(pieces, SQUARE).area == pytest.approx(50)


def test_no_coast_is_no_sea_and_contradictions_stay_land() -> None:
    assert sea([], SQUARE).is_empty
    assert sea([line((20, 20), (30, 20))], SQUARE).is_empty
    channel = [line((12, 5), (-2, 5)), line((-2, 7), (12, 7))]
    assert sea(channel, SQUARE).equals(shapely.box(0, 5, 10, 7))
    disputed = [line((-2, 5), (12, 5)), line((-2, 7), (12, 7))]  # one says land, the other sea of what lies between
    assert sea(disputed, SQUARE).equals(shapely.box(0, 0, 10, 5))


def decoded(*layers: TileLayer) -> dict[str, Any]:
    return mapbox_vector_tile.decode(encode(layers), default_options={"y_coord_down": True})


def test_a_tile_says_what_was_drawn() -> None:
    hole = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(10, 10), (10, 20), (20, 20), (20, 10)]])
    two = shapely.MultiPolygon([shapely.box(200, 200, 300, 300), shapely.box(400, 0, 450, 70)])
    shapes = shapely.orient_polygons(np.array([hole, two]))
    forked = shapely.MultiLineString([[(0, 0), (5, 5)], [(9, 9), (70, 9000)]])
    roads = np.array([line((0, 0), (4000, 4000), (4000, 50)), forked])
    tile = decoded(
        TileLayer("green", shapes, {"cls": ["park", "wood"], "name": ["Ørsteds æble 🌳", ""]}),
        TileLayer("road", roads, {"cls": ["minor", "major"], "name": ["", ""]}),
    )
    first, second = tile["green"]["features"]
    assert first["properties"] == {"cls": "park", "name": "Ørsteds æble 🌳"}
    assert second["properties"] == {"cls": "wood"}
    assert tile["green"]["extent"] == EXTENT
    for feature, shape in zip((first, second), shapes, strict=True):
        assert shapely.geometry.shape(feature["geometry"]).equals(shape)
    for feature, road in zip(tile["road"]["features"], roads, strict=True):
        assert shapely.geometry.shape(feature["geometry"]).equals(road)


def test_what_falls_together_at_whole_units_is_left_out() -> None:
    specks = np.array([line((1.1, 1.1), (1.2, 1.2)), line((0, 0), (9, 9))])
    assert len(decoded(TileLayer("road", specks, {"cls": ["a", "b"]}))["road"]["features"]) == 1
    assert encode([TileLayer("road", specks[:1], {"cls": ["a"]})]) == b""


@pytest.fixture(scope="module")
def harbour() -> gpd.GeoDataFrame:
    """A quay running east at 55.67° north, water south of it; two stretches of one street; a park with a house."""
    rows = [
        ("coastline", "", "", line((12.5, 55.67), (12.7, 55.67))),
        ("road", "minor", "Strandgade", line((12.59, 55.675), (12.595, 55.675))),
        ("road", "minor", "Strandgade", line((12.595, 55.675), (12.60, 55.676))),
        ("road", "path", "", line((12.59, 55.674), (12.60, 55.674))),
        ("green", "park", "Haven", shapely.box(12.591, 55.676, 12.596, 55.679)),
        ("building", "", "", shapely.box(12.592, 55.677, 12.5922, 55.6771)),
        ("unheard of", "", "", shapely.box(12.592, 55.677, 12.5922, 55.6771)),
    ]
    return gpd.GeoDataFrame(rows, columns=["layer", "cls", "name", "geometry"], geometry="geometry", crs=4326)


AREA = shapely.box(12.585, 55.665, 12.605, 55.685)


def layer_area(content: bytes, zoom: int, name: str, cls: str) -> float:
    """Area of a layer's class at a zoom as a share of a tile, tiles' margins cut off."""
    total = 0.0
    tile = shapely.box(0, 0, EXTENT, EXTENT)
    for (z, _, _), data in all_tiles(MemorySource(content)):
        if z == zoom:
            found = mapbox_vector_tile.decode(gzip.decompress(data)).get(name, {"features": []})["features"]
            shapes = [shapely.geometry.shape(f["geometry"]) for f in found if f["properties"].get("cls", "") == cls]
            total += sum(shape.intersection(tile).area for shape in shapes) / EXTENT**2
    return total


def test_the_base_map_holds_land_and_sea_in_their_proportion(harbour: gpd.GeoDataFrame) -> None:
    content = build_basemap(harbour, AREA)
    header = Reader(MemorySource(content)).header()
    assert (header["min_zoom"], header["max_zoom"]) == (MIN_ZOOM, MAX_ZOOM)
    assert header["min_lon_e7"] == 125850000
    land = layer_area(content, MAX_ZOOM, "land", "")
    assert layer_area(content, MAX_ZOOM, "water", "sea") / land == pytest.approx(0.25, abs=0.002)


def test_streets_are_joined_named_and_shown_by_zoom(harbour: gpd.GeoDataFrame) -> None:
    content = build_basemap(harbour, AREA)
    roads: dict[int, set[tuple[str, str]]] = {z: set() for z in range(MIN_ZOOM, MAX_ZOOM + 1)}
    for (z, _, _), data in all_tiles(MemorySource(content)):
        for feature in mapbox_vector_tile.decode(gzip.decompress(data)).get("road", {"features": []})["features"]:
            roads[z].add((feature["properties"]["cls"], feature["properties"].get("name", "")))
    assert roads[10] == set()
    assert roads[12] == {("minor", "")}
    assert roads[14] == {("minor", "Strandgade"), ("path", "")}


def test_the_same_shapes_give_the_same_bytes_in_any_reference_system(harbour: gpd.GeoDataFrame) -> None:
    assert build_basemap(harbour, AREA) == build_basemap(harbour, AREA)
    share = layer_area(build_basemap(harbour.to_crs(25832), AREA), MAX_ZOOM, "green", "park")
    assert share == pytest.approx(layer_area(build_basemap(harbour, AREA), MAX_ZOOM, "green", "park"), rel=1e-3)


def test_progress_ends_at_one_and_nothing_is_refused(harbour: gpd.GeoDataFrame) -> None:
    seen: list[float] = []
    build_basemap(harbour, None, progress=lambda _, share: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == 1
    with pytest.raises(NothingFound, match="nothing to draw"):
        build_basemap(harbour.iloc[:0])
