"""Does the main job run on real places, from a file to a figure, a map and a file for others?"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrosm
import pytest

from tests.towns import Said, assetmap_cli

CHRISTIANSHAVN = "osm/copenhagen_christianshavn_2017"
PLAYGROUNDS = "registers/dk_opendata/dk_kobenhavn_legepladser.geojson"


@pytest.fixture(scope="module")
def gathered(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`gathered("osm/x.osm.pbf", "--population", …)`: the store of a place, gathered once."""
    folder, known = tmp_path_factory.mktemp("areas"), dict[tuple[object, ...], Path]()

    def run(osm: str | Path, *words: object) -> Path:
        if (osm, *words) not in known:
            store = folder / str(len(known))
            said = assetmap_cli("gather", "--osm", shared / osm, *words, "--store", store)
            assert (said.code, said.err) == (0, ""), said
            known[osm, *words] = store
        return known[osm, *words]

    return run


def ask(store: Path, *words: object) -> Any:
    return assetmap_cli("analyse", *words, "--json", "--store", store).json


def sound(figures: dict[str, Any]) -> None:
    """What must hold for any figure."""
    assert figures["total"] == pytest.approx(figures["unlinked"] + figures["denominator"])
    assert 0 <= figures["share_low"] <= figures["share"] <= figures["share_high"] <= 1
    assert figures["share"] == pytest.approx(figures["covered"] / figures["denominator"])


def test_christianshavn_is_the_same_from_either_file(gathered: Callable[..., Path]) -> None:
    one, two = (
        ask(gathered(CHRISTIANSHAVN + suffix), "coverage", "--category", "playground", "--category", "library")
        for suffix in (".osm.zip", ".sorted.osm.pbf")
    )
    for a, b in zip(one, two, strict=True):
        sound(a)
        for name in ("total", "unlinked", "denominator", "covered", "share", "share_low", "share_high", "assets"):
            assert a[name] == b[name], name
        assert a["receipt"]["inputs"]["network"] == b["receipt"]["inputs"]["network"]
    playgrounds = one[0]
    assert (playgrounds["category"], playgrounds["unit"]) == ("playground", "homes")
    assert playgrounds["assets"] >= 25
    assert 0.6 < playgrounds["share"] < 0.9
    assert playgrounds["receipt"]["sources"][0]["data_date"] == "2017-02-13"


def test_christianshavn_goes_out_in_every_way(gathered: Callable[..., Path], tmp_path: Path) -> None:
    store = gathered(CHRISTIANSHAVN + ".osm.zip")
    for suffix in ("geojson", "gpkg", "parquet", "fgb", "csv", "xlsx"):
        said = assetmap_cli("export", tmp_path / f"x.{suffix}", "--store", store)
        assert said.code == 0, said.err
        assert (tmp_path / f"x.{suffix}").stat().st_size > 10_000
    rows = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))["features"]
    assert len({row["id"] for row in rows}) == len(rows) > 1000
    assert all(row["properties"]["attribution"] == "© OpenStreetMap contributors" for row in rows)
    said = assetmap_cli("draw", tmp_path / "x.html", "--coverage", "playground", "--lang", "da", "--store", store)
    assert said.code == 0, said.err
    assert (tmp_path / "x.html").stat().st_size > 500_000, "with its base map inside"
    doctor = assetmap_cli("doctor", "--store", store)
    assert doctor.code == 0, doctor.out


def test_christianshavn_comes_out_the_same_again(gathered: Callable[..., Path], tmp_path: Path) -> None:
    store = gathered(CHRISTIANSHAVN + ".osm.zip")
    words = ["coverage", "--norm", "no_t208_child_8", "--profile", "child-winter"]
    receipt = tmp_path / "figure.json"
    receipt.write_text(json.dumps(ask(store, *words)), encoding="utf-8")
    assert assetmap_cli("rerun", receipt, "--store", store).code == 0


def test_christianshavn_by_its_district_with_the_municipalitys_playgrounds(
    gathered: Callable[..., Path], shared: Path
) -> None:
    whole = ask(gathered(CHRISTIANSHAVN + ".osm.zip"), "coverage", "--category", "playground")
    store = gathered(
        CHRISTIANSHAVN + ".osm.zip", "Indre By", "--boundary", shared / "boundaries/dk_copenhagen_bydele.geojson",
        "--add", shared / PLAYGROUNDS,
    )  # fmt: skip
    part = ask(store, "coverage", "--category", "playground")
    sound(part)
    assert 0 < part["total"] < whole["total"]
    assert part["assets"] > whole["assets"] + 100, "both sources together; those elsewhere in the city can be walked to"
    files = {source["file"] for source in part["receipt"]["sources"]}
    assert files == {"copenhagen_christianshavn_2017.osm.zip", "dk_kobenhavn_legepladser.geojson"}


def test_sindal(gathered: Callable[..., Path]) -> None:
    store = gathered("osm/sindal_town_2015.osm")
    figures = ask(store, "coverage", "--category", "playground")
    sound(figures)
    assert 1500 < figures["total"] < 3000
    gap = ask(store, "gaps", "--category", "playground")
    assert gap["without"] == pytest.approx(figures["denominator"] - figures["covered"])
    assert gap["places"][0]["people"] == max(place["people"] for place in gap["places"])
    assert all(len(place["strengths"]) <= 3 for place in gap["places"])
    here = ask(store, "nearby", "--at", "57.4713,10.2030")
    assert here["categories"]["grocery_market"]["within"]["15"] > 0


@pytest.mark.parametrize("zipped", [True, False])
def test_skoyen_with_the_norwegian_grid(
    zipped: bool, gathered: Callable[..., Path], shared: Path, tmp_path: Path
) -> None:
    source = shared / "population/no_oslo/befolkning_250m_2023_oslo.shp"
    if zipped:
        with zipfile.ZipFile(tmp_path / "grid.zip", "w") as parcel:
            for part in source.parent.glob(f"{source.stem}.*"):
                parcel.write(part, part.name)
        source = tmp_path / "grid.zip"
    store = gathered("osm/oslo_skoyen_2017.osm.pbf", "--population", source)
    figures = ask(store, "coverage", "--category", "transit_stop", "--minutes", "10")
    sound(figures)
    assert figures["unit"] == "people"
    assert figures["total"] == pytest.approx(1087, abs=1)
    assert not any("dwellings estimated" in caveat for caveat in figures["caveats"])


def test_helsinki_with_its_grid(gathered: Callable[..., Path], shared: Path) -> None:
    grid = shared / "population/fi_helsinki/helsinki_population_grid_2020.gpkg"
    figures = ask(
        gathered(pyrosm.get_data("helsinki_pbf"), "--population", grid), "coverage", "--category", "playground"
    )
    sound(figures)
    assert figures["unit"] == "people"
    assert figures["total"] > 4000
    assert figures["near_edge"]["total"] > 0


@pytest.mark.parametrize(
    "osm",
    ["gentofte_dyssegaard_2025.osm", "lund_station_2023.osm.pbf", "copenhagen_osterbro_faelledparken_2017.osm"],
)
def test_further_places(osm: str, gathered: Callable[..., Path]) -> None:
    store = gathered(f"osm/{osm}")
    for figures in ask(store, "coverage"):
        sound(figures)
    assert any("edge of the data" in caveat for caveat in figures["caveats"]), "small extracts are all edge"


def test_a_whole_city(gathered: Callable[..., Path]) -> None:
    """Las Palmas: 383,000 nodes."""
    store = gathered("bench/osm/las_palmas_city_2023.osm.pbf")
    figures = ask(store, "coverage", "--category", "grocery_market", "--minutes", "15")
    sound(figures)
    assert figures["total"] > 40_000
    assert figures["share"] > 0.8


def test_rows_at_null_island_are_no_place_yet(gathered: Callable[..., Path], shared: Path) -> None:
    store = gathered("osm/oslo_skoyen_2017.osm.pbf")
    said: Said = assetmap_cli(
        "add", shared / "registers/no_sarpsborg/sarpsborg_barnehager_3003.csv", "--dry-run", "--store", store
    )
    assert said.code == 0, said.err
    assert "nothing was changed" in said.out
    assert "0, 0" in said.out or "0,0" in said.out
