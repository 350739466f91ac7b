"""How does a prepared network rest on disk? One `.npz` of plain arrays: quick to load, nothing that could run."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.walk.network import WalkNetwork

_VERSION = 1
# What numpy, zipfile, zlib, pyproj and shapely raise at bytes that are not what was written.
_DAMAGE = (
    ValueError, KeyError, IndexError, OSError, EOFError, RuntimeError, OverflowError, MemoryError, SyntaxError,
    struct.error, zipfile.BadZipFile, zlib.error, shapely.GEOSException,
)  # fmt: skip


def save_network(network: WalkNetwork, path: Path) -> None:
    """Write a network to `path`, whose name is taken as it is; see `WalkNetwork.save`."""
    straight = shapely.get_num_coordinates(network.lines) == 2
    bent = np.flatnonzero(~straight)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            version=np.array(_VERSION),
            crs=np.array(network.crs.to_wkt()),
            xy=network.xy, node_id=network.node_id, u=network.u, v=network.v, key=network.key, length=network.length,
            steps=network.steps, bent=bent, bent_wkb=_packed(network.lines[bent]),
            gate_xy=shapely.get_coordinates(network.gates.geometry.to_numpy()).reshape(-1, 2),
            gate_kind=np.array(network.gates["kind"].tolist(), dtype="U20"),
            gate_access=np.array(network.gates["access"].tolist(), dtype="U20"),
            barriers=_packed(network.barriers.to_numpy()),
            report=np.array(json.dumps(network.report)),
        )  # fmt: skip


def load_network(path: Path) -> WalkNetwork:
    """Read a network from `path`; see `WalkNetwork.load`."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if int(file["version"]) != _VERSION:
                raise StoreError(
                    M(
                        "The network in {file} was written by another version. Run assetmap gather again.",
                        file=path.name,
                    )
                )
            crs = pyproj.CRS.from_wkt(str(file["crs"]))
            xy, u, v = file["xy"], file["u"], file["v"]
            lines = shapely.linestrings(np.stack([xy[u], xy[v]], axis=1))
            lines[file["bent"]] = _unpacked(file["bent_wkb"])
            gates = gpd.GeoDataFrame(
                {"kind": file["gate_kind"], "access": file["gate_access"]},
                geometry=shapely.points(file["gate_xy"]),
                crs=crs,
            )
            return WalkNetwork(
                crs, xy, file["node_id"], u, v, file["key"], file["length"], lines, file["steps"], gates,
                gpd.GeoSeries(_unpacked(file["barriers"]), crs=crs), json.loads(str(file["report"])),
            )  # fmt: skip
    except _DAMAGE as fault:
        if isinstance(fault, StoreError):
            raise
        raise StoreError(
            M("The network in {file} cannot be read ({fault}). Run assetmap gather again; the assets are not touched.",
              file=path.name, fault=type(fault).__name__)
        ) from fault  # fmt: skip


def _packed(geometries: object) -> np.ndarray:
    """Geometries as one row of bytes: four bytes of length before each."""
    parts = [bytes(wkb) for wkb in shapely.to_wkb(np.asarray(geometries, dtype=object))]
    return np.frombuffer(b"".join(len(p).to_bytes(4, "little") + p for p in parts), dtype=np.uint8)


def _unpacked(row: np.ndarray) -> np.ndarray:
    data, at, parts = row.tobytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        parts.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return np.asarray(shapely.from_wkb(np.array(parts, dtype=object)), dtype=object)
