"""How doubtful is each record, and why?

A doubt is a number from 0 to 1: how likely it is, by rule of thumb, that something in the record is wrong. It grows
with age (half of it after a half-life, see `lasting`) and with every other sign. Signs count as independent: two doubts
of 0.5 make 0.75. It ranks what to look at first; it says nothing about any single record.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from assetmap.messages import M, Message, Mn
from assetmap.model.fields import title
from assetmap.upkeep.lasting import HOURS_EXPECTED, half_life
from assetmap.upkeep.when import first_day, last_day, tag

COLUMNS = ("doubt", "seen", "months", "reasons")

# How much each sign counts.
_UNDATED = 0.5
_GONE = 0.6
_PENDING = 0.5
_CONFLICT = 0.3
_NO_PLACE = 0.3
_ROUGH = 0.15
_NO_HOURS = 0.15
_UNREADABLE_HOURS = 0.1
_UNSEEN = 0.1
# An age that counts less than this is not named among the reasons.
_WORTH_SAYING = 0.1
_MONTH_DAYS = 30.4375


def doubts(
    frame: gpd.GeoDataFrame,
    today: datetime.date,
    *,
    conflicts: Mapping[str, Collection[str]] | None = None,
    gone: Collection[str] = (),
) -> pd.DataFrame:
    """How doubtful each record is.

    Args:
        frame: Assets, index `id`. Those that ended (`valid_to` not after today) are left out: they are known to be
            gone.
        today: The day by which ages are counted.
        conflicts: Per id the fields on which sources disagree. gone: Ids that their source no longer lists.

    Returns:
        DataFrame with the ids as index, in the frame's order: `doubt` (0 to 1), `seen` (ISO date of the newest sign
        that it was true: confirmed by a person, or the date of the source's facts, or of the reading where the source
        says none), `months` (since then; NaN where there is no date), `reasons` (tuple of Messages, weightiest first).
    """
    lost, clashing = frozenset(gone), conflicts or {}
    columns = ["category", "confirmed", "data_date", "retrieved", "opening_hours", "opening_hours_normal", "review",
               "location_precision", "tags", "valid_to"]  # fmt: skip
    rows, kept = [], []
    for key, *values in pd.DataFrame(frame).reindex(columns=columns).itertuples(name=None):
        record = {name: value if isinstance(value, str) else "" for name, value in zip(columns, values, strict=True)}
        ended = last_day(record["valid_to"])
        if ended is None or ended > today:
            kept.append(key)
            rows.append(_row(record, today, clashing.get(key, ()), key in lost))
    found = pd.DataFrame(rows, columns=list(COLUMNS), index=pd.Index(kept, name=frame.index.name, dtype="str"))
    return found.astype({"doubt": "float64", "seen": "str", "months": "float64"})


def stale(frame: gpd.GeoDataFrame, today: datetime.date, months: float = 12, **more: Any) -> pd.DataFrame:
    """The records of which nobody has heard for so many months, most doubtful first.

    Args:
        frame, today: As `doubts`. months: How old the newest sign must be; a record without any date is always among
            them. more: `conflicts` and `gone`, as `doubts`.

    Returns:
        The columns of `doubts` with `name` and `category` in front; equally doubtful ones in the order of their ids.
    """
    found = doubts(frame, today, **more)
    found = found[~(found["months"] < months)]
    found.insert(0, "category", frame.loc[found.index, "category"])
    found.insert(0, "name", frame.loc[found.index, "name"])
    return found.sort_index(kind="stable").sort_values("doubt", ascending=False, kind="stable")


def _row(record: Mapping[str, str], today: datetime.date, conflicts: Collection[str], lost: bool) -> tuple[Any, ...]:
    """The values of `COLUMNS` for one record."""
    seen, how = _seen(record)
    age = max((today - seen).days, 0) if seen else None
    signs = [*_age_signs(record["category"], age, how), *_signs(record, conflicts, lost)]
    doubt = 1 - float(np.prod([1 - weight for weight, _ in signs]))
    said = sorted((s for s in signs if s[1] is not None), key=lambda sign: -sign[0])
    reasons = tuple(message for _, message in said)
    return (doubt, seen.isoformat() if seen else None, np.nan if age is None else age / _MONTH_DAYS, reasons)


def _seen(record: Mapping[str, str]) -> tuple[datetime.date | None, str]:
    """The newest sign that a record was true, and of what sort it is."""
    looked = first_day(record["confirmed"]), first_day(tag(record["tags"], "check_date", "survey:date"))
    confirmed = [day for day in looked if day is not None]
    said = first_day(record["data_date"])
    if confirmed and (said is None or max(confirmed) >= said):
        return max(confirmed), "confirmed"
    if said is not None:
        return said, "said"
    return first_day(record["retrieved"]), "read"


def _age_signs(category: str, days: int | None, how: str) -> list[tuple[float, Message | None]]:
    if days is None:
        return [(_UNDATED, M("Nothing says when this was last true."))]
    lasting = half_life(category)
    weight = 1 - 0.5 ** (days / 365.25 / lasting.years)
    sentences = {
        "confirmed": M("Last confirmed {time} ago. {why}", time=_time(days), why=lasting.reason),
        "said": M("What the source says is {time} old. {why}", time=_time(days), why=lasting.reason),
        "read": M("Read from its source {time} ago. {why}", time=_time(days), why=lasting.reason),
    }
    aged = (weight, sentences[how] if weight >= _WORTH_SAYING else None)
    unseen = (_UNSEEN, M("Nobody has confirmed it on the spot yet."))
    return [aged] if how == "confirmed" else [aged, unseen]


def _signs(record: Mapping[str, str], conflicts: Collection[str], lost: bool) -> list[tuple[float, Message | None]]:
    """Everything but age."""
    found: list[tuple[float, Message | None]] = []
    if lost:
        found.append((_GONE, M("Its source no longer lists it.")))
    if record["review"] == "pending":
        found.append((_PENDING, M("It waits for somebody's look.")))
    if conflicts:
        about = [title(field) for field in sorted(conflicts)]
        found.append((1 - (1 - _CONFLICT) ** len(about), M("Its sources disagree about: {fields}", fields=about)))
    if record["location_precision"] == "none":
        found.append((_NO_PLACE, M("It has no place on the map yet.")))
    if record["location_precision"] == "street":
        found.append((_ROUGH, M("Only its street is known, not its door.")))
    if record["category"] in HOURS_EXPECTED and not record["opening_hours"]:
        found.append((_NO_HOURS, M("Its opening hours are missing.")))
    if record["opening_hours"] and not record["opening_hours_normal"]:
        found.append((_UNREADABLE_HOURS, M("Its opening hours cannot be read.")))
    return found


def _time(days: int) -> Message:
    """A length of time in words: months up to two years, then years."""
    months = round(days / _MONTH_DAYS)
    if months < 1:
        return M("less than a month")
    if months < 24:
        return Mn("one month", "{n} months", months)
    return Mn("one year", "{n} years", int(months / 12))
