"""What people and imports do to a store while it is killed, and what must hold afterwards, in any home."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.store import Store
from assetmap.store import tables as t
from tests.stored_world import CLUBS, OSM, assets, inventory

PLACES = tuple(f"Place {i}" for i in range(30))
CLUB_NAMES = tuple(f"Club {i}" for i in range(40))
IDS = [asset_id(OSM.source, f"node/{i}") for i in range(len(PLACES))]
_EDITED = 3
_HARMLESS = {"parts", "disk", "backup", "sqlite", "people"}  # what a store without streets and backups is told of

Acknowledge = Callable[[Any], None]


def new_store(address: Any) -> Store:
    """A store with thirty places."""
    store = Store.create(address)
    store.save(inventory(assets(PLACES)))
    return store


def edit(acknowledge: Acknowledge, turn: int, address: Any) -> None:
    """Edit three places at a time, for ever; each edit has a name."""
    store = Store.open(address)
    for step in itertools.count():
        token = f"{turn}/{step}"
        three = [IDS[(step * _EDITED + i) % len(IDS)] for i in range(_EDITED)]
        store.journal.apply([Change(asset, {"description": f"as of {token}"}) for asset in three], why=token)
        acknowledge(token)


def bring_in(acknowledge: Acknowledge, turn: int, address: Any) -> None:
    """Import forty clubs again and again; each edition says something else of all of them."""
    store = Store.open(address)
    for step in itertools.count():
        token = f"{turn}/{step}"
        store.add(assets(CLUB_NAMES, CLUBS, description=f"as of {token}"), CLUBS, why=token)
        acknowledge(token)


def increment(address: Any, asset: str, times: int) -> int:
    """Count up a number on one asset, each time from what is read; returns how often it had to be read again."""
    store, again = Store.open(address), 0
    for _ in range(times):
        while True:
            seen = store.records.get(asset)[asset]
            wanted = (seen.record["capacity"] or 0.0) + 1.0
            done = store.journal.apply([Change(asset, {"capacity": wanted}, version=seen.version)])
            if done.changed:
                break
            again += 1
    return again


def demand_whole(store: Store, acknowledged: Iterable[str] = ()) -> None:
    """What was acknowledged is there, nothing is there by half, and history and indexes agree with the rows."""
    with store.home.reading() as connection:
        sets = {row.number: row for row in connection.execute(sa.select(t.changeset))}
        counted = sa.select(t.asset_history.c.changeset, sa.func.count()).group_by(t.asset_history.c.changeset)
        touched = {row.changeset: row[1] for row in connection.execute(counted)}
    lost = set(acknowledged) - {row.why for row in sets.values()}
    assert not lost, f"acknowledged and not there: {sorted(lost)}"
    for number, row in sets.items():
        assert touched.get(number, 0) == row.added + row.changed + row.removed, f"changeset {number} is there by half"
    assert sorted(sets) == list(range(1, len(sets) + 1)), "a changeset is missing"
    clubs = {row.record["description"] for row in store.records.within(-180, -90, 180, 90).values()
             if row.record["source"] == CLUBS.source}  # fmt: skip
    assert len(clubs) <= 1, f"one import is there by half: {clubs}"
    wrong = [check for check in store.check() if not check.ok and check.code not in _HARMLESS]
    assert not wrong, wrong
