"""The verbs: what a notebook, the command line and the app all say.

here = place("Sarpsborg, Norway")
inv = gather(here, ["osm", "clubs.xlsx"])
cov = analyse.coverage(inv, category="playground", minutes=5, profile="child")
draw(inv, cov)
write(cov, "coverage.geojson")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from assetmap.disclosure.gate import release
from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.crs import WGS84
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.taxonomy import taxonomy
from assetmap.registry import discover
from assetmap.sources.source import Progress, silent

if TYPE_CHECKING:
    from assetmap.gathering import Gathered, Place
    from assetmap.model.change import Outcome
    from assetmap.store import Store


def place(
    name: str | None = None,
    *,
    at: tuple[float, float] | None = None,
    radius: float | None = None,
    boundary: Path | str | shapely.Geometry | None = None,
    osm: Path | str | None = None,
) -> Place:
    """The place that is meant: by name, by point and radius, by boundary, or by a local OpenStreetMap file.

    Args:
        name: A name for the gazetteer ("Christianshavn, Copenhagen"); with `osm` only what to call it.
        at: Latitude and longitude in degrees, with `radius` in metres.
        boundary: A vector file, or a polygon in WGS84.
        osm: A local `.osm`, `.osm.gz`, `.osm.bz2`, `.osm.zip` or `.osm.pbf`; then nothing goes to the network.

    Raises:
        InputError: Too little or too much was said. PlaceNotFound: There is no such place. Offline: No network.
    """
    from assetmap.gathering import find_place

    return find_place(name, at=at, radius=radius, boundary=boundary, osm=osm)


def gather(
    place: Place,
    sources: Sequence[str | Path] = ("osm",),
    *,
    population: Path | str | None = None,
    store: Path | str | None = None,
    audience: str = "public",
    progress: Progress = silent,
) -> Inventory:
    """The assets, homes and streets of a place; with `store`, as they stand in the store afterwards.

    Args:
        place: What `place` gave.
        sources: "osm" and files to add (tables, map layers). OpenStreetMap is always read: streets and homes come
            from it.
        population: A file of people by area; without it homes are counted.
        store: A folder (or the address of a server, as in `open_store`) to keep it in. What these sources own there is
            brought up to date; what people corrected or confirmed stays, and so do the assets of other sources.
        audience: For whom; what they may not see is left out of what is returned, never of the store.

    Raises:
        FormatError, InputError, NothingFound, Offline: As the sources. What was stored before is untouched then.
    """
    from assetmap.gathering import gather as run

    files = [Path(source) for source in sources if str(source) != "osm"]
    gathered = run(place, files, population=Path(population) if population else None, progress=progress)
    if store is not None:
        kept, _ = keep(gathered, store)
        return kept.inventory(audience)
    return release(gathered.inventory, audience)


def keep(
    gathered: Gathered, address: Path | str, *, by: str = "", why: str = "", remove: bool | None = None
) -> tuple[Store, Outcome]:
    """Bring what was gathered into a store, in one step: all of it or nothing.

    Args:
        address: A folder, or `postgresql://user@host:port/database?schema=name`; the store is made where none is.
        by, why, remove: As in `Store.save`.

    Returns:
        The store, and what that did to its assets.
    """
    from assetmap.store import Store

    store = Store.create(address)
    done = store.save(
        gathered.inventory, addresses=gathered.addresses, basemap=gathered.basemap, private=gathered.private,
        parameters=gathered.parameters, fingerprints=gathered.fingerprints, by=by, why=why, remove=remove,
    )  # fmt: skip
    return store, done


def open_store(address: Path | str) -> Store:
    """The store at an address; public as `assetmap.open`.

    Beside `inventory(audience)`, `changes(since)`, `save` and `add` it has a desk for everything that many people do
    with what is kept: `records`, `journal`, `matches`, `review`, `snapshots`, `doubts`.

    Args:
        address: A folder, or `postgresql://user@host:port/database?schema=name`. The password can be in the variable
            PGPASSWORD or in the file ~/.pgpass.

    Raises:
        StoreMissing: There is none. StoreError: It is damaged, or of a newer version.
    """
    from assetmap.store import Store

    return Store.open(address)


def draw(
    *things: Inventory | Finding | gpd.GeoDataFrame,
    lang: str = "en",
    basemap: Path | bytes | None = None,
    tiles: str = "",
    tiles_attribution: str = "",
    audience: str = "public",
) -> Any:
    """A `folium.Map` of inventories and findings that shows itself in Jupyter and needs no network.

    Raises:
        DisclosureError: Something was made for a narrower audience.
    """
    from assetmap.maps.draw import draw as run

    return run(*things, lang=lang, basemap=basemap, tiles=tiles, tiles_attribution=tiles_attribution, audience=audience)


def write(thing: Inventory | Finding | gpd.GeoDataFrame, path: Path | str, **options: Any) -> None:
    """Write an inventory, a finding or any GeoDataFrame to a file, by its suffix.

    The file carries attribution, licence, date, method and receipt.

    Args:
        path: Ends in .geojson, .gpkg, .parquet, .fgb, .csv or .xlsx. An older file is replaced only when all went well.
        options: `lang`, `audience`, `crs` (GeoPackage).

    Raises:
        InputError: No format has that suffix. DisclosureError: Made for a narrower audience. StoreError: The disk is
            full, or the folder cannot be written to.
    """
    from assetmap.exports.export import write as run

    run(thing, Path(path), **options)


def walk_areas(
    inventory: Inventory,
    at: tuple[float, float] | None = None,
    minutes: Sequence[float] = (5, 10, 15),
    profile: str = "adult",
) -> gpd.GeoDataFrame:
    """The ground within so many minutes on foot, to be drawn: people are counted at their homes, never in such areas.

    Args:
        inventory: What has been gathered, with its streets.
        at: Latitude and longitude in degrees: the ground that can be reached from there. None: the ground from which
            one of the inventory's assets can be reached; those whose place is only known roughly are passed over.
        minutes: Walking minutes, each above 0 and at most an hour.
        profile: Who walks, on what ground ("adult", "older-winter").

    Returns:
        GeoDataFrame in WGS84, one row per number of minutes, largest first: `minutes`, geometry (empty where no street
        is near); `attrs["title"]` says what it is.

    Raises:
        InputError: There are no streets, or the minutes or the position make no sense. UnknownKey: No such profile.
    """
    from assetmap.analyses.analysis import LONGEST_MIN, has_door

    network: Any = inventory.neighbourhood.network
    if network is None:
        raise InputError(M("There is nothing to walk on. Gather the place with its streets, or pass network=."))
    if not all(0 < m <= LONGEST_MIN for m in minutes):
        raise InputError(M("The minutes {minutes} are no walk. Expected numbers above 0 and at most {most}.",
                           minutes=list(minutes), most=LONGEST_MIN))  # fmt: skip
    if at is None:
        assets = inventory.everything
        points: Any = assets[has_door(assets)]
        title = M("Ground within reach: {what}", what=[taxonomy()[key].said for key in inventory.selection])
    else:
        if not (-90 <= at[0] <= 90 and -180 <= at[1] <= 180):
            raise InputError(M("“{at}” is no position. Expected latitude and longitude in degrees, such as 55.673, "
                               "12.591.", at=str(at)))  # fmt: skip
        points = gpd.GeoSeries([shapely.Point(at[1], at[0])], crs=WGS84)
        title = M("On foot from here")
    found: gpd.GeoDataFrame = network.walk_areas(points, list(minutes), profile=profile)
    found.attrs["title"] = title
    return found


class _Analyse(SimpleNamespace):
    """Every analysis by its name, found in `assetmap.analyses` when first asked for."""

    def __getattr__(self, name: str) -> Any:
        found: Mapping[str, Any] = discover("assetmap.analyses", "ANALYSIS")
        if name not in found:
            raise AttributeError(f"there is no analysis {name!r}; there are {', '.join(found)}")
        return found[name].run

    def __dir__(self) -> list[str]:
        return list(discover("assetmap.analyses", "ANALYSIS"))


analyse = _Analyse()
"""The analyses: `analyse.coverage`, `analyse.gaps`, `analyse.nearby`, and those of other packages."""

__all__ = ["Audience", "analyse", "draw", "gather", "keep", "open_store", "place", "walk_areas", "write"]
