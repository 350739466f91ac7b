"""What was an asset like before, and who made it what it is?

The history has one row per change, which says what was there before it. So a version is what the next change found, or,
for the last, what stands in the table of assets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assetmap.model.change import Effect, Record
from assetmap.store import tables as t
from assetmap.store.records import read
from assetmap.store.rows import DELETED, OF_THE_ROW, state_of
from assetmap.upkeep.merge import differing

_AT_ONCE = 500


@dataclass(frozen=True)
class Event:
    """One change of one asset.

    Attributes:
        before: What was there before, None for a new asset.
        after: What was there after it, None where the row itself was deleted.
    """

    asset: str
    version: int
    op: str
    at: str
    by: str
    changeset: int | None
    before: Record | None
    after: Record | None


def events_of(connection: sa.Connection, assets: Iterable[str]) -> dict[str, list[Event]]:
    """Every change of these assets, oldest first."""
    wanted = list(dict.fromkeys(assets))
    now = {key: stored.state for key, stored in read(connection, wanted).items()}
    found: dict[str, list[Event]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        part = t.asset_history.c.id.in_(wanted[start : start + _AT_ONCE])
        query = sa.select(t.asset_history).where(part).order_by(t.asset_history.c.version, t.asset_history.c.fid)
        rows: dict[str, list[Any]] = {}
        for row in connection.execute(query):
            rows.setdefault(row.id, []).append(row)
        found |= {key: _events(chain, now.get(key)) for key, chain in rows.items()}
    return found


def _events(chain: list[Any], now: Record | None) -> list[Event]:
    before = [None if row.old is None else state_of(row.old, row.old_geom) for row in chain]
    after = [*before[1:], now]
    return [
        Event(row.id, row.version, row.op, row.at, row.by or "", row.changeset, was, becomes)
        for row, was, becomes in zip(chain, before, after, strict=True)
    ]


def state_at(connection: sa.Connection, asset: str, version: int) -> Record | None:
    """What an asset was in a version that is no longer the last; None where that version is not known."""
    query = sa.select(t.asset_history.c.old, t.asset_history.c.old_geom).where(
        t.asset_history.c.id == asset, t.asset_history.c.version == version + 1
    )
    row = connection.execute(query).first()
    return None if row is None or row.old is None else state_of(row.old, row.old_geom)


def touched_by(connection: sa.Connection, number: int) -> list[str]:
    """The assets that a changeset changed, in order."""
    query = sa.select(t.asset_history.c.id).where(t.asset_history.c.changeset == number).order_by(t.asset_history.c.fid)
    return list(dict.fromkeys(connection.scalars(query)))


def effects_of(event: Event) -> list[Effect]:
    """What one event of the history did."""
    known = event.after or event.before or {}
    name = str(known.get("name") or "")
    if event.before is None:
        return [Effect(event.asset, name, "new")]
    if event.after is None:
        return [Effect(event.asset, name, "gone")]
    told = []
    for field_name in differing(event.before, event.after):
        if field_name == DELETED:
            told.append(Effect(event.asset, name, "gone" if event.after.get(DELETED) else "restored"))
        elif field_name not in OF_THE_ROW:
            was, becomes = event.before.get(field_name), event.after.get(field_name)
            told.append(Effect(event.asset, name, "changed", field_name, was, becomes))
    return told
