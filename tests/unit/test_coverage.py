"""Is every share what one gets by hand, with its interval, and does it say what was left out?"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.analyses.coverage import coverage
from assetmap.disclosure.gate import release
from assetmap.errors import CRSError, InputError, UnknownKey
from assetmap.model.norms import norms
from assetmap.walk import WalkProfile
from tests.towns import assets_at, homes_at, inventory_of
from tests.worlds import grid, square, streets

# On the grid the walk from (0, 0) to (x, y) is x + y. Adults walk 80 m a minute, the slow 60, the fast 100:
# in five minutes 400, 300 and 500 m.
LADDER = [(100.0, 0.0), (300.0, 0.0), (400.0, 0.0), (500.0, 0.0), (500.0, 100.0)]
PEOPLE = [1.0, 2.0, 4.0, 8.0, 16.0]


def said(finding: object) -> str:
    return " ".join(str(c) for c in finding.caveats)  # type: ignore[attr-defined]


def test_share_and_interval_over_speed() -> None:
    found = coverage(
        inventory_of(assets_at((0, 0)), homes_at(*LADDER, people=PEOPLE)), category="playground", minutes=5
    )
    figures = found.summary
    assert (figures["total"], figures["denominator"], figures["covered"]) == (31, 31, 7)
    assert figures["unit"] == "people"
    assert figures["assets"] == 1
    assert (figures["share_low"], figures["share"], figures["share_high"]) == pytest.approx((3 / 31, 7 / 31, 15 / 31))
    assert list(found.frame["metres"]) == pytest.approx([100, 300, 400, 500, 600], rel=1e-3)
    assert list(found.frame["minutes"]) == pytest.approx([1.25, 3.75, 5, 6.25, 7.5], rel=1e-3)
    assert list(found.frame["covered"]) == [True, True, True, False, False]
    assert found.frame.crs.to_epsg() == 4326
    assert str(found.sentence) == "Playground: 7 of 31 people (23 %; 10 % to 48 %) have one within 5 minutes on foot."


def test_a_home_exactly_at_the_threshold_is_within_it() -> None:
    at = homes_at((400, 0), people=[1])
    assert coverage(inventory_of(assets_at((0, 0)), at), category="playground", minutes=5).summary["share"] == 1
    less = coverage(inventory_of(assets_at((0, 0)), at), category="playground", minutes=4.99)
    assert less.summary["share"] == 0


def test_without_people_dwellings_count() -> None:
    homes = homes_at((100, 0), (500, 100), dwellings=[3.0, 1.0])
    found = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5)
    assert found.summary["unit"] == "homes"
    assert (found.summary["covered"], found.summary["denominator"], found.summary["share"]) == (3, 4, 0.75)
    assert found.summary["groups"] == {}
    assert "dwellings estimated" in said(found)
    assert list(found.frame["people"]) == [3, 1]


def test_interval_over_suppressed_people() -> None:
    """Two homes whose people lie between 1 and 3, one within reach of everybody and one of nobody."""
    low_high = {"people_low": [1.0, 1.0, 5.0], "people_high": [3.0, 3.0, 5.0]}
    homes = homes_at((100, 0), (500, 100), (500, 200), people=[2, 2, 5], **low_high)
    found = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5).summary
    assert found["share"] == pytest.approx(2 / 9)
    assert found["share_low"] == pytest.approx(1 / (1 + 3 + 5))
    assert found["share_high"] == pytest.approx(3 / (3 + 1 + 5))


def test_people_hidden_without_a_limit_count_nowhere() -> None:
    """At least five are known to live at the first home, but not how many: neither share nor interval may use them."""
    homes = homes_at(
        (100, 0), (500, 100), people=[np.nan, 5], people_low=[5.0, 5.0], people_high=[np.nan, 5.0],
        c0_5=[5.0, 1.0], c0_5_low=[5.0, 1.0], c0_5_high=[5.0, 1.0],
    )  # fmt: skip
    found = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5)
    figures = found.summary
    assert (figures["total"], figures["share_low"], figures["share"], figures["share_high"]) == (5, 0, 0, 0)
    assert figures["groups"]["c0_5"]["total"] == 1
    assert "At one home the number of people is hidden" in said(found)
    assert np.isnan(found.frame["people"].iloc[0]), "hidden is not nobody"


def test_unlinked_homes_are_counted_and_left_out_of_the_share() -> None:
    homes = homes_at((100, 0), (500, 100), (0, -150), people=[1, 1, 8])
    found = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5)
    figures = found.summary
    assert (figures["total"], figures["unlinked"], figures["denominator"], figures["share"]) == (10, 8, 2, 0.5)
    assert "8 of 10 people are too far from any mapped street" in said(found)
    assert list(found.frame["linked"]) == [True, True, False]
    wider = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5, snap_m=200).summary
    assert (wider["unlinked"], wider["share"]) == (0, pytest.approx(0.9))


def test_linked_homes_that_cannot_reach_stay_as_not_covered() -> None:
    """An island with streets of its own and no asset: minutes are not known, and its people are in the denominator."""
    island = [(x, 5000.0) for x in range(0, 700, 100)]
    network = streets([(x, 0.0) for x in range(0, 700, 100)], island)
    found = coverage(
        inventory_of(assets_at((0, 0)), homes_at((100, 0), (100, 5000), people=[1, 3]), network),
        category="playground", minutes=60,
    )  # fmt: skip
    assert found.summary["denominator"] == 4
    assert found.summary["unlinked"] == 0
    assert found.summary["share"] == 0.25
    assert np.isnan(found.frame["minutes"].iloc[1])
    assert found.frame["linked"].iloc[1]
    assert found.frame["nearest"].iloc[1] is None


def test_homes_near_the_edge_of_the_data() -> None:
    homes = homes_at(*LADDER, people=PEOPLE, edge_m=[399.0, 400.0, 1000.0, 1000.0, 0.0])
    found = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5)
    edge = found.summary["near_edge"]
    assert edge["total"] == 1 + 16
    assert edge["share_without"] == pytest.approx(6 / 14)
    assert edge["share_low_without"] == pytest.approx(2 / 14)
    assert edge["share_high_without"] == 1
    assert found.summary["share"] == pytest.approx(7 / 31), "they are kept and counted"
    assert "17 of 31 people are nearer the edge of the data than 5 minutes" in said(found)


def test_all_homes_near_the_edge() -> None:
    found = coverage(inventory_of(assets_at((0, 0)), homes_at((100, 0), people=[1], edge_m=0.0)), category="playground")
    assert found.summary["near_edge"]["share_without"] is None
    assert "All homes lie near the edge of the data" in said(found)


def test_groups_have_their_own_interval() -> None:
    """Ten people at each home; of the group, 2 (1 to 4) near and 3 (3 to 3) far."""
    homes = homes_at((100, 0), (500, 100), people=[10, 10], c0_5=[2.0, 3.0], c0_5_low=[1.0, 3.0], c0_5_high=[4.0, 3.0])
    found = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5).summary
    assert list(found["groups"]) == ["c0_5"]
    group = found["groups"]["c0_5"]
    assert (group["total"], group["covered"], group["denominator"]) == (5, 2, 5)
    assert (group["share_low"], group["share"], group["share_high"]) == pytest.approx((1 / 4, 2 / 5, 4 / 7))


def test_no_asset_is_not_mapped_yet_and_no_share() -> None:
    found = coverage(inventory_of(assets_at(), homes_at(*LADDER, people=PEOPLE)), category="playground", minutes=5)
    figures = found.summary
    assert [figures[k] for k in ("share", "share_low", "share_high")] == [None, None, None]
    assert (figures["assets"], figures["covered"], figures["denominator"]) == (0, 0, 31)
    assert found.frame["minutes"].isna().all()
    assert "none is mapped here yet" in str(found.sentence)
    assert "No asset of this category is mapped here yet" in said(found)


@pytest.mark.parametrize("precision", ["street", "area", "none"])
def test_an_asset_without_an_exact_place_neither_covers_nor_fails(precision: str) -> None:
    assets = assets_at((0, 0), location_precision=precision)
    if precision == "none":
        assets = assets_at(None)
    found = coverage(inventory_of(assets, homes_at((100, 0), people=[1])), category="playground", minutes=5)
    assert found.summary["share"] is None
    assert "none of those mapped counts" in str(found.sentence)
    assert "One asset has no exact place yet and does not count." in said(found)
    assert "mapped here yet" not in said(found)


def test_no_home_is_no_share() -> None:
    found = coverage(inventory_of(assets_at((0, 0)), homes_at()), category="playground", minutes=5)
    assert found.summary["share"] is None
    assert "no home is known here" in str(found.sentence)


def test_assets_beyond_the_boundary_can_be_walked_to() -> None:
    whole = inventory_of(assets_at((0, 0)), homes_at((100, 0), people=[1]))
    beyond = whole.replace(frame=whole.frame.head(0), beyond=whole.frame)
    assert coverage(beyond, category="playground", minutes=5).summary["share"] == 1


def test_pending_and_narrow_assets_do_not_count_for_the_public() -> None:
    whole = inventory_of(assets_at((0, 0), review="pending"), homes_at((100, 0), people=[1]), audience=3)
    public = coverage(release(whole, "public"), category="playground", minutes=5)
    assert public.summary["share"] is None
    assert "wait for review" in said(public)
    assert coverage(release(whole, "staff"), category="playground", minutes=5).summary["share"] == 1


# -- thresholds ----------------------------------------------------------------------------------------------------


def test_the_default_is_the_catchment_and_not_a_norm() -> None:
    here = inventory_of(assets_at((0, 0), category="library"), homes_at((500, 100), people=[1]))
    found = coverage(here, category="library")
    assert found.summary["minutes"] == 15
    assert "15 minutes is a default for this category, not a norm." in said(found)
    assert found.summary["parameters"]["catchment_is_default"] is True


def test_a_norm_in_metres_is_measured_in_metres() -> None:
    """no_t208_child_8: 200 m along streets. Speed makes no difference, and steps count as long as they are."""
    network = streets([(0.0, 0.0), (150.0, 0.0), (250.0, 0.0), (900.0, 0.0)], steps=[True, False, False])
    homes = homes_at((200, 0), (201, 0), people=[1, 1])
    for profile in ("adult", "older-ice"):
        found = coverage(
            inventory_of(assets_at((0, 0)), homes, network),
            category="playground",
            norm="no_t208_child_8",
            profile=profile,
        )
        assert list(found.frame["covered"]) == [True, False]
        assert found.summary["share"] == found.summary["share_low"] == found.summary["share_high"] == 0.5
        assert found.summary["minutes"] is None
        assert found.summary["parameters"]["metres"] == 200
        assert found.summary["parameters"]["norm"] == "no_t208_child_8"
        assert "Rundskriv T-2/08" in said(found)
    by_time = coverage(inventory_of(assets_at((0, 0)), homes, network), category="playground", minutes=2.5)
    assert not by_time.frame["covered"].any(), "in minutes a metre of steps counts three times"


def test_a_straight_line_norm_to_the_edge_of_large_enough_areas() -> None:
    """rule_3_30_300: 300 m as the crow flies to at least 0.5 ha; a point has no known size."""
    park = square(0, 0, 100, 60)
    pocket = square(1000, 0, 60, 60)
    greens = assets_at(park, pocket, (2000.0, 0.0), category="park_green")
    homes = homes_at((400, 30), (401, 30), (0, 360), (1030, 30), (2000, 0), (30, 30), people=[1] * 6)
    found = coverage(inventory_of(greens, homes), category="park_green", norm="rule_3_30_300")
    assert list(found.frame["covered"]) == [True, False, True, False, False, True]
    assert found.summary["assets"] == 1
    assert found.summary["unlinked"] == 0, "no street is needed"
    assert found.summary["parameters"]["distance"] == "straight line"
    assert "2 assets are smaller than the norm asks" in said(found)
    assert "as the crow flies" in str(found.sentence)


def test_only_too_small_areas_are_not_the_same_as_none_mapped() -> None:
    found = coverage(
        inventory_of(assets_at((0, 0), category="park_green"), homes_at((0, 0), people=[1])), norm="rule_3_30_300"
    )
    assert found.summary["share"] is None
    assert "none of those mapped counts" in str(found.sentence)
    assert "No asset of this category is mapped" not in said(found)


def test_a_norm_for_several_categories_that_stand_in_for_each_other() -> None:
    """dk_odense_green: a green area, whichever of the two."""
    both = pd.concat([assets_at((0, 0), category="park_green"), assets_at((500, 0), category="nature_outdoor")])
    found = coverage(
        inventory_of(both, homes_at((200, 0), (500, 300), (200, 500), people=[1, 1, 2])), norm="dk_odense_green"
    )
    assert found.summary["category"] == ["park_green", "nature_outdoor"]
    assert (found.summary["covered"], found.summary["share"]) == (2, 0.5)
    assert "Park and everyday green space or Nature" in str(found.sentence)


def test_a_norm_that_asks_for_each_of_its_categories_refuses_to_add_them_up() -> None:
    here = inventory_of(assets_at((0, 0), category="library"), homes_at((100, 0), people=[1]))
    with pytest.raises(InputError, match="each of these by itself"):
        coverage(here, norm="ten_minute_city")
    found = coverage(here, category="library", norm="ten_minute_city")
    assert (found.summary["minutes"], found.summary["share"]) == (10, 1)


def test_norms_recalled_or_measured_otherwise_say_so() -> None:
    here = inventory_of(assets_at((0, 0), category="transit_stop"), homes_at((100, 0), people=[1]))
    assert "quoted from memory" in said(coverage(here, category="transit_stop", norm="transit_400"))
    play = inventory_of(assets_at((0, 0)), homes_at((10, 0), people=[1]))
    assert "The norm measures by “unspecified”" in said(
        coverage(play, category="playground", norm="no_hamar_near_play")
    )


@pytest.mark.parametrize("key", [key for key, norm in norms().items() if norm.usable])
def test_every_usable_norm_can_be_asked(key: str) -> None:
    norm = norms()[key]
    category = norm.categories[0]
    area = assets_at(square(0, 0, 500, 500), category=category)
    found = coverage(inventory_of(area, homes_at((0, 0), people=[1])), category=category, norm=key)
    assert found.summary["parameters"]["norm"] == key
    assert (found.summary["minutes"] is None) == (norm.metres is not None)
    assert found.summary["share"] == 1 or norm.min_area_m2 == 5000 * 40


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf"), 241])
def test_minutes_that_are_no_walk(minutes: float) -> None:
    with pytest.raises(InputError, match="is no walk"):
        coverage(inventory_of(assets_at((0, 0)), homes_at((0, 0))), category="playground", minutes=minutes)


def test_wrong_use_says_what_to_do() -> None:
    here = inventory_of(assets_at((0, 0)), homes_at((0, 0)))
    with pytest.raises(InputError, match="Give one of them"):
        coverage(here, category="playground", minutes=5, norm="no_t208_child_8")
    with pytest.raises(UnknownKey, match="no category “swings”"):
        coverage(here, category="swings")
    with pytest.raises(UnknownKey, match="no norm “mine”"):
        coverage(here, category="playground", norm="mine")
    with pytest.raises(InputError, match="not about playground"):
        coverage(here, category="playground", norm="transit_400")
    with pytest.raises(InputError, match="sets no distance or time"):
        coverage(here, category="playground", norm="no_oppegard_play_area")
    with pytest.raises(UnknownKey, match="no way of walking “unicycle”"):
        coverage(here, category="playground", profile="unicycle")
    with pytest.raises(InputError, match="is a person's gift"):
        coverage(here, category="gifts_hand")
    with pytest.raises(InputError, match="a network and homes are needed"):
        coverage(assets_at((0, 0)), minutes=5)


# -- who walks -----------------------------------------------------------------------------------------------------


def test_a_pram_does_not_take_the_steps() -> None:
    """The way by the steps is 100 m long, the way round 700 m; 3.2 km/h are 53 m a minute."""
    network = streets(
        [(0.0, 0.0), (100.0, 0.0)],
        [(0.0, 0.0), (0.0, 300.0), (100.0, 300.0), (100.0, 0.0)],
        steps=[True, False, False, False],
    )
    here = inventory_of(assets_at((0, 0)), homes_at((100, 0), people=[1]), network)
    adult = coverage(here, category="playground", minutes=10)
    pram = coverage(here, category="playground", minutes=10, profile="pram")
    assert adult.frame["metres"].iloc[0] == pytest.approx(300, rel=1e-3), "a metre of steps counts as three"
    assert pram.frame["metres"].iloc[0] == pytest.approx(700, rel=1e-3)
    assert pram.frame["minutes"].iloc[0] == pytest.approx(700 / (3200 / 60), rel=1e-3)
    assert (adult.summary["share"], pram.summary["share"]) == (1, 0)


def test_ice_takes_two_minutes_more_a_kilometre() -> None:
    here = inventory_of(assets_at((0, 0)), homes_at((500, 0), people=[1]))
    bare = coverage(here, category="playground", minutes=10)
    ice = coverage(here, category="playground", minutes=10, profile="adult-ice")
    assert ice.frame["minutes"].iloc[0] - bare.frame["minutes"].iloc[0] == pytest.approx(1, rel=1e-3)


def test_a_profile_of_ones_own_is_kept_whole_in_the_receipt() -> None:
    mine = WalkProfile("adult", 3.0, 3.0, 3.0, "measured here")
    found = coverage(
        inventory_of(assets_at((0, 0)), homes_at((300, 0), people=[1])), category="playground", minutes=5, profile=mine
    )
    assert found.summary["share"] == 0
    assert found.receipt["call"]["profile"]["speed_kmh"] == 3


# -- frames of other kinds -----------------------------------------------------------------------------------------


def test_plain_frames_without_columns_in_any_reference_system() -> None:
    assets = gpd.GeoDataFrame(geometry=assets_at((0, 0)).geometry).to_crs(3857)
    homes = gpd.GeoDataFrame(geometry=homes_at((100, 0), (500, 100)).geometry).to_crs(25833)
    found = coverage(assets, minutes=5, homes=homes, network=grid())
    assert found.summary["category"] == []
    assert found.summary["share"] == 0.5
    assert list(found.frame["nearest"]) == [assets.index[0]] * 2
    with pytest.raises(InputError, match="assets say no category"):
        coverage(assets, homes=homes, network=grid())
    for bare in ("assets", "homes"):
        naked = {"assets": assets, "homes": homes} | {
            bare: {"assets": assets, "homes": homes}[bare].set_crs(None, allow_override=True)
        }
        with pytest.raises(CRSError, match="does not say which reference system"):
            coverage(naked["assets"], minutes=5, homes=naked["homes"], network=grid())


def test_a_category_named_twice_counts_once() -> None:
    here = inventory_of(assets_at((0, 0)), homes_at((100, 0), people=[1]))
    found = coverage(here, category=["playground", "playground"], minutes=5)
    assert found.summary["category"] == "playground"
    assert found.summary["assets"] == 1


def test_homes_without_a_place_are_unlinked() -> None:
    homes = homes_at((100, 0), (0, 0), people=[1, 3])
    homes.loc["home/1", "geometry"] = None
    found = coverage(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5)
    assert (found.summary["unlinked"], found.summary["share"]) == (3, 1)


def test_areas_are_entered_at_their_edge_not_their_middle() -> None:
    """A park 100–500 m east along the street: the home at 0 is 100 m from it, not 300."""
    network = streets([(0.0, 0.0), (600.0, 0.0)])
    park = shapely.box(100, 5, 500, 205)
    found = coverage(
        inventory_of(assets_at(park, category="park_green"), homes_at((0, 0), people=[1]), network),
        category="park_green",
    )
    assert found.frame["metres"].iloc[0] == pytest.approx(105, rel=1e-3)


def test_summary_and_receipt_are_plain_json() -> None:
    found = coverage(inventory_of(assets_at((0, 0)), homes_at(*LADDER, people=PEOPLE)), category="playground")
    again = json.loads(json.dumps({"summary": found.summary, "receipt": found.receipt}, allow_nan=False))
    assert again["receipt"]["figure"] == again["summary"]
    assert again["receipt"]["call"]["audience"] == "public"
    assert set(again["receipt"]["inputs"]) == {"assets", "homes", "network"}
