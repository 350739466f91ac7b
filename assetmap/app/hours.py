"""How are opening hours said to people? Simple ones in words; what is not simple is left as the source has it."""

from __future__ import annotations

import re

from babel.dates import get_day_names

from assetmap.i18n import listing, say
from assetmap.messages import M

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY = "(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_RULE = re.compile(
    rf"(?P<days>{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*)? ?"
    r"(?P<hours>off|closed|\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)"
)


def readable(raw: str, lang: str) -> list[str]:
    """Lines such as "Monday–Friday: 10:00–16:00", or nothing where the rules are not of this simple form.

    Args:
        raw: Opening hours in the notation of OpenStreetMap.
    """
    if raw.strip() == "24/7":
        return [say(M("always open"), lang)]
    lines = []
    for rule in filter(None, (part.strip() for part in raw.split(";"))):
        match = _RULE.fullmatch(re.sub(r", +", ",", rule))
        if match is None or (match["days"] is None and len(raw.split(";")) > 1):
            return []
        lines.append(f"{_said_days(match['days'], lang)}: {_said_hours(match['hours'], lang)}")
    return lines


def _said_days(days: str | None, lang: str) -> str:
    if days is None:
        return say(M("every day"), lang)
    names = get_day_names("wide", locale=lang)
    parts = ["–".join(str(names[_DAYS.index(day)]) for day in part.split("-")) for part in days.split(",")]
    said = listing(parts, lang)
    return said[:1].upper() + said[1:]


def _said_hours(hours: str, lang: str) -> str:
    if hours in ("off", "closed"):
        return say(M("closed"), lang)
    return listing([span.replace("-", "–") for span in hours.split(",")], lang)
