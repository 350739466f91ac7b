"""Are suggestions let in at a sane rate, without a name, an address or an endless list being kept?"""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.errors import InputError
from assetmap.upkeep.rate import Limits, RateLimit

FEW = Limits(burst=3, per_hour=6, all_burst=100, all_per_hour=1000, most_bytes=20, sessions=5)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def limit(**other: float) -> tuple[RateLimit, Clock]:
    clock = Clock()
    return RateLimit(replace(FEW, **other), clock), clock  # type: ignore[arg-type]


def allowed(gate: RateLimit, session: str, times: int) -> int:
    return sum(gate.ask(session, "x").allowed for _ in range(times))


def test_a_burst_is_let_in_and_then_one_at_a_time() -> None:
    gate, clock = limit()
    assert allowed(gate, "a", 5) == 3
    answer = gate.ask("a", "x")
    assert answer.wait_s == pytest.approx(600)
    assert str(answer.message).endswith("Send the next one in 10 minutes.")
    clock.now += 599
    assert not gate.ask("a", "x").allowed
    assert str(gate.ask("a", "x").message).endswith("in a minute.")
    clock.now += 1
    assert allowed(gate, "a", 2) == 1
    clock.now += 100_000
    assert allowed(gate, "a", 9) == 3, "never more than a burst"


def test_sessions_do_not_take_from_each_other() -> None:
    gate, _ = limit()
    assert [allowed(gate, key, 5) for key in ("a", "b")] == [3, 3]


def test_all_together_have_a_limit_too_and_a_refusal_takes_nothing() -> None:
    gate, clock = limit(all_burst=4, all_per_hour=60)
    assert [allowed(gate, key, 3) for key in ("a", "b")] == [3, 1]
    refused = gate.ask("b", "x")
    assert (refused.allowed, refused.wait_s) == (False, pytest.approx(60))
    assert str(refused.message).startswith("Many suggestions are coming in just now.")
    clock.now += 120
    assert allowed(gate, "b", 3) == 2, "b still has the two that were refused"


def test_size_is_counted_in_bytes_and_costs_nothing() -> None:
    gate, _ = limit()
    assert gate.ask("a", "ø" * 10).allowed
    long = gate.ask("a", "ø" * 11)
    assert (long.allowed, long.wait_s) == (False, math.inf)
    assert "22 bytes" in str(long.message)
    assert not gate.ask("a", b"x" * 21).allowed
    assert not gate.ask("a", "\ud800" * 20).allowed, "half a character is counted, not stumbled over"
    assert allowed(gate, "a", 5) == 2


def test_full_buckets_are_forgotten_and_memory_is_bounded() -> None:
    gate, clock = limit()
    for number in range(4):
        gate.ask(f"old-{number}", "x")
    clock.now += 10_000
    for number in range(200):
        assert gate.ask(f"new-{number}", "x").allowed is (number < 100), "beyond five sessions the bucket of all counts"
        assert len(gate) <= FEW.sessions
    assert not any(key.startswith("old") for key in gate._buckets)


def test_a_remembered_session_stays_limited_while_others_flood() -> None:
    gate, _ = limit()
    assert allowed(gate, "a", 3) == 3
    for number in range(50):
        gate.ask(f"flood-{number}", "x")
    assert not gate.ask("a", "x").allowed


def test_a_clock_that_stands_or_runs_back_gives_nothing_away() -> None:
    gate, clock = limit()
    allowed(gate, "a", 3)
    clock.now -= 5000
    assert not gate.ask("a", "x").allowed
    clock.now += 5000
    assert not gate.ask("a", "x").allowed


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 900)), max_size=120))
def test_nobody_gets_more_than_the_burst_and_what_grew_back(asked: list[tuple[str, int]]) -> None:
    gate, clock = limit(all_burst=10, all_per_hour=30)
    let_in: dict[str, int] = {}
    for session, later in asked:
        clock.now += later
        if gate.ask(session, "x").allowed:
            let_in[session] = let_in.get(session, 0) + 1
    hours = (clock.now - 1000) / 3600
    assert all(n <= 3 + 6 * hours + 1e-6 for n in let_in.values())
    assert sum(let_in.values()) <= 10 + 30 * hours + 1e-6


def test_threads_together_get_no_more_than_one() -> None:
    gate, _ = limit(burst=50, all_burst=1000)
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(allowed(gate, "a", 40))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 50


@pytest.mark.parametrize("name", ["burst", "per_hour", "all_burst", "all_per_hour", "most_bytes", "sessions"])
def test_limits_of_nothing_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        replace(FEW, **{name: 0})  # type: ignore[arg-type]
