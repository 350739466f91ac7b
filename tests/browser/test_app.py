"""The main job in a real browser: see what there is, find one thing, see who can walk to it, and pass it on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.town import town

Axe = Callable[[Page], list[dict[str, Any]]]
PAGES = ("/", "/list", "/coverage", "/coverage?look=one", "/about")
# Streamlit's own words, and ours, of which none may stay English
ENGLISH = ("Skip to main content", "Show on map", "What there is", "Download", "Share", "Coverage", "Language", "Close")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, serve_app: Callable[..., str]) -> str:
    return serve_app(town(tmp_path_factory.mktemp("stores") / "town"))


def visit(page: Page, address: str) -> Frame | None:
    """Go there, and wait until all of it is there; the frame of the map where there is one."""
    page.goto(address)
    expect(page.locator("h1")).to_be_visible(timeout=30_000)
    if urlsplit(address).path in ("/list", "/about"):
        return None
    return drawn(page)


def drawn(page: Page, assets: int | None = None) -> Frame:
    """The map, once it is drawn; with so many assets where that is given."""
    frame = page.locator("iframe[data-src]")
    wanted = re.compile(r"^[1-9]") if assets is None else str(assets)
    expect(frame).to_have_attribute("data-drawn", wanted, timeout=30_000)
    found = frame.element_handle()
    assert found is not None
    content = found.content_frame()
    assert content is not None
    return content


def test_the_main_job(desktop: Page, url: str) -> None:
    map_frame = visit(desktop, f"{url}/?lang=nb")
    assert map_frame is not None
    assert desktop.locator("html").get_attribute("lang") == "nb"
    assert map_frame.locator("html").get_attribute("lang") == "nb"
    expect(desktop.get_by_role("status").first).to_contain_text("12 steder og grupper")
    drawn(desktop, 11)  # one has no place yet

    desktop.get_by_role("searchbox").fill("bibliotek")
    expect(desktop.get_by_role("status").first).to_contain_text("Ett av 12")
    drawn(desktop, 1)
    desktop.get_by_role("button", name="Vis på kartet").click()
    expect(map_frame.locator(".leaflet-popup")).to_contain_text("Åsgård bibliotek")

    desktop.get_by_role("button", name="Mer om").first.click()
    drawer = desktop.get_by_role("dialog")
    expect(drawer).to_contain_text("Mandag–fredag: 10:00–18:00")
    expect(drawer).to_contain_text("© OpenStreetMap contributors")
    assert "asset=" in desktop.url
    desktop.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    desktop.get_by_role("link", name="Til fots").first.click()
    expect(desktop.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"^37\s%$"))
    drawn(desktop)
    expect(desktop.get_by_role("table")).to_contain_text("116")
    desktop.get_by_role("combobox", name="Hvem som går").click()
    desktop.get_by_role("option", name="Eldre").click()
    expect(desktop.get_by_test_id("stMetricValue")).not_to_have_text(re.compile(r"^37\s%$"))
    expect(desktop.get_by_text("Styrker i nærheten").first).to_be_visible()

    desktop.get_by_role("radio", name="Fra én adresse").click()
    expect(desktop.get_by_title("Kart: trykk på et sted")).to_have_attribute("data-drawn", "11", timeout=30_000)
    expect(desktop.locator("iframe[data-src]")).to_have_count(1)  # the map of the other view has gone
    near = drawn(desktop, 11)
    near.locator(".leaflet-container").click(position={"x": 300, "y": 300})
    expect(desktop.get_by_text("min)").first).to_be_visible(timeout=15_000)
    expect(near.locator(".leaflet-am-areas-pane path")).to_have_count(3)  # 5, 10 and 15 minutes
    expect(near.locator(".am-number")).to_have_text(["15 min", "10 min", "5 min"])


def saved(page: Page, button: str, folder: Path) -> Path:
    """The file that a button hands over."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).locator("visible=true").first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_what_is_shown_can_be_taken_along(desktop: Page, url: str, tmp_path: Path) -> None:
    visit(desktop, f"{url}/?lang=en")
    desktop.get_by_role("button", name="Download").click()
    assets = json.loads(saved(desktop, "GeoJSON", tmp_path).read_bytes())
    assert len(assets["features"]) == 12
    one = next(one for one in assets["features"] if one["properties"]["name"] == "Åsgård bibliotek")
    assert one["properties"]["attribution"] == "© OpenStreetMap contributors"
    assert one["properties"]["licence"] == "ODbL-1.0"

    visit(desktop, f"{url}/coverage?lang=en")
    desktop.locator("summary", has_text="Download").click()
    homes = json.loads(saved(desktop, "GeoJSON", tmp_path).read_bytes())
    assert len(homes["features"]) == 156
    assert sum(one["properties"]["covered"] for one in homes["features"]) == 58  # of two dwellings each: 116
    book = openpyxl.load_workbook(saved(desktop, "Excel", tmp_path))
    cells = [str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value]
    assert any("OpenStreetMap contributors" in value for value in cells)
    assert max(sheet.max_row for sheet in book) >= 156
    receipt = json.loads(saved(desktop, "Receipt", tmp_path).read_bytes())
    assert receipt["call"]["category"] == ["playground"]
    assert receipt["call"]["minutes"] == 5


def test_opening_on_the_map_leads_to_the_list(desktop: Page, url: str) -> None:
    frame = visit(desktop, f"{url}/?q=teater&lang=en")
    assert frame is not None
    drawn(desktop, 1)
    frame.locator(".am-pin").first.focus()
    desktop.keyboard.press("Enter")
    expect(frame.locator(".leaflet-popup")).to_be_visible()
    expect(desktop.get_by_text("Chosen on the map")).to_be_visible()
    desktop.keyboard.press("Escape")
    expect(frame.locator(".leaflet-popup")).to_have_count(0)


def test_a_link_shows_the_same_to_somebody_else(
    desktop: Page, browser: Browser, url: str, no_outside_requests: list[str]
) -> None:
    visit(desktop, f"{url}/?lang=nb")
    desktop.get_by_role("radio", name="Steder og natur").click()
    expect(desktop.get_by_role("status").first).to_contain_text("3 av 12")
    drawn(desktop, 3)
    desktop.wait_for_timeout(1200)  # from then on a move is the reader's
    desktop.locator("iframe[data-src]").hover()
    desktop.mouse.wheel(0, -200)
    desktop.wait_for_url("**view=**")
    desktop.get_by_role("button", name="Del").click()
    # Opening asks the server for the address as it is now; for a moment the one of before is still there.
    expect(desktop.get_by_test_id("stCode")).to_contain_text("kind=places")
    expect(desktop.get_by_test_id("stCode")).to_contain_text("view=")
    link = desktop.get_by_test_id("stCode").inner_text()
    assert {"kind=places", "lang=nb"} <= set(urlsplit(link).query.split("&"))
    assert "view=" in link

    context = browser.new_context(locale="da-DK", viewport={"width": 1366, "height": 768})
    other = context.new_page()
    there = visit(other, link)
    assert there is not None
    expect(other.get_by_role("status").first).to_contain_text("3 av 12")
    drawn(other, 3)
    assert other.url.split("view=")[1].split("&")[0] == desktop.url.split("view=")[1].split("&")[0]
    context.close()


@pytest.mark.parametrize(("locale", "lang", "heading"), [
    ("nn-NO", "nb", "Dette finnes i Åsgård"),
    ("da", "da", "Det findes i Åsgård"),
    ("fr", "en", "What there is in Åsgård"),
])  # fmt: skip
def test_a_first_visit_is_in_the_browsers_language(
    browser: Browser, url: str, locale: str, lang: str, heading: str
) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    visit(page, url)
    expect(page.locator("h1")).to_have_text(heading)
    assert page.locator("html").get_attribute("lang") == lang
    assert "lang" not in page.url
    context.close()


def test_no_english_is_left_when_the_language_changes(desktop: Page, url: str) -> None:
    visit(desktop, f"{url}/?lang=en")
    desktop.get_by_role("button", name="English").click()
    desktop.get_by_text("Norsk bokmål", exact=True).click()
    expect(desktop.locator("h1")).to_have_text("Dette finnes i Åsgård")
    desktop.wait_for_timeout(500)
    words = desktop.locator("body").inner_text() + str(
        desktop.evaluate("[...document.querySelectorAll('[aria-label]')].map(e => e.getAttribute('aria-label'))")
    )
    assert [word for word in ENGLISH if word in words] == []


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_shut_out(desktop: Page, phone: Page, url: str, axe: Axe, path: str) -> None:
    for page in (desktop, phone):
        visit(page, url + path)
        page.wait_for_timeout(500)
        # pins that lie close together are the gap that the accessibility statement names
        found = [fault for fault in axe(page) if fault["id"] != "target-size" or "/kart/" not in fault["frame"]]
        assert found == []
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_on_a_phone_the_map_is_seen_at_once_and_thumbs_reach_the_pages(phone: Page, url: str) -> None:
    visit(phone, f"{url}/?lang=nb")
    frame = phone.locator("iframe[data-src]").bounding_box()
    assert frame is not None
    assert frame["y"] < 340
    for name in ("Kart", "Liste", "Til fots", "Om"):
        link = phone.get_by_role("link", name=name, exact=False).locator("visible=true").last.bounding_box()
        assert link is not None
        assert link["y"] > 760
        assert link["height"] >= 24
    phone.get_by_role("link", name="Liste").locator("visible=true").last.tap()
    expect(phone.get_by_role("button", name="Vis på kartet").first).to_be_visible()
    phone.get_by_role("button", name="Vis på kartet").nth(1).tap()
    drawn(phone)
    expect(phone.locator("h1")).to_have_text("Dette finnes i Åsgård")


def test_the_map_cannot_reach_the_page_around_it(desktop: Page, url: str) -> None:
    frame = visit(desktop, url)
    assert frame is not None
    reached = frame.evaluate("() => { try { return parent.document.title } catch (fault) { return fault.name } }")
    assert reached == "SecurityError"


def test_hostile_names_stay_names(desktop: Page, url: str) -> None:
    spoken: list[str] = []
    desktop.on("dialog", lambda dialog: (spoken.append(dialog.message), dialog.dismiss()))
    for path in ("/?q=tracker", "/list?q=tracker"):
        visit(desktop, url + path)
        expect(desktop.get_by_text("{{7*7}}").first).to_be_visible()
    assert spoken == []
    assert desktop.locator("main img[src*=tracker], main a[href*=tracker]").count() == 0
