"""Can somebody who never saw it add, change, move and delete, without losing a word to a fault or to a colleague?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely
from pandas.testing import assert_frame_equal
from streamlit.testing.v1 import AppTest

from assetmap.app.editors import _host, _is_here
from assetmap.app.standing import Standing
from assetmap.i18n import languages
from assetmap.model.change import Change
from assetmap.model.fields import FIELDS
from assetmap.model.schema import asset_id
from assetmap.settings import settings
from assetmap.store import Store
from tests.town import town

LIBRARY = asset_id("osm", "Åsgård bibliotek")
HERE = (55.66, 12.57)
Open = Callable[..., AppTest]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(town(tmp_path / "town"))


@pytest.fixture
def work(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """`work("edit", LIBRARY, "nb")`: the map page with that on the desk."""
    monkeypatch.setenv("ASSETMAP_STORE", store.address)
    monkeypatch.setenv("ASSETMAP_EDIT", "true")
    settings.cache_clear()

    def opened(doing: str = "", asset: str = "", lang: str = "en") -> AppTest:
        test = AppTest.from_string(
            "import streamlit as st\nfrom assetmap.app import router\nfrom assetmap.app.desk import begin\n"
            f"if {doing!r} and st.session_state.setdefault('first', True):\n"
            f"    begin({doing!r}, {asset!r})\n"
            "st.session_state['first'] = False\nrouter.guarded(router.map.show)()"
        )
        test.query_params["lang"] = lang
        return test.run(timeout=30)

    yield opened
    settings.cache_clear()


def said(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.header, page.info, page.warning, page.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def of(store: Store, asset: str = LIBRARY) -> dict[str, object]:
    return store.records.get(asset)[asset].record


def box(page: AppTest, key: str, kind: str = "text_input", asset: str = LIBRARY) -> object:
    return getattr(page, kind)(key=f"edit-{key}-{asset}")


def buttons(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("doing", ["add", "edit", "move", "history"])
def test_every_panel_in_every_language(work: Open, doing: str, lang: str) -> None:
    page = work(doing, "" if doing == "add" else LIBRARY, lang)
    assert not page.exception
    assert not page.error
    assert page.header


def test_readers_see_none_of_it(work: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "add" in buttons(work())
    monkeypatch.setenv("ASSETMAP_EDIT", "false")
    settings.cache_clear()
    page = work("edit", LIBRARY)
    assert not {"add", "done", "delete", "undo"} & buttons(page)
    assert not [one for one in page.text_input if str(one.key).startswith("edit-")]


@pytest.mark.parametrize(("name", "here"), [
    ("localhost", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("", False), ("map.example", False),
])  # fmt: skip
def test_only_this_computer_is_this_computer(name: str, here: bool) -> None:
    assert _is_here(name) is here
    assert _host(f"[{name}]:8501" if ":" in name else f"{name}:8501") == name


def test_without_a_word_in_the_settings_a_server_of_unknown_address_is_read_only(
    work: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSETMAP_EDIT")
    settings.cache_clear()
    assert "add" not in buttons(work())


def test_a_field_is_saved_when_it_is_left_and_taken_back_with_undo(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    box(page, "name").set_value("  Nye   biblioteket ").run()
    assert of(store)["name"] == "Nye biblioteket"
    assert [str(one.value) for one in page.header if "Nye biblioteket" in str(one.value)]
    assert store.journal.changesets(limit=1)[0].changed == 1
    page.button(key="undo").click().run()
    assert of(store)["name"] == "Åsgård bibliotek"
    assert box(page, "name").value == "Åsgård bibliotek"
    page.button(key="undo").click().run()  # and that too can be taken back
    assert of(store)["name"] == "Nye biblioteket"


def test_nothing_is_saved_where_nothing_changed(work: Open, store: Store) -> None:
    before = store.fingerprint
    page = work("edit", LIBRARY)
    box(page, "name").set_value("Åsgård bibliotek ").run()
    assert store.fingerprint == before


def test_who_one_is_stands_in_the_history(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    page.text_input(key="by").set_value("Kari").run()
    box(page, "description", "text_area").set_value("Her kan alle lese.").run()
    assert store.journal.changesets(limit=1)[0].by == "Kari"


def test_hours_are_kept_for_machines_too(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    box(page, "opening_hours").set_value("Tu-Th 12:00-19:00").run()
    assert of(store)["opening_hours_normal"] == "Tu-Th 12:00-19:00"
    box(page, "opening_hours").set_value("når det passer").run()
    assert of(store)["opening_hours"] == "når det passer"
    assert of(store)["opening_hours_normal"] is None


def test_a_telephone_number_is_asked_about_and_stays_in_its_box(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    text = "Ring oss på 41 23 45 67"
    box(page, "description", "text_area").set_value(text).run()
    assert of(store)["description"] is None
    assert box(page, "description", "text_area").value == text
    assert "done" not in buttons(page)  # it does not close over something that is not saved
    box(page, "address").set_value("Storgata 7").run()  # the others are saved all the same
    assert of(store)["address"] == "Storgata 7"
    assert box(page, "description", "text_area").value == text
    page.button(key="allow-description").click().run()
    assert of(store)["description"] == text
    assert "done" in buttons(page)


def test_an_identity_number_is_never_let_through(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    box(page, "description", "text_area").set_value("Kontakt: 01010750160").run()
    assert of(store)["description"] is None
    assert page.error
    assert "allow-description" not in buttons(page)


def test_what_breaks_the_schema_is_told_beside_its_box(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    box(page, "valid_from").set_value("i fjor").run()
    assert len(page.error) == 1
    assert box(page, "valid_from").value == "i fjor"
    box(page, "valid_from").set_value("2025").run()
    assert not page.error
    assert of(store)["valid_from"] == "2025"


def test_two_people_at_two_fields_are_both_kept(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    store.journal.apply([Change(LIBRARY, {"operator": "Kommunen"})], by="Kari")
    box(page, "name").set_value("Biblioteket").run()
    assert of(store)["operator"] == "Kommunen"
    assert of(store)["name"] == "Biblioteket"
    assert "Kari" in said(page)
    assert box(page, "operator").value == "Kommunen"


@pytest.mark.parametrize(
    ("button", "kept"), [("theirs-opening_hours", "24/7"), ("mine-opening_hours", "Mo 10:00-12:00")]
)
def test_two_people_at_one_field_are_asked(work: Open, store: Store, button: str, kept: str) -> None:
    page = work("edit", LIBRARY)
    store.journal.apply([Change(LIBRARY, {"opening_hours": "24/7", "opening_hours_normal": "24/7"})], by="Kari")
    box(page, "opening_hours").set_value("Mo 10:00-12:00").run()
    assert of(store)["opening_hours"] == "24/7"
    assert "Kari" in said(page)
    assert "Mo\\-Fr 10\\:00\\-18\\:00" in said(page)  # what it was before
    page.button(key=button).click().run()
    assert of(store)["opening_hours"] == kept
    assert of(store)["opening_hours_normal"] == kept
    assert box(page, "opening_hours").value == kept


def test_deleted_meanwhile_is_said_and_can_be_undone(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    store.journal.apply([Change(LIBRARY, kind="remove")], by="Kari")
    box(page, "name").set_value("Biblioteket").run()
    assert "Kari" in said(page)
    page.button(key="bring-back").click().run()
    assert store.records.get(LIBRARY)[LIBRARY].deleted_at is None
    assert box(page, "name").value == "Biblioteket"


def test_delete_confirm_and_their_undo(work: Open, store: Store) -> None:
    page = work("edit", LIBRARY)
    page.button(key="confirm").click().run()
    assert of(store)["confirmed"]
    page.button(key="delete").click().run()
    assert store.records.get(LIBRARY)[LIBRARY].deleted_at
    assert "bibliotek" not in said(page)
    page.button(key="undo").click().run()
    assert store.records.get(LIBRARY)[LIBRARY].deleted_at is None
    assert "bibliotek" in said(page)


def test_history_names_fields_and_goes_back(work: Open, store: Store) -> None:
    store.journal.apply([Change(LIBRARY, {"wheelchair": "yes"})], by="Kari")
    store.journal.apply([Change(LIBRARY, {"wheelchair": "no"})], by="Ola")
    page = work("history", LIBRARY)
    text = said(page)
    assert text.index("Ola") < text.index("Kari")
    page.button(key="revert-2").click().run()
    assert of(store)["wheelchair"] == "yes"
    assert len(store.journal.versions(LIBRARY)) == 4


def test_deleting_from_the_drawer_does_not_take_along_what_nobody_saw(work: Open, store: Store) -> None:
    page = AppTest.from_string(
        "from assetmap.app import router\nfrom assetmap.app.panel.details import open_details\n"
        f"import streamlit as st\nif st.session_state.setdefault('first', True):\n    open_details({LIBRARY!r})\n"
        "st.session_state['first'] = False\nrouter.guarded(router.map.show)()"
    ).run(timeout=30)
    store.journal.apply([Change(LIBRARY, {"description": "Now with a workshop"})], by="Ola")
    page.button(key="delete-drawer").click().run(timeout=30)
    assert store.records.get(LIBRARY)[LIBRARY].deleted_at is None
    assert "Not deleted" in said(page)
    assert page.text_area(key=f"edit-description-{LIBRARY}").value == "Now with a workshop"
    page.button(key="delete").click().run(timeout=30)
    assert store.records.get(LIBRARY)[LIBRARY].deleted_at


def test_a_day_is_written_out_in_the_history_of_an_asset(work: Open, store: Store) -> None:
    store.journal.confirm(LIBRARY, on="2026-05-17")
    assert "17. mai 2026" in said(work("history", LIBRARY, "nb")).replace("\\", "")


def test_words_are_taken_out_of_all_that_an_asset_ever_was(work: Open, store: Store) -> None:
    store.journal.apply([Change(LIBRARY, {"description": "Spør etter Hjørdis"})])
    store.journal.apply([Change(LIBRARY, {"description": "Åpent hver dag"})])
    page = work("history", LIBRARY, "nb")
    assert "Hjørdis" in said(page)
    page.selectbox(key="erase-field").select("Beskrivelse").run(timeout=30)
    assert page.button(key="erase").disabled, "not before it was confirmed"
    page.checkbox(key=f"erase-sure-{LIBRARY}-description").check().run(timeout=30)
    page.button(key="erase").click().run(timeout=30)
    assert "Ordene er slettet" in said(page)
    assert "Hjørdis" not in said(page)
    assert of(store)["description"] is None
    assert all("Hjørdis" not in str(version.record) for version in store.journal.versions(LIBRARY))


def test_history_hides_what_was_for_a_narrower_circle(work: Open, store: Store) -> None:
    store.journal.apply([Change(LIBRARY, {"audience": "staff", "description": "Hemmelig plan"})])
    store.journal.apply([Change(LIBRARY, {"audience": "public", "description": None})])
    page = work("history", LIBRARY)
    assert "Hemmelig" not in said(page)
    assert not {"revert-2", "erase"} & set(buttons(page))


def placed(page: AppTest, at: tuple[float, float]) -> AppTest:
    """As if the map had been tapped there."""
    page.session_state["_desk"].at = at
    return page.run()


def test_adding_needs_a_place_and_a_category_and_happens_once(work: Open, store: Store) -> None:
    inside = store.inventory("public", network=False).neighbourhood.boundary.centroid
    page = work("add")
    new = page.session_state["_desk"].asset
    assert page.button(key="add-it").disabled
    page.text_input(key=f"add-name-{new}").set_value("Ukulelegruppa").run()
    page.selectbox(key=f"add-category-{new}").select("assoc_culture_arts").run()
    placed(page, (inside.y + 5, inside.x))
    assert page.warning
    assert page.button(key="add-it").disabled  # it would not be shown there
    placed(page, (inside.y, inside.x))
    page.button(key="add-it").click().run()
    assert of(store, new)["name"] == "Ukulelegruppa"
    assert of(store, new)["kind"] == "associations"
    assert shapely.equals_exact(of(store, new)["geometry"], inside, 1e-9)
    assert [one for one in page.header if "Ukulelegruppa" in str(one.value)]
    page.button(key="undo").click().run()
    assert store.records.get(new)[new].deleted_at
    assert "Ukulelegruppa" not in said(page)


def test_move_is_saved_only_when_it_is_said_so(work: Open, store: Store) -> None:
    before = of(store)["geometry"]
    page = work("move", LIBRARY)
    assert page.button(key="save-place").disabled
    placed(page, (before.y + 0.001, before.x))
    assert "111 m" in said(page)
    assert of(store)["geometry"] == before
    page.button(key="save-place").click().run()
    assert of(store)["geometry"].y == pytest.approx(before.y + 0.001)
    page.button(key="undo").click().run()
    assert of(store)["geometry"] == before


def test_what_is_not_shown_here_cannot_be_edited(work: Open) -> None:
    page = work("edit", asset_id("osm", "Stille bønn"))
    assert page.session_state["_desk"].doing == ""
    assert "Stille" not in said(page)


def test_every_box_has_a_field(work: Open) -> None:
    from assetmap.app.panel.fields import FIRST, MORE

    assert all(FIELDS[key].editable for key in (*FIRST, *MORE))
    page = work("edit", LIBRARY)
    keys = {
        str(one.key) for kind in (page.text_input, page.text_area, page.selectbox, page.number_input) for one in kind
    }
    assert {f"edit-{key}-{LIBRARY}" for key in (*FIRST, *MORE)} <= keys


def test_what_is_kept_of_the_store_is_what_it_holds(store: Store) -> None:
    standing = Standing("public")
    first = standing.now(store)
    shape = of(store)["geometry"]
    store.journal.apply([
        Change(LIBRARY, {"name": "Biblioteket", "geometry": shapely.Point(shape.x, shape.y + 0.001)}),
        Change(asset_id("osm", "Torget"), kind="remove"),
        Change(asset_id("osm", "Stille bønn"), {"review": "ok"}),
        Change(asset_id("osm", "Nærbutikken"), {"audience": "staff"}),
        Change("new-one", {"name": "Nytt", "category": "square", "geometry": shape}, kind="add"),
    ])  # fmt: skip
    now = standing.now(store)
    fresh = store.inventory("public", network=False)
    assert now.base is first
    assert now.key != first.key
    assert now.waiting == 0
    assert_frame_equal(now.inventory.frame, fresh.frame)
    assert now.inventory.fingerprint == fresh.fingerprint
    assert now.values(LIBRARY)["name"] == "Biblioteket"
    assert now.values(asset_id("osm", "Nærbutikken")) is None
    store.save(store.inventory("connector"))
    assert standing.now(store).base is None  # a source was read: everything is read anew
