"""What must be known of two snapshots to tell a change of the place from a change of our view of it?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assetmap.model.provenance import Provenance


@dataclass(frozen=True)
class Reading:
    """How one source was read for a snapshot.

    Attributes:
        method: Whatever tells how it was read (the query, the version of the rules): equal texts mean that it was read
            in the same way. Empty: not known.
        data_date: ISO date of its newest fact; empty where it says none.
        whole: Whether it lists everything of its sort. What people add by hand does not: that it holds a record only
            now says nothing about the thing.
        title: What people call the source; empty where that is its key.
    """

    method: str = ""
    data_date: str = ""
    whole: bool = True
    title: str = ""

    def like(self, other: Reading) -> bool:
        """Whether both are known to be read in the same way."""
        return bool(self.method) and self.method == other.method


@dataclass(frozen=True, eq=False)
class Card:
    """What must be known of a snapshot to compare it with another.

    Attributes:
        date: ISO date on which it was taken.
        readings: The sources that were read for it, by their keys; a source that was not read is not there.
        area: The ground that it covers, in WGS84; None where that is not known.
    """

    date: str
    readings: Mapping[str, Reading]
    area: Any = None

    @classmethod
    def of(
        cls, date: str, provenance: Iterable[Provenance], method: str = "", *, by_hand: Collection[str] = (),
        area: Any = None,
    ) -> Card:  # fmt: skip
        """The card of a snapshot whose sources were all read in one way; `by_hand` are those that list no whole."""
        readings = {p.source: Reading(method, p.data_date, p.source not in by_hand, p.title) for p in provenance}
        return cls(date, readings, area)

    def called(self, source: str) -> str:
        """What people call a source of this snapshot."""
        return self.readings[source].title or source if source in self.readings else source


@dataclass(frozen=True)
class Between:
    """What is known to have happened to records between the two snapshots.

    Attributes:
        merged: Id of a record → id of the one that it was merged into; may lead over several.
        gone: Ids that somebody took out because the thing is gone.
        taken_back: Ids of which somebody took back that they were listed: an import was undone, say, or whoever may see
            them was narrowed.
        listed: Ids that somebody took out, nobody knows why, while their sources went on listing them.
        had: Ids that were known at the earlier date already, though the earlier snapshot does not have them.
    """

    merged: Mapping[str, str] = field(default_factory=dict)
    gone: Collection[str] = ()
    taken_back: Collection[str] = ()
    listed: Collection[str] = ()
    had: Collection[str] = ()

    def became(self, key: str) -> Iterator[str]:
        """The id, and those that it was merged into, one after the other."""
        seen: set[str] = set()
        while key not in seen:
            yield key
            seen.add(key)
            key = self.merged.get(key, key)
