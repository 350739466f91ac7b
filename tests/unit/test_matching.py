"""Does matching propose what fits, say why in words, spare those who carry much, and stop when a consent ends?"""

from __future__ import annotations

import datetime
import itertools
import math
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assetmap.connect.fairness import Load, loads, room_left
from assetmap.connect.introduction import introduction
from assetmap.connect.matching import Matches, assign, judge, top
from assetmap.connect.suggestion import Suggestion, standing
from assetmap.connect.unmet import Neighbour, unmet
from assetmap.errors import DisclosureError, InputError, UnknownKey
from assetmap.i18n import say
from assetmap.model.asking import Ask, Offer, ask_of, offer_of
from assetmap.model.connection import Connection, ConnectionEvent
from assetmap.model.gifts import Gift
from assetmap.model.week import Week

ON = datetime.date(2026, 6, 1)
NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
NB = frozenset({"nb"})
TUESDAY = Week.read("Tu 18-21")
WORLDS = 1000


def wish(id: str = "w1", theme: str = "baking", **more: Any) -> Ask:
    return Ask(id, "wish", theme, **{"person": f"p-{id}", **more})


def gift(id: str = "g1", theme: str = "baking", **more: Any) -> Offer:
    return Offer(id, "gift", frozenset({theme}), **{"person": f"p-{id}", "confirmed": ON, **more})


def place(id: str = "kitchen", *themes: str, **more: Any) -> Offer:
    return Offer(id, "place", frozenset(themes or {"baking"}), **{"confirmed": ON, **more})


def everyone(_: str) -> bool:
    return True


def near(asks: list[Ask], offers: list[Offer], minutes: float = 5) -> dict[tuple[str, str], float]:
    return {(ask.id, offer.id): minutes for ask in asks for offer in offers}


def best(ask: Ask, *offers: Offer, minutes: float = 5, **more: Any) -> Matches:
    return top([ask], offers, near([ask], list(offers), minutes), more.pop("may", everyone), on=ON, **more)


def ids(matches: Matches) -> list[str]:
    return [one.offer.id for one in matches.suggestions]


def words(suggestion: Suggestion) -> list[str]:
    return [say(reason, "en") for reason in suggestion.reasons]


def weights(suggestion: Suggestion) -> dict[str, float]:
    return {term.name: term.weight for term in suggestion.terms}


def test_every_term_of_a_score_is_told_in_plain_words() -> None:
    ask = wish(languages=NB, times=TUESDAY, form="teach", hours=2)
    offer = gift(languages=NB | {"so"}, times=Week.read("evening"), form="teach", confirmed=ON - 100 * DAY)
    [one] = best(ask, offer, minutes=6.2, loads={"p-g1": Load(pending=1, last_asked=NOW - 9 * DAY)}).suggestions
    assert words(one) == [
        "The very theme is offered: Baking.",
        "Both mean it to teach.",
        "Both speak Norwegian Bokmål.",
        "Both are free on Tuesday 18:00–21:00.",
        "They are 7 minutes apart on foot; nearer counts more.",
        "It was last confirmed on February 21, 2026; what is older counts less.",
        "One other introduction waits there already, so this one counts less.",
        "Last asked on May 23, 2026.",
    ]
    assert list(weights(one)) == ["theme", "form", "language", "time", "way", "freshness", "pending"]
    assert one.score == pytest.approx(1 * math.exp(-0.62) * 0.5 ** (10 / 365) * 0.5)


def test_a_place_and_a_group_beside_a_gift() -> None:
    ask = wish(languages=NB, times=TUESDAY, people=8)
    school = place("school", "cooking", "baking", times=Week.read("Tu 17-20"), capacity=20)
    group = Offer("club", "group", frozenset({"cooking"}), languages=NB, times=TUESDAY, confirmed=ON)
    matches = best(ask, gift(languages=NB, times=TUESDAY), school, group)
    assert [matches.of("w1", sort)[0].offer.id for sort in ("gift", "place", "group")] == ["g1", "school", "club"]
    [room] = matches.of("w1", "place")
    assert words(room)[:3] == [
        "The place suits the theme: Baking.", "The place is free on Tuesday 18:00–20:00.", "It holds 20, and 8 come."
    ]  # fmt: skip
    assert words(matches.of("w1", "group")[0])[:3] == [
        "It is about Cooking, which is in the same field as Baking; that counts half.",
        "Both speak Norwegian Bokmål.",
        "The group meets when it suits: Tuesday 18:00–21:00.",
    ]


@pytest.mark.parametrize(
    ("ask", "offer", "term", "weight"),
    [
        ({}, {"theme": "cooking"}, "theme", 0.5),
        ({"languages": NB}, {}, "language", 0.8),
        ({}, {"languages": NB}, "language", 0.8),
        ({"times": TUESDAY}, {}, "time", 0.8),
        ({"times": TUESDAY, "hours": 2}, {"times": Week.read("Tu 20-23")}, "time", 0.5),
        ({"times": TUESDAY, "hours": 2}, {"times": Week.read("Tu 18-19; Tu 20-21")}, "time", 0.5),
        ({"times": TUESDAY, "hours": 1}, {"times": Week.read("Tu 20-23")}, "time", 1.0),
        ({}, {"confirmed": None}, "freshness", 0.5),
        ({}, {"confirmed": ON - 90 * DAY}, "freshness", 1.0),
        ({}, {"confirmed": ON - 455 * DAY}, "freshness", 0.5),
        ({}, {"confirmed": ON + 455 * DAY}, "freshness", 1.0),
        ({"form": "lend"}, {"form": "lend"}, "form", 1.0),
        ({"form": "lend"}, {}, "form", 1.0),
        ({}, {}, "way", math.exp(-0.5)),
        ({"remote": True}, {"remote": True}, "way", 1.0),
        ({"remote": True}, {}, "way", math.exp(-0.5)),
    ],
    ids=str,
)
def test_the_weight_of_a_term(ask: dict[str, Any], offer: dict[str, Any], term: str, weight: float) -> None:
    [one] = best(wish(**ask), gift(**offer)).suggestions
    assert weights(one)[term] == pytest.approx(weight)
    assert one.score == pytest.approx(math.prod(weights(one).values()))


@pytest.mark.parametrize(
    ("ask", "offer"),
    [
        ({}, {"theme": "repair_bike"}),
        ({"languages": NB}, {"languages": frozenset({"so"})}),
        ({"times": TUESDAY}, {"times": Week.read("We 18-21")}),
        ({"times": TUESDAY}, {"times": Week()}),
        ({"form": "lend"}, {"form": "teach"}),
        ({"minutes": 4}, {}),
        ({}, {"minutes": 4}),
        ({"minutes": 30}, {"minutes": 4}),
        ({}, {"person": "p-w1"}),
        ({}, {"per_month": 0}),
    ],
    ids=str,
)
def test_what_cannot_be_is_not_proposed(ask: dict[str, Any], offer: dict[str, Any]) -> None:
    assert ids(best(wish(), gift())) == ["g1"]
    assert ids(best(wish(**ask), gift(**offer))) == []


@pytest.mark.parametrize(("minutes", "said", "proposed"), [
    (15, None, True), (15.1, None, False), (15.1, 20, True), (math.inf, 120, False), (math.nan, 120, False),
    (-1, 20, False), (0, 0, True),
])  # fmt: skip
def test_nobody_is_sent_farther_than_they_want_to_go(minutes: float, said: float | None, proposed: bool) -> None:
    assert bool(ids(best(wish(minutes=said), gift(), minutes=minutes))) is proposed


def test_where_no_way_is_known_only_what_needs_none_is_proposed() -> None:
    ask, offer = wish(remote=True), gift(remote=True)
    assert ids(top([ask], [offer], {}, everyone, on=ON)) == ["g1"]
    found = top([wish()], [offer, gift("g2"), gift("g3", "repair_bike")], {}, everyone, on=ON)
    assert ids(found) == []
    assert [say(one, "en") for one in found.left_out["w1"]] == [
        "2 that would fit are not proposed: the way there is not known."
    ]


def test_children_and_homes_need_an_organisation_and_a_certificate() -> None:
    [one] = best(wish(theme="homework_help"), gift(theme="homework_help")).suggestions
    assert one.safeguarded
    assert any("organisation in between, and with a certificate" in text for text in words(one))
    [half] = best(wish(theme="language_practice"), gift(theme="homework_help")).suggestions
    assert half.safeguarded, "what is offered counts as well as what is asked for"
    [plain] = best(wish(), gift()).suggestions
    assert not plain.safeguarded
    assert not any("certificate" in text for text in words(plain))


def test_a_delicate_theme_is_named() -> None:
    [one] = best(wish(theme="faith_ritual"), gift(theme="faith_ritual")).suggestions
    assert any("faith, opinion or health" in text for text in words(one))


def test_the_top_three_of_each_sort_and_one_of_each_giver() -> None:
    offers = [gift(f"g{n}") for n in range(6)] + [gift("again", person="p-g1")] + [place(f"k{n}") for n in range(5)]
    minutes = {("w1", offer.id): n + 1.0 for n, offer in enumerate(offers)}
    found = top([wish()], offers, minutes, everyone, on=ON)
    assert ids(found) == ["g0", "g1", "g2", "k0", "k1", "k2"]
    assert ids(top([wish()], offers, minutes, everyone, on=ON, most=1)) == ["g0", "k0"]


# --- consent ---


def test_who_has_not_said_yes_appears_nowhere_not_even_in_a_count() -> None:
    asks, offers = [wish()], [gift(), gift("g2", per_month=0)]
    for may in ({"p-g1", "p-g2"}, set(), {"p-w1"}):
        found = top(asks, offers, near(asks, offers), may, on=ON)
        assert found.suggestions == ()
        assert not any(found.left_out.values())
        assert assign(asks, offers, near(asks, offers), may, on=ON).suggestions == ()


def test_a_suggestion_is_lost_the_moment_a_consent_ends() -> None:
    may = {"p-w1", "p-g1", "p-g2"}
    found = best(wish(), gift(), gift("g2"), place(), may=may)
    assert sorted(ids(found)) == ["g1", "g2", "kitchen"]
    may.discard("p-g1")
    assert sorted(one.offer.id for one in standing(found.suggestions, may)) == ["g2", "kitchen"]
    may.discard("p-w1")
    assert standing(found.suggestions, may) == ()


def test_a_consent_that_ends_while_it_is_computed_counts() -> None:
    asked: list[str] = []

    def ends(person: str) -> bool:
        asked.append(person)
        return person != "p-g1" or asked.count("p-g1") < 2

    for match in (top, assign):
        asked.clear()
        found = match([wish()], [gift(), gift("g2")], near([wish()], [gift(), gift("g2")]), ends, on=ON)
        assert "g1" not in ids(found)


def test_a_place_whose_contact_is_a_private_person_needs_their_consent() -> None:
    home = place("cellar", person="p-owner")
    assert ids(best(wish(), home, may={"p-w1"})) == []
    assert ids(best(wish(), home, may={"p-w1", "p-owner"})) == ["cellar"]


def test_a_connector_cannot_take_up_what_no_longer_rests_on_consent() -> None:
    [one] = best(wish(), gift()).suggestions
    taken = introduction(one, "k1", by="c1", at=NOW, may={"p-w1", "p-g1"})
    assert (taken.standing().state, taken.asker, taken.giver, taken.safeguarded) == ("chosen", "p-w1", "p-g1", False)
    assert not taken.may_show_contacts()
    with pytest.raises(DisclosureError, match="no longer stands"):
        introduction(one, "k1", by="c1", at=NOW, may={"p-w1"})


# --- fairness ---


@pytest.mark.parametrize(
    ("per_month", "load", "left"),
    [
        (None, Load(0, 5), True),
        (None, Load(0, 6), False),
        (None, Load(3, 3), False),
        (1, Load(1, 1), True),
        (1, Load(2, 1), False),
        (0.25, Load(), True),
        (0.25, Load(0, 1), False),
        (0, Load(), False),
    ],
)
def test_nobody_is_asked_more_often_than_they_offered(per_month: float | None, load: Load, left: bool) -> None:
    assert room_left(gift(per_month=per_month), load) is left
    found = best(wish(), gift(per_month=per_month), loads={"p-g1": load})
    assert bool(found.suggestions) is left
    told = [say(one, "en") for one in found.left_out["w1"]]
    assert told == ([] if left else ["One who would fit is not proposed: already asked as often as offered."])


def test_places_and_groups_have_a_limit_only_where_they_said_one() -> None:
    assert room_left(place(), Load(50, 50))
    assert not room_left(place(per_month=1), Load(0, 3))


def test_among_equals_it_is_the_turn_of_who_was_asked_least_recently() -> None:
    offers = [gift(f"g{n}") for n in range(4)]
    carried = {"p-g0": Load(last_asked=NOW - DAY), "p-g1": Load(last_asked=NOW - 9 * DAY),
               "p-g2": Load(last_asked=NOW - 5 * DAY)}  # fmt: skip
    for shuffled in itertools.permutations(offers):
        assert ids(best(wish(), *shuffled, loads=carried)) == ["g3", "g1", "g2"]
        one = assign([wish()], shuffled, near([wish()], offers), everyone, on=ON, loads=carried)
        assert ids(one) == ["g3"]
        asks = [wish(f"w{n}") for n in range(3)]
        three = assign(asks, shuffled, near(asks, offers), everyone, on=ON, loads=carried)
        assert sorted(ids(three)) == ["g1", "g2", "g3"], "who was asked yesterday is spared"


def test_loads_are_counted_from_the_connections() -> None:
    def went(id: str, giver: str, *steps: str, days: int = 0) -> Connection:
        one = Connection(id, "w", f"of-{giver}", "ada", giver)
        for step in steps:
            kind, _, side = step.partition(":")
            one = one.after(ConnectionEvent(NOW - days * DAY, kind, "c1", side))
        return one

    chosen = ("proposed", "chosen")
    met = (*chosen, "asked:asker", "asked:giver", "agreed:asker", "agreed:giver", "met")
    found = loads(
        [
            went("1", "bo", "proposed"),
            went("2", "bo", *chosen, days=3),
            went("3", "bo", *met[:5], days=2),
            went("4", "bo", *met, days=90),
            went("5", "bo", *met, days=91),
            went("6", "bo", *chosen, "ended", days=1),
            went("7", "bo", *met, days=-1),
            went("8", "", *chosen, days=4),
            went("9", "li", "proposed"),
        ],
        NOW,
    )
    assert found["bo"] == Load(pending=2, done=1, last_asked=NOW - DAY)
    assert found["of-"] == Load(pending=1, done=0, last_asked=NOW - 4 * DAY)
    assert found["li"] == Load()
    assert loads([], NOW) == {}


# --- one to one ---


def world(seed: int) -> tuple[list[Ask], list[Offer], dict[tuple[str, str], float], dict[str, str], dict[str, Load]]:
    """Up to seven asks and givers, with a planted pair for each ask: the same theme, next door, free at the same time.
    All that is not planted is of another theme of the field, or farther off, or busy: so the planted one is best."""
    chance = random.Random(seed)
    size = chance.randint(2, 7)
    asks = [wish(f"w{n}", chance.choice(["baking", "cooking"]), minutes=30, languages=NB) for n in range(size)]
    givers = chance.sample(range(size + chance.randint(0, 7 - size)), size)
    planted = {ask.id: f"g{giver}" for ask, giver in zip(asks, givers, strict=True)}
    offers, busy = [], {}
    for n in range(max(givers) + 1):
        for_ask = next((ask for ask in asks if planted[ask.id] == f"g{n}"), None)
        theme = for_ask.theme if for_ask else chance.choice(["baking", "cooking", "carpentry"])
        offers.append(gift(f"g{n}", theme, minutes=30, languages=NB, confirmed=ON if for_ask else ON - 400 * DAY))
        if not for_ask:
            busy[f"p-g{n}"] = Load(pending=chance.randint(0, 2))
    minutes = {
        (ask.id, offer.id): chance.uniform(0, 3) if planted[ask.id] == offer.id else chance.uniform(6, 40)
        for ask in asks
        for offer in offers
        if chance.random() < 0.9 or planted[ask.id] == offer.id
    }
    chance.shuffle(asks)
    chance.shuffle(offers)
    return asks, offers, minutes, planted, busy


def largest_sum(asks: list[Ask], offers: list[Offer], worth: np.ndarray) -> int:
    """The best sum of points over every way to give each ask an offer of its own, by trying them all."""
    wide = np.zeros((len(asks), max(len(asks), len(offers))), dtype=np.int64)
    wide[:, : len(offers)] = worth
    ways = np.array(list(itertools.permutations(range(wide.shape[1]), len(asks))))
    return int(wide[np.arange(len(asks)), ways].sum(axis=1).max())


def points(asks: list[Ask], offers: list[Offer], minutes: dict[tuple[str, str], float], busy: dict[str, Load]) -> Any:
    worth = np.zeros((len(asks), len(offers)), dtype=np.int64)
    for (row, ask), (column, offer) in itertools.product(enumerate(asks), enumerate(offers)):
        fits = judge(ask, offer, minutes.get((ask.id, offer.id)), ON, busy)
        worth[row, column] = fits.points if fits and room_left(offer, busy.get(offer.giver, Load())) else 0
    return worth


def test_a_planted_best_assignment_is_recovered() -> None:
    for seed in range(WORLDS):
        asks, offers, minutes, planted, busy = world(seed)
        found = assign(asks, offers, minutes, everyone, on=ON, loads=busy)
        assert {one.ask.id: one.offer.id for one in found.suggestions} == planted, f"world {seed}"


def test_no_other_assignment_has_a_larger_sum() -> None:
    for seed in range(WORLDS):
        chance = random.Random(seed)
        asks, offers, minutes, _, busy = world(seed)
        minutes = {pair: chance.uniform(0, 40) for pair in minutes}  # nothing planted any more
        asks = asks[: chance.randint(1, len(asks))]
        found = assign(asks, offers, minutes, everyone, on=ON, loads=busy)
        assert len({one.ask.id for one in found.suggestions}) == len(found.suggestions)
        assert len({one.offer.giver for one in found.suggestions}) == len(found.suggestions)
        best_sum = largest_sum(asks, offers, points(asks, offers, minutes, busy))
        assert sum(one.points for one in found.suggestions) == best_sum, f"world {seed}"


def test_of_all_assignments_of_the_largest_sum_the_one_that_spares_most_is_taken() -> None:
    for seed in range(WORLDS // 4):
        chance = random.Random(seed)
        size = chance.randint(2, 5)
        asks = [wish(f"w{n}") for n in range(chance.randint(1, size))]
        offers = [gift(f"g{n}") for n in range(size)]
        minutes = {(ask.id, offer.id): chance.choice([2.0, 4.0, 20.0]) for ask in asks for offer in offers}
        turns = chance.sample(range(size), size)
        carried = {f"p-g{n}": Load(last_asked=NOW - days * DAY) for n, days in enumerate(turns)}
        found = assign(asks, offers, minutes, everyone, on=ON, loads=carried)
        worth = points(asks, offers, minutes, carried)
        patience = np.array([1 + days for days in turns])  # who was asked longest ago has most
        both = np.where(worth > 0, worth * 1000 + patience, 0)
        days = sum(1 + turns[int(one.offer.id[1:])] for one in found.suggestions)
        assert sum(one.points for one in found.suggestions) * 1000 + days == largest_sum(asks, offers, both), seed


def test_an_assignment_does_not_depend_on_the_order_of_rows() -> None:
    asks, offers = [wish(f"w{n}") for n in range(5)], [gift(f"g{n}") for n in range(4)]
    results = set()
    for seed in range(20):
        random.Random(seed).shuffle(asks)
        random.Random(seed + 1).shuffle(offers)
        found = assign(asks, offers, near(asks, offers), everyone, on=ON)
        results.add(tuple((one.ask.id, one.offer.id) for one in found.suggestions))
    assert len(results) == 1
    assert len(results.pop()) == 4


def test_a_person_with_two_gifts_is_given_one_ask() -> None:
    asks, offers = [wish("w1"), wish("w2")], [gift("g1"), gift("g2", person="p-g1")]
    assert len(assign(asks, offers, near(asks, offers), everyone, on=ON).suggestions) == 1


# --- groups, rooms, ties ---


def test_a_group_finds_a_room_that_is_free_throughout_and_large_enough() -> None:
    choir = Ask("a1", "room", group="choir", times=TUESDAY, hours=2, people=30)
    rooms = [
        place("hall", "singing", times=Week.read("Tu 17-20"), capacity=40),
        place("cellar", "music_play", times=TUESDAY, capacity=12),
        place("loft", times=Week.read("Tu 18-19; Tu 20-21"), capacity=50),
        place("shed", times=Week.read("We 18-21"), capacity=50),
        place("attic", capacity=50),
        gift("g1", "lend_space"),
        place("choir", times=TUESDAY, capacity=99),
    ]
    found = best(choir, *rooms)
    assert ids(found) == ["hall", "attic"]
    assert words(found.suggestions[0])[:2] == ["The place is free on Tuesday 18:00–20:00.", "It holds 40, and 30 come."]
    assert weights(found.suggestions[1])["time"] == 0.8


def test_each_room_is_given_to_one_group() -> None:
    asks = [Ask(f"a{n}", "room", group=f"g{n}", times=TUESDAY) for n in range(2)]
    rooms = [place("hall", times=TUESDAY), place("loft", times=TUESDAY)]
    minutes = {("a0", "hall"): 1.0, ("a0", "loft"): 2.0, ("a1", "hall"): 1.0, ("a1", "loft"): 14.0}
    found = assign(asks, rooms, minutes, everyone, on=ON)
    assert [(one.ask.id, one.offer.id) for one in found.suggestions] == [("a0", "loft"), ("a1", "hall")]


def test_neighbours_who_have_not_met() -> None:
    choir = Neighbour("choir", frozenset({"singing", "music_play"}))
    band = Neighbour("band", frozenset({"music_play", "singing", "dance"}))
    school = Neighbour("school", frozenset({"music_play"}))
    far = Neighbour("far", frozenset({"singing"}))
    bikes = Neighbour("bikes", frozenset({"repair_bike"}))
    minutes = {("band", "choir"): 4.2, ("school", "choir"): 5.0, ("band", "school"): 1.0, ("choir", "far"): 5.1,
               ("bikes", "choir"): 1.0}  # fmt: skip
    everybody = [choir, band, school, far, bikes]
    found = unmet(everybody, set(), minutes)
    assert [(one.first, one.second) for one in found] == [("band", "choir"), ("band", "school"), ("choir", "school")]
    assert [say(reason, "en") for reason in found[0].reasons] == [
        "Both are about Playing music and Singing.",
        "They are 5 minutes apart on foot.",
        "No tie between them is known.",
    ]
    tied = {frozenset({"choir", "band"})}
    assert [(one.first, one.second) for one in unmet(everybody, tied, minutes)] == [
        ("band", "school"), ("choir", "school")
    ]  # fmt: skip


# --- from the people store ---


def test_gifts_of_the_people_store_become_the_two_sides() -> None:
    wished = Gift("w1", "ada", "wish", "baking", "with my mother", ("nb", "so"), ("evening",), 10, True, "teach")
    given = Gift("g1", "bo", "offer", "baking", "", ("nb",), (), None, False, "", 3)
    ask, offer = ask_of(wished), offer_of(given, ON)
    assert ask == wish("w1", person="ada", languages=NB | {"so"}, times=Week.read("evening"), minutes=10, remote=True,
                       form="teach")  # fmt: skip
    assert offer == gift("g1", person="bo", languages=NB, per_month=3)
    assert "mother" not in repr(ask), "a note in somebody's own words has no part in matching"


@pytest.mark.parametrize("broken", [
    lambda: Ask("w", "wish", "baking"), lambda: Ask("w", "need", "baking"), lambda: Ask("w", "order", "baking", "p"),
    lambda: wish(form="sell"), lambda: wish(hours=0), lambda: wish(theme="astrology"), lambda: Ask("i", "idea"),
    lambda: Offer("g", "gift", frozenset({"baking"})), lambda: gift(theme="astrology"),
    lambda: replace(gift(), sort="thing"),
], ids=range(10))  # fmt: skip
def test_what_cannot_be_matched_is_refused(broken: Any) -> None:
    with pytest.raises((InputError, UnknownKey)):
        broken()
