"""How are the words of those who changed something taken out, and their names, where they did it?

Who changed something, why, who looked at a suggestion and what was noted with a snapshot is no field of an asset. Each
such place has a reference of its own, under which its erasing is remembered like that of a field, so that an older
backup does not bring the words back.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import sqlalchemy as sa

from assetmap.store import tables as t

PLACES: dict[str, tuple[sa.Table, str, tuple[str, ...]]] = {
    "changeset": (t.changeset, "number", ("by", "why")),
    "suggestion": (t.suggestion, "id", ("note", "assignee", "reason", "decided_by")),
    "snapshot": (t.snapshot, "id", ("by", "note")),
    "match": (t.match, "pair", ("by",)),
}
"""Sort of place: its table, the column that names one of it, and the columns that hold somebody's words or name."""
_REFERENCE = re.compile(rf"@({'|'.join(PLACES)}):(.+)", re.DOTALL)


def reference(sort: str, key: object) -> str:
    """Under which name a place is remembered; no asset of ours has such an id."""
    return f"@{sort}:{key}"


def is_reference(asset: str) -> bool:
    """Whether what was erased is no asset's but such a place's."""
    return _REFERENCE.fullmatch(asset) is not None


def belonging(connection: sa.Connection, sort: str, key: object) -> list[tuple[str, object]]:
    """A place, and those that hold words of the same moment: what was decided with a changeset."""
    places = [(sort, key)]
    if sort == "changeset":
        for other in ("suggestion", "match"):
            table, name, _ = PLACES[other]
            found = connection.scalars(sa.select(table.c[name]).where(table.c.changeset == key))
            places += [(other, one) for one in found]
    return places


def is_there(connection: sa.Connection, sort: str, key: object) -> bool:
    """Whether there is such a place."""
    table, name, _ = PLACES[sort]
    return connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.c[name] == key)) != 0


def blank_place(connection: sa.Connection, asset: str, fields: Collection[str]) -> int:
    """Empty the columns of a place, given its reference; returns how many of them held something."""
    found = _REFERENCE.fullmatch(asset)
    if found is None:
        return 0
    table, name, columns = PLACES[found[1]]
    key: object = int(found[2]) if found[1] == "changeset" else found[2]
    row = connection.execute(sa.select(table).where(table.c[name] == key)).mappings().first()
    if row is None:
        return 0
    wanted = [column for column in columns if column in fields]
    connection.execute(sa.update(table).where(table.c[name] == key).values(dict.fromkeys(wanted)))
    if found[1] == "changeset" and "by" in fields:  # each version says it too
        for log, column in ((t.asset_history, "by"), (t.asset, "updated_by")):
            connection.execute(sa.update(log).where(log.c.changeset == key).values({column: None}))
    return sum(bool(row[column]) for column in wanted)
