"""How does a store of an older version become one of the next? One file per version, `v0002_history.py` and so on.

Each is a revision of Alembic that says in full what it does: it uses nothing that describes the tables of today, as
these go on changing. Only columns and tables are added, renamed or dropped, by ALTER TABLE itself: Alembic's batch mode
copies a table and silently loses the triggers of its R-tree. The history's triggers belong to no version: whoever
migrates takes them away before and makes those of today afterwards.

A revision from the third on runs in a file and on a server alike. Backups of a server are read as a file of their
version too, so all of them run there from the first.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from assetmap.store.homes import gpkg

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""A text that a server compares byte by byte, whatever language it is set to."""


def table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    """Make a table with a number for each row; in a file GeoPackage's own list gets to know it."""
    fid: sa.Column[Any] = sa.Column("fid", sa.Integer, primary_key=True)
    made = op.create_table(name, fid, *columns, sqlite_autoincrement=True)
    if op.get_bind().dialect.name == "sqlite":
        gpkg.announce(op.get_bind(), made)
    return made


def key(name: str) -> sa.Column[Any]:
    """A text that no two rows have."""
    return sa.Column(name, WORDS, nullable=False, unique=True)


def text(*names: str) -> list[sa.Column[Any]]:
    """Texts that may be missing."""
    return [sa.Column(name, WORDS) for name in names]
