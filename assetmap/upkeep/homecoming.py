"""What would change in the store if a file came home that people have edited, and what must be asked first?

Each field three ways: as it was taken out, as it came home, as it is now. What only the file changed is a change; what
both changed differently is a conflict, and somebody decides. Nothing is deleted because a row is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from assetmap.errors import SchemaError
from assetmap.messages import M, Message
from assetmap.model.change import Record
from assetmap.model.fields import FIELDS, title
from assetmap.model.provenance import Provenance
from assetmap.model.round_trip import Returned, Row
from assetmap.model.schema import check_row
from assetmap.upkeep.merge import merge
from assetmap.upkeep.returned_rows import Meant, rows_meant
from assetmap.upkeep.returned_values import alike, cut, new_record, same_number, with_consequences
from assetmap.upkeep.steps import SAVING, Plan, Step

Screen = Callable[[Record, Collection[str]], Mapping[str, Message] | None]


def plan(
    returned: Returned,
    base: Mapping[str, Record],
    current: Mapping[str, Record],
    versions: Mapping[str, int],
    *,
    origin: Provenance,
    screen: Screen | None = None,
) -> Plan:
    """Compare a returned file with the store.

    Args:
        returned: The file.
        base: Assets as they were taken out, by id; asked where the file does not say it itself.
        current: Every asset as it is now, without those in the bin.
        versions: The version of each asset in `current`.
        origin: Source, licence and date of what the file adds.
        screen: Looks at what would be saved: given a record and the names of its changed fields, it says of each field
            that may not be kept why not, or returns None where nothing of the record may be.
    """
    before = _before(returned, base, current)
    steps: list[Step] = []
    same = 0
    rows = rows_meant(returned, before)
    for meant in rows:
        found = list(_screened(_of_row(meant, returned, before, base, current, origin), current, screen))
        same += meant.reason is None and not any(s.what in SAVING for s in found)
        steps += found
    steps += _gone(returned, rows, before, current)
    touched = {step.asset for step in steps}
    return Plan(
        tuple(steps), same,
        {asset: version for asset, version in versions.items() if asset in touched},
        {asset: record for asset, record in current.items() if asset in touched},
        returned.file, returned.issues,
    )  # fmt: skip


def _before(returned: Returned, base: Mapping[str, Record], current: Mapping[str, Record]) -> dict[str, Record]:
    """Every asset as it was taken out: as the file says, else as the store remembers, else as it is.

    Where the store's value shows in the file as what the file says, it is the store's that was taken out: the file
    shows less of it.
    """
    out: dict[str, Record] = {**current, **base}
    for asset, said in returned.before.items():
        kept = [record for record in (current.get(asset), base.get(asset)) if record is not None]
        out[asset] = base.get(asset, {}) | {
            key: next((r.get(key) for r in kept if alike(r.get(key), value, returned.sheet)), value)
            for key, value in said.items()
        }
    return out


def _of_row(
    meant: Meant, returned: Returned, before: Mapping[str, Record], base: Mapping[str, Record],
    current: Mapping[str, Record], origin: Provenance,
) -> Iterator[Step]:  # fmt: skip
    row = meant.row
    if meant.reason is not None:
        yield Step("rejected", row.id or "", row.name, row.line, reason=meant.reason)
    elif meant.asset is None:
        made = new_record(row, returned, origin)
        if isinstance(made, Message):
            yield Step("rejected", "", row.name, row.line, reason=made)
        elif made[0] in base and made[0] not in current:  # the same row came home before
            told = M("it was deleted meanwhile; to take your word restores it")
            yield Step("conflict", made[0], row.name, row.line, before=row.name or None, mine={}, reason=told)
        elif made[0] not in current:
            new = Step("new", made[0], row.name, row.line, mine=made[1], reason=meant.note)
            yield from _checked([new], {}, origin.retrieved)
    else:
        known = meant.asset in base or meant.asset in returned.before
        steps = _edits(meant.asset, row, returned, before[meant.asset] if known else None, current.get(meant.asset))
        yield from _checked(list(steps), current.get(meant.asset, before[meant.asset]), origin.retrieved)


def _edits(asset: str, row: Row, returned: Returned, before: Record | None, now: Record | None) -> Iterator[Step]:
    """The steps of a row that means an asset we know.

    Args:
        before: As it was taken out; None where nobody knows: then whatever differs is a conflict.
        now: As it is; None where it was deleted meanwhile.
    """
    seen: Record = before if before is not None else now or {}
    name = row.name or str(seen.get("name") or "")
    for key, fault in row.faults.items():
        if FIELDS[key].editable:
            told = M("{field} {fault}", field=title(key), fault=fault)
            yield Step("rejected", asset, name, row.line, key, seen.get(key), reason=told)
    mine = {}
    for key, value in row.values.items():
        was = seen.get(key)
        if alike(value, was, returned.sheet) or (key in row.numeric and same_number(value, was)):
            continue
        if before is None and not FIELDS[key].editable:
            continue
        refusal = _refusal(key, (was, (now or {}).get(key)), returned.sheet)
        if refusal is not None:
            yield Step("rejected", asset, name, row.line, key, was, value, reason=refusal)
        else:
            mine[key] = value
    if now is None:
        if mine:
            told = M("it was deleted meanwhile; to take your word restores it")
            yield Step("conflict", asset, name, row.line, before=seen.get("name"), mine=mine, reason=told)
        return
    yield from _merged(asset, name, row, returned.sheet, before, mine, now)


def _merged(
    asset: str, name: str, row: Row, sheet: bool, before: Record | None, mine: Record, now: Record
) -> Iterator[Step]:
    wanted = {key: value for key, value in mine.items() if not alike(value, now.get(key), sheet)}
    if before is None:
        for key, value in wanted.items():
            told = M("it cannot be told who changed this, as the file does not say what it was")
            yield Step("conflict", asset, name, row.line, key, None, value, now.get(key), told)
        return
    merged = merge(asset, before, wanted, now)
    for key, value in merged.values.items():
        yield Step("changed", asset, name, row.line, key, now.get(key), value, now.get(key))
    for clash in merged.clashes:
        yield Step("conflict", asset, name, row.line, clash.field, clash.before, clash.mine, clash.theirs)


def _refusal(key: str, stored: Collection[Any], sheet: bool) -> Message | None:
    """Why a changed cell is not taken, whatever stands in it.

    Args:
        stored: The field as it was taken out and as it is now.
    """
    if not FIELDS[key].editable:
        return M("{field} follows from something else or tells where the row came from; it is not changed by hand",
                 field=title(key))  # fmt: skip
    if key == "geometry" and sheet and any(was is not None and was.geom_type != "Point" for was in stored):
        return M("an area or a line cannot be moved in a spreadsheet; move it in a map program")
    if sheet and any(cut(was) for was in stored):
        return M("{field} is longer than a cell shows; change it in the app", field=title(key))
    return None


def _checked(steps: list[Step], now: Mapping[str, Any], today: str) -> Iterator[Step]:
    """The steps, those rejected whose value would break the promise of the asset schema, or is of tomorrow."""
    wanted = _wanted(steps)
    if not wanted:
        yield from steps
        return
    whole = {**now, **with_consequences(wanted, now)}
    bad = _faults(whole)
    if "location_precision" in wanted:
        bad |= _precision_faults(whole)
    if str(seen := wanted.get("confirmed") or "") > today:
        bad["confirmed"] = M("{day} is yet to come, so nobody can have seen anything then. Give today or earlier.",
                             day=seen)  # fmt: skip
    old = [key for key in bad if key not in wanted]
    if old:  # the store would not save the row for what stands in it already
        bad |= dict.fromkeys(wanted, M("cannot be saved, as another field of the asset is wrong: {field} {fault}",
                                       field=title(old[0]), fault=bad[old[0]]))  # fmt: skip
    yield from _without(steps, bad)


def _precision_faults(whole: Mapping[str, Any]) -> dict[str, Message]:
    placed, precision = whole.get("geometry") is not None, whole["location_precision"]
    if placed and precision == "none":
        told = M("says that there is no place, but there is one; empty latitude and longitude too")
    elif not placed and precision not in (None, "none"):
        told = M("says how well the place is known, but there is none; give latitude and longitude too")
    else:
        return {}
    return {"location_precision": told}


def _wanted(steps: Iterable[Step]) -> Record:
    out: Record = {}
    for step in steps:
        if step.what in SAVING:
            out |= {step.field: step.mine} if step.field else step.mine
    return out


def _faults(record: Mapping[str, Any]) -> dict[str, Message]:
    try:
        check_row(record)
    except SchemaError as fault:
        found = fault.issues
        return {
            str(key): M("is “{detail}”; expected {expected}", detail=str(detail)[:60], expected=expected)
            for key, detail, expected in zip(found["field"], found["detail"], found["message"], strict=True)
        }
    return {}


def _screened(steps: Iterable[Step], current: Mapping[str, Record], screen: Screen | None) -> Iterator[Step]:
    steps = list(steps)
    wanted = _wanted(steps)
    if screen is None or not wanted:
        yield from steps
        return
    refused = screen({**current.get(steps[0].asset, {}), **wanted}, tuple(wanted))
    if refused is None:  # not even its name is told
        yield Step("rejected", "", "", steps[0].line, reason=M("its address must stay secret, so it is not kept"))
        return
    yield from _without(steps, refused)


def _without(steps: Iterable[Step], bad: Mapping[str, Message]) -> Iterator[Step]:
    """The steps, those rejected that would save one of these fields. The value itself is not repeated."""
    for step in steps:
        fields = list(step.mine) if step.what in SAVING and not step.field else [step.field]
        fault = next((M("{field} {fault}", field=title(key), fault=bad[key]) for key in fields if key in bad), None)
        if step.what in SAVING and fault is not None:
            asset = "" if step.what == "new" else step.asset
            yield Step("rejected", asset, step.name, step.line, step.field, step.before, reason=fault)
        else:
            yield step


def _gone(
    returned: Returned, rows: Iterable[Meant], before: Mapping[str, Record], current: Mapping[str, Record]
) -> Iterator[Step]:
    """Assets that were taken out, still are, and did not come home. A row that was handed back is not missing."""
    rows = list(rows)
    there = {meant.asset or meant.row.id for meant in rows}
    unclear = any(meant.reason is not None for meant in rows)
    for asset in returned.taken or ():
        if asset in current and asset not in there:
            then, now = before[asset], current[asset]
            told = None
            if any(not alike(value, now.get(key), returned.sheet) for key, value in then.items()):
                told = M("somebody has changed it since it was taken out")
            elif unclear:
                told = M("it may be one of the rows that were handed back")
            yield Step("gone", asset, str(now.get("name") or ""), reason=told)
