"""How do files belong to a store on a server, where there is no folder?

Their bytes lie in two tables of the schema, in pieces, and are named, written and forgotten in the transaction that
does the same for the rows. Whoever reads one gets a copy in a folder of this computer, under the hash of its content,
so that it is fetched once and never shown half.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa

from assetmap.atomic import flush, speaking, temporary
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.settings import settings
from assetmap.store.parts import sha256

metadata = sa.MetaData()
shelf_file = sa.Table(
    "shelf_file",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)
shelf_piece = sa.Table(
    "shelf_piece",
    metadata,
    sa.Column("name", sa.Text, sa.ForeignKey(shelf_file.c.name, ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
PIECE = 4 << 20
_UNUSED_S = 30 * 86_400  # a copy that nobody asked for in so long goes


def create(connection: sa.Connection) -> None:
    """Make the tables."""
    metadata.create_all(connection, checkfirst=False)
    # what is kept is compressed already
    connection.exec_driver_sql("ALTER TABLE shelf_piece ALTER COLUMN content SET STORAGE EXTERNAL")


class ServerShelf:
    """The files of a store on a server.

    Args:
        reading: Opens a reading transaction of that store.
    """

    def __init__(self, reading: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self._reading = reading
        self._sound: set[tuple[str, int, int]] = set()

    @property
    def copies(self) -> Path:
        """Where copies lie on this computer."""
        return settings().cache / "shelf"

    def stage(self, suffix: str) -> Path:
        """A new name in the folder of the copies."""
        with speaking(self.copies):
            self.copies.mkdir(parents=True, exist_ok=True, mode=0o700)
        return temporary(self.copies / f"part{suffix}")

    def keep(self, connection: sa.Connection, staged: Path, name: str) -> None:
        """Bring its bytes to the server."""
        self.drop(connection, [name])
        entry = {"name": name, "sha256": sha256(staged), "bytes": staged.stat().st_size}
        connection.execute(sa.insert(shelf_file), entry)
        with staged.open("rb") as file:
            for number, piece in enumerate(iter(lambda: file.read(PIECE), b"")):
                connection.execute(sa.insert(shelf_piece), {"name": name, "number": number, "content": piece})

    def local(self, name: str) -> Path | None:
        """A copy on this computer, fetched where it is not there yet.

        Raises:
            StoreError: What the server has is not what was put there, or this computer has no room for it.
        """
        with self._reading() as connection:
            known = connection.execute(sa.select(shelf_file).where(shelf_file.c.name == name)).first()
            if known is None:
                return None
            path = self._copy_of(name, known.sha256)
            if not self._is_sound(path, known.sha256):
                self._fetch(connection, name, known.sha256, path)
        return path

    def _copy_of(self, name: str, digest: str) -> Path:
        return self.copies / f"{digest}{Path(name).suffix}"

    def _is_sound(self, path: Path, digest: str) -> bool:
        """Whether a copy is there and is what it was; read once per process and edition."""
        try:
            found = path.stat()
            if (digest, found.st_size, found.st_mtime_ns) in self._sound:
                return True
            if sha256(path) != digest:
                return False
            with contextlib.suppress(PermissionError):  # somebody else's copy is as good
                os.utime(path)  # still asked for
            self._known_sound(path, digest)
        except FileNotFoundError:
            return False
        return True

    def _known_sound(self, path: Path, digest: str) -> None:
        found = path.stat()
        self._sound.add((digest, found.st_size, found.st_mtime_ns))

    def _fetch(self, connection: sa.Connection, name: str, digest: str, path: Path) -> None:
        staged = self.stage(path.suffix)
        pieces = sa.select(shelf_piece.c.content).where(shelf_piece.c.name == name).order_by(shelf_piece.c.number)
        try:
            with speaking(path):
                with staged.open("wb") as file:
                    for content in connection.scalars(pieces.execution_options(yield_per=2)):
                        file.write(content)
                flush(staged)
                if sha256(staged) != digest:
                    raise StoreError(M("The file {file} of the store is damaged on the server. Run “assetmap gather” "
                                       "again, or put back a backup.", file=name))  # fmt: skip
                self._known_sound(staged, digest)
                os.replace(staged, path)
                self._forget_unused()
        finally:
            staged.unlink(missing_ok=True)

    def _forget_unused(self) -> None:
        for file in self.copies.iterdir():
            try:
                if time.time() - file.stat().st_mtime > _UNUSED_S:
                    file.unlink()
            except (FileNotFoundError, PermissionError):  # another process was quicker, or (Windows) is reading it
                continue

    def drop(self, connection: sa.Connection, names: Collection[str]) -> None:
        """Within the transaction: all of it happens, or nothing. The copies on this computer go at once."""
        gone = shelf_file.c.name.in_(list(names))
        for row in connection.execute(sa.select(shelf_file).where(gone)):
            with contextlib.suppress(PermissionError):  # (Windows) somebody reads it
                self._copy_of(row.name, row.sha256).unlink(missing_ok=True)
        connection.execute(sa.delete(shelf_file).where(gone))

    def sweep(self, connection: sa.Connection, keep: Collection[str]) -> None:
        """Forget every file that the store does not name."""
        connection.execute(sa.delete(shelf_file).where(shelf_file.c.name.not_in(list(keep))))
