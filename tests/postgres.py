"""How do tests get a PostgreSQL server of their own, and how is it certain that nothing of it is left?

A new cluster in a temporary folder, on a free port of this machine, with a password made for it; fsync stays on, so
that what it acknowledges is kept as on a real server. As root it runs as another user, because PostgreSQL refuses
root. A keeper, a shell that waits for the end of a pipe, stops the server and removes the folder: when the tests say
so, and just as well when their process is killed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

SUPERUSER, OWNER, DATABASE = "postgres", "assetmap", "assetmap"
KEEPER = """cat >/dev/null
"$0/pg_ctl" -D "$1/data" -m immediate -w stop >/dev/null 2>&1
rm -rf "$1"
"""
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
shared_buffers = 32MB
log_line_prefix = '%m [%p] '
"""


@dataclass(frozen=True)
class Cluster:
    """A server that runs. `DATABASE` has PostGIS and belongs to `OWNER`, who is an ordinary user.

    Attributes:
        programs: The folder with initdb, pg_ctl and postgres.
        folder: Its data (`data`), its log (`log`) and its unix socket; also a host name for libpq.
        port: On 127.0.0.1 and of the socket.
        password: Of both users.
    """

    programs: Path
    folder: Path
    port: int
    password: str = field(repr=False)
    _schemas: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def url(self, schema: str = "", *, database: str = DATABASE, user: str = OWNER) -> str:
        """The address of a database, and of a schema in it; whether there is one or not is not looked at."""
        address = f"postgresql://{user}:{self.password}@127.0.0.1:{self.port}/{database}"
        return f"{address}?schema={schema}" if schema else address

    def sql(self, statement: str, parameters: Any = None, *, database: str = DATABASE, user: str = SUPERUSER) -> Any:
        """Run one statement as a transaction of its own; the rows as tuples, or [] where it gives none."""
        with psycopg.connect(self.url(database=database, user=user), autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def create_database(self, name: str, *, postgis: bool = True) -> None:
        """Make a further database that belongs to `OWNER`."""
        names = {"name": sql.Identifier(name), "owner": sql.Identifier(OWNER)}
        with psycopg.connect(self.url(database="postgres", user=SUPERUSER), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE template0").format(**names))
        if postgis:
            self.sql("CREATE EXTENSION postgis", database=name)

    @contextlib.contextmanager
    def schema(self) -> Iterator[str]:
        """The address of a schema that nobody has made yet; whatever is in it at the end is dropped.

        Raises:
            psycopg.errors.LockNotAvailable: Somebody left a transaction open in it.
        """
        name = f"s{next(self._schemas)}"
        yield self.url(name)
        with psycopg.connect(self.url(user=SUPERUSER), autocommit=True) as connection:
            connection.execute("SET lock_timeout = '10s'")
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))

    def start(self) -> None:
        """Start it, after `stop` or `crash`; ready when this returns."""
        log = str(self.folder / "log")
        if self._control("start", "-l", log).returncode:
            raise RuntimeError(f"PostgreSQL did not start:\n{Path(log).read_text(encoding='utf-8')}")

    def stop(self) -> None:
        """Shut it down in good order; whoever is connected is thrown out."""
        self._control("stop", "-m", "fast").check_returncode()

    def crash(self) -> None:
        """End all of its processes on the spot, with nothing written that is not written: `start` has to recover."""
        self._control("stop", "-m", "immediate").check_returncode()

    def _control(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return _run(self.programs / "pg_ctl", "-D", self.folder / "data", "-w", "-s", *words, folder=self.folder)


@contextlib.contextmanager
def running(programs: Path | str) -> Iterator[Cluster]:
    """A cluster that is new, runs, and is gone at the end.

    Args:
        programs: The folder with initdb, pg_ctl and postgres, as `dev.find_postgres()` gives it.
    """
    folder = Path(tempfile.mkdtemp(prefix="assetmap-pg-"))
    _give_away(folder)
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, str(programs), str(folder)],
        stdin=subprocess.PIPE, cwd="/", env=_environment(), start_new_session=True, **_as_user(),
    )  # fmt: skip
    try:
        cluster = Cluster(Path(programs), folder, _free_port(), secrets.token_hex(16))
        _initialise(cluster)
        cluster.start()
        cluster.sql(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{cluster.password}'", database="postgres")
        cluster.create_database(DATABASE)
        yield cluster
    finally:
        assert keeper.stdin
        keeper.stdin.close()
        keeper.wait(timeout=60)


def _initialise(cluster: Cluster) -> None:
    secret = cluster.folder / "password"
    secret.write_text(cluster.password, encoding="utf-8")
    _give_away(secret)
    how = ["-E", "UTF8", "--locale=C", "-U", SUPERUSER, "-A", "scram-sha-256", "--pwfile", secret, "--no-sync"]
    data = cluster.folder / "data"
    done = _run(cluster.programs / "initdb", "-D", data, *how, folder=cluster.folder)
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stderr.decode()}")
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(port=cluster.port, folder=cluster.folder))


def _run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[bytes]:
    # into a file, not a pipe: a server keeps what it was started with, and a pipe would stay open as long as it runs
    with tempfile.TemporaryFile() as heard:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL, stdout=heard, stderr=heard, cwd=folder, env=_environment(), check=False,
            **_as_user(),
        )  # fmt: skip
        heard.seek(0)
        done.stderr = heard.read()
    return done


def _environment() -> dict[str, str]:
    """Ours, without what a developer has set for his own servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _other_user() -> dict[str, int]:
    """Whom the server runs as where we are root, as user and group; else nobody but ourselves."""
    import pwd  # not on Windows, where this module is imported all the same

    if os.geteuid():
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid}


def _give_away(path: Path) -> None:
    if _other_user():
        os.chown(path, *_other_user().values())


def _as_user() -> dict[str, Any]:
    return {**_other_user(), "extra_groups": []} if _other_user() else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
