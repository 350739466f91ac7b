"""Does the simulated power failure break what it would break, and spare what SQLite promises to keep?"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from assetmap.store.homes.database import PRAGMAS, Database
from tests import power

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the simulator knows how SQLite syncs folders on POSIX only")

Commit = Callable[[Path, int], None]
STEPS = 40


def plainly(journal: str, sync: str) -> Commit:
    """Commits through the standard library alone, with these settings."""

    def commit(path: Path, step: int) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA journal_mode = {journal}")
            connection.execute(f"PRAGMA synchronous = {sync}")
            for number in (2 * step, 2 * step + 1):  # the second meets a log that is there already
                connection.execute("BEGIN IMMEDIATE")
                insert = "INSERT INTO kept VALUES (?, ?)"
                connection.executemany(insert, [(number // 2, "a" * 700), (number // 2, "b" * 700)])
                connection.execute("COMMIT")

    return commit


def as_the_store_does(path: Path, step: int) -> None:
    """Commits as our store opens its files, with its settings."""
    with Database(path).writing() as connection:
        rows = [{"step": step, "text": letter * 700} for letter in "abcd"]
        connection.execute(sa.text("INSERT INTO kept VALUES (:step, :text)"), rows)


def recorded(folder: Path, commit: Commit, onlooker: bool = True) -> power.Disk:
    """Steps that are acknowledged; an onlooker keeps the file open, else each close moves the log into the file."""
    folder.mkdir()
    file = folder / "kept.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE kept (step INTEGER, text TEXT)")
    with power.recording(folder) as disk, contextlib.ExitStack() as stack:
        for step in range(STEPS):
            commit(file, step)
            disk.acknowledge(step)
            if onlooker and step == 0:
                looking = stack.enter_context(closing(sqlite3.connect(file)))
                assert looking.execute("SELECT count(*) FROM kept").fetchone() == (4,)
    return disk


def found(crash: power.Crash) -> str:
    """What somebody finds who opens the file after the crash: "whole", "torn", "lost" or "corrupt"."""
    with closing(sqlite3.connect(crash.folder / "kept.db")) as connection:
        try:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return "corrupt"
            rows = dict(connection.execute("SELECT step, count(*) FROM kept GROUP BY step"))
        except sqlite3.DatabaseError:
            return "corrupt"
    if not set(crash.acknowledged) <= {step for step, count in rows.items() if count == 4}:
        return "lost"
    return "torn" if any(count % 2 for count in rows.values()) else "whole"


def outcomes(disk: power.Disk, into: Path, count: int = 300) -> Counter[str]:
    return Counter(found(crash) for crash in disk.crashes(count, into))


@pytest.mark.parametrize(
    ("journal", "sync", "worst"),
    [("wal", "off", "corrupt"), ("wal", "normal", "lost"), ("wal", "full", "whole"), ("delete", "off", "corrupt"),
     ("delete", "full", "lost"), ("delete", "extra", "whole")],
)  # fmt: skip
def test_plain_sqlite_keeps_what_its_manual_says(tmp_path: Path, journal: str, sync: str, worst: str) -> None:
    """In DELETE mode with FULL the removal of the journal may be undone, and with it the last commit: so EXTRA."""
    seen = outcomes(recorded(tmp_path / "live", plainly(journal, sync)), tmp_path / "crashes")
    assert seen["torn"] == 0
    assert next(kind for kind in ("corrupt", "lost", "whole") if seen[kind]) == worst, seen


@pytest.mark.parametrize("onlooker", [True, False])
def test_with_the_settings_of_the_store_nothing_acknowledged_is_lost(tmp_path: Path, onlooker: bool) -> None:
    disk = recorded(tmp_path / "live", as_the_store_does, onlooker)
    assert outcomes(disk, tmp_path / "crashes", 1000) == {"whole": 1000}


@pytest.mark.parametrize(("sync", "worst"), [(0, "corrupt"), (1, "lost")])
def test_with_weaker_settings_the_store_would_lose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sync: int, worst: str
) -> None:
    monkeypatch.setitem(PRAGMAS, "synchronous", sync)
    assert outcomes(recorded(tmp_path / "live", as_the_store_does), tmp_path / "crashes")[worst] > 0


@pytest.mark.parametrize("onlooker", [True, False])
@pytest.mark.parametrize("commit", [plainly("wal", "full"), plainly("delete", "full"), as_the_store_does],
                         ids=["wal", "delete", "store"])  # fmt: skip
def test_every_write_is_heard(tmp_path: Path, commit: Commit, onlooker: bool) -> None:
    disk = recorded(tmp_path / "live", commit, onlooker)
    files = {file.name: file.read_bytes() for file in (tmp_path / "live").iterdir() if not file.name.endswith("-shm")}
    assert disk.without_a_crash() == files


def test_what_nobody_listens_to_any_more_is_not_written_down(tmp_path: Path) -> None:
    disk = recorded(tmp_path / "live", as_the_store_does)
    events = len(disk.events)
    as_the_store_does(tmp_path / "live" / "kept.db", STEPS)
    assert len(disk.events) == events


def test_files_that_sqlite_does_not_write_are_there_after_a_crash(tmp_path: Path) -> None:
    disk = recorded(tmp_path / "live", as_the_store_does)
    (tmp_path / "live" / "basemap.1.pmtiles").write_bytes(b"tiles")
    for crash in disk.crashes(5, tmp_path / "crashes"):
        assert (crash.folder / "basemap.1.pmtiles").read_bytes() == b"tiles"
    assert not any((tmp_path / "crashes").iterdir())
