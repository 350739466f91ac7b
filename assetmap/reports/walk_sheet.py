"""What does somebody take along who walks past the records in doubt?

One HTML page for A4: a map of the round, and for each stop what is known, why it is doubtful, boxes to tick and lines
to write on. It holds everything itself and asks nobody for anything. No name of whoever walks is asked for.
"""

from __future__ import annotations

import datetime
import html
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.disclosure.gate import release_rows
from assetmap.errors import DisclosureError
from assetmap.i18n import say
from assetmap.messages import M, Message, Mn
from assetmap.model.audience import Audience
from assetmap.model.fields import title, word
from assetmap.model.provenance import OSM_ATTRIBUTION
from assetmap.model.taxonomy import taxonomy
from assetmap.reports.on_paper import said
from assetmap.reports.walk_map import walk_map
from assetmap.upkeep.tour import Walk
from assetmap.walk import WalkNetwork

_FACTS = ("address", "opening_hours", "operator", "wheelchair", "website")
_LINES = 2
_LINE = '<div class="line"></div>'
_BLANK_ROWS = 4

_STYLE = """
@page { size: A4; margin: 12mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 186mm; padding: 4mm; color: #1a1208; background: #fff;
  font: 10.5pt/1.35 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 17pt; line-height: 1.2; margin: 0 0 1mm; }
h2 { font-size: 12pt; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 1.5mm; overflow-wrap: anywhere; }
.facts { font-weight: 600; }
.plan { display: flex; justify-content: space-between; align-items: baseline; gap: 6mm; }
.date { white-space: nowrap; }
.date span, .line { border-bottom: 0.3mm solid #8a847b; }
.date span { display: inline-block; width: 38mm; }
.map { display: block; width: 100%; height: auto; margin: 2mm 0; }
.stops { list-style: none; margin: 0; padding: 0; }
.stop { break-inside: avoid; border-top: 0.4mm solid #1a1208; padding: 2.5mm 0 3mm; display: grid;
  grid-template-columns: 11mm 1fr 34mm; gap: 0 3mm; }
.number { width: 9mm; height: 9mm; border-radius: 50%; background: #1a1208; color: #fff; font-weight: 700;
  display: grid; place-items: center; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.kind { color: #4a4640; font-size: 9.5pt; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0 3mm; margin: 1mm 0; }
dt { color: #4a4640; }
dd { margin: 0; overflow-wrap: anywhere; }
.all { font-style: italic; }
.why { margin: 1mm 0 0; padding-left: 4.5mm; }
.boxes { list-style: none; margin: 0; padding: 0; }
.boxes li { display: flex; align-items: center; gap: 2mm; margin-bottom: 2mm; }
.box { flex: none; width: 5mm; height: 5mm; border: 0.4mm solid #1a1208; border-radius: 0.8mm; }
.notes { grid-column: 2 / 4; display: grid; grid-template-columns: auto 1fr; align-items: end; gap: 0 2mm;
  margin-top: 1mm; color: #4a4640; font-size: 9.5pt; }
.line { height: 7mm; }
.line + .line { grid-column: 1 / 3; }
.missing { break-inside: avoid; border-top: 0.4mm solid #1a1208; padding-top: 2.5mm; }
table { border-collapse: collapse; width: 100%; margin: 1.5mm 0 3mm; table-layout: fixed; }
th, td { border: 0.3mm solid #8a847b; height: 9mm; text-align: left; padding: 0 2mm; }
th { height: auto; font-weight: 600; padding: 0.8mm 2mm; }
footer { font-size: 8.5pt; color: #4a4640; border-top: 0.3mm solid #8a847b; padding-top: 1.5mm; }
@media print { body { max-width: none; padding: 0; } }
"""


def walk_sheet(
    walk: Walk,
    assets: gpd.GeoDataFrame,
    doubts: pd.DataFrame,
    *,
    place: str = "",
    day: datetime.date | None = None,
    lang: str = "en",
    network: WalkNetwork | None = None,
    addresses: gpd.GeoDataFrame | None = None,
    credits: Sequence[str] = (),
    audience: Audience | str = "public",
) -> str:
    """The sheet as one HTML page.

    Args:
        walk: The round.
        assets: The records that it passes, and perhaps more; index `id`, columns of the asset schema.
        doubts: Index `id`, column `reasons` (tuples of Messages): what `upkeep.doubt.doubts` gives.
        place: What people call the area. day: When it was planned; None leaves that out. lang: One of `languages()`.
        network: Its streets are drawn on the map. addresses: Points with `street`, for the names of streets.
        credits: Words that must stand on the map beside those of the records.
        audience: For whom it is printed.

    Raises:
        DisclosureError: The round passes records that the audience may not see.
        UnknownKey: There is no such language.
    """
    stops = assets.loc[list(walk.stops)]
    if len(release_rows(stops, audience)) < len(stops):
        raise DisclosureError(
            M("The walk passes records that {wide} may not see. Plan it with those that release() leaves.",
              wide=Audience.of(audience).name)
        )  # fmt: skip
    page = _Page(lang)
    reasons = {key: list(doubts["reasons"].get(key, ())) for key in stops.index}
    shared = _shared(list(reasons.values()))
    heading = M("Walk to check the map: {place}", place=place) if place else M("Walk to check the map")
    words = [OSM_ATTRIBUTION] if network is not None else []
    words = list(dict.fromkeys([*words, *stops["attribution"].dropna(), *credits]))
    body = [
        *page.head(heading, walk, day),
        walk_map(walk, say(M("Map of the walk"), lang), network, addresses) if walk.stops else "",
        page.of_all(shared),
        '<ol class="stops">',
        *(page.stop(n, record, walk.leg_metres[n - 1], [reason for reason in reasons[key] if reason not in shared])
          for n, (key, record) in enumerate(stops.iterrows(), 1)),
        "</ol>",
        *page.tail(walk, words),
    ]  # fmt: skip
    return _document(lang, page.text(heading), "\n".join(body))


def _document(lang: str, title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(lang)}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


class _Page:
    """The parts of the page in one language. Everything that comes from data goes through `text`."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def text(self, value: Any) -> str:
        """A message or a value as words that may stand in the page."""
        return said(value, self.lang)

    def head(self, heading: Message, walk: Walk, day: datetime.date | None) -> Iterator[str]:
        yield f'<header><h1>{self.text(heading)}</h1><div class="plan">'
        yield f'<p class="facts">{self.text(_summary(walk))}</p>'
        walked = M("Walked on")
        yield f'<p class="date">{self.text(walked)} <span>&nbsp;</span></p></div>'
        words = [M("Tick what you see at each stop, and write down what is different. Look from where everyone may "
                  "stand. Write no names or telephone numbers of persons.")]  # fmt: skip
        if day is not None:
            words.append(M("Planned on {day}.", day=day))
        yield f"<p>{' '.join(map(self.text, words))}</p></header>"

    def of_all(self, reasons: Sequence[Message]) -> str:
        """What is said once, as it is so at every stop."""
        if not reasons:
            return ""
        everywhere = M("At every stop:")
        return f'<p class="all">{self.text(everywhere)} {" ".join(map(self.text, reasons))}</p>'

    def stop(self, number: int, record: Mapping[str, Any], metres: float, reasons: Sequence[Message]) -> str:
        different = M("What is different")
        category = taxonomy()[record["category"]].label(self.lang)
        name = _called(record, self.lang)
        near = M("near {place}", place=record["near"]) if isinstance(record["near"], str) else ""
        before = {"metres": _round_metres(metres), "number": str(number - 1)}
        way = M("{metres} m from the start", **before) if number == 1 else M("{metres} m from stop {number}", **before)
        boxes = "".join(
            f'<li><span class="box"></span>{self.text(seen)}</li>'
            for seen in (M("Still there"), M("Changed"), M("Gone"))
        )
        about = [category] if name else [near]
        kind = " · ".join(self.text(part) for part in (*about, way) if part)
        return (
            f'<li class="stop"><div class="number">{number}</div><div><h2><bdi>{self.text(name or category)}</bdi></h2>'
            f'<p class="kind">{kind}</p>{self._facts(record)}{self._why(reasons)}</div>'
            f'<ul class="boxes">{boxes}</ul>'
            f'<div class="notes"><span>{self.text(different)}</span>{_LINE * _LINES}</div></li>'
        )

    def _facts(self, record: Mapping[str, Any]) -> str:
        known = [(key, record[key]) for key in _FACTS if isinstance(record.get(key), str)]
        rows = (f"<dt>{self.text(title(k))}</dt><dd><bdi>{self.text(word(k, v))}</bdi></dd>" for k, v in known)
        return f"<dl>{''.join(rows)}</dl>" if known else ""

    def _why(self, reasons: Sequence[Message]) -> str:
        items = "".join(f"<li>{self.text(reason)}</li>" for reason in reasons)
        return f'<ul class="why">{items}</ul>' if items else ""

    def tail(self, walk: Walk, credits: Sequence[str]) -> Iterator[str]:
        if walk.stops:
            back = M("From stop {number} back to the start: {metres} m.", number=str(len(walk.stops)),
                     metres=_round_metres(walk.leg_metres[-1]))  # fmt: skip
            yield f"<p>{self.text(back)}</p>"
        missing = M("Seen on the way, and missing from the map")
        yield f'<section class="missing"><h2>{self.text(missing)}</h2>'
        heads = M("What is it?"), M("Where?"), M("When is it open?")
        yield f"<table><tr>{''.join(f'<th>{self.text(head)}</th>' for head in heads)}</tr>"
        yield "<tr><td></td><td></td><td></td></tr>" * _BLANK_ROWS + "</table></section>"
        yield f"<footer>{' '.join(map(self.text, [*walk.caveats, *credits]))}</footer>"


def _shared(reasons: Sequence[Sequence[Message]]) -> list[Message]:
    """The reasons that every one of several stops has."""
    return [reason for reason in reasons[0] if all(reason in other for other in reasons)] if len(reasons) > 1 else []


def _summary(walk: Walk) -> Message:
    if not walk.stops:
        return M("This walk has no stop.")
    return Mn("One stop, {km} km, about {minutes} minutes", "{n} stops, {km} km, about {minutes} minutes",
              len(walk.stops), km=round(walk.metres / 1000, 1), minutes=round(walk.minutes))  # fmt: skip


def _round_metres(metres: float) -> int:
    return int(round(metres, -1))


def _called(record: Mapping[str, Any], lang: str) -> str:
    """The name in the reader's language where the record has one."""
    if isinstance(record["names"], str) and record["names"]:
        known = json.loads(record["names"])
        local = known.get(lang) or (known.get("no") if lang == "nb" else None)
        if local:
            return str(local)
    return record["name"] if isinstance(record["name"], str) else ""
