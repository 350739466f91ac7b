"""The walking network: which pieces of street there are, how long each is, and how they hang together.

Undirected. Pieces are straight segments where it is built from OpenStreetMap, or any lines. Everything is measured in
the network's metric reference system; frames that come in or go out may be in any.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import scipy.sparse as sp
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from assetmap.errors import NothingFound
from assetmap.messages import M
from assetmap.walk.profile import WalkProfile, walk_profile

if TYPE_CHECKING:
    import networkx as nx

    from assetmap.walk.engine import Prepared

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MIN_COMPONENT_M = 500.0
"""A piece of network shorter than this that hangs together with nothing else is not walked to or from."""


@dataclass(frozen=True, eq=False)
class WalkNetwork:
    """Nodes and undirected edges in metres.

    Attributes:
        crs: Metric reference system of everything inside.
        xy: Node positions, shape (n_nodes, 2), metres.
        node_id: Ids of the nodes as the source gave them, shape (n_nodes,).
        u, v: The two nodes of each edge, as positions in `xy`, shape (n_edges,).
        key: Tells parallel edges apart, as in osmnx, shape (n_edges,).
        length: Length of each edge in metres, > 0, shape (n_edges,).
        lines: Geometry of each edge from u to v, shape (n_edges,).
        steps: Whether the edge is steps, shape (n_edges,).
        gates: Where polygons can be entered: columns kind, access; metric points.
        barriers: What cannot be walked across: metric polygons (water) and lines (railway, motorway).
        report: What was left out when it was built, as counts.
    """

    crs: pyproj.CRS
    xy: Floats
    node_id: Ints
    u: Ints
    v: Ints
    key: Ints
    length: Floats
    lines: NDArray[np.object_]
    steps: NDArray[np.bool_]
    gates: gpd.GeoDataFrame = field(repr=False)
    barriers: gpd.GeoSeries = field(repr=False)
    report: dict[str, int] = field(default_factory=dict)
    _prepared: dict[tuple[bool, float], Prepared] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not len(self.u):
            raise NothingFound(
                M("There are no streets or paths to walk on. Expected ways with the tag highway, or at least one edge.")
            )

    def __repr__(self) -> str:
        return f"<WalkNetwork {len(self.xy):,} nodes, {len(self.u):,} edges, {self.length.sum() / 1000:,.0f} km>"

    # -- making one ------------------------------------------------------------------------------------------------

    @classmethod
    def from_osm(cls, source: Any) -> WalkNetwork:
        """Build it from an OpenStreetMap file (a path) or one already read (`OsmData`), with the foot filter.

        Raises:
            FileMissing, FormatError: The file cannot be read.
            NothingFound: It holds no way that may be walked.
        """
        from assetmap.walk.build import network_from_osm

        return network_from_osm(source)

    @classmethod
    def from_edges(cls, nodes: gpd.GeoDataFrame | None, edges: gpd.GeoDataFrame | pd.DataFrame) -> WalkNetwork:
        """Build it from any line network.

        Args:
            nodes: Index node id, Point geometry, any CRS; None where every edge has a LineString geometry whose ends
                are its nodes.
            edges: Columns u and v (node ids) and `length` in metres, or a MultiIndex (u, v[, key]); optional
                geometry, `key`, `steps` (bool). Without geometry an edge is straight; without `length` it is as long
                as its geometry.

        Raises:
            CRSError: Nodes or edges say no reference system.
            InputError: An edge names a node that is not there, or a length is not above zero.
        """
        from assetmap.walk.build import network_from_edges

        return network_from_edges(nodes, edges)

    @classmethod
    def from_osmnx(cls, graph: nx.MultiDiGraph) -> WalkNetwork:
        """Build it from an osmnx graph (simplified or not, projected or not); direction is ignored, u, v, key kept."""
        from assetmap.walk.osmnx_graph import network_from_graph

        return network_from_graph(graph)

    def to_osmnx(self) -> nx.MultiDiGraph:
        """The same network as an osmnx graph in WGS84, each edge once from u to v, with length, steps and geometry."""
        from assetmap.walk.osmnx_graph import graph_from_network

        return graph_from_network(self)

    def save(self, path: Path | str) -> None:
        """Write it to one `.npz` file, without pickle."""
        from assetmap.walk.files import save_network

        save_network(self, Path(path))

    @classmethod
    def load(cls, path: Path | str) -> WalkNetwork:
        """Read what `save` wrote.

        Raises:
            StoreError: The file is damaged or of another version.
        """
        from assetmap.walk.files import load_network

        return load_network(Path(path))

    # -- asking it -------------------------------------------------------------------------------------------------

    def nearest(
        self,
        origins: gpd.GeoDataFrame | gpd.GeoSeries,
        assets: gpd.GeoDataFrame | gpd.GeoSeries,
        *,
        max_minutes: float | None = None,
        profile: str | WalkProfile = "adult",
        snap_m: float = 100.0,
    ) -> pd.DataFrame:
        """The nearest asset of every origin, on foot.

        Args:
            origins: Points, any CRS. assets: Points, lines or polygons, any CRS; polygons are entered at gates and
                edges, never at their centroid.
            max_minutes: What takes longer counts as not reached; None for no limit.
            profile: Who walks. snap_m: Farther than this from any street, an origin or asset is not linked.

        Returns:
            DataFrame with the origins' index: `minutes` (NaN where nothing is reached), `metres` (effective metres of
            that walk, off-network legs included), `asset` (index label of the nearest asset, None where none),
            `reached` (bool), `linked` (bool: the origin is within `snap_m` of the network), `snap_m` (metres),
            `barred` (bool: the way to the street crosses water, a railway or a motorway, for want of another).

        Source: exact on-edge distance by Dijkstra's algorithm from all assets at once; see docs/concepts/walking.
        """
        from assetmap.walk.nearest import nearest_asset

        return nearest_asset(self, origins, assets, max_minutes, walk_profile(profile), snap_m)

    def walk_areas(
        self,
        points: gpd.GeoDataFrame | gpd.GeoSeries,
        minutes: Sequence[float] = (5, 10, 15),
        *,
        profile: str | WalkProfile = "adult",
        snap_m: float = 100.0,
    ) -> gpd.GeoDataFrame:
        """The ground within so many minutes of any of the points, for drawing: never for counting people.

        Returns:
            GeoDataFrame in WGS84, one row per number of minutes, largest first: `minutes`, geometry. Streets that are
            not reached in time, and water, are cut out.
        """
        from assetmap.walk.areas import walk_areas

        return walk_areas(self, points, list(minutes), walk_profile(profile), snap_m)

    # -- what others may look at -----------------------------------------------------------------------------------

    @property
    def nodes(self) -> gpd.GeoDataFrame:
        """The nodes: index node id, Point geometry in `crs`."""
        index = pd.Index(self.node_id, name="node")
        return gpd.GeoDataFrame(geometry=shapely.points(self.xy), crs=self.crs, index=index)

    @property
    def edges(self) -> gpd.GeoDataFrame:
        """The edges: index (u, v, key) of node ids, columns length (metres) and steps, LineString geometry in `crs`."""
        index = pd.MultiIndex.from_arrays(
            [self.node_id[self.u], self.node_id[self.v], self.key], names=["u", "v", "key"]
        )
        return gpd.GeoDataFrame(
            {"length": self.length, "steps": self.steps}, geometry=self.lines, crs=self.crs, index=index
        )

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when any node, edge, gate or barrier does."""
        digest = hashlib.sha256()
        for array in (self.xy, self.u, self.v, self.length, self.steps):
            digest.update(np.ascontiguousarray(array).tobytes())
        for shapes in (self.lines, self.gates.geometry.to_numpy(), self.barriers.to_numpy()):
            digest.update(len(shapes).to_bytes(8, "little") + b"".join(shapely.to_wkb(shapes)))
        return digest.hexdigest()[:16]

    # -- what the engine needs -------------------------------------------------------------------------------------

    @cached_property
    def component(self) -> Ints:
        """The connected component of each node, numbered from 0, shape (n_nodes,); steps included."""
        n = len(self.xy)
        graph = sp.coo_matrix((np.ones(len(self.u)), (self.u, self.v)), shape=(n, n))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)

    @cached_property
    def usable(self) -> NDArray[np.bool_]:
        """Edges of components long enough to be walked to and from (`MIN_COMPONENT_M`, or the longest of all)."""
        metres = np.bincount(self.component[self.u], weights=self.length)
        keep = metres >= min(MIN_COMPONENT_M, metres.max())
        return np.asarray(keep[self.component[self.u]])

    def small_components(self) -> tuple[int, float]:
        """How many components are too small to be used, and their length together in metres."""
        left_out = ~self.usable
        return len(np.unique(self.component[self.u[left_out]])), float(self.length[left_out].sum())

    def prepared(self, profile: WalkProfile) -> Prepared:
        """The network as the engine wants it for this way of walking; made once, then kept."""
        from assetmap.walk.engine import Prepared

        key = profile.steps, profile.steps_factor
        if key not in self._prepared:
            self._prepared[key] = Prepared.of(self, *key)
        return self._prepared[key]

    def to_metric(self, frame: gpd.GeoDataFrame | gpd.GeoSeries) -> NDArray[np.object_]:
        """The geometries of a frame in the network's reference system.

        Raises:
            CRSError: The frame says no reference system.
        """
        from assetmap.model.crs import to_wgs84

        series = frame.geometry
        if series.crs is None:
            to_wgs84(series)
        return np.asarray(series.to_crs(self.crs).to_numpy())
