"""Does the map of ten thousand assets arrive, and once only? How fast is measured by `benchmarks/app_page.py`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.town import town


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, serve_app: Callable[..., str]) -> str:
    folder: Path = tmp_path_factory.mktemp("stores") / "city"
    return serve_app(town(folder, further=10_000))


def until_drawn(page: Page, assets: str) -> None:
    expect(page.locator("iframe[data-src]")).to_have_attribute("data-drawn", re.compile(assets), timeout=30_000)


def test_a_filter_does_not_send_the_assets_again(desktop: Page, url: str) -> None:
    received = [0]
    desktop.on("websocket", lambda line: line.on("framereceived", lambda frame: add(received, frame)))
    desktop.goto(f"{url}/?lang=en")
    until_drawn(desktop, "^10011$")
    desktop.wait_for_timeout(500)
    before = received[0]
    desktop.get_by_role("radio", name="Places and nature").click()
    until_drawn(desktop, "^2819$")
    assert 0 < received[0] - before < before / 4


def add(received: list[int], frame: str | bytes) -> None:
    received[0] += len(frame)
