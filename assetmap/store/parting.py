"""What is each of two records by now, when it turns out that they were never one thing, or that they are after all?

While they were one, both sources spoke of the one that stayed. So taking a join back is more than what was there before
it: each record becomes what it would be without the other, by what its own sources have said since. Where a parting is
taken back it is the other way round. What people changed stays theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa

from assetmap.model.change import Record
from assetmap.store import claims, joined
from assetmap.store import tables as t
from assetmap.store.claims import Claim
from assetmap.store.past import Event, events_of
from assetmap.store.records import read
from assetmap.store.refreshing import withheld
from assetmap.store.rows import DELETED, OF_THE_ROW, Stored
from assetmap.store.writing import Pen
from assetmap.upkeep.merge import same
from assetmap.upkeep.refresh import OF_PEOPLE, OF_THE_SOURCE, refresh

_READ, _BACK, _OTHER = "read", "back", "other"
_READINGS = ("import", "refresh")


def with_the_news(pen: Pen, number: int, events: Iterable[Event]) -> list[Event]:
    """The events to take back so that what a changeset joined is two again, each as it would be without the other; and
    what it parted one again, with what the sources said since.

    To be asked before anything of it is taken back.

    Args:
        number: The changeset. One that neither joined nor parted is taken back as it was.
        events: What it did.
    """
    found = list(events)
    rows = sa.select(t.match).where(t.match.c.changeset == number, t.match.c.kept.is_not(None))
    for row in pen.connection.execute(rows).fetchall():
        last = joined.turned_out(joined.merged(pen.connection), row.kept)
        other = row.b if row.kept == row.a else row.a
        pair = _Pair.of(pen.connection, last, other, json.loads(row.origins or "[]"))
        if last not in pair.stored or other not in pair.stored:
            continue
        if row.decision == "same":
            found = _put(found, _without_the_other(pair, number, found))
            found = _put(found, _by_its_own(pen, pair, number, found))
        else:
            found = _one_again(pen, pair, number, found)
    return found


@dataclass(frozen=True)
class _Pair:
    """Two records that are one, with what is known of both: `last` is the one that stayed."""

    last: str
    other: str
    leaving: list[Claim]
    staying: list[Claim]
    stored: Mapping[str, Stored]
    chains: Mapping[str, list[Event]]
    deeds: Mapping[int | None, str]

    @classmethod
    def of(cls, connection: sa.Connection, last: str, other: str, origins: Iterable[str]) -> _Pair:
        away = set(origins)
        about = claims.of_assets(connection, [last]).get(last, [])
        stored = read(connection, [last, other, *[claim.origin for claim in about]])
        return cls(
            last, other, [c for c in about if c.origin in away], [c for c in about if c.origin not in away],
            stored, events_of(connection, stored), _deeds(connection),
        )  # fmt: skip

    def alone(self, asset: str, record: Record, chain: list[Event], own: list[Claim]) -> Record:
        """What a record would be by now if only its own sources had spoken of it.

        Args:
            record, chain: The record before others did, and how it came to be that.
            own: What its own sources say by now.
        """
        now = dict(record)
        for claim in sorted(own, key=lambda claim: claim.origin != asset):
            first = claim.origin == asset
            row = self.stored.get(claim.origin)
            if row is None or (not first and withheld(claim.said, row, self.stored[asset])):
                continue
            was = record if first else row.record
            of = chain if first else self.chains.get(claim.origin, [])
            before = {**claim.said, **{n: was.get(n) for n in claim.said if _from_a_source(of, n, was, self.deeds)}}
            now |= refresh(now, self.stored[asset].held, before, claim.said, first).values
        return now


def _put(events: list[Event], event: Event | None) -> list[Event]:
    """The events, with one in place of that about the same asset: an asset changes once in a changeset."""
    if event is None:
        return events
    return [*[one for one in events if one.asset != event.asset], event]


def _event(events: list[Event], there: Stored, number: int) -> Event | None:
    """What a changeset did to an asset; where it did nothing, that. None where the row itself came or went."""
    found = next((one for one in events if one.asset == there.id), None)
    if found is None:
        return Event(there.id, there.version, "edit", "", "", number, dict(there.state), dict(there.state))
    return None if found.before is None or found.after is None else found


def _without_the_other(pair: _Pair, number: int, events: list[Event]) -> Event | None:
    """What the record that stayed gives back: what came from the other, or only from the other's sources."""
    there = pair.stored[pair.last]
    event = _event(events, there, number)
    if event is None:
        return None
    chain = pair.chains.get(pair.last, [])
    start = next((i for i, e in enumerate(chain) if e.changeset is not None and e.changeset >= number), len(chain))
    then = dict((chain[start].before if start < len(chain) else there.state) or there.state)
    alone = pair.alone(pair.last, {n: v for n, v in then.items() if n not in OF_THE_ROW}, chain[:start], pair.staying)
    before, after = _states(event)
    for name in there.record:
        now, mine = there.record[name], alone.get(name)
        if name in (*there.held, *OF_PEOPLE, *OF_THE_SOURCE):
            continue
        taken = same(now, after.get(name)) and not same(after.get(name), before.get(name))
        if same(now, mine) or taken or _only(name, now, pair.leaving, pair.staying):
            before[name], after[name] = mine, now
    if there.deleted_at is None and not there.held and _only_there_for(pair.leaving, pair.staying):
        before[DELETED], after[DELETED] = _since(pair.staying), None
    return replace(event, before=before, after=after)


def _by_its_own(pen: Pen, pair: _Pair, number: int, events: list[Event]) -> Event | None:
    """What the other becomes: what its own sources say by now, and in the bin if none of them has it any more."""
    there = pair.stored[pair.other]
    event = _event(events, there, number)
    if event is None:
        return None
    before, after = _states(event)
    alone = pair.alone(pair.other, there.record, pair.chains.get(pair.other, []), pair.leaving)
    for name, value in alone.items():
        if not same(value, there.record.get(name)) and name not in there.held:
            before[name], after[name] = value, there.record.get(name)
    since = _since(pair.leaving)
    joined_at = after.get(DELETED)
    if joined_at and same(there.deleted_at, joined_at):
        dropped = since is not None and (since > joined_at or before.get(DELETED) is not None) and not there.held
        before[DELETED] = since if dropped else None
        if dropped:  # the moment says that no person put it into the bin
            claims.mark_absent(pen.connection, [claim.origin for claim in pair.leaving], since)
    return replace(event, before=before, after=after)


def _one_again(pen: Pen, pair: _Pair, number: int, events: list[Event]) -> list[Event]:
    """What the other's sources said since goes to the one that stays, where it had filled the field before."""
    kept, other = pair.stored[pair.last], pair.stored[pair.other]
    ours, theirs = _event(events, kept, number), _event(events, other, number)
    if ours is None or theirs is None:
        return events
    said = claims.of_assets(pen.connection, [other.id]).get(other.id, [])
    (was, became), (before, after) = _states(ours), _states(theirs)
    for name, now in other.record.items():
        then = after.get(name)
        if same(now, then) or name in other.held or not _only(name, now, said, []):
            continue
        before[name] = after[name] = now
        free = same(was.get(name), then) and same(kept.record.get(name), became.get(name)) and name not in kept.held
        if free and name not in (*OF_PEOPLE, *OF_THE_SOURCE) and not withheld(other.record, None, kept):
            was[name] = now
    return _put(_put(events, replace(ours, before=was, after=became)), replace(theirs, before=before, after=after))


def _states(event: Event) -> tuple[Record, Record]:
    return dict(event.before or {}), dict(event.after or {})


def _only(name: str, value: object, leaving: list[Claim], staying: list[Claim]) -> bool:
    """Whether only the sources that leave say this."""
    if value is None or any(same(value, claim.said.get(name)) for claim in staying):
        return False
    return any(same(value, claim.said.get(name)) for claim in leaving)


def _only_there_for(leaving: list[Claim], staying: list[Claim]) -> bool:
    """Whether only the sources that leave still have it."""
    return _since(staying) is not None and any(claim.absent is None for claim in leaving)


def _since(own: list[Claim]) -> str | None:
    """Since when no source has it any more; None where one does, or none ever spoke of it."""
    gone = [claim.absent for claim in own if claim.absent is not None]
    return max(gone) if gone and len(gone) == len(own) else None


def _deeds(connection: sa.Connection) -> dict[int | None, str]:
    """Which changesets read sources, and which only brought back what had been there."""
    query = sa.select(t.changeset.c.number, t.changeset.c.kind, t.changeset.c.undoes).order_by(t.changeset.c.number)
    found: dict[int | None, str] = {}
    for row in connection.execute(query):
        if row.kind in _READINGS:
            found[row.number] = _READ
        elif row.kind in ("restore", "part") or (row.kind == "undo" and row.undoes is not None):
            found[row.number] = _OTHER if found.get(row.undoes) == _READ else _BACK
        else:
            found[row.number] = _OTHER
    return found


def _from_a_source(chain: list[Event], name: str, record: Record, deeds: Mapping[int | None, str]) -> bool:
    """Whether a reading made a field what it is in a record. A person did who undid a reading, or who used another
    program; what was brought back is of whoever had made it so."""
    for event in reversed(chain):
        was, became = (event.before or {}).get(name), (event.after or {}).get(name)
        made = same(became, record.get(name)) and (event.before is None or not same(was, became))
        if made and deeds.get(event.changeset) != _BACK:
            return deeds.get(event.changeset) == _READ
    return True
