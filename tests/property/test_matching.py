"""Whatever the two sides say: does every factor have its reason, and does more of a good thing never count less?"""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from assetmap.connect.fairness import Load
from assetmap.connect.matching import assign, judge, top
from assetmap.connect.suggestion import Suggestion
from assetmap.i18n import languages, say
from assetmap.model.asking import Ask, Offer
from assetmap.model.week import Week

ON = datetime.date(2026, 6, 1)
THEMES = st.sampled_from(["baking", "baking", "cooking", "homework_help"])
PEOPLE = st.sampled_from(["ada", "bo", "li", "mo", "noor"])
SPOKEN = st.sampled_from([{"nb"}, {"nb", "so"}, {"nb", "da", "ar"}, {"ar"}, set()]).map(frozenset)
WEEKS = st.sampled_from(["evening", "Tu 18-21", "Tu 20-22; Sa 10-12", "Tu 20-21:30", "Sa 9-11"]).map(Week.read)
SHARED: dict[str, Any] = {
    "languages": SPOKEN, "times": st.none() | WEEKS, "minutes": st.sampled_from([None, 5, 30, 40.0]),
    "remote": st.booleans(), "form": st.sampled_from(["", "", "teach", "lend"]),
}  # fmt: skip
ASKS = st.builds(
    Ask, st.uuids().map(str), st.sampled_from(["wish", "need", "idea"]), THEMES, PEOPLE,
    hours=st.sampled_from([0.5, 1.0, 2.0, 4.0]), people=st.none() | st.integers(1, 40), **SHARED,
)  # fmt: skip
OFFERS = st.builds(
    Offer, st.uuids().map(str), st.sampled_from(["gift", "place", "group"]), st.frozensets(THEMES, min_size=1),
    PEOPLE, capacity=st.none() | st.floats(0, 60), per_month=st.none() | st.floats(0, 5),
    confirmed=st.none() | st.dates(datetime.date(2016, 1, 1), ON), **SHARED,
)  # fmt: skip
LOADS = st.builds(Load, st.integers(0, 9), st.integers(0, 9))
MINUTES = st.floats(0, 20)


def score(one: Suggestion | None) -> float:
    return one.score if one else 0.0


@given(ASKS, OFFERS, MINUTES, LOADS)
def test_every_factor_has_a_reason_and_every_reason_can_be_said(
    ask: Ask, offer: Offer, minutes: float, load: Load
) -> None:
    one = judge(ask, offer, minutes, ON, {offer.giver: load})
    assume(one is not None)
    assert one is not None
    assert 0 < one.score <= 1
    assert math.isclose(one.score, math.prod(term.weight for term in one.terms))
    assert len({term.name for term in one.terms}) == len(one.terms)
    assert {"theme", "way", "freshness", "pending"} <= {term.name for term in one.terms}
    for term in one.terms:
        assert 0 < term.weight <= 1
        assert term.reason in one.reasons
        english = say(term.reason, "en")
        assert "{" not in english
        if term.weight < 1:
            assert "counts" in english, "whatever lowers the score says that it does"
        for person in (ask.person, offer.person, ask.id, offer.id):
            assert person not in english.split(), "reasons name no one"
    for lang in languages():
        assert all(say(reason, lang) for reason in one.reasons)


@given(ASKS, OFFERS, st.floats(0, 40), st.floats(0, 40), LOADS)
def test_nearer_is_not_worse(ask: Ask, offer: Offer, one: float, other: float, load: Load) -> None:
    nearer, farther = sorted((one, other))
    carried = {offer.giver: load}
    assert score(judge(ask, offer, nearer, ON, carried)) >= score(judge(ask, offer, farther, ON, carried))


@given(ASKS, OFFERS, MINUTES, LOADS, st.integers(1, 5))
def test_more_introductions_that_wait_are_not_better(
    ask: Ask, offer: Offer, minutes: float, load: Load, more: int
) -> None:
    fuller = replace(load, pending=load.pending + more)
    lighter, heavier = ({offer.giver: one} for one in (load, fuller))
    assert score(judge(ask, offer, minutes, ON, lighter)) >= score(judge(ask, offer, minutes, ON, heavier))


@given(ASKS, OFFERS, MINUTES, st.sampled_from(["languages", "times", "confirmed", "themes"]), st.data())
def test_offering_more_is_not_worse(ask: Ask, offer: Offer, minutes: float, what: str, data: Any) -> None:
    if what == "languages":
        richer = replace(offer, languages=offer.languages | data.draw(SPOKEN)) if offer.languages else offer
    elif what == "times":
        richer = replace(offer, times=offer.times | Week.read("evening")) if offer.times is not None else offer
    elif what == "confirmed":
        richer = replace(offer, confirmed=ON)
    else:
        richer = replace(offer, themes=offer.themes | {data.draw(THEMES)})
    assert score(judge(ask, richer, minutes, ON)) >= score(judge(ask, offer, minutes, ON))


@given(st.lists(ASKS, max_size=5), st.lists(OFFERS, max_size=8), st.floats(0, 20), st.frozensets(PEOPLE), st.data())
def test_nobody_appears_without_consent(
    asks: list[Ask], offers: list[Offer], minutes: float, may: frozenset[str], data: Any
) -> None:
    ways = {(ask.id, offer.id): minutes for ask in asks for offer in offers}
    carried = {offer.giver: data.draw(LOADS) for offer in offers}
    without = [offer for offer in offers if offer.person in may]
    for match in (top, assign):
        found = match(asks, offers, ways, may, on=ON, loads=carried)
        assert all(one.people <= may for one in found.suggestions)
        assert found == match([ask for ask in asks if ask.person in may], without, ways, may, on=ON, loads=carried)
