"""Which things in OpenStreetMap are assets of a neighbourhood, each once, with its name and its place?

An ordered table of steps over the features of one reading: what is closed or planned goes, what remains is classified
by the taxonomy's rules, closed doors go, a thing drawn twice becomes one, persons' names and contacts go, and the tags
become columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.messages import Message, Mn
from assetmap.model.crs import metric_crs_of
from assetmap.model.harvest import Harvest
from assetmap.model.issues import Issue
from assetmap.model.provenance import OSM_ATTRIBUTION, OSM_URL, Provenance
from assetmap.model.schema import asset_id
from assetmap.model.taxonomy import taxonomy
from assetmap.osm import OsmData
from assetmap.sources.osm.duplicates import merge_duplicates
from assetmap.sources.osm.personal import without_persons

SOURCE_KEY = "osm"
_GONE = ("disused", "abandoned", "demolished", "removed", "razed", "proposed", "planned", "construction")
_CLOSED = frozenset({"private", "no"})
_LARGEST_HOST_M2 = 1_000_000
_STREET_M = 200
_LANG = re.compile(r"^name:([a-z]{2,3})$")


def harvest_osm(data: OsmData) -> Harvest:
    """The assets of one reading of OpenStreetMap.

    Returns:
        A harvest in WGS84 whose `source_id` is the OpenStreetMap id. Issues count what each step left out.
    """
    frame = data.features.copy()
    frame["source_id"] = frame.index
    issues: list[Issue] = []
    for code, step in STEPS:
        before = len(frame)
        frame = step(frame)
        if before > len(frame) and code in _SAID:
            issues.append(Issue(code, _SAID[code](before - len(frame))))
    frame, said = without_persons(frame)
    frame = _columns(frame, data)
    return Harvest(frame, provenance_of(data), (*issues, *said))


def provenance_of(data: OsmData) -> Provenance:
    """Where this reading came from."""
    return Provenance(
        source=SOURCE_KEY,
        title="OpenStreetMap",
        licence="ODbL-1.0",
        attribution=OSM_ATTRIBUTION,
        retrieved=datetime.now(UTC).date().isoformat(),
        data_date=data.data_date,
        url=OSM_URL,
        sha256=data.sha256,
        file=data.file,
    )


def _alive(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Without what is closed for good, not there yet, or past its end date."""
    return frame[~frame["tags"].map(gone).astype(bool)]


def gone(tags: Mapping[str, str], today: date | None = None) -> bool:
    """Whether lifecycle tags say that a thing is not there (any more, or yet)."""
    day = (today or datetime.now(UTC).date()).isoformat()
    if any(tags.get(key, "no") not in {"no", "", "minor"} for key in _GONE):
        return True
    if any(key.startswith(("demolished:", "removed:", "razed:")) for key in tags):
        return True
    # ISO dates compare as text; a year or a year and month counts as its first day.
    opens, ends = tags.get("opening_date", ""), tags.get("end_date", "")
    return bool(re.match(r"\d{4}", opens) and opens > day) or bool(re.match(r"\d{4}", ends) and ends <= day)


def _classified(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """With their category; what is none goes."""
    known = taxonomy()
    frame = frame.copy()
    pools = frame["tags"].map(lambda tags: tags.get("leisure") == "swimming_pool").astype(bool)
    if pools.any():
        areas = frame[pools].geometry.to_crs(metric_crs_of(frame)).area
        frame.loc[pools, "tags"] = pd.Series(
            [{**tags, "@area_m2": f"{area:.0f}"} for tags, area in zip(frame.loc[pools, "tags"], areas, strict=True)],
            index=frame.index[pools], dtype="object",
        )  # fmt: skip
    frame["category"] = [known.classify(tags) for tags in frame["tags"]]
    return frame[frame["category"].notna()]


def _open_places(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Without places that only their owners may enter. A school is an institution: its access tag is about the door."""
    known = taxonomy()
    place = frame["category"].map(lambda key: known[key].kind == "places").astype(bool)
    closed = frame["tags"].map(lambda tags: bool(_CLOSED & {tags.get("access", ""), tags.get("foot", "")}))
    return frame[~(place & closed.astype(bool))]


Step = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]
STEPS: tuple[tuple[str, Step], ...] = (
    ("osm-gone", _alive),
    ("osm-unclassified", _classified),
    ("osm-private", _open_places),
    ("osm-duplicate", merge_duplicates),
)
_SAID: dict[str, Callable[[int], Message]] = {
    "osm-gone": lambda n: Mn("One thing is closed for good or not there yet, and is left out.",
                             "{n} things are closed for good or not there yet, and are left out.", n),
    "osm-private": lambda n: Mn("One place is private and is left out.", "{n} places are private and are left out.", n),
    "osm-duplicate": lambda n: Mn("One thing was drawn twice in OpenStreetMap, and is now one.",
                                  "{n} things were drawn twice in OpenStreetMap, and are now one each.", n),
}  # fmt: skip


def _columns(frame: gpd.GeoDataFrame, data: OsmData) -> gpd.GeoDataFrame:
    """Tags as columns of the asset schema; all tags also stay, as JSON."""
    tags = list(frame["tags"])
    texts = {
        "name": [_first(t, "name", "official_name", "short_name", "loc_name") for t in tags],
        "names": [_json({m[1]: v for k, v in t.items() if (m := _LANG.match(k))}) for t in tags],
        "description": [_first(t, "description") for t in tags],
        "address": [_address(t) for t in tags],
        "website": [_first(t, "website", "contact:website", "url") for t in tags],
        "opening_hours": [_first(t, "opening_hours") for t in tags],
        "wheelchair": [_first(t, "wheelchair") for t in tags],
        "access": [_first(t, "access") for t in tags],
        "operator": [_first(t, "operator") for t in tags],
        "tags": [_json({k: v for k, v in t.items() if k != "@area_m2"}) for t in tags],
    }
    out = gpd.GeoDataFrame(texts, geometry=frame.geometry.to_numpy(), crs=frame.crs, index=frame.index)
    out["capacity"] = [_capacity(t) for t in tags]
    out["category"], out["source_id"] = frame["category"].to_numpy(), frame["source_id"].to_numpy()
    out["near"] = _nearest_street(out, data)
    out["part_of"] = _hosts(out)
    return out


def _first(tags: Mapping[str, str], *keys: str) -> str | float:
    return next((tags[k] for k in keys if tags.get(k)), np.nan)


def _json(values: Mapping[str, str]) -> str | float:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else np.nan


def _address(tags: Mapping[str, str]) -> str | float:
    street = " ".join(filter(None, (tags.get("addr:street") or tags.get("addr:place"), tags.get("addr:housenumber"))))
    town = " ".join(filter(None, (tags.get("addr:postcode"), tags.get("addr:city"))))
    return ", ".join(filter(None, (street, town))) or np.nan


def _capacity(tags: Mapping[str, str]) -> float:
    """The first capacity that is a plain number; free text is left alone."""
    for key in ("capacity", "capacity:persons", "seats", "beds"):
        if re.fullmatch(r"\d{1,6}", tags.get(key, "")):
            return float(tags[key])
    return np.nan


def _nearest_street(frame: gpd.GeoDataFrame, data: OsmData) -> pd.Series:
    """The nearest named street of what has no name, so that it can be called “playground, Torvegade”."""
    near = pd.Series(np.nan, index=frame.index, dtype="object")
    roads = data.shapes[(data.shapes["layer"] == "road") & (data.shapes["name"] != "")]
    nameless = frame["name"].isna() & frame.geometry.notna()
    if roads.empty or not nameless.any():
        return near
    crs = metric_crs_of(roads)
    tree = shapely.STRtree(roads.geometry.to_crs(crs).to_numpy())
    points = shapely.point_on_surface(frame.loc[nameless].geometry.to_crs(crs).to_numpy())
    asked, found = tree.query_nearest(points, max_distance=_STREET_M, all_matches=False)
    near.loc[frame.index[nameless][asked]] = roads["name"].to_numpy()[found]
    return near


def _hosts(frame: gpd.GeoDataFrame) -> pd.Series:
    """The id of the smallest asset of another category that a thing lies in: the library in the culture house."""
    hosts = pd.Series(np.nan, index=frame.index, dtype="object")
    areas = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"]) & (frame["category"] != "workplace")]
    if areas.empty:
        return hosts
    sizes = areas.geometry.to_crs(metric_crs_of(frame)).area.to_numpy()
    areas, sizes = areas[sizes <= _LARGEST_HOST_M2], sizes[sizes <= _LARGEST_HOST_M2]
    inner, outer = shapely.STRtree(areas.geometry.to_numpy()).query(
        shapely.point_on_surface(frame.geometry.to_numpy()), predicate="within"
    )
    pairs = pd.DataFrame({"inner": inner, "outer": outer, "size": sizes[outer]})
    own = _sizes_of(frame)
    category, host_category = frame["category"].to_numpy(), areas["category"].to_numpy()
    larger = (category[inner] != host_category[outer]) & (pairs["size"].to_numpy() > own[inner])
    best = pairs[larger].sort_values("size").drop_duplicates("inner")
    ids = np.array([asset_id(SOURCE_KEY, key) for key in areas["source_id"]], dtype=object)
    hosts.iloc[best["inner"]] = ids[best["outer"]]
    return hosts


def _sizes_of(frame: gpd.GeoDataFrame) -> Any:
    return frame.geometry.to_crs(metric_crs_of(frame)).area.to_numpy()
