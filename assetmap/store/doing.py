"""How is one asset changed as somebody asked, and what is told of it?"""

from __future__ import annotations

import json
from collections.abc import Sequence

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.change import Change, Clash, Effect, Record
from assetmap.model.schema import check_row
from assetmap.model.taxonomy import taxonomy
from assetmap.store import asked
from assetmap.store.past import state_at
from assetmap.store.records import read
from assetmap.store.rows import DELETED, HELD, MERGED, OF_THE_ROW, Stored
from assetmap.store.tally import Tally
from assetmap.store.writing import Pen, new_row
from assetmap.upkeep.merge import differing, merge

NOT_HELD = ("confirmed", "review", "retrieved", "data_date")
"""Fields that no source decides, so that nobody need hold them."""


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
            for name in differing({k: v for k, v in base.items() if k not in OF_THE_ROW}, there.record):
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
        if merged.values and [name for name in merged.theirs if name not in OF_THE_ROW]:
            tally.merged.append(there.id)
    if values:
        updates.append((there, values))
    tally.tell(there, values)


def _add(pen: Pen, change: Change, there: Stored | None, tally: Tally) -> None:
    if there is not None:  # the same was asked for before, and the answer did not arrive
        tally.same += 1
        return
    record = derived({**OF_A_NEW_ONE, "source_id": change.asset, "retrieved": pen.at[:10], **change.values})
    check_row(record)
    row = new_row(change.asset, record)
    held = [name for name, value in change.values.items() if value is not None and name not in NOT_HELD]
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
    mine = [name for name in values if name not in NOT_HELD]
    held = tuple(dict.fromkeys([*there.held, *mine]))
    return {**values, HELD: held} if held != there.held else values


def _base(pen: Pen, change: Change, there: Stored) -> Record:
    """The asset as the author of a change saw it."""
    if change.version is None or change.version == there.version:
        return there.record
    base = state_at(pen.connection, there.id, change.version)
    if base is None:
        raise no_version(there.id, change.version)
    return base


def unknown(asset: str) -> InputError:
    """What to say of an id that no asset has."""
    return InputError(
        M("There is no asset {asset} in this store. Its id may be from another store.", asset=asked.shown(asset))
    )


def no_version(asset: str, version: int) -> InputError:
    return InputError(M("There is no version {version} of asset {asset}.", version=asked.shown(version),
                        asset=asked.shown(asset)))  # fmt: skip
