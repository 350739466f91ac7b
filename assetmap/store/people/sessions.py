"""Who is signed in with this cookie, what may they do now, and for how long?

The cookie holds 256 random bits and nothing else; of them a hash is kept. A session ends after 30 minutes without use,
12 hours after it began, when its account is disabled, or when somebody ends it. Rights are read at each use. When they
have changed, the session is only the public's until it has a new id (`rotate`): an id that somebody planted or
overheard before gains nothing by a new role.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.model.roles import Granted, roles
from assetmap.store.people import account_tables as t
from assetmap.store.people.account_place import AccountPlace
from assetmap.store.people.account_secret import digest, fresh
from assetmap.store.people.clock import SteadyClock, moment, stamp

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
NOTED = timedelta(minutes=1)  # how often it is written down that a session is in use
_SHORT_S = 0.2  # a page does not wait for an import to note that
CONSOLE = "console"


@dataclass(frozen=True)
class Session:
    """Whoever asks, as of now.

    Attributes:
        account: A random id.
        grants: What holds now; nothing while a new id is due.
        person: The pseudonym of the account's own record, if it has one.
        withheld: Roles that the account has but that need a second step, which was not taken.
        must_rotate: The rights have changed: call `Sessions.rotate` and set the cookie anew.
    """

    account: str
    grants: tuple[Granted, ...]
    person: str | None = None
    withheld: tuple[str, ...] = ()
    must_rotate: bool = False


def console() -> Session:
    """Whoever can start programs beside the store: administrator, and no more."""
    return Session(CONSOLE, (Granted("administrator"),))


class Sessions:
    """The sessions of one place.

    Args:
        clock: One for all sessions of a process.
    """

    def __init__(self, place: AccountPlace, clock: SteadyClock | None = None) -> None:
        self._place, self.clock = place, clock or SteadyClock()

    def begin(self, connection: sa.Connection, account: str, *, strong: bool, before: str | None = None) -> str:
        """A new session, inside the transaction that saw who it is.

        Args:
            strong: A second step was taken, here or at the provider.
            before: The id that the browser came with, if any: it is never used on, and ended.

        Returns:
            The id for the cookie; it is kept nowhere.
        """
        if before:
            _delete(connection, t.account_session.c.session == digest(before))
        rights = connection.scalar(sa.select(t.account.c.rights).where(t.account.c.id == account))
        token, now = fresh(), stamp(self.clock.now())
        row = {"session": digest(token), "account": account, "begun_at": now, "seen_at": now}
        connection.execute(sa.insert(t.account_session), [{**row, "rights": rights, "strong": strong}])
        return token

    def use(self, token: str | None) -> Session | None:
        """Who is signed in with this id; None is the public. To be asked at every page and every download."""
        if not token or len(token) > 100:
            return None
        key = digest(token)
        with self._place.reading() as connection:
            row = _row(connection, key)
            grants = () if row is None else grants_of(connection, row.account)
        if row is None:
            return None
        times = _judged(moment(row.begun_at), moment(row.seen_at), self.clock.now())
        if times is None or row.disabled_at is not None:
            with contextlib.suppress(StoreError):  # somebody is writing; it is over all the same
                self._end_where(t.account_session.c.session == key, _SHORT_S)
            return None
        self._note(row, *times)
        return _session(row, grants)

    def _note(self, row: Any, begun: datetime, seen: datetime, now: datetime) -> None:
        if (begun, seen) == (moment(row.begun_at), moment(row.seen_at)) and now - seen < NOTED:
            return
        same = sa.and_(t.account_session.c.session == row.session, t.account_session.c.seen_at == row.seen_at)
        with contextlib.suppress(StoreError):  # somebody is writing; the next page notes it
            with self._place.writing(_SHORT_S) as connection:
                values = {"begun_at": stamp(begun), "seen_at": stamp(now)}
                connection.execute(sa.update(t.account_session).where(same), values)

    def rotate(self, token: str) -> str | None:
        """A new id for a session whose rights have changed; the old one is ended. How long it lasts stays as it was.

        Returns:
            The id for the cookie, or None where nobody is signed in with the old one.
        """
        if self.use(token) is None:
            return None
        new, key = fresh(), digest(token)
        with self._place.writing() as connection:
            row = _row(connection, key)
            if row is None or row.disabled_at is not None:
                return None
            values = {"session": digest(new), "rights": row.rights_now}
            connection.execute(sa.update(t.account_session).where(t.account_session.c.session == key), values)
        return new

    def end(self, token: str) -> None:
        """Sign out."""
        self._end_where(t.account_session.c.session == digest(token))

    def sweep(self) -> int:
        """Forget sessions whose time is over; how many."""
        now = self.clock.now()
        idle, old = stamp(now - IDLE), stamp(now - ABSOLUTE)
        return self._end_where(sa.or_(t.account_session.c.seen_at <= idle, t.account_session.c.begun_at <= old))

    def _end_where(self, condition: sa.ColumnElement[bool], wait_s: float | None = None) -> int:
        with self._place.writing(wait_s) as connection:
            return _delete(connection, condition)


def _delete(connection: sa.Connection, condition: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.delete(t.account_session).where(condition)).rowcount


def end_all(connection: sa.Connection, account: str) -> int:
    """End all sessions of an account, inside the transaction of what made them end; how many."""
    return _delete(connection, t.account_session.c.account == account)


def _row(connection: sa.Connection, key: str) -> Any:
    now = (t.account.c.disabled_at, t.account.c.person, t.account.c.rights.label("rights_now"))
    query = sa.select(*t.account_session.c, *now).select_from(t.account_session.join(t.account))
    return connection.execute(query.where(t.account_session.c.session == key)).first()


def _judged(begun: datetime, seen: datetime, now: datetime) -> tuple[datetime, datetime, datetime] | None:
    """When a session began and was seen, by the clock of now; None where its time is over.

    Where the clock is before what it said when the session was last seen, it was set back: the beginning moves back
    with it, so that the time that was used stays used.
    """
    back = max(seen - now, timedelta(0))
    begun, seen = begun - back, seen - back
    over = now - seen >= IDLE or now - begun >= ABSOLUTE
    return None if over else (begun, seen, now)


def grants_of(connection: sa.Connection, account: str) -> tuple[Granted, ...]:
    """The roles of an account, each with its areas, sorted."""
    person = connection.scalar(sa.select(t.account.c.person).where(t.account.c.id == account))
    query = sa.select(t.account_role.c.role, t.account_role.c.area).where(t.account_role.c.account == account)
    areas: dict[str, set[str]] = {}
    for role, area in connection.execute(query):
        areas.setdefault(role, set()).update(filter(None, [area]))
    return tuple(Granted(role, frozenset(areas[role]), person) for role in sorted(areas))


def _session(row: Any, grants: tuple[Granted, ...]) -> Session:
    if row.rights != row.rights_now:
        return Session(row.account, (), row.person, must_rotate=True)
    known = roles()
    hold = tuple(g for g in grants if row.strong or (g.role in known and not known[g.role].second_step))
    withheld = tuple(g.role for g in grants if g not in hold)
    return Session(row.account, hold, row.person, withheld)
