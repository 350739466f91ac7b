"""How fast does someone walk, on what ground, and do steps stop them?

The network is measured once in *effective metres* (metres on the flat; a metre of steps counts `steps_factor` times).
Speed and season only scale them into minutes, so that an interval over speed needs no second search.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from assetmap.errors import InputError, UnknownKey
from assetmap.messages import M

SEASONS = {"bare": 0.0, "winter": 1.0, "ice": 2.0}
"""Extra minutes per kilometre: winter with good maintenance, and clean ice (Fossum & Ryeng 2021, TR-D 97:102934)."""

_STEPS_FACTOR = 3.0  # OpenTripPlanner's stairs time factor.


@dataclass(frozen=True)
class WalkProfile:
    """How someone walks.

    Attributes:
        name: Key, such as `adult` or `older-winter-stepfree`.
        speed_kmh: Speed on bare, flat ground, in km/h.
        speed_low_kmh, speed_high_kmh: The range within which most such people walk; the interval of every share.
        source: Where the speeds come from.
        season: Key of `SEASONS`.
        steps: Whether steps can be walked at all.
        steps_factor: How many metres on the flat a metre of steps is worth.
    """

    name: str
    speed_kmh: float
    speed_low_kmh: float
    speed_high_kmh: float
    source: str
    season: str = "bare"
    steps: bool = True
    steps_factor: float = _STEPS_FACTOR

    def __post_init__(self) -> None:
        if not 0 < self.speed_low_kmh <= self.speed_kmh <= self.speed_high_kmh <= 15:
            raise InputError(
                M("The speeds {low}, {speed} and {high} km/h do not fit a walk. Expected low ≤ speed ≤ high, above 0 "
                  "and at most 15 km/h.", low=self.speed_low_kmh, speed=self.speed_kmh, high=self.speed_high_kmh)
            )  # fmt: skip

    def minutes_per_metre(self, speed_kmh: float | None = None) -> float:
        """Minutes that a metre on the flat takes, season included; at another speed where one is given."""
        return 0.06 / (speed_kmh or self.speed_kmh) + SEASONS[self.season] / 1000

    def metres(self, minutes: float, speed_kmh: float | None = None) -> float:
        """Effective metres that can be walked in so many minutes."""
        return minutes / self.minutes_per_metre(speed_kmh)

    @property
    def effective_kmh(self) -> float:
        """The speed on this season's ground, in km/h."""
        return 0.06 / self.minutes_per_metre()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for receipts."""
        return {
            "profile": self.name, "speed_kmh": self.speed_kmh, "speed_low_kmh": self.speed_low_kmh,
            "speed_high_kmh": self.speed_high_kmh, "effective_kmh": round(self.effective_kmh, 3), "season": self.season,
            "steps": self.steps, "steps_factor": self.steps_factor, "speed_source": self.source,
        }  # fmt: skip


PROFILES = {
    profile.name: profile
    for profile in (
        WalkProfile("adult", 4.8, 3.6, 6.0, "Planning value 80 m/min (1.33 m/s, OpenTripPlanner); "
                                            "95 % of adults within ±1.2"),
        WalkProfile("older", 3.6, 2.7, 4.3, "65+: mean 0.9–1.0 m/s, at risk of disability 0.76 m/s (Bath); "
                                            "measured median 4.31 km/h (Willberg et al., Helsinki)"),
        WalkProfile("child", 4.0, 3.2, 4.4, "6–12 years: about 1.1 m/s; "
                                            "measured median 4.36 km/h, n = 8 (Willberg et al., Helsinki)"),
        WalkProfile("pram", 3.2, 2.9, 3.6, "Adult with pram or toddler: 0.8–1.0 m/s; no steps", steps=False),
    )
}  # fmt: skip
"""Ways of walking by name, on bare ground."""


def walk_profile(name: str | WalkProfile = "adult") -> WalkProfile:
    """The profile of that name: `adult`, `older`, `child` or `pram`, with `-winter` or `-ice`, and `-stepfree`.

    Raises:
        UnknownKey: A part of the name is unknown.
    """
    if isinstance(name, WalkProfile):
        return name
    who, *parts = name.split("-")
    seasons = [part for part in parts if part in SEASONS]
    rest = [part for part in parts if part not in SEASONS]
    if who not in PROFILES or len(seasons) > 1 or rest not in ([], ["stepfree"]):
        raise UnknownKey(
            M("There is no way of walking “{name}”. Use one of {known}, with -winter or -ice and -stepfree where "
              "wanted.", name=name, known=", ".join(PROFILES))
        )  # fmt: skip
    profile = PROFILES[who]
    return replace(profile, name=name, season=(seasons or ["bare"])[0], steps=profile.steps and not rest)
