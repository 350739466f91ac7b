"""Do the watchers of the browser tests see what they watch for?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

ASKS = """<img src='http://image.invalid/a.png'><script>
new WebSocket('wss://socket.invalid/x'); fetch('https://data.invalid/').catch(() => 0)</script>"""
HOSTS = {"http://image.invalid/a.png", "socket.invalid:443", "data.invalid:443"}


@pytest.mark.parametrize("html", [ASKS, f'<iframe sandbox="allow-scripts" srcdoc="{ASKS}"></iframe>'])
def test_an_outside_request_is_seen_also_from_a_sandboxed_frame(
    html: str, desktop: Page, no_outside_requests: list[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(html, encoding="utf-8")
    desktop.goto(page.as_uri())
    desktop.wait_for_timeout(500)
    seen = set(no_outside_requests)
    no_outside_requests.clear()
    assert seen == HOSTS


def test_a_page_of_our_own_asks_nobody(phone: Page, no_outside_requests: list[str]) -> None:
    phone.set_content("<meta name='viewport' content='width=device-width'><h1>Hei</h1>")
    assert phone.evaluate("[innerWidth, navigator.maxTouchPoints > 0]") == [390, True]
    assert no_outside_requests == []


def test_axe_finds_faults_in_every_frame(desktop: Page, axe: Callable[[Page], list[dict[str, Any]]]) -> None:
    inner = "<html lang='nb'><title>inner</title><main><img src='data:,'></main></html>"
    desktop.set_content(
        f"""<html lang="nb"><title>outer</title><main><h1>Hei</h1><iframe title="map" srcdoc="{inner}"></iframe>"""
    )
    desktop.frame_locator("iframe").locator("img").wait_for(state="attached")
    assert [(fault["id"], fault["frame"]) for fault in axe(desktop)] == [("image-alt", "about:srcdoc")]
