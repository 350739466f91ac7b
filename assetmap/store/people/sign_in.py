"""Who comes in, by name and password or by a service that vouches for them, and who does not learn why?

Whether a name is unknown, a password or code wrong, or an account closed: the same is done and the same is said. The
tries are counted first (`throttle`). Whoever comes in gets a new session; the id that the browser came with is over.
"""

from __future__ import annotations

from math import ceil
from typing import Any

import sqlalchemy as sa

from assetmap.errors import NotAllowed
from assetmap.messages import M, Mn
from assetmap.store.people import account_tables as t
from assetmap.store.people import second_step
from assetmap.store.people.access import SIGN_IN
from assetmap.store.people.identity import Identity
from assetmap.store.people.passwords import LONGEST
from assetmap.store.people.reception import Reception, folded


class SignIn:
    """The door of one reception."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception
        self._nobodys = reception.secret.seal(second_step.NOBODYS)

    def by_password(
        self, name: str, password: str, code: str = "", *, address: str | None = None, before: str | None = None
    ) -> str:
        """Sign in with a local account.

        Args:
            code: Of the second step, where the account has one.
            address: Of the computer that asks, as the proxy saw it; counted in memory, kept nowhere. None where there
                is none, as on a console.
            before: The session id that the browser came with, if any.

        Returns:
            The id of a new session, for the cookie.

        Raises:
            NotAllowed: Something of it is not right, or the next try must wait (`wait_s`).
        """
        name = folded(name)
        self.demand_turn(name, address)
        row = self._known(name)
        right = self._at.passwords.right(row.password if row else None, password[: LONGEST + 1])
        step = self._step(row, code)
        whole = row is not None and right and (row.second_step is None or step is not None)
        kept = self._kept(row.password, password) if whole else None  # before others wait for this transaction
        with self._at.place.writing() as connection:
            token = None if kept is None else self._enter(connection, row, step, kept, before)
            self._at.log.note(connection, row.id if row else "", SIGN_IN, refused=token is None)
            if token is not None:
                self._at.names.clear(connection, name)
        if token is None:
            raise NotAllowed(
                M("The name, the password or the code is not right, or the account is closed. Nothing was done. Try "
                  "again, or ask an administrator to set the account up anew.")
            )  # fmt: skip
        if address is not None:
            self._at.addresses.give_back(address)
        return token

    def demand_turn(self, name: str, address: str | None) -> None:
        """Count a try for a name and an address, before anything is looked at.

        Raises:
            NotAllowed: The next try must wait; `wait_s` says how long. The same for names that are no account's.
        """
        wait = 0.0 if address is None else self._at.addresses.take(address)
        if wait == 0.0:
            with self._at.place.writing() as connection:
                wait = self._at.names.take(connection, name, self._at.clock.now())
        if wait > 0.0:
            raise NotAllowed(
                Mn("Too many tries. Nothing was done. Wait one second, then try again.",
                   "Too many tries. Nothing was done. Wait {n} seconds, then try again.", ceil(wait)),
                wait,
            )  # fmt: skip

    def _known(self, name: str) -> Any:
        with self._at.place.reading() as connection:
            return connection.execute(sa.select(t.account).where(t.account.c.name == name)).first()

    def _step(self, row: Any, code: str) -> int | None:
        sealed = row.second_step if row is not None and row.second_step else self._nobodys
        used = row.code_used if row is not None else 0
        return second_step.step_of(self._at.secret.opened(sealed), code[:20], self._at.clock.wall(), used)

    def _kept(self, kept: str, password: str) -> str:
        """The hash to keep from now on: another where the costs have changed."""
        return self._at.passwords.hashed(password) if self._at.passwords.is_old(kept) else kept

    def _enter(
        self, connection: sa.Connection, row: Any, step: int | None, kept: str, before: str | None
    ) -> str | None:  # fmt: skip
        """A session, if the account is still what was looked at: another may have used the code meanwhile."""
        values: dict[str, Any] = {"password": kept}
        same = [t.account.c.id == row.id, t.account.c.password == row.password, t.account.c.disabled_at.is_(None)]
        if row.second_step is None:
            same.append(t.account.c.second_step.is_(None))
        else:
            same += [t.account.c.second_step == row.second_step, t.account.c.code_used < step]
            values["code_used"] = step
        if not connection.execute(sa.update(t.account).where(*same), values).rowcount:
            return None
        return self._at.sessions.begin(connection, row.id, strong=row.second_step is not None, before=before)

    def by_service(self, identity: Identity, *, before: str | None = None) -> str:
        """Sign in as somebody whom a service or proxy vouches for.

        Returns:
            The id of a new session, for the cookie.

        Raises:
            NotAllowed: No account is linked to that identity, or it is closed.
        """
        able = sa.and_(t.account_link.c.subject == identity.subject, t.account.c.disabled_at.is_(None))
        query = sa.select(t.account.c.id).select_from(t.account.join(t.account_link)).where(able)
        with self._at.place.writing() as connection:
            account = connection.scalar(query)
            self._at.log.note(connection, account or "", SIGN_IN, refused=account is None)
            if account is not None:
                return self._at.sessions.begin(connection, account, strong=identity.strong, before=before)
        raise NotAllowed(
            M("You are signed in at the service, but no open account here belongs to that. Nothing was done. Ask an "
              "administrator for an invitation.")
        )  # fmt: skip
