"""Where do people and their keys live, when the store is in a folder?

In `people.db` and `keys.db` beside the map, both readable by their owner alone, each an SQLite file of its own: what is
sealed and what opens it are never in one file, and never in one backup. Every change is made under the lock of the
folder. Triggers keep what was agreed from being rewritten, whoever opens the file.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from assetmap.atomic import speaking
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store.content import PROGRAM
from assetmap.store.copies import written
from assetmap.store.home import WAIT_S
from assetmap.store.homes.database import Database
from assetmap.store.homes.folder import KEY_COPIES, KEYS, PEOPLE, demand_local, owner_only
from assetmap.store.homes.turns import locked
from assetmap.store.people import key_copies
from assetmap.store.people import tables as t

Clock = Callable[[], datetime.datetime]


def utc_now() -> datetime.datetime:
    """This moment."""
    return datetime.datetime.now(datetime.UTC)


class PeopleHome(Protocol):
    """What a home does for people; a folder here, a server by the same tables."""

    clock: Clock

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Be the only one who writes. The two below are used inside it."""

    def writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One transaction on the people."""

    def keys_writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One transaction on the keys."""

    def keys_reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One consistent view of the keys."""

    @property
    def key_copies(self) -> Path:
        """The folder for copies of the keys and for what must not be forgotten (`noted`)."""

    def keys_gone_from(self, now: datetime.datetime) -> datetime.datetime:
        """From when on no copy of the keys exists that is there now."""

    def wipe(self) -> bool:
        """Leave no trace of what was deleted in the logs of the database; whether that could be done at once."""


_ABORT = "BEGIN SELECT RAISE(ABORT, '{}'); END"
_ERASED = "EXISTS (SELECT 1 FROM erasure_journal WHERE person = {}.{})"
_TRIGGERS = (
    "consent_kept BEFORE UPDATE ON consent_event " + _ABORT.format("a consent is never changed"),
    "consent_stays BEFORE DELETE ON consent_event WHEN NOT " + _ERASED.format("OLD", "person") + " "
    + _ABORT.format("a consent is never deleted, unless the person is erased"),
    # INSERT OR REPLACE deletes without asking the trigger above
    "consent_added BEFORE INSERT ON consent_event WHEN EXISTS (SELECT 1 FROM consent_event WHERE id = NEW.id OR "
    "serial = NEW.serial) " + _ABORT.format("a consent is never replaced"),
    "journal_kept BEFORE UPDATE ON erasure_journal " + _ABORT.format("an erasure is never changed"),
    "journal_stays BEFORE DELETE ON erasure_journal " + _ABORT.format("an erasure is never taken back"),
    "access_kept BEFORE UPDATE ON access_log WHEN NEW.why <> '' OR (NEW.id, NEW.at, NEW.actor, NEW.purpose, "
    "NEW.audience, NEW.group_id, NEW.shown, NEW.rows) IS NOT (OLD.id, OLD.at, OLD.actor, OLD.purpose, OLD.audience, "
    "OLD.group_id, OLD.shown, OLD.rows) " + _ABORT.format("what was looked at is never changed"),
    "access_stays BEFORE DELETE ON access_log WHEN OLD.at >= (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', max(at), "
    "'-12 months') FROM access_log) " + _ABORT.format("what was looked at is kept for 12 months"),
    *[f"{table}_gone BEFORE INSERT ON {table} WHEN " + _ERASED.format("NEW", column) + " "
      + _ABORT.format("this person was erased")
      for table, column in (("person", "id"), ("gift", "person"), ("consent_event", "person"),
                            ("access_person", "person"))],
)  # fmt: skip


@lru_cache(maxsize=64)
def _database(path: Path, wait_s: float) -> Database:
    return Database(path, wait_s)


class FolderPeople:
    """The people of a store in a folder. See `opening.open_people`.

    Args:
        folder: The folder of the store.
        clock: What time it is; another one only in tests.

    Raises:
        StoreError: The folder is on a network share.
    """

    def __init__(self, folder: Path, wait_s: float = WAIT_S, clock: Clock = utc_now) -> None:
        self.folder, self.wait_s, self.clock = folder, wait_s, clock
        demand_local(folder)

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Under the lock of the folder, as for the map."""
        return locked(self.folder, self.wait_s)

    def writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """On `people.db`."""
        return self._people.writing()

    def keys_writing(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """On `keys.db`."""
        return self._keys.writing()

    def keys_reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """Of `keys.db`."""
        return self._keys.reading()

    def wipe(self) -> bool:
        """Move both logs into their files, where what is deleted is overwritten, and cut them to nothing."""
        people, keys = self._people.cut_log(), self._keys.cut_log()
        return people and keys

    @property
    def _people(self) -> Database:
        return _database(self.folder / PEOPLE, self.wait_s)

    @property
    def _keys(self) -> Database:
        return _database(self.folder / KEYS, self.wait_s)

    @property
    def key_copies(self) -> Path:
        """Beside the map, apart from the backups."""
        return self.folder / KEY_COPIES

    def keys_gone_from(self, now: datetime.datetime) -> datetime.datetime:
        """When the last copy of the keys that is there now goes."""
        return key_copies.unreadable_from(self.folder, now)

    def create(self) -> None:
        """Make both files, for their owner alone, where they are not there yet. Alone.

        Raises:
            StoreError: The folder is read-only, or the tables are of a newer version.
        """
        for name in (PEOPLE, KEYS):
            if not (self.folder / name).exists():
                with speaking(self.folder):
                    owner_only(self.folder / name)
        with self.keys_writing() as connection:
            t.keys_metadata.create_all(connection)
        with self.writing() as connection:
            create(connection, self.clock(), self.folder / PEOPLE)


def create(connection: sa.Connection, now: datetime.datetime, file: Path) -> None:
    """Make the tables and their triggers where they are not there yet.

    Raises:
        StoreError: They are of a newer version.
    """
    t.metadata.create_all(connection)
    for trigger in _TRIGGERS:
        connection.exec_driver_sql(f"CREATE TRIGGER IF NOT EXISTS {trigger}")
    found = connection.scalar(sa.select(sa.func.max(t.people_version.c.version)))
    if found is None:
        row = {"version": t.VERSION, "program": f"{PROGRAM} {version(PROGRAM)}", "at": written(now)}
        connection.execute(sa.insert(t.people_version), [row])
    elif found > t.VERSION:
        raise StoreError(
            M("{file} was written by a newer assetmap (its tables are of version {found}, expected at most {wanted}). "
              "Nothing was changed. Install the newer one.", file=file, found=found, wanted=t.VERSION)
        )  # fmt: skip


@contextlib.contextmanager
def changing(home: PeopleHome) -> Iterator[sa.Connection]:
    """One transaction on the people, alone."""
    with home.alone(), home.writing() as connection:
        yield connection
