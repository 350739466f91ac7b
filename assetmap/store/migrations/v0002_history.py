"""How does a store of the first version get a history, and know what each source said?

Everything that it holds came from sources, as nobody could edit yet: so what stands in it is what they said when it was
saved last, all of it by one changeset, the first.
"""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

from assetmap.store.geometry import Geom
from assetmap.store.migrations import key, table, text

revision = "0002"
down_revision = "0001"

TEXT = (
    "name", "names", "near", "kind", "category", "description", "address", "website", "opening_hours",
    "opening_hours_normal", "wheelchair", "access", "operator", "audience", "review", "location_precision", "part_of",
    "source", "source_id", "licence", "attribution", "retrieved", "data_date", "valid_from", "valid_to", "confirmed",
    "tags",
)  # fmt: skip
NEW_TEXT = ("valid_from", "valid_to", "confirmed")
DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
SAID = (*TEXT, "capacity", "extra")
MANY = 1000


def upgrade() -> None:
    """Add the columns and tables, and say of each asset where it comes from."""
    for column in _asset_columns():
        op.add_column("asset", column)
    _new_tables()
    connection = op.get_bind()
    _move_dates(connection)
    _begin_history(connection)
    _note_claims(connection)


def _asset_columns() -> list[sa.Column[Any]]:
    return [
        *text(*NEW_TEXT),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("changeset", sa.Integer),
        *text("updated_at", "updated_by", "deleted_at", "held", "merged_into"),
    ]


def _new_tables() -> None:
    number = sa.Column("number", sa.Integer, nullable=False, unique=True)
    counts = _whole("undoes", "undone_by", "added", "changed", "removed")
    version = sa.Column("version", sa.Integer, nullable=False)
    old = sa.Column("old_geom", Geom("BLOB"))
    table("asset_history", _must("id"), version, *text("op", "at", "by"), *_whole("changeset"), *text("old"), old)
    table("changeset", number, *text("at", "by", "why", "kind", "source"), *counts)
    table("claim", key("origin"), _must("asset"), *text("source", "said", "at", "absent"), _said_geom())
    decided = text("a", "b", "decision", "by", "at", "kept", "origins")
    table("match", key("pair"), *decided, sa.Column("score", sa.REAL), *_whole("changeset"))
    asked = ("kind", "asset", "said", "note", "at", "state", "assignee", "reason", "decided_by", "decided_at")
    table("suggestion", key("id"), *text(*asked), *_whole("version", "changeset"), _said_geom())
    taken = ("name", "at", "by", "note", "method", "counts", "file", "sha256")
    table("snapshot", key("id"), *text(*taken), *_whole("revision"))
    table("erasure", *text("asset", "field", "at"))
    op.create_index("asset_history_of", "asset_history", ["id", "version"])
    op.create_index("asset_history_changeset", "asset_history", ["changeset"])
    op.create_index("claim_asset", "claim", ["asset"])
    op.create_index("claim_source", "claim", ["source"])


def _move_dates(connection: sa.Connection) -> None:
    """A file may have had a column of a name that has a column of its own now: its dates go there, and what is no date
    stays in `extra` under another name."""
    asset = sa.table("asset", *[sa.column(name) for name in ("fid", "extra", *NEW_TEXT)])
    rows = connection.execute(sa.select(asset.c.fid, asset.c.extra).where(asset.c.extra.is_not(None)))
    for row in rows.fetchall():
        extra = json.loads(row.extra)
        names = [name for name in NEW_TEXT if name in extra]
        if not names:
            continue
        found = {name: extra.pop(name) for name in names}
        dates = {name: text for name, text in found.items() if isinstance(text, str) and DATE.fullmatch(text)}
        extra |= {f"{name}_text": value for name, value in found.items() if name not in dates}
        text = json.dumps(extra, ensure_ascii=False) if extra else None
        connection.execute(sa.update(asset).where(asset.c.fid == row.fid).values(extra=text, **dates))


def _begin_history(connection: sa.Connection) -> None:
    """One changeset with everything, of the moment when it was saved last."""
    at = _saved_at(connection)
    sources = connection.exec_driver_sql("SELECT DISTINCT source FROM asset ORDER BY source").scalars().all()
    if not sources:
        return
    connection.exec_driver_sql(
        "INSERT INTO changeset (number, at, by, why, kind, source, added, changed, removed) "
        "SELECT 1, ?, '', '', 'refresh', ?, count(*), 0, 0 FROM asset",
        (at, ", ".join(sources)),
    )
    connection.exec_driver_sql("UPDATE asset SET changeset = 1, updated_at = ?, updated_by = ''", (at,))
    connection.exec_driver_sql(
        "INSERT INTO asset_history (id, version, op, at, by, changeset) "
        "SELECT id, 1, 'add', ?, '', 1 FROM asset ORDER BY fid",
        (at,),
    )


def _note_claims(connection: sa.Connection) -> None:
    """What stands in the store is what its source said."""
    names = ("id", "geom", *SAID)
    asset = sa.table("asset", sa.column("fid"), *[sa.column(name) for name in names])
    claim = sa.table("claim", *[sa.column(n) for n in ("origin", "asset", "source", "said", "at", "said_geom")])
    day = _saved_at(connection)[:10]
    last = 0
    while rows := connection.execute(
        sa.select(asset).where(asset.c.fid > last).order_by(asset.c.fid).limit(MANY)
    ).fetchall():
        connection.execute(sa.insert(claim), [_claim(row._mapping, day) for row in rows])
        last = rows[-1].fid


def _claim(row: Any, day: str) -> dict[str, Any]:
    said = {name: row[name] for name in SAID if row[name] is not None}
    return {
        "origin": row["id"], "asset": row["id"], "source": row["source"], "at": day,
        "said": json.dumps(said, ensure_ascii=False), "said_geom": row["geom"],
    }  # fmt: skip


def _saved_at(connection: sa.Connection) -> str:
    """When it was saved last; an empty store, which was never saved, has no asset either."""
    text = connection.exec_driver_sql("SELECT value FROM setting WHERE \"key\" = 'saved_at'").scalar()
    return str(json.loads(text)) if text else ""


def _must(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def _said_geom() -> sa.Column[Any]:
    return sa.Column("said_geom", Geom("BLOB"))


def _whole(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer) for name in names]
