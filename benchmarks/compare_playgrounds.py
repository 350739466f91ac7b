"""Which playgrounds does OpenStreetMap have, and which has the municipality, in the same area?

python benchmarks/compare_playgrounds.py MAP.osm.zip LIST.geojson [METRES]

Prints the counts of docs/evidence/christianshavn-playgrounds.md, and every playground that only one of them has.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.analyses.coverage import coverage
from assetmap.gathering import find_place, gather, read_file
from assetmap.sources.conform import conform
from assetmap.sources.source import Context


def main(osm: Path, listed: Path, within_m: float = 50.0) -> None:
    """Compare the two and print what was found."""
    inventory = gather(find_place(osm=osm)).inventory
    here = inventory.neighbourhood
    mapped = inventory.frame[inventory.frame["category"] == "playground"]
    every = conform(read_file(listed, Context(near=here.boundary))).assets
    municipal = every[every.intersects(here.boundary)]
    crs = municipal.estimate_utm_crs()
    shapes, points = (frame.to_crs(crs).geometry.to_numpy() for frame in (mapped, municipal))
    apart = shapely.distance(shapes[:, None], points[None, :])

    area = gpd.GeoSeries([here.boundary], crs=4326).to_crs(crs).area.iloc[0] / 1e6
    print(f"{here.name}: {area:.2f} km²")
    print(f"OpenStreetMap {here.meta['data_date']}: {len(mapped)}; the list: {len(municipal)}")
    both = int((apart.min(axis=1) <= within_m).sum()), int((apart.min(axis=0) <= within_m).sum())
    print(f"within {within_m:g} m of each other: {both[0]} of the map, {both[1]} of the list")
    for title, frame, nearest in (
        ("only OpenStreetMap", mapped, apart.min(axis=1)),
        ("only the list", municipal, apart.min(axis=0)),
    ):
        alone = np.flatnonzero(nearest > within_m)
        print(f"{title}: {len(alone)}")
        for i in alone:
            row, spot = frame.iloc[i], frame.geometry.iloc[i].representative_point()
            name = row["name"] if isinstance(row["name"], str) else "–"
            print(f"  {spot.y:.5f}, {spot.x:.5f}  {row['source_id']:<18} {name}  ({nearest[i]:.0f} m)")
    for title, frame in {"map": mapped, "list": municipal, "both": pd.concat([mapped, municipal])}.items():
        share = coverage(frame, category="playground", minutes=5, homes=here.homes, network=here.network).summary
        print(f"homes within 5 minutes by the {title}: {share['share']:.1%}")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), *map(float, sys.argv[3:]))
