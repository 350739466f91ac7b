"""What does a GeoPackage say that went out to be edited in QGIS?

It is read like any file from a stranger, in a process of its own behind limits. A feature without an id is new; one
whose id is there twice was copied or split; one that is missing was deleted. Columns have the schema's own names.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from assetmap.errors import FormatError, InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Record
from assetmap.model.fields import FIELDS
from assetmap.model.issues import Issue
from assetmap.model.round_trip import ID_COLUMN, TAKEN, VERSION_COLUMN, Returned, Row, tidy
from assetmap.sources.files.content import TITLES, check_size, content_of
from assetmap.sources.files.layer import Layer
from assetmap.sources.files.reference import to_longitude_latitude
from assetmap.sources.files.sandbox import sandboxed_layers
from assetmap.sources.files.workbook import Cell
from assetmap.sources.home.values import Understood, understood
from assetmap.sources.repair import repair

_OWN = (ID_COLUMN, VERSION_COLUMN, "fid", "ogc_fid", "layer", "geometry", "deleted_at", "broken shape")
_BROKEN = "broken shape"
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?")
_ENOUGH = 5  # columns of ours in a layer that lost one by which it is known


def read_geopackage_home(path: Path | str, limited: bool = True) -> Returned:
    """A GeoPackage that `exports.geopackage_home` wrote, or any snapshot of a store, after people edited it.

    Args:
        limited: Whether the limits for what strangers send hold.

    Raises:
        FileMissing: There is no such file.
        FormatError: It is cut off, no GeoPackage, unsafe, or too large.
        InputError: No layer of it has ids.
        CRSError: Shapes of a layer are in a system that cannot be told.
    """
    path = Path(path)
    check_size(path, limited)
    kind = content_of(path)
    if kind != "gpkg":
        raise FormatError(M("{file} is a {found} file. Expected the GeoPackage that was taken out.", file=path.name,
                            found=TITLES[kind]))  # fmt: skip
    layers = sandboxed_layers("gpkg", path, limited, plain=True)
    taken = next((layer.frame for layer in layers if layer.name == TAKEN), None)
    ours = [layer for layer in layers if _is_ours(layer, taken is not None)]
    if not ours:
        raise InputError(
            M("{file} has no layer with the columns “{id}” and “category”, so it does not say which feature is which "
              "asset. Expected a GeoPackage that was taken out here.", file=path.name, id=ID_COLUMN)
        )  # fmt: skip
    ours = [layer if layer.shapeless else _repaired(to_longitude_latitude(layer)) for layer in ours]
    rows = tuple(_row(layer, number, values) for layer in ours for number, values in _records(layer))
    fields = dict.fromkeys(c for layer in ours for c in layer.frame if c in FIELDS)
    issues = [issue for layer in ours for issue in layer.issues]
    read = {layer.name for layer in ours}
    issues += [_skipped(layer) for layer in layers if not layer.shapeless and layer.name not in read]
    issues += [] if taken is not None else [_deletions_unknown()]
    unknown = dict.fromkeys(str(c) for layer in ours for c in layer.frame if c not in FIELDS and c not in _OWN)
    return Returned(
        path.name, _renumbered(rows), tuple(fields), tuple(unknown), all(ID_COLUMN in layer.frame for layer in ours),
        False, tuple(issues),
        _fact(taken, "store"), _fact(taken, "exported_at"), _versions(taken), _before(taken),
    )  # fmt: skip


def _is_ours(layer: Layer, taken_out: bool) -> bool:
    """Whether a layer holds assets. A table without shapes is one only in a file that was taken out: in a snapshot of
    a whole store it is the history. There a layer that lost its ids or categories is one still, so that its features
    are not taken for deleted ones."""
    if layer.name == TAKEN or (layer.shapeless and not taken_out):
        return False
    named = ID_COLUMN in layer.frame, "category" in layer.frame
    kept = sum(str(column) in FIELDS and column != "geometry" for column in layer.frame)
    return all(named) or (taken_out and any(named) and kept >= _ENOUGH)


def _repaired(layer: Layer) -> Layer:
    """The layer with valid shapes; a feature whose shape collapses has the column `_BROKEN` set. Features in the bin of
    a store are left out."""
    frame = layer.frame
    if "deleted_at" in frame:
        frame = frame[frame["deleted_at"].isna()]
    shapes, issues = repair(frame[["geometry"]])
    whole = frame.assign(geometry=shapes.geometry.reindex(frame.index), **{_BROKEN: ~frame.index.isin(shapes.index)})
    return dataclasses.replace(layer, frame=whole.reset_index(drop=True), issues=layer.issues + issues)


def _records(layer: Layer) -> list[tuple[int, Mapping[str, Any]]]:
    columns = [str(c) for c in layer.frame]
    return [
        (number, dict(zip(columns, values, strict=True)))
        for number, values in enumerate(zip(*(layer.frame[c] for c in layer.frame), strict=True), start=1)
    ]


def _row(layer: Layer, number: int, cells: Mapping[str, Any]) -> Row:
    values: Record = {}
    faults: dict[str, Message] = {}
    for key in (key for key in cells if key in FIELDS and key != "geometry"):
        meant = _said(key, _cell(cells[key]))
        if meant.fault is not None:
            faults[key] = meant.fault
        else:
            values[key] = meant.value
    shape = cells.get("geometry")
    if cells.get(_BROKEN):
        faults["geometry"] = M("is no proper shape and cannot be repaired; draw it again")
        return Row(number, _text(cells.get(ID_COLUMN)), _whole(cells.get(VERSION_COLUMN)), values, faults)
    values["geometry"] = None if layer.shapeless or shape is None or shape.is_empty else _simplest(shape)
    return Row(number, _text(cells.get(ID_COLUMN)), _whole(cells.get(VERSION_COLUMN)), values, faults)


def _said(key: str, cell: Cell | None) -> Understood:
    """A value as the schema writes it; only numbers, closed lists and days are interpreted, as QGIS changes no
    texts."""
    if cell is None or FIELDS[key].closed or FIELDS[key].sort == "number":
        return understood(key, cell)
    if FIELDS[key].sort == "date" and (day := _MIDNIGHT.fullmatch(cell.text.strip())):
        return Understood(day[1])
    return Understood(tidy(cell.text) or None)


def _simplest(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape in two dimensions, out of the collection that a layer of mixed shapes puts single ones into."""
    flat = shapely.force_2d(shape)
    parts = shapely.get_parts(flat)
    return parts[0] if flat.geom_type.startswith("Multi") and len(parts) == 1 else flat


def _cell(value: Any) -> Cell | None:
    if value is None or pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return Cell(str(value), value)


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value).strip() or None


def _whole(value: Any) -> int | None:
    number = pd.to_numeric(value, errors="coerce")
    return None if pd.isna(number) else int(number)


def _renumbered(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows with their place in the whole file, where it has several layers."""
    return tuple(dataclasses.replace(row, line=line) for line, row in enumerate(rows, start=1))


def _fact(taken: pd.DataFrame | None, key: str) -> str:
    if taken is None or key not in taken or taken.empty:
        return ""
    return _text(taken[key].iloc[0]) or ""


def _versions(taken: pd.DataFrame | None) -> dict[str, int | None] | None:
    if taken is None or ID_COLUMN not in taken or VERSION_COLUMN not in taken:
        return None
    pairs = zip(taken[ID_COLUMN], taken[VERSION_COLUMN], strict=True)
    return {number: _whole(version) for key, version in pairs if (number := _text(key))}


def _before(taken: pd.DataFrame | None) -> dict[str, Record]:
    """Each asset as it was taken out, without its shape, as far as the table was left alone."""
    if taken is None or ID_COLUMN not in taken or "record" not in taken:
        return {}
    out: dict[str, Record] = {}
    for key, text in zip(taken[ID_COLUMN], taken["record"], strict=True):
        try:
            record = json.loads(text)
        except (ValueError, TypeError, RecursionError):
            continue
        if isinstance(record, dict) and (number := _text(key)):
            out[number] = {name: value for name, value in record.items() if name in FIELDS and _plain(value)}
    return out


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _skipped(layer: Layer) -> Issue:
    told = Mn("The layer “{layer}” has no ids of ours and was not read (one feature).",
              "The layer “{layer}” has no ids of ours and was not read ({n} features).", len(layer.frame),
              layer=layer.name)  # fmt: skip
    return Issue("layer-unknown", told)


def _deletions_unknown() -> Issue:
    told = M("The table “{table}” is not in the file, so it cannot be told which features were deleted.", table=TAKEN)
    return Issue("before-missing", told)
