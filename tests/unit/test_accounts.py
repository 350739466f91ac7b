"""Does nobody get an account, a role or a password but by somebody who may give it?"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from assetmap.errors import InputError, NotAllowed, StoreError, UnknownKey
from assetmap.model.roles import Granted
from assetmap.store.homes.people import hold
from assetmap.store.people import account_tables as t
from assetmap.store.people.account_place import FolderAccounts, ServerAccounts
from assetmap.store.people.account_secret import AccountSecret
from assetmap.store.people.accounts import Accounts, forget_person
from assetmap.store.people.sessions import Session
from tests.receptions import GOOD, OTHER, World, world

WORKER = Granted("worker", frozenset({"east", "west"}))


@pytest.fixture(params=["folder", "server"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "folder":
        return world(tmp_path)
    return World(ServerAccounts(request.getfixturevalue("server_url")))


def test_the_first_administrator_comes_by_a_token_and_no_second_one(here: World) -> None:
    assert here.accounts.all(by=here.admin) == [], "no account is there from the beginning, so no default password"
    old = here.accounts.first("Kari")
    token = here.accounts.first("kari")  # the first token got lost
    with pytest.raises(NotAllowed, match="not right, was used, or is over"):
        here.own.set_up(old, GOOD)
    (waiting,) = here.accounts.all(by=here.admin)
    assert waiting.waits
    here.own.set_up(token, GOOD)
    with pytest.raises(NotAllowed, match="not right, was used, or is over"):
        here.own.set_up(token, OTHER)
    with pytest.raises(NotAllowed, match="There is an administrator already"):
        here.accounts.first("Ola")
    session = here.signed(here.door.by_password("KARI ", GOOD))
    assert (session.grants, session.withheld) == ((), ("administrator",)), "not before the second step"
    strong, _ = here.second_step(here.door.by_password("kari", GOOD))
    assert here.signed(strong).grants == (Granted("administrator"),)


@pytest.mark.parametrize(("hours", "holds"), [(0.99, True), (1.01, False)])
def test_a_token_expires(here: World, hours: float, holds: bool) -> None:
    token = here.accounts.first("Kari")
    here.clock.go(hours=hours)
    if holds:
        here.own.set_up(token, GOOD)
    else:
        with pytest.raises(NotAllowed):
            here.own.set_up(token, GOOD)
        here.accounts.sweep()
        with here.place.reading() as connection:
            assert connection.execute(sa.select(t.account_token)).all() == []


def test_a_poor_password_does_not_use_the_token_up(here: World) -> None:
    token = here.accounts.first("Kari")
    with pytest.raises(InputError, match="5 characters; expected at least 12"):
        here.own.set_up(token, "kort!")
    here.own.set_up(token, GOOD)


def test_an_invited_account_has_its_roles_and_no_others(here: World) -> None:
    account = here.somebody("Ola", WORKER, Granted("resident"), person="p1")
    (found,) = here.accounts.all(by=here.admin)
    assert found.id == account
    assert found.grants == (Granted("resident", person="p1"), Granted("worker", frozenset({"east", "west"}), "p1"))
    here.accounts.grant(account, [Granted("planner")], by=here.admin)
    (found,) = here.accounts.all(by=here.admin)
    assert found.grants == (Granted("planner", person="p1"),)
    here.accounts.grant(account, [], by=here.admin)
    assert here.accounts.all(by=here.admin)[0].grants == ()


WRONG = {
    "an administrator who checks himself": [Granted("administrator"), Granted("dpo")],
    "a worker without an area": [Granted("worker")],
    "a planner with an area": [Granted("planner", frozenset({"east"}))],
    "a resident without a record": [Granted("resident")],
    "the public": [Granted("public")],
    "a role that is not there": [Granted("owner")],
}


@pytest.mark.parametrize("what", WRONG)
def test_roles_that_cannot_be(here: World, what: str) -> None:
    with pytest.raises((InputError, UnknownKey)):
        here.accounts.invite("Ola", WRONG[what], by=here.admin)
    assert here.accounts.all(by=here.admin) == []


def test_names_are_taken_once(here: World) -> None:
    here.somebody("Ola", person="p1")
    with pytest.raises(InputError, match="already"):
        here.accounts.invite(" OLA", [], by=here.admin)
    with pytest.raises(InputError, match="already"):
        here.accounts.invite("Per", [], by=here.admin, person="p1")
    with pytest.raises(InputError, match="already"):
        here.accounts.first("ola")
    for name in ("ab", "x" * 101, "Kari\x07Nord", ""):
        with pytest.raises(InputError, match="3 to 100"):
            here.accounts.invite(name, [], by=here.admin)


DEEDS = ["invite", "renew", "grant", "disable", "enable", "end_sessions", "remove", "all"]


def do(accounts: Accounts, deed: str, account: str, by: Session | None) -> None:
    if deed == "invite":
        accounts.invite("Nina", [Granted("planner")], by=by)
    elif deed == "grant":
        accounts.grant(account, [Granted("planner")], by=by)
    elif deed == "all":
        accounts.all(by=by)
    else:
        getattr(accounts, deed)(account, by=by)


@pytest.mark.parametrize("deed", DEEDS)
def test_only_administrators_do_this(here: World, deed: str) -> None:
    account = here.somebody("Ola")
    others = [Granted(name, frozenset({"east"}), "p") for name in ("resident", "worker", "moderator", "connector",
                                                                  "analyst", "planner")]  # fmt: skip
    for by in (None, Session("x", ()), Session("y", tuple(others)), Session("z", (), None, ("administrator",))):
        with pytest.raises(NotAllowed):
            do(here.accounts, deed, account, by)
    (unchanged,) = here.accounts.all(by=here.admin)
    assert (unchanged.id, unchanged.grants, unchanged.disabled_at, unchanged.waits) == (account, (), None, False)
    do(here.accounts, deed, account, here.admin)


@pytest.mark.parametrize("deed", [deed for deed in DEEDS if deed not in {"invite", "all"}])
def test_an_account_that_is_not_there(here: World, deed: str) -> None:
    with pytest.raises(UnknownKey, match="no such account any more"):
        do(here.accounts, deed, "nobody", here.admin)


def test_nobody_gives_a_role_to_himself(here: World) -> None:
    account = here.somebody("Kari", Granted("administrator"))
    own = Session(account, (Granted("administrator"),))
    for deed in ("grant", "enable", "remove"):
        with pytest.raises(NotAllowed, match="another administrator"):
            do(here.accounts, deed, account, own)
    assert here.accounts.all(by=own)[0].grants == (Granted("administrator"),)


def test_a_closed_account_opens_nothing_until_it_is_opened(here: World) -> None:
    account = here.somebody("Ola", Granted("planner"))
    token, idle = here.door.by_password("Ola", GOOD), here.door.by_password("Ola", GOOD)
    waiting = here.accounts.invite("Per", [Granted("planner")], by=here.admin)
    per = next(one.id for one in here.accounts.all(by=here.admin) if one.name == "per")
    for one in (account, per):
        here.accounts.disable(one, by=here.admin)
    assert here.at.sessions.use(token) is None
    with pytest.raises(NotAllowed):
        here.door.by_password("Ola", GOOD)
    with pytest.raises(NotAllowed):
        here.own.set_up(waiting, GOOD)
    here.accounts.enable(account, by=here.admin)
    assert here.at.sessions.use(token) is here.at.sessions.use(idle) is None, "a session of before does not come back"
    assert here.signed(here.door.by_password("Ola", GOOD)).grants == (Granted("planner"),)


def test_setting_up_anew_closes_at_once(here: World) -> None:
    account = here.somebody("Ola", Granted("connector"))
    token, phone = here.second_step(here.door.by_password("Ola", GOOD))
    invitation = here.accounts.renew(account, by=here.admin)
    assert here.at.sessions.use(token) is None
    here.clock.go(minutes=2)
    with pytest.raises(NotAllowed):
        here.door.by_password("Ola", GOOD, phone.at(here.clock.at))
    here.own.set_up(invitation, OTHER)
    with pytest.raises(NotAllowed):
        here.door.by_password("Ola", OTHER)
    assert here.signed(here.door.by_password("Ola", OTHER, phone.at(here.clock.at))).grants
    here.own.set_up(here.accounts.renew(account, by=here.admin, second_step=True), GOOD)
    session = here.signed(here.door.by_password("Ola", GOOD))
    assert (session.grants, session.withheld) == ((), ("connector",)), "the second step is forgotten, and missing"


def test_changing_the_password(here: World) -> None:
    here.somebody("Ola", Granted("planner"))
    old, elsewhere = here.door.by_password("Ola", GOOD), here.door.by_password("Ola", GOOD)
    with pytest.raises(NotAllowed, match="password is not right"):
        here.own.change_password(old, OTHER, OTHER)
    with pytest.raises(InputError):
        here.own.change_password(old, GOOD, "passwordpassword")
    new = here.own.change_password(old, GOOD, OTHER)
    assert here.at.sessions.use(old) is None
    assert here.at.sessions.use(elsewhere) is None
    assert here.signed(new).grants == (Granted("planner"),)
    with pytest.raises(NotAllowed):
        here.door.by_password("Ola", GOOD)
    here.door.by_password("Ola", OTHER)
    with pytest.raises(NotAllowed):
        here.own.change_password("not a session", GOOD, OTHER)


def test_removing_takes_all_but_what_was_noted(here: World) -> None:
    account = here.somebody("Ola", Granted("resident"), person="p1")
    here.door.by_password("Ola", GOOD)
    here.accounts.remove(account, by=here.admin)
    with here.place.reading() as connection:
        for table in (t.account, t.account_role, t.account_session, t.account_token):
            assert connection.execute(sa.select(table)).all() == [], table.name
        assert account in connection.scalars(sa.select(t.account_access.c.account)).all()


def test_an_erased_person_has_no_account_any_more(here: World) -> None:
    here.somebody("Ola", Granted("resident"), person="p1")
    token = here.door.by_password("Ola", GOOD)
    here.somebody("Per", Granted("resident"), person="p2")
    with here.place.writing() as connection:
        forget_person(connection, "p1")
    assert here.at.sessions.use(token) is None
    assert [account.name for account in here.accounts.all(by=here.admin)] == ["per"]


def test_nothing_that_opens_a_door_is_kept_as_it_is(tmp_path: Path) -> None:
    here = world(tmp_path)
    token = here.accounts.invite("Kari Canary", [Granted("connector")], by=here.admin)
    here.own.set_up(token, GOOD)
    session, phone = here.second_step(here.door.by_password("Kari Canary", GOOD, address="203.0.113.77"))
    with pytest.raises(NotAllowed):
        here.door.by_password(GOOD, "Kari Canary", address="203.0.113.77")  # the two mixed up
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"kari canary" in kept, "the test reads what is there"
    for secret in (token, GOOD, session, phone.secret, "203.0.113.77", "203.0.113"):
        for form in (secret.encode(), secret.encode("utf-16-le"), bytes(secret.casefold(), "utf-8")):
            assert form not in kept
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "people.db").stat().st_mode) == 0o600


def test_they_live_beside_what_was_held_apart(tmp_path: Path) -> None:
    row = {"asset": "a", "field": "phone", "value": "x", "source": "s", "retrieved": "2026-01-01"}
    hold(tmp_path, [row])
    here = world(tmp_path)
    here.somebody("Ola")
    hold(tmp_path, [{**row, "value": "y"}])
    again = World(FolderAccounts(tmp_path), clock=here.clock)
    assert [account.name for account in again.accounts.all(by=again.admin)] == ["ola"]


def test_the_secret_lies_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "accounts.key"
    one, two = AccountSecret.of(file), AccountSecret.of(file)
    assert two.opened(one.seal("x")) == "x"
    assert one.hidden("a", "x") == two.hidden("a", "x") != two.hidden("b", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["accounts.key"]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(StoreError, match="not the one that they were made with"):
        AccountSecret(bytes(32)).opened(one.seal("x"))
    with pytest.raises(InputError, match="31 bytes"):
        AccountSecret(bytes(31))
    assert "00" not in repr(AccountSecret(bytes(32)))


def test_what_a_backup_must_not_bring_back_is_known() -> None:
    assert {table.name for table in t.PASSING} == {"account_session", "account_token", "account_tries"}
    assert set(t.metadata.tables.values()) >= set(t.PASSING)
