"""What did each source say last about an asset?

Beside an asset stands what its sources said of it when they were read last. That tells, at the next reading, what the
source changed and what a person did. A record that turned out to be another one keeps its claims, under the asset that
stayed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from assetmap.model.change import Record
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.rows import FIELDS, columns_of, record_of

_AT_ONCE = 500
_SAID = (*FIELDS, "extra")


@dataclass(frozen=True)
class Claim:
    """What one source said last of one asset.

    Attributes:
        origin: The id that the source's own row has.
        asset: The asset that it speaks of now.
        absent: The moment since when the source no longer has it.
    """

    origin: str
    asset: str
    source: str
    said: Record = field(repr=False)
    at: str = ""
    absent: str | None = None

    @property
    def first(self) -> bool:
        """Whether the asset came from this row of the source, and not from another that turned out to be the same."""
        return self.origin == self.asset


def of_sources(connection: sa.Connection, sources: Collection[str]) -> dict[str, Claim]:
    """All claims of these sources, by origin."""
    return _claims(connection, t.claim.c.source.in_(list(sources)))


def of_assets(connection: sa.Connection, assets: Iterable[str]) -> dict[str, list[Claim]]:
    """The claims about these assets, by asset."""
    wanted = list(dict.fromkeys(assets))
    found: dict[str, list[Claim]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        for claim in _claims(connection, t.claim.c.asset.in_(wanted[start : start + _AT_ONCE])).values():
            found.setdefault(claim.asset, []).append(claim)
    return found


def _claims(connection: sa.Connection, where: sa.ColumnElement[bool]) -> dict[str, Claim]:
    rows = connection.execute(sa.select(t.claim).where(where).order_by(t.claim.c.fid))
    return {row.origin: _claim(row) for row in rows}


def _claim(row: sa.Row[Any]) -> Claim:
    said = record_of(json.loads(row.said or "{}"), row.said_geom)
    return Claim(row.origin, row.asset, row.source, said, row.at, row.absent)


def write(connection: sa.Connection, claims: Iterable[Claim]) -> None:
    """Note what sources say now."""
    content.upsert(connection, t.claim, "origin", [_row(claim) for claim in claims])


def write_new(connection: sa.Connection, rows: Iterable[Mapping[str, Any]], at: str) -> None:
    """Note what sources say of assets that come from them, given as the columns of their rows."""
    claims = [
        {
            "origin": row["id"], "asset": row["id"], "source": row["source"], "at": at, "absent": None,
            "said": json.dumps({name: row[name] for name in _SAID if row.get(name) is not None}, ensure_ascii=False),
            "said_geom": row["geom"],
        }
        for row in rows
    ]  # fmt: skip
    if claims:
        connection.execute(sa.insert(t.claim), claims)


def _row(claim: Claim) -> dict[str, Any]:
    columns = columns_of({name: value for name, value in claim.said.items() if value is not None}, {})
    blob = columns.pop("geom", None)
    return {
        "origin": claim.origin, "asset": claim.asset, "source": claim.source, "at": claim.at, "absent": claim.absent,
        "said": json.dumps(columns, ensure_ascii=False), "said_geom": blob,
    }  # fmt: skip


def mark_absent(connection: sa.Connection, origins: Iterable[str], at: str | None) -> None:
    """Note that sources no longer have these rows, or (None) have them again."""
    rows = [{"is_origin": origin, "since": at} for origin in origins]
    if rows:
        claim = t.claim
        statement = sa.update(claim).where(claim.c.origin == sa.bindparam("is_origin"))
        connection.execute(statement.values(absent=sa.bindparam("since")), rows)


def give_back(connection: sa.Connection, released: Mapping[str, Record]) -> None:
    """Let fields (asset to field to value) that nobody holds any more be their source's again.

    What was put back counts as what the source said last, so that what it says next is news and not against a person.
    """
    mine = [claim for group in of_assets(connection, released).values() for claim in group if claim.first]
    write(connection, [replace(claim, said={**claim.said, **released[claim.asset]}) for claim in mine])


def move(connection: sa.Connection, origins: Iterable[str], asset: str, *, away_from: str) -> None:
    """Let these claims, as far as they speak of the asset `away_from`, speak of another one."""
    rows = [{"is_origin": origin, "from": away_from, "to": asset} for origin in origins]
    if rows:
        one = sa.and_(t.claim.c.origin == sa.bindparam("is_origin"), t.claim.c.asset == sa.bindparam("from"))
        statement = sa.update(t.claim).where(one)
        connection.execute(statement.values(asset=sa.bindparam("to")), rows)
