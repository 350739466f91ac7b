"""Which files belong to which state of the map: the walking network and the base map?

The map names them (`network.7.npz`, `basemap.7.pmtiles`), so the one commit of the map switches all three, and after a
crash at any moment the map and its files still match.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assetmap.store.home import Shelf

SIDECARS = {"network": ".npz", "basemap": ".pmtiles"}


def publish(
    connection: sa.Connection, shelf: Shelf, generation: int, network: Any, basemap: bytes | None
) -> dict[str, dict[str, Any]]:
    """Put the files of a new generation on the shelf; returns what the map has to remember of each."""
    parts = {}
    for part, thing in (("network", network), ("basemap", basemap)):
        if thing is None:
            continue
        staged = shelf.stage(SIDECARS[part])
        try:
            if isinstance(thing, bytes):
                staged.write_bytes(thing)
            else:
                thing.save(staged)
            name = f"{part}.{generation}{SIDECARS[part]}"
            parts[part] = {"file": name, "bytes": staged.stat().st_size, "sha256": sha256(staged)}
            shelf.keep(connection, staged, name)
        finally:
            staged.unlink(missing_ok=True)
    return parts


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_network(path: Path) -> Any:
    """Read the walking network of a file."""
    from assetmap.walk import WalkNetwork

    return WalkNetwork.load(path)
