"""How do the tables of a server get into a file, and how are rows read from it again?

By PostgreSQL's own `pg_dump` and `pg_restore`, in their own format, so that whoever runs the server can use such a file
without us. The password goes to them in the environment, never on the command line, where others could read it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assetmap.atomic import disk_full
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store.homes.connection import ServerAddress

_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin",
           "/Library/PostgreSQL/*/bin", "C:/Program Files/PostgreSQL/*/bin")  # fmt: skip
_COPY = re.compile(r'COPY (?:"?[\w$]+"?\.)"?([\w$]+)"? \((.*)\) FROM stdin;')
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WAIT_MS = 30_000


def program(name: str) -> str:
    """Where a program of PostgreSQL is: in the path, else the newest that is installed.

    Raises:
        StoreError: It is not on this computer.
    """
    found = shutil.which(name)
    if found:
        return found
    places = [Path(path) for pattern in _PLACES for path in _matching(pattern)]
    for folder in sorted(places, key=_number, reverse=True):
        if found := shutil.which(name, path=str(folder)):
            return found
    raise StoreError(
        M("To back up a store on a server, {program} of PostgreSQL is needed, and it is not on this computer. Nothing "
          "was changed. Install PostgreSQL's client programs (Debian: apt install postgresql-client).", program=name)
    )  # fmt: skip


def _matching(pattern: str) -> Iterable[Path]:
    root = Path(pattern).anchor
    return Path(root).glob(pattern.removeprefix(root)) if root and Path(root).exists() else ()


def _number(folder: Path) -> int:
    return max((int(digits) for digits in re.findall(r"\d+", str(folder))), default=0)


def dump(address: ServerAddress, snapshot: str, target: Path) -> None:
    """Write the schemas of a store, as an exported snapshot sees them, into a file.

    Raises:
        StoreError: The program is missing, refuses, or the disk is full.
    """
    words = [program("pg_dump"), "--format=custom", "--no-password", f"--snapshot={snapshot}", f"--file={target}",
             f"--lock-wait-timeout={_WAIT_MS}", f"--schema={address.schema}", f"--schema={address.people}"]  # fmt: skip
    done = subprocess.run(words, env=environment(address), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise _refused("pg_dump", done.stderr, target.parent)


def environment(address: ServerAddress) -> dict[str, str]:
    """Ours, with what libpq needs to reach a server."""
    url = address.url
    known = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password,
             "PGDATABASE": url.database, "PGAPPNAME": "assetmap"}  # fmt: skip
    options = {_variable(name): value for name, value in url.query.items()}
    wanted = {name: str(value) for name, value in {**known, **options}.items() if value is not None}
    return {**os.environ, **wanted}


def _variable(option: str) -> str:
    return "PGCONNECT_TIMEOUT" if option == "connect_timeout" else f"PG{option.replace('_', '').upper()}"


def _refused(name: str, said: bytes, folder: Path) -> StoreError:
    text = said.decode(errors="replace").strip()
    if "No space left" in text or "could not write to" in text:
        return StoreError(disk_full(folder))
    line = next((line for line in text.splitlines() if "error" in line.lower()), text[-300:])
    return StoreError(
        M("{program} did not do it ({why}). The store is as it was. Where it says that versions do not match, install "
          "PostgreSQL's client programs of the server's version.", program=name, why=line)
    )  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """The rows of one table in a dump, to be read once and in order."""

    table: str
    columns: tuple[str, ...]
    lines: Iterator[str]

    def __iter__(self) -> Iterator[list[str | None]]:
        """Row by row, each value as text."""
        return (values(line) for line in self.lines)


def tables(file: Path) -> Iterator[Rows]:
    """The tables of a dump with their rows, one after the other; what is not read of one is passed over.

    Raises:
        StoreError: It is damaged, or cannot be read.
    """
    words = [program("pg_restore"), "--data-only", "--file=-", str(file)]
    with (
        tempfile.TemporaryFile() as heard,
        subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=heard) as running,
    ):
        assert running.stdout is not None
        lines = (line.decode("utf-8").removesuffix("\n") for line in running.stdout)
        for line in lines:
            if found := _COPY.fullmatch(line):
                columns = tuple(name.strip().strip('"') for name in found[2].split(","))
                block = Rows(found[1], columns, _until_end(lines))
                yield block
                for _ in block.lines:
                    pass
        running.wait()
        heard.seek(0)
        said = heard.read()
    if running.returncode:
        raise _refused("pg_restore", said, file.parent)


def _until_end(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == "\\.":
            return
        yield line


def values(line: str) -> list[str | None]:
    """The values of a line of COPY, PostgreSQL's own form of a row as text."""
    return [None if cell == "\\N" else _plain(cell) for cell in line.split("\t")]


def _plain(cell: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), cell) if "\\" in cell else cell


def counted(file: Path) -> dict[str, int]:
    """How many rows each table of a dump has; reads all of it.

    Raises:
        StoreError: It is damaged.
    """
    return {block.table: sum(1 for _ in block.lines) for block in tables(file)}
