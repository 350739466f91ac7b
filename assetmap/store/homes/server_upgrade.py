"""How does a store on a server that an older assetmap made become one of this version?

As in a folder: after a backup that was read again, by the same revisions, in one transaction. Only whoever owns the
tables can change them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import lay_down
from assetmap.store.homes import postgis
from assetmap.store.homes.connection import ServerAddress

if TYPE_CHECKING:
    from assetmap.store.homes.server import ServerHome

_OWNER = sa.text(
    "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class "
    "WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p')"
)


def is_owner(connection: sa.Connection, place: ServerAddress) -> bool:
    """Whether this user owns every table of a store."""
    return bool(connection.scalar(_OWNER, {"schema": place.schema}))


def bring_up_to_date(home: ServerHome) -> None:
    """Back the store up and bring its tables to this version: all of it, or nothing.

    Raises:
        StoreError: This user may not; somebody else is writing for too long; or no backup can be made.
    """
    with home.reading() as connection:
        mine = is_owner(connection, home.place)
    if home.read_only or not mine:
        raise StoreError(
            M("{store} is of an older version, and you may not change its tables. Ask whoever owns the store to open "
              "it once with this assetmap.", store=home.address)
        )  # fmt: skip
    with home.writing() as connection:
        found = content.signed_version(connection)
        if found is None or found >= t.VERSION:  # somebody else did it while this one waited for the lock
            return
        lay_down(home.copies, "upgrade")
        extension = postgis.extension_schema(connection) or "public"
        postgis.upgrade(connection, found, extension, home.place.schema)
