"""How many passwords can somebody try, who waits for nothing, who waits long, and who comes from many places?

The figures of `docs/howto/sign-in.md` are counted here.
"""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from assetmap.errors import InputError, NotAllowed
from assetmap.model.roles import Granted
from assetmap.store.people import account_tables as t
from assetmap.store.people import passwords, throttle
from assetmap.store.people.account_place import ServerAccounts
from assetmap.store.people.passwords import Passwords, demand_good, is_common
from assetmap.store.people.throttle import PER_ADDRESS, PER_NAME, AddressThrottle, Delays
from tests.receptions import GOOD, OTHER, SECRET, CountingHasher, HandClock, World, world

HOUR, DAY = 3600.0, 24 * 3600.0
DOC = Path(__file__).resolve().parents[2] / "docs" / "howto" / "sign-in.md"


@pytest.fixture(params=["folder", "server"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "folder":
        return world(tmp_path)
    return World(ServerAccounts(request.getfixturevalue("server_url")))


def tries(delays: Delays, seconds: float, *, patient: int | None = None) -> int:
    """How many tries fit, each as early as it may be; after `patient` of them until all is forgotten."""
    at = last = 0.0
    failures = made = 0
    while True:
        wait = delays.wait_s(failures, at - last)
        if patient is not None and failures >= patient:
            wait = delays.forget_s - (at - last)
        at += wait
        if at >= seconds:
            return made
        failures = 1 if at - last >= delays.forget_s and made else failures + 1
        last, made = at, made + 1


def best(delays: Delays, seconds: float) -> int:
    """The most that any mixture of haste and patience gives."""
    return max(tries(delays, seconds), *(tries(delays, seconds, patient=n) for n in range(1, 40)))


def test_brute_force_in_figures() -> None:
    figures = {
        "name, first hour": best(PER_NAME, HOUR),
        "name, a day": best(PER_NAME, DAY),
        "name, a year": best(PER_NAME, 365 * DAY),
        "address, first hour": best(PER_ADDRESS, HOUR),
        "address, a day": best(PER_ADDRESS, DAY),
    }
    assert figures["name, first hour"] <= 20
    assert figures["name, a day"] <= 120
    assert figures["address, a day"] <= 700
    text = DOC.read_text(encoding="utf-8")
    told = re.findall(r"^\| ((?:name|address), .*?) \| ([\d,]+) \|", text, flags=re.MULTILINE)
    assert {what: int(number.replace(",", "")) for what, number in told} == figures


def test_what_is_counted_is_what_happens(here: World) -> None:
    """The door itself, asked as early as may be for an hour, always from another address."""
    here.somebody("Kari")
    looked_at, number = 0, 0
    here.hasher.calls.clear()
    while here.clock.passed < HOUR and number < 200:
        number += 1
        with pytest.raises(NotAllowed) as refused:
            here.door.by_password("Kari", OTHER, address=f"198.51.{number // 250}.{number % 250}")
        looked_at += refused.value.wait_s == 0.0
        here.clock.go(seconds=refused.value.wait_s or 0.1)
    assert looked_at == here.hasher.calls.count("verify") == tries(PER_NAME, HOUR)


def test_delays_grow_and_heal_by_themselves(here: World) -> None:
    here.somebody("Kari")
    waits = []
    for number in range(16):
        with pytest.raises(NotAllowed, match="is not right"):
            here.door.by_password("Kari", OTHER)
        if number >= PER_NAME.free - 1:
            with pytest.raises(NotAllowed, match="Too many tries") as refused:
                here.door.by_password("Kari", GOOD)  # the right one does not help either
            waits.append(refused.value.wait_s)
            here.clock.go(seconds=refused.value.wait_s)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    token = here.door.by_password("Kari", GOOD)  # a quarter of an hour later it simply works
    assert here.signed(token)
    for _ in range(PER_NAME.free):
        with pytest.raises(NotAllowed) as refused:
            here.door.by_password("Kari", OTHER)
        assert refused.value.wait_s == 0.0, "and all is as at first"


def test_waiting_is_said_in_seconds_and_costs_no_hash(here: World) -> None:
    for _ in range(PER_NAME.free):
        with pytest.raises(NotAllowed):
            here.door.by_password("Nobody", OTHER)
    here.hasher.calls.clear()
    with pytest.raises(NotAllowed, match="Wait 2 seconds"):
        here.door.by_password("nobody", OTHER)
    assert here.hasher.calls == []


def test_a_hundred_at_once_are_no_way_round(here: World) -> None:
    here.somebody("Kari")
    here.hasher.calls.clear()

    def attempt() -> None:
        with pytest.raises(NotAllowed):
            here.door.by_password("Kari", OTHER)

    threads = [threading.Thread(target=attempt) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert here.hasher.calls.count("verify") == PER_NAME.free


def test_a_restart_is_no_way_round(here: World) -> None:
    here.somebody("Kari")
    for _ in range(PER_NAME.free):
        with pytest.raises(NotAllowed):
            here.door.by_password("Kari", OTHER)
    again = World(here.place, clock=HandClock(here.clock.at))
    with pytest.raises(NotAllowed, match="Wait"):
        again.door.by_password("Kari", GOOD)


@pytest.mark.parametrize("days", [-400, -1])
def test_a_clock_that_is_set_back_locks_nobody_out(here: World, days: int) -> None:
    here.somebody("Kari")
    for _ in range(PER_NAME.free):
        with pytest.raises(NotAllowed):
            here.door.by_password("Kari", OTHER)
    clock = HandClock(here.clock.at)
    clock.set(days=days)
    again = World(here.place, clock=HandClock(clock.at))
    with pytest.raises(NotAllowed) as refused:
        again.door.by_password("Kari", GOOD)
    assert refused.value.wait_s <= PER_NAME.longest_s
    again.clock.go(seconds=refused.value.wait_s)
    again.door.by_password("Kari", GOOD)


def test_a_stolen_session_does_not_help_to_guess(here: World) -> None:
    here.somebody("Kari", Granted("planner"))
    token = here.door.by_password("Kari", GOOD)
    here.hasher.calls.clear()
    for _ in range(20):
        with pytest.raises(NotAllowed):
            here.own.change_password(token, OTHER, OTHER)
    assert here.hasher.calls.count("verify") == PER_NAME.free


def test_many_names_from_one_address(here: World) -> None:
    here.somebody("Kari")
    here.hasher.calls.clear()
    for number in range(PER_ADDRESS.free + 10):
        with pytest.raises(NotAllowed):
            here.door.by_password(f"name{number}", OTHER, address="198.51.100.7")
    assert here.hasher.calls.count("verify") == PER_ADDRESS.free
    with pytest.raises(NotAllowed, match="Too many"):
        here.door.by_password("Kari", GOOD, address="198.51.100.7")
    assert here.door.by_password("Kari", GOOD, address="198.51.100.8")


def test_coming_in_gives_back_one_try_and_not_all() -> None:
    addresses = AddressThrottle(Delays(3, 60, 600), monotonic=lambda: 0.0)
    for _ in range(10):
        assert addresses.take("198.51.100.7") == 0.0
        addresses.give_back("198.51.100.7")
    assert [addresses.take("198.51.100.7") for _ in range(5)] == [0.0, 0.0, 0.0, 2.0, 2.0]


def test_a_network_of_ipv6_is_one_and_nothing_of_an_address_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = AddressThrottle(Delays(1, 60, 600), monotonic=lambda: 0.0)
    same = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::3%eth0"]
    assert [addresses.take(address) for address in same] == [0.0, 2.0, 2.0]
    assert [addresses.take(address) for address in ("198.51.100.7", "::ffff:198.51.100.7")] == [0.0, 2.0]
    assert addresses.take("2001:db8:1:3::1") == addresses.take("unix") == addresses.take("") == 0.0
    assert "198.51" not in repr(vars(addresses))
    assert "2001" not in repr(vars(addresses))
    assert AddressThrottle()._hidden("x") != AddressThrottle()._hidden("x"), "a key per process"
    monkeypatch.setattr(throttle, "_AT_MOST", 100)
    for number in range(500):
        addresses.take(f"10.0.{number // 250}.{number % 250}")
    assert len(addresses._tries) == 100


def test_of_a_name_sixteen_bits_are_kept(here: World) -> None:
    for number in range(6):
        with pytest.raises(NotAllowed):
            here.door.by_password(f"a password typed in the wrong field {number}", OTHER)
    with here.place.reading() as connection:
        buckets = list(connection.scalars(sa.select(t.account_tries.c.bucket)))
    assert len(buckets) in (5, 6)
    assert all(0 <= bucket < 65_536 for bucket in buckets)
    here.clock.go(hours=25)
    here.accounts.sweep()
    with here.place.reading() as connection:
        assert connection.execute(sa.select(t.account_tries)).all() == []
    assert throttle.NameThrottle(SECRET).bucket("x") == throttle.NameThrottle(SECRET).bucket("x")


def test_no_more_than_two_hashes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 takes 64 MiB each: a crowd waits, it does not fill the memory."""
    inside, most, gate = 0, 0, threading.Lock()
    met = threading.Barrier(2, timeout=30)

    class Watching(CountingHasher):
        def verify(self, hash: str, password: bytes) -> bool:
            nonlocal inside, most
            with gate:
                inside += 1
                most = max(most, inside)
            met.wait()  # two at a time come through, so both places are used
            with gate:
                inside -= 1
            return False

    checked = Passwords(Watching())
    threads = [threading.Thread(target=checked.right, args=(None, "x")) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == passwords.AT_ONCE == 2
    monkeypatch.setattr(passwords, "PATIENCE_S", 0.01)
    with passwords._turn(), passwords._turn():
        with pytest.raises(NotAllowed, match="Many people are signing in"):
            checked.right(None, "x")


COMMON = (
    "123456789012 passwordpassword Passw0rd1234! P@ssw0rd2024!! qwertyuiopas Passord12345 adgangskode1 Velkommen2024! "
    "Sommer2025!!! 1q2w3e4r5t6y qwerty123456 abcabcabcabc aaaaaaaaaaaa Administrator1 welcome12345 letmein12345 "
    "iloveyou1234 1qaz2wsx3edc abcd12345678 202420242024 Kommune2025! hunter2hunter2 monkey123456 00000000000a "
    "asdfghjkl123 111111222222 Sommer2024Vinter Høst2024Høst2024 098765432109 !!!Velkommen!!! Hemmelig12345 "
    "jegelskerdeg1 Danmark123456 zxcvbnm12345 Adgangskode2024"
).split()
FINE = ["correct horse battery staple", "båt under lampe fjorten", "xK9#mvQ2pLw7", "gul sykkel i regn",
        "fjellrev-i-solskinn", "norge er et flott land 7", GOOD, OTHER]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_common_passwords_are_known(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize("password", FINE)
def test_others_are_left_alone(password: str) -> None:
    assert not is_common(password)
    demand_good(password, "kari")


@pytest.mark.parametrize(
    ("password", "said"),
    [("kort", "4 characters"), ("", "0 characters"), ("x" * 1001, "longer than 1000"), ("Karianne Berg 77", "name of")],
    ids=["short", "none", "endless", "the name"],
)
def test_passwords_that_cannot_be(password: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        demand_good(password, "karianne")
    assert not password or password not in str(refused.value)


def test_random_passwords_are_hardly_ever_taken_for_common_ones() -> None:
    import random

    signs = random.Random(4)
    made = ["".join(signs.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12)) for _ in range(20_000)]
    assert sum(map(is_common, made)) == 0
