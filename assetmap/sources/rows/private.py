"""Which values of a table may be somebody's contact, and how are they kept out of what is shown?

Private by default: whole columns by their header (`columns.py`) or by what most of their values are, and single
e-mail addresses, telephone numbers, national identity numbers, "c/o" lines and names after words such as "contact"
(`persons.py`) wherever they stand in other text. A value taken out in error costs a detail; a value left in would cost
somebody their privacy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assetmap.sources.rows.persons import beside, is_institution, named

MARK = "[…]"
"""Stands where something was taken out of a text."""
MOST = 0.5
"""A column is private when more than this share of its values is."""

_MAIL = re.compile(r"(?:mailto:)?[\w.+\-']+\s?(?:@|\(at\)|\[at\]|\(a\))\s?[\w\-]+(?:\.[\w\-]+)+", re.IGNORECASE)
_CALLED = re.compile(
    r"\b(?:tlf|tel|telefon(?:nummer|nr)?|phone|mob|mobil(?:nr)?|mobile|cell|call|ring|sms|vipps|fax|faks)\b\s?[.:]*\s*(?:nr\.?\s*)?"
    r"(\+?\(?\d[\d\s().\-/]{4,18}\d)", re.IGNORECASE,
)  # fmt: skip
_ABROAD = re.compile(r"(?<![\w.])(?:\+|00)\s?\d{1,3}[\s\-]?\(?\d(?:[\s().\-]?\d){5,11}(?!\d)")
_GROUPED = re.compile(
    r"(?<![\d.,+\-/])(?:[2-9]\d(?: \d\d){3}|[2-9]\d\d \d\d \d{3}|\d{4} \d{4}|0\d{1,3}[-– /]\d{2,3}[ ]?\d{2}[ ]?\d{2,3}"
    r"|\(\d{3}\)\s?\d{3}[-. ]\d{4}|\d{3}[-.]\d{3}[-.]\d{4})(?![\d.,]\d|\d)"
)
_EIGHT = re.compile(r"(?<![\d.,+\-/#=])[2-9]\d{7}(?![\d.,]\d|\d)")
_IDENTITY = re.compile(r"(?<!\d)(\d{6})([ \-+A]?)(\d{3}[\dA-FHJ-NPR-Y]|\d{5})(?!\d)")
_LONG_IDENTITY = re.compile(r"(?<!\d)(?:19|20)(\d{6})[- ]?(\d{4})(?!\d)")
_CARE_OF = re.compile(
    r"(?<!\w)(?:c\s?/\s?o|c\.o\.|℅|att(?:n)?[.:]|(?-i:v/\s?(?=[A-ZÆØÅÄÖ])))[:.]?\s*[^,;\n]*", re.IGNORECASE
)
_NAMED_CARE_OF = re.compile(
    r"(?<!\w)(?:[cC]\s?/\s?[oO]|℅|[vV]/|[aA]tt(?:n)?[.:])[:.]?\s*(?:\w+\s)?[A-ZÆØÅÄÖ][\w.\-]*(?:\s+[A-ZÆØÅÄÖ][\w.\-]*){0,3}"
    r"(?:,?\s+\d+\s?[A-Za-z]?\b)?(?:,\s*[A-ZÆØÅÄÖ][^,;\n]*\d+\s?[A-Za-z]?\b)?(?:,?\s*\d{4,5}\s+[A-ZÆØÅÄÖ]\w+)?"
)
_SUSPECT = re.compile(r"@|\d(?:[\s().\-/+A]{0,2}\d){5}|\(at\)|\[at\]|\(a\)|[cCvV]\s?/|℅|[aA]tt", re.ASCII)
_FNR_WEIGHTS = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))


def take_out(text: str, numbers: bool = True, names: bool = True) -> tuple[str, list[str]]:
    """A text without what may be personal in it, and what was taken out.

    Args:
        text: Any text.
        numbers: Whether bare digits may be a telephone number; not where a column holds codes.
        names: Whether names after words such as "contact" count, and names beside a contact; not in headers.

    Returns:
        The text with `MARK` for each thing taken out, empty where nothing else was in it; and those things.
    """
    spans = _spans(text, numbers) if _SUSPECT.search(text) else []
    if names:
        spans = [beside(text, *span) for span in spans] + named(text)
    spans.sort()
    if not spans:
        return text, []
    kept, out, at = [], [], 0
    for start, end in spans:
        if start < at:
            start = at
        if end <= start:
            continue
        kept += [text[at:start], MARK]
        out.append(text[start:end].strip())
        at = end
    kept.append(text[at:])
    clean = "".join(kept)
    return ("" if not clean.replace(MARK, "").strip(" \t\r\n,;:.-/()") else clean), out


def is_personal(value: str) -> bool:
    """Whether a whole value is an e-mail address, a telephone number, an identity number or a "c/o" line."""
    clean, out = take_out(value.strip())
    return bool(out) and len(clean.replace(MARK, "").strip()) <= 0.4 * len(value.strip())


def mostly_personal(values: Iterable[str], codes: bool = False) -> bool:
    """Whether a column is private by what it holds.

    Args:
        values: Its values; empty ones do not count.
        codes: The column is one of numbers that identify things (organisation numbers, ids), whose eight digits are
            no telephone number; only identity numbers and e-mail addresses count then.
    """
    filled = [v.strip() for v in values if v.strip()]
    if not filled:
        return False
    hits = sum(_code_is_personal(v) if codes else is_personal(v) for v in filled)
    return hits > MOST * len(filled)


def care_of(address: str) -> tuple[str, str]:
    """An address without its "c/o" (or "v/", "att.") part, and that part; empty where there is none."""
    found = _CARE_OF.search(address)
    if not found:
        return address, ""
    rest = (address[: found.start()] + address[found.end() :]).strip(" ,;\n\r\t")
    return rest, found[0].strip(" ,;")


def identity_numbers(text: str) -> list[tuple[int, int]]:
    """Where national identity numbers stand: Norwegian (checked), Danish, Swedish and Finnish."""
    spans = [m.span() for m in _LONG_IDENTITY.finditer(text) if _ymd(m[1])]
    for found in _IDENTITY.finditer(text):
        digits = found[1] + found[3]
        if len(digits) == 11:
            good = digits.isdigit() and norwegian_identity(digits)
        elif found[3].isdigit():  # Danish ddmmyy-nnnn, Swedish yymmdd-nnnn
            good = found[2] != "A" and (_dmy(found[1]) or (_ymd(found[1]) and _luhn(digits)))
        else:
            good = found[2] in ("-", "+", "A") and _dmy(found[1])
        if good:
            spans.append(found.span())
    return spans


def norwegian_identity(digits: str) -> bool:
    """Whether eleven digits are a Norwegian national identity number or D number, by date and both check digits."""
    numbers = [int(d) for d in digits]
    first, second = (sum(w * n for w, n in zip(weights, numbers, strict=False)) % 11 for weights in _FNR_WEIGHTS)
    day, month = int(digits[:2]) % 40, int(digits[2:4]) % 40
    return first == 0 and second == 0 and 1 <= day <= 31 and 1 <= month <= 12


def _spans(text: str, numbers: bool) -> list[tuple[int, int]]:
    spans = [m.span() for pattern in (_MAIL, _CALLED, _ABROAD) for m in pattern.finditer(text)]
    spans += [m.span() for m in _NAMED_CARE_OF.finditer(text) if m[0][0] not in "vV" or not is_institution(m[0])]
    spans += identity_numbers(text)
    if numbers:
        bare = [m for pattern in (_GROUPED, _EIGHT) for m in pattern.finditer(text)]
        spans += [m.span() for m in bare if not _two_times(m[0])]
    return spans


def _two_times(text: str) -> bool:
    """Whether eight digits are two times of day on a quarter, such as `0800 1600`."""
    digits = re.sub(r"\D", "", text)
    return len(digits) == 8 and all(
        int(t[:2]) <= 24 and t[2:] in ("00", "15", "30", "45") for t in (digits[:4], digits[4:])
    )


def _code_is_personal(value: str) -> bool:
    return bool(identity_numbers(value) or _MAIL.search(value))


def _dmy(six: str) -> bool:
    return 1 <= int(six[:2]) <= 31 and 1 <= int(six[2:4]) <= 12


def _ymd(six: str) -> bool:
    return 1 <= int(six[2:4]) <= 12 and 1 <= int(six[4:]) % 60 <= 31


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
