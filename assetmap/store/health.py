"""Is a store whole, fresh and safe, and if not, what is to be done?"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assetmap.errors import AssetmapError
from assetmap.messages import M, Message
from assetmap.store import content
from assetmap.store.database import Database, damaged, log_size
from assetmap.store.folder import PEOPLE, SIDECARS, sha256
from assetmap.store.tables import INDEXED, VERSION

LOG_MB, FREE_MB = 256, 500


@dataclass(frozen=True)
class Check:
    """The answer to one question about a store: a stable code, whether all is well, and the sentence."""

    code: str
    ok: bool
    message: Message


def checks(folder: Path, database: Database) -> list[Check]:
    """Every check in order. One that cannot be made, as the file is damaged, is itself a bad answer."""
    found: list[Check] = []
    for code, ask in _QUESTIONS.items():
        try:
            found.extend(Check(code, ok, message) for ok, message in ask(folder, database))
        except AssetmapError as fault:
            found.append(Check(code, False, fault.message))
    return found


Answers = Iterator[tuple[bool, Message]]


def _integrity(folder: Path, database: Database) -> Answers:
    with database.reading() as connection:
        lines = [str(line) for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars()]
    if lines == ["ok"]:
        yield True, M("{file} is whole.", file=database.path.name)
    else:
        yield False, damaged(database.path)


def _version(folder: Path, database: Database) -> Answers:
    with database.reading() as connection:
        found = content.signed_version(connection)
    yield found == VERSION, M("The store has version {found}; this assetmap writes version {known}.",
                              found=str(found), known=str(VERSION))  # fmt: skip


def _rtree(folder: Path, database: Database) -> Answers:
    for layer in INDEXED:
        there = sa.select(layer.c.fid).where(layer.c.geom.is_not(None))
        with database.reading() as connection:
            rows = set(connection.scalars(there))
            entries = set(connection.exec_driver_sql(f'SELECT id FROM "rtree_{layer.name}_geom"').scalars())
        if rows == entries:
            yield True, M("The spatial index of {layer} has all {count} places.", layer=layer.name, count=len(rows))
        else:
            yield False, M("The spatial index of {layer} has {entries} entries for {count} places, so a search by "
                           "place would miss some. Run “assetmap gather” again.",
                           layer=layer.name, entries=len(entries), count=len(rows))  # fmt: skip


def _log(folder: Path, database: Database) -> Answers:
    size = log_size(database.path) / 1e6
    if size <= LOG_MB:
        yield True, M("The write-ahead log is {size} MB.", size=round(size, 1))
    else:
        yield False, M("The write-ahead log has grown to {size} MB, as some program keeps the store open. Close QGIS "
                       "and old windows of assetmap.", size=round(size))  # fmt: skip


def _disk(folder: Path, database: Database) -> Answers:
    free = shutil.disk_usage(folder).free / 1e6
    if free >= FREE_MB:
        yield True, M("{free} MB are free on the disk of the store.", free=round(free))
    else:
        yield False, M("Only {free} MB are free on the disk of the store. Free some space before the next change.",
                       free=round(free))  # fmt: skip


def _sidecars(folder: Path, database: Database) -> Answers:
    with database.reading() as connection:
        parts: dict[str, Any] = content.setting_of(connection, "sidecars", {})
        built: dict[str, Any] = content.setting_of(connection, "fingerprints", {})
        today = {p.source: p.sha256 for p in content.provenance_of(connection) if p.sha256}
    for part in SIDECARS:
        title = {"network": M("walking network"), "basemap": M("base map")}[part]
        if part not in parts:
            yield False, M("The store has no {part}. Run “assetmap gather” to make it.", part=title)
            continue
        file = folder / parts[part]["file"]
        old = sorted(s for s, digest in built.get(part, {}).items() if s in today and today[s] != digest)
        if not file.is_file() or sha256(file) != parts[part]["sha256"]:
            yield False, M("The {part} ({file}) is missing or was changed. Run “assetmap gather” again.",
                           part=title, file=file.name)  # fmt: skip
        elif old:
            yield False, M("The {part} was built from an older {sources} than the assets. Run “assetmap gather” again.",
                           part=title, sources=", ".join(old))  # fmt: skip
        else:
            yield True, M("The {part} is there and belongs to the map.", part=title)


def _people(folder: Path, database: Database) -> Answers:
    path = folder / PEOPLE
    if not path.exists():
        yield True, M("No personal values are held.")
    elif os.name == "posix" and path.stat().st_mode & 0o077:
        yield False, M("Others on this computer can read {file}, which holds personal values. Run: chmod 600 {file}",
                       file=path)  # fmt: skip
    else:
        yield True, M("Personal values are held in {file}, which only you can read.", file=PEOPLE)


def _engine(folder: Path, database: Database) -> Answers:
    version = sqlite3.sqlite_version
    if reset_bug(sqlite3.sqlite_version_info):
        yield True, M("SQLite {version} has the rare WAL-reset fault; assetmap guards against it as long as no other "
                      "program writes to the store. Give QGIS a snapshot, never the store itself.",
                      version=version)  # fmt: skip
    else:
        yield True, M("SQLite {version} is free of the WAL-reset fault.", version=version)


def reset_bug(version: tuple[int, int, int]) -> bool:
    """Whether an SQLite can damage a file when a checkpoint meets the start of a new log (repaired in 3.51.3)."""
    repaired = {(3, 44): (3, 44, 6), (3, 50): (3, 50, 7)}
    return version < repaired.get(version[:2], (3, 51, 3))


_QUESTIONS: dict[str, Callable[[Path, Database], Answers]] = {
    "integrity": _integrity,
    "version": _version,
    "spatial-index": _rtree,
    "log": _log,
    "disk": _disk,
    "parts": _sidecars,
    "people": _people,
    "sqlite": _engine,
}
