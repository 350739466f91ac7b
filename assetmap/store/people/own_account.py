"""How does somebody set up their own account: with a set-up token, a password, a second step, a service's sign-in?"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assetmap.errors import InputError, NotAllowed
from assetmap.messages import M
from assetmap.model.roles import Granted, require
from assetmap.store.people import account_tables as t
from assetmap.store.people import second_step
from assetmap.store.people.account_secret import digest
from assetmap.store.people.clock import stamp
from assetmap.store.people.identity import Identity
from assetmap.store.people.passwords import demand_good
from assetmap.store.people.reception import Reception
from assetmap.store.people.sessions import Session, end_all
from assetmap.store.people.sign_in import SignIn


class OwnAccount:
    """What everybody does with their own account and nobody with another's."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception
        self._door = SignIn(reception)

    def set_up(self, token: str, password: str) -> None:
        """Choose the password with a set-up token; the token is used up, and sessions of before are over.

        Raises:
            NotAllowed: The token is wrong, used or over.
            InputError: The password is too short or too common; the token still holds.
        """
        row = self._invited(token)
        demand_good(password, row.name)
        self._redeem(token, row, {"password": self._at.passwords.hashed(password)}, None)

    def set_up_by_service(self, token: str, identity: Identity) -> None:
        """Link the account of a set-up token to a service's sign-in, in place of a password.

        Raises:
            NotAllowed: The token is wrong, used or over. InputError: That sign-in belongs to another account.
        """
        self._redeem(token, self._invited(token), {}, identity)

    def _invited(self, token: str) -> Any:
        live = sa.and_(
            t.account_token.c.token == digest(token),
            t.account_token.c.expires_at > stamp(self._at.clock.now()),
            t.account.c.disabled_at.is_(None),
        )
        query = sa.select(t.account.c.id, t.account.c.name).select_from(t.account.join(t.account_token)).where(live)
        with self._at.place.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _no_token()
        return row

    def _redeem(self, token: str, row: Any, values: dict[str, Any], identity: Identity | None) -> None:
        with self._at.place.writing() as connection:
            own = sa.and_(t.account_token.c.token == digest(token), t.account_token.c.account == row.id)
            if not connection.execute(sa.delete(t.account_token).where(own)).rowcount:
                raise _no_token()
            if values:
                connection.execute(sa.update(t.account).where(t.account.c.id == row.id), values)
            if identity is not None:
                _link(connection, row.id, identity, stamp(self._at.clock.now()))
            end_all(connection, row.id)
            self._at.names.clear(connection, row.name)
            self._at.log.note(connection, row.id, "account.own", touched="set-up")

    def change_password(self, token: str, old: str, new: str, *, address: str | None = None) -> str:
        """Change the password; every session of the account is over but a new one for whoever did it.

        Args:
            token: The session.

        Returns:
            The id of the new session.

        Raises:
            NotAllowed: Nobody is signed in, or the old password is wrong. InputError: The new one is not good enough.
        """
        session, row = self._checked(token, old, address)
        demand_good(new, row.name)
        return self._changed(token, session, {"password": self._at.passwords.hashed(new)}, strong=None)

    def begin_second_step(self, token: str, password: str, place: str, *, address: str | None = None) -> str:
        """Begin to set up the second step, or a new one; the one of before holds until `confirm_second_step`.

        Args:
            password: Asked for again, so that an open screen is not enough.
            place: What the telephone shall call this installation.

        Returns:
            An `otpauth://` address for the telephone, to be shown once, as a picture or as text.
        """
        session, row = self._checked(token, password, address)
        secret = second_step.new_secret()
        with self._at.place.writing() as connection:
            waiting = {"second_step_waiting": self._at.secret.seal(secret)}
            connection.execute(sa.update(t.account).where(t.account.c.id == session.account), waiting)
        return second_step.address(secret, row.name, place)

    def confirm_second_step(self, token: str, code: str, *, address: str | None = None) -> str:
        """Turn the second step on with the first code that the telephone shows; other sessions are over.

        Returns:
            The id of a new session, in which roles that need a second step hold.

        Raises:
            NotAllowed: The code is wrong, or none was begun.
        """
        session, row = self._own(token)
        self._door.demand_turn(row.name, address)
        waiting = row.second_step_waiting
        secret = self._at.secret.opened(waiting) if waiting else second_step.NOBODYS
        step = second_step.step_of(secret, code[:20], self._at.clock.wall(), row.code_used)
        if step is None or not waiting:
            raise NotAllowed(
                M("The code is not right, or the second step was not begun. Nothing was changed. See whether the "
                  "telephone's clock is right, and type the code that it shows now.")
            )  # fmt: skip
        values = {"second_step": waiting, "second_step_waiting": None, "code_used": step}
        return self._changed(token, session, values, strong=True)

    def end_sessions(self, token: str) -> int:
        """Sign out everywhere, also here; how many sessions that ended."""
        session, _ = self._own(token)
        with self._at.place.writing() as connection:
            self._at.log.note(connection, session.account, "account.own", touched="sessions")
            return end_all(connection, session.account)

    def _own(self, token: str) -> tuple[Session, Any]:
        session = self._at.sessions.use(token)
        held = () if session is None else (*session.grants, *map(Granted, session.withheld))
        require(held, "account.own")
        if session is None:  # nobody's roles hold it, so this is never reached without a session
            raise _no_token()
        with self._at.place.reading() as connection:
            return session, connection.execute(sa.select(t.account).where(t.account.c.id == session.account)).one()

    def _checked(self, token: str, password: str, address: str | None) -> tuple[Session, Any]:
        session, row = self._own(token)
        self._door.demand_turn(row.name, address)
        if not self._at.passwords.right(row.password, password):
            raise NotAllowed(M("The password is not right. Nothing was changed. Try again."))
        return session, row

    def _changed(self, token: str, session: Session, values: dict[str, Any], *, strong: bool | None) -> str:
        with self._at.place.writing() as connection:
            here = t.account_session.c.session == digest(token)
            was = connection.scalar(sa.select(t.account_session.c.strong).where(here))
            if was is None:
                raise NotAllowed(M("You are not signed in any more. Nothing was changed. Sign in and do it again."))
            connection.execute(sa.update(t.account).where(t.account.c.id == session.account), values)
            name = connection.scalar(sa.select(t.account.c.name).where(t.account.c.id == session.account))
            self._at.names.clear(connection, str(name))
            self._at.log.note(connection, session.account, "account.own", touched=", ".join(sorted(values)))
            end_all(connection, session.account)
            return self._at.sessions.begin(connection, session.account, strong=was if strong is None else strong)


def _link(connection: sa.Connection, account: str, identity: Identity, now: str) -> None:
    other = connection.scalar(sa.select(t.account_link.c.account).where(t.account_link.c.subject == identity.subject))
    if other is not None:
        raise InputError(
            M("That sign-in belongs to an account already. Nothing was done. Sign in with it, or ask an administrator.")
        )
    connection.execute(
        sa.insert(t.account_link), [{"subject": identity.subject, "account": account, "linked_at": now}]
    )  # fmt: skip


def _no_token() -> NotAllowed:
    return NotAllowed(
        M("This set-up token is not right, was used, or is over. Nothing was done. Ask an administrator for a new one.")
    )
