"""A reception for tests: cheap hashes that count, and a clock that a test turns by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
from argon2 import Parameters, PasswordHasher, extract_parameters

from assetmap.model.roles import Granted
from assetmap.store.people.account_place import AccountPlace, FolderAccounts
from assetmap.store.people.account_secret import AccountSecret
from assetmap.store.people.accounts import Accounts
from assetmap.store.people.clock import SteadyClock
from assetmap.store.people.own_account import OwnAccount
from assetmap.store.people.reception import Reception, folded
from assetmap.store.people.sessions import Session, console
from assetmap.store.people.sign_in import SignIn
from assetmap.store.people.throttle import AddressThrottle

SECRET = AccountSecret(bytes(range(32)))
GOOD, OTHER = "gul sykkel under furu", "fire kopper og en rev"
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class HandClock(SteadyClock):
    """A computer's clock (`at`) and the time that really passes, which tests turn."""

    def __init__(self, start: datetime = START) -> None:
        self.at, self.passed = start, 0.0
        super().__init__(lambda: self.at, lambda: self.passed)

    def go(self, **time: float) -> None:
        """Time passes."""
        step = timedelta(**time)
        self.at += step
        self.passed += step.total_seconds()

    def set(self, **time: float) -> None:
        """Somebody sets the clock forward, or back; no time passes."""
        self.at += timedelta(**time)


@dataclass
class CountingHasher:
    """Argon2 with the least costs; says what it was asked to do, and at which costs."""

    inner: PasswordHasher = field(default_factory=lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    calls: list[str] = field(default_factory=list)
    costs: list[Parameters] = field(default_factory=list)

    def hash(self, password: bytes) -> str:
        self.calls.append("hash")
        return self.inner.hash(password)

    def verify(self, hash: str, password: bytes) -> bool:
        self.calls.append("verify")
        self.costs.append(extract_parameters(hash))
        return self.inner.verify(hash, password)

    def check_needs_rehash(self, hash: str) -> bool:
        return self.inner.check_needs_rehash(hash)


@dataclass
class World:
    """A reception with all who work at it."""

    place: AccountPlace
    clock: HandClock = field(default_factory=HandClock)
    hasher: CountingHasher = field(default_factory=CountingHasher)

    def __post_init__(self) -> None:
        self.at = self.reception()
        self.accounts, self.door, self.own = Accounts(self.at), SignIn(self.at), OwnAccount(self.at)
        self.admin = console()

    def reception(self) -> Reception:
        """As after a restart of the program."""
        made = Reception.at(self.place, SECRET, clock=self.clock, hasher=self.hasher)
        addresses = AddressThrottle(monotonic=lambda: self.clock.passed)
        return Reception(**{**made.__dict__, "addresses": addresses})

    def somebody(self, name: str, *grants: Granted, password: str = GOOD, person: str | None = None) -> str:
        """The id of an account that is set up."""
        self.own.set_up(self.accounts.invite(name, grants, by=self.admin, person=person), password)
        return next(account.id for account in self.accounts.all(by=self.admin) if account.name == folded(name))

    def second_step(self, token: str, password: str = GOOD) -> tuple[str, pyotp.TOTP]:
        """Turn the second step on; the new session, and the telephone."""
        phone = pyotp.parse_uri(self.own.begin_second_step(token, password, "Bydel Øst"))
        assert isinstance(phone, pyotp.TOTP)
        return self.own.confirm_second_step(token, phone.at(self.clock.at)), phone

    def signed(self, token: str) -> Session:
        """Whose session it is, which must be one."""
        session = self.at.sessions.use(token)
        assert session is not None
        return session


def world(folder: Path) -> World:
    """In an empty folder."""
    return World(FolderAccounts(folder))
