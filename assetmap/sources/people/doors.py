"""Which address points are homes, which of them are the same address, and how many dwellings are behind each door?"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

DOOR_M = 5.0
"""An address point this near a residential building, and inside none, is taken to be at its door."""
SAME_M = 100.0
"""Equal street and number within this distance are one address (its point, its building, a club that lives there)."""


def addressed_homes(addresses: gpd.GeoDataFrame, built: pd.DataFrame, crs: pyproj.CRS) -> pd.DataFrame:
    """One row per address that is a home: index OSM id, columns point (metres), dwellings. Marks `built.addressed`."""
    points = addresses.geometry.to_crs(crs).to_numpy() if len(addresses) else np.array([], dtype=object)
    rows = pd.DataFrame({"point": points, "id": addresses.index.astype("str")}, index=range(len(addresses)))
    rows["order"] = _order(rows["id"])
    held = _held(points, built)
    rows["at"] = held[held["home"]].drop_duplicates("point").set_index("point")["building"].reindex(rows.index)
    rows["in_other"] = rows.index.isin(held.loc[~held["home"], "point"]) & rows["at"].isna()
    rows["same"] = _same_address(addresses, rows)
    rows["units"] = _units(addresses, points, rows["same"])
    # an address is no home if any of its points is inside something else and none in a home
    by = rows.sort_values("order").groupby("same", sort=False)
    rows["at"], rows["in_other"] = by["at"].transform("first"), by["in_other"].transform("any")
    rows["lost"] = rows["in_other"] & rows["at"].isna()
    first = rows[rows["same"] == rows.index].sort_values("order")
    kept = first[~first["lost"]]
    taken = held.loc[held["home"] & ~held["point"].map(rows["lost"]).astype(bool), "building"].unique()
    built["addressed"] = np.isin(np.arange(len(built)), taken)
    out = kept.set_index("id")[["point"]]
    out["dwellings"] = _dwellings(kept, built).to_numpy()
    out.attrs["counts"] = {"addresses_not_homes": int(first["lost"].sum()), "addresses_merged": len(rows) - len(first)}
    return out


def _held(points: Any, built: pd.DataFrame) -> pd.DataFrame:
    """Which building holds which point: columns point, building (positions), home; the smallest home of a point first.

    A point in no building is held by a home at most `DOOR_M` away.
    """
    empty = pd.DataFrame({"point": np.array([], int), "building": np.array([], int), "home": np.array([], bool)})
    if not len(points) or not len(built):
        return empty
    shapes, is_home = built["shape"].to_numpy(object), built["home"].to_numpy(bool)
    counted = np.flatnonzero(is_home | built["other"].to_numpy(bool))
    point, building = shapely.STRtree(shapes[counted]).query(points, predicate="intersects")
    pairs = pd.DataFrame({"point": point, "building": counted[building]})
    homes = np.flatnonzero(is_home)
    free = np.setdiff1d(np.arange(len(points)), point)
    i, j = shapely.STRtree(shapes[homes]).query_nearest(points[free], max_distance=DOOR_M, all_matches=False)
    pairs = pd.concat([pairs, pd.DataFrame({"point": free[i], "building": homes[j]})], ignore_index=True)
    pairs["home"] = is_home[pairs["building"]]
    area = shapely.area(shapes[pairs["building"]])
    return pairs.assign(area=area).sort_values(["point", "area", "building"]).drop(columns="area")


def _same_address(addresses: gpd.GeoDataFrame, rows: pd.DataFrame) -> pd.Series[int]:
    """For each row the position of the row that stands for its address.

    Rows of equal street and number are one address in one building; those in no building belong to the nearest lead
    of the same address at most `SAME_M` away. Buildings that share an address stay apart: each has people of its own.
    """
    text = [addresses[c].astype("str").str.strip().str.casefold().to_numpy() for c in ("street", "number")]
    known = addresses["street"].notna().to_numpy() & addresses["number"].notna().to_numpy()
    xy = np.column_stack([shapely.get_x(rows["point"].to_numpy()), shapely.get_y(rows["point"].to_numpy())])
    table = pd.DataFrame({"key": text[0] + "\n" + text[1], "at": rows["at"], "order": rows["order"]})[known]
    same = pd.Series(rows.index, index=rows.index)
    table = table.sort_values("order")
    built = table[table["at"].notna()]
    same.loc[built.index] = built.index.to_series().groupby([built["key"], built["at"]]).transform("first")
    leads = built[same.loc[built.index].to_numpy() == built.index]
    left = pd.concat([leads, table[table["at"].isna()]])
    while len(left):
        lead = ~left["key"].duplicated()
        first = left["key"].map(pd.Series(left.index[lead], index=left["key"][lead])).to_numpy()
        near = np.hypot(*(xy[left.index] - xy[first]).T) <= SAME_M
        joins = near & left["at"].isna().to_numpy()
        same.loc[left.index[joins]] = first[joins]
        left = left[~(joins | lead.to_numpy())]
    return same


def _units(addresses: gpd.GeoDataFrame, points: Any, same: pd.Series[int]) -> pd.Series[int]:
    """Dwellings counted at each row's address: its different units, or its points stacked on one spot; 1 otherwise."""
    rows = pd.DataFrame({"same": same, "x": shapely.get_x(points), "y": shapely.get_y(points)})
    stacked = rows.groupby(["same", "x", "y"])["x"].transform("size").groupby(rows["same"]).transform("max")
    if "unit" not in addresses:
        return stacked
    unit = pd.Series(addresses["unit"].to_numpy(), index=rows.index)
    named = unit.groupby(rows["same"]).transform("nunique")
    return named.where(named > 1, stacked)


def _dwellings(kept: pd.DataFrame, built: pd.DataFrame) -> pd.Series[float]:
    """The building's dwellings divided among its addresses by the units at each; the units alone without a building."""
    units = kept["units"].astype(float)
    by = units.groupby(kept["at"])
    sums, number = by.transform("sum"), by.transform("size")
    at = kept["at"].map(pd.Series(built["dwellings"].to_numpy(float), index=range(len(built))))
    flats = kept["at"].map(pd.Series(built["flats"].to_numpy(float), index=range(len(built))))
    # somebody mapped the units, which says more than floor area does
    whole = at.where(flats.notna() | (sums <= number), sums)
    return units.where(kept["at"].isna(), whole * units / sums)


def _order(ids: pd.Series[str]) -> pd.Series[int]:
    """Rank of OSM ids: nodes, then ways, then relations, each by number, so that results do not hang on file order."""
    parts = ids.str.extract(r"^(?P<type>[a-z]*)/?(?P<number>\d*)")
    kind = parts["type"].map({"node": 0, "way": 1, "relation": 2}).fillna(3)
    number = pd.to_numeric(parts["number"], errors="coerce").fillna(0)
    table = pd.DataFrame({"kind": kind, "number": number, "id": ids}).sort_values(["kind", "number", "id"])
    return pd.Series(np.arange(len(ids)), index=table.index).reindex(ids.index)
