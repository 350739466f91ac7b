"""A real Chromium, the app in a process of its own, and what both may not do: reach outside or shut people out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

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
    # what Chromium would ask its maker about the page: its text fields, its language, hints for it
    "--disable-features=AutofillServerCommunication,OptimizationHints,Translate,MediaRouter,HttpsUpgrades,"
    "PaintHolding,NetworkTimeServiceQuerying",
]

# Whom Chromium asks of its own accord, whatever the page; no page of ours would.
BROWSER_ITSELF = {
    "accounts.google.com", "android.clients.google.com", "clients2.google.com", "update.googleapis.com",
    "redirector.gvt1.com", "www.google.com",
}  # fmt: skip


class Refusal(BaseHTTPRequestHandler):
    """A proxy that lets nothing through and writes down what was asked for: an address, or `host:443` for https."""

    def refuse(self) -> None:
        if (urlsplit(self.path).hostname or self.path.partition(":")[0]) not in BROWSER_ITSELF:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_error(502, "No outside host in tests")

    do_CONNECT = do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = refuse

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the list is the log."""


@pytest.fixture(scope="session")
def refusal() -> Iterator[ThreadingHTTPServer]:
    """The way out for the browser: all but this machine goes through it, from pages, frames, workers and sockets.

    Playwright's own events miss the first requests of a sandboxed `srcdoc` frame; a proxy misses none.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusal)
    server.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser(refusal: ThreadingHTTPServer) -> Iterator[Browser]:
    """One Chromium for the whole run, found in the order that dev.py documents."""
    chromium = dev.find_chromium()
    if chromium is None:
        if os.environ.get("CI") == "true" or os.environ.get("ASSETMAP_REQUIRE_BROWSER") in ("1", "true"):
            pytest.fail(dev.NO_BROWSER)
        pytest.skip(dev.NO_BROWSER + " `python3 dev.py test` fetches one where it can.")
    flags = [*FLAGS, "--no-sandbox"] if dev.is_root() else FLAGS
    proxy = {"server": f"http://127.0.0.1:{refusal.server_port}", "bypass": "127.0.0.1,localhost"}
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=flags, proxy=proxy)
        yield running
        running.close()


@pytest.fixture
def no_outside_requests(refusal: ThreadingHTTPServer) -> Iterator[list[str]]:
    """What this test's pages ask of other hosts than this machine; at the end it must be empty."""
    asked: list[str] = refusal.asked  # type: ignore[attr-defined]
    asked.clear()
    yield asked
    assert not asked, f"the page asked hosts outside this machine: {asked[:10]}"


@pytest.fixture
def desktop(browser: Browser, no_outside_requests: list[str]) -> Iterator[Page]:
    """An empty page of 1366 × 768 on a computer; asking an outside host fails the test."""
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser: Browser, no_outside_requests: list[str]) -> Iterator[Page]:
    """An empty page of 390 × 844 on a phone with touch; asking an outside host fails the test."""
    context = browser.new_context(
        viewport=PHONE, bypass_csp=True, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    yield context.new_page()
    context.close()


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
