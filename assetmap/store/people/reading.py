"""Who may see what of which people, at this moment, and who has looked?

The one place where rows of people are read. `people` is the way out: it joins, in SQL, the consents that are valid at
the moment for the purpose and its audience, returns only what that purpose may see, and writes down who looked, for
what, and at whom, in the same transaction: what cannot be written down is not shown. `own` is the way in for the person
concerned, whose right to see what is held does not depend on consent. The rest is for the neighbours in this folder,
which change what they read and show it to nobody. A test keeps every other module from selecting from these tables.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from assetmap.disclosure.saving import demand_clean
from assetmap.errors import DisclosureError, InputError
from assetmap.messages import M
from assetmap.model.consent import AUDIENCE_OF, EXPLICIT, ConsentEvent, Consents
from assetmap.model.gifts import Gift, theme
from assetmap.store import asked
from assetmap.store.copies import moment, written
from assetmap.store.people import tables as t
from assetmap.store.people import vault
from assetmap.store.people.home import PeopleHome, changing
from assetmap.store.people.profile import Profile, opened_gift, opened_profile
from assetmap.store.people.vault import Seal

SEES: Mapping[str, frozenset[str]] = {
    "keep": frozenset({"name", "contact", "note", "point", "areas", "life_stage", "flags", "gifts"}),
    "match": frozenset({"name", "point", "areas", "flags", "gifts"}),
    "share": frozenset({"name", "gifts"}),
    "count": frozenset({"point", "areas", "gifts"}),
}
"""What each purpose sees. For "match" the contact too, where one single person is asked for."""
OWN = "own"
"""In the log of accesses: the person, or a helper beside them, looked at all that is held."""
_PLACE = frozenset({"point", "areas"})


@dataclass(frozen=True)
class Shown:
    """What a purpose may see of one person at a moment; empty is what it may not see.

    Attributes:
        person: The pseudonym.
        profile: With the fields of that purpose alone.
        gifts: For "count" with side and theme alone.
        until: When the consent that this rests on ends; earlier, where it is withdrawn.
    """

    person: str
    profile: Profile = field(repr=False)
    gifts: tuple[Gift, ...] = field(repr=False)
    until: datetime.datetime


def people(
    home: PeopleHome,
    purpose: str,
    audience: str,
    actor: str,
    why: str,
    at: datetime.datetime | None = None,
    *,
    group: str = "",
    only: str = "",
) -> list[Shown]:
    """The people who agree to this purpose and audience, with what it may see.

    Args:
        actor: Who looks: an account; for "keep" the pseudonym of the person, who sees themselves alone.
        why: What for, in words; it is kept, so without names.
        at: The moment that a consent must hold at; None: now. It must also not have ended by now.
        group: For "share": the group that looks.
        only: The pseudonym of the one person that is asked for.

    Raises:
        DisclosureError: That purpose is not for that audience.
        InputError: Nobody is named who looks, or no reason. PrivateText: The reason holds a number or the like.
        StoreError: The reading could not be written down; nothing is shown.
    """
    _demand_asked(purpose, audience, actor, why, group)
    one = actor if purpose == "keep" else only
    fields = SEES[purpose] | ({"contact"} if purpose == "match" and only else set())
    with changing(home) as connection:
        now = _now(home, connection)
        valid = _valid(purpose, group, at or now, max(at or now, now))
        query = sa.select(t.person.c.id, t.person.c.sealed, valid.c.expires_at, valid.c.legal_basis).join(
            valid, valid.c.person == t.person.c.id
        )
        rows = connection.execute(query.where(t.person.c.id == one) if one else query.order_by(t.person.c.id)).all()
        keys = vault.seals(home, [row.id for row in rows])
        gifts = _gifts(connection, keys)
        found = [_shown(purpose, fields, row, keys[row.id], gifts.get(row.id, ())) for row in rows if row.id in keys]
        shown = [one for one in found if one is not None]
        _write_down(connection, now, actor, purpose, audience, group, why, fields, [one.person for one in shown])
    return shown


def _demand_asked(purpose: str, audience: str, actor: str, why: str, group: str) -> None:
    if purpose not in SEES or AUDIENCE_OF[purpose] != audience:
        raise DisclosureError(
            M("People cannot be read for the purpose “{purpose}” and the audience “{audience}”. Nothing was shown. "
              "Expected one of: {known}.", purpose=asked.shown(purpose), audience=asked.shown(audience),
              known=", ".join(f"{name} – {circle}" for name, circle in AUDIENCE_OF.items()))
        )  # fmt: skip
    if not asked.words(actor, most=200).strip() or not asked.words(why, most=200).strip():
        raise InputError(M("Say who looks and what for. Nothing was shown."))
    if (purpose == "share") != bool(asked.words(group, most=200)):
        raise InputError(M("Name the group that looks, where people share with a group. Nothing was shown."))
    demand_clean({"why": why})


def _now(home: PeopleHome, connection: sa.Connection) -> datetime.datetime:
    """This moment; not before the last reading, so that no clock that jumps back brings an ended consent back."""
    last = connection.scalar(sa.select(sa.func.max(t.access.c.at)))
    return max(home.clock(), moment(last)) if last else home.clock()


def _valid(purpose: str, group: str, at: datetime.datetime, bound: datetime.datetime) -> sa.Subquery:
    """The consents that allow a purpose, and keeping beside it: person, expires_at (the sooner), legal_basis. As
    `Consents.resting_on`, in SQL."""
    aim, keep = _standing(purpose, group, at, bound), _standing("keep", "", at, bound)
    sooner = sa.case((aim.c.expires_at < keep.c.expires_at, aim.c.expires_at), else_=keep.c.expires_at)
    query = sa.select(aim.c.person, sooner.label("expires_at"), aim.c.legal_basis)
    return query.join(keep, keep.c.person == aim.c.person).subquery()


def _standing(purpose: str, group: str, at: datetime.datetime, bound: datetime.datetime) -> sa.Subquery:
    """The last giving of each person for one purpose, where it was not withdrawn since and covers the moment."""
    event, first, later, no = (t.consent_event.alias() for _ in range(4))

    def giving(table: sa.FromClause) -> sa.ColumnElement[bool]:
        same = sa.and_(table.c.purpose == purpose, table.c.group_id == group, table.c.kind != "withdrawn")
        return sa.and_(same, table.c.at <= written(at))

    ends = sa.or_(no.c.purpose == "keep", sa.and_(no.c.purpose == purpose, no.c.group_id.in_(["", group])))
    withdrawn = (
        sa.select(sa.func.coalesce(sa.func.max(no.c.serial), 0))
        .where(no.c.person == event.c.person, no.c.kind == "withdrawn", ends)
        .scalar_subquery()
        .correlate(event)
    )
    opened = sa.exists().where(
        first.c.person == event.c.person, giving(first), first.c.kind == "given",
        first.c.serial <= event.c.serial, first.c.serial > withdrawn,
    )  # fmt: skip
    overtaken = sa.exists().where(later.c.person == event.c.person, giving(later), later.c.serial > event.c.serial)
    return (
        sa.select(event.c.person, event.c.expires_at, event.c.legal_basis)
        .where(giving(event), opened, ~overtaken, event.c.expires_at > written(bound))
        .subquery()
    )


def _gifts(connection: sa.Connection, keys: Mapping[str, Seal]) -> dict[str, list[Gift]]:
    found: dict[str, list[Gift]] = {}
    query = sa.select(t.gift.c.id, t.gift.c.person, t.gift.c.sealed).order_by(t.gift.c.said_at, t.gift.c.id)
    if len(keys) == 1:
        query = query.where(t.gift.c.person == next(iter(keys)))
    for row in connection.execute(query):
        if row.person in keys:
            opened = opened_gift(row.id, row.person, keys[row.person].open(row.sealed))
            found.setdefault(row.person, []).append(opened)
    return found


def _shown(purpose: str, fields: Collection[str], row: Any, seal: Seal, gifts: Iterable[Gift]) -> Shown | None:
    """What a purpose may see of one person; None where it may not even see that there is one."""
    whole = opened_profile(seal.open(row.sealed))
    hidden = set[str]()
    if purpose != "keep" and "address_protected" in whole.flags:
        if purpose == "count":
            return None
        hidden |= _PLACE
    if purpose == "share" and "minor" in whole.flags:
        return None
    visible = {name: getattr(whole, name) for name in fields if name != "gifts" and name not in hidden}
    allowed = [g for g in gifts if purpose == "keep" or row.legal_basis == EXPLICIT or not theme(g.theme).sensitive]
    if purpose == "count":
        allowed = [Gift(id="", person=g.person, side=g.side, theme=g.theme) for g in allowed]
    return Shown(row.id, Profile(**visible), tuple(allowed), moment(row.expires_at))


def _write_down(
    connection: sa.Connection, now: datetime.datetime, actor: str, purpose: str, audience: str, group: str, why: str,
    fields: Collection[str], persons: Collection[str],
) -> None:  # fmt: skip
    log = secrets.token_hex(16)
    row = {
        "id": log, "at": written(now), "actor": actor, "purpose": purpose, "audience": audience, "group_id": group,
        "why": why, "shown": ",".join(sorted(fields)), "rows": len(persons),
    }  # fmt: skip
    connection.execute(sa.insert(t.access), [row])
    if persons:
        connection.execute(sa.insert(t.access_person), [{"access": log, "person": one} for one in persons])


@dataclass(frozen=True)
class Held:
    """All that is held of one person, for that person."""

    person: str
    invented: bool
    registered_at: str
    profile: Profile = field(repr=False)
    gifts: tuple[Gift, ...] = field(repr=False)
    consents: Consents = field(repr=False)
    accesses: tuple[dict[str, Any], ...] = field(repr=False)


def own(home: PeopleHome, person: str, *, helper: str = "") -> Held:
    """All that is held of a person, for that person; it is written down like every other reading.

    Args:
        helper: Who sits beside the person, or prints it for them.

    Raises:
        InputError: There is no such person.
    """
    actor = asked.words(helper, most=200) or person
    with changing(home) as connection:
        demand_known(connection, person)
        seal = vault.seal_of(home, person)
        row = connection.execute(sa.select(t.person).where(t.person.c.id == person)).one()
        gifts = tuple(_gifts(connection, {person: seal}).get(person, ()))
        accesses = _accesses(connection, person)
        said = consents_of(connection, person, seal)
        _write_down(connection, _now(home, connection), actor, OWN, "me", "", "", SEES["keep"], [person])
    profile = opened_profile(seal.open(row.sealed))
    return Held(person, bool(row.invented), row.registered_at, profile, gifts, said, accesses)


def _accesses(connection: sa.Connection, person: str) -> tuple[dict[str, Any], ...]:
    names = ("at", "actor", "purpose", "audience", "group_id", "why", "shown")
    query = sa.select(*[t.access.c[name] for name in names]).join(
        t.access_person, t.access_person.c.access == t.access.c.id
    )
    own = query.where(t.access_person.c.person == person).order_by(t.access.c.at, t.access.c.id)
    return tuple(dict(row) for row in connection.execute(own).mappings())


def consents_of(connection: sa.Connection, person: str, seal: Seal | None = None) -> Consents:
    """What a person has said, in the order in which it was written down; the evidence only with the person's key."""
    query = sa.select(t.consent_event).where(t.consent_event.c.person == person).order_by(t.consent_event.c.serial)
    return Consents(_event(row, seal) for row in connection.execute(query))


def _event(row: sa.Row[Any], seal: Seal | None) -> ConsentEvent:
    evidence = seal.open(row.evidence)["evidence"] if seal is not None and row.evidence else ""
    return ConsentEvent(
        id=row.id, person=row.person, at=moment(row.at), kind=row.kind, purpose=row.purpose, audience=row.audience,
        group=row.group_id, text_sha256=row.text_sha256, language=row.language, channel=row.channel,
        evidence=evidence, expires_at=moment(row.expires_at) if row.expires_at else None,
        legal_basis=row.legal_basis, by=row.by,
    )  # fmt: skip


def profile_of(connection: sa.Connection, seal: Seal, person: str) -> Profile:
    """What is held of a person, to be changed."""
    sealed = connection.scalars(sa.select(t.person.c.sealed).where(t.person.c.id == person)).one()
    return opened_profile(seal.open(sealed))


def demand_known(connection: sa.Connection, person: str) -> None:
    """Make sure that there is a person of that pseudonym.

    Raises:
        InputError: There is none.
    """
    if connection.scalar(sa.select(t.person.c.id).where(t.person.c.id == asked.key(person))) is None:
        raise InputError(
            M("There is nobody registered under this id. Nothing was changed. The person may have been erased, or the "
              "id may be from another store.")
        )  # fmt: skip


def demand_kept(home: PeopleHome, connection: sa.Connection, person: str) -> None:
    """Make sure that more may be kept of a person.

    Raises:
        InputError: There is no such person, or they do not want to be kept (any more).
    """
    demand_known(connection, person)
    if not consents_of(connection, person).allows("keep", AUDIENCE_OF["keep"], _now(home, connection)):
        raise InputError(
            M("This person does not agree to be kept any more, or that has ended. Nothing was saved. Ask them anew, or "
              "erase what is held.")
        )  # fmt: skip


def no_longer_kept(home: PeopleHome) -> list[str]:
    """Who does not agree to be kept at this moment, so that what is held is to be erased; pseudonyms alone."""
    with changing(home) as connection:
        now = _now(home, connection)
        kept = _standing("keep", "", now, now)
        query = sa.select(t.person.c.id).where(t.person.c.id.not_in(sa.select(kept.c.person))).order_by(t.person.c.id)
        return list(connection.scalars(query))


def to_ask_again(home: PeopleHome) -> list[ConsentEvent]:
    """The consents that end within thirty days, soonest first."""
    with changing(home) as connection:
        now = _now(home, connection)
        said: dict[str, list[ConsentEvent]] = {}
        for row in connection.execute(sa.select(t.consent_event).order_by(t.consent_event.c.serial)):
            said.setdefault(row.person, []).append(_event(row, None))
    due = [event for events in said.values() for event in Consents(events).to_ask_again(now)]
    return sorted(due, key=lambda event: (event.expires_at or now, event.person, event.purpose, event.group))


def accesses_showing(person: str) -> sa.Select[tuple[str]]:
    """Which entries of the log had a person among their rows, for a statement that changes them."""
    return sa.select(t.access_person.c.access).where(t.access_person.c.person == person)


def known_events(connection: sa.Connection) -> set[str]:
    """The ids of all consents and withdrawals."""
    return set(connection.scalars(sa.select(t.consent_event.c.id)))


def known_persons(connection: sa.Connection) -> set[str]:
    """The pseudonyms of all who are registered."""
    return set(connection.scalars(sa.select(t.person.c.id)))
