"""What is different between two dated snapshots: has the place grown, or have we looked harder?

More records do not mean more assets. A record that is new in the later snapshot was *found* where something tells that
the thing was there before (it exists since earlier, its source was not read then, that ground was not covered), and has
*grown* where something tells that it was not (it exists since later, or a source read in the same way both times lists
it only now). Likewise a record that is missing is *lost* where something tells that the thing is gone, and *withdrawn*
where only our view changed. Where nothing tells, it is *uncertain*, and stays so. The rules are in `evidence`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.fields import title
from assetmap.model.schema import complete
from assetmap.model.taxonomy import taxonomy
from assetmap.upkeep.cards import Between, Card
from assetmap.upkeep.changed import changed_fields
from assetmap.upkeep.evidence import Evidence
from assetmap.upkeep.when import last_day, span

COLUMNS = ("asset", "name", "category", "what", "evidence", "listed")
WHAT: dict[str, Message] = {
    "grown": M("Really new"),
    "found": M("There before, found now"),
    "same": M("Unchanged"),
    "changed": M("Changed"),
    "lost": M("Gone"),
    "withdrawn": M("No longer listed"),
    "merged": M("Now one record with another"),
    "uncertain": M("Cannot be told"),
}
"""What can have become of a record, in the order of the columns of `Comparison.counts`, and what people call it."""
_JUDGED = ["source", "data_date", "valid_from", "valid_to", "tags", "geometry"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What became of every record of two snapshots.

    Attributes:
        rows: One row per record, plain index: `asset`, `name`, `category`, `what` (a key of `WHAT`), `evidence` (a
            Message), and `listed` ("before", "after" or "both": in which of the two it stands).
        caveats: What a reader must know before quoting a number.
    """

    rows: pd.DataFrame
    caveats: tuple[Message, ...] = ()

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Number of records: index category in the order of the taxonomy, one column per key of `WHAT`."""
        table = self.rows.groupby(["category", "what"]).size().unstack(fill_value=0)
        keys = [key for key in taxonomy() if key in table.index]
        counted = table.reindex(index=keys, columns=list(WHAT), fill_value=0).astype("int64")
        return counted.rename_axis(index="category", columns="what")

    @property
    def totals(self) -> pd.Series[int]:
        """Number of records over all categories; index the keys of `WHAT`."""
        summed: pd.Series[int] = self.counts.sum()
        return summed


def compare(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, earlier: Card, later: Card, between: Between | None = None
) -> Comparison:
    """What became of every record between two snapshots.

    Args:
        before, after: Their assets, index `id`, any CRS. A record whose `valid_to` is past by the date of its snapshot
            counts as not there.
        earlier, later: Their cards. between: What is known of the time in between.

    Returns:
        Every record of either snapshot exactly once. Records that merged are compared as the one that they became.

    Raises:
        InputError: A date cannot be read, or the earlier snapshot is the later one.
    """
    first, last = _dates(earlier, later)
    known = between or Between()
    one, one_ended = _parted(complete(before), first)
    two, two_ended = _parted(complete(after), last)
    heir = _heirs(one.index, two.index, known)
    judge = Evidence(earlier, later, first, last, known, (one_ended, two_ended))
    rows = pd.DataFrame([*_both(one, two, heir), *_only(one, two, heir, judge)], columns=list(COLUMNS), dtype="object")
    return Comparison(rows, _caveats(rows, earlier, later))


def _dates(earlier: Card, later: Card) -> tuple[datetime.date, datetime.date]:
    one, other = span(earlier.date), span(later.date)
    if one is None or other is None or one[0] > other[1]:
        raise InputError(
            M("The snapshots are dated “{one}” and “{two}”. Expected two dates such as 2026-11-21, the earlier one "
              "first.", one=earlier.date, two=later.date)
        )  # fmt: skip
    return one[0], other[1]


def _parted(frame: gpd.GeoDataFrame, day: datetime.date) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """The records that had not ended by a day, and when the others ended."""
    ends = [last_day(text) for text in frame["valid_to"]]
    over = pd.Series([end is not None and end <= day for end in ends], index=frame.index, dtype=bool)
    return frame[~over], frame.loc[over, "valid_to"].to_dict()


def _heirs(one: pd.Index, two: pd.Index, between: Between) -> dict[str, str]:
    """Each earlier record that is there later, or was merged into one that is, with that one's id."""
    later = set(two)
    met = ((key, next((now for now in between.became(key) if now in later), None)) for key in one)
    return {key: now for key, now in met if now is not None}


def _partners(heir: Mapping[str, str]) -> dict[str, str]:
    """For each later record the earlier one with which it is compared: itself, else the first that became it."""
    partner: dict[str, str] = {}
    for key, now in heir.items():
        if now not in partner or key == now:
            partner[now] = key
    return partner


def _both(one: gpd.GeoDataFrame, two: gpd.GeoDataFrame, heir: Mapping[str, str]) -> Iterator[tuple[Any, ...]]:
    """The records that both snapshots have, and those that are one with these now."""
    partner = _partners(heir)
    differing = changed_fields(one.loc[list(partner.values())], two.loc[list(partner)])
    called, called_before = _called(two), _called(one)
    for key, fields in zip(partner, differing, strict=True):
        if fields:
            yield key, *called[key], "changed", M("Different: {fields}", fields=[title(f) for f in fields]), "both"
        else:
            yield key, *called[key], "same", M("The same in both snapshots."), "both"
    for key, now in heir.items():
        if partner[now] != key:
            name, category = called[now]
            known_as = name if isinstance(name, str) else taxonomy()[category].said
            yield (
                key,
                *called_before[key],
                "merged",
                M("It is one record with “{name}” now.", name=known_as),
                "before",
            )


def _only(
    one: gpd.GeoDataFrame, two: gpd.GeoDataFrame, heir: Mapping[str, str], judge: Evidence
) -> Iterator[tuple[Any, ...]]:
    """The records that one of the snapshots has, judged."""
    new = two[~two.index.isin(list(heir.values()))]
    missing = one[~one.index.isin(list(heir))]
    for frame, verdict, listed in ((new, judge.new, "after"), (missing, judge.missing, "before")):
        called = _called(frame)
        for key, *values in pd.DataFrame(frame[_JUDGED]).itertuples(name=None):
            yield key, *called[key], *verdict(key, dict(zip(_JUDGED, values, strict=True))), listed


def _called(frame: gpd.GeoDataFrame) -> dict[str, tuple[Any, str]]:
    """Name and category of each record."""
    return dict(zip(frame.index, zip(frame["name"], frame["category"], strict=True), strict=True))


def _caveats(rows: pd.DataFrame, earlier: Card, later: Card) -> tuple[Message, ...]:
    said = [M("More records do not mean more assets: only what is really new or gone is a change of the place.")]
    one, other = earlier.readings, later.readings
    if only_now := sorted(later.called(key) for key in set(other) - set(one)):
        said.append(M("Read only for the later snapshot: {sources}", sources=only_now))
    if no_longer := sorted(earlier.called(key) for key in set(one) - set(other)):
        said.append(M("Read only for the earlier snapshot: {sources}", sources=no_longer))
    if otherwise := sorted(later.called(key) for key in set(one) & set(other) if not one[key].like(other[key])):
        said.append(M("Not known to be read in the same way both times: {sources}", sources=otherwise))
    if earlier.area is not None and later.area is not None and not earlier.area.equals(later.area):
        said.append(M("The two snapshots do not cover the same ground."))
    if uncertain := int((rows["what"] == "uncertain").sum()):
        said.append(Mn("Of one record nothing tells whether the place or our view of it changed.",
                       "Of {n} records nothing tells whether the place or our view of it changed.",
                       uncertain))  # fmt: skip
    return tuple(said)
