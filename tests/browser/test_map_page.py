"""The map page in a real Chromium: as one file from disk, and in the sandboxed frame that the app puts it in."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from playwright.sync_api import FrameLocator, Page, expect

from assetmap.maps.basemap import build_basemap
from assetmap.maps.draw import draw, write_html
from assetmap.maps.page import asset_file, content_security_policy, page
from assetmap.maps.payload import payload
from assetmap.maps.words import words
from assetmap.messages import M
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import OSM_ATTRIBUTION, Provenance
from assetmap.model.taxonomy import taxonomy
from tests.hostile import HOSTILE, MARKUP

AREA = shapely.box(12.58, 55.66, 12.61, 55.68)
PLACE = Neighbourhood("Havnebyen", shapely.box(12.585, 55.665, 12.605, 55.678), gpd.GeoDataFrame(geometry=[], crs=4326))
DRAWN = ".folium-map[data-drawn]"
NAMES = [
    ("library", "Biblioteket"), ("playground", "Legepladsen"), ("cafe_eatery", "Café Ø"), ("culture_venue", "Scenen"),
]  # fmt: skip


@pytest.fixture(scope="module")
def ground() -> bytes:
    """A quay, a street and a park, as a base map."""
    rows = [
        ("coastline", "", "", shapely.LineString([(12.5, 55.668), (12.7, 55.668)])),
        ("road", "major", "Strandgade", shapely.LineString([(12.58, 55.672), (12.61, 55.673)])),
        ("green", "park", "Haven", shapely.box(12.591, 55.674, 12.597, 55.677)),
    ]
    frame = gpd.GeoDataFrame(rows, columns=["layer", "cls", "name", "geometry"], geometry="geometry", crs=4326)
    return build_basemap(frame, AREA)


def inventory(*named: tuple[str, str | None], apart: float = 0.004) -> Inventory:
    """Assets in a row, so far apart that each has a pin of its own."""
    number = range(len(named))
    places = [shapely.Point(12.588 + apart * (i % 5), 55.667 + 0.002 * (i // 5)) for i in number]
    names, keys = [name for _, name in named], [key for key, _ in named]
    frame = gpd.GeoDataFrame(
        {"name": names, "category": keys, "kind": [taxonomy()[key].kind for key in keys], "address": names,
         "website": "https://here.example/", "audience": "public", "review": "ok", "location_precision": "exact",
         "source": "osm", "source_id": [str(i) for i in number], "licence": "ODbL-1.0", "attribution": OSM_ATTRIBUTION,
         "retrieved": "2026-11-01"},
        geometry=places, crs=4326, index=[f"asset-{i}" for i in number],
    )  # fmt: skip
    return Inventory(frame, PLACE, provenance=(Provenance("osm", "OpenStreetMap", "ODbL-1.0", OSM_ATTRIBUTION),))


def findings() -> tuple[Finding, Finding]:
    homes = gpd.GeoDataFrame(
        {"minutes": [2.5, 12.0, None, None], "covered": [True, False, False, False],
         "linked": [True, True, True, False]},
        geometry=[shapely.Point(12.59 + i / 500, 55.6755) for i in range(4)], crs=4326,
    )  # fmt: skip
    cells = gpd.GeoDataFrame(
        {"people": [42.0, 8.0], "strengths": [[{"name": "Café Ø", "category": "cafe_eatery", "minutes": 3}], []]},
        geometry=[shapely.box(12.59 + i / 500, 55.67, 12.592 + i / 500, 55.671) for i in range(2)], crs=4326,
    )  # fmt: skip
    missing, unit = M("Where playgrounds are missing"), {"unit": "people"}
    return (
        Finding("coverage", M("Playground within 5 minutes"), M("One home of four"), homes, "minutes", "minutes"),
        Finding("gaps", missing, M("50 people"), cells, "people", "people", unit),
    )


def walk_areas() -> gpd.GeoDataFrame:
    middle = shapely.Point(12.596, 55.671)
    rings = [middle.buffer(0.004 * i) - shapely.Point(12.594, 55.671).buffer(0.0004) for i in (1, 2)]
    return gpd.GeoDataFrame({"minutes": [5, 10]}, geometry=rings, crs=4326)


def opened(browser_page: Page, path: Path) -> list[str]:
    """Open a file and wait until it is drawn; returns the list into which errors go."""
    errors: list[str] = []
    browser_page.on("pageerror", lambda error: errors.append(str(error)))
    browser_page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    browser_page.goto(path.as_uri())
    browser_page.wait_for_selector(DRAWN)
    return errors


def painted(browser_page: Page) -> set[tuple[int, int, int]]:
    """The colours of the base map's tiles that are on the screen."""
    browser_page.wait_for_function("document.querySelectorAll('.leaflet-tile-pane canvas').length > 3")
    browser_page.wait_for_timeout(600)
    colours = browser_page.evaluate("""() =>
        [...document.querySelectorAll(".leaflet-tile-pane canvas")].flatMap(tile => {
        const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
        const seen = new Set();
        for (let i = 0; i < data.length; i += 64) if (data[i + 3]) seen.add([data[i], data[i + 1], data[i + 2]].join());
        return [...seen];
    })""")
    return {tuple(int(part) for part in colour.split(",")) for colour in colours}  # type: ignore[misc]


# ── one file from disk ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_file_opens_from_disk_and_shuts_nobody_out(
    size: str, request: pytest.FixtureRequest, ground: bytes, tmp_path: Path, axe: Callable[[Page], list[Any]]
) -> None:
    screen: Page = request.getfixturevalue(size)
    path = write_html(tmp_path / "map.html", inventory(*NAMES), *findings(), walk_areas(), basemap=ground, lang="nb")
    errors = opened(screen, path)
    assert screen.locator(".am-pin, .am-ring").count() >= 1
    assert {(201, 223, 232), (246, 243, 238), (217, 232, 203)} <= painted(screen)  # sea, land, park
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (
        screen.get_by_role("link", name=OSM_ATTRIBUTION).get_attribute("href")
        == "https://www.openstreetmap.org/copyright"
    )
    assert axe(screen) == []
    screen.get_by_role("button", name=words("nb")["legend"]).click()
    assert axe(screen) == []
    for button in screen.locator(".am-button, .am-toggle").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    assert errors == []


def test_a_pin_is_opened_and_closed_by_keyboard(
    desktop: Page, tmp_path: Path, axe: Callable[[Page], list[Any]]
) -> None:
    opened(desktop, write_html(tmp_path / "map.html", inventory(*NAMES)))
    pin = desktop.get_by_role("button", name="Café Ø, ")
    pin.focus()
    desktop.keyboard.press("Enter")
    dialog = desktop.get_by_role("dialog", name="Café Ø")
    expect(dialog.get_by_role("heading")).to_be_focused()
    expect(dialog.get_by_role("link")).to_have_attribute("href", "https://here.example/")
    expect(desktop.locator(".leaflet-popup")).to_have_css("opacity", "1")  # contrast is judged when it has faded in
    assert axe(desktop) == []
    desktop.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(pin).to_be_focused()


def test_close_pins_are_one_ring_that_names_its_kinds(desktop: Page, tmp_path: Path) -> None:
    opened(desktop, write_html(tmp_path / "map.html", inventory(*NAMES, ("playground", None), apart=0)))
    ring = desktop.get_by_role("button", name="close together")
    expect(ring).to_have_text("5")
    known = taxonomy()
    expect(ring).to_have_accessible_name(f"5 assets close together: {known.kinds['institutions'].label()} 1, "
                                         f"{known.kinds['places'].label()} 2, {known.kinds['exchange'].label()} 1, "
                                         f"{known.kinds['stories'].label()} 1")  # fmt: skip
    ring.focus()
    desktop.keyboard.press("Enter")
    expect(desktop.locator(".am-pin, .am-ring").first).to_be_visible()


def test_kinds_and_layers_can_be_switched_off(desktop: Page, ground: bytes, tmp_path: Path) -> None:
    opened(desktop, write_html(tmp_path / "map.html", inventory(*NAMES), *findings(), walk_areas(), basemap=ground))
    expect(desktop.locator(".am-pin")).to_have_count(4)
    desktop.get_by_role("checkbox", name="Playground 1").uncheck()
    expect(desktop.locator(".am-pin")).to_have_count(3)
    expect(desktop.get_by_role("status")).to_have_text("Assets on the map: 3")
    expect(desktop.locator("canvas.am-dots")).to_have_count(1)
    desktop.get_by_role("checkbox", name="Playground within 5 minutes").uncheck()
    expect(desktop.locator("canvas.am-dots")).to_have_count(0)
    panel = desktop.locator(".am-panel")
    for text in ("Within reach", "Too far", "No way there on foot", "Within 10 minutes on foot"):
        expect(panel.get_by_text(text, exact=True)).to_be_visible()
    desktop.get_by_role("button", name="42 people without").click()
    expect(desktop.locator(".leaflet-popup")).to_contain_text("Café Ø (3 min on foot)")


def test_a_home_tells_its_minutes_when_it_is_clicked(desktop: Page, tmp_path: Path) -> None:
    opened(desktop, write_html(tmp_path / "map.html", PLACE, findings()[0]))
    at = desktop.evaluate("assetmap.view.map.latLngToContainerPoint([55.6755, 12.59])")
    desktop.mouse.click(at["x"], at["y"])
    expect(desktop.locator(".leaflet-popup")).to_contain_text("Within reach")
    expect(desktop.locator(".leaflet-popup")).to_contain_text("2.5 min on foot")


def test_hostile_names_are_only_text(desktop: Page, ground: bytes, tmp_path: Path) -> None:
    named = [("playground", text) for text in HOSTILE]
    coverage, gaps = findings()
    gaps.frame.at[0, "strengths"] = [{"name": text, "category": text, "minutes": 1} for text in HOSTILE]
    shouting = coverage.replace(title=M("{t}", t=MARKUP[0]), sentence=M("{t}", t=MARKUP[1]))
    path = write_html(tmp_path / "map.html", inventory(*named), shouting, gaps, walk_areas(), basemap=ground)
    errors = opened(desktop, path)
    desktop.evaluate("assetmap.view.go(55.67, 12.596, 16)")
    for row, text in enumerate(HOSTILE):
        desktop.evaluate("row => assetmap.view.open(row)", row)
        shown = desktop.locator("#am-popup-title").last.evaluate("node => [node.textContent, node.childElementCount]")
        assert shown == [text, 0]
        desktop.evaluate("assetmap.view.map.closePopup()")
    desktop.get_by_role("button", name="42 people without").click()
    assert desktop.evaluate("window.hit") is None
    assert desktop.locator("img, main script, main b, main iframe").count() == 0
    assert desktop.locator(".folium-map a[href^='javascript']").count() == 0
    assert errors == []


def test_a_notebook_shows_the_map_from_its_own_text(
    desktop: Page, ground: bytes, axe: Callable[[Page], list[Any]]
) -> None:
    desktop.set_content(f"<body>{draw(inventory(*NAMES), basemap=ground)._repr_html_()}</body>")
    frame = desktop.frame_locator("iframe")
    expect(frame.locator(".am-pin, .am-ring").first).to_be_visible()
    assert [fault for fault in axe(desktop) if fault["frame"] == "about:srcdoc"] == []


def test_online_tiles_are_asked_only_when_they_are_chosen(desktop: Page, ground: bytes, tmp_path: Path) -> None:
    asked: list[str] = []
    desktop.route("http://127.0.0.1:9/**", lambda route: (asked.append(route.request.url), route.abort()))
    opened(desktop, write_html(tmp_path / "map.html", inventory(*NAMES), basemap=ground,
                               tiles="http://127.0.0.1:9/{z}/{x}/{y}.png", tiles_attribution="© Tiles"))  # fmt: skip
    expect(desktop.get_by_text("© Tiles")).to_have_count(0)
    assert asked == []
    desktop.get_by_role("checkbox", name="Online base map").check()
    expect(desktop.get_by_text("© Tiles")).to_be_visible()
    desktop.wait_for_timeout(300)
    assert asked


# ── in the app's sandboxed frame ─────────────────────────────────────────────────────────────────────────────────────

HOST = """<!DOCTYPE html><html lang="en"><title>host</title><main><h1>Host</h1>
<iframe sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" src="/map" title="Map"
style="width: 900px; height: 600px"></iframe></main>
<script>window.heard = []; addEventListener("message", e => heard.push(e.data));
window.tell = message => document.querySelector("iframe").contentWindow.postMessage({ am: 1, ...message }, "*");
</script></html>"""


class Server(BaseHTTPRequestHandler):
    """The app's part: the page with its policy, the files, and the base map by ranges."""

    ground = b""

    def do_GET(self) -> None:
        path = self.path
        if path == "/":
            return self.reply(HOST.encode(), "text/html; charset=utf-8")
        if path == "/map":
            html = page(lang="en", assets="/assets/", basemap="/base.pmtiles", hosted=True)
            policy = content_security_policy(html)
            return self.reply(html.encode(), "text/html; charset=utf-8", **{"Content-Security-Policy": policy})
        if path == "/base.pmtiles":
            first, last = (int(part) for part in self.headers["Range"].removeprefix("bytes=").split("-"))
            part = self.ground[first : last + 1]
            where = f"bytes {first}-{first + len(part) - 1}/{len(self.ground)}"
            return self.reply(part, "application/vnd.pmtiles", 206, **{"Content-Range": where})
        file = asset_file(path.removeprefix("/assets/"))
        if file is None:
            return self.reply(b"", "text/plain", 404)
        return self.reply(file.read_bytes(), "text/css" if file.suffix == ".css" else "text/javascript; charset=utf-8")

    def reply(self, body: bytes, kind: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        own = {"Content-Type": kind, "Content-Length": str(len(body)), "Access-Control-Allow-Origin": "*"}
        for name, value in {**own, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hosted(desktop: Page, ground: bytes) -> Iterator[tuple[Page, FrameLocator]]:
    """The host page with the map page ready in its frame, and data sent."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Server,), {"ground": ground}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # here the policy counts, unlike where axe must get in
    context = desktop.context.browser.new_context(viewport={"width": 1000, "height": 700})  # type: ignore[union-attr]
    screen = context.new_page()
    screen.goto(f"http://127.0.0.1:{server.server_port}/")
    heard(screen, "ready")
    tell(screen, do="data", data=payload(inventory(*NAMES), *findings()))
    heard(screen, "drawn", assets=4)
    yield screen, screen.frame_locator("iframe")
    context.close()
    server.shutdown()
    server.server_close()


def tell(screen: Page, **message: Any) -> None:
    screen.evaluate("heard.length = 0")
    screen.evaluate("message => tell(message)", json.loads(json.dumps(message)))


def heard(screen: Page, ev: str, **rest: Any) -> dict[str, Any]:
    """Wait until the map says this."""
    wanted = {"ev": ev, **rest}
    ask = "wanted => heard.find(said => said.am === 1 && Object.entries(wanted).every(([k, v]) => said[k] === v))"
    found = screen.wait_for_function(ask, arg=wanted, timeout=15_000)
    return dict(found.json_value())


def test_the_frame_draws_what_it_is_sent_under_its_policy(hosted: tuple[Page, FrameLocator]) -> None:
    screen, frame = hosted
    expect(frame.locator(".am-pin")).to_have_count(4)
    inside = screen.frames[1]
    assert (201, 223, 232) in painted(inside)  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"Blocked a frame|cross-origin|SecurityError"):
        inside.evaluate("parent.document.title")


def test_the_app_filters_focuses_and_hears_of_it(hosted: tuple[Page, FrameLocator]) -> None:
    screen, frame = hosted
    tell(screen, do="show", categories=["library", "playground"], ids=None)
    heard(screen, "drawn", assets=2)
    tell(screen, do="show", categories=None, ids=["asset-2"])
    heard(screen, "drawn", assets=1)
    tell(screen, do="focus", id="asset-2")
    heard(screen, "open", id="asset-2")
    expect(frame.get_by_role("dialog", name="Café Ø")).to_be_visible()
    assert not screen.evaluate("heard.some(said => said.ev === 'moved')")
    screen.keyboard.press("Escape")
    heard(screen, "close")


def test_new_data_keeps_the_view_and_the_reader_s_moves_are_told(hosted: tuple[Page, FrameLocator]) -> None:
    screen, frame = hosted
    tell(screen, do="view", lat=55.675, lon=12.6, zoom=17)
    tell(screen, do="data", data=payload(inventory(*NAMES[:2])))
    heard(screen, "drawn", assets=2)
    assert screen.frames[1].evaluate("assetmap.view.map.getZoom()") == 17
    assert not screen.evaluate("heard.some(said => said.ev === 'moved')")
    frame.get_by_role("button", name="Zoom out").click()
    moved = heard(screen, "moved", zoom=16)
    west, south, east, north = moved["bounds"]
    assert west < moved["lon"] < east
    assert south < moved["lat"] < north
    tell(screen, do="data", data=payload(inventory(*NAMES)), fit=True)
    heard(screen, "drawn", assets=4)
    assert screen.frames[1].evaluate("assetmap.view.map.getZoom()") < 16


def test_a_point_is_named_by_a_tap_or_by_enter(hosted: tuple[Page, FrameLocator]) -> None:
    screen, frame = hosted
    tell(screen, do="view", lat=55.671, lon=12.595, zoom=16)
    tell(screen, do="mode", mode="pick")
    frame.locator(".folium-map").click(position={"x": 450, "y": 300})
    tapped = heard(screen, "pick")
    assert (tapped["lat"], tapped["lon"]) == pytest.approx((55.671, 12.595), abs=1e-4)
    expect(frame.get_by_role("img", name="Chosen place")).to_have_count(1)
    tell(screen, do="view", lat=55.672, lon=12.596, zoom=16)
    frame.locator(".folium-map").focus()
    screen.keyboard.press("Enter")
    assert heard(screen, "pick")["lat"] == pytest.approx(55.672, abs=1e-4)
    tell(screen, do="pin", at=None)
    expect(frame.get_by_role("img", name="Chosen place")).to_have_count(0)


def test_language_and_layers_change_without_a_new_page(hosted: tuple[Page, FrameLocator]) -> None:
    screen, frame = hosted
    tell(screen, do="language", lang="da", words={**words("en"), "zoom_in": "Zoom ind"})
    expect(frame.get_by_role("button", name="Zoom ind")).to_be_visible()
    expect(frame.locator("html")).to_have_attribute("lang", "da")
    tell(screen, do="layers", on={"coverage": False, "places": False})
    heard(screen, "drawn", assets=3)
    expect(frame.locator("canvas.am-dots")).to_have_count(0)
    frame.get_by_role("button", name=words("en")["legend"]).click()  # in the app it begins folded where room is scarce
    expect(frame.get_by_role("checkbox", name="Playground within 5 minutes")).not_to_be_checked()


def test_what_is_no_message_is_ignored(hosted: tuple[Page, FrameLocator]) -> None:
    screen, frame = hosted
    nonsense: list[dict[str, Any]] = [
        {"do": "data", "data": None}, {"do": "view", "lat": 999, "lon": "x", "zoom": 3}, {"do": "constructor"},
        {"do": "focus", "id": 7}, {"do": "show", "categories": [1]}, {"do": "mode", "mode": "rule"},
    ]  # fmt: skip
    for message in nonsense:
        tell(screen, **message)
    screen.evaluate("document.querySelector('iframe').contentWindow.postMessage('hello', '*')")
    tell(screen, do="show", categories=None, ids=None)
    heard(screen, "drawn", assets=4)
    expect(frame.locator(".am-pin")).to_have_count(4)
