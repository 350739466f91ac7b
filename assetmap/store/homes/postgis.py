"""What makes a schema of PostgreSQL a store, with an index by place and a history that follow every change?

The tables are those of any store. The triggers keep the history exactly as those of the folder do (`gpkg.py`), so that
edits in psql or QGIS are in it too. They act with the rights of the owner of the store: whoever may edit assets need
not, and should not, have the right to write history.
"""

from __future__ import annotations

import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.messages import M, Message
from assetmap.model.schema import NUMBERS
from assetmap.store import migrate
from assetmap.store import tables as t
from assetmap.store.homes.connection import ServerAddress
from assetmap.store.homes.refusals import host_of, user_of

OLDEST = 120_000  # PostgreSQL 12: the first that gives numbers exactly unless told otherwise


def demand_able(connection: sa.Connection, address: ServerAddress) -> None:
    """Make sure that a server can keep a store.

    Raises:
        StoreError: It is too old, or the database has no Unicode.
    """
    number = int(connection.scalar(sa.text("SHOW server_version_num")) or 0)
    encoding = connection.scalar(sa.text("SHOW server_encoding"))
    if number < OLDEST:
        raise StoreError(
            M("{host} runs PostgreSQL {found}; a store needs {wanted} or later. Nothing was changed.",
              host=host_of(address), found=str(number // 10_000), wanted=str(OLDEST // 10_000))
        )  # fmt: skip
    if encoding != "UTF8":
        raise StoreError(
            M("The database “{database}” keeps texts in {found}, which lacks most letters; a store needs UTF8. Nothing "
              "was changed. Ask for a database made with: createdb -E UTF8", database=str(address.url.database),
              found=str(encoding))
        )  # fmt: skip


def demand_postgis(connection: sa.Connection, address: ServerAddress) -> None:
    """Make sure that the database has PostGIS; fetch it in where this user may.

    Raises:
        StoreError: It is not there and this user may not, or the server does not have it at all.
    """
    if extension_schema(connection) is not None:
        return
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public")
    except sa.exc.DBAPIError as fault:
        raise StoreError(
            M("The database “{database}” has no PostGIS, and {user} may not add it. Nothing was changed. Ask whoever "
              "runs {host} to install PostGIS and to run in this database: CREATE EXTENSION postgis;",
              database=str(address.url.database), user=user_of(address), host=host_of(address))
        ) from fault  # fmt: skip


def extension_schema(connection: sa.Connection) -> str | None:
    """The schema that PostGIS is in, quoted; None where the database has no PostGIS."""
    query = "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace "
    found = connection.exec_driver_sql(query + "WHERE extname = 'postgis'").scalar()
    return None if found is None else str(found)


def create_tables(connection: sa.Connection, extension: str, schema: str) -> None:
    """Make every table in an empty schema, which is the first of the connection's search path."""
    t.metadata.create_all(connection, checkfirst=False)
    for layer in t.INDEXED:
        connection.exec_driver_sql(f"CREATE INDEX {index_of(layer)} ON {layer.name} USING gist (geom)")
    create_history(connection, extension, schema)


def create_history(connection: sa.Connection, extension: str, schema: str) -> None:
    """Let the history follow every change of an asset, whoever makes it."""
    for name, body in _FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = {schema}, {extension}, pg_temp SET extra_float_digits = 1 AS $body$ {body} $body$"
        )
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {_FIRES[name]} EXECUTE FUNCTION {name}()")


def upgrade(connection: sa.Connection, found: int, extension: str, schema: str) -> None:
    """Bring the tables of an older version to this one, inside the connection's transaction."""
    for name in _FUNCTIONS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON asset")
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}()")
    migrate.upgrade(connection, found)
    create_history(connection, extension, schema)


def mend(connection: sa.Connection) -> list[Message]:
    """Make the indexes by place anew that are missing or not valid, inside the connection's transaction."""
    query = sa.text("SELECT indisvalid AND indisready FROM pg_index WHERE indexrelid = to_regclass(:name)")
    done = []
    for layer in t.INDEXED:
        if not connection.scalar(query, {"name": index_of(layer)}):
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index_of(layer)}")
            connection.exec_driver_sql(f"CREATE INDEX {index_of(layer)} ON {layer.name} USING gist (geom)")
            done.append(M("The spatial index of {layer} was made anew.", layer=layer.name))
    return done


def index_of(layer: sa.Table) -> str:
    """The name of the index by place of a layer."""
    return f"{layer.name}_geom"


_NOW = "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
_CHANGED = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in t.WATCHED)
_INTO = "INSERT INTO asset_history (id, version, op, at, by, changeset, old, old_geom)"


def _old(row: str) -> str:
    """What the history keeps of a row, as JSON; numbers as text with all their digits, as in a folder."""
    columns = ", ".join(
        f'{row}."{name}"::text AS "{name}"' if name in NUMBERS else f'{row}."{name}"' for name in t.REMEMBERED
    )
    return f"(SELECT row_to_json(kept)::text FROM (SELECT {columns}) AS kept)"


_FIRES = {
    "asset_history_add": "AFTER INSERT ON asset FOR EACH ROW",
    # whether anything changed is asked inside: here, a restored dump would not find how to compare two shapes
    "asset_history_edit": "BEFORE UPDATE ON asset FOR EACH ROW",
    "asset_history_delete": "AFTER DELETE ON asset FOR EACH ROW",
    "asset_history_truncate": "BEFORE TRUNCATE ON asset FOR EACH STATEMENT",
}
_FUNCTIONS = {
    "asset_history_add": (
        f"BEGIN {_INTO} VALUES (NEW.id, NEW.version, 'add', coalesce(NEW.updated_at, {_NOW}), NEW.updated_by, "
        "NEW.changeset, NULL, NULL); RETURN NULL; END"
    ),
    # assetmap gives each change the number of its changeset and a new version; whoever does not is another program
    "asset_history_edit": (
        "DECLARE outside boolean := NEW.changeset IS NOT DISTINCT FROM OLD.changeset; now text := "
        f"{_NOW}; BEGIN IF NOT ({_CHANGED}) THEN RETURN NEW; END IF; "
        f"{_INTO} VALUES (OLD.id, OLD.version + 1, 'edit', "
        "CASE WHEN outside THEN now ELSE NEW.updated_at END, CASE WHEN outside THEN NULL ELSE NEW.updated_by END, "
        f"CASE WHEN outside THEN NULL ELSE NEW.changeset END, {_old('OLD')}, OLD.geom); "
        "IF NEW.version = OLD.version THEN NEW.version := OLD.version + 1; NEW.changeset := NULL; "
        "NEW.updated_by := NULL; NEW.updated_at := now; END IF; RETURN NEW; END"
    ),
    "asset_history_delete": (
        f"BEGIN {_INTO} VALUES (OLD.id, OLD.version + 1, 'delete', {_NOW}, NULL, NULL, {_old('OLD')}, OLD.geom); "
        "RETURN NULL; END"
    ),
    "asset_history_truncate": (
        f"BEGIN {_INTO} SELECT gone.id, gone.version + 1, 'delete', {_NOW}, NULL, NULL, {_old('gone')}, gone.geom "
        "FROM asset AS gone ORDER BY gone.fid; RETURN NULL; END"
    ),
}
