"""Does the agreement hold the roles, the certificate and the review, and name nobody before both have agreed?"""

from __future__ import annotations

import datetime
import html
import re
from html.parser import HTMLParser

import pytest

from assetmap.connect.agreeing import agreement
from assetmap.connect.introduction import introduction, may_see_contacts
from assetmap.connect.matching import judge
from assetmap.connect.suggestion import Suggestion
from assetmap.errors import DisclosureError, InputError
from assetmap.i18n import languages
from assetmap.model.agreement import Agreement
from assetmap.model.asking import Ask, Offer
from assetmap.model.connection import Connection, ConnectionEvent
from assetmap.model.week import Week
from assetmap.reports.agreement import agreement_page
from tests.hostile import HOSTILE

ON = datetime.date(2026, 11, 30)
NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
BOTH = ("asked:asker", "asked:giver", "agreed:asker", "agreed:giver")
BOTH_SAID_YES = frozenset({"ada", "bo"})
NAMES = {"asker": "Ada", "giver": "Bo", "connector": "Noor", "organisation": "The Volunteer Centre"}


def suggested(theme: str = "homework_help") -> Suggestion:
    ask = Ask("w1", "wish", theme, "ada", times=Week.read("Tu 18-21"), form="teach")
    offer = Offer("g1", "gift", frozenset({theme}), "bo", times=Week.read("evening"), per_month=2, confirmed=ON)
    found = judge(ask, offer, 4.0, ON)
    assert found is not None
    return found


def connection(*steps: str, theme: str = "homework_help") -> Connection:
    one = introduction(suggested(theme), "k1", by="c1", at=NOW, may=BOTH_SAID_YES)
    for step in steps:
        kind, _, side = step.partition(":")
        one = one.after(ConnectionEvent(NOW, kind, "c1", side))
    return one


def drawn_up(theme: str = "homework_help", **more: str) -> Agreement:
    one = connection(*BOTH, "cleared", theme=theme)
    return agreement(
        one, suggested(theme), on=ON, may=BOTH_SAID_YES, names=NAMES, place=more.get("place", "The library")
    )


def text(page: str) -> str:
    body = page.partition("<body>")[2]
    return html.unescape(re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", body)))


def test_roles_certificate_and_review_stand_in_the_agreement() -> None:
    one = drawn_up()
    assert [str(role.title) for role in one.roles] == [
        "Who would like it", "Who can do it", "Connector", "Organisation in between"
    ]  # fmt: skip
    assert one.review == datetime.date(2027, 2, 28)
    words = text(agreement_page(one))
    for piece in ("Agreement: Homework help", "to teach", "Tuesday 18:00–21:00", "The library", "2 times a month",
                  *NAMES.values(), "certificate", "On February 28, 2027", "Signature"):  # fmt: skip
        assert piece in words, piece
    assert 'class="box">×<' in agreement_page(one)


def test_where_no_children_or_homes_are_involved_there_is_no_certificate() -> None:
    one = drawn_up("baking")
    assert len(one.roles) == 3
    assert "certificate" not in text(agreement_page(one))


@pytest.mark.parametrize("steps", [(), BOTH[:3], BOTH, (*BOTH, "cleared", "withdrew:giver")], ids=len)
def test_nobody_is_named_before_both_have_agreed_and_it_is_cleared(steps: tuple[str, ...]) -> None:
    one = connection(*steps)
    for side in ("asker", "giver"):
        with pytest.raises(DisclosureError, match="both must have agreed"):
            agreement(one, suggested(), on=ON, may=BOTH_SAID_YES, names={side: "Ada"})
    blank = agreement(one, suggested(), on=ON, may=BOTH_SAID_YES, names={"connector": "Noor"})
    page = agreement_page(blank)
    assert page.count('<dd class="open">') == 4, "place, both sides and the organisation are written in by hand"
    assert not {"ada", "bo", "w1", "g1", "k1"} & set(re.findall(r"\w+", text(page))), "nor by a pseudonym"


def test_nobody_is_named_whose_consent_has_ended() -> None:
    one = connection(*BOTH, "cleared")
    assert may_see_contacts(one, BOTH_SAID_YES)
    for left in ({"ada"}, {"bo"}, set()):
        assert not may_see_contacts(one, left)
        with pytest.raises(DisclosureError):
            agreement(one, suggested(), on=ON, may=left, names={"asker": "Ada"})


def test_a_page_without_form_time_or_number_has_lines_to_write_on() -> None:
    bare = Agreement(None, None, (), "", 0.25, drawn_up().roles, False, False, ON)
    assert agreement_page(bare).count('<dd class="open">') == 4
    assert "<title>Agreement</title>" in agreement_page(bare)


def test_another_suggestion_or_an_unknown_role_is_refused() -> None:
    with pytest.raises(InputError, match="another connection"):
        agreement(Connection("k", "w2", "g1"), suggested(), on=ON, may=BOTH_SAID_YES)
    with pytest.raises(InputError, match="role"):
        agreement(connection(), suggested(), on=ON, may=BOTH_SAID_YES, names={"boss": "Ada"})


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)


def tags(page: str) -> list[str]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_text(words: str) -> None:
    page = agreement_page(agreement(connection(*BOTH, "cleared"), suggested(), on=ON,
                                    may=BOTH_SAID_YES, names=dict.fromkeys(NAMES, words), place=words))  # fmt: skip
    assert tags(page) == tags(agreement_page(drawn_up()))
    assert not re.search("[\u202e\u2066\x00]", page)
    assert len(page) < 20_000


@pytest.mark.parametrize("lang", languages())
def test_the_page_asks_nobody_for_anything(lang: str) -> None:
    page = agreement_page(drawn_up(), lang)
    assert f'<html lang="{lang}">' in page
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|<script|<img|<link|url\(", page)
    assert "{" not in text(page)
