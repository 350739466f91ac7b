"""Whose claims speak of which record, where two records turned out to be one thing?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from assetmap.store import claims, content
from assetmap.store import tables as t
from assetmap.store.writing import Pen
from assetmap.upkeep.cards import Between


def pair_of(a: str, b: str) -> str:
    """The key of two records, whichever is named first."""
    return "|".join(sorted((a, b)))


def merged(connection: sa.Connection) -> dict[str, str]:
    """The assets in the bin that turned out to be another one, with that one's id."""
    query = sa.select(t.asset.c.id, t.asset.c.merged_into).where(
        t.asset.c.merged_into.is_not(None), t.asset.c.deleted_at.is_not(None)
    )
    return {row.id: row.merged_into for row in connection.execute(query)}


def turned_out(merged: Mapping[str, str], asset: str) -> str:
    """The asset that one turned out to be by now: itself, or the last of those that it was joined with since."""
    return list(Between(merged).became(asset))[-1]


def note(pen: Pen, a: str, b: str, decision: str, by: str, **more: Any) -> None:
    """Write down what somebody decided about two records."""
    blank = {"kept": None, "origins": None, "score": None, "changeset": None}
    row = {**blank, "pair": pair_of(a, b), "a": a, "b": b, "decision": decision, "by": by, "at": pen.at, **more}
    content.upsert(pen.connection, t.match, "pair", [row])
    pen.dirty()


def turn(pen: Pen, number: int, decision: str = "undone") -> None:
    """Turn the joins and partings of a changeset round: who was joined is parted, who was parted is joined again.

    Args:
        number: The changeset whose rows were just taken back.
        decision: What to note about those who are parted.
    """
    rows = sa.select(t.match).where(t.match.c.changeset == number, t.match.c.kept.is_not(None))
    into = merged(pen.connection)
    for row in pen.connection.execute(rows).fetchall():
        parting = row.decision == "same"
        other = row.b if row.kept == row.a else row.a
        last = turned_out(into, row.kept)
        away, to = (last, other) if parting else (other, last)
        claims.move(pen.connection, json.loads(row.origins or "[]"), to, away_from=away)
        change = sa.update(t.match).where(t.match.c.pair == row.pair)
        pen.connection.execute(change.values(decision=decision if parting else "same", changeset=pen.number, at=pen.at))
        pen.dirty()
