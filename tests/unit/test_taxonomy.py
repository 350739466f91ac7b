"""The taxonomy that ships: complete, and each category known by its own tags."""

from __future__ import annotations

import re

import pytest

from assetmap.errors import UnknownKey
from assetmap.model.taxonomy import GROUPS, taxonomy

KNOWN = taxonomy()
EXAMPLES = [(category.key, clause) for category in KNOWN.values() for clause in category.rule.clauses]


def test_what_there_is() -> None:
    assert len(KNOWN) == 45
    assert list(KNOWN.kinds) == ["individuals", "associations", "institutions", "places", "exchange", "stories"]
    assert {category.kind for category in KNOWN.values()} == set(KNOWN.kinds)
    counts = [sum(c.kind == kind for c in KNOWN.values()) for kind in KNOWN.kinds]
    assert counts == [4, 11, 8, 13, 5, 4]
    # Gifts of people are never points on a map; all others differ in colour and in shape.
    drawn = [kind for kind in KNOWN.kinds.values() if kind.key != "individuals"]
    assert len({kind.colour for kind in drawn}) == len({kind.shape for kind in drawn}) == 5


@pytest.mark.parametrize("category", KNOWN.values(), ids=list(KNOWN))
def test_every_category_is_whole(category) -> None:  # type: ignore[no-untyped-def]
    assert {"en", "nb", "da"} <= set(category.labels)
    assert category.label("xx") == category.label("en") == category.labels["en"]
    assert re.fullmatch(r"[a-z0-9-]+", category.icon)
    assert 0 < category.catchment_min <= 30
    assert category.serves
    assert set(category.serves) <= set(GROUPS)
    assert category.role in {"asset", "context", "gift"}
    assert category.dedupe_m >= 0
    assert category.default_visibility in {"public", "org", "moderated", "private"}
    assert (category.role == "gift") == (category.default_visibility == "private") == (category.kind == "individuals")
    assert bool(category.rule.clauses) or category.kind in {"individuals", "associations", "stories"}


@pytest.mark.parametrize(("key", "clause"), EXAMPLES)
def test_the_tags_of_a_category_mean_it_or_a_more_special_one(key: str, clause) -> None:  # type: ignore[no-untyped-def]
    """Each clause with each of its values: the category itself wins, or one that names the same tag as specifically."""
    tags = {c.key: next(iter(sorted(c.values))) if c.values else "something" for c in clause if not c.negated}
    found = KNOWN.classify(tags)
    assert found is not None
    assert KNOWN[found].rule.match(tags) >= KNOWN[key].rule.match(tags)


@pytest.mark.parametrize(
    ("tags", "category"),
    [
        ({"shop": "second_hand"}, "reuse_repair_share"),
        ({"shop": "florist"}, "local_shop_service"),
        ({"shop": "bakery"}, "grocery_market"),
        ({"shop": "vacant"}, None),
        ({"healthcare": "counselling"}, "social_support"),
        ({"healthcare": "midwife"}, "health_service"),
        ({"amenity": "library"}, "library"),
        ({"amenity": "library", "access": "private"}, None),
        ({"amenity": "library", "access": "members"}, None),
        ({"amenity": "library", "library": "academic"}, None),
        ({"club": "sport"}, "assoc_sport"),
        ({"club": "chess"}, "assoc_recreation_social"),
        ({"leisure": "garden"}, "park_green"),
        ({"leisure": "garden", "garden:type": "community"}, "garden_growing"),
        ({"leisure": "garden", "garden:type": "residential"}, None),
        ({"leisure": "pitch", "sport": "skateboard"}, "sports_ground"),
        ({"leisure": "swimming_pool"}, None),
        ({"leisure": "swimming_pool", "name": "Bad"}, "bathing_place"),
        ({"leisure": "swimming_pool", "@area_m2": "149"}, None),
        ({"leisure": "swimming_pool", "@area_m2": "150"}, "bathing_place"),
        ({"leisure": "swimming_pool", "name": "Bad", "access": "private"}, None),
        ({"amenity": "community_centre"}, "community_house"),
        ({"amenity": "community_centre", "community_centre": "youth_centre"}, "youth_club"),
        ({"amenity": "community_centre", "community_centre": "family_centre"}, "social_support"),
        ({"amenity": "shelter", "shelter_type": "lean_to"}, "nature_outdoor"),
        ({"amenity": "shelter", "shelter_type": "public_transport"}, "everyday_amenity"),
        ({"amenity": "shelter"}, None),
        ({"highway": "pedestrian", "area": "yes"}, "square"),
        ({"highway": "pedestrian"}, None),
        ({"highway": "bus_stop"}, "transit_stop"),
        ({"amenity": "recycling"}, None),
        ({"amenity": "recycling", "recycling_type": "centre"}, "reuse_repair_share"),
        (
            {"amenity": "social_facility", "social_facility": "group_home", "social_facility:for": "senior"},
            "elder_care",
        ),
        ({"amenity": "social_facility", "social_facility": "group_home"}, None),
        ({"amenity": "post_office"}, "public_service"),
        ({"historic": "memorial"}, "heritage_memory"),
        ({"historic": "no"}, None),
        ({"building": "yes"}, None),
        ({}, None),
    ],
)
def test_what_tags_mean(tags: dict[str, str], category: str | None) -> None:
    assert KNOWN.classify(tags) == category


def test_one_download_holds_all_that_can_be_classified() -> None:
    for _, clause in EXAMPLES:
        first = clause[0]
        assert first.key in KNOWN.osm_keys()
        wanted = KNOWN.osm_values()[first.key]
        assert not wanted or first.values <= wanted
    assert KNOWN.osm_values()["shop"] == frozenset()
    assert "footway" not in KNOWN.osm_values()["highway"]


def test_an_unknown_key_names_those_there_are() -> None:
    with pytest.raises(UnknownKey, match="playground"):
        KNOWN["playgrund"]
    assert "playgrund" not in KNOWN
