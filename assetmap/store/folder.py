"""Which files make a store, may a store live in this folder, and which files belong to which state of the map?

`map.gpkg` is the truth. The walking network and the base map lie beside it as files of their own (`network.7.npz`,
`basemap.7.pmtiles`); the map names the ones that belong to it. So the one commit of the map switches all three, and
after a crash at any moment the map and its files still match. Files that no map names are swept away by the next save.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assetmap.atomic import flush, flush_folder, temporary
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.model.neighbourhood import Network

MAP, PEOPLE = "map.gpkg", "people.db"
SIDECARS = {"network": ".npz", "basemap": ".pmtiles"}
_OURS = re.compile(r"(network\.\d+\.npz|basemap\.\d+\.pmtiles|\.(network|basemap)-[0-9a-f]{8}\.(npz|pmtiles)(\..*)?)")
_SHARES = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "ceph", "glusterfs", "lustre", "davfs", "sshfs",
           "fuse.sshfs", "fuse.davfs", "fuse.rclone", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.smbnetfs"}  # fmt: skip


def demand_local(folder: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Make sure that a folder is not on a network share, where SQLite's locks do not hold.

    Args:
        folder: Where the store is, or would be.
        mounts: The system's list of mounted disks; where there is none, only addresses of Windows shares are known.

    Raises:
        StoreError: It is on a network share.
    """
    kind = "smb" if str(folder).startswith(("\\\\", "//")) else _filesystem(folder, mounts)
    if kind in {*_SHARES, "smb"}:
        raise StoreError(
            M("{folder} is on a network share ({kind}), where two computers can damage a store by writing at the same "
              "time. Nothing was changed. Use a folder on this computer (--store), or copy the store to one.",
              folder=folder, kind=kind)
        )  # fmt: skip


def _filesystem(folder: Path, mounts: Path) -> str:
    if not mounts.is_file():
        return ""
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if len(point) >= len(best) and Path(point) in (folder, *folder.parents):
            best, kind = point, fields[2]
    return kind


def writable(folder: Path) -> bool:
    """Whether files can be made in a folder, tried rather than asked: rights on paper do not know read-only disks."""
    probe = temporary(folder / "probe")
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def owner_only(path: Path) -> None:
    """Make an empty file that nobody else on this computer may read; an existing one is left as it is."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


@contextlib.contextmanager
def staging(folder: Path, network: Network | None, basemap: bytes | None) -> Iterator[dict[str, Path]]:
    """Write what goes beside the map under names of no meaning (slow, so before the transaction); part to file.

    What has not been published when the block ends is removed.
    """
    parts = {part: temporary(folder / f"{part}{suffix}") for part, suffix in SIDECARS.items()}
    try:
        if network is not None:
            save_network(network, parts["network"])
        if basemap is not None:
            parts["basemap"].write_bytes(basemap)
        staged = {part: path for part, path in parts.items() if path.exists()}
        for path in staged.values():
            flush(path)
        yield staged
    finally:
        for path in parts.values():
            path.unlink(missing_ok=True)


def publish(staged: dict[str, Path], generation: int) -> dict[str, dict[str, Any]]:
    """Give staged files the names of a generation; returns what the map has to remember of each part.

    Where the transaction fails after this, the map does not name them, and the next save sweeps them away.
    """
    parts = {}
    for part, path in staged.items():
        name = f"{part}.{generation}{SIDECARS[part]}"
        parts[part] = {"file": name, "bytes": path.stat().st_size, "sha256": sha256(path)}
        os.replace(path, path.with_name(name))
        flush_folder(path.parent)
    return parts


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove files of ours that no map names. Only under the lock of the folder."""
    for file in folder.iterdir():
        if _OURS.fullmatch(file.name) and file.name not in keep:
            try:
                file.unlink()
            except PermissionError:
                if sys.platform != "win32":  # Windows keeps what somebody still reads; the next save sweeps it
                    raise


def sha256(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save_network(network: Any, path: Path) -> None:
    """Write a walking network into a file; the one place where the store knows how."""
    network.save(path)


def load_network(path: Path) -> Network:
    """Read the walking network of a file."""
    from assetmap.walk import WalkNetwork

    network: Network = WalkNetwork.load(path)
    return network
