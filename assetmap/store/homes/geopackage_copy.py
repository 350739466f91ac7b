"""How do the tables of a server become one GeoPackage, as a folder has it?

By the standard library's sqlite3 into a new file: every table of one moment, the R-trees, and the triggers of the
history, so that the copy goes on keeping history when somebody edits it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from assetmap.atomic import speaking
from assetmap.store import tables as t
from assetmap.store.frames import from_binary
from assetmap.store.geometry import Geom, register, to_blobs
from assetmap.store.homes import gpkg
from assetmap.store.homes.database import explaining

_AT_ONCE = 5_000


def copy(source: sa.Connection, target: Path) -> None:
    """Write every table, as this connection's transaction sees it, into a new file.

    Raises:
        StoreError: The disk is full, or the place may not be written to.
    """
    with speaking(target):
        target.unlink(missing_ok=True)
        target.touch()
    with explaining(target), _new_file(target) as connection:
        gpkg.create_tables(connection)
        gpkg.drop_history(connection)
        for table in t.metadata.sorted_tables:
            if table in t.INDEXED:
                gpkg.drop_rtree(connection, table)
            _copy_rows(source, connection, table)
            if table in t.INDEXED:
                gpkg.create_rtree(connection, table)
                gpkg.fill_rtree(connection, table)
        gpkg.create_history(connection)
        gpkg.extents(connection)


@contextlib.contextmanager
def _new_file(target: Path) -> Iterator[sa.Connection]:
    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(target, isolation_level=None)
        register(connection)
        return connection

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
    sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        yield connection


def _copy_rows(source: sa.Connection, target: sa.Connection, table: sa.Table) -> None:
    shapes = [column.name for column in table.c if isinstance(column.type, Geom)]
    query = sa.select(*[
        sa.func.ST_AsBinary(column, type_=sa.LargeBinary()).label(column.name) if column.name in shapes else column
        for column in table.c
    ]).order_by(table.c.fid)  # fmt: skip
    names = ", ".join(f'"{column.name}"' for column in table.c)
    insert = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(table.c))})'
    positions = [table.c.keys().index(name) for name in shapes]
    for rows in source.execute(query.execution_options(yield_per=_AT_ONCE)).partitions():
        columns = list(map(list, zip(*rows, strict=True)))
        for position in positions:
            columns[position] = to_blobs(from_binary(columns[position]))
        target.exec_driver_sql(insert, list(zip(*columns, strict=True)))
