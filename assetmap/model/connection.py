"""How far has one introduction of two people come, who has said yes, and may their contact details be shown?

A connection is its events, in the order in which they were written down; nothing in them is ever changed. Where it
stands at a moment is computed from them:

    proposed → chosen (by a connector) → asked (both) → agreed (both) → met → kept (six months on)
        └──────────┴─────────┴───────────────┴──────────┴──────┴──→ ended

The order of writing decides, not the clock: a clock that was set back cannot bring an earlier yes after a later no.
An event that does not follow from what stands before it changes nothing.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from assetmap.errors import InputError
from assetmap.messages import M, Message

STATES: Mapping[str, Message] = {
    "proposed": M("Proposed"), "chosen": M("Chosen by a connector"), "asked": M("Both are asked"),
    "agreed": M("Both agreed"), "met": M("They have met"), "kept": M("Kept after six months"), "ended": M("Ended"),
}  # fmt: skip
"""Each state, in order, and what people call it."""
SIDES = ("asker", "giver")
"""Whoever wishes, and whoever could meet the wish."""
OF_A_SIDE = ("asked", "agreed", "declined", "withdrew", "said")
KINDS = ("proposed", "chosen", "asked", "agreed", "cleared", "declined", "withdrew", "met", "kept", "ended", "said")
"""`cleared`: the organisation in between has seen the certificate; the certificate itself is not kept. `declined`: a
side said no. `withdrew`: a side took back its yes, or its consent. `said`: what a side says of the connection."""
KEPT_MONTHS = 6
_Day = TypeVar("_Day", bound=datetime.date)


@dataclass(frozen=True)
class ConnectionEvent:
    """One thing that happened to a connection.

    Attributes:
        at: When, with a time zone.
        kind: One of `KINDS`.
        by: The account of whoever wrote it down.
        side: Whom it is about where it is about one side, one of `SIDES`; else "".
        words: What the side says, or why it ended.
    """

    at: datetime.datetime
    kind: str
    by: str = ""
    side: str = ""
    words: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(
                M(
                    "“{kind}” cannot happen to a connection. Use one of: {known}.",
                    kind=self.kind,
                    known=", ".join(KINDS),
                )
            )
        if self.side not in (SIDES if self.kind in OF_A_SIDE else ("",)):
            raise InputError(
                M("“{kind}” of a connection came with the side “{side}”. Expected {known} for what one side does, and "
                  "none for anything else.", kind=self.kind, side=self.side, known=", ".join(SIDES))
            )  # fmt: skip
        if self.at.tzinfo is None:
            raise InputError(M("The moment {at} of an event has no time zone. Give one, such as UTC.", at=str(self.at)))


@dataclass(frozen=True)
class Standing:
    """Where a connection stands.

    Attributes:
        state: One of `STATES`.
        asked, agreed: The sides that were asked, and that said yes.
        cleared: Whether the organisation in between has seen the certificate.
        met, kept, ended: When; None where it did not happen.
        said: What each side says of it, in order.
    """

    state: str = ""
    asked: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    cleared: bool = False
    met: datetime.datetime | None = None
    kept: datetime.datetime | None = None
    ended: datetime.datetime | None = None
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Connection:
    """An introduction of two sides, with everything that happened to it.

    Attributes:
        id: A random number.
        ask, offer: What was asked for and what could meet it (ids).
        asker, giver: The persons behind them (pseudonyms), or "" where no person is.
        theme: What it is about.
        safeguarded: Children or homes are involved: nobody's details are shown before it is cleared.
        events: What happened, in the order of writing.
    """

    id: str
    ask: str
    offer: str
    asker: str = ""
    giver: str = ""
    theme: str = ""
    safeguarded: bool = False
    events: tuple[ConnectionEvent, ...] = ()

    def standing(self, at: datetime.datetime | None = None) -> Standing:
        """Where it stands now, or stood at a moment: what is dated later is left out then."""
        now = Standing()
        for event in self.events:
            if (at is None or event.at <= at) and self._follows(now, event):
                now = _after(now, event)
        return now

    def after(self, event: ConnectionEvent) -> Connection:
        """The connection with one event more.

        Raises:
            InputError: It does not follow from where the connection stands.
        """
        now = self.standing()
        if not self._follows(now, event):
            state = STATES.get(now.state, M("New"))
            raise InputError(
                M("“{kind}” does not follow: the connection stands at “{state}”. Nothing was changed. Look at it "
                  "again.", kind=event.kind, state=state)
            )  # fmt: skip
        return replace(self, events=(*self.events, event))

    def may_show_contacts(self) -> bool:
        """Whether the two may see each other's contact details: both were asked and agreed, nobody took that back, and
        it is cleared where children or homes are involved. All that was ever written down counts, whatever its date.
        Whether the persons' consent stands is asked beside this."""
        now = self.standing()
        return now.state in ("agreed", "met", "kept") and (now.cleared or not self.safeguarded)

    def due(self, at: datetime.datetime) -> bool:
        """Whether it is time to ask both whether they still meet: six months after they first did."""
        now = self.standing(at)
        return now.state == "met" and now.met is not None and at >= months_after(now.met, KEPT_MONTHS)

    def _follows(self, now: Standing, event: ConnectionEvent) -> bool:
        match event.kind:
            case "proposed":
                return now.state == ""
            case "chosen":
                return now.state == "proposed"
            case "asked":
                return now.state == "chosen" and event.side not in now.asked
            case "agreed":
                return now.state in ("chosen", "asked") and event.side in now.asked - now.agreed
            case "declined":
                return now.state != "ended" and event.side in now.asked
            case "cleared":
                return now.state not in ("", "proposed", "ended") and not now.cleared
            case "met":
                return now.state == "agreed" and (now.cleared or not self.safeguarded)
            case "kept":
                return now.state == "met" and now.met is not None and event.at >= months_after(now.met, KEPT_MONTHS)
            case "said":
                return event.side in now.agreed
        return now.state not in ("", "ended")  # withdrew, ended


def _after(now: Standing, event: ConnectionEvent) -> Standing:
    match event.kind:
        case "asked":
            asked = now.asked | {event.side}
            return replace(now, asked=asked, state="asked" if len(asked) == len(SIDES) else now.state)
        case "agreed":
            agreed = now.agreed | {event.side}
            return replace(now, agreed=agreed, state="agreed" if len(agreed) == len(SIDES) else now.state)
        case "cleared":
            return replace(now, cleared=True)
        case "said":
            return replace(now, said={**now.said, event.side: (*now.said.get(event.side, ()), event.words)})
        case "met":
            return replace(now, state="met", met=event.at)
        case "kept":
            return replace(now, state="kept", kept=event.at)
        case "declined" | "withdrew" | "ended":
            return replace(now, state="ended", ended=event.at)
    return replace(now, state=event.kind)


@dataclass(frozen=True)
class Counts:
    """How many connections there are: the first figure of the start page is `made`.

    Attributes:
        made: The two have met, whatever came of it.
        kept: They still met six months on.
        due: Six months have passed, and nobody has asked them yet.
        ended: The connection ended after they had met.
        asked_for: A connector chose it, and the two have not met yet.
        told: Both sides have said what they think of it.
    """

    made: int = 0
    kept: int = 0
    due: int = 0
    ended: int = 0
    asked_for: int = 0
    told: int = 0


def counts(connections: Sequence[Connection], at: datetime.datetime) -> Counts:
    """How many connections were made, kept and ended by a moment."""
    standing = [connection.standing(at) for connection in connections]
    return Counts(
        made=sum(now.met is not None for now in standing),
        kept=sum(now.kept is not None for now in standing),
        due=sum(connection.due(at) for connection in connections),
        ended=sum(now.met is not None and now.ended is not None for now in standing),
        asked_for=sum(now.state in ("chosen", "asked", "agreed") for now in standing),
        told=sum(len(now.said) == len(SIDES) for now in standing),
    )


def months_after(day: _Day, months: int) -> _Day:
    """The same day so many months on; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))
