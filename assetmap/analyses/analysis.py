"""What does every analysis share: what it is asked with, and how a threshold is chosen?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.audience import Audience
from assetmap.model.finding import Finding
from assetmap.model.fingerprint import frame_fingerprint
from assetmap.model.inventory import Inventory
from assetmap.model.norms import Norm, norm
from assetmap.model.provenance import Provenance
from assetmap.model.taxonomy import GROUPS, taxonomy
from assetmap.walk import WalkNetwork, WalkProfile, walk_profile

SNAP_M = 100.0
LONGEST_MIN = 240.0


@dataclass(frozen=True)
class Analysis:
    """A question that can be asked of an inventory; `run` answers with a finding."""

    key: str
    title: Message
    run: Callable[..., Finding]


@dataclass(frozen=True, eq=False)
class Subject:
    """What is asked about: the assets that count, the people, and the network between them.

    Attributes:
        assets: The assets that count, WGS84 or any CRS, unique index.
        homes: Demand points with the columns of `Neighbourhood.homes`.
        unit: "people" or "homes".
        categories: Keys of the categories that count; empty for a plain frame that says none.
        left_out: Why some that are mapped do not count.
    """

    assets: gpd.GeoDataFrame
    homes: gpd.GeoDataFrame
    network: WalkNetwork
    unit: str
    categories: tuple[str, ...]
    provenance: tuple[Provenance, ...] = ()
    audience: Audience = Audience.public
    notes: tuple[Message, ...] = ()
    left_out: tuple[Message, ...] = ()

    @property
    def weight(self) -> pd.Series[float]:
        """People (or dwellings) at each home; NaN where the source hides them."""
        weight: pd.Series[float] = self.homes["people" if self.unit == "people" else "dwellings"]
        return weight

    def bounds(self, group: str | None = None) -> tuple[pd.Series[float], pd.Series[float], pd.Series[float]]:
        """Number at each home, and the lowest and highest it may be, of everybody or of one age group.

        A home whose people are hidden without a limit counts nowhere: not in the number, and not in its limits, for
        then a share could lie outside its own interval.
        """
        columns = ["dwellings"] * 3 if self.unit == "homes" else [group or "people"] * 3
        if self.unit == "people":
            columns = [columns[0], f"{columns[0]}_low", f"{columns[0]}_high"]
        known = self.weight.notna() & self.homes[columns[0]].notna()
        number, low, high = (self.homes[column].where(known, 0.0).fillna(0.0) for column in columns)
        return number, low, high

    @property
    def groups(self) -> tuple[str, ...]:
        """The age groups that are known here."""
        return tuple(g for g in GROUPS if self.unit == "people" and g in self.homes and self.homes[g].notna().any())

    def fingerprints(self) -> dict[str, str]:
        """Hash of each input, for the receipt."""
        return {
            "assets": frame_fingerprint(self.assets),
            "homes": frame_fingerprint(self.homes),
            "network": self.network.fingerprint,
        }


def subject(
    assets: Inventory | gpd.GeoDataFrame,
    category: str | Sequence[str] | None = None,
    homes: gpd.GeoDataFrame | None = None,
    network: WalkNetwork | None = None,
) -> Subject:
    """What is asked about, from an inventory or from plain frames.

    Args:
        assets: An inventory, or any GeoDataFrame of assets (then `homes` and `network` are needed).
        category: The categories that count; None for those the inventory was narrowed to, or for all rows of a frame.
        homes: Demand points; a plain frame needs only Point geometry. A column `people` counts people; without it
            every row counts as one home.
        network: The walking network.

    Raises:
        InputError: Homes or network are missing.
        UnknownKey: There is no such category.
    """
    known = taxonomy()
    wanted = (category,) if isinstance(category, str) else tuple(dict.fromkeys(category or ()))
    for key in wanted:
        if known[key].role == "gift":
            raise InputError(
                M("“{category}” is a person's gift. Gifts are never points on a map, so no way leads to one. Choose "
                  "another category.", category=key)
            )  # fmt: skip
    if isinstance(assets, Inventory):
        here = assets.neighbourhood
        wanted = wanted or assets.selection or tuple(assets.counts().index)
        frame = assets.everything
        provenance, audience, notes = assets.provenance, assets.audience, (*here.notes, *_held_back(assets, wanted))
        homes = here.homes if homes is None else homes
        network = network if network is not None else here.network  # type: ignore[assignment]
    elif isinstance(assets, gpd.GeoDataFrame):
        frame, provenance, audience, notes = assets, (), Audience.public, ()
    else:
        raise InputError(
            M("A {sort} cannot be asked. Expected an Inventory (of a store: store.inventory()) or a GeoDataFrame.",
              sort=type(assets).__name__)
        )  # fmt: skip
    if wanted and "category" in frame:
        frame = frame[frame["category"].isin(wanted)]
    if network is None or homes is None:
        raise InputError(
            M("There is nothing to walk on or nobody to walk: a network and homes are needed. Gather the place with "
              "its streets, or pass network= and homes=.")
        )  # fmt: skip
    homes, unit = complete_homes(homes)
    placed = has_door(frame)
    astray = int((~placed).sum())
    left_out = (Mn("One asset has no exact place yet and does not count.",
                   "{n} assets have no exact place yet and do not count.", astray),) if astray else ()  # fmt: skip
    return Subject(frame[placed], homes, network, unit, wanted, provenance, audience, tuple(notes), left_out)


def has_door(frame: gpd.GeoDataFrame) -> pd.Series[bool]:
    """Which assets have a place that can be walked to: not those without one, nor those placed by street or area."""
    placed = ~(shapely.is_missing(frame.geometry.to_numpy()) | shapely.is_empty(frame.geometry.to_numpy()))
    found = pd.Series(placed, index=frame.index)
    return found & frame["location_precision"].isin(["exact", "address"]) if "location_precision" in frame else found


def _held_back(inventory: Inventory, wanted: Sequence[str]) -> list[Message]:
    waiting = inventory.issues[inventory.issues["code"] == "waits-for-review"]
    if waiting["detail"].isin(list(wanted)).any():
        return [M("Assets that wait for review are not counted.")]
    return []


def complete_homes(homes: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, str]:
    """Homes with every column that analyses need, and what they count ("people" or "homes")."""
    people = "people" in homes and bool(homes["people"].notna().any())
    defaults: dict[str, Any] = {"dwellings": 1.0, "edge_m": np.inf, "people": np.nan}
    missing = {column: value for column, value in defaults.items() if column not in homes}
    homes = homes.assign(**missing) if missing else homes
    for column in ("people_low", "people_high"):
        if column not in homes:
            homes = homes.assign(**{column: homes["people"]})
    for group in GROUPS:
        for column in (f"{group}_low", f"{group}_high"):
            if group in homes and column not in homes:
                homes = homes.assign(**{column: homes[group]})
    return homes, "people" if people else "homes"


@dataclass(frozen=True)
class Threshold:
    """Within what an asset counts as within reach.

    Attributes:
        minutes: Walking minutes, or None where the threshold is in metres.
        metres: Metres, or None where it is in minutes.
        straight: Measured as the crow flies.
        norm: The norm it comes from, or None.
        default: It is a category's default catchment, not somebody's choice or a norm.
    """

    minutes: float | None
    metres: float | None = None
    straight: bool = False
    norm: Norm | None = None
    default: bool = False

    def limits(self, profile: WalkProfile) -> tuple[float, float, float]:
        """The threshold in effective metres: as it is, for slow and for fast walkers of this profile."""
        if self.minutes is None:
            assert self.metres is not None
            return self.metres, self.metres, self.metres
        return (
            profile.metres(self.minutes),
            profile.metres(self.minutes, profile.speed_low_kmh),
            profile.metres(self.minutes, profile.speed_high_kmh),
        )

    def said(self) -> Message:
        """The threshold in words."""
        if self.minutes is None:
            return M("{n} metres", n=plain(self.metres))
        return M("1 minute") if self.minutes == 1 else M("{n} minutes", n=plain(self.minutes))


def plain(number: float | None) -> float | int | None:
    """The number without a decimal point where it needs none."""
    return int(number) if number is not None and number == int(number) else number


def threshold(categories: Sequence[str], minutes: float | None, norm_key: str | None) -> Threshold:
    """The threshold that was asked for, or the category's default catchment.

    Raises:
        InputError: Both or neither can be used, or the number of minutes makes no sense.
        UnknownKey: There is no such norm.
    """
    if minutes is not None and norm_key is not None:
        raise InputError(M("Both minutes and a norm were given. Give one of them."))
    if minutes is not None:
        if not 0 < minutes <= LONGEST_MIN:
            raise InputError(
                M(
                    "{minutes} minutes is no walk. Expected more than 0 and at most {most}.",
                    minutes=minutes,
                    most=LONGEST_MIN,
                )
            )
        return Threshold(float(minutes))
    if norm_key is None:
        if not categories:
            raise InputError(M("No number of minutes was given and the assets say no category. Give minutes."))
        return Threshold(float(max(taxonomy()[key].catchment_min for key in categories)), default=True)
    asked = norm(norm_key)
    if not asked.usable:
        raise InputError(M("The norm “{norm}” sets no distance or time, so coverage cannot be measured against it: "
                           "{statement}.", norm=norm_key, statement=asked.statement))  # fmt: skip
    strange = sorted(set(categories) - set(asked.categories))
    if strange:
        raise InputError(M("The norm “{norm}” is about {about}, not about {asked}. Choose another norm or category.",
                           norm=norm_key, about=", ".join(asked.categories), asked=", ".join(strange)))  # fmt: skip
    if asked.each and len(categories) > 1:
        raise InputError(M("The norm “{norm}” asks for each of these by itself: {about}. Ask about one category at a "
                           "time.", norm=norm_key, about=", ".join(categories)))  # fmt: skip
    if asked.metres is not None:
        return Threshold(None, asked.metres, asked.distance == "straight line", asked)
    return Threshold(asked.minutes, norm=asked)


def profile_for(chosen: Threshold, profile: str | WalkProfile) -> WalkProfile:
    """The way of walking; where the threshold is in metres, a metre of steps is a metre."""
    walk = walk_profile(profile)
    return replace(walk, steps_factor=1.0) if chosen.minutes is None else walk


def profile_asked(profile: str | WalkProfile) -> str | dict[str, Any]:
    """The way of walking as a receipt keeps it: its name, or all of it where somebody made their own."""
    return profile if isinstance(profile, str) else asdict(profile)
