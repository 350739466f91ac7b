"""What is asked for, and what could meet it: in which words do the two sides come to be matched?

Persons are pseudonyms here. Neither side has a name, an address or a point; how far they live apart comes in as walking
minutes from outside.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.gifts import FORMS, Gift, theme
from assetmap.model.week import Week

ASKS = ("wish", "need", "idea", "room")
"""A person's wish; a need, written with the person whom it is about; an idea; and a group's search for a room."""
OFFERS = ("gift", "place", "group")


@dataclass(frozen=True)
class Ask:
    """Something that somebody would like.

    Attributes:
        id: A random number.
        sort: One of `ASKS`.
        theme: A key of `themes()`; "" for a room, which is asked for whatever it is used for.
        person: The pseudonym of whoever asks; "" where no single person does.
        group: The id of the group that asks; "" where none does.
        languages: Codes; empty: not said.
        times: When; None: not said.
        hours: How long one meeting lasts.
        minutes: How far on foot, one way; None: not said.
        remote: Whether it can be done without meeting.
        form: One of `FORMS`; "": not said.
        people: How many come; None: not said.
    """

    id: str
    sort: str
    theme: str = ""
    person: str = ""
    group: str = ""
    languages: frozenset[str] = frozenset()
    times: Week | None = None
    hours: float = 1.0
    minutes: float | None = None
    remote: bool = False
    form: str = ""
    people: int | None = None

    def __post_init__(self) -> None:
        _demand(self.sort, ASKS)
        _demand(self.form, ("", *FORMS))
        if self.theme or self.sort != "room":
            theme(self.theme)
        if self.sort in ("wish", "need") and not self.person:
            raise InputError(
                M("The {sort} {id} names no person. Somebody's wish or need is written down with them, or not at all: "
                  "give the person, or call it an idea.", sort=self.sort, id=self.id)
            )  # fmt: skip
        if not 0 < self.hours <= 24:
            raise InputError(M("A meeting of {hours} hours cannot be. Expected 0 to 24.", hours=self.hours))


@dataclass(frozen=True)
class Offer:
    """Something that could meet it: a person's gift, a place with free hours, or a group.

    Attributes:
        id: A random number, or the id of the asset.
        sort: One of `OFFERS`.
        themes: What it is about, or can be used for: keys of `themes()`.
        person: Whose consent it rests on: the giver; also whoever can be reached for a place or a group where that is a
            private person. "" where it is nobody.
        times: When the giver or the place is free, or the group meets; None: not said.
        capacity: How many a place holds; None: not known.
        per_month: How often at most; None: not said.
        confirmed: The day on which it was last said to be so; None: not known.
        languages, minutes, remote, form: As for an ask.
    """

    id: str
    sort: str
    themes: frozenset[str] = frozenset()
    person: str = ""
    languages: frozenset[str] = frozenset()
    times: Week | None = None
    minutes: float | None = None
    remote: bool = False
    form: str = ""
    capacity: float | None = None
    per_month: float | None = None
    confirmed: datetime.date | None = None

    def __post_init__(self) -> None:
        _demand(self.sort, OFFERS)
        _demand(self.form, ("", *FORMS))
        for key in self.themes:
            theme(key)
        if self.sort == "gift" and not self.person:
            raise InputError(M("The gift {id} names no person, so nobody has said yes to its use.", id=self.id))

    @property
    def giver(self) -> str:
        """Who is asked: the person whose gift it is, or the place or group itself."""
        return self.person if self.sort == "gift" else self.id


def ask_of(wish: Gift) -> Ask:
    """A wish from the people store as an ask."""
    return Ask(wish.id, "wish", wish.theme, wish.person, languages=frozenset(wish.languages), times=_week(wish.times),
               minutes=wish.minutes, remote=wish.remote, form=wish.form)  # fmt: skip


def offer_of(gift: Gift, confirmed: datetime.date | None = None) -> Offer:
    """A gift from the people store as an offer."""
    return Offer(gift.id, "gift", frozenset({gift.theme}), gift.person, frozenset(gift.languages), _week(gift.times),
                 gift.minutes, gift.remote, gift.form, per_month=gift.per_month, confirmed=confirmed)  # fmt: skip


def _week(times: tuple[str, ...]) -> Week | None:
    return Week.read("; ".join(times)) if times else None


def _demand(value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(
            M("“{value}” is not known in matching. Use one of: {known}.", value=value,
              known=", ".join(filter(None, known)))
        )  # fmt: skip
