"""The desks in a real browser, on a computer and on a phone: usable, within the screen, open to everybody."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as Late

from assetmap.app.pages.work import DESKS
from assetmap.i18n import say
from assetmap.messages import M
from assetmap.store import Store
from tests.browser.test_app import drawn
from tests.busy_town import SHOP, busy_town

Axe = Callable[[Page], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return busy_town(tmp_path_factory.mktemp("stores") / "busy")


@pytest.fixture(scope="module")
def url(folder: Path, serve_app: Callable[..., str]) -> str:
    return serve_app(folder, "--edit")


def visit(page: Page, url: str, desk: str) -> None:
    """Go to a desk, and wait until what is on it is there."""
    page.goto(f"{url}/work?work={desk}&lang=en")
    expect(page.get_by_role("heading", name="Work", exact=True)).to_be_visible(timeout=30_000)
    at_desk = page.locator(f".st-key-desk-{desk}").last  # the old one may be there for a moment, too
    expect(at_desk).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=30_000)
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=30_000)


def is_sound(page: Page, axe: Axe) -> None:
    """Nothing sticks out sideways, and axe has nothing to say."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe(page) == []


@pytest.mark.parametrize("desk", DESKS)
def test_a_desk_on_a_computer(desktop: Page, url: str, axe: Axe, desk: str) -> None:
    visit(desktop, url, desk)
    expect(desktop.get_by_role("radiogroup", name="Desk")).to_be_visible()
    is_sound(desktop, axe)


@pytest.mark.parametrize("desk", DESKS)
def test_a_desk_on_a_phone(phone: Page, url: str, axe: Axe, desk: str) -> None:
    visit(phone, url, desk)
    switch = phone.get_by_role("combobox", name="Desk")
    box = switch.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844 / 5  # the switch, and all that is above it
    thumbs = phone.locator(".st-key-thumbs").bounding_box()
    assert thumbs is not None
    assert thumbs["height"] < 844 / 10
    is_sound(phone, axe)


LOW = """() => [...document.querySelectorAll(".stMain :is(button, summary, [role=combobox])")]
    .map(one => [one.innerText || one.ariaLabel, one.checkVisibility() ? one.getBoundingClientRect().height : 0])
    .filter(([_, height]) => height > 1 && height < 43.5)"""


@pytest.mark.parametrize("desk", DESKS)
def test_what_a_thumb_taps_at_a_desk_is_high_enough(phone: Page, url: str, desk: str) -> None:
    visit(phone, url, desk)
    with contextlib.suppress(Late):  # a page that was drawn this moment has not its last measures yet
        phone.wait_for_function(f"({LOW})().length === 0", timeout=10_000)
    assert phone.evaluate(LOW) == []


def test_streamlits_own_words_are_said_in_the_language_of_the_page(desktop: Page, url: str) -> None:
    desktop.goto(f"{url}/work?work=importing&lang=nb")
    there = desktop.get_by_test_id("stFileUploaderDropzone")
    expect(there).to_be_visible(timeout=30_000)
    words = {"Upload": M("Upload"), "50MB per file": M("{what} per file", what="50MB")}
    for theirs, ours in words.items():
        if say(ours, "nb") != theirs:
            expect(there).not_to_contain_text(theirs, timeout=10_000)
        expect(there).to_contain_text(say(ours, "nb"))


def test_the_switch_of_the_phone_leads_to_another_desk(phone: Page, url: str) -> None:
    visit(phone, url, "bin")
    phone.get_by_role("combobox", name="Desk").click()
    phone.get_by_role("option", name="Health").click()
    expect(phone.get_by_text("Back up now")).to_be_visible(timeout=30_000)
    assert "work=health" in phone.url


def test_a_suggestion_is_accepted_and_taken_back(desktop: Page, url: str, folder: Path) -> None:
    store = Store.open(folder)
    visit(desktop, url, "suggestions")
    card = desktop.locator("[class*=st-key-card-suggestion]", has_text="Closed in summer")
    card.get_by_role("button", name="Accept").click()
    expect(desktop.get_by_role("status").filter(has_text="in the bin now")).to_be_visible(timeout=15_000)
    assert store.records.get(SHOP)[SHOP].deleted_at
    desktop.get_by_role("button", name="Undo").click()
    expect(desktop.get_by_role("status").filter(has_text="Taken back")).to_be_visible(timeout=15_000)
    assert not store.records.get(SHOP)[SHOP].deleted_at


def test_a_list_is_looked_at_with_a_map_before_it_comes_in(desktop: Page, url: str, axe: Axe) -> None:
    visit(desktop, url, "importing")
    content = b"navn;kategori;adresse\nSkolekorpset;Kor;Storgata 3\nIkke noe;;\n"
    desktop.set_input_files("input[type=file]", {"name": "liste.csv", "mimeType": "text/csv", "buffer": content})
    expect(desktop.get_by_role("button", name="Bring in")).to_be_visible(timeout=30_000)
    drawn(desktop, 1)
    is_sound(desktop, axe)


def test_a_walk_is_planned_by_a_tap_and_printed(desktop: Page, url: str, axe: Axe, tmp_path: Path) -> None:
    visit(desktop, url, "checking")
    desktop.get_by_role("radio", name="A walk").click()
    near = drawn(desktop)
    near.locator(".leaflet-container").click(position={"x": 380, "y": 260})
    expect(desktop.get_by_text("minutes with time to look")).to_be_visible(timeout=30_000)
    with desktop.expect_download() as waiting:
        desktop.get_by_role("button", name="Sheet to print").click()
    waiting.value.save_as(tmp_path / "walk.html")
    assert "<svg" in (tmp_path / "walk.html").read_text(encoding="utf-8")
    is_sound(desktop, axe)


def test_a_reader_with_a_phone_says_what_is_missing(
    phone: Page, folder: Path, serve_app: Callable[..., str], axe: Axe
) -> None:
    phone.goto(f"{serve_app(folder, '--read-only')}/?lang=en")
    expect(phone.locator("h1")).to_be_visible(timeout=30_000)
    drawn(phone)
    phone.get_by_role("button", name="Something missing or wrong here?").click()
    form = phone.get_by_role("dialog")
    form.get_by_role("textbox", name="Name").fill("Kajakklubben")
    form.get_by_role("combobox", name="Category").fill("Sports club")
    phone.get_by_role("option", name="Sports club").first.click()
    frame = form.locator("iframe[data-src]")
    expect(frame).to_have_attribute("data-drawn", "11", timeout=30_000)
    inside = frame.element_handle().content_frame()  # type: ignore[union-attr]
    assert inside is not None
    noted = form.get_by_text("Not quite there?")
    for _ in range(5):  # the page may still be drawn anew when the first tap comes; whoever sees no pin taps again
        inside.locator(".leaflet-container").click(position={"x": 150, "y": 170})
        with contextlib.suppress(AssertionError):
            expect(noted).to_be_visible(timeout=6_000)
            break
    expect(noted).to_be_visible()
    # pins that stand close together cannot be tapped meanwhile
    assert [one for one in axe(phone) if one["id"] != "target-size" or "/kart/" not in one["frame"]] == []
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_text("Thank you.")).to_be_visible(timeout=15_000)
    new = Store.open(folder).review.queue()[-1]
    assert (new.kind, new.said["name"], new.said["category"]) == ("add", "Kajakklubben", "assoc_sport")
    assert new.said["geometry"].geom_type == "Point"
