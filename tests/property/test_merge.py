"""Whatever two people do to one asset, having seen it long ago, and whatever is taken back: is a word lost unsaid?

A second, much simpler way of saying what must come of it is held against the store: field by field, by what each of
them had seen. At the end the source of the asset is read again, and nobody's word may be overwritten by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assetmap.errors import InputError
from assetmap.model.change import Change, Outcome
from assetmap.model.schema import asset_id
from assetmap.store import Store
from assetmap.store.homes import burst
from tests.stored_world import CLUBS, assets, inventory

SAID: dict[str, Any] = {"name": "s", "description": "s", "capacity": 1.0, "geometry": shapely.Point(11, 59)}
"""What the source says at first; afterwards it says something else of everything."""
LATER: dict[str, Any] = {"name": "t", "description": "t", "capacity": 9.0, "geometry": shapely.Point(12, 59)}
WORDS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b", "s", None]),
        "description": st.sampled_from(["a", "b", "s", None]),
        "capacity": st.sampled_from([2.0, 3.0, 1.0, None]),
        "geometry": st.sampled_from([shapely.Point(11.5, 59), shapely.Point(11.6, 59), shapely.Point(11, 59)]),
    },
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.integers(0, 1), WORDS),
        st.tuples(st.just("look"), st.integers(0, 1), st.none()),
        st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
    ),
    max_size=8,
)


@dataclass
class Oracle:
    """What must be there, said as simply as can be."""

    states: list[dict[str, Any]]
    sets: dict[int, dict[str, tuple[Any, Any]]] = field(default_factory=dict)  # number: field: before and after
    undone: set[int] = field(default_factory=set)

    @property
    def now(self) -> dict[str, Any]:
        return self.states[-1]

    def edit(self, seen: int, words: dict[str, Any]) -> set[str]:
        """Save words against the state that was seen; returns the fields that must be told as clashes."""
        base, new, clashes = self.states[seen], dict(self.now), set()
        for name, wanted in words.items():
            if wanted in (base[name], self.now[name]):
                continue
            if self.now[name] == base[name]:
                new[name] = wanted
            else:
                clashes.add(name)
        self.went(new)
        return clashes

    def undo(self, number: int) -> set[str]:
        """Take back what is still as that change left it; returns the fields that must be told as clashes."""
        new, clashes = dict(self.now), set()
        for name, (before, after) in self.sets[number].items():
            if self.now[name] == after:
                new[name] = before
            elif self.now[name] != before:
                clashes.add(name)
        self.went(new)
        return clashes

    def went(self, new: dict[str, Any]) -> None:
        if new != self.now:
            self.states.append(new)

    def note(self, outcome: Outcome, before: dict[str, Any]) -> None:
        """Remember under its number what a change made different."""
        if outcome.changeset is not None:
            self.sets[outcome.changeset] = {n: (before[n], self.now[n]) for n in SAID if before[n] != self.now[n]}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One for all examples, as a server keeps it; each example has an asset of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(burst, "_keeping", True)
        store = Store.create(tmp_path / "store")
        store.save(inventory())
        yield store


def read_source(store: Store, keys: list[str], words: dict[str, Any]) -> Outcome:
    """Read the source, which says the same of each of these."""
    frame = assets((words["name"],) * len(keys), CLUBS, description=words["description"], capacity=words["capacity"])
    frame["source_id"] = keys
    frame.index = [asset_id(CLUBS.source, key) for key in keys]
    frame["geometry"] = [words["geometry"]] * len(keys)
    return store.add(frame.rename_axis("id"), CLUBS)


def fresh(store: Store) -> Iterator[str]:
    """Assets on which nobody worked yet."""
    for number in count():
        keys = [f"{number}/{i}" for i in range(250)]
        read_source(store, keys, SAID)
        yield from keys


def test_no_word_is_lost_unsaid(store: Store) -> None:
    keys = fresh(store)
    left: dict[str, tuple[dict[str, Any], object]] = {}

    @settings(max_examples=200)
    @example(
        steps=[
            ("edit", 0, {"name": "a", "description": "a"}),
            ("look", 1, None),
            ("edit", 1, {"name": None}),
            ("undo", 0, None),
        ]
    )
    @example(steps=[("edit", 0, {"name": None}), ("undo", 0, None), ("undo", 1, None), ("undo", 2, None)])
    @given(steps=STEPS)
    def does_what_is_expected(steps: list[tuple[str, int, Any]]) -> None:
        key = next(keys)
        left[key] = work_on(store, asset_id(CLUBS.source, key), steps), steps

    does_what_is_expected()
    kept = read_source(store, list(left), LATER).rows.query("what == 'kept'")
    told = set(zip(kept["asset"], kept["field"], strict=True))
    now = store.records.get([asset_id(CLUBS.source, key) for key in left])
    for key, (words, steps) in left.items():
        asset = asset_id(CLUBS.source, key)
        for name, word in words.items():
            if word != SAID[name]:
                assert now[asset].record[name] == word, f"the source took the place of somebody's {name}: {steps}"
                assert (asset, name) in told, f"that the source says something else of {name} is not told: {steps}"


def work_on(store: Store, asset: str, steps: list[tuple[str, int, Any]]) -> dict[str, Any]:
    """Do these steps and hold each against the oracle; returns what is left."""
    oracle = Oracle([dict(SAID)])
    first, seen = store.records.get(asset)[asset].version, [0, 0]
    for what, who, words in steps:
        before = oracle.now
        if what == "look":
            seen[who] = len(oracle.states) - 1
            continue
        if what == "edit":
            outcome = store.journal.apply([Change(asset, words, version=first + seen[who])], by=str(who))
            clashes = oracle.edit(seen[who], words)
        else:
            numbers = sorted(oracle.sets)
            if who >= len(numbers):
                continue
            if numbers[who] in oracle.undone:
                with pytest.raises(InputError, match="taken back already"):
                    store.journal.undo(numbers[who])
                continue
            outcome = store.journal.undo(numbers[who])
            clashes = oracle.undo(numbers[who])
            if outcome.changeset is not None:
                oracle.undone.add(numbers[who])
        assert {clash.field for clash in outcome.clashes} == clashes, "what is not done is told"
        oracle.note(outcome, before)
        there = store.records.get(asset)[asset]
        assert {name: there.record[name] for name in SAID} == oracle.now
        assert there.version - first == len(oracle.states) - 1, "a version for each state, and no other"
    return oracle.now
