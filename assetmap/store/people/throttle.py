"""How long must somebody wait before the next try to sign in?

Growing delays for each name that is tried, whether there is such an account or not, and for each address that tries.
Every try is counted before the password is looked at, so that a hundred at once are no way round; the wait ends by
itself, and a right password sets the name's count to nothing.

Of a name a bucket is kept: 16 bits of a keyed hash, too few to tell what was typed (some type the password there). Of
an address nothing is kept: it is counted in memory, under a hash with a key that dies with the process. Of IPv6 the
network of 64 bits counts, as a home or an office has all of it.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from assetmap.store.people import account_tables as t
from assetmap.store.people.account_secret import AccountSecret
from assetmap.store.people.clock import moment, stamp

_BUCKETS = 1 << 16
_AT_MOST = 10_000  # addresses in memory


@dataclass(frozen=True)
class Delays:
    """After some tries in vain: 2 seconds, 4, 8 and so on.

    Attributes:
        free: Tries without any delay.
        longest_s: No delay is longer.
        forget_s: After that long without a try, all is as at first.
    """

    free: int
    longest_s: float
    forget_s: float

    def wait_s(self, failures: int, since_s: float) -> float:
        """Seconds to wait after so many tries in vain, the last of them so many seconds ago."""
        if failures < self.free or since_s >= self.forget_s:
            return 0.0
        delay = min(2.0 ** min(failures - self.free + 1, 60), self.longest_s)
        return max(0.0, delay - max(0.0, since_s))


PER_NAME = Delays(free=5, longest_s=900, forget_s=24 * 3600)
PER_ADDRESS = Delays(free=20, longest_s=300, forget_s=3600)


class NameThrottle:
    """Tries per name, kept with the accounts, so that a restart is no way round."""

    def __init__(self, secret: AccountSecret, delays: Delays = PER_NAME) -> None:
        self._secret, self._delays = secret, delays

    def bucket(self, name: str) -> int:
        """What is kept of a name; two names in one are rare, and then share their delays."""
        return int.from_bytes(self._secret.hidden("tries", name)[:8], "big") % _BUCKETS

    def take(self, connection: sa.Connection, name: str, now: datetime) -> float:
        """Count a try, if it may be made now.

        Returns:
            0.0 where it may; else the seconds to wait, and nothing was counted.
        """
        bucket = self.bucket(name)
        found = connection.execute(sa.select(t.account_tries).where(t.account_tries.c.bucket == bucket)).first()
        failures, last = (found.failures, moment(found.last_at)) if found else (0, now)
        if last > now:  # the clock was set back: nobody waits longer than the delay for that
            last = now
            self._keep(connection, bucket, failures, now)
        since = (now - last).total_seconds()
        wait = self._delays.wait_s(failures, since)
        if wait == 0.0:
            self._keep(connection, bucket, 1 if since >= self._delays.forget_s else failures + 1, now)
        return wait

    def _keep(self, connection: sa.Connection, bucket: int, failures: int, now: datetime) -> None:
        row = {"failures": failures, "last_at": stamp(now)}
        if not connection.execute(
            sa.update(t.account_tries).where(t.account_tries.c.bucket == bucket), row
        ).rowcount:  # fmt: skip
            connection.execute(sa.insert(t.account_tries), [{"bucket": bucket, **row}])

    def clear(self, connection: sa.Connection, name: str) -> None:
        """The right password came, or an operator helps: all is as at first."""
        connection.execute(sa.delete(t.account_tries).where(t.account_tries.c.bucket == self.bucket(name)))

    def sweep(self, connection: sa.Connection, now: datetime) -> None:
        """Forget what has healed."""
        old = stamp(now - timedelta(seconds=self._delays.forget_s))
        connection.execute(sa.delete(t.account_tries).where(t.account_tries.c.last_at < old))


class AddressThrottle:
    """Tries per address, in the memory of this process alone.

    Args:
        monotonic: Seconds that only grow.
    """

    def __init__(self, delays: Delays = PER_ADDRESS, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._delays, self._monotonic = delays, monotonic
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._tries: OrderedDict[bytes, tuple[int, float]] = OrderedDict()

    def take(self, address: str) -> float:
        """Count a try, if it may be made now; 0.0 where it may, else the seconds to wait."""
        key, now = self._hidden(address), self._monotonic()
        with self._lock:
            failures, last = self._tries.get(key, (0, now))
            wait = self._delays.wait_s(failures, now - last)
            if wait == 0.0:
                forgotten = now - last >= self._delays.forget_s
                self._keep(key, 1 if forgotten else failures + 1, now)
            return wait

    def give_back(self, address: str) -> None:
        """The try was no failure. The others from there still count, whoever made them."""
        key = self._hidden(address)
        with self._lock:
            failures, last = self._tries.get(key, (0, 0.0))
            if failures:
                self._keep(key, failures - 1, last)

    def _keep(self, key: bytes, failures: int, at: float) -> None:
        self._tries[key] = (failures, at)
        self._tries.move_to_end(key)
        while len(self._tries) > _AT_MOST:
            self._tries.popitem(last=False)

    def _hidden(self, address: str) -> bytes:
        return hmac.digest(self._key, _network(address).encode("utf-8", "surrogatepass"), hashlib.sha256)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
