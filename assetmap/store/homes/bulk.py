"""How do thousands of rows get onto a server in a second?

By COPY, PostgreSQL's own way in, which takes them in one stream; statement by statement it takes ten times as long.
Whoever inserts need not know: a plain insert of many rows becomes a COPY on its way to the server.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assetmap.store.geometry import Geom

_MANY = 200


def listen(engine: sa.Engine) -> None:
    """Let this engine copy instead of inserting, where there is much to insert."""
    sa.event.listen(engine, "do_executemany", _copied)


def _copied(cursor: Any, statement: str, rows: Any, context: Any) -> bool:
    """Do an insert as a COPY; False where it is none, or has more to it than rows."""
    table = _plainly_into(context) if len(rows) >= _MANY else None
    if table is None:
        return False
    names = [name for name in rows[0] if name in table.c]
    if len(names) != len(rows[0]):
        return False
    shapes = {name for name in names if isinstance(table.c[name].type, Geom)}
    columns = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as stream:
        for row in rows:
            stream.write_row([_hexadecimal(row[name]) if name in shapes else row[name] for name in names])
    return True


def _plainly_into(context: Any) -> sa.Table | None:
    """The table that a statement puts rows into as they are; None where it does anything else."""
    statement = context.compiled.statement if context is not None and context.compiled is not None else None
    if type(statement) is not sa.Insert or statement.select is not None:  # a kind of its own has "on conflict"
        return None
    return statement.table if isinstance(statement.table, sa.Table) else None


def _hexadecimal(ewkb: bytes | None) -> str | None:
    return None if ewkb is None else ewkb.hex()
