"""Files of OpenStreetMap in every wrapping and every bad state: what is read, and what is said where it cannot be."""

from __future__ import annotations

import bz2
import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from assetmap.errors import FileMissing, FormatError, NothingFound
from assetmap.osm import OsmData, read_osm
from assetmap.walk import WalkNetwork
from tests.worlds import OsmWorld, lonlat, square


def village() -> OsmWorld:
    world = OsmWorld()
    world.way([(0, 0), (100, 0), (200, 0)], highway="residential", name="Storgata")
    world.node(50, 10, id=100, amenity="library", name="Biblioteket", phone="+47 1", contact__email="kari@example.org")
    world.node(60, 10, id=101, addr__street="Storgata", addr__housenumber="7B", addr__postcode="0001", addr__city="By")
    world.area(square(100, 10, 40), leisure="playground", email="ola@example.org", operator__phone="2")
    world.area(square(150, 10, 20), building="house", addr__housenumber="9", addr__street="Storgata", fax="3")
    world.node(140, 10, id=102, barrier="gate")
    outer, inner = world.area(square(0, 100, 90), id=50), world.area(square(20, 120, 20), id=51)
    world.relation(
        [("way", outer, "outer"), ("way", inner, "inner")], type="multipolygon", leisure="park", name="Parken"
    )
    return world


def write(folder: Path, text: str, name: str = "area.osm") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def same(one: OsmData, other: OsmData) -> None:
    for layer in ("features", "addresses", "buildings", "gates", "shapes"):
        a, b = getattr(one, layer), getattr(other, layer)
        assert set(a.index) == set(b.index), layer
        b = b.loc[a.index]
        assert a.drop(columns="geometry").equals(b.drop(columns="geometry")), layer
        assert shapely.equals(shapely.normalize(a.geometry.to_numpy()), shapely.normalize(b.geometry.to_numpy())).all()
    assert sorted(one.ways.osm_id) == sorted(other.ways.osm_id)
    assert one.data_date == other.data_date


def test_a_village_is_read(tmp_path: Path) -> None:
    data = read_osm(write(tmp_path, village().xml()))
    assert set(data.features.index) == {"node/100", "way/2", "relation/1"}
    assert data.features.geometry["relation/1"].geom_type == "Polygon"
    assert len(data.features.geometry["relation/1"].interiors) == 1
    assert list(data.addresses.loc["node/101", ["street", "number", "postcode", "city"]]) == [
        "Storgata",
        "7B",
        "0001",
        "By",
    ]
    assert set(data.addresses.index) == {"node/101", "way/3"}
    assert list(data.buildings.index) == ["way/3"]
    assert list(data.gates["kind"]) == ["gate"]
    assert len(data.ways) == 1
    assert data.data_date == "2024-05-17"
    assert data.bounds is None
    assert data.report == {"ways": 5}
    assert len(data.sha256) == 64
    assert data.file == "area.osm"
    assert data.features.crs.to_epsg() == 4326
    at = data.features.geometry["node/100"]
    assert (at.x, at.y) == pytest.approx(lonlat(50, 10), abs=1e-7)


def test_nothing_of_mappers_and_no_contact_of_a_person_is_kept(tmp_path: Path) -> None:
    data = read_osm(write(tmp_path, village().xml()))
    kept = json.dumps([list(frame["tags"]) for frame in (data.features, data.buildings)]) + json.dumps(data.ways.tags)
    for frame in (data.addresses, data.gates, data.shapes):
        kept += frame.to_json()
    for personal in ("mapper-by-name", "changeset", "phone", "fax", "email", "example.org"):
        assert personal not in kept


def gz(path: Path) -> Path:
    out = path.with_name(path.name + ".gz")
    out.write_bytes(gzip.compress(path.read_bytes()))
    return out


def bz(path: Path) -> Path:
    out = path.with_name(path.name + ".bz2")
    out.write_bytes(bz2.compress(path.read_bytes()))
    return out


def zipped(path: Path, inside: str = "area.osm") -> Path:
    out = path.with_name("area.osm.zip")
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, inside)
    return out


def pbf(path: Path) -> Path:
    """As a program writes it that keeps the order of its objects."""
    out = path.with_name("area.osm.pbf")
    with osmium.SimpleWriter(str(out)) as writer:
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
    return out


@pytest.mark.parametrize("pack", [gz, bz, zipped, pbf])
def test_every_wrapping_gives_the_same(tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    plain = write(tmp_path, village().xml())
    same(read_osm(plain), read_osm(pack(plain)))


@pytest.mark.parametrize("name", ["AREA.OSM", "Area.Osm", "area.osm.xml", "AREA.OSM.PBF", "Area.osm.GZ"])
def test_the_case_of_the_name_does_not_matter(tmp_path: Path, name: str) -> None:
    plain = write(tmp_path, village().xml())
    source = pbf(plain) if name.endswith("PBF") else gz(plain) if name.endswith("GZ") else plain
    same(read_osm(plain), read_osm(source.rename(tmp_path / "x").rename(tmp_path / name)) if source != plain else
         read_osm(write(tmp_path, village().xml(), name)))  # fmt: skip


@pytest.mark.parametrize("inside", ["../../evil.osm", "/etc/evil.osm", "a/b/æøå map.osm", "C:\\x\\map.osm"])
def test_a_path_inside_a_zip_leads_nowhere(tmp_path: Path, inside: str) -> None:
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    plain = write(folder, village().xml())
    packed = zipped(plain, inside)
    before = sorted(tmp_path.rglob("*"))
    same(read_osm(plain), read_osm(packed))
    assert sorted(tmp_path.rglob("*")) == before


def test_what_a_mac_adds_to_a_zip_is_not_a_second_map(tmp_path: Path) -> None:
    packed = zipped(write(tmp_path, village().xml()))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("__MACOSX/._area.osm", b"\0\1\2")
    assert len(read_osm(packed).features) == 3


@pytest.mark.parametrize("members", [[], ["a.txt"], ["a.osm", "b.osm.pbf"]])
def test_a_zip_holds_exactly_one_map(tmp_path: Path, members: list[str]) -> None:
    packed = tmp_path / "maps.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name in members:
            archive.writestr(name, village().xml())
    with pytest.raises(FormatError, match="exactly one"):
        read_osm(packed)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.osm.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.osm", bytes(60 * 2**20))
    with pytest.raises(FormatError, match="no real map"):
        read_osm(packed)


def test_a_locked_zip_says_so(tmp_path: Path) -> None:
    packed = zipped(write(tmp_path, village().xml()))
    raw = bytearray(packed.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(mark) + at] |= 1
    packed.write_bytes(raw)
    with pytest.raises(FormatError, match=r"area\.osm\.zip"):
        read_osm(packed)


# -- order, pieces missing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["wnr", "rwn", "rnw", "wrn", "nrw"])
@pytest.mark.parametrize("pack", [lambda p: p, gz, pbf])
def test_the_order_of_objects_does_not_matter(tmp_path: Path, order: str, pack: Callable[[Path], Path]) -> None:
    sorted_one = read_osm(write(tmp_path, village().xml()))
    same(sorted_one, read_osm(pack(write(tmp_path, village().xml(order), "other.osm"))))


@pytest.mark.parametrize("pack", [lambda p: p, pbf])
def test_a_few_nodes_after_the_ways_are_found_too(tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    world = village()
    late = world.way([(0, 300), (100, 300)], id=60, highway="footway")
    text = world.xml()
    nodes = [text_of for text_of in world.nodes.values() if "<tag" not in text_of][-2:]
    for node in nodes:
        text = text.replace(node, "").replace("</osm>", node + "\n</osm>")
    data = read_osm(pack(write(tmp_path, text)))
    assert late in data.ways.osm_id
    same(read_osm(write(tmp_path, world.xml(), "sorted.osm")), data)


def test_ids_out_of_order_are_sorted(tmp_path: Path) -> None:
    world = village()
    world.nodes = dict(reversed(world.nodes.items()))
    world.ways = dict(reversed(world.ways.items()))
    same(read_osm(write(tmp_path, village().xml())), read_osm(write(tmp_path, world.xml(), "other.osm")))


def test_sindal_is_not_sorted_and_is_read_whole(shared: Path) -> None:
    data = read_osm(shared / "osm" / "sindal_town_2015.osm")
    found = data.features["tags"].map(lambda t: t.get("leisure") == "playground").sum()
    assert found >= 5
    assert len(data.addresses) > 1500
    assert data.bounds is not None
    assert data.report.get("ways_with_missing_nodes", 0) < 20


def test_ways_whose_nodes_are_missing_keep_the_rest(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (100, 0), (200, 0), 999], highway="residential")
    world.way([998, 999], highway="residential")
    world.way([(0, 0), 997], highway="residential")
    park = world.area(square(0, 50, 80), leisure="park", name="Parken")
    world.ways[park] = world.ways[park].replace('<nd ref="4"/>', '<nd ref="996"/>', 1)
    data = read_osm(write(tmp_path, world.xml()))
    assert list(data.ways.osm_id) == [1]
    assert np.diff(data.ways.start).tolist() == [3]
    assert data.report["ways_with_missing_nodes"] >= 3
    assert f"way/{park}" in data.features.index
    assert data.features.geometry.notna().all()


def test_relations_whose_ways_are_missing_keep_the_rest(tmp_path: Path) -> None:
    world = village()
    whole = world.area(square(300, 0, 50))
    world.relation([("way", whole, "outer"), ("way", 999, "outer")], type="multipolygon", leisure="park", name="Halv")
    world.relation([("way", 998, "outer")], type="multipolygon", leisure="park", name="Ingen")
    data = read_osm(write(tmp_path, world.xml()))
    assert data.features["tags"]["relation/2"]["name"] == "Halv"
    assert data.features.geometry["relation/2"].geom_type == "Polygon"
    assert "relation/3" not in data.features.index
    assert data.report["relations_clipped"] == 1
    assert data.report["relations_without_geometry"] == 1


def test_odd_objects_do_no_harm(tmp_path: Path) -> None:
    world = village()
    expected = read_osm(write(tmp_path, world.xml()))
    world.way([(500, 0)], highway="residential")
    world.way([], leisure="park")
    world.way([(500, 0), (500, 0)], leisure="park")
    world.way([(500, 0), (510, 0), (500, 0)], leisure="park")
    world.relation([], type="multipolygon", leisure="park")
    world.relation([("relation", 3, "outer")], id=3, type="multipolygon", leisure="park")
    data = read_osm(write(tmp_path, world.xml(), "odd.osm"))
    assert set(expected.features.index) <= set(data.features.index)
    assert shapely.is_valid(data.features.geometry.to_numpy()).all()


def test_an_object_that_stands_twice_counts_once(tmp_path: Path) -> None:
    text = village().xml()
    twice = text.replace("</osm>", village().nodes[100] + "\n</osm>")
    assert len(read_osm(write(tmp_path, twice)).features) == 3
    later = village().nodes[100].replace('version="1"', 'version="2"').replace("Biblioteket", "Nye biblioteket")
    data = read_osm(write(tmp_path, text.replace("</osm>", later + "\n</osm>"), "newer.osm"))
    assert data.features["tags"]["node/100"]["name"] == "Nye biblioteket"


def test_a_figure_of_eight_is_still_something(tmp_path: Path) -> None:
    world = village()
    world.way([(300, 0), (400, 100), (400, 0), (300, 100), (300, 0)], id=77, leisure="park")
    data = read_osm(write(tmp_path, world.xml()))
    assert "way/77" in data.features.index


# -- header --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["nwr", "wnr"])
def test_the_box_that_the_file_covers_is_kept(tmp_path: Path, order: str) -> None:
    head = '<bounds minlat="59.5" minlon="10.5" maxlat="59.6" maxlon="10.75"/>'
    data = read_osm(write(tmp_path, village().xml(order, head)))
    assert data.bounds is not None
    assert data.bounds.bounds == pytest.approx((10.5, 59.5, 10.75, 59.6))


def test_without_dates_the_date_is_unknown(tmp_path: Path) -> None:
    text = village().xml().replace('timestamp="2024-05-17T10:00:00Z"', "")
    assert read_osm(write(tmp_path, text)).data_date == ""


@pytest.mark.parametrize(
    ("name", "date"),
    [("oslo_skoyen_2017.osm.pbf", "2017"),
     ("lund_station_2023.osm.pbf", "2023"), ("gentofte_dyssegaard_2025.osm", "2025"),
     ("copenhagen_christianshavn_2017.osm.zip", "2017"), ("copenhagen_osterbro_faelledparken_2017.osm", "2017")],
)  # fmt: skip
def test_real_files(shared: Path, name: str, date: str) -> None:
    data = read_osm(shared / "osm" / name)
    assert data.data_date.startswith(date)
    assert len(data.features) > 20
    assert len(data.ways) > 100
    assert data.bounds is None or data.bounds.intersects(data.features.union_all().centroid)


def test_zip_and_sorted_copy_of_christianshavn_are_the_same(shared: Path) -> None:
    one = read_osm(shared / "osm" / "copenhagen_christianshavn_2017.osm.zip")
    other = read_osm(shared / "osm" / "copenhagen_christianshavn_2017.sorted.osm.pbf")
    same(one, other)


def test_a_gzipped_xml_of_a_region(shared: Path) -> None:
    town = WalkNetwork.from_osm(shared / "bench" / "osm" / "north-bayreuth.osm.gz")
    assert town.length.sum() > 100_000


# -- what is no map ------------------------------------------------------------------------------------------------


HTML = "<!DOCTYPE html><html><head><title>429 Too Many Requests</title></head><body><p>later</body></html>"


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("area.osm", b"", FormatError, "is empty"),
        ("area.osm", HTML.encode(), FormatError, "cannot be read"),
        ("area.osm.pbf", HTML.encode(), FormatError, "cannot be read"),
        ("area.osm.gz", HTML.encode(), FormatError, "cannot be read"),
        ("area.osm.bz2", HTML.encode(), FormatError, "cannot be read"),
        ("area.osm.zip", HTML.encode(), FormatError, "cannot be read"),
        ("area.osm", b'<?xml version="1.0"?><gpx version="1.1"></gpx>', FormatError, "cannot be read"),
        ("area.osm", bytes(range(256)) * 20, FormatError, "cannot be read"),
        ("area.csv", b"a;b\n1;2\n", FormatError, "by its name"),
        ("area", b"x", FormatError, "by its name"),
        ("area.osm", b'<osm version="0.6"></osm>', NothingFound, "no streets and no tagged places"),
        ("area.osm", b'<osm version="0.6"><node id="1" lat="91" lon="200"/></osm>', NothingFound, "no streets"),
        ("area.osm", b'<osm version="0.5"></osm>', FormatError, "cannot be read"),
    ],
)
def test_what_is_no_map_says_so(tmp_path: Path, name: str, content: bytes, error: type[Exception], words: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        read_osm(file)
    assert name in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_what_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"area\.osm"):
        read_osm(tmp_path / "area.osm")
    with pytest.raises(FileMissing):
        read_osm(tmp_path)


@pytest.mark.parametrize("pack", [lambda p: p, gz, bz, zipped, pbf])
def test_a_file_that_is_cut_off_says_so_at_every_length(tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    whole = pack(write(tmp_path, village().xml()))
    content = whole.read_bytes()
    for length in sorted({1, 2, 5, 20, *np.linspace(30, len(content) - 2, 25).astype(int)}):
        whole.write_bytes(content[:length])
        with pytest.raises((FormatError, NothingFound), match=whole.name):
            read_osm(whole)


@pytest.mark.parametrize("name", ["oslo_skoyen_2017.osm.pbf", "copenhagen_christianshavn_2017.osm.zip"])
def test_a_real_file_that_is_cut_off_never_hangs(shared: Path, tmp_path: Path, name: str) -> None:
    """In a process of its own, so that a hang or a crash of the C++ library is seen as such."""
    content = (shared / "osm" / name).read_bytes()
    program = (
        "import sys\nfrom assetmap.osm import read_osm\nfrom assetmap.errors import FormatError\n"
        "for path in sys.argv[1:]:\n    try:\n        read_osm(path)\n    except FormatError:\n        continue\n"
        "    raise SystemExit(f'{path} was read')\n"
    )
    files = []
    for share in (0.001, 0.1, 0.37, 0.5, 0.81, 0.99, 0.9999):
        files.append(tmp_path / f"{share}-{name}")
        files[-1].write_bytes(content[: int(len(content) * share)])
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, files)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
