"""Which column of a population file counts whom?

Offices name their columns in few ways: one for the total, one per age band (`befolkning05Til09År`, `IKA0_9`, `65-69`,
`90+`). They are told from the names; what is known of an office besides (its licence, how it hides numbers) stands in
`KNOWN`. For any other file a mapping says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.ages import Band, check_bands


@dataclass(frozen=True)
class Layout:
    """An office's way of writing, and what is known of it besides its columns.

    Attributes:
        needs: Patterns (on lower-case names) that must each fit some column.
        masked: A number that means "hidden" where every band of a row has it.
        suppressed_below: See `PopulationAreas`.
    """

    key: str
    title: str
    needs: tuple[str, ...] = ()
    licence: str = "unstated"
    attribution: str = ""
    masked: float | None = None
    suppressed_below: float | None = None


_CELL = r"(?:ssbid|ru|rute)_?(\d+)(k?)m"

KNOWN = (
    # Cells where nobody lives are left out; in the 100 m grid also cells with fewer than five people.
    Layout("ssb-grid", "SSB: population on a grid", (_CELL,), "CC-BY-4.0",
           "Kilde: Statistisk sentralbyrå (SSB) og Kartverket"),
    # Small counts of an age are left out, and larger ones beside them so that they cannot be worked out (gaps of 21
    # people over two ages occur): so no limit but the total.
    Layout("geonorge-grunnkrets", "SSB and Kartverket: population of basic statistical units",
           ("grunnkretsnummer", "totalbefolkning", r"befolkning\d+til\d+år"), "CC-BY-4.0",
           "Kilde: Statistisk sentralbyrå (SSB) og Kartverket"),
    # Ages of a cell with fewer than a hundred people are all written 99; a true 99 occurs too, but not in all bands.
    Layout("hsy-grid", "HSY: population grid of the Helsinki region", ("asukkaita", r"ika\d+_\d+"), "CC-BY-4.0",
           "© HSY Helsinki Region Environmental Services", masked=99),
)  # fmt: skip
PLAIN = Layout("polygons", "Population by area")
MAPPED = Layout("mapping", "Population by area")

_TOTALS = (
    "pop_tot", "totalbefolkning", "asukkaita", "he_vakiy", "folketal", "folkemengde", "befolkning", "indbyggere",
    "innbyggere", "antal_personer", "antall_personer", "antal_indbyggere", "personer", "invånare", "vaesto", "väestö",
    "population", "pop", "folkmängd", "total", "totalt", "i alt", "ialt", "sum",
)  # fmt: skip
_IDS = (_CELL, "grunnkretsnummer", "grunnkretsid", "sognekode", "sogn_kode", "bydelsnr", "bydel_nr", "kommunenummer",
        "index", "kode", "code", "nr", "id", "feature_id", "fid")  # fmt: skip
_BEFORE = r"(?:.*\.)?(?:befolkning|bef|alders?|age|ålder|ikä|ika|pop|he|år|a)?[ _]?"
_YEARS = r"[ _]?(?:år|aar|ar|years?|v)?"
_BAND = re.compile(rf"{_BEFORE}(\d{{1,3}}) ?(?:-|–|_|til|till|to) ?(\d{{1,3}}){_YEARS}")
_OPEN = re.compile(
    rf"{_BEFORE}(?:yli(\d{{1,3}})|(\d{{1,3}}){_YEARS}[ _]?(?:\+|plus|og[ _]?over|och[ _]?äldre|and[ _]?over|_))"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True)
class Columns:
    """Which column says what.

    Attributes:
        total: People of all ages; None where only bands are counted.
        id: What the source calls the area; None where it has no name.
        cell_m: Side of a grid cell in metres, where the id is a cell's; else None.
        year: Year of the count as the columns say it, or empty.
    """

    layout: Layout
    total: str | None
    bands: tuple[Band, ...]
    id: str | None
    cell_m: int | None = None
    year: str = ""


def understand(names: Iterable[str], file: str, mapping: Mapping[str, Any] | None = None) -> Columns:
    """What the columns of a population file count.

    Args:
        names: The columns.
        file: The file's bare name, for sentences.
        mapping: What somebody said: `total` (a column), `bands` ({column: [first age, last age or null]}, or
            [first, last, sex] where columns count one sex), `id`, `suppressed_below`; `layer` is for the reader.

    Raises:
        InputError: No column looks like a count of people, the mapping names columns that are not there, or the bands
            count somebody twice.
    """
    names = list(names)
    found = _from_mapping(names, file, mapping) if mapping else _guess(names)
    if found.total is None and not found.bands:
        raise InputError(
            M("No column of {file} was recognised as a number of people. Found: {columns}. Expected a total such as "
              "“pop_tot”, “totalBefolkning” or “population”, or ages such as “0-4”. Give a mapping: {example}",
              file=file, columns=", ".join(names) or "–", example=EXAMPLE)
        )  # fmt: skip
    check_bands(found.bands)
    return found


EXAMPLE = '{"id": "code", "total": "people", "bands": {"kids": [0, 5], "old": [67, null]}, "suppressed_below": 5}'
"""A mapping, as it is shown to whoever needs one."""


def _guess(names: list[str]) -> Columns:
    by = {n.strip().casefold(): n for n in names}
    layout = next((k for k in KNOWN if all(any(re.fullmatch(p, low) for low in by) for p in k.needs)), PLAIN)
    total, year = _total(by)
    bands = tuple(b for low, name in by.items() if (b := _band(low, name)) is not None)
    name, cell = _id(by)
    return Columns(layout, total, bands, name, cell, year)


def _total(by: Mapping[str, str]) -> tuple[str | None, str]:
    """The column of totals, the newest where there is one per year, and its year."""
    for word in _TOTALS:
        if word in by:
            return by[word], ""
        dated = {m[1]: name for low, name in by.items() if (m := re.fullmatch(rf"{word}[_ ]?((?:19|20)\d\d)", low))}
        if dated:
            return dated[max(dated)], max(dated)
    return None, ""


def _band(low: str, name: str) -> Band | None:
    if m := _BAND.fullmatch(low):
        first, last = int(m[1]), int(m[2])
        return Band(name, first, last) if first <= last <= 130 else None
    if m := _OPEN.fullmatch(low):
        return Band(name, int(m[1] or m[2]), None)
    return None


def _id(by: Mapping[str, str]) -> tuple[str | None, int | None]:
    """The column that names the area, and the cell's side in metres where it is a grid cell's id."""
    for pattern in _IDS:
        for low, name in by.items():
            if m := re.fullmatch(pattern, low):
                return name, int(m[1]) * (1000 if m[2] else 1) if pattern == _CELL else None
    return None, None


def _from_mapping(names: list[str], file: str, mapping: Mapping[str, Any]) -> Columns:
    guessed = _guess(names)
    bands = tuple(_mapped_band(str(c), ages) for c, ages in dict(mapping.get("bands") or {}).items())
    total = mapping.get("total")
    area = mapping.get("id", guessed.id)
    missing = [c for c in (total, area, *(b.column for b in bands)) if c is not None and c not in names]
    if missing:
        raise InputError(
            M("The mapping names columns that {file} does not have: {missing}. It has: {columns}.",
              file=file, missing=", ".join(map(str, missing)), columns=", ".join(names))
        )  # fmt: skip
    below = mapping.get("suppressed_below")
    known = guessed.layout if guessed.layout in KNOWN else MAPPED
    layout = Layout(MAPPED.key, known.title, (), known.licence, known.attribution, known.masked,
                    known.suppressed_below if below is None else float(below))  # fmt: skip
    return Columns(layout, total, bands, area, guessed.cell_m if area == guessed.id else None, guessed.year)


def _mapped_band(column: str, ages: Any) -> Band:
    if not isinstance(ages, list | tuple) or len(ages) not in (2, 3) or not isinstance(ages[0], int):
        raise InputError(
            M("The mapping of “{column}” is {ages}. Expected the youngest and the oldest age, such as [0, 5], "
              "or [67, null] where there is no oldest.", column=column, ages=str(ages))
        )  # fmt: skip
    return Band(column, ages[0], None if ages[1] is None else int(ages[1]), str(ages[2]) if len(ages) == 3 else "")


def year_in(text: str) -> str:
    """The last year named in a text, or nothing."""
    years: list[str] = _YEAR.findall(text)
    return years[-1] if years else ""
