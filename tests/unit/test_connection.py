"""Does a connection go its way step by step, and are contact details shown only when both have agreed?"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.errors import InputError
from assetmap.model.connection import (
    KINDS,
    OF_A_SIDE,
    SIDES,
    Connection,
    ConnectionEvent,
    counts,
    months_after,
)

START = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
AGREED = ("proposed", "chosen", "asked:asker", "asked:giver", "agreed:giver", "agreed:asker")
MET = (*AGREED, "met")


def event(text: str, at: datetime.datetime = START, words: str = "") -> ConnectionEvent:
    kind, _, side = text.partition(":")
    return ConnectionEvent(at, kind, "c1", side, words)


def connection(steps: Iterable[str], *, safeguarded: bool = False, id: str = "k") -> Connection:
    """A connection whose steps happen on one day after the other."""
    one = Connection(id, "w1", "g1", "ada", "bo", "baking", safeguarded)
    for n, step in enumerate(steps):
        one = one.after(event(step, START + n * DAY))
    return one


def test_a_connection_goes_its_way() -> None:
    states = [connection(MET[:n]).standing().state for n in range(len(MET) + 1)]
    assert states == ["", "proposed", "chosen", "chosen", "asked", "asked", "agreed", "met"]


def test_contact_details_are_shown_only_after_both_have_agreed() -> None:
    assert [connection(MET[:n]).may_show_contacts() for n in range(8)] == [False] * 6 + [True] * 2


@pytest.mark.parametrize("end", ["withdrew:asker", "withdrew:giver", "declined:asker", "ended"])
def test_nobody_sees_contact_details_after_an_end(end: str) -> None:
    ended = connection((*MET, end))
    assert ended.standing().state == "ended"
    assert not ended.may_show_contacts()
    with pytest.raises(InputError, match="Ended"):
        ended.after(event("agreed:asker"))


def test_where_children_or_homes_are_involved_a_certificate_comes_first() -> None:
    waiting = connection(AGREED, safeguarded=True)
    assert not waiting.may_show_contacts()
    with pytest.raises(InputError, match="met"):
        waiting.after(event("met"))
    cleared = waiting.after(event("cleared"))
    assert cleared.may_show_contacts()
    assert cleared.after(event("met")).standing().state == "met"


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ((), "chosen"),
        (("proposed",), "proposed"),
        (("proposed",), "asked:asker"),  # no connector has chosen it
        (("proposed", "chosen"), "agreed:asker"),  # nobody asked
        (("proposed", "chosen", "asked:asker"), "asked:asker"),
        (("proposed", "chosen", "asked:asker"), "agreed:giver"),
        (("proposed", "chosen", "asked:asker"), "declined:giver"),
        (AGREED[:-1], "met"),
        (AGREED[:4], "said:asker"),
        (MET, "kept"),  # six months have not passed
        ((), "withdrew:asker"),
        (("proposed",), "cleared"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value,
)
def test_no_step_is_left_out(before: tuple[str, ...], step: str) -> None:
    one = connection(before)
    with pytest.raises(InputError, match="Look at it again"):
        one.after(event(step, START + 30 * DAY))


def test_an_event_that_does_not_follow_changes_nothing() -> None:
    one = connection(("proposed", "chosen"))
    forged = Connection("k", "w1", "g1", events=(*one.events, event("agreed:asker"), event("agreed:giver")))
    assert forged.standing() == one.standing()
    assert not forged.may_show_contacts()


def test_a_clock_that_was_set_back_brings_no_yes_after_a_no() -> None:
    ended = connection((*AGREED, "withdrew:giver"))
    late = Connection(**{**vars(ended), "events": (*ended.events[:-1], event("withdrew:giver", START + 900 * DAY))})
    assert not late.may_show_contacts(), "a no that is dated in the future holds now"
    assert late.standing(START + 10 * DAY).state == "agreed", "while a look back tells what was dated by then"
    early = Connection(**{**vars(ended), "events": (*ended.events[:-1], event("withdrew:giver", START - DAY))})
    assert not early.may_show_contacts()


def test_kept_after_six_months() -> None:
    one = connection(MET)
    met = one.standing().met
    assert met == START + 6 * DAY
    half_a_year = months_after(met, 6)
    assert not one.due(half_a_year - DAY)
    assert one.due(half_a_year)
    kept = one.after(event("kept", half_a_year))
    assert kept.standing().kept == half_a_year
    assert not kept.due(half_a_year + DAY)


def test_what_each_side_says_is_kept_in_its_own_words() -> None:
    one = connection(MET).after(event("said:giver", START, "We bake on Thursdays.")).after(event("ended"))
    one = one.after(event("said:asker", START, "I know the whole stairway now."))
    assert one.standing().said == {"giver": ("We bake on Thursdays.",), "asker": ("I know the whole stairway now.",)}
    assert "bake" not in repr(one), "words of people are no part of a log line"


def test_counts_at_a_moment() -> None:
    kept = connection(MET, id="a").after(event("kept", START + 200 * DAY)).after(event("said:asker", START + 200 * DAY))
    told = connection((*MET, "said:asker", "said:giver", "ended"), id="b")
    waiting = [connection(MET[:n], id=f"c{n}") for n in range(2, 7)]
    everything = [kept, told, connection(MET, id="d"), connection(("proposed", "ended"), id="e"), *waiting]
    late = counts(everything, START + 300 * DAY)
    assert (late.made, late.kept, late.due, late.ended, late.asked_for, late.told) == (3, 1, 1, 1, 5, 1)
    early = counts(everything, START + 5 * DAY)
    assert (early.made, early.kept, early.due, early.ended, early.told) == (0, 0, 0, 0, 0)
    assert counts([], START).made == 0


@pytest.mark.parametrize(("day", "months", "on"), [
    ("2026-01-31", 1, "2026-02-28"), ("2024-02-29", 12, "2025-02-28"), ("2026-11-30", 3, "2027-02-28"),
    ("2026-08-31", 6, "2027-02-28"), ("2026-12-15", 0, "2026-12-15"),
])  # fmt: skip
def test_months_are_months_of_the_calendar(day: str, months: int, on: str) -> None:
    assert months_after(datetime.date.fromisoformat(day), months) == datetime.date.fromisoformat(on)


@pytest.mark.parametrize(("kind", "side"), [("sold", ""), ("asked", ""), ("asked", "nobody"), ("met", "asker")])
def test_what_is_no_event_is_refused(kind: str, side: str) -> None:
    with pytest.raises(InputError):
        ConnectionEvent(START, kind, "c1", side)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(InputError, match="time zone"):
        ConnectionEvent(START.replace(tzinfo=None), "met")


ANY = st.builds(
    lambda kind, side, day: ConnectionEvent(START + day * DAY, kind, "c1", side if kind in OF_A_SIDE else ""),
    st.sampled_from(KINDS), st.sampled_from(SIDES), st.integers(-400, 400),
)  # fmt: skip


@given(st.lists(ANY, max_size=25), st.booleans())
def test_whatever_stands_in_the_log_contacts_need_both_to_have_said_yes_last(
    log: list[ConnectionEvent], safeguarded: bool
) -> None:
    good = [event(step) for step in AGREED]
    for events in (log, [*good, *log], [*good[:5], *log, good[5], *log]):
        one = Connection("k", "w1", "g1", safeguarded=safeguarded, events=tuple(events))
        if not one.may_show_contacts():
            continue
        kinds = [(one.kind, one.side) for one in events]
        for side in SIDES:
            assert kinds.index(("asked", side)) < len(kinds) - 1 - kinds[::-1].index(("agreed", side))
            assert kinds.index(("chosen", "")) < kinds.index(("asked", side)) or kinds.count(("asked", side)) > 1
        assert not safeguarded or ("cleared", "") in kinds
        begun = kinds.index(("proposed", ""))
        assert ("ended", "") not in kinds[begun:]
        assert not {("withdrew", side) for side in SIDES} & set(kinds[begun:])
