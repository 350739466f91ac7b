"""What is done when the schema of a store is gone from its server, or has lost a table?

It is made anew and filled from a backup, in one transaction. What is left of it is kept, under the name `…_damaged_…`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import Finish, Past, put_back
from assetmap.store.homes import shelf
from assetmap.store.homes.folder_rescue import JUMP

if TYPE_CHECKING:
    from assetmap.store.homes.server import ServerHome

_QUIET = ("asset_history_add",)
"""Triggers that would write history while the history itself is put back."""


def is_lost(home: ServerHome) -> bool:
    """Whether the schema of a store, or a table of it, is not there.

    Raises:
        StoreError: What is there is somebody else's, or was written by a newer version; or nobody answers.
    """
    with home.reading() as connection:
        names = home.tables(connection)
        if not names:
            return True
        found = content.signed_version(connection) if "schema_version" in names else None
    content.demand_version(found, home.address)
    return found == t.VERSION and not names.issuperset({*t.metadata.tables, *shelf.metadata.tables})


def put_in_place(home: ServerHome, past: Past, finish: Finish) -> None:
    """Make the schema anew, with every row and file of a backup, in one transaction."""
    with home.writing(tidy=True) as connection:
        if home.tables(connection):
            aside = f"{home.place.schema[:40]}_damaged_{content.now()[:19].translate(_PLAIN)}"
            connection.exec_driver_sql(f"ALTER SCHEMA {home.place.schema} RENAME TO {aside}")
        home.make_tables(connection)
        for name in _QUIET:
            connection.exec_driver_sql(f"ALTER TABLE asset DISABLE TRIGGER {name}")
        for table in t.metadata.sorted_tables:
            _fill(connection, past.connection, table)
        for name in _QUIET:
            connection.exec_driver_sql(f"ALTER TABLE asset ENABLE TRIGGER {name}")
        for name in content.files_of(connection):
            if source := past.file(name):
                put_back(home.shelf, connection, source, name)
        content.set_settings(connection, revision=int(content.setting_of(connection, "revision", 0)) + JUMP)
        finish(home, connection)


_PLAIN = str.maketrans("", "", "-:T")


def _fill(connection: sa.Connection, then: sa.Connection, table: sa.Table) -> None:
    connection.execute(sa.delete(table))
    rows: list[dict[str, Any]] = [dict(row) for row in then.execute(sa.select(table).order_by(table.c.fid)).mappings()]
    if rows:
        connection.execute(sa.insert(table), rows)
        counter = sa.text(f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'fid'), :last)")
        connection.execute(counter, {"last": rows[-1]["fid"]})
