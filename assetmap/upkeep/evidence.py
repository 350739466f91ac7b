"""What tells whether a record that stands in only one of two snapshots is a change of the place?

The rules in order; the first that tells decides. Each answers with what it means and why, as a sentence.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import shapely

from assetmap.messages import M, Message
from assetmap.upkeep.cards import Between, Card, Reading
from assetmap.upkeep.when import last_day, span, tag

Verdict = tuple[str, Message]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Two cards and what happened between them, ready to judge records.

    Attributes:
        earlier, later: The cards. first, last: Their dates, as days.
        between: What is known of the time in between.
        ended: `valid_to` of the records that each snapshot still has as ended, by id: the earlier one's and the later
            one's.
    """

    earlier: Card
    later: Card
    first: datetime.date
    last: datetime.date
    between: Between
    ended: tuple[Mapping[str, str], Mapping[str, str]]

    def new(self, key: str, record: Mapping[str, Any]) -> Verdict:
        """What a record means that only the later snapshot has."""
        if key in self.ended[0]:
            return "grown", M("It had ended by the earlier snapshot and is there again.")
        found = self._since(record) or self._there_before(key, record)
        return found or self._listed_only_now(record["source"])

    def _since(self, record: Mapping[str, Any]) -> Verdict | None:
        text = record["valid_from"] if isinstance(record["valid_from"], str) else tag(record["tags"], "start_date")
        since = span(text)
        if since and since[0] > self.first:
            return "grown", M("It exists since {day}, after the earlier snapshot.", day=_said(text))
        if since and since[1] <= self.first:
            return "found", M("It exists since {day}, before the earlier snapshot.", day=_said(text))
        return None

    def _there_before(self, key: str, record: Mapping[str, Any]) -> Verdict | None:
        if key in self.between.had:
            return "found", M("It was known already when the earlier snapshot was taken.")
        if _outside(record["geometry"], self.earlier.area):
            return "found", M("It lies outside the ground that the earlier snapshot covers.")
        fact = last_day(record["data_date"])
        if fact is not None and fact <= self.first:
            return "found", M("What its source says is from {day}, before the earlier snapshot.",
                              day=_said(record["data_date"]))  # fmt: skip
        return None

    def _listed_only_now(self, source: str) -> Verdict:
        then, now, named = self.earlier.readings.get(source), self.later.readings.get(source), self._named(source)
        if not _whole(now or then):
            return "uncertain", M("It was added by hand, and nothing says since when it exists.")
        if then is None:
            return "found", M("{source} was not read for the earlier snapshot.", source=named)
        if now is not None and _not_newer(then, now):
            return "found", M("{source} is no newer than it was for the earlier snapshot.", source=named)
        if now is not None and then.like(now):
            return "grown", M("{source} was read in the same way both times and lists it only now.", source=named)
        return "uncertain", _another_way(named)

    def missing(self, key: str, record: Mapping[str, Any]) -> Verdict:
        """What a record means that only the earlier snapshot has."""
        keys = list(self.between.became(key))
        ends = next((self.ended[1][k] for k in keys if k in self.ended[1]), record["valid_to"])
        end = last_day(ends)
        if end is not None and end <= self.last:
            return "lost", M("It ended: {day}.", day=_said(ends))
        if any(k in self.between.gone for k in keys):
            return "lost", M("Somebody took it out because it is gone.")
        if any(k in self.between.taken_back for k in keys):
            return "withdrawn", M("Somebody took back that it was listed.")
        if any(k in self.between.listed for k in keys):
            return "uncertain", M("Somebody took it out while its source went on listing it, and nothing says why.")
        if _outside(record["geometry"], self.later.area):
            return "withdrawn", M("It lies outside the ground that the later snapshot covers.")
        return self._no_longer_listed(record["source"])

    def _no_longer_listed(self, source: str) -> Verdict:
        then, now, named = self.earlier.readings.get(source), self.later.readings.get(source), self._named(source)
        if not _whole(then or now):
            return "uncertain", M("It was added by hand, and nothing says why it is not there any more.")
        if now is None:
            return "withdrawn", M("{source} was not read for the later snapshot.", source=named)
        if then is not None and then.like(now) and not _not_newer(then, now):
            return "lost", M("{source} was read in the same way both times and no longer lists it.", source=named)
        return "uncertain", _another_way(named)

    def _named(self, source: str) -> str:
        return (self.later if source in self.later.readings else self.earlier).called(source)


def _another_way(source: str) -> Message:
    return M("{source} is not known to be read in the same way both times.", source=source)


def _whole(reading: Reading | None) -> bool:
    return reading is not None and reading.whole


def _not_newer(then: Reading, now: Reading) -> bool:
    """Whether the later edition is known to be no newer than the earlier one."""
    one, other = last_day(then.data_date), last_day(now.data_date)
    return one is not None and other is not None and other <= one


def _outside(place: Any, area: Any) -> bool:
    return area is not None and isinstance(place, shapely.Geometry) and not shapely.intersects(area, place)


def _said(text: str) -> Any:
    """A full date as a date, so that each language writes it; a month or a year as it stands."""
    found = span(text)
    return found[0] if found and found[0] == found[1] else text
