"""Does a store that a released version wrote become one of today, whole, with a history, and with nothing lost?"""

from __future__ import annotations

import ast
import contextlib
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.model.change import Change
from assetmap.store import Store, migrate, tables
from assetmap.store.geometry import bounds_of, register
from assetmap.store.homes import gpkg
from assetmap.store.homes.database import Database
from assetmap.store.homes.open import home_at
from assetmap.store.tables import VERSION
from tests import killed_upgrades
from tests.disk import small_disk
from tests.killed_upgrades import bad
from tests.postgres import Cluster
from tests.released_stores import ASSETS, rows, send, version_1
from tests.stored_world import CLUBS, assets, inventory
from tests.unit.test_store_geopackage import validator

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and POSIX rights")
PARK = "47827317-b452-5854-b9c8-eb499bdb9fc4"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a store of version 1."""
    return version_1(tmp_path / "store")


def schema(file: Path) -> dict[str, Any]:
    """Everything of a file but its rows, in no order: columns that were added stand after the others."""
    names = [name for (name,) in rows(file, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    found: dict[str, Any] = {name: set(rows(file, f'SELECT name, type, "notnull", dflt_value, pk FROM '
                                                  f"pragma_table_info('{name}')")) for name in names}  # fmt: skip
    found["unique"] = {
        (name, tuple(column for _, _, column in rows(file, f"PRAGMA index_info('{index[1]}')")))
        for name in names
        for index in rows(file, f"PRAGMA index_list('{name}')")
        if index[2]
    }
    found["triggers and indexes"] = set(rows(file, "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL "
                                                   "AND type != 'table'"))  # fmt: skip
    found["autoincrement"] = set(rows(file, "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"))
    found["contents"] = set(rows(file, "SELECT table_name, data_type, identifier, srs_id FROM gpkg_contents"))
    for table in ("gpkg_geometry_columns", "gpkg_extensions", "gpkg_spatial_ref_sys"):
        found[f"rows of {table}"] = set(rows(file, f"SELECT * FROM {table}"))
    found["program"] = rows(file, "SELECT * FROM pragma_application_id, pragma_user_version")
    return found


def test_the_first_revision_makes_what_was_released(old: Path, tmp_path: Path) -> None:
    file = tmp_path / "made.gpkg"
    file.touch()
    with Database(file).writing() as connection:
        migrate.upgrade(connection, 0, 1)
    assert schema(file) == schema(old / "map.gpkg")


def test_the_revisions_make_the_very_tables_of_today(old: Path, tmp_path: Path) -> None:
    """Whoever changes a table says in a revision how old stores get there: the newest, as long as it is unreleased."""
    Store.open(old)
    Store.create(tmp_path / "new")
    brought, made = schema(old / "map.gpkg"), schema(tmp_path / "new" / "map.gpkg")
    for part in made.keys() | brought.keys():
        assert brought.get(part) == made.get(part), part


def test_there_is_one_revision_per_version_and_none_copies_a_table() -> None:
    files = sorted(migrate.REVISIONS.glob("v*.py"))
    assert [int(file.name[1:5]) for file in files] == list(range(1, VERSION + 1))
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not called & {"batch_alter_table", "run_async"}, "batch mode drops the triggers of the R-tree"
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not imported & {"assetmap.store.tables", "assetmap.model.schema"}, "a revision uses nothing of today"


def test_nothing_is_lost_and_the_file_is_a_geopackage(old: Path) -> None:
    file = old / "map.gpkg"
    names = [name for (name,) in rows(file, "SELECT name FROM pragma_table_info('asset')")]
    query = f"SELECT {', '.join(f'quote({name})' for name in names)} FROM asset ORDER BY fid"
    others = {table: f"SELECT * FROM {table} ORDER BY fid" for table in (
        "home", "boundary", "population_area", "address", "provenance", "issue")}  # fmt: skip
    before = {"asset": rows(file, query), **{table: rows(file, text) for table, text in others.items()}}
    store = Store.open(old)
    after = {"asset": rows(file, query), **{table: rows(file, text) for table, text in others.items()}}
    assert after == before
    assert len(before["asset"]) == 6
    frame = store.inventory("connector").everything
    assert tuple(frame["name"]) == ASSETS
    assert frame["Størrelse"].tolist()[0] == "stor"
    assert frame["capacity"].tolist()[1:3] == [12.5, 1 / 3]
    assert frame.geometry.geom_type.tolist()[:5] == ["Point", "Polygon", "LineString", "MultiPolygon", "Point"]
    assert frame.geometry.tolist()[5] is None
    assert store.basemap is not None
    assert store.basemap.read_bytes() == b"4 assets"
    assert len(store.addresses()) == 1
    assert [p.source for p in store.provenance] == ["osm", "table:clubs.csv"]
    assert bad(store) == []
    assert validator(file) == ""


def test_the_history_begins_with_what_was_there(old: Path) -> None:
    (saved_at,) = rows(old / "map.gpkg", "SELECT value FROM setting WHERE key = 'saved_at'")[0]
    store = Store.open(old)
    (only,) = store.journal.changesets()
    assert (only.number, only.kind, only.source, only.added) == (1, "refresh", "osm, table:clubs.csv", 6)
    assert only.at == saved_at.strip('"'), "nothing is news of today because the program is new"
    (version,) = store.journal.versions(PARK)
    assert (version.version, version.op, version.changeset) == (1, "add", 1)
    assert version.record["description"] == "Lekeplass æøå ÆØÅ"
    store.journal.apply([Change(PARK, {"description": "Ny lekeplass"}, version=1)], by="Kari")
    assert [v.record["description"] for v in store.journal.versions(PARK)] == ["Ny lekeplass", "Lekeplass æøå ÆØÅ"]
    store.journal.undo(2)
    assert store.records.get(PARK)[PARK].record["description"] == "Lekeplass æøå ÆØÅ"
    assert bad(store) == []


def gathered(store: Store) -> gpd.GeoDataFrame:
    whole = store.inventory("connector", network=False).everything
    return whole[whole["source"] == "osm"]


def test_the_next_refresh_knows_what_each_source_had_said(old: Path) -> None:
    store = Store.open(old)
    again = gathered(store)
    inventory = store.inventory("connector", network=False)
    outcome = store.save(inventory.replace(frame=again, provenance=inventory.provenance[:1]))
    assert (outcome.touched, outcome.same, outcome.kept) == (0, 4, ())
    second = again.index[1]
    store.journal.apply([Change(PARK, {"description": "Rettet av Kari"}, version=1)], by="Kari")
    again.loc[PARK, "description"] = "Fra kilden"
    again.loc[second, "description"] = "Fra kilden"
    outcome = store.save(inventory.replace(frame=again.iloc[:3], provenance=inventory.provenance[:1]))
    assert outcome.changed == (second,)
    assert outcome.kept == (PARK,), "what a person corrected stays"
    assert [store.records.get(g)[g].name for g in outcome.gone] == ["Østre skole"]
    assert "Korps" in set(store.inventory("connector", network=False).everything["name"]), "of another source"


def test_the_rtree_goes_on_following(old: Path) -> None:
    store = Store.open(old)
    west, south, east, north = 11.0, 59.0, 11.0005, 59.0005
    assert PARK in store.records.within(west, south, east, north)
    moved = store.records.get(PARK)[PARK].record["geometry"].buffer(0.001).centroid
    store.journal.apply([Change(PARK, {"geometry": shapely.Point(moved.x + 1, moved.y)}, version=1)])
    assert PARK not in store.records.within(west, south, east, north)
    assert PARK in store.records.within(west + 1, south, east + 1, north)
    file = store.folder / "map.gpkg"
    tree = {row[0]: row[1:] for row in rows(file, "SELECT * FROM rtree_asset_geom")}
    placed = {fid: bounds_of(blob) for fid, blob in rows(file, "SELECT fid, geom FROM asset") if blob}
    assert tree.keys() == placed.keys()
    for fid, box in placed.items():
        np.testing.assert_allclose(tree[fid], box, rtol=1e-6)


def test_a_backup_that_was_read_again_comes_first(old: Path) -> None:
    store = Store.open(old)
    (backup,) = store.backups.kept()
    assert (backup.reason, backup.version, backup.assets) == ("upgrade", 1, 6)
    assert schema(backup.path / "map.gpkg").keys() == schema(version_1(old.parent / "other") / "map.gpkg").keys()
    assert {"map.gpkg", "basemap.1.pmtiles"} == set(backup.files)
    assert Store.open(old).backups.kept() == [backup], "once"
    store.journal.apply([Change(PARK, {"name": "Ødelagt"}, version=1)])
    store.backups.restore(backup)
    assert tuple(store.inventory("connector").everything["name"]) == ASSETS


def test_a_store_that_was_never_saved_is_brought_along_too(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old / "map.gpkg")) as connection:
        for name in ("asset_geom_delete", "home_geom_delete"):
            connection.execute(f"DROP TRIGGER rtree_{name}")
        for table in ("asset", "home", "boundary", "address", "provenance", "issue", "rtree_asset_geom",
                      "rtree_home_geom"):  # fmt: skip
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM setting WHERE key != 'store'")
        connection.commit()
    store = Store.open(old)
    assert store.journal.changesets() == []
    assert rows(old / "map.gpkg", "SELECT count(*) FROM asset_history") == [(0,)]


def test_a_column_of_a_file_that_has_a_name_of_today_finds_its_place(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old / "map.gpkg")) as connection:
        register(connection)
        text = '{"valid_from": "1923-05", "confirmed": "ja", "Merknad": "æ"}'
        connection.execute("UPDATE asset SET extra = ? WHERE id = ?", (text, PARK))
        connection.commit()
    store = Store.open(old)
    record = store.records.get(PARK)[PARK].record
    assert (record["valid_from"], record["confirmed"], record["confirmed_text"]) == ("1923-05", None, "ja")
    assert record["Merknad"] == "æ"
    store.journal.apply([Change(PARK, {"valid_from": "1924"}, version=1)])
    assert store.records.get(PARK)[PARK].record["valid_from"] == "1924"
    assert store.inventory("connector").everything.loc[PARK, "valid_from"] == "1924"


def test_two_who_open_it_at_once_bring_it_along_once(tmp_path: Path) -> None:
    old = version_1(tmp_path / "store", times=300)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            assert len(Store.open(old).inventory("connector", network=False).everything) == 1800
        except BaseException as fault:  # noqa: BLE001 it belongs to the test, not to the thread
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    store = Store.open(old)
    assert len(store.backups.kept()) == 1
    assert rows(old / "map.gpkg", "SELECT version FROM schema_version ORDER BY version") == [(1,), (2,)]
    assert bad(store) == []


def test_whoever_reads_meanwhile_reads_on(old: Path) -> None:
    reader = sqlite3.connect(old / "map.gpkg", isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM asset").fetchone() == (6,)
    store = Store.open(old)
    assert len(reader.execute("SELECT * FROM asset").fetchall()[0]) == 29, "the columns of before"
    reader.execute("COMMIT")
    assert len(reader.execute("SELECT * FROM asset").fetchall()[0]) > 29
    reader.close()
    assert bad(store) == []


def test_a_program_of_version_1_that_is_still_open_cannot_replace_all_rows(old: Path) -> None:
    store = Store.open(old)
    store.journal.apply([Change(PARK, {"description": "Rettet av Kari"}, version=1)], by="Kari")
    before = schema(old / "map.gpkg"), rows(old / "map.gpkg", "SELECT id, version, description FROM asset")
    with pytest.raises(sqlite3.IntegrityError, match="brought up to date meanwhile; start assetmap again"):
        send(old / "map.gpkg", "saves")
    assert (schema(old / "map.gpkg"), rows(old / "map.gpkg", "SELECT id, version, description FROM asset")) == before
    assert bad(store) == []


def test_what_a_program_of_version_1_adds_is_in_the_history(old: Path) -> None:
    store = Store.open(old)
    send(old / "map.gpkg", "adds")
    (edit,) = store.journal.outside()[:1]
    assert (edit.version, edit.record["name"], edit.record["description"]) == (2, "Korps", "Øver tirsdag")
    assert edit.changeset is None
    assert bad(store) == []
    assert store.add(assets(("Korps", "Speidergruppa Ørn"), CLUBS), CLUBS).new == ()


@posix
def test_an_old_store_that_may_not_be_written_is_told_and_left() -> None:
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o755)
        folder = version_1(Path(parent) / "store")
        before = (folder / "map.gpkg").read_bytes()
        for path in (*folder.iterdir(), folder):
            path.chmod(0o444 if path.is_file() else 0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            with pytest.raises(StoreError, match="older version, and the folder is read-only"):
                Store.open(folder)
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)
        assert (folder / "map.gpkg").read_bytes() == before
        assert len(list(folder.iterdir())) == 3


@posix
def test_killed_at_any_moment_it_is_of_the_one_version_or_the_other(tmp_path: Path) -> None:
    found = list(killed_upgrades.killed(8, tmp_path, seed=5))
    assert len(found) == 8
    assert set(found) == {1, 2}, "all were killed too early, or all too late"


@pytest.fixture(name="small_disk")
def a_small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "4m") as folder:
        yield folder


def test_a_full_disk_leaves_it_as_it_was(small_disk: Path) -> None:
    old = version_1(small_disk / "store", times=400)
    size = (old / "map.gpkg").stat().st_size
    assert size > 1_000_000
    for room in (1_500_000, size + 400_000):  # not enough for the backup; enough for it, and not for the upgrade
        filler = small_disk / "filler"
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        filler.write_bytes(bytes(max(0, free - room)))
        with pytest.raises(StoreError, match=r"disk is full.*Nothing you saved is lost"):
            Store.open(old)
        filler.unlink()
        assert rows(old / "map.gpkg", "SELECT max(version), count(*) FROM schema_version") == [(1, 1)]
        assert rows(old / "map.gpkg", "SELECT count(*) FROM asset") == [(2400,)]
        assert [path.name for path in (old / "backups").glob(".*")] == []
        for backup in (old / "backups").iterdir():
            for path in backup.iterdir():
                path.unlink()
            backup.rmdir()


LATER = '''
"""A made-up next version."""
import sqlalchemy as sa
from alembic import op

revision = "{new}"
down_revision = {old}


def upgrade() -> None:
    op.add_column("asset", sa.Column("shade", sa.Text))
    op.create_index("asset_shade", "asset", ["shade"])
    table = op.create_table("bench", sa.Column("fid", sa.Integer, primary_key=True), sa.Column("seat", sa.Text))
    op.bulk_insert(table, [{{"seat": "grønn"}}])
'''


def next_version(folder: Path) -> Path:
    """Revisions of which only the last does something: it makes a version after that of today."""
    for number in range(1, VERSION + 2):
        text = LATER.format(new=f"{number:04d}", old=f'"{number - 1:04d}"' if number > 1 else None)
        (folder / f"v{number:04d}.py").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("where", ["folder", "server"])
def test_a_later_version_comes_to_either_home_the_same_way(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    revisions = tmp_path / "revisions"
    revisions.mkdir()
    place = request.getfixturevalue("server_url") if where == "server" else str(tmp_path / "store")
    store = Store.create(place)
    store.add(assets(), CLUBS)
    with home_at(place, 5).writing() as connection:
        before = triggers(connection)
        migrate.upgrade(connection, VERSION, VERSION + 1, revisions=next_version(revisions))
        assert triggers(connection) == before
        assert len(before) >= 4
        assert connection.exec_driver_sql("SELECT seat FROM bench").scalar() == "grønn"
        names = sa.inspect(connection).get_table_names()
        assert "alembic_version" not in names
        assert connection.exec_driver_sql("SELECT count(*) FROM asset WHERE shade IS NULL").scalar() == 2
    with pytest.raises(StoreError, match=f"version {VERSION + 1}.*Install a newer assetmap"):
        Store.open(place)


NEXT = '''
"""A made-up next version, as one would be written."""
import sqlalchemy as sa
from alembic import op

from assetmap.store.migrations import key, table, text

revision = "{new:04d}"
down_revision = "{old:04d}"


def upgrade() -> None:
    for column in text("shade"):
        op.add_column("asset", column)
    table("bench", key("id"), *text("seat"))
    op.get_bind().execute(sa.text("UPDATE asset SET shade = 'lind'"))
'''


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store of today, with a history and a backup, which will be old in a moment."""
    found = request.getfixturevalue("server_url") if request.param == "server" else str(tmp_path / "store")
    store = Store.create(found)
    store.save(inventory(assets(("Park", "Kafé", "Kor"))))
    store.journal.apply([Change(first(store), {"description": "Med dam"})], by="Kari")
    store.backups.make("asked")
    return str(found)


@pytest.fixture
def newer(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A program of the next version; which version that is."""
    revisions = tmp_path / "revisions"
    shutil.copytree(migrate.REVISIONS, revisions, ignore=shutil.ignore_patterns("__pycache__"))
    text = NEXT.format(new=VERSION + 1, old=VERSION)
    (revisions / f"v{VERSION + 1:04d}_made_up.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(migrate, "REVISIONS", revisions)
    monkeypatch.setattr(tables, "VERSION", VERSION + 1)
    return VERSION + 1


def first(store: Store) -> str:
    with store.home.reading() as connection:
        return str(connection.scalar(sa.select(tables.asset.c.id).order_by(tables.asset.c.fid)))


def versions(store: Store) -> list[int]:
    column = tables.schema_version.c.version
    with store.home.reading() as connection:
        return list(connection.scalars(sa.select(column).order_by(column)))


def test_the_next_version_needs_a_revision_and_nothing_else_in_either_home(place: str, newer: int) -> None:
    with home_at(place, 5).reading() as connection:
        before = triggers(connection)
    store = Store.open(place)
    assert versions(store) == [VERSION, newer]
    with store.home.reading() as connection:
        assert triggers(connection) == before
        assert connection.exec_driver_sql("SELECT count(*) FROM asset WHERE shade = 'lind'").scalar() == 3
        assert connection.exec_driver_sql("SELECT count(*) FROM bench").scalar() == 0
    upgrade, asked = store.backups.kept()
    assert (upgrade.reason, upgrade.version, asked.version) == ("upgrade", VERSION, VERSION)
    park = first(store)
    assert store.records.get(park)[park].version == 2, "a new column is no change of an asset"
    store.journal.apply([Change(park, {"description": "Uten dam"})], by="Ola")
    assert [v.record["description"] for v in store.journal.versions(park)] == ["Uten dam", "Med dam", None]
    store.backups.restore(asked)
    assert store.records.get(park)[park].record["description"] == "Med dam", "a backup of before can be read"
    store.backups.verify(store.backups.make())
    assert bad(store) == []
    Store.open(place)
    assert versions(store) == [VERSION, newer], "once"


def test_two_that_open_an_old_store_at_once_bring_it_up_to_date_once(place: str, newer: int) -> None:
    opened: list[Store] = []
    threads = [threading.Thread(target=lambda: opened.append(Store.open(place))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [versions(store) for store in opened] == [[VERSION, newer]] * 3
    assert [backup.reason for backup in opened[0].backups.kept()] == ["upgrade", "asked"]


def test_without_a_backup_nothing_is_brought_up_to_date(
    place: str, newer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_at(place, 5)
    with monkeypatch.context() as patch:
        patch.setattr(type(home.copies), "fill", refuse)
        with pytest.raises(StoreError, match="no room"):
            Store.open(place)
    with home.reading() as connection:
        assert "bench" not in sa.inspect(connection).get_table_names()
    assert versions(Store.open(place)) == [VERSION, newer]


def refuse(*asked: Any) -> None:
    raise StoreError(M("no room"))


def test_on_a_server_only_its_owner_brings_a_store_up_to_date(
    server_url: str, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = server_url.partition("?schema=")[2]
    Store.create(server_url).add(assets(), CLUBS)
    cluster.sql(f"CREATE ROLE editor LOGIN PASSWORD '{cluster.password}'")
    try:
        cluster.sql(f"GRANT USAGE ON SCHEMA {schema} TO editor")
        cluster.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO editor")
        theirs = cluster.url(schema, user="editor")
        assert len(Store.open(theirs).journal.changesets()) == 1
        monkeypatch.setattr(tables, "VERSION", VERSION + 1)
        with pytest.raises(StoreError, match=r"older version.*Ask whoever owns the store to open it once"):
            Store.open(theirs)
        monkeypatch.undo()
        assert versions(Store.open(theirs)) == [VERSION]
    finally:
        cluster.sql("DROP OWNED BY editor")
        cluster.sql("DROP ROLE editor")


def triggers(connection: sa.Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        return set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars())
    query = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'asset'::regclass AND NOT tgisinternal"
    return set(connection.exec_driver_sql(query).scalars())


@pytest.mark.parametrize("where", ["folder", "server"])
def test_a_step_that_fails_leaves_the_version_of_before(
    where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    revisions = tmp_path / "revisions"
    revisions.mkdir()
    next_version(revisions)
    last = revisions / f"v{VERSION + 1:04d}.py"
    last.write_text(last.read_text(encoding="utf-8") + "    raise KeyboardInterrupt\n", encoding="utf-8")
    place = request.getfixturevalue("server_url") if where == "server" else str(tmp_path / "store")
    Store.create(place)
    home = home_at(place, 5)
    with pytest.raises(KeyboardInterrupt), home.writing() as connection:
        migrate.upgrade(connection, VERSION, VERSION + 1, revisions=revisions)
    Store.open(place)
    with home.reading() as connection:
        assert not {"bench", "asset_shade"} & set(sa.inspect(connection).get_table_names())
        assert "asset_shade" not in {index["name"] for index in sa.inspect(connection).get_indexes("asset")}


def test_the_triggers_of_the_history_are_those_of_today(old: Path) -> None:
    """A revision never makes them: they follow the columns of today, whatever version was there before."""
    Store.open(old)
    names = {name for (name,) in rows(old / "map.gpkg", "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert names >= set(gpkg._HISTORY)
