"""How does a table of text, whoever made it, become a harvest of assets?

An ordered line of steps that every table and every vector file passes: columns are understood, what may be personal is
set apart, categories are read, places are found, ids are given. What fails is handed back as it came, with reasons.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
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
from assetmap.sources.apart import Apart, counted, set_apart, tells_place, without_door
from assetmap.sources.columns import Columns, guess_columns
from assetmap.sources.coordinates import numbers, one_column
from assetmap.sources.row_categories import Categorised, categorise
from assetmap.sources.row_places import Places, place_rows
from assetmap.sources.source import Context
from assetmap.sources.texts import Texts
from assetmap.sources.words import joined, shortened, tokens

LONG_NAME = 300
"""A longer name is kept whole, and reported."""
TAG_LENGTH, TAG_COUNT = 1_000, 80
"""So long may a detail be, and so many may a row have."""
KNOWN_ID = 0.8
"""A column of ids is believed when at least this share of the rows has one of its own in it."""

_SOLE = re.compile(
    r"^(enk|enkeltpersonforetak|enkeltmandsvirksomhed|enkeltmandsfirma|personligt ejet mindre virksomhed|pmv|enskild "
    r"firma|enskild näringsidkare|sole proprietor(ship)?|sole trader|toiminimi)\b", re.IGNORECASE,
)  # fmt: skip
_FORMS = frozenset(
    "AS ASA ENK FLI SA STI BRL ESEK ANS DA NUF KOMM ORGL BEDR AAFY KF KIRK FYLK STAT SF SÆR IKS PK BO KS "
    "APS A/S I/S FFO FOR SOV EKF HB KB AB BRF".split()
)
_REGISTERED = frozenset({"forretningsadresse", "registered", "sate", "hjemsted"})
_SITE = re.compile(r"^(?:(https?://)|(?=[\w\-]+(\.[\w\-]+)*\.[a-zæøå]{2,}([/?#:]|$)))\S+$", re.IGNORECASE)
_ACCESS = {"ja": "yes", "yes": "yes", "true": "yes", "j": "yes", "x": "yes", "nei": "no", "nej": "no", "no": "no",
           "false": "no", "delvis": "limited", "delvist": "limited", "limited": "limited", "partly": "limited",
           "begrenset": "limited", "begrænset": "limited"}  # fmt: skip
_DATE_WORDS = ("dato", "date", "datum")


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
    homes = _homes(apart, columns, sorted_out.keys)
    kinds = [taxonomy()[key].kind if key else None for key in sorted_out.keys]
    places = place_rows(apart.texts, columns, context, mapping, kinds, homes, given)
    reasons = _reasons(apart.texts, columns, sorted_out, places)
    assets, ids, issues = _assets(apart.texts, columns, sorted_out, places, homes, reasons, key_column)
    assets.index = pd.Index([asset_id(provenance.source, i) for i in assets["source_id"]], name="id")
    rejected = plain.loc[[at in reasons for at in range(len(plain))]].copy()
    rejected.index = pd.Index([_number(texts.rows[at]) for at in sorted(reasons)])
    rejected["reason"] = pd.Series([reasons[at] for at in sorted(reasons)], index=rejected.index, dtype="object")
    return Harvest(
        assets=assets,
        provenance=_stated(provenance, mapping),
        issues=(*_by_id([*apart.issues, *places.issues], ids, texts), *issues),
        rejected=rejected,
        private=_private(apart, places, homes, columns, ids),
        mapping=_mapping(mapping, columns, sorted_out, places),
        notes=(
            *columns.notes(),
            *apart.notes,
            *sorted_out.notes,
            *places.notes,
            *counted(apart.values),
            *_handed_back(reasons),
        ),
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
    point = columns.one("point")
    if point and point not in columns.mapped and not np.isfinite(one_column(texts[point]).x).any():
        words = any(v[:1].isalpha() for v in texts[point])
        free = columns.one("address") is None and columns.one("street") is None
        columns = columns.with_roles({point: "address" if words and free else "tag"})
    if placed:  # the file's own geometry is the place; coordinates in columns are only details
        spare = [h for h, r in columns.roles.items() if r in ("lat", "lon", "x", "y", "point")]
        columns = columns.with_roles(dict.fromkeys(spare, "tag"))
    return columns


def _holds_forms(values: Sequence[str]) -> bool:
    filled = [v.upper() for v in values if v]
    return len(filled) > 0 and sum(v in _FORMS for v in filled) >= 0.8 * len(filled)


def _header_hint(columns: Columns) -> list[str]:
    """`Navn på lekeplass` and `Skolenavn` say what the rows are."""
    header = columns.one("name")
    if header is None:
        return []
    return [" ".join(w.removesuffix("navn").removesuffix("namn") for w in tokens(header))]


def _homes(apart: Apart, columns: Columns, keys: Sequence[str | None]) -> frozenset[int]:
    """Rows at somebody's home: "c/o", and associations of which only the registered office is known."""
    head = columns.one("street") or columns.one("address")
    if head is None or not _REGISTERED.intersection(tokens(head)):
        return apart.homes
    clubs = {at for at, key in enumerate(keys) if key and taxonomy()[key].kind == "associations"}
    return apart.homes | clubs


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


def _assets(
    texts: Texts, columns: Columns, sorted_out: Categorised, places: Places, homes: frozenset[int],
    reasons: dict[int, Message], key_column: str | None,
) -> tuple[gpd.GeoDataFrame, dict[int, str], list[Issue]]:  # fmt: skip
    """The rows on their way to the asset schema, their source ids by position, and what was imperfect in them."""
    kept = [at for at in range(len(texts)) if at not in reasons]
    made = [_row(texts, columns, places, at, at in homes) for at in kept]
    for at, row in zip(kept, made, strict=True):
        row["category"] = sorted_out.keys[at]
    ids, issues = _source_ids(texts, columns, places, made, kept, reasons, key_column)
    rows, shapes = [], []
    for at, row in zip(kept, made, strict=True):
        if at in ids:
            rows.append({"source_id": ids[at], **row, "location_precision": places.precision[at]})
            shapes.append(places.shapes[at])
            issues += _of_row(row, ids[at])
    fields = ("source_id", "category", "name", "description", "address", "website", "opening_hours", "wheelchair",
              "operator", "capacity", "location_precision", "tags")  # fmt: skip
    data = {f: [row.get(f) or np.nan for row in rows] for f in fields}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=4326, dtype="geometry"), crs=4326), ids, issues


def _of_row(row: Mapping[str, Any], source_id: str) -> list[Issue]:
    issues = []
    if not row.get("name"):
        issues.append(Issue("no-name", M("The row has no name."), source_id, "name"))
    elif len(row["name"]) > LONG_NAME:
        text = M(
            "The name has {length} characters. It is kept whole; maps and lists show its beginning.",
            length=len(row["name"]),
        )
        issues.append(Issue("long-name", text, source_id, "name", row["name"][:50]))
    return issues


def _row(texts: Texts, columns: Columns, places: Places, at: int, home: bool) -> dict[str, Any]:
    """One asset without its id, category and place."""
    values = texts.row(at)

    def value(role: str) -> str:
        header = columns.one(role)
        return values[header] if header else ""

    address = places.addresses[at]
    line = address.area if home else _line(value("address"), address)
    street = address.street if home else ""
    site = _SITE.match(value("website"))
    capacity = numbers([value("capacity")])[0][0] if value("capacity") else np.nan
    access = _ACCESS.get(value("wheelchair").casefold(), "")
    shown = {
        "name": value("name"),
        "description": without_door(value("description"), street),
        "address": line,
        "website": (site[0] if site[1] else f"https://{site[0]}") if site else "",
        "opening_hours": value("hours"),
        "wheelchair": access,
        "operator": value("operator"),
        "capacity": float(capacity) if np.isfinite(capacity) and capacity >= 0 else np.nan,
    }
    used = {"name", "description", "address", "street", "number", "letter", "postcode", "city", "lat", "lon", "x", "y",
            "point", "hours", "operator", "ignore"}  # fmt: skip
    used |= {
        role
        for role, good in (
            ("website", site),
            ("capacity", np.isfinite(capacity) and capacity >= 0),
            ("wheelchair", access),
        )
        if good
    }
    tags = {
        header: text
        for header, text in values.items()
        if text
        and columns.roles[header] not in used
        and not (home and (tells_place(header) or not without_door(text, street)))
    }
    return {**shown, "tags": _json(tags)}


def _line(written: str, address: Any) -> str:
    """The address in one line: as written where it stands in one column, with postcode and town where it lacks them."""
    if not written:
        return str(address)
    missing = [part for part in (address.postcode, address.city) if part and part.casefold() not in written.casefold()]
    return ", ".join(filter(None, (written, " ".join(missing))))


def _json(tags: Mapping[str, str]) -> str:
    dated = {k: _dated(k, v)[:TAG_LENGTH] for k, v in list(tags.items())[:TAG_COUNT]}
    return json.dumps(dated, ensure_ascii=False) if dated else ""


def _dated(header: str, text: str) -> str:
    """Excel's day number as a date, in a column that is named a date: 45321 is 2024-01-30."""
    if text.isdigit() and len(text) == 5 and 20_000 <= int(text) <= 60_000 and joined(header).endswith(_DATE_WORDS):
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
    return text


def _source_ids(
    texts: Texts, columns: Columns, places: Places, made: Sequence[Mapping[str, Any]], kept: Sequence[int],
    reasons: dict[int, Message], key_column: str | None,
) -> tuple[dict[int, str], list[Issue]]:  # fmt: skip
    """The id of each kept row, by position: its own where the file has one for it, else a hash of name and place.

    A row that says the same as an earlier one in all that may be shown is handed back.
    """
    own, issues = _own_ids(texts, columns, kept, key_column)
    ids: dict[int, str] = {}
    first: dict[str, int] = {}
    by_place = {at: _hash(row["name"], row["address"], _where(places, at)) for at, row in zip(kept, made, strict=True)}
    shared = Counter(by_place[at] for at in kept if at not in own)
    for at, row in zip(kept, made, strict=True):
        source_id = own.get(at) or by_place[at]
        if at not in own and shared[source_id] > 1:
            source_id = _hash(source_id, *map(str, row.values()))
        if source_id in first:
            reasons[at] = M("it is the same as row {row}", row=texts.rows[first[source_id]].removeprefix("row "))
            continue
        ids[at] = source_id
        first[source_id] = at
    return ids, issues


def _own_ids(
    texts: Texts, columns: Columns, kept: Sequence[int], key_column: str | None
) -> tuple[dict[int, str], list[Issue]]:
    """Ids that the file gives, for the rows that have one of their own."""
    found = [*columns.all("org_number"), *columns.all("id")]
    heads = [key_column] if key_column and key_column in texts.columns else found
    for head in heads:
        values = {at: "".join(texts[head][at].split()) for at in kept}
        times = Counter(v for v in values.values() if v)
        own = {at: v for at, v in values.items() if times[v] == 1 and len(v) <= 200}
        if kept and len(own) >= KNOWN_ID * len(kept):
            shared = [(value, count) for value, count in times.items() if count > 1]
            return own, [
                Issue("shared-id", _shared(value, count), field=shortened(head), detail=value)
                for value, count in shared
            ]
    return {}, []


def _shared(value: str, count: int) -> Message:
    return M(
        "{count} rows share the id {id}. They were told apart by name and place.", count=count, id=shortened(value)
    )


def _where(places: Places, at: int) -> str:
    shape = places.shapes[at]
    if shape is None or places.precision[at] != "exact":
        return ""
    centre = shape.centroid
    return f"{centre.x:.6f} {centre.y:.6f}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _by_id(issues: Sequence[Issue], ids: Mapping[int, str], texts: Texts) -> list[Issue]:
    """Issues of rows that became assets name the asset; others keep the row of the file."""
    names = {texts.rows[at]: source_id for at, source_id in ids.items()}
    return [replace(issue, asset=names.get(issue.asset, issue.asset)) for issue in issues]


def _private(
    apart: Apart, places: Places, homes: frozenset[int], columns: Columns, ids: Mapping[int, str]
) -> pd.DataFrame:
    """What was set apart, by the source id of its row; home addresses too."""
    rows = [(ids[at], header, value) for at, header, value in apart.values if at in ids]
    for at in sorted(homes):
        door = " ".join(filter(None, (places.addresses[at].street, places.addresses[at].number)))
        if door and at in ids:
            rows.append((ids[at], columns.one("street") or columns.one("address") or "address", door))
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


def _handed_back(reasons: Mapping[int, Message]) -> list[Message]:
    if not reasons:
        return []
    return [Mn("One row is handed back with its reason.", "{n} rows are handed back with their reasons.", len(reasons))]
