"""How long does what is known of an asset stay true?

A half-life: after so many years one record in two of that sort is expected to be wrong in something that matters (gone,
moved, renamed, other hours). The figures are planning values, set from what is known of how fast such things come and
go, and meant to be argued with; they only decide what is looked at first, never what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from assetmap.messages import M, Message
from assetmap.model.taxonomy import taxonomy


@dataclass(frozen=True)
class HalfLife:
    """After how many years every other record is expected to be out of date, and why."""

    years: float
    reason: Message


_SHOPS = HalfLife(1.0, M("Shops, cafés and services open, close and change hands often."))
_ASSOCIATIONS = HalfLife(1.5, M("Associations change their board, place and meeting times from season to season."))
_TRADITIONS = HalfLife(1.5, M("What happens once a year may not happen again."))
_CLUBS = HalfLife(2.0, M("Meeting places run by volunteers change their hours and offers."))
_EQUIPMENT = HalfLife(3.0, M("Playgrounds, benches and outdoor equipment are rebuilt or removed every few years."))
_INSTITUTIONS = HalfLife(4.0, M("Institutions stay, while their hours and services change."))
_BUILDINGS = HalfLife(6.0, M("Halls and houses of culture or worship last, and their use changes slowly."))
_GROUND = HalfLife(10.0, M("Parks and squares change slowly, and are rebuilt now and then."))
_MEMORY = HalfLife(15.0, M("Even memorials are moved or renamed now and then."))

_BY_KIND = {
    "associations": _ASSOCIATIONS,
    "institutions": _INSTITUTIONS,
    "places": _EQUIPMENT,
    "exchange": _SHOPS,
    "stories": _MEMORY,
    "individuals": _ASSOCIATIONS,
}
_BY_CATEGORY = {
    "volunteer_hub": _CLUBS,
    "community_house": _CLUBS,
    "youth_club": _CLUBS,
    "garden_growing": _CLUBS,
    "park_green": _GROUND,
    "nature_outdoor": _GROUND,
    "bathing_place": _BUILDINGS,
    "square": _GROUND,
    "sports_hall": _BUILDINGS,
    "place_of_worship": _BUILDINGS,
    "culture_venue": _BUILDINGS,
    "tradition_event": _TRADITIONS,
}

HOURS_EXPECTED = frozenset({
    "volunteer_hub", "library", "health_service", "social_support", "public_service", "community_house", "youth_club",
    "sports_hall", "grocery_market", "cafe_eatery", "local_shop_service", "reuse_repair_share", "culture_venue",
})  # fmt: skip
"""Categories of which people ask first when they are open."""


def half_life(category: str) -> HalfLife:
    """How long a record of a category stays true.

    Raises:
        UnknownKey: There is no such category.
    """
    return _BY_CATEGORY.get(category) or _BY_KIND[taxonomy()[category].kind]
