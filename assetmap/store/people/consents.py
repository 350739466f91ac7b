"""How is it written down what a person said yes to, or no?

Events are only ever added, in the order in which they came; what holds is computed (`model/consent.py`), and in SQL
where rows are read (`reading`). A withdrawal is noted beside the copies of the keys as well, so that a copy of the
people that is put back cannot bring consent back.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.consent import AUDIENCE_OF, MONTHS, ConsentEvent, expiry
from assetmap.store import asked
from assetmap.store.copies import written
from assetmap.store.people import noted, reading, vault
from assetmap.store.people import tables as t
from assetmap.store.people.home import PeopleHome, changing
from assetmap.store.people.vault import Seal


@dataclass(frozen=True)
class Yes:
    """What a person agrees to.

    Attributes:
        purpose: "keep", "match", "share" or "count"; each has its own audience.
        text_sha256: Of the words that were agreed to; `language`: of those words.
        group: For "share": the id of the group.
        channel: "web", "paper", "helper" or "telephone".
        evidence: Where a signed paper lies, or the like; sealed.
        legal_basis: "consent", or "explicit_consent" that themes on faith or opinion need, or another one.
        months: For how long.
    """

    purpose: str
    text_sha256: str
    language: str
    group: str = ""
    channel: str = "web"
    evidence: str = field(default="", repr=False)
    legal_basis: str = "consent"
    months: int = MONTHS


def give(home: PeopleHome, person: str, yes: Yes, *, by: str) -> ConsentEvent:
    """Note that a person said yes.

    Raises:
        InputError: There is no such person, or the consent is not whole. Nothing was saved.
    """
    return _add(home, given(home, person, yes, by))


def renew(home: PeopleHome, person: str, yes: Yes, *, by: str) -> ConsentEvent:
    """Note that a person wants a consent to go on.

    Raises:
        InputError: There is nothing to renew: it was withdrawn or has ended. Nothing was saved.
    """
    event = replace(given(home, person, yes, by), kind="renewed")
    with changing(home) as connection:
        said = reading.consents_of(connection, person)
        if not said.allows(event.purpose, event.audience, event.at, event.group):
            raise InputError(
                M("There is no consent to renew: it was withdrawn, or has ended. Nothing was saved. Ask the person "
                  "anew.")
            )  # fmt: skip
        _write_one(home, connection, event)
    return event


def withdraw(
    home: PeopleHome, person: str, purpose: str, *, by: str, group: str = "", channel: str = "web"
) -> ConsentEvent:
    """Note that a person said no; it holds when this returns, on every page.

    Args:
        purpose: "keep" withdraws everything; what is held should then be erased.
        group: For "share": the group; "" withdraws it for all groups.

    Raises:
        InputError: There is no such person. Nothing was saved.
    """
    event = ConsentEvent(
        id=secrets.token_hex(16), person=person, at=home.clock(), kind="withdrawn", purpose=purpose,
        audience=AUDIENCE_OF.get(purpose, ""), group=group, channel=channel, by=asked.words(by, most=200),
    )  # fmt: skip
    return _add(home, event)


def given(home: PeopleHome, person: str, yes: Yes, by: str) -> ConsentEvent:
    """What a person agrees to, as an event of this moment."""
    at = home.clock()
    if isinstance(yes.months, bool) or not isinstance(yes.months, int) or not 1 <= yes.months <= 60:
        raise InputError(
            M("A consent cannot be for {months} months. Nothing was saved. Expected a whole number from 1 to 60.",
              months=asked.shown(yes.months))
        )  # fmt: skip
    return ConsentEvent(
        id=secrets.token_hex(16), person=person, at=at, kind="given", purpose=yes.purpose,
        audience=AUDIENCE_OF.get(yes.purpose, ""), group=yes.group, text_sha256=yes.text_sha256,
        language=yes.language, channel=yes.channel, evidence=asked.words(yes.evidence, most=300),
        expires_at=expiry(at, yes.months), legal_basis=yes.legal_basis, by=asked.words(by, most=200),
    )  # fmt: skip


def write(home: PeopleHome, connection: sa.Connection, seal: Seal | None, events: Iterable[ConsentEvent]) -> None:
    """Add events, in this order, inside a transaction of a home that is alone."""
    some = list(events)
    for event in some:
        if event.kind == "withdrawn":
            noted.add(home, noted.withdrawal(event))  # before it is committed: a no is never lost
    insert(connection, some, seal)


def insert(connection: sa.Connection, events: Iterable[ConsentEvent], seal: Seal | None = None) -> None:
    """Add events that are noted already, in this order."""
    connection.execute(sa.insert(t.consent_event), [_row(event, seal) for event in events])


def _add(home: PeopleHome, event: ConsentEvent) -> ConsentEvent:
    with changing(home) as connection:
        reading.demand_known(connection, event.person)
        _write_one(home, connection, event)
    return event


def _write_one(home: PeopleHome, connection: sa.Connection, event: ConsentEvent) -> None:
    seal = vault.seal_of(home, event.person) if event.evidence else None  # a no needs no key
    write(home, connection, seal, [event])


def _row(event: ConsentEvent, seal: Seal | None) -> dict[str, Any]:
    return {
        "id": event.id, "person": event.person, "at": written(event.at), "kind": event.kind,
        "purpose": event.purpose, "audience": event.audience, "group_id": event.group,
        "text_sha256": event.text_sha256, "language": event.language, "channel": event.channel,
        "evidence": seal.close({"evidence": event.evidence}) if seal is not None and event.evidence else None,
        "expires_at": None if event.expires_at is None else written(event.expires_at),
        "legal_basis": event.legal_basis, "by": event.by,
    }  # fmt: skip
