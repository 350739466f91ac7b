"""How are a person's words taken out of the past, without a hole in it?"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping

import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.schema import REQUIRED
from assetmap.store import asked, content, words
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
        same = _having(pen.connection, asset, wanted)
        count = sum(_erase_one(pen, home, one, names) for one, names in same.items())
        clean(pen, home, same)
        _remember(pen, home, same)
    home.wipe()
    return count


def erase_words(home: Home, sort: str, key: object, *, by: str = "") -> int:
    """Take out who did something and what they said of it, for good; returns in how many places there was something.

    Args:
        sort: Of `words.PLACES`.
        key: Which one of it; with a changeset go the suggestions and pairs that were decided with it.
    """
    with writing(home, by=by, kind="erase", tidy=True) as pen:
        if not words.is_there(pen.connection, sort, key):
            raise InputError(M("There is nothing of that number or name here. Nothing was erased."))
        places = {words.reference(*place): list(words.PLACES[place[0]][2])
                  for place in words.belonging(pen.connection, sort, key)}  # fmt: skip
        count = sum(words.blank_place(pen.connection, place, names) for place, names in places.items())
        _remember(pen, home, places)
    home.wipe()
    return count


def _remember(pen: Pen, home: Home, erased: Mapping[str, list[str]]) -> None:
    """Note what was erased, in the store and beside its backups."""
    now = content.now()
    rows = [(one, name, now) for one, names in erased.items() for name in names]
    add(pen.connection, rows)
    note(home.copies.folder, pen.connection, rows)
    pen.dirty()


def _having(connection: sa.Connection, asset: str, fields: list[str]) -> dict[str, list[str]]:
    """Which fields to erase of which records: all of an asset and of those joined with it, which are one thing; of
    those that once were, the fields in which the same words ever stood."""
    same = _joined(connection, {asset}, _now_joined)
    found = dict.fromkeys(same, fields)
    said = _said(connection, same, fields)
    for other in _joined(connection, set(same), _ever_joined):
        if other not in found:
            theirs = _said(connection, [other], fields)
            shared = [name for name in fields if said[name] & theirs[name]]
            if shared:
                found[other] = shared
    return found


def _joined(
    connection: sa.Connection, begin: set[str], neighbours: Callable[[sa.Connection, set[str]], set[str]]
) -> list[str]:
    known, new = set[str](), begin
    while new:
        known |= new
        new = neighbours(connection, new) - known
    return sorted(known)


def _now_joined(connection: sa.Connection, assets: set[str]) -> set[str]:
    into = (t.asset.c.id, t.asset.c.merged_into)
    query = sa.select(*into).where(t.asset.c.merged_into.is_not(None), sa.or_(*[c.in_(assets) for c in into]))
    return {one for row in connection.execute(query) for one in row}


def _ever_joined(connection: sa.Connection, assets: set[str]) -> set[str]:
    """Those that are or were joined with one of some assets, whatever was decided about the two since."""
    found = _now_joined(connection, assets)
    pair = (t.match.c.a, t.match.c.b)
    decided = sa.select(*pair).where(sa.or_(*[column.in_(assets) for column in pair]))
    found |= {one for row in connection.execute(decided) for one in row}
    past = t.asset_history.c
    query = sa.select(past.id, past.old).where(past.old.is_not(None), sa.or_(
        past.id.in_(assets), *[past.old.contains(one, autoescape=True) for one in sorted(assets)]
    ))  # fmt: skip
    for row in connection.execute(query):
        into = json.loads(row.old).get("merged_into")
        found |= {row.id, into} if into and (row.id in assets or into in assets) else set()
    return found


def _said(connection: sa.Connection, assets: Collection[str], fields: list[str]) -> dict[str, set[str]]:
    """What ever stood in some fields of some records: now, in the past, by their sources."""
    rows: list[Mapping[str, object]] = [one.record for one in read(connection, assets).values()]
    past = sa.select(t.asset_history.c.old).where(t.asset_history.c.id.in_(assets), t.asset_history.c.old.is_not(None))
    said = sa.select(t.claim.c.said).where(t.claim.c.asset.in_(assets), t.claim.c.said.is_not(None))
    for text in (*connection.scalars(past), *connection.scalars(said)):
        row = json.loads(text)
        rows += [row, json.loads(row.get("extra") or "{}")]
    return {name: {str(row[name]) for row in rows if row.get(name) is not None} for name in fields}


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
    how many past versions held something there. Also those of a place that is no asset (`words`)."""
    if words.is_reference(asset):
        return words.blank_place(connection, asset, fields)
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
