"""How often was somebody asked lately, and is it their turn? So that it is not always the same few."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assetmap.connect.suggestion import Suggestion
from assetmap.model.asking import Offer
from assetmap.model.connection import Connection, ConnectionEvent

DAYS = 90
"""How far back what was done counts as load."""
MONTHS = 3
"""The same in months, for "at most so often a month"."""
PER_MONTH = 2.0
"""How often a person may be asked who has not said how often. Places and groups have no limit unless they said one."""
_PENDING = ("chosen", "asked", "agreed")


@dataclass(frozen=True)
class Load:
    """What lies on a giver.

    Attributes:
        pending: Introductions that a connector has chosen and that have not come to a meeting yet.
        done: Those that came to a meeting in the last 90 days.
        last_asked: When a connector last thought of them; None: never.
    """

    pending: int = 0
    done: int = 0
    last_asked: datetime.datetime | None = None


NOTHING = Load()
Loads = Mapping[str, Load]
"""Loads by giver; who is missing carries nothing."""


def loads(connections: Iterable[Connection], at: datetime.datetime) -> dict[str, Load]:
    """What lies on every giver at a moment: by person, all gifts together, and by place, group or gift."""
    found: dict[str, Load] = {}
    for connection in connections:
        more = _load(connection, at)
        for giver in filter(None, (connection.giver, connection.offer)):
            found[giver] = _together(found.get(giver, NOTHING), more)
    return found


def _load(connection: Connection, at: datetime.datetime) -> Load:
    now = connection.standing(at)
    lately = now.met is not None and at - now.met <= datetime.timedelta(days=DAYS)
    asked = (event.at for event in connection.events if _thinks_of(event, at))
    return Load(int(now.state in _PENDING), int(lately), max(asked, default=None))


def _together(one: Load, other: Load) -> Load:
    asked = [moment for moment in (one.last_asked, other.last_asked) if moment is not None]
    return Load(one.pending + other.pending, one.done + other.done, max(asked, default=None))


def _thinks_of(event: ConnectionEvent, at: datetime.datetime) -> bool:
    return event.at <= at and (event.kind == "chosen" or (event.kind, event.side) == ("asked", "giver"))


def room_left(offer: Offer, load: Load) -> bool:
    """Whether one more introduction stays within what the giver offered: per month, over three months.

    Who offers less than one in three months is asked once; 0 a month is a pause.
    """
    most = offer.per_month if offer.per_month is not None else PER_MONTH if offer.sort == "gift" else math.inf
    return most > 0 and load.pending + load.done + 1 <= max(1.0, most * MONTHS)


def turn(giver: str, load: Load) -> tuple[float, str]:
    """A key that puts first who was asked least recently; who was never asked before all others."""
    return (load.last_asked.timestamp() if load.last_asked else -math.inf), giver


def order(suggestion: Suggestion, load: Load) -> tuple[int, tuple[float, str], str]:
    """A key that puts the best first, and among equals whose turn it is. The same in every process."""
    return -suggestion.points, turn(suggestion.offer.giver, load), suggestion.offer.id
