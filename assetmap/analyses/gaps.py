"""Where do the people live who have no such asset within reach, and what strengths are near them?

A gap is a place to ask, never a verdict: beside each stand the three nearest strengths of other kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.analyses.analysis import SNAP_M, Analysis, has_door, subject
from assetmap.analyses.coverage import coverage, named
from assetmap.errors import InputError, UnknownKey
from assetmap.messages import M, Message
from assetmap.model.crs import WGS84
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.receipt import make_receipt
from assetmap.model.taxonomy import taxonomy
from assetmap.walk import WalkNetwork, WalkProfile
from assetmap.walk.nearest import nearest_by

CELL_M = 100.0
STRENGTHS = 3
STRENGTH_MIN = 20.0
LISTED = 200
"""For so many of the largest gaps strengths are looked up."""


def gaps(
    assets: Inventory | gpd.GeoDataFrame,
    *,
    category: str | Sequence[str] | None = None,
    minutes: float | None = None,
    norm: str | None = None,
    profile: str | WalkProfile = "adult",
    group: str | None = None,
    by: str = "cells",
    cell_m: float = CELL_M,
    strengths: gpd.GeoDataFrame | None = None,
    homes: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    snap_m: float = SNAP_M,
) -> Finding:
    """Where the people without it live, largest first.

    Args:
        assets, category, minutes, norm, profile, homes, network, snap_m: As `coverage`.
        group: An age group to look at alone; None for everybody.
        by: "cells" of `cell_m` metres on the metric grid of the place, or "homes".
        strengths: What may stand beside a gap; None for all assets of an inventory but context and the one asked for.

    Returns:
        A Finding whose `frame` (WGS84; cell polygons, or home points) has one row per gap, index `rank` from 1:
        `people` (without it), `total` (linked people there), `share` (without it), `strengths` (list of up to three
        dicts id, name, category, minutes, nearest first; for the first 200 gaps). Homes that no street leads to are
        no gaps: nothing is known about them. Empty where nothing is missing, or where none is mapped.

    Raises:
        InputError, UnknownKey: Wrong use; the sentence says what to do.
    """
    if by not in {"cells", "homes"}:
        raise InputError(M("Gaps are shown by “{by}”, which is unknown. Use cells or homes.", by=by))
    if not 0 < cell_m < np.inf:
        raise InputError(M("A cell of {n} metres cannot be drawn. Expected more than 0.", n=cell_m))
    base = coverage(
        assets,
        category=category,
        minutes=minutes,
        norm=norm,
        profile=profile,
        homes=homes,
        network=network,
        snap_m=snap_m,
    )
    about = subject(assets, category or base.receipt["call"]["category"], homes, network)
    if group is not None and group not in about.groups:
        known = ", ".join(about.groups) or "–"
        raise UnknownKey(M("The age group “{group}” is not known here. Known: {known}.", group=group, known=known))
    people = about.bounds(group)[0]
    frame = _rows(base, people, about.network, by, cell_m)
    if strengths is None and isinstance(assets, Inventory):
        strengths = _strengths(assets, about.categories)
    frame = _beside(frame, strengths, about.network, profile, snap_m)
    total = float(frame["people"].sum())
    call = {**base.receipt["call"], "group": group, "by": by, "cell_m": cell_m}
    summary = {
        **base.summary,
        "without": round(total, 6),
        "without_off_edge": round(_off_edge(base.frame, people), 6),
        "gaps": len(frame),
        "group": group,
        "by": by,
        "cell_m": cell_m,
    }
    return base.replace(
        question="gaps",
        title=M("Places to ask: {what}", what=named(about)),
        sentence=_sentence(base, about.unit, named(about), frame, total),
        frame=frame.drop(columns="_at"),
        column="people",
        summary=summary,
        method=(*base.method, M("Homes without it are added up in squares of {n} m, largest first.", n=cell_m)
                if by == "cells" else M("Homes without it, largest first.")),
        receipt=make_receipt("gaps", call, about.fingerprints(), about.provenance, summary),
    )  # fmt: skip


def _off_edge(homes: gpd.GeoDataFrame, people: pd.Series) -> float:
    """People without it at homes that are not near the edge of the data: beyond it there may be what they lack."""
    sure = homes["linked"] & ~homes["covered"] & ~homes["near_edge"]
    return float(people[sure.to_numpy()].fillna(0).sum())


def _rows(base: Finding, people: pd.Series, network: WalkNetwork, by: str, cell_m: float) -> gpd.GeoDataFrame:
    """One row per gap with its people and a representative home (`_at`, metric)."""
    homes = base.frame
    mapped = base.summary["assets"] > 0
    here = homes["linked"].to_numpy() & (people.to_numpy() > 0)
    points = homes.geometry.to_crs(network.crs).to_numpy()[here]
    xy = shapely.get_coordinates(points)
    table = pd.DataFrame(
        {
            "total": people.to_numpy()[here],
            "without": np.where(homes["covered"].to_numpy() | (not mapped), 0.0, people.to_numpy())[here],
            "cx": np.floor(xy[:, 0] / cell_m).astype(np.int64), "cy": np.floor(xy[:, 1] / cell_m).astype(np.int64),
            "home": np.arange(len(points)),
        }
    )  # fmt: skip
    keys = ["cx", "cy"] if by == "cells" else ["home"]
    table = table.sort_values(["without", "home"], ascending=[False, True], kind="stable")
    summed = table.groupby(keys, sort=False).agg(
        people=("without", "sum"), total=("total", "sum"), home=("home", "first")
    )
    summed = summed[summed["people"] > 0].reset_index(drop=by == "homes")
    summed = summed.sort_values(["people", "home"], ascending=[False, True], kind="stable")
    at = points[summed["home"]]
    shapes = (
        shapely.box(
            summed["cx"] * cell_m, summed["cy"] * cell_m, (summed["cx"] + 1) * cell_m, (summed["cy"] + 1) * cell_m
        )
        if by == "cells"
        else at
    )
    frame = gpd.GeoDataFrame(
        {"people": summed["people"].to_numpy(), "total": summed["total"].to_numpy()},
        geometry=np.asarray(shapes), crs=network.crs,
        index=pd.RangeIndex(1, len(summed) + 1, name="rank"),
    ).to_crs(WGS84)  # fmt: skip
    frame["share"] = frame["people"] / frame["total"]
    frame["_at"] = at
    return frame


def _strengths(inventory: Inventory, asked: Sequence[str]) -> gpd.GeoDataFrame:
    """The community's assets that one could go to: without context (benches, stops), workplaces, the sort asked for,
    what has no exact place, and what has no name, unless it is a place such as a park."""
    frame = inventory.everything
    known = taxonomy()
    sorts = [key for key, c in known.items() if c.role == "asset" and key not in (*asked, "workplace")]
    called = frame["name"].notna() | (frame["kind"] == "places")
    return frame[frame["category"].isin(sorts) & called & has_door(frame)]


def _beside(
    frame: gpd.GeoDataFrame,
    strengths: gpd.GeoDataFrame | None,
    network: WalkNetwork,
    profile: str | WalkProfile,
    snap_m: float,
) -> gpd.GeoDataFrame:
    beside: list[list[dict[str, Any]]] = [[] for _ in range(len(frame))]
    if strengths is not None and len(strengths) and len(frame):
        at = gpd.GeoSeries(list(frame["_at"].iloc[:LISTED]), crs=network.crs)
        found = nearest_by(network, at, strengths, "category", max_minutes=STRENGTH_MIN, profile=profile, snap_m=snap_m)
        found = found.sort_values(["origin", "minutes"], kind="stable").groupby("origin", sort=False).head(STRENGTHS)
        for origin, key, took in zip(found["origin"], found["asset"], found["minutes"], strict=True):
            asset = strengths.loc[key]
            beside[origin].append(
                {"id": str(key), "name": _text(asset.get("name")), "near": _text(asset.get("near")),
                 "category": asset["category"], "minutes": round(float(took), 1)}
            )  # fmt: skip
    frame["strengths"] = pd.Series(beside, index=frame.index, dtype="object")
    return frame[["people", "total", "share", "strengths", "_at", "geometry"]]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _sentence(base: Finding, unit: str, what: Any, frame: gpd.GeoDataFrame, total: float) -> Message:
    if base.summary["share"] is None:
        return base.sentence
    if frame.empty:
        return M("{what}: everyone whose home a street leads to has one within reach.", what=what)
    who = M("people") if unit == "people" else M("homes")
    return M("{what}: {n} {who} in {places} places have none within reach. The largest such place holds {most}.",
             what=what, n=round(total), who=who, places=len(frame),
             most=round(float(frame["people"].iloc[0])))  # fmt: skip


ANALYSIS = Analysis("gaps", M("Places to ask"), gaps)
