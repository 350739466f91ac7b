"""Who changed what, when and why, and how is it taken back?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from assetmap.disclosure.refuges import demand_no_refuge
from assetmap.disclosure.saving import demand_clean
from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.change import Change, Changeset, Effect, Outcome, Version
from assetmap.model.schema import check_row
from assetmap.store import asked, content, joined, parting
from assetmap.store import tables as t
from assetmap.store.copies import laid_down
from assetmap.store.doing import NOT_HELD, carry_out, no_version, unknown
from assetmap.store.frames import read_frame
from assetmap.store.home import Home
from assetmap.store.past import effects_of, events_of, state_at, touched_by
from assetmap.store.records import read
from assetmap.store.rows import HELD, OF_THE_ROW
from assetmap.store.tally import Tally
from assetmap.store.undoing import insert_again, take_back
from assetmap.store.writing import writing
from assetmap.upkeep.merge import differing, same


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
            InputError: It reads as a refuge from violence, which is never kept; nothing was saved.
            SchemaError: A value breaks the asset schema; nothing was saved.
            InputError: There is no such asset or version, or one asset is changed twice; nothing was saved.
            StoreError: Somebody else is writing for too long, or the disk is full; nothing was saved.
        """
        changes = asked.changes(changes)
        allow = asked.kinds(allow)
        for change in changes:
            demand_clean(change.values, allow)
            demand_no_refuge(change.values)
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
        if on[:1].isdigit() and on > content.now()[:10]:
            raise InputError(M("{day} is yet to come, so nobody can have seen anything then. Give today or earlier.",
                               day=on))  # fmt: skip
        tally = Tally()
        with writing(self._home, by=by, kind="confirm") as pen:
            stored = read(pen.connection, wanted)
            updates = []
            for asset in wanted:
                there = stored.get(asset)
                if there is None:
                    raise unknown(asset)
                seen = [n for n, v in there.record.items() if v is not None and n not in NOT_HELD]
                values = {"confirmed": on or pen.at[:10], HELD: tuple(dict.fromkeys([*there.held, *seen]))}
                real = {name: value for name, value in values.items() if not same(value, there.state.get(name))}
                if real:
                    check_row(values, only=["confirmed"])
                    updates.append((there, real))
                tally.tell(there, real)
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
            InputError: There is none of that number.
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
                {k: v for k, v in (e.after or {}).items() if k not in OF_THE_ROW},
                () if e.before is None or e.after is None else differing(e.before, e.after),
            )
            for e in reversed(chain)
        ]  # fmt: skip

    def undo(self, number: int, *, by: str = "", why: str = "") -> Outcome:
        """Take a whole changeset back, as a new changeset.

        What somebody changed again since stays as it is, and is told in `clashes`; once they have taken that back, the
        rest can be taken back too.

        Raises:
            InputError: There is no changeset of that number, all of it was taken back already, or it put a backup back:
                then the backup made just before it is the way back.
        """
        tally = Tally()
        with writing(self._home, by=by, why=why, kind="undo", undoes=number) as pen:
            wanted = _changeset_of(pen.connection, number)
            if wanted.undone_by is not None:
                raise InputError(M("Change {number} was taken back already, by change {by}.", number=number,
                                   by=wanted.undone_by))  # fmt: skip
            if wanted.kind == "restore":
                raise self._not_by_undoing(pen.connection, wanted)
            assets = touched_by(pen.connection, number)
            events = [e for chain in events_of(pen.connection, assets).values() for e in chain if e.changeset == number]
            take_back(pen, parting.with_the_news(pen, number, events), tally)
            pen.whole = not tally.clashes
            if pen.written is not None:
                joined.turn(pen, number)
        return tally.outcome(pen.written)

    def _not_by_undoing(self, connection: sa.Connection, wanted: Changeset) -> InputError:
        """What to say where a backup was put back: that changed sources, homes and decisions too, which no history has.

        The backup made before it was made while nobody else could write: before the next change.
        """
        later = t.changeset.c.number > wanted.number
        end = connection.scalar(sa.select(t.changeset.c.at).where(later).order_by(t.changeset.c.number).limit(1))
        for backup in laid_down(self._home.copies.folder):
            if backup.reason == "restore" and wanted.at <= backup.at and (end is None or backup.at < end):
                return InputError(M("Change {number} put a whole backup back, which is more than its assets, so it is "
                                    "taken back as a whole too: assetmap restore {name}", number=wanted.number,
                                    name=backup.name))  # fmt: skip
        return InputError(M("Change {number} put a whole backup back, which is more than its assets, so it cannot be "
                            "undone, and the backup that was made before it is not there any more. “assetmap backup "
                            "--list” names those that are.", number=wanted.number))  # fmt: skip

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
                raise no_version(asset, version) if known else unknown(asset)
            if stored is None:
                insert_again(pen, asset, then, tally)
                return tally.outcome(pen.written)
            values = {name: then.get(name) for name in differing(then, stored.state)}
            if values:
                pen.update(stored, values)
            tally.tell(stored, values)
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

    def erase_words(self, number: int, *, by: str = "") -> int:
        """Take who made a change, and what they said of it, out of the history for good; also out of what was decided
        with it. What was changed stays, and so does that somebody did it. A restored backup is cleaned again.

        Returns:
            In how many places there was something.

        Raises:
            InputError: There is no change of that number.
        """
        from assetmap.store.erasing import erase_words

        return erase_words(self._home, "changeset", asked.number(number), by=by)

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


def _changeset_of(connection: sa.Connection, number: int) -> Changeset:
    asked.number(number)
    row = connection.execute(sa.select(t.changeset).where(t.changeset.c.number == number)).first()
    if row is None:
        raise InputError(M("There is no change {number} in the history. “assetmap history” lists them.",
                           number=number))  # fmt: skip
    return _changeset(row)


def _changeset(row: sa.Row[Any]) -> Changeset:
    return Changeset(
        row.number, row.at, row.by or "", row.why or "", row.kind or "", row.source or "", row.undoes, row.undone_by,
        row.added or 0, row.changed or 0, row.removed or 0,
    )  # fmt: skip
