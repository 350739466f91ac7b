"""What is held on me, for what, and who has seen it?

For the person's own page, a printout, and to take along: plain values that go into JSON as they are.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from assetmap.model.consent import Consents
from assetmap.store.copies import written
from assetmap.store.people import reading
from assetmap.store.people.home import PeopleHome
from assetmap.store.people.profile import gift_values


def record(home: PeopleHome, person: str, *, helper: str = "") -> dict[str, Any]:
    """All that is held of a person; to look is written down too.

    Args:
        helper: Who prints it for them.

    Returns:
        `person`, `invented`, `registered_at`, `profile`, `gifts`, `allowed` (what holds now, until when, and whether
        to ask again), `said` (every consent and withdrawal, in order) and `seen_by` (each earlier reading).

    Raises:
        InputError: There is no such person.
    """
    held = reading.own(home, person, helper=helper)
    return {
        "person": held.person,
        "invented": held.invented,
        "registered_at": held.registered_at,
        "profile": asdict(held.profile),
        "gifts": [{"id": gift.id, **gift_values(gift)} for gift in held.gifts],
        "allowed": _allowed(held.consents, home),
        "said": [_plain(asdict(event)) for event in held.consents.events],
        "seen_by": list(held.accesses),
    }


def to_take_along(home: PeopleHome, person: str, *, helper: str = "") -> bytes:
    """The same as a JSON file (UTF-8)."""
    text = json.dumps(record(home, person, helper=helper), ensure_ascii=False, indent=2, default=list)
    return f"{text}\n".encode()


def _allowed(said: Consents, home: PeopleHome) -> list[dict[str, Any]]:
    return [
        {
            "purpose": one.event.purpose,
            "audience": one.event.audience,
            "group": one.event.group,
            "until": None if one.event.expires_at is None else written(one.event.expires_at),
            "ask_again": one.ask_again,
        }
        for one in said.standing(home.clock())
    ]


def _plain(event: dict[str, Any]) -> dict[str, Any]:
    moments = {name: None if event[name] is None else written(event[name]) for name in ("at", "expires_at")}
    return {name: value for name, value in {**event, **moments}.items() if name not in ("id", "person")}
