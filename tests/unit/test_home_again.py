"""Do slips that look like work well done come home without loss: files still open, layers that lost their ids, rows
that came before, coordinates in each other's cells?"""

from __future__ import annotations

import contextlib
import sqlite3
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyogrio
import pytest

from assetmap.errors import FormatError
from assetmap.messages import Message
from assetmap.model.change import Change
from assetmap.model.round_trip import SHEET
from assetmap.round_trip import accept, bring_home, take_out
from assetmap.store import Store
from assetmap.upkeep.steps import Plan
from tests.stored_world import assets, inventory

NAMES = ("Parken", "Løkka", "Elva", "Torget")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    made.save(inventory(assets(NAMES)))
    return made


def sheet_edited(path: Path, *cells: tuple[str, str, Any], new: tuple[dict[str, Any], ...] = ()) -> Path:
    """The workbook with cells (name of the row, field, value) set and rows added below."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    rows = {sheet.cell(line, 3).value: line for line in range(2, sheet.max_row + 1)}
    for name, key, value in cells:
        sheet.cell(rows[name], SHEET.index(key) + 3).value = value
    for line, values in enumerate(new, start=sheet.max_row + 1):
        for key, value in values.items():
            sheet.cell(line, SHEET.index(key) + 3).value = value
    book.save(path)
    return path


def layer_without(path: Path, column: str) -> Path:
    """The GeoPackage as it is when its layers were saved again without a column."""
    for layer in layers(path):
        edited_layer(path, layer, lambda frame: frame.drop(columns=column))
    return path


def layers(path: Path) -> list[str]:
    return [str(name) for name in pyogrio.list_layers(path)[:, 0] if str(name).startswith("assets")]


def edited_layer(path: Path, layer: str, edit: Callable[[Any], Any]) -> None:
    pyogrio.write_dataframe(edit(pyogrio.read_dataframe(path, layer=layer)), path, layer=layer)


def what(home: Plan) -> list[tuple[str, str, str]]:
    return [(step.what, step.name, step.field) for step in home.steps]


def reasons(home: Plan) -> list[str]:
    return [step.reason.text if isinstance(step.reason, Message) else "" for step in home.steps]


@pytest.mark.parametrize("column", ["id", "category"])
def test_a_layer_that_lost_a_column_was_not_deleted(store: Store, tmp_path: Path, column: str) -> None:
    home = bring_home(store, layer_without(take_out(store, tmp_path / "ut.gpkg"), column))
    assert (what(home), home.same) == ([], 4)


def test_a_feature_without_ids_is_known_by_its_name_and_what_is_unclear_is_not_removed(
    store: Store, tmp_path: Path
) -> None:
    path = layer_without(take_out(store, tmp_path / "ut.gpkg"), "id")
    known = {"Elva": {"operator": "Vellet"}, "Torget": {"name": "Et annet navn"}}

    def edit(frame: Any) -> Any:
        for name, values in known.items():
            for key, value in values.items():
                frame.loc[frame["name"] == name, key] = value
        return frame

    for layer in layers(path):
        edited_layer(path, layer, edit)
    home = bring_home(store, path)
    assert sorted(what(home)) == [("changed", "Elva", "operator"), ("gone", "Torget", ""),
                                  ("rejected", "Et annet navn", "")]  # fmt: skip
    assert accept(store, home, remove=True).gone == ()


def test_what_a_program_has_not_written_yet_is_not_overlooked(store: Store, tmp_path: Path) -> None:
    path = take_out(store, tmp_path / "ut.gpkg")
    with contextlib.closing(sqlite3.connect(path)) as qgis:
        qgis.execute("PRAGMA journal_mode=WAL")
        qgis.execute("CREATE TABLE note (fid INTEGER PRIMARY KEY)")
        qgis.commit()
        with pytest.raises(FormatError, match="open in another program"):
            bring_home(store, path)
    assert bring_home(store, path).same == 4


def test_the_living_map_is_not_opened(store: Store) -> None:
    with pytest.raises(FormatError, match="only the store itself opens"):
        bring_home(store, Path(store.address) / "map.gpkg")


def test_a_geopackage_is_known_by_its_content(store: Store, tmp_path: Path) -> None:
    path = take_out(store, tmp_path / "ut.gpkg").rename(tmp_path / "ut.xlsx")
    assert bring_home(store, path).same == 4


def test_it_is_told_where_deleted_features_cannot_be(store: Store, tmp_path: Path) -> None:
    home = bring_home(store, store.snapshot(tmp_path / "shot.gpkg"))
    assert "before-missing" in [issue.code for issue in home.issues]


def test_a_day_that_a_map_program_made_a_moment(store: Store, tmp_path: Path) -> None:
    path = take_out(store, tmp_path / "ut.gpkg")
    for layer in layers(path):
        edited_layer(path, layer, lambda frame: frame.assign(confirmed="2026-05-01T00:00:00"))
    found = {(step.what, step.field, step.mine) for step in bring_home(store, path).steps}
    assert found == {("changed", "confirmed", "2026-05-01")}


@pytest.mark.parametrize("content", [b"navn;kategori\nx;y\n", b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument"])
def test_another_kind_of_table_is_called_what_it_is(store: Store, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ut.xlsx"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="no Excel workbook by its content"):
        bring_home(store, path)


def test_letters_in_two_pieces_are_no_edit(store: Store, tmp_path: Path) -> None:
    known = next(iter(store.records.get(list(store.inventory("staff", network=False).everything.index))))
    store.journal.apply([Change(known, {"name": "Blåbær på øya"})], by="Ane")
    split = unicodedata.normalize("NFD", "Blåbær på øya")
    assert split != "Blåbær på øya"
    path = sheet_edited(take_out(store, tmp_path / "ut.xlsx"), ("Blåbær på øya", "name", split))
    assert bring_home(store, path).steps == ()


def test_a_second_sheet_of_the_same_columns_is_told(store: Store, tmp_path: Path) -> None:
    path = take_out(store, tmp_path / "ut.xlsx")
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book.worksheets[1]).title = "Kopi"
    book.save(path)
    assert [issue.code for issue in bring_home(store, path).issues] == ["sheet-unread"]


def test_a_note_at_the_end_of_the_sheet_is_no_million_rows(store: Store, tmp_path: Path) -> None:
    path = take_out(store, tmp_path / "ut.xlsx")
    book = openpyxl.load_workbook(path)
    book.worksheets[1].cell(1_048_576, 40).value = "x"
    book.save(path)
    assert (bring_home(store, path).steps, bring_home(store, path).same) == ((), 4)


@pytest.mark.parametrize(("said", "expected"), [("Ja", "yes"), ("Nej", "no"), (True, "yes"), ("Delvis", "limited")])
def test_yes_and_no_are_understood_of_steps(store: Store, tmp_path: Path, said: Any, expected: str) -> None:
    (step,) = bring_home(store, sheet_edited(take_out(store, tmp_path / "ut.xlsx"), ("Elva", "wheelchair", said))).steps
    assert (step.field, step.mine) == ("wheelchair", expected)


def test_nobody_has_seen_it_tomorrow(store: Store, tmp_path: Path) -> None:
    path = sheet_edited(take_out(store, tmp_path / "ut.xlsx"), ("Elva", "confirmed", "2999-01-01"),
                        ("Elva", "operator", "Vellet"))  # fmt: skip
    assert what(bring_home(store, path)) == [("changed", "Elva", "operator"), ("rejected", "Elva", "confirmed")]


def test_swapped_coordinates_are_remarked(store: Store, tmp_path: Path) -> None:
    path = take_out(store, tmp_path / "ut.xlsx")
    point = store.inventory("staff", network=False).everything.set_index("name").geometry["Parken"]
    near = sheet_edited(path, ("Parken", "latitude", point.y + 0.001))
    assert reasons(bring_home(store, near)) == [""]
    far = sheet_edited(path, ("Parken", "latitude", point.x), ("Parken", "longitude", point.y))
    (said,) = reasons(bring_home(store, far))
    assert said.startswith("lies {km} km from here")


NEW = {"name": "Kafeen", "category": "library"}


def test_a_new_row_that_was_taken_back_asks_when_it_comes_again(store: Store, tmp_path: Path) -> None:
    path = sheet_edited(take_out(store, tmp_path / "ut.xlsx"), new=(NEW,))
    done = accept(store, bring_home(store, path), by="Kari")
    (asset,) = done.new
    assert done.changeset is not None
    store.journal.undo(done.changeset, by="Ane")
    again = bring_home(store, path)
    assert what(again) == [("conflict", "Kafeen", "")]
    assert accept(store, again).changeset is None
    assert accept(store, again, take="mine").restored == (asset,)
    assert store.records.get([asset])[asset].record["name"] == "Kafeen"


def test_a_new_row_like_an_asset_that_is_there_is_remarked(store: Store, tmp_path: Path) -> None:
    path = sheet_edited(take_out(store, tmp_path / "ut.xlsx"), new=(NEW,))
    assert reasons(bring_home(store, path)) == [""]
    accept(store, bring_home(store, path), by="Kari")
    later = sheet_edited(path, ("Kafeen", "operator", "Vellet"))
    (said,) = reasons(bring_home(store, later))
    assert said.startswith("there is an asset of that name")
