"""How does a text read when the characters that hide digits and signs are written plainly?

Zero-width characters inside an address, a full-width `＠`, digits of other scripts and all kinds of blanks and dashes
look the same to a reader and different to a pattern. Patterns are matched on the plain text; every place in it knows
where it stood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_UNSEEN = frozenset("\u034f\u115f\u1160\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Characters without a shape that Unicode does not class as format characters."""
_REMEMBERED = 5000
_ODD = re.compile(
    "[^\x00-\x9f\xa1-\xac\xae-\xb1\xb4-\xb8\xba-\u024f\u2010-\u2015\u2018-\u201d\u2022\u2026]|[0-9][\u2010-\u2015]"
)
"""All but the letters and signs of Latin scripts; a dash counts where it follows a digit."""


class _Plain(dict[int, str]):
    """What each character is written as, found once for each; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = plain
        return plain


def _plain(char: str) -> str:
    sort = unicodedata.category(char)
    if sort in ("Cf", "Me") or char in _UNSEEN or "\ufe00" <= char <= "\ufe0f":
        return ""
    if sort == "Zs":
        return " "
    if sort == "Pd" or char == "\u2212":
        return "-"
    if sort == "Nd":
        return str(unicodedata.decimal(char))
    return unicodedata.normalize("NFKC", char)


_PLAIN = _Plain()


def undisguised(text: str) -> str:
    """The text with plain digits, signs, blanks and dashes; it may be shorter or longer than it was."""
    return text if text.isascii() or not _ODD.search(text) else text.translate(_PLAIN)


def places(text: str, plain: str) -> Sequence[int]:
    """For each character of the plain text, the position in `text` of the character that it stands for."""
    if text == plain:
        return range(len(text))
    return [at for at, char in enumerate(text) for _ in _PLAIN[ord(char)]]
