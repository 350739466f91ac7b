"""Does signing in tell nobody whether there is an account, and does each code and session count once?"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from assetmap.errors import NotAllowed
from assetmap.model.roles import Granted
from assetmap.store.people import account_tables as t
from assetmap.store.people import second_step
from assetmap.store.people.account_place import ServerAccounts
from tests.receptions import GOOD, OTHER, START, CountingHasher, World, world

HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture(params=["folder", "server"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "folder":
        return world(tmp_path)
    return World(ServerAccounts(request.getfixturevalue("server_url")))


def made_of(here: World, sign_in: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str]:
    """All that one try does, step by step, and what it says."""
    steps: list[str] = []

    def told(conn: sa.Connection, cursor: object, statement: str, *rest: object) -> None:
        steps.append(statement)

    compared = second_step.step_of

    def counted(*arguments: object) -> int | None:
        steps.append("code compared")
        return compared(*arguments)  # type: ignore[arg-type]

    here.hasher.calls = steps
    with monkeypatch.context() as patch:
        patch.setattr(second_step, "step_of", counted)
        sa.event.listen(sa.Engine, "before_cursor_execute", told)
        try:
            with pytest.raises(NotAllowed) as refused:
                sign_in()
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", told)
    return steps, str(refused.value)


def test_the_same_is_done_and_said_whatever_is_wrong(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    here.somebody("Ola", Granted("planner"))
    here.somebody("Kari", Granted("connector"))
    here.second_step(here.door.by_password("Kari", GOOD))
    here.accounts.disable(here.somebody("Per"), by=here.admin)
    here.somebody("Liv", Granted("connector"))
    here.second_step(here.door.by_password("Liv", GOOD))
    for name in ("Waiting", "Waiting2"):
        here.accounts.invite(name, [], by=here.admin)
    tries = {
        "no such account": lambda: here.door.by_password("Nobody", GOOD, "123456"),
        "wrong password": lambda: here.door.by_password("Ola", OTHER, "123456"),
        "wrong password, second step": lambda: here.door.by_password("Kari", OTHER, "123456"),
        "closed, wrong password": lambda: here.door.by_password("Per", OTHER, "123456"),
        "never set up": lambda: here.door.by_password("Waiting", OTHER, "123456"),
        "no such account, endless password": lambda: here.door.by_password("Nobody2", "x" * 5000),
        "endless password": lambda: here.door.by_password("Waiting2", "x" * 5000),
        "right password, no code": lambda: here.door.by_password("Liv", GOOD),
    }
    done = {name: made_of(here, attempt, monkeypatch) for name, attempt in tries.items()}
    steps, said = done["no such account"]
    assert steps.count("verify") == steps.count("code compared") == 1
    assert len(steps) > 5
    assert len(here.hasher.costs) > len(tries)
    assert all(costs == here.hasher.costs[0] for costs in here.hasher.costs), "a hash that costs as much as any"
    for name, (others, sentence) in done.items():
        assert sentence == said, name
        assert others == steps, name


def test_a_closed_account_is_said_to_be_no_other_than_a_wrong_password(here: World) -> None:
    here.accounts.disable(here.somebody("Per"), by=here.admin)
    said = set()
    for name, password in (("Per", GOOD), ("Per", OTHER), ("Nobody", GOOD)):
        with pytest.raises(NotAllowed) as refused:
            here.door.by_password(name, password)
        said.add(str(refused.value))
    assert len(said) == 1


def test_a_code_counts_once_and_for_a_minute_and_a_half(here: World) -> None:
    here.somebody("Kari", Granted("connector"))
    _, phone = here.second_step(here.door.by_password("Kari", GOOD))
    with pytest.raises(NotAllowed):
        here.door.by_password("Kari", GOOD, phone.at(here.clock.at))  # used to confirm it
    here.clock.go(minutes=5)
    code = phone.at(here.clock.at)
    assert here.signed(here.door.by_password("Kari", GOOD, f"{code[:3]} {code[3:]}")).grants
    with pytest.raises(NotAllowed):
        here.door.by_password("Kari", GOOD, code)
    with pytest.raises(NotAllowed):
        here.door.by_password("Kari", GOOD, phone.at(here.clock.at - HALF_MINUTE))  # older than the one that was used
    here.clock.go(minutes=5)
    for steps, fits in ((-2, False), (2, False), (-1, True), (0, True), (1, True)):
        attempt = phone.at(here.clock.at + steps * HALF_MINUTE)
        if fits:
            here.door.by_password("Kari", GOOD, attempt)
        else:
            with pytest.raises(NotAllowed):
                here.door.by_password("Kari", GOOD, attempt)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\ud800", "0" * 1000])
def test_what_is_no_code(code: str) -> None:
    assert second_step.step_of(pyotp.random_base32(), code, START, 0) is None


def test_a_code_that_was_taken_is_taken_no_more() -> None:
    secret = pyotp.random_base32()
    code, step = pyotp.TOTP(secret).at(START), int(START.timestamp()) // 30
    assert [second_step.step_of(secret, code, START, used) for used in (0, step - 1, step)] == [step, step, None]


def test_one_code_brings_in_one_of_many_at_once(here: World) -> None:
    here.somebody("Kari", Granted("connector"))
    _, phone = here.second_step(here.door.by_password("Kari", GOOD))
    here.clock.go(minutes=5)
    code, came = phone.at(here.clock.at), []

    def attempt() -> None:
        try:
            came.append(here.door.by_password("Kari", GOOD, code))
        except NotAllowed:
            came.append("")

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(came) == 4
    assert len([token for token in came if token]) == 1


def test_a_second_step_needs_the_password_again_and_a_first_code(here: World) -> None:
    here.somebody("Kari", Granted("connector"))
    token = here.door.by_password("Kari", GOOD)
    with pytest.raises(NotAllowed, match="password is not right"):
        here.own.begin_second_step(token, OTHER, "Bydel Øst")
    with pytest.raises(NotAllowed, match="not begun"):
        here.own.confirm_second_step(token, pyotp.TOTP(second_step.NOBODYS).at(here.clock.at))
    address = here.own.begin_second_step(token, GOOD, "Bydel Øst")
    assert address.startswith("otpauth://totp/Bydel%20%C3%98st:kari?secret=")
    with pytest.raises(NotAllowed, match="code is not right"):
        here.own.confirm_second_step(token, "000000")
    assert here.door.by_password("Kari", GOOD), "nothing holds before it is confirmed"
    strong, _ = here.second_step(here.door.by_password("Kari", GOOD))
    assert here.at.sessions.use(token) is None
    assert here.signed(strong).grants == (Granted("connector"),)


def test_an_old_hash_is_made_anew_when_somebody_comes(here: World) -> None:
    here.somebody("Ola")

    def kept() -> str:
        with here.place.reading() as connection:
            return str(connection.scalar(sa.select(t.account.c.password)))

    before = kept()
    here.hasher.inner = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    with pytest.raises(NotAllowed):
        here.door.by_password("Ola", OTHER)
    assert kept() == before
    here.door.by_password("Ola", GOOD)
    after = kept()
    assert "m=16,t=2,p=1" in after
    here.door.by_password("Ola", GOOD)
    assert kept() == after


def test_argon2_has_its_own_costs_unless_a_test_says_otherwise(tmp_path: Path) -> None:
    here = world(tmp_path)
    here.hasher = CountingHasher(PasswordHasher())
    here.__post_init__()
    here.somebody("Ola")
    with here.place.reading() as connection:
        assert "$argon2id$v=19$m=65536,t=3,p=4$" in str(connection.scalar(sa.select(t.account.c.password)))


def test_strange_texts_are_wrong_and_nothing_more(here: World) -> None:
    here.somebody("Ola")
    for name, password in (("Ola", ""), ("", ""), ("Ola", "\ud800"), ("x" * 10_000, "y"), ("Ola' OR 1=1 --", GOOD)):
        with pytest.raises(NotAllowed, match="is not right"):
            here.door.by_password(name, password)
    here.somebody("Bjørn", password="blåbær i en gammel støvel")
    here.door.by_password("BJØRN", "bla\u030abær i en gammel støvel")  # å typed as two signs


def test_the_calls_of_the_guide_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "sign-in.md").read_text(encoding="utf-8")
    (tmp_path / "assetmap-store").mkdir()
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(compile(code, "sign-in.md", "exec"), made)
    assert made["header"].startswith("__Host-assetmap=")
    assert made["session"].withheld == ("administrator",)
