"""What is done when the map of a folder is gone, or is no whole database any more?

A backup is made ready in a hidden folder beside it, with all that has to be done to it, and is then moved to its place
in one step. What was left of the old map is kept, in a folder `damaged-…`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import sqlalchemy as sa

from assetmap.atomic import flush, flush_folder, speaking
from assetmap.errors import StoreError
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import Finish, Past
from assetmap.store.homes.database import Database, explaining, says_damaged
from assetmap.store.homes.folder import MAP, names_of_ours, sweep

SCRATCH = ".restore-"
JUMP = 1_000_000
"""How far the count of changes goes on from a backup when nobody knows how far it had come since: no cache may take the
store for a state that it has seen."""


def is_lost(place: Path, database: Database) -> bool:
    """Whether the map of a folder is not there, or cannot be read as a whole.

    Raises:
        StoreError: What is there is somebody else's, or was written by a newer version; or the folder cannot be read.
    """
    file = place / MAP
    if not file.is_file() or file.stat().st_size == 0:
        return True
    try:
        with database.reading() as connection:
            if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
                return True
            names = set(sa.inspect(connection).get_table_names())
            found = content.signed_version(connection) if "schema_version" in names else None
    except StoreError as fault:
        if says_damaged(fault.__cause__):
            return True
        raise
    content.demand_version(found, str(file))
    return found == t.VERSION and not names.issuperset(t.metadata.tables)


def put_in_place(place: Path, database: Database, past: Past, finish: Finish) -> None:
    """Put the map of a backup, and the files that it names, in place of a map that is lost. Only under the lock."""
    from assetmap.store.homes.embedded import EmbeddedHome

    with speaking(place), tempfile.TemporaryDirectory(prefix=SCRATCH, dir=place) as scratch:
        staged = Path(scratch)
        _copy(past, staged)
        home = EmbeddedHome(staged)
        with home.database.writing() as connection:  # the lock that is held is that of the folder around it
            content.set_settings(connection, revision=int(content.setting_of(connection, "revision", 0)) + JUMP)
            finish(home, connection)
            named = content.files_of(connection)
        sweep(staged, keep=named)  # a snapshot as it was before words were taken out of it
        home.database.end_idle()
        for name in sorted(names_of_ours(staged)):
            target = place / name
            target.parent.mkdir(exist_ok=True)
            os.replace(staged / name, target)
        flush(staged / MAP)
        database.end_idle()
        _set_aside(place)
        os.replace(staged / MAP, place / MAP)
        flush_folder(place)


def _copy(past: Past, staged: Path) -> None:
    """The map and its files, as files of their own."""
    with explaining(staged / MAP):
        source = sqlite3.connect(f"{past.map.as_uri()}?mode=ro&immutable=1", uri=True)
        with contextlib.closing(source), contextlib.closing(sqlite3.connect(staged / MAP)) as copy:
            source.backup(copy)
    for name in names_of_ours(past.folder):
        (staged / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(past.folder / name, staged / name)
        flush(staged / name)


def _set_aside(place: Path) -> None:
    """Keep what is left of the old map. Its log must not stay beside the new one: SQLite would play it back."""
    left = [place / f"{MAP}{end}" for end in ("", "-wal", "-shm") if (place / f"{MAP}{end}").exists()]
    if not left:
        return
    aside = place / f"damaged-{content.now()[:19].replace(':', '-')}"
    aside.mkdir(mode=0o700, exist_ok=True)
    for file in left:
        if file.name == MAP:  # stays at its place as well, until the new one takes it in one step
            try:
                os.link(file, aside / file.name)
            except OSError:
                shutil.copyfile(file, aside / file.name)
        else:
            os.replace(file, aside / file.name)
