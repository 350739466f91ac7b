"""How long until a store can be used in the app, and how long does a filter take, in headless Chromium?

Run `python benchmarks/app_page.py [STORE]` from the checkout; without a store, a made town of 10,000 assets is used.
Prints one line per figure: the median of five runs and the worst of them, beside what was promised. The server is
started anew and has answered once before the first run.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import dev
from tests.town import town

RUNS = 5


def drawn(page: Page, not_yet: str = "") -> str:
    """The number of assets on the map, once it is another than before."""
    frame = page.locator("iframe[data-src]")
    expect(frame).to_have_attribute(
        "data-drawn", re.compile(rf"^(?!{not_yet}$)\d+$" if not_yet else r"^\d+$"), timeout=60_000
    )
    return frame.get_attribute("data-drawn") or ""


def measure(url: str) -> tuple[list[float], list[float]]:
    """Seconds until the map is drawn, and until a filter shows."""
    opened, filtered = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=dev.find_chromium(), args=["--no-sandbox"])
        for run in range(RUNS + 1):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            began = time.perf_counter()
            page.goto(f"{url}/?lang=en")
            everything = drawn(page)
            ready = time.perf_counter() - began
            began = time.perf_counter()
            page.get_by_role("radio", name="Places and nature").click()
            drawn(page, everything)
            if run:  # the first one wakes the server up
                opened.append(ready)
                filtered.append(time.perf_counter() - began)
            page.close()
        browser.close()
    return opened, filtered


def main() -> None:
    """Serve, measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(sys.argv[1]) if len(sys.argv) > 1 else town(Path(folder, "city"), further=10_000)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "assetmap", "app", "--store", str(store), "--port", str(port), "--no-browser"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=dev.ROOT)
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
                    break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.5)
            opened, filtered = measure(url)
        finally:
            server.terminate()
            server.wait()
    for what, seconds, promised in (("interactive", opened, 3), ("filter", filtered, 0.6)):
        print(f"{what:<12} {median(seconds):.2f} s (worst {max(seconds):.2f}; promised < {promised})")


if __name__ == "__main__":
    main()
