"""Does a yes hold exactly as long as it was given for, and a no at once and for good?"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from assetmap.errors import InputError
from assetmap.model.consent import AUDIENCE_OF, ConsentEvent, Consents, asking_from, expiry

START = datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
END = START + 100 * DAY


def event(kind: str = "given", purpose: str = "keep", at: datetime.datetime = START, **more: Any) -> ConsentEvent:
    giving = {"text_sha256": "a" * 64, "language": "nb", "expires_at": END} if kind != "withdrawn" else {}
    known = {"id": "e", "person": "p", "audience": AUDIENCE_OF[purpose]}
    return ConsentEvent(**{**known, **giving, "at": at, "kind": kind, "purpose": purpose, **more})


def keep(*others: ConsentEvent) -> Consents:
    return Consents([event(), *others])


def test_nothing_is_allowed_without_a_word() -> None:
    assert not Consents().allows("keep", "me", START)
    assert not keep().allows("match", "connector", START)


def test_a_giving_holds_from_its_moment_until_just_before_its_end() -> None:
    said = keep()
    tick = datetime.timedelta(microseconds=1)
    found = [said.allows("keep", "me", at) for at in (START - tick, START, END - tick, END, END + DAY)]
    assert found == [False, True, True, False, False]


def test_a_purpose_is_for_its_own_audience_alone() -> None:
    said = keep(event(purpose="match"))
    assert said.allows("match", "connector", START)
    for audience in ("me", "group", "public_cell", "public", ""):
        assert not said.allows("match", audience, START)
    assert not said.allows("sell", "connector", START)


def test_sharing_is_with_the_named_group_alone() -> None:
    said = keep(event(purpose="share", group="choir"))
    assert said.allows("share", "group", START, "choir")
    assert not said.allows("share", "group", START, "chess")
    assert not said.allows("share", "group", START)


def test_a_withdrawal_holds_at_once_also_within_the_same_moment() -> None:
    assert not keep(event("withdrawn", at=START)).allows("keep", "me", START)


def test_equal_moments_go_by_the_order_in_which_they_were_written_down() -> None:
    no, yes = event("withdrawn", "match"), event(purpose="match")
    assert not keep(yes, no).allows("match", "connector", START)
    assert keep(no, yes).allows("match", "connector", START)


def test_a_clock_that_jumps_back_does_not_bring_consent_back() -> None:
    said = keep(event(purpose="match"), event("withdrawn", "match", START - HOUR))
    assert not any(said.allows("match", "connector", START + n * HOUR) for n in range(-3, 4))


def test_a_withdrawal_by_a_clock_that_ran_ahead_holds_at_once() -> None:
    said = keep(event(purpose="match"), event("withdrawn", "match", START + 5 * DAY))
    assert not said.allows("match", "connector", START + HOUR)


def test_a_giving_by_a_clock_that_ran_ahead_waits_for_its_moment() -> None:
    said = keep(event(purpose="match", at=START + DAY))
    assert not said.allows("match", "connector", START)
    assert said.allows("match", "connector", START + DAY)


def test_only_a_new_giving_opens_again() -> None:
    renewed, given = (event(kind, "match", START + HOUR) for kind in ("renewed", "given"))
    no = event("withdrawn", "match")
    assert not keep(event(purpose="match"), no, renewed).allows("match", "connector", START + DAY)
    assert keep(event(purpose="match"), no, given).allows("match", "connector", START + DAY)
    assert not Consents([event("renewed")]).allows("keep", "me", START)


def test_the_last_giving_counts_also_where_it_ends_sooner() -> None:
    shorter = event("renewed", at=START + HOUR, expires_at=START + DAY)
    assert keep(shorter).allows("keep", "me", START + 2 * HOUR)
    assert not keep(shorter).allows("keep", "me", START + 2 * DAY)


def test_nothing_may_be_done_with_what_may_not_be_kept() -> None:
    shared = event(purpose="share", group="choir")
    said = keep(event(purpose="match"), shared, event("withdrawn"))
    assert not said.allows("match", "connector", START)
    assert not said.allows("share", "group", START, "choir")
    again = Consents([*said.events, event(at=START + HOUR)])
    assert again.allows("keep", "me", START + HOUR)
    assert not again.allows("match", "connector", START + HOUR), "what was withdrawn does not come back with keeping"
    shorter = Consents([event(expires_at=START + DAY), event(purpose="match")])
    assert not shorter.allows("match", "connector", START + 2 * DAY)


def test_a_group_is_left_by_itself_or_with_all_others() -> None:
    groups = [event(purpose="share", group=name) for name in ("choir", "chess")]
    left = keep(*groups, event("withdrawn", "share", group="choir"))
    assert [left.allows("share", "group", START, name) for name in ("choir", "chess")] == [False, True]
    all_left = keep(*groups, event("withdrawn", "share"))
    assert [all_left.allows("share", "group", START, name) for name in ("choir", "chess")] == [False, False]


def test_a_person_is_asked_again_thirty_days_before_the_end() -> None:
    said = keep(event(purpose="match", expires_at=END + DAY))
    tick = datetime.timedelta(microseconds=1)
    asked = [
        [one.purpose for one in said.to_ask_again(at)]
        for at in (END - 30 * DAY - tick, END - 30 * DAY, END - 29 * DAY, END - tick, END)
    ]
    assert asked == [[], ["keep"], ["keep", "match"], ["keep", "match"], []]
    assert asking_from(said.events[0]) == END - 30 * DAY
    renewed = Consents([*said.events, event("renewed", at=END - DAY, expires_at=END + 700 * DAY)])
    assert [one.purpose for one in renewed.to_ask_again(END - DAY)] == ["match"]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2027-03-01T12:00:00", 24, "2029-03-01T12:00:00"),
        ("2028-02-29T12:00:00", 12, "2029-02-28T12:00:00"),
        ("2027-12-31T23:59:59", 2, "2028-02-29T23:59:59"),
        ("2027-11-30T00:00:00", 1, "2027-12-30T00:00:00"),
        ("2027-12-15T00:00:00", 24, "2029-12-15T00:00:00"),
    ],
)
def test_months_are_those_of_the_calendar(start: str, months: int, end: str) -> None:
    assert expiry(datetime.datetime.fromisoformat(start), months) == datetime.datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "perhaps"}, "cannot be the kind of a consent"),
        ({"audience": "public_cell"}, "cannot be the audience of a consent"),
        ({"channel": "rumour"}, "cannot be the channel of a consent"),
        ({"legal_basis": "habit"}, "cannot be the legal_basis of a consent"),
        ({"group": "choir"}, "cannot be the group of a consent"),
        ({"text_sha256": "abc"}, "names the words that were agreed to"),
        ({"text_sha256": "G" * 64}, "names the words that were agreed to"),
        ({"language": ""}, "names the words that were agreed to"),
        ({"expires_at": None}, "ends after it was given"),
        ({"expires_at": START}, "ends after it was given"),
        ({"at": START.replace(tzinfo=None)}, "no moment with a time zone"),
        ({"purpose": "share", "audience": "group"}, "names the group"),
    ],
)
def test_half_a_consent_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        event(**changed)


def test_consents_are_of_one_person() -> None:
    with pytest.raises(InputError, match="several people"):
        Consents([event(), event(person="q")])
