"""How fast is a store of a million assets: one edit, a part of the map, everything? Prints rows of a Markdown table.

python benchmarks/store.py [--assets 1000000] [--server]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.store import Store
from assetmap.store.frames import read_frame
from assetmap.store.homes.burst import keep_connections
from assetmap.store.tables import asset
from benchmarks.store_safety import addresses, row
from tests.stored_world import OSM, inventory


def country(count: int) -> gpd.GeoDataFrame:
    """Assets over ten degrees: four fifths points, the rest polygons and lines."""
    dice = np.random.default_rng(1)
    x, y = dice.uniform(5, 15, count), dice.uniform(55, 65, count)
    shapes = shapely.points(x, y)
    areas = np.arange(count) % 20
    some = (areas >= 16) & (areas < 19)
    shapes[some] = shapely.box(x[some], y[some], x[some] + 1e-3, y[some] + 1e-3)
    lines = areas == 19
    ends = np.stack([np.stack([x[lines], y[lines]], 1), np.stack([x[lines] + 1e-3, y[lines]], 1)], 1)
    shapes[lines] = shapely.linestrings(ends)
    frame = gpd.GeoDataFrame(
        {"name": [f"Blåbærøya {i}" for i in range(count)], "category": "park_green", "kind": "places",
         "audience": "public", "review": "ok", "location_precision": "exact", "source": OSM.source,
         "source_id": [f"node/{i}" for i in range(count)], "licence": OSM.licence, "attribution": OSM.attribution,
         "retrieved": OSM.retrieved, "tags": '{"leisure": "park"}'},
        geometry=shapes, crs=4326,
    )  # fmt: skip
    frame.index = [asset_id(OSM.source, key) for key in frame["source_id"]]
    return frame.rename_axis("id")


def timed(work: Callable[[], object], times: int) -> float:
    """The median of so many runs, in seconds."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def main() -> None:
    """Measure, and print."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--assets", type=int, default=1_000_000)
    ask.add_argument("--server", action="store_true")
    said = ask.parse_args()
    keep_connections()
    print(f"| {'Server' if said.server else 'Folder'} | Goal | Measured |\n|---|---|---|")
    with addresses(said.server) as new:
        frame = country(said.assets)
        store = Store.create(new())
        begin = time.perf_counter()
        store.save(inventory(frame, boundary=shapely.box(4, 54, 16, 66)))
        row(f"first save of {said.assets:,} assets", "–", f"{time.perf_counter() - begin:.0f} s")
        ids = iter(frame.index[:: max(1, len(frame) // 300)])
        for _ in range(20):
            store.journal.apply([Change(next(ids), {"description": "warm"})])
        edit = timed(lambda: store.journal.apply([Change(next(ids), {"description": "new"})]), 200)
        row("one edit", "< 5 ms", f"{edit * 1000:.1f} ms")
        look = timed(lambda: store.records.within(10.0, 60.0, 10.35, 60.35), 20)
        there = len(store.records.within(10.0, 60.0, 10.35, 60.35))
        row(f"a part of the map ({there:,} assets)", "< 50 ms", f"{look * 1000:.0f} ms")

        def everything() -> int:
            with store.home.reading() as connection:
                return len(read_frame(connection, asset, "id"))

        row("everything as a GeoDataFrame", "< 10 s", f"{timed(everything, 3):.1f} s")
    print(f"\nPython {sys.version.split()[0]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
