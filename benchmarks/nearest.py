"""How fast is the nearest asset of twelve categories at every node of a city, beside networkx and pandana?

    python benchmarks/nearest.py [FILE.osm.pbf] [--runs 5]

The network is prepared beforehand for every engine; each run asks all engines in turn, so that a slow moment of the
machine meets them all; the table holds medians and ratios of one run of this script. pandana (AGPL) is used where it is
installed and is no dependency of assetmap: it asks from each node, up to its maximum distance of 10 km.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np

from assetmap.walk import WalkNetwork, walk_profile
from assetmap.walk.engine import Snapped

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
COUNTS = (5, 10, 20, 40, 60, 100, 150, 200, 300, 400, 600, 800)
"""Assets of each of the twelve categories."""
FARTHEST_M = 10_000.0

Engine = Callable[[], np.ndarray]
"""Asks for all categories; metres to the nearest asset, shape (categories, nodes), infinity where there is none."""


def main() -> None:
    """Time all engines and print a Markdown table."""
    options = argparse.ArgumentParser(description="nearest asset of twelve categories at every node")
    options.add_argument("file", nargs="?", type=Path, default=SHARED / "osm" / "oslo_east_streets_2019.osm.pbf")
    options.add_argument("--runs", type=int, default=5)
    asked = options.parse_args()
    network = WalkNetwork.from_osm(asked.file)
    nodes = np.unique(np.concatenate([network.u[network.usable], network.v[network.usable]]))
    dice = np.random.default_rng(2019)
    assets = [dice.choice(nodes, count, replace=False) for count in COUNTS]
    engines = {"assetmap (scipy)": ours(network, assets), "networkx": by_networkx(network, assets)}
    if importlib.util.find_spec("pandana"):
        engines["pandana"] = by_pandana(network, assets, nodes)
    times: dict[str, list[float]] = {name: [] for name in engines}
    found: dict[str, np.ndarray] = {}
    for _ in range(asked.runs):
        for name, engine in engines.items():
            start = time.perf_counter()
            found[name] = engine()
            times[name].append(time.perf_counter() - start)
    report(network, asked.file.name, times, {name: metres[:, nodes] for name, metres in found.items()})


def ours(network: WalkNetwork, assets: list[np.ndarray]) -> Engine:
    """The engine's own search, from assets that lie on nodes."""
    prepared = network.prepared(walk_profile())
    at_node = np.zeros(len(network.xy), dtype=np.int64)
    at_node[network.u], at_node[network.v] = np.arange(len(network.u)), np.arange(len(network.u))
    sources = []
    for nodes in assets:
        edge = at_node[nodes]
        yes, no = np.ones(len(edge), dtype=bool), np.zeros(len(edge), dtype=bool)
        share = (network.v[edge] == nodes).astype(float)
        sources.append(Snapped(edge, share, np.zeros(len(edge)), yes, no))
    return lambda: np.stack([prepared.spread(some).cost for some in sources])


def by_networkx(network: WalkNetwork, assets: list[np.ndarray]) -> Engine:
    """networkx's multi-source Dijkstra on the same graph."""
    graph = nx.from_scipy_sparse_array(network.prepared(walk_profile()).graph)

    def ask() -> np.ndarray:
        out = np.full((len(assets), len(network.xy)), np.inf)
        for row, nodes in zip(out, assets, strict=True):
            metres = nx.multi_source_dijkstra_path_length(graph, set(nodes.tolist()))
            row[list(metres)] = list(metres.values())
        return out

    return ask


def by_pandana(network: WalkNetwork, assets: list[np.ndarray], nodes: np.ndarray) -> Engine:
    """pandana's contraction hierarchy: one query per category, each from every node; building it is not timed."""
    import pandana
    import pandas as pd

    edges = network.prepared(walk_profile()).graph.tocoo()
    once = edges.row < edges.col
    town = pandana.Network(
        pd.Series(network.xy[nodes, 0], index=nodes), pd.Series(network.xy[nodes, 1], index=nodes),
        pd.Series(edges.row[once]), pd.Series(edges.col[once]), pd.DataFrame({"metres": edges.data[once]}),
    )  # fmt: skip

    def ask() -> np.ndarray:
        out = np.full((len(assets), len(network.xy)), np.inf)
        for row, some in zip(out, assets, strict=True):
            town.set_pois("assets", FARTHEST_M, 1, network.xy[some, 0], network.xy[some, 1])
            answer = town.nearest_pois(FARTHEST_M, "assets", num_pois=1)[1]
            row[answer.index] = answer.where(answer < FARTHEST_M, np.inf)
        return out

    return ask


def report(network: WalkNetwork, file: str, times: dict[str, list[float]], found: dict[str, np.ndarray]) -> None:
    """Print the table: median, range, ratio to ours, and the largest difference in metres where both arrive."""
    first = next(iter(times))
    base = statistics.median(times[first])
    print(
        f"{file}: {network!r}; {len(COUNTS)} categories, {sum(COUNTS)} assets, {len(times[first])} interleaved runs\n"
    )
    print("| engine | median s | range s | times as long | largest difference m |")
    print("|---|---|---|---|---|")
    for name, seconds in times.items():
        both = np.isfinite(found[name]) & np.isfinite(found[first])
        far = np.abs(found[name][both] - found[first][both]).max()
        middle = statistics.median(seconds)
        low, high = min(seconds), max(seconds)
        print(f"| {name} | {middle:.3f} | {low:.3f}–{high:.3f} | {middle / base:.1f} | {far:.3f} |")


if __name__ == "__main__":
    main()
