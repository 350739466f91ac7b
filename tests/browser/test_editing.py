"""Editing in a real browser, with a mouse and with a thumb: add, change, undo, move, delete, and two people at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from assetmap.model.change import Change
from assetmap.model.schema import asset_id
from assetmap.store import Store
from tests.town import town

Axe = Callable[[Page], list[dict[str, Any]]]
LONG = 30_000
LIBRARY = asset_id("osm", "Åsgård bibliotek")


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=LONG)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(town(tmp_path / "town"))


@pytest.fixture
def url(store: Store, serve_app: Callable[..., str]) -> str:
    return serve_app(Path(store.address))


def visit(page: Page, address: str) -> Frame:
    page.goto(address)
    frame = page.locator("iframe[data-src]")
    expect(frame).to_have_attribute("data-drawn", re.compile(r"^[1-9]"))
    found = frame.element_handle()
    assert found is not None
    content = found.content_frame()
    assert content is not None
    return content


# While Streamlit changes a page, an element may be there twice for a moment, the old one first: `.last` is the new one.


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").last.click()


def box(page: Page, key: str) -> Locator:
    return page.locator(f"[class*='st-key-edit-{key}-'] :is(input, textarea)").last


def open_form(page: Page) -> None:
    """From the shared link of the library, by its drawer, to its form."""
    page.get_by_role("dialog").locator(".st-key-edit button").last.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(box(page, "name")).to_have_value("Åsgård bibliotek")


def names(frame: Frame) -> list[str]:
    found: list[str] = frame.evaluate("assetmap.view.current.assets.name")
    return found


def no_fault(axe: Axe, page: Page) -> None:
    assert [f for f in axe(page) if f["id"] != "target-size" or "/kart/" not in f["frame"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_add_then_change_and_take_back(desktop: Page, url: str, store: Store, axe: Axe) -> None:
    frame = visit(desktop, f"{url}/?lang=nb")
    press(desktop, "add")
    expect(frame.locator(".am-placing")).to_be_visible()
    frame.locator(".leaflet-container").click(position={"x": 330, "y": 300})
    expect(frame.locator(".am-drag")).to_be_visible()
    no_fault(axe, desktop)
    desktop.locator("[class*='st-key-add-name-'] input").last.fill("Ukulelegruppa")
    desktop.locator("[class*='st-key-add-category-'] input").last.click()
    desktop.keyboard.type("Kunst-, musikk")
    desktop.keyboard.press("Enter")
    press(desktop, "add-it")
    expect(desktop.locator(".st-key-desk h2").last).to_contain_text("Ukulelegruppa")
    frame.wait_for_function("assetmap.view.current.assets.name.includes('Ukulelegruppa')", timeout=LONG)

    box(desktop, "name").fill("Ukulele for alle")
    box(desktop, "name").press("Tab")
    expect(desktop.locator(".st-key-places").last).to_contain_text("Ukulele for alle")
    frame.wait_for_function("assetmap.view.current.assets.name.includes('Ukulele for alle')", timeout=LONG)
    no_fault(axe, desktop)
    press(desktop, "undo")
    expect(box(desktop, "name")).to_have_value("Ukulelegruppa")
    assert "Ukulelegruppa" in set(store.inventory("public", network=False).frame["name"])


def test_move_by_drag_and_by_keys_then_delete(desktop: Page, url: str, store: Store) -> None:
    frame = visit(desktop, f"{url}/?lang=en&asset={LIBRARY}")
    before = store.records.get(LIBRARY)[LIBRARY].record["geometry"]
    open_form(desktop)
    press(desktop, "move")
    pin = frame.locator(".am-drag")
    expect(pin).to_be_visible()
    spot = pin.bounding_box()
    assert spot is not None
    desktop.mouse.move(spot["x"] + 22, spot["y"] + 20)
    desktop.mouse.down()
    desktop.mouse.move(spot["x"] + 62, spot["y"] + 20, steps=6)
    desktop.mouse.up()
    expect(desktop.locator(".st-key-save-place button").last).to_be_enabled()
    press(desktop, "save-place")
    expect(box(desktop, "name")).to_be_visible()
    moved = store.records.get(LIBRARY)[LIBRARY].record["geometry"]
    assert moved.x > before.x
    assert moved.y == pytest.approx(before.y, abs=1e-4)

    press(desktop, "move")
    pin.focus()
    desktop.keyboard.press("Shift+ArrowUp")
    expect(desktop.locator(".st-key-save-place button").last).to_be_enabled()
    press(desktop, "cancel")  # and nothing came of it
    expect(box(desktop, "name")).to_be_visible()
    assert store.records.get(LIBRARY)[LIBRARY].record["geometry"] == moved

    press(desktop, "delete")
    expect(desktop.locator(".st-key-undo button").last).to_be_visible()
    expect(desktop.locator(".st-key-places").last).not_to_contain_text("bibliotek")
    frame.wait_for_function("!assetmap.view.current.assets.name.includes('Åsgård bibliotek')", timeout=LONG)
    press(desktop, "undo")
    frame.wait_for_function("assetmap.view.current.assets.name.includes('Åsgård bibliotek')", timeout=LONG)


def test_a_category_is_found_by_a_word_of_another_language(desktop: Page, url: str, store: Store, axe: Axe) -> None:
    visit(desktop, f"{url}/?lang=nb&asset={LIBRARY}")
    open_form(desktop)

    def type_in(word: str) -> None:
        box(desktop, "category").fill(word)
        desktop.get_by_role("option").first.click()

    def category() -> object:
        return store.records.get(LIBRARY)[LIBRARY].record["category"]

    type_in("legeplads")
    expect(box(desktop, "category")).to_have_value(re.compile("^Lekeplass"))
    assert category() == "playground"
    type_in("fotball")  # there are several, so it is asked
    choice = desktop.locator(f".st-key-edit-category-{LIBRARY}-is-sports_hall button").last
    expect(choice).to_be_visible()
    assert category() == "playground"
    no_fault(axe, desktop)
    choice.click()
    expect(box(desktop, "category")).to_have_value(re.compile("^Idrettshall"))
    expect(choice).to_have_count(0)
    assert category() == "sports_hall"


def test_two_people_at_once(desktop: Page, phone: Page, url: str, store: Store, axe: Axe) -> None:
    for page in (desktop, phone):
        visit(page, f"{url}/?lang=en&asset={LIBRARY}")
        open_form(page)
    box(phone, "opening_hours").fill("24/7")
    box(phone, "opening_hours").blur()
    expect(phone.locator(".st-key-undo button").last).to_be_visible()
    box(desktop, "address").fill("Storgata 7")
    box(desktop, "opening_hours").click()  # leaving one field for the next
    expect(box(desktop, "opening_hours")).to_have_value("24/7")
    box(phone, "address").fill("Storgata 9")
    box(phone, "address").blur()
    expect(phone.locator(".st-key-theirs-address").last).to_be_visible()
    expect(phone.locator(".st-key-clash-address").last).to_contain_text("Storgata 7")
    no_fault(axe, phone)
    press(phone, "mine-address")
    expect(box(phone, "address")).to_have_value("Storgata 9")
    record = store.records.get(LIBRARY)[LIBRARY].record
    assert (record["address"], record["opening_hours"]) == ("Storgata 9", "24/7")


def test_with_a_thumb(phone: Page, url: str, store: Store, axe: Axe) -> None:
    frame = visit(phone, f"{url}/?lang=da")
    phone.locator(".st-key-add button").last.tap()
    expect(frame.locator(".am-placing")).to_be_visible()
    at_the_top = "(y => y >= -1 && y < 200)(document.querySelector('.st-key-map').getBoundingClientRect().y)"
    phone.wait_for_function(at_the_top, timeout=LONG)
    frame.locator(".leaflet-container").tap(position={"x": 180, "y": 200})
    expect(frame.locator(".am-drag")).to_be_visible()
    frame.locator(".leaflet-container").tap(position={"x": 150, "y": 180})  # another place will do, too
    no_fault(axe, phone)
    phone.locator("[class*='st-key-add-category-'] input").last.tap()
    phone.get_by_role("option").first.tap()
    phone.locator(".st-key-add-it button").last.tap()
    expect(phone.locator(".st-key-deeds").last).to_contain_text(re.compile("."))
    expect(box(phone, "name")).to_be_visible()
    no_fault(axe, phone)
    assert len(store.inventory("public", network=False).frame) == 13


def test_a_server_that_is_told_so_is_read_only(desktop: Page, store: Store, serve_app: Callable[..., str]) -> None:
    visit(desktop, f"{serve_app(Path(store.address), '--read-only')}/?lang=en&asset={LIBRARY}")
    expect(desktop.get_by_role("dialog")).to_be_visible()
    assert desktop.locator(".st-key-edit").count() == 0
    expect(desktop.locator(".st-key-places").last).to_be_visible()
    assert desktop.locator(".st-key-add").count() == 0


def test_an_edit_by_another_program_shows(desktop: Page, url: str, store: Store) -> None:
    frame = visit(desktop, f"{url}/?lang=en&asset={LIBRARY}")
    store.journal.apply([Change(asset_id("osm", "Torget"), {"name": "Stortorget"})], by="Kari")
    open_form(desktop)
    frame.wait_for_function("assetmap.view.current.assets.name.includes('Stortorget')", timeout=LONG)
    assert "Torget" not in names(frame)
