"""Do gaps add up to the people without, largest first, with the right strengths beside them?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from assetmap.analyses.coverage import coverage
from assetmap.analyses.gaps import gaps
from assetmap.errors import InputError, UnknownKey
from tests.towns import assets_at, homes_at, inventory_of
from tests.worlds import grid

# Five minutes are 400 m: the first home is covered, the others are not; the last two share a cell of 100 m.
SPOTS = [(100.0, 0.0), (500.0, 0.0), (500.0, 120.0), (500.0, 130.0)]
PEOPLE = [1.0, 8.0, 3.0, 6.0]


def town(**columns: object) -> object:
    library = assets_at((500.0, 200.0), category="library")
    cafe = assets_at((400.0, 0.0), (300.0, 0.0), category="cafe_eatery")
    bench = assets_at((500.0, 0.0), category="everyday_amenity")
    club = assets_at((500.0, 100.0), category="assoc_sport", location_precision="area")
    every = pd.concat([assets_at((0, 0)), library, cafe, bench, club])
    return inventory_of(every, homes_at(*SPOTS, people=PEOPLE, **columns))


def test_cells_add_up_largest_first() -> None:
    found = gaps(town(), category="playground", minutes=5)
    assert list(found.frame.index) == [1, 2]
    assert list(found.frame["people"]) == [9, 8]
    assert list(found.frame["total"]) == [9, 8]
    assert list(found.frame["share"]) == [1, 1]
    share = coverage(town(), category="playground", minutes=5).summary
    assert found.frame["people"].sum() == found.summary["without"] == share["denominator"] - share["covered"]
    metric = found.frame.to_crs(25832)
    assert metric.area.to_numpy() == pytest.approx(1e4, rel=1e-3)
    assert "17 people in 2 places have none within reach. The largest such place holds 9." in str(found.sentence)
    assert found.column == "people"
    assert found.unit == "people"


def test_a_cell_counts_only_those_without() -> None:
    """One cell of a kilometre: 17 of its 18 people have none."""
    found = gaps(town(), category="playground", minutes=5, cell_m=1e5)
    assert list(found.frame["people"]) == [17]
    assert found.frame["share"].iloc[0] == pytest.approx(17 / 18)


def test_by_homes() -> None:
    found = gaps(town(), category="playground", minutes=5, by="homes")
    assert list(found.frame["people"]) == [8, 6, 3]
    assert set(found.frame.geom_type) == {"Point"}
    assert found.frame.crs.to_epsg() == 4326


def test_strengths_are_the_nearest_of_other_sorts_without_context_or_vague_places() -> None:
    """From (500, 0): café at 100 m, library at 200 m. Not the bench, the playground, or the club placed by area."""
    first = gaps(town(), category="playground", minutes=5, by="homes").frame.iloc[0]
    assert [(s["category"], s["minutes"]) for s in first["strengths"]] == [("cafe_eatery", 1.2), ("library", 2.5)]
    assert first["strengths"][0]["name"] == "cafe_eatery/0"


def test_one_age_group_alone() -> None:
    columns = {"c0_5": [1.0, 0.0, 2.0, np.nan]}
    found = gaps(town(**columns), category="playground", minutes=5, group="c0_5")
    assert list(found.frame["people"]) == [2]
    assert found.summary["group"] == "c0_5"
    with pytest.raises(UnknownKey, match=r"age group “s67” is not known here\. Known: c0_5"):
        gaps(town(**columns), category="playground", minutes=5, group="s67")


def test_unlinked_homes_are_no_gaps() -> None:
    here = inventory_of(assets_at((0, 0)), homes_at((500, 100), (0, -150), people=[1, 9]))
    assert list(gaps(here, category="playground", minutes=5).frame["people"]) == [1]


def test_where_none_is_mapped_there_are_no_gaps_but_a_question() -> None:
    found = gaps(inventory_of(assets_at(), homes_at(*SPOTS, people=PEOPLE)), category="playground", minutes=5)
    assert found.frame.empty
    assert found.summary["share"] is None
    assert "none is mapped here yet" in str(found.sentence)


def test_where_everyone_is_covered() -> None:
    found = gaps(town(), category="playground", minutes=60)
    assert found.frame.empty
    assert "everyone whose home a street leads to has one" in str(found.sentence)


def test_hidden_people_are_no_gap() -> None:
    homes = homes_at((500, 100), (500, 0), people=[np.nan, 2])
    assert list(gaps(inventory_of(assets_at((0, 0)), homes), category="playground", minutes=5).frame["people"]) == [2]


def test_a_norm_names_the_category() -> None:
    found = gaps(town(), norm="no_t208_child_8")
    assert found.summary["category"] == "playground"
    assert found.receipt["call"]["norm"] == "no_t208_child_8"


def test_plain_frames() -> None:
    found = gaps(assets_at((0, 0)), minutes=5, homes=homes_at(*SPOTS), network=grid(), strengths=assets_at((500, 0)))
    assert list(found.frame["people"]) == [2, 1]
    assert found.frame["strengths"].iloc[1][0]["minutes"] == 0


def test_wrong_use() -> None:
    with pytest.raises(InputError, match="Use cells or homes"):
        gaps(town(), category="playground", by="parish")
    for size in (0, -5, float("nan")):
        with pytest.raises(InputError, match="cannot be drawn"):
            gaps(town(), category="playground", cell_m=size)
