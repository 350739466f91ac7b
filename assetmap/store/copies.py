"""How is a backup laid down, so that there is never half of one?

A backup is one folder: the tables, the personal values and the files that belong to that state, with a `backup.json`
that names each file with its hash and says how many rows there are. It is made under a hidden name and gets its own
name at the very end, when everything in it was read again and is on the disk.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from assetmap.atomic import flush, flush_folder, speaking, temporary
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.home import Home, Shelf
from assetmap.store.parts import sha256

BACKUPS, MANIFEST = "backups", "backup.json"
PART = "."
"""A folder whose name begins like this is not finished."""
_LEFT_S = 3600.0


@dataclass(frozen=True)
class Backup:
    """One backup.

    Attributes:
        name: Of its folder; names sort by time.
        at: When it was made, UTC, ISO with milliseconds and Z.
        reason: "" for one that was due, "asked" for one that somebody asked for, else what it was made before:
            "upgrade" or "restore".
        version: Of the tables.
        state: Which state of the store this is; another one after each change.
        counts: Table to number of rows.
        files: Name to size in bytes (`bytes`) and hash (`sha256`).
        missing: Files that the store names and that were not there any more when the backup was made.
        verified: When it was last read through and found whole.
        path: Its folder.
    """

    name: str
    at: str
    reason: str
    version: int
    state: str
    counts: Mapping[str, int] = field(repr=False)
    files: Mapping[str, Mapping[str, Any]] = field(repr=False)
    missing: tuple[str, ...]
    verified: str
    path: Path

    @property
    def bytes(self) -> int:
        """How large its files are together; those that an older backup has too count here as well."""
        return sum(int(entry["bytes"]) for entry in self.files.values())

    @property
    def assets(self) -> int:
        """How many assets are in it, those in its bin too."""
        return int(self.counts.get("asset", 0))

    def age_s(self, now: datetime.datetime) -> float:
        """Seconds since it was made."""
        return (now - moment(self.at)).total_seconds()


@dataclass(frozen=True)
class Content:
    """What a home put into a new backup: what `Backup` says of it."""

    version: int
    state: str
    counts: Mapping[str, int]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Past:
    """A backup that is open for reading.

    Attributes:
        connection: Its tables, as a file of this version has them.
        map: That file.
        folder: Where the files lie that its tables name.
        contacts: Its personal values: asset, field, value, source, retrieved.
    """

    connection: sa.Connection
    map: Path
    folder: Path
    contacts: tuple[dict[str, str], ...] = field(repr=False)

    def file(self, name: str) -> Path | None:
        """Where the file of a name that its tables know can be read; None where the backup has none of that name."""
        path = self.folder / name
        return path if path.is_file() else None


Finish = Callable[[Home, sa.Connection], None]
"""What is to be done to a backup that takes the place of a lost store, in the transaction that does it."""


class Copies(Protocol):
    """What a home can do about its own backups."""

    @property
    def folder(self) -> Path:
        """The folder with all backups of this store; it need not be there yet."""

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Keep other writers out for as long as a backup takes, where one whole state asks for that."""

    def fill(self, fresh: Path, before: Mapping[str, tuple[Path, str]]) -> Content:
        """Put everything into an empty folder, and read it again. Nobody else may write meanwhile (`alone`, or inside
        a change).

        Args:
            before: Files of the last backup, by name, with their hash: one that is the same need not be copied.

        Raises:
            StoreError: The disk is full, or what was written is not what it should be.
        """

    def opened(self, backup: Backup) -> contextlib.AbstractContextManager[Past]:
        """Read a backup, of whatever version.

        Raises:
            StoreError: It cannot be read.
        """

    def lost(self) -> bool:
        """Whether what is there now cannot be read, or is not there at all, so that nothing can go on from it.

        Raises:
            StoreError: What is there is somebody else's, or was written by a newer version: it must stay.
        """

    def replace(self, past: Past, finish: Finish) -> None:
        """Put a backup in place of a store that is lost, all of it or nothing; what is left of that is kept aside."""

    def people_back(self, past: Past) -> None:
        """Put the people of a backup in place where the store has none; where it has, what they said since holds."""

    def people_moved(self, since: datetime.datetime) -> bool:
        """Whether people may have changed since a moment, which the state of the map does not tell."""

    def tend(self, now: datetime.datetime) -> None:
        """What is to be done from time to time also where no backup is due: old copies of keys go."""


def state_of(connection: sa.Connection) -> str:
    """Which state a store of any version has: another one after each change, also by another program."""
    named = sa.inspect(connection).has_table(t.asset_history.name)
    last = connection.scalar(sa.select(sa.func.max(t.asset_history.c.fid))) if named else 0
    return f"{content.setting_of(connection, 'revision', 0)}-{last or 0}"


def moment(at: str) -> datetime.datetime:
    """A moment as backups write it."""
    return datetime.datetime.fromisoformat(at)


def written(when: datetime.datetime) -> str:
    """The same, written."""
    return when.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def lay_down(copies: Copies, reason: str, now: datetime.datetime | None = None) -> Backup:
    """Make a backup. The caller has made sure that nobody else writes, where the home asks for that.

    Raises:
        StoreError: The disk is full, or the copy is not whole; there is no backup then, and the store is untouched.
    """
    folder = copies.folder
    with speaking(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep_left(folder)
        known = laid_down(folder)
        at = written(now or datetime.datetime.now(datetime.UTC))
        name = at[:-1].replace("T", "_").replace(":", "-").replace(".", "-") + (f"-{reason}" if reason else "")
        if (folder / name).exists():
            raise StoreError(M("There is a backup {name} already. Wait a moment, then do it again.", name=name))
        fresh = temporary(folder / name)
        try:
            fresh.mkdir(mode=0o700)
            found = copies.fill(fresh, _files(known[0]) if known else {})
            backup = Backup(name, at, reason, found.version, found.state, found.counts, _listed(fresh), found.missing,
                            at, folder / name)  # fmt: skip
            _write_manifest(fresh, backup)
            _settle(fresh)
            os.replace(fresh, folder / name)
            flush_folder(folder)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    return backup


def laid_down(folder: Path) -> list[Backup]:
    """The backups in a folder, newest first; one without a readable `backup.json` is none."""
    if not folder.is_dir():
        return []
    found = [_read(path) for path in folder.iterdir() if path.is_dir() and not path.name.startswith(PART)]
    return sorted((backup for backup in found if backup is not None), key=lambda b: b.name, reverse=True)


def remove(backup: Backup) -> None:
    """Delete a backup: first its name, then its files, so that nobody finds half of it."""
    hidden = temporary(backup.path)
    with speaking(backup.path):
        os.replace(backup.path, hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def demand_whole(backup: Backup) -> None:
    """Make sure that every file of a backup is what it was when it was made.

    Raises:
        StoreError: One is not.
    """
    for name, entry in backup.files.items():
        path = backup.path / name
        if not path.is_file() or sha256(path) != entry["sha256"]:
            raise StoreError(M("The backup {name} is damaged: its file {file} is missing or was changed. Nothing was "
                               "restored. Choose another backup.", name=backup.name, file=name))  # fmt: skip


def is_whole(backup: Backup) -> bool:
    """Whether every file of a backup is what it was when it was made; reads all of it."""
    try:
        demand_whole(backup)
    except StoreError:
        return False
    return True


def take_over(source: Path, target: Path, known: tuple[Path, str] | None, digest: str) -> bool:
    """Put a file into a backup; where the last backup has the very same, as a second name of that one.

    Returns:
        Whether what is there now has that hash.
    """
    target.parent.mkdir(mode=0o700, exist_ok=True)
    if known is not None and known[1] == digest:
        with contextlib.suppress(OSError):  # a disk that knows no second names
            os.link(known[0], target)
            if sha256(target) == digest:
                return True
            target.unlink()
    shutil.copyfile(source, target)
    return sha256(target) == digest


def put_back(shelf: Shelf, connection: sa.Connection, source: Path, name: str) -> None:
    """Put a file of a backup on the shelf of a store again, as part of the transaction."""
    staged = shelf.stage(source.suffix)
    try:
        shutil.copyfile(source, staged)
        shelf.keep(connection, staged, name)
    finally:
        staged.unlink(missing_ok=True)


def _files(backup: Backup) -> dict[str, tuple[Path, str]]:
    return {name: (backup.path / name, str(entry["sha256"])) for name, entry in backup.files.items()}


def _listed(folder: Path) -> dict[str, dict[str, Any]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)} for path in paths
    }


def _write_manifest(folder: Path, backup: Backup) -> None:
    entry = {key: value for key, value in asdict(backup).items() if key not in ("name", "path")}
    entry["program"] = f"assetmap {version('assetmap')}"
    (folder / MANIFEST).write_text(json.dumps(entry, indent=1, sort_keys=True), encoding="utf-8")


def _read(path: Path) -> Backup | None:
    try:
        entry = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        return Backup(
            path.name, entry["at"], entry["reason"], entry["version"], entry["state"], entry["counts"], entry["files"],
            tuple(entry["missing"]), entry["verified"], path,
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _settle(folder: Path) -> None:
    """Wait until everything is on the disk."""
    for path in folder.rglob("*"):
        if path.is_dir():
            flush_folder(path)
        else:
            flush(path)
    flush_folder(folder)


def sweep_left(folder: Path, begins: str = PART) -> None:
    """Remove the folders that a process that was killed left behind; what is younger may still be at work."""
    for path in folder.glob(f"{begins}*"):
        if path.is_dir() and time.time() - path.stat().st_mtime > _LEFT_S:
            shutil.rmtree(path, ignore_errors=True)
