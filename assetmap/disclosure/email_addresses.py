"""Where in a text does an e-mail address stand, also one that is written around?

Plain ones (`kari@x.no`), those with a sign in words or brackets (`kari (at) x.no`, `kari snabel-a x.no`) and those
spelled out in full (`kari at x dot no`). A handle such as `@library.oslo` or `@kari@x.social` is no address.
"""

from __future__ import annotations

import re

_NAME = r"(?<![\w.+'@\-])[\w.+'\-]+"
_LABEL = r"[\w\-]+"
_END = r"[^\W\d_]{2,24}(?![\w\-])"
_OPEN, _SHUT = r"\s{0,2}[(\[{<«]\s{0,2}", r"\s{0,2}[)\]}>»]\s{0,2}"
_SIGN = r"(?:snabel[\s\-]?a|krøll-?alfa|alfa-?krøll|kanel-?bulle)"
_ENTITY = r"&(?:#0{0,6}64|#x0{0,6}40|commat);"
_AT = rf"(?:{_ENTITY}|{_OPEN}(?:@|at|a|æt|alfa|{_SIGN}){_SHUT}|\s{{1,2}}{_SIGN}\s{{1,2}}|\s@\s|@\s)"
_WORD_DOT = rf"(?:{_OPEN}(?:dot|punktum|punkt|prikk|prik|\.){_SHUT}|\s{{1,2}}(?:dot|punktum|punkt|prikk|prik)\s{{1,2}})"
_DOT = rf"(?:\.|\s\.\s|{_WORD_DOT})"

_PLAIN = re.compile(rf"(?:mailto:)?(?P<address>{_NAME}@{_LABEL}(?:\.{_LABEL})*\.{_END})", re.IGNORECASE)
_WRITTEN_AROUND = re.compile(rf"(?P<address>{_NAME}(?:@|{_AT}){_LABEL}(?:{_DOT}{_LABEL})*{_DOT}{_END})", re.IGNORECASE)
_SPELLED = re.compile(
    rf"(?P<address>{_NAME}\s{{1,2}}at\s{{1,2}}{_LABEL}(?:{_DOT}{_LABEL})*{_WORD_DOT}{_END})", re.IGNORECASE
)

_SIGNS = ("@", "&#", "&commat;", "snabel", "krøll", "kanel", " dot ", " punktum ", " punkt ", " prikk ", " prik ")
_BRACKETED = re.compile(r"[(\[{<«]\s{0,2}(?:@|at?|æt|alfa|dot|punktum|punkt|prikk?|\.)\s{0,2}[)\]}>»]")


def may_hold_address(text: str) -> bool:
    """Whether an undisguised text has a sign of an e-mail address in it; cheap, for most texts have none."""
    low = text.lower()
    return any(sign in low for sign in _SIGNS) or _BRACKETED.search(low) is not None


def email_addresses(text: str) -> list[tuple[int, int, int]]:
    """Where e-mail addresses stand in an undisguised text: where a `mailto:` before them begins, or they themselves;
    where they begin; where they end."""
    if not may_hold_address(text):
        return []
    shapes = (_PLAIN, _WRITTEN_AROUND, _SPELLED)
    return [(found.start(), *found.span("address")) for shape in shapes for found in shape.finditer(text)]
