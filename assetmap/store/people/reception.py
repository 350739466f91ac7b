"""What do all who let people in work with together?"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.store.people.access import AccessLog
from assetmap.store.people.account_place import AccountPlace
from assetmap.store.people.account_secret import AccountSecret
from assetmap.store.people.clock import SteadyClock
from assetmap.store.people.passwords import Hasher, Passwords
from assetmap.store.people.sessions import Sessions
from assetmap.store.people.throttle import AddressThrottle, NameThrottle

_SHORTEST, _LONGEST = 3, 100


@dataclass(frozen=True)
class Reception:
    """The place of the accounts with all that is needed there; one per process, as it counts addresses in memory."""

    place: AccountPlace
    secret: AccountSecret
    clock: SteadyClock
    passwords: Passwords
    sessions: Sessions
    log: AccessLog
    names: NameThrottle
    addresses: AddressThrottle

    @classmethod
    def at(
        cls,
        place: AccountPlace,
        secret: AccountSecret,
        *,
        clock: SteadyClock | None = None,
        hasher: Hasher | None = None,
    ) -> Reception:
        """The reception of a place.

        Args:
            hasher: Other costs than argon2's own, as tests need them.
        """
        clock = clock or SteadyClock()
        parts = (Passwords(hasher), Sessions(place, clock), AccessLog(place, clock), NameThrottle(secret))
        return cls(place, secret, clock, *parts, AddressThrottle())


def folded(name: str) -> str:
    """A name as it is compared: capitals and the ways to type a letter make no difference."""
    return unicodedata.normalize("NFKC", name).strip().casefold()[: 2 * _LONGEST]


def demand_name(name: str) -> str:
    """A new account's name, as it is kept.

    Raises:
        InputError: It is too short, too long, or holds what cannot be seen.
    """
    kept = folded(name)
    if not _SHORTEST <= len(kept) <= _LONGEST or not kept.isprintable():
        raise InputError(
            M("The name of an account has {least} to {most} visible characters. Choose another.",
              least=_SHORTEST, most=_LONGEST)
        )  # fmt: skip
    return kept
