"""Do a folder and a server make the same of the same five hundred random steps, apart from the time of day?"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
import sqlalchemy as sa
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from assetmap.errors import AssetmapError
from assetmap.model.change import Change, Clash, Outcome
from assetmap.store import Store
from assetmap.store import tables as t
from assetmap.store.geometry import register
from assetmap.store.rows import DELETED
from tests.stored_world import CLUBS, assets, inventory

STEPS = 500
NAMES = ("Park", "Kafé", "Blåbærøya 🧶", 'Bob\'s "Café"', "a,b;c\nsecond line", "", "Lunden", "null", "Ærø\\n\t%s")
SHAPES = (
    shapely.Point(11, 59), shapely.Point(11.000000001, 59), shapely.box(11, 59, 11.001, 59.001), None,
    shapely.LineString([(11, 59), (11.2, 59.1)]), shapely.MultiPoint([(11, 59), (11.1, 59)]),
)  # fmt: skip
COLUMNS: dict[str, tuple[Any, ...]] = {
    "name": (*NAMES, None), "description": ("Green", "Blå", None), "capacity": (0.1 + 0.2, 12, 1e22, None),
    "category": ("park_green", "assoc_sport", "library", "no such"), "geometry": SHAPES, "colour": ("red", 7, None),
    "audience": ("public", "staff"), "valid_to": ("2026-05", None, "soon"), "tags": ('{"a": "æ"}', None),
}  # fmt: skip
SINCE = ("at", "deleted_at")
"""Columns that hold the time of day."""

Step = Callable[[Store], Any]


class Dice:
    """Draws steps, from what the first of two stores knows; a step can be taken in both."""

    def __init__(self, seed: int, first: Store) -> None:
        self.dice, self.first = random.Random(seed), first
        self.made = 0

    def step(self) -> Step:
        """The next one."""
        kinds: dict[str, int] = {
            "edit": 30, "add": 8, "remove": 6, "restore": 5, "undo": 9, "revert": 7, "confirm": 4, "erase": 2,
            "save": 3, "bring": 5, "join": 5, "part": 3, "outside": 6, "several": 6,
        }  # fmt: skip
        (kind,) = self.dice.choices(list(kinds), weights=list(kinds.values()))
        step: Step = getattr(self, kind)()
        return step

    def asset(self) -> str:
        with self.first.home.reading() as connection:
            return self.dice.choice([*connection.scalars(sa.select(t.asset.c.id).order_by(t.asset.c.id)), "no such"])

    def version(self, key: str) -> int | None:
        there = self.first.records.get(key).get(key)
        return self.dice.choice([None, there.version, self.dice.randint(1, there.version + 1)]) if there else None

    def values(self) -> dict[str, Any]:
        fields = self.dice.sample(list(COLUMNS), self.dice.randint(1, 3))
        return {name: self.dice.choice(COLUMNS[name]) for name in fields}

    def change(self, key: str) -> Change:
        return Change(key, self.values(), version=self.version(key))

    def edit(self) -> Step:
        change = self.change(self.asset())
        return lambda store: store.journal.apply([change], by="Kari", why="a walk")

    def several(self) -> Step:
        keys = {self.asset() for _ in range(4)} - {"no such"}
        changes = [self.change(key) for key in sorted(keys)]
        return lambda store: store.journal.apply(changes, by="Ola")

    def add(self) -> Step:
        self.made += self.dice.random() < 0.9  # else the same once more
        change = Change(f"mine-{self.made}", {"name": "Benk", "category": "park_green", **self.values()}, "add")
        return lambda store: store.journal.apply([change], by="Ola")

    def remove(self) -> Step:
        key = self.asset()
        change = Change(key, kind="remove", version=self.version(key))
        return lambda store: store.journal.apply([change], by="Kari")

    def restore(self) -> Step:
        bin = sorted(self.first.journal.bin().index) or ["no such"]
        change = Change(self.dice.choice(bin), kind="restore")
        return lambda store: store.journal.apply([change], by="Kari")

    def undo(self) -> Step:
        last = self.first.journal.changesets(limit=1)[0].number
        number = self.dice.choice([last, self.dice.randint(1, last)])
        return lambda store: store.journal.undo(number, by="Ola")

    def revert(self) -> Step:
        key = self.asset()
        version = self.version(key) or 1
        return lambda store: store.journal.revert(key, version, by="Ola")

    def confirm(self) -> Step:
        keys = sorted({self.asset() for _ in range(2)})
        return lambda store: store.journal.confirm(keys, by="Kari", on="2026-11-20")

    def erase(self) -> Step:
        key, fields = self.asset(), self.dice.sample(["name", "description", "colour", "geometry", "category"], 2)
        return lambda store: store.journal.erase(key, fields, by="Kari")

    def save(self) -> Step:
        frame = assets(tuple(self.dice.choices(NAMES, k=self.dice.randint(4, 12))))
        frame["capacity"] = [self.dice.choice([0.1, 30.0, float("nan")]) for _ in frame.index]
        gathered = inventory(frame)
        return lambda store: store.save(gathered, by="gather")

    def bring(self) -> Step:
        frame = assets(
            tuple(self.dice.choices(NAMES, k=self.dice.randint(1, 6))), CLUBS, floors=self.dice.randint(1, 3)
        )
        source = replace(CLUBS, retrieved=f"2026-11-{self.dice.randint(10, 28)}")
        return lambda store: store.add(frame, source, by="Kari")

    def join(self) -> Step:
        a, b = self.asset(), self.asset()
        decision = self.dice.choice(["same", "same", "different", "unsure"])
        return lambda store: store.matches.decide(a, b, decision, by="Ola")

    def part(self) -> Step:
        decided = self.first.matches.decided()
        same = sorted(decided[decided["decision"] == "same"][["a", "b"]].itertuples(index=False, name=None))
        a, b = self.dice.choice(same or [("no such", "nor this")])
        return lambda store: store.matches.part(a, b, by="Ola")

    def outside(self) -> Step:
        key, name = self.asset(), self.dice.choice(["Elsewhere", "Park", None])
        statement, values = self.dice.choice([
            ("UPDATE {s}asset SET name = ? WHERE id = ?", (name, key)),
            ("UPDATE {s}asset SET capacity = capacity * 3 WHERE id = ?", (key,)),
            ("UPDATE {s}asset SET deleted_at = NULL, name = ? WHERE id = ?", (name, key)),
            ("DELETE FROM {s}asset WHERE id = ?", (key,)),
        ])  # fmt: skip
        return lambda store: elsewhere(store, statement, values)


def elsewhere(store: Store, statement: str, values: tuple[Any, ...]) -> None:
    """What another program does."""
    place = getattr(store.home, "place", None)
    if place is not None:
        url = place.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as connection:
            connection.execute(statement.replace("{s}", f"{place.schema}.").replace("?", "%s"), values)
        return
    file = sqlite3.connect(store.folder / "map.gpkg")
    register(file)
    file.execute(statement.replace("{s}", ""), values)
    file.commit()
    file.close()


def taken(step: Step, store: Store) -> Any:
    """What came of a step, without the time of day; an error of ours is a result too."""
    try:
        outcome = step(store)
    except AssetmapError as fault:
        return type(fault), str(fault)
    if isinstance(outcome, Outcome):
        return replace(outcome, clashes=tuple(timeless(clash) for clash in outcome.clashes))
    return outcome


def timeless(clash: Clash) -> Clash:
    """The same, with whether something is in the bin in place of since when."""
    if clash.field != DELETED:
        return clash
    return replace(clash, before=bool(clash.before), mine=bool(clash.mine), theirs=bool(clash.theirs))


def state(store: Store) -> dict[str, Any]:
    """All that is known of a store's rows, without the time of day."""
    found: dict[str, Any] = {"changesets": [replace(c, at="") for c in store.journal.changesets(limit=10_000)]}
    with store.home.reading() as connection:
        known = sorted(set(connection.scalars(sa.select(t.asset_history.c.id))))
        for table in (t.claim, t.match, t.erasure, t.provenance, t.issue):
            columns = [c for c in table.c if c.name not in ("fid", *SINCE)]
            rows = connection.execute(sa.select(*columns).order_by(table.c.fid)).mappings()
            found[table.name] = [{**row, "absent": bool(row.get("absent"))} for row in rows]
    found["versions"] = {key: [replace(v, at="") for v in store.journal.versions(key)] for key in known}
    found["records"] = {
        key: replace(stored, updated_at="", deleted_at=bool(stored.deleted_at) or None)  # type: ignore[arg-type]
        for key, stored in store.records.get(known).items()
    }
    found["outside"] = sorted((v.asset, v.version, v.op) for v in store.journal.outside(limit=10_000))
    return found


def assert_alike(folder: Store, server: Store) -> None:
    """Both have the same rows, the same history and the same tables for whoever asks."""
    for audience in ("public", "connector"):
        assert_geodataframe_equal(folder.inventory(audience).frame, server.inventory(audience).frame)
    mine, theirs = (store.journal.bin().drop(columns="deleted_at").sort_index() for store in (folder, server))
    assert_geodataframe_equal(mine, theirs)
    one, other = (store.changes().drop(columns="at") for store in (folder, server))
    order = ["changeset", "asset", "what", "field", "before", "after"]
    texts = [table.astype("str").sort_values(order).reset_index(drop=True) for table in (one, other)]
    assert_frame_equal(*texts)
    mine_state, their_state = state(folder), state(server)
    for part, found in mine_state.items():
        assert found == their_state[part], part
    for store in (folder, server):
        bad = {check.code for check in store.check() if not check.ok}
        assert bad <= {"parts"}, store


@pytest.mark.parametrize("seed", [1, 2])
def test_five_hundred_steps_make_the_same_store_in_a_folder_and_on_a_server(
    tmp_path: Path, server_url: str, seed: int
) -> None:
    folder, server = Store.create(tmp_path / "store"), Store.create(server_url)
    for store in (folder, server):
        store.save(inventory(assets(NAMES)))
    dice = Dice(seed, folder)
    kinds: dict[str, int] = {}
    for number in range(1, STEPS // 2 + 1):
        step = dice.step()
        one, other = taken(step, folder), taken(step, server)
        assert one == other, f"step {number}"
        kinds[type(one).__name__] = kinds.get(type(one).__name__, 0) + 1
        if number % 50 == 0:
            assert_alike(folder, server)
    assert kinds["Outcome"] > STEPS // 4, "hardly anything happened, so nothing was tested"
