"""Can the work be done at the desks, is each step taken back, and does a reader see nothing that is not for readers?"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assetmap.app import config
from assetmap.app.desks.sketch import sketch
from assetmap.app.pages.work import DESKS
from assetmap.i18n import languages
from assetmap.model.change import Change
from assetmap.round_trip import take_out
from assetmap.settings import settings
from assetmap.store import Store
from assetmap.store.geometry import register
from tests.busy_town import EDITOR, LIBRARY, SCHOOL, SHOP, SQUARE, TWIN, WHY, busy_town, spot
from tests.town import empty_town

Open = Callable[..., AppTest]
CSV = b"navn;kategori;adresse\nSkolekorpset;Kor;Storgata 3\nUten sted;Kor;\nIkke noe;;\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(busy_town(tmp_path / "town"))


@pytest.fixture
def at(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """`at("bin", edit=False)`: the page of work, at a desk."""

    def opened(desk: str, lang: str = "en", edit: bool = True, of: Path | None = None) -> AppTest:
        monkeypatch.setenv("ASSETMAP_STORE", str(of) if of else store.address)
        monkeypatch.setenv("ASSETMAP_EDIT", str(edit).lower())
        settings.cache_clear()
        page = AppTest.from_string("from assetmap.app import router\nrouter.guarded(router.work.show)()")
        page.query_params["lang"], page.query_params["work"] = lang, desk
        return page.run(timeout=60)

    yield opened
    settings.cache_clear()


def words(page: AppTest) -> str:
    """Everything that is written on a page, tables too."""
    kinds = (page.markdown, page.caption, page.header, page.info, page.warning, page.error, page.success)
    told = [str(element.value) for kind in kinds for element in kind]
    told += [str(cell) for table in page.table for row in [table.value.columns, *table.value.values] for cell in row]
    return "\n".join(told).replace("\\", "")


def press(page: AppTest, key: str) -> AppTest:
    done = page.button(key=key).click().run(timeout=60)
    assert not done.exception
    return done


def record(store: Store, asset: str) -> dict[str, object]:
    return store.records.get(asset)[asset].record


def waiting(store: Store, kind: str) -> str:
    return next(one.id for one in store.review.queue() if one.kind == kind)


# -- every desk ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", languages())
def test_every_desk_in_every_language(at: Open, lang: str) -> None:
    for desk in DESKS:
        shown = at(desk, lang)
        assert not shown.exception, desk
        assert not shown.error, desk


def test_every_desk_where_nothing_is_mapped_yet(at: Open, tmp_path: Path) -> None:
    empty = empty_town(tmp_path / "empty")
    for desk in DESKS:
        shown = at(desk, of=empty)
        assert not shown.exception, desk
        assert not shown.error, desk


def test_who_only_reads_sees_the_public_desks_without_names_reasons_or_old_values(at: Open, store: Store) -> None:
    shown = at("suggestions", edit=False)
    switch = shown.button_group(key="work")
    assert list(switch.options) == ["History", "Snapshots", "Health"]
    shown = press(shown, f"open-{store.journal.changesets()[2].number}")
    told = words(shown)
    assert "Stortorget" in told
    assert not [name for name in (EDITOR, "Ola", WHY, "Torget") if name in told]
    assert not [button.key for button in shown.button if str(button.key).startswith(("undo", "before"))]
    assert "Spring 2026" in words(at("snapshots", edit=False))
    assert EDITOR not in words(at("snapshots", edit=False))
    assert "write-ahead" not in words(at("health", edit=False))
    assert any(button.key == "suggest" for button in shown.button)


def test_a_reader_cannot_undo_by_a_button_that_was_shown_before(
    at: Open, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = at("bin")
    monkeypatch.setenv("ASSETMAP_EDIT", "false")
    settings.cache_clear()
    press(shown, f"restore-{SCHOOL}")
    assert store.records.get(SCHOOL)[SCHOOL].deleted_at


# -- suggestions ---------------------------------------------------------------------------------------------------


def test_a_suggestion_against_a_newer_record_is_decided_field_by_field_and_taken_back(at: Open, store: Store) -> None:
    key = waiting(store, "edit")
    shown = at("suggestions")
    assert "3 suggestions wait." in words(shown)
    assert "Choose what shall stand" in words(shown)
    shown.radio(key=f"choice-{key}-opening_hours").set_value("mine").run()
    done = press(shown, f"accept-{key}")
    assert record(store, LIBRARY)["opening_hours"] == "Mo-Fr 10:00-20:00"
    assert record(store, LIBRARY)["operator"] == "Kommunen"
    assert "2 suggestions wait." in words(done)
    press(done, "undo-deed")
    assert record(store, LIBRARY)["opening_hours"] == "Mo-Fr 09:00-18:00"
    assert record(store, LIBRARY)["operator"] is None


def test_what_stands_there_is_kept_where_nobody_chose_otherwise(at: Open, store: Store) -> None:
    press(at("suggestions"), f"accept-{waiting(store, 'edit')}")
    assert record(store, LIBRARY)["opening_hours"] == "Mo-Fr 09:00-18:00"
    assert record(store, LIBRARY)["operator"] == "Kommunen"


def test_somebody_else_is_quicker_than_the_one_who_accepts(at: Open, store: Store) -> None:
    shown = at("suggestions")
    store.journal.apply([Change(LIBRARY, {"operator": "Fylket"})], by="Ola")
    done = press(shown, f"accept-{waiting(store, 'edit')}")
    assert record(store, LIBRARY)["operator"] == "Fylket"
    assert "Somebody changed this meanwhile" in words(done)
    assert waiting(store, "edit")


def test_a_suggestion_is_corrected_before_it_is_accepted(at: Open, store: Store) -> None:
    key = waiting(store, "add")
    shown = press(at("suggestions"), f"edit-{key}")
    shown.text_input(key=f"said-{key}-name").input("Bicycle kitchen")
    press(shown, f"accept-{key}")
    assert [one.name for one in store.records.get(store.review.get(key).asset).values()] == ["Bicycle kitchen"]


def test_what_is_gone_goes_into_the_bin(at: Open, store: Store) -> None:
    press(at("suggestions"), f"accept-{waiting(store, 'gone')}")
    assert store.records.get(SHOP)[SHOP].deleted_at


def test_refused_with_a_reason_and_not_without_one(at: Open, store: Store) -> None:
    key = waiting(store, "gone")
    shown = press(at("suggestions"), f"refuse-{key}")
    assert "Say in a few words why" in words(shown)
    assert store.review.get(key).state == "new"
    shown.text_input(key=f"reason-{key}").input("It is open again")
    done = press(shown, f"refuse-{key}")
    assert store.review.get(key).reason == "It is open again"
    assert "refused: It is open again" in words(done)


def test_somebody_takes_it_and_gives_it_back(at: Open, store: Store) -> None:
    key = waiting(store, "gone")
    shown = press(at("suggestions"), f"take-{key}")
    assert store.review.get(key).assignee
    press(shown, f"take-{key}")
    assert not store.review.get(key).assignee


# -- duplicates ----------------------------------------------------------------------------------------------------


def test_joined_undone_joined_again_and_parted(at: Open, store: Store) -> None:
    shown = at("duplicates")
    assert "22 m apart" in words(shown)
    shown.radio(key=next(r.key for r in shown.radio if str(r.key).startswith("keep-"))).set_value(LIBRARY)
    done = press(shown, "same")
    assert store.records.get(TWIN)[TWIN].merged_into == LIBRARY
    assert record(store, LIBRARY)["operator"] == "Åsgård kommune"
    undone = press(done, "undo-deed")
    assert not store.records.get(TWIN)[TWIN].deleted_at
    assert record(store, LIBRARY)["operator"] is None
    assert "22 m apart" in words(undone)
    again = press(undone, "same")
    part = next(str(button.key) for button in again.button if str(button.key).startswith("part-"))
    press(again, part)
    assert not store.records.get(TWIN)[TWIN].deleted_at


def test_two_different_things_are_asked_about_no_more_until_somebody_wants_it(at: Open, store: Store) -> None:
    done = press(at("duplicates"), "different")
    assert "No two records look like the same thing" in words(done)
    again = press(done, next(str(b.key) for b in done.button if str(b.key).startswith("again-")))
    assert "Somebody looked at this before and could not tell." in words(again)


# -- checking ------------------------------------------------------------------------------------------------------


def test_what_is_old_is_confirmed_in_place(at: Open, store: Store) -> None:
    shown = at("checking")
    assert "One is in doubt" in words(shown)
    done = press(shown, f"right-{TWIN}")
    assert record(store, TWIN)["confirmed"]
    assert "All of it was heard of since then" in words(done)
    undone = press(done, "undo-deed")
    assert "One is in doubt" in words(undone)


def test_a_walk_from_an_address(at: Open) -> None:
    shown = at("checking")
    shown.button_group(key="checking-view").set_value("walk").run(timeout=60)
    shown.text_input(key="walk-words").input("Storgata 5").run(timeout=60)
    done = press(shown, "walk-start-0")
    assert "minutes with time to look" in words(done)
    assert "Åsgård bibliotek" in words(done)
    assert "55." not in str(dict(done.query_params))  # where somebody starts is in no link
    assert done.get("download_button")


# -- importing -----------------------------------------------------------------------------------------------------


def test_a_list_is_looked_at_first_then_brought_in_and_taken_back(at: Open, store: Store) -> None:
    before = store.fingerprint
    shown = at("importing")
    shown = shown.file_uploader[0].upload("liste.csv", CSV, "text/csv").run(timeout=60)
    assert not shown.exception
    table = shown.table[0].value
    assert dict(zip(table.iloc[:, 0], table.iloc[:, 1], strict=True)) == {"New": "2", "Handed back": "1"}
    assert "nothing says what it is" in words(shown)
    assert store.fingerprint == before
    done = press(shown, "import-accept")
    assert "Brought in: liste.csv. 2 new, 0 changed." in words(done)
    added = store.journal.changesets()[0]
    assert (added.kind, added.added) == ("import", 2)
    press(done, "undo-deed")
    assert store.journal.changesets()[0].removed == 2


def test_rows_without_a_place_are_told_before_they_come_in(at: Open) -> None:
    csv = b"navn;kategori;lat;lon\nSkolekorpset;Kor;;\nBlandakoret;Kor;;\n"
    shown = at("importing").file_uploader[0].upload("liste.csv", csv, "text/csv").run(timeout=60)
    assert "2 of the new ones have no place on the map yet" in words(shown)


def test_a_file_that_is_none_is_explained(at: Open) -> None:
    shown = at("importing").file_uploader[0].upload("x.csv", b"\x00\x01", "text/csv").run(timeout=60)
    assert not shown.exception
    assert shown.error
    assert not [button for button in shown.button if button.key == "import-accept"]


def test_a_file_comes_home_and_a_conflict_is_decided(at: Open, store: Store, tmp_path: Path) -> None:
    import openpyxl

    path = take_out(store, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = next(s for s in book if any(cell.value == "Stortorget" for row in s.iter_rows() for cell in row)
                 and s.sheet_state == "visible")  # fmt: skip
    for cell in (cell for row in sheet.iter_rows() for cell in row):
        if cell.value in ("Stortorget", "Nærbutikken"):
            cell.value = f"{cell.value} new"
    book.save(path)
    store.journal.apply([Change(SQUARE, {"name": "Lilletorget"})], by="Ola")
    shown = at("importing")
    shown.button_group(key="importing-view").set_value("home").run(timeout=60)
    shown = shown.file_uploader[0].upload("out.xlsx", path.read_bytes(), "").run(timeout=60)
    assert not shown.exception
    shown.radio(key=f"home-{SQUARE}-name").set_value("mine").run(timeout=60)
    done = press(shown, "home-accept")
    assert (record(store, SQUARE)["name"], record(store, SHOP)["name"]) == ("Stortorget new", "Nærbutikken new")
    press(done, "undo-deed")
    assert (record(store, SQUARE)["name"], record(store, SHOP)["name"]) == ("Lilletorget", "Nærbutikken")


# -- history, snapshots, bin, health -------------------------------------------------------------------------------


def test_history_tells_what_a_step_did_and_takes_it_back(at: Open, store: Store) -> None:
    number = next(one.number for one in store.journal.changesets() if one.why == WHY)
    shown = press(at("history"), f"open-{number}")
    assert all(said in words(shown) for said in (EDITOR, WHY, "Torget", "Stortorget"))
    press(shown, f"undo-{number}")
    assert record(store, SQUARE)["name"] == "Torget"


def test_history_names_what_it_was_and_counts_only_what_the_reader_may_see(at: Open, store: Store) -> None:
    assert "Stortorget: changed" in words(at("history", edit=False))
    added = store.journal.changesets()[-1].added
    assert f"{added - 1} added" in words(at("history", edit=False))  # one is for a narrower circle from the first
    store.journal.apply([Change(SQUARE, {"audience": "staff"}), Change(SHOP, {"operator": "Kari"})])
    told = words(at("history", edit=False))
    assert f"{added - 2} added" in told
    assert "Nærbutikken: changed" in told
    assert "Stortorget" not in told
    assert "narrower circle" in told  # the step that was about it alone


def test_an_edit_of_another_program_is_marked_and_can_be_taken_back(at: Open, store: Store) -> None:
    with sqlite3.connect(store.folder / "map.gpkg") as connection:
        register(connection)
        connection.execute("UPDATE asset SET operator = 'QGIS' WHERE id = ?", (SQUARE,))
    connection.close()
    shown = at("history")
    assert "With another program" in words(shown)
    version = store.records.get(SQUARE)[SQUARE].version
    press(shown, f"before-{SQUARE}-{version}")
    assert record(store, SQUARE)["operator"] is None


def test_a_snapshot_is_taken_and_compared(at: Open, store: Store) -> None:
    shown = at("snapshots")
    told = words(shown)
    assert "Spring 2026" in told
    assert "There before, found now" in told
    assert "More records do not mean more assets" in told
    shown.text_input(key="snapshot-name").input("Summer")
    done = press(shown, "snapshot-go")
    assert [one.name for one in store.snapshots.list()] == ["Spring 2026", "Summer"]
    assert "Taken." in words(done)


def test_out_of_the_bin(at: Open, store: Store) -> None:
    done = press(at("bin"), f"restore-{SCHOOL}")
    assert not store.records.get(SCHOOL)[SCHOOL].deleted_at
    assert "The bin is empty" in words(done)
    press(done, "undo-deed")
    assert store.records.get(SCHOOL)[SCHOOL].deleted_at


def test_backed_up_and_back_to_it(at: Open, store: Store) -> None:
    shown = at("health")
    assert "✗" in words(shown)
    assert "No backup was made yet" in words(shown)
    done = press(shown, "backup-now")
    assert len(store.backups.kept()) == 1
    store.journal.apply([Change(SQUARE, {"name": "Wrong"})])
    assert done.button(key="backup-restore").disabled
    done.checkbox(key="backup-sure").check().run(timeout=60)
    press(done, "backup-restore")
    assert record(store, SQUARE)["name"] == "Stortorget"


# -- suggesting without an account ---------------------------------------------------------------------------------


@pytest.fixture
def reader(at: Open) -> AppTest:
    """The form itself: a drawer is gone in the next whole run of a page, and every run here is one."""
    assert any(button.key == "suggest" for button in at("history", edit=False).button)
    form = AppTest.from_string("from assetmap.app.panel import suggesting\nsuggesting._form()")
    form.query_params["lang"] = "en"
    return form.run(timeout=60)


def test_anyone_may_say_that_something_is_wrong(reader: AppTest, store: Store) -> None:
    reader.button_group(key="suggest-what").set_value("edit").run()
    reader.selectbox(key="suggest-asset").select(SQUARE).run()
    reader.text_input(key=f"fix-name-{SQUARE}").input("Det store torget")
    done = press(reader, "suggest-send")
    assert "Thank you." in words(done)
    new = store.review.queue()[-1]
    assert (new.kind, new.asset, new.said) == ("edit", SQUARE, {"name": "Det store torget"})
    assert record(store, SQUARE)["name"] == "Stortorget"


def test_what_is_too_little_or_somebodys_is_refused_and_nothing_typed_is_lost(reader: AppTest, store: Store) -> None:
    reader.text_input(key="new-name").input("Kafé")
    told = press(reader, "suggest-send")
    assert any("needs a name, a category and a spot" in str(error.value) for error in told.error)
    assert told.text_input(key="new-name").value == "Kafé"
    told.button_group(key="suggest-what").set_value("gone").run()
    told.selectbox(key="suggest-asset").select(SQUARE).run()
    told.text_area(key="suggest-note").input("Ask Kari on 912 34 567")
    assert press(told, "suggest-send").error
    assert len(store.review.queue()) == 3


def test_a_visitor_may_send_a_few_and_then_has_to_wait(reader: AppTest, store: Store) -> None:
    for n in range(6):
        reader.button_group(key="suggest-what").set_value("gone").run()
        reader.selectbox(key="suggest-asset").select(SQUARE).run()
        reader.text_area(key="suggest-note").input(f"It is gone {n}")
        reader = press(reader, "suggest-send")
        if n < 5:
            reader = press(reader, "suggest-more")
    assert any("You have sent several suggestions" in str(error.value) for error in reader.error)
    assert len(store.review.queue()) == 3 + 5


# -- parts ---------------------------------------------------------------------------------------------------------


def test_who_only_reads_may_not_send_large_files(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = []
    for edit, address in (("true", "0.0.0.0"), ("false", "127.0.0.1"), ("", "127.0.0.1"), ("", "0.0.0.0")):
        monkeypatch.setenv("ASSETMAP_EDIT", edit) if edit else monkeypatch.delenv("ASSETMAP_EDIT", raising=False)
        settings.cache_clear()
        limits.append(config.upload_mb(address))
    settings.cache_clear()
    assert limits == [50, 1, 50, 1]


def test_the_sketch_marks_both_places_on_the_streets(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETMAP_STORE", store.address)
    settings.cache_clear()
    drawn = sketch([spot(5, 5), spot(5.02, 5)])
    assert drawn.count("<circle") == 4  # so near that both stand beside their places
    assert drawn.count('<path d="M') > 3
    assert sketch([spot(5, 5), spot(8, 5)]).count("<circle") == 2
    assert sketch([None, None]) == ""
    settings.cache_clear()


def test_a_telephone_number_in_a_suggestion_is_told_as_something_to_take_out(at: Open) -> None:
    at("history", edit=False)  # whose store this is
    form = AppTest.from_string("from assetmap.app.panel import suggesting\nsuggesting._form()").run(timeout=60)
    form.text_input(key="new-name").set_value("Kajakklubben, ring 98 12 34 56").run()
    form.selectbox(key="new-category").select("assoc_sport").run()
    form.session_state["_suggest-at"] = (spot(4, 6).y, spot(4, 6).x)
    done = press(form, "suggest-send")
    assert "Please take it out" in words(done)
    assert "allow" not in words(done)
    assert "“name”" not in words(done)
