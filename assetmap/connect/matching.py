"""Which gifts, places and groups could meet what is asked for, and who meets whom when each is asked only once?

Nothing here sends, keeps or shows anything: a connector reads the suggestions and decides.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from assetmap.connect.fairness import NOTHING, Loads, order, room_left, turn
from assetmap.connect.suggestion import Consent, Suggestion, Term, allowed, standing
from assetmap.connect.terms import (
    concerned,
    conditions,
    form_term,
    freshness_term,
    is_remote,
    language_term,
    pending_term,
    seats_term,
    theme_term,
    time_term,
    way_term,
)
from assetmap.messages import Message, Mn
from assetmap.model.asking import Ask, Offer
from assetmap.model.gifts import theme

Minutes = Mapping[tuple[str, str], float]
"""Walking minutes between an ask and an offer (ids): infinity where it is too far, missing where it is not known."""
MOST = 3


@dataclass(frozen=True)
class Matches:
    """What a connector gets to see.

    Attributes:
        suggestions: For each ask in the order of ids, the best first.
        left_out: By ask: how many were left out who would have fitted, and why.
    """

    suggestions: tuple[Suggestion, ...] = ()
    left_out: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)

    def of(self, ask: str, sort: str | None = None) -> tuple[Suggestion, ...]:
        """The suggestions for one ask; those of one sort of offer where it is given."""
        return tuple(one for one in self.suggestions if one.ask.id == ask and sort in (None, one.offer.sort))


@dataclass
class _Found:
    """What fits one ask."""

    fitting: list[Suggestion]
    over: set[str]
    no_way: set[str]

    def told(self) -> tuple[Message, ...]:
        messages = []
        if self.over:
            messages.append(Mn(
                "One who would fit is not proposed: already asked as often as offered.",
                "{n} who would fit are not proposed: already asked as often as they offered.", len(self.over),
            ))  # fmt: skip
        if self.no_way:
            messages.append(Mn(
                "One that would fit is not proposed: the way there is not known.",
                "{n} that would fit are not proposed: the way there is not known.", len(self.no_way),
            ))  # fmt: skip
        return tuple(messages)


def top(
    asks: Iterable[Ask], offers: Iterable[Offer], minutes: Minutes, may: Consent, *,
    on: datetime.date, loads: Loads | None = None, most: int = MOST,
) -> Matches:  # fmt: skip
    """For each ask the best gifts, places and groups: at most `most` of each, one of each giver.

    Args:
        minutes: Walking minutes by (ask, offer): infinity where it is too far, missing where it is not known.
        may: Who may be matched now. A person who is not in it appears nowhere, not even in a count.
        on: The day on which it is asked.
        loads: What lies on each giver; who is missing carries nothing.

    Only pairs that share a field are looked at.
    """
    loads = loads or {}
    chosen: list[Suggestion] = []
    told: dict[str, tuple[Message, ...]] = {}
    for ask, found in _all(asks, offers, minutes, may, on, loads):
        ranked = _best_of_each(found.fitting, loads)
        counted: dict[str, int] = defaultdict(int)
        for one in ranked:
            counted[one.offer.sort] += 1
            if counted[one.offer.sort] <= most:
                chosen.append(one)
        told[ask.id] = found.told()
    return Matches(standing(chosen, may), told)


def assign(
    asks: Iterable[Ask], offers: Iterable[Offer], minutes: Minutes, may: Consent, *,
    on: datetime.date, loads: Loads | None = None,
) -> Matches:  # fmt: skip
    """One giver for each ask and one ask for each giver, so that the sum of scores is the largest possible.

    Among assignments of the same sum (to a millionth for each pair), those who were asked least recently are taken;
    this is exact for some 2,000 asks and givers at once. What no giver is left for gets none. Arguments as for `top`.
    """
    loads = loads or {}
    found = list(_all(asks, offers, minutes, may, on, loads))
    told = {ask.id: one.told() for ask, one in found}
    pairs: dict[tuple[int, str], Suggestion] = {}
    for row, (_, fits) in enumerate(found):
        for one in _best_of_each(fits.fitting, loads):
            pairs[row, one.offer.giver] = one
    givers = sorted({giver for _, giver in pairs}, key=lambda giver: turn(giver, loads.get(giver, NOTHING)))
    worth = np.zeros((len(found), len(givers)))
    whole = len(found) * len(givers) + 1
    place = {giver: column for column, giver in enumerate(givers)}
    for (row, giver), one in pairs.items():
        worth[row, place[giver]] = one.points * whole + len(givers) - place[giver]
    rows, columns = linear_sum_assignment(worth, maximize=True)
    chosen = [pairs[row, givers[column]] for row, column in zip(rows, columns, strict=True) if worth[row, column] > 0]
    return Matches(standing(chosen, may), told)


def judge(
    ask: Ask, offer: Offer, minutes: float | None, on: datetime.date, loads: Loads | None = None
) -> Suggestion | None:
    """How well one offer meets one ask, or None where it cannot. Consent and fairness are not asked here."""
    if (ask.person and ask.person == offer.person) or (ask.group and ask.group == offer.id):
        return None
    if ask.sort == "room" and offer.sort != "place":
        return None
    way = way_term(ask, offer, minutes)  # first, as it decides most pairs
    if way is None:
        return None
    terms: list[Term] = []
    for one in (theme_term, form_term, language_term, time_term, seats_term):
        term = one(ask, offer)
        if term is None:
            return None
        terms += term
    load = (loads or {}).get(offer.giver, NOTHING)
    terms += [*way, *freshness_term(offer, on), *pending_term(load)]
    guarded = any(one.safeguarding for one in concerned(ask, offer))
    return Suggestion(ask, offer, tuple(terms), conditions(ask, offer, load), guarded)


def _all(
    asks: Iterable[Ask], offers: Iterable[Offer], minutes: Minutes, may: Consent, on: datetime.date, loads: Loads
) -> Iterator[tuple[Ask, _Found]]:
    """What fits each ask, in the order of ids; only of persons who may be matched now."""
    shelf = _by_field([offer for offer in offers if allowed(filter(None, [offer.person]), may)])
    for ask in sorted(asks, key=lambda one: one.id):
        if allowed(filter(None, [ask.person]), may):
            yield ask, _fitting(ask, shelf[theme(ask.theme).field if ask.theme else ""], minutes, on, loads)


def _by_field(offers: Sequence[Offer]) -> defaultdict[str, list[Offer]]:
    """Offers by each field of their themes; places under "" as well, where rooms are looked for."""
    shelf: defaultdict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        fields = {theme(key).field for key in offer.themes} | ({""} if offer.sort == "place" else set())
        for one in fields:
            shelf[one].append(offer)
    return shelf


def _fitting(ask: Ask, offers: Iterable[Offer], minutes: Minutes, on: datetime.date, loads: Loads) -> _Found:
    found = _Found([], set(), set())
    for offer in offers:
        way = minutes.get((ask.id, offer.id))
        if way is None and not is_remote(ask, offer):
            if judge(ask, offer, 0.0, on):
                found.no_way.add(offer.id)
            continue
        fits = judge(ask, offer, way, on, loads)
        if fits is None or fits.points == 0:
            continue
        if room_left(offer, loads.get(offer.giver, NOTHING)):
            found.fitting.append(fits)
        else:
            found.over.add(offer.giver)
    found.over -= {one.offer.giver for one in found.fitting}
    return found


def _best_of_each(suggestions: Iterable[Suggestion], loads: Loads) -> list[Suggestion]:
    """The best of each giver, the best of all first, and among equals whose turn it is."""
    best: dict[tuple[str, str], Suggestion] = {}
    for one in sorted(suggestions, key=lambda one: order(one, loads.get(one.offer.giver, NOTHING))):
        best.setdefault((one.offer.giver, one.offer.sort), one)
    return list(best.values())
