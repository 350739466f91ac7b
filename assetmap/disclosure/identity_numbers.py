"""Where in a text does a national identity number stand?

Norwegian numbers (fødselsnummer, D number and their kin) are told by both check digits. Danish ones given since 2007
need not pass a check, so they are told by a possible date and their usual form. Swedish and Finnish ones have a date
and one check character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assetmap.disclosure.numbered import web_addresses, within

Span = tuple[int, int]

_ELEVEN = re.compile(r"(?<!\d)(?=(\d(?:[ .\-/]{0,3}\d){10})(?!\d))")
_YEAR_IN_FULL = re.compile(r"(?<!\d)(\d\d)[ .\-/]?(\d\d)[ .\-/]?(?:19|20)(\d\d)[ .\-/]{0,3}(\d{5}|\d{4})(?!\d)")
_ACCOUNT = re.compile(r"\d{4}([ .])\d\d\1\d{5}")
_TEN = re.compile(r"(?<!\d)(\d\d)[ .]?(\d\d)[ .]?(\d\d)( ?[\-+ ]? ?)(\d{4})(?!\d)")
_TEN_WITH_CENTURY = re.compile(r"(?<!\d)(?:19|20)(\d{6})[\- ]?(\d{4})(?!\d)")
_FINNISH = re.compile(r"(?<!\d)(\d{6})([\-+A-FU-Y])(\d{3})([\dA-FHJ-NPR-Y])(?![\d])")
_USUAL = re.compile(r"\d{6} ?- ?\d{4}")
_CODE_BEFORE, _CODE_BEHIND = re.compile(r"[\w\-/#]$|\d[.,]$"), re.compile(r"[\w\-/]|\.\d")
_CALLED = re.compile(
    r"(?:\bcpr|person-?(?:nr|nummer|number|no)|fødsels(?:nr|nummer|dato|dag)|\bfødt|\bfødd|\bfödd|\bborn|birth|"
    r"\bhetu|henkilötunnus|\bidentity|identitets(?:nr|nummer)|\bnational id|\bssn|\bd-?(?:nr|nummer)|\bfnr)"
    r"\W*(?:\w+\W+){0,5}$",
    re.IGNORECASE,
)
_CALLED_OTHERWISE = re.compile(
    r"(?:konto(?:nr|nummer)?|account|\bkid|isbn(?:-1[03])?|issn|\bean|gtin|\bosm|\bnode|\bway|relation|"
    r"p-?(?:nr|nummer)|produk(?:s|ti)jons?enhe[dt]\w*|cvr|org(?:anisasjons)?\.?-?(?:nr|nummer))"
    r"[\s.:#=/(\-]*(?:(?:nr|nummer|number|no|id)\b[\s.:#=\-]*)*$",
    re.IGNORECASE,
)
_NORWEGIAN = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
_DANISH = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_FINNISH_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_NEAR = 40


def identity_numbers(text: str, sure: bool = False) -> list[Span]:
    """Where national identity numbers stand in an undisguised text.

    Args:
        text: Any text.
        sure: Only what is one by its check digits or in its usual form; else also what merely may be one.
    """
    checked, spans = [*_norwegian(text)], [*_with_year_in_full(text)]
    spans += [span for found in _TEN.finditer(text) for span in _of_ten(found, text, sure)]
    for found in _TEN_WITH_CENTURY.finditer(text):
        if _ymd(found[1]) and not (sure and not _luhn(found[1] + found[2])):
            spans.append(found.span())
    for found in _FINNISH.finditer(text):
        sign = _FINNISH_SIGNS[int(found[1] + found[3]) % 31]
        if _dmy(found[1]) and (sign == found[4] or not (sure or found[4].isdigit())):
            spans.append(found.span())
    if not sure:
        return checked + spans
    web = web_addresses(text)
    checked += [(start, end) for start, end in spans if not within(web, start)]
    return [span for span in checked if not _CALLED_OTHERWISE.search(text[max(0, span[0] - _NEAR) : span[0]])]


def norwegian_identity(digits: str) -> bool:
    """Whether eleven digits are a Norwegian national identity number or D number, by date and both check digits."""
    numbers = [int(d) for d in digits]
    first, second = (sum(w * n for w, n in zip(weights, numbers, strict=False)) % 11 for weights in _NORWEGIAN)
    day, month = int(digits[:2]) % 40, int(digits[2:4]) % 40
    return first == 0 and second == 0 and 1 <= day <= 31 and 1 <= month <= 12


def _norwegian(text: str) -> Iterator[Span]:
    for found in _ELEVEN.finditer(text):
        if norwegian_identity(re.sub(r"\D", "", found[1])) and not _ACCOUNT.fullmatch(found[1]):
            yield found.span(1)


def _with_year_in_full(text: str) -> Iterator[Span]:
    """`01.01.1990 12345`, and where the text calls it so `01.01.1990-1234`."""
    for found in _YEAR_IN_FULL.finditer(text):
        six, rest = found[1] + found[2] + found[3], found[4]
        if norwegian_identity(six + rest) if len(rest) == 5 else (_dmy(six) and _is_called(text, found.start())):
            yield found.span()


def _of_ten(found: re.Match[str], text: str, sure: bool) -> Iterator[Span]:
    """A Danish (ddmmyy-nnnn) or Swedish (yymmdd-nnnn) number."""
    six, between, four = found[1] + found[2] + found[3], found[4].strip(), found[5]
    danish, swedish = _dmy(six) and between != "+", _ymd(six) and _luhn(six + four)
    if not (danish or swedish):
        return
    if not sure:
        usual = len(found[0]) - len(found[4]) == 10 and len(found[4]) <= 1
        if usual or _is_called(text, found.start()):
            yield found.span()
    elif _is_called(text, found.start()) or (_stands_alone(found, text) and _in_form(found[0], six + four, danish)):
        yield found.span()


def _in_form(written: str, digits: str, danish: bool) -> bool:
    """Whether ten digits are written as such numbers are, or, written in one, pass the old Danish check."""
    if not danish:
        return not written.isdigit() and " " not in written
    passes = sum(w * int(d) for w, d in zip(_DANISH, digits, strict=True)) % 11 == 0
    return bool(_USUAL.fullmatch(written)) or (passes and (written.isdigit() or "-" in written))


def _stands_alone(found: re.Match[str], text: str) -> bool:
    """Whether the digits are no part of a longer code."""
    return not (
        _CODE_BEFORE.search(text[max(0, found.start() - 2) : found.start()]) or _CODE_BEHIND.match(text, found.end())
    )


def _is_called(text: str, at: int) -> bool:
    """Whether the words before a place say that an identity number follows."""
    return bool(_CALLED.search(text[max(0, at - _NEAR) : at]))


def _dmy(six: str) -> bool:
    month = int(six[2:4])
    return 1 <= month <= 12 and 1 <= int(six[:2]) <= _DAYS[month - 1]


def _ymd(six: str) -> bool:
    month = int(six[2:4])
    return 1 <= month <= 12 and 1 <= int(six[4:]) % 60 <= _DAYS[month - 1]


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
