"""An invented municipality with people who share something: places and figures are made up, seeds make them again.

About 13,000 addresses (a town, villages, scattered farms) and 800 persons at some of them, with one to six themes each;
some themes are common and most are rare, as in any such register.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from assetmap.disclosure.cell_rules import CellRules
from assetmap.disclosure.releases import Release, next_release
from assetmap.model.gifts import themes

CRS = 25833
START = datetime.date(2025, 1, 1)
EARLIER = pd.Timestamp("2024-06-01", tz="UTC")


@dataclass(frozen=True)
class Municipality:
    """`addresses`: points. `persons`: points at addresses (column `home` numbers them) with `since`. `gifts`: person
    and theme."""

    addresses: gpd.GeoDataFrame
    persons: gpd.GeoDataFrame
    gifts: pd.DataFrame

    def release(self, at: datetime.date, previous: Release | None = None, rules: CellRules | None = None) -> Release:
        return next_release(self.persons, self.gifts, self.addresses, at=at, previous=previous, rules=rules)

    def without(self, *persons: str) -> Municipality:
        """As it is when these have withdrawn."""
        return replace(
            self, persons=self.persons.drop(list(persons)), gifts=self.gifts[~self.gifts["person"].isin(persons)]
        )

    def joined_by(self, newcomers: Municipality) -> Municipality:
        """As it is when these have come."""
        return replace(
            self,
            persons=pd.concat([self.persons, newcomers.persons]),
            gifts=pd.concat([self.gifts, newcomers.gifts], ignore_index=True),
        )


def municipality(seed: int = 1, *, people: int = 800, kinds: int = 54, homes: int = 13_350) -> Municipality:
    """An invented municipality with this number of persons, sorts of themes at most, and addresses."""
    rng = np.random.default_rng(seed)
    parts = rng.multinomial(homes, [0.5, 0.12, 0.1, 0.08, 0.2])
    middles = rng.uniform(4_000, 20_000, (4, 2))
    spots = [rng.normal(middle, spread, (n, 2)) for middle, spread, n in
             zip(middles, (1_200, 500, 450, 400), parts, strict=False)]  # fmt: skip
    spots.append(rng.uniform(0, 24_000, (parts[4], 2)))
    xy = np.add(np.concatenate(spots), (260_000, 6_570_000))
    addresses = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*xy.T), crs=CRS)
    return replace(newcomers(addresses, rng, people, EARLIER, "p", kinds), addresses=addresses)


def newcomers(
    addresses: gpd.GeoDataFrame, rng: np.random.Generator, many: int, since: pd.Timestamp, prefix: str, kinds: int = 54
) -> Municipality:
    """Persons who came at a moment."""
    keys = list(themes())[:kinds]
    common = 1 / (1 + np.random.default_rng(0).permutation(len(keys)))
    names = [f"{prefix}{n}" for n in range(many)]
    homes = rng.choice(len(addresses), many, replace=False)
    persons = gpd.GeoDataFrame(
        {"since": since, "home": homes}, index=names, geometry=addresses.geometry.to_numpy()[homes], crs=CRS
    )
    rows = [
        (name, keys[at])
        for name in names
        for at in rng.choice(len(keys), rng.integers(1, 7), replace=False, p=common / common.sum())
    ]
    return Municipality(addresses, persons, pd.DataFrame(rows, columns=["person", "theme"]))


def quarters(start: datetime.date, many: int) -> list[datetime.date]:
    """The first days of so many quarters, the one of `start` first."""
    return [day.date() for day in pd.date_range(start, periods=many, freq="QS")]


def lived_in(
    place: Municipality, seed: int, days: list[datetime.date], *, share: float = 0.04, rules: CellRules | None = None
) -> tuple[Municipality, list[Release]]:
    """A municipality after some quarters in which a share went and as many came, with its releases."""
    rng = np.random.default_rng(seed)
    releases = [place.release(days[0], rules=rules)]
    for quarter, day in enumerate(days[1:]):
        n = round(share * len(place.persons))
        place = place.without(*rng.choice(place.persons.index, n, replace=False))
        moment = pd.Timestamp(day, tz="UTC") - pd.Timedelta(days=40)
        place = place.joined_by(newcomers(place.addresses, rng, n, moment, f"q{quarter}-"))
        releases.append(place.release(day, releases[-1]))
    return place, releases
