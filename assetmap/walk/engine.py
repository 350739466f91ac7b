"""From where to where is it how far? Snapping to edges and the search from many sources at once.

The search is scipy's Dijkstra behind one method, `Prepared.spread`, so that a faster engine can take its place. Costs
are effective metres (see `profile`). Three traps are dealt with here: scipy *adds up* parallel edges when a matrix is
made, so the shortest is taken first; a place is on an *edge*, not at a node; two places on the same edge may be nearer
to each other along it than over any node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from assetmap.walk.network import WalkNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Snapped:
    """Points on the network.

    Attributes:
        edge: The edge of each point, as a position in the network's edges.
        share: How far along that edge, from 0 at u to 1 at v.
        off: Metres from the point to the edge.
        linked: Whether that is within the cap.
        barred: Whether the way to the edge crosses water, a railway or a motorway, for want of another.
    """

    edge: Ints
    share: Floats
    off: Floats
    linked: NDArray[np.bool_]
    barred: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.edge)

    def __getitem__(self, some: NDArray[np.bool_]) -> Snapped:
        return Snapped(self.edge[some], self.share[some], self.off[some], self.linked[some], self.barred[some])


@dataclass(frozen=True, eq=False)
class Reach:
    """What a search found: the cost of every node and which source it came from (−1 for none)."""

    cost: Floats
    source: Ints


@dataclass(frozen=True, eq=False)
class Prepared:
    """A network made ready for one way of walking.

    Attributes:
        network: The network itself.
        walked: Positions of the edges that this way of walking can use.
        effective: Effective metres of every edge of the network.
        graph: Symmetric matrix of effective metres between nodes, the shortest edge of each pair.
        tree: Index over the lines of `walked`.
        barriers: Index over what cannot be crossed on the way to a street.
    """

    network: WalkNetwork
    walked: Ints
    effective: Floats
    graph: sp.csr_matrix
    tree: shapely.STRtree
    barriers: shapely.STRtree

    @classmethod
    def of(cls, network: WalkNetwork, steps: bool, steps_factor: float) -> Prepared:
        """Prepare a network for walking with or without steps."""
        allowed = network.usable & (steps | ~network.steps)
        walked = np.flatnonzero(allowed)
        effective = np.where(network.steps, network.length * steps_factor, network.length)
        barriers = shapely.STRtree(network.barriers.to_numpy())
        shapely.prepare(barriers.geometries)
        return cls(
            network,
            walked,
            effective,
            _matrix(network, walked, effective),
            shapely.STRtree(network.lines[walked]),
            barriers,
        )

    def snap(self, points: NDArray[np.object_], cap: float) -> Snapped:
        """The nearest edge of each point that can be reached without crossing a barrier, else the nearest of all.

        Args:
            points: Points in the network's reference system, none missing. cap: Metres beyond which a point is not
                linked.
        """
        n = len(points)
        if not n or not len(self.walked):
            no = np.zeros(n, dtype=bool)
            return Snapped(np.zeros(n, dtype=np.int64), np.zeros(n), np.full(n, np.inf), no, no)
        asked, found = self.tree.query_nearest(points, all_matches=False)
        nearest = np.zeros(len(points), dtype=np.int64)
        nearest[asked] = found
        edge = self.walked[nearest]
        barred = self._crosses(points, edge) & (shapely.distance(points, self.network.lines[edge]) <= cap)
        if barred.any():
            held = np.flatnonzero(barred)
            round_about, other = self._around(points[held], cap)
            edge[held[round_about]], barred[held[round_about]] = other, False
        lines = self.network.lines[edge]
        off = shapely.distance(points, lines)
        # A line between two nodes on the same spot has no shares.
        share = np.nan_to_num(np.clip(shapely.line_locate_point(lines, points, normalized=True), 0.0, 1.0))
        return Snapped(edge, share, off, off <= cap, barred)

    def _crosses(self, points: NDArray[np.object_], edge: Ints) -> NDArray[np.bool_]:
        crosses = np.zeros(len(points), dtype=bool)
        way = shapely.shortest_line(points, self.network.lines[edge])
        asked, found = self.barriers.query(way)
        # Prepared shapes answer `intersects` quickly, also the whole sea; few are left for the exact question.
        met = shapely.intersects(self.barriers.geometries[found], way[asked])
        asked, found = asked[met], found[met]
        crosses[asked[shapely.crosses(way[asked], self.barriers.geometries[found])]] = True
        return crosses

    def _around(self, points: NDArray[np.object_], cap: float) -> tuple[Ints, Ints]:
        """The points that have an edge within the cap that is reached without crossing a barrier, and the nearest."""
        asked, found = self.tree.query(points, predicate="dwithin", distance=cap)
        edge = self.walked[found]
        free = ~self._crosses(points[asked], edge)
        asked, edge = asked[free], edge[free]
        order = np.lexsort((edge, shapely.distance(points[asked], self.network.lines[edge]), asked))
        round_about, first = np.unique(asked[order], return_index=True)
        return round_about, edge[order][first]

    def grown(self, sources: Snapped) -> sp.csr_matrix:
        """`graph` with each source as one more node, in their order, that leads to both ends of its edge; nothing
        leads back to it."""
        n, net = len(self.network.xy), self.network
        whole = self.effective[sources.edge]
        ends = np.column_stack([net.u[sources.edge], net.v[sources.edge]])
        legs = np.column_stack([sources.off + sources.share * whole, sources.off + (1 - sources.share) * whole])
        return sp.csr_matrix(
            (
                np.concatenate([self.graph.data, legs.ravel()]),
                np.concatenate([self.graph.indices, ends.ravel()]),
                np.concatenate([self.graph.indptr, self.graph.indptr[-1] + 2 * np.arange(1, len(sources) + 1)]),
            ),
            shape=(n + len(sources), n + len(sources)),
        )

    def spread(self, sources: Snapped, limit: float = np.inf) -> Reach:
        """Effective metres from the nearest source to every node, by one search from all sources at once.

        Nodes farther than `limit` (inclusive) get infinity.
        """
        n, linked = len(self.network.xy), np.flatnonzero(sources.linked)
        if not len(linked):
            return Reach(np.full(n, np.inf), np.full(n, -1, dtype=np.int64))
        grown = self.grown(sources[sources.linked])
        cost, _, origin = dijkstra(
            grown,
            directed=True,
            indices=np.arange(n, n + len(linked)),
            min_only=True,
            limit=limit,
            return_predecessors=True,
        )
        cost, origin = cost[:n], origin[:n]
        reached = np.isfinite(cost)
        source = np.full(n, -1, dtype=np.int64)
        source[reached] = linked[origin[reached] - n]
        return Reach(cost, source)

    def arrive(self, reach: Reach, sources: Snapped, at: Snapped) -> tuple[Floats, Ints]:
        """Effective metres from the nearest source to each point `at`, and that source (−1 for none).

        Off-network legs at both ends are included, and sources on the point's own edge are met along it.
        """
        net, whole = self.network, self.effective[at.edge]
        u, v = net.u[at.edge], net.v[at.edge]
        by_u, by_v = reach.cost[u] + at.share * whole, reach.cost[v] + (1 - at.share) * whole
        cost = np.minimum(by_u, by_v) + at.off
        source = np.where(by_u <= by_v, reach.source[u], reach.source[v])
        pairs = self._same_edge(sources, at)
        better = pairs["cost"].to_numpy() < cost[pairs["at"]]
        pairs = pairs[better].sort_values(["cost", "source"], kind="stable").drop_duplicates("at")
        cost[pairs["at"]] = pairs["cost"]
        source[pairs["at"]] = pairs["source"]
        unreached = ~np.isfinite(cost) | ~at.linked
        cost[unreached], source[unreached] = np.inf, -1
        return cost, source

    def _same_edge(self, sources: Snapped, at: Snapped) -> pd.DataFrame:
        """Pairs of a point and a source on the same edge, with the cost along it."""
        here = pd.DataFrame({"edge": at.edge, "at": np.arange(len(at)), "share": at.share, "off": at.off})
        there = pd.DataFrame(
            {"edge": sources.edge, "source": np.arange(len(sources)), "share": sources.share, "off": sources.off}
        )
        there = there[sources.linked]
        pairs = here[here["edge"].isin(there["edge"])].merge(there, on="edge", suffixes=("", "_source"))
        along = (pairs["share"] - pairs["share_source"]).abs() * self.effective[pairs["edge"]]
        pairs["cost"] = along + pairs["off"] + pairs["off_source"]
        return pairs


def _matrix(network: WalkNetwork, walked: Ints, effective: Floats) -> sp.csr_matrix:
    u, v, w = network.u[walked], network.v[walked], effective[walked]
    other = u != v
    low, high = np.minimum(u, v)[other], np.maximum(u, v)[other]
    order = np.lexsort((w[other], high, low))
    low, high, w = low[order], high[order], w[other][order]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, w = low[first], high[first], w[first]
    n = len(network.xy)
    return sp.coo_matrix(
        (np.concatenate([w, w]), (np.concatenate([low, high]), np.concatenate([high, low]))), shape=(n, n)
    ).tocsr()
