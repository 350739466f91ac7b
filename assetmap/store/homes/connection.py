"""How is a PostgreSQL server reached, and which schema of it is meant?

An address is `postgresql://user@host:port/database?schema=name`. The password may stand in it, or where libpq looks for
it (the variable PGPASSWORD, the file ~/.pgpass); it is never in what is shown. Each database has one engine per process
whatever the schema, so that a thousand stores on one server do not hold a thousand connections open.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store.homes import bulk

SCHEMA = "assetmap"
"""The schema of an address that names none."""
_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,55}")
_TAKEN = {"public", "information_schema"}
_HOST = re.compile(r"[A-Za-z0-9._:\-]*")
_OPTIONS = {
    "host", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "connect_timeout", "channel_binding",
    "gssencmode", "krbsrvname", "passfile", "target_session_attrs",
}  # fmt: skip
_KEPT_OPEN, _AT_MOST = 16, 20
"""Connections per process and database. To open one takes the server ten times as long as an edit, so that with few of
them kept a hundred people at once wait for little else."""


@dataclass(frozen=True)
class ServerAddress:
    """One schema of one database.

    Attributes:
        url: Of the database, with the password where one was given, without the schema.
        schema: Lower-case letters, digits and underscores, so that it needs no quotes anywhere.
    """

    url: sa.URL = field(repr=False)
    schema: str

    def __str__(self) -> str:
        """The address without its password."""
        url = self.url
        return sa.URL.create(
            "postgresql", url.username, None, url.host, url.port, url.database, {**url.query, "schema": self.schema}
        ).render_as_string()

    @property
    def people(self) -> str:
        """The schema for personal values, apart from everything else."""
        return f"{self.schema}_people"

    @cached_property
    def lock(self) -> int:
        """The number of the lock that whoever writes holds; the server keeps the locks of each database apart."""
        digest = hashlib.sha256(f"assetmap store {self.schema}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)


def parsed(place: str) -> ServerAddress:
    """What an address means.

    Raises:
        StoreError: It makes no sense. The sentence does not repeat it, as a password may be in it.
    """
    try:
        url = sa.make_url(place)
    except (sa.exc.ArgumentError, ValueError):  # the reason would show the address
        raise _senseless(M("it could not be taken apart")) from None
    if not url.database or "/" in url.database:
        raise _senseless(M("it names no database"))
    if not _HOST.fullmatch(url.host or ""):
        raise _senseless(M("its host is no host name; in a password, write @ as %40, : as %3A and / as %2F"))
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    schema = query.pop("schema", SCHEMA)
    unknown = sorted(query.keys() - _OPTIONS)
    if unknown:
        raise _senseless(M("“{option}” is no option of an address that assetmap passes on", option=unknown[0][:40]))
    if not _SCHEMA.fullmatch(schema) or schema in _TAKEN:
        raise StoreError(
            M("“{schema}” cannot be the schema of a store. Expected a name of its own of at most 56 lower-case letters "
              "a–z, digits and underscores, such as “{example}”.", schema=schema[:60], example=SCHEMA)
        )  # fmt: skip
    return ServerAddress(url.set(drivername="postgresql+psycopg", query=query), schema)


def _senseless(why: Any) -> StoreError:
    return StoreError(
        M("This is no address of a store on a server: {why}. Expected postgresql://user@host:port/database?schema=name"
          "; the password can be in the variable PGPASSWORD or in the file ~/.pgpass.", why=why)
    )  # fmt: skip


@lru_cache(maxsize=64)
def engine_of(url: sa.URL) -> sa.Engine:
    """The engine of a database: one per process.

    Raises:
        StoreError: What is needed to reach a server is not installed.
    """
    try:
        import psycopg  # noqa: F401 asked for here, so that its absence has a sentence of its own
    except ImportError as fault:
        raise StoreError(
            M("To reach a PostgreSQL server, assetmap needs psycopg, which is not installed. Run: pip install "
              "'assetmap[postgres]'")
        ) from fault  # fmt: skip
    engine = sa.create_engine(
        url, isolation_level="AUTOCOMMIT", hide_parameters=True, pool_pre_ping=True, pool_size=_KEPT_OPEN,
        max_overflow=_AT_MOST - _KEPT_OPEN, pool_use_lifo=True, connect_args={
            "application_name": "assetmap", "client_encoding": "utf8", "keepalives_idle": "60",
            "connect_timeout": "10", **url.query,
        },
    )  # fmt: skip
    sa.event.listen(engine, "begin", _begin)
    bulk.listen(engine)
    if hasattr(os, "register_at_fork"):  # a child would talk on its parent's connections
        os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    return engine


def _begin(connection: sa.Connection) -> None:
    """Begin in one step with all that a transaction needs: how it sees others, whose tables, how long it waits."""
    connection.exec_driver_sql(connection.get_execution_options()["opening"])


def opening(address: ServerAddress, extension: str, wait_s: float, how: str) -> str:
    """The statements that open a transaction.

    Args:
        extension: The schema that PostGIS is in, quoted.
        how: `read`; `write`, which first waits for its turn; or `apart`, which writes without that.
    """
    modes = {"read": " ISOLATION LEVEL REPEATABLE READ READ ONLY", "write": "", "apart": ""}[how]
    # extra_float_digits: with less than 1, a server of that mind would round the numbers it gives
    lines = [
        f"BEGIN{modes}",
        f"SET LOCAL search_path = {address.schema}, {extension}",
        f"SET LOCAL lock_timeout = {max(1, round(wait_s * 1000))}",
        "SET LOCAL idle_in_transaction_session_timeout = '10min'",
        "SET LOCAL extra_float_digits = 1",
        "SET LOCAL plan_cache_mode = force_custom_plan",  # a general plan compares a list of ids one by one
    ]
    if how == "write":  # read committed, so that what follows sees what was written while it waited
        lines.append(f"SELECT pg_advisory_xact_lock({address.lock})")
    return "; ".join(lines)
