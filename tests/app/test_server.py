"""What does the server send besides pages, and to whom?"""

from __future__ import annotations

import ast
import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest
from streamlit.web.server.app_discovery import discover_asgi_app

from assetmap.app import launch, routes, server
from assetmap.app.config import EARLY, OPTIONS
from assetmap.app.routes import ROUTES, basemap_url, map_url
from assetmap.app.security import SecurityHeaders, ThisMachineOnly, content_security_policy
from assetmap.maps.page import assets_version
from assetmap.settings import settings
from assetmap.store import Store

ROOT = Path(__file__).resolve().parents[2]
Answer = tuple[int, dict[str, str], bytes]


def get(path: str, **headers: str) -> Answer:
    """What our routes answer, with the headers around them."""
    app, sent, asked = SecurityHeaders(Starlette(routes=list(ROUTES))), [], []
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "server": ("127.0.0.1", 80), "http_version": "1.1",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip

    async def receive() -> dict[str, object]:
        if asked:
            await asyncio.Event().wait()  # the browser waits for its answer
        asked.append(path)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start, *rest = sent
    found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(part.get("body", b"") for part in rest)


@pytest.fixture
def store(towns: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("ASSETMAP_STORE", str(towns["full"]))
    settings.cache_clear()
    yield Store.open(towns["full"])
    settings.cache_clear()


@pytest.fixture
def ground(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A store with a base map of 1,000 bytes."""
    content = bytes(range(250)) * 4
    copy = Store.create(tmp_path / "with-ground")
    copy.save(store.inventory("connector"), basemap=content)
    monkeypatch.setenv("ASSETMAP_STORE", str(tmp_path / "with-ground"))
    settings.cache_clear()
    return content


@pytest.mark.parametrize("path", ["app.py", "assetmap/app/entry/start.py"])
def test_streamlit_finds_the_app_by_reading_the_file(path: str) -> None:
    found = discover_asgi_app(ROOT / path)
    assert found.is_asgi_app
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    call = next(node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "app")
    assert ast.unparse(call.func) == "st.App"
    assert {word.arg for word in call.keywords} == {"routes", "middleware", "lifespan", "on_script_error"}


def test_no_folder_of_pages_lies_beside_the_script() -> None:
    """Streamlit would take it for pages of its own, and show ours empty."""
    assert server.MAIN.is_file()
    assert not (server.MAIN.parent / "pages").exists()


def test_every_answer_says_what_may_be_loaded(store: Store) -> None:
    status, headers, _ = get("/healthz")
    assert status == 200
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in scripts
    assert "'sha256-" in scripts
    assert "frame-ancestors 'self'" in policy
    assert policy == content_security_policy()


def test_map_page_holds_no_data_and_is_sandboxed(store: Store) -> None:
    address = map_url("nb")
    status, headers, body = get(address)
    assert status == 200
    assert "max-age=3600" in headers["cache-control"]
    assert "sandbox allow-scripts" in headers["content-security-policy"]
    assert "Eventyrparken" not in body.decode()
    assert 'lang="nb"' in body.decode()
    assert get("/kart/nb/0000")[1]["cache-control"] == "no-store"
    assert get("/kart/xx/0000")[0] == 404


def test_online_tiles_are_there_only_where_somebody_chose_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    without = get(map_url("nb"))
    assert b"tiles.example" not in without[2]
    assert "example" not in without[1]["content-security-policy"]
    monkeypatch.setenv("ASSETMAP_TILES", "https://tiles.example/{z}/{x}/{y}.png")
    monkeypatch.setenv("ASSETMAP_TILES_ATTRIBUTION", "© Kommunen")
    settings.cache_clear()
    routes._map_page.cache_clear()
    _, headers, body = get(map_url("nb"))
    assert "https://tiles.example/{z}/{x}/{y}.png" in body.decode()
    assert "© Kommunen" in body.decode()
    images = next(part for part in headers["content-security-policy"].split("; ") if part.startswith("img-src"))
    assert "https://tiles.example" in images
    routes._map_page.cache_clear()


def test_only_the_files_of_the_map_are_served(store: Store) -> None:
    status, headers, _ = get(f"/assets/map/{assets_version()}/leaflet.js")
    assert status == 200
    assert headers["access-control-allow-origin"] == "*"
    assert "immutable" in headers["cache-control"]
    for name in ("page.py", "..%2fpage.py", "../page.py", "nothing.js"):
        assert get(f"/assets/map/{assets_version()}/{name}")[0] == 404


def test_base_map_is_read_in_parts(ground: bytes) -> None:
    address = basemap_url()
    assert address is not None
    status, headers, body = get(address, range="bytes=100-199")
    assert status == 206
    assert headers["content-range"] == "bytes 100-199/1000"
    assert body == ground[100:200]
    assert headers["access-control-allow-origin"] == "*"
    assert get("/basemap/other.pmtiles")[0] == 404


def test_no_base_map_no_address(store: Store) -> None:
    assert basemap_url() is None
    assert get("/basemap/any.pmtiles")[0] == 404


def test_health_without_a_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSETMAP_STORE", str(tmp_path))
    settings.cache_clear()
    assert get("/healthz")[0] == 503
    settings.cache_clear()


def test_no_route_is_streamlits() -> None:
    assert {route.path.split("/")[1] for route in routes.ROUTES} == {"kart", "assets", "basemap", "healthz"}


def test_it_listens_on_this_machine_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STREAMLIT_SERVER_ADDRESS", "STREAMLIT_SERVER_HEADLESS"):
        monkeypatch.delenv(name, raising=False)
    command = launch.command(port=8765, open_browser=False)
    assert {"--server.address=127.0.0.1", "--server.port=8765", "--server.headless=true"} <= set(command)
    assert "--browser.gatherUsageStats=false" in [part.lower().replace("usagestats", "UsageStats").replace(
        "gatherusage", "gatherUsage") for part in command]  # fmt: skip
    assert set(EARLY) <= set(OPTIONS)
    assert launch.environment(tmp_path)["ASSETMAP_STORE"] == str(tmp_path.resolve())


@pytest.mark.parametrize(
    ("client", "passes"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.7", False), ("::ffff:192.0.2.7", False),
     ("", False)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_others_are_turned_away_where_no_address_was_chosen(client: str, passes: bool, kind: str) -> None:
    reached, sent = [], []

    async def app(*_: object) -> None:
        reached.append(client)

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    asyncio.run(ThisMachineOnly(app)({"type": kind, "client": (client, 1)}, None, send))
    assert bool(reached) is passes
    assert bool(sent) is not passes
    if not passes:
        assert sent[0].get("status", sent[0].get("code")) in (403, 1008)


def test_a_setting_from_outside_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "10.0.0.7")
    assert not any(part.startswith("--server.address") for part in launch.command())


def test_a_failure_shows_a_number_and_the_log_has_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    def failing() -> None:
        from assetmap.app.server import script_failed

        try:
            raise ZeroDivisionError("secret detail")
        except ZeroDivisionError as fault:
            script_failed(fault)

    with caplog.at_level(logging.ERROR, "assetmap.app"):
        shown = AppTest.from_function(failing).run()
    said = shown.error[0].value
    assert "secret" not in said
    reference = caplog.records[0].getMessage().split()[-1]
    assert reference in said
    assert "secret detail" in caplog.text


def test_badges_are_pictures_and_nothing_else_is_served_with_them(store: Store) -> None:
    address = routes.badge_image("playground").removeprefix("![](").removesuffix(")")
    status, headers, body = get(address)
    assert status == 200
    assert headers["content-type"] == "image/svg+xml"
    assert body.startswith(b"<svg")
    assert "default-src 'self'" in headers["content-security-policy"]
    assert get(address.replace("playground", "nowhere"))[0] == 404
