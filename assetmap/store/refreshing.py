"""What happens to the stored assets when sources are read again?

What is new is added; what a source changed is changed where the value is still the source's own; what a person
corrected or confirmed stays; what a source no longer has goes into the bin, unless a person or another source vouches
for it. Reading the same again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import geopandas as gpd
import sqlalchemy as sa

from assetmap.disclosure.refuges import demand_no_refuge
from assetmap.model.change import Effect, Outcome, Record
from assetmap.store import claims as said
from assetmap.store import tables as t
from assetmap.store.claims import Claim
from assetmap.store.frames import rows_of
from assetmap.store.records import read
from assetmap.store.rows import DELETED, Stored, record_of
from assetmap.store.tally import Tally
from assetmap.store.writing import Pen
from assetmap.upkeep.merge import same
from assetmap.upkeep.refresh import OF_THE_SOURCE, looks_cut_off, refresh
from assetmap.upkeep.survivor import guarded


def bring_in(
    pen: Pen, frame: gpd.GeoDataFrame, sources: Collection[str], *, whole: bool, remove: bool | None = None
) -> Outcome:
    """Bring what sources say now into the store.

    Args:
        frame: Their assets: rows of the asset schema, index `id`.
        sources: Keys of the sources that were read, also those that gave nothing.
        whole: Whether this is all that they have; then what is not in it is gone from them.
        remove: Whether what is gone from them goes into the bin; None: unless it looks as if a file was cut off.

    Raises:
        InputError: A row is a refuge from violence, which nothing may keep.
    """
    rows = {row["id"]: row for row in rows_of(frame, t.asset, "id")}
    for row in rows.values():
        demand_no_refuge(row)
    known = said.of_sources(pen.connection, set(sources) | {row["source"] for row in rows.values()})
    stored = read(
        pen.connection, dict.fromkeys(key for i in (*rows, *known) for key in (i, known[i].asset if i in known else i))
    )
    tally = Tally()
    fresh = {origin: row for origin, row in rows.items() if origin not in known and origin not in stored}
    _add(pen, fresh, tally)
    met = {origin: record_of(row, row["geom"]) for origin, row in rows.items() if origin not in fresh}
    _meet(pen, met, known, stored, tally)
    if whole:
        _miss(pen, [c for o, c in known.items() if o not in rows and c.source in sources], known, stored, tally, remove)
    return tally.outcome(pen.written)


def _add(pen: Pen, fresh: dict[str, dict[str, Any]], tally: Tally) -> None:
    pen.insert(list(fresh.values()))
    tally.new.extend(fresh)
    tally.effects.extend(Effect(origin, str(row["name"] or ""), "new") for origin, row in fresh.items())
    said.write_new(pen.connection, fresh.values(), pen.at[:10])


def _meet(pen: Pen, met: dict[str, Record], known: dict[str, Claim], stored: dict[str, Stored], tally: Tally) -> None:
    """The rows of a source whose asset is in the store."""
    changes: dict[str, Record] = {}
    notes = []
    erased = _erased(pen)
    for origin, whole in met.items():
        claim = known.get(origin) or Claim(origin, origin, str(whole["source"]), {}, "")
        secret = erased.get(claim.asset, set()) | erased.get(origin, set())
        now = {name: value for name, value in whole.items() if name not in secret} if secret else whole
        there = stored.get(claim.asset)
        if there is None:  # the row itself was deleted by another program, so nobody wants it back
            continue
        if there.deleted_at is not None and claim.absent != there.deleted_at:
            _refuse(there, now, claim, tally)
            if claim.absent:  # what it says is not noted: taken out of the bin, the asset follows its source again
                notes.append(replace(claim, absent=None))
            continue
        if _news(claim, now):
            notes.append(replace(claim, said={**claim.said, **_spoken(now)}, at=pen.at[:10], absent=None))
        told = changes.get(claim.asset, {})
        heard = now if claim.first or not withheld(now, stored.get(origin), there) else {}
        done = refresh({**there.record, **told}, there.held, claim.said, heard, first=claim.first)
        values = dict(done.values)
        if there.deleted_at is not None:
            values[DELETED] = None
        changes[claim.asset] = {**told, **values}
        for name, value in done.kept.items():
            tally.kept.append(there.id)
            tally.effects.append(Effect(there.id, there.name, "kept", name, there.record.get(name), value))
    _write(pen, changes, stored, tally)
    said.write(pen.connection, notes)
    if notes:
        pen.dirty()


def _erased(pen: Pen) -> dict[str, set[str]]:
    """The fields of each asset whose words were taken out for good: what a source says there is not even noted."""
    found: dict[str, set[str]] = {}
    for row in pen.connection.execute(sa.select(t.erasure.c.asset, t.erasure.c.field)):
        found.setdefault(row.asset, set()).add(row.field)
    return found


def withheld(now: Record, own: Stored | None, there: Stored) -> bool:
    """Whether a row that was joined to an asset is for a narrower circle than that one, and so gives it nothing."""
    records = [now] if own is None else [now, own.record]
    return max(guarded(record) for record in records) > guarded(there.record)


def _spoken(now: Record) -> Record:
    return {name: value for name, value in now.items() if value is not None}


def _news(claim: Claim, now: Record) -> bool:
    """Whether a source says something that it did not say before; the day of reading alone is no news."""
    fields = (name for name, value in now.items() if value is not None and name not in ("retrieved", "data_date"))
    return claim.absent is not None or not all(same(now[name], claim.said.get(name)) for name in fields)


def _refuse(there: Stored, now: Record, claim: Claim, tally: Tally) -> None:
    """A person put it into the bin: there it stays, whatever the source says."""
    tally.same += 1
    tally.binned.append(there.id)
    if any(not same(value, claim.said.get(name)) for name, value in _spoken(now).items() if name not in OF_THE_SOURCE):
        tally.kept.append(there.id)
        tally.effects.append(Effect(there.id, there.name, "kept"))


def _write(pen: Pen, changes: dict[str, Record], stored: dict[str, Stored], tally: Tally) -> None:
    real = {asset: values for asset, values in changes.items() if values}
    tally.same += len(changes) - len(real)
    pen.updates([(stored[asset], values) for asset, values in real.items()])
    for asset, values in real.items():
        tally.tell(stored[asset], values)


def _miss(
    pen: Pen,
    missing: list[Claim],
    known: dict[str, Claim],
    stored: dict[str, Stored],
    tally: Tally,
    remove: bool | None,
) -> None:
    """What a source no longer has."""
    news = [claim for claim in missing if not claim.absent]
    tally.cut_off = remove is None and _cut_off(news, known)
    said.mark_absent(pen.connection, [claim.origin for claim in news], pen.at)
    if news:
        pen.dirty()
    gone = {claim.origin for claim in missing}
    asked = missing if remove else news
    others = said.of_assets(pen.connection, [claim.asset for claim in asked])
    changes = {}
    since: list[str] = []
    for claim in asked:
        there = stored.get(claim.asset)
        if there is None or there.deleted_at is not None or there.id in changes:
            continue
        vouched = any(not c.absent and c.origin not in gone for c in others.get(claim.asset, []))
        if tally.cut_off or remove is False or vouched or there.held:
            tally.kept.append(there.id)
            tally.effects.append(Effect(there.id, there.name, "kept", "", "", "gone"))
        else:
            changes[there.id] = (there, {DELETED: pen.at})
            since.extend(c.origin for c in others[there.id])
            tally.gone.append(there.id)
            tally.effects.append(Effect(there.id, there.name, "gone"))
    pen.updates(list(changes.values()))
    said.mark_absent(pen.connection, since, pen.at)  # the moment says that no person put it into the bin


def _cut_off(news: list[Claim], known: dict[str, Claim]) -> bool:
    """Whether one of the sources, however small beside the others, has lost so much that its file seems cut off."""
    before = Counter(claim.source for claim in known.values() if not claim.absent)
    lost = Counter(claim.source for claim in news)
    return any(looks_cut_off(before[source], count) for source, count in lost.items())
