"""Does every command of the contract do what it says, say it in three languages, and end with the right code?"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.towns import assetmap_cli, osm_town, write_osm
from tests.worlds import lonlat

LON, LAT = lonlat(0, 0)
COMMANDS = ["gather", "add", "export", "draw", "app", "demo", "doctor", "rerun"]
ANALYSES = ["coverage", "gaps", "nearby"]
CONTRACT = {
    "gather": ["--at", "--radius", "--osm", "--add", "--population", "--boundary", "--store", "--lang"],
    "add": ["--mapping", "--dry-run", "--store", "--lang"],
    "analyse coverage": ["--category", "--minutes", "--norm", "--profile", "--json", "--out", "--store", "--lang"],
    "analyse gaps": ["--category", "--minutes", "--norm", "--profile", "--json", "--out", "--store", "--lang"],
    "analyse nearby": ["--category", "--minutes", "--profile", "--at", "--json", "--out", "--store", "--lang"],
    "export": ["--category", "--store", "--lang"],
    "draw": ["--store", "--lang"],
    "app": ["--store", "--port", "--lang"],
    "demo": ["--port", "--lang"],
    "doctor": ["--store", "--json", "--lang"],
    "rerun": ["--store", "--json", "--lang"],
}
FIGURES = [
    "category", "minutes", "profile", "parameters", "unit", "total", "unlinked", "denominator", "covered", "share",
    "share_low", "share_high", "groups", "assets", "caveats", "method",
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store gathered by the command line from a file, with no place named."""
    folder = tmp_path_factory.mktemp("cli")
    osm = write_osm(osm_town(), folder / "rute_nett.osm")
    said = assetmap_cli("gather", "--osm", osm, "--store", folder / "store")
    assert said.code == 0, said.err
    assert said.out.startswith("rute nett: 4 assets, 4 homes, 6 km of streets and paths.")
    return folder / "store"


def ask(store: Path, *words: object) -> object:
    return assetmap_cli("analyse", *words, "--store", store)


# -- help ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", CONTRACT)
def test_help_names_every_option_and_gives_an_example(command: str) -> None:
    said = assetmap_cli(*command.split(), "--help")
    assert said.code == 0
    assert all(option in said.out for option in CONTRACT[command])
    assert "Example: assetmap" in " ".join(said.out.split())


def test_help_of_the_program() -> None:
    said = assetmap_cli("--help")
    assert said.code == 0
    assert all(command in said.out for command in [*COMMANDS, "analyse"])
    assert all(analysis in assetmap_cli("analyse", "--help").out for analysis in ANALYSES)


@pytest.mark.parametrize(
    "words", [["fly"], ["analyse", "astrology"], ["analyse", "coverage", "--colour", "red"], ["analyse", "nearby"]]
)
def test_what_typer_refuses(words: list[str]) -> None:
    assert assetmap_cli(*words).code == 2


# -- coverage ------------------------------------------------------------------------------------------------------


def test_coverage_json_is_one_object_for_one_category(store: Path) -> None:
    figures = ask(store, "coverage", "--category", "playground", "--json").json
    assert [key for key in FIGURES if key not in figures] == []
    assert (figures["category"], figures["minutes"], figures["profile"], figures["unit"]) == (
        "playground",
        5,
        "adult",
        "homes",
    )
    assert (figures["total"], figures["unlinked"], figures["denominator"], figures["covered"]) == (4, 0, 4, 3)
    assert (figures["share_low"], figures["share"], figures["share_high"]) == (0.5, 0.75, 1)
    assert figures["parameters"]["speed_kmh"] == 4.8
    assert figures["assets"] == 1
    assert figures["receipt"]["sources"][0]["file"] == "rute_nett.osm"
    assert all(isinstance(caveat, str) for caveat in figures["caveats"])
    assert isinstance(figures["method"], str)


def test_several_categories_are_an_array_in_the_given_order(store: Path) -> None:
    words = [
        "--category",
        "park_green",
        "--category",
        "kindergarten",
        "--category",
        "playground",
        "--category",
        "library",
    ]
    found = ask(store, "coverage", *words, "--json").json
    assert [one["category"] for one in found] == ["park_green", "kindergarten", "playground", "library"]
    assert [one["minutes"] for one in found] == [5, 10, 5, 15], "each its own catchment"
    assert found[1]["share"] is None
    assert found[1]["share_low"] is None
    assert any("not the same as none being there" in caveat for caveat in found[1]["caveats"])


def test_no_category_asks_for_all_that_are_there_but_context(store: Path) -> None:
    found = ask(store, "coverage", "--json").json
    assert [one["category"] for one in found] == ["library", "park_green", "playground"]


def test_minutes_and_profile(store: Path) -> None:
    figures = ask(
        store, "coverage", "--category", "playground", "--minutes", "3.75", "--profile", "older-winter", "--json"
    ).json
    assert (figures["minutes"], figures["profile"]) == (3.75, "older-winter")
    assert figures["covered"] == 1
    assert not any("default" in caveat for caveat in figures["caveats"])


def test_a_norm_in_metres(store: Path) -> None:
    figures = ask(store, "coverage", "--norm", "no_t208_child_8", "--json").json
    assert (figures["category"], figures["minutes"], figures["parameters"]["metres"]) == ("playground", None, 200)
    assert figures["covered"] == 1
    assert any("Rundskriv T-2/08" in caveat for caveat in figures["caveats"])


def test_a_norm_for_each_of_several_categories_gives_an_array(store: Path) -> None:
    found = ask(store, "coverage", "--norm", "ten_minute_city", "--json").json
    assert [one["category"] for one in found] == ["grocery_market", "library", "kindergarten", "school", "park_green"]
    assert {one["minutes"] for one in found} == {10}


def test_coverage_out_is_one_feature_per_home(store: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.geojson"
    said = ask(store, "coverage", "--category", "playground", "--out", target)
    assert said.code == 0, said.err
    collection = json.loads(target.read_text(encoding="utf-8"))
    rows = {f["id"]: f["properties"] for f in collection["features"]}
    assert len(rows) == 4
    for row in rows.values():
        assert {"minutes", "nearest", "covered", "people"} <= set(row)
    assert sorted(row["minutes"] for row in rows.values()) == pytest.approx([1.25, 3.75, 5, 6.25], rel=1e-3)
    assert sorted(row["covered"] for row in rows.values()) == [False, True, True, True]
    assert "OpenStreetMap" in json.dumps({k: v for k, v in collection.items() if k != "features"})


def test_minutes_are_null_where_there_is_no_way(store: Path, tmp_path: Path) -> None:
    ask(store, "coverage", "--category", "kindergarten", "--out", tmp_path / "x.geojson")
    rows = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))["features"]
    assert [row["properties"]["minutes"] for row in rows] == [None] * 4
    assert [row["properties"]["nearest"] for row in rows] == [None] * 4


def test_out_for_several_categories_is_a_file_each(store: Path, tmp_path: Path) -> None:
    ask(store, "coverage", "--category", "playground", "--category", "library", "--out", tmp_path / "x.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x-library.csv", "x-playground.csv"]


@pytest.mark.parametrize(
    "analysis",
    [
        ["coverage", "--category", "playground"],
        ["gaps", "--category", "playground"],
        ["nearby", "--at", f"{LAT},{LON}"],
    ],
)
@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet", "fgb", "csv", "xlsx", "json"])
def test_every_analysis_into_every_format(analysis: list[str], suffix: str, store: Path, tmp_path: Path) -> None:
    said = ask(store, *analysis, "--out", tmp_path / f"x.{suffix}")
    assert (said.code, said.err) == (0, "")
    assert (tmp_path / f"x.{suffix}").stat().st_size > 100
    if suffix == "json":
        assert json.loads((tmp_path / "x.json").read_text())["receipt"]["question"] == analysis[0]


def test_coverage_for_people_reading(store: Path) -> None:
    said = ask(store, "coverage", "--category", "playground")
    assert said.out.startswith("Playground: 3 of 4 homes (75%; 50% to 100%) have one within 5 minutes on foot.")
    assert "a default for this category, not a norm" in said.out


@pytest.mark.parametrize(("lang", "name"), [("nb", "Lekeplass"), ("da", "Legeplads"), ("en", "Playground")])
def test_in_every_language(lang: str, name: str, store: Path) -> None:
    said = ask(store, "coverage", "--category", "playground", "--lang", lang)
    assert said.code == 0
    assert said.out.startswith(f"{name}: ")
    figures = ask(store, "coverage", "--category", "playground", "--lang", lang, "--json").json
    assert figures["sentence"].startswith(name)
    assert figures["share"] == 0.75, "figures are the same in every language"


def test_a_language_that_is_not_there(store: Path) -> None:
    said = ask(store, "coverage", "--lang", "fr")
    assert said.code == 2
    assert "no language “fr”" in said.err


# -- gaps and nearby -----------------------------------------------------------------------------------------------


def test_gaps(store: Path) -> None:
    figures = ask(store, "gaps", "--category", "playground", "--json").json
    assert figures["without"] == 1
    (place,) = figures["places"]
    assert (place["rank"], place["people"], place["share"]) == (1, 1, 1)
    assert place["strengths"][0]["category"] == "park_green"
    assert {"id", "name", "category", "minutes"} <= set(place["strengths"][0])
    homes = ask(store, "gaps", "--category", "playground", "--minutes", "1", "--by", "homes", "--json").json
    assert [p["people"] for p in homes["places"]] == [1] * 4
    assert "Strengths nearby" in ask(store, "gaps", "--category", "playground").out


def test_gaps_for_an_age_group_that_is_not_known(store: Path) -> None:
    said = ask(store, "gaps", "--category", "playground", "--group", "s67")
    assert said.code == 2
    assert "age group “s67” is not known here" in said.err


def test_nearby(store: Path) -> None:
    figures = ask(store, "nearby", "--at", f"{LAT},{LON}", "--json").json
    assert figures["minutes"] == [5, 10, 15]
    assert figures["categories"]["playground"]["within"] == {"5": 1, "10": 1, "15": 1}
    assert figures["categories"]["library"]["within"] == {"5": 0, "10": 0, "15": 1}
    assert ask(store, "nearby", "--at", f"{LAT};{LON}", "--minutes", "7", "--json").json["minutes"] == [7]
    assert "Eventyrparken" in ask(store, "nearby", "--at", f"{LAT},{LON}").out


@pytest.mark.parametrize("at", ["here", "1", "1,2,3", "91,0", "nan,nan"])
def test_positions_that_are_none(at: str, store: Path) -> None:
    said = ask(store, "nearby", "--at", at)
    assert said.code == 2
    assert "is no position" in said.err


# -- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["coverage", "--category", "swings"], 2, "There is no category “swings”. Use one of:"),
        (["coverage", "--category", "gifts_head"], 2, "is a person's gift"),
        (["coverage", "--category", "playground", "--minutes", "0"], 2, "is no walk"),
        (["coverage", "--category", "playground", "--minutes", "-5"], 2, "is no walk"),
        (["coverage", "--category", "playground", "--minutes", "nan"], 2, "is no walk"),
        (["coverage", "--category", "playground", "--norm", "nope"], 2, "There is no norm “nope”"),
        (["coverage", "--norm", "nope"], 2, "There is no norm “nope”"),
        (["coverage", "--category", "library", "--norm", "no_t208_child_8"], 2, "about playground, not about library"),
        (["coverage", "--minutes", "5", "--norm", "no_t208_child_8"], 2, "Give one of them"),
        (["coverage", "--category", "playground", "--profile", "unicycle"], 2, "no way of walking “unicycle”"),
        (["coverage", "--category", "playground", "--audience", "all"], 2, "no audience “all”"),
        (["coverage", "--category", "playground", "--out", "x.docx"], 2, "does not say a format"),
        (["coverage", "--category", "playground", "--out", "/nowhere/x.csv"], 2, "does not exist"),
        (["coverage", "--category", "playground", "--out", "/nowhere/x.json"], 2, "does not exist"),
    ],
)  # fmt: skip
def test_errors_are_one_sentence_and_a_code(words: list[str], code: int, sentence: str, store: Path) -> None:
    said = ask(store, *words)
    assert (said.code, said.out) == (code, "")
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "words", [["analyse", "coverage"], ["doctor"], ["export", "x.csv"], ["draw", "x.html"], ["add", "x.csv"], ["app"]]
)
def test_no_store_yet(words: list[str], tmp_path: Path) -> None:
    said = assetmap_cli(*words, "--store", tmp_path / "none")
    assert said.code == 4
    assert "assetmap gather" in said.err
    assert not (tmp_path / "none").exists()


# -- export, draw, doctor, rerun -----------------------------------------------------------------------------------


def test_export_carries_what_every_asset_must(store: Path, tmp_path: Path) -> None:
    said = assetmap_cli(
        "export", tmp_path / "x.csv", "--category", "playground", "--category", "library", "--store", store
    )
    assert said.out.startswith("2 assets are in ")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} == {"Eventyrparken", "Biblioteket"}
    for row in rows:
        for column in ("id", "name", "category", "kind", "source", "licence", "attribution", "retrieved"):
            assert row[column], column


def test_export_in_another_reference_system(store: Path, tmp_path: Path) -> None:
    assert assetmap_cli("export", tmp_path / "x.gpkg", "--crs", "EPSG:25832", "--store", store).code == 0
    with sqlite3.connect(tmp_path / "x.gpkg") as db:
        assert db.execute("select srs_id from gpkg_contents where data_type='features'").fetchone() == (25832,)
    refused = assetmap_cli("export", tmp_path / "x.geojson", "--crs", "EPSG:25832", "--store", store)
    assert refused.code == 2


def test_draw_is_one_file_without_outside_requests(store: Path, tmp_path: Path) -> None:
    said = assetmap_cli("draw", tmp_path / "x.html", "--coverage", "playground", "--lang", "nb", "--store", store)
    assert said.code == 0, said.err
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert '<html lang="nb"' in page
    assert "Eventyrparken" in page
    refused = assetmap_cli("draw", tmp_path / "x.pdf", "--store", store)
    assert refused.code == 2
    assert "does not end in .html" in refused.err


def test_doctor(store: Path) -> None:
    said = assetmap_cli("doctor", "--store", store)
    assert said.code == 0
    assert "✗" not in said.out
    checks = assetmap_cli("doctor", "--json", "--store", store).json
    assert all(set(check) == {"code", "ok", "message"} and check["ok"] for check in checks)


def test_rerun_gives_the_same_figure(store: Path, tmp_path: Path) -> None:
    for name, words in {
        "a": ["coverage", "--category", "playground", "--category", "library"],
        "b": ["gaps", "--norm", "no_t208_child_8", "--by", "homes"],
        "c": ["nearby", "--at", f"{LAT},{LON}"],
        "d": ["coverage", "--audience", "staff", "--category", "playground"],
    }.items():
        path = tmp_path / f"{name}.json"
        path.write_text(ask(store, *words, "--json").out, encoding="utf-8")
        again = assetmap_cli("rerun", path, "--store", store)
        assert (again.code, again.err) == (0, ""), name
        assert "the same figure again" in again.out
    ask(store, "coverage", "--category", "playground", "--out", tmp_path / "x.geojson")
    assert assetmap_cli("rerun", tmp_path / "x.geojson", "--store", store, "--json").json[0]["same"] is True


def test_rerun_says_what_differs(store: Path, tmp_path: Path) -> None:
    receipt = ask(store, "coverage", "--category", "playground", "--json").json["receipt"]
    receipt["figure"]["share"] = 0.99
    (tmp_path / "r.json").write_text(json.dumps(receipt))
    said = assetmap_cli("rerun", tmp_path / "r.json", "--store", store)
    assert said.code == 1
    assert "share was 0.99 and is 0.75" in said.out
    assert "not the same" in said.err


# -- gather and add ------------------------------------------------------------------------------------------------


def test_a_place_named_beside_a_file_is_only_its_name(tmp_path: Path) -> None:
    osm = write_osm(osm_town(), tmp_path / "x.osm")
    said = assetmap_cli("gather", "Rutenettet", "--osm", osm, "--store", tmp_path / "s", "--lang", "nb")
    assert said.code == 0, said.err
    assert said.out.startswith("Rutenettet: ")


def test_point_and_radius_cut_the_file(tmp_path: Path) -> None:
    """200 m around the playground: one home is in it, and the library beyond can still be walked to."""
    osm = write_osm(osm_town(), tmp_path / "x.osm")
    said = assetmap_cli("gather", "--osm", osm, "--at", f"{LAT},{LON}", "--radius", "200", "--store", tmp_path / "s")
    assert said.code == 0, said.err
    assert "1 assets, 1 homes" in said.out
    assert "more assets lie beyond the boundary" in said.out
    figures = ask(tmp_path / "s", "coverage", "--category", "library", "--minutes", "15", "--json").json
    assert (figures["total"], figures["share"]) == (1, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "No place was named"),
        (["--at", "55,12"], "A point needs a radius"),
        (["--radius", "100"], "A point needs a radius"),
        (["--at", "55,12", "--radius", "-5"], "makes no neighbourhood"),
        (["--at", "55,12", "--radius", "1e9"], "makes no neighbourhood"),
        (["--at", "x", "--radius", "5"], "is no position"),
        (["--osm", "none.osm"], "There is no file none.osm"),
    ],
)
def test_gather_errors(words: list[str], sentence: str, tmp_path: Path) -> None:
    said = assetmap_cli("gather", *words, "--store", tmp_path / "s")
    assert said.code == 2
    assert sentence in said.err
    assert not (tmp_path / "s").exists(), "nothing is left behind"


def test_add_with_a_mapping_for_next_time(tmp_path: Path) -> None:
    osm = write_osm(osm_town(), tmp_path / "x.osm")
    assetmap_cli("gather", "--osm", osm, "--store", tmp_path / "s")
    table = tmp_path / "clubs.csv"
    table.write_text("navn;kategori;adresse\nSangkoret;Kor;Storgata 3\nUten sted;Kor;\n", encoding="utf-8")
    words = ["add", table, "--mapping", tmp_path / "clubs.json", "--store", tmp_path / "s"]
    dry = assetmap_cli(*words, "--dry-run")
    assert dry.code == 0, dry.err
    assert "nothing was changed" in dry.out
    assert not (tmp_path / "clubs.json").exists()
    counted = ["coverage", "--category", "assoc_culture_arts", "--minutes", "5", "--json"]
    assert ask(tmp_path / "s", *counted).json["share"] is None
    done = assetmap_cli(*words)
    assert done.code == 0, done.err
    assert "2 new, 0 changed, 0 as before." in done.out
    assert json.loads((tmp_path / "clubs.json").read_text())
    assert "0 new, 0 changed, 2 as before." in assetmap_cli(*words).out
    figures = ask(tmp_path / "s", *counted).json
    assert (figures["assets"], figures["share"]) == (1, 1), "placed at Storgata 3, 300 m from the farthest home"
    assert any("One asset has no exact place yet" in caveat for caveat in figures["caveats"])


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_what_is_set_apart_is_counted_once_and_without_refuges(more: list[str], store: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("navn;kategori;tlf\nKoret;Kor;91234567\nKrisesenteret;Kor;91234568\n", encoding="utf-8")
    own = shutil.copytree(store, tmp_path / "s")
    said = assetmap_cli("add", table, "--store", own, *more).out
    assert said.count("set apart") == 1
    assert "One value that may be a person's contact was set apart" in said


@pytest.mark.parametrize("content", ["not json", "[1, 2]", "3"])
def test_a_mapping_that_is_none(content: str, store: Path, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(content)
    (tmp_path / "t.csv").write_text("navn;kategori\nA;Kor\n")
    said = assetmap_cli("add", tmp_path / "t.csv", "--mapping", tmp_path / "m.json", "--store", store)
    assert said.code == 2
    assert "m.json" in said.err


# -- as real processes ---------------------------------------------------------------------------------------------


def process(*words: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assetmap", *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, encoding="utf-8", env={**os.environ, **env}
    )


def test_the_default_store_is_beside_you(tmp_path: Path) -> None:
    write_osm(osm_town(), tmp_path / "town.osm")
    done = process("gather", "--osm", "town.osm", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "assetmap-store" / "map.gpkg").is_file()
    asked = process(
        "analyse", "coverage", "--category", "playground", "--json", cwd=tmp_path, LANG="nb_NO.UTF-8", LC_ALL=""
    )
    figures = json.loads(asked.stdout)
    assert figures["share"] == 0.75
    assert figures["sentence"].startswith("Lekeplass"), "the language of the system"


def test_the_store_needs_neither_file_nor_network(tmp_path: Path) -> None:
    osm = write_osm(osm_town(), tmp_path / "town.osm")
    assert process("gather", "--osm", "town.osm", cwd=tmp_path).returncode == 0
    osm.unlink()
    for words in (["coverage", "--category", "library"], ["nearby", "--at", f"{LAT},{LON}"]):
        asked = process(
            "analyse", *words, cwd=tmp_path, http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9"
        )
        assert (asked.returncode, asked.stderr) == (0, "")


def test_a_terminal_that_knows_few_letters(store: Path, tmp_path: Path) -> None:
    asked = process("doctor", "--store", store, cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert asked.returncode == 0
    assert "Traceback" not in asked.stderr


def test_an_error_as_a_process(tmp_path: Path) -> None:
    done = process("analyse", "coverage", cwd=tmp_path)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
