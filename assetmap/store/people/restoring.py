"""How do people come back from a backup, without anything that they took back?

What people said since a backup holds: where people are there, a restored map leaves them as they are. Only where they
are lost do they come from the backup, and then without those who were erased since, and with every withdrawal.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection
from pathlib import Path

import sqlalchemy as sa

from assetmap.store.copies import BACKUPS
from assetmap.store.homes.folder import PEOPLE
from assetmap.store.people import erasing, key_copies, noted, reading, vault
from assetmap.store.people import tables as t
from assetmap.store.people.home import FolderPeople

_TABLES = (t.person, t.gift, t.consent_event, t.access, t.access_person)


def bring_back(home: FolderPeople, backup: Path) -> int:
    """Put the people of a backup in place where none are there; how many came back. Alone in the home.

    Args:
        backup: The folder of the backup.
    """
    file = backup / PEOPLE
    if not _holds_people(file):
        return 0
    home.create()
    gone = {**_erased_by_backups(home.folder), **_journal(file), **noted.erased(home.key_copies)}
    with home.writing() as connection:
        if reading.known_persons(connection):
            return 0
        with key_copies.reading_copy(file) as source:
            for table in _TABLES:
                _copy(source, connection, table, gone)
        back = reading.known_persons(connection)
    _bring_keys(home, back)
    erasing.replay(home, gone)
    return len(back)


def _copy(source: sqlite3.Connection, connection: sa.Connection, table: sa.Table, gone: Collection[str]) -> None:
    """The rows of a table, without those that name somebody who was erased."""
    names = table.c.keys()
    quoted = ", ".join(f'"{name}"' for name in names)
    rows = [dict(zip(names, row, strict=True)) for row in source.execute(f'SELECT {quoted} FROM "{table.name}"')]
    of = next((column.name for column in t.COLUMNS_OF_PERSON if column.table is table), None)
    kept = [row for row in rows if of is None or row[of] not in gone]
    if kept:
        connection.execute(sa.insert(table), kept)


def _bring_keys(home: FolderPeople, persons: set[str]) -> None:
    """The keys of these people from the copies, newest first, where they are not there."""
    for file in key_copies.made(home.folder):
        missing = persons - vault.owners(home)
        if missing:
            vault.put_back(home, {p: k for p, k in key_copies.keys_in(file).items() if p in missing})


def _holds_people(file: Path) -> bool:
    if not file.is_file():
        return False
    with key_copies.reading_copy(file) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return names.issuperset(table.name for table in (*_TABLES, t.erasure))


def _journal(file: Path) -> dict[str, str]:
    with key_copies.reading_copy(file) as connection:
        return dict(connection.execute("SELECT person, at FROM erasure_journal").fetchall())


def _erased_by_backups(folder: Path) -> dict[str, str]:
    """Who was erased, as the backups know it: also where the note beside the keys is lost."""
    found: dict[str, str] = {}
    for file in sorted((folder / BACKUPS).glob(f"*/{PEOPLE}")):
        with contextlib.suppress(sqlite3.DatabaseError):
            found |= _journal(file) if _holds_people(file) else {}
    return found
