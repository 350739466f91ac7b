"""Does the wall of an exchange day show what hangs there, what could go together, and what has found each other?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.connect.exchange_day import ExchangeDay, WallNote
from assetmap.errors import InputError, UnknownKey


def note(id: str, theme: str = "baking", badge: int = 0) -> WallNote:
    """`o1` is an offer on badge 1, `w2` a wish on badge 12."""
    side = "offer" if id.startswith("o") else "wish"
    return WallNote(id, side, theme, badge or int(id[1:]) + (0 if side == "offer" else 10))


def day(*notes: WallNote) -> ExchangeDay:
    one = ExchangeDay()
    for each in notes:
        one = one.up(each)
    return one


def pairs(one: ExchangeDay) -> list[tuple[str, str, float]]:
    return [(pair.offer.id, pair.wish.id, pair.weight) for pair in one.could_match()]


def test_the_same_theme_comes_before_the_same_field_and_nothing_else_comes() -> None:
    one = day(note("o1", "cooking"), note("o2"), note("o3", "repair_bike"), note("w1"))
    assert pairs(one) == [("o2", "w1", 1.0), ("o1", "w1", 0.5)]


def test_a_wish_that_nobody_has_met_comes_first() -> None:
    one = day(note("o1"), note("o2"), note("w1"), note("w2")).matched("o1", "w1")
    assert pairs(one) == [("o1", "w2", 1.0), ("o2", "w2", 1.0), ("o2", "w1", 1.0)]


def test_nobody_is_matched_with_their_own_note() -> None:
    assert pairs(day(note("o1", badge=7), note("w1", badge=7))) == []


def test_matches_are_noted_once_and_taken_back() -> None:
    one = day(note("o1"), note("w1")).matched("o1", "w1")
    assert one.matched("o1", "w1") == one
    assert one.wall().matched == (("o1", "w1"),)
    assert pairs(one) == []
    back = one.parted("o1", "w1")
    assert back.wall().matched == ()
    assert pairs(back) == [("o1", "w1", 1.0)]
    assert len(back.steps) == 4, "the slip stays in the log"


def test_what_a_note_has_found_stays_when_it_is_taken_down() -> None:
    wall = day(note("o1"), note("w1")).matched("o1", "w1").down("o1").wall()
    assert (wall.offers, [one.id for one in wall.wishes], wall.matched) == ((), ["w1"], (("o1", "w1"),))


@pytest.mark.parametrize("slip", [
    lambda one: one.up(note("o1")), lambda one: one.down("o1").up(note("o1")), lambda one: one.down("o9"),
    lambda one: one.down("o1").matched("o1", "w1"), lambda one: one.matched("w1", "o1"),
    lambda one: one.matched("o1", "o1"), lambda one: one.parted("o1", "w1"), lambda one: one.matched("o1", "w9"),
], ids=range(8))  # fmt: skip
def test_a_slip_is_told_and_changes_nothing(slip: object) -> None:
    one = day(note("o1"), note("w1"))
    with pytest.raises(InputError):
        slip(one)  # type: ignore[operator]
    assert len(one.steps) == 2


def test_what_cannot_be_read_across_a_room_is_refused() -> None:
    WallNote("o1", "offer", "baking", 1, "x" * 80)
    for broken in (("o1", "offer", "baking", 1, "x" * 81), ("o1", "gift", "baking", 1), ("o1", "offer", "baking", 0)):
        with pytest.raises(InputError, match="80"):
            WallNote(*broken)  # type: ignore[arg-type]
    with pytest.raises(UnknownKey):
        WallNote("o1", "offer", "astrology", 1)


THEMES = st.sampled_from(["baking", "cooking", "repair_bike"])


@given(st.lists(THEMES, max_size=6), st.lists(THEMES, max_size=6), st.data())
def test_noting_whatever_is_offered_ends_with_every_fitting_pair_noted(
    offers: list[str], wishes: list[str], data: st.DataObject
) -> None:
    notes = [note(f"o{n + 1}", theme) for n, theme in enumerate(offers)]
    notes += [note(f"w{n + 1}", theme) for n, theme in enumerate(wishes)]
    one = day(*data.draw(st.permutations(notes)))
    left = len(one.could_match())
    while found := one.could_match():
        one = one.matched(found[0].offer.id, found[0].wish.id)
        assert len(one.could_match()) == left - 1
        left -= 1
    field = {"baking": "food", "cooking": "food", "repair_bike": "repair"}
    assert len(one.wall().matched) == sum(field[a] == field[b] for a in offers for b in wishes)
