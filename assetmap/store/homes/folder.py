"""Which files make a store in a folder, may it live there, and which files belong to which state of the map?

`map.gpkg` is the truth. The walking network and the base map lie beside it as files of their own (`network.7.npz`,
`basemap.7.pmtiles`); the map names the ones that belong to it. So the one commit of the map switches all three, and
after a crash at any moment the map and its files still match. Files that no map names are swept away by the next save.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from assetmap.atomic import temporary
from assetmap.errors import StoreError
from assetmap.messages import M

MAP, PEOPLE, SNAPSHOTS = "map.gpkg", "people.db", "snapshots"
KEYS, KEY_COPIES = "keys.db", "key-backups"
"""What opens the people, and its own copies: in no backup of the rest."""
_OURS = re.compile(
    r"network\.\d+\.npz|basemap\.\d+\.pmtiles|\.(part|network|basemap)-[0-9a-f]{8}\.(npz|pmtiles|parquet)(\..*)?"
)
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


def names_of_ours(folder: Path) -> set[str]:
    """The files in a folder that are, or were, parts of a state of the map."""
    beside = {file.name for file in folder.iterdir() if _OURS.fullmatch(file.name)}
    return beside | {f"{SNAPSHOTS}/{file.name}" for file in (folder / SNAPSHOTS).glob("*.parquet")}


def sweep(folder: Path, keep: set[str]) -> None:
    """Remove files of ours that no map names. Only under the lock of the folder."""
    for name in names_of_ours(folder) - keep:
        try:
            (folder / name).unlink()
        except PermissionError:
            if sys.platform != "win32":  # Windows keeps what somebody still reads; the next save sweeps it
                raise
