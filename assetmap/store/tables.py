"""Which tables does a map have, in a file as on a server?

Each table is written once, for SQLAlchemy; what a home adds (the GeoPackage around them, triggers, indexes by place) is
in `homes`. `fid` is GeoPackage's own row number: it is never shown and never a reference; `id` is. Column types are
those that GeoPackage knows. A change of any table is a new `VERSION` and a migration.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assetmap.model.schema import NUMBERS, REQUIRED, TEXT, group_columns
from assetmap.store.geometry import Geom

VERSION = 2
"""The version of the tables; it stands in `schema_version`, as GeoPackage keeps SQLite's own number for itself."""

metadata = sa.MetaData()
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""A text that a server compares byte by byte too, whatever language it is set to."""
NUMBER: sa.types.TypeEngine[float] = sa.REAL().with_variant(sa.Double(), "postgresql")
"""A number of 64 bits in every home."""


def _table(name: str, *columns: sa.Column[Any], shape: str = "") -> sa.Table:
    fid: sa.Column[Any] = sa.Column("fid", sa.Integer, primary_key=True)
    geom: list[sa.Column[Any]] = [sa.Column("geom", Geom(shape))] if shape else []
    return sa.Table(name, metadata, fid, *geom, *columns, sqlite_autoincrement=True)


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, WORDS) for name in names]


def _real(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, NUMBER) for name in names]


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, WORDS, nullable=False, unique=True)


asset = _table(
    "asset",
    _key("id"),
    *[sa.Column(name, WORDS, nullable=name not in REQUIRED) for name in TEXT],
    *_real(*NUMBERS),
    *_text("extra"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("changeset", sa.Integer),
    *_text("updated_at", "updated_by", "deleted_at", "held", "merged_into"),
    shape="GEOMETRY",
)
"""An asset, with what is known of its row: its `version`, the number of the changeset that made it what it is (None:
another program did), when and by whom, since when it is in the bin, which fields a person holds against any source (a
JSON list), and which asset it turned out to be."""
BOOKKEEPING = ("version", "changeset", "updated_at", "updated_by", "deleted_at", "held", "merged_into")
REMEMBERED = (*TEXT, *NUMBERS, "extra", "deleted_at", "held", "merged_into")
"""The columns of an asset that its history keeps; the shape has a column of its own there."""
WATCHED = ("id", "geom", *REMEMBERED)
"""The columns whose change is a new version."""
asset_history = _table(
    "asset_history",
    sa.Column("id", WORDS, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *_text("op", "at", "by"),
    sa.Column("changeset", sa.Integer),
    *_text("old"),
    sa.Column("old_geom", Geom("BLOB")),
)
"""One row per change of an asset, written by triggers: the `version` that it made, and what was there before it."""
sa.Index("asset_history_of", asset_history.c.id, asset_history.c.version)
sa.Index("asset_history_changeset", asset_history.c.changeset)
changeset = _table(
    "changeset",
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    *_text("at", "by", "why", "kind", "source"),
    *[sa.Column(name, sa.Integer) for name in ("undoes", "undone_by", "added", "changed", "removed")],
)
claim = _table(
    "claim",
    _key("origin"),
    sa.Column("asset", WORDS, nullable=False),
    *_text("source", "said", "at", "absent"),
    sa.Column("said_geom", Geom("BLOB")),
)
"""What a source said last of an asset; `origin` is the id that the source's own row has, `absent` the day since when
the source no longer has it."""
sa.Index("claim_asset", claim.c.asset)
sa.Index("claim_source", claim.c.source)
match = _table(
    "match",
    _key("pair"),
    *_text("a", "b", "decision", "by", "at", "kept", "origins"),
    *_real("score"),
    sa.Column("changeset", sa.Integer),
)
"""What somebody decided about two records: `same`, `different` or `unsure`. Where they are the same: which of them was
`kept`, and the `origins` (a JSON list) whose claims went over to it."""
suggestion = _table(
    "suggestion",
    _key("id"),
    *_text("kind", "asset", "said", "note", "at", "state", "assignee", "reason", "decided_by", "decided_at"),
    sa.Column("version", sa.Integer),
    sa.Column("changeset", sa.Integer),
    sa.Column("said_geom", Geom("BLOB")),
)
"""What somebody without an account suggested; `at` is the day, and nothing about the sender is kept."""
snapshot = _table(
    "snapshot", _key("id"), *_text("name", "at", "by", "note", "method", "counts", "file", "sha256"),
    sa.Column("revision", sa.Integer),
)  # fmt: skip
erasure = _table("erasure", *_text("asset", "field", "at"))
"""Which words were taken out of the history: never the words themselves. A restored backup takes them out again."""
home = _table(
    "home",
    _key("home"),
    *_text("source"),
    *_real("dwellings", "people", "people_low", "people_high", "edge_m", *group_columns()),
    *_text("extra"),
    shape="POINT",
)
boundary = _table("boundary", _key("role"), *_text("name"), shape="GEOMETRY")
population_area = _table("population_area", _key("area"), *_real("total"), *_text("extra"), shape="GEOMETRY")
address = _table("address", *_text("address", "street", "number", "postcode", "city", "extra"), shape="POINT")
provenance = _table(
    "provenance",
    _key("source"),
    *_text("title", "licence", "attribution", "retrieved", "data_date", "url", "sha256", "file"),
)
issue = _table("issue", *_text("source", "asset", "field", "code", "detail", "message"))
setting = _table("setting", _key("key"), *_text("value"))
schema_version = _table(
    "schema_version", sa.Column("version", sa.Integer, nullable=False), *_text("program", "applied_at")
)

LAYERS = tuple(table for table in metadata.sorted_tables if "geom" in table.c)
INDEXED = (asset, home)
"""The layers with an R-tree: those of which a part is asked for by place."""
