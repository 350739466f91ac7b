"""Where in a text does a telephone number stand?

First the shapes: a number that the text calls one, one with a country's code, and bare ones as they are grouped in
Norway, Denmark, Sweden, Finland and North America. Then what has such a shape and is none: times of day, dates, years
always; prices, amounts, organisation numbers, coordinates and references where a text is only to be stopped for a sure
find (`numbered`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from assetmap.disclosure.numbered import amount, named_otherwise, web_addresses, within


class Number(NamedTuple):
    """A telephone number: where the words that announce it begin, where its digits begin, where they end."""

    cue: int
    start: int
    end: int


_CUE = (
    r"\b(?:tlf|tel|telefon(?:en|nummer|nummeret|nr)?|tlfnr|phone|mob|mobil(?:en|nr|nummer|nummeret|telefon)?|mobile|cell|"
    r"call|ring(?! [1-4]\b)|sms|vipps|whatsapp|fax|faks|puh|puhelin|gsm)(?![^\W\d_])\s?[.:\-]*\s*"
    r"(?:(?:nr|nummer|number|no|på|on|til)\b[.:]?\s*)?"
)
"""What announces a number."""
_CALLED = re.compile(rf"{_CUE}(\+?\(?\d[\d\s().\-/+]{{4,20}}\d)", re.IGNORECASE)
_LINKED = re.compile(
    r"(?:wa\.me/|whatsapp\.com/send/?\?phone=|(?:tel|sms|callto):/{0,2})(\+?\d{7,15})(?!\d)", re.IGNORECASE
)
_ABROAD = re.compile(
    r"(?<![\w.+])(?P<open>\()?(?:\+|00)\s?\d{1,3}(?(open)\)?)[\s\-]{0,2}\(?\d(?:[\s().\-/]{0,2}\d){5,11}(?!\d)"
)
_PAIRS = (
    r"[2-9]\d(?:[ \t]{1,2}\d\d){3}|[2-9]\d[ \t]\d\d\s{1,2}\d\d[ \t]\d\d|[2-9]\d([.\-/_])\d\d\1\d\d\1\d\d"
    r"|[2-9]\d\d\s{1,2}\d\d\s{1,2}\d{3}|[2-9]\d\d([.\-/_])\d\d\2\d{3}"
)
_BARE = re.compile(
    rf"(?<!\d[.,_])(?<![\w+#=\-])(?<![^\d\s]/)(?:{_PAIRS}"
    r"|[2-9]\d{7}|[2-9]\d{3} \d{4}|[2-9](?: \d){7}"
    r"|0\d{1,3}[- /]\d{2,3}[ ]?\d{2}[ ]?\d{2,3}|0(?:4[0-69]|50|7[02369])\d{7}"
    r"|\(\d{3}\)[\s\-]?\d{3}[-. ]\d{4}|(?:1([-.]))?\d{3}([-.])\d{3}\4\d{4}"
    r")(?!\d|[.,_]\d)"
)
_BESIDE_A_NAME = re.compile(
    r"(?<![\w/.:])[A-ZÆØÅÄÖ][a-zæøåäöéü]+/([2-9]\d{7}|[2-9]\d(?: \d\d){3}|[2-9]\d\d \d\d \d{3})(?!\w|[.,]\d)"
)
_COMMAS = re.compile(rf"{_CUE}([2-9]\d(?:,\d\d){{3}}|[2-9]\d\d,\d\d,\d{{3}})(?!\d|,\d)", re.IGNORECASE)
_GLUED = re.compile(r"(?<![\w\-])[^\W\d_]{3,}([2-9]\d{7})(?!\w)")
_COORDINATE = re.compile(r"\+?\d{1,3}\.\d{4,}(?:[ ,/+\-].*)?")
_DATE = re.compile(
    r"(?:0[1-9]|[12]\d|3[01])[ .\-/]{0,2}(?:0[1-9]|1[0-2])[ .\-/]{0,2}(?:19|20)\d\d"
    r"|(?:19|20)\d\d[ .\-/]?(?:0[1-9]|1[0-2])[ .\-/]?(?:0[1-9]|[12]\d|3[01])"
)
_YEARS = re.compile(r"(?:1[5-9]|20)\d\d[ \-–/]{1,3}(?:1[5-9]|20)\d\d")
_CLOCK = re.compile(r"(?:[01]\d|2[0-4])[ .]?(?:00|15|30|45)")
_LONGER = re.compile(r"-\w|[^\W_]")
_WORD_BEHIND = re.compile(r"(?=[a-zæøåäö]*[g-zæøåäö])[a-zæøåäö]{4,}(?![\w\-])")
"""A word that nobody set apart; no code is written so, and no unit is so long that `amount` does not know it."""
_STEPS = {1, 2, 5, 10, 20}
_FEWEST, _FEWEST_VIPPS = 7, 8


def phone_numbers(text: str, sure: bool = False, bare: bool = True) -> list[Number]:
    """Where telephone numbers stand in an undisguised text.

    Args:
        text: Any text.
        sure: Leave out what the words around it make something else, and digits in web addresses.
        bare: Whether digits that nothing calls a telephone number may be one; not where a column holds codes.
    """
    found = [Number(m.start(), m.start(1), m.end(1)) for m in _CALLED.finditer(text) if not (sure and _too_short(m))]
    found += [Number(m.start(), *m.span()) for m in _ABROAD.finditer(text) if not (sure and _no_code(m[0]))]
    found += [Number(m.start(), *m.span(1)) for m in _COMMAS.finditer(text)]
    if bare:
        found += [Number(m.start(1), *m.span(1)) for m in _BESIDE_A_NAME.finditer(text) if not _excused(text, m, sure)]
        found += _bare(text, sure)
        found += [] if sure else [Number(m.start(1), *m.span(1)) for m in _GLUED.finditer(text)]
    found = [number for number in found if not _date_or_time(text[number.start : number.end])]
    if sure:
        web = web_addresses(text)
        found = [n for n in found if not amount(text, n.start, n.end) and not within(web, n.start)]
    return found + [Number(m.start(), *m.span(1)) for m in _LINKED.finditer(text)]


def _bare(text: str, sure: bool) -> Iterator[Number]:
    for found in _BARE.finditer(text):
        if sure and (_listed(found[0]) or named_otherwise(text, *found.span()) or _goes_on(text, found.end())):
            continue
        yield Number(found.start(), *found.span())


def _excused(text: str, found: re.Match[str], sure: bool) -> bool:
    return sure and (_listed(found[1]) or named_otherwise(text, *found.span(1)))


def _goes_on(text: str, at: int) -> bool:
    """Whether digits go on as a code; a word that stands right behind a number is none."""
    return bool(_LONGER.match(text, at)) and not _WORD_BEHIND.match(text, at)


def _too_short(called: re.Match[str]) -> bool:
    """Whether a number has too few digits for a telephone: short service numbers, and those that take payments."""
    fewest = _FEWEST_VIPPS if called[0][:5].lower() == "vipps" else _FEWEST
    return len(_digits(called[1])) < fewest


def _no_code(number: str) -> bool:
    """Whether what begins as a country's code is a coordinate or a number that is padded with zeros."""
    plain = number.lstrip("(")
    if _COORDINATE.fullmatch(plain):
        return True
    return plain.startswith("00") and (plain[2:3] in "0 " or (plain.isdigit() and plain[2] not in "34"))


def _date_or_time(number: str) -> bool:
    """Whether digits are a date, two years, or two times of day on a quarter such as `0800 1600`."""
    if _DATE.fullmatch(number) or _YEARS.fullmatch(number):
        return True
    digits = _digits(number)
    return len(digits) == 8 and number[:1] != "+" and all(_CLOCK.fullmatch(t) for t in (digits[:4], digits[4:]))


def _listed(number: str) -> bool:
    """Whether groups of digits are a list (`20 30 40 50`, `2 3 4 5 6 7 8 9`, `2900 2920`) or a round amount."""
    groups = [int(g) for g in re.findall(r"\d+", number)]
    if len(groups) == 1:
        return number.endswith("0000")
    steps = {b - a for a, b in pairwise(groups)}
    if len(groups) == 2:
        return all(g % 100 == 0 for g in groups) or (steps <= set(range(1, 60)) and number[0] != "0")
    return len(steps) == 1 and steps <= _STEPS and number[0] != "0"


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
