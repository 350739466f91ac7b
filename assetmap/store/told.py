"""What changed since a day, as one table?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import sqlalchemy as sa

from assetmap.store import asked
from assetmap.store import tables as t
from assetmap.store.home import Home
from assetmap.store.past import effects_of, events_of

COLUMNS = ("changeset", "at", "by", "why", "kind", "asset", "name", "what", "field", "before", "after")


def changes_since(home: Home, since: str) -> pd.DataFrame:
    """As `Store.changes`."""
    history = t.asset_history.c
    # in the order of happening and not by time, as a clock may have been wrong: what came later is never left out
    first = sa.select(sa.func.min(history.fid)).where(history.at >= asked.since(since)).scalar_subquery()
    query = sa.select(history.id, history.version, history.fid).where(history.fid >= first)
    with home.reading() as connection:
        wanted = {(row.id, row.version): row.fid for row in connection.execute(query)}
        chains = events_of(connection, sorted({asset for asset, _ in wanted}))
        sets = {row.number: row for row in connection.execute(sa.select(t.changeset))}
    events = [e for chain in chains.values() for e in chain if (e.asset, e.version) in wanted]
    rows: list[tuple[Any, ...]] = []
    for event in sorted(events, key=lambda e: wanted[e.asset, e.version], reverse=True):
        entry = sets.get(event.changeset or 0)
        why, kind = (entry.why or "", entry.kind or "") if entry else ("", "outside")
        head = (event.changeset, event.at, event.by, why, kind)
        rows.extend((*head, e.asset, e.name, e.what, e.field, e.before, e.after) for e in effects_of(event))
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="object")
    return frame.astype({"changeset": "Int64"})
