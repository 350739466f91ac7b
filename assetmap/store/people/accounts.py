"""Which accounts are there, what may each do, and how does somebody get one?

Nobody signs up, and no account begins with a password: an administrator invites, or the operator makes the first one on
the console. Both get a set-up token of 256 random bits, which is kept as a hash, holds once and expires; whoever brings
it chooses the password. Whoever changes roles changes no roles of their own.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assetmap.errors import InputError, NotAllowed, UnknownKey
from assetmap.messages import M
from assetmap.model.roles import Granted, allowed, by_area, require, role
from assetmap.store.people import account_tables as t
from assetmap.store.people.account_secret import digest, fresh
from assetmap.store.people.clock import moment, stamp
from assetmap.store.people.reception import Reception, demand_name
from assetmap.store.people.sessions import CONSOLE, Session, end_all, grants_of

FIRST_HOURS, INVITED_HOURS = 1, 72
_APART = {"administrator", "dpo"}


@dataclass(frozen=True)
class Account:
    """An account as an administrator sees it; `id` is random, `person` the pseudonym of a resident's own record.

    Attributes:
        waits: Nobody can sign in with it yet: no password was chosen and no service is linked.
    """

    id: str
    name: str
    grants: tuple[Granted, ...]
    person: str | None
    second_step: bool
    waits: bool
    created_at: datetime
    disabled_at: datetime | None


class Accounts:
    """The accounts of one reception. Whoever asks is a `Session`; what it may not is refused and noted."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def first(self, name: str) -> str:
        """Make the first administrator; for the console of the computer that the store is on, never for a page.

        Returns:
            A set-up token, which holds for an hour.

        Raises:
            NotAllowed: There is an administrator who can sign in already.
        """
        kept = demand_name(name)
        with self._at.place.writing() as connection:
            if _administrator_there(connection):
                raise NotAllowed(
                    M("There is an administrator already. Nothing was done. Ask them for an invitation, or for a new "
                      "set-up token.")
                )  # fmt: skip
            account = self._waiting_administrator(connection, kept) or self._make(connection, kept, None)
            self._give(connection, account, [Granted("administrator")], CONSOLE)
            self._at.log.note(connection, CONSOLE, "account.invite", touched=account)
            return self._token(connection, account, CONSOLE, FIRST_HOURS)

    def invite(self, name: str, grants: Collection[Granted], *, by: Session | None, person: str | None = None) -> str:
        """Make an account with roles.

        Args:
            person: The pseudonym of the record that will be the account's own.

        Returns:
            A set-up token for whoever shall have it, which holds for 72 hours.

        Raises:
            NotAllowed: `by` may not. InputError: The name is taken, or the roles do not go together.
        """
        kept = demand_name(name)
        _demand_sound(grants, person)
        with _asking(self._at, by, "account.invite") as connection:
            taken = t.account.c.name == kept
            if person is not None:
                taken = sa.or_(taken, t.account.c.person == person)
            if connection.scalar(sa.select(t.account.c.id).where(taken)):
                raise _taken()
            account = self._make(connection, kept, person)
            self._give(connection, account, grants, _who(by))
            return self._token(connection, account, _who(by), INVITED_HOURS)

    def renew(self, account: str, *, by: Session | None, second_step: bool = False) -> str:
        """Set an account up anew, as somebody forgot the password or lost the telephone: it is closed until then.

        Args:
            second_step: Forget the second step too.

        Returns:
            A set-up token, which holds for 72 hours.
        """
        with _asking(self._at, by, "account.invite", account) as connection:
            gone: dict[str, Any] = {"password": None}
            if second_step:
                gone |= {"second_step": None, "second_step_waiting": None}
            connection.execute(sa.update(t.account).where(t.account.c.id == account), gone)
            end_all(connection, account)
            return self._token(connection, account, _who(by), INVITED_HOURS)

    def grant(self, account: str, grants: Collection[Granted], *, by: Session | None) -> None:
        """Set the roles of an account to these; none takes all. Its sessions need new ids before they hold."""
        with _asking(self._at, by, "account.grant", account) as connection:
            _demand_other(by, account)
            person = connection.scalar(sa.select(t.account.c.person).where(t.account.c.id == account))
            _demand_sound(grants, person)
            connection.execute(sa.delete(t.account_role).where(t.account_role.c.account == account))
            self._give(connection, account, grants, _who(by))

    def disable(self, account: str, *, by: Session | None) -> None:
        """Close an account: it cannot be signed in with, and its sessions are over with the next request."""
        with _asking(self._at, by, "account.disable", account) as connection:
            now = {"disabled_at": stamp(self._at.clock.now())}
            connection.execute(sa.update(t.account).where(t.account.c.id == account), now)
            connection.execute(sa.delete(t.account_token).where(t.account_token.c.account == account))
            end_all(connection, account)

    def enable(self, account: str, *, by: Session | None) -> None:
        """Open a closed account again, with the roles that it had."""
        with _asking(self._at, by, "account.disable", account) as connection:
            _demand_other(by, account)
            connection.execute(sa.update(t.account).where(t.account.c.id == account), {"disabled_at": None})

    def end_sessions(self, account: str, *, by: Session | None) -> int:
        """Sign an account out everywhere; how many sessions that ended. One's own: `OwnAccount.end_sessions`."""
        with _asking(self._at, by, "account.disable", account) as connection:
            return end_all(connection, account)

    def remove(self, account: str, *, by: Session | None) -> None:
        """Remove an account with its roles, links and sessions. What it did stays noted under its random id."""
        with _asking(self._at, by, "account.disable", account) as connection:
            _demand_other(by, account)
            connection.execute(sa.delete(t.account).where(t.account.c.id == account))

    def all(self, *, by: Session | None) -> list[Account]:
        """All accounts by name."""
        with _asking(self._at, by, "account.read") as connection:
            rows = connection.execute(sa.select(t.account).order_by(t.account.c.name)).all()
            linked = set(connection.scalars(sa.select(t.account_link.c.account)))
            return [_account(row, grants_of(connection, row.id), row.id in linked) for row in rows]

    def sweep(self) -> None:
        """Forget what is over: sessions, set-up tokens, counts of tries that healed, lines of more than a year ago."""
        now = self._at.clock.now()
        self._at.sessions.sweep()
        with self._at.place.writing() as connection:
            connection.execute(sa.delete(t.account_token).where(t.account_token.c.expires_at <= stamp(now)))
            self._at.names.sweep(connection, now)
        self._at.log.prune()

    def _waiting_administrator(self, connection: sa.Connection, name: str) -> str | None:
        """The account of that name, where its first set-up token was never used."""
        row = connection.execute(sa.select(t.account).where(t.account.c.name == name)).first()
        if row is None:
            return None
        only = grants_of(connection, row.id) == (Granted("administrator"),)
        if row.password is not None or row.disabled_at is not None or not only:
            raise _taken()
        return str(row.id)

    def _make(self, connection: sa.Connection, name: str, person: str | None) -> str:
        account = secrets.token_hex(16)
        row = {"id": account, "name": name, "person": person, "created_at": stamp(self._at.clock.now())}
        connection.execute(sa.insert(t.account), [row])
        return account

    def _give(self, connection: sa.Connection, account: str, grants: Collection[Granted], by: str) -> None:
        pairs = sorted({(one.role, area) for one in grants for area in (one.areas or {""})})
        row = {"account": account, "given_at": stamp(self._at.clock.now()), "given_by": by}
        had = sa.and_(t.account_role.c.account == account, t.account_role.c.role.in_([name for name, _ in pairs]))
        connection.execute(sa.delete(t.account_role).where(had))
        if pairs:
            connection.execute(sa.insert(t.account_role), [{**row, "role": name, "area": area} for name, area in pairs])
        changed = {"rights": t.account.c.rights + 1}
        connection.execute(sa.update(t.account).where(t.account.c.id == account).values(changed))

    def _token(self, connection: sa.Connection, account: str, by: str, hours: int) -> str:
        token, until = fresh(), self._at.clock.now() + timedelta(hours=hours)
        connection.execute(sa.delete(t.account_token).where(t.account_token.c.account == account))
        row = {"token": digest(token), "account": account, "expires_at": stamp(until), "made_by": by}
        connection.execute(sa.insert(t.account_token), [row])
        return token


def forget_person(connection: sa.Connection, person: str) -> None:
    """Remove the account whose own record this person is, as the person is erased, in the same transaction."""
    connection.execute(sa.delete(t.account).where(t.account.c.person == person))


def _administrator_there(connection: sa.Connection) -> bool:
    linked = sa.select(t.account_link.c.account)
    able = sa.and_(
        t.account_role.c.role == "administrator",
        t.account.c.disabled_at.is_(None),
        sa.or_(t.account.c.password.is_not(None), t.account.c.id.in_(linked)),
    )
    query = sa.select(t.account.c.id).select_from(t.account.join(t.account_role)).where(able)
    return connection.execute(query.limit(1)).first() is not None


def _account(row: Any, grants: tuple[Granted, ...], linked: bool) -> Account:
    closed = None if row.disabled_at is None else moment(row.disabled_at)
    waits = row.password is None and not linked
    return Account(
        row.id, row.name, grants, row.person, row.second_step is not None, waits, moment(row.created_at), closed
    )  # fmt: skip


def _taken() -> InputError:
    return InputError(
        M("There is an account of that name, or for that person, already. Nothing was done. Choose another name.")
    )


def _demand_sound(grants: Collection[Granted], person: str | None) -> None:
    for one in grants:
        known = role(one.role)
        if by_area(one.role) != bool(one.areas) or "" in one.areas:
            raise InputError(
                M("The role “{role}” was given with {n} areas. A role by area needs at least one, any other role none.",
                  role=known.said, n=len(one.areas))
            )  # fmt: skip
        if one.role == "resident" and person is None:
            raise InputError(M("A resident's account needs the person whose own record it may see. Nothing was done."))
    if {one.role for one in grants} >= _APART:
        raise InputError(
            M("Whoever looks after the accounts cannot be the one who checks it. Nothing was done. Give the roles "
              "administrator and data protection officer to two accounts.")
        )  # fmt: skip


def _demand_other(by: Session | None, account: str) -> None:
    if _who(by) == account:
        raise NotAllowed(M("Nobody changes their own roles or opens their own account. Ask another administrator."))


def _who(by: Session | None) -> str:
    return "" if by is None else by.account


@contextlib.contextmanager
def _asking(at: Reception, by: Session | None, action: str, account: str = "") -> Iterator[sa.Connection]:
    """A transaction in which somebody's right was checked and noted; a refusal is noted too.

    Raises:
        NotAllowed: They may not. UnknownKey: There is no such account.
    """
    may = () if by is None else by.grants
    if not allowed(may, action):
        with at.place.writing() as connection:
            at.log.note(connection, _who(by), action, touched=account, refused=True)
        require(may, action)
    with at.place.writing() as connection:
        if account and connection.scalar(sa.select(t.account.c.id).where(t.account.c.id == account)) is None:
            raise UnknownKey(M("There is no such account any more. Nothing was done. Look at the list again."))
        at.log.note(connection, _who(by), action, touched=account)
        yield connection
