"""Whose claims speak of which record, where two records turned out to be one thing?"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from assetmap.store import claims, content
from assetmap.store import tables as t
from assetmap.store.records import read
from assetmap.store.writing import Pen


def pair_of(a: str, b: str) -> str:
    """The key of two records, whichever is named first."""
    return "|".join(sorted((a, b)))


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
    for row in pen.connection.execute(rows).fetchall():
        parting = row.decision == "same"
        other = row.b if row.kept == row.a else row.a
        last = _turned_out(pen, row.kept)
        away, to = (last, other) if parting else (other, last)
        claims.move(pen.connection, json.loads(row.origins or "[]"), to, away_from=away)
        change = sa.update(t.match).where(t.match.c.pair == row.pair)
        pen.connection.execute(change.values(decision=decision if parting else "same", changeset=pen.number, at=pen.at))
        pen.dirty()


def _turned_out(pen: Pen, asset: str) -> str:
    """The asset that one turned out to be by now: itself, or the last of those that it was joined with since."""
    passed: set[str] = set()
    while asset not in passed:
        passed.add(asset)
        stored = read(pen.connection, [asset]).get(asset)
        if stored is not None and stored.merged_into:
            asset = stored.merged_into
    return asset
