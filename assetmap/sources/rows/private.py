"""Which values of a table may be somebody's contact, and how are they kept out of what is shown?

Private by default: whole columns by their header (`columns.py`) or by what most of their values are; single e-mail
addresses, telephone numbers and national identity numbers (`assetmap.disclosure.contacts`), "c/o" lines and names after
words such as "contact" (`persons.py`) wherever they stand in other text. A value taken out in error costs a detail; a
value left in would cost somebody their privacy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assetmap.disclosure.contacts import contacts
from assetmap.disclosure.taking_out import MARK as MARK
from assetmap.sources.rows.persons import beside, is_institution, named

MOST = 0.5
"""A column is private when more than this share of its values is."""

_CARE_OF = re.compile(
    r"(?<!\w)(?:c\s?/\s?o|c\.o\.|℅|att(?:n)?[.:]|(?-i:v/\s?(?=[A-ZÆØÅÄÖ])))[:.]?\s*[^,;\n]*", re.IGNORECASE
)
_NAMED_CARE_OF = re.compile(
    r"(?<!\w)(?:[cC]\s?/\s?[oO]|℅|[vV]/|[aA]tt(?:n)?[.:])[:.]?\s*(?:\w+\s)?[A-ZÆØÅÄÖ][\w.\-]*(?:\s+[A-ZÆØÅÄÖ][\w.\-]*){0,3}"
    r"(?:,?\s+\d+\s?[A-Za-z]?\b)?(?:,\s*[A-ZÆØÅÄÖ][^,;\n]*\d+\s?[A-Za-z]?\b)?(?:,?\s*\d{4,5}\s+[A-ZÆØÅÄÖ]\w+)?"
)
_SUSPECT = re.compile(r"[cCvV]\s?/|℅|[aA]tt", re.ASCII)


def take_out(text: str, numbers: bool = True, names: bool = True) -> tuple[str, list[str]]:
    """A text without what may be personal in it, and what was taken out.

    Args:
        text: Any text.
        numbers: Whether bare digits may be a telephone number; not where a column holds codes.
        names: Whether names after words such as "contact" count, and names beside a contact; not in headers.

    Returns:
        The text with `MARK` for each thing taken out, empty where nothing else was in it; and those things.
    """
    spans = _spans(text, numbers)
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


def _spans(text: str, numbers: bool) -> list[tuple[int, int]]:
    spans = [(found.cue, found.end) for found in contacts(text, numbers=numbers)]
    if _SUSPECT.search(text):
        spans += [m.span() for m in _NAMED_CARE_OF.finditer(text) if m[0][0] not in "vV" or not is_institution(m[0])]
    return spans


def _code_is_personal(value: str) -> bool:
    return any(found.kind != "phone" for found in contacts(value, numbers=False))
