"""How does a program that writes again and again save the opening of its files each time?

Opening a file costs more than a small edit, and closing the last connection moves the whole log into the file. So a
server keeps a connection that was used for half a second, in case there is more to do; then it is closed, and an idle
store is one whole file again.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable

KEEP_S = 0.5
_keeping = False


def keep_connections() -> None:
    """From now on this process keeps connections for half a second; for the app's server and other long writers."""
    global _keeping
    _keeping = True


class KeptConnection(sqlite3.Connection):
    """A connection whose `close` may only put it aside."""

    keeper: Keeper | None = None

    def close(self) -> None:
        """Back to the keeper, or really closed."""
        if _keeping and self.keeper is not None and not self.in_transaction:
            self.keeper.give(self)
        else:
            super().close()

    def end(self) -> None:
        """Really close."""
        super().close()


class Keeper:
    """The idle connections of one file.

    Args:
        make: Opens a new one.
    """

    def __init__(self, make: Callable[[], KeptConnection]) -> None:
        self._make = make
        self._idle: list[tuple[float, KeptConnection]] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def take(self) -> KeptConnection:
        """A connection that is open and in no transaction."""
        with self._lock:
            if self._idle:
                return self._idle.pop()[1]
        connection = self._make()
        connection.keeper = self
        return connection

    def give(self, connection: KeptConnection) -> None:
        """Put a connection aside."""
        with self._lock:
            self._idle.append((time.monotonic(), connection))
            if self._timer is None:
                self._later(KEEP_S)

    def end_all(self) -> None:
        """Close what is idle now, as its file is about to be another one."""
        with self._lock:
            old, self._idle = self._idle, []
        for _, connection in old:
            with contextlib.suppress(sqlite3.Error):
                connection.end()

    def _later(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._sweep)
        self._timer.daemon = True
        self._timer.start()

    def _sweep(self) -> None:
        """Close what was idle long enough, and come again as long as there is something."""
        with self._lock:
            old = [connection for at, connection in self._idle if time.monotonic() - at >= KEEP_S * 0.9]
            self._idle = [pair for pair in self._idle if pair[1] not in old]
            self._timer = None
            if self._idle:
                self._later(KEEP_S)
        for connection in old:
            with contextlib.suppress(sqlite3.Error):
                connection.end()
