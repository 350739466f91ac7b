"""How long until a store can be used in the app, and how long do a filter and an edit take, in headless Chromium?

Run `python benchmarks/app_page.py [STORE]` from the checkout; without a store, a town of 10,000 assets is made, of a
store a copy. An edit lasts from leaving a field until list and map both show it. Prints one line per figure: the median
of five runs and the worst of them, beside what was promised. The server is started anew and has answered once before
the first run.
"""

from __future__ import annotations

import re
import shutil
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
from assetmap.store import Store
from tests.town import town

RUNS = 5


def drawn(page: Page, not_yet: str = "") -> str:
    """The number of assets on the map, once it is another than before."""
    frame = page.locator("iframe[data-src]")
    expect(frame).to_have_attribute(
        "data-drawn", re.compile(rf"^(?!{not_yet}$)\d+$" if not_yet else r"^\d+$"), timeout=60_000
    )
    return frame.get_attribute("data-drawn") or ""


def edited(page: Page, name: str) -> float:
    """Seconds from leaving the name of what is open until the list and the map both say the new one."""
    field = page.locator("[class*='st-key-edit-name-'] input")
    field.fill(name)
    content = page.locator("iframe[data-src]").element_handle().content_frame()
    began = time.perf_counter()
    field.press("Tab")
    expect(page.locator(".st-key-places")).to_contain_text(name, timeout=60_000)
    content.wait_for_function("name => assetmap.view.current.assets.name.includes(name)", arg=name, timeout=60_000)
    return time.perf_counter() - began


def measure(url: str, asset: str) -> tuple[list[float], list[float], list[float]]:
    """Seconds until the map is drawn, until a filter shows, and until an edit does."""
    opened, filtered, saved = [], [], []
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
            shown = time.perf_counter() - began
            page.goto(f"{url}/?lang=en&order=name&asset={asset}")
            drawn(page)
            page.get_by_role("dialog").locator(".st-key-edit button").click()
            expect(page.get_by_role("dialog")).to_have_count(0)
            lasted = edited(page, f"Aa {run} {time.time():.0f}")
            if run:  # the first one wakes the server up
                opened.append(ready)
                filtered.append(shown)
                saved.append(lasted)
            page.close()
        browser.close()
    return opened, filtered, saved


def main() -> None:
    """Serve, measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder, "city")
        if len(sys.argv) > 1:
            shutil.copytree(sys.argv[1], store)
        else:
            town(store, further=10_000)
        asset = str(Store.open(store).inventory("public", network=False).frame.index[0])
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
            opened, filtered, saved = measure(url, asset)
        finally:
            server.terminate()
            server.wait()
    for what, seconds, promised in (("interactive", opened, 3), ("filter", filtered, 0.6), ("edit", saved, 1.0)):
        print(f"{what:<12} {median(seconds):.2f} s (worst {max(seconds):.2f}; promised < {promised})")


if __name__ == "__main__":
    main()
