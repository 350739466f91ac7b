"""Do erased words leave the very bytes of a store, and not only its rows?"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pandas as pd
import psycopg
import pytest
import sqlalchemy as sa

from assetmap.model.change import Change
from assetmap.store import Store
from assetmap.store import tables as t
from assetmap.store.home import Check
from tests.postgres import Cluster
from tests.stored_world import assets, inventory

SECRET = "Hemmelig om Kari 22222222"
NAMES = ("Park", "Kafe", "Kor")


@pytest.fixture
def on_server(server_url: str) -> Store:
    return filled(server_url)


def filled(place: str | Path) -> Store:
    """A store that knows something in every place where it can: asset, history, claims, contacts, a snapshot."""
    store = Store.create(place, wait_s=2)
    kept = assets(NAMES, description=[SECRET, "Kaffe", None])
    store.save(inventory(kept), private=pd.DataFrame({"asset": [kept.index[0]], "field": ["description"],
                                                       "value": [SECRET]}))  # fmt: skip
    store.journal.apply([Change(kept.index[0], {"operator": "Vi"})], by="Ola")
    store.snapshots.take("Spring")
    store.review.suggest("edit", asset=kept.index[0], values={"description": "Hemmelig om Kari"})
    return store


def park(store: Store) -> str:
    frame = store.inventory("connector", network=False).frame
    return str(frame.index[frame["name"] == "Park"][0])


def files(store: Store, cluster: Cluster, schema: str) -> dict[str, bytes]:
    """Every file of the tables of a store on a server, with those beside them, by the name of the table."""
    cluster.sql("CHECKPOINT")
    query = (
        "SELECT r.relname, pg_relation_filepath(f.oid) FROM pg_class r JOIN pg_class f "
        "ON f.oid IN (r.oid, r.reltoastrelid) OR f.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = r.oid) "
        "WHERE r.relkind = 'r' AND r.relnamespace IN (to_regnamespace(%s), to_regnamespace(%s))"
    )
    found: dict[str, bytes] = {}
    for name, path in cluster.sql(query, (schema, f"{schema}_people")):
        parts = sorted((cluster.folder / "data").glob(f"{path}*"))
        found[name] = found.get(name, b"") + b"".join(part.read_bytes() for part in parts)
    return found


def holding(store: Store, cluster: Cluster) -> set[str]:
    """The tables in whose files the words still are."""
    schema = store.address.partition("?schema=")[2]
    return {name for name, content in files(store, cluster, schema).items() if b"Hemmelig om Kari" in content}


def told(store: Store) -> Check:
    (found,) = (check for check in store.check() if check.code == "erased")
    return found


def test_no_byte_of_them_stays_in_the_tables_of_a_server(on_server: Store, cluster: Cluster) -> None:
    store = on_server
    schema = store.address.partition("?schema=")[2]
    cluster.sql(f"ANALYZE {schema}.asset")
    common = "SELECT count(*) FROM pg_stats WHERE schemaname = %s AND to_json(s)::text LIKE '%%Hemmelig om Kari%%'"
    common = common.replace("pg_stats", "pg_stats s")
    before = holding(store, cluster)
    assert before >= {"asset", "claim", "suggestion", "held_contact"}
    store.journal.apply([Change(park(store), {"website": "https://example.org"})])
    assert "asset_history" in holding(store, cluster), "else nothing is tested"
    seen = store.journal.versions(park(store))
    store.journal.erase(park(store), ["description"])
    assert holding(store, cluster) == set()
    assert cluster.sql(common, (schema,)) == [(0,)], "nor in what the server knows of common values"
    assert told(store).ok
    assert len(store.journal.versions(park(store))) >= len(seen)
    assert store.mend() == [], "there is nothing left to do"
    assert [check.code for check in store.check() if not check.ok and check.code != "backup"] == ["parts", "parts"]


def test_no_copy_of_a_snapshot_with_them_stays_on_this_computer(on_server: Store) -> None:
    with on_server.home.reading() as connection:
        file = on_server.home.shelf.local(str(connection.scalar(sa.select(t.snapshot.c.file))))
    assert file is not None
    assert b"Hemmelig om Kari" in file.read_bytes()
    on_server.journal.erase(park(on_server), ["description"])
    assert not file.exists()
    assert on_server.snapshots.frame("Spring")["description"].isna().sum() == 2


def test_where_somebody_looks_at_an_older_moment_doctor_tells_and_mends(on_server: Store, cluster: Cluster) -> None:
    store = on_server
    with psycopg.connect(cluster.url()) as other:
        other.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        other.execute("SELECT 1")
        store.journal.erase(park(store), ["description"])
        assert store.records.get(park(store))[park(store)].record["description"] is None, "the rows are clean at once"
        assert not told(store).ok
        assert "assetmap doctor --mend" in str(told(store).message)
        assert "asset" in holding(store, cluster)
    assert [str(done) for done in store.mend()] == [
        "The tables were written anew, so that no erased words are left in them."
    ]
    assert holding(store, cluster) == set()
    assert told(store).ok


def test_they_do_not_stay_after_a_backup_of_before_was_put_back(on_server: Store, cluster: Cluster) -> None:
    store = on_server
    backup = store.backups.make()
    store.journal.erase(park(store), ["description"])
    store.backups.restore(backup)
    assert holding(store, cluster) == set()
    assert told(store).ok


def test_nor_in_the_files_of_a_folder(tmp_path: Path) -> None:
    store = filled(tmp_path / "store")

    def found() -> set[str]:
        return {p.name for p in store.folder.rglob("*") if p.is_file() and b"Hemmelig om Kari" in p.read_bytes()}

    with contextlib.closing(sqlite3.connect(store.folder / "map.gpkg")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert found() >= {"map.gpkg", "people.db"}
    store.journal.erase(park(store), ["description"])
    with contextlib.closing(sqlite3.connect(store.folder / "map.gpkg")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert found() == set()
