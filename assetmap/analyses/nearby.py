"""What can somebody at this address reach on foot in 5, 10 or 15 minutes?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from assetmap.analyses.analysis import LONGEST_MIN, SNAP_M, Analysis, Threshold, has_door, plain, profile_asked
from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.audience import Audience
from assetmap.model.crs import WGS84, project
from assetmap.model.finding import Finding
from assetmap.model.fingerprint import frame_fingerprint
from assetmap.model.inventory import Inventory
from assetmap.model.receipt import make_receipt
from assetmap.model.taxonomy import taxonomy
from assetmap.walk import WalkNetwork, WalkProfile, walk_profile
from assetmap.walk.nearest import reachable_assets

MINUTES = (5.0, 10.0, 15.0)


def nearby(
    assets: Inventory | gpd.GeoDataFrame,
    at: tuple[float, float],
    *,
    category: str | Sequence[str] | None = None,
    minutes: Sequence[float] = MINUTES,
    profile: str | WalkProfile = "adult",
    network: WalkNetwork | None = None,
    snap_m: float = SNAP_M,
) -> Finding:
    """What one place can reach on foot, by category.

    Args:
        assets: An inventory, or any GeoDataFrame (then with `network`).
        at: Latitude and longitude in degrees, in this order.
        category: Only these categories; None for all.
        minutes: The steps in which it is counted, in minutes.
        profile, network, snap_m: As `coverage`.

    Returns:
        A Finding whose `frame` has one row per asset within the longest time, nearest first, with the asset's columns
        and `minutes`, `metres` (on foot), index the asset's id. `summary["categories"]`: per category `nearest`
        (minutes), `name`, and `within` (number of assets within each step).

    Raises:
        InputError: The position or the minutes make no sense, or there is no network.
    """
    steps = sorted(float(m) for m in minutes)
    if not steps or not all(0 < step <= LONGEST_MIN for step in steps):
        raise InputError(M("The minutes {minutes} are no walk. Expected numbers above 0 and at most {most}.",
                           minutes=list(minutes), most=LONGEST_MIN))  # fmt: skip
    wanted = [category] if isinstance(category, str) else list(category or [])
    frame, net, audience = _parts(assets, wanted, network)
    walk = walk_profile(profile)
    found = reachable_assets(net, _point(at, net), frame, steps[-1], walk, snap_m)
    rows = frame.loc[found.index].assign(minutes=found["minutes"], metres=found["metres"])
    linked = bool(found.attrs["linked"])
    summary: dict[str, Any] = {
        "at": list(at), "profile": walk.name, "minutes": steps, "linked": linked, "assets": len(rows),
        "parameters": {**walk.to_dict(), "snap_m": snap_m},
        "categories": _by_category(rows, steps) if "category" in rows else {},
    }  # fmt: skip
    provenance = assets.provenance if isinstance(assets, Inventory) else ()
    call = {"at": list(at), "category": wanted, "minutes": steps, "profile": profile_asked(profile), "snap_m": snap_m,
            "audience": audience.name}  # fmt: skip
    inputs = {"assets": frame_fingerprint(frame), "network": net.fingerprint}
    return Finding(
        question="nearby",
        title=M("What is near {lat}, {lon}", lat=f"{at[0]:.5f}", lon=f"{at[1]:.5f}"),
        sentence=_sentence(summary, steps[-1]),
        frame=rows.to_crs(WGS84),
        column="minutes",
        unit="minutes",
        summary=summary,
        parameters=summary["parameters"],
        method=(M("Walking time along streets and paths at {speed} km/h; areas are entered at their gates and edges.",
                  speed=round(walk.effective_kmh, 2)),),
        caveats=_caveats(linked, walk, snap_m),
        provenance=provenance,
        audience=audience,
        receipt=make_receipt("nearby", call, inputs, provenance, summary),
    )  # fmt: skip


def _parts(
    assets: Inventory | gpd.GeoDataFrame, wanted: Sequence[str], network: WalkNetwork | None
) -> tuple[gpd.GeoDataFrame, WalkNetwork, Audience]:
    for key in wanted:
        taxonomy()[key]
    if isinstance(assets, Inventory):
        network = network if network is not None else assets.neighbourhood.network  # type: ignore[assignment]
        frame, audience = assets.everything, assets.audience
    else:
        frame, audience = assets, Audience.public
    if network is None:
        raise InputError(M("There is nothing to walk on. Gather the place with its streets, or pass network=."))
    if wanted and "category" in frame:
        frame = frame[frame["category"].isin(wanted)]
    return frame[has_door(frame)], network, audience


def _point(at: tuple[float, float], network: WalkNetwork) -> shapely.Point:
    try:
        lat, lon = (float(v) for v in at)
    except (TypeError, ValueError):
        lat = lon = np.nan
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise InputError(
            M("“{at}” is no position. Expected latitude and longitude in degrees, such as 55.673, 12.591.", at=str(at))
        )
    return project(shapely.Point(lon, lat), WGS84, network.crs)


def _by_category(rows: gpd.GeoDataFrame, steps: Sequence[float]) -> dict[str, Any]:
    found = {}
    for key in taxonomy():
        part = rows[rows["category"] == key]
        if len(part):
            first = part.iloc[0]
            found[key] = {
                "nearest": round(float(first["minutes"]), 2),
                "name": first["name"] if isinstance(first.get("name"), str) else None,
                "within": {f"{step:g}": int((part["minutes"] <= step * (1 + 1e-9)).sum()) for step in steps},
            }
    return found


def _sentence(summary: dict[str, Any], longest: float) -> Message:
    if not summary["linked"]:
        return M("This place is too far from any mapped street to say what can be reached.")
    if not summary["assets"]:
        return M("Nothing that is mapped can be reached within {longest} on foot.", longest=Threshold(longest).said())
    return Mn("One asset can be reached within {longest} on foot.",
              "{n} assets of {kinds} categories can be reached within {longest} on foot.",
              summary["assets"], longest=Threshold(longest).said(), kinds=len(summary["categories"]))  # fmt: skip


def _caveats(linked: bool, walk: WalkProfile, snap_m: float) -> tuple[Message, ...]:
    said = [M("Only what is mapped is shown. Ask people who live there what is missing.")]
    if not linked:
        said.insert(0, M("No street is mapped within {cap} m of this place.", cap=plain(snap_m)))
    return tuple(said)


ANALYSIS = Analysis("nearby", M("What is near"), nearby)
