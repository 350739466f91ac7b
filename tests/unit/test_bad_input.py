"""Does everything that can be wrong with a file get a sentence, and does what was stored before stay?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from assetmap.settings import settings
from assetmap.sources.boundary import read_boundary
from tests.hostile import HOSTILE
from tests.towns import Said, assetmap_cli, osm_town, write_osm
from tests.worlds import OsmWorld, lonlat

LON, LAT = lonlat(0, 0)


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bad")
    said = assetmap_cli("gather", "--osm", write_osm(osm_town(), folder / "town.osm"), "--store", folder / "store")
    assert said.code == 0, said.err
    return folder / "store"


@pytest.fixture
def store(gathered: Path) -> Iterator[Path]:
    """A store with a town in it; when the test ends it must be whole and answer as before."""
    before = _state(gathered)
    yield gathered
    assert _state(gathered) == before, "what was stored before is not what is stored now"
    assert assetmap_cli("doctor", "--store", gathered).code == 0


def _state(store: Path) -> str:
    asked = assetmap_cli("analyse", "coverage", "--category", "playground", "--json", "--store", store).json
    files = sorted((p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in store.glob("*.npz"))
    return json.dumps([asked["receipt"]["inputs"], asked["share"], files])


def refused(said: Said, *words: str) -> None:
    """One sentence on standard error, with these words, and the code for what cannot be used."""
    assert said.code == 2, (said.code, said.out, said.err)
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err, said.err


# -- OpenStreetMap files -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.osm", b""),
        ("empty.osm.pbf", b""),
        ("nothing.osm", b'<?xml version="1.0"?><osm version="0.6"></osm>'),
        ("html.osm", b"<html><body>404</body></html>"),
        ("text.osm.pbf", b"this is no map" * 20),
        ("gone.osm.gz", b"\x1f\x8b\x08\x00broken"),
        ("gone.osm.zip", b"PK\x03\x04broken"),
        ("table.csv", b"a,b\n1,2\n"),
    ],
)
def test_files_that_are_no_map(name: str, content: bytes, store: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    said = assetmap_cli("gather", "--osm", tmp_path / name, "--store", store)
    refused(said, name)
    assert "again" in said.err or "Expected" in said.err, "what to do"


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
def test_a_map_that_was_cut_off(part: float, store: Path, tmp_path: Path) -> None:
    whole = write_osm(osm_town(), tmp_path / "cut.osm").read_bytes()
    (tmp_path / "cut.osm").write_bytes(whole[: int(len(whole) * part)])
    refused(assetmap_cli("gather", "--osm", tmp_path / "cut.osm", "--store", store), "cut.osm")


def test_a_real_map_that_was_cut_off(store: Path, tmp_path: Path, shared: Path) -> None:
    whole = (shared / "osm/copenhagen_christianshavn_2017.sorted.osm.pbf").read_bytes()
    (tmp_path / "cut.osm.pbf").write_bytes(whole[: len(whole) // 2])
    refused(assetmap_cli("gather", "--osm", tmp_path / "cut.osm.pbf", "--store", store), "cut.osm.pbf")


def test_a_map_without_streets_is_kept_and_says_so(tmp_path: Path) -> None:
    osm = write_osm(osm_town(streets=True), tmp_path / "roadless.osm")
    said = assetmap_cli("gather", "--osm", osm, "--store", tmp_path / "s")
    assert said.code == 0, said.err
    assert "holds no street or path that may be walked" in said.out
    assert "Expected an OpenStreetMap extract with the tag highway" in said.out
    refused(
        assetmap_cli("analyse", "coverage", "--category", "playground", "--store", tmp_path / "s"),
        "nothing to walk on", "Gather the place with its streets",
    )  # fmt: skip
    assert assetmap_cli("export", tmp_path / "x.csv", "--store", tmp_path / "s").code == 0


def test_a_map_without_assets_is_not_mapped_yet(tmp_path: Path) -> None:
    osm = write_osm(osm_town(assets=True), tmp_path / "bare.osm")
    said = assetmap_cli("gather", "--osm", osm, "--store", tmp_path / "s")
    assert said.code == 0, said.err
    assert "The map holds no assets" in said.out
    figures = assetmap_cli("analyse", "coverage", "--category", "playground", "--json", "--store", tmp_path / "s").json
    assert (figures["share"], figures["share_low"], figures["assets"], figures["denominator"]) == (None, None, 0, 4)
    assert "none is mapped here yet" in figures["sentence"]
    refused(assetmap_cli("analyse", "coverage", "--store", tmp_path / "s"), "holds no assets yet", "--category")


def test_a_map_without_homes(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (600, 0)], highway="residential")
    world.node(0.0, 0.0, 9, leisure="playground")
    said = assetmap_cli("gather", "--osm", write_osm(world, tmp_path / "x.osm"), "--store", tmp_path / "s")
    assert said.code == 0, said.err
    assert "No home was found" in said.out
    figures = assetmap_cli("analyse", "coverage", "--category", "playground", "--json", "--store", tmp_path / "s").json
    assert figures["share"] is None
    assert "no home is known here" in figures["sentence"]


# -- places and boundaries -----------------------------------------------------------------------------------------


def test_without_a_network_a_place_name_is_a_sentence(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOMINATIM_URL", "OVERPASS_URL"):
        monkeypatch.setenv(f"ASSETMAP_{name}", "http://127.0.0.1:9/")
    monkeypatch.setenv("ASSETMAP_RETRIES", "0")
    settings.cache_clear()
    try:
        said = assetmap_cli("gather", "Christianshavn, Copenhagen", "--store", store)
    finally:
        settings.cache_clear()
    assert said.code == 3
    assert said.err.count("\n") == 1
    assert "--osm" in said.err, "what to do without a network"


def boundary(folder: Path, *shapes: shapely.Geometry, **names: str) -> Path:
    features = [
        {"type": "Feature", "properties": {"name": f"Area {i}"} | names, "geometry": json.loads(shapely.to_geojson(s))}
        for i, s in enumerate(shapes)
    ]
    path = folder / "area.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def gather_within(store: Path, folder: Path, area: Path, *words: str) -> Said:
    osm = write_osm(osm_town(), folder / "again.osm")
    return assetmap_cli("gather", *words, "--osm", osm, "--boundary", area, "--store", store)


def test_a_boundary_elsewhere(store: Path, tmp_path: Path) -> None:
    area = boundary(tmp_path, shapely.box(2.2, 48.8, 2.4, 48.9))
    refused(
        gather_within(store, tmp_path, area), "lies outside the area that the map covers", "Expected them to overlap"
    )


def test_a_boundary_with_its_axes_swapped(tmp_path: Path) -> None:
    """Latitude before longitude lies in the Indian Ocean, nowhere near the map: it is turned back, and that is said."""
    area = boundary(tmp_path, shapely.box(LAT - 0.01, LON - 0.01, LAT + 0.01, LON + 0.01))
    said = gather_within(tmp_path / "other", tmp_path, area)
    assert said.code == 0, said.err
    assert "North and east are swapped" in said.out
    assert "4 homes" in said.out


def test_a_boundary_of_points(store: Path, tmp_path: Path) -> None:
    refused(gather_within(store, tmp_path, boundary(tmp_path, shapely.Point(LON, LAT))), "area.geojson")


def test_which_of_several_areas(store: Path, tmp_path: Path) -> None:
    near = shapely.box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01)
    area = boundary(tmp_path, near, shapely.box(2, 48, 3, 49))
    refused(gather_within(store, tmp_path, area, "Atlantis"), "no area called “Atlantis”", "Area 0")


def test_a_study_area_that_the_map_covers_in_part(tmp_path: Path) -> None:
    """The map is 2.5 km wide; an area that reaches as far again to the east is half known."""
    (west, south), (east, north) = lonlat(-1000, -1000), lonlat(1500, 1500)
    area = boundary(tmp_path, shapely.box(west, south, 2 * east - west, north))
    said = gather_within(tmp_path / "s", tmp_path, area, "--lang", "en")
    assert "The map covers only 50% of the boundary" in said.out
    caveats = assetmap_cli("analyse", "coverage", "--category", "playground", "--json", "--store", tmp_path / "s").json[
        "caveats"
    ]
    assert any("covers only 50% of the boundary" in caveat for caveat in caveats)


def test_each_of_the_28_invalid_municipalities_can_be_a_boundary(shared: Path) -> None:
    path = shared / "boundaries/no_kommuner_2024_S.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    names = [
        next(v for k, v in f["properties"].items() if "name" in k.lower() or "navn" in k.lower())
        for f in features
        if not shapely.from_geojson(json.dumps(f["geometry"])).is_valid
    ]
    assert len(names) == 28
    for name in [name for name in names if names.count(name) == 1 and name != "Herøy"][:6]:
        found = read_boundary(path, name)
        assert found.polygon.is_valid
        assert found.issues, "that it was mended is said"


# -- tables --------------------------------------------------------------------------------------------------------


def add(store: Path, folder: Path, text: str, name: str = "rows.csv") -> Said:
    (folder / name).write_text(text, encoding="utf-8")
    return assetmap_cli("add", folder / name, "--dry-run", "--store", store)


def test_an_empty_table(store: Path, tmp_path: Path) -> None:
    refused(add(store, tmp_path, ""), "rows.csv")


def test_rows_at_null_island_have_no_place(store: Path, tmp_path: Path) -> None:
    said = add(store, tmp_path, f"navn;kategori;lat;lon\nA;Lekeplass;0;0\nB;Lekeplass;{LAT};{LON}\n")
    assert said.code == 0, said.err
    assert "its coordinates are 0, 0, which is in the sea off Africa" in said.out
    assert "1 would be new, 0 changed, 0 as before" in said.out
    assert "One row would be handed back" in said.out


def test_swapped_axes_are_seen(store: Path, tmp_path: Path) -> None:
    rows = "\n".join(f"Lekeplass {i};Lekeplass;{LON + i / 1e4:.6f};{LAT + i / 1e4:.6f}" for i in range(5))
    said = add(store, tmp_path, f"navn;kategori;lat;lon\n{rows}\n")
    assert said.code == 0, said.err
    assert "swapped" in said.out, said.out


def test_unknown_categories_are_handed_back_with_the_reason(store: Path, tmp_path: Path) -> None:
    said = add(store, tmp_path, f"navn;kategori;lat;lon\nA;Romstasjon;{LAT};{LON}\nB;Lekeplass;{LAT};{LON}\n")
    assert said.code == 0, said.err
    assert "One row would be handed back:" in said.out
    assert "Romstasjon" in said.out


def test_metres_that_fit_no_reference_system(store: Path, tmp_path: Path) -> None:
    said = add(store, tmp_path, "navn;kategori;x;y\nA;Lekeplass;123456789;987654321\n")
    refused(said, "fit no reference system", "Expected longitude and latitude", "convert the file")


def test_names_are_inert_from_table_to_page(tmp_path: Path) -> None:
    osm = write_osm(osm_town(), tmp_path / "x.osm")
    assetmap_cli("gather", "--osm", osm, "--store", tmp_path / "s")
    names = [name for name in HOSTILE if name.isprintable()]
    rows = [{"type": "Feature", "properties": {"name": name, "category": "playground"},
             "geometry": {"type": "Point", "coordinates": [LON, LAT]}} for name in names]  # fmt: skip
    (tmp_path / "rows.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8"
    )
    assert assetmap_cli("add", tmp_path / "rows.geojson", "--store", tmp_path / "s").code == 0
    told = assetmap_cli("analyse", "nearby", "--at", f"{LAT},{LON}", "--store", tmp_path / "s")
    assert told.code == 0, told.err
    page = assetmap_cli("draw", tmp_path / "x.html", "--store", tmp_path / "s")
    assert page.code == 0, page.err
    html = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "1111111101" not in html, "a template was run"
    assert "<script>window.hit=1" not in html
    assert "<img src=x onerror" not in html


# -- population ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [("p.geojson", "{"), ("p.geojson", '{"type": "FeatureCollection", "features": []}'), ("p.xyz", "x"), ("p.csv", "")],
)
def test_population_files_that_are_none(name: str, content: str, store: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content)
    osm = write_osm(osm_town(), tmp_path / "again.osm")
    said = assetmap_cli("gather", "--osm", osm, "--population", tmp_path / name, "--store", store)
    refused(said, name)


def test_a_population_of_another_place(store: Path, tmp_path: Path, shared: Path) -> None:
    grid = shared / "population/fi_helsinki/helsinki_population_grid_2020.gpkg"
    osm = write_osm(osm_town(), tmp_path / "again.osm")
    said = assetmap_cli("gather", "--osm", osm, "--population", grid, "--store", store)
    refused(said, "lies in the study area", "Take the file of this place")
