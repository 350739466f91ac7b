"""Where do values go that may be somebody's contact, found in a file that was meant to hold places?

Into `people.db`, readable by its owner alone, apart from everything that is shown, exported or copied as a map. They
are only written here, and read to be put back from a backup: nothing else reads them until people themselves have said
who may.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store.homes.database import Database, says_damaged
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


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sa.Connection]:
    """The file, to be written to: before a map is committed, so that nothing is changed where it is damaged."""
    with _telling(path), Database(path).writing() as connection:
        metadata.create_all(connection)
        connection.execute(sa.select(held_contact).limit(1)).first()
        yield connection


def demand_whole(folder: Path) -> None:
    """Make sure that the file can be read, where there is one.

    Raises:
        StoreError: It is damaged.
    """
    path = folder / PEOPLE
    with _telling(path), Database(path).reading() as connection:
        if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
            raise _damaged(path)
        names = sa.inspect(connection).get_table_names()
        if not names or held_contact.name in names:  # people may be there before any such value is
            connection.execute(sa.select(held_contact).limit(1)).first()


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except StoreError as fault:
        strange = "no such column" in str(fault.__cause__)
        if strange or not path.is_file() or says_damaged(fault.__cause__):
            raise _damaged(path) from fault
        raise


def _damaged(path: Path) -> StoreError:
    return StoreError(
        M("{file}, which holds personal values, is damaged. Nothing was changed. Move it out of the folder; the map "
          "does not need it, and “assetmap restore” puts back the one of a backup.", file=path)
    )  # fmt: skip


def hold(folder: Path, rows: list[dict[str, str]]) -> None:
    """Set private values aside, before the map that names their assets is committed: none is lost between the two."""
    path = folder / PEOPLE
    if not path.exists():
        if not rows:
            return
        owner_only(path)
    with _opened(path) as connection:
        if rows:
            connection.execute(sa.insert(held_contact).prefix_with("OR REPLACE"), rows)


def forget(folder: Path, asset: str, fields: list[str]) -> None:
    """Forget the values that were found in these fields of an asset."""
    path = folder / PEOPLE
    if path.exists():
        own = sa.and_(held_contact.c.asset == asset, held_contact.c.field.in_(fields))
        with _opened(path) as connection:
            connection.execute(sa.delete(held_contact).where(own))


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
    with _opened(path) as connection:
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
