"""How is one SQLite file opened so that nothing acknowledged is lost?

By the standard library's sqlite3 alone, never by GDAL: a second SQLite in this process, or a mere open and close of
the file, would drop the locks and let two writers in. Write-ahead log with `synchronous=FULL`; every write begins
with `BEGIN IMMEDIATE`, so that two writers meet at the start and not in the middle.

SQLite before 3.51.3 can, very rarely, damage a file when one connection checkpoints the log while another starts it
anew. Here the two cannot meet: nobody checkpoints on his own (`wal_autocheckpoint=0`), and whoever writes or
checkpoints holds the lock of the folder. Connections are closed after use, so that an idle store is one whole file; a
program that writes often (`keep_connections`) closes them half a second later.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from assetmap.atomic import disk_full, speaking
from assetmap.errors import InputError, StoreError, StoreMissing
from assetmap.messages import M
from assetmap.store.geometry import register
from assetmap.store.home import WAIT_S
from assetmap.store.homes.burst import Keeper, KeptConnection
from assetmap.store.homes.turns import busy
from assetmap.store.texts import demand_storable, unstorable

PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: NORMAL loses acknowledged rows when the power fails
    "foreign_keys": 1,
    "secure_delete": 1,
    "cell_size_check": 1,
    "wal_autocheckpoint": 0,
}
_LOG_BYTES = 4_000_000  # of write-ahead log before its content is moved into the file
_SCRATCH = 1_000_000  # with less room than this SQLite cannot make the files it works with, not even for reading


class Database:
    """One SQLite file.

    Args:
        path: The file.
        wait_s: How long to wait for another writer.
        read_only: The folder cannot be written to: the file is read as it lies there, without locks.
    """

    def __init__(self, path: Path, wait_s: float = WAIT_S, read_only: bool = False) -> None:
        self.path, self.wait_s, self.read_only = path, wait_s, read_only
        self._keeper = Keeper(self._open)
        self._engine = sa.create_engine(
            "sqlite://", creator=self._keeper.take, poolclass=NullPool, hide_parameters=True
        )
        sa.event.listen(self._engine, "begin", _begin)
        sa.event.listen(self._engine, "before_cursor_execute", _demand_texts)

    def _open(self) -> KeptConnection:
        mode = "mode=ro&immutable=1" if self.read_only else "mode=rw"
        connection: KeptConnection = sqlite3.connect(
            f"{self.path.as_uri()}?{mode}", uri=True, isolation_level=None, timeout=self.wait_s,
            check_same_thread=False, factory=KeptConnection,
        )  # fmt: skip
        try:
            if not self.read_only:
                _set(connection)
            register(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextlib.contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view of the file, whatever others write meanwhile."""
        with explaining(self.path), self._engine.connect().execution_options(reading=True) as connection:
            with connection.begin():
                yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction: all of it is kept, or nothing. The caller holds the lock of the folder.

        Raises:
            StoreError: Another program holds the file, the disk is full, or the file is damaged.
        """
        with explaining(self.path), self._engine.connect() as connection:
            with connection.begin():
                yield connection
            if log_size(self.path) > _LOG_BYTES:
                # The rows are safe in the log already, so a full disk may stop this: the next writer goes on with it.
                with contextlib.suppress(sqlite3.OperationalError):
                    connection.connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")

    def end_idle(self) -> None:
        """Keep no connection any more, as the file is about to be another one."""
        self._keeper.end_all()

    def cut_log(self) -> bool:
        """Move the whole log into the file and cut it to nothing, so that nothing deleted stays in it. The caller
        holds the lock of the folder.

        Returns:
            Whether that was done; not while somebody still reads an older state.
        """
        self.end_idle()
        with explaining(self.path), contextlib.closing(self._keeper.take()) as connection:
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def backup(self, target: Path) -> None:
        """Copy the file as it is now into another, through SQLite, while others go on working."""
        with speaking(target):
            target.touch()
        with explaining(self.path), contextlib.closing(self._keeper.take()) as source:
            with contextlib.closing(sqlite3.connect(target)) as copy:
                source.backup(copy)  # in one step: step by step it would start again at each foreign commit
                copy.execute("PRAGMA journal_mode = DELETE")  # QGIS shows no layers of a log it may not write


def _set(connection: sqlite3.Connection) -> None:
    for name, wanted in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {wanted}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != wanted:
            raise StoreError(
                M("This computer's SQLite cannot keep the store safely: {setting} is {found}, expected {wanted}. Put "
                  "the store on a local disk.", setting=name, found=found, wanted=wanted)
            )  # fmt: skip


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")


def _demand_texts(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    demand_storable(parameters if many else (parameters,))


@contextlib.contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn what SQLite says into sentences for people.

    Raises:
        StoreError: What happened, and what to do. InputError: A text cannot be stored.
    """
    try:
        with speaking(path.parent):
            yield
    except UnicodeEncodeError as fault:
        raise InputError(unstorable()) from fault
    except sa.exc.NoSuchTableError as fault:
        raise StoreError(damaged(path)) from fault
    except sa.exc.DBAPIError as fault:
        raise _explained(path, fault.orig or fault) from fault
    except sqlite3.Error as fault:
        raise _explained(path, fault) from fault


def _explained(path: Path, fault: BaseException) -> StoreError:
    name = str(getattr(fault, "sqlite_errorname", ""))
    if name == "SQLITE_FULL" or (name.startswith("SQLITE_IOERR") and shutil.disk_usage(path.parent).free < _SCRATCH):
        return StoreError(disk_full(path.parent))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(busy(path))
    if not path.exists():
        return StoreMissing(
            M("{file} is not there any more. Nothing was changed. See whether its folder was moved or renamed, or its "
              "disk taken out, then do it again.", file=path)
        )  # fmt: skip
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "no such table" in str(fault):
        return StoreError(damaged(path))
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreError(
            M("{file} cannot be opened for writing. Nothing was changed. Ask for the right to write in its folder, or "
              "copy the folder to a place of your own.", file=path)
        )  # fmt: skip
    return StoreError(
        M("{file} could not be read or written ({why}). What was stored is untouched.", file=path, why=str(fault))
    )


def says_damaged(cause: BaseException | None) -> bool:
    """Whether what SQLite said means that a file is no whole database."""
    raw = getattr(cause, "orig", None) or cause
    name = str(getattr(raw, "sqlite_errorname", ""))
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def damaged(path: Path) -> Any:
    """What to say of a file that is not whole."""
    return M(
        "{file} is damaged: it is not a whole database. It was left as it is. Put back a copy of the folder, or run "
        "“assetmap gather” with another --store.", file=path,
    )  # fmt: skip


def log_size(path: Path) -> int:
    """Bytes of the write-ahead log beside a file; 0 where there is none."""
    log = Path(f"{path}-wal")
    return os.stat(log).st_size if log.exists() else 0
