"""How does one asset go from a row of the store to a record of the model, and back?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assetmap.model.change import Record
from assetmap.model.schema import NUMBERS, TEXT
from assetmap.store.geometry import from_blobs, to_blobs

FIELDS = (*TEXT, *NUMBERS)
DELETED, HELD, MERGED = "@deleted_at", "@held", "@merged_into"
OF_THE_ROW = (DELETED, HELD, MERGED)
"""What a row knows besides the asset itself, under names that no column of a file can have in a record."""


@dataclass(frozen=True)
class Stored:
    """One asset as it stands in the store.

    Attributes:
        record: Its fields; the shape under `geometry`.
        version: Counts up with every change.
        held: Fields that a person corrected or confirmed, which no source changes.
        deleted_at: Since when it is in the bin; None: it is not.
        merged_into: The asset that it turned out to be.
    """

    id: str
    record: Record = field(repr=False)
    version: int = 1
    changeset: int | None = None
    updated_at: str = ""
    updated_by: str = ""
    held: tuple[str, ...] = ()
    deleted_at: str | None = None
    merged_into: str | None = None

    @property
    def name(self) -> str:
        """What people call it; empty where it has no name."""
        return str(self.record.get("name") or "")

    @property
    def state(self) -> Record:
        """The record with what the row knows besides."""
        return {**self.record, DELETED: self.deleted_at, HELD: self.held, MERGED: self.merged_into}


def stored_of(row: Mapping[str, Any]) -> Stored:
    """A row of table `asset` (every column, the shape as a blob) as what it means."""
    return Stored(
        row["id"], record_of(row, row["geom"]), row["version"], row["changeset"], row["updated_at"] or "",
        row["updated_by"] or "", held_of(row["held"]), row["deleted_at"], row["merged_into"],
    )  # fmt: skip


def record_of(row: Mapping[str, Any], blob: bytes | None) -> Record:
    """The fields of an asset from the columns of its row, or from what the history keeps of them."""
    record: Record = {name: row.get(name) for name in FIELDS}
    for name in NUMBERS:
        record[name] = None if record[name] is None else float(record[name])
    record.update(json.loads(row.get("extra") or "{}"))
    record["geometry"] = None if blob is None else from_blobs([blob])[0]
    return record


def state_of(old: str, blob: bytes | None) -> Record:
    """What the history keeps of a past version: its `state`."""
    row = json.loads(old)
    return {
        **record_of(row, blob),
        DELETED: row.get("deleted_at"), HELD: held_of(row.get("held")), MERGED: row.get("merged_into"),
    }  # fmt: skip


def held_of(text: str | None) -> tuple[str, ...]:
    """The fields that a person holds; a list that another program spoilt holds nothing."""
    try:
        names = json.loads(text or "[]")
    except ValueError:
        return ()
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def columns_of(values: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write for some new values of an asset.

    Args:
        values: Field to value; may hold the three of the row itself (`DELETED`, `HELD`, `MERGED`).
        record: The asset as it is, for those further columns that stay.
    """
    columns: dict[str, Any] = {}
    further = {k: v for k, v in record.items() if k not in FIELDS and k != "geometry" and not k.startswith("@")}
    for name, value in values.items():
        if name == "geometry":
            columns["geom"] = None if value is None else to_blobs([value])[0]
        elif name == HELD:
            columns["held"] = json.dumps(value, ensure_ascii=False) if value else None
        elif name in (DELETED, MERGED):
            columns[name[1:]] = value
        elif name in FIELDS:
            columns[name] = value
        else:
            further[name] = value
            columns["extra"] = None
    if "extra" in columns:
        full = {name: value for name, value in further.items() if value is not None}
        columns["extra"] = json.dumps(full, ensure_ascii=False, default=str) if full else None
    return columns
