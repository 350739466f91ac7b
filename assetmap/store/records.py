"""What is stored about single assets, as it stands now?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from assetmap.model.schema import complete
from assetmap.store import asked
from assetmap.store import tables as t
from assetmap.store.content import setting_of
from assetmap.store.geometry import within
from assetmap.store.home import Home
from assetmap.store.rows import Stored, stored_of

_AT_ONCE = 500
_OF_SOURCES = {"import", "refresh", "restore"}
"""Kinds of changesets that change more than assets: what the sources are, and what was imperfect in them."""


def read(connection: sa.Connection, ids: Iterable[str]) -> dict[str, Stored]:
    """The assets of these ids, those in the bin too; an unknown id is left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Stored] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found |= _all(connection, t.asset.c.id.in_(wanted[start : start + _AT_ONCE]))
    return found


def _moment(connection: sa.Connection) -> Moment:
    known = {key: int(setting_of(connection, key, 0)) for key in ("generation", "revision")}
    last = connection.scalar(sa.select(sa.func.max(t.changeset.c.number)))
    return Moment(**known, changeset=last or 0)


def frame_of(records: Mapping[str, Stored]) -> gpd.GeoDataFrame:
    """Stored assets as a table of assets: index `id`, WGS84, the columns of the asset schema, further ones last."""
    frame = gpd.GeoDataFrame([one.record for one in records.values()], columns=None if records else ["geometry"])
    return complete(frame.set_index(pd.Index(list(records), name="id")).set_geometry("geometry", crs=4326))


def _all(connection: sa.Connection, where: sa.ColumnElement[bool]) -> dict[str, Stored]:
    query = sa.select(t.asset).where(where)
    # put in order here: asked for an order, SQLite walks through the whole table instead of its index by place
    rows = sorted(connection.execute(query).mappings(), key=itemgetter("fid"))
    return {row["id"]: stored_of(dict(row)) for row in rows}


@dataclass(frozen=True)
class Moment:
    """A state of the store; it differs from another one when anything differs.

    Attributes:
        generation: Counts the saves that replaced everything.
        revision: Counts all changes.
        changeset: The newest entry of the history.
    """

    generation: int
    revision: int
    changeset: int


class Records:
    """Single assets. Whatever their audience: release them before they are shown."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def get(self, ids: Collection[str] | str) -> dict[str, Stored]:
        """The assets of these ids, those in the bin too; an unknown id is left out."""
        with self._home.reading() as connection:
            return read(connection, asked.keys(ids))

    def moment(self) -> Moment:
        """The state of now. Cheap."""
        with self._home.reading() as connection:
            return _moment(connection)

    def since(self, earlier: Moment, most: int = 200) -> tuple[Moment, dict[str, Stored] | None]:
        """What single people changed since an earlier state, so that whoever kept that need not read all again.

        Returns:
            The state of now, and every asset that changed since, those in the bin too; None for the assets where more
            than assets changed (a source was read, the place was replaced), or more than `most` of them.
        """
        asked.thing(earlier, Moment)
        asked.number(most)
        with self._home.reading() as connection:
            now = _moment(connection)
            if now == earlier:
                return now, {}
            number = t.changeset.c.number > earlier.changeset
            kinds = set(connection.scalars(sa.select(t.changeset.c.kind).where(number)))
            steps = now.changeset - earlier.changeset
            if (now.generation, now.revision) != (earlier.generation, earlier.revision + steps) or kinds & _OF_SOURCES:
                return now, None
            touched = sa.select(t.asset_history.c.id).where(t.asset_history.c.changeset > earlier.changeset).distinct()
            ids = list(connection.scalars(touched.limit(most + 1)))
            return now, (read(connection, ids) if len(ids) <= most else None)

    def within(self, west: float, south: float, east: float, north: float) -> dict[str, Stored]:
        """The assets whose bounds meet a box (degrees) and that are not in the bin."""
        box = within(t.asset.c.geom, *asked.box(west, south, east, north))
        with self._home.reading() as connection:
            return _all(connection, sa.and_(box, t.asset.c.deleted_at.is_(None)))
