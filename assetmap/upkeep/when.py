"""Which days does a date mean that may be only a month, a year or a decade?"""

from __future__ import annotations

import calendar
import datetime
import json
import re

Span = tuple[datetime.date, datetime.date]
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?")
_DECADE = re.compile(r"(\d{3})0s")


def span(text: object) -> Span | None:
    """The first and the last day that a date means: `2015` the whole year, `2015-06` the month, `1920s` the decade.

    None for what is no such date ("before 1900", "~1850", a date that does not exist): then it tells nothing for sure.
    """
    found = _ISO.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        decade = _DECADE.fullmatch(text.strip()) if isinstance(text, str) else None
        return _days(int(decade[1]) * 10, int(decade[1]) * 10 + 9) if decade and int(decade[1]) else None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        if month is None or year is None:
            return _days(year or 0, year or 0)
        last = calendar.monthrange(year, month)[1]
        return datetime.date(year, month, day or 1), datetime.date(year, month, day or last)
    except ValueError:
        return None


def first_day(text: object) -> datetime.date | None:
    """The first day that a date may mean, or None."""
    found = span(text)
    return found[0] if found else None


def last_day(text: object) -> datetime.date | None:
    """The last day that a date may mean, or None."""
    found = span(text)
    return found[1] if found else None


def tag(tags: object, *names: str) -> str:
    """The first of these words of the source that is there, from the JSON in `tags`; else empty."""
    if not isinstance(tags, str) or not any(f'"{name}"' in tags for name in names):
        return ""
    try:
        said = json.loads(tags)
    except ValueError:
        return ""
    return next((str(said[name]) for name in names if said.get(name)), "") if isinstance(said, dict) else ""


def _days(first: int, last: int) -> Span:
    return datetime.date(first, 1, 1), datetime.date(last, 12, 31)
