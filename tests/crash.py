"""What had a process promised to keep when it was killed?

A child works and acknowledges each step once it is committed; at a random moment it is killed, with no chance to tidy
up. What it acknowledged until then must be found afterwards. One more step may be there: committed, but the kill came
before the word. It makes no difference whether the child works on a folder or on a server.

    def work(acknowledge, turn, folder):  # at the top of a module: the child imports it
        for step in itertools.count():
            Store.open(folder).save(…)
            acknowledge(f"{turn}/{step}")

    for killed in crash.kills(20, work, folder):
        assert set(killed.acknowledged) <= steps_in(Store.open(folder))
"""

from __future__ import annotations

import multiprocessing
import random
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

# Children come from a server process that has this imported already, so that a kill takes milliseconds, not seconds.
PRELOADED = ["assetmap", "assetmap.store", "geopandas", "psycopg", "sqlalchemy.dialects.postgresql"]
START_S = 60.0

_HOW = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_CONTEXT = multiprocessing.get_context(_HOW)


class Killed(NamedTuple):
    """What is known of one child: what it acknowledged, in order, and whether it came to its end before the kill."""

    acknowledged: list[Any]
    finished: bool


class _Started(NamedTuple):
    """The first word of a child."""


class _Failed(NamedTuple):
    """The last word of a child that did not die of us."""

    why: str


def kills(
    times: int, work: Callable[..., None], *arguments: Any, seed: int = 1, most: int = 12, within_s: float = 0.02
) -> Iterator[Killed]:
    """Let children work and kill them, one after the other.

    Args:
        times: How many children.
        work: Called in the child as `work(acknowledge, turn, *arguments)`; turn counts the children from 0. It should
            go on until it is killed.
        arguments: Anything that can be pickled.
        seed: Of the moments.
        most: A child is killed after 0 to so many acknowledgements.
        within_s: And after so many seconds more, at most: about as long as one step takes.

    Raises:
        AssertionError: A child failed by itself; its traceback is in the sentence.
    """
    dice = random.Random(seed)
    for turn in range(times):
        yield killed(work, turn, *arguments, after=dice.randint(0, most), delay_s=dice.uniform(0, within_s))


def killed(work: Callable[..., None], turn: int, *arguments: Any, after: int, delay_s: float) -> Killed:
    """Let one child work, as in `kills`, and kill it so many seconds after so many acknowledgements.

    Raises:
        AssertionError: It failed by itself; its traceback is in the sentence.
    """
    if _HOW == "forkserver":
        _CONTEXT.set_forkserver_preload(PRELOADED)
    ear, mouth = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_live, args=(mouth, work, (turn, *arguments)), daemon=True)  # type: ignore[attr-defined]
    child.start()
    mouth.close()
    words: list[Any] = []
    try:
        while len(words) < 1 + after and _hear(ear, words, START_S):
            pass
        time.sleep(delay_s)
    finally:
        child.kill()
    child.join()
    while _hear(ear, words, 0):
        pass
    ear.close()
    failures = [word.why for word in words if isinstance(word, _Failed)]
    assert not failures, f"the child failed by itself:\n{failures[0]}"
    assert words, f"the child did not start within {START_S:.0f} s"
    return Killed(words[1:], finished=child.exitcode == 0)


def _hear(ear: Connection, words: list[Any], wait_s: float) -> bool:
    """Take one word from a child; False when it will say no more, or nothing for so long."""
    try:
        if not ear.poll(wait_s):
            return False
        words.append(ear.recv())
    except (EOFError, OSError):  # nothing more, or killed in the middle of a word
        return False
    return True


def _live(mouth: Connection, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    mouth.send(_Started())
    try:
        work(mouth.send, *arguments)
    except BaseException:  # noqa: BLE001 it belongs to the test, which is in another process
        mouth.send(_Failed(traceback.format_exc()))
