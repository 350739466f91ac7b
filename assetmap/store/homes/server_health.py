"""Is a store on a server whole, quick and closed to others, and if not, what is to be done?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import sqlalchemy as sa

from assetmap.messages import M
from assetmap.store import tables as t
from assetmap.store.home import Check, Home
from assetmap.store.homes.connection import ServerAddress
from assetmap.store.homes.server_wipe import wiped
from assetmap.store.soundness import Answers, answered

_DEAD_SHARE, _DEAD = 0.5, 10_000  # rows that are gone but still take room: more than this is worth a word


class _OnServer(Home, Protocol):
    place: ServerAddress


def _integrity(home: _OnServer) -> Answers:
    """Every index and row by amcheck, where this user may; else every row is read once."""
    with home.reading() as connection:
        names = {"schema": home.place.schema}
        check = connection.scalar(sa.text(_AMCHECK))
        if check:
            connection.execute(sa.text(_INDEXES.format(check=check)), names).fetchall()
            yield True, M("Every index of {store} agrees with its table.", store=home.address)
            return
        rows = sum(connection.exec_driver_sql(_READ.format(table=name)).scalar_one() for name in t.metadata.tables)
        yield True, M("All {n} rows of {store} can be read.", n=rows, store=home.address)


_READ = "SELECT count(kept::text) FROM {table} AS kept"
_AMCHECK = (
    "SELECT p.oid::regproc::text FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' "
    "JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'amcheck' AND p.proname = 'bt_index_check' "
    "AND p.pronargs = 2 AND has_function_privilege(p.oid, 'EXECUTE')"
)
_INDEXES = (
    "SELECT {check}(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
    "WHERE c.relnamespace = to_regnamespace(:schema) AND c.relkind = 'i' AND a.amname = 'btree'"
)


def _gist(home: _OnServer) -> Answers:
    query = sa.text(
        "SELECT r.relname FROM pg_index i JOIN pg_class r ON r.oid = i.indrelid "
        "JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam "
        "WHERE r.relnamespace = to_regnamespace(:schema) AND a.amname = 'gist' AND i.indisvalid AND i.indisready"
    )
    with home.reading() as connection:
        indexed = set(connection.scalars(query, {"schema": home.place.schema}))
    for layer in t.INDEXED:
        if layer.name in indexed:
            yield True, M("The spatial index of {layer} is there and valid.", layer=layer.name)
        else:
            yield False, M("The spatial index of {layer} is missing or not valid, so that a search by place takes "
                           "long. Let whoever owns the store run “assetmap doctor --mend”.",
                           layer=layer.name)  # fmt: skip


def _size(home: _OnServer) -> Answers:
    query = sa.text(
        "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class "
        "WHERE relnamespace = to_regnamespace(:schema) AND relkind = 'r'"
    )
    with home.reading() as connection:
        size = connection.scalar(query, {"schema": home.place.schema})
    yield True, M("The store takes {size} MB on the server.", size=round(float(size or 0) / 1e6))


def _vacuum(home: _OnServer) -> Answers:
    query = sa.text(
        "SELECT relname FROM pg_stat_all_tables WHERE schemaname = :schema AND n_dead_tup > :least "
        "AND n_dead_tup > :share * (n_live_tup + n_dead_tup) ORDER BY n_dead_tup DESC"
    )
    with home.reading() as connection:
        full = list(connection.scalars(query, {"schema": home.place.schema, "least": _DEAD, "share": _DEAD_SHARE}))
    if full:
        yield False, M("Most of what {table} takes on the server are rows that are gone. Ask whoever owns the store to "
                       "run: VACUUM ANALYZE {schema}.{table}", table=full[0], schema=home.place.schema)  # fmt: skip
    else:
        yield True, M("The server clears away rows that are gone.")


_OTHERS = sa.text(
    "SELECT DISTINCT r.rolname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r' "
    "CROSS JOIN pg_roles r WHERE n.nspname = :schema AND r.rolcanlogin AND NOT r.rolsuper "
    "AND NOT pg_has_role(r.oid, c.relowner, 'USAGE') AND has_schema_privilege(r.oid, n.oid, 'USAGE') "
    "AND (has_table_privilege(r.oid, c.oid, 'SELECT') OR has_any_column_privilege(r.oid, c.oid, 'SELECT')) ORDER BY 1"
)


def _people(home: _OnServer) -> Answers:
    schema = home.place.people
    with home.reading() as connection:
        there = connection.scalar(sa.text("SELECT to_regnamespace(:schema) IS NOT NULL"), {"schema": schema})
        others = list(connection.scalars(_OTHERS, {"schema": schema}))
    if not there:
        yield True, M("No personal values are held.")
    elif others:
        yield False, M("{who} can read the schema {schema}, which holds personal values. Ask whoever owns the store to "
                       "run: REVOKE ALL ON SCHEMA {schema} FROM {who}",
                       who=", ".join(others[:5]), schema=schema)  # fmt: skip
    else:
        yield True, M("Personal values are held in the schema {schema}, which only its owner can read.", schema=schema)


def _engine(home: _OnServer) -> Answers:
    with home.reading() as connection:
        server = connection.scalar(sa.text("SHOW server_version"))
        extension = connection.scalar(sa.text("SELECT postgis_lib_version()"))
    yield True, M("PostgreSQL {server} with PostGIS {extension} keeps the store.",
                  server=str(server).split(" ")[0], extension=str(extension))  # fmt: skip


def checks(home: _OnServer) -> list[Check]:
    """What only a server can answer, in order."""
    return answered({code: partial(ask, home) for code, ask in _QUESTIONS.items()})


_QUESTIONS: dict[str, Callable[[_OnServer], Answers]] = {
    "integrity": _integrity,
    "spatial-index": _gist,
    "size": _size,
    "vacuum": _vacuum,
    "people": _people,
    "erased": wiped,
    "postgis": _engine,
}
