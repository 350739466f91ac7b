"""Who is registered, under which pseudonym, and what is held of them?

A person comes in with their consent, in one step, or not at all. The pseudonym is random: it says nothing, and the same
person registered twice has two. There is no history of persons: what is changed or taken out is gone.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.store.copies import written
from assetmap.store.people import consents, reading, vault
from assetmap.store.people import tables as t
from assetmap.store.people.consents import Yes
from assetmap.store.people.home import PeopleHome, changing
from assetmap.store.people.profile import Profile, demand_known


def register(
    home: PeopleHome,
    profile: Profile,
    said: Iterable[Yes],
    *,
    by: str,
    invented: bool,
    assessed: bool = False,
    life_stage_chosen: bool = False,
) -> str:
    """Take a person in, with what they said yes to: both, or nothing.

    Args:
        said: What they agreed to; to be kept (`keep`) must be among it.
        by: Who writes it down.
        invented: Nobody real: for trying out and showing.
        assessed: Whether the assessment of the risks for people is marked done in the settings.
        life_stage_chosen: Whether the person chose to tell the life stage, rather than somebody guessing it.

    Returns:
        The pseudonym.

    Raises:
        InputError: There is no consent to be kept; a life stage was not the person's own choice; or the person is
            real and the assessment is not done. Nothing was saved.
    """
    yes = list(said)
    _demand_allowed(invented, assessed)
    if "keep" not in [one.purpose for one in yes]:
        raise InputError(
            M("There is no consent to be kept, so the person was not registered. Ask them, and register them with "
              "what they said yes to.")
        )  # fmt: skip
    if profile.life_stage and not life_stage_chosen:
        raise InputError(
            M("A life stage is kept only where the person chose to tell it. Nothing was saved. Leave it out, or ask.")
        )
    person = secrets.token_hex(16)
    with home.alone():
        seal = vault.new_seal(home, person)
        with home.writing() as connection:
            now = written(home.clock())
            row = {"id": person, "invented": invented, "registered_at": now, "sealed": seal.close(asdict(profile))}
            connection.execute(sa.insert(t.person), [row])
            consents.write(home, connection, seal, [consents.given(home, person, one, by) for one in yes])
    return person


def change(home: PeopleHome, person: str, values: Mapping[str, Any], *, life_stage_chosen: bool = False) -> None:
    """Put other values in place of what is held of a person; the old ones are gone.

    Args:
        values: Some fields of `Profile`.

    Raises:
        InputError: There is no such person or field, a value cannot be kept, or the person no longer wants to be kept.
    """
    _demand_fields(values)
    if values.get("life_stage") and not life_stage_chosen:
        raise InputError(
            M("A life stage is kept only where the person chose to tell it. Nothing was saved. Leave it out, or ask.")
        )
    with changing(home) as connection:
        reading.demand_kept(home, connection, person)
        seal = vault.seal_of(home, person)
        profile = replace(reading.profile_of(connection, seal, person), **values)
        new = sa.update(t.person).where(t.person.c.id == person).values(sealed=seal.close(asdict(profile)))
        connection.execute(new)


def _demand_allowed(invented: bool, assessed: bool) -> None:
    if not invented and not assessed:
        raise InputError(
            M("Real people cannot be registered yet: the assessment of the risks for them is not marked done in the "
              "settings. Nothing was saved. Until then only invented people are taken, marked as invented.")
        )  # fmt: skip


def _demand_fields(names: Collection[str]) -> None:
    for name in names:
        demand_known("field", name, tuple(Profile.__dataclass_fields__))
