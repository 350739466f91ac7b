"""Which numbers does a column of coordinates hold, however they were written?

Decimal commas and points are told apart per column, thousands are closed up, degrees with minutes and seconds are
read, and both coordinates may stand in one column. What is not a number is NaN, and said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_BLANKS = re.compile(r"[\s\u00a0\u2009\u202f'’]")
_NUMBER = r"[-+−]?\d[\d.,]*"
_DEGREES = re.compile(
    r"^(?P<before>[NSEWØÖVnsewøöv])?\s*(?P<sign>[-−])?(?P<d>\d{1,3}(?:[.,]\d+)?)\s*[°º˚]\s*"
    r"(?:(?P<m>\d{1,2}(?:[.,]\d+)?)\s*['′’´]?\s*)?(?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:[\"″”]|''|′′)?\s*)?"
    r"(?P<after>[NSEWØÖVnsewøöv])?$"
)  # fmt: skip
_ONE_DEGREE = (
    r"\s*[-−]?\d{1,3}(?:[.,]\d+)?\s*[°º˚]\s*(?:\d{1,2}(?:[.,]\d+)?\s*['′’´]?\s*)?"
    r"(?:\d{1,2}(?:[.,]\d+)?\s*(?:[\"″”]|''|′′)\s*)?"
)
_HEMISPHERE = "[NSEWØÖVnsewøöv]"
_BEFORE, _AFTER = re.compile(_HEMISPHERE + _ONE_DEGREE), re.compile(_ONE_DEGREE + _HEMISPHERE + "?")
_WKT = re.compile(rf"POINT\s*Z?M?\s*\(\s*({_NUMBER})[\s,]+({_NUMBER})(?:\s+{_NUMBER})*\s*\)", re.IGNORECASE)
_SRID = re.compile(r"SRID\s*=\s*(\d+)", re.IGNORECASE)
_LABELLED = re.compile(
    r"(?:lat|lon|lng|long|latitude|longitude|breddegrad|lengdegrad|længdegrad|geo|x|y|n|e|ø)\s*[:=]\s*", re.IGNORECASE
)


@dataclass(frozen=True)
class Pairs:
    """Coordinates as two arrays, the first of them east (or longitude) where the file's form says so.

    Attributes:
        x: First axis; NaN where missing or unreadable. y: Second axis.
        bad: Whether something stood there that is not a pair of finite numbers.
        decimal: The decimal sign that was found.
        epsg: The system that the values themselves name (`SRID=25832;…`), or None.
    """

    x: Array
    y: Array
    bad: NDArray[np.bool_]
    decimal: str = "."
    epsg: int | None = None


def decimal_of(values: Sequence[str], small: bool) -> str:
    """The decimal sign of a column: `,` or `.`.

    Args:
        values: The column's texts.
        small: Whether the numbers are degrees (at most 180), where a single sign is never a thousands separator.
    """
    seen = [v for v in values if v]
    commas = [v for v in seen if "," in v]
    points = [v for v in seen if "." in v]
    both = [v for v in commas if "." in v]
    if both:
        return "," if sum(v.rfind(",") > v.rfind(".") for v in both) * 2 > len(both) else "."
    if commas and not points:
        return "." if _thousands(commas, ",", small) else ","
    if points and not commas:
        return "," if _thousands(points, ".", small) else "."
    return "," if len(commas) > len(points) else "."


def _thousands(values: Sequence[str], sign: str, small: bool) -> bool:
    """Whether a sign parts thousands: groups of three after it, everywhere, and more than once or in large numbers."""
    groups = re.compile(rf"^[-+−]?\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+$")
    plain = [_BLANKS.sub("", v) for v in values]
    if any(v.count(sign) > 1 for v in plain):
        return True
    return not small and all(groups.match(v) for v in plain) and max(len(re.sub(r"\D", "", v)) for v in plain) >= 6


def numbers(values: Sequence[str], decimal: str | None = None, small: bool = False) -> tuple[Array, str]:
    """The numbers of a column, NaN where a text is empty or not a number, and the decimal sign that was used."""
    sign = decimal or decimal_of([_BLANKS.sub("", v) for v in values], small)
    return np.array([_number(v, sign) for v in values], dtype=float), sign


def _number(text: str, decimal: str) -> float:
    text = text.strip()
    if degrees := _DEGREES.match(text):
        return _from_degrees(degrees)
    plain = _BLANKS.sub("", text).replace("−", "-").rstrip("°")
    other = "." if decimal == "," else ","
    if other in plain and decimal not in plain and plain.count(other) == 1 and len(plain.rpartition(other)[2]) != 3:
        plain = plain.replace(other, decimal)  # one row written the other way: two digits after it are no thousands
    whole, _, fraction = plain.partition(decimal)
    if other in fraction or (other in whole and not re.fullmatch(rf"[-+]?\d{{1,3}}(?:\{other}\d{{3}})+", whole)):
        return np.nan
    plain = plain.replace(other, "").replace(decimal, ".")
    try:
        return float(plain) if "_" not in plain else np.nan
    except ValueError:
        return np.nan


def _from_degrees(found: re.Match[str]) -> float:
    part = {k: float((found[k] or "0").replace(",", ".")) for k in ("d", "m", "s")}
    value = part["d"] + part["m"] / 60 + part["s"] / 3600
    hemisphere = (found["after"] or found["before"] or "").upper()
    return -value if found["sign"] or hemisphere in ("S", "W", "V") else value


def two_columns(x: Sequence[str], y: Sequence[str], decimal: str | None, small: bool) -> Pairs:
    """Coordinates from a column each."""
    sign = decimal or decimal_of([_BLANKS.sub("", v) for v in (*x, *y)], small)
    first, second = numbers(x, sign, small)[0], numbers(y, sign, small)[0]
    return _pairs(first, second, [bool(a.strip() or b.strip()) for a, b in zip(x, y, strict=True)], sign)


def one_column(values: Sequence[str], decimal: str | None = None) -> Pairs:
    """Coordinates together in one column: `59.28, 11.11`, `POINT(11.11 59.28)`, `59°17'N 11°7'E`, GeoJSON."""
    sign = decimal or _pair_decimal(values)
    found = [_pair(v, sign) for v in values]
    epsg = next((int(m[1]) for v in values if (m := _SRID.search(v))), None)
    x, y = (np.array([pair[axis] for pair in found], dtype=float) for axis in (0, 1))
    pairs = _pairs(x, y, [bool(v.strip()) for v in values], sign)
    return Pairs(pairs.x, pairs.y, pairs.bad, sign, epsg)


def _pairs(x: Array, y: Array, filled: list[bool], decimal: str) -> Pairs:
    good = np.isfinite(x) & np.isfinite(y)
    return Pairs(np.where(good, x, np.nan), np.where(good, y, np.nan), np.array(filled, dtype=bool) & ~good, decimal)


def _pair_decimal(values: Sequence[str]) -> str:
    """A comma may part the two numbers; it is decimal where there is no point."""
    plain = [v for v in values if v.strip() and "°" not in v and "{" not in v]
    without_point = sum("." not in v and "," in v for v in plain)
    return "," if without_point * 2 > len(plain) else "."


def _pair(text: str, decimal: str) -> tuple[float, float]:
    """East and north (or longitude and latitude) of one text; NaN where it holds no pair."""
    text = text.strip()
    nowhere = (np.nan, np.nan)
    if not text:
        return nowhere
    if text.startswith("{"):
        return _geojson(text)
    if wkt := _WKT.search(text):
        return _number(wkt[1], decimal), _number(wkt[2], decimal)
    if "°" in text or "º" in text:
        return _degree_pair(text)
    parts = _split(_LABELLED.sub(" ", text).strip("()[]; "), decimal)
    if len(parts) not in (2, 3):
        return nowhere
    first, second = (_number(p, decimal) for p in parts[:2])
    return (first, second) if min(abs(first), abs(second)) > 180 and first < second else (second, first)


def _degree_pair(text: str) -> tuple[float, float]:
    one = _BEFORE if text[0].isalpha() else _AFTER
    parts = [m for part in one.findall(text) if (m := _DEGREES.match(part.strip(" ,;")))]
    if len(parts) != 2:
        return np.nan, np.nan
    marks = [(m["after"] or m["before"] or "").upper() for m in parts]
    first, second = map(_from_degrees, parts)
    return (first, second) if marks[0] in tuple("EWØÖV") else (second, first)


def _geojson(text: str) -> tuple[float, float]:
    try:
        x, y = json.loads(text)["coordinates"][:2]
        return float(x), float(y)
    except (ValueError, KeyError, TypeError):
        return np.nan, np.nan


def _split(text: str, decimal: str) -> list[str]:
    if decimal == "." or ";" in text:
        return [p for p in re.split(r"[;,\s|/]+" if decimal == "." else r"[;|]", text) if p.strip()]
    spaced = [p for p in re.split(r"\s*[|/]\s*|\s*,\s+|\s+", text) if p]
    if len(spaced) == 2:
        return spaced
    pieces = text.split(",")  # 59,28,11,11: every second comma is decimal
    return [",".join(pieces[:2]), ",".join(pieces[2:])] if len(pieces) == 4 else []
