"""Does a session belong to one account, end when it should, and gain nothing from an id that somebody planted?"""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.errors import NotAllowed
from assetmap.model.roles import Granted
from assetmap.store.people import account_tables as t
from assetmap.store.people.account_place import FolderAccounts, ServerAccounts
from assetmap.store.people.clock import stamp
from assetmap.store.people.cookie import clear_cookie, set_cookie, token_in
from assetmap.store.people.sessions import ABSOLUTE, IDLE, Session, _judged
from tests.receptions import GOOD, OTHER, START, HandClock, World, world

EAST = Granted("worker", frozenset({"east"}))


@pytest.fixture(params=["folder", "server"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "folder":
        return world(tmp_path)
    return World(ServerAccounts(request.getfixturevalue("server_url")))


def kept(here: World) -> list[str]:
    with here.place.reading() as connection:
        return list(connection.scalars(sa.select(t.account_session.c.session)))


def test_two_people_are_never_one(here: World) -> None:
    kari = here.somebody("Kari", Granted("resident"), person="p-kari")
    ola = here.somebody("Ola", Granted("planner"), password=OTHER)
    tokens = {kari: here.door.by_password("Kari", GOOD), ola: here.door.by_password("Ola", OTHER)}
    wrong: list[object] = []

    def read(account: str) -> None:
        for _ in range(20):
            session = here.at.sessions.use(tokens[account])
            if session is None or session.account != account:
                wrong.append(session)

    threads = [threading.Thread(target=read, args=(account,)) for account in (kari, ola) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert here.signed(tokens[kari]) == Session(kari, (Granted("resident", person="p-kari"),), "p-kari")
    assert here.signed(tokens[ola]) == Session(ola, (Granted("planner"),))
    for name, password in (("Kari", OTHER), ("Ola", GOOD)):
        with pytest.raises(NotAllowed):
            here.door.by_password(name, password)
    here.at.sessions.end(tokens[kari])
    assert here.at.sessions.use(tokens[kari]) is None
    assert here.signed(tokens[ola]).account == ola


def test_only_a_hash_is_kept_and_the_hash_opens_nothing(here: World) -> None:
    here.somebody("Kari")
    tokens = {here.door.by_password("Kari", GOOD) for _ in range(5)}
    assert all(len(token) == 43 for token in tokens), "256 bits"
    assert len(tokens) == 5
    hashes = kept(here)
    assert not tokens & set(hashes)
    for wrong in (*hashes, "", None, "x", next(iter(tokens))[:-1], "x" * 10_000, "' OR 1=1 --", "\ud800"):
        assert here.at.sessions.use(wrong) is None


def test_a_planted_id_gains_nothing(here: World) -> None:
    here.somebody("Kari")
    here.somebody("Eve", password=OTHER)
    planted = here.door.by_password("Eve", OTHER)  # Eve's own session, planted into Kari's browser
    token = here.door.by_password("Kari", GOOD, before=planted)
    assert token != planted
    assert here.at.sessions.use(planted) is None
    assert here.at.sessions.use("an id that Eve made up") is None
    made_up = here.door.by_password("Kari", GOOD, before="an id that Eve made up")
    assert here.at.sessions.use("an id that Eve made up") is None
    assert here.signed(made_up).account == here.signed(token).account


def test_a_new_role_needs_a_new_id(here: World) -> None:
    account = here.somebody("Kari", Granted("planner"))
    old = here.door.by_password("Kari", GOOD)
    here.clock.go(minutes=20)
    here.accounts.grant(account, [Granted("planner"), Granted("moderator")], by=here.admin)
    stale = here.signed(old)
    assert (stale.grants, stale.must_rotate) == ((), True), "the public's, until then"
    new = here.at.sessions.rotate(old)
    assert new is not None
    assert here.at.sessions.use(old) is None
    assert here.signed(new).grants == (Granted("moderator"), Granted("planner"))
    assert here.at.sessions.rotate(old) is None
    for _ in range(28):
        here.clock.go(minutes=25)
        here.at.sessions.use(new)
    assert here.at.sessions.use(new) is None, "twelve hours after it began, not after the new id"


def test_a_role_that_was_taken_is_gone_at_once(here: World) -> None:
    account = here.somebody("Kari", Granted("planner"))
    token = here.door.by_password("Kari", GOOD)
    here.accounts.grant(account, [], by=here.admin)
    assert here.signed(token).grants == ()
    again = here.at.sessions.rotate(token)
    assert again is not None
    assert here.signed(again).grants == ()


def test_a_role_that_needs_a_second_step_waits_for_it(here: World) -> None:
    here.somebody("Kari", EAST, Granted("planner"))
    session = here.signed(here.door.by_password("Kari", GOOD))
    assert (session.grants, session.withheld) == ((Granted("planner"),), ("worker",))
    strong, phone = here.second_step(here.door.by_password("Kari", GOOD))
    assert here.signed(strong).grants == (Granted("planner"), EAST)
    here.clock.go(minutes=1)
    assert here.signed(here.door.by_password("Kari", GOOD, phone.at(here.clock.at))).grants == (
        Granted("planner"), EAST,
    )  # fmt: skip


def test_ending_all_sessions_of_one(here: World) -> None:
    kari, _ = here.somebody("Kari"), here.somebody("Ola")
    mine = [here.door.by_password("Kari", GOOD) for _ in range(3)]
    other = here.door.by_password("Ola", GOOD)
    assert here.accounts.end_sessions(kari, by=here.admin) == 3
    assert [here.at.sessions.use(token) for token in mine] == [None] * 3
    assert here.at.sessions.use(other) is not None
    here.somebody("Per", Granted("planner"))
    both = [here.door.by_password("Per", GOOD) for _ in range(2)]
    assert here.own.end_sessions(both[0]) == 2
    assert [here.at.sessions.use(token) for token in both] == [None] * 2
    with pytest.raises(NotAllowed):
        here.own.end_sessions(both[0])


def test_an_account_that_somebody_closed_in_the_database(here: World) -> None:
    here.somebody("Kari", Granted("planner"))
    token = here.door.by_password("Kari", GOOD)
    with here.place.writing() as connection:
        connection.execute(sa.update(t.account), {"disabled_at": stamp(here.clock.now())})
    assert here.at.sessions.rotate(token) is None
    assert here.at.sessions.use(token) is None


def test_half_an_hour_without_use(here: World) -> None:
    here.somebody("Kari")
    token = here.door.by_password("Kari", GOOD)
    for _ in range(4):
        here.clock.go(minutes=28)
        assert here.at.sessions.use(token) is not None
    here.clock.go(minutes=30)
    assert here.at.sessions.use(token) is None
    assert kept(here) == []


def test_twelve_hours_whatever_the_use(here: World) -> None:
    here.somebody("Kari")
    token = here.door.by_password("Kari", GOOD)
    minutes = 0
    while here.at.sessions.use(token) is not None:
        here.clock.go(minutes=10)
        minutes += 10
    assert minutes == 12 * 60


def test_over_is_forgotten_also_where_nobody_asks(here: World) -> None:
    here.somebody("Kari")
    here.door.by_password("Kari", GOOD)
    here.clock.go(minutes=20)
    here.door.by_password("Kari", GOOD)
    here.clock.go(minutes=15)
    here.accounts.sweep()
    assert len(kept(here)) == 1


@pytest.mark.parametrize("hours", [-1000, -12, -0.4, 0.4])
def test_setting_the_clock_lengthens_no_session(here: World, hours: float) -> None:
    """Set once while it is used, once while it lies idle, in one running program."""
    here.somebody("Kari")
    busy, idle = here.door.by_password("Kari", GOOD), here.door.by_password("Kari", GOOD)
    passed = 0
    while here.at.sessions.use(busy) is not None and passed < 10_000:
        here.clock.go(minutes=10)
        passed += 10
        if passed == 20:
            here.clock.set(hours=hours)
        if passed == 30:
            assert here.at.sessions.use(idle) is None
    assert passed <= 12 * 60


def test_a_program_that_starts_before_what_it_wrote_takes_no_time_back(here: World) -> None:
    here.somebody("Kari")
    token = here.door.by_password("Kari", GOOD)
    for _ in range(40):
        here.clock.go(minutes=15)
        assert here.at.sessions.use(token) is not None
    again = World(here.place, clock=HandClock(START - timedelta(days=3)))  # ten hours are used up
    passed = 0
    while again.at.sessions.use(token) is not None and passed < 10_000:
        again.clock.go(minutes=15)
        passed += 15
    assert passed == 2 * 60


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-3000, 3000)), max_size=60))
@settings(max_examples=200)
def test_used_time_stays_used(steps: list[tuple[int, int]]) -> None:
    """At each use minutes have passed, and somebody may have set the clock: what was counted is never given back."""
    begun, seen, clock, age = START, START, START, timedelta(0)
    for passed, moved in steps:
        clock += timedelta(minutes=passed + moved)
        times = _judged(begun, seen, clock)
        if times is None:
            return
        begun, seen, now = times
        assert now - begun >= age
        assert now - begun < ABSOLUTE
        assert now - seen < IDLE
        seen, age = now, now - begun


@given(st.lists(st.tuples(st.floats(0, 4000), st.integers(-100_000, 100_000)), max_size=40))
def test_the_clock_runs_at_least_as_fast_as_time(steps: list[tuple[float, int]]) -> None:
    clock = HandClock()
    for passed, moved in steps:
        before = clock.now()
        clock.go(seconds=passed)
        clock.set(seconds=moved)
        assert clock.now() - before >= timedelta(seconds=passed) - timedelta(microseconds=1)


def test_a_page_does_not_wait_for_an_import_to_know_who_asks(tmp_path: Path) -> None:
    here = World(FolderAccounts(tmp_path))
    here.somebody("Kari", Granted("planner"))
    token, stays = here.door.by_password("Kari", GOOD), here.door.by_password("Kari", GOOD)
    here.clock.go(minutes=10)
    with here.place.writing():
        assert here.signed(token).grants == (Granted("planner"),)
        here.clock.go(minutes=25)
        assert here.at.sessions.use(stays) is None
    assert len(kept(here)) == 2, "nothing could be noted meanwhile"
    assert here.at.sessions.use(token) is None, "so it ends too early rather than too late"


def test_every_use_within_a_minute_is_noted_once(here: World) -> None:
    here.somebody("Kari")
    token = here.door.by_password("Kari", GOOD)
    begun = here.clock.now()
    for _ in range(10):
        here.clock.go(seconds=5)
        here.at.sessions.use(token)
    with here.place.reading() as connection:
        assert connection.scalar(sa.select(t.account_session.c.seen_at)) == stamp(begun)
    here.clock.go(seconds=15)
    here.at.sessions.use(token)
    with here.place.reading() as connection:
        assert connection.scalar(sa.select(t.account_session.c.seen_at)) == stamp(here.clock.now())


def test_the_cookie_stays_with_this_host_and_out_of_scripts() -> None:
    header = set_cookie("abc")
    assert header == "__Host-assetmap=abc; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert "Domain" not in header
    assert "Expires" not in header
    assert clear_cookie() == "__Host-assetmap=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert "Secure" not in set_cookie("abc", tls=False)
    assert token_in("a=1; __Host-assetmap=abc; b=2") == "abc"
    for planted in (None, "", "a=1", "__Host-assetmap=", "assetmap-here=abc", "__Host-assetmap=x; __Host-assetmap=y"):
        assert token_in(planted) is None
    assert token_in("__Host-assetmap=abc; assetmap-here=x", tls=False) == "x"
