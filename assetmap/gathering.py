"""How does a place become an inventory with its homes, its network and its base map?

One order of work for command line, notebook and app: find the place, read its map, find the homes and the people, add
the files that people bring, and hand everything over, ready to be stored or looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from assetmap.errors import InputError, NothingFound, UnknownKey
from assetmap.messages import M, Message, Mn, Percent
from assetmap.model.audience import Audience
from assetmap.model.crs import metric_crs
from assetmap.model.harvest import Harvest, no_private
from assetmap.model.inventory import Inventory
from assetmap.model.issues import Issue, issues_frame
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import Provenance
from assetmap.osm import OsmData, read_osm
from assetmap.osm.extent import covered
from assetmap.osm.opening import SUFFIXES as OSM_SUFFIXES
from assetmap.registry import discover
from assetmap.sources.conform import conform
from assetmap.sources.files.content import SUFFIXES
from assetmap.sources.osm.features import harvest_osm
from assetmap.sources.source import Context, Progress, Source, silent
from assetmap.sources.versions import as_source
from assetmap.walk import WalkNetwork

HALO_M = 1600.0
"""Metres beyond the boundary to fetch: the longest default catchment (20 minutes) at planning speed."""
_FAR_M = 50_000.0
_WHOLE, _LITTLE = 0.99, 0.01


@dataclass(frozen=True, eq=False)
class Place:
    """Where is meant, before anything was gathered.

    Attributes:
        name: What people call it.
        boundary: The study area in WGS84, or None: then the area that the map file covers.
        osm: A local OpenStreetMap file, or None: then it is downloaded.
        issues: What was decided about the boundary.
        asked: What was asked for, as plain values, for the receipt.
    """

    name: str
    boundary: shapely.Geometry | None = None
    osm: Path | None = None
    issues: tuple[Issue, ...] = ()
    asked: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Gathered:
    """Everything that a store keeps of one place.

    Attributes:
        inventory: All assets, for the narrowest audience; release it before it is shown.
        addresses: Known addresses, for rows that have nothing else.
        basemap: The offline base map (PMTiles).
        private: Values set apart (columns asset, field, value).
        parameters: What was asked for.
        fingerprints: What each part was built from.
        counts: What was found, for whoever waits: name of the thing to number.
        rejected: The rows that failed, with their reasons, by the name of their file.
        issues: What was imperfect, as messages for any language; `inventory.issues` is the same as a table.
    """

    inventory: Inventory
    addresses: gpd.GeoDataFrame
    basemap: bytes | None
    private: pd.DataFrame
    parameters: dict[str, Any]
    fingerprints: dict[str, Any]
    counts: dict[str, int]
    rejected: dict[str, pd.DataFrame] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def find_place(
    name: str | None = None,
    *,
    at: tuple[float, float] | None = None,
    radius: float | None = None,
    boundary: Path | str | shapely.Geometry | None = None,
    osm: Path | str | None = None,
    progress: Progress = silent,
) -> Place:
    """The place that is meant.

    Args:
        name: A name for the gazetteer, or for the feature of a boundary file; with `osm`, only what to call it.
        at: Latitude and longitude in degrees, with `radius` in metres around it.
        boundary: A vector file, or a polygon in WGS84.
        osm: A local OpenStreetMap file; then nothing goes to the network.

    Raises:
        InputError: Too little or too much was said. PlaceNotFound: The gazetteer has no such place.
    """
    if name is not None and osm is None and boundary is None and at is None:
        name, boundary, osm = _named_file(name)
    if (at is None) != (radius is None):
        raise InputError(M("A point needs a radius, and a radius a point: give both --at LAT,LON and --radius METRES."))
    if at is not None and boundary is not None:
        raise InputError(M("Both a point and a boundary were given. Give one of them."))
    asked = {"place": name, "at": list(at) if at else None, "radius": radius,
             "boundary": Path(boundary).name if isinstance(boundary, str | Path) else None,
             "osm": Path(osm).name if osm else None}  # fmt: skip
    area, title, issues = _area(name, at, radius, boundary, progress, online=osm is None)
    if area is None and osm is None:
        raise InputError(
            M(
                "No place was named. Give a place name, --at LAT,LON with --radius METRES, --boundary FILE, or "
                "--osm FILE."
            )
        )
    title = name or title or (_stem(Path(osm)) if osm else "")
    return Place(title, area, Path(osm) if osm else None, issues, asked)


def _area(
    name: str | None, at: Any, radius: float | None, boundary: Any, progress: Progress, online: bool
) -> tuple[shapely.Geometry | None, str, tuple[Issue, ...]]:
    from assetmap.sources.osm.place import around, locate

    if at is not None and radius is not None:
        if not 0 < radius <= _FAR_M:
            raise InputError(
                M(
                    "A radius of {n} metres makes no neighbourhood. Expected more than 0 and at most {most}.",
                    n=radius,
                    most=_FAR_M,
                )
            )
        return around(at[0], at[1], radius), f"{at[0]:.5f}, {at[1]:.5f}", ()
    if isinstance(boundary, str | Path):
        found = _boundary_of(Path(boundary), name)
        return found.polygon, found.name, found.issues
    if boundary is not None:
        return boundary, name or "", ()
    if name is not None and online:
        located = locate(name, progress=progress)
        return located.boundary, located.name, tuple(Issue("place", note) for note in located.notes)
    return None, "", ()


def _boundary_of(path: Path, name: str | None) -> Any:
    """The feature of that name, or the one area there is, whatever it is called."""
    from assetmap.sources.boundary import read_boundary

    try:
        return read_boundary(path, name)
    except UnknownKey:
        from assetmap.sources.files.features import read_features

        if len(read_features(path).frame) > 1:
            raise
        return read_boundary(path)


def _named_file(name: str) -> tuple[str | None, Path | None, Path | None]:
    """The name again, or the boundary or map file that it names: a path is never sent to a gazetteer."""
    path = Path(name)
    if path.name.lower().endswith(OSM_SUFFIXES):
        return None, None, path
    if path.is_file() or path.name.lower().endswith(tuple(SUFFIXES)):
        return None, path, None
    return name, None, None


def _stem(path: Path) -> str:
    name = path.name
    for suffix in (".gz", ".bz2", ".zip", ".pbf", ".osm", ".xml"):
        name = name.removesuffix(suffix)
    return name.replace("_", " ").replace(".", " ").strip()


def gather(
    place: Place,
    files: Sequence[Path] = (),
    *,
    population: Path | None = None,
    mapping: dict[str, Any] | None = None,
    halo_m: float = HALO_M,
    limited: bool = True,
    progress: Progress = silent,
) -> Gathered:
    """Gather a place.

    Args:
        place: Where, from `find_place`. files: Tables and map layers to add. population: Population by area.
        mapping: How the columns of a file are understood, for the files that a mapping is saved for.
        halo_m: Metres beyond the boundary to download.

    Raises:
        FormatError, InputError, NothingFound, Offline: As the sources; nothing is kept then.
    """
    progress(M("Reading the map."), 0.05)
    data, place, extent, downloaded = _map(place, halo_m, progress)
    boundary = place.boundary if place.boundary is not None else extent
    partly = _overlap(boundary, extent, place)
    progress(M("Finding streets and paths."), 0.35)
    network, issues = _network(data)
    issues += place.issues + partly
    progress(M("Finding assets."), 0.45)
    harvests = [_from_osm(data, downloaded)]
    progress(M("Finding homes."), 0.55)
    homes, unit, areas, notes, found, more = _homes(data, boundary, extent, population, limited)
    issues += found
    context = Context(near=boundary, addresses=data.addresses, mapping=mapping, limited=limited, progress=progress)
    conformed = [conform(harvests[0])]
    for file in files:
        progress(M("Reading {file}.", file=file.name), 0.65)
        harvest = read_file(file, context)
        if any(h.provenance.sha256 == harvest.provenance.sha256 for h in harvests[1:]):
            issues += (Issue("file-twice", M("The file {file} was given twice; it is read once.", file=file.name)),)
            continue
        harvest = as_source(harvest, together([c.assets for c in conformed]), [h.provenance for h in harvests])
        harvests.append(harvest)
        conformed.append(conform(harvest))
    progress(M("Drawing the base map."), 0.75)
    basemap = _basemap(data, extent)
    neighbourhood = Neighbourhood(
        place.name, boundary, homes, unit, extent, network, areas,
        (*notes, *(issue.message for issue in partly), *_about(data, network)),
        {"osm_report": data.report, "data_date": data.data_date},
    )  # fmt: skip
    issues = (*issues, *_handed_back(harvests), *(issue for c in conformed for issue in c.issues))
    inventory = Inventory.of(
        together([c.assets for c in conformed]), neighbourhood,
        issues=issues_frame(issues),
        provenance=tuple(h.provenance for h in harvests) + more, audience=Audience.connector,
    )  # fmt: skip
    progress(M("Done."), 1.0)
    return Gathered(
        inventory, data.addresses, basemap,
        pd.concat([no_private(), *(c.private for c in conformed)], ignore_index=True),
        {**place.asked, "add": [f.name for f in files], "population": population.name if population else None,
         "halo_m": halo_m},
        _fingerprints(data, inventory.provenance), _counts(inventory, network),
        {returned_name(h): h.rejected for h in harvests if len(h.rejected)}, issues,
    )  # fmt: skip


def _map(place: Place, halo_m: float, progress: Progress) -> tuple[OsmData, Place, shapely.Geometry, Provenance | None]:
    if place.osm is not None:
        data = read_osm(place.osm)
        return data, place, data.bounds if data.bounds is not None else covered(data), None
    from assetmap.sources.osm.online import download_osm

    online = download_osm(boundary=place.boundary, name=place.name, halo_m=halo_m, progress=progress)
    return read_osm(online.path), place, online.extent, online.provenance


def _overlap(boundary: shapely.Geometry, extent: shapely.Geometry, place: Place) -> tuple[Issue, ...]:
    """What must be said where the map covers only a part of the boundary; one that it does not meet is refused."""
    if not shapely.intersects(boundary, extent):
        raise InputError(
            M("The boundary “{name}” lies outside the area that the map covers. Expected them to overlap: give a map "
              "of that place, or another boundary.", name=place.name)
        )  # fmt: skip
    share = shapely.intersection(boundary, extent).area / boundary.area
    if share > _WHOLE:
        return ()
    rest = M("What is in the rest is not known, and no figure counts it.")
    if share < _LITTLE:
        said = M("The map covers less than {share} of the boundary. {rest}", share=Percent(_LITTLE), rest=rest)
    else:
        said = M("The map covers only {share} of the boundary. {rest}", share=Percent(share), rest=rest)
    return (Issue("partly-covered", said),)


def _network(data: OsmData) -> tuple[WalkNetwork | None, tuple[Issue, ...]]:
    try:
        return WalkNetwork.from_osm(data), ()
    except NothingFound as fault:
        return None, (Issue("no-streets", fault.message),)


def _from_osm(data: OsmData, downloaded: Provenance | None) -> Harvest:
    harvest = harvest_osm(data)
    issues = harvest.issues
    if harvest.assets.empty:
        issues += (
            Issue("no-assets", M("The map holds no assets: none of its places is of a category that is known here.")),
        )
    if downloaded is None:
        return replace(harvest, issues=issues)
    where = replace(
        harvest.provenance,
        retrieved=downloaded.retrieved,
        data_date=downloaded.data_date or harvest.provenance.data_date,
    )
    return replace(harvest, provenance=where, issues=issues)


def _homes(
    data: OsmData, boundary: shapely.Geometry, extent: shapely.Geometry, population: Path | None, limited: bool
) -> tuple[
    gpd.GeoDataFrame, str, gpd.GeoDataFrame | None, tuple[Message, ...], tuple[Issue, ...], tuple[Provenance, ...]
]:
    """Homes, what they count, the population areas, caveats, issues, and the population's provenance."""
    from assetmap.sources.people.homes import homes_from_osm

    centre = boundary.centroid
    crs = metric_crs(centre.x, centre.y)
    if population is None:
        # what sticks out of the map is in the boundary by chance: its neighbours are not known, nor what is around it
        known = shapely.intersection(boundary, extent)
        found = homes_from_osm(data.addresses, data.buildings, known, extent, crs)
        return found.homes, "homes", None, (), found.issues, ()
    from assetmap.sources.people.apportion import apportion
    from assetmap.sources.people.population import read_population

    found = homes_from_osm(data.addresses, data.buildings, None, extent, crs)
    areas = read_population(population, near=boundary, limited=limited)
    people = apportion(found.homes, areas, boundary, extent, crs)
    issues = (*found.issues, *areas.issues, *people.issues)
    return people.homes, "people", areas.areas, people.notes, issues, (areas.provenance,)


def read_file(path: Path, context: Context) -> Harvest:
    """The rows of a table or map layer, by the suffix of its name.

    Raises:
        FileMissing, FormatError: It is not there, or of a kind that no source reads.
    """
    from assetmap.errors import FileMissing, FormatError

    if not path.is_file():
        raise FileMissing(M("There is no file {file}.", file=path.name))
    sources: dict[str, Source] = discover("assetmap.sources", "SOURCE")
    name = path.name.lower()
    for source in sources.values():
        if name.endswith(source.suffixes):
            return source.read(path, context)
    known = ", ".join(sorted({suffix for source in sources.values() for suffix in source.suffixes}))
    raise FormatError(
        M("No source reads {file}. Expected a file that ends in one of: {known}.", file=path.name, known=known)
    )


def returned_name(harvest: Harvest) -> str:
    """What to call the rows that go back: the file, told apart from others of its name."""
    return harvest.provenance.source.partition(":")[2] or harvest.provenance.file


def _handed_back(harvests: Sequence[Harvest]) -> list[Issue]:
    """How many rows of each file failed; the rows themselves go back to whoever sent them."""
    return [
        Issue("rows-rejected", Mn("One row of {file} could not be used and is handed back.",
                                  "{n} rows of {file} could not be used and are handed back.", len(h.rejected),
                                  file=h.provenance.file))
        for h in harvests if len(h.rejected)
    ]  # fmt: skip


def together(frames: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Assets of several sources in one frame; an id that two of them have stays once, the first one."""
    whole = gpd.GeoDataFrame(pd.concat(frames), crs=4326)
    return whole[~whole.index.duplicated()]


def _basemap(data: OsmData, extent: shapely.Geometry) -> bytes | None:
    from assetmap.maps.basemap import build_basemap

    try:
        return build_basemap(data.shapes, extent)
    except NothingFound:
        return None


def _about(data: OsmData, network: WalkNetwork | None) -> tuple[Message, ...]:
    """Caveats that follow from the map itself."""
    said = []
    clipped = data.report.get("ways_with_missing_nodes", 0)
    if clipped:
        said.append(
            Mn("One way of the map is cut off at its edge.", "{n} ways of the map are cut off at its edge.", clipped)
        )
    if network is not None:
        count, metres = network.small_components()
        if count:
            said.append(Mn("One small piece of path ({metres} m) hangs together with nothing and is not walked.",
                           "{n} small pieces of path ({metres} m) hang together with nothing and are not walked.",
                           count, metres=round(metres)))  # fmt: skip
    return tuple(said)


def _fingerprints(data: OsmData, provenance: Sequence[Provenance]) -> dict[str, Any]:
    from_map = {data.file: data.sha256}
    return {
        "assets": {p.file: p.sha256 for p in provenance if p.sha256},
        "homes": {**from_map, **{p.file: p.sha256 for p in provenance if p.sha256 and p.source != "osm"}},
        "network": from_map,
        "basemap": from_map,
    }


def _counts(inventory: Inventory, network: WalkNetwork | None) -> dict[str, int]:
    return {
        "assets": len(inventory), "assets_beyond": len(inventory.beyond), "homes": len(inventory.neighbourhood.homes),
        "streets_km": round(network.length.sum() / 1000) if network is not None else 0, "issues": len(inventory.issues),
    }  # fmt: skip
