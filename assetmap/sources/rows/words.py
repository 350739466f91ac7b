"""When are two words of a file the same word?

Headers, categories and street names are compared after folding: case, Nordic letters and the ways in which people write
around them (`æ`, `ae`, `ä`, `a`), and punctuation make no difference.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

_LETTERS = str.maketrans({"æ": "a", "ä": "a", "ø": "o", "ö": "o", "å": "a", "ß": "ss", "ð": "d", "þ": "th", "ü": "u"})
_PAIRS = re.compile(r"aa|ae|oe")
_HUMP = re.compile(r"(?<=[a-zæøåäö0-9])(?=[A-ZÆØÅÄÖ])")
_WORD = re.compile(r"[a-z]+|\d+")


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Lower case, Nordic letters as plain ones, other accents dropped: `Færder` and `Faerder` are both `farder`."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return _PAIRS.sub(lambda pair: pair[0][0], plain)


@lru_cache(maxsize=200_000)
def tokens(text: str) -> tuple[str, ...]:
    """The folded words and numbers of a text; `antallBarn` and `antall_barn` are two words each."""
    return tuple(_WORD.findall(fold(_HUMP.sub(" ", text) if not text.isupper() else text)))


def spelled(text: str) -> str:
    """A text in lower case without blanks and signs, its letters as they are."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", text).casefold())


def joined(text: str) -> str:
    """The folded words of a text without anything between them."""
    return "".join(tokens(text))


@cache
def word_table(name: str) -> list[dict[str, str]]:
    """The rows of a table of words in `sources/tables/`."""
    text = files("assetmap.sources.rows").joinpath("tables", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def shortened(text: str, length: int = 60) -> str:
    """A value short enough to stand in a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
