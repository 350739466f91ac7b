"""Who may write in a folder now, and who is next?

The lock of the folder lets one writer in. Whoever waits for it stands in a queue, so that a program that writes again
and again cannot keep the others out: only the head of the queue may ask for the lock, and the others sleep until the
system wakes them. The system frees both when a process ends.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from assetmap.atomic import STORE_LOCK, speaking
from assetmap.errors import StoreError
from assetmap.messages import M, Message
from assetmap.store.home import WAIT_S

QUEUE = "store.queue"
_AGAIN_S = 0.0005  # only the head of the queue asks so often


@contextlib.contextmanager
def locked(folder: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Be the only one who writes or checkpoints in a folder.

    Raises:
        StoreError: Another assetmap has been writing for longer than `wait_s`.
    """
    until = time.monotonic() + wait_s
    with speaking(folder), (folder / STORE_LOCK).open("ab") as lock:
        with _head_of_queue(folder, until):
            while not _try(lock):
                if time.monotonic() > until:
                    raise StoreError(busy(folder))
                time.sleep(_AGAIN_S)
        yield


@contextlib.contextmanager
def _head_of_queue(folder: Path, until: float) -> Iterator[None]:
    file = (folder / QUEUE).open("ab")
    if not _try(file):
        _Waiting(file).wait(folder, until)
    with file:
        yield


class _Waiting:
    """Somebody who sleeps in the queue. The system's own waiting has no end, so a thread does it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._turn = threading.Event()
        self._mutex = threading.Lock()
        self._gave_up = False

    def wait(self, folder: Path, until: float) -> None:
        """Until the queue is ours.

        Raises:
            StoreError: It took too long. The file is closed then.
        """
        threading.Thread(target=self._sleep, daemon=True).start()
        try:
            self._turn.wait(max(0.0, until - time.monotonic()))
        finally:
            with self._mutex:
                self._gave_up = not self._turn.is_set()
        if self._gave_up:
            raise StoreError(busy(folder))

    def _sleep(self) -> None:
        _block(self._file)
        with self._mutex:
            if self._gave_up:
                self._file.close()
            else:
                self._turn.set()


if sys.platform == "win32":
    import msvcrt

    def _try(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _block(file: IO[bytes]) -> None:
        while not _try(file):
            time.sleep(10 * _AGAIN_S)

else:
    import fcntl

    def _try(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        return True

    def _block(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)


def busy(path: Path) -> Message:
    """What to say when somebody else is writing."""
    return M(
        "Another program is writing to {file} just now. Nothing was changed. Wait until it has finished (or close "
        "QGIS, if the store is open there), then do it again.", file=path,
    )  # fmt: skip
