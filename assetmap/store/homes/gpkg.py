"""What makes an SQLite file a GeoPackage, with an R-tree and a history that follow every change?

GeoPackage's own tables, the R-tree with the triggers of version 1.4, and the triggers that write the history. The
triggers call nothing but what every SQLite has (and the ST_ functions that GeoPackage asks for), so that edits of other
programs are in the history too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from assetmap.model.crs import WGS84
from assetmap.model.schema import NUMBERS
from assetmap.store import migrate
from assetmap.store import tables as t
from assetmap.store.geometry import SRS, Geom, bounds_of

APPLICATION, GPKG_VERSION = 0x47504B47, 10400

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
    """Make every table of an empty file, inside the connection's transaction, and with them a GeoPackage."""
    create_system(connection)
    t.metadata.create_all(connection)
    for table in t.metadata.sorted_tables:
        announce(connection, table)
    for table in t.INDEXED:
        announce_rtree(connection, table)
        create_rtree(connection, table)
    create_history(connection)


def create_system(connection: sa.Connection) -> None:
    """Make an empty file a GeoPackage without any layer."""
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")
    connection.exec_driver_sql(f"PRAGMA user_version = {GPKG_VERSION}")
    for statement in _SYSTEM:
        connection.exec_driver_sql(statement)
    _references(connection)


def upgrade(connection: sa.Connection, found: int) -> None:
    """Bring the tables of an older version to this one, inside the connection's transaction."""
    drop_history(connection)
    migrate.upgrade(connection, found)
    create_history(connection)


def _references(connection: sa.Connection) -> None:
    for row in (
        ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian coordinate reference system"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic coordinate reference system"),
        ("WGS 84 geodetic", SRS, "EPSG", SRS, WGS84.to_wkt("WKT1_GDAL"), "longitude and latitude in degrees"),
    ):
        connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", row)


def announce(connection: sa.Connection, table: sa.Table) -> None:
    """Enter a table into GeoPackage's own list."""
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


def announce_rtree(connection: sa.Connection, table: sa.Table) -> None:
    """Enter the R-tree of a layer into GeoPackage's own list."""
    connection.exec_driver_sql(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        (table.name,),
    )


def create_rtree(connection: sa.Connection, table: sa.Table) -> None:
    """Make the empty R-tree of a layer, with its triggers."""
    name = f'"rtree_{table.name}_geom"'
    connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {name} USING rtree(id, minx, maxx, miny, maxy)")
    create_triggers(connection, table)


def create_triggers(connection: sa.Connection, table: sa.Table) -> None:
    """Let the R-tree of a layer follow every change of its rows."""
    for statement in triggers_of(table).values():
        connection.exec_driver_sql(statement)


def drop_rtree(connection: sa.Connection, table: sa.Table) -> None:
    """Take the R-tree of a layer away, with its triggers, before all rows are replaced."""
    for name in _TRIGGERS:
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "rtree_{table.name}_geom_{name}"')
    connection.exec_driver_sql(f'DROP TABLE IF EXISTS "rtree_{table.name}_geom"')


def fill_rtree(connection: sa.Connection, table: sa.Table, after: int = 0) -> None:
    """Enter the bounds of every row with a higher `fid` into the R-tree."""
    connection.exec_driver_sql(
        f'INSERT INTO "rtree_{table.name}_geom" SELECT fid, ST_MinX(geom), ST_MaxX(geom), ST_MinY(geom), ST_MaxY(geom) '
        f'FROM "{table.name}" WHERE fid > {after:d} AND geom IS NOT NULL AND NOT ST_IsEmpty(geom)'
    )


# --- history --------------------------------------------------------------------------------------------------------

_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
# assetmap gives each change the number of its changeset; whoever does not is another program
_OUTSIDE = 'NEW."changeset" IS OLD."changeset"'
_CHANGED = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in t.WATCHED)
_OLD = ", ".join(
    # SQLite writes a number into JSON with 15 digits, of which one may be wrong
    f"'{name}', CASE WHEN OLD.\"{name}\" IS NOT NULL THEN printf('%!.17g', OLD.\"{name}\") END"
    if name in NUMBERS
    else f"'{name}', OLD.\"{name}\""
    for name in t.REMEMBERED
)
_OF = ", ".join(f'"{name}"' for name in t.WATCHED)
_INTO = "INSERT INTO asset_history (id, version, op, at, by, changeset, old, old_geom)"
_HISTORY = {
    "asset_history_add": (
        f'AFTER INSERT ON asset BEGIN {_INTO} VALUES (NEW."id", NEW."version", \'add\', '
        f'coalesce(NEW."updated_at", {_NOW}), NEW."updated_by", NEW."changeset", NULL, NULL); END'
    ),
    # before, as the row that the next trigger touches again would already hold what is new
    "asset_history_edit": (
        f"BEFORE UPDATE OF {_OF} ON asset WHEN {_CHANGED} BEGIN {_INTO} VALUES "
        f'(OLD."id", OLD."version" + 1, \'edit\', CASE WHEN {_OUTSIDE} THEN {_NOW} ELSE NEW."updated_at" END, '
        f'CASE WHEN {_OUTSIDE} THEN NULL ELSE NEW."updated_by" END, '
        f'CASE WHEN {_OUTSIDE} THEN NULL ELSE NEW."changeset" END, json_object({_OLD}), OLD."geom"); END'
    ),
    "asset_history_outside": (
        f'AFTER UPDATE OF {_OF} ON asset WHEN NEW."version" = OLD."version" AND ({_CHANGED}) BEGIN '
        f'UPDATE asset SET "version" = OLD."version" + 1, "changeset" = NULL, "updated_by" = NULL, '
        f'"updated_at" = {_NOW} WHERE "fid" = NEW."fid"; END'
    ),
    "asset_history_delete": (
        f'BEFORE DELETE ON asset BEGIN {_INTO} VALUES (OLD."id", OLD."version" + 1, \'delete\', {_NOW}, NULL, NULL, '
        f'json_object({_OLD}), OLD."geom"); END'
    ),
    # A program of version 1 that was started before the store got a history replaces all rows when it saves, and takes
    # the R-tree away first. Nobody else deletes assets without it.
    "asset_all_replaced": (
        "BEFORE DELETE ON asset WHEN NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'rtree_asset_geom') BEGIN "
        "SELECT RAISE(ABORT, 'this store was brought up to date meanwhile; start assetmap again'); END"
    ),
}


def triggers() -> dict[str, str]:
    """Every trigger that a map has, by name: the statement that makes it."""
    return {name: made for layer in (*t.INDEXED, None) for name, made in triggers_of(layer).items()}


def triggers_of(layer: sa.Table | None) -> dict[str, str]:
    """The triggers of the R-tree of a layer; None: those of the history."""
    if layer is None:
        return {name: f'CREATE TRIGGER "{name}" {body}' for name, body in _HISTORY.items()}
    return {
        f"rtree_{layer.name}_geom_{name}": f'CREATE TRIGGER "rtree_{layer.name}_geom_{name}" AFTER {event} ON '
        f'"{layer.name}" WHEN {when} BEGIN {action.format(t=layer.name)}; END'
        for name, (event, when, action) in _TRIGGERS.items()
    }


def lost_triggers(connection: sa.Connection) -> set[str]:
    """The names of those that are not there, or do something else."""
    there = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    return set(dict(triggers().items() - {(name, made) for name, made in there}))


def create_history(connection: sa.Connection) -> None:
    """Let the history follow every change of an asset, whoever makes it."""
    for statement in triggers_of(None).values():
        connection.exec_driver_sql(statement)


def drop_history(connection: sa.Connection) -> None:
    """Take the triggers of the history away, before a migration gives the tables other columns."""
    for name in _HISTORY:
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "{name}"')


@contextlib.contextmanager
def inserting_many(connection: sa.Connection) -> Iterator[None]:
    """Insert many assets in the block; the R-tree and the history are filled at its end, all at once."""
    quiet = {"rtree_asset_geom_insert", "asset_history_add"}
    for name in quiet:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    last = connection.exec_driver_sql("SELECT coalesce(max(fid), 0) FROM asset").scalar_one()
    yield
    fill_rtree(connection, t.asset, after=last)
    connection.exec_driver_sql(
        f"INSERT INTO asset_history (id, version, op, at, by, changeset) SELECT id, version, 'add', "
        f"coalesce(updated_at, {_NOW}), updated_by, changeset FROM asset WHERE fid > {last:d} ORDER BY fid"
    )
    for name in sorted(quiet):
        connection.exec_driver_sql(triggers()[name])


def extents(connection: sa.Connection) -> None:
    """Say in GeoPackage's own list how far each layer reaches, and when it changed last."""
    for layer in t.LAYERS:
        if layer in t.INDEXED:  # rounded outward by the R-tree, at most by a metre
            query = f'SELECT min(minx), min(miny), max(maxx), max(maxy) FROM "rtree_{layer.name}_geom"'
        else:
            query = (
                f"SELECT min(ST_MinX(geom)), min(ST_MinY(geom)), max(ST_MaxX(geom)), max(ST_MaxY(geom)) "
                f'FROM "{layer.name}"'
            )
        box = connection.exec_driver_sql(query).one()
        connection.exec_driver_sql(
            f"UPDATE gpkg_contents SET last_change = {_NOW}, min_x = ?, min_y = ?, max_x = ?, max_y = ? "
            "WHERE table_name = ?",
            (*box, layer.name),
        )


def grown(connection: sa.Connection, blob: bytes | None) -> None:
    """The same after one asset was put somewhere: cheap, as the layer can only have grown by it."""
    box = bounds_of(blob)
    if box is None:
        connection.exec_driver_sql(f"UPDATE gpkg_contents SET last_change = {_NOW} WHERE table_name = 'asset'")
        return
    west, east, south, north = box
    connection.exec_driver_sql(
        f"UPDATE gpkg_contents SET last_change = {_NOW}, min_x = min(ifnull(min_x, ?), ?), "
        "min_y = min(ifnull(min_y, ?), ?), max_x = max(ifnull(max_x, ?), ?), max_y = max(ifnull(max_y, ?), ?) "
        "WHERE table_name = 'asset'",
        (west, west, south, south, east, east, north, north),
    )
