"""Is `map.gpkg` a valid GeoPackage whose R-tree follows every change, and are its tables what their version says?"""

from __future__ import annotations

import contextlib
import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from assetmap.model.change import Change
from assetmap.model.provenance import Provenance
from assetmap.model.schema import asset_id
from assetmap.store import Store
from assetmap.store.geometry import bounds_of, from_blobs, register, to_blobs
from assetmap.store.tables import INDEXED, VERSION, metadata
from assetmap.store.tables import asset as asset_table
from tests.released_stores import version_1
from tests.stored_world import CLUBS, HOSTILE, OSM, assets, inventory

MANY = Provenance("table:lag.csv", "Lag", "CC0-1.0", "", "2026-11-21")

SHAPES = (
    shapely.Point(11, 59),
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.LineString([(0, 0), (5, -3)]),
    shapely.box(10, 58, 12, 60),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)]),
    shapely.GeometryCollection([shapely.Point(7, 8), shapely.LineString([(0, 1), (2, 3)])]),
)


def validator(path: Path) -> str:
    """What the OGC rules have against a GeoPackage; empty when nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "osgeo_utils.samples.validate_gpkg", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode or done.stderr else ""


def test_the_map_and_its_snapshots_are_valid_geopackages(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    assert validator(store.snapshot(tmp_path / "empty.gpkg")) == ""
    store.save(inventory(assets(HOSTILE)), basemap=b"x")
    store.add(assets(("Korps", "Speider", "Kor"), CLUBS), CLUBS)
    shot = store.snapshot(tmp_path / "full.gpkg")
    assert validator(shot) == ""
    assert validator(store.folder / "map.gpkg") == "", "an idle store is one whole file"
    if ogrinfo := shutil.which("ogrinfo"):
        seen = subprocess.run([ogrinfo, "-so", "-al", str(shot)], capture_output=True, text=True, check=True)
        assert "Layer name: asset" in seen.stdout
        assert f"Feature Count: {len(HOSTILE) + 3}" in seen.stdout
        assert "ERROR" not in seen.stdout + seen.stderr


A, B, CLUB = asset_id(OSM.source, "node/0"), asset_id(OSM.source, "node/3"), asset_id(CLUBS.source, "node/0")
NEW = {"name": "Gapahuk", "category": "park_green", "geometry": shapely.box(11, 59, 11.001, 59.001)}
DEEDS: dict[str, Callable[[Store], object]] = {
    "created": lambda s: None,
    "gathered": lambda s: s.save(inventory(assets(HOSTILE)), basemap=b"x"),
    "imported": lambda s: s.add(assets(("Korps", "Speider", "Kor"), CLUBS, more=5, fid="x", geom="y"), CLUBS),
    "imported many": lambda s: s.add(assets(tuple(f"Lag {i}" for i in range(600)), MANY), MANY),
    "edited": lambda s: s.journal.apply([
        Change(A, {"name": "Blåbærøya 🧶", "geometry": shapely.MultiPoint([(11, 59), (11.1, 59)]), "height": 1.5}),
        Change(B, {"geometry": None, "tags": None}), Change("gapahuk", NEW, kind="add"),
    ]),
    "moved out of the place": lambda s: s.journal.apply([Change(CLUB, {"geometry": shapely.Point(-179.9, -89)})]),
    "merged": lambda s: s.matches.decide("gapahuk", CLUB, "same"),
    "parted": lambda s: s.matches.part("gapahuk", CLUB),
    "removed": lambda s: s.journal.apply([Change(asset, kind="remove") for asset in (A, "gapahuk")]),
    "restored": lambda s: s.journal.apply([Change(A, kind="restore")]),
    "undone": lambda s: s.journal.undo(4),
    "erased": lambda s: s.journal.erase(A, ["description", "geometry"]),
    "suggested": lambda s: s.review.accept(s.review.suggest("add", values=NEW)),
    "dated": lambda s: s.snapshots.take("Spring"),
    "gathered again": lambda s: s.save(inventory(assets(HOSTILE[:9]))),
    "backed up": lambda s: s.backups.make(),
    "brought back": lambda s: [s.save(inventory(assets(HOSTILE[:2])), remove=True), s.backups.restore("latest")],
}  # fmt: skip


def demand_valid(path: Path, store: Store) -> None:
    """A file that the rules have nothing against, and in which other programs find what the store has."""
    assert validator(path) == ""
    with store.home.reading() as connection:
        ids = list(connection.scalars(sa.select(asset_table.c.id)))
    known = store.records.get(ids)
    found = gpd.read_file(path, layer="asset").set_index("id")
    assert set(found.index) == set(known)
    assert found.crs == 4326 or not len(found)
    for key, one in known.items():
        assert found["name"][key] == one.record["name"]
        here = one.record["geometry"]
        assert found.geometry[key] is None if here is None else shapely.equals_exact(found.geometry[key], here)
    box = (10.99, 58.99, 11.02, 59.01)
    shapes = {key: one.record["geometry"] for key, one in known.items() if one.record["geometry"] is not None}
    inside = {key for key, shape in shapes.items() if shape.intersects(shapely.box(*box))}
    assert set(gpd.read_file(path, layer="asset", bbox=box)["id"]) == inside, "the index by place finds them"
    if ogrinfo := shutil.which("ogrinfo"):
        seen = subprocess.run([ogrinfo, "-so", "-al", str(path)], capture_output=True, text=True, check=True)
        assert f"Layer name: asset\nGeometry: Unknown (any)\nFeature Count: {len(known)}" in seen.stdout
        assert "ERROR" not in seen.stdout + seen.stderr


def test_whatever_was_done_to_a_map_it_is_a_valid_geopackage(home: str, tmp_path: Path) -> None:
    store = Store.create(home)
    for name, deed in DEEDS.items():
        deed(store)
        demand_valid(store.snapshot(tmp_path / f"{name}.gpkg"), store)
        if "://" not in home:
            idle = shutil.copyfile(store.folder / "map.gpkg", tmp_path / "idle.gpkg")
            assert validator(idle) == ""
            assert not (store.folder / "map.gpkg-wal").exists(), "an idle store is one whole file"
    for backup in store.backups.kept():
        for file in backup.path.glob("*.gpkg"):
            assert validator(shutil.copyfile(file, tmp_path / f"{backup.name}.gpkg")) == ""


def test_a_map_that_was_brought_up_to_date_or_rescued_is_a_valid_geopackage(tmp_path: Path) -> None:
    store = Store.open(version_1(tmp_path / "store"))
    demand_valid(store.snapshot(tmp_path / "upgraded.gpkg"), store)
    store.journal.apply([Change(next(iter(store.inventory("connector").frame.index)), {"name": "Ny"})])
    store.backups.make()
    (store.folder / "map.gpkg").write_bytes(b"nothing")
    store.backups.restore("latest")
    store = Store.open(store.folder)
    demand_valid(store.snapshot(tmp_path / "rescued.gpkg"), store)
    demand_valid(shutil.copyfile(store.folder / "map.gpkg", tmp_path / "idle.gpkg"), store)


def test_the_rtree_follows_whatever_is_done_to_a_layer(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.save(inventory())
    shot = store.snapshot(tmp_path / "edited.gpkg")
    connection = sqlite3.connect(shot, isolation_level=None)
    register(connection)
    connection.execute("BEGIN")
    dice = random.Random(7)
    blobs = to_blobs([*SHAPES, None, shapely.Polygon()])
    row = (
        "SELECT kind, category, audience, review, location_precision, source, source_id, licence, retrieved FROM asset"
    )
    names = row.removeprefix("SELECT ").removesuffix(" FROM asset")
    insert = f"INSERT INTO asset (id, geom, {names}) {row.replace('SELECT', 'SELECT ?, ?,')} LIMIT 1"
    for i in range(300):
        blob = dice.choice(blobs)
        (fid,) = connection.execute("SELECT fid FROM asset ORDER BY random() LIMIT 1").fetchone()
        match dice.randrange(5):
            case 0 | 1:
                connection.execute(insert, (f"new {i}", blob))
            case 2:
                connection.execute("UPDATE asset SET geom = ? WHERE fid = ?", (blob, fid))
            case 3:
                connection.execute("UPDATE asset SET fid = ?, geom = ? WHERE fid = ?", (10_000 + i, blob, fid))
            case 4:
                upsert = (
                    f"{insert.replace('LIMIT 1', 'WHERE fid = ' + str(fid))} ON CONFLICT(id) DO UPDATE SET geom = ?"
                )
                connection.execute(upsert, (f"new {i - 1}", blob, blob))
    connection.execute("COMMIT")
    placed = {f: b for f, b in connection.execute("SELECT fid, geom FROM asset") if bounds_of(b)}
    tree = {r[0]: r[1:] for r in connection.execute("SELECT * FROM rtree_asset_geom")}
    assert len(placed) > 20
    assert tree.keys() == placed.keys()
    for fid, blob in placed.items():
        np.testing.assert_allclose(tree[fid], bounds_of(blob), rtol=1e-6)
    connection.close()
    assert validator(shot) == ""


def test_a_part_of_the_map_is_found_by_the_index(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    asked: list[tuple[str, object]] = []
    with store.home.reading() as connection:
        sa.event.listen(connection.engine, "before_cursor_execute", lambda *said: asked.append((str(said[2]), said[3])))
    store.records.within(10, 58, 12, 60)
    (query,) = (one for one in asked if "rtree_asset_geom" in one[0])
    with store.home.reading() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query[0]}", query[1])]
    assert not [step for step in plan if step == "SCAN asset"], "SQLite would read the whole table"
    assert [step for step in plan if step.startswith("SEARCH asset USING INTEGER PRIMARY KEY")]


def test_the_check_finds_an_index_that_does_not_follow(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.save(inventory())
    connection = sqlite3.connect(store.folder / "map.gpkg")
    connection.execute("DELETE FROM rtree_asset_geom WHERE id = 1")
    connection.commit()
    connection.close()
    found = [check for check in store.check() if check.code == "spatial-index" and not check.ok]
    assert len(found) == 1
    assert "wrong for 1 of 2 places" in str(found[0].message)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE rtree_asset_geom SET minx = minx + 0.0001, maxx = maxx + 0.0001",
        "UPDATE rtree_asset_geom SET maxy = maxy + 0.001",
        "DROP TRIGGER asset_history_edit; CREATE TRIGGER asset_history_edit AFTER UPDATE ON asset BEGIN SELECT 1; END",
        "DROP TRIGGER rtree_asset_geom_insert; "
        "CREATE TRIGGER rtree_asset_geom_insert AFTER INSERT ON asset BEGIN SELECT 1; END",
    ],
)
def test_the_check_finds_an_index_that_is_a_little_off_and_triggers_that_do_nothing(harm: str, tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.save(inventory())
    assert [check for check in store.check() if check.code == "spatial-index" and not check.ok] == []
    executed(store.folder / "map.gpkg", harm)
    assert [check for check in store.check() if check.code == "spatial-index" and not check.ok]
    assert store.mend()
    assert [check for check in store.check() if check.code == "spatial-index" and not check.ok] == []


def test_nothing_is_written_without_a_trace_even_where_the_triggers_were_taken_away(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "store")
    store.save(inventory())
    (asset, *_) = store.inventory("connector").frame.index
    before = store.records.get(asset)[asset].record["description"]
    for name in ("asset_history_add", "asset_history_edit", "rtree_asset_geom_update2"):
        executed(store.folder / "map.gpkg", f"DROP TRIGGER {name}")
    done = store.journal.apply([Change(asset, {"description": "ny"})])
    assert done.changeset is not None
    store.journal.undo(done.changeset)
    assert store.records.get(asset)[asset].record["description"] == before
    assert [str(check.message) for check in store.check() if check.code == "spatial-index" and not check.ok] == []


def executed(file: Path, statements: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.executescript(statements)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_survives_its_blob_and_the_header_tells_its_bounds(shape: shapely.Geometry) -> None:
    (blob,) = to_blobs([shapely.force_3d(shape, 5)])
    assert shapely.equals_exact(from_blobs([blob])[0], shape)
    west, south, east, north = shape.bounds
    assert bounds_of(blob) == (west, east, south, north)


def test_shapes_that_other_programs_wrote_are_read(tmp_path: Path) -> None:
    line = shapely.LineString([(0, 1), (2, 3)])
    plain = b"GP\x00\x01\xe6\x10\x00\x00" + shapely.to_wkb(line)
    big_point = b"GP\x00\x00\x00\x00\x10\xe6" + shapely.to_wkb(shapely.Point(1, 2), byte_order=0)
    with_z = b"GP\x00\x05\xe6\x10\x00\x00" + np.array([0, 2, 1, 3, 9, 9], "<f8").tobytes() + shapely.to_wkb(line)
    assert [bounds_of(b) for b in (plain, big_point, with_z)] == [(0, 2, 1, 3), (1, 1, 2, 2), (0, 2, 1, 3)]
    assert [g.geom_type for g in from_blobs([plain, big_point, with_z])] == ["LineString", "Point", "LineString"]


@given(st.lists(st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=20))
def test_any_points_survive(places: list[tuple[float, float] | None]) -> None:
    points = [None if p is None else shapely.Point(p) for p in places]
    back = from_blobs(to_blobs(points))
    assert [None if g is None else (g.x, g.y) for g in back] == places


def test_tables_and_version_belong_together() -> None:
    """Whoever changes a table raises VERSION (and says how old stores become new ones) before pinning it here."""
    ddl = "\n".join(str(sa.schema.CreateTable(table)) for table in metadata.sorted_tables)
    assert (VERSION, hashlib.sha256(ddl.encode()).hexdigest()[:12]) == (2, "acdcebaf6041")
    assert {table.name for table in INDEXED} == {"asset", "home"}
