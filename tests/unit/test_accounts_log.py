"""Is every use of a right over people noted with its purpose, and can nobody change what was noted?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from assetmap.errors import AssetmapError, InputError, NotAllowed, PrivateText
from assetmap.model.roles import Granted, Scope, actions
from assetmap.store.people import account_tables as t
from assetmap.store.people.access import _year_before
from assetmap.store.people.account_place import ServerAccounts
from assetmap.store.people.clock import stamp
from assetmap.store.people.sessions import Session
from tests.receptions import GOOD, OTHER, HandClock, World, world

DPO = Session("d", (Granted("dpo"),))
CONNECTOR = Session("c", (Granted("connector"),))


@pytest.fixture(params=["folder", "server"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "folder":
        return world(tmp_path)
    return World(ServerAccounts(request.getfixturevalue("server_url")))


def lines(here: World) -> list[tuple[str, str, str, str, int, bool]]:
    found = here.at.log.lines(DPO, purpose="test")
    return [(one.account, one.action, one.purpose, one.touched, one.rows, one.refused) for one in found[:-1]]


def test_a_use_is_noted_with_its_purpose_and_without_the_person(here: World) -> None:
    here.at.log.permit(CONNECTOR, "person.read", Scope("p-kari", "east"), purpose=" a wish for a ride ", rows=3)
    with pytest.raises(NotAllowed):
        here.at.log.permit(Session("a", (Granted("analyst"),)), "person.read", Scope("p-kari"), purpose="curious")
    with pytest.raises(NotAllowed):
        here.at.log.permit(None, "gift.match", purpose="curious")
    assert lines(here) == [
        ("c", "person.read", "a wish for a ride", "person; area east", 3, False),
        ("a", "person.read", "curious", "person", 0, True),
        ("", "gift.match", "curious", "", 0, True),
    ]
    assert here.at.log.lines(DPO, purpose="test")[-1].action == "access.read", "who reads the log is in it"


@pytest.mark.parametrize("action", [action.key for action in actions().values() if action.people])
def test_nothing_personal_without_a_purpose(tmp_path: Path, action: str) -> None:
    here = world(tmp_path)
    everything = Session("x", tuple(Granted(name, frozenset({"e"}), "p") for name in ("resident", "worker", "connector",
                                                                                    "dpo")))  # fmt: skip
    for purpose in ("", "   "):
        with pytest.raises(InputError, match="No purpose was given"):
            here.at.log.permit(everything, action, Scope("p", "e"), purpose=purpose)
    assert lines(here) == []
    here.at.log.permit(everything, action, Scope("p", "e"), purpose="a wish")


def test_a_purpose_is_short_and_holds_nobodys_contact(here: World) -> None:
    with pytest.raises(InputError, match="longer than 500"):
        here.at.log.permit(CONNECTOR, "gift.match", purpose="x" * 501)
    with pytest.raises(PrivateText):
        here.at.log.permit(CONNECTOR, "gift.match", purpose="ring 912 34 567")
    assert lines(here) == []


def test_only_the_officer_reads_it(here: World) -> None:
    for by in (None, CONNECTOR, here.admin, Session("r", (Granted("resident", person="p"),), "p")):
        with pytest.raises(NotAllowed):
            here.at.log.lines(by, purpose="curious")
    assert [line[5] for line in lines(here)] == [True] * 4


def test_signing_in_and_accounts_are_noted(here: World) -> None:
    account = here.somebody("Kari", Granted("planner"))
    here.door.by_password("Kari", GOOD)
    with pytest.raises(NotAllowed):
        here.door.by_password("Kari", OTHER)
    with pytest.raises(NotAllowed):
        here.door.by_password("Nobody", OTHER)
    here.accounts.grant(account, [], by=here.admin)
    told = [(who, action, refused) for who, action, _, _, _, refused in lines(here)]
    assert told == [
        ("console", "account.invite", False), (account, "account.own", False), ("console", "account.read", False),
        (account, "sign_in", False), (account, "sign_in", True), ("", "sign_in", True),
        ("console", "account.grant", False),
    ]  # fmt: skip


def now_world(here: World) -> World:
    """At the computer's own time, as the database's rule of twelve months goes by that."""
    return World(here.place, clock=HandClock(datetime.now(UTC)))


def put(here: World, at: datetime) -> None:
    row = {"at": stamp(at), "account": "c", "action": "person.read", "purpose": "old", "touched": "", "rows": 1}
    with here.place.writing() as connection:
        connection.execute(sa.insert(t.account_access), [{**row, "refused": False}])


def purposes(here: World) -> list[str]:
    with here.place.reading() as connection:
        return list(connection.scalars(sa.select(t.account_access.c.purpose)))


def test_what_was_noted_is_never_changed(here: World) -> None:
    here = now_world(here)
    put(here, here.clock.now() - timedelta(days=300))
    put(here, here.clock.now() - timedelta(days=400))
    attempts = ["UPDATE account_access SET purpose = 'x'", "UPDATE account_access SET \"rows\" = 0 WHERE id = 2",
                "DELETE FROM account_access", "DELETE FROM account_access WHERE id = 1"]  # fmt: skip
    if isinstance(here.place, ServerAccounts):
        attempts.append("UPDATE account_access SET at = '2000-01-01'")
    else:
        attempts.append("INSERT OR REPLACE INTO account_access SELECT id, at, 'x', action, purpose, touched, \"rows\", "
                        "refused FROM account_access")  # fmt: skip
    for statement in attempts:
        with pytest.raises(AssetmapError):
            with here.place.writing() as connection:
                connection.exec_driver_sql(statement)
    assert purposes(here) == ["old", "old"]


def test_after_twelve_months_a_line_goes(here: World) -> None:
    here = now_world(here)
    for days in (0, 364, 367, 800):
        put(here, here.clock.now() - timedelta(days=days))
    assert here.at.log.prune() == 2
    assert len(purposes(here)) == 2
    assert here.at.log.prune() == 0


def test_a_year_before_the_leap_day() -> None:
    assert _year_before(datetime(2028, 2, 29, 12, tzinfo=UTC)) == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert _year_before(datetime(2028, 3, 1, tzinfo=UTC)) == datetime(2027, 3, 1, tzinfo=UTC)
