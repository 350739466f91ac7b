"""How does a dump of a server's tables become a map that can be read like any other, with its files beside it?

A file of the version that the dump has is made new and filled; then it is brought up to date as any older store is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assetmap.store import migrate
from assetmap.store import tables as t
from assetmap.store.geometry import blob_of
from assetmap.store.homes import dumps, gpkg
from assetmap.store.homes.database import Database
from assetmap.store.homes.folder import MAP
from assetmap.store.homes.people import held_contact
from assetmap.store.homes.shelf import PIECE, shelf_file, shelf_piece

_AT_ONCE = 5_000
_READ: dict[str, Callable[[str], Any]] = {"INTEGER": int, "REAL": float, "TEXT": str}


def unpack(file: Path, version: int, folder: Path) -> list[dict[str, str]]:
    """Make `map.gpkg`, and the files that belong to it, of a dump in an empty folder; returns the personal values.

    Raises:
        StoreError: The dump is damaged, or the disk is full.
    """
    (folder / MAP).touch()
    database = Database(folder / MAP)
    contacts: list[dict[str, str]] = []
    with database.writing() as connection:
        migrate.upgrade(connection, 0, version)
        known = _emptied(connection)
        for block in dumps.tables(file):
            if block.table in known:
                _fill(connection, block, known[block.table])
            elif block.table == held_contact.name:
                contacts.extend({n: v or "" for n, v in zip(block.columns, row, strict=True)} for row in block)
            elif block.table in (shelf_file.name, shelf_piece.name):
                _files(block, folder)
        for layer in t.INDEXED:
            gpkg.create_rtree(connection, layer)
            gpkg.fill_rtree(connection, layer)
        _today(connection, version)
        gpkg.extents(connection)
    database.end_idle()
    return contacts


def _emptied(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Every table, empty and without what follows its rows, with the types of its columns."""
    for layer in t.INDEXED:
        gpkg.drop_rtree(connection, layer)
    tables = connection.exec_driver_sql("SELECT table_name FROM gpkg_contents").scalars().all()
    for name in tables:
        connection.exec_driver_sql(f'DELETE FROM "{name}"')
    return {
        name: {row[1]: str(row[2]) for row in connection.exec_driver_sql(f'PRAGMA table_info("{name}")')}
        for name in tables
    }


def _fill(connection: sa.Connection, block: dumps.Rows, kinds: dict[str, str]) -> None:
    readers = [_READ.get(kinds[name], blob_of) for name in block.columns]
    names = ", ".join(f'"{name}"' for name in block.columns)
    insert = f'INSERT INTO "{block.table}" ({names}) VALUES ({", ".join("?" * len(block.columns))})'
    rows = iter(block)
    while some := list(itertools.islice(rows, _AT_ONCE)):
        connection.exec_driver_sql(insert, [
            tuple(None if cell is None else read(cell) for read, cell in zip(readers, row, strict=True)) for row in some
        ])  # fmt: skip


def _files(block: dumps.Rows, folder: Path) -> None:
    """Write the files of the shelf, piece by piece, each at its place."""
    for row in block:
        cells = dict(zip(block.columns, row, strict=True))
        path = folder / str(cells["name"])
        path.parent.mkdir(exist_ok=True)
        path.touch()
        if block.table == shelf_piece.name:
            with path.open("r+b") as file:
                file.seek(int(cells["number"] or 0) * PIECE)
                file.write(bytes.fromhex(str(cells["content"]).removeprefix("\\x")))


def _today(connection: sa.Connection, version: int) -> None:
    if version < t.VERSION:
        gpkg.upgrade(connection, version)
    else:
        gpkg.create_history(connection)
