"""Is a file that is added again the same source, and is another file of its name kept beside it?"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assetmap.cli.program import program
from assetmap.store import Store
from tests.stored_world import inventory

RUN = CliRunner()
HEAD = "id;navn;kategori;lat;lon\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    kept = Store.create(tmp_path / "store")
    kept.save(inventory())
    return kept


def add(store: Store, path: Path, rows: str) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + rows, encoding="utf-8")
    done = RUN.invoke(program, ["add", str(path), "--store", str(store.folder), "--lang", "en"])
    assert done.exit_code == 0, done.output
    return done.output


def names(store: Store) -> list[str]:
    frame = store.inventory().frame
    return sorted(frame.loc[frame["source"].str.startswith("table:"), "name"])


def test_a_corrected_file_brings_its_rows_up_to_date(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path / "x.csv", "1;Nord bibliotek;Bibliotek;59.01;11.01\n2;Sør skole;Skole;59.02;11.02\n")
    said = add(
        store, tmp_path / "x.csv", "1;Nord folkebibliotek;Bibliotek;59.01;11.01\n2;Sør skole;Skole;59.02;11.02\n"
    )
    assert "0 new, 1 changed, 1 as before" in said
    assert names(store) == ["Nord folkebibliotek", "Sør skole"]


def test_another_file_of_the_same_name_is_kept_beside_it(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path / "a" / "x.csv", "1;Nord bibliotek;Bibliotek;59.01;11.01\n")
    said = add(store, tmp_path / "b" / "x.csv", "1;Sør skole;Skole;59.05;11.09\n")
    assert "kept beside it" in said
    assert names(store) == ["Nord bibliotek", "Sør skole"]
    again = add(store, tmp_path / "b" / "x.csv", "1;Sør skole;Skole;59.05;11.09\n")
    assert "0 new, 0 changed, 1 as before" in again
    assert [p.source for p in store.provenance] == ["osm", "table:x.csv", "table:x.csv#2"]
    assert len({p.sha256 for p in store.provenance}) == 3


def test_rows_that_fail_go_back_under_the_whole_name_of_their_file(store: Store, tmp_path: Path) -> None:
    add(store, tmp_path / "same.csv", "1;A;Hva er dette xyzzy;59.01;11.01\n2;Skolen;Skole;59.02;11.02\n")
    add(store, tmp_path / "same.txt", "1;Z;Hva er dette xyzzy;59.01;11.01\n3;Biblioteket;Bibliotek;59.03;11.02\n")
    back = {path.name: path.read_text("utf-8-sig") for path in (store.folder / "rejected").iterdir()}
    assert set(back) == {"same.csv.csv", "same.txt.csv"}
    assert "A" in back["same.csv.csv"]
    assert "Z" in back["same.txt.csv"]
