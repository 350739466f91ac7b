"""Did somebody change a value, or did it only go through a file?

A cell shows less than the store holds: a point for an area, seven decimals, text without blanks at its ends. Two values
are alike when the file cannot tell them apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import shapely

from assetmap.messages import M, Message
from assetmap.model.change import Record
from assetmap.model.fields import FIELDS, title
from assetmap.model.provenance import Provenance
from assetmap.model.round_trip import Returned, Row, cell_place, tidy
from assetmap.model.schema import asset_id
from assetmap.model.taxonomy import taxonomy
from assetmap.upkeep.merge import same

CELL = 32_700
"""Text beyond so many UTF-16 units may have been cut when it went into a cell."""


def alike(one: Any, other: Any, sheet: bool) -> bool:
    """Whether a file shows two values as one.

    Args:
        sheet: Whether the file is a spreadsheet, where a place is a point and text ends somewhere.
    """
    return same(form(one, sheet), form(other, sheet))


def form(value: Any, sheet: bool) -> Any:
    """A value as a file shows it."""
    if isinstance(value, shapely.Geometry):
        return cell_place(value) if sheet else _flat(value)
    if isinstance(value, str):
        text = tidy(value)
        if sheet and cut(text):
            text = text.encode("utf-16-le", "replace")[: CELL * 2].decode("utf-16-le", "ignore")
        return text or None
    return value


def cut(value: Any) -> bool:
    """Whether a text is longer than a cell shows."""
    return isinstance(value, str) and len(value) * 2 > CELL and len(value.encode("utf-16-le", "replace")) > CELL * 2


def _flat(shape: shapely.Geometry) -> shapely.Geometry | None:
    if shape.is_empty:
        return None
    flat = shapely.force_2d(shape)
    parts = shapely.get_parts(flat)
    return parts[0] if flat.geom_type.startswith("Multi") and len(parts) == 1 else flat


def same_number(text: Any, before: Any) -> bool:
    """Whether a cell that became a number lost nothing but zeros or a plus at its start: 150 for 0150."""
    if not isinstance(text, str) or not isinstance(before, str):
        return False
    digits = before.strip().lstrip("+")
    return digits.isascii() and digits.isdigit() and (digits.lstrip("0") or "0") == text


def shown(row: Row, returned: Returned) -> tuple[Any, ...]:
    """What people wrote in a row, in a form that can be compared: two rows that show the same are equal."""
    return seen(row.values, returned)


def seen(record: Mapping[str, Any], returned: Returned) -> tuple[Any, ...]:
    """What the file shows, or would show, of a record in the columns that people write."""
    values = (form(record.get(key), returned.sheet) for key in returned.columns if FIELDS[key].editable)
    return tuple(shapely.to_wkb(v) if isinstance(v, shapely.Geometry) else v for v in values)


def new_record(row: Row, returned: Returned, origin: Provenance) -> tuple[str, Record] | Message:
    """The id and the record of an asset that a row adds, or why it cannot be added.

    The id follows from the file and from what stands in the row, so that the same file brings an asset only once.
    """
    for key, fault in row.faults.items():
        if FIELDS[key].editable:
            return M("{field} {fault}", field=title(key), fault=fault)
    values = {key: value for key, value in row.values.items() if FIELDS[key].editable and value is not None}
    if "category" not in values:
        return M("has no category; choose one from the list")
    if not {"name", "geometry", "address"} & set(values):
        return M("has neither a name nor an address nor a place; say at least one of them")
    category = taxonomy()[values["category"]]
    key = _key(values, returned)
    placed = "geometry" in values
    precision = values.get("location_precision", "exact") if placed else "none"
    record = {
        "audience": "staff" if category.default_visibility == "private" else "public",
        "review": "pending" if category.default_visibility == "moderated" else "ok",
        **values, "kind": category.kind, "location_precision": "exact" if precision == "none" and placed else precision,
        "source": origin.source, "source_id": key, "licence": origin.licence,
        "attribution": origin.attribution or None, "retrieved": origin.retrieved,
    }  # fmt: skip
    return asset_id(origin.source, key), record


def _key(values: Record, returned: Returned) -> str:
    said = {key: value.wkt if isinstance(value, shapely.Geometry) else value for key, value in values.items()}
    text = json.dumps([returned.store, returned.exported_at, said], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def with_consequences(values: Mapping[str, Any], now: Mapping[str, Any]) -> Record:
    """Changed fields together with those that follow from them.

    The kind follows from the category; hours for machines are forgotten with the hours that they were read from; a
    place that somebody sets is exact, unless only the area was to be known.
    """
    out = dict(values)
    if out.get("category"):
        out["kind"] = taxonomy()[out["category"]].kind
    if "opening_hours" in out:
        out["opening_hours_normal"] = None
    if "geometry" in out:
        stated = out.get("location_precision", now.get("location_precision"))
        if out["geometry"] is None:
            out["location_precision"] = "none"
        elif "location_precision" not in values and stated not in ("exact", "area"):
            out["location_precision"] = "exact"
    return {key: value for key, value in out.items() if key in values or not same(value, now.get(key))}
