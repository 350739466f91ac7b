"""Does the tests' own PostgreSQL start, know PostGIS, keep what it acknowledged, and leave nothing behind?"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.postgres import OWNER, Cluster, running

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = """
import sys, time
from tests.postgres import running
with running(sys.argv[1]) as cluster:
    print(cluster.folder, cluster.port, flush=True)
    time.sleep(600)
"""


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def becomes_true(question: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not question() and time.monotonic() < until:
        time.sleep(0.05)
    return question()


def test_it_speaks_postgis_and_keeps_what_it_acknowledges(cluster: Cluster) -> None:
    assert cluster.sql("SELECT ST_AsText(ST_Centroid('LINESTRING(10 59, 12 61)'))") == [("POINT(11 60)",)]
    assert cluster.sql("SHOW fsync") == cluster.sql("SHOW synchronous_commit") == [("on",)]
    assert cluster.sql("SHOW server_encoding") == [("UTF8",)]


def test_the_owner_is_an_ordinary_user_and_the_password_is_asked_for(cluster: Cluster) -> None:
    assert cluster.sql("SELECT current_user, usesuper FROM pg_user WHERE usename = current_user", user=OWNER) == [
        (OWNER, False)
    ]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url().replace(cluster.password, "wrong"))


def test_each_address_is_a_schema_of_its_own_that_is_dropped(cluster: Cluster, server_url: str) -> None:
    taken = server_url.partition("?schema=")[2]
    with cluster.schema() as url:
        address, _, name = url.partition("?schema=")
        assert name != taken
        with psycopg.connect(address) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
            connection.execute(f"CREATE TABLE {name}.asset (place public.geometry(Point, 4326))")
        assert cluster.sql("SELECT 1 FROM pg_namespace WHERE nspname = %s", [name]) == [(1,)]
    assert cluster.sql("SELECT 1 FROM pg_namespace WHERE nspname = %s", [name]) == []


def test_a_database_without_postgis_can_be_had(cluster: Cluster) -> None:
    cluster.create_database("bare", postgis=False)
    assert cluster.sql("SELECT extname FROM pg_extension WHERE extname = 'postgis'", database="bare") == []


def test_after_a_crash_it_has_all_that_was_acknowledged_and_at_the_end_nothing_is_left(cluster: Cluster) -> None:
    with running(cluster.programs) as own:
        own.sql("CREATE TABLE kept (number integer)")
        for number in range(20):
            own.sql("INSERT INTO kept VALUES (%s)", [number])
        own.crash()
        with pytest.raises(psycopg.OperationalError):
            own.sql("SELECT 1")
        own.start()
        assert own.sql("SELECT count(*) FROM kept") == [(20,)]
        assert "automatic recovery in progress" in (own.folder / "log").read_text(encoding="utf-8")
    assert not listening(own.port)
    assert not own.folder.exists()


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_when_the_tests_are_killed_the_server_goes_too(cluster: Cluster, how: str) -> None:
    command = [sys.executable, "-c", ELSEWHERE, str(cluster.programs)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        folder, port = child.stdout.readline().split()
        assert listening(int(port))
        child.send_signal(getattr(signal, how))
    assert becomes_true(lambda: not listening(int(port)))
    assert becomes_true(lambda: not Path(folder).exists())
