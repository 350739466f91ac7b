"""What time is it, for something that must not last longer because somebody set the clock back?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _utc() -> datetime:
    return datetime.now(UTC)


class SteadyClock:
    """A clock that never goes back and never stands still while its program runs.

    Where the computer's clock jumps forward it follows, so that sessions end too early rather than too late; where it
    jumps back it goes on by itself.

    Args:
        wall: The computer's clock, with a time zone.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self, wall: Callable[[], datetime] = _utc, monotonic: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        self.wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last, self._at = wall(), monotonic()

    def now(self) -> datetime:
        """This moment, in UTC."""
        with self._lock:
            at = self._monotonic()
            self._last = max(self.wall(), self._last + timedelta(seconds=at - self._at))
            self._at = at
            return self._last


def stamp(moment: datetime) -> str:
    """A moment as the tables hold it: UTC with three decimals, so that texts sort as moments do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def moment(text: str) -> datetime:
    """The moment that a table holds."""
    return datetime.fromisoformat(text)
