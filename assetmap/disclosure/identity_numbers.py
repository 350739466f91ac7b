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
_GROUPED = re.compile(
    r"(?<!\d)(?=(\d\d[\s.,_/\-]{0,2}\d\d[\s.,_/\-]{0,2}\d\d[\s.,_:;/\-]{0,4}\d{3}[\s.,_/\-]{0,2}\d\d)(?!\d))"
)
"""As people write one: the date, whatever they put between, and five digits."""
_YEAR_IN_FULL = re.compile(r"(?<!\d)(\d\d)[ .\-/]?(\d\d)[ .\-/]?(?:19|20)(\d\d)[ .\-/]{0,3}(\d{5}|\d{4})(?!\d)")
_SIX_FIVE = re.compile(r"\d{6}\D+\d{5}")
_TEN = re.compile(r"(?<!\d)(\d\d)[ .]?(\d\d)[ .]?(\d\d)( ?[\-+ /]? ?|[\s.,_:;/]{1,3})(\d{4})(?!\d)")
_TEN_WITH_CENTURY = re.compile(r"(?<!\d)(?:19|20)(\d{6})[\- ]?(\d{4})(?!\d)")
_FINNISH = re.compile(r"(?<!\d)(\d{6})([\-+A-FU-Y])(\d{3})([\dA-FHJ-NPR-Y])(?![\d])")
_USUAL = re.compile(r"\d{6}(?: ?- ?|/)\d{4}")
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
_ACCOUNT = re.compile(
    r"(?:\b(?:bank|giro|post|spare|gave|innskudds|klient)?konto(?:en)?(?:nr|nummer)?|\bkto|\baccount|\bkid|\bbank|\bgiro)"
    r"[\s.:#=/(\-]*(?:(?:nr|nummer|nummeret|number|no|er|is)\b[\s.:#=\-]*)*$",
    re.IGNORECASE,
)
_NODE = re.compile(
    r"(?:\bosm|\bnode|\bkid)[\s.:#=/(\-]*(?:(?:nr|nummer|number|no|id|node)\b[\s.:#=/\-]*)*$", re.IGNORECASE
)
_NAME = r"(?P<name>[A-ZÆØÅÄÖ][a-zæøåäöéü'’\-]+(?: [A-ZÆØÅÄÖ][a-zæøåäöéü'’.\-]*){1,3})"
_NAMED = re.compile(rf"(?<!\w){_NAME}[\s,:;(\-–]*(?:\w+[\s.:#=/(\-]*){{0,2}}$")
_NAMED_BEHIND = re.compile(rf"[\s,:;(\-–]*{_NAME}")
_NO_PERSON = re.compile(
    r"(?:lag|laget|vel|bank|hus|kor|korps|kors|forening|klubb?|kirke|kommune|skole|senter|center|sentral|central|"
    r"bibliotek|museum|stiftelse|forbund|menighet|selskap|fond|club|church|school|association|trust)"
    r"(?:en|et|a)?s?\b",
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
    spans = [(start, end) for start, end in spans if not within(web, start)]
    return checked + [one for one in spans if not _CALLED_OTHERWISE.search(text[max(0, one[0] - _NEAR) : one[0]])]


def norwegian_identity(digits: str) -> bool:
    """Whether eleven digits are a Norwegian national identity number or D number, by date and both check digits."""
    numbers = [int(d) for d in digits]
    first, second = (sum(w * n for w, n in zip(weights, numbers, strict=False)) % 11 for weights in _NORWEGIAN)
    day, month = int(digits[:2]) % 40, int(digits[2:4]) % 40
    return first == 0 and second == 0 and 1 <= day <= 31 and 1 <= month <= 12


def _norwegian(text: str) -> Iterator[Span]:
    for shape in (_ELEVEN, _GROUPED):
        for found in shape.finditer(text):
            digits = re.sub(r"\D", "", found[1])
            if norwegian_identity(digits) and not _called_an_account(text, found.start(), found[1]):
                yield found.span(1)


def _called_an_account(text: str, at: int, written: str) -> bool:
    """Whether eleven digits are what the word before them says, though one bank account in fifty passes as an identity
    number too: unless they are written as those are, a person is named beside them, or the text calls them so."""
    before = text[max(0, at - _NEAR) : at]
    if not (_ACCOUNT.search(before) or (written[0] != "0" and _NODE.search(before))):
        return False
    if _SIX_FIVE.fullmatch(written) or _is_called(text, at):
        return False
    names = _NAMED.search(before), _NAMED_BEHIND.match(text[at + len(written) : at + len(written) + _NEAR])
    return not any(one and not _NO_PERSON.search(one["name"]) for one in names)


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
        usual = len(found[0]) - len(found[4]) == 10 and found[4] in ("", " ", "-", "+", "/")
        if usual or _is_called(text, found.start()):
            yield found.span()
    elif _is_called(text, found.start()) or (_stands_alone(found, text) and _in_form(found[0], six + four, danish)):
        yield found.span()


def _in_form(written: str, digits: str, danish: bool) -> bool:
    """Whether ten digits are written as such numbers are, or, written in one, pass the old Danish check."""
    if not danish:
        return written[-5] in "-+" and " " not in written
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
