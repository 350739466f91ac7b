"""Has this table changed since?"""

from __future__ import annotations

import hashlib

import geopandas as gpd
import pandas as pd
import shapely


def frame_fingerprint(frame: gpd.GeoDataFrame) -> str:
    """Sixteen hexadecimal digits over index, values and geometry of a frame, whatever the order of its rows."""
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name)).astype("str").fillna("")
    plain["_index"] = frame.index.astype("str")
    plain["_geometry"] = shapely.to_wkb(frame.geometry.to_numpy(), hex=True, output_dimension=2)
    rows = pd.util.hash_pandas_object(plain.fillna(""), index=False).to_numpy(copy=True)
    rows.sort()
    return hashlib.sha256(rows.tobytes() + ",".join(plain.columns).encode()).hexdigest()[:16]
