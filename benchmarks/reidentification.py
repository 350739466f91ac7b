"""How many persons would somebody find in what is public of them? Attacks on an invented municipality, with figures.

python benchmarks/reidentification.py [SEEDS [TARGETS]]

Prints the table of docs/concepts/people-as-cells.md: each attack on a first release and on one after three years in
which 4 % went and 4 % came each quarter, and the same attacks on worse ways to publish.
"""

from __future__ import annotations

import datetime
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from assetmap.disclosure.attacks import Truth, averaging, homogeneity, linkage, nearest_address, subtraction
from assetmap.disclosure.cell_rules import CellRules
from assetmap.disclosure.differencing import arrivals, withdrawals
from assetmap.disclosure.releases import Release
from tests.municipality import START, Municipality, lived_in, municipality, newcomers, quarters

Row = dict[str, object]


def truth_of(place: Municipality) -> Truth:
    return Truth(place.persons, place.gifts, place.addresses)


def standing(place: Municipality, release: Release, *, exact: bool) -> list[Row]:
    """The attacks on one release, exported on any day of its quarter."""
    truth, frame = truth_of(place), release.frame()
    days = [release.date + datetime.timedelta(days=at % 90) for at in range(1000)]
    rows = [nearest_address(frame, truth)]
    rows += [averaging(lambda at: place.release(days[at], release).frame(), truth), homogeneity(frame, truth)]
    rows += [linkage(frame, truth), subtraction(frame, truth)]
    return rows + ([subtraction(frame, truth, exact=True)] if exact else [])


def following(place: Municipality, release: Release, day: pd.Timestamp, seed: int, targets: int, *, anew: bool = False
              ) -> list[Row]:  # fmt: skip
    """The attacks on a release and the next; `anew`: as if each were drawn without regard to the one before."""
    rng = np.random.default_rng(seed)

    def make(truth: Truth) -> gpd.GeoDataFrame:
        later = replace(place, persons=truth.persons, gifts=truth.gifts)
        return later.release(day.date(), None if anew else release, release.rules).frame()

    many = min(targets, len(place.persons))
    who = rng.choice(place.persons.index, many, replace=False)
    come = newcomers(place.addresses, rng, many, day.tz_localize("UTC") - pd.Timedelta(days=5), "new")
    frame, truth = release.frame(), truth_of(place)
    return [withdrawals(frame, make, truth, who), arrivals(frame, make, truth, truth_of(come))]


def show(title: str, rows: Iterable[Row]) -> None:
    print(f"\n{title}\n| attack | tried | identified | blind guess | |\n|---|---|---|---|---|")
    for row in rows:
        attack, tried, found, chance, measure = row.values()
        print(f"| {attack} | {tried} | {found} | {chance:.1f} | {measure} |")


def main(seeds: int = 3, targets: int = 200) -> None:
    """Measure each municipality."""
    days = quarters(START, 14)
    for seed in range(1, seeds + 1):
        place = municipality(seed)
        before = time.perf_counter()
        first = place.release(START)
        took = time.perf_counter() - before
        frame = first.frame()
        print(f"\nSeed {seed}: {len(place.persons)} persons, {len(place.addresses)} addresses, {len(frame)} cells, "
              f"made in {took:.2f} s; addresses per cell {frame['addresses'].min()}–{frame['addresses'].max()}, "
              f"median side {np.sqrt(frame.area).median() / 1000:.1f} km")  # fmt: skip
        second = pd.Timestamp(days[1])
        show("First release", standing(place, first, exact=True) + following(place, first, second, seed, targets))
        later, releases = lived_in(place, seed, days[:13])
        rows = standing(later, releases[-1], exact=False)
        show("After three years", rows + following(later, releases[-1], pd.Timestamp(days[13]), seed, targets))
        show("Drawn anew each time", following(place, first, second, seed, min(targets, 60), anew=True))
        for persons in (0, 16, 24, 40):
            wide = place.release(START, rules=CellRules(persons=persons)).frame()
            told = [wide.filter(regex=f"^{start}_").notna().sum(axis=1).mean() for start in ("theme", "field")]
            print(f"from {persons} persons: {len(wide)} cells, median side {np.sqrt(wide.area).median() / 1000:.1f} "
                  f"km, {told[0]:.1f} themes and {told[1]:.1f} fields told of a cell")  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 3:
        sys.exit(__doc__)
    main(*map(int, sys.argv[1:]))
