"""Whoever comes and goes: is every public word true of those who consent now, and of enough of them?"""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.disclosure.attacks import Truth, beyond_chance, homogeneity, linkage
from assetmap.disclosure.releases import Release
from tests.municipality import EARLIER, START, Municipality, municipality, newcomers, quarters

STEPS = st.lists(st.tuples(st.floats(0, 0.6), st.integers(0, 60)), min_size=1, max_size=5)


def check(place: Municipality, release: Release) -> None:
    """k persons in every cell and in every number, true numbers, no theme that all share, no square in two cells."""
    frame, truth = release.frame(), Truth(place.persons, place.gifts, place.addresses)
    if frame.empty:
        return
    assert not beyond_chance(linkage(frame, truth))
    assert not beyond_chance(homogeneity(frame, truth))
    for cell, who in zip(frame.index, truth.members(frame), strict=True):
        assert len(who) >= frame.loc[cell, "persons"] >= 5
        own = truth.labels.loc[who].sum()
        told = frame.loc[cell, own.index.intersection(frame.columns)].dropna()
        assert (own[told.index] >= told).all()
    assert frame["addresses"].min() >= 20
    assert abs(frame.union_all().area - frame.area.sum()) < 1
    assert frame.union_all().area == frame.union_all().envelope.area, "the whole area, without a hole"


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 999), people=st.integers(0, 250), kinds=st.integers(1, 30), steps=STEPS)
def test_what_is_said_is_true_now(seed: int, people: int, kinds: int, steps: list[tuple[float, int]]) -> None:
    place = municipality(seed, people=people, kinds=kinds + 5, homes=2_000)
    rng = np.random.default_rng(seed)
    days = quarters(START, len(steps) + 1)
    release = place.release(days[0])
    check(place, release)
    for quarter, ((share, come), day) in enumerate(zip(steps, days[1:], strict=True)):
        place = place.without(*rng.choice(place.persons.index, int(share * len(place.persons)), replace=False))
        moment = pd.Timestamp(day, tz="UTC") - pd.Timedelta(days=9)
        place = place.joined_by(newcomers(place.addresses, rng, come, moment, f"{quarter}-", kinds + 5))
        before, release = release, place.release(day, release)
        check(place, release)
        assert Release.from_bytes(release.to_bytes()) == release
        assert place.release(day, before) == release, "made twice, it is the same"


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 999), data=st.data())
def test_one_change_after_a_first_release_is_not_seen(seed: int, data: st.DataObject) -> None:
    place = municipality(seed, people=200, homes=3_000)
    first = place.release(START)
    who = data.draw(st.sampled_from(list(place.persons.index)))
    later = quarters(START, 2)[1]
    assert place.without(who).release(later, first).cells == first.cells
    one = newcomers(place.addresses, np.random.default_rng(seed), 1, EARLIER + pd.Timedelta(days=230), "new")
    assert place.joined_by(one).release(later, first).cells == first.cells
    changed = place.gifts[place.gifts["person"] != who]
    since = place.persons["since"].where(place.persons.index != who, EARLIER + pd.Timedelta(days=230))
    other = dataclasses.replace(place, gifts=changed, persons=place.persons.assign(since=since))
    assert other.release(later, first).cells == first.cells, "nor that somebody shares something else"
