"""Where are accounts read and written: in a folder, or in a schema of a server?

Either place gives transactions to read and to write in. In a folder, whoever writes holds the lock of the folder, as
for everything in it; on a server a lock of its own, so that nobody waits for an import of the map to sign in.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from assetmap.store.home import WAIT_S
from assetmap.store.homes.connection import engine_of, opening, parsed
from assetmap.store.homes.database import Database
from assetmap.store.homes.folder import PEOPLE, owner_only
from assetmap.store.homes.refusals import explaining
from assetmap.store.homes.turns import locked
from assetmap.store.people import account_tables as t


class AccountPlace(Protocol):
    """Where accounts are kept."""

    def reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One consistent view."""

    def writing(self, wait_s: float | None = None) -> contextlib.AbstractContextManager[sa.Connection]:
        """One transaction, by one writer at a time: all of it is kept, or nothing.

        Raises:
            StoreError: Others have been writing for longer than `wait_s`.
        """


class FolderAccounts:
    """Accounts in `people.db` of a folder that is there; the file and its tables are made where they are missing."""

    def __init__(self, folder: Path, wait_s: float = WAIT_S) -> None:
        self._folder, self._wait_s = folder.resolve(), wait_s
        self._database = Database(self._folder / PEOPLE, wait_s)
        if not self._are_there():
            with locked(self._folder, wait_s):
                if not self._database.path.exists():
                    owner_only(self._database.path)
                with self._database.writing() as connection:
                    t.create(connection)

    def _are_there(self) -> bool:
        if not self._database.path.exists():
            return False
        with self._database.reading() as connection:
            return t.exist(connection)

    def reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One consistent view of the file."""
        return self._database.reading()

    @contextlib.contextmanager
    def writing(self, wait_s: float | None = None) -> Iterator[sa.Connection]:
        """Under the lock of the folder."""
        with locked(self._folder, self._wait_s if wait_s is None else wait_s), self._database.writing() as connection:
            yield connection


class ServerAccounts:
    """Accounts in the schema for people; the schema and its tables are made where they are missing.

    Args:
        url: The address of the store, as for the map.
    """

    def __init__(self, url: str, wait_s: float = WAIT_S) -> None:
        self._place, self._wait_s = parsed(url), wait_s
        self._engine = engine_of(self._place.url)
        with self.reading() as connection:
            there = t.exist(connection)
        if not there:
            self._create()

    def _create(self) -> None:
        with self.writing() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {self._place.people}")
            connection.exec_driver_sql(f"REVOKE ALL ON SCHEMA {self._place.people} FROM PUBLIC")
            t.create(connection)
            for name in t.metadata.tables:
                connection.exec_driver_sql(f"REVOKE ALL ON {name} FROM PUBLIC")

    @cached_property
    def _lock(self) -> int:
        digest = hashlib.sha256(f"assetmap accounts {self._place.people}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    @contextlib.contextmanager
    def _transaction(self, how: str, wait_s: float) -> Iterator[sa.Connection]:
        with explaining(self._place), self._engine.connect() as connection:
            statements = opening(self._place, "public", wait_s, how)
            connection.execution_options(opening=f"{statements}; SET LOCAL search_path = {self._place.people}")
            with connection.begin():
                yield connection

    def reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One moment of all tables."""
        return self._transaction("read", self._wait_s)

    @contextlib.contextmanager
    def writing(self, wait_s: float | None = None) -> Iterator[sa.Connection]:
        """Under a lock of the accounts alone."""
        with self._transaction("apart", self._wait_s if wait_s is None else wait_s) as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({self._lock})")
            yield connection
