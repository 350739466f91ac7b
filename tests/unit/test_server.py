"""Does a store on a server keep its promises where a folder has none to keep: addresses, rights, others who write?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pytest
import shapely
import sqlalchemy as sa
from geopandas.testing import assert_geodataframe_equal

from assetmap.errors import InputError, StoreError, StoreMissing
from assetmap.model.change import Change
from assetmap.model.schema import complete
from assetmap.settings import settings
from assetmap.store import Store, arrow
from assetmap.store import tables as t
from assetmap.store.frames import read_frame
from assetmap.store.geometry import blob_of, ewkb_of, to_blobs
from assetmap.store.homes.connection import parsed
from tests.postgres import DATABASE, OWNER, Cluster
from tests.stored_world import CLUBS, HOSTILE, OSM, assets, homes, inventory, street
from tests.unit.test_store_geopackage import SHAPES, validator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(server_url: str) -> Store:
    store = Store.create(server_url, wait_s=1)
    store.save(inventory(network=street()), basemap=b"PMTiles")
    return store


def schema_of(url: str) -> str:
    return url.partition("?schema=")[2]


def in_psql(url: str, statement: str, *values: Any) -> list[Any]:
    """What another program does, with its own settings."""
    with psycopg.connect(url.partition("?")[0], autocommit=True) as connection:
        cursor = connection.execute(statement.replace("{s}", schema_of(url)), values)
        return cursor.fetchall() if cursor.description else []


def park(store: Store) -> str:
    """The id of the first asset."""
    return str(store.inventory().frame.index[0])


# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://kari@db.example:5433/map?schema=tune", "postgresql://kari@db.example:5433/map?schema=tune"),
        ("postgres://kari:s%40fe@db.example/map", "postgresql://kari@db.example/map?schema=assetmap"),
        ("postgresql+psycopg://db/map?schema=a_1", "postgresql://db/map?schema=a_1"),
        ("postgresql://kari@/map?host=/run/pg&schema=x", "postgresql://kari@/map?host=%2Frun%2Fpg&schema=x"),
        ("postgresql://k:pw@db/map?sslmode=require", "postgresql://k@db/map?schema=assetmap&sslmode=require"),
    ],
)
def test_an_address_is_shown_without_its_password_and_means_the_same(address: str, shown: str) -> None:
    place = parsed(address)
    assert sorted(str(place).partition("?")[2].split("&")) == sorted(shown.partition("?")[2].split("&"))
    assert str(place).partition("?")[0] == shown.partition("?")[0]
    assert parsed(str(place)).schema == place.schema
    assert "pw" not in repr(place)
    assert "s%40fe" not in repr(place) + str(place)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://kari:secret@db.example", "names no database"),
        ("postgresql://kari:sec@ret@db/map", "no host name"),
        ("postgresql://kari:secret@db:port/map", "taken apart"),
        ("postgresql://kari:secret@db/map?options=-csearch_path%3Dx", "no option of an address"),
        ("postgresql://kari:secret@db/map/other", "names no database"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_without_repeating_it(address: str, why: str) -> None:
    with pytest.raises(StoreError, match=why) as caught:
        Store.open(address)
    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "schema", ["public", "pg_catalog", "Tune", "tu-ne", "1a", 'x"; DROP', "a" * 57, "information_schema"]
)
def test_only_a_plain_name_of_its_own_is_a_schema(schema: str) -> None:
    with pytest.raises(StoreError, match="cannot be the schema"):
        parsed(f"postgresql://kari@db/map?schema={schema}")


def test_without_psycopg_it_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from assetmap.store import Store\n"
        "try: Store.open('postgresql://kari@db/map')\n"
        "except Exception as fault: print(type(fault).__name__, fault)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.startswith("StoreError")
    assert "assetmap[postgres]" in done.stdout


def test_the_password_is_nowhere_in_what_is_said(store: Store, cluster: Cluster, server_url: str) -> None:
    assert cluster.password in server_url
    with pytest.raises(InputError) as caught:
        store.journal.apply([Change("no such", {"name": "x"})])
    told = [repr(store), store.address, repr(store.home), str(caught.value), repr(store.home.place)]
    told += [str(check.message) for check in store.check()]
    assert [text for text in told if cluster.password in text] == []


def test_a_password_may_come_from_the_environment(
    store: Store, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", cluster.password)
    assert Store.open(store.address).fingerprint == store.fingerprint


def test_there_is_no_folder_on_a_server(store: Store) -> None:
    with pytest.raises(StoreError, match="has no folder"):
        _ = store.folder


# --- refusals -------------------------------------------------------------------------------------------------------


def test_nobody_listens_there(cluster: Cluster) -> None:
    with pytest.raises(StoreError, match="could not be reached"):
        Store.open("postgresql://kari:pw@127.0.0.1:1/map")


def test_a_wrong_password(cluster: Cluster) -> None:
    wrong = cluster.url("x").replace(cluster.password, "wrong" + "-one")
    with pytest.raises(StoreError, match="user or the password is wrong") as caught:
        Store.open(wrong)
    assert "wrong-one" not in "".join(traceback.format_exception(caught.value))


def test_no_such_database(cluster: Cluster) -> None:
    with pytest.raises(StoreMissing, match="has no database “nowhere”"):
        Store.open(cluster.url("x", database="nowhere"))


def test_no_such_schema(server_url: str) -> None:
    with pytest.raises(StoreMissing, match="There is no store"):
        Store.open(server_url)


def test_a_database_without_postgis_says_whom_to_ask(cluster: Cluster) -> None:
    cluster.create_database("plain", postgis=False)
    with pytest.raises(StoreError, match=r"no PostGIS.*CREATE EXTENSION postgis"):
        Store.create(cluster.url("x", database="plain"))
    assert cluster.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'x'", database="plain") == []
    store = Store.create(cluster.url("x", database="plain", user="postgres"))
    store.save(inventory())
    assert len(store.inventory()) == 2, "whoever may adds it"


def test_a_database_without_unicode_is_refused(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(database="postgres", user="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE latin OWNER {OWNER} TEMPLATE template0 ENCODING 'LATIN1'")
    with pytest.raises(StoreError, match="LATIN1"):
        Store.create(cluster.url("x", database="latin"))


def test_somebody_elses_schema_is_left_alone(cluster: Cluster, server_url: str) -> None:
    schema = schema_of(server_url)
    in_psql(server_url, "CREATE SCHEMA {s}")
    in_psql(server_url, "CREATE TABLE {s}.asset (name text)")
    for make in (Store.create, Store.open):
        with pytest.raises(StoreError, match="not written by assetmap"):
            make(server_url)
    assert cluster.sql("SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(%s)", [schema]) == [
        ("asset",)
    ]


def test_an_empty_schema_that_was_made_for_us_is_filled(server_url: str) -> None:
    in_psql(server_url, "CREATE SCHEMA {s}")
    Store.create(server_url).save(inventory())
    assert len(Store.open(server_url).inventory()) == 2


def test_tables_of_the_same_name_elsewhere_are_not_ours(cluster: Cluster) -> None:
    cluster.create_database("shared")
    cluster.sql("CREATE TABLE public.asset (x int)", database="shared")
    cluster.sql("CREATE TABLE public.schema_version (version int)", database="shared")
    store = Store.create(cluster.url("mine", database="shared"))
    store.save(inventory())
    assert len(store.inventory()) == 2
    assert cluster.sql("SELECT count(*) FROM public.asset", database="shared") == [(0,)]


def test_a_store_of_a_newer_version_is_left_alone(store: Store, server_url: str) -> None:
    in_psql(server_url, "INSERT INTO {s}.schema_version (version, program, applied_at) VALUES (99, 'assetmap 9', '')")
    for make in (Store.create, Store.open):
        with pytest.raises(StoreError, match=r"version 99.*Install a newer assetmap"):
            make(server_url)


def test_a_store_that_lost_a_table_is_damaged(store: Store, server_url: str) -> None:
    in_psql(server_url, "DROP TABLE {s}.claim")
    with pytest.raises(StoreError, match="some of its tables are gone"):
        Store.open(server_url)


def test_a_store_that_is_dropped_while_it_is_open(store: Store, server_url: str) -> None:
    in_psql(server_url, "DROP SCHEMA {s} CASCADE")
    with pytest.raises(StoreMissing):
        _ = store.fingerprint


def test_a_connection_that_was_ended_is_made_anew(store: Store, cluster: Cluster) -> None:
    before = store.fingerprint
    cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'assetmap'")
    assert store.fingerprint == before


def test_a_connection_that_breaks_in_the_middle_keeps_nothing(store: Store, cluster: Cluster) -> None:
    before = store.fingerprint

    def interrupted() -> None:
        with store.home.writing() as connection:
            connection.execute(sa.delete(t.asset))
            cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'assetmap'")
            connection.execute(sa.delete(t.asset))

    with pytest.raises(StoreError, match="broke"):
        interrupted()
    assert store.fingerprint == before
    assert len(store.inventory()) == 2


def test_errors_never_show_the_values_of_a_row(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        with store.home.writing() as connection:
            connection.execute(sa.insert(t.asset), {"id": park(store), "name": "Kari Nordmann"})
    shown = "".join(traceback.format_exception(caught.value))
    assert "could not be read or written" in shown
    assert "Kari Nordmann" not in shown.replace('"name": "Kari Nordmann"', "")


# --- rights ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(store: Store, cluster: Cluster, server_url: str) -> Iterator[str]:
    """The address of the same store for somebody who may only look."""
    schema = schema_of(server_url)
    cluster.sql(f"CREATE ROLE looker LOGIN PASSWORD '{cluster.password}'")
    cluster.sql(f"GRANT USAGE ON SCHEMA {schema} TO looker")
    cluster.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO looker")
    yield cluster.url(schema, user="looker")
    cluster.sql("DROP OWNED BY looker")
    cluster.sql("DROP ROLE looker")


def test_who_may_only_look_can_look(store: Store, reader: str) -> None:
    theirs = Store.create(reader)
    assert theirs.home.read_only
    assert not store.home.read_only
    assert theirs.inventory().fingerprint == store.inventory().fingerprint
    assert theirs.basemap is not None
    assert {check.code for check in theirs.check() if not check.ok} == set()
    with pytest.raises(StoreError, match="read-only for looker"):
        theirs.save(inventory())
    theirs.home.read_only = False  # as one who was put off the list while the store was open
    with pytest.raises(StoreError, match="looker may not do this"):
        theirs.save(inventory())


def test_who_may_not_look_is_told_so(store: Store, reader: str, cluster: Cluster) -> None:
    cluster.sql(f"REVOKE USAGE ON SCHEMA {schema_of(reader)} FROM looker")
    with pytest.raises(StoreError, match="looker may not look into"):
        Store.open(reader)


def test_who_may_only_edit_assets_leaves_a_history_that_he_cannot_touch(
    store: Store, reader: str, cluster: Cluster
) -> None:
    cluster.sql(f"GRANT UPDATE ON {schema_of(reader)}.asset TO looker")
    in_psql(reader, "UPDATE {s}.asset SET name = 'Lunden' WHERE id = %s", park(store))
    assert [v.record["name"] for v in store.journal.versions(park(store))] == ["Lunden", "Park"]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        in_psql(reader, "DELETE FROM {s}.asset_history")


def test_private_values_lie_in_a_schema_that_only_the_owner_may_read(
    store: Store, reader: str, cluster: Cluster, server_url: str
) -> None:
    schema = schema_of(server_url)
    clubs = assets(("Korps", "Speider"), CLUBS)
    private = pd.DataFrame({"asset": clubs.index, "field": "telefon", "value": ["+47 11111111", "+47 22222222"]})
    both = inventory(pd.concat([complete(assets()), complete(clubs)])).replace(provenance=(OSM, CLUBS))
    cluster.sql(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT SELECT ON TABLES TO PUBLIC")
    cluster.sql(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT USAGE ON SCHEMAS TO PUBLIC")
    store.save(both, private=private)
    cluster.sql(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE ALL ON TABLES FROM PUBLIC")
    cluster.sql(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE ALL ON SCHEMAS FROM PUBLIC")

    def held() -> set[tuple[str, ...]]:
        return {row[:3] for row in in_psql(server_url, "SELECT asset, field, value FROM {s}_people.held_contact")}

    assert held() == set(private.itertuples(index=False, name=None))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        in_psql(reader, "SELECT * FROM {s}_people.held_contact")
    assert [check.ok for check in store.check() if check.code == "people"] == [True]

    store.add(clubs.iloc[:1], CLUBS, private=private.iloc[:1].assign(value="+47 33333333"))
    assert {row[2] for row in held()} == {"+47 33333333"}, "what the source no longer gives is forgotten"
    store.save(inventory().replace(provenance=(OSM, CLUBS)))
    assert held() == set()
    size = in_psql(server_url, "SELECT pg_relation_size('{s}_people.held_contact')")
    assert size == [(0,)], "the table was written anew, without what was forgotten"

    cluster.sql(f"GRANT USAGE ON SCHEMA {schema}_people TO looker")
    cluster.sql(f"GRANT SELECT ON {schema}_people.held_contact TO looker")
    (check,) = [check for check in store.check() if check.code == "people"]
    assert not check.ok
    assert "looker can read" in str(check.message)
    cluster.sql(f"DROP SCHEMA {schema}_people CASCADE")


# --- others who write -----------------------------------------------------------------------------------------------


def test_an_edit_in_psql_is_in_the_history_with_what_was_before(store: Store, server_url: str) -> None:
    key = park(store)
    in_psql(
        server_url,
        "SET extra_float_digits = -5; UPDATE {s}.asset SET capacity = 0.1::float8 + 0.2::float8 WHERE id = '"
        + key
        + "'",
    )
    in_psql(server_url, "UPDATE {s}.asset SET name = 'Lunden', version = version WHERE id = %s", key)
    in_psql(server_url, "UPDATE {s}.asset SET name = 'Lunden', category = category WHERE id = %s", key)  # nothing new
    in_psql(
        server_url, "UPDATE {s}.asset SET geom = public.ST_SetSRID(public.ST_Point(11.5, 59), 4326) WHERE id = %s", key
    )
    stored = store.records.get(key)[key]
    assert (stored.version, stored.changeset, stored.updated_by) == (4, None, "")
    assert stored.record["capacity"] == 0.1 + 0.2
    versions = store.journal.versions(key)
    assert [(v.version, v.op, v.changeset, v.fields) for v in versions] == [
        (4, "edit", None, ("geometry",)), (3, "edit", None, ("name",)), (2, "edit", None, ("capacity",)),
        (1, "add", 1, ()),
    ]  # fmt: skip
    assert versions[1].record["capacity"] == 0.1 + 0.2
    assert versions[1].record["geometry"].equals(shapely.Point(11, 59))
    assert len(store.journal.outside()) == 3
    old = json.loads(in_psql(server_url, "SELECT old FROM {s}.asset_history WHERE version = 2")[0][0])
    assert list(old) == list(t.REMEMBERED)
    assert all(check.ok for check in store.check() if check.code == "history")
    outcome = store.journal.revert(key, 1, by="Kari")
    assert outcome.changed == (key,)
    assert store.records.get(key)[key].record["name"] == "Park"


def test_rows_that_psql_adds_deletes_and_truncates_are_in_the_history(store: Store, server_url: str) -> None:
    first, second = store.inventory().frame.index
    columns = ", ".join(
        c.name for c in t.asset.c if c.name not in ("fid", "id", "version", "changeset", *("updated_at", "updated_by"))
    )
    in_psql(
        server_url,
        f"INSERT INTO {{s}}.asset (id, {columns}) SELECT 'mine', {columns} FROM {{s}}.asset WHERE id = %s",
        first,
    )
    in_psql(server_url, "DELETE FROM {s}.asset WHERE id = %s", second)
    assert [(v.op, v.changeset) for v in store.journal.versions("mine")] == [("add", None)]
    assert [(v.op, v.version) for v in store.journal.versions(second)] == [("delete", 2), ("add", 1)]
    in_psql(server_url, "TRUNCATE {s}.asset")
    assert [(v.op, v.version) for v in store.journal.versions(first)] == [("delete", 2), ("add", 1)]
    assert store.journal.versions("mine")[0].op == "delete"
    assert len(store.inventory()) == 0


def test_a_stale_form_meets_an_edit_in_psql(store: Store, server_url: str) -> None:
    key = park(store)
    in_psql(server_url, "UPDATE {s}.asset SET name = 'Lunden' WHERE id = %s", key)
    outcome = store.journal.apply([Change(key, {"name": "Skogen", "website": "https://a.example"}, version=1)])
    assert [(c.field, c.before, c.mine, c.theirs) for c in outcome.clashes] == [("name", "Park", "Skogen", "Lunden")]
    assert outcome.changed == (key,)
    assert store.records.get(key)[key].record["website"] == "https://a.example"


def test_an_edit_in_psql_between_reading_and_writing_is_not_lost(store: Store, server_url: str) -> None:
    """The row is locked by psql when we come to it, and changed when it is free."""
    key = park(store)
    with psycopg.connect(server_url.partition("?")[0]) as other:
        other.execute(f"UPDATE {schema_of(server_url)}.asset SET name = 'Lunden' WHERE id = %s", [key])
        timer = threading.Timer(0.3, other.commit)
        timer.start()
        with pytest.raises(StoreError, match="changed the same record in this very moment"):
            store.journal.apply([Change(key, {"name": "Skogen"})])
        timer.join()
    assert store.records.get(key)[key].record["name"] == "Lunden"
    assert len(store.journal.changesets()) == 1


def test_who_waits_too_long_is_told_that_another_program_writes(store: Store, server_url: str) -> None:
    key = park(store)
    impatient = Store.open(server_url, wait_s=0.2)
    with psycopg.connect(server_url.partition("?")[0]) as other:
        other.execute(f"UPDATE {schema_of(server_url)}.asset SET name = 'Lunden' WHERE id = %s", [key])
        with pytest.raises(StoreError, match="Another program is writing"):
            impatient.journal.apply([Change(key, {"name": "Skogen"})])
        other.rollback()
        other.execute("SELECT pg_advisory_xact_lock(%s)", [store.home.place.lock])
        begun = time.monotonic()
        with pytest.raises(StoreError, match="Another program is writing"):
            impatient.save(inventory())
        assert time.monotonic() - begun < 5
        assert len(store.inventory()) == 2, "who reads does not wait"
    impatient.save(inventory())


def test_while_one_writes_it_holds_the_one_lock_of_its_schema(store: Store, cluster: Cluster) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    assert cluster.sql(query) == [(0,)]
    with store.home.writing():
        assert cluster.sql(query) == [(1,)]
        with cluster.schema() as elsewhere:
            Store.create(elsewhere).save(inventory())
    assert cluster.sql(query) == [(0,)]


def test_threads_that_write_at_once_wait_for_each_other(server_url: str) -> None:
    store = Store.create(server_url)
    store.save(inventory())
    key = park(store)
    faults: list[BaseException] = []

    def work(writer: int) -> None:
        try:
            for _ in range(5):
                while True:
                    seen = store.records.get(key)[key]
                    wanted = (seen.record["capacity"] or 0) + 1
                    done = store.journal.apply([Change(key, {"capacity": float(wanted)}, version=seen.version)])
                    if not done.clashes and done.changed:
                        break
        except BaseException as fault:  # noqa: BLE001 it belongs to the test, not to the thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert store.records.get(key)[key].record["capacity"] == 30
    assert store.records.get(key)[key].version == 31


def test_who_reads_sees_one_moment(store: Store) -> None:
    with store.home.reading() as connection:
        before = connection.scalar(sa.select(sa.func.count()).select_from(t.asset))
        store.add(assets(("Korps",), CLUBS), CLUBS)
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.asset)) == before
        with pytest.raises(sa.exc.DBAPIError, match="read-only"):
            connection.execute(sa.delete(t.asset))
        connection.rollback()
    assert len(store.inventory()) == 3


def test_two_who_create_at_once_make_one_store(server_url: str) -> None:
    faults: list[BaseException] = []

    def make() -> None:
        try:
            Store.create(server_url)
        except BaseException as fault:  # noqa: BLE001 it belongs to the test, not to the thread
            faults.append(fault)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert in_psql(server_url, "SELECT count(*) FROM {s}.schema_version") == [(1,)]


# --- the files of a store -------------------------------------------------------------------------------------------


def test_files_are_named_and_forgotten_with_the_transaction(store: Store, server_url: str) -> None:
    large = bytes(range(256)) * 50_000  # several pieces
    store.save(inventory(), basemap=large)
    assert store.basemap is not None
    assert store.basemap.read_bytes() == large
    assert in_psql(server_url, "SELECT name FROM {s}.shelf_file") == [("basemap.2.pmtiles",)]

    def interrupted() -> None:
        with store.home.writing(tidy=True) as connection:
            staged = store.home.shelf.stage(".pmtiles")
            staged.write_bytes(b"never")
            store.home.shelf.keep(connection, staged, "basemap.3.pmtiles")
            staged.unlink()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert in_psql(server_url, "SELECT name FROM {s}.shelf_file") == [("basemap.2.pmtiles",)]
    assert list(store.basemap.parent.glob(".*")) == [], "nothing half is left on this computer"


def test_a_copy_is_fetched_once_and_repaired_when_somebody_spoils_it(store: Store, server_url: str) -> None:
    path = store.basemap
    assert path is not None
    assert settings().cache in path.parents
    stamp = path.stat().st_mtime_ns
    assert store.basemap == path
    assert path.stat().st_mtime_ns == stamp
    path.write_bytes(b"spoiled")
    assert store.basemap == path
    assert path.read_bytes() == b"PMTiles"
    path.unlink()
    assert Store.open(server_url).basemap == path
    assert path.exists()


def test_a_file_that_is_damaged_on_the_server_is_never_handed_out(store: Store, server_url: str) -> None:
    path = store.basemap
    assert path is not None
    path.unlink()
    in_psql(server_url, "UPDATE {s}.shelf_piece SET content = 'other' WHERE name LIKE 'basemap%%'")
    with pytest.raises(StoreError, match="damaged on the server"):
        _ = store.basemap
    assert not path.exists()
    assert any("damaged" in str(check.message) for check in store.check() if not check.ok)


# --- large tables, exact values -------------------------------------------------------------------------------------


def test_whole_columns_and_single_rows_give_the_same_frame(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = (*HOSTILE, *(f"Park {i}" for i in range(60)))
    frame = assets(names, capacity=np.where(np.arange(len(names)) % 3, np.arange(len(names)) / 7, np.nan), floors=2)
    frame.loc[frame.index[5], "geometry"] = None
    store = Store.create(server_url)
    store.save(inventory(frame))
    monkeypatch.setattr(arrow, "MANY", 10**9)
    slow = store.inventory().frame
    monkeypatch.setattr(arrow, "MANY", 1)
    with store.home.reading() as connection:
        assert arrow.columns(connection, sa.select(t.asset.c.id), t.asset) is not None, "ADBC does its part"
        fast = read_frame(connection, t.asset, "id")
        store.journal.apply([Change(str(frame.index[0]), kind="remove")])
        again = read_frame(connection, t.asset, "id")
    assert_geodataframe_equal(fast, slow)
    assert_geodataframe_equal(again, slow)  # both connections look at the same moment
    assert_geodataframe_equal(fast, complete(frame)[fast.columns])
    assert len(store.inventory()) == len(names) - 1
    assert len(store.journal.bin()) == 1
    with store.home.writing() as connection:
        assert arrow.columns(connection, sa.select(t.asset.c.id), t.asset) is None, "what is not committed yet"


def test_many_rows_go_in_at_once_with_their_history(server_url: str) -> None:
    frame = assets(tuple(f"a\tb\\N {i}\n\\." for i in range(1_200)), capacity=0.1)
    store = Store.create(server_url)
    store.save(inventory(frame, homes=homes(900, s67=0.3)))
    after = store.inventory()
    assert_geodataframe_equal(after.frame, complete(frame))
    assert len(after.neighbourhood.homes) == 900
    assert all(check.ok for check in store.check() if check.code == "history")
    assert in_psql(server_url, "SELECT count(*), count(DISTINCT changeset) FROM {s}.asset_history") == [(1200, 1)]


@pytest.mark.parametrize("shape", [*SHAPES, shapely.Point(), shapely.Polygon(), shapely.Point(-0.0, 1e-300)])
def test_a_shape_is_the_same_blob_after_the_server(cluster: Cluster, shape: shapely.Geometry) -> None:
    (blob,) = to_blobs([shape])
    (row,) = cluster.sql("SELECT (%s::bytea)::geometry", [ewkb_of(blob)], database=DATABASE)
    assert blob_of(row[0]) == blob
    assert blob_of(bytes.fromhex(row[0])) == blob


def test_an_export_is_a_valid_geopackage_with_a_history_that_goes_on(store: Store, tmp_path: Path) -> None:
    key = park(store)
    store.journal.apply([Change(key, {"name": "Lunden"})], by="Kari", why="its new name")
    store.journal.apply([Change(key, kind="remove")])
    target = store.snapshot(tmp_path / "shot.gpkg")
    assert validator(target) == ""
    if ogrinfo := shutil.which("ogrinfo"):
        seen = subprocess.run([ogrinfo, "-so", "-al", str(target)], capture_output=True, text=True, check=True)
        assert "Layer name: asset" in seen.stdout
        assert "ERROR" not in seen.stdout + seen.stderr
    (tmp_path / "store").mkdir()
    shutil.copy(target, tmp_path / "store" / "map.gpkg")
    copy = Store.open(tmp_path / "store")
    assert copy.journal.changesets() == store.journal.changesets()
    assert [v.record for v in copy.journal.versions(key)] == [v.record for v in store.journal.versions(key)]
    assert_geodataframe_equal(copy.journal.bin(), store.journal.bin())
    copy.journal.undo(3)
    assert [v.version for v in copy.journal.versions(key)] == [4, 3, 2, 1]
    assert all(check.ok for check in copy.check() if check.code in ("integrity", "history", "spatial-index"))


def test_an_index_that_is_gone_shows(store: Store, server_url: str) -> None:
    assert all(check.ok for check in store.check() if check.code == "spatial-index")
    in_psql(server_url, "DROP INDEX {s}.asset_geom")
    (check,) = [check for check in store.check() if check.code == "spatial-index" and not check.ok]
    assert "assetmap doctor --mend" in str(check.message)
    assert len(store.mend()) == 1
    assert all(check.ok for check in store.check() if check.code == "spatial-index")


def test_every_index_is_looked_through_where_the_server_can(store: Store, cluster: Cluster, server_url: str) -> None:
    cluster.sql("CREATE EXTENSION IF NOT EXISTS amcheck")
    cluster.sql(f"GRANT EXECUTE ON FUNCTION bt_index_check(regclass, boolean) TO {OWNER}")
    (check,) = [check for check in store.check() if check.code == "integrity"]
    assert check.ok
    assert "Every index" in str(check.message)
    cluster.sql("DROP EXTENSION amcheck")
    (check,) = [check for check in store.check() if check.code == "integrity"]
    assert check.ok
    assert "can be read" in str(check.message)


# --- texts that cannot be kept, in both homes -----------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d"], ids=["nul", "half"])
def test_what_one_home_cannot_store_no_home_stores(home: str, text: str) -> None:
    store = Store.create(home)
    store.save(inventory())
    before = store.fingerprint
    for change in (
        lambda: store.journal.apply([Change("new", {"name": "Park", "category": "park_green"}, "add")], by=text),
        lambda: store.journal.apply([Change(park(store), {"name": text})]),
        lambda: store.add(assets(("Korps",), CLUBS), CLUBS, why=text),
        lambda: store.records.get([text]) or store.journal.confirm(text),
    ):
        with pytest.raises(InputError):
            change()
    if "\x00" in text:  # half a character cannot get into a frame
        with pytest.raises(InputError, match="NUL"):
            store.add(assets((text,), CLUBS), CLUBS)
        many = assets(tuple(text for _ in range(400)), CLUBS)
        with pytest.raises(InputError, match="NUL"):
            store.add(many, CLUBS)
    assert store.fingerprint == before
    assert len(store.inventory()) == 2
