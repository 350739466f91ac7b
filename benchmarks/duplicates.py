"""How often is a proposed duplicate one, and how many are found? On a labelled town, and on real lists of one place.

python benchmarks/duplicates.py [DATA]

DATA is the folder of real data; without it only the labelled town is measured. Prints the tables of
docs/evidence/duplicates.md. What decides on real data is not looked at by what is measured: ids that both lists carry,
taken out before, or a check by hand, kept here as row numbers.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from assetmap.gathering import find_place, gather, read_file
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.conform import conform
from assetmap.sources.source import Context
from assetmap.upkeep.alike import proposals
from assetmap.upkeep.meeting import metric_shapes
from assetmap.upkeep.names import comparable
from tests.twins import twins

Truth = frozenset[frozenset[str]]

# Oslo: number of the kindergarten in the municipality's file to row of the other list, read name by name.
OSLO = {
    2: 322, 3: 289, 4: 160, 5: 161, 6: 162, 7: 323, 8: 290, 9: 291, 10: 292, 11: 324, 13: 163, 14: 183, 15: 325,
    16: 326, 17: 293, 18: 327, 19: 294, 20: 164, 21: 165, 22: 295, 23: 166, 24: 296, 25: 167, 26: 328, 27: 329,
    28: 297, 29: 330, 30: 168, 32: 169, 34: 170, 35: 171, 36: 331, 37: 332, 38: 333, 39: 334, 40: 172, 41: 298,
    42: 335, 43: 336, 44: 173, 46: 337, 47: 299, 48: 174, 49: 175, 50: 338, 51: 300, 52: 301, 53: 302, 54: 303,
    55: 339, 56: 548, 63: 304, 64: 305, 65: 176, 66: 340, 67: 177, 68: 341, 69: 552, 70: 178, 71: 307, 72: 308,
    73: 343, 75: 344, 76: 309, 77: 179, 78: 180, 80: 310, 81: 181, 82: 311, 83: 312, 84: 313, 85: 314, 86: 315,
    87: 182, 88: 316, 89: 184, 90: 185, 92: 186, 93: 345, 94: 187, 95: 188, 96: 189, 97: 190, 98: 317, 99: 318,
    100: 348, 101: 349, 102: 350, 103: 319, 104: 320,
}  # fmt: skip


def wilson(right: int, of: int) -> str:
    """A share with its 95 % interval after Wilson, which holds near 1 and for few cases."""
    if not of:
        return "–"
    z, share = 1.96, right / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return f"{share:.3f} ({middle - half:.3f}–{middle + half:.3f})"


def line(title: str, pairs: Iterable[frozenset[str]], truth: Truth) -> None:
    """One row of a table: what, pairs, precision, recall."""
    found = set(pairs)
    right = len(found & truth)
    print(f"| {title} | {len(found)} | {wilson(right, len(found))} | {wilson(right, len(truth))} |")


def measure(title: str, assets: gpd.GeoDataFrame, truth: Truth) -> pd.DataFrame:
    """The table of one set: per band and over all. Pairs of one source are counted: no list says which are right."""
    before = time.perf_counter()
    found = proposals(assets)
    took = time.perf_counter() - before
    source = assets["source"]
    across = source.reindex(found["a"]).to_numpy() != source.reindex(found["b"]).to_numpy()
    pairs = [frozenset(pair) for pair in zip(found["a"], found["b"], strict=True)]
    found = found.assign(pair=pairs, right=[pair in truth for pair in pairs])
    sizes = " × ".join(str(many) for many in source.value_counts(sort=False))
    print(f"\n{title}: {sizes} rows, {len(truth)} true pairs, {took:.1f} s; twice in one source: {(~across).sum()}")
    print("| band | pairs | precision | recall |\n|---|---|---|---|")
    found = found[across]
    for band in ("register", "same", "ask"):
        if (found["band"] == band).any():
            line(band, found.loc[found["band"] == band, "pair"], truth)
    if 0 < found["names"].isna().sum() < len(found):
        line("all with names", found.loc[found["names"].notna(), "pair"], truth)
    line("all", found["pair"], truth)
    return found


def baselines(assets: gpd.GeoDataFrame, truth: Truth) -> None:
    """What the two simplest ways reach: an equal name within 250 m, and the nearest within 250 m."""
    spots = shapely.get_coordinates(metric_shapes(assets))
    one, other = (np.flatnonzero(assets["source"] == source) for source in ("osm", "register"))
    ids = assets.index.to_numpy()
    names = np.array([comparable(name) if isinstance(name, str) else "" for name in assets["name"]], dtype=object)
    tree = cKDTree(spots[other])
    near = [(i, other[k]) for i, found in zip(one, tree.query_ball_point(spots[one], 250), strict=True) for k in found]
    print("| alone | pairs | precision | recall |\n|---|---|---|---|")
    line("equal name within 250 m", (frozenset((ids[i], ids[j])) for i, j in near if names[i] == names[j] != ""), truth)
    metres, nearest = tree.query(spots[one], distance_upper_bound=250)
    placed = np.isfinite(metres)
    line("nearest within 250 m", map(frozenset, zip(ids[one[placed]], ids[other[nearest[placed]]], strict=True)), truth)


def assets_of(
    source: str, ids: Iterable[object], names: Iterable[object], category: object, east: pd.Series, north: pd.Series
) -> gpd.GeoDataFrame:
    """Rows of a list as assets; no place where there is none, or 0° 0°."""
    keys = [str(key) for key in ids]
    frame = gpd.GeoDataFrame(
        {"name": list(names), "names": np.nan, "category": category, "source": source, "source_id": keys,
         "tags": np.nan, "location_precision": "exact"},
        geometry=gpd.points_from_xy(east, north), crs=4326, index=[f"{source}:{key}" for key in keys],
    )  # fmt: skip
    frame.loc[(east.isna() | (east == 0)).to_numpy(), "geometry"] = None
    return frame


def sarpsborg(data: Path) -> tuple[gpd.GeoDataFrame, Truth]:
    """The town's kindergartens in the national register at two times; the organisation number, taken out, tells."""
    parts, ids = [], []
    for year in ("3003", "3105"):
        file = data / f"registers/no_sarpsborg/sarpsborg_barnehager_{year}.csv"
        rows = pd.read_csv(file, dtype={"nsrid": str})
        parts.append(assets_of(year, rows["nsrid"], rows["name"], "kindergarten", rows["lon"], rows["lat"]))
        ids.append(set(rows["nsrid"]))
    return pd.concat(parts), frozenset(frozenset((f"3003:{key}", f"3105:{key}")) for key in ids[0] & ids[1])


def oslo(data: Path) -> tuple[gpd.GeoDataFrame, Truth]:
    """Kindergartens of the inner city by the municipality, and of the whole city geocoded by somebody else."""
    own = pd.DataFrame(json.loads((data / "registers/no_oslo/oslo_barnehager_104.json").read_text(encoding="utf-8")))
    other = pd.read_parquet(data / "registers/no_oslo/barnehage_koordinater.parquet")
    parts = [
        assets_of("city", own["id"], own["name"], "kindergarten", own["longitude"], own["latitude"]),
        assets_of("list", other.index, other["barnehage"], "kindergarten", other["Longitude"], other["Latitude"]),
    ]
    return pd.concat(parts), frozenset(frozenset((f"city:{a}", f"list:{b}")) for a, b in OSLO.items())


def copenhagen(data: Path, mapped: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Truth]:
    """The map of a quarter in 2017, and the nodes of OpenStreetMap there in 2019; the node's number tells."""
    west, south, east, north = mapped.total_bounds
    archive = zipfile.ZipFile(data / "bench/osm/denmark_poi_nodes_2019.sqlite.zip")
    with tempfile.TemporaryDirectory() as folder, archive:
        file = sqlite3.connect(archive.extract("denmark.sqlite", folder))
        query = "SELECT * FROM node WHERE lat BETWEEN ? AND ? AND lon BETWEEN ? AND ?"
        nodes = pd.read_sql(query, file, params=(south, north, west, east))
        file.close()
    nodes["category"] = [
        taxonomy().classify({key: value}) for key, value in zip(nodes["TAG"], nodes["VALUE"], strict=True)
    ]
    nodes = nodes[nodes["category"].notna()]
    ids = "node/" + nodes["ID"].astype("str")
    later = assets_of("nodes", ids, nodes["NAME"], nodes["category"].to_numpy(), nodes["LON"], nodes["LAT"])
    there = set(ids)
    pairs = zip(mapped.index, mapped["source_id"], strict=True)
    return pd.concat([mapped, later]), frozenset(frozenset((a, f"nodes:{key}")) for a, key in pairs if key in there)


def real(data: Path) -> Iterator[tuple[str, gpd.GeoDataFrame, Truth]]:
    """The real sets: title, assets of both sources, true pairs."""
    yield "Sarpsborg's kindergartens, one register at two times", *sarpsborg(data)
    yield "Oslo's kindergartens, two lists", *oslo(data)
    inventory = gather(find_place(osm=data / "osm/copenhagen_christianshavn_2017.osm.zip")).inventory
    yield "Christianshavn, the map of 2017 and nodes of 2019", *copenhagen(data, inventory.frame)
    here = inventory.neighbourhood.boundary
    listed = conform(
        read_file(data / "registers/dk_opendata/dk_kobenhavn_legepladser.geojson", Context(near=here))
    ).assets
    listed = listed[listed.intersects(here)]
    playgrounds = inventory.frame[inventory.frame["category"] == "playground"]
    spots, shapes = (metric_shapes(frame) for frame in (listed, playgrounds))
    apart = shapely.distance(spots[:, None], shapes[None, :])
    one = apart.argmin(axis=1)  # docs/evidence/christianshavn-playgrounds.md looked at each of them
    truth = {frozenset((listed.index[i], playgrounds.index[one[i]])) for i in range(len(listed)) if apart[i].min() < 2}
    yield "Christianshavn's playgrounds, map and municipality", pd.concat([playgrounds, listed]), frozenset(truth)


def main(data: Path | None) -> None:
    """Measure the labelled town, then the real lists."""
    town = twins()
    measure("The labelled town", town.assets, town.truth)
    baselines(town.assets, town.truth)
    for title, assets, truth in real(data) if data else ():
        found = measure(title, assets, truth)
        name = assets["name"]
        for row in found[~found["right"] & (found["band"] != "ask")].itertuples():
            print(f"  not so by the ids: {name[row.a]} / {name[row.b]}, {row.distance_m:.0f} m")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]) if len(sys.argv) == 2 else None)
