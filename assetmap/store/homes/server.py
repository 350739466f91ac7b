"""How does a store live on a PostgreSQL server?

In one schema of one database with PostGIS: the tables, their history, and the files that belong to them; values that
may be personal in a schema apart. Every change is one transaction, and whoever changes holds the one lock of the
schema, so that versions are checked and counted by one writer at a time. Whoever reads sees one moment, whatever others
write.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.messages import M, Message
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.home import WAIT_S, Check, Shelf
from assetmap.store.homes import geopackage_copy, postgis, server_people, server_wipe, shelf
from assetmap.store.homes.connection import engine_of, opening, parsed
from assetmap.store.homes.refusals import busy, explaining, missing, user_of
from assetmap.store.homes.server_copies import ServerCopies
from assetmap.store.homes.server_health import checks
from assetmap.store.homes.server_upgrade import bring_up_to_date


@lru_cache(maxsize=256)
def _turn(address: str) -> threading.Lock:
    """Threads of one process queue here, so that those who wait to write do not hold all its connections."""
    return threading.Lock()


_extensions: dict[sa.URL, str] = {}


class ServerHome:
    """A store in a schema of a database.

    Args:
        place: `postgresql://user@host:port/database?schema=name`; the password in it, or where libpq looks for it.
        wait_s: How long to wait for another writer.

    Raises:
        StoreError: The address makes no sense, or psycopg is not installed.
    """

    def __init__(self, place: str, wait_s: float = WAIT_S) -> None:
        self.place = parsed(place)
        self.wait_s = wait_s
        self.read_only = False
        self._shelf = shelf.ServerShelf(self.reading)
        self.shelf: Shelf = self._shelf
        self._engine = engine_of(self.place.url)

    @property
    def copies(self) -> ServerCopies:
        """On this computer."""
        return ServerCopies(self)

    def __repr__(self) -> str:
        return f"<ServerHome {self.address!r}>"

    @property
    def address(self) -> str:
        """The address without its password."""
        return str(self.place)

    @contextlib.contextmanager
    def _transaction(self, how: str) -> Iterator[sa.Connection]:
        with explaining(self.place):
            statements = opening(self.place, self._extension(), self.wait_s, how)
            with self._engine.connect() as connection:
                connection.execution_options(opening=statements, reading=how == "read")
                with connection.begin():
                    yield connection

    def _extension(self) -> str:
        """The schema that PostGIS is in; asked for once."""
        known = _extensions.get(self.place.url)
        if known is None:
            with self._engine.connect().execution_options(opening="BEGIN READ ONLY") as connection:
                known = postgis.extension_schema(connection)
            if known is not None:
                _extensions[self.place.url] = known
        return known or "public"

    def reading(self) -> contextlib.AbstractContextManager[sa.Connection]:
        """One moment of all tables."""
        return self._transaction("read")

    @contextlib.contextmanager
    def writing(self, *, tidy: bool = False) -> Iterator[sa.Connection]:
        """One transaction under the lock of the schema. Files that nothing names go in it too."""
        if self.read_only:
            raise StoreError(
                M("{store} is read-only for {user}. Nothing was changed. Ask whoever owns the store for the right to "
                  "write, or open it as its owner.", store=self.address, user=user_of(self.place))
            )  # fmt: skip
        turn = _turn(self.address)
        if not turn.acquire(timeout=self.wait_s):
            raise StoreError(busy(self.place))
        try:
            with self._transaction("write") as connection:
                yield connection
                if tidy:
                    self._shelf.sweep(connection, keep=content.files_of(connection))
        finally:
            turn.release()

    def create(self) -> None:
        """Make the schema and its tables, where nothing is there."""
        with self.reading() as connection:
            postgis.demand_able(connection, self.place)
            if self.tables(connection):
                return
        with self.writing() as connection:
            if self.tables(connection):  # somebody else made it meanwhile
                return
            postgis.demand_postgis(connection, self.place)
            self.make_tables(connection)
            content.sign(connection)

    def make_tables(self, connection: sa.Connection) -> None:
        """Make the tables of an empty store, and the schema where it is not there, inside a transaction."""
        if not sa.inspect(connection).has_schema(self.place.schema):
            connection.exec_driver_sql(f"CREATE SCHEMA {self.place.schema}")
        extension = postgis.extension_schema(connection) or "public"
        connection.exec_driver_sql(f"SET LOCAL search_path = {self.place.schema}, {extension}")
        postgis.create_tables(connection, extension, self.place.schema)
        shelf.create(connection)

    def tables(self, connection: sa.Connection) -> set[str]:
        """The names of all tables in the schema."""
        query = "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p')"
        return set(connection.scalars(sa.text(query), {"schema": self.place.schema}))

    def demand_ours(self) -> None:
        """Make sure that the schema holds a store of ours, of this version; an older one is brought up to date."""
        with self.reading() as connection:
            names = self.tables(connection)
            if not names:
                raise missing(self.place)
            self._demand_entry(connection)
            found = content.signed_version(connection) if "schema_version" in names else None
            content.demand_version(found, self.address)
            older = found is not None and found < t.VERSION
            if not older and not names.issuperset({*t.metadata.tables, *shelf.metadata.tables}):
                raise StoreError(
                    M("{store} is damaged: some of its tables are gone. It was left as it is. Ask whoever runs the "
                      "server to put back a backup.", store=self.address)
                )  # fmt: skip
            self.read_only = not self._may_write(connection)
        if older:
            bring_up_to_date(self)

    def _demand_entry(self, connection: sa.Connection) -> None:
        query = "SELECT has_schema_privilege(:schema, 'USAGE') AND has_table_privilege(:table, 'SELECT')"
        names = {"schema": self.place.schema, "table": f"{self.place.schema}.schema_version"}
        if "schema_version" in self.tables(connection) and not connection.scalar(sa.text(query), names):
            raise StoreError(
                M("{user} may not look into {store}. Ask whoever owns the store for the right, or open it as its "
                  "owner.", user=user_of(self.place), store=self.address)
            )  # fmt: skip

    def _may_write(self, connection: sa.Connection) -> bool:
        rights = " AND ".join(f"has_table_privilege(oid, '{right}')" for right in ("INSERT", "UPDATE", "DELETE"))
        query = (
            f"SELECT bool_and({rights}) AND NOT pg_is_in_recovery() AND NOT "
            "current_setting('default_transaction_read_only')::boolean FROM pg_class "
            "WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p') AND relname = ANY(:names)"
        )
        names = list(t.metadata.tables)
        return bool(connection.scalar(sa.text(query), {"schema": self.place.schema, "names": names}))

    def inserting_many(self, connection: sa.Connection) -> contextlib.AbstractContextManager[None]:
        """Index and history follow row by row, fast enough, so that others may edit meanwhile."""
        return contextlib.nullcontext()

    def replace_rows(self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Others go on reading the old rows until the end."""
        connection.execute(sa.delete(table))
        if rows:
            connection.execute(sa.insert(table), rows)

    def touched(self, connection: sa.Connection, blobs: Collection[bytes | None] | None) -> None:
        """Nothing: the server counts for itself how far a layer reaches."""

    def hold(self, rows: list[dict[str, str]]) -> None:
        """Into the schema for people, in a transaction of its own."""
        if rows:
            with self._transaction("apart") as connection:
                server_people.hold(connection, self.place.people, rows)

    def prune(self, assets: set[str], sources: set[str], rows: list[dict[str, str]]) -> None:
        """From the schema for people. The table is written anew, so that no byte of what was forgotten stays in it."""
        with self._transaction("apart") as connection:
            gone = server_people.prune(connection, self.place.people, assets, sources, rows)
        if gone:
            # the rows are gone already; where somebody keeps the table busy, their bytes go the next time
            with contextlib.suppress(StoreError):
                server_wipe.write_anew(self, [f"{self.place.people}.held_contact"])

    def forget(self, asset: str, fields: list[str]) -> None:
        """From the schema for people; the bytes go with the others, when the change around it is committed."""
        with self._transaction("apart") as connection:
            server_people.forget(connection, self.place.people, asset, fields)

    @contextlib.contextmanager
    def alone(self) -> Iterator[sa.Connection]:
        """A connection without a transaction, for what cannot be done inside one."""
        with self._engine.connect() as connection:
            yield connection.execution_options(opening=f"SET lock_timeout = {round(self.wait_s * 1000)}")

    def wipe(self) -> None:
        """The tables are written anew, as soon as nobody looks at an older moment."""
        server_wipe.try_to_wipe(self)

    def checks(self) -> list[Check]:
        """Is what is stored whole, indexed, tidy and closed to others?"""
        return checks(self)

    def mend(self) -> list[Message]:
        """The indexes by place, and the bytes of what was erased."""
        with self.writing() as connection:
            done = postgis.mend(connection)
        if server_wipe.wipe(self):
            done.append(M("The tables were written anew, so that no erased words are left in them."))
        return done

    def export(self, target: Path) -> None:
        """Row by row, all of one moment."""
        with self.reading() as connection:
            geopackage_copy.copy(connection, target)
