"""Where do values go that may be somebody's contact, found in a file that was meant to hold places?

Into `people.db`, readable by its owner alone, apart from everything that is shown, exported or copied as a map. They
are only written here, and read to be put back from a backup: nothing else reads them until people themselves have said
who may.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from assetmap.store.homes.database import Database
from assetmap.store.homes.folder import PEOPLE, owner_only

metadata = sa.MetaData()
held_contact = sa.Table(
    "held_contact",
    metadata,
    sa.Column("asset", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("retrieved", sa.Text, nullable=False),
    sa.UniqueConstraint("asset", "field", "value"),
)


def rows(path: Path) -> list[dict[str, str]]:
    """The values in a file that nobody writes to: that of a backup."""
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'held_contact'").fetchone():
            return []
        names = held_contact.c.keys()
        found = connection.execute(f"SELECT {', '.join(names)} FROM held_contact ORDER BY rowid").fetchall()
    return [dict(zip(names, row, strict=True)) for row in found]


def hold(folder: Path, rows: list[dict[str, str]]) -> None:
    """Set private values aside, before the map that names their assets is committed: none is lost between the two."""
    if not rows:
        return
    path = folder / PEOPLE
    if not path.exists():
        owner_only(path)
    with Database(path).writing() as connection:
        metadata.create_all(connection)
        connection.execute(sa.insert(held_contact).prefix_with("OR REPLACE"), rows)


def prune(folder: Path, assets: set[str], sources: set[str], rows: list[dict[str, str]]) -> None:
    """Forget values whose asset is no longer on the map, and those that a source no longer gives.

    Args:
        assets: Ids of all assets on the map.
        sources: The sources that were read anew; of these only `rows` stay.
        rows: What they gave this time.
    """
    path = folder / PEOPLE
    if not path.exists():
        return
    given = {(row["asset"], row["field"], row["value"]) for row in rows}
    keys = sa.select(*[held_contact.c[name] for name in ("asset", "field", "value", "source")])
    with Database(path).writing() as connection:
        metadata.create_all(connection)
        gone = [
            {"a": asset, "f": field, "v": value}
            for asset, field, value, source in connection.execute(keys)
            if asset not in assets or (source in sources and (asset, field, value) not in given)
        ]
        if gone:
            connection.execute(
                sa.delete(held_contact).where(
                    held_contact.c.asset == sa.bindparam("a"),
                    held_contact.c.field == sa.bindparam("f"),
                    held_contact.c.value == sa.bindparam("v"),
                ),
                gone,
            )
