"""How does a connection that both agreed to become an agreement on paper?"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from assetmap.connect.introduction import may_see_contacts
from assetmap.connect.suggestion import Consent, Suggestion
from assetmap.connect.terms import FORM_WORDS
from assetmap.errors import DisclosureError, InputError
from assetmap.messages import M
from assetmap.model.agreement import Agreement, Role
from assetmap.model.connection import Connection
from assetmap.model.gifts import theme

ROLES = ("asker", "giver", "connector", "organisation")


def agreement(
    connection: Connection, suggestion: Suggestion, *, on: datetime.date, may: Consent,
    names: Mapping[str, str] | None = None, place: str = "",
) -> Agreement:  # fmt: skip
    """The agreement on a connection.

    Args:
        suggestion: What it came from: form, times and how often are taken from there.
        on: The day on which it is drawn up. may: Whose consent to a match stands now.
        names: By role (`ROLES`). Those of the two sides may be given only when both agreed to be known to each other;
            until then, and where they are left out, there is a line to write on.
        place: Where they meet; never somebody's home address.

    Raises:
        DisclosureError: A side is named before both have agreed, or after one of them took it back.
        InputError: The suggestion is not what the connection came from, or a role is not known.
    """
    names = names or {}
    if (connection.ask, connection.offer) != (suggestion.ask.id, suggestion.offer.id) or not set(names) <= set(ROLES):
        raise InputError(
            M("The agreement cannot be made: the suggestion belongs to another connection, or a role is none of "
              "{roles}. Choose the connection again.", roles=", ".join(ROLES))
        )  # fmt: skip
    if (names.get("asker") or names.get("giver")) and not may_see_contacts(connection, may):
        raise DisclosureError(
            M("The names of the two cannot stand in the agreement: both must have agreed, and nobody may have taken it "
              "back. Leave the names out; they can be written in by hand.")
        )  # fmt: skip
    ask, offer = suggestion.ask, suggestion.offer
    shared = ask.times & offer.times if ask.times is not None and offer.times is not None else None
    form = ask.form or offer.form
    return Agreement(
        theme=theme(ask.theme).said if ask.theme else None,
        form=FORM_WORDS[form] if form else None,
        times=tuple(shared.said()) if shared else (),
        place=place,
        per_month=offer.per_month,
        roles=_roles(names, connection.safeguarded),
        safeguarded=connection.safeguarded,
        cleared=connection.standing().cleared,
        on=on,
    )


def _roles(names: Mapping[str, str], safeguarded: bool) -> tuple[Role, ...]:
    roles = [
        Role(M("Who would like it"), names.get("asker", ""), [
            M("Says what would be good, and what would not."), M("Tells in good time when something comes up."),
        ]),
        Role(M("Who can do it"), names.get("giver", ""), [
            M("Does what was agreed, and no more than they want to."), M("Tells in good time when something comes up."),
        ]),
        Role(M("Connector"), names.get("connector", ""), [
            M("Has introduced the two and can be asked by both."), M("Asks both at the review, and after six months."),
        ]),
    ]  # fmt: skip
    if safeguarded:
        roles.append(Role(M("Organisation in between"), names.get("organisation", ""), [
            M("Asks to see the certificate before the first meeting, and keeps no copy of it."),
            M("Is responsible for insurance and for the first talk with both."),
        ]))  # fmt: skip
    return tuple(roles)
