"""A real Chromium, the app in a process of its own, and what both may not do: reach outside or shut people out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import dev

ROOT = Path(__file__).resolve().parents[2]
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # whatever asks for an outside host is told at once that there is none
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run, found in the order that dev.py documents."""
    chromium = dev.find_chromium()
    if chromium is None:
        if "true" in (os.environ.get("CI"), os.environ.get("ASSETMAP_REQUIRE_BROWSER")):
            pytest.fail(dev.NO_BROWSER)
        pytest.skip(dev.NO_BROWSER + " `python3 dev.py test` fetches one where it can.")
    flags = [*FLAGS, "--no-sandbox"] if dev.is_root() else FLAGS
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture
def no_outside_requests() -> Iterator[list[str]]:
    """The requests of this test's pages to other hosts than this machine; at the end there must be none."""
    outside: list[str] = []
    yield outside
    assert not outside, f"the page asked hosts outside this machine: {outside[:10]}"


@pytest.fixture
def desktop(browser: Browser, no_outside_requests: list[str]) -> Iterator[Page]:
    """An empty page of 1366 × 768 on a computer."""
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    yield watched(context, no_outside_requests)
    context.close()


@pytest.fixture
def phone(browser: Browser, no_outside_requests: list[str]) -> Iterator[Page]:
    """An empty page of 390 × 844 on a phone: touch, no mouse."""
    context = browser.new_context(
        viewport=PHONE, bypass_csp=True, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield watched(context, no_outside_requests)
    context.close()


def watched(context: BrowserContext, outside: list[str]) -> Page:
    """A new page whose requests, also those of its frames and sockets, are checked for outside hosts."""

    def note(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost"):
            outside.append(url)

    context.on("request", lambda request: note(request.url))
    context.on("page", lambda page: page.on("websocket", lambda connection: note(connection.url)))
    return context.new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[dict[str, Any]]]:
    """`axe(page)`: what axe-core finds against WCAG 2.2 A and AA in the page and each of its frames, as a list.

    Each violation has `id`, `impact`, `help`, `frame` (its address) and `targets` (selectors of the elements).
    """
    script = AXE.read_text(encoding="utf-8")
    ask = """async () => {
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
        const found = await axe.run(document, { iframes: false, runOnly: { type: "tag", values: tags } });
        return found.violations.map(({ id, impact, help, nodes }) =>
            ({ id, impact, help, targets: nodes.map(node => node.target.join(" ")) }));
    }"""

    def violations(page: Page) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for frame in page.frames:
            frame.evaluate(script)
            found += [{**violation, "frame": frame.url} for violation in frame.evaluate(ask)]
        return found

    return violations


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """`start_server(command, …) -> url`: run a command that serves the app, and stop it at the end of the run.

    The command gets `--port N` with a free port of 127.0.0.1 added; the address is returned once the app answers.
    """
    running: list[subprocess.Popen[bytes]] = []

    def start(
        command: Sequence[str | Path], *, cwd: Path = ROOT, env: dict[str, str] | None = None, seconds: float = 60
    ) -> str:
        port = free_port()
        log = tmp_path_factory.mktemp("server") / "log.txt"
        with log.open("wb") as sink:
            whole = [*map(str, command), "--port", str(port)]
            process = subprocess.Popen(whole, stdout=sink, stderr=subprocess.STDOUT, cwd=cwd, env=headless(env))
        running.append(process)
        url = f"http://127.0.0.1:{port}"
        wait_until_healthy(url, process, log, seconds)
        return url

    yield start
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def serve_app(start_server: Callable[..., str]) -> Callable[..., str]:
    """`serve_app(store, *options) -> url`: the app on a store; asked again for the same, the same one answers."""
    known: dict[tuple[str, ...], str] = {}

    def serve(store: Path, *options: str) -> str:
        key = (str(store), *options)
        if key not in known:
            known[key] = start_server([sys.executable, "-m", "assetmap", "app", "--store", store, *options])
        return known[key]

    return serve


def headless(env: dict[str, str] | None) -> dict[str, str]:
    """No window opens beside the tests."""
    return {**(os.environ if env is None else env), "STREAMLIT_SERVER_HEADLESS": "true", "BROWSER": "true"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    """Return once Streamlit says that it is up; fail with the server's own last words if it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    words = log.read_text(encoding="utf-8", errors="replace")[-3000:]
    pytest.fail(f"The app did not come up in {seconds:.0f} s (exit code {process.poll()}):\n{words}")
