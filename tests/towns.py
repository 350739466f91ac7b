"""Inventories on the plane of `worlds`: who lives where and what stands where, so that every share is arithmetic."""

from __future__ import annotations

import contextlib
import contextvars
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from assetmap.cli import main
from assetmap.model.crs import WGS84
from assetmap.model.inventory import Inventory
from assetmap.model.issues import issues_frame
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import OSM_ATTRIBUTION, Provenance
from assetmap.model.schema import asset_id, complete
from assetmap.model.taxonomy import taxonomy
from assetmap.walk import WalkNetwork
from tests.worlds import OsmWorld, grid, lonlat, moved, places

OSM = Provenance("osm", "OpenStreetMap", "ODbL-1.0", OSM_ATTRIBUTION, "2026-11-21", "2026-11-20")

Spot = tuple[float, float]


def homes_at(*spots: Spot, people: Sequence[float] | None = None, **columns: Any) -> gpd.GeoDataFrame:
    """Homes on the plane, one dwelling each; with `people`, persons that are known exactly."""
    frame = places(*spots, index=[f"home/{i}" for i in range(len(spots))]).to_crs(WGS84)
    known = np.full(len(spots), np.nan) if people is None else np.asarray(people, dtype=float)
    named = {"source": "address", "dwellings": 1.0, "people": known, "people_low": known, "people_high": known,
             "edge_m": np.inf, **columns}  # fmt: skip
    return frame.assign(**named).rename_axis("home")


def assets_at(*spots: Spot | shapely.Geometry | None, category: str = "playground", **columns: Any) -> gpd.GeoDataFrame:
    """Assets of one category on the plane: points (as pairs), shapes, or None for no place yet."""
    shapes = [moved(shapely.Point(s)) if isinstance(s, tuple) else None if s is None else moved(s) for s in spots]
    keys = [f"{category}/{i}" for i in range(len(spots))]
    frame = gpd.GeoDataFrame(
        {"name": keys, "category": category, "kind": taxonomy()[category].kind, "audience": "public", "review": "ok",
         "location_precision": ["exact" if s is not None else "none" for s in shapes], "source": OSM.source,
         "source_id": keys, "licence": OSM.licence, "attribution": OSM.attribution, "retrieved": OSM.retrieved,
         **columns},
        geometry=gpd.GeoSeries(shapes, crs=25832), crs=25832,
    )  # fmt: skip
    frame.index = [asset_id(OSM.source, key) for key in keys]
    return complete(frame)


def inventory_of(
    assets: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, network: WalkNetwork | None = None, **more: Any
) -> Inventory:
    """What is known of the town: a grid of streets, 100 m apart, unless another network is given."""
    boundary = gpd.GeoSeries([moved(shapely.box(-1e4, -1e4, 1e4, 1e4))], crs=25832).to_crs(4326).iloc[0]
    unit = "people" if homes["people"].notna().any() else "homes"
    here = Neighbourhood("Rutenett", boundary, homes, unit, network=network or grid())
    return Inventory.of(assets, here, **{"issues": issues_frame(), "provenance": (OSM,), **more})


def osm_town(**without: bool) -> OsmWorld:
    """The grid as OpenStreetMap has it: homes 100, 300, 400 and 500 m from a playground, a library, a park, a bench."""
    world = OsmWorld()
    if not without.get("streets"):
        for i in range(6):
            world.way([(x * 100.0, i * 100.0) for x in range(6)], highway="residential", name=f"Street {i}")
            world.way([(i * 100.0, y * 100.0) for y in range(6)], highway="footway")
    for number, x in enumerate((100.0, 300.0, 400.0, 500.0), 1):
        tags = {"addr__street": "Storgata", "addr__housenumber": str(number), "addr__city": "Rutenett"}
        world.node(x, 0.0, 1000 + number, **tags)
    if not without.get("assets"):
        world.node(0.0, 0.0, 2001, leisure="playground", name="Eventyrparken")
        world.node(500.0, 500.0, 2002, amenity="library", name="Biblioteket", opening_hours="Mo-Fr 10:00-18:00")
        world.area(shapely.box(210, 210, 290, 290), leisure="park", name="Parken")
        world.node(200.0, 200.0, 2003, amenity="bench")
    return world


def write_osm(world: OsmWorld, path: Path) -> Path:
    """The world as an .osm file that says it covers a kilometre around the streets."""
    (west, south), (east, north) = lonlat(-1000, -1000), lonlat(1500, 1500)
    head = f'<bounds minlat="{south:.7f}" minlon="{west:.7f}" maxlat="{north:.7f}" maxlon="{east:.7f}"/>'
    path.write_text(world.xml(head=head), encoding="utf-8")
    return path


class Said(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def assetmap_cli(*words: object) -> Said:
    """Run the command line in this process, as a terminal would."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    argv, sys.argv = sys.argv, ["assetmap", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            contextvars.copy_context().run(main)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.argv = argv
    return Said(code, out.getvalue(), err.getvalue())
