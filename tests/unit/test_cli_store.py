"""Does the command line do with a store what many people need: trace, undo, join, review, date, compare, check, take
out and bring home, in a folder as on a server?"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.store import Store
from tests.postgres import Cluster
from tests.towns import Said, assetmap_cli, osm_town, write_osm
from tests.worlds import lonlat

PLAYGROUND, LIBRARY = asset_id("osm", "node/2001"), asset_id("osm", "node/2002")
LON, LAT = lonlat(0, 0)
CONTRACT = {
    "history": ["--asset", "--since", "--limit", "--change", "--json"],
    "undo": ["--by", "--why", "--json"],
    "bin": ["--restore", "--by", "--json"],
    "erase": ["--change", "--yes", "--by", "--json"],
    "duplicates": ["--same", "--keep", "--different", "--unsure", "--part", "--registers", "--by", "--json"],
    "review": ["--accept", "--refuse", "--reason", "--assign", "--by", "--json"],
    "snapshot": ["--note", "--to", "--audience", "--by", "--json"],
    "compare": ["--what", "--audience", "--json"],
    "stale": ["--months", "--confirm", "--on", "--by", "--audience", "--json"],
    "walk": ["--at", "--minutes", "--sheet", "--audience", "--json"],
    "take-out": ["--category", "--audience"],
    "bring-home": ["--dry-run", "--take", "--remove", "--by", "--why", "--json"],
    "gather": ["--dry-run", "--remove-gone", "--by", "--why"],
    "add": ["--dry-run", "--by", "--why"],
}


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as it is after the first gathering, beside the map that it was gathered from."""
    folder = tmp_path_factory.mktemp("cli_store")
    osm = write_osm(osm_town(), folder / "town.osm")
    said = assetmap_cli("gather", "--osm", osm, "--store", folder / "store", "--by", "Ane", "--why", "the first map")
    assert said.code == 0, said.err
    return folder / "store"


@pytest.fixture
def store(gathered: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test to change."""
    return shutil.copytree(gathered, tmp_path / "store")


def edit(store: Path, asset: str = PLAYGROUND, by: str = "Kari", **values: Any) -> int:
    """What somebody does in the app; the number of the change."""
    done = Store.open(store).journal.apply([Change(asset, values)], by=by)
    assert done.changeset is not None
    return done.changeset


def name(store: Path, asset: str = PLAYGROUND) -> Any:
    return Store.open(store).records.get(asset)[asset].record["name"]


def run(store: object, *words: object) -> Said:
    return assetmap_cli(*words, "--store", store)


@pytest.mark.parametrize("command", CONTRACT)
def test_help_names_every_option_and_gives_an_example(command: str) -> None:
    said = assetmap_cli(command, "--help")
    assert said.code == 0
    assert [option for option in [*CONTRACT[command], "--store", "--lang"] if option not in said.out] == []
    assert "Example: assetmap" in " ".join(said.out.split())


# -- history, undo, bin --------------------------------------------------------------------------------------------


def test_history_says_who_why_and_how_many(store: Path) -> None:
    edit(store, name="Eventyrhagen")
    newest, first = run(store, "history", "--json").json["changes"]
    assert (first["number"], first["by"], first["why"], first["kind"], first["added"]) == (
        1, "Ane", "the first map", "refresh", 4,
    )  # fmt: skip
    assert (newest["number"], newest["by"], newest["kind"], newest["changed"]) == (2, "Kari", "edit", 1)
    said = run(store, "history")
    assert "the first map" in said.out
    assert "Kari" in said.out
    assert [c["number"] for c in run(store, "history", "--limit", "1", "--json").json["changes"]] == [2]


def test_history_of_one_change_and_of_one_asset(store: Path) -> None:
    number = edit(store, name="Eventyrhagen")
    told = run(store, "history", "--change", number)
    assert "Eventyrparken" in told.out
    assert "Eventyrhagen" in told.out
    (effect,) = run(store, "history", "--change", number, "--json").json["effects"]
    assert (effect["field"], effect["before"], effect["after"]) == ("name", "Eventyrparken", "Eventyrhagen")
    versions = run(store, "history", "--asset", PLAYGROUND, "--json").json
    assert [(v["version"], v["by"], v["fields"]) for v in versions] == [(2, "Kari", ["name"]), (1, "Ane", [])]
    assert "Kari" in run(store, "history", "--asset", PLAYGROUND).out


def test_history_since_a_day(store: Path) -> None:
    assert run(store, "history", "--since", "2999-01-01", "--json").json == {"changes": [], "outside": []}
    assert "Nothing was changed" in run(store, "history", "--since", "2999-01-01").out
    assert len(run(store, "history", "--since", "2000-01-01", "--json").json["changes"]) == 1


def test_undo_takes_back_and_leaves_what_others_changed_since(store: Path) -> None:
    number = edit(store, name="Eventyrhagen", wheelchair="yes")
    edit(store, by="Ola", name="Hagen")
    said = run(store, "undo", number, "--by", "Ane", "--why", "wrong park")
    assert said.code == 0, said.err
    assert f"Change {number} was taken back; one asset is as it was before." in said.out
    assert "Hagen" in said.out, "what was left is told"
    record = Store.open(store).records.get(PLAYGROUND)[PLAYGROUND].record
    assert (record["name"], record["wheelchair"]) == ("Hagen", None)
    undone = run(store, "history", "--json").json["changes"][0]
    assert (undone["undoes"], undone["by"], undone["why"]) == (number, "Ane", "wrong park")
    assert "taken back by change" not in run(store, "history", "--change", number).out, "a rest of it stands"


def test_erase_asks_first_and_takes_words_out_for_good(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(store, description="Kari bor her")
    edit(store, description="Spør Ola")
    for typed in ("", "no\n", "\n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        said = run(store, "erase", PLAYGROUND, "description")
        assert (said.code, "Nothing was erased" in said.err) == (1, True)
        assert "Type yes" in said.err
    assert Store.open(store).records.get(PLAYGROUND)[PLAYGROUND].record["description"] == "Spør Ola"
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    said = run(store, "erase", PLAYGROUND, "description", "website", "--by", "Ane")
    assert (said.code, said.out) == (0, "The words are erased. 2 earlier versions held some.\n")
    assert "Kari bor her" not in str(Store.open(store).journal.versions(PLAYGROUND))
    assert Store.open(store).journal.erased(PLAYGROUND) == ("description", "website")


def test_erase_takes_out_who_made_a_change_and_why(store: Path) -> None:
    number = edit(store, by="Kjersti Nordmann", name="Eventyrhagen")
    said = run(store, "erase", "--change", number, "--yes", "--json")
    assert said.json == {"asset": "", "fields": [], "change": number, "held": 1}
    assert "Kjersti" not in run(store, "history").out
    assert name(store) == "Eventyrhagen"
    for words in ([], [PLAYGROUND], [PLAYGROUND, "name", "--change", "1"]):
        said = run(store, "erase", *words, "--yes")
        assert (said.code, "Say which asset" in said.err) == (2, True)
    assert run(store, "erase", "--change", 99, "--yes").code == 2
    assert run(store, "erase", PLAYGROUND, "category", "--yes").code == 2
    assert run(store, "erase", PLAYGROUND, "no such", "--yes").code == 2


def test_history_says_what_was_taken_back_as_a_whole(store: Path) -> None:
    number = edit(store, name="Eventyrhagen")
    assert run(store, "undo", number).code == 0
    assert "taken back by change" in run(store, "history", "--change", number).out


def test_undo_where_all_was_changed_since_says_no(store: Path) -> None:
    number = edit(store, name="Eventyrhagen")
    edit(store, by="Ola", name="Hagen")
    said = run(store, "undo", number)
    assert said.code == 1
    assert f"Nothing of change {number} could be taken back." in said.out
    assert name(store) == "Hagen"


def test_the_bin_and_back(store: Path) -> None:
    assert run(store, "bin").out == "The bin is empty.\n"
    Store.open(store).journal.apply([Change(LIBRARY, kind="remove")], by="Kari")
    (row,) = run(store, "bin", "--json").json
    assert (row["id"], row["name"], row["category"], row["deleted_by"]) == (LIBRARY, "Biblioteket", "library", "Kari")
    assert "Biblioteket" in run(store, "bin").out
    assert run(store, "bin", "--restore", LIBRARY, "--by", "Ane").code == 0
    assert run(store, "bin", "--json").json == []
    assert Store.open(store).records.get(LIBRARY)[LIBRARY].deleted_at is None
    versions = run(store, "history", "--asset", LIBRARY, "--json").json
    assert [version["what"] for version in versions] == ["restored", "gone", "new"]


# -- gather and add ------------------------------------------------------------------------------------------------


def test_gathering_again_keeps_what_people_said(store: Path, gathered: Path) -> None:
    edit(store, name="Eventyrhagen")
    said = run(store, "gather", "--osm", gathered.parent / "town.osm")
    assert said.code == 0, said.err
    assert "0 new, 0 changed" in said.out
    assert name(store) == "Eventyrhagen"


def test_gather_dry_run_says_and_changes_nothing(store: Path, tmp_path: Path) -> None:
    world = osm_town()
    world.node(300.0, 300.0, 2050, leisure="playground", name="Nylekeplassen")
    osm, before = write_osm(world, tmp_path / "newer.osm"), Store.open(store).fingerprint
    said = run(store, "gather", "--osm", osm, "--dry-run")
    assert said.code == 0, said.err
    assert "1 would be new" in said.out
    assert "Nylekeplassen" in said.out
    assert Store.open(store).fingerprint == before
    none = run(tmp_path / "none", "gather", "--osm", osm, "--dry-run")
    assert none.code == 0, none.err
    assert not (tmp_path / "none").exists()
    done = run(store, "gather", "--osm", osm, "--by", "Ane")
    assert "1 new, 0 changed, 4 as before." in done.out
    assert "“assetmap undo 2” takes it back" in done.out


def test_a_map_that_is_cut_off_removes_nothing_unless_told(tmp_path: Path) -> None:
    world = osm_town()
    for i in range(12):
        world.node(50.0 + 10 * i, 50.0, 3000 + i, amenity="bench")
    full, less = write_osm(world, tmp_path / "full.osm"), write_osm(osm_town(), tmp_path / "less.osm")
    store = tmp_path / "store"
    assert run(store, "gather", "--osm", full).code == 0
    said = run(store, "gather", "--osm", less)
    assert "12 of 16 assets of OpenStreetMap are missing at once; nothing was removed." in said.out
    assert len(Store.open(store).inventory().frame) == 16
    dry = run(store, "gather", "--osm", less, "--remove-gone", "--dry-run")
    assert "12 assets would go into the bin." in dry.out
    assert len(Store.open(store).inventory().frame) == 16
    told = run(store, "gather", "--osm", less, "--remove-gone")
    assert "12 assets went into the bin." in told.out
    assert len(Store.open(store).inventory().frame) == 4


def test_a_list_comes_in_under_a_name_and_goes_again(store: Path, tmp_path: Path) -> None:
    table = tmp_path / "clubs.csv"
    table.write_text("navn;kategori;adresse\nSangkoret;Kor;Storgata 3\n", encoding="utf-8")
    dry = run(store, "add", table, "--dry-run")
    assert "1 would be new" in dry.out
    assert "Sangkoret" in dry.out
    done = run(store, "add", table, "--by", "Kari", "--why", "asked at the fair")
    assert "This is change 2; “assetmap undo 2” takes it back." in done.out
    newest = run(store, "history", "--json").json["changes"][0]
    assert (newest["by"], newest["why"], newest["kind"]) == ("Kari", "asked at the fair", "import")
    assert run(store, "undo", 2).code == 0
    assert [row["name"] for row in run(store, "bin", "--json").json] == ["Sangkoret"]


# -- duplicates ----------------------------------------------------------------------------------------------------


@pytest.fixture
def twins(store: Path, tmp_path: Path) -> tuple[Path, str, str]:
    """The library a second time, out of a list."""
    at = lonlat(505.0, 500.0)
    table = tmp_path / "libraries.csv"
    table.write_text(
        f"navn;kategori;lat;lon\nBiblioteket;Bibliotek;{at[1]:.6f};{at[0]:.6f}\nHuset;Bibliotek;59.0;11.0\n",
        encoding="utf-8",
    )
    assert run(store, "add", table).code == 0
    (pair,) = run(store, "duplicates", "--json").json
    return store, pair["a"], pair["b"]


def test_duplicates_are_listed_joined_and_parted(twins: tuple[Path, str, str]) -> None:
    store, a, b = twins
    (pair,) = run(store, "duplicates", "--json").json
    assert (pair["name_a"], pair["name_b"], pair["band"]) == ("Biblioteket", "Biblioteket", "ask")
    assert pair["distance_m"] == pytest.approx(5, abs=0.5)
    assert "Biblioteket" in run(store, "duplicates").out
    joined = run(store, "duplicates", "--same", a, b, "--keep", a, "--by", "Ane")
    assert joined.code == 0, joined.err
    assert "The two are one record now." in joined.out
    assert Store.open(store).records.get(b)[b].merged_into == a
    assert "No two records look like one thing." in run(store, "duplicates").out
    assert run(store, "duplicates", "--part", a, b).code == 0
    assert Store.open(store).records.get(b)[b].deleted_at is None
    assert run(store, "duplicates", "--json").json == [], "parted is different"


def test_different_and_unsure(twins: tuple[Path, str, str]) -> None:
    store, a, b = twins
    assert run(store, "duplicates", "--unsure", a, b).out == "Noted.\n"
    assert [pair["decision"] for pair in run(store, "duplicates", "--json").json] == ["unsure"]
    assert run(store, "duplicates", "--different", a, b).out == "Noted.\n"
    assert run(store, "duplicates", "--json").json == []


def test_equal_register_numbers_are_settled(store: Path, tmp_path: Path) -> None:
    for number, called in ((1, "Sangkoret"), (2, "Korforeningen Sangkoret")):
        table = tmp_path / f"list{number}.csv"
        table.write_text(f"navn;kategori;adresse;orgnr\n{called};Kor;Storgata 3;974760673\n", encoding="utf-8")
        assert run(store, "add", table).code == 0
    said = run(store, "duplicates", "--registers", "--by", "Ane")
    assert "One pair with the same register number is one record now." in said.out
    assert len(run(store, "bin", "--json").json) == 1


# -- review --------------------------------------------------------------------------------------------------------


def test_review(store: Path) -> None:
    assert run(store, "review").out == "No suggestion waits.\n"
    desk = Store.open(store).review
    good = desk.suggest("edit", asset=PLAYGROUND, values={"name": "Eventyrhagen"}, note="new sign\x1b[31m")
    bad = desk.suggest("gone", asset=LIBRARY)
    queue = run(store, "review", "--json").json
    assert [(one["id"], one["kind"], one["said"]) for one in queue] == [
        (good, "edit", {"name": "Eventyrhagen"}), (bad, "gone", {}),
    ]  # fmt: skip
    shown = run(store, "review").out
    assert "Eventyrhagen" in shown
    assert "\x1b[31m" not in shown, "what a stranger writes does not steer the terminal"
    assert run(store, "review", "--assign", good, "Kari").out == "Noted: Kari looks at it.\n"
    assert run(store, "review", "--accept", good, "--by", "Kari").code == 0
    assert name(store) == "Eventyrhagen"
    assert run(store, "review", "--refuse", bad, "--reason", "it is open", "--by", "Kari").code == 0
    refused = desk.get(bad)
    assert (refused.state, refused.reason, refused.decided_by) == ("refused", "it is open", "Kari")
    assert run(store, "review", "--json").json == []


def test_a_suggestion_that_somebody_overtook_waits_on(store: Path) -> None:
    key = Store.open(store).review.suggest("edit", asset=PLAYGROUND, values={"name": "Eventyrhagen"})
    edit(store, name="Hagen")
    said = run(store, "review", "--accept", key)
    assert said.code == 1
    assert "goes on waiting" in said.out
    assert name(store) == "Hagen"
    assert len(run(store, "review", "--json").json) == 1


# -- snapshots, doubts, walks --------------------------------------------------------------------------------------


def test_snapshots_are_taken_listed_written_and_compared(store: Path, tmp_path: Path) -> None:
    assert "No snapshot was taken yet." in run(store, "snapshot").out
    taken = run(store, "snapshot", "Spring 2026", "--by", "Ane", "--note", "for the council", "--json").json
    assert (taken["name"], taken["by"], taken["note"], taken["total"]) == ("Spring 2026", "Ane", "for the council", 4)
    assert "for the council" in run(store, "snapshot").out
    written = run(store, "snapshot", "Spring 2026", "--to", tmp_path / "spring.parquet")
    assert written.code == 0, written.err
    assert len(pd.read_parquet(tmp_path / "spring.parquet")) == 4
    edit(store, name="Eventyrhagen")
    found = run(store, "compare", "Spring 2026", "--json").json
    assert (found["totals"]["changed"], found["totals"]["same"], found["totals"]["grown"]) == (1, 3, 0)
    assert found["categories"]["playground"]["changed"] == 1
    assert any("do not mean more assets" in caveat for caveat in found["caveats"])
    table = run(store, "compare", "Spring 2026")
    assert "Playground" in table.out
    assert "do not mean more assets" in table.out
    listed = run(store, "compare", "Spring 2026", "--what", "changed")
    assert "Eventyrhagen" in listed.out
    assert [
        row["what"] for row in run(store, "compare", "Spring 2026", "now", "--what", "changed", "--json").json["rows"]
    ] == ["changed"]


def test_stale_and_confirmed(store: Path) -> None:
    rows = run(store, "stale", "--months", "0", "--json").json
    assert PLAYGROUND in {row["id"] for row in rows}
    assert all(isinstance(reason, str) for row in rows for reason in row["reasons"])
    assert rows == sorted(rows, key=lambda row: -row["doubt"])
    assert "Eventyrparken" in run(store, "stale", "--months", "0").out
    done = run(store, "stale", "--confirm", PLAYGROUND, "--on", "2026-11-20", "--by", "Kari")
    assert done.code == 0, done.err
    kept = Store.open(store).records.get(PLAYGROUND)[PLAYGROUND]
    assert kept.record["confirmed"] == "2026-11-20"
    assert "name" in kept.held


def test_walk_and_its_sheet(store: Path, tmp_path: Path) -> None:
    said = run(store, "walk", "--at", f"{LAT},{LON}", "--minutes", "45", "--sheet", tmp_path / "walk.html")
    assert said.code == 0, said.err
    assert "Eventyrparken" in said.out
    page = (tmp_path / "walk.html").read_text(encoding="utf-8")
    assert "Eventyrparken" in page
    assert "<svg" in page
    planned = run(store, "walk", "--at", f"{LAT},{LON}", "--minutes", "45", "--json").json
    assert 0 < planned["minutes"] <= 45
    assert PLAYGROUND in {stop["id"] for stop in planned["stops"]}


# -- the round trip ------------------------------------------------------------------------------------------------


def change_cell(file: Path, was: str, now: str) -> None:
    book = openpyxl.load_workbook(file)
    (cell,) = [cell for row in book["Assets"].iter_rows() for cell in row if cell.value == was]
    cell.value = now
    book.save(file)


def test_out_and_home(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    assert run(store, "take-out", file).code == 0
    assert "Nothing in it differs" in run(store, "bring-home", file, "--dry-run").out
    change_cell(file, "Eventyrparken", "Eventyrhagen")
    dry = run(store, "bring-home", file, "--dry-run")
    assert "Changed cells: 1" in dry.out
    assert name(store) == "Eventyrparken"
    done = run(store, "bring-home", file, "--by", "Kari")
    assert done.code == 0, done.err
    assert "takes it back" in done.out
    assert name(store) == "Eventyrhagen"
    assert run(store, "history", "--json").json["changes"][0]["kind"] == "round-trip"


@pytest.mark.parametrize(("take", "wins"), [("theirs", "Hagen"), ("mine", "Eventyrhagen")])
def test_whose_word_counts_where_two_changed_the_same(take: str, wins: str, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    assert run(store, "take-out", file).code == 0
    change_cell(file, "Eventyrparken", "Eventyrhagen")
    edit(store, by="Ola", name="Hagen")
    steps = run(store, "bring-home", file, "--dry-run", "--json").json["steps"]
    assert [(step["what"], step["mine"], step["theirs"]) for step in steps] == [("conflict", "Eventyrhagen", "Hagen")]
    done = run(store, "bring-home", file, "--take", take)
    assert done.code == 0, done.err
    assert name(store) == wins


# -- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["history", "--since", "yesterday"], 2, "“yesterday” is no day"),
        (["history", "--change", "99"], 2, "99"),
        (["history", "--asset", "nobody"], 2, "nobody"),
        (["undo", "99"], 2, "99"),
        (["bin", "--restore", "nobody"], 2, "nobody"),
        (["duplicates", "--same", PLAYGROUND, PLAYGROUND], 2, "two different assets"),
        (["duplicates", "--same", PLAYGROUND, "nobody"], 2, "nobody"),
        (["duplicates", "--part", PLAYGROUND, LIBRARY], 2, "were not joined"),
        (["duplicates", "--keep", PLAYGROUND], 2, "needs --same"),
        (["duplicates", "--registers", "--different", PLAYGROUND, LIBRARY], 2, "One thing at a time"),
        (["review", "--accept", "nothing"], 2, "There is no suggestion nothing"),
        (["review", "--refuse", "nothing", "--reason", "x"], 2, "There is no suggestion nothing"),
        (["review", "--accept", "a", "--refuse", "b"], 2, "One thing at a time"),
        (["snapshot", "now"], 2, "cannot be the name of a snapshot"),
        (["snapshot", "--to", "x.parquet"], 2, "Name the snapshot"),
        (["snapshot", "nothing", "--to", "x.parquet"], 2, "There is no snapshot “nothing”"),
        (["compare", "nothing"], 2, "There is no snapshot “nothing”"),
        (["compare", "now", "--what", "better"], 2, "is no sort of record"),
        (["stale", "--confirm", PLAYGROUND, "--on", "soon"], 2, "“soon” is no day"),
        (["walk", "--at", "here"], 2, "is no position"),
        (["walk", "--at", "55,12", "--minutes", "0"], 2, "cannot be planned"),
        (["walk", "--at", "55,12", "--sheet", "x.pdf"], 2, "does not end in .html"),
        (["take-out", "x.csv"], 2, "x.csv"),
        (["bring-home", "none.xlsx"], 2, "none.xlsx"),
        (["bring-home", "none.xlsx", "--take", "both"], 2, "Expected mine or theirs"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)  # fmt: skip
def test_errors_are_one_sentence_and_a_code(words: list[str], code: int, sentence: str, gathered: Path) -> None:
    said = run(gathered, *words)
    assert (said.code, said.out) == (code, ""), said.err
    assert sentence in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("command", ["history", "bin", "duplicates", "review", "snapshot", "stale"])
def test_no_store_yet(command: str, tmp_path: Path) -> None:
    said = run(tmp_path / "none", command)
    assert said.code == 4
    assert "assetmap gather" in said.err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", ["history", "bin", "duplicates", "review", "snapshot", "stale"])
@pytest.mark.parametrize("lang", ["nb", "da"])
def test_in_every_language(command: str, lang: str, gathered: Path) -> None:
    said = run(gathered, command, "--lang", lang)
    assert (said.code, said.err) == (0, "")


# -- a store on a server -------------------------------------------------------------------------------------------


def test_the_same_on_a_server_and_no_password_is_ever_said(
    server_url: str, cluster: Cluster, gathered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clubs.csv").write_text("navn;kategori;adresse\nSangkoret;Kor;Storgata 3\n;;\nTull;Tøv;x\n")
    said = [
        run(server_url, "gather", "--osm", gathered.parent / "town.osm", "--by", "Ane"),
        run(server_url, "add", "clubs.csv", "--by", "Kari"),
        run(server_url, "history"),
        run(server_url, "undo", 2),
        run(server_url, "analyse", "coverage", "--category", "playground"),
        run(server_url, "snapshot", "Spring"),
        run(server_url, "compare", "Spring"),
        run(server_url, "stale", "--months", "0"),
        run(server_url, "export", "x.geojson"),
        run(server_url, "doctor"),
    ]
    assert [(one.code, one.err) for one in said] == [(0, "")] * len(said)
    assert "Kari" in said[2].out
    assert "3 of 4 homes" in said[4].out
    assert all(cluster.password not in one.out + one.err for one in said)
    lost = run(server_url.replace(cluster.password, "wrong-secret"), "history")
    assert lost.code == 4
    assert "wrong-secret" not in lost.out + lost.err


def test_rows_of_a_list_for_a_server_come_back_where_you_are(
    server_url: str, gathered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(server_url, "gather", "--osm", gathered.parent / "town.osm").code == 0
    (tmp_path / "clubs.csv").write_text("navn;kategori;adresse\nSangkoret;Kor;Storgata 3\nTull;Tøvetøv;x\n")
    said = run(server_url, "add", "clubs.csv")
    assert said.code == 0, said.err
    (back,) = (tmp_path / "rejected").iterdir()
    assert "Tull" in back.read_text(encoding="utf-8-sig")
    assert back.stat().st_mode & 0o077 == 0


def test_the_address_of_a_server_as_a_setting(server_url: str, cluster: Cluster, tmp_path: Path) -> None:
    """As a process, with the password where libpq looks for it."""
    osm = write_osm(osm_town(), tmp_path / "town.osm")
    bare = server_url.replace(f":{cluster.password}", "")
    env = {**os.environ, "ASSETMAP_STORE": bare, "PGPASSWORD": cluster.password}
    for words in (["gather", "--osm", str(osm)], ["history", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "assetmap", *words], cwd=tmp_path, env=env, capture_output=True, text=True,
            check=False, encoding="utf-8",
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["changes"]) == 1
    assert not (tmp_path / "assetmap-store").exists()
    assert {p.name for p in tmp_path.iterdir()} == {"town.osm"}, "no folder is made of the address"


def test_people_who_read_and_people_who_write_have_roles_of_their_own(
    server_url: str, cluster: Cluster, gathered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the guide to editing together tells to grant is enough, and no more."""
    monkeypatch.chdir(tmp_path)
    schema = server_url.partition("schema=")[2]
    assert run(server_url, "gather", "--osm", gathered.parent / "town.osm").code == 0
    cluster.sql(f"CREATE ROLE kari LOGIN PASSWORD '{cluster.password}' IN ROLE assetmap", database="postgres")
    cluster.sql("ALTER ROLE kari IN DATABASE assetmap SET role = 'assetmap'")
    cluster.sql(f"CREATE ROLE ola LOGIN PASSWORD '{cluster.password}'", database="postgres")
    cluster.sql(f"GRANT USAGE ON SCHEMA {schema} TO ola")
    cluster.sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO ola")
    try:
        kari, ola = (server_url.replace("//assetmap:", f"//{who}:") for who in ("kari", "ola"))
        (tmp_path / "clubs.csv").write_text("navn;kategori;tlf\nSangkoret;Kor;91234567\n")
        assert run(kari, "add", "clubs.csv", "--by", "Kari").code == 0
        assert run(server_url, "add", "clubs.csv").code == 0, "what she set apart belongs to all who write"
        assert run(ola, "analyse", "coverage", "--category", "playground").code == 0
        refused = run(ola, "undo", 2)
        assert refused.code == 4
        assert "read-only for ola" in refused.err
        people = cluster.sql(f"SELECT has_schema_privilege('ola', '{schema}_people', 'USAGE')")
        assert people == [(False,)]
    finally:
        cluster.sql("DROP OWNED BY ola")
        cluster.sql(f"DROP SCHEMA IF EXISTS {schema}_people CASCADE")
        cluster.sql("DROP ROLE ola", database="postgres")
        cluster.sql("DROP ROLE kari", database="postgres")
