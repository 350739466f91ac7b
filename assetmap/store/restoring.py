"""How does a store become again what it was when a backup was made, without losing what happened since?

Where the store can still be read, its history goes on: what is different from the backup is one changeset of the kind
`restore`, and each such asset gets a new version, so that an editor who had it open meanwhile is told and nobody's
older view fits by accident. What came since goes into the bin. Where nothing can be read any more, the backup itself
takes its place. Either way words that were erased since stay erased.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assetmap.model.change import Effect, Outcome
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.copies import Past, put_back
from assetmap.store.desks.snapshots import clean
from assetmap.store.erasing import blank, replay
from assetmap.store.erasures import Erasure, add, erasures, missed, noted
from assetmap.store.frames import shape_of
from assetmap.store.geometry import bare
from assetmap.store.home import Home
from assetmap.store.parts import sha256
from assetmap.store.records import read
from assetmap.store.rows import DELETED, HELD, Stored
from assetmap.store.tally import Tally
from assetmap.store.writing import Pen, new_row
from assetmap.upkeep.merge import differing

REPLACED = (t.home, t.boundary, t.population_area, t.address, t.provenance, t.issue, t.match)
"""Become what they were."""
KEPT = (t.asset_history, t.changeset, t.erasure, t.schema_version)
"""Go on: they say what happened, and that stays true."""
JOINED = (t.claim, t.suggestion, t.snapshot)
"""Become what they were, and keep what came since."""
_OWN = ("store", "revision", "generation", "saved_at")
"""Settings that say which store this is and how far it has come."""

Erased = dict[str, list[str]]
Raw = dict[str, tuple[Any, ...]]
_COMPARED = [name for name in t.WATCHED if name != "geom"]  # the id first
_SOURCE, _DELETED = _COMPARED.index("source"), _COMPARED.index("deleted_at")


@dataclass(frozen=True)
class Brought:
    """What was brought back, and what is to be done about personal values once it is committed."""

    outcome: Outcome
    assets: set[str]
    sources: set[str]
    contacts: list[dict[str, str]]


def bring_back(pen: Pen, home: Home, past: Past) -> Brought:
    """Make the store what a backup says, as one changeset of the pen's transaction."""
    beside = noted(home.copies.folder, content.setting_of(past.connection, "store", ""))
    add(pen.connection, missed(pen.connection, beside))
    erased = by_asset(missed(past.connection, erasures(pen.connection)))
    then, now = _raw(past.connection), _raw(pen.connection)
    tally = Tally()
    _assets(pen, past.connection, _different(then, now, erased), erased, tally)
    tally.same += sum(now.get(key) == row for key, row in then.items() if key not in erased)
    _bin_others(pen, [key for key in now if key not in then], tally)
    for table in REPLACED:
        home.replace_rows(pen.connection, table, _rows(past.connection, table))
    _claims(pen, past.connection, now)
    _join(pen.connection, past.connection, t.suggestion, over=True)
    _files(pen, home, past)
    _settings(pen.connection, past.connection)
    for asset, fields in erased.items():
        blank(pen.connection, asset, fields)
    clean(pen, home, erased, lambda name: home.shelf.local(name) or past.file(name))
    contacts = contacts_of(past, erased)
    home.hold(contacts)
    home.touched(pen.connection, None)
    pen.dirty()
    sources = {str(row[_SOURCE]) for row in (*then.values(), *now.values())}
    return Brought(tally.outcome(pen.number), {*then, *now}, sources, contacts)


def finish(
    home: Home, connection: sa.Connection, past: Past, erased: Collection[Erasure], entry: dict[str, Any]
) -> None:
    """What is to be done to a backup that takes the place of a lost store: take out what was erased since, and say in
    the history that it was restored."""
    pen = Pen(home, connection, entry)
    fields = by_asset(erased)
    replay(pen, fields)
    clean(pen, home, fields, past.file)
    add(connection, erased)
    _ = pen.number  # an entry in the history, also where nothing had to be taken out
    pen.finish()


def by_asset(erased: Iterable[Erasure]) -> Erased:
    """The fields that were erased of each asset."""
    found: Erased = {}
    for asset, name, _ in erased:
        found.setdefault(asset, []).append(name)
    return {asset: list(dict.fromkeys(names)) for asset, names in found.items()}


def contacts_of(past: Past, erased: Erased) -> list[dict[str, str]]:
    """The personal values of a backup, without those of fields that were erased since."""
    return [row for row in past.contacts if row["field"] not in erased.get(row["asset"], ())]


def _raw(connection: sa.Connection) -> Raw:
    """Every asset as its row stands there, the shape as well-known binary: two that are equal need no closer look."""
    query = sa.select(*[t.asset.c[name] for name in _COMPARED], shape_of(t.asset, connection.dialect))
    return {row[0]: (*row[:-1], bare(row[-1])) for row in connection.execute(query)}


def _different(then: Raw, now: Raw, erased: Erased) -> list[str]:
    return [key for key, row in then.items() if key in erased or now.get(key) != row]


def _assets(pen: Pen, before: sa.Connection, keys: Collection[str], erased: Erased, tally: Tally) -> None:
    """Make these assets what they were."""
    then, now = read(before, keys), read(pen.connection, keys)
    updates = []
    again = []
    for key, was in then.items():
        state = _without(was, erased.get(key, ()))
        there = now.get(key)
        if there is None:  # the row itself was deleted by another program
            again.append(new_row(key, state))
            tally.restored.append(key)
            tally.effects.append(Effect(key, was.name, "restored"))
            continue
        values = {name: state.get(name) for name in differing(state, there.state)}
        if values:
            updates.append((there, values))
        tally.tell(there, values)
    pen.updates(updates)
    pen.insert(again, again=True)


def _bin_others(pen: Pen, keys: Collection[str], tally: Tally) -> None:
    """Put what came since into the bin."""
    updates = []
    for there in read(pen.connection, keys).values():
        if there.deleted_at is None:
            updates.append((there, {DELETED: pen.at}))
            tally.tell(there, {DELETED: pen.at})
    pen.updates(updates)


def _without(stored: Stored, fields: Collection[str]) -> dict[str, Any]:
    """A state without words that were erased since; a person holds the empty field, so that no source fills it."""
    if not fields:
        return stored.state
    held = tuple(dict.fromkeys([*stored.held, *fields]))
    return {**stored.state, **dict.fromkeys(fields), HELD: held}


def _rows(connection: sa.Connection, table: sa.Table) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "fid"]
    return [dict(row) for row in connection.execute(sa.select(*columns).order_by(table.c.fid)).mappings()]


def _join(now: sa.Connection, then: sa.Connection, table: sa.Table, *, over: bool) -> list[dict[str, Any]]:
    """Put the rows of a backup beside those that came since; returns those that were not there.

    Args:
        over: Whether what the backup says goes before what is there under the same id.
    """
    known = set(now.scalars(sa.select(table.c.id)))
    rows = _rows(then, table)
    fresh = [row for row in rows if row["id"] not in known]
    content.upsert(now, table, "id", rows if over else fresh)
    return fresh


def _claims(pen: Pen, then: sa.Connection, now: Raw) -> None:
    """What the sources had said; of an asset that came since, that its source does not have it, so that it comes back
    when the source is read again."""
    before = {row["origin"]: row for row in _rows(then, t.claim)}
    there = {row["origin"]: row for row in _rows(pen.connection, t.claim)}
    rows = [row for origin, row in before.items() if there.get(origin) != row]
    for origin, row in there.items():
        if origin not in before:
            row["asset"] = origin if origin in now else row["asset"]
            of = now.get(row["asset"])
            binned = of is not None and of[_DELETED] is None  # just now; see `refreshing`: the two moments agree
            row["absent"] = pen.at if binned else row["absent"] or pen.at
            rows.append(row)
    content.upsert(pen.connection, t.claim, "origin", rows)


def _files(pen: Pen, home: Home, past: Past) -> None:
    """Put the files that the backup names where the store has them no more."""
    for row in _join(pen.connection, past.connection, t.snapshot, over=False):
        _shelve(pen, home, past, row["file"], row["sha256"])
    for part in content.setting_of(past.connection, "sidecars", {}).values():
        _shelve(pen, home, past, part["file"], part["sha256"])


def _shelve(pen: Pen, home: Home, past: Past, name: str, digest: str) -> None:
    there, source = home.shelf.local(name), past.file(name)
    if source is None or (there is not None and sha256(there) == digest):
        return
    put_back(home.shelf, pen.connection, source, name)


def _settings(now: sa.Connection, then: sa.Connection) -> None:
    """The settings of the backup; how far the store has come stays."""
    generations = [int(content.setting_of(connection, "generation", 0)) for connection in (now, then)]
    now.execute(sa.delete(t.setting).where(t.setting.c.key.not_in(_OWN)))
    rows = [row for row in _rows(then, t.setting) if row["key"] not in _OWN]
    content.upsert(now, t.setting, "key", rows)
    content.set_settings(now, generation=max(generations))
