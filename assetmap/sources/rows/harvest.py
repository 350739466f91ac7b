"""How does a table of text, whoever made it, become a harvest of assets?

An ordered line of steps that every table and every vector file passes: columns are understood, what may be personal is
set apart, categories are read, places are found, ids are given. What fails is handed back as it came, with reasons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.harvest import PRIVATE_COLUMNS, Harvest
from assetmap.model.issues import Issue
from assetmap.model.provenance import LICENCES, Provenance
from assetmap.model.schema import asset_id
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.protected import without_protected
from assetmap.sources.rows.apart import Apart, set_apart
from assetmap.sources.rows.assets import make_assets
from assetmap.sources.rows.categories import meant_by_name
from assetmap.sources.rows.columns import Columns, guess_columns
from assetmap.sources.rows.coordinates import one_column
from assetmap.sources.rows.homes import with_homes
from assetmap.sources.rows.places import Places, counted_places, place_rows
from assetmap.sources.rows.sorting import Categorised, categorise
from assetmap.sources.rows.texts import LONGEST, Texts
from assetmap.sources.rows.words import shortened, tokens
from assetmap.sources.source import Context

_SOLE = re.compile(
    r"^(enk|enkeltpersonforetak|enkeltmandsvirksomhed|enkeltmandsfirma|personligt ejet mindre virksomhed|pmv|enskild "
    r"firma|enskild näringsidkare|sole proprietor(ship)?|sole trader|toiminimi)\b", re.IGNORECASE,
)  # fmt: skip
_FORMS = frozenset(
    "AS ASA ENK FLI SA STI BRL ESEK ANS DA NUF KOMM ORGL BEDR AAFY KF KIRK FYLK STAT SF SÆR IKS PK BO KS "
    "APS A/S I/S FFO FOR SOV EKF HB KB AB BRF".split()
)


def rows_to_harvest(
    frame: pd.DataFrame, context: Context, provenance: Provenance, key_column: str | None = None,
    hints: Sequence[str] = (),
) -> Harvest:  # fmt: skip
    """The harvest of a table.

    Args:
        frame: One row per asset, columns as the file names them, values of any type. A GeoDataFrame (geometry in WGS84)
            brings its own places; of a plain one, columns are read as coordinates or addresses. The index numbers the
            rows as people count them in the file; an index from 0 is counted from 1.
        context: Where the rows should lie, known addresses, a saved mapping.
        provenance: Where the rows come from.
        key_column: Column whose values identify the rows; found out where it is None.
        hints: Texts that may say what all rows are: title lines, the name of the sheet. The file's name is one always.

    Returns:
        `assets` in WGS84, index `id`, geometry None where a row has no place yet. `rejected` holds the failing rows as
        they came, index the row number, with a column `reason` (a `Message`). `private` has the rows' `source_id` as
        `asset`. `mapping` makes the next reading of the same kind of file give the same result.

    Raises:
        InputError: The mapping does not fit the file.
        CRSError: The coordinates fit no reference system.
    """
    plain, given = _parted(frame)
    mapping = _checked(context.mapping)
    texts = Texts.of(plain)
    apart = set_apart(texts, _columns(texts, mapping, placed=given is not None))
    hints = [*hints, provenance.file.rpartition(".")[0] or provenance.file, *_header_hint(apart.columns)]
    sorted_out = categorise(apart.texts, apart.columns, mapping, hints)
    columns = sorted_out.columns
    apart = with_homes(apart, columns, sorted_out.keys)
    homes = apart.homes
    kinds = [taxonomy()[key].kind if key else None for key in sorted_out.keys]
    places = place_rows(apart.texts, columns, context, mapping, kinds, homes, given)
    reasons = _reasons(apart.texts, columns, sorted_out, places)
    assets, ids, issues = make_assets(apart.texts, columns, sorted_out, places, homes, reasons, key_column)
    assets.index = pd.Index([asset_id(provenance.source, i) for i in assets["source_id"]], name="id")
    rejected = plain.loc[[at in reasons for at in range(len(plain))]].copy()
    rejected.index = pd.Index([_number(texts.rows[at]) for at in sorted(reasons)])
    rejected["reason"] = pd.Series([reasons[at] for at in sorted(reasons)], index=rejected.index, dtype="object")
    rejected, withheld = without_protected(rejected)
    private = _private(apart, homes, columns, ids)
    of_rows = [*_cut(texts), *apart.issues, *places.issues]
    told = (*columns.notes(), *apart.notes, *sorted_out.notes, *places.notes, *counted_places(places, ids))
    return Harvest(
        assets=assets,
        provenance=_stated(provenance, mapping),
        issues=(*_by_id(of_rows, ids, texts), *sorted_out.issues, *issues, *withheld),
        rejected=rejected,
        private=private,
        mapping=_mapping(mapping, columns, sorted_out, places),
        notes=(*told, *_handed_back(rejected)),
    )


def _parted(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Any] | None]:
    """The table without geometry, and its geometry where any row has one."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame, None
    shapes = list(frame.geometry)
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return plain, shapes if any(s is not None and not s.is_empty for s in shapes) else None


def _checked(mapping: Mapping[str, Any] | None) -> dict[str, Any]:
    if mapping is None:
        return {}
    if not isinstance(mapping, Mapping):
        raise InputError(M("The mapping cannot be used: expected an object as an import saves it."))
    if "licence" in mapping and mapping["licence"] not in LICENCES:
        raise InputError(
            M("The mapping names a licence “{licence}”, which is not known. Use one of: {known}.",
              licence=str(mapping["licence"]), known=", ".join(LICENCES))
        )  # fmt: skip
    return dict(mapping)


def _columns(texts: Texts, mapping: Mapping[str, Any], placed: bool) -> Columns:
    """The columns, judged by header and then by whether they hold what the header says."""
    columns = guess_columns(list(texts.columns), mapping)
    if columns.one("org_form") is None and not mapping.get("columns"):
        forms = [h for h, r in columns.roles.items() if r == "tag" and _holds_forms(texts[h])]
        columns = columns.with_roles(dict.fromkeys(forms[:1], "org_form"))
    if columns.one("name") is None and not mapping.get("columns"):
        columns = columns.with_roles(dict.fromkeys(_named_after_kind(texts, columns)[:1], "name"))
    point = columns.one("point")
    if point and point not in columns.mapped and not np.isfinite(one_column(texts[point]).x).any():
        words = any(v[:1].isalpha() for v in texts[point])
        free = columns.one("address") is None and columns.one("street") is None
        columns = columns.with_roles({point: "address" if words and free else "tag"})
    if placed:  # the file's own geometry is the place; coordinates in columns are only details
        spare = [h for h, r in columns.roles.items() if r in ("lat", "lon", "x", "y", "point")]
        columns = columns.with_roles(dict.fromkeys(spare, "tag"))
    return columns


def _named_after_kind(texts: Texts, columns: Columns) -> list[str]:
    """Columns of different names under the word for what they are: `Barnehage` over "Solbakken", "Åsen"."""
    spare = [h for h, r in columns.roles.items() if r == "tag" and meant_by_name(h)]
    return [h for h in spare if len({v for v in texts[h] if v and not v[0].isdigit()}) >= 0.8 * len(texts)]


def _holds_forms(values: Sequence[str]) -> bool:
    filled = [v.upper() for v in values if v]
    return len(filled) > 0 and sum(v in _FORMS for v in filled) >= 0.8 * len(filled)


def _header_hint(columns: Columns) -> list[str]:
    """`Navn på lekeplass` and `Skolenavn` say what the rows are."""
    header = columns.one("name")
    if header is None:
        return []
    return [" ".join(w.removesuffix("navn").removesuffix("namn") for w in tokens(header))]


def _reasons(texts: Texts, columns: Columns, sorted_out: Categorised, places: Places) -> dict[int, Message]:
    """Why rows are handed back, by position."""
    reasons = {**places.reasons, **sorted_out.reasons}
    for at in _sole_traders(texts, columns):
        reasons[at] = M("it is a one-person business: its name is a person's and its address a home")
    name = columns.one("name")
    for at in range(len(texts)):
        if at not in reasons and places.shapes[at] is None and not (name and texts[name][at]):
            reasons[at] = M("it has neither a name nor a place")
    return reasons


def _sole_traders(texts: Texts, columns: Columns) -> list[int]:
    form, name = columns.one("org_form"), columns.one("name")
    found = []
    for at in range(len(texts)):
        by_form = bool(form and _SOLE.match(texts[form][at]))
        if by_form or (name and re.search(r"[\s(,]ENK\)?$", texts[name][at])):
            found.append(at)
    return found


def _cut(texts: Texts) -> list[Issue]:
    text = M("A text was longer than {most} characters; the rest was cut off.", most=LONGEST)
    return [Issue("text-cut", text, row, shortened(header)) for row, header in texts.cut]


def _by_id(issues: Sequence[Issue], ids: Mapping[int, str], texts: Texts) -> list[Issue]:
    """Issues by the source id of their asset; a row that is handed back has its reason instead."""
    names = {texts.rows[at]: source_id for at, source_id in ids.items()}
    rows = set(texts.rows)
    return [replace(i, asset=names.get(i.asset, i.asset)) for i in issues if i.asset in names or i.asset not in rows]


def _private(apart: Apart, homes: frozenset[int], columns: Columns, ids: Mapping[int, str]) -> pd.DataFrame:
    """What was set apart, by the source id of its row; home addresses too."""
    rows = [(ids[at], header, value) for at, header, value in apart.values if at in ids]
    kept = {(source_id, header) for source_id, header, _ in rows}
    for at in sorted(homes & ids.keys()):
        for header in filter(None, map(columns.one, ("address", "street", "number", "letter"))):
            if (value := apart.texts[header][at]) and (ids[at], header) not in kept:
                rows.append((ids[at], header, value))
    return pd.DataFrame(list(dict.fromkeys(rows)), columns=list(PRIVATE_COLUMNS), dtype="str")


def _stated(provenance: Provenance, mapping: Mapping[str, Any]) -> Provenance:
    """Terms that the mapping states for the file."""
    said = {k: str(mapping[k]) for k in ("licence", "attribution", "title", "url", "data_date") if mapping.get(k)}
    return replace(provenance, **said)


def _mapping(mapping: Mapping[str, Any], columns: Columns, sorted_out: Categorised, places: Places) -> dict[str, Any]:
    """Everything that was understood, as plain JSON values."""
    words = {**(mapping.get("categories") or {}), **dict(sorted(sorted_out.words.items()))}
    return {
        **mapping,
        "columns": {h: r for h, r in columns.roles.items() if r != "private"},
        "private": columns.all("private"),
        "categories": words,
        **({"category": sorted_out.whole} if sorted_out.whole else {}),
        **places.mapping,
    }


def _number(row: str) -> int | str:
    label = row.removeprefix("row ")
    return int(label) if label.isdigit() else label


def _handed_back(rows: pd.DataFrame) -> list[Message]:
    if rows.empty:
        return []
    return [Mn("One row is handed back with its reason.", "{n} rows are handed back with their reasons.", len(rows))]
