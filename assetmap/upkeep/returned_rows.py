"""Which asset does each row of a returned file mean?

The one whose id it carries. People copy rows with their hidden ids, lose the column, and copy a row without it; then
what the rows show decides, as long as it decides clearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assetmap.messages import M, Message
from assetmap.model.change import Record
from assetmap.model.round_trip import Returned, Row
from assetmap.upkeep.returned_values import seen, shown


@dataclass(frozen=True, eq=False)
class Meant:
    """One row, the asset that it means (None: a new one), and why it is handed back, where it is.

    `note` says what was decided about it that its editor should know.
    """

    row: Row
    asset: str | None = None
    reason: Message | None = None
    note: Message | None = None


def rows_meant(returned: Returned, before: Mapping[str, Record]) -> list[Meant]:
    """What each row means, in the order of the file.

    Args:
        before: Every asset that the file may be about, as it was taken out.
    """
    found: dict[int, Meant] = {}
    groups: dict[str, list[Row]] = {}
    for row in returned.rows:
        if row.id is not None:
            groups.setdefault(row.id, []).append(row)
    for asset, rows in groups.items():
        for meant in _of_one_id(asset, rows, returned, before):
            found[meant.row.line] = meant
    used = {meant.asset for meant in found.values()}
    left = {asset: record for asset, record in before.items() if asset not in used and _was_taken(asset, returned)}
    loose = [row for row in returned.rows if row.id is None]
    for meant in _without_id(loose, returned, left):
        found[meant.row.line] = meant
    return _without_copies([found[row.line] for row in returned.rows], returned)


def _was_taken(asset: str, returned: Returned) -> bool:
    return returned.taken is not None and asset in returned.taken


def _of_one_id(asset: str, rows: list[Row], returned: Returned, before: Mapping[str, Record]) -> list[Meant]:
    if asset not in before:
        told = M("has a number in the hidden first column that is no asset here; put the right one back, or empty that "
                 "cell if the asset is new")  # fmt: skip
        if not returned.sheet:
            told = M("has an id that is no asset here; put the right one back, or empty it if the asset is new")
        return [Meant(row, reason=told) for row in rows]
    if len(rows) == 1:
        return [Meant(rows[0], asset)]
    original = seen(before[asset], returned)
    kept = next((row for row in rows if shown(row, returned) == original), rows[0])
    told = M("is a copy of row {line} and was taken for a new asset", line=str(kept.line))
    return [Meant(row, asset) if row is kept else Meant(row, note=told) for row in rows]


def _without_id(rows: list[Row], returned: Returned, left: dict[str, Record]) -> list[Meant]:
    """Rows whose id is gone: what shows the same as a missing asset is that asset; then names decide, where the whole
    column is gone; what is left is new where nothing else is missing."""
    found = {}
    waiting = _by(left, lambda record: seen(record, returned))
    for row in rows:
        if assets := waiting.get(shown(row, returned)):
            found[row.line] = Meant(row, assets.pop(0))
    if not returned.has_ids:
        found |= _by_name([row for row in rows if row.line not in found], left, found)
    missing = set(left) - {meant.asset for meant in found.values()}
    unsure = None if returned.has_ids or not missing else M(
        "cannot be told from a new asset: the hidden column of numbers is gone, and the row was changed. Take the "
        "assets out again and change it there")  # fmt: skip
    return [found.get(row.line) or Meant(row, reason=unsure) for row in rows]


def _by_name(rows: list[Row], left: Mapping[str, Record], found: Mapping[int, Meant]) -> dict[int, Meant]:
    taken = {meant.asset for meant in found.values()}
    assets = _by({k: v for k, v in left.items() if k not in taken}, _called)
    named: dict[Any, list[Row]] = {}
    for row in rows:
        named.setdefault(_called(row.values), []).append(row)
    return {
        same[0].line: Meant(same[0], assets[key][0])
        for key, same in named.items() if key[0] and len(same) == 1 and len(assets.get(key, ())) == 1
    }  # fmt: skip


def _called(record: Mapping[str, Any]) -> tuple[Any, Any]:
    return record.get("name"), record.get("category")


def _by(records: Mapping[str, Record], key: Any) -> dict[Any, list[str]]:
    out: dict[Any, list[str]] = {}
    for asset, record in records.items():
        out.setdefault(key(record), []).append(asset)
    return out


def _without_copies(rows: list[Meant], returned: Returned) -> list[Meant]:
    """A new row that shows the same as another row adds nothing."""
    first: dict[Any, Meant] = {}
    for meant in sorted(rows, key=lambda m: (m.asset is None, m.row.line)):
        if meant.reason is None:
            first.setdefault(shown(meant.row, returned), meant)
    out = []
    for meant in rows:
        other = first.get(shown(meant.row, returned))
        if meant.asset is None and meant.reason is None and other is not None and other is not meant:
            told = M("is the same as row {line}, so it adds nothing", line=str(other.row.line))
            meant = Meant(meant.row, reason=told)
        out.append(meant)
    return out
