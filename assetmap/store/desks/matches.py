"""Which records of several sources are the same thing, who said so, and how are they parted again?"""

from __future__ import annotations

import sqlalchemy as sa

from assetmap.store import tables as t
from assetmap.store.writing import Pen


def part_again(pen: Pen, number: int) -> None:
    """Where a changeset joined two records, let each have its own sources again."""
    joined = sa.select(t.match).where(t.match.c.changeset == number, t.match.c.decision == "same")
    for row in pen.connection.execute(joined).fetchall():
        raise NotImplementedError(row)
