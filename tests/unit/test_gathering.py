"""Does a place become an inventory with its homes, its network and its base map, all or nothing?"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import assetmap as am
from assetmap import api
from assetmap.errors import FileMissing, FormatError, InputError
from assetmap.gathering import HALO_M, find_place, gather, read_file, together
from assetmap.messages import Message
from assetmap.model.audience import Audience
from assetmap.osm import read_osm
from assetmap.osm.extent import covered
from assetmap.sources.source import Context
from tests.towns import assets_at, osm_town, write_osm
from tests.worlds import UTM, lonlat, moved

LON, LAT = lonlat(0, 0)


@pytest.fixture(scope="module")
def osm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_osm(osm_town(), tmp_path_factory.mktemp("gather") / "my_little.town.osm")


def around(x: float, y: float, size: float) -> shapely.Polygon:
    """A square of the plane, in WGS84."""
    square = gpd.GeoSeries([moved(shapely.box(x - size, y - size, x + size, y + size))], crs=UTM)
    return square.to_crs(4326).iloc[0]


# -- which place ---------------------------------------------------------------------------------------------------


def test_a_file_is_a_place_with_the_name_of_the_file(osm: Path) -> None:
    place = find_place(osm=osm)
    assert (place.name, place.boundary, place.osm) == ("my little town", None, osm)
    assert find_place("Here", osm=osm).name == "Here"
    assert place.asked == {"place": None, "at": None, "radius": None, "boundary": None, "osm": osm.name}


def test_a_point_and_a_radius_are_a_circle() -> None:
    place = find_place(at=(LAT, LON), radius=500)
    area = gpd.GeoSeries([place.boundary], crs=4326).to_crs(UTM).area.iloc[0]
    assert area == pytest.approx(3.1416 * 500**2, rel=2e-3)
    assert place.name == f"{LAT:.5f}, {LON:.5f}"


def test_a_polygon_is_a_place() -> None:
    square = around(0, 0, 100)
    assert find_place("Square", boundary=square).boundary is square


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({}, "No place was named"),
        ({"at": (1, 2)}, "A point needs a radius"),
        ({"radius": 5}, "A point needs a radius"),
        ({"at": (1, 2), "radius": 5, "boundary": "x.geojson"}, "Both a point and a boundary"),
        ({"at": (1, 2), "radius": 0}, "makes no neighbourhood"),
        ({"at": (1, 2), "radius": float("nan")}, "makes no neighbourhood"),
        ({"at": (95, 2), "radius": 5}, "Latitude comes first"),
    ],
)
def test_too_little_or_too_much(words: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        find_place(**words)  # type: ignore[arg-type]


# -- what is gathered ----------------------------------------------------------------------------------------------


def test_everything_of_a_file(osm: Path) -> None:
    steps: list[tuple[str, float | None]] = []
    found = gather(find_place(osm=osm), progress=lambda message, part=None: steps.append((str(message), part)))
    inventory, here = found.inventory, found.inventory.neighbourhood
    assert inventory.counts().to_dict() == {"library": 1, "park_green": 1, "playground": 1, "everyday_amenity": 1}
    assert inventory.audience is Audience.connector, "before anything is held back"
    assert (here.name, here.unit, len(here.homes)) == ("my little town", "homes", 4)
    assert here.network is not None
    assert here.boundary.equals(here.extent), "without a boundary the file's own box"
    assert found.basemap
    assert len(found.addresses) == 4
    assert inventory.provenance[0].sha256 == found.fingerprints["network"][osm.name]
    assert found.parameters["halo_m"] == HALO_M
    assert found.counts == {"assets": 4, "assets_beyond": 0, "homes": 4, "streets_km": 6, "issues": len(found.issues)}
    assert [part for _, part in steps] == sorted(part for _, part in steps if part is not None)
    assert steps[-1] == ("Done.", 1.0)
    assert all(isinstance(issue.message, Message) for issue in found.issues)
    assert list(inventory.issues["code"]) == [issue.code for issue in found.issues]


def test_homes_outside_the_boundary_are_not_counted_but_assets_there_are_reached(osm: Path) -> None:
    place = find_place("Near", boundary=around(0, 0, 150), osm=osm)
    inventory = gather(place).inventory
    assert len(inventory.neighbourhood.homes) == 1
    assert list(inventory.counts().index) == ["playground"]
    assert set(inventory.beyond["category"]) == {"library", "park_green", "everyday_amenity"}
    assert am.analyse.coverage(inventory, category="library", minutes=15).summary["share"] == 1


def test_files_are_added_and_an_id_stays_once(osm: Path, tmp_path: Path) -> None:
    table = tmp_path / "clubs.csv"
    table.write_text("navn;kategori;adresse;telefon\nSangkoret;Kor;Storgata 3;+47 22 22 22 22\nX;Romskip;Storgata 1;\n")
    found = gather(find_place(osm=osm), [table])
    assert found.inventory.counts()["assoc_culture_arts"] == 1
    assert [p.file for p in found.inventory.provenance] == [osm.name, "clubs.csv"]
    assert list(found.rejected) == ["clubs.csv"]
    assert len(found.rejected["clubs.csv"]) == 1
    assert found.private["value"].str.contains("22 22").any()
    assert (
        not found.inventory.frame.drop(columns="geometry")
        .astype("str")
        .apply(lambda c: c.str.contains("22 22"))
        .any(axis=None)
    )
    assert found.parameters["add"] == ["clubs.csv"]
    twice = together([assets_at((0, 0)), assets_at((5, 5))])
    assert len(twice) == 1
    assert twice.geometry.iloc[0].equals(assets_at((0, 0)).geometry.iloc[0]), "the first one"


def test_the_verbs_keep_what_they_gather(osm: Path, tmp_path: Path) -> None:
    inventory = am.gather(am.place(osm=osm), ["osm"], store=tmp_path / "s")
    assert inventory.audience is Audience.public
    again = am.open(tmp_path / "s").inventory()
    assert again.fingerprint == inventory.fingerprint
    pd.testing.assert_series_equal(again.counts(), inventory.counts())
    one, two = (am.analyse.coverage(i, category="playground", minutes=5).summary for i in (inventory, again))
    assert one == two


def test_nothing_is_kept_when_a_file_is_wrong(osm: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"")
    with pytest.raises(FormatError):
        am.gather(am.place(osm=osm), ["osm", tmp_path / "bad.csv"], store=tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_the_same_file_gives_the_same_inventory(osm: Path) -> None:
    one, two = gather(find_place(osm=osm)), gather(find_place(osm=osm))
    assert one.inventory.fingerprint == two.inventory.fingerprint
    assert one.inventory.neighbourhood.fingerprint == two.inventory.neighbourhood.fingerprint
    assert one.basemap == two.basemap


# -- where the data ends -------------------------------------------------------------------------------------------


def test_a_file_that_does_not_say_what_it_covers(tmp_path: Path) -> None:
    """The hull lies round the streets, and one way that sticks out a long way does not stretch it."""
    world = osm_town()
    for x in range(0, 500, 10):
        for y in range(0, 500, 50):
            world.node(x + 1.0, y + 1.0, 5000 + x * 100 + y, amenity="bench")
    world.way([(250.0, 500.0), (250.0, 20_000.0)], highway="track")
    path = tmp_path / "x.osm"
    path.write_text(world.xml(), encoding="utf-8")
    data = read_osm(path)
    assert data.bounds is None
    hull = gpd.GeoSeries([covered(data)], crs=4326).to_crs(UTM)
    assert 0.15e6 < hull.area.iloc[0] < 0.45e6
    assert find_place(osm=path).name == "x"


def test_what_no_source_reads(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_file(tmp_path / "x.csv", Context())
    (tmp_path / "x.docx").write_text("x")
    with pytest.raises(FormatError, match="No source reads"):
        read_file(tmp_path / "x.docx", Context())


def test_keep_is_all_or_nothing(osm: Path, tmp_path: Path) -> None:
    store, _ = api.keep(gather(find_place(osm=osm)), tmp_path / "s")
    assert all(check.ok for check in store.check())
    assert store.basemap is not None
    assert len(store.addresses()) == 4
