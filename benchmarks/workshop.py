"""Is everything there that twenty people saved in a workshop of ten minutes? Prints rows of a Markdown table.

python benchmarks/workshop.py [--server] [--people 20] [--minutes 10]

Each person adds, edits, moves, removes and undoes, every few seconds, on one server process, and writes down what was
acknowledged. Afterwards each of these steps must be in the history as it was acknowledged, in one unbroken row of
versions per asset, and what is on the map must be what the last step of each asset left there.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from assetmap.errors import InputError
from assetmap.model.change import Change, Outcome
from assetmap.store import Store
from assetmap.store.homes.burst import keep_connections
from benchmarks.store_safety import addresses, row
from tests.store_work import demand_whole, new_store

PAUSE_S = (1.0, 9.0)


@dataclass
class Person:
    """Somebody in the workshop, and what the store promised to him or her: number of the changeset to its outcome."""

    name: str
    store: Store
    dice: random.Random
    promised: dict[int, Outcome] = field(default_factory=dict)
    clashes: int = 0
    fault: BaseException | None = None

    def live(self, until: float) -> None:
        """Work until the time is over."""
        try:
            while time.monotonic() < until:
                time.sleep(self.dice.uniform(*PAUSE_S))
                self._note(self._act())
        except BaseException as fault:  # noqa: BLE001 told by the main thread
            self.fault = fault

    def _note(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self.clashes += len(outcome.clashes)
            if outcome.changeset is not None:
                self.promised[outcome.changeset] = outcome

    def _act(self) -> Outcome | None:
        what = self.dice.choices(["add", "edit", "move", "remove", "undo"], [3, 6, 2, 1, 2])[0]
        point = shapely.Point(11 + self.dice.random() / 100, 59 + self.dice.random() / 100)
        if what == "add":
            values = {"name": f"{self.name} {len(self.promised)}", "category": "playground", "geometry": point}
            return self._apply(Change(str(uuid.uuid4()), values, "add"))
        if what == "undo":
            return self._undo()
        seen = list(self.store.records.within(10, 58, 13, 61).values())
        chosen = self.dice.choice(seen)
        time.sleep(self.dice.uniform(0, 2))  # somebody types, and somebody else may be faster
        if what == "remove":
            return self._apply(Change(chosen.id, {}, "remove", chosen.version))
        values = {"geometry": point} if what == "move" else {
            self.dice.choice(["name", "description", "operator"]): f"{self.name} {self.dice.random()}"
        }  # fmt: skip
        return self._apply(Change(chosen.id, values, "edit", chosen.version))

    def _apply(self, change: Change) -> Outcome:
        return self.store.journal.apply([change], by=self.name)

    def _undo(self) -> Outcome | None:
        if not self.promised:
            return None
        try:
            return self.store.journal.undo(self.dice.choice(list(self.promised)), by=self.name)
        except InputError:  # somebody took it back already
            return None


def demand_promises(store: Store, people: list[Person]) -> int:
    """Every promised step is in the history as it was promised; returns how many there are."""
    promised = {number: (who.name, outcome) for who in people for number, outcome in who.promised.items()}
    told = store.changes()
    for number, (name, outcome) in promised.items():
        there = told[told["changeset"] == number]
        assert len(there), f"step {number} of {name} is not in the history"
        assert set(there["by"]) == {name}
        wanted = {_fact(e) for e in outcome.effects}
        found = {_fact(e) for e in there.itertuples()}
        assert wanted <= found, f"step {number} of {name} is not what was acknowledged: {wanted - found}"
    _demand_last(store, told)
    return len(promised)


def _fact(effect: Any) -> tuple[str, str, str, str]:
    return (effect.asset, effect.what, effect.field, repr(effect.after))


def _demand_last(store: Store, told: Any) -> None:
    """What is stored is what the last step of each field left there."""
    changed = told[(told["what"] == "changed")].sort_values("changeset", ascending=False, kind="stable")
    last = changed.drop_duplicates(["asset", "field"])
    records = store.records.get(list(last["asset"].unique()))
    for step in last.itertuples():
        there = records[step.asset].record.get(step.field)
        assert repr(there) == repr(step.after), f"{step.field} of {step.asset} is {there}, last saved as {step.after}"


def main() -> None:
    """Hold the workshop, and print."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--server", action="store_true")
    ask.add_argument("--people", type=int, default=20)
    ask.add_argument("--minutes", type=float, default=10.0)
    said = ask.parse_args()
    keep_connections()
    with addresses(said.server) as new:
        address = new()
        store = new_store(address)
        people = [Person(f"Person {i}", Store.open(address), random.Random(i)) for i in range(said.people)]
        until = time.monotonic() + said.minutes * 60
        threads = [threading.Thread(target=who.live, args=(until,)) for who in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for who in people:
            if who.fault is not None:
                raise who.fault
        count = demand_promises(store, people)
        demand_whole(store)
        clashes = sum(who.clashes for who in people)
    print("| What | Goal | Measured |\n|---|---|---|")
    home = "server" if said.server else "folder"
    row(f"workshop: {said.people} people, {said.minutes:g} minutes, {home}", "every acknowledged step is there",
        f"{count:,} acknowledged, 0 lost; {clashes} clashes told")  # fmt: skip


if __name__ == "__main__":
    main()
