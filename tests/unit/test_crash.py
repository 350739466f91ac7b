"""Does a kill lose what was promised too early, and nothing of what was promised when it was committed?"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests import crash
from tests.postgres import Cluster

Acknowledge = Callable[[str], None]


def sqlite_steps(path: Path, turn: int) -> Iterator[str]:
    """Insert rows for ever; each is committed when the next one is asked for."""
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        for step in itertools.count():
            connection.execute("INSERT INTO kept VALUES (?)", [f"{turn}/{step}"])
            yield f"{turn}/{step}"
            connection.commit()


def commits_first(acknowledge: Acknowledge, turn: int, path: Path) -> None:
    before = ""
    for step in sqlite_steps(path, turn):
        if before:
            acknowledge(before)
        before = step


def promises_first(acknowledge: Acknowledge, turn: int, path: Path) -> None:
    for step in sqlite_steps(path, turn):
        acknowledge(step)
        time.sleep(0.05)


def commits_on_a_server(acknowledge: Acknowledge, turn: int, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for step in itertools.count():
            connection.execute("INSERT INTO kept VALUES (%s)", [f"{turn}/{step}"])
            acknowledge(f"{turn}/{step}")


def stops_after_three(acknowledge: Acknowledge, turn: int) -> None:
    for step in range(3):
        acknowledge(f"{turn}/{step}")


def fails(acknowledge: Acknowledge, turn: int) -> None:
    raise LookupError("no such neighbourhood")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "kept.db")) as connection:
        connection.execute("CREATE TABLE kept (step TEXT)")
    return tmp_path / "kept.db"


def kept(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {step for (step,) in connection.execute("SELECT step FROM kept")}


def test_what_was_committed_first_is_there_after_each_kill(file: Path) -> None:
    promised: set[str] = set()
    for turn, killed in enumerate(crash.kills(12, commits_first, file)):
        promised.update(killed.acknowledged)
        assert not killed.finished
        assert promised <= kept(file)
        assert len(kept(file) - promised) <= turn + 1, "each child may have committed one step more than it could say"
    assert len(promised) > 12, "the children got nowhere, so nothing was tested"


def test_what_was_promised_first_is_lost(file: Path) -> None:
    promised = {step for killed in crash.kills(5, promises_first, file, most=3) for step in killed.acknowledged}
    assert promised - kept(file)


def test_what_was_committed_on_a_server_is_there_after_each_kill(cluster: Cluster) -> None:
    cluster.create_database("killed", postgis=False)
    url = cluster.url(database="killed")
    cluster.sql("CREATE TABLE public.kept (step text)", database="killed")
    cluster.sql("GRANT ALL ON public.kept TO PUBLIC", database="killed")
    promised = {step for killed in crash.kills(6, commits_on_a_server, url) for step in killed.acknowledged}
    assert len(promised) > 6
    assert promised <= {step for (step,) in cluster.sql("SELECT step FROM kept", database="killed")}


def test_a_child_that_ends_or_fails_by_itself_is_told(tmp_path: Path) -> None:
    (killed,) = crash.kills(1, stops_after_three, most=12, seed=3)
    assert killed == (["0/0", "0/1", "0/2"], True)
    with pytest.raises(AssertionError, match="LookupError: no such neighbourhood"):
        list(crash.kills(1, fails))
