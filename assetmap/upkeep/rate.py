"""May one more suggestion come in, without anything being kept about who sends it?

A bucket of tokens per session: each suggestion takes one, and they grow back with time. The key of a session is
whatever the caller has that is no name and no address, such as a random number made when the page was opened. Buckets
live in memory only, and one that is full again is forgotten. A new session costs nothing to whoever wants to send too
much, so a second bucket is shared by all.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn


@dataclass(frozen=True)
class Limits:
    """How much may be sent.

    Attributes:
        burst: How many suggestions one session may send at once. per_hour: How many more it may send each hour.
        all_burst, all_per_hour: The same for everybody together.
        most_bytes: How large one suggestion may be, in bytes of UTF-8.
        sessions: How many sessions are remembered at most; beyond that only the bucket of all counts for new ones.
    """

    burst: int = 5
    per_hour: float = 10.0
    all_burst: int = 60
    all_per_hour: float = 300.0
    most_bytes: int = 10_000
    sessions: int = 10_000

    def __post_init__(self) -> None:
        if min(self.burst, self.all_burst, self.most_bytes, self.sessions) < 1 or not (
            0 < self.per_hour < math.inf and 0 < self.all_per_hour < math.inf
        ):
            raise InputError(M("A limit of nothing would let nothing in. Expected numbers above 0: {limits}.",
                               limits=str(self)))  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """Whether a suggestion may come in; if not, why, and after how many seconds it may (infinity: never as it is)."""

    allowed: bool
    message: Message | None = None
    wait_s: float = 0.0


@dataclass
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """The buckets of one process; may be asked from several threads at once.

    Args:
        limits: How much may be sent.
        clock: Seconds that never run backwards.
    """

    def __init__(self, limits: Limits = Limits(), clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._all = _Bucket(limits.all_burst, clock())
        self._buckets: dict[str, _Bucket] = {}

    def __len__(self) -> int:
        """How many sessions are remembered."""
        return len(self._buckets)

    def ask(self, session: str, text: str | bytes) -> Answer:
        """Whether this may come in now; if so, it counts.

        What is refused takes nothing from the session or from the others.
        """
        size = len(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        if size > self.limits.most_bytes:
            return Answer(False, M("This is too long: {size} bytes, and at most {most} can be taken. Shorten it.",
                                   size=size, most=self.limits.most_bytes), math.inf)  # fmt: skip
        with self._lock:
            return self._take(session)

    def _take(self, session: str) -> Answer:
        now = self._clock()
        limits = self.limits
        own = self._buckets.get(session) or _Bucket(limits.burst, now)
        wait_own = _fill(own, now, limits.burst, limits.per_hour)
        wait_all = _fill(self._all, now, limits.all_burst, limits.all_per_hour)
        if wait_own > 0:
            return Answer(False, Mn("You have sent several suggestions. Thank you. Send the next one in a minute.",
                                    "You have sent several suggestions. Thank you. Send the next one in {n} minutes.",
                                    _minutes(wait_own)), wait_own)  # fmt: skip
        if wait_all > 0:
            return Answer(False, Mn("Many suggestions are coming in just now. Please try again in a minute.",
                                    "Many suggestions are coming in just now. Please try again in {n} minutes.",
                                    _minutes(wait_all)), wait_all)  # fmt: skip
        own.tokens -= 1
        self._all.tokens -= 1
        self._remember(session, own, now)
        return Answer(True)

    def _remember(self, session: str, bucket: _Bucket, now: float) -> None:
        if session not in self._buckets and len(self._buckets) >= self.limits.sessions:
            self._forget(now)
        if session in self._buckets or len(self._buckets) < self.limits.sessions:
            self._buckets[session] = bucket

    def _forget(self, now: float) -> None:
        """Leave out the buckets that are full again: they say nothing."""
        limits = self.limits
        for bucket in self._buckets.values():
            _fill(bucket, now, limits.burst, limits.per_hour)
        self._buckets = {key: b for key, b in self._buckets.items() if b.tokens < limits.burst}


def _fill(bucket: _Bucket, now: float, most: float, per_hour: float) -> float:
    """Let tokens grow back; the seconds until there is one, 0 where there is."""
    passed = max(now - bucket.at, 0.0)
    bucket.tokens, bucket.at = min(most, bucket.tokens + passed * per_hour / 3600), max(bucket.at, now)
    # a token that lacks the last bit of a sum is one
    return 0.0 if bucket.tokens >= 1 - 1e-9 else (1 - bucket.tokens) * 3600 / per_hour


def _minutes(seconds: float) -> int:
    return max(1, math.ceil(seconds / 60 - 1e-9))
