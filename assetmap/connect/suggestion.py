"""What could meet what, for which reasons, and does it still rest on everybody's consent?"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from assetmap.messages import Message
from assetmap.model.asking import Ask, Offer

Consent = Callable[[str], bool] | Collection[str]
"""Who may be matched now: a set of persons, or a question to ask of a person."""
MILLION = 1_000_000


@dataclass(frozen=True)
class Term:
    """One factor of a score, with its reason. `weight` is above 0 and at most 1."""

    name: str
    weight: float
    reason: Message


@dataclass(frozen=True)
class Suggestion:
    """An offer that could meet an ask. It is computed anew for every look, and never kept.

    Attributes:
        terms: Every factor of the score, in the order in which they are told.
        conditions: What must be seen to before the two meet.
        safeguarded: Children or homes are involved.
    """

    ask: Ask
    offer: Offer
    terms: tuple[Term, ...]
    conditions: tuple[Message, ...] = ()
    safeguarded: bool = False

    @property
    def score(self) -> float:
        """Between 0 and 1: the product of all terms."""
        return math.prod(term.weight for term in self.terms)

    @property
    def points(self) -> int:
        """The score in millionths: two with the same are equally good."""
        return round(self.score * MILLION)

    @property
    def reasons(self) -> tuple[Message, ...]:
        """A sentence for every term, and then the conditions."""
        return (*(term.reason for term in self.terms), *self.conditions)

    @property
    def people(self) -> frozenset[str]:
        """The persons on whose consent it rests."""
        return frozenset(filter(None, (self.ask.person, self.offer.person)))


def allowed(people: Iterable[str], may: Consent) -> bool:
    """Whether all of these persons may be matched now."""
    return all(may(one) if callable(may) else one in may for one in people)


def standing(suggestions: Iterable[Suggestion], may: Consent) -> tuple[Suggestion, ...]:
    """The suggestions that still rest on everybody's consent: ask this right before they are shown or acted on."""
    return tuple(one for one in suggestions if allowed(one.people, may))
