"""How do the rows of a large table become columns quickly?

Off a server by ADBC, where it is installed: whole columns in binary form, on a connection of its own that looks at the
same moment as the transaction that asks; row by row it takes five times as long. Everywhere else by parts of some
thousand rows: a million assets as Python's objects at once would take twice the time and many times the memory. The
answer is the same.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

MANY = 5_000
"""Rows from which on the connection is worth its making."""

_A_PART = 2_000


def columns(connection: sa.Connection, query: sa.Select[Any], table: sa.Table) -> list[Any] | None:
    """The columns of a query's answer, in the order of the query: Arrow's for text and numbers, an array of bytes for
    shapes.

    Args:
        table: The one that is asked, to see whether it is large.

    Returns:
        None where the answer has to be fetched row by row: in a folder, in a transaction that writes (another
        connection would not see what it wrote), of a small table, without ADBC, or where ADBC is not let in.
    """
    if connection.dialect.name != "postgresql" or not connection.get_execution_options().get("reading"):
        return None
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError:
        return None
    path, moment = _moment(connection, table)
    if moment is None:
        return None
    try:
        text = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True})).replace("%%", "%")
        address = connection.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with contextlib.closing(dbapi.connect(address, autocommit=True)) as other, other.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
            cursor.execute(f"SET LOCAL search_path = {path}")
            cursor.execute(text)
            found = cursor.fetch_arrow_table()
    except (dbapi.Error, sa.exc.CompileError):
        return None
    return [_whole(column) for column in found.columns]


def columns_by_parts(connection: sa.Connection, query: sa.Select[Any]) -> list[Any]:
    """The columns of a query's answer, as `columns` gives them, from any home and in any transaction."""
    kinds = [_kind(column.type) for column in query.selected_columns]
    parts: list[list[pa.Array]] = [[] for _ in kinds]
    rows = connection.execute(query).cursor
    while some := rows.fetchmany(_A_PART):
        for part, kind, values in zip(parts, kinds, zip(*some, strict=True), strict=True):
            part.append(pa.array(values, kind))
    return [_whole(pa.chunked_array(part, kind)) for part, kind in zip(parts, kinds, strict=True)]


def _kind(kind: sa.types.TypeEngine[Any]) -> pa.DataType:
    if isinstance(kind, sa.Float):
        return pa.float64()
    return pa.large_binary() if isinstance(kind, sa.LargeBinary) else pa.large_string()


def _moment(connection: sa.Connection, table: sa.Table) -> tuple[str, str | None]:
    """Where this transaction looks for tables, and the name of the moment that it sees; None for a small table, and on
    a server that is only a copy of another."""
    some = sa.select(sa.literal(1)).select_from(table).limit(MANY).subquery()
    large = sa.and_(sa.func.count() == MANY, sa.not_(sa.func.pg_is_in_recovery()))
    query = sa.select(
        sa.func.current_setting("search_path"), sa.case((large, sa.func.pg_export_snapshot()))
    ).select_from(some)
    path, moment = connection.execute(query).one()
    return str(path), moment


def _whole(column: Any) -> Any:
    return column.to_numpy() if str(column.type) in ("binary", "large_binary") else column
