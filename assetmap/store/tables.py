"""Which tables does `map.gpkg` have, and what makes it a GeoPackage?

Each table of ours is written once, for SQLAlchemy; only what makes the file a GeoPackage (its own tables and the
R-tree with the triggers of version 1.4) is SQL for SQLite. `fid` is GeoPackage's own row number: it is never shown and
never a reference; `id` is. Column types are those that GeoPackage knows. A change of any table is a new `VERSION`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from assetmap.model.crs import WGS84
from assetmap.model.schema import NUMBERS, REQUIRED, TEXT, group_columns
from assetmap.store.geometry import SRS, Geom

VERSION = 1
"""The version of the tables; it stands in `schema_version`, as GeoPackage keeps SQLite's own number for itself."""
APPLICATION, GPKG_VERSION = 0x47504B47, 10400

metadata = sa.MetaData()


def _table(name: str, *columns: sa.Column[Any], shape: str = "") -> sa.Table:
    fid: sa.Column[Any] = sa.Column("fid", sa.Integer, primary_key=True)
    geom: list[sa.Column[Any]] = [sa.Column("geom", Geom(shape))] if shape else []
    return sa.Table(name, metadata, fid, *geom, *columns, sqlite_autoincrement=True)


def _text(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text) for name in names]


def _real(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.REAL) for name in names]


def _key(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False, unique=True)


asset = _table(
    "asset",
    _key("id"),
    *[sa.Column(name, sa.Text, nullable=name not in REQUIRED) for name in TEXT],
    *_real(*NUMBERS),
    *_text("extra"),
    shape="GEOMETRY",
)
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

_SYSTEM = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
    organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
    description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))""",
    """CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
# name of each trigger of the R-tree (GeoPackage 1.4, annex F.3), when it fires and what it does; {t} is the table
_NEW = 'ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")'
_THERE, _GONE = '(NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))', '(NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))'
_WAS, _WAS_NOT = '(OLD."geom" NOTNULL AND NOT ST_IsEmpty(OLD."geom"))', '(OLD."geom" ISNULL OR ST_IsEmpty(OLD."geom"))'
_SAME, _MOVED = 'OLD."fid" = NEW."fid"', 'OLD."fid" != NEW."fid"'
_TRIGGERS = {
    "insert": ("INSERT", _THERE, f'INSERT OR REPLACE INTO "rtree_{{t}}_geom" VALUES (NEW."fid", {_NEW})'),
    "update6": (
        'UPDATE OF "geom"', f"{_SAME} AND {_THERE} AND {_WAS}",
        'UPDATE "rtree_{t}_geom" SET minx = ST_MinX(NEW."geom"), maxx = ST_MaxX(NEW."geom"), '
        'miny = ST_MinY(NEW."geom"), maxy = ST_MaxY(NEW."geom") WHERE id = NEW."fid"',
    ),
    "update7": (
        'UPDATE OF "geom"', f"{_SAME} AND {_THERE} AND {_WAS_NOT}",
        f'INSERT INTO "rtree_{{t}}_geom" VALUES (NEW."fid", {_NEW})',
    ),
    "update2": ('UPDATE OF "geom"', f"{_SAME} AND {_GONE}", 'DELETE FROM "rtree_{t}_geom" WHERE id = OLD."fid"'),
    "update5": (
        "UPDATE", f"{_MOVED} AND {_THERE}",
        'DELETE FROM "rtree_{t}_geom" WHERE id = OLD."fid"; '
        f'INSERT OR REPLACE INTO "rtree_{{t}}_geom" VALUES (NEW."fid", {_NEW})',
    ),
    "update4": (
        "UPDATE", f"{_MOVED} AND {_GONE}", 'DELETE FROM "rtree_{t}_geom" WHERE id IN (OLD."fid", NEW."fid")'
    ),
    "delete": ("DELETE", 'OLD."geom" NOT NULL', 'DELETE FROM "rtree_{t}_geom" WHERE id = OLD."fid"'),
}  # fmt: skip


def create_tables(connection: sa.Connection) -> None:
    """Make every table of an empty file, inside the connection's transaction; SQLite's becomes a GeoPackage."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
        connection.exec_driver_sql(f"PRAGMA user_version = {GPKG_VERSION}")
        for statement in _SYSTEM:
            connection.exec_driver_sql(statement)
        _references(connection)
    metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        for table in metadata.sorted_tables:
            _announce(connection, table)
        for table in INDEXED:
            create_rtree(connection, table)
            connection.exec_driver_sql(
                "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', "
                "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
                (table.name,),
            )


def _references(connection: sa.Connection) -> None:
    for row in (
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
        ("WGS 84 geodetic", SRS, "EPSG", SRS, WGS84.to_wkt("WKT1_GDAL"), "longitude and latitude in degrees"),
    ):
        connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", row)


def _announce(connection: sa.Connection, table: sa.Table) -> None:
    layer = "geom" in table.c
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        (table.name, "features" if layer else "attributes", table.name, SRS if layer else None),
    )
    if layer:
        kind = table.c.geom.type
        connection.exec_driver_sql(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            (table.name, kind.kind if isinstance(kind, Geom) else "GEOMETRY", SRS),
        )


def create_rtree(connection: sa.Connection, table: sa.Table) -> None:
    """Make the empty R-tree of a layer, with its triggers."""
    name = f'"rtree_{table.name}_geom"'
    connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {name} USING rtree(id, minx, maxx, miny, maxy)")
    create_triggers(connection, table)


def create_triggers(connection: sa.Connection, table: sa.Table) -> None:
    """Let the R-tree of a layer follow every change of its rows."""
    for name, (event, when, action) in _TRIGGERS.items():
        connection.exec_driver_sql(
            f'CREATE TRIGGER "rtree_{table.name}_geom_{name}" AFTER {event} ON "{table.name}" '
            f"WHEN {when} BEGIN {action.format(t=table.name)}; END"
        )


def drop_rtree(connection: sa.Connection, table: sa.Table) -> None:
    """Take the R-tree of a layer away, with its triggers, before all rows are replaced."""
    for name in _TRIGGERS:
        connection.exec_driver_sql(f'DROP TRIGGER "rtree_{table.name}_geom_{name}"')
    connection.exec_driver_sql(f'DROP TABLE "rtree_{table.name}_geom"')
