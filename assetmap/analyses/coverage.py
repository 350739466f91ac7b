"""How many people have an asset of this category within reach on foot?

Share = people at homes that reach one in time, of all people at homes that a street leads to. Homes that are linked but
reach none stay in the denominator as not covered; homes that no street leads to are left out and counted. Counted at
homes by walking distance, never by laying areas over each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from assetmap.analyses.analysis import (
    SNAP_M,
    Analysis,
    Subject,
    Threshold,
    profile_asked,
    profile_for,
    subject,
    threshold,
)
from assetmap.messages import Label, M, Message, Mn, Percent
from assetmap.model.ages import GROUP_NAMES
from assetmap.model.crs import WGS84
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.norms import Norm
from assetmap.model.norms import norm as norm_of
from assetmap.model.receipt import make_receipt
from assetmap.model.taxonomy import taxonomy
from assetmap.walk import WalkNetwork, WalkProfile
from assetmap.walk.nearest import straight_line

_INCLUSIVE = 1 + 1e-9
Mask = NDArray[np.bool_]


def coverage(
    assets: Inventory | gpd.GeoDataFrame,
    *,
    category: str | Sequence[str] | None = None,
    minutes: float | None = None,
    norm: str | None = None,
    profile: str | WalkProfile = "adult",
    homes: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
    snap_m: float = SNAP_M,
) -> Finding:
    """Share and number of people with an asset within reach, each with its interval.

    Args:
        assets: An inventory, or any GeoDataFrame (then with `homes` and `network`).
        category: Which categories count, together; None for those the inventory was narrowed to.
        minutes: Walking minutes; None for the norm, or else for the category's default catchment.
        norm: Key of a norm in `norms.csv`; one in metres is measured in metres.
        profile: Who walks, see `walk_profile`.
        homes: Demand points, see `Neighbourhood.homes`. network: The walking network.
        snap_m: Homes and assets farther than this from any street are not linked.

    Returns:
        A Finding. `frame`: the homes (WGS84 points) with `minutes`, `metres` (both NaN where unreachable), `nearest`
        (asset id), `covered`, `linked`, `near_edge`, `people` (persons, or dwellings where `unit` is "homes").
        People that the source hides are NaN.
        `summary`: category, minutes, profile, parameters, unit, total, unlinked, denominator, covered, share (None
        where no asset counts), share_low, share_high, groups, assets, near_edge.

    Raises:
        InputError, UnknownKey: Wrong use; the sentence says what to do.

    The interval runs from the slow to the fast walkers of the profile, and over suppressed or estimated population.
    """
    if category is None and norm is not None:
        category = norm_of(norm).categories
    about = subject(assets, category, homes, network)
    chosen = threshold(about.categories, minutes, norm)
    walk = profile_for(chosen, profile)
    about = _large_enough(about, chosen)
    found = _measure(about, chosen, walk, snap_m)
    frame = _frame(about, found, chosen, walk)
    summary = _summary(about, frame, chosen, walk, snap_m)
    call = {
        "category": list(about.categories),
        "minutes": minutes,
        "norm": norm,
        "profile": profile_asked(profile),
        "snap_m": snap_m,
        "audience": about.audience.name,
    }
    return Finding(
        question="coverage",
        title=M("{what} within {within} on foot", what=named(about), within=chosen.said()),
        sentence=_sentence(about, summary, chosen),
        frame=frame,
        column="covered",
        unit=about.unit,
        summary=summary,
        parameters=summary["parameters"],
        method=_method(about, chosen, walk, snap_m),
        caveats=(*_caveats(about, summary, chosen), *_from_walk(about, found), _ASK),
        provenance=about.provenance,
        audience=about.audience,
        receipt=make_receipt("coverage", call, about.fingerprints(), about.provenance, summary),
    )


def _large_enough(about: Subject, chosen: Threshold) -> Subject:
    """Only areas that are as large as the norm asks: not smaller ones, nor points, whose size is not known."""
    smallest = chosen.norm.min_area_m2 if chosen.norm else None
    if smallest is None or about.assets.empty:
        return about
    large = shapely.area(about.network.to_metric(about.assets)) >= smallest
    if large.all():
        return about
    small = Mn("One asset is smaller than the norm asks, or has no known size, and does not count.",
               "{n} assets are smaller than the norm asks, or have no known size, and do not count.",
               int((~large).sum()))  # fmt: skip
    return replace(about, assets=about.assets[large], left_out=(*about.left_out, small))


def _measure(about: Subject, chosen: Threshold, walk: WalkProfile, snap_m: float) -> pd.DataFrame:
    if not chosen.straight:
        return about.network.nearest(about.homes, about.assets, profile=walk, snap_m=snap_m)
    return straight_line(about.network, about.homes, about.assets)


def _frame(about: Subject, found: pd.DataFrame, chosen: Threshold, walk: WalkProfile) -> gpd.GeoDataFrame:
    limit = chosen.limits(walk)[0]
    names = about.assets["name"] if "name" in about.assets else pd.Series(dtype="str")
    nearest = found["asset"]
    extra = {c: about.homes[c] for g in about.groups for c in (g, f"{g}_low", f"{g}_high")}
    _, low, high = (column.where(about.weight.notna()) for column in about.bounds())
    return gpd.GeoDataFrame(
        {
            "minutes": found["minutes"], "metres": found["metres"], "nearest": nearest,
            "nearest_name": nearest.map(names[~names.index.duplicated()].to_dict()).astype("object"),
            "covered": (found["metres"] <= limit * _INCLUSIVE).astype(bool), "linked": found["linked"],
            "near_edge": about.homes["edge_m"] < limit,
            "people": about.weight, "people_low": low, "people_high": high, **extra,
        },
        geometry=about.homes.geometry, crs=about.homes.crs,
    ).to_crs(WGS84)  # fmt: skip


def _summary(
    about: Subject, frame: gpd.GeoDataFrame, chosen: Threshold, walk: WalkProfile, snap_m: float
) -> dict[str, Any]:
    _, slow, fast = (frame["metres"].to_numpy() <= limit * _INCLUSIVE for limit in chosen.limits(walk))
    linked = frame["linked"].to_numpy()
    mapped = len(about.assets) > 0
    everybody = _share(about, None, frame["covered"].to_numpy(), slow, fast, linked, mapped)
    edge = frame["near_edge"].to_numpy()
    inner = _share(about, None, frame["covered"].to_numpy(), slow, fast, linked & ~edge, mapped)
    parameters = {
        **walk.to_dict(), "metres": chosen.metres, "norm": chosen.norm.key if chosen.norm else None,
        "distance": "straight line" if chosen.straight else "network", "snap_m": snap_m,
        "min_area_m2": chosen.norm.min_area_m2 if chosen.norm else None, "catchment_is_default": chosen.default,
    }  # fmt: skip
    return {
        "category": about.categories[0] if len(about.categories) == 1 else list(about.categories),
        "minutes": chosen.minutes,
        "profile": walk.name,
        "parameters": parameters,
        "unit": about.unit,
        **everybody,
        "groups": {g: _share(about, g, frame["covered"].to_numpy(), slow, fast, linked, mapped) for g in about.groups},
        "assets": len(about.assets),
        "near_edge": {
            "total": _round(about.weight[edge].sum()), "share_without": inner["share"],
            "share_low_without": inner["share_low"], "share_high_without": inner["share_high"],
            "covered_without": inner["covered"], "denominator_without": inner["denominator"],
            "groups_without": {
                g: _share(about, g, frame["covered"].to_numpy(), slow, fast, linked & ~edge, mapped)
                for g in about.groups
            },
        },
    }  # fmt: skip


def _share(
    about: Subject, group: str | None, covered: Mask, slow: Mask, fast: Mask, linked: Mask, mapped: bool
) -> dict[str, Any]:
    """The figures of one group: everybody (None) or an age group, at the homes that are linked."""
    number, low, high = (column.to_numpy() for column in about.bounds(group))
    base, within = number[linked].sum(), number[linked & covered].sum()
    answerable = mapped and base > 0
    # The lowest share that is possible: few where it is near, many where it is far, and everybody slow.
    few, many = low[linked & slow].sum(), high[linked & ~slow].sum()
    most, least = high[linked & fast].sum(), low[linked & ~fast].sum()
    return {
        "total": _round(number.sum()),
        "unlinked": _round(number[~linked].sum()),
        "denominator": _round(base),
        "covered": _round(within),
        "share": float(within / base) if answerable else None,
        "share_low": float(few / (few + many)) if answerable and few + many > 0 else (0.0 if answerable else None),
        "share_high": float(most / (most + least))
        if answerable and most + least > 0
        else (0.0 if answerable else None),
    }


def _round(number: float) -> float:
    return round(float(number), 6)


def named(about: Subject) -> Message | Label:
    """What was asked for, in words."""
    if not about.categories:
        return M("The assets given")
    said: Message | Label = taxonomy()[about.categories[0]].said
    for key in about.categories[1:]:
        said = M("{one} or {other}", one=said, other=taxonomy()[key].said)
    return said


def _sentence(about: Subject, summary: Mapping[str, Any], chosen: Threshold) -> Message:
    what, within = named(about), chosen.said()
    if summary["share"] is None:
        if about.left_out and not summary["assets"]:
            return M("{what}: none of those mapped counts, so nothing can be said about who reaches one.", what=what)
        if not summary["assets"]:
            return M("{what}: none is mapped here yet, so nothing can be said about who reaches one.", what=what)
        return M("{what}: no home is known here, so nothing can be said about who reaches one.", what=what)
    figures: dict[str, Any] = {
        "what": what, "covered": round(summary["covered"]), "of": round(summary["denominator"]),
        "who": _who(about), "share": Percent(summary["share"]),
        "within": M("{within} as the crow flies", within=within)
        if chosen.straight else M("{within} on foot", within=within),
    }  # fmt: skip
    low, high = summary["share_low"], summary["share_high"]
    if round(low, 3) == round(high, 3):
        return M("{what}: {covered} of {of} {who} ({share}) have one within {within}.", **figures)
    return M("{what}: {covered} of {of} {who} ({share}; {low} to {high}) have one within {within}.",
             low=Percent(low), high=Percent(high), **figures)  # fmt: skip


def _who(about: Subject) -> Message:
    return M("people") if about.unit == "people" else M("homes")


def _method(about: Subject, chosen: Threshold, walk: WalkProfile, snap_m: float) -> tuple[Message, ...]:
    if chosen.straight:
        return (M("Distance as the crow flies from each home to the edge of the nearest asset, as the norm says."),)
    steps = M("Steps count three times their length.") if walk.steps_factor != 1 else M("Steps count as their length.")
    return (
        M("Walking distance along streets and paths from each home to the nearest asset. Homes and assets are placed "
          "on the nearest street; the way to the street counts too. Areas are entered at gates, where paths cross "
          "their edge, or every 25 m along it."),
        M("Speed {speed} km/h ({source}); on this ground {effective} km/h.", speed=walk.speed_kmh, source=walk.source,
          effective=round(walk.effective_kmh, 2)),
        steps if walk.steps else M("Steps are never walked."),
        M("The interval runs from {low} to {high} km/h, and over numbers of people that are suppressed or estimated.",
          low=walk.speed_low_kmh, high=walk.speed_high_kmh)
        if chosen.minutes is not None
        else M("The interval runs over numbers of people that are suppressed or estimated; metres do not depend on "
               "speed."),
        M("Homes farther than {cap} m from any street are not linked: they are counted, and left out of the share.",
          cap=round(snap_m)),
    )  # fmt: skip


_ASK = M("Only what is mapped is counted. Ask people who live there what is missing.")


def _from_walk(about: Subject, found: pd.DataFrame) -> list[Message]:
    """What the walk itself could not do well."""
    said = []
    if astray := int(found.attrs.get("unlinked_assets", 0)):
        said.append(Mn("One asset lies too far from any street to be reached.",
                       "{n} assets lie too far from any street to be reached.", astray))  # fmt: skip
    if found["barred"].any():
        said.append(M("{n} {who} have no street within reach but across water, a railway or a motorway; they are "
                      "counted as if that could be crossed.",
                      n=ceil(about.weight[found["barred"].to_numpy()].sum()), who=_who(about)))  # fmt: skip
    return said


def _caveats(about: Subject, summary: Mapping[str, Any], chosen: Threshold) -> tuple[Message, ...]:
    said: list[Message] = []
    if not summary["assets"] and not about.left_out:
        said.append(M("No asset of this category is mapped here yet. That is not the same as none being there."))
    if chosen.default:
        said.append(M("{within} is a default for this category, not a norm.", within=chosen.said()))
    if chosen.norm:
        said += norm_caveats(chosen.norm)
    said += about.left_out
    if about.unit == "homes":
        said.append(
            M("The number of people is not known here: homes are dwellings estimated from addresses and buildings.")
        )
    if summary["unlinked"]:
        said.append(M("{n} of {total} {who} are too far from any mapped street and are left out of the share.",
                      n=ceil(summary["unlinked"]), total=round(summary["total"]), who=_who(about)))  # fmt: skip
    hidden = int(about.homes["people"].isna().sum()) if about.unit == "people" else 0
    if hidden:
        said.append(Mn("At one home the number of people is hidden by the source; it is not counted.",
                       "At {n} homes the number of people is hidden by the source; they are not counted.",
                       hidden))  # fmt: skip
    edge = summary["near_edge"]
    if edge["total"] and edge["share_without"] is not None and summary["share"] is not None:
        said.append(M("{n} of {total} {who} are nearer the edge of the data than {within}; there may be assets beyond "
                      "it. Without them the share is {share}.", n=round(edge["total"]), total=round(summary["total"]),
                      who=_who(about), within=chosen.said(), share=Percent(edge["share_without"])))  # fmt: skip
    elif edge["total"]:
        said.append(M("All homes lie near the edge of the data; there may be assets beyond it."))
    return (*about.notes, *said)


def norm_caveats(chosen: Norm) -> list[Message]:
    """The citation of a norm, how it measures, and how far it was checked."""
    said = [M("Norm: {statement}. Status: {status}. Source: {source}.", statement=Message(chosen.statement),
              status=Message(chosen.status), source=chosen.source or M("none known"))]  # fmt: skip
    if set(chosen.groups) != set(GROUP_NAMES):
        said.append(M("The norm is meant for {ages}.", ages=[GROUP_NAMES[group] for group in chosen.groups]))
    if chosen.distance not in {"network", "straight line"}:
        said.append(
            M("The norm measures by “{how}”; here it is measured along streets and paths.", how=chosen.distance)
        )
    if not chosen.verified.startswith("read"):
        said.append(
            M("This norm is quoted from memory and was not checked at its source: do not cite it without checking.")
        )
    elif chosen.verified != "read":
        said.append(M("How far the norm was checked: {verified}.", verified=chosen.verified))
    return said


ANALYSIS = Analysis("coverage", M("Coverage"), coverage)
