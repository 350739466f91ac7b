"""In which encoding was this text written?

Byte order mark, then strict UTF-8, then whichever of the three encodings that Nordic offices have left behind (Windows,
DOS and Mac) makes the most Nordic words. A general guesser does worse here: short lists with a few æ, ø and å give it
too little to go by.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from assetmap.errors import FormatError
from assetmap.messages import M, Message

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_TITLES = {
    "utf-8": M("Unicode (UTF-8)"),
    "utf-8-sig": M("Unicode (UTF-8)"),
    "utf-16": M("Unicode (UTF-16)"),
    "utf-16-le": M("Unicode (UTF-16)"),
    "utf-16-be": M("Unicode (UTF-16)"),
    "cp1252": M("Windows (Western European)"),
    "cp865": M("DOS (Nordic)"),
    "mac_roman": M("Macintosh (Western European)"),
}
_LETTERS = frozenset("æøåÆØÅäöÄÖ")
_ACCENTED = frozenset("éèêëÉüÜáàâóòôíñçčšžŠŽÁđ")
_TYPOGRAPHY = frozenset("–—‘’“”«»…·•§°½²³´€£©®\u00a0")
_TWICE = re.compile("Ã[¦¸¥†˜…¤¶„–©\u00a5\u00a6\u00b8]")
_BINARY = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1a\x1b")


@dataclass(frozen=True)
class Decoded:
    """A text, the Python name of its encoding, and whether it had been encoded twice (`Ã¦` for `æ`) and was mended."""

    text: str
    encoding: str
    mended: bool = False

    @property
    def title(self) -> Message:
        """What people call the encoding."""
        return _TITLES.get(self.encoding, M("{encoding}", encoding=self.encoding))


def decode(raw: bytes, file: str, encoding: str | None = None) -> Decoded:
    """The text of a file.

    Args:
        raw: All bytes of it.
        file: Its bare name, for sentences.
        encoding: Python name of the encoding, where somebody has said it; else it is found out.

    Raises:
        FormatError: The bytes are no text, or not in the encoding that was given.
    """
    if encoding is not None:
        return Decoded(_strict(raw, encoding, file), encoding)
    found = next((name for mark, name in _MARKS if raw.startswith(mark)), None) or _utf16(raw)
    if found is not None:
        return _mend(Decoded(_strict(raw, found, file), found))
    if len(_BINARY.intersection(raw)) > 0 and sum(raw.count(bytes([b])) for b in _BINARY) > len(raw) // 1000:
        raise FormatError(
            M("{file} is not a text file: it holds bytes that no text has. Expected CSV or another table as text. "
              "If it is a spreadsheet, give it its right ending (.xlsx) or save it as CSV.", file=file)
        )  # fmt: skip
    try:
        return _mend(Decoded(raw.decode("utf-8"), "utf-8"))
    except UnicodeDecodeError:
        best = max(("cp1252", "cp865", "mac_roman"), key=lambda name: _nordic(raw, name))
        return Decoded(raw.decode(best, errors="replace"), best)


def _strict(raw: bytes, encoding: str, file: str) -> str:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise FormatError(
            M("{file} cannot be read as {encoding}. Leave the encoding out of the mapping, and it will be found out.",
              file=file, encoding=encoding)
        ) from None  # fmt: skip


def _utf16(raw: bytes) -> str | None:
    """UTF-16 without a mark: Western text in it has a zero in every other byte."""
    sample = raw[:4000]
    if len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.05 * half else None


def _nordic(raw: bytes, name: str) -> float:
    """How much the bytes above ASCII look like Nordic words in that encoding."""
    text = raw[:500_000].decode(name, errors="replace")
    score = 0.0
    for at, sign in enumerate(text):
        if sign < "\x80":
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        in_word = (before.isascii() and before.isalpha()) or (after.isascii() and after.isalpha())
        if sign in _LETTERS:
            odd_case = sign.isupper() and before.islower()
            score += -1 if odd_case else 2 if in_word else 1
        elif sign in _ACCENTED:
            score += 0.5 if in_word and not (sign.isupper() and before.islower()) else -1
        elif sign in _TYPOGRAPHY:
            score += 0 if not (before.isalpha() and after.isalpha()) else -1 if sign not in "’´–" else 0
        else:
            score -= 2
    return score


def _mend(decoded: Decoded) -> Decoded:
    """Text that was UTF-8, read as Windows and written as UTF-8 again: `FÃ¦rder` is `Færder`."""
    if not _TWICE.search(decoded.text):
        return decoded
    try:
        return Decoded(decoded.text.encode("cp1252").decode("utf-8"), decoded.encoding, mended=True)
    except UnicodeError:
        return decoded
