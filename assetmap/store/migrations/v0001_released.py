"""What were the tables of the first released version?

A store of that version is never made again; this says what the second version starts from, and a test holds it against
a store that the released program wrote.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from assetmap.store.geometry import Geom
from assetmap.store.homes import gpkg
from assetmap.store.migrations import key, table, text

revision = "0001"
down_revision = None

TEXT = (
    "name", "names", "near", "kind", "category", "description", "address", "website", "opening_hours",
    "opening_hours_normal", "wheelchair", "access", "operator", "audience", "review", "location_precision", "part_of",
    "source", "source_id", "licence", "attribution", "retrieved", "data_date", "tags",
)  # fmt: skip
REQUIRED = (
    "kind", "category", "audience", "review", "location_precision", "source", "source_id", "licence", "retrieved",
)  # fmt: skip
GROUPS = ("c0_5", "c6_12", "y13_19", "a20_66", "s67")


def upgrade() -> None:
    """Make every table in an empty file."""
    gpkg.create_system(op.get_bind())
    asset = _layer("asset", "GEOMETRY", key("id"), *_asset_columns())
    home = _layer("home", "POINT", key("home"), *_home_columns())
    _layer("boundary", "GEOMETRY", key("role"), *text("name"))
    _layer("population_area", "GEOMETRY", key("area"), *_real("total"), *text("extra"))
    _layer("address", "POINT", *text("address", "street", "number", "postcode", "city", "extra"))
    about = text("title", "licence", "attribution", "retrieved", "data_date", "url", "sha256", "file")
    table("provenance", key("source"), *about)
    table("issue", *text("source", "asset", "field", "code", "detail", "message"))
    table("setting", key("key"), *text("value"))
    table("schema_version", sa.Column("version", sa.Integer, nullable=False), *text("program", "applied_at"))
    for layer in (asset, home):
        gpkg.announce_rtree(op.get_bind(), layer)
        gpkg.create_rtree(op.get_bind(), layer)


def _asset_columns() -> list[sa.Column[Any]]:
    texts = [sa.Column(name, sa.Text, nullable=name not in REQUIRED) for name in TEXT]
    return [*texts, *_real("capacity"), *text("extra")]


def _home_columns() -> list[sa.Column[Any]]:
    groups = [f"{group}{end}" for group in GROUPS for end in ("", "_low", "_high")]
    numbers = ("dwellings", "people", "people_low", "people_high", "edge_m", *groups)
    return [*text("source"), *_real(*numbers), *text("extra")]


def _layer(name: str, shape: str, *columns: sa.Column[Any]) -> sa.Table:
    return table(name, sa.Column("geom", Geom(shape)), *columns)


def _real(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.REAL) for name in names]
