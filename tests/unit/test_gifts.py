"""Are the themes whole in three languages, and is a gift refused that nobody could use?"""

from __future__ import annotations

from typing import Any

import pytest

from assetmap.errors import InputError, UnknownKey
from assetmap.model.gifts import GIFTS, Gift, fields, theme, themes
from assetmap.model.taxonomy import taxonomy


def test_what_there_is() -> None:
    assert len(themes()) == 53
    assert [sum(one.gift == gift for one in themes().values()) for gift in GIFTS] == [13, 24, 9, 7]
    assert {key for key, one in themes().items() if one.sensitive} == {"advocacy", "faith_ritual"}
    assert sum(one.safeguarding for one in themes().values()) == 9
    assert {one.field for one in themes().values()} == set(fields())


@pytest.mark.parametrize("key", list(themes()))
def test_every_theme_is_whole(key: str) -> None:
    one = theme(key)
    assert {"en", "nb", "da"} == set(one.labels)
    assert one.label("xx") == one.label("en") == one.labels["en"]
    assert one.category in taxonomy()
    assert taxonomy()[one.category].role == "gift"


@pytest.mark.parametrize("key", list(fields()))
def test_every_field_is_named_in_three_languages(key: str) -> None:
    assert {"en", "nb", "da"} == set(fields()[key].labels)


def test_an_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(UnknownKey, match=r"no theme “flying”. Use one of: care_people, "):
        theme("flying")


def test_a_gift_keeps_what_was_said() -> None:
    gift = Gift("g", "p", "offer", "repair_bike", "Any bike", ("nb", "ar"), ("evening",), 15, False, "teach", 2)
    assert (gift.languages, gift.times, gift.minutes, gift.form, gift.per_month) == (
        ("nb", "ar"), ("evening",), 15, "teach", 2,
    )  # fmt: skip
    assert "Any bike" not in repr(gift), "what a person said shall not come into logs by accident"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"side": "need"}, "cannot be the side of a gift"),
        ({"theme": "flying"}, "no theme “flying”"),
        ({"form": "sell"}, "cannot be the form of a gift"),
        ({"times": ("midnight",)}, "cannot be the times of a gift"),
        ({"languages": ("Norsk",)}, "no code of a language"),
        ({"minutes": 0}, "minutes cannot be 0"),
        ({"minutes": 121}, "minutes cannot be 121"),
        ({"minutes": True}, "minutes cannot be True"),
        ({"per_month": 1.5}, "per_month cannot be 1.5"),
        ({"note": "x" * 501}, "501 characters long"),
    ],
)
def test_what_nobody_could_use_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Gift(**{"id": "g", "person": "p", "side": "offer", "theme": "baking", **changed})
