"""What does a free text about opening hours mean, where a machine can tell?

The raw text is always kept. Common Nordic spellings (`ma-fr 8-16`, `08.00–16.00`) are tidied first; what still cannot
be read stays raw and is said to be unread. Parser: opening-hours-py (the OpenStreetMap `opening_hours` specification).
"""

from __future__ import annotations

import re
from functools import lru_cache

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # its stubs leave the error out

_DAYS = {
    "Mo": "mandag|måndag|man|mån|ma|må", "Tu": "tirsdag|tisdag|tirs|tir|tis|ti", "We": "onsdag|ons|on",
    "Th": "torsdag|tors|tor|to", "Fr": "fredag|fre|fr", "Sa": "lørdag|lördag|lør|lör|lø|lö",
    "Su": "søndag|söndag|søn|sön|sø|sö",
}  # fmt: skip
_DAY_WORDS = [(re.compile(rf"\b({words})\b\.?", re.IGNORECASE), day) for day, words in _DAYS.items()]
_CLOSED = re.compile(r"\b(stengt|lukket|stängt)\b", re.IGNORECASE)
_DOT_TIME = re.compile(r"\b(\d{1,2})\.(\d{2})\b")
_HOURS_ONLY = re.compile(r"(?<![\d:])(\d{1,2})\s*-\s*(\d{1,2})(?![\d:])")
_AND = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su) (?:og|och) (?=Mo|Tu|We|Th|Fr|Sa|Su)")
_BETWEEN_DAYS = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)\s+-\s+(?=Mo|Tu|We|Th|Fr|Sa|Su)")
_COLON = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su)\s*:(?!\d)")
_CLOCK = re.compile(r"\b(kl\.?|klokka|klokken)\s*", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normal_hours(raw: str) -> str | None:
    """The hours in the spelling of the specification, or None where they cannot be read."""
    # The parser takes blanks for “always open”.
    for text in filter(str.strip, dict.fromkeys((raw, tidied(raw)))):
        try:
            return str(OpeningHours(text).normalize())
        except ParserError:
            continue
    return None


def tidied(raw: str) -> str:
    """The same text with dashes, times and Nordic day names as the specification writes them."""
    text = _CLOCK.sub("", raw.strip(" \t\n;,.").replace("–", "-").replace("—", "-"))
    text = _DOT_TIME.sub(r"\1:\2", text)
    for pattern, day in _DAY_WORDS:
        text = pattern.sub(day, text)
    text = _COLON.sub(r"\1", _BETWEEN_DAYS.sub(r"\1-", _AND.sub(r"\1,", text)))
    text = _HOURS_ONLY.sub(lambda m: f"{int(m[1]):02d}:00-{int(m[2]):02d}:00", text)
    # Times, a comma and at once the next day: the specification wants a blank there.
    text = re.sub(r"(\d),(?=(Mo|Tu|We|Th|Fr|Sa|Su|PH)\b)", r"\1, ", text)
    return _CLOSED.sub("closed", text)
