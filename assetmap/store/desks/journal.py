"""Who changed what, when and why, and how is it taken back?"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from assetmap.disclosure.saving import demand_clean
from assetmap.errors import InputError, StoreMissing
from assetmap.messages import M
from assetmap.model.change import Change, Changeset, Clash, Effect, Outcome, Record, Version
from assetmap.model.schema import check_row
from assetmap.model.taxonomy import taxonomy
from assetmap.store import asked, claims, joined
from assetmap.store import tables as t
from assetmap.store.frames import read_frame
from assetmap.store.home import Home
from assetmap.store.past import Event, events_of, state_at, touched_by
from assetmap.store.records import read
from assetmap.store.rows import DELETED, HELD, MERGED, Stored
from assetmap.store.writing import Pen, new_row, writing
from assetmap.upkeep.merge import differing, merge, same

_ROW = (DELETED, HELD, MERGED)
_NOT_HELD = ("confirmed", "review", "retrieved", "data_date")
"""Fields that no source decides, so that nobody need hold them."""


@dataclass
class Tally:
    """What was done so far, on the way to an `Outcome`."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    same: int = 0

    def outcome(self, number: int | None) -> Outcome:
        """The same, finished."""
        return Outcome(
            number, tuple(self.new), tuple(self.changed), tuple(self.gone), tuple(self.restored), self.same,
            clashes=tuple(self.clashes), merged=tuple(self.merged), effects=tuple(self.effects),
        )  # fmt: skip


class Journal:
    """The history of a store, and the way to add to it."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def apply(
        self,
        changes: Sequence[Change],
        *,
        by: str = "",
        why: str = "",
        kind: str = "edit",
        source: str = "",
        allow: Collection[str] = (),
    ) -> Outcome:
        """Save changes as one changeset.

        A change whose author saw an older version is merged: fields that nobody else changed are saved, the others are
        left as they are and told in `clashes`. Asked for twice, a change is done once.

        Args:
            changes: At most one per asset.
            by: Who, as they name themselves.
            why, kind, source: As in `Changeset`.
            allow: What free text may hold all the same: "phone", "email".

        Raises:
            PrivateText: A text holds somebody's contact or national identity number; nothing was saved.
            SchemaError: A value breaks the asset schema; nothing was saved.
            InputError: There is no such asset or version, or one asset is changed twice; nothing was saved.
            StoreError: Somebody else is writing for too long, or the disk is full; nothing was saved.
        """
        changes = asked.changes(changes)
        allow = asked.kinds(allow)
        for change in changes:
            demand_clean(change.values, allow)
        tally = Tally()
        with writing(self._home, by=by, why=why, kind=kind, source=source) as pen:
            carry_out(pen, changes, tally)
        return tally.outcome(pen.written)

    def confirm(self, assets: str | Collection[str], *, by: str = "", on: str = "") -> Outcome:
        """Note that somebody saw that records are right; from then on no source changes what they say.

        Args:
            on: ISO date; today where it is empty.
        """
        wanted, on = asked.keys(assets), asked.words(on)
        tally = Tally()
        with writing(self._home, by=by, kind="confirm") as pen:
            stored = read(pen.connection, wanted)
            updates = []
            for asset in wanted:
                there = stored.get(asset)
                if there is None:
                    raise unknown(asset)
                seen = [n for n, v in there.record.items() if v is not None and n not in _NOT_HELD]
                values = {"confirmed": on or pen.at[:10], HELD: tuple(dict.fromkeys([*there.held, *seen]))}
                real = {name: value for name, value in values.items() if not same(value, there.state.get(name))}
                if real:
                    check_row(values, only=["confirmed"])
                    updates.append((there, real))
                tell(there, real, tally)
            pen.updates(updates)
        return tally.outcome(pen.written)

    def changesets(self, *, limit: int = 50, since: str = "", asset: str = "") -> list[Changeset]:
        """The changesets, newest first.

        Args:
            since: Only those from this UTC moment on (ISO).
            asset: Only those that touched this asset.
        """
        query = sa.select(t.changeset).order_by(t.changeset.c.number.desc()).limit(asked.number(limit))
        if since:
            # by number, not by time: whatever came after a change of that time belongs to it, whoever's clock was wrong
            late = sa.select(sa.func.min(t.changeset.c.number)).where(t.changeset.c.at >= asked.since(since))
            query = query.where(t.changeset.c.number >= late.scalar_subquery())
        if asset:
            own = sa.select(t.asset_history.c.changeset).where(t.asset_history.c.id == asked.key(asset))
            query = query.where(t.changeset.c.number.in_(own))
        with self._home.reading() as connection:
            return [_changeset(row) for row in connection.execute(query)]

    def changeset(self, number: int) -> Changeset:
        """One changeset.

        Raises:
            StoreMissing: There is none of that number.
        """
        with self._home.reading() as connection:
            return _changeset_of(connection, number)

    def effects(self, number: int) -> tuple[Effect, ...]:
        """What a changeset did, field by field."""
        with self._home.reading() as connection:
            _changeset_of(connection, number)
            events = events_of(connection, touched_by(connection, number))
        mine = [event for chain in events.values() for event in chain if event.changeset == number]
        return tuple(effect for event in mine for effect in effects_of(event))

    def versions(self, asset: str) -> list[Version]:
        """Every version of an asset, newest first; those in the bin, and those that others edited, too.

        Raises:
            InputError: There never was such an asset.
        """
        with self._home.reading() as connection:
            chain = events_of(connection, [asked.key(asset)]).get(asset)
        if not chain:
            raise unknown(asset)
        return [
            Version(
                asset, e.version, e.at, e.by, e.op, e.changeset,
                {k: v for k, v in (e.after or {}).items() if k not in _ROW},
                () if e.before is None or e.after is None else differing(e.before, e.after),
            )
            for e in reversed(chain)
        ]  # fmt: skip

    def undo(self, number: int, *, by: str = "", why: str = "") -> Outcome:
        """Take a whole changeset back, as a new changeset.

        What somebody changed again since stays as it is, and is told in `clashes`.

        Raises:
            StoreMissing: There is no changeset of that number.
            InputError: It was taken back already.
        """
        tally = Tally()
        with writing(self._home, by=by, why=why, kind="undo", undoes=number) as pen:
            wanted = _changeset_of(pen.connection, number)
            if wanted.undone_by is not None:
                raise InputError(M("Change {number} was taken back already, by change {by}.", number=number,
                                   by=wanted.undone_by))  # fmt: skip
            assets = touched_by(pen.connection, number)
            events = [e for chain in events_of(pen.connection, assets).values() for e in chain if e.changeset == number]
            take_back(pen, events, tally)
            if pen.written is not None:
                joined.turn(pen, number)
        return tally.outcome(pen.written)

    def revert(self, asset: str, version: int, *, by: str = "", why: str = "") -> Outcome:
        """Make an asset what it was in an earlier version, as a new changeset; also one whose row another program
        deleted.

        Raises:
            InputError: There is no such asset, or no such version of it.
        """
        tally = Tally()
        asked.number(version)
        with writing(self._home, by=by, why=why, kind="undo") as pen:
            stored = read(pen.connection, [asked.key(asset)]).get(asset)
            if stored is not None and version == stored.version:
                return Outcome(same=1)
            then = state_at(pen.connection, asset, version)
            if then is None:
                known = stored is not None or asset in events_of(pen.connection, [asset])
                raise _no_version(asset, version) if known else unknown(asset)
            if stored is None:
                _insert_again(pen, asset, then, tally)
                return tally.outcome(pen.written)
            values = {name: then.get(name) for name in differing(then, stored.state)}
            if values:
                pen.update(stored, values)
            tell(stored, values, tally)
        return tally.outcome(pen.written)

    def bin(self) -> gpd.GeoDataFrame:
        """The assets that were removed, last removed first: the columns of the asset schema, `deleted_at`,
        `deleted_by`, `merged_into`; index `id`, WGS84."""
        there = t.asset.c.deleted_at.is_not(None)
        more = ("deleted_at", "updated_by", "merged_into")
        query = sa.select(t.asset.c.id, *[t.asset.c[name] for name in more]).where(there)
        with self._home.reading() as connection:
            frame = read_frame(connection, t.asset, "id", where=there)
            known = pd.DataFrame(connection.execute(query).fetchall(), columns=["id", *more], dtype="str").set_index(
                "id"
            )
        known = known.rename(columns={"updated_by": "deleted_by"}).reindex(frame.index)
        return frame.join(known).sort_values("deleted_at", ascending=False, kind="stable")

    def erase(self, asset: str, fields: Collection[str], *, by: str = "") -> int:
        """Take the words of some fields out of an asset and out of every past version of it, for good.

        The versions themselves stay, so that the history has no hole. Copies that were made before keep the words
        until they are deleted; a restored backup is cleaned again.

        Returns:
            How many past versions held something there.

        Raises:
            InputError: There is no such asset, no field was named, or one that an asset cannot be without.
        """
        from assetmap.store.erasing import erase

        return erase(self._home, asset, fields, by=by)

    def erased(self, asset: str) -> tuple[str, ...]:
        """The fields of an asset whose words were taken out of its past; not the words."""
        from assetmap.store.erasing import erased

        with self._home.reading() as connection:
            return erased(connection, asked.key(asset))

    def outside(self, *, limit: int = 50) -> list[Version]:
        """Edits that another program made (QGIS, psql), newest first."""
        mine = t.asset_history.c.changeset.is_(None)
        query = sa.select(t.asset_history.c.id, t.asset_history.c.version).where(mine)
        query = query.order_by(t.asset_history.c.fid.desc()).limit(asked.number(limit))
        with self._home.reading() as connection:
            rows = connection.execute(query).fetchall()
        wanted = {(row.id, row.version) for row in rows}
        versions = [v for asset in dict.fromkeys(row.id for row in rows) for v in self.versions(asset)]
        return [version for version in versions if (version.asset, version.version) in wanted]


def take_back(pen: Pen, events: Iterable[Event], tally: Tally) -> None:
    """Let events of the history not have happened, as far as nobody changed the same since."""
    events = list(events)
    stored = read(pen.connection, [event.asset for event in events])
    updates = []
    released: dict[str, Record] = {}
    for event in events:
        there = stored.get(event.asset)
        if event.after is None and there is None and event.before is not None:
            _insert_again(pen, event.asset, event.before, tally)
        elif event.after is None:
            tally.same += 1
        elif there is not None:
            values, clashes = _back(event, there, pen.at)
            tally.clashes.extend(clashes)
            if values:
                updates.append((there, values))
            if HELD in values:
                free = set(there.held) - set(values[HELD])
                released[there.id] = {name: value for name, value in values.items() if name in free}
            tell(there, values, tally)
    pen.updates(updates)
    claims.give_back(pen.connection, {asset: fields for asset, fields in released.items() if fields})


def carry_out(pen: Pen, changes: Sequence[Change], tally: Tally) -> None:
    """Do changes, at most one per asset, and note what came of them."""
    stored = read(pen.connection, [change.asset for change in changes])
    updates: list[tuple[Stored, Record]] = []
    for change in changes:
        _one(pen, change, stored.get(change.asset), updates, tally)
    pen.updates(updates)


def _one(pen: Pen, change: Change, there: Stored | None, updates: list[tuple[Stored, Record]], tally: Tally) -> None:
    """Do one change, or note why not."""
    if change.kind == "add":
        _add(pen, change, there, tally)
        return
    if there is None:
        raise unknown(change.asset)
    kind = change.kind
    if kind == "restore" and change.values and there.deleted_at is None:  # somebody was quicker; the rest is an edit
        kind = "edit"
    if kind in ("remove", "restore"):
        values: Record = {DELETED: pen.at if kind == "remove" else None}
        if kind == "restore":
            values |= {MERGED: None, **_with_held(dict(change.values), there)}
            if change.values:
                fresh = derived(dict(change.values))
                check_row({**there.record, **fresh}, only=fresh)
        if (there.deleted_at is None) == (kind == "restore"):
            tally.same += 1
            return
        if change.kind == "remove" and change.version is not None and change.version != there.version:
            base = _base(pen, change, there)
            for name in differing({k: v for k, v in base.items() if k not in _ROW}, there.record):
                tally.clashes.append(Clash(there.id, name, base.get(name), None, there.record.get(name)))
            if tally.clashes and tally.clashes[-1].asset == there.id:
                return
    else:
        base = _base(pen, change, there)
        merged = merge(there.id, base, change.values, there.record)
        tally.clashes.extend(merged.clashes)
        values = _with_held(merged.values, there)
        if merged.values:
            fresh = derived(merged.values)
            check_row({**there.record, **fresh}, only=fresh)
        if merged.values and [name for name in merged.theirs if name not in _ROW]:
            tally.merged.append(there.id)
    if values:
        updates.append((there, values))
    tell(there, values, tally)


def _add(pen: Pen, change: Change, there: Stored | None, tally: Tally) -> None:
    if there is not None:  # the same was asked for before, and the answer did not arrive
        tally.same += 1
        return
    record = derived({**OF_A_NEW_ONE, "source_id": change.asset, "retrieved": pen.at[:10], **change.values})
    check_row(record)
    row = new_row(change.asset, record)
    held = [name for name, value in change.values.items() if value is not None and name not in _NOT_HELD]
    # again: it may have been there, and another program deleted its row
    pen.insert([{**row, "held": json.dumps(held, ensure_ascii=False)}], again=True)
    tally.new.append(change.asset)
    tally.effects.append(Effect(change.asset, str(record.get("name") or ""), "new"))


OF_A_NEW_ONE: Record = {
    "audience": "public", "review": "ok", "location_precision": "exact", "source": "community",
    "licence": "unstated",
}  # fmt: skip


def derived(values: Record) -> Record:
    """The values with the kind that belongs to their category."""
    known = taxonomy()
    if isinstance(values.get("category"), str) and values["category"] in known:
        return {**values, "kind": known[values["category"]].kind}
    return values


def _with_held(values: Record, there: Stored) -> Record:
    """The values, and that a person holds these fields from now on."""
    if not values:
        return {}
    values = derived(values)
    mine = [name for name in values if name not in _NOT_HELD]
    held = tuple(dict.fromkeys([*there.held, *mine]))
    return {**values, HELD: held} if held != there.held else values


def _base(pen: Pen, change: Change, there: Stored) -> Record:
    """The asset as the author of a change saw it."""
    if change.version is None or change.version == there.version:
        return there.record
    base = state_at(pen.connection, there.id, change.version)
    if base is None:
        raise _no_version(there.id, change.version)
    return base


def _back(event: Event, there: Stored, at: str) -> tuple[Record, list[Clash]]:
    """What to set so that an event has not happened, as far as nobody changed the same since."""
    now, after = there.state, event.after or {}
    if event.before is None:
        since = [name for name in differing(after, now) if name != HELD]
        if since and since != [DELETED]:
            return {}, [Clash(there.id, name, after.get(name), None, now.get(name)) for name in since]
        return ({} if there.deleted_at else {DELETED: at}), []
    values: Record = {}
    clashes = []
    for name in differing(event.before, after):
        was, became, is_now = event.before.get(name), after.get(name), now.get(name)
        if name == HELD:
            continue
        if same(is_now, became):
            values[name] = was
        elif not same(is_now, was):
            clashes.append(Clash(there.id, name, became, was, is_now))
    if not values and clashes:
        return {}, clashes
    held = _held_before(event, now.get(HELD) or (), {clash.field for clash in clashes})
    if held != now.get(HELD):
        values[HELD] = held
    return values, clashes


def _held_before(event: Event, now: Collection[str], stay: Collection[str]) -> tuple[str, ...]:
    """Which fields a person holds without an event; those that somebody changed again since are theirs."""
    was, became = (set((state or {}).get(HELD) or ()) for state in (event.before, event.after))
    return tuple(n for n in dict.fromkeys([*now, *sorted(was - became)]) if n not in became - was or n in stay)


def _insert_again(pen: Pen, asset: str, then: Record, tally: Tally) -> None:
    """Bring back an asset whose row another program deleted."""
    values = {name: value for name, value in then.items() if name != DELETED}
    pen.insert([new_row(asset, values)], again=True)
    tally.restored.append(asset)
    tally.effects.append(Effect(asset, str(values.get("name") or ""), "restored"))


def tell(there: Stored, values: Record, tally: Tally) -> None:
    """Note what a change of a stored asset is."""
    if not values:
        tally.same += 1
        return
    if DELETED in values:
        (tally.gone if values[DELETED] else tally.restored).append(there.id)
        tally.effects.append(Effect(there.id, there.name, "gone" if values[DELETED] else "restored"))
    else:
        tally.changed.append(there.id)
    tally.effects.extend(
        Effect(there.id, there.name, "changed", name, there.record.get(name), value)
        for name, value in values.items()
        if name not in _ROW
    )


def effects_of(event: Event) -> list[Effect]:
    """What one event of the history did."""
    known = event.after or event.before or {}
    name = str(known.get("name") or "")
    if event.before is None:
        return [Effect(event.asset, name, "new")]
    if event.after is None:
        return [Effect(event.asset, name, "gone")]
    told = []
    for field_name in differing(event.before, event.after):
        if field_name == DELETED:
            told.append(Effect(event.asset, name, "gone" if event.after.get(DELETED) else "restored"))
        elif field_name not in _ROW:
            was, becomes = event.before.get(field_name), event.after.get(field_name)
            told.append(Effect(event.asset, name, "changed", field_name, was, becomes))
    return told


def _changeset_of(connection: sa.Connection, number: int) -> Changeset:
    asked.number(number)
    row = connection.execute(sa.select(t.changeset).where(t.changeset.c.number == number)).first()
    if row is None:
        raise StoreMissing(M("There is no change {number} in the history. “assetmap history” lists them.",
                             number=number))  # fmt: skip
    return _changeset(row)


def _changeset(row: sa.Row[Any]) -> Changeset:
    return Changeset(
        row.number, row.at, row.by or "", row.why or "", row.kind or "", row.source or "", row.undoes, row.undone_by,
        row.added or 0, row.changed or 0, row.removed or 0,
    )  # fmt: skip


def unknown(asset: str) -> InputError:
    """What to say of an id that no asset has."""
    return InputError(
        M("There is no asset {asset} in this store. Its id may be from another store.", asset=asked.shown(asset))
    )


def _no_version(asset: str, version: int) -> InputError:
    return InputError(M("There is no version {version} of asset {asset}.", version=asked.shown(version),
                        asset=asked.shown(asset)))  # fmt: skip
