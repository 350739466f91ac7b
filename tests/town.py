"""A small invented town for the tests of the app: a grid of streets, homes along them, and assets with every oddity."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import Provenance
from assetmap.model.schema import asset_id, complete
from assetmap.model.taxonomy import taxonomy
from assetmap.store import Store
from assetmap.walk.network import WalkNetwork

WEST, SOUTH, STEP, SIDE = 347_000.0, 6_172_000.0, 100.0, 13
HOSTILE = '<img src=x onerror="alert(1)"> {{7*7}} ![x](https://tracker.invalid/x.png) **bold** :material/bug_report:'
SOURCE = Provenance(
    "osm", "OpenStreetMap", "ODbL-1.0", "© OpenStreetMap contributors", "2026-11-01", "2026-10-30",
    "https://www.openstreetmap.org/copyright",
)  # fmt: skip


def town(folder: Path, further: int = 0) -> Path:
    """A store with the town in it.

    Args:
        further: So many assets more, spread evenly, for tests of speed.
    """
    network = _network()
    edge = SIDE * STEP
    square = shapely.box(WEST - 50, SOUTH - 50, WEST + edge, SOUTH + edge)
    boundary = gpd.GeoSeries([square], crs=25833).to_crs(4326).iloc[0]
    here = Neighbourhood("Åsgård", boundary, _homes(), unit="homes", extent=boundary, network=network)
    assets = complete(pd.concat([_assets(), _many(further)]) if further else _assets())
    store = Store.create(folder)
    store.save(Inventory(assets, here, provenance=(SOURCE,)), addresses=_addresses())
    return folder


def empty_town(folder: Path) -> Path:
    """The same town before anything was mapped."""
    full = Store.open(town(folder.with_name(f"{folder.name}-before"))).inventory("connector")
    Store.create(folder).save(full.replace(frame=full.frame.head(0)))
    return folder


def _network() -> WalkNetwork:
    points = {(i, j): i * SIDE + j for i in range(SIDE) for j in range(SIDE)}
    nodes = gpd.GeoDataFrame(index=list(points.values()), geometry=[_at(i, j) for i, j in points], crs=25833)
    across = [(points[i, j], points[i + 1, j]) for i, j in points if (i + 1, j) in points]
    along = [(points[i, j], points[i, j + 1]) for i, j in points if (i, j + 1) in points]
    edges = pd.DataFrame(across + along, columns=["u", "v"]).assign(length=STEP)
    return WalkNetwork.from_edges(nodes, edges)


def _at(i: float, j: float) -> shapely.Point:
    return shapely.Point(WEST + i * STEP, SOUTH + j * STEP)


def _homes() -> gpd.GeoDataFrame:
    places = [_at(i + 0.5, j) for i in range(SIDE - 1) for j in range(SIDE)]
    homes = gpd.GeoDataFrame(geometry=places, crs=25833).to_crs(4326)
    homes.index = pd.Index([f"home-{n}" for n in range(len(homes))], name="home")
    unknown = dict.fromkeys(("people", "people_low", "people_high"), np.nan)
    return homes.assign(source="address", dwellings=2.0, edge_m=500.0, **unknown)


def _addresses() -> gpd.GeoDataFrame:
    numbers = range(1, SIDE)
    frame = gpd.GeoDataFrame(
        {"street": "Storgata", "number": [str(n) for n in numbers], "postcode": "1234", "city": "Åsgård"},
        geometry=[_at(n, 3) for n in numbers], crs=25833,
    )  # fmt: skip
    return frame.to_crs(4326)


# name, category, column and row of the grid, further values
_GIVEN: list[tuple[str | None, str, float, float, dict[str, object]]] = [
    ("Eventyrparken", "playground", 2, 2, {"wheelchair": "yes"}),
    (None, "playground", 6, 6, {"near": "Storgata"}),
    ("Åsgård bibliotek", "library", 5, 5, {"address": "Storgata 5, 1234 Åsgård", "website": "https://bibliotek.invalid/",
                                           "opening_hours": "Mo-Fr 10:00-18:00; Sa 11:00-15:00"}),
    ("Ærlig talt teater", "culture_venue", 7, 3, {"opening_hours": "sunset-22:00", "operator": "Teaterlaget"}),
    ("Østre skole", "school", 3, 8, {}),
    ("Sangkoret Café", "assoc_culture_arts", 4, 4, {"description": "All may sing.", "location_precision": "area"}),
    ("Aas idrettslag", "assoc_sport", 8, 8, {"website": "javascript:alert(1)"}),
    ("Nærbutikken", "grocery_market", 5, 3, {}),
    ("Torget", "square", 5, 4, {}),
    (HOSTILE, "cafe_eatery", 5.5, 5, {"description": HOSTILE, "address": HOSTILE}),
    ("x" * 10_000, "heritage_memory", 1, 5, {}),
    ("Byttedag i gata", "tradition_event", 0, 0, {"location_precision": "none"}),
    ("Stille bønn", "place_of_worship", 9, 2, {"review": "pending"}),
]  # fmt: skip


def _assets() -> gpd.GeoDataFrame:
    rows, places = [], []
    for name, category, i, j, more in _GIVEN:
        key = name[:40] if name else f"{category}-{i}-{j}"
        rows.append(_row(key, name, category) | more)
        places.append(None if more.get("location_precision") == "none" else _at(i, j))
    return _framed(rows, places)


def _many(n: int) -> gpd.GeoDataFrame:
    keys = [key for key, category in taxonomy().items() if category.role == "asset"]
    side = int(np.ceil(np.sqrt(n)))
    spots = [((SIDE - 1) * (k % side) / side, (SIDE - 1) * (k // side) / side) for k in range(n)]
    rows = [_row(f"more-{k}", f"Sted nummer {k}", keys[k % len(keys)]) for k in range(n)]
    return _framed(rows, [_at(*spot) for spot in spots])


def _row(key: str, name: str | None, category: str) -> dict[str, object]:
    return {
        "id": asset_id("osm", key), "source_id": key, "name": name, "category": category,
        "kind": taxonomy()[category].kind, "audience": "public", "review": "ok", "location_precision": "exact",
        "source": "osm", "licence": SOURCE.licence, "attribution": SOURCE.attribution, "retrieved": SOURCE.retrieved,
    }  # fmt: skip


def _framed(rows: list[dict[str, object]], places: list[shapely.Point | None]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(places, crs=25833)).set_index("id")
    return frame.to_crs(4326)
