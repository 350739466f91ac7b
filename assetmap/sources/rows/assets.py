"""What does one row of a table become, and under which id is it known at the next reading?"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np

from assetmap.messages import M, Message
from assetmap.model.issues import Issue
from assetmap.sources.rows.addresses import Address
from assetmap.sources.rows.apart import tells_place, without_door
from assetmap.sources.rows.columns import Columns
from assetmap.sources.rows.coordinates import numbers
from assetmap.sources.rows.places import Places
from assetmap.sources.rows.sorting import Categorised
from assetmap.sources.rows.texts import Texts
from assetmap.sources.rows.words import joined, shortened

LONG_NAME = 300
"""A longer name is kept whole, and reported."""
TAG_LENGTH, TAG_COUNT = 1_000, 80
"""So long may a detail be, and so many may a row have."""
KNOWN_ID = 0.8
"""A column of ids is believed when at least this share of the rows has one of its own in it."""

_SITE = re.compile(r"^(?:(https?://)|(?=[\w\-]+(\.[\w\-]+)*\.[a-zæøå]{2,}([/?#:]|$)))\S+$", re.IGNORECASE)
STEP_FREE = {
    "ja": "yes", "yes": "yes", "true": "yes", "j": "yes", "x": "yes", "nei": "no", "nej": "no", "no": "no",
    "false": "no", "delvis": "limited", "delvist": "limited", "limited": "limited", "partly": "limited",
    "begrenset": "limited", "begrænset": "limited",
}  # fmt: skip
"""What people write where it is asked whether one gets in without steps."""
_DATE_WORDS = ("dato", "date", "datum")


def make_assets(
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
    if row["tags_cut"]:
        text = M("A detail has more than {most} characters, or there are more than {count}; the rest was left out.",
                 most=TAG_LENGTH, count=TAG_COUNT)  # fmt: skip
        issues.append(Issue("details-cut", text, source_id, "tags"))
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
    access = STEP_FREE.get(value("wheelchair").casefold(), "")
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
    cut = len(tags) > TAG_COUNT or any(len(text) > TAG_LENGTH for text in tags.values())
    return {**shown, "tags": _json(tags), "tags_cut": cut}


def _line(written: str, address: Address) -> str:
    """The address in one line: as written where it stands in one column, with postcode and town where it lacks them."""
    if not written:
        return str(address)
    plain = written.casefold().replace(" ", "")
    parts = (address.postcode, address.city)
    missing = [part for part in parts if part and part.casefold().replace(" ", "") not in plain]
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
