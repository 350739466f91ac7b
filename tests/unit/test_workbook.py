"""Does a workbook come home with what its editors changed, whatever a spreadsheet did to it on the way?"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetmap.errors import FileMissing, FormatError, InputError
from assetmap.exports.geopackage_home import write_geopackage
from assetmap.exports.workbook import write_workbook
from assetmap.i18n import languages, say_value
from assetmap.model.change import Record
from assetmap.model.fields import CELLS, FIELDS, title
from assetmap.model.provenance import Provenance
from assetmap.model.round_trip import BEFORE, FACTS, LISTS, SHEET, Returned, Row
from assetmap.model.schema import ASSET_COLUMNS, NUMBERS, TEXT, complete
from assetmap.sources.home.geopackage import read_geopackage_home
from assetmap.sources.home.workbook import read_workbook
from assetmap.upkeep.homecoming import plan
from assetmap.upkeep.steps import Plan
from tests.stored_world import HOSTILE, assets, inventory

HAND = Provenance("community", "Community", retrieved="2026-11-22")
NAMES = ("Parken", "Løkka", "Elva", "Biblioteket")


def frame() -> gpd.GeoDataFrame:
    """A point, an area, a line, and a library with everything that a spreadsheet likes to change."""
    made = complete(assets(NAMES))
    full = {
        "category": "library", "kind": "institutions", "address": "0150", "opening_hours": "24/7", "capacity": 12.0,
        "wheelchair": "yes", "description": "=1+1", "valid_from": "1921", "operator": "'t Hus", "access": "key",
    }  # fmt: skip
    for key, value in full.items():
        made.loc[made.index[3], key] = value
    return made


def records(made: gpd.GeoDataFrame) -> dict[str, Record]:
    rows = made.astype("object").where(made.notna(), None).to_dict("index")
    return {str(number): dict(row) for number, row in rows.items()}


Edit = Callable[[openpyxl.Workbook, Any], None]


def sent_home(folder: Path, edit: Edit | None = None, lang: str = "nb", made: Any = None) -> Returned:
    """Write the workbook, let somebody edit it and save it, and read it."""
    made = frame() if made is None else made
    path = write_workbook(made, folder / "ut.xlsx", lang=lang, store="s1", versions=dict.fromkeys(made.index, 3))
    if edit is not None:
        book = openpyxl.load_workbook(path)
        edit(book, book.worksheets[1])
        path = folder / "hjem.xlsx"
        book.save(path)
    return read_workbook(path)


def planned(returned: Returned, made: Any = None) -> Plan:
    now = records(frame() if made is None else made)
    return plan(returned, {}, now, dict.fromkeys(now, 3), origin=HAND)


def what(done: Plan) -> list[tuple[str, str, str, Any]]:
    return [(step.what, step.name, step.field, step.mine) for step in done.steps]


def column(sheet: Any, key: str) -> int:
    return (("id", "version", *SHEET)).index(key) + 1


def line(sheet: Any, name: str) -> int:
    return next(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 3).value == name)


def cell(sheet: Any, name: str, key: str) -> Any:
    return sheet.cell(line(sheet, name), column(sheet, key))


@pytest.mark.parametrize("lang", languages())
def test_an_untouched_workbook_changes_nothing(tmp_path: Path, lang: str) -> None:
    returned = sent_home(tmp_path, lang=lang)
    assert (returned.store, len(returned.rows), returned.unknown, returned.issues) == ("s1", 4, (), ())
    assert {row.version for row in returned.rows} == {3}
    saved = sent_home(tmp_path, lambda book, sheet: None, lang)
    for each in (returned, saved):
        done = planned(each)
        assert (done.steps, done.same) == ((), 4)


def test_hostile_texts_stay_text_and_come_home_as_they_were(tmp_path: Path) -> None:
    made = complete(assets((*HOSTILE, "_x0041_", "a\r\nb", "'quoted", "0150", "1-2", "24/7", "TRUE", "#REF!", "1E5")))
    returned = sent_home(tmp_path, lambda book, sheet: None, made=made)
    assert planned(returned, made).steps == ()
    book = openpyxl.load_workbook(tmp_path / "ut.xlsx")
    for sheet in book.worksheets:
        assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n"}
    assert {c.number_format for c in book.worksheets[1]["C"]} == {"@"}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4), st.sampled_from(languages()))
def test_any_text_comes_home_unchanged(tmp_path: Path, names: list[str], lang: str) -> None:
    kept = tuple(n.encode("utf-8", "ignore").decode() for n in names)
    made = complete(assets(kept)).assign(description=list(kept))
    assert planned(sent_home(tmp_path, lang=lang, made=made), made).steps == ()


def test_the_workbook_helps_whoever_edits_it(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_workbook(frame(), tmp_path / "a.xlsx", lang="nb"))
    sheet = book.worksheets[1]
    assert [s.sheet_state for s in book.worksheets] == ["visible", "visible", "hidden", "hidden", "hidden"]
    assert [s.title for s in book.worksheets][2:] == [LISTS, FACTS, BEFORE]
    assert sheet.column_dimensions["A"].hidden
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(SHEET) + 2).column_letter}5"
    assert isinstance(cell(sheet, "Parken", "latitude").value, int | float)
    assert cell(sheet, "Biblioteket", "address").value == "0150"
    assert sheet.cell(1, column(sheet, "latitude")).comment is not None
    rules = {next(iter(r.sqref.ranges)).min_col: r for r in sheet.data_validations.dataValidation}
    lists = book[LISTS]
    for key in ("category", "audience", "review", "wheelchair", "access", "location_precision"):
        rule = rules[column(sheet, key)]
        assert rule.type == "list"
        letter, last = rule.formula1.split("$")[1], int(rule.formula1.rsplit("$")[-1])
        words = [lists[f"{letter}{n}"].value for n in range(1, last + 1)]
        assert words == [say_value(w, "nb") for w in FIELDS[key].words.values()]
        assert next(iter(rule.sqref.ranges)).max_row > 1000
    assert column(sheet, "kind") not in rules
    assert {rules[column(sheet, k)].type for k in ("latitude", "longitude", "capacity")} == {"decimal"}


def test_what_is_not_for_an_audience_does_not_leave(tmp_path: Path) -> None:
    made = frame()
    made.loc[made.index[0], "audience"], made.loc[made.index[1], "review"] = "staff", "pending"
    write_workbook(made, tmp_path / "a.xlsx")
    assert {r.name for r in read_workbook(tmp_path / "a.xlsx").rows} == {"Elva", "Biblioteket"}
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        assert not any(b"Parken" in parts.read(name) for name in parts.namelist())
    write_workbook(made, tmp_path / "a.xlsx", audience="staff")
    assert len(read_workbook(tmp_path / "a.xlsx")) == 4


def test_edits_sorting_new_and_deleted_rows(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        cell(sheet, "Parken", "name").value = "Nye Parken"
        cell(sheet, "Biblioteket", "capacity").value = None
        cell(sheet, "Biblioteket", "latitude").value = 59.5
        rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
        rows = [r for r in reversed(rows) if r[2] != "Elva"]
        new = dict.fromkeys(("id", "version", *SHEET))
        new |= {"name": "Kafeen", "category": "Lekeplass", "latitude": "59,25", "longitude": 11.3}
        sheet.delete_rows(2, 4)
        for values in [*rows, list(new.values()), [None] * len(new)]:
            sheet.append(values)
        for c in (c for row in sheet.iter_rows() for c in row if c.data_type == "f"):
            c.data_type = "s"  # a cell that is formatted as text stays text, as it does in Excel

    done = planned(sent_home(tmp_path, edit))
    found = {(s.what, s.name, s.field): s.mine for s in done.steps}
    assert found[("changed", "Nye Parken", "name")] == "Nye Parken"
    assert found[("changed", "Biblioteket", "capacity")] is None
    assert found[("changed", "Biblioteket", "geometry")] == shapely.Point(11.003, 59.5)
    assert found[("new", "Kafeen", "")]["category"] == "playground"
    assert found[("new", "Kafeen", "")]["geometry"] == shapely.Point(11.3, 59.25)
    assert ("gone", "Elva", "") in found
    assert len(found) == 5


def test_a_copied_row_is_new_and_the_untouched_one_stays(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        sheet.append([c.value for c in sheet[line(sheet, "Parken")]])
        cell(sheet, "Parken", "name").value = "Parken Sør"

    done = planned(sent_home(tmp_path, edit))
    assert [(s.what, s.name) for s in done.steps] == [("new", "Parken Sør")]
    assert "copy of row" in str(done.steps[0].reason)


def test_an_id_that_somebody_typed_is_handed_back(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        cell(sheet, "Parken", "id").value = "12"

    done = planned(sent_home(tmp_path, edit))
    assert [(s.what, s.name) for s in done.steps] == [("rejected", "Parken"), ("gone", "Parken")]
    assert done.changes(remove=True) == []


def test_a_row_whose_cells_were_emptied_was_deleted(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        at = line(sheet, "Parken")
        for key in SHEET:
            sheet.cell(at, column(sheet, key)).value = None

    assert what(planned(sent_home(tmp_path, edit))) == [("gone", "Parken", "", None)]


def test_the_hidden_columns_are_gone(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        cell(sheet, "Løkka", "operator").value = "Vellet"
        sheet.delete_cols(1, 2)

    done = planned(sent_home(tmp_path, edit))
    assert what(done) == [("changed", "Løkka", "operator", "Vellet")]


def test_the_hidden_sheets_are_gone(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        cell(sheet, "Løkka", "operator").value = "Vellet"
        for name in (FACTS, BEFORE, LISTS):
            del book[name]

    returned = sent_home(tmp_path, edit)
    assert [i.code for i in returned.issues] == ["before-missing"]
    now = records(frame())
    done = plan(returned, now, now, dict.fromkeys(now, 3), origin=HAND)
    assert [s for s in what(done) if s[0] != "rejected"] == [("changed", "Løkka", "operator", "Vellet")]
    assert what(planned(returned))[0][0] == "conflict"


def test_without_any_trace_of_ids_it_is_an_ordinary_list(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        sheet.delete_cols(1, 2)
        for name in (FACTS, BEFORE, LISTS):
            del book[name]

    with pytest.raises(InputError, match="which row is which asset"):
        sent_home(tmp_path, edit)


@pytest.mark.parametrize("key", ["name", "opening_hours", "address"])
def test_renamed_and_moved_columns_and_one_more(tmp_path: Path, key: str) -> None:
    def edit(book: Any, sheet: Any) -> None:
        heading = sheet.cell(1, column(sheet, key))
        heading.value = f" {str(heading.value).upper()}: "
        sheet.cell(1, column(sheet, "category")).value = "Kategorier"
        sheet.cell(1, column(sheet, "description")).value = say_value(title("description"), "da")
        last = column(sheet, "retrieved") + 1
        sheet.cell(1, last).value, sheet.cell(2, last).value = "Kommentar", "Ringte i går"
        for row in sheet.iter_rows():  # the names to the far right, as after cut and paste
            row[-1].offset(0, 1).value, row[2].value = row[2].value, None
        sheet.insert_rows(1, 2)
        sheet.cell(1, 1).value = "Vår liste"

    returned = sent_home(tmp_path, edit)
    assert returned.unknown == ("Kommentar",)
    assert [i.code for i in returned.issues] == ["column-unknown"]
    assert planned(returned).steps == ()


def test_a_deleted_column_says_nothing_and_a_double_one_is_told(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        sheet.cell(1, column(sheet, "operator")).value = sheet.cell(1, column(sheet, "name")).value
        sheet.delete_cols(column(sheet, "latitude"))

    returned = sent_home(tmp_path, edit)
    assert {"column-twice", "column-missing"} == {i.code for i in returned.issues}
    assert "geometry" not in returned.columns
    assert planned(returned).steps == ()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name", datetime.datetime(2026, 5, 1), "turned into a date"),
        ("opening_hours", datetime.time(8), "turned into a date"),
        ("latitude", datetime.datetime(2026, 9, 5), "turned into a date"),
        ("longitude", 592839, "from −180 to 180"),
        ("capacity", "mange", "a number from 0"),
        ("capacity", -1, "a number from 0"),
        ("category", "Lekepls", "Lekeplass|Playground"),
        ("category", "zzzz", "choose one from the list"),
        ("audience", "noen", "expected one of"),
        ("valid_from", "i fjor", "expected a date"),
        ("valid_to", "2026-02-30", "expected a date"),
        ("operator", "=A1", "formula"),
        ("description", "#REF!", "error"),
    ],
)
def test_what_a_cell_cannot_mean_is_told_and_changes_nothing(tmp_path: Path, key: str, value: Any, said: str) -> None:
    def edit(book: Any, sheet: Any) -> None:
        at = cell(sheet, "Biblioteket", key)
        at.value = value
        if value == "#REF!":
            at.data_type = "e"

    done = planned(sent_home(tmp_path, edit))
    (step,) = done.steps
    assert (step.what, step.field) == ("rejected", "geometry" if key.endswith("itude") else key)
    assert any(word in str(step.reason) for word in said.split("|"))
    assert done.changes() == []


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("category", "Legeplads", "playground"),
        ("category", "lekplats", "playground"),
        ("category", "playground", "playground"),
        ("category", "  LEKEPLASS ", "playground"),
        ("audience", "members", "members"),
        ("wheelchair", "no", "no"),
        ("wheelchair", "med rampe", "med rampe"),
        ("capacity", "1 200", 1200.0),
        ("capacity", "12,5", 12.5),
        ("valid_to", datetime.datetime(2026, 5, 17), "2026-05-17"),
        ("valid_to", 46159, "2026-05-17"),
        ("valid_to", 2026, "2026"),
        ("valid_to", "17.5.2026", "2026-05-17"),
        ("name", 1905, "1905"),
        ("address", "=", "="),
    ],
)
def test_what_a_cell_means(tmp_path: Path, key: str, value: Any, expected: Any) -> None:
    def edit(book: Any, sheet: Any) -> None:
        at = cell(sheet, "Biblioteket", key)
        at.value = value
        if value == "=":
            at.data_type = "s"

    (step,) = planned(sent_home(tmp_path, edit)).steps
    assert (step.what, step.field, step.mine) == ("changed", key, expected)


def test_a_postcode_that_became_a_number_is_no_change(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        at = cell(sheet, "Biblioteket", "address")
        at.value, at.number_format = 150, "General"

    assert planned(sent_home(tmp_path, edit)).steps == ()


def test_a_date_that_no_person_could_type_stays_where_nobody_touches_it(tmp_path: Path) -> None:
    made = frame()
    made.loc[made.index[0], "valid_from"], made.loc[made.index[0], "wheelchair"] = "ca. 1900", "Yes"
    assert planned(sent_home(tmp_path, lambda book, sheet: None, made=made), made).steps == ()


def test_an_area_is_not_moved_by_its_numbers(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        cell(sheet, "Løkka", "latitude").value = 60
        cell(sheet, "Løkka", "operator").value = "Vellet"

    done = planned(sent_home(tmp_path, edit))
    assert sorted((s.what, s.field) for s in done.steps) == [("changed", "operator"), ("rejected", "geometry")]
    assert done.changes()[0].values == {"operator": "Vellet"}


def test_one_coordinate_alone_is_told(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        cell(sheet, "Parken", "latitude").value = None

    (step,) = planned(sent_home(tmp_path, edit)).steps
    assert "only one of latitude and longitude" in str(step.reason)


def test_merged_cells_comments_protection_and_formats_of_whole_columns(tmp_path: Path) -> None:
    def edit(book: Any, sheet: Any) -> None:
        at = line(sheet, NAMES[0])
        sheet.merge_cells(start_row=at, end_row=at, start_column=column(sheet, "name"),
                          end_column=column(sheet, "category"))  # fmt: skip
        cell(sheet, "Elva", "name").comment = openpyxl.comments.Comment("Sjekk", "Kari")
        sheet.protection.sheet = True
        sheet.cell(1_048_576, 1).number_format = "0.00"
        sheet.row_dimensions[50_000].height = 30

    done = planned(sent_home(tmp_path, edit))
    assert [(s.what, s.field) for s in done.steps] == [("rejected", "category")]
    assert "merged" in str(done.steps[0].reason)


def test_a_macro_workbook_is_read_like_any_other(tmp_path: Path) -> None:
    path = write_workbook(frame(), tmp_path / "a.xlsx")
    assert len(read_workbook(path.rename(tmp_path / "a.xlsm"))) == 4


@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    whole = write_workbook(frame(), tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FormatError, match="cut off"):
        read_workbook(tmp_path / "b.xlsx")


def test_files_that_are_something_else(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_workbook(tmp_path / "none.xlsx")
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(1000))
    with pytest.raises(FormatError, match="password"):
        read_workbook(tmp_path / "locked.xlsx")
    book = openpyxl.Workbook()
    book.active.append(["Dato", "Beløp"])
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(InputError, match="no sheet with the columns"):
        read_workbook(tmp_path / "other.xlsx")
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("xl/workbook.xml", " " * 30_000_000)
    with pytest.raises(FormatError, match="unpack"):
        read_workbook(tmp_path / "bomb.xlsx")


def test_names_and_places_that_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="xlsx"):
        write_workbook(frame(), tmp_path / "a.csv")
    (tmp_path / "store.lock").touch()
    with pytest.raises(InputError, match="is a store"):
        write_workbook(frame(), tmp_path / "a.xlsx")


def test_every_field_has_one_title_and_every_word_one_meaning() -> None:
    assert set(FIELDS) == set(ASSET_COLUMNS) == {*TEXT, *NUMBERS, "geometry"}
    for lang in languages():
        titles = [say_value(title(key), lang).casefold() for key in (*FIELDS, *CELLS)]
        assert len(set(titles)) == len(titles)
        for key, field in FIELDS.items():
            words = [say_value(word, lang).casefold() for word in field.words.values()]
            assert len(set(words)) == len(words), (lang, key)


# GeoPackage, as QGIS leaves it


def from_qgis(folder: Path, edit: Callable[[Any], None] | None = None) -> Returned:
    import sqlite3

    made = frame()
    made.loc[made.index[0], "geometry"], made.loc[made.index[0], "location_precision"] = None, "none"
    path = write_geopackage(inventory(made), folder / "ut.gpkg", store="s1", versions=dict.fromkeys(made.index, 3))
    if edit is not None:
        connection = sqlite3.connect(path)
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")  # they need functions that only GIS programs have
        edit(connection)
        connection.commit()
        connection.close()
    return read_geopackage_home(path)


def planned_gpkg(returned: Returned) -> Plan:
    made = frame()
    made.loc[made.index[0], "geometry"], made.loc[made.index[0], "location_precision"] = None, "none"
    now = records(made)
    return plan(returned, now, now, dict.fromkeys(now, 3), origin=HAND)


def blob(shape: shapely.Geometry) -> bytes:
    return b"GP\x00\x01\xe6\x10\x00\x00" + shapely.to_wkb(shape)


def test_an_untouched_geopackage_changes_nothing(tmp_path: Path) -> None:
    returned = from_qgis(tmp_path)
    assert (returned.store, len(returned), returned.unknown, returned.issues) == ("s1", 4, (), ())
    done = planned_gpkg(returned)
    assert (done.steps, done.same) == ((), 4)


def test_edits_in_qgis(tmp_path: Path) -> None:
    area, point = shapely.box(11, 59, 11.02, 59.02), shapely.Point(11.5, 59.1)

    def edit(connection: Any) -> None:
        connection.execute("UPDATE assets_areas SET geom = ?", [blob(shapely.MultiPolygon([area]))])
        connection.execute("UPDATE assets_points SET category = 'school', operator = '' WHERE name = 'Biblioteket'")
        connection.execute("UPDATE assets_without_place SET name = 'Uten sted'")
        connection.execute("DELETE FROM assets_lines")
        connection.execute(
            "INSERT INTO assets_points (geom, name, category) VALUES (?, 'Ny', 'playground')", [blob(point)]
        )

    done = planned_gpkg(from_qgis(tmp_path, edit))
    found = {(s.what, s.name, s.field): s.mine for s in done.steps}
    assert found[("changed", "Løkka", "geometry")].equals(area)
    assert found[("changed", "Biblioteket", "category")] == "school"
    assert found[("changed", "Biblioteket", "operator")] is None
    assert found[("changed", "Uten sted", "name")] == "Uten sted"
    assert found[("new", "Ny", "")]["geometry"] == point
    assert ("gone", "Elva", "") in found
    assert len(found) == 6


def test_a_feature_copied_in_qgis_is_new_and_a_broken_shape_is_told(tmp_path: Path) -> None:
    def edit(connection: Any) -> None:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(assets_points)") if row[1] != "fid"]
        listed = ", ".join(f'"{name}"' for name in columns)
        connection.execute(f"INSERT INTO assets_points ({listed}) SELECT {listed} FROM assets_points")
        last = connection.execute("SELECT max(fid) FROM assets_points").fetchone()[0]
        connection.execute("UPDATE assets_points SET geom = ? WHERE fid = ?", [blob(shapely.Point(12, 59)), last])
        flat = shapely.Polygon([(11, 59), (11.1, 59), (11, 59)])
        connection.execute("UPDATE assets_areas SET geom = ?", [blob(flat)])

    done = planned_gpkg(from_qgis(tmp_path, edit))
    assert sorted((s.what, s.name, s.field) for s in done.steps) == [
        ("new", "Biblioteket", ""), ("rejected", "Løkka", "geometry"),
    ]  # fmt: skip


def test_a_geopackage_of_somebody_else(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"navn": ["a"]}, geometry=[shapely.Point(11, 59)], crs=4326).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="which feature is which asset"):
        read_geopackage_home(tmp_path / "a.gpkg")
    (tmp_path / "b.gpkg").write_text('{"type": "FeatureCollection"}')
    with pytest.raises(FormatError):
        read_geopackage_home(tmp_path / "b.gpkg")


def test_a_row_says_what_it_calls_itself() -> None:
    assert (Row(1).name, Row(1, values={"name": None}).name, Row(1, values={"name": "A"}).name) == ("", "", "A")
