"""How are the keys kept from being lost, and how soon is there no copy of a destroyed one?

Copies of `keys.db` lie in a folder of their own, never in a backup of the rest: one at each backup and at least one a
day. None lives longer than seven days; then it is overwritten and deleted. So a key that was destroyed is in no copy of
ours a week later, and what it sealed can be read in no backup, however old.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from assetmap.atomic import flush, flush_folder, speaking, temporary
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store.copies import moment, written
from assetmap.store.homes.database import Database
from assetmap.store.homes.folder import KEY_COPIES, KEYS, owner_only

DAYS = 7
_EVERY = datetime.timedelta(days=1)
_NAME = "keys-{}.db"


def tend(folder: Path, now: datetime.datetime, *, due: bool = False) -> None:
    """Copy the keys of a store where the last copy is a day old, and destroy copies that are older than seven days.
    Only under the lock of the folder.

    Args:
        folder: Of the store.
        due: Copy them now, as the people are copied.

    Raises:
        StoreError: The disk is full, or the copy is not whole; earlier copies stay.
    """
    past = [at for at in made(folder).values() if at <= now]
    if (folder / KEYS).exists() and (due or not past or now - max(past) >= _EVERY):
        _copy(folder, now)
    for file, at in made(folder).items():
        if not datetime.timedelta(0) <= now - at < datetime.timedelta(days=DAYS):
            _destroy(file)  # also one from a moment that is still to come: nobody could say when it ends


def made(folder: Path) -> dict[Path, datetime.datetime]:
    """The copies of the keys of a store and when each was made, newest first."""
    found: dict[Path, datetime.datetime] = {}
    for file in sorted((folder / KEY_COPIES).glob(_NAME.format("*")), reverse=True):
        with contextlib.suppress(ValueError):
            day, _, hour = file.stem.removeprefix("keys-").partition("T")
            found[file] = moment(f"{day}T{hour[:8].replace('-', ':')}.{hour[9:].rstrip('Z')}Z")
    return found


def unreadable_from(folder: Path, now: datetime.datetime) -> datetime.datetime:
    """From when on no copy of the keys that is there now exists any more."""
    return max([now, *(at + datetime.timedelta(days=DAYS) for at in made(folder).values())])


def keys_in(file: Path) -> dict[str, bytes]:
    """The keys in a copy that nobody writes to: person to key."""
    with reading_copy(file) as connection:
        return dict(connection.execute("SELECT person, key FROM person_key").fetchall())


@contextlib.contextmanager
def reading_copy(file: Path) -> Iterator[sqlite3.Connection]:
    """A copy, read as it lies there."""
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        yield connection


def _copy(folder: Path, now: datetime.datetime) -> None:
    place = folder / KEY_COPIES
    with speaking(place):
        place.mkdir(mode=0o700, exist_ok=True)
        fresh = temporary(place / KEYS)
        try:
            owner_only(fresh)
            Database(folder / KEYS).backup(fresh)
            _demand_whole(fresh)
            flush(fresh)
            stamp = written(now).replace(":", "-").replace(".", "-")
            os.replace(fresh, place / _NAME.format(stamp))
            flush_folder(place)
        finally:
            fresh.unlink(missing_ok=True)


def _demand_whole(file: Path) -> None:
    with reading_copy(file) as connection:
        lines = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    if lines != ["ok"]:
        raise StoreError(M("The copy of the keys is not whole ({why}), so it was thrown away; the keys themselves are "
                           "as they were.", why=lines[0]))  # fmt: skip


def _destroy(file: Path) -> None:
    """Overwrite a copy before its name goes; what a disk keeps beside that is out of our reach."""
    with speaking(file):
        size = file.stat().st_size
        with file.open("rb+") as stream:
            stream.write(b"\0" * size)
            stream.flush()
            os.fsync(stream.fileno())
        file.unlink()
        flush_folder(file.parent)
