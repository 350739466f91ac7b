"""How is a store in a folder backed up, and how is a backup of it read?

Through SQLite's backup, in one step, and never by copying the live file: that would drop its locks and could catch it
in the middle of a change. What was copied is read again. Personal values and the files beside the map go with it; the
keys of people never do: they have copies of their own, apart and for a few days.
"""

from __future__ import annotations

import contextlib
import datetime
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from assetmap.atomic import speaking
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import BACKUPS, Backup, Content, Finish, Past, state_of, sweep_left, take_over
from assetmap.store.geometry import register
from assetmap.store.homes import gpkg, people
from assetmap.store.homes.database import Database, explaining
from assetmap.store.homes.folder import KEYS, MAP, PEOPLE, owner_only
from assetmap.store.homes.folder_rescue import SCRATCH, is_lost, put_in_place
from assetmap.store.homes.turns import locked
from assetmap.store.people import key_copies
from assetmap.store.people.home import FolderPeople
from assetmap.store.people.restoring import bring_back

_TRIES = 3


class FolderCopies:
    """The backups of a store in a folder, in the folder `backups` of it."""

    def __init__(self, place: Path, database: Callable[[], Database], wait_s: float) -> None:
        self._place, self._database, self._wait_s = place, database, wait_s

    @property
    def folder(self) -> Path:
        """In the store's own folder."""
        return self._place / BACKUPS

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """The map, the personal values and the files must be of one state."""
        return locked(self._place, self._wait_s)

    def fill(self, fresh: Path, before: Mapping[str, tuple[Path, str]]) -> Content:
        """Copy the map, what is held apart, and the files that the map names."""
        sweep_left(self._place, SCRATCH)
        counts = _agreed_copy(self._database(), fresh / MAP)
        if (self._place / PEOPLE).exists():
            people.demand_whole(self._place)
            with speaking(fresh):
                owner_only(fresh / PEOPLE)
            Database(self._place / PEOPLE, self._wait_s).backup(fresh / PEOPLE)
            _demand_sound(fresh / PEOPLE)
            key_copies.tend(self._place, datetime.datetime.now(datetime.UTC), due=True)  # apart, and for a short time
        with reading_file(fresh / MAP) as connection:
            version, state = content.signed_version(connection), state_of(connection)
            named = _named(connection)
        missing = [name for name, digest in sorted(named.items()) if not self._take(name, digest, fresh, before)]
        return Content(version or 0, state, counts, tuple(missing))

    def _take(self, name: str, digest: str, fresh: Path, before: Mapping[str, tuple[Path, str]]) -> bool:
        source = self._place / name
        with speaking(fresh):
            if source.is_file() and take_over(source, fresh / name, before.get(name), digest):
                return True
            (fresh / name).unlink(missing_ok=True)
        return False

    @contextlib.contextmanager
    def opened(self, backup: Backup) -> Iterator[Past]:
        """Read a backup; one of an older version is brought up to date in a copy."""
        with contextlib.ExitStack() as stack:
            file = backup.path / MAP
            if backup.version != t.VERSION:
                file = stack.enter_context(_upgraded(self._place, backup))
            with explaining(file):
                held = people.rows(backup.path / PEOPLE)
                yield Past(stack.enter_context(reading_file(file)), file, backup.path, tuple(held))

    def lost(self) -> bool:
        """Whether the map is not there, or is no whole database."""
        return is_lost(self._place, self._database())

    def replace(self, past: Past, finish: Finish) -> None:
        """Put the map of a backup in place of one that is lost."""
        with self.alone():
            put_in_place(self._place, self._database(), past, finish)
            self.people_back(past)

    def people_back(self, past: Past) -> None:
        """From its `people.db`, with the keys that are there or in their copies. Only under the lock."""
        bring_back(FolderPeople(self._place, self._wait_s), past.folder)

    def people_moved(self, since: datetime.datetime) -> bool:
        """By the moment at which the file or its log was last written."""
        files = [self._place / f"{PEOPLE}{end}" for end in ("", "-wal")]
        return any(file.stat().st_mtime > since.timestamp() for file in files if file.exists())

    def tend(self, now: datetime.datetime) -> None:
        """The keys of people, and their copies."""
        if (self._place / KEYS).exists() or key_copies.made(self._place):
            with self.alone():
                key_copies.tend(self._place, now)


def _agreed_copy(database: Database, target: Path) -> dict[str, int]:
    """Copy a map, read the copy again, and count its rows as those of the map; again where another program wrote
    between the two."""
    for _ in range(_TRIES):
        with database.reading() as connection:
            there = counts_of(connection)
        database.backup(target)
        _demand_sound(target)
        with explaining(target), reading_file(target) as connection:
            if counts_of(connection) == there:
                return there
        target.unlink()
    raise StoreError(M("{file} was changed by another program again and again while it was copied. Nothing was "
                       "changed. Close QGIS, then do it again.", file=database.path))  # fmt: skip


def counts_of(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table of a map has, whatever its version."""
    names = connection.exec_driver_sql("SELECT table_name FROM gpkg_contents ORDER BY table_name").scalars().all()
    return {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in names}


@contextlib.contextmanager
def reading_file(path: Path) -> Iterator[sa.Connection]:
    """A map that nobody writes to, such as a copy."""
    engine = sa.create_engine("sqlite://", creator=lambda: _reader(path), poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        yield connection


def _reader(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    register(connection)
    return connection


def _demand_sound(path: Path) -> None:
    with explaining(path), contextlib.closing(_reader(path)) as connection:
        lines = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    if lines != ["ok"]:
        raise StoreError(M("The copy of {file} is not whole ({why}), so it was thrown away; the store is as it was. "
                           "“assetmap doctor” says whether the store itself is whole.",
                           file=path.name, why=lines[0]))  # fmt: skip


def _named(connection: sa.Connection) -> dict[str, str]:
    """The files that a map names, whatever its version, with their hashes."""
    beside = {p["file"]: p["sha256"] for p in content.setting_of(connection, "sidecars", {}).values()}
    if not sa.inspect(connection).has_table(t.snapshot.name):
        return beside
    frozen = connection.execute(sa.select(t.snapshot.c.file, t.snapshot.c.sha256))
    return beside | {row.file: row.sha256 for row in frozen if row.file}


@contextlib.contextmanager
def _upgraded(place: Path, backup: Backup) -> Iterator[Path]:
    with speaking(place), tempfile.TemporaryDirectory(prefix=SCRATCH, dir=place) as scratch:
        file = Path(scratch) / MAP
        with (
            contextlib.closing(_reader(backup.path / MAP)) as source,
            contextlib.closing(sqlite3.connect(file)) as copy,
        ):
            source.backup(copy)
        database = Database(file)
        with database.writing() as connection:
            gpkg.upgrade(connection, backup.version)
        database.end_idle()
        yield file
