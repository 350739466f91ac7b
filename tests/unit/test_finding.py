"""Does an answer carry everything that it must be said with?"""

from __future__ import annotations

import dataclasses

import pytest

from assetmap.analyses.coverage import coverage
from assetmap.model.provenance import Provenance
from tests.towns import OSM, assets_at, homes_at, inventory_of


def found() -> object:
    two = (OSM, Provenance("clubs", "Clubs", "NLOD-2.0", "Kommunen", "2026-11-21"), OSM)
    return coverage(inventory_of(assets_at((0, 0)), homes_at((100, 0)), provenance=two), category="playground")


def test_each_attribution_once_in_source_order() -> None:
    assert found().attribution == ("© OpenStreetMap contributors", "Kommunen")


def test_it_is_frozen_and_replaced_whole() -> None:
    first = found()
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.unit = "cats"
    other = first.replace(unit="cats")
    assert (first.unit, other.unit) == ("homes", "cats")
    assert other.frame is first.frame


def test_it_shows_its_sentence() -> None:
    assert repr(found()) == "<Finding coverage: Playground: 1 of 1 homes (100 %) have one within 5 minutes on foot.>"


def test_nothing_that_must_be_said_is_empty() -> None:
    answer = found()
    assert answer.column in answer.frame
    for part in ("title", "sentence", "summary", "parameters", "method", "caveats", "provenance", "receipt"):
        assert getattr(answer, part), part
