"""Where do values go that may be somebody's contact, when the store is on a server?

Into a schema of their own, made when the first of them comes, which only the owner of the store may look into. They are
only written here: nothing reads them until people themselves have said who may.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from assetmap.store.homes.people import held_contact, metadata


def exists(connection: sa.Connection, schema: str) -> bool:
    """Whether anything was ever held apart."""
    return connection.scalar(sa.select(sa.func.to_regclass(f"{schema}.held_contact"))) is not None


def create(connection: sa.Connection, schema: str) -> None:
    """Make the schema and its table, for their owner alone."""
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
    metadata.create_all(connection, checkfirst=False)
    # a database may be set to give others rights on whatever is made
    connection.exec_driver_sql(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC")
    connection.exec_driver_sql("REVOKE ALL ON held_contact FROM PUBLIC")


def hold(connection: sa.Connection, schema: str, rows: list[dict[str, str]]) -> None:
    """Set private values aside, in a transaction of their own, before the map that names their assets is committed."""
    if not exists(connection, schema):
        create(connection, schema)
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
    statement = postgresql.insert(held_contact)
    new = {name: statement.excluded[name] for name in ("source", "retrieved")}
    connection.execute(statement.on_conflict_do_update(index_elements=["asset", "field", "value"], set_=new), rows)


def forget(connection: sa.Connection, schema: str, asset: str, fields: list[str]) -> None:
    """Forget the values that were found in these fields of an asset."""
    if exists(connection, schema):
        connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
        own = sa.and_(held_contact.c.asset == asset, held_contact.c.field.in_(fields))
        connection.execute(sa.delete(held_contact).where(own))


def prune(
    connection: sa.Connection, schema: str, assets: set[str], sources: set[str], rows: list[dict[str, str]]
) -> bool:
    """Forget values whose asset is no longer on the map, and those that a source no longer gives; as in a folder.

    Returns:
        Whether anything was forgotten.
    """
    if not exists(connection, schema):
        return False
    connection.exec_driver_sql(f"SET LOCAL search_path = {schema}")
    given = {(row["asset"], row["field"], row["value"]) for row in rows}
    columns = held_contact.c
    gone = [
        {"a": asset, "f": field, "v": value}
        for asset, field, value, source in connection.execute(
            sa.select(columns.asset, columns.field, columns.value, columns.source)
        )
        if asset not in assets or (source in sources and (asset, field, value) not in given)
    ]
    if gone:
        this = (columns.asset == sa.bindparam("a"), columns.field == sa.bindparam("f"))
        connection.execute(sa.delete(held_contact).where(*this, columns.value == sa.bindparam("v")), gone)
    return bool(gone)
