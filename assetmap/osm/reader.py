"""How is an OpenStreetMap file read in one pass, also when it is clipped, unsorted or old?

pyosmium assembles areas and finds locations in C++; Python sees only what has tags. What a clipped file leaves
incomplete is kept as far as it can be and counted in the report. Names of mappers are never read.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import shapely
from osmium.osm import NODE, WAY

from assetmap.errors import NothingFound
from assetmap.messages import M
from assetmap.model.taxonomy import taxonomy
from assetmap.osm.data import OsmData, OsmWays
from assetmap.osm.opening import cut_off, opened, sha256_of, sorted_copy
from assetmap.osm.shapes import area_shape, line_shape

_NO_PLACE = 2**31 - 1
_SCALE = 1e-7
_GATES = (
    "gate",
    "entrance",
    "kissing_gate",
    "stile",
    "swing_gate",
    "lift_gate",
    "bollard",
    "cycle_barrier",
    "turnstile",
)
# keys that may hold somebody's contact, alone or behind a colon, also numbered (`phone_2`)
_PERSONAL = re.compile(
    r"(.*:)?(phone|telephone|mobile|fax|e-?mail|whatsapp)(_\d+)?(:.*)?|contact:(person|name)(:.*)?", re.IGNORECASE
)
_NEVER_AREA = frozenset({"coastline", "cliff", "tree_row", "ridge", "valley"})
_FRESH = "2000-01-01"


class _OutOfOrder(RuntimeError):
    """Nodes stand after the ways that use them."""


def read_osm(path: Path | str) -> OsmData:
    """Read a `.osm`, `.osm.gz`, `.osm.bz2`, `.osm.zip` or `.osm.pbf` file.

    A file that is clipped (ways whose nodes are missing) keeps what is there; one whose objects are not in the order
    nodes, ways, relations is sorted first.

    Raises:
        FileMissing: There is no such file.
        FormatError: It cannot be read to its end, or is something else.
        NothingFound: It holds neither streets nor anything else that is tagged.
    """
    path = Path(path)
    with opened(path) as file:
        try:
            try:
                box = _box(file)
                harvest = _collect(file)
            except RuntimeError as fault:
                if not isinstance(fault, _OutOfOrder) and "out of order" not in str(fault):
                    raise
                with tempfile.TemporaryDirectory(prefix="assetmap-") as folder:
                    harvest = _collect(sorted_copy(file, Path(folder)), last_try=True)
        except (RuntimeError, EOFError, OSError) as fault:
            raise cut_off(path, fault) from fault
        sha256 = sha256_of(path)
    if not harvest.ways and not harvest.features and not harvest.shapes:
        raise NothingFound(
            M("The file {file} holds no streets and no tagged places. Expected an OpenStreetMap extract with all tags; "
              "download the area again.", file=path.name)
        )  # fmt: skip
    return harvest.data(box, sha256, path.name)


def _collect(file: Path, last_try: bool = False) -> _Harvest:
    harvest = _Harvest()
    members = _relations(file, harvest)
    tagged: Any = osmium.filter.EmptyTagFilter()
    processor: Any = (
        osmium.FileProcessor(str(file)).with_locations("flex_mem").with_areas().with_filter(tagged.enable_for(NODE))
    )
    for thing in processor:
        if thing.is_node():
            harvest.node(thing)
        elif thing.is_way():
            harvest.way(thing, members)
        elif thing.is_area():
            harvest.area(thing)
    clipped = harvest.report["ways_with_missing_nodes"]
    if clipped and not last_try and processor.header.get("sorting") != "Type_then_ID" and _nodes_come_late(file):
        raise _OutOfOrder
    harvest.rescue()
    harvest.seen(processor.header.get("osmosis_replication_timestamp")[:10])
    return harvest


def _nodes_come_late(file: Path) -> bool:
    """Whether a node stands after a way, so that nodes only seem to be missing. Looks at every node; asked rarely."""
    way_seen = False
    things: Any = osmium.FileProcessor(str(file), NODE | WAY)
    for thing in things:
        if thing.is_node() and way_seen:
            return True
        way_seen = way_seen or thing.is_way()
    return False


def _box(file: Path) -> shapely.Polygon | None:
    """The area that the file says it covers; taken from the file itself, since sorting loses it."""
    with osmium.io.Reader(str(file), osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    if not box.valid() or box.size() == 0:
        return None
    low, high = box.bottom_left, box.top_right
    return shapely.box(low.lon, low.lat, high.lon, high.lat)


def _relations(file: Path, harvest: _Harvest) -> dict[int, list[int]]:
    """The areas made of several ways that may be assets, and for each of their ways which areas it belongs to."""
    members: dict[int, list[int]] = {}
    relations: Any = osmium.FileProcessor(str(file), osmium.osm.RELATION)
    for relation in relations:
        tags = _tags(relation)
        kind = tags.get("type")
        if kind not in {"multipolygon", "boundary", "site"} or not _interesting(tags):
            continue
        harvest.relation_tags[relation.id] = tags
        for member in relation.members:
            if member.type == "w" and member.role != "inner":
                members.setdefault(member.ref, []).append(relation.id)
    return members


_WANTED = taxonomy().osm_values()


def _interesting(tags: Mapping[str, str]) -> bool:
    """Whether the tags may mean an asset: every street has the key `highway`, but only bus stops and squares do."""
    for key in _WANTED.keys() & tags.keys():
        values = _WANTED[key]
        if not values or not values.isdisjoint(part.strip() for part in tags[key].split(";")):
            return True
    return False


def _tags(thing: Any) -> dict[str, str]:
    """The tags, without phone numbers and e-mail addresses: those of clubs are often a person's own."""
    return {key: value for key, value in thing.tags if not _personal(key)}


@lru_cache(maxsize=4096)
def _personal(key: str) -> bool:
    return _PERSONAL.fullmatch(key) is not None


@dataclass
class _Harvest:
    """What has been collected so far; columns as lists, which grow faster than frames."""

    features: dict[str, tuple[dict[str, str], Any]] = field(default_factory=dict)
    addresses: dict[str, tuple[dict[str, str], Any]] = field(default_factory=dict)
    buildings: dict[str, tuple[dict[str, str], Any]] = field(default_factory=dict)
    gates: dict[str, tuple[dict[str, str], Any]] = field(default_factory=dict)
    shapes: dict[str, tuple[str, str, str, Any]] = field(default_factory=dict)
    ways: dict[tuple[int, int], tuple[dict[str, str], Any, Any, bool]] = field(default_factory=dict)
    relation_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    relation_lines: dict[int, list[Any]] = field(default_factory=dict)
    open_areas: dict[str, tuple[dict[str, str], Any]] = field(default_factory=dict)
    report: Counter[str] = field(default_factory=Counter)
    newest: str = ""
    _wkb: Any = field(default_factory=osmium.geom.WKBFactory)

    def seen(self, date: str) -> None:
        """Remember the newest date; the epoch means that the file does not say."""
        if date > _FRESH:
            self.newest = max(self.newest, date)

    def node(self, node: Any) -> None:
        """A point with tags."""
        tags = _tags(node)
        if not node.location.valid():
            self.report["nodes_without_place"] += 1
            return
        wanted, address = _interesting(tags), "addr:housenumber" in tags
        gate = "entrance" in tags or tags.get("barrier") in _GATES
        if not (wanted or address or gate):
            return
        point = shapely.Point(node.location.lon, node.location.lat)
        key = f"node/{node.id}"
        if wanted:
            self.seen(str(node.timestamp)[:10])
            self.features[key] = tags, point
        if address:
            self.addresses[key] = tags, point
        if gate:
            self.gates[key] = tags, point

    def way(self, way: Any, members: Mapping[int, list[int]]) -> None:
        """A line, or the outline of an area that `area` will bring as well."""
        tags = _tags(way)
        self.report["ways"] += 1
        owners = members.get(way.id, ())
        road = "highway" in tags
        shape = line_shape(tags)
        wanted = _interesting(tags)
        if not (owners or road or shape or wanted or "building" in tags):
            return
        vertices = np.array([(n.ref, n.x, n.y) for n in way.nodes], dtype=np.int64).reshape(-1, 3)
        there = vertices[:, 1] != _NO_PLACE
        if not there.all():
            self.report["ways_with_missing_nodes"] += 1
            vertices = vertices[there]
        if len(vertices) < 2 or (len(vertices) < 4 and (vertices[:, 1:] == vertices[0, 1:]).all()):
            return
        lonlat = vertices[:, 1:] * _SCALE
        line = shapely.LineString(lonlat)
        for owner in owners:
            self.relation_lines.setdefault(owner, []).append(line)
        closed = len(vertices) > 3 and bool(vertices[0, 0] == vertices[-1, 0]) and bool(there.all())
        key = f"way/{way.id}"
        area = _is_area(tags)
        if road and not (closed and area):
            self.ways[way.id, 0] = tags, vertices[:, 0], lonlat, False
        if shape and not (closed and area and shape[0] != "coastline"):
            self.shapes[f"{key}/line"] = *shape, tags.get("name", ""), line
        if wanted or "building" in tags:
            self.seen(str(way.timestamp)[:10])
            if area:
                self.open_areas[key] = tags, line
            elif wanted:
                self.features[key] = tags, line

    def area(self, area: Any) -> None:
        """A polygon, from a closed way or from a relation."""
        tags = _tags(area)
        key = f"{'way' if area.from_way() else 'relation'}/{area.orig_id()}"
        if area.from_way() and not _is_area(tags):
            return
        shape = area_shape(tags)
        if not (shape or _interesting(tags) or "building" in tags):
            return
        try:
            polygon = shapely.from_wkb(self._wkb.create_multipolygon(area))
        except (RuntimeError, shapely.GEOSException):
            self.report["areas_unbuildable"] += 1
            return
        self.open_areas.pop(key, None)
        if not area.from_way():
            self.relation_tags.pop(area.orig_id(), None)
        polygon = polygon.geoms[0] if len(polygon.geoms) == 1 else polygon
        self._polygon(key, tags, polygon, shape)
        if "highway" in tags:
            self._plaza(area, tags)

    def _polygon(self, key: str, tags: dict[str, str], polygon: Any, shape: tuple[str, str] | None = None) -> None:
        if _interesting(tags):
            self.features[key] = tags, polygon
        if tags.get("building", "no") != "no":
            self.buildings[key] = tags, polygon
            if "addr:housenumber" in tags:
                self.addresses[key] = tags, polygon.representative_point()
        if shape:
            self.shapes[key] = *shape, tags.get("name", ""), polygon

    def _plaza(self, area: Any, tags: dict[str, str]) -> None:
        """The rings of a square, with their node ids: the streets that end there must meet it."""
        rings = list(area.outer_rings())
        rings += [inner for outer in area.outer_rings() for inner in area.inner_rings(outer)]
        for number, ring in enumerate(rings, 1):
            vertices = np.array([(n.ref, n.x, n.y) for n in ring], dtype=np.int64)
            identity = area.orig_id() if area.from_way() else -area.orig_id()
            self.ways[identity, number] = tags, vertices[:, 0], vertices[:, 1:] * _SCALE, True

    def rescue(self) -> None:
        """Make what can be made of areas that did not close, because the file is clipped or they were drawn wrongly."""
        for key, (tags, line) in self.open_areas.items():
            self.report["areas_clipped"] += 1
            whole = shapely.make_valid(shapely.Polygon(line.coords)) if len(line.coords) >= 4 else line
            self._polygon(key, tags, whole if whole.geom_type in {"Polygon", "MultiPolygon"} else line)
        for relation, tags in self.relation_tags.items():
            lines = self.relation_lines.get(relation)
            if not lines:
                self.report["relations_without_geometry"] += 1
                continue
            self.report["relations_clipped"] += 1
            rings = shapely.get_parts(
                shapely.polygonize(shapely.get_parts(shapely.line_merge(shapely.union_all(lines))))
            )
            self.features[f"relation/{relation}"] = tags, shapely.union_all(rings if len(rings) else lines)

    def data(self, box: shapely.Polygon | None, sha256: str, file: str) -> OsmData:
        """The columns as frames."""
        layers = list(self.shapes.values())
        shapes = gpd.GeoDataFrame(
            {"layer": [s[0] for s in layers], "cls": [s[1] for s in layers], "name": [s[2] for s in layers]},
            geometry=[s[3] for s in layers], crs=4326, index=list(self.shapes),
        )  # fmt: skip
        return OsmData(
            features=_frame(self.features),
            addresses=_addresses(self.addresses),
            buildings=_frame(self.buildings),
            ways=_ways(self.ways),
            gates=_gates(self.gates),
            shapes=shapes,
            bounds=box,
            data_date=self.newest,
            report={k: n for k, n in sorted(self.report.items()) if n},
            sha256=sha256,
            file=file,
        )


def _is_area(tags: Mapping[str, str]) -> bool:
    """Whether a closed way means the ground inside it, rather than the line around it."""
    if "area" in tags:
        return tags["area"] != "no"
    if "highway" in tags or "barrier" in tags or tags.get("natural") in _NEVER_AREA or "piste:type" in tags:
        return "building" in tags or bool({"amenity", "leisure", "shop"} & tags.keys())
    return tags.get("railway") not in {"rail", "tram", "light_rail", "subway", "narrow_gauge"}


def _frame(rows: Mapping[str, tuple[dict[str, str], Any]]) -> gpd.GeoDataFrame:
    tags = [row[0] for row in rows.values()]
    column = np.empty(len(tags), dtype=object)
    column[:] = tags
    return gpd.GeoDataFrame({"tags": column}, geometry=[row[1] for row in rows.values()], crs=4326, index=list(rows))


def _addresses(rows: Mapping[str, tuple[dict[str, str], Any]]) -> gpd.GeoDataFrame:
    names = {"street": ("addr:street", "addr:place"), "number": ("addr:housenumber",), "postcode": ("addr:postcode",),
             "city": ("addr:city",), "unit": ("addr:unit", "addr:flats", "addr:door")}  # fmt: skip
    columns = {
        column: [next((t[k] for k in keys if k in t), "") for t, _ in rows.values()] for column, keys in names.items()
    }
    return gpd.GeoDataFrame(columns, geometry=[g for _, g in rows.values()], crs=4326, index=list(rows))


def _gates(rows: Mapping[str, tuple[dict[str, str], Any]]) -> gpd.GeoDataFrame:
    kind = ["entrance" if "entrance" in t else t["barrier"] for t, _ in rows.values()]
    access = [t.get("foot", t.get("access", "")) for t, _ in rows.values()]
    return gpd.GeoDataFrame(
        {"kind": kind, "access": access}, geometry=[g for _, g in rows.values()], crs=4326, index=list(rows)
    )


def _ways(rows: Mapping[tuple[int, int], tuple[dict[str, str], Any, Any, bool]]) -> OsmWays:
    lengths = [len(refs) for _, refs, _, _ in rows.values()]
    nothing = np.empty((0, 2))
    return OsmWays(
        osm_id=np.array([key[0] for key in rows], dtype=np.int64),
        tags=[row[0] for row in rows.values()],
        start=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        refs=np.concatenate([row[1] for row in rows.values()] or [np.empty(0, np.int64)]),
        lonlat=np.concatenate([row[2] for row in rows.values()] or [nothing]),
        plaza=np.array([row[3] for row in rows.values()], dtype=bool),
    )
