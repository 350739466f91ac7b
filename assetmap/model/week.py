"""When in the week is somebody, or some place, free?

A `Week` is a set of half hours from Monday 00:00 on, the same in every week. It is written as people write hours
(`Tu 18:00-21:00; Sa-Su 10-14`) or in the three words of a short form: `weekday`, `evening`, `weekend`. A stretch ends
at midnight: what goes on after it is a stretch of the next day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assetmap.errors import InputError
from assetmap.messages import M, Message

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
SLOTS = 48
"""Half hours of a day."""
WORDS = {"weekday": "Mo-Fr 8-16", "evening": "Mo-Fr 16-22", "weekend": "Sa-Su 9-22", "any": "Mo-Su 7-22"}
"""What the words of the short form mean."""
_DAY_NAMES = (
    M("Monday"), M("Tuesday"), M("Wednesday"), M("Thursday"), M("Friday"), M("Saturday"), M("Sunday"),
)  # fmt: skip
_RULE = re.compile(r"(\w\w)(?:-(\w\w))? (\d\d?)(?::([03]0))?-(\d\d?)(?::([03]0))?")
_ALL = (1 << SLOTS * len(DAYS)) - 1


@dataclass(frozen=True)
class Stretch:
    """A stretch of one day; `start` and `end` in half hours since midnight."""

    day: int
    start: int
    end: int

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.end - self.start) / 2

    def said(self) -> Message:
        """The stretch as a reader knows it: "Tuesday 18:00–21:00"."""
        return M("{day} {start}–{end}", day=_DAY_NAMES[self.day], start=_clock(self.start), end=_clock(self.end))


@dataclass(frozen=True)
class Week:
    """Half hours of a week as bits, the lowest Monday 00:00. A week without any is "never"; not known is None."""

    bits: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.bits <= _ALL:
            raise InputError(M("A week has {n} half hours; these bits are of more.", n=SLOTS * len(DAYS)))

    @classmethod
    def read(cls, text: str) -> Week:
        """The week that a text means.

        Args:
            text: Rules with `;` between: a day or a range of days (`Mo`, `Mo-Fr`) with hours (`18-21`, `18:30-21:00`,
                `22-02` over midnight), or a word of `WORDS`. An empty text is "never".

        Raises:
            InputError: A rule is none of these.
        """
        bits = 0
        for rule in filter(None, (part.strip() for part in text.split(";"))):
            bits |= _bits(WORDS.get(rule, rule), rule)
        return cls(bits)

    def __and__(self, other: Week) -> Week:
        return Week(self.bits & other.bits)

    def __or__(self, other: Week) -> Week:
        return Week(self.bits | other.bits)

    def __bool__(self) -> bool:
        return self.bits != 0

    def __str__(self) -> str:
        return "; ".join(f"{DAYS[one.day]} {_clock(one.start)}-{_clock(one.end)}" for one in self.stretches())

    def without(self, other: Week) -> Week:
        """What is left when the other's half hours are taken out: opening hours without those let out."""
        return Week(self.bits & ~other.bits)

    def stretches(self) -> list[Stretch]:
        """The unbroken stretches in the order of the week."""
        found = []
        for day in range(len(DAYS)):
            bits, at = (self.bits >> day * SLOTS) & ((1 << SLOTS) - 1), 0
            while bits:
                skip = (bits & -bits).bit_length() - 1
                bits >>= skip
                length = (~bits & (bits + 1)).bit_length() - 1
                found.append(Stretch(day, at + skip, at + skip + length))
                bits >>= length
                at += skip + length
        return found

    def longest(self) -> float:
        """Hours of the longest stretch; 0 for never."""
        return max((one.hours for one in self.stretches()), default=0.0)

    def said(self, most: int = 3) -> list[Message]:
        """The longest stretches in the order of the week; values for a message that lists them."""
        chosen = sorted(self.stretches(), key=lambda one: (-one.hours, one.day, one.start))[:most]
        return [one.said() for one in sorted(chosen, key=lambda one: (one.day, one.start))]


def _bits(rule: str, given: str) -> int:
    found = _RULE.fullmatch(rule)
    if not found or found[1] not in DAYS or (found[2] or "Mo") not in DAYS:
        raise _unread(given)
    first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
    start, end = _slot(found[3], found[4]), _slot(found[5], found[6])
    if start >= SLOTS or end > SLOTS or start == end:
        raise _unread(given)
    bits = 0
    for day in range(first, last + 1 if last >= first else last + 1 + len(DAYS)):
        for slot in range(start, end if end > start else end + SLOTS):
            bits |= 1 << (day * SLOTS + slot) % (SLOTS * len(DAYS))
    return bits


def _slot(hour: str, minute: str | None) -> int:
    return int(hour) * 2 + (minute == "30")


def _clock(slot: int) -> str:
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"


def _unread(rule: str) -> InputError:
    return InputError(
        M("“{rule}” is no time of the week. Write a day and hours, such as “Tu 18:00-21:00”, or one of: {words}.",
          rule=rule, words=", ".join(WORDS))
    )  # fmt: skip
