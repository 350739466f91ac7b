"""Is nothing lost that was acknowledged, when processes are killed, the power fails, or many write at once?

A few rounds of each; `benchmarks/store_safety.py` runs the same in the numbers that the documentation states.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from assetmap.model.change import Change
from assetmap.store import Store
from tests import crash, power
from tests.store_work import IDS, bring_in, demand_whole, edit, increment, new_store
from tests.stored_world import CLUBS, assets

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


@pytest.fixture(params=["folder", "server"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Where a store can be made: in a folder, and on a server."""
    return tmp_path / "store" if request.param == "folder" else str(request.getfixturevalue("server_url"))


@posix
@pytest.mark.parametrize("work", [edit, bring_in], ids=["edits", "imports"])
def test_killed_in_the_middle_nothing_acknowledged_is_lost(work: Callable[..., None], address: str | Path) -> None:
    store = new_store(address)
    acknowledged: list[str] = []
    for killed in crash.kills(6, work, address, seed=3, most=6):
        acknowledged += killed.acknowledged
        demand_whole(store, acknowledged)
    assert acknowledged, "no child got anywhere, so nothing was tested"


@posix
def test_after_a_power_failure_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = new_store(folder)
    with power.recording(folder) as disk:
        for number in range(12):
            if number % 4 == 3:
                token = f"import {number}"
                store.add(assets(("A", "B", "C"), CLUBS, description=token), CLUBS, why=token)
            else:
                token = f"edit {number}"
                store.journal.apply([Change(IDS[number + i], {"description": token}) for i in range(3)], why=token)
            disk.acknowledge(token)
    seen = set()
    for failure in disk.crashes(60, tmp_path / "crashes"):
        demand_whole(Store.open(failure.folder), failure.acknowledged)
        seen.add(len(failure.acknowledged))
    assert len(seen) > 5, "the power failed at few moments only"


@posix
def test_no_update_is_lost_between_processes(address: str | Path) -> None:
    store = new_store(address)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=context) as pool:  # it tells when a child dies; a Pool would wait for ever
        list(pool.map(increment, [address] * 3, [IDS[0]] * 3, [8] * 3, timeout=120))
    assert store.records.get(IDS[0])[IDS[0]].record["capacity"] == 24.0
    demand_whole(store)


def test_threads_of_one_process_take_turns(address: str | Path) -> None:
    store = new_store(address)
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(5):
                change = Change(IDS[number], {"description": f"{number}/{step}"})
                store.journal.apply([change], why=f"{number}/{step}")
                store.records.within(10, 58, 12, 60)
        except BaseException as fault:  # noqa: BLE001 told below, in the thread of the test
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    demand_whole(store, {f"{number}/{step}" for number in range(12) for step in range(5)})
