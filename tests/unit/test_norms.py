"""Does every norm say where it comes from, whom it is for, and how it measures?"""

from __future__ import annotations

import pytest

from assetmap.errors import UnknownKey
from assetmap.model.norms import norm, norms
from assetmap.model.taxonomy import GROUPS, taxonomy


def test_every_norm_is_about_known_categories_and_ages() -> None:
    assert len(norms()) == 25
    for one in norms().values():
        assert one.categories
        assert all(key in taxonomy() for key in one.categories), one.key
        assert set(one.groups) <= set(GROUPS), one.key
        assert one.statement
        assert one.status
        assert one.verified
        assert one.source or one.verified == "recalled", f"{one.key}: what was read has a source"


def test_numbers_make_sense() -> None:
    for one in norms().values():
        assert one.metres is None or 10 <= one.metres <= 10_000
        assert one.minutes is None or 1 <= one.minutes <= 60
        assert one.min_area_m2 is None or one.min_area_m2 >= 1000
    assert not norm("no_oppegard_play_area").usable
    assert norm("who_green_300").metres == 300
    assert norm("who_green_300").min_area_m2 == 5000


def test_which_ask_for_each_category_by_itself() -> None:
    assert {key for key, one in norms().items() if one.each} == {"ten_minute_city", "fifteen_minute_city", "ghsci_500"}


def test_an_unknown_norm_names_the_known_ones() -> None:
    with pytest.raises(UnknownKey, match=r"no norm “x”. Use one of: no_t208_child_5_6, "):
        norm("x")
