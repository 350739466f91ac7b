"""Who used which right, for what, and who was refused?

Each use of a right that touches people, each sign-in and each change of an account is a line: when, which account,
what, why, how many rows. Lines are never changed, and go after twelve months. Whose rows they were stands in the log of
readings, which the people themselves can see; here is no person, no address and no device.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from assetmap.disclosure.saving import demand_clean
from assetmap.errors import InputError, NotAllowed
from assetmap.messages import M
from assetmap.model.roles import ANYTHING, Scope, actions, require
from assetmap.store.people import account_tables as t
from assetmap.store.people.account_place import AccountPlace
from assetmap.store.people.clock import SteadyClock, moment, stamp
from assetmap.store.people.sessions import Session

SIGN_IN = "sign_in"
_LONGEST = 500


@dataclass(frozen=True)
class Access:
    """One line: `account` is empty where nobody was signed in; `touched` says what, never whom."""

    at: datetime
    account: str
    action: str
    purpose: str
    touched: str
    rows: int
    refused: bool


class AccessLog:
    """The lines of one place."""

    def __init__(self, place: AccountPlace, clock: SteadyClock) -> None:
        self._place, self._clock = place, clock

    def permit(
        self, session: Session | None, action: str, scope: Scope = ANYTHING, *, purpose: str = "", rows: int = 0
    ) -> None:
        """Stop whoever may not, and note who may: before each reading or writing of something personal.

        Args:
            session: Who asks; None is the public.
            purpose: Why, in the words of whoever asks; demanded where the action touches people.
            rows: How many records, where that is known.

        Raises:
            NotAllowed: The session's roles do not let it; that it tried is noted.
            InputError: The action touches people and no purpose is given, or one that is too long.
            PrivateText: The purpose holds somebody's contact or identity.
        """
        with self._place.writing() as connection:
            refused = self.checked(connection, session, action, scope, purpose=purpose, rows=rows)
        if refused is not None:
            raise refused

    def checked(
        self,
        connection: sa.Connection,
        session: Session | None,
        action: str,
        scope: Scope = ANYTHING,
        *,
        purpose: str = "",
        rows: int = 0,
    ) -> NotAllowed | None:
        """As `permit`, inside a transaction; gives the refusal instead of raising it, so that its line is kept."""
        _demand_purpose(action, purpose)
        refused = None
        try:
            require(() if session is None else session.grants, action, scope)
        except NotAllowed as fault:
            refused = fault
        who = "" if session is None else session.account
        self.note(
            connection, who, action, purpose=purpose, touched=_said(scope), rows=rows, refused=refused is not None
        )  # fmt: skip
        return refused

    def note(
        self,
        connection: sa.Connection,
        account: str,
        action: str,
        *,
        purpose: str = "",
        touched: str = "",
        rows: int = 0,
        refused: bool = False,
    ) -> None:
        """Add a line, inside the transaction of what it tells."""
        row = {"at": stamp(self._clock.now()), "account": account, "action": action[:100], "purpose": purpose.strip()}
        connection.execute(
            sa.insert(t.account_access), [{**row, "touched": touched, "rows": rows, "refused": refused}]
        )  # fmt: skip

    def lines(self, by: Session | None, *, purpose: str, since: datetime | None = None) -> list[Access]:
        """What was noted, oldest first; that it was read is noted too.

        Raises:
            NotAllowed: Only a data protection officer may.
        """
        self.permit(by, "access.read", purpose=purpose)
        columns = [t.account_access.c[name] for name in Access.__dataclass_fields__]
        query = sa.select(*columns).order_by(t.account_access.c.id)
        if since is not None:
            query = query.where(t.account_access.c.at >= stamp(since))
        with self._place.reading() as connection:
            return [Access(moment(row.at), *row[1:]) for row in connection.execute(query)]

    def prune(self) -> int:
        """Remove lines of more than twelve months ago; how many."""
        end = stamp(_year_before(self._clock.wall()))
        with self._place.writing() as connection:
            return connection.execute(sa.delete(t.account_access).where(t.account_access.c.at < end)).rowcount


def _year_before(now: datetime) -> datetime:
    last = now.year - 1
    return now.replace(year=last, day=28) if (now.month, now.day) == (2, 29) else now.replace(year=last)


def _said(scope: Scope) -> str:
    kinds = ["person"] if scope.person is not None else []
    return "; ".join([*kinds, *([f"area {scope.area}"] if scope.area is not None else [])])


def _demand_purpose(action: str, purpose: str) -> None:
    demand_clean({"purpose": purpose})
    known = actions().get(action)
    if len(purpose) > _LONGEST:
        raise InputError(M("The purpose is longer than {most} characters. Say it more shortly.", most=_LONGEST))
    if known is not None and known.people and not purpose.strip():
        raise InputError(
            M("No purpose was given for this: {action}. Nothing was done. Say in a few words what it is for, without "
              "anybody's name.", action=known.said)
        )  # fmt: skip
