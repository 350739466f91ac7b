"""What does a person offer or wish, and how does that change?

A gift is sealed whole with the key of its person. There is no history: one that is changed or taken back is gone.
"""

from __future__ import annotations

import secrets
from dataclasses import replace

import sqlalchemy as sa

from assetmap.disclosure.saving import demand_clean
from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.consent import AUDIENCE_OF, EXPLICIT
from assetmap.model.gifts import Gift, theme
from assetmap.store import asked
from assetmap.store.copies import written
from assetmap.store.people import reading, vault
from assetmap.store.people import tables as t
from assetmap.store.people.home import PeopleHome, changing
from assetmap.store.people.profile import gift_values


def add(home: PeopleHome, gift: Gift) -> str:
    """Keep a gift; returns its id, a new random one where it has none.

    Raises:
        InputError: The person is not known or does not want to be kept; the theme needs explicit consent, which the
            person did not give; or the id is in use. PrivateText: The note holds a telephone number or the like.
    """
    kept = gift if gift.id else replace(gift, id=secrets.token_hex(16))
    asked.new_key(kept.id)
    demand_clean({"note": kept.note})
    with changing(home) as connection:
        _demand_agreed(home, connection, kept)
        row = {"id": kept.id, "person": kept.person, "said_at": written(home.clock()), "sealed": _sealed(home, kept)}
        statement = sa.insert(t.gift).prefix_with("OR IGNORE", dialect="sqlite")
        if connection.execute(statement, row).rowcount != 1:
            raise InputError(M("There is a gift of the id “{id}” already. Nothing was saved.", id=kept.id))
    return kept.id


def change(home: PeopleHome, gift: Gift) -> None:
    """Put a gift in place of the one with the same id and person.

    Raises:
        InputError: That person has no such gift; else as in `add`.
    """
    demand_clean({"note": gift.note})
    with changing(home) as connection:
        _demand_agreed(home, connection, gift)
        own = sa.and_(t.gift.c.id == gift.id, t.gift.c.person == gift.person)
        values = {"sealed": _sealed(home, gift), "said_at": written(home.clock())}
        _demand_one(connection.execute(sa.update(t.gift).where(own).values(values)).rowcount)


def take_back(home: PeopleHome, person: str, gift: str) -> None:
    """Delete a gift of a person for good.

    Raises:
        InputError: That person has no such gift.
    """
    with changing(home) as connection:
        own = sa.and_(t.gift.c.id == asked.key(gift), t.gift.c.person == asked.key(person))
        _demand_one(connection.execute(sa.delete(t.gift).where(own)).rowcount)


def _sealed(home: PeopleHome, gift: Gift) -> bytes:
    return vault.seal_of(home, gift.person).close(gift_values(gift))


def _demand_agreed(home: PeopleHome, connection: sa.Connection, gift: Gift) -> None:
    reading.demand_kept(home, connection, gift.person)
    if theme(gift.theme).sensitive:
        resting = reading.consents_of(connection, gift.person).resting_on("keep", AUDIENCE_OF["keep"], home.clock())
        if resting is None or resting.legal_basis != EXPLICIT:
            raise InputError(
                M("The theme “{theme}” may say something of faith or opinion, so it is kept only with explicit "
                  "consent. Nothing was saved. Ask the person, or leave it out.", theme=theme(gift.theme).said)
            )  # fmt: skip


def _demand_one(count: int) -> None:
    if count != 1:
        raise InputError(M("This person has no such gift. Nothing was changed."))
