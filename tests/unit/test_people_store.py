"""Do people come in with consent alone, and does each purpose see what it may and nothing else?"""

from __future__ import annotations

import datetime
import json
import os
import sqlite3
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assetmap.errors import DisclosureError, InputError, PrivateText, StoreError
from assetmap.model.consent import AUDIENCE_OF, EXPLICIT
from assetmap.model.gifts import Gift
from assetmap.store.people import consents, gifts, own, persons, reading, vault
from assetmap.store.people.home import FolderPeople
from assetmap.store.people.opening import open_people
from assetmap.store.people.profile import Profile
from tests.people_world import DAY, EVERYTHING, START, SetClock, registered, yes

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX rights")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def home(tmp_path: Path, clock: SetClock) -> FolderPeople:
    return open_people(tmp_path, wait_s=5, clock=clock)


def seen(home: FolderPeople, purpose: str = "match", at: datetime.datetime | None = None, **more: Any) -> list[str]:
    """Who is shown for a purpose."""
    group = "choir" if purpose == "share" else ""
    asked = {"group": group, "actor": "someone", "why": "a test", **more}
    return [one.person for one in reading.people(home, purpose, AUDIENCE_OF[purpose], at=at, **asked)]


def raw(home: FolderPeople, statement: str) -> list[Any]:
    """What another program sees or does in the file."""
    connection = sqlite3.connect(home.folder / "people.db")
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


@posix
def test_only_the_owner_reads_people_and_keys(home: FolderPeople) -> None:
    registered(home)
    for name in ("people.db", "keys.db"):
        assert stat.S_IMODE((home.folder / name).stat().st_mode) == 0o600


def test_a_person_comes_in_with_consent_or_not_at_all(home: FolderPeople) -> None:
    with pytest.raises(InputError, match="no consent to be kept"):
        persons.register(home, Profile(name="Ola"), [yes("match")], by="w", invented=True)
    with pytest.raises(InputError, match="names the group"):
        persons.register(home, Profile(name="Ola"), [yes("keep"), yes("share")], by="w", invented=True)
    assert raw(home, "SELECT count(*) FROM person") == [(0,)]
    assert raw(home, "SELECT count(*) FROM consent_event") == [(0,)]


def test_real_people_are_refused_until_the_assessment_is_done(home: FolderPeople) -> None:
    with pytest.raises(InputError, match="assessment of the risks"):
        persons.register(home, Profile(name="Ola"), EVERYTHING, by="w", invented=False)
    person = persons.register(home, Profile(name="Ola"), EVERYTHING, by="w", invented=False, assessed=True)
    assert not own.record(home, person)["invented"]


def test_a_pseudonym_says_nothing(home: FolderPeople) -> None:
    twice = {registered(home), registered(home)}
    assert len(twice) == 2
    assert all(len(one) == 32 and set(one) <= set("0123456789abcdef") for one in twice)


def test_a_life_stage_is_only_the_persons_own_choice(home: FolderPeople) -> None:
    profile = Profile(name="Ola", life_stage="older")
    with pytest.raises(InputError, match="chose to tell it"):
        persons.register(home, profile, EVERYTHING, by="w", invented=True)
    person = persons.register(home, profile, EVERYTHING, by="w", invented=True, life_stage_chosen=True)
    with pytest.raises(InputError, match="chose to tell it"):
        persons.change(home, person, {"life_stage": "adult"})
    persons.change(home, person, {"life_stage": ""})
    assert own.record(home, person)["profile"]["life_stage"] == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"point": (200.0, 59.0)}, "no place"),
        ({"point": (float("nan"), 59.0)}, "no place"),
        ({"areas": (("visits", "alvim"),)}, "cannot be the relation"),
        ({"life_stage": "poor"}, "cannot be the life_stage"),
        ({"flags": ("difficult",)}, "cannot be the flag"),
        ({"note": "x" * 2001}, "2001 characters long"),
    ],
)
def test_a_profile_that_nobody_should_keep_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Profile(**changed)


def test_each_purpose_sees_its_fields_alone(home: FolderPeople) -> None:
    person = registered(home)
    everything = set(Profile.__dataclass_fields__)
    expected = {
        "keep": {"name", "contact", "note", "point", "areas"},
        "match": {"name", "point", "areas"},
        "share": {"name"},
        "count": {"point", "areas"},
    }
    for purpose, fields in expected.items():
        actor = person if purpose == "keep" else "someone"
        group = "choir" if purpose == "share" else ""
        (one,) = reading.people(home, purpose, AUDIENCE_OF[purpose], actor, "a test", group=group)
        assert {name for name in everything if getattr(one.profile, name)} == fields, purpose
        (gift,) = one.gifts
        assert (gift.theme, gift.note) == ("baking", "" if purpose == "count" else "Brød av surdeig")
        assert one.until == START.replace(year=2029)
        assert "Kari" not in repr(one)


def test_a_contact_is_shown_of_one_person_at_a_time(home: FolderPeople) -> None:
    person, _ = registered(home), registered(home, "Ola")
    everybody = reading.people(home, "match", "connector", "anna", "looking")
    assert [one.profile.contact for one in everybody] == ["", ""]
    (one,) = reading.people(home, "match", "connector", "anna", "to call", only=person)
    assert one.profile.contact == "ring 91 23 45 67"
    assert raw(home, "SELECT shown FROM access_log WHERE why = 'to call'") == [
        ("areas,contact,flags,gifts,name,point",)
    ]


def test_a_person_sees_nobody_else(home: FolderPeople) -> None:
    person, other = registered(home), registered(home, "Ola")
    assert seen(home, "keep", actor=person) == [person]
    assert seen(home, "keep", actor=person, only=other) == [person]
    assert seen(home, "keep", actor="anna") == []


def test_a_protected_home_never_leaves(home: FolderPeople) -> None:
    person = registered(home, flags=("address_protected",))
    (one,) = reading.people(home, "match", "connector", "anna", "looking")
    assert (one.profile.point, one.profile.areas, one.profile.flags) == (None, (), ("address_protected",))
    assert seen(home, "count") == []
    assert reading.own(home, person).profile.point == (11.1, 59.28)


def test_somebody_under_age_is_not_shown_to_a_group(home: FolderPeople) -> None:
    person = registered(home, flags=("minor",))
    assert seen(home, "share") == []
    assert seen(home, "match") == [person]


def test_sensitive_themes_need_explicit_consent(home: FolderPeople) -> None:
    faith = Gift("", "", "offer", "faith_ritual")
    person = registered(home)
    with pytest.raises(InputError, match="explicit consent"):
        gifts.add(home, replace(faith, person=person))
    consents.give(home, person, yes("keep", legal_basis=EXPLICIT), by="w")
    gifts.add(home, replace(faith, person=person))
    (one,) = reading.people(home, "match", "connector", "anna", "looking")
    assert [gift.theme for gift in one.gifts] == ["baking"], "to match is another consent, and was not explicit"
    consents.give(home, person, yes("match", legal_basis=EXPLICIT), by="w")
    (one,) = reading.people(home, "match", "connector", "anna", "looking")
    assert sorted(gift.theme for gift in one.gifts) == ["baking", "faith_ritual"]


def test_a_withdrawal_holds_at_once(home: FolderPeople) -> None:
    person = registered(home)
    consents.withdraw(home, person, "match", by=person)
    assert seen(home, "match") == []
    assert seen(home, "count") == [person]
    consents.withdraw(home, person, "keep", by=person)
    assert [seen(home, purpose) for purpose in ("match", "share", "count")] == [[], [], []]
    assert seen(home, "keep", actor=person) == []
    assert own.record(home, person)["profile"]["name"] == "Kari", "to see what is held needs no consent"
    with pytest.raises(InputError, match="does not agree to be kept"):
        persons.change(home, person, {"note": "more"})
    with pytest.raises(InputError, match="does not agree to be kept"):
        gifts.add(home, Gift("", person, "wish", "baking"))
    assert reading.no_longer_kept(home) == [person]


def test_all_groups_are_left_at_once_or_one_by_itself(home: FolderPeople) -> None:
    one, other = (registered(home, said=(*EVERYTHING, yes("share", group="chess"))) for _ in range(2))
    consents.withdraw(home, one, "share", by=one)
    consents.withdraw(home, other, "share", by=other, group="chess")
    shown = [reading.people(home, "share", "group", "anna", "a test", group=group) for group in ("choir", "chess")]
    assert [[found.person for found in some] for some in shown] == [[other], []]


def test_an_ended_consent_shows_nobody_and_a_clock_that_jumps_back_does_not_bring_it_back(
    home: FolderPeople, clock: SetClock
) -> None:
    person = registered(home, said=(yes("keep"), yes("match", months=1)))
    clock.now = START + 30 * DAY
    assert seen(home) == [person]
    clock.now = START + 31 * DAY
    assert seen(home) == []
    clock.now = START
    assert seen(home) == []
    assert seen(home, at=START) == [], "nor for a moment in the past"


def test_it_must_hold_at_the_moment_that_is_asked_for_too(home: FolderPeople) -> None:
    person = registered(home, said=(yes("keep"), yes("match", months=1)))
    assert [seen(home, at=at) for at in (START - DAY, START, START + 40 * DAY)] == [[], [person], []]


def test_only_what_stands_can_be_renewed(home: FolderPeople, clock: SetClock) -> None:
    person = registered(home)
    assert reading.to_ask_again(home) == []
    clock.now = START.replace(year=2029) - 30 * DAY
    assert [event.purpose for event in reading.to_ask_again(home)] == ["count", "keep", "match", "share"]
    for one in EVERYTHING[:2]:
        consents.renew(home, person, one, by="w")
    assert [event.purpose for event in reading.to_ask_again(home)] == ["count", "share"]
    clock.now = START.replace(year=2029)
    assert [seen(home), seen(home, "count")] == [[person], []]
    with pytest.raises(InputError, match="no consent to renew"):
        consents.renew(home, person, yes("count"), by="w")


def test_what_was_agreed_is_never_rewritten(home: FolderPeople) -> None:
    registered(home)
    for statement in (
        "UPDATE consent_event SET expires_at = '2099-01-01T00:00:00.000Z'",
        "DELETE FROM consent_event",
        "INSERT OR REPLACE INTO consent_event SELECT * FROM consent_event WHERE kind = 'given'",
        "UPDATE access_log SET actor = 'nobody'",
        "DELETE FROM access_log",
    ):
        seen(home)
        with pytest.raises(sqlite3.DatabaseError, match=r"never|kept for 12 months"):
            raw(home, statement)
    assert len(raw(home, "SELECT * FROM consent_event")) == 4


def test_an_unknown_purpose_or_a_foreign_audience_sees_nothing(home: FolderPeople) -> None:
    registered(home)
    for purpose, audience in (("sell", "me"), ("match", "public_cell"), ("count", "public"), ("keep", "connector")):
        with pytest.raises(DisclosureError, match="cannot be read for the purpose"):
            reading.people(home, purpose, audience, "anna", "looking")


def test_nobody_looks_without_saying_who_and_why(home: FolderPeople) -> None:
    for more in ({"actor": ""}, {"why": " "}, {"group": "choir"}):
        with pytest.raises(InputError, match="Nothing was shown"):
            seen(home, "match", **more)
    with pytest.raises(PrivateText):
        seen(home, why="Ring 91 23 45 67")
    assert raw(home, "SELECT count(*) FROM access_log") == [(0,)]


def test_every_look_is_written_down_and_told_to_the_person(home: FolderPeople, clock: SetClock) -> None:
    person, _ = registered(home), registered(home, "Ola")
    seen(home, actor="anna", why="bread for the street party")
    clock.now += DAY
    seen(home, "share", actor="choir:berit")
    rows = raw(home, "SELECT at, actor, purpose, why, rows FROM access_log ORDER BY at")
    assert rows == [
        ("2027-03-01T12:00:00.000Z", "anna", "match", "bread for the street party", 2),
        ("2027-03-02T12:00:00.000Z", "choir:berit", "share", "a test", 2),
    ]
    clock.now += DAY
    own.record(home, person, helper="anna")
    told = json.loads(own.to_take_along(home, person))
    assert [(one["actor"], one["purpose"]) for one in told["seen_by"]] == [
        ("anna", "match"), ("choir:berit", "share"), ("anna", "own"),
    ]  # fmt: skip
    assert [one["purpose"] for one in told["allowed"]] == ["keep", "match", "share", "count"]
    assert [one["kind"] for one in told["said"]] == ["given"] * 4
    assert told["profile"]["point"] == [11.1, 59.28]
    assert told["gifts"][0]["note"] == "Brød av surdeig"


def test_what_cannot_be_written_down_is_not_shown(home: FolderPeople) -> None:
    registered(home)
    raw(home, "CREATE TRIGGER full BEFORE INSERT ON access_log BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(StoreError):
        seen(home)


def test_a_gift_is_changed_and_taken_back_by_its_own_person_alone(home: FolderPeople) -> None:
    person, other = registered(home), registered(home, "Ola")
    (gift,) = reading.own(home, person).gifts
    gifts.change(home, replace(gift, note="Kaker"))
    assert reading.own(home, person).gifts[0].note == "Kaker"
    for attempt in (
        lambda: gifts.take_back(home, other, gift.id),
        lambda: gifts.change(home, replace(gift, person=other)),
    ):
        with pytest.raises(InputError, match="no such gift"):
            attempt()
    with pytest.raises(InputError, match="already"):
        gifts.add(home, replace(gift, person=other))
    with pytest.raises(PrivateText):
        gifts.change(home, replace(gift, note="Ring 91 23 45 67"))
    gifts.take_back(home, person, gift.id)
    assert reading.own(home, person).gifts == ()


def test_without_its_key_a_person_cannot_be_read(home: FolderPeople) -> None:
    person = registered(home)
    with home.alone():
        vault.destroy(home, [person])
    assert seen(home) == []
    with pytest.raises(StoreError, match="key of this person is not there"):
        reading.own(home, person)
    consents.withdraw(home, person, "match", by="w")  # a no needs no key


def test_a_key_of_another_person_opens_nothing(home: FolderPeople) -> None:
    one, other = registered(home), registered(home, "Ola")
    raw(home, f"UPDATE person SET sealed = (SELECT sealed FROM person WHERE id = '{other}') WHERE id = '{one}'")
    with pytest.raises(StoreError, match="cannot be opened"):
        seen(home)


def test_tables_of_a_newer_version_are_left_alone(home: FolderPeople) -> None:
    raw(home, "INSERT INTO people_version VALUES (99, 'assetmap 99', '2099')")
    with pytest.raises(StoreError, match="newer assetmap"):
        open_people(home.folder, wait_s=5)
