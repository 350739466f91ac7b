"""What leaves: which rows, as which flat table, and what must be said along with them?

The same for every format. First the disclosure gate; then lists and records become plain columns; then attribution,
licence, date, method, caveats and receipt are gathered. When rows of several licences leave together, the strictest
names the whole: one row of OpenStreetMap makes the file a database under its licence.
"""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from assetmap.disclosure.gate import demand_audience, release, release_rows
from assetmap.exports.guard import printable
from assetmap.i18n import say
from assetmap.messages import M, Message, Mn
from assetmap.model.audience import Audience
from assetmap.model.crs import to_wgs84
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.provenance import LICENCES, OSM_ATTRIBUTION, OSM_URL, Licence, Provenance
from assetmap.model.receipt import make_receipt, versions

RESERVED = {"fid", "ogc_fid", "geom", "geometry", "bbox", "shape", "rowid"}
"""Names that formats keep for themselves; a column of such a name gets an underscore."""


@dataclass(frozen=True)
class About:
    """What must be said along with the rows, as sentences in one language.

    Attributes:
        attribution: The words that must stand wherever the rows are shown, joined.
        licence: Key of the licence of the whole.
        date: ISO date on which it was written.
        receipt: From what a figure can be made again.
    """

    title: str
    summary: str
    attribution: str
    licence: str
    licence_title: str
    licence_url: str
    date: str
    method: tuple[str, ...]
    caveats: tuple[str, ...]
    sources: tuple[dict[str, Any], ...]
    receipt: dict[str, Any]
    generator: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def json(self) -> str:
        """Plain values as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, default=str)


@dataclass(frozen=True, eq=False)
class Content:
    """What leaves in one file.

    Attributes:
        name: Short name of the table: `assets`, or the question that was answered.
        frame: Flat columns (text, numbers, yes and no), the first of them `key`; geometry in the wanted reference
            system, None where there is no place. The index holds the ids as text.
        key: Name of the column of ids.
        column: The column that holds the answer, for colouring; empty for an inventory.
        lang: Language of the sentences.
    """

    name: str
    frame: gpd.GeoDataFrame
    key: str
    column: str
    lang: str
    about: About

    @property
    def columns(self) -> list[str]:
        """Every column but the geometry, in order."""
        return [str(name) for name in self.frame.columns if name != "geometry"]


def plain_table(frame: gpd.GeoDataFrame, audience: Audience) -> Finding:
    """Any GeoDataFrame as something that can leave: what its columns say of audience, licence and source is obeyed.

    Raises:
        CRSError: It says no reference system.
    """
    frame = to_wgs84(release_rows(frame, audience))
    said = [c for c in ("source", "licence", "attribution") if c in frame]
    rows = frame[said].drop_duplicates().fillna("").to_dict("records") if said else []
    sources = tuple(
        Provenance(r.get("source", ""), r.get("source", ""), r.get("licence") or "unstated", r.get("attribution", ""))
        for r in rows
    )
    if frame.index.name is None:
        frame = frame.rename_axis("id")
    return Finding(
        "table", M("Table"), Mn("One row.", "{n} rows.", len(frame)), frame, "", "", provenance=sources,
        audience=audience,
    )  # fmt: skip


def content_of(
    thing: Inventory | Finding | gpd.GeoDataFrame, audience: Audience, lang: str, crs: pyproj.CRS
) -> Content:
    """What may leave of an inventory, a finding or a plain table.

    Raises:
        DisclosureError: It was made for a narrower audience.
    """
    if isinstance(thing, gpd.GeoDataFrame):
        thing = plain_table(thing, audience)
    if isinstance(thing, Inventory):
        thing = release(thing, audience)
        return Content("assets", flat(thing.frame, lang, crs), "id", "", lang, _about_inventory(thing, lang))
    demand_audience(thing, audience)
    frame = flat(thing.frame, lang, crs)
    return Content(thing.question, frame, str(frame.columns[0]), thing.column, lang, _about_finding(thing, lang))


def _about_inventory(inventory: Inventory, lang: str) -> About:
    licences = list(inventory.frame["licence"].unique())
    if not licences or inventory.frame["location_precision"].isin(["address", "street"]).any():
        # a row that was placed by the addresses of another source is derived from that source as well
        licences += [p.licence for p in inventory.provenance]
    chosen = {"category": list(inventory.selection), "audience": inventory.audience.name}
    receipt = make_receipt("inventory", chosen, {"assets": inventory.fingerprint}, inventory.provenance,
                           {"assets": len(inventory)})  # fmt: skip
    place = inventory.neighbourhood.name
    method = (
        M("Assets were taken from the sources named here, sorted into the categories of assetmap by their tags or by "
          "words, and brought together by place; a category without a row is not mapped yet, which does not mean that "
          "there is none."),
    )  # fmt: skip
    title, summary = M("Assets of {place}", place=place), Mn("One asset.", "{n} assets.", len(inventory))
    return _about(lang, title, summary, method, inventory.neighbourhood.notes, inventory, licences, receipt)


def _about_finding(finding: Finding, lang: str) -> About:
    rows = finding.frame["licence"].dropna().unique() if "licence" in finding.frame else []
    licences = [*rows, *(p.licence for p in finding.provenance)]
    return _about(lang, finding.title, finding.sentence, finding.method, finding.caveats, finding, licences,
                  dict(finding.receipt))  # fmt: skip


def _about(
    lang: str,
    title: Message,
    summary: Message,
    method: Iterable[Message],
    caveats: Iterable[Message],
    thing: Inventory | Finding,
    licences: Iterable[str],
    receipt: dict[str, Any],
) -> About:
    licence = strictest(licences)
    words = [f"{word} ({OSM_URL})" if word == OSM_ATTRIBUTION else word for word in thing.attribution]
    return About(
        title=printable(say(title, lang)),
        summary=printable(say(summary, lang)),
        attribution="; ".join(words),
        licence=licence.key,
        licence_title=licence.title,
        licence_url=licence.url,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        method=tuple(printable(say(sentence, lang)) for sentence in method),
        caveats=tuple(printable(say(sentence, lang)) for sentence in caveats),
        sources=tuple(p.to_dict() for p in thing.provenance),
        receipt=_plain(receipt),
        generator=f"assetmap {versions()['assetmap']}",
    )


def strictest(licences: Iterable[str]) -> Licence:
    """The licence that names a file in which rows of all these leave together; unknown ones count as unstated."""
    known = [LICENCES.get(key, LICENCES["unstated"]) for key in licences]
    return max(known, key=lambda licence: licence.rank, default=LICENCES["unstated"])


def _plain(value: Any) -> Any:
    """Plain values that JSON can hold: no NaN, no numpy."""
    match value:
        case dict():
            return {str(k): _plain(v) for k, v in value.items()}
        case list() | tuple() | set():
            return [_plain(v) for v in value]
        case np.generic():
            return _plain(value.item())
        case float():
            return value if math.isfinite(value) else None
        case str() | int() | None:
            return value
    return str(value)


def flat(frame: pd.DataFrame, lang: str, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """A table with plain columns only, ids first, under names that every format takes; geometry in `crs`."""
    if not isinstance(frame, gpd.GeoDataFrame):
        frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame), index=frame.index, crs=4326))
    shapes = to_wgs84(frame.geometry).to_crs(crs)
    ids = frame.index.astype("str")
    columns: dict[str, pd.Series] = {str(frame.index.name or "id"): pd.Series(ids, index=ids)}
    for name in frame.columns:
        if name != frame.geometry.name:
            column = frame[name].set_axis(ids)
            columns |= {part: values for part, values in _parts(str(name), column, lang) if part not in columns}
    table = pd.DataFrame(columns, index=ids)
    table.columns = pd.Index(safe_names(table.columns), dtype="object")
    return gpd.GeoDataFrame(table, geometry=shapes.array, crs=crs)


def _parts(name: str, column: pd.Series, lang: str) -> Iterable[tuple[str, pd.Series]]:
    """One column as one or more plain ones."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        yield name, column
        return
    values = [None if _missing(value) else value for value in column]
    if any(isinstance(value, list | tuple) and any(isinstance(v, dict) for v in value) for value in values):
        yield from _records(name, values, column.index, lang)
        return
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float, np.float64, np.int64}:
        yield name, pd.Series(values, index=column.index, dtype="float64")
    elif kinds <= {bool, np.bool_} and kinds:
        yield name, pd.Series(values, index=column.index, dtype="boolean" if None in values else "bool")
    else:
        yield name, pd.Series([_text(v, lang) for v in values], index=column.index, dtype="str")


def _records(name: str, values: list[Any], index: pd.Index, lang: str) -> Iterable[tuple[str, pd.Series]]:
    """A column of lists of records as one column per place in the list and field: `strengths_1_name`, …"""
    most = max(len(value) for value in values if value)
    fields = dict.fromkeys(key for value in values for record in value or () for key in record)
    for i in range(most):
        for field in fields:
            cells = [value[i].get(field) if value and len(value) > i else None for value in values]
            yield from _parts(f"{name}_{i + 1}_{field}", pd.Series(cells, index=index, dtype="object"), lang)


def _missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _text(value: Any, lang: str) -> str | None:
    match value:
        case None:
            return None
        case str():
            text = value
        case Message():
            text = say(value, lang)
        case list() | tuple() | set():
            text = "; ".join(_text(v, lang) or "" for v in value)
        case dict():
            text = json.dumps(_plain(value), ensure_ascii=False)
        case _:
            text = str(value)
    # databases and C libraries take NUL for the end; half of a surrogate pair is no character in any encoding
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def safe_names(names: Iterable[Any]) -> list[str]:
    """Column names that every format takes: no formula, quote or control character, none twice whatever the case."""
    taken: set[str] = set()
    out = []
    for name in names:
        clean = re.sub(r"[^\w .:/()–-]", "_", str(name)).strip(" -–")[:60] or "column"
        clean = f"{clean}_" if clean.casefold() in RESERVED else clean
        unique, n = clean, 2
        while unique.casefold() in taken:
            unique, n = f"{clean}_{n}", n + 1
        taken.add(unique.casefold())
        out.append(unique)
    return out
