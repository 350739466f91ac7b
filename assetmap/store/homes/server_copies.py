"""How is a store on a server backed up, and how is a backup of it read?

By `pg_dump`, of one moment: the tables, the files and the personal values of the store, nothing else of the database.
The dump is read through again and its rows are counted before it counts as a backup. It lies on this computer, in the
folder that the setting `backups` names.
"""

from __future__ import annotations

import contextlib
import datetime
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assetmap.atomic import speaking
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.settings import settings
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import Backup, Content, Finish, Past, state_of
from assetmap.store.homes import dumps, server_people
from assetmap.store.homes.dump_reading import unpack
from assetmap.store.homes.folder import MAP
from assetmap.store.homes.folder_copies import reading_file
from assetmap.store.homes.people import held_contact
from assetmap.store.homes.server_rescue import is_lost, put_in_place
from assetmap.store.homes.shelf import shelf_file
from assetmap.store.homes.turns import locked

if TYPE_CHECKING:
    from assetmap.store.homes.server import ServerHome

DUMP = "tables.dump"


class ServerCopies:
    """The backups of a store on a server, on this computer."""

    def __init__(self, home: ServerHome) -> None:
        self._home = home

    @property
    def folder(self) -> Path:
        """One per store, named after its address."""
        place = self._home.place
        parts = (place.url.host or "local", str(place.url.port or ""), place.url.database or "", place.schema)
        return settings().backups / re.sub(r"[^\w.-]", "_", "-".join(part for part in parts if part))

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One backup at a time on this computer. Others may write meanwhile: a dump is of one moment."""
        with speaking(self.folder):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locked(self.folder, self._home.wait_s):
            yield

    def fill(self, fresh: Path, before: Mapping[str, tuple[Path, str]]) -> Content:
        """Dump the schemas of the store, read the dump again, and hold its rows against those of the same moment."""
        with self._home.reading() as connection:
            snapshot = str(connection.scalar(sa.text("SELECT pg_export_snapshot()")))
            counts = self._counts(connection)
            version, state = content.signed_version(connection), state_of(connection)
            there = set(connection.scalars(sa.select(shelf_file.c.name)))
            missing = tuple(sorted(content.files_of(connection) - there))
            with speaking(fresh):
                dumps.dump(self._home.place, snapshot, fresh / DUMP)
        found = dumps.counted(fresh / DUMP)
        wrong = sorted(name for name in counts if counts[name] != found.get(name, 0))
        if wrong:
            raise StoreError(M("The dump of {store} does not have all rows of “{table}”, so it was thrown away; the "
                               "store is as it was. Do it again.", store=self._home.address,
                               table=wrong[0]))  # fmt: skip
        return Content(version or 0, state, counts, missing)

    def _counts(self, connection: sa.Connection) -> dict[str, int]:
        there = self._home.tables(connection)  # an older version may have fewer
        counts = {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in t.metadata.tables.items()
            if name in there
        }
        if server_people.exists(connection, self._home.place.people):
            query = f"SELECT count(*) FROM {self._home.place.people}.{held_contact.name}"
            counts[held_contact.name] = connection.exec_driver_sql(query).scalar_one()
        return counts

    @contextlib.contextmanager
    def opened(self, backup: Backup) -> Iterator[Past]:
        """Read a dump as a map, in a hidden folder beside it."""
        with speaking(self.folder), tempfile.TemporaryDirectory(prefix=".open-", dir=self.folder) as scratch:
            contacts = unpack(backup.path / DUMP, backup.version, Path(scratch))
            with reading_file(Path(scratch) / MAP) as connection:
                yield Past(connection, Path(scratch) / MAP, Path(scratch), tuple(contacts))

    def lost(self) -> bool:
        """Whether the schema, or a table of it, is gone."""
        return is_lost(self._home)

    def replace(self, past: Past, finish: Finish) -> None:
        """Make the schema anew from a backup; what is left of it is kept under another name."""
        put_in_place(self._home, past, finish)

    def people_back(self, past: Past) -> None:
        """Nobody is kept on a server."""

    def people_moved(self, since: datetime.datetime) -> bool:
        """Nobody is kept on a server."""
        return False

    def tend(self, now: datetime.datetime) -> None:
        """There are no keys on a server."""
