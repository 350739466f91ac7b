"""Who said yes, to what, for whose eyes, until when, and does it hold at this moment?

Consent is a list of events that only ever grows. What holds is computed from it, never stored:

- the order is that in which the events were written down, never that of their clocks: two may be of the same
  moment, and a clock may jump back;
- a withdrawal holds at once and for good, whatever its own clock says: no moment before it is asked for any more
  either, so that a figure for a past day leaves out whoever has withdrawn since;
- after a withdrawal only a new giving opens again, a renewal does not;
- a giving holds from its own moment until just before it expires; of several the last one counts;
- nothing may be done with what we may not keep: every purpose needs `keep` beside it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from assetmap.errors import InputError
from assetmap.messages import M

AUDIENCE_OF = {"keep": "me", "match": "connector", "share": "group", "count": "public_cell"}
"""Each purpose and the circle it is for: held for oneself; a connector looks for matches; the members of a named group
see it; counted in public cells."""
KINDS = ("given", "renewed", "withdrawn")
CHANNELS = ("web", "paper", "helper", "telephone")
EXPLICIT = "explicit_consent"
"""The basis that themes which say something of faith, opinion, origin or health need."""
BASES = ("consent", EXPLICIT, "public_task", "legitimate_interest")
MONTHS = 24
ASK_AGAIN = datetime.timedelta(days=30)
"""How long before its end a person is asked again."""


@dataclass(frozen=True)
class ConsentEvent:
    """One thing that a person said about what may be done with what is held of them.

    Attributes:
        at: When, with a zone.
        kind: "given", "renewed" or "withdrawn".
        purpose: A key of `AUDIENCE_OF`; withdrawing `keep` withdraws everything.
        audience: The one that belongs to the purpose.
        group: For `share`: the id of the group; withdrawing with "" is for all groups.
        text_sha256: Of the words that were agreed to, 64 hexadecimal digits; may be "" for a withdrawal.
        language: Of those words.
        channel: One of `CHANNELS`.
        evidence: Where a signed paper lies, or the like; never the paper itself.
        expires_at: When a giving ends, with a zone; None for a withdrawal.
        legal_basis: One of `BASES`.
        by: Who wrote it down: a pseudonym or an account.
    """

    id: str
    person: str
    at: datetime.datetime
    kind: str
    purpose: str
    audience: str
    group: str = ""
    text_sha256: str = ""
    language: str = ""
    channel: str = "web"
    evidence: str = field(default="", repr=False)
    expires_at: datetime.datetime | None = None
    legal_basis: str = "consent"
    by: str = ""

    def __post_init__(self) -> None:
        _demand("kind", self.kind, KINDS)
        _demand("purpose", self.purpose, tuple(AUDIENCE_OF))
        _demand("audience", self.audience, (AUDIENCE_OF[self.purpose],))
        _demand("channel", self.channel, CHANNELS)
        _demand("legal_basis", self.legal_basis, BASES)
        _demand_zone(self.at)
        if self.purpose != "share" and self.group:
            _demand("group", self.group, ("",))
        if self.kind != "withdrawn":
            self._demand_whole_giving()

    def _demand_whole_giving(self) -> None:
        if self.purpose == "share" and not self.group:
            raise InputError(
                M("A consent to share names the group that it is for. Nothing was saved. Say which group it is.")
            )
        if len(self.text_sha256) != 64 or not set(self.text_sha256) <= set("0123456789abcdef") or not self.language:
            raise InputError(
                M("A consent names the words that were agreed to and their language. Nothing was saved. Give the "
                  "SHA-256 of the text (64 hexadecimal digits) and the code of its language.")
            )  # fmt: skip
        if self.expires_at is None or _demand_zone(self.expires_at) <= self.at:
            raise InputError(
                M("A consent ends after it was given. Nothing was saved. Expected an end after {at}.", at=self.at)
            )


@dataclass(frozen=True)
class Standing:
    """One yes that holds at a moment: the giving or renewal that it rests on, and whether it is time to ask again."""

    event: ConsentEvent
    ask_again: bool


class Consents:
    """What one person has said, in the order in which it was written down."""

    def __init__(self, events: Iterable[ConsentEvent] = ()) -> None:
        self.events = tuple(events)
        if len({event.person for event in self.events}) > 1:
            raise InputError(M("These consents are of several people. Expected those of one."))

    def allows(self, purpose: str, audience: str, at: datetime.datetime, group: str = "") -> bool:
        """Whether this may be done at a moment; no for a purpose or audience that nobody knows.

        Args:
            group: For the purpose `share`: the group that asks.
        """
        return self.resting_on(purpose, audience, at, group) is not None

    def resting_on(self, purpose: str, audience: str, at: datetime.datetime, group: str = "") -> ConsentEvent | None:
        """The event that allows it; None where nothing does."""
        _demand_zone(at)
        if AUDIENCE_OF.get(purpose) != audience or self._valid("keep", "", at) is None:
            return None
        return self._valid(purpose, group, at)

    def standing(self, at: datetime.datetime) -> list[Standing]:
        """Every yes that holds at a moment, in the order of the purposes, then of the groups."""
        scopes = sorted({(list(AUDIENCE_OF).index(e.purpose), e.purpose, e.group) for e in self.events})
        found = [self.resting_on(purpose, AUDIENCE_OF[purpose], at, group) for _, purpose, group in scopes]
        return [Standing(event, at >= asking_from(event)) for event in found if event is not None]

    def to_ask_again(self, at: datetime.datetime) -> list[ConsentEvent]:
        """What ends within 30 days, so that the person is asked whether it shall go on."""
        return [one.event for one in self.standing(at) if one.ask_again]

    def _valid(self, purpose: str, group: str, at: datetime.datetime) -> ConsentEvent | None:
        last: ConsentEvent | None = None
        opened = False
        for event in self.events:
            if _ends(event, purpose, group):
                last, opened = None, False
            elif event.kind != "withdrawn" and (event.purpose, event.group) == (purpose, group) and event.at <= at:
                opened = opened or event.kind == "given"
                last = event if opened else None
        return last if last is not None and last.expires_at is not None and at < last.expires_at else None


def _ends(event: ConsentEvent, purpose: str, group: str) -> bool:
    """Whether an event takes back what was said of this purpose."""
    if event.kind != "withdrawn":
        return False
    return event.purpose == "keep" or (event.purpose == purpose and event.group in ("", group))


def asking_from(event: ConsentEvent) -> datetime.datetime:
    """From when on a person is asked whether a consent shall go on."""
    if event.expires_at is None:
        raise InputError(M("A withdrawal does not end. Expected a consent that was given."))
    return event.expires_at - ASK_AGAIN


def expiry(at: datetime.datetime, months: int = MONTHS) -> datetime.datetime:
    """So many calendar months later, at the same time of day; the last day of a shorter month."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    first = at.replace(year=year, month=month + 1, day=1)
    following = (first + datetime.timedelta(days=31)).replace(day=1)
    return first.replace(day=min(at.day, (following - datetime.timedelta(days=1)).day))


def _demand(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(
            M("“{value}” cannot be the {field} of a consent. Nothing was saved. Use one of: {known}.", value=value,
              field=name, known=", ".join(known))
        )  # fmt: skip


def _demand_zone(at: datetime.datetime) -> datetime.datetime:
    if not isinstance(at, datetime.datetime) or at.tzinfo is None:
        raise InputError(
            M("“{at}” is no moment with a time zone. Nothing was done. Expected one such as 2027-01-31T12:00:00Z.",
              at=at)
        )  # fmt: skip
    return at
