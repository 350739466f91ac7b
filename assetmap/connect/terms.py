"""Which factors make up the score of a match, and how is each one said in plain words?

    theme × form × language × time × seats × way × freshness × introductions that wait

A factor that cannot be met makes the match impossible (None). One about which neither side has a say is not used and
not told (no term). What only has not been said counts `NOT_SAID`, and the reason tells the connector to ask.
"""

from __future__ import annotations

import datetime
import math

from assetmap.connect.fairness import Load
from assetmap.connect.suggestion import Term
from assetmap.messages import Language, M, Message, Mn
from assetmap.model.asking import Ask, Offer
from assetmap.model.gifts import Theme, theme

Terms = tuple[Term, ...] | None
SAME_FIELD = 0.5
NOT_SAID = 0.8
DECAY_MINUTES = 10.0
REACH_MINUTES = 15.0
"""How far on foot where nobody has said how far they want to go."""
FRESH_DAYS = 90
HALF_DAYS = 365.0
"""What was confirmed within 90 days is fresh; what is older loses half with each year more."""
UNCONFIRMED = 0.5
FORM_WORDS = {"give": M("to give"), "lend": M("to lend"), "teach": M("to teach"), "together": M("to do it together"),
          "host": M("to be host")}  # fmt: skip


def theme_term(ask: Ask, offer: Offer) -> Terms:
    """The same theme 1, another of the same field 0.5."""
    if not ask.theme:
        return ()
    found, wanted = matched(ask, offer), theme(ask.theme)
    if found is None:
        return None
    if found.key == ask.theme:
        return (Term("theme", 1.0, _same(offer.sort, wanted.said)),)
    reason = M("It is about {offered}, which is in the same field as {asked}; that counts half.",
               offered=found.said, asked=wanted.said)  # fmt: skip
    return (Term("theme", SAME_FIELD, reason),)


def matched(ask: Ask, offer: Offer) -> Theme | None:
    """The theme of the offer that comes closest: the one asked for, else the first of its field, if there is one."""
    if ask.theme in offer.themes:
        return theme(ask.theme)
    field = theme(ask.theme).field
    return next((theme(key) for key in sorted(offer.themes) if theme(key).field == field), None)


def _same(sort: str, about: object) -> Message:
    if sort == "gift":
        return M("The very theme is offered: {theme}.", theme=about)
    if sort == "place":
        return M("The place suits the theme: {theme}.", theme=about)
    return M("The group is about the very theme: {theme}.", theme=about)


def form_term(ask: Ask, offer: Offer) -> Terms:
    """The form must agree where both name one."""
    if ask.form and offer.form:
        return (
            (Term("form", 1.0, M("Both mean it {form}.", form=FORM_WORDS[ask.form])),)
            if ask.form == offer.form
            else None
        )
    if ask.form or offer.form:
        one = FORM_WORDS[ask.form or offer.form]
        return (Term("form", 1.0, M("Only one side has said in what form: {form}. Ask the other.", form=one)),)
    return ()


def language_term(ask: Ask, offer: Offer) -> Terms:
    """One language that both speak is enough; a place speaks none."""
    if offer.sort == "place" or not (ask.languages or offer.languages):
        return ()
    if not (ask.languages and offer.languages):
        return (Term("language", NOT_SAID, M("Only one side has said which languages it speaks; that counts a little "
                                             "less. Ask the other.")),)  # fmt: skip
    shared = sorted(ask.languages & offer.languages)
    reason = M("Both speak {languages}.", languages=[Language(code) for code in shared])
    return (Term("language", 1.0, reason),) if shared else None


def time_term(ask: Ask, offer: Offer) -> Terms:
    """How much of one meeting fits into the longest stretch in which both are free; a room must be free throughout."""
    if ask.times is None and offer.times is None:
        return ()
    if ask.times is None or offer.times is None:
        return (Term("time", NOT_SAID, M("Only one side has said when it is free; that counts a little less. Ask the "
                                         "other.")),)  # fmt: skip
    shared = ask.times & offer.times
    weight = min(1.0, shared.longest() / ask.hours)
    if weight == 0 or (ask.sort == "room" and weight < 1):
        return None
    if weight < 1:
        reason = M("Both are free on {times}: {hours} of the {wanted} hours of a meeting, which counts less.",
                   times=shared.said(), hours=shared.longest(), wanted=ask.hours)  # fmt: skip
    else:
        reason = _when(offer.sort, shared.said())
    return (Term("time", weight, reason),)


def _when(sort: str, times: list[Message]) -> Message:
    if sort == "gift":
        return M("Both are free on {times}.", times=times)
    if sort == "place":
        return M("The place is free on {times}.", times=times)
    return M("The group meets when it suits: {times}.", times=times)


def seats_term(ask: Ask, offer: Offer) -> Terms:
    """A place must hold all who come."""
    if offer.sort != "place" or ask.people is None:
        return ()
    if offer.capacity is None or math.isnan(offer.capacity):
        return (Term("seats", NOT_SAID, M("Nobody has said how many the place holds; that counts a little less. Ask "
                                          "there.")),)  # fmt: skip
    if offer.capacity < ask.people:
        return None
    return (Term("seats", 1.0, M("It holds {seats}, and {people} come.", seats=offer.capacity, people=ask.people)),)


def reach(ask: Ask, offer: Offer) -> float:
    """How far apart the two may be, in minutes on foot: what the less far going of them said."""
    return min((side.minutes for side in (ask, offer) if side.minutes is not None), default=REACH_MINUTES)


def is_remote(ask: Ask, offer: Offer) -> bool:
    """Whether both sides can do without meeting."""
    return ask.remote and offer.remote


def way_term(ask: Ask, offer: Offer, minutes: float | None) -> Terms:
    """exp(−t/10 min) up to where either wants to go; 1 where both can do without meeting. No known way: no match."""
    if is_remote(ask, offer):
        return (Term("way", 1.0, M("Both can do it from a distance, so the way does not count.")),)
    if minutes is None or not 0 <= minutes <= reach(ask, offer):
        return None
    reason = Mn("They are one minute apart on foot; nearer counts more.",
                "They are {n} minutes apart on foot; nearer counts more.", math.ceil(minutes))  # fmt: skip
    return (Term("way", math.exp(-minutes / DECAY_MINUTES), reason),)


def freshness_term(offer: Offer, on: datetime.date) -> tuple[Term, ...]:
    """Whether it was confirmed lately."""
    if offer.confirmed is None:
        return (Term("freshness", UNCONFIRMED, M("Nobody knows when it was last confirmed; that counts half. Ask first "
                                                 "whether it still holds.")),)  # fmt: skip
    days = max(0, (on - offer.confirmed).days)
    if days <= FRESH_DAYS:
        return (Term("freshness", 1.0, M("It was confirmed on {day}, which is fresh.", day=offer.confirmed)),)
    reason = M("It was last confirmed on {day}; what is older counts less.", day=offer.confirmed)
    return (Term("freshness", 0.5 ** ((days - FRESH_DAYS) / HALF_DAYS), reason),)


def pending_term(load: Load) -> tuple[Term, ...]:
    """Whoever waits for introductions already comes later: 1/(1 + how many)."""
    if load.pending == 0:
        return (Term("pending", 1.0, M("No other introduction waits there.")),)
    reason = Mn("One other introduction waits there already, so this one counts less.",
                "{n} other introductions wait there already, so this one counts less.", load.pending)  # fmt: skip
    return (Term("pending", 1 / (1 + load.pending), reason),)


def concerned(ask: Ask, offer: Offer) -> list[Theme]:
    """The theme asked for and the one of the offer that comes closest."""
    if not ask.theme:
        return []
    return list({one.key: one for one in (theme(ask.theme), matched(ask, offer)) if one is not None}.values())


def conditions(ask: Ask, offer: Offer, load: Load) -> tuple[Message, ...]:
    """What a connector must know beside the score."""
    found = []
    if guarded := [one.said for one in concerned(ask, offer) if one.safeguarding]:
        found.append(M("Children or homes are involved ({theme}): only with an organisation in between, and with a "
                       "certificate.", theme=guarded[0]))  # fmt: skip
    if delicate := [one.said for one in concerned(ask, offer) if one.sensitive]:
        found.append(M("The theme {theme} can tell something about faith, opinion or health: tread with care.",
                       theme=delicate[0]))  # fmt: skip
    if offer.sort == "gift":
        found.append(
            M("Last asked on {day}.", day=load.last_asked.date()) if load.last_asked
            else M("Was never asked before: among equals, who was asked least recently comes first.")
        )  # fmt: skip
    return tuple(found)
