"""How are a person's words taken out of the past, without a hole in it?"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.schema import REQUIRED
from assetmap.store import asked, content
from assetmap.store import tables as t
from assetmap.store.desks.snapshots import clean
from assetmap.store.erasures import add, note
from assetmap.store.home import Home
from assetmap.store.records import read
from assetmap.store.rows import FIELDS, HELD, Stored
from assetmap.store.writing import Pen, writing


def erase(home: Home, asset: str, fields: Collection[str], *, by: str = "") -> int:
    """As `Journal.erase`."""
    wanted = asked.fields(fields)
    needed = [name for name in wanted if name in REQUIRED]
    if not wanted or needed:
        raise InputError(M("Say which fields to erase; {needed} cannot be among them, as no asset can be without.",
                           needed=", ".join(needed or REQUIRED)))  # fmt: skip
    with writing(home, by=by, kind="erase", tidy=True) as pen:
        stored = read(pen.connection, [asked.key(asset)]).get(asset)
        past = _past(pen.connection, asset, wanted)
        if stored is None and not past:
            raise InputError(M("There is no asset {asset} in this store. Its id may be from another store.",
                               asset=asked.shown(asset)))  # fmt: skip
        _demand_known(wanted, stored, past)
        same = _joined(pen.connection, asset)
        count = sum(_erase_one(pen, home, one, wanted) for one in same)
        clean(pen, home, dict.fromkeys(same, wanted))
        now = content.now()
        erased = [(one, name, now) for one in same for name in wanted]
        add(pen.connection, erased)
        note(home.copies.folder, pen.connection, erased)
        pen.dirty()
    home.wipe()
    return count


def _joined(connection: sa.Connection, asset: str) -> list[str]:
    """An asset and the records joined with it: they are one thing, and any of them may have the words."""
    known, new = set[str](), {asset}
    into = (t.asset.c.id, t.asset.c.merged_into)
    while new:
        known |= new
        query = sa.select(*into).where(t.asset.c.merged_into.is_not(None), sa.or_(*[c.in_(new) for c in into]))
        new = {one for row in connection.execute(query) for one in row} - known
    return sorted(known)


def _erase_one(pen: Pen, home: Home, asset: str, fields: list[str]) -> int:
    stored = read(pen.connection, [asset]).get(asset)
    if stored is not None:
        _empty(pen, stored, fields)
    count = blank(pen.connection, asset, fields)
    home.forget(asset, fields)  # before the rest is kept, so that nothing is said to be erased that is not
    return count


def erased(connection: sa.Connection, asset: str) -> tuple[str, ...]:
    """The fields of an asset whose words were taken out for good."""
    query = sa.select(t.erasure.c.field).where(t.erasure.c.asset == asset).order_by(t.erasure.c.fid)
    return tuple(dict.fromkeys(connection.scalars(query)))


def _demand_known(fields: list[str], stored: Stored | None, past: list[sa.Row[tuple[int, str]]]) -> None:
    """Nobody shall believe that words are gone, as a slip of the pen named a field that never was."""
    known = {*FIELDS, "geometry", *(() if stored is None else stored.record)}
    for row in past:
        known |= json.loads(json.loads(row.old).get("extra") or "{}").keys()
    strange = [name for name in fields if name not in known]
    if strange:
        raise InputError(M("This asset never had a field “{name}”. Nothing was erased. It has: {known}.",
                           name=asked.shown(strange[0]), known=", ".join(sorted(known))))  # fmt: skip


def _empty(pen: Pen, stored: Stored, fields: list[str]) -> None:
    values = {name: None for name in fields if stored.record.get(name) is not None}
    held = tuple(dict.fromkeys([*stored.held, *fields]))  # also what is empty already: no source fills it
    if values or held != stored.held:
        pen.update(stored, {**values, HELD: held})


def _past(connection: sa.Connection, asset: str, fields: list[str]) -> list[sa.Row[tuple[int, str]]]:
    query = sa.select(t.asset_history.c.fid, t.asset_history.c.old).where(
        t.asset_history.c.id == asset, t.asset_history.c.old.is_not(None)
    )
    return list(connection.execute(query))


def blank(connection: sa.Connection, asset: str, fields: list[str]) -> int:
    """Empty fields in every past version of an asset, in what its sources said and in suggestions about it; returns
    how many past versions held something there."""
    found = 0
    for row in _past(connection, asset, fields):
        without = _without(json.loads(row.old), fields)
        if without is not None:
            found += 1
            change = sa.update(t.asset_history).where(t.asset_history.c.fid == row.fid)
            connection.execute(change.values(old=json.dumps(without, ensure_ascii=False)))
    if "geometry" in fields:
        connection.execute(sa.update(t.asset_history).where(t.asset_history.c.id == asset).values(old_geom=None))
    told = sa.and_(t.issue.c.asset == asset, t.issue.c.field.in_(fields))
    connection.execute(sa.delete(t.issue).where(told))  # it may quote them
    # what was said beside a suggestion may say the same in other words
    connection.execute(sa.update(t.suggestion).where(t.suggestion.c.asset == asset).values(note=None))
    for table, key in ((t.claim, "asset"), (t.suggestion, "asset")):
        _blank_said(connection, table, key, asset, fields)
    return found


def _blank_said(connection: sa.Connection, table: sa.Table, key: str, asset: str, fields: list[str]) -> None:
    rows = connection.execute(sa.select(table.c.fid, table.c.said).where(table.c[key] == asset)).fetchall()
    for row in rows:
        without = _without(json.loads(row.said or "{}"), fields)
        values = {} if without is None else {"said": json.dumps(without, ensure_ascii=False)}
        if "geometry" in fields:
            values["said_geom"] = None  # type: ignore[assignment]
        if values:
            connection.execute(sa.update(table).where(table.c.fid == row.fid).values(values))


def _without(row: dict[str, object], fields: Iterable[str]) -> dict[str, object] | None:
    """A remembered row without some fields; None where it had nothing there."""
    extra = json.loads(str(row.get("extra") or "{}"))
    had = [name for name in fields if row.get(name) is not None or extra.get(name) is not None]
    if not had:
        return None
    kept = {
        name: None if name in had and name in FIELDS else value
        for name, value in row.items()
        if name in FIELDS or name not in had
    }
    further = {name: value for name, value in extra.items() if name not in had}
    if "extra" in row:
        kept["extra"] = json.dumps(further, ensure_ascii=False) if further else None
    return kept


def replay(pen: Pen, erased: Mapping[str, list[str]]) -> None:
    """Take words (asset to fields) out of a store that was restored from an older copy."""
    for asset, names in erased.items():  # each asset once: a second change with the same number looks like another's
        stored = read(pen.connection, [asset]).get(asset)
        if stored is not None:
            _empty(pen, stored, names)
        blank(pen.connection, asset, names)
        pen.dirty()
