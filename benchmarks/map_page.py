"""How long until 10,000 assets can be used on the map page, and how long does a filter take, in headless Chromium?

Run `python benchmarks/map_page.py [assets]` from the checkout. Prints one line per figure: the median of five runs and
the worst of them, beside what was promised.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import geopandas as gpd
import numpy as np
import shapely
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import dev
from assetmap.maps.draw import write_html
from assetmap.maps.payload import payload
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.taxonomy import taxonomy

RUNS = 5
FILTER = """key => new Promise(done => {
    const start = performance.now();
    const watch = new MutationObserver(() => { watch.disconnect(); done(performance.now() - start); });
    watch.observe(document.querySelector(".folium-map"), { attributes: true, attributeFilter: ["data-drawn"] });
    assetmap.view.show(key && [key], null);
})"""


def town(count: int) -> Inventory:
    """So many assets of all categories over a town of 6 × 6 km, denser in the middle."""
    rng = np.random.default_rng(1)
    known = taxonomy()
    keys = [key for key in known if known[key].role == "asset"]
    chosen = [keys[i] for i in rng.integers(0, len(keys), count)]
    middle = rng.normal(0, 0.018, (count, 2)) * (2, 1) + (10.75, 59.92)
    frame = gpd.GeoDataFrame(
        {"name": [f"Asset {i} in the old harbour" for i in range(count)], "category": chosen,
         "kind": [known[key].kind for key in chosen], "address": "Storgata 1", "audience": "public", "review": "ok",
         "location_precision": "exact", "source": "made", "source_id": [str(i) for i in range(count)],
         "licence": "CC0-1.0", "retrieved": "2026-01-01"},
        geometry=gpd.points_from_xy(*middle.T), crs=4326, index=[f"a{i}" for i in range(count)],
    )  # fmt: skip
    homes = gpd.GeoDataFrame(geometry=[], crs=4326)
    return Inventory(frame, Neighbourhood("Town", shapely.box(10.7, 59.9, 10.8, 59.94), homes))


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    inventory = town(count)
    start = time.perf_counter()
    payload(inventory)
    served = time.perf_counter() - start
    ready, filters = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = write_html(Path(folder) / "map.html", inventory)
        flags = ["--no-sandbox"] if dev.is_root() else []
        browser = playwright.chromium.launch(executable_path=dev.find_chromium(), args=flags)
        for _ in range(RUNS):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.goto(path.as_uri())
            page.wait_for_selector(".folium-map[data-drawn]", state="attached")
            ready.append(page.evaluate("performance.now()") / 1000)
            filters += [page.evaluate(FILTER, key) / 1000 for key in ("playground", "library", None)]
            page.close()
        browser.close()
        print(f"{count} assets, page of {path.stat().st_size / 1e6:.1f} MB")
    print(f"payload in Python   {served:.2f} s")
    print(f"interactive         {median(ready):.2f} s (worst {max(ready):.2f}; promised < 3)")
    print(f"filter              {median(filters):.2f} s (worst {max(filters):.2f}; promised < 0.6)")


if __name__ == "__main__":
    main()
