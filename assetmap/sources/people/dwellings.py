"""Which buildings are homes, and how many dwellings does each hold?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

RESIDENTIAL = frozenset((
    "allotment_house", "apartments", "block_of_flats", "bungalow", "detached", "detached_house", "dormitory",
    "duplex", "farm", "farmhouse", "flats", "ger", "home", "house", "houseboat", "maisonette", "nursing_home",
    "residential", "retirement_home", "rowhouse", "semi", "semi-detached", "semi_detached", "semidetached",
    "semidetached_house", "static_caravan", "stilt_house", "terrace", "terraced", "terraced_house", "trullo",
    "villa",
))  # fmt: skip
"""Values of `building` that are always homes."""

OTHER_USES = ("amenity", "shop", "office", "industrial", "leisure", "healthcare", "man_made", "power", "railway",
              "aeroway", "military")  # fmt: skip
"""A building that only says `yes` is no home where it carries one of these."""

ANY_NO = frozenset(("", "no", "none"))
NEVER = ("abandoned", "disused", "ruins", "demolished")
SMALLEST_M2 = 30.0
"""A building that only says `yes` is a shed or a garage below this floor area."""
DWELLING_M2 = 100.0
"""Gross floor area (walls and stairs with it) that counts as one dwelling. An assumption; it weighs buildings with a
known number of flats against those without, and makes the number of homes where no population is known."""


def residential(buildings: gpd.GeoDataFrame, crs: pyproj.CRS) -> pd.DataFrame:
    """Buildings in metres: index OSM id; columns shape, home, other (says it is something else), flats (NaN unknown),
    levels_assumed, dwellings, addressed (False until addresses are placed).
    """
    polygon = np.isin(shapely.get_type_id(buildings.geometry.to_numpy()), (3, 6))
    part = buildings[polygon & ~buildings.geometry.is_empty.to_numpy()]
    shape = part.geometry.to_crs(crs).to_numpy() if len(part) else np.array([], dtype=object)
    shape = np.where(shapely.is_valid(shape), shape, shapely.make_valid(shape))
    area = shapely.area(shape)
    rows = [_building(tags) for tags in part["tags"]]
    frame = pd.DataFrame(rows, columns=["use", "flats", "levels"], index=part.index)
    small = (frame["use"] == "unsaid") & (area < SMALLEST_M2)
    frame["shape"] = shape
    frame["home"] = frame["use"].isin(("home", "unsaid")) & ~small & (area > 0)
    frame["other"] = frame["use"] == "other"
    frame["levels_assumed"] = frame["flats"].isna() & frame["levels"].isna()
    floors = np.maximum(area, 1.0) * frame["levels"].fillna(1.0)
    frame["dwellings"] = frame["flats"].fillna(floors / DWELLING_M2)
    frame["addressed"] = False
    return frame


def _building(tags: dict[str, str]) -> tuple[str, float, float]:
    """What a building is ("home", "unsaid", "other"), its flats and its levels (NaN where not said)."""
    kinds = {v.strip() for v in tags.get("building", "").lower().split(";")}
    if any(tags.get(k, "no") not in ANY_NO for k in NEVER):
        use = "other"
    elif kinds & RESIDENTIAL:
        use = "home"
    elif kinds <= {"yes"} and not any(tags.get(k, "no") not in ANY_NO for k in OTHER_USES):
        use = "unsaid"
    else:
        use = "other"
    return use, _number(tags.get("building:flats")), _number(tags.get("building:levels"))


def _number(text: str | None) -> float:
    """The largest positive number of a tag value ("4", "2;3", "1,5"); NaN where it holds none."""
    best = np.nan
    for part in (text or "").replace(",", ".").split(";"):
        try:
            value = float(part)
        except ValueError:  # mappers write words, ranges and units here; they say no number
            continue
        if 0 < value < 1000:
            best = np.fmax(best, value)
    return float(best)
