"""Does the store lose nothing, when killed, without power, and with many writers? Prints rows of a Markdown table.

python benchmarks/store_safety.py [--server] [--kills 200] [--crashes 2000] [--edits 500] [--seconds 60]

`--server` asks a PostgreSQL server of its own instead of a folder; the power is cut for folders only.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assetmap.model.change import Change
from assetmap.store import Store
from assetmap.store.homes.burst import keep_connections
from tests import crash, power
from tests.store_work import IDS, bring_in, demand_whole, edit, increment, new_store
from tests.stored_world import CLUBS, assets

Address = str | Path


def row(what: str, goal: str, measured: str) -> None:
    """One row of the table."""
    print(f"| {what} | {goal} | {measured} |", flush=True)


def kills(address: Address, times: int) -> None:
    """Kill -9 in the middle of edits and of imports."""
    store = new_store(address)
    for name, work in (("single edits", edit), ("imports", bring_in)):
        told: list[str] = []
        for killed in crash.kills(times, work, address, seed=7):
            told += killed.acknowledged
        demand_whole(store, told)
        row(f"kill -9 during {name}, {times} times", "0 lost, 0 half, 0 unreadable",
            f"0 of {len(told):,} acknowledged lost, 0 half, 0 unreadable")  # fmt: skip


def no_power(folder: Path, times: int) -> None:
    """Cut the power at random moments of a working store."""
    store = new_store(folder / "store")
    # somebody looks on, as in a running app: otherwise each close would move the log into the file
    with store.home.reading(), power.recording(folder / "store") as disk:
        for number in range(60):
            token = f"{number}"
            if number % 6 == 5:
                store.add(assets(("A", "B", "C"), CLUBS, description=token), CLUBS, why=token)
            else:
                three = [IDS[(number + i) % len(IDS)] for i in range(3)]
                store.journal.apply([Change(asset, {"description": token}) for asset in three], why=token)
            disk.acknowledge(token)
    told = 0
    for failure in disk.crashes(times, folder / "crashes"):
        demand_whole(Store.open(failure.folder), failure.acknowledged)
        told += len(failure.acknowledged)
    row(f"power lost at {times:,} moments", "0 lost, 0 corrupt", f"0 of {told:,} acknowledged lost, 0 corrupt")


def _edit_many(address: Address, number: int, times: int, ready: object) -> list[float]:
    keep_connections()
    store, took = Store.open(address), []
    store.records.get(IDS[0])
    ready.wait()  # type: ignore[attr-defined]
    for step in range(times):
        begin = time.perf_counter()
        change = Change(IDS[(number * 3 + step) % len(IDS)], {"description": f"{number}/{step}"})
        store.journal.apply([change], why=f"{number}/{step}")
        took.append(time.perf_counter() - begin)
    return took


def processes(address: Address, count: int, times: int) -> None:
    """Several processes that edit as fast as they can."""
    store = new_store(address)
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(count) as pool:
        ready = manager.Barrier(count)
        took = np.concatenate(pool.starmap(_edit_many, [(address, n, times, ready) for n in range(count)]))
    demand_whole(store, {f"{n}/{step}" for n in range(count) for step in range(times)})
    row(f"{count} processes × {times} edits", "0 errors, p99 < 100 ms", f"0 errors, 0 lost; {_spread(took)}")


def threads(address: Address, count: int, seconds: float) -> None:
    """People in one app: each looks at a part of the map or edits, about twice a second."""
    store = new_store(address)
    keep_connections()
    told: list[str] = []
    reads: list[float] = []
    writes: list[float] = []
    faults: list[BaseException] = []
    until = time.monotonic() + seconds

    def live(number: int) -> None:
        dice = np.random.default_rng(number)
        try:
            step = 0
            while time.monotonic() < until:
                time.sleep(dice.uniform(0.0, 1.0))
                begin = time.perf_counter()
                if dice.random() < 0.3:
                    token = f"{number}/{step}"
                    change = Change(IDS[int(dice.integers(len(IDS)))], {"description": token})
                    store.journal.apply([change], why=token)
                    told.append(token)
                    writes.append(time.perf_counter() - begin)
                else:
                    store.records.within(11.0, 58.9, 11.01, 59.1)
                    reads.append(time.perf_counter() - begin)
                step += 1
        except BaseException as fault:  # noqa: BLE001 told below, in the main thread
            faults.append(fault)

    people = [threading.Thread(target=live, args=(number,)) for number in range(count)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    if faults:
        raise faults[0]
    demand_whole(store, told)
    row(f"{count} threads for {seconds:.0f} s, edits", "0 errors, p99 < 100 ms",
        f"0 errors, 0 of {len(writes):,} lost; {_spread(np.array(writes))}")  # fmt: skip
    row("… looking at a part of the map", "0 errors", f"0 errors in {len(reads):,}; {_spread(np.array(reads))}")


def increments(address: Address, count: int, times: int) -> None:
    """Processes that read a number and write it back one higher."""
    store = new_store(address)
    context = multiprocessing.get_context("spawn")
    with context.Pool(count) as pool:
        again = sum(pool.starmap(increment, [(address, IDS[0], times)] * count))
    found = store.records.get(IDS[0])[IDS[0]].record["capacity"]
    assert found == count * times, f"{count * times - found:.0f} updates were lost"
    row(f"{count} processes × {times} read-modify-writes", "0 lost", f"0 of {count * times} lost ({again} read again)")


def _spread(took: np.ndarray) -> str:
    p50, p95, p99 = np.percentile(took, [50, 95, 99]) * 1000
    return f"p50 {p50:.1f}, p95 {p95:.0f}, p99 {p99:.0f} ms"


@contextlib.contextmanager
def addresses(server: bool) -> Iterator[Callable[[], Address]]:
    """Gives a new address at each call."""
    with contextlib.ExitStack() as stack:
        if server:
            import dev
            from tests.postgres import running

            cluster = stack.enter_context(running(dev.find_postgres()))
            yield lambda: stack.enter_context(cluster.schema())
        else:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            numbers = iter(range(100))
            yield lambda: folder / str(next(numbers))


def main() -> None:
    """Measure, and print."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--server", action="store_true")
    ask.add_argument("--kills", type=int, default=200)
    ask.add_argument("--crashes", type=int, default=2000)
    ask.add_argument("--edits", type=int, default=500)
    ask.add_argument("--seconds", type=float, default=60.0)
    said = ask.parse_args()
    print(f"| {'Server' if said.server else 'Folder'} | Goal | Measured |\n|---|---|---|")
    with addresses(said.server) as new:
        processes(new(), 8, said.edits)
        threads(new(), 100, said.seconds)
        increments(new(), 6, 150)
        kills(new(), said.kills)
        if not said.server:
            folder = Path(new())
            folder.mkdir()
            no_power(folder, said.crashes)
    print(f"\nPython {sys.version.split()[0]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
