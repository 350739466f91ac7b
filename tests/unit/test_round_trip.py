"""Do assets go out of a real store, come home edited, and leave what others did meanwhile as it is?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely

from assetmap.errors import FormatError, InputError
from assetmap.model.change import Change, Outcome
from assetmap.model.round_trip import SHEET
from assetmap.round_trip import accept, bring_home, take_out
from assetmap.store import Store
from assetmap.upkeep.steps import Plan
from tests.stored_world import assets, inventory

NAMES = ("Parken", "Løkka", "Elva", "Torget")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store.create(tmp_path / "store")
    made.save(inventory(assets(NAMES, opening_hours="Mo 08:00-16:00")))
    return made


def ids(store: Store) -> dict[str, str]:
    frame = store.inventory("connector", network=False).everything
    return {str(name): str(number) for number, name in frame["name"].items()}


def edited(path: Path, edit: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(path)
    edit(book.worksheets[1])
    book.save(path)
    return path


def write(sheet: Any, name: str, /, **values: Any) -> None:
    row = next((r for r in range(2, sheet.max_row + 1) if sheet.cell(r, 3).value == name), sheet.max_row + 1)
    for key, value in values.items():
        sheet.cell(row, SHEET.index(key) + 3).value = value


def told(home: Plan) -> list[tuple[str, str, str]]:
    return [(step.what, step.name, step.field) for step in home.steps]


@pytest.mark.parametrize("name", ["ut.xlsx", "ut.gpkg"])
def test_an_untouched_file_changes_nothing(store: Store, tmp_path: Path, name: str) -> None:
    path = take_out(store, tmp_path / name, lang="nb")
    before = store.fingerprint
    home = bring_home(store, path)
    assert (home.steps, home.same, home.file) == ((), 4, name)
    assert accept(store, home) == Outcome()
    assert store.fingerprint == before


def test_an_edited_workbook_is_one_changeset_that_can_be_undone(store: Store, tmp_path: Path) -> None:
    known = ids(store)

    def edit(sheet: Any) -> None:
        write(sheet, "Parken", name="Nye Parken", opening_hours="ti-on 10-12", latitude=59.01)
        write(sheet, "Ny", name="Kafeen", category="Kafé", latitude=59.02, longitude=11.02)
        write(sheet, "Torget", name=None, category=None, **dict.fromkeys(SHEET[3:]))

    path = edited(take_out(store, tmp_path / "ut.xlsx", lang="en"), edit)
    book = openpyxl.load_workbook(path)
    words = [c.value for c in book["_lists"]["A"]]
    path = edited(path, lambda sheet: write(sheet, "Kafeen", category=next(w for w in words if "Caf" in w)))
    store.journal.apply([Change(known["Parken"], {"operator": "Vellet"})], by="Per")

    done = accept(store, bring_home(store, path), by="Kari", remove=True)
    parken = store.records.get(known["Parken"])[known["Parken"]]
    assert parken.record["name"] == "Nye Parken"
    assert parken.record["operator"] == "Vellet"
    assert parken.record["opening_hours_normal"] == "Tu-We 10:00-12:00"
    assert parken.record["geometry"] == shapely.Point(11, 59.01)
    assert {"name", "geometry"} <= set(parken.held)
    assert (len(done.new), done.changed, done.gone) == (1, (known["Parken"],), (known["Torget"],))
    (made,) = (c for c in store.journal.changesets() if c.number == done.changeset)
    assert (made.kind, made.by, made.why) == ("round-trip", "Kari", "ut.xlsx")
    assert bring_home(store, path).changes(remove=True) == []

    store.journal.undo(done.changeset or 0)
    assert set(ids(store)) == set(NAMES)


@pytest.mark.parametrize(("take", "name"), [("mine", "Min"), ("theirs", "Deres")])
def test_somebody_else_changed_the_same_field(store: Store, tmp_path: Path, take: Any, name: str) -> None:
    known = ids(store)["Parken"]
    path = edited(take_out(store, tmp_path / "ut.xlsx"), lambda sheet: write(sheet, "Parken", name="Min"))
    store.journal.apply([Change(known, {"name": "Deres"})])
    home = bring_home(store, path)
    assert told(home) == [("conflict", "Min", "name")]
    accept(store, home, take=take)
    assert store.records.get(known)[known].record["name"] == name


def test_a_change_between_the_preview_and_the_yes_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    known = ids(store)["Parken"]
    path = edited(take_out(store, tmp_path / "ut.xlsx"), lambda sheet: write(sheet, "Parken", name="Min"))
    home = bring_home(store, path)
    store.journal.apply([Change(known, {"name": "Deres"})])
    done = accept(store, home, take="mine")
    assert [(c.field, c.mine, c.theirs) for c in done.clashes] == [("name", "Min", "Deres")]
    assert store.records.get(known)[known].record["name"] == "Deres"


def test_an_edited_row_of_a_removed_asset_comes_back_when_asked(store: Store, tmp_path: Path) -> None:
    known = ids(store)["Parken"]
    path = edited(take_out(store, tmp_path / "ut.xlsx"), lambda sheet: write(sheet, "Parken", name="Min"))
    store.journal.apply([Change(known, kind="remove")])
    home = bring_home(store, path)
    assert told(home) == [("conflict", "Min", "")]
    assert accept(store, home) == Outcome()
    done = accept(store, home, take="mine")
    assert done.restored == (known,)
    there = store.records.get(known)[known]
    assert (there.deleted_at, there.record["name"]) == (None, "Min")
    store.journal.undo(done.changeset or 0)
    again = store.records.get(known)[known]
    assert (again.deleted_at is None, again.record["name"]) == (False, "Parken")


def test_what_is_somebodys_and_what_is_secret_is_not_kept(store: Store, tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        write(sheet, "Parken", description="Ring Kari på 22 22 22 22", operator="Vellet")
        write(sheet, "Ny", name="Krisesenteret", category=sheet.cell(2, 4).value, latitude=59.02, longitude=11.02)

    home = bring_home(store, edited(take_out(store, tmp_path / "ut.xlsx"), edit))
    assert told(home) == [
        ("rejected", "Parken", "description"),
        ("changed", "Parken", "operator"),
        ("rejected", "", ""),
    ]
    assert "22 22 22 22" not in str(home.rows.drop(columns="before").to_dict())
    assert accept(store, home).changed == (ids(store)["Parken"],)


def test_erased_words_do_not_come_back(store: Store, tmp_path: Path) -> None:
    known = ids(store)["Parken"]
    store.journal.apply([Change(known, {"description": "Bor her"})])
    paths = [take_out(store, tmp_path / name) for name in ("ut.xlsx", "ut.gpkg")]
    store.snapshot(tmp_path / "alt.gpkg")
    store.journal.erase(known, ["description"])
    for path in paths:
        assert bring_home(store, path).changes("mine") == []
    assert bring_home(store, tmp_path / "alt.gpkg").changes() == []


def test_edits_in_qgis_of_an_asset_that_others_edited(store: Store, tmp_path: Path) -> None:
    known = ids(store)
    path = take_out(store, tmp_path / "ut.gpkg")
    line = shapely.LineString([(11.1, 59), (11.2, 59.05)])
    with sqlite3.connect(path) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        blob = b"GP\x00\x01\xe6\x10\x00\x00" + shapely.to_wkb(line)
        connection.execute("UPDATE assets_lines SET geom = ?", [blob])
        connection.execute("UPDATE assets_areas SET name = 'Løkka Sør'")
    store.journal.apply([Change(known["Elva"], {"operator": "Vassdraget"}), Change(known["Løkka"], {"name": "Sletta"}),
                         Change(known["Torget"], {"geometry": shapely.Point(11.5, 59)})])  # fmt: skip
    home = bring_home(store, path)
    assert sorted(told(home)) == [("changed", "Elva", "geometry"), ("conflict", "Løkka Sør", "name")]
    accept(store, home)
    elva = store.records.get(known["Elva"])[known["Elva"]].record
    assert (elva["geometry"].equals(line), elva["operator"]) == (True, "Vassdraget")


def test_a_snapshot_of_the_whole_store_comes_home_too(store: Store, tmp_path: Path) -> None:
    store.journal.apply([Change(ids(store)["Torget"], kind="remove")])
    path = store.snapshot(tmp_path / "alt.gpkg")
    home = bring_home(store, path)
    assert home.changes("mine", remove=True) == []
    assert home.same == 3


def test_the_file_of_another_store_and_other_files(store: Store, tmp_path: Path) -> None:
    other = Store.create(tmp_path / "other")
    other.save(inventory(assets(NAMES)))
    with pytest.raises(InputError, match="another store"):
        bring_home(store, take_out(other, tmp_path / "ut.xlsx"))
    with pytest.raises(InputError, match=r"\.xlsx, \.gpkg"):
        take_out(store, tmp_path / "ut.csv")
    with pytest.raises(InputError, match="is a store"):
        take_out(store, tmp_path / "store" / "ut.xlsx")
    (tmp_path / "cut.xlsx").write_bytes((tmp_path / "ut.xlsx").read_bytes()[:3000])
    with pytest.raises(FormatError):
        bring_home(store, tmp_path / "cut.xlsx")


def test_only_what_an_audience_may_see_goes_out(store: Store, tmp_path: Path) -> None:
    store.journal.apply([Change(ids(store)["Parken"], {"audience": "staff"})])
    assert bring_home(store, take_out(store, tmp_path / "a.xlsx")).same == 3
    assert bring_home(store, take_out(store, tmp_path / "b.xlsx", audience="staff")).same == 4
    assert bring_home(store, take_out(store, tmp_path / "c.gpkg", category="park_green")).same == 3
