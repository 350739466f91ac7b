"""What is stored about single assets, as it stands now?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from assetmap.store import tables as t
from assetmap.store.geometry import within
from assetmap.store.home import Home
from assetmap.store.rows import Stored, stored_of

_AT_ONCE = 500


def read(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Stored]:
    """The assets of these ids, those in the bin too; an unknown id is left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Stored] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found |= _all(connection, t.asset.c.id.in_(wanted[start : start + _AT_ONCE]))
    return found


def read_all(connection: sa.Connection) -> dict[str, Stored]:
    """Every asset, those in the bin too, in the order in which they came."""
    return _all(connection, None)


def _all(connection: sa.Connection, where: sa.ColumnElement[bool] | None) -> dict[str, Stored]:
    query = sa.select(t.asset).order_by(t.asset.c.fid)
    rows = connection.execute(query if where is None else query.where(where)).mappings()
    return {row["id"]: stored_of(dict(row)) for row in rows}


class Records:
    """Single assets. Whatever their audience: release them before they are shown."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def get(self, ids: Collection[str] | str) -> dict[str, Stored]:
        """The assets of these ids, those in the bin too; an unknown id is left out."""
        with self._home.reading() as connection:
            return read(connection, [ids] if isinstance(ids, str) else ids)

    def within(self, west: float, south: float, east: float, north: float) -> dict[str, Stored]:
        """The assets whose bounds meet a box (degrees) and that are not in the bin."""
        box = within(t.asset.c.geom, west, south, east, north)
        with self._home.reading() as connection:
            return _all(connection, sa.and_(box, t.asset.c.deleted_at.is_(None)))
