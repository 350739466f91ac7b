"""What is held of a person, and what does it look like sealed?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.gifts import Gift
from assetmap.store import asked

RELATIONS = ("lives", "works", "uses")
"""How a person belongs to an area."""
LIFE_STAGES = ("child", "youth", "adult", "parent", "older")
FLAGS = ("address_protected", "minor", "certificate_shown")
"""What whoever makes a match must know: the home is a secret and never leaves; under 18; a police certificate was
shown for work with children or in homes."""
_LONGEST = {"name": 200, "contact": 300, "note": 2000}


@dataclass(frozen=True)
class Profile:
    """What is held of a person; all of it is sealed.

    Attributes:
        contact: How to reach them, in their words.
        point: Longitude and latitude (WGS84) of where they start from; None: not said.
        areas: Pairs of one of `RELATIONS` and the id of an area.
        life_stage: One of `LIFE_STAGES`, only where the person chose to say so.
        flags: Some of `FLAGS`.
    """

    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    point: tuple[float, float] | None = field(default=None, repr=False)
    areas: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    life_stage: str = field(default="", repr=False)
    flags: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        for name, most in _LONGEST.items():
            asked.words(getattr(self, name), most=most)
        if self.point is not None:
            _demand_point(self.point)
        for relation, area in self.areas:
            demand_known("relation", relation, RELATIONS)
            asked.key(area)
        demand_known("life_stage", self.life_stage, ("", *LIFE_STAGES))
        for flag in self.flags:
            demand_known("flag", flag, FLAGS)


def opened_profile(opened: Mapping[str, Any]) -> Profile:
    """A profile as it was sealed: JSON knows no tuples."""
    point = opened.get("point")
    plain = {
        **opened,
        "point": None if point is None else tuple(point),
        "areas": tuple((relation, area) for relation, area in opened.get("areas", ())),
        "flags": tuple(opened.get("flags", ())),
    }
    return Profile(**plain)


def gift_values(gift: Gift) -> dict[str, Any]:
    """What is sealed of a gift: all but its id and its person, which find it."""
    return {name: value for name, value in asdict(gift).items() if name not in ("id", "person")}


def opened_gift(gift: str, person: str, opened: Mapping[str, Any]) -> Gift:
    """A gift as it was sealed."""
    values = {**opened, "languages": tuple(opened["languages"]), "times": tuple(opened["times"])}
    return Gift(id=gift, person=person, **values)


def _demand_point(point: tuple[float, float]) -> None:
    try:
        east, north = point
        good = math.isfinite(east) and math.isfinite(north) and abs(east) <= 180 and abs(north) <= 90
    except (TypeError, ValueError):
        good = False
    if not good:
        raise InputError(
            M("That is no place. Nothing was saved. Expected longitude and latitude in degrees, or nothing.")
        )


def demand_known(name: str, value: object, known: tuple[str, ...]) -> None:
    """Make sure that a value is one of those that are known.

    Raises:
        InputError: It is not.
    """
    if value not in known:
        raise InputError(
            M("“{value}” cannot be the {field} of a person. Nothing was saved. Use one of: {known}.",
              value=asked.shown(value), field=name, known=", ".join(filter(None, known)))
        )  # fmt: skip
