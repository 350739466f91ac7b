"""Which people live in which home, when a source only counts them by area?

Each area's people are shared out over the homes inside it by their number of dwellings, and nobody is lost: the homes
of an area sum to the area's people. (Dasymetric apportionment; Eicher and Brewer 2001, doi:10.1559/152304001782173727.)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from assetmap.errors import NothingFound
from assetmap.messages import M, Message, Mn, Percent
from assetmap.model.ages import GROUPS, group_people
from assetmap.model.crs import WGS84, metric_crs_of, project
from assetmap.model.issues import Issue
from assetmap.model.population import PopulationAreas
from assetmap.sources.people.homes import edge_metres, inside

Floats = npt.NDArray[np.float64]
AREA = "area"
"""`source` of a home that stands for people in an area where the map shows no home; its id starts with `area/`."""
SLIVER = 1e-4
"""Less than this part of an area beyond an edge is a matter of how lines were drawn, not of where people live."""
CAVEATS = ("area-without-homes", "area-beyond-data", "people-beyond-map", "areas-overlap", "people-unknown")
"""Issues that every figure must repeat: with other data around, the figure would be another."""


@dataclass(frozen=True, eq=False)
class Apportioned:
    """Homes with their people.

    Attributes:
        homes: As `Neighbourhood.homes`, with `people`, `people_low`, `people_high` and the age groups there are.
        groups: Age groups that the source allows.
        estimated: Those of them that are not plain sums of the source's counts.
        notes: Caveats that every figure about these people repeats.
        report: `people` (best estimate in the homes), `areas`, `areas_without_homes`, `people_without_homes`,
            `areas_cut` (reach beyond the data), `people_beyond_map` (in the boundary, but not in the data; in no
            other number), `homes_without_area`, `homes_people_unknown`.
    """

    homes: gpd.GeoDataFrame
    groups: tuple[str, ...] = ()
    estimated: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    notes: tuple[Message, ...] = ()
    report: dict[str, float] = field(default_factory=dict)


def apportion(
    homes: gpd.GeoDataFrame,
    population: PopulationAreas,
    boundary: shapely.Geometry | None = None,
    extent: shapely.Geometry | None = None,
    metric_crs: pyproj.CRS | None = None,
) -> Apportioned:
    """Share each area's people out over its homes, then keep the homes in the study area.

    The study area is what boundary and extent have in common. What an area has on both sides of the boundary is decided
    by its homes on both sides, so give all homes that are known. Of an area that reaches beyond the extent, the part
    within gets its share by land area, whether the boundary ends there or not: the rest lives in homes that nobody
    knows. Whoever of them lives in the boundary is counted apart and told, and is in no home. People of an area
    without homes are kept in one home of source "area" at a point inside it (and inside the study area). A home in
    several areas (on their edge) belongs to the first; one in no area has no people.

    The limits `_low` and `_high` say what the source leaves open, not how people are spread within an area.

    Args:
        homes: As `Neighbourhood.homes`, WGS84, with `dwellings` > 0; also those beyond the boundary.
        boundary: The area that is meant (WGS84); None keeps all homes.
        extent: The area in which homes are known (WGS84), homes beyond it are passed over; None if they are known
            everywhere.

    Raises:
        NothingFound: No area of the source lies in the study area.
    """
    crs = metric_crs or metric_crs_of(population.areas)
    study = _common(boundary, extent)
    spots = _select(population, study)
    shapes = np.asarray(project(population.areas.geometry.to_numpy()[spots], WGS84, crs))
    known = homes if extent is None else homes[inside(homes, extent)]
    at = _area_of(known, shapes, crs)
    within = _part_within(shapes, extent, crs)
    weight = known["dwellings"].to_numpy(float)
    sums = np.bincount(at[at >= 0], weights=weight[at >= 0], minlength=len(shapes))
    share = np.where(at >= 0, within[at] * weight / np.where(at >= 0, sums[at], 1), 0.0)

    people, groups, estimated = _people(population, spots)
    placed = known.drop(columns=[c for c in people if c in known]).join(
        pd.DataFrame(people.to_numpy()[at] * share[:, None], columns=people.columns, index=known.index)
    )
    placed.loc[at < 0, list(people)] = 0.0
    left = np.flatnonzero((sums == 0) & (people["people_high"].fillna(1).to_numpy() > 0))
    area_homes = _area_homes(left, shapes, people, study, extent, crs)
    every = placed if not len(area_homes) else pd.concat([placed, area_homes[placed.columns]])
    kept = every if study is None else every[inside(every, study)]
    report = {
        "people": float(kept["people"].sum()), "areas": len(shapes),
        "areas_without_homes": len(area_homes), "people_without_homes": float(area_homes["people"].sum()),
        "areas_cut": int((within < 1).sum()), "people_beyond_map": _people_beyond(population, boundary, extent, crs),
        "homes_without_area": _without_area(known, at, kept),
        "homes_people_unknown": int(kept["people"].isna().sum()),
    }  # fmt: skip
    overlap = float(shapely.area(shapes).sum() / max(shapely.union_all(shapes).area, 1e-9))
    issues = tuple(_issues(report, overlap))
    notes = (*(i.message for i in issues if i.code in CAVEATS), *_notes(groups, estimated))
    return Apportioned(kept, groups, estimated, issues, notes, report)


def _common(boundary: shapely.Geometry | None, extent: shapely.Geometry | None) -> shapely.Geometry | None:
    """The ground of both; one that is None stands for the whole world."""
    if boundary is None or extent is None:
        return extent if boundary is None else boundary
    return boundary if shapely.covers(extent, boundary) else shapely.intersection(boundary, extent)


def _people_beyond(
    population: PopulationAreas, boundary: shapely.Geometry | None, extent: shapely.Geometry | None, crs: pyproj.CRS
) -> float:
    """People (best estimate, by land area) in the part of a boundary that an extent does not cover; both WGS84."""
    if boundary is None or extent is None or shapely.covers(extent, boundary):
        return 0.0
    beyond = shapely.difference(boundary, extent)
    shapely.prepare(beyond)
    met = population.areas[shapely.intersects(beyond, population.areas.geometry.to_numpy())]
    part = _part_within(np.asarray(project(met.geometry.to_numpy(), WGS84, crs)), beyond, crs)
    return float((met["total"] * part).sum())  # whom the source hides without limit is in no sum


def _select(population: PopulationAreas, zone: shapely.Geometry | None) -> npt.NDArray[np.int64]:
    """Positions of the areas that have ground in common with a zone (WGS84)."""
    shapes = population.areas.geometry.to_numpy()
    if zone is None:
        return np.arange(len(shapes))
    shapely.prepare(zone)
    found = np.flatnonzero(shapely.intersects(zone, shapes) & ~shapely.touches(zone, shapes))
    if not len(found):
        west, south, east, north = (round(float(v), 3) for v in population.areas.total_bounds)
        raise NothingFound(
            Mn("The one area of {file} does not lie in the study area: it lies between {south}, {west} and {north}, "
               "{east} (latitude, longitude). Expected areas that cover it. Take the file of this place, and see "
               "whether its reference system is right.",
               "None of the {n} areas of {file} lies in the study area: they lie between {south}, {west} and {north}, "
               "{east} (latitude, longitude). Expected areas that cover it. Take the file of this place, and see "
               "whether its reference system is right.",
               len(shapes), file=population.provenance.file or population.provenance.title,
               west=west, south=south, east=east, north=north)
        )  # fmt: skip
    return found


def _area_of(homes: gpd.GeoDataFrame, shapes: npt.NDArray[np.object_], crs: pyproj.CRS) -> npt.NDArray[np.int64]:
    """For each home the position of the first area that holds it, -1 where none does."""
    at = np.full(len(homes), -1, dtype=np.int64)
    if len(homes):
        points = project(homes.geometry.to_numpy(), WGS84, crs)
        home, area = shapely.STRtree(shapes).query(points, predicate="intersects")
        order = np.lexsort((area, home))[::-1]  # the last one written wins, so the first area goes last
        at[home[order]] = area[order]
    return at


def _part_within(shapes: npt.NDArray[np.object_], zone: shapely.Geometry | None, crs: pyproj.CRS) -> Floats:
    """The part of each area's ground that lies in a zone (WGS84), 0 to 1."""
    part = np.ones(len(shapes))
    if zone is None:
        return part
    ground = project(shapely.segmentize(zone, 0.01), WGS84, crs)
    shapely.prepare(ground)
    cut = np.flatnonzero(~shapely.covers(ground, shapes))
    part[cut] = shapely.area(shapely.intersection(shapes[cut], ground)) / shapely.area(shapes[cut])
    return np.where(part > 1 - SLIVER, 1.0, np.where(part < SLIVER, 0.0, part))


def _people(
    population: PopulationAreas, spots: npt.NDArray[np.int64]
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """The columns of people that homes get, for some areas; the groups, and which of them are estimated."""
    keep = np.zeros(len(population.areas), dtype=np.bool_)
    keep[spots] = True
    groups = group_people(population.areas, population.bands, population.suppressed_below, keep)
    totals = population.areas.loc[keep, ["total", "total_low", "total_high"]]
    totals = pd.DataFrame(totals.to_numpy(float), columns=["people", "people_low", "people_high"], index=totals.index)
    return totals.join(groups.people), tuple(g for g in GROUPS if g in groups.people), groups.estimated


def _area_homes(
    left: npt.NDArray[np.int64],
    shapes: npt.NDArray[np.object_],
    people: pd.DataFrame,
    zone: shapely.Geometry | None,
    extent: shapely.Geometry | None,
    crs: pyproj.CRS,
) -> gpd.GeoDataFrame:
    """One home for each area (`left`: positions) whose people have none on the map, in the part that counts."""
    pieces = shapes[left]
    if zone is not None and len(pieces):
        pieces = shapely.intersection(pieces, project(shapely.segmentize(zone, 0.01), WGS84, crs))
    part = shapely.area(pieces) / shapely.area(shapes[left])
    solid = part > SLIVER
    left, pieces, part = left[solid], pieces[solid], part[solid]
    points = shapely.point_on_surface(pieces)
    lonlat = project(points, crs, WGS84) if len(points) else points
    frame = pd.DataFrame(people.to_numpy()[left] * part[:, None], columns=people.columns)
    frame.insert(0, "source", [AREA] * len(left))
    frame["dwellings"], frame["edge_m"] = 1.0, edge_metres(points, extent, crs)
    index = pd.Index([f"area/{a}" for a in people.index[left]], dtype="str", name="home")
    return gpd.GeoDataFrame(frame.set_axis(index), geometry=gpd.GeoSeries(lonlat, index=index, crs=WGS84))


def _without_area(known: gpd.GeoDataFrame, at: npt.NDArray[np.int64], kept: gpd.GeoDataFrame) -> int:
    return int(np.isin(known.index[at < 0], kept.index).sum())


def _notes(groups: tuple[str, ...], estimated: tuple[str, ...]) -> list[Message]:
    out = []
    if estimated:
        out.append(
            M(
                "The number of people is estimated for the age groups {groups}: the source counts other ages or "
                "hides small numbers. The limits say how far off it can be.",
                groups=", ".join(estimated),
            )
        )
    if not groups:
        out.append(M("The population source has no ages, so there are no figures by age group."))
    return out  # fmt: skip


def _issues(report: dict[str, float], overlap: float) -> list[Issue]:
    people = Mn("{n} person", "{n} people", round(report["people_without_homes"]))
    counted = {
        "area-without-homes": Mn(
            "{n} area with {people} has no home on the map; who lives there is counted at a point in it.",
            "{n} areas with {people} have no home on the map; who lives there is counted at a point in each.",
            round(report["areas_without_homes"]), people=people,
        ),
        "area-beyond-data": Mn(
            "{n} area reaches beyond the map data; the people on this side were estimated by land area.",
            "{n} areas reach beyond the map data; the people on this side were estimated by land area.",
            round(report["areas_cut"]),
        ),
        "people-beyond-map": Mn(
            "{n} person of the boundary lives outside the area that the map covers and is not counted.",
            "{n} people of the boundary live outside the area that the map covers and are not counted.",
            round(report["people_beyond_map"]),
        ),
        "home-without-area": Mn(
            "{n} home lies in no area of the population source and counts no people.",
            "{n} homes lie in no area of the population source and count no people.",
            round(report["homes_without_area"]),
        ),
        "people-unknown": Mn(
            "The number of people in {n} home is hidden by the source.",
            "The number of people in {n} homes is hidden by the source.",
            round(report["homes_people_unknown"]),
        ),
    }  # fmt: skip
    found = [Issue(code, message) for code, message in counted.items() if message.count]
    if overlap > 1.01:
        found.append(
            Issue(
                "areas-overlap",
                M(
                    "The population areas overlap by {share} of their ground, so people may be counted twice. "
                    "Expected areas of one level, such as grid cells or districts.",
                    share=Percent(overlap - 1),
                ),
            )
        )
    return found
