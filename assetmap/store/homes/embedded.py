"""How does a store live in a folder of this computer?

`map.gpkg` with everything that is rows, the walking network and the base map beside it, and `people.db` for values that
may be personal. Every change is one transaction under the lock of the folder.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assetmap.atomic import flush, flush_folder, speaking, temporary
from assetmap.errors import StoreError, StoreMissing
from assetmap.messages import M, Message
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import lay_down
from assetmap.store.home import WAIT_S, Check, Shelf
from assetmap.store.homes import gpkg, people, rtree_health
from assetmap.store.homes.database import Database, damaged
from assetmap.store.homes.folder import MAP, demand_local, names_of_ours, sweep, writable
from assetmap.store.homes.folder_copies import FolderCopies
from assetmap.store.homes.folder_health import checks
from assetmap.store.homes.turns import locked

_MANY = 1000  # shapes: from here on it is cheaper to count the extent of a layer again


@lru_cache(maxsize=64)
def _database(path: Path, wait_s: float, read_only: bool) -> Database:
    """One per file and process, so that statements are compiled once and connections can be kept."""
    return Database(path, wait_s, read_only)


class EmbeddedHome:
    """A store in a folder."""

    def __init__(self, folder: Path, wait_s: float = WAIT_S) -> None:
        self.folder = folder
        self.wait_s = wait_s
        self.shelf: Shelf = FolderShelf(folder)
        self.read_only = True
        with contextlib.suppress(PermissionError):  # `demand_folder` tells who may not even look into it
            self.read_only = folder.is_dir() and not writable(folder)

    @property
    def database(self) -> Database:
        """The file of the map."""
        return _database(self.folder / MAP, self.wait_s, self.read_only)

    @property
    def copies(self) -> FolderCopies:
        """In a folder of the folder."""
        return FolderCopies(self.folder, lambda: self.database, self.wait_s)

    @property
    def address(self) -> str:
        """The folder."""
        return str(self.folder)

    def reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One consistent view of the map."""
        return self.database.reading()

    @contextlib.contextmanager
    def writing(self, *, tidy: bool = False) -> Iterator[sa.Connection]:
        """One transaction under the lock of the folder. What follows every change is put back first, where another
        program took it away: a change without a trace could never be undone."""
        with self._alone(tidy=tidy) as connection:
            if gpkg.lost_triggers(connection):
                rtree_health.mend(connection)
            yield connection

    @contextlib.contextmanager
    def _alone(self, *, tidy: bool = False) -> Iterator[sa.Connection]:
        if self.read_only:
            raise StoreError(
                M("{folder} is read-only. Nothing was changed. Copy the folder to a place of your own, and name it "
                  "with --store.", folder=self.folder)
            )  # fmt: skip
        with locked(self.folder, self.wait_s), speaking(self.folder):
            try:
                with self.database.writing() as connection:
                    yield connection
            except BaseException:
                # a disk without any room cannot even be asked what the map names; then the next save sweeps
                if tidy:
                    with contextlib.suppress(StoreError):
                        self._tidy()
                raise
            if tidy:
                self._tidy()

    def _tidy(self) -> None:
        with self.reading() as connection:
            sweep(self.folder, keep=content.files_of(connection))

    def create(self) -> None:
        """Make the folder and an empty map in it, where there is none."""
        demand_folder(self.folder)
        with speaking(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        self.read_only = not writable(self.folder)
        if self.read_only:
            return
        file = self.folder / MAP
        demand_plain(file)
        with locked(self.folder, self.wait_s):
            if not file.exists() or file.stat().st_size == 0:
                with speaking(self.folder):
                    file.touch()
                with self.database.writing() as connection:
                    gpkg.create_tables(connection)
                    content.sign(connection)

    def demand_ours(self) -> None:
        """Make sure that the folder holds a map of ours, of this version; an older one is brought up to date."""
        demand_folder(self.folder)
        file = self.folder / MAP
        demand_plain(file)
        if not file.is_file() or file.stat().st_size == 0:
            raise StoreMissing(
                M("There is no store in {folder} yet. Run “assetmap gather” first, or name another folder with "
                  "--store.", folder=self.folder)
            )  # fmt: skip
        log = file.with_name(f"{MAP}-wal")
        if self.read_only and log.exists() and log.stat().st_size:
            raise StoreError(
                M("{folder} is read-only, and its last changes are still in {log}. Open it once where you may write, "
                  "or copy the whole folder to a place of your own.", folder=self.folder, log=log.name)
            )  # fmt: skip
        with self.reading() as connection:
            names = set(sa.inspect(connection).get_table_names())
            found = content.signed_version(connection) if "schema_version" in names else None
        content.demand_version(found, str(file))
        if found is not None and found < t.VERSION:
            self._upgrade()
        elif not names.issuperset(t.metadata.tables):
            raise StoreError(damaged(file))

    def _upgrade(self) -> None:
        """Bring a map of an older version up to date, after a backup that was read again: all of it, or nothing."""
        if self.read_only:
            raise StoreError(
                M("The store in {folder} is of an older version, and the folder is read-only. Open it once where you "
                  "may write, or copy the whole folder to a place of your own.", folder=self.folder)
            )  # fmt: skip
        with locked(self.folder, self.wait_s):
            with self.reading() as connection:
                found = content.signed_version(connection)
            if found is None or found >= t.VERSION:  # somebody else did it while this one waited for the lock
                return
            lay_down(self.copies, "upgrade")
            with speaking(self.folder), self.database.writing() as connection:
                gpkg.upgrade(connection, found)

    def inserting_many(self, connection: sa.Connection) -> contextlib.AbstractContextManager[None]:
        """R-tree and history are filled when the block ends."""
        return gpkg.inserting_many(connection)

    def replace_rows(self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Its R-tree is filled at once, not row by row."""
        if table in t.INDEXED:
            gpkg.drop_rtree(connection, table)
        connection.execute(sa.delete(table))
        if rows:
            connection.execute(sa.insert(table), [{"fid": i, **row} for i, row in enumerate(rows, start=1)])
        if table in t.INDEXED:
            gpkg.create_rtree(connection, table)
            gpkg.fill_rtree(connection, table)

    def touched(self, connection: sa.Connection, blobs: Collection[bytes | None] | None) -> None:
        """Bring GeoPackage's list of layers up to date."""
        if blobs is None or len(blobs) > _MANY:
            gpkg.extents(connection)
        else:
            for blob in blobs:
                gpkg.grown(connection, blob)

    def hold(self, rows: list[dict[str, str]]) -> None:
        """Into `people.db`."""
        people.hold(self.folder, rows)

    def prune(self, assets: set[str], sources: set[str], rows: list[dict[str, str]]) -> None:
        """From `people.db`."""
        people.prune(self.folder, assets, sources, rows)

    def forget(self, asset: str, fields: list[str]) -> None:
        """From `people.db`."""
        people.forget(self.folder, asset, fields)

    def wipe(self) -> None:
        """Nothing: SQLite writes over what it deletes (`secure_delete`)."""

    def checks(self) -> list[Check]:
        """Is the file whole, is its log small, is there room?"""
        return checks(self.folder, self.database)

    def mend(self) -> list[Message]:
        """R-trees and the triggers that follow every change."""
        with self._alone() as connection:
            return rtree_health.mend(connection)

    def export(self, target: Path) -> None:
        """By SQLite's backup."""
        self.database.backup(target)


class FolderShelf:
    """Files beside the map. What the map does not name is swept away by the next save."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stage(self, suffix: str) -> Path:
        """A hidden name in the folder itself, so that naming it is one step."""
        return temporary(self.folder / f"part{suffix}")

    def keep(self, connection: sa.Connection, staged: Path, name: str) -> None:
        """Move it to its name; where the transaction fails after this, nothing names it and it is swept away."""
        flush(staged)
        target = self.folder / name
        target.parent.mkdir(exist_ok=True)
        os.replace(staged, target)
        flush_folder(target.parent)

    def local(self, name: str) -> Path | None:
        """The file itself."""
        path = self.folder / name
        return path if path.is_file() else None

    def drop(self, connection: sa.Connection, names: Collection[str]) -> None:
        """Nothing now: the transaction may still fail. Whoever tidies removes what is no longer named."""

    def names(self) -> set[str]:
        """All files of ours beside the map."""
        return names_of_ours(self.folder)


def demand_plain(file: Path) -> None:
    """Make sure that a map is a file of its own, where there is one.

    Raises:
        StoreError: It is a folder, or a link to a file elsewhere, which two folders could share without knowing.
    """
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise StoreError(
            M("{file} is a link or a folder; a map is a file of its own. Nothing was changed. Put the file itself "
              "there, or name its own folder with --store.", file=file)
        )  # fmt: skip


def demand_folder(path: Path) -> None:
    """Make sure that a store can be, or be made, in this folder.

    Raises:
        StoreError: It is a file, may not be looked into, or is on a network share.
    """
    try:
        is_file = path.exists() and not path.is_dir()
    except PermissionError as fault:
        raise StoreError(
            M("You may not look into {folder}. Ask whoever owns it, or name another folder with --store.", folder=path)
        ) from fault
    if is_file:
        raise StoreError(
            M("{folder} is a file; a store is a folder. Nothing was changed. Name a folder with --store.", folder=path)
        )
    demand_local(path)
