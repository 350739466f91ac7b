"""Are the files of a folder whole, safe and small enough, and if not, what is to be done?"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path

from assetmap.atomic import speaking
from assetmap.messages import M
from assetmap.store.home import Check
from assetmap.store.homes import people, rtree_health
from assetmap.store.homes.database import Database, damaged, log_size
from assetmap.store.homes.folder import PEOPLE
from assetmap.store.soundness import Answers, answered

LOG_MB, FREE_MB = 256, 500


def _integrity(folder: Path, database: Database) -> Answers:
    with database.reading() as connection:
        lines = [str(line) for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars()]
    if lines == ["ok"]:
        yield True, M("{file} is whole.", file=database.path.name)
    else:
        yield False, damaged(database.path)


def _rtree(folder: Path, database: Database) -> Answers:
    yield from rtree_health.questions(database)


def _log(folder: Path, database: Database) -> Answers:
    size = log_size(database.path) / 1e6
    if size <= LOG_MB:
        yield True, M("The write-ahead log is {size} MB.", size=round(size, 1))
    else:
        yield False, M("The write-ahead log has grown to {size} MB, as some program keeps the store open. Close QGIS "
                       "and old windows of assetmap.", size=round(size))  # fmt: skip


def _disk(folder: Path, database: Database) -> Answers:
    with speaking(folder):
        free = shutil.disk_usage(folder).free / 1e6
    if free >= FREE_MB:
        yield True, M("{free} MB are free on the disk of the store.", free=round(free))
    else:
        yield False, M("Only {free} MB are free on the disk of the store. Free some space before the next change.",
                       free=round(free))  # fmt: skip


def _people(folder: Path, database: Database) -> Answers:
    path = folder / PEOPLE
    if not path.exists():
        yield True, M("No personal values are held.")
    elif os.name == "posix" and path.stat().st_mode & 0o077:
        yield False, M("Others on this computer can read {file}, which holds personal values. Run: chmod 600 {file}",
                       file=path)  # fmt: skip
    else:
        people.demand_whole(folder)
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


def checks(folder: Path, database: Database) -> list[Check]:
    """What only the files of a folder can answer, in order."""
    return answered({code: partial(ask, folder, database) for code, ask in _QUESTIONS.items()})


_QUESTIONS: dict[str, Callable[[Path, Database], Answers]] = {
    "integrity": _integrity,
    "spatial-index": _rtree,
    "log": _log,
    "disk": _disk,
    "people": _people,
    "sqlite": _engine,
}
