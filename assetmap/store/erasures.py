"""Which words were erased, also where the store that knew it is gone?

A store has a table of them, and each backup has the table of its moment. What is erased after the last backup stands in
a file beside the backups as well, to which is only ever added: which store, ids of assets, names of fields, when. The
words themselves are nowhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from assetmap.atomic import flush_folder, speaking
from assetmap.store import content
from assetmap.store import tables as t

FILE = "erased.jsonl"

Erasure = tuple[str, str, str]
"""Asset, field, when."""


def erasures(connection: sa.Connection) -> list[Erasure]:
    """What a store, or a backup of it, knows to be erased."""
    query = sa.select(t.erasure.c.asset, t.erasure.c.field, t.erasure.c.at).order_by(t.erasure.c.fid)
    return [(row.asset, row.field, row.at) for row in connection.execute(query)]


def add(connection: sa.Connection, erased: Iterable[Erasure]) -> None:
    """Let a store know what was erased."""
    rows = [{"asset": asset, "field": field, "at": at} for asset, field, at in erased]
    if rows:
        connection.execute(sa.insert(t.erasure), rows)


def missed(connection: sa.Connection, known: Iterable[Erasure]) -> list[Erasure]:
    """Those of some erasures that a store, or a backup of it, does not know of."""
    there = set(erasures(connection))
    return [one for one in dict.fromkeys(known) if one not in there]


def note(folder: Path, connection: sa.Connection, erased: Iterable[Erasure]) -> None:
    """Write beside the backups what is erased from a store, before it is committed: should that fail, words are taken
    out of a backup that is put back which somebody wanted to be gone; the other way round they would come back.

    Raises:
        StoreError: The disk is full, or the folder may not be written to.
    """
    store = content.setting_of(connection, "store", "")
    lines = [json.dumps({"store": store, "asset": asset, "field": field, "at": at}, ensure_ascii=False)
             for asset, field, at in erased]  # fmt: skip
    with speaking(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / FILE).touch(mode=0o600)
        with (folder / FILE).open("ab") as file:
            # a line of its own also where the one before was cut off
            file.write("".join(f"\n{line}" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        flush_folder(folder)


def noted(folder: Path, store: str) -> list[Erasure]:
    """What is noted beside the backups of a store; a line that was cut off does not count.

    Raises:
        StoreError: The file may not be read.
    """
    path = folder / FILE
    if not path.exists():
        return []
    with speaking(path):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [one for line in lines if (one := _read(line, store)) is not None]


def _read(line: str, store: str) -> Erasure | None:
    try:
        entry = json.loads(line)
        return (entry["asset"], entry["field"], entry["at"]) if entry["store"] == store else None
    except (ValueError, TypeError, KeyError):
        return None
