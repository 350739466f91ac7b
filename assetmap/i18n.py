"""How does a message become a sentence in the reader's language, with numbers and dates as that language writes them?

English sentences are the keys. The translations are gettext catalogues, `locale/<language>/LC_MESSAGES/assetmap.po`,
that any translator's tool can open, with the compiled `.mo` beside each. A folder more is a language more.

A number in a message is written with the language's separators; what is a name and not a quantity (a year, a code, a
coordinate) is therefore given as text. A `date` is written out. NaN is written as a dash: not known.
"""

from __future__ import annotations

import csv
import datetime
import gettext
import math
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from numbers import Real
from pathlib import Path
from typing import IO, Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from assetmap.errors import UnknownKey
from assetmap.messages import Label, Language, M, Message, Percent, fill

SOURCE = "en"
"""The language of the sentences in the code."""
FOLDER = Path(__file__).resolve().parent / "locale"
UNKNOWN = "–"
# who reads these reads the other well, and has no catalogue here
_NEAR = {"no": "nb", "nn": "nb"}


def say(message: Message | str, lang: str) -> str:
    """The sentence in a language; in English where the language lacks it.

    Args:
        message: A message, or an English sentence without places. Messages and lists among the values are said too.
        lang: One of `languages()`.

    Raises:
        UnknownKey: There is no such language.
    """
    if isinstance(message, str):
        message = Message(message)
    if not message.text:
        return ""
    catalogue = _catalogue(lang)
    if message.plural is None:
        sentence = catalogue.gettext(message.text)
    else:
        sentence = catalogue.ngettext(message.text, message.plural, 1 if message.count is None else message.count)
    return fill(sentence, {name: say_value(value, lang) for name, value in message.values().items()})


def say_value(value: Any, lang: str) -> str:
    """One value as a language writes it: numbers, dates, messages, and lists of these ("a, b and c")."""
    match value:
        case Message():
            return say(value, lang)
        case Label():
            return value.said(lang)
        case Percent():
            return percent(value, lang)
        case Language():
            return str(_locale(lang).languages.get(value, value))
        case str():
            return value
        case bool():
            return say(M("yes") if value else M("no"), lang)
        case Real():
            return number(float(value), lang)
        case datetime.date():
            return date(value, lang)
        case list() | tuple():
            return listing([say_value(item, lang) for item in value], lang)
    return UNKNOWN if value is None else str(value)


def number(value: float, lang: str, decimals: int = 2) -> str:
    """A number with the language's separators and at most so many decimals; a dash for NaN."""
    if not math.isfinite(value):
        return UNKNOWN
    return str(format_decimal(float(value), format=_decimals("#,##0", decimals), locale=_locale(lang)))


def percent(share: float | None, lang: str, decimals: int = 0) -> str:
    """A share between 0 and 1 as per cent; a dash for NaN."""
    if share is None or not math.isfinite(share):
        return UNKNOWN
    pattern = _locale(lang).percent_formats[None].pattern
    return str(format_percent(float(share), format=_decimals(pattern, decimals), locale=_locale(lang)))


def _decimals(pattern: str, decimals: int) -> str:
    return pattern.replace("#,##0", "#,##0." + "#" * decimals) if decimals else pattern


def date(day: datetime.date | str, lang: str) -> str:
    """A day written out ("21. november 2026"); text that is no ISO date is returned as it is."""
    if not isinstance(day, str):
        return str(format_date(day, format="long", locale=_locale(lang)))
    try:
        return date(datetime.date.fromisoformat(day[:10]), lang)
    except ValueError:
        return day


def listing(items: Iterable[str], lang: str) -> str:
    """Items as a sentence lists them: "a, b and c"."""
    return str(format_list(list(items), locale=_locale(lang)))


def languages() -> tuple[str, ...]:
    """The languages that there are: English, and every folder of `locale/` that holds a catalogue."""
    found = {path.parent.parent.name for path in FOLDER.glob("*/LC_MESSAGES/assetmap.mo")} | {SOURCE}
    return tuple(sorted(found))


def language_name(lang: str) -> str:
    """What a language calls itself: "Dansk", "Norsk bokmål"."""
    name = str(_locale(lang).get_display_name())
    return name[:1].upper() + name[1:]


def best_language(wanted: str | None) -> str:
    """The first of ours in what a browser or a system asks for (`nn-NO,da;q=0.8`, `nb_NO.UTF-8`); else English.

    Written Norwegian of either form, and plain "no", is answered in bokmål.
    """
    ranked = []
    for position, part in enumerate((wanted or "").split(",")):
        tag, _, weight = part.strip().partition(";q=")
        code = tag.replace("-", "_").split("_")[0].split(".")[0].lower()
        try:
            quality = float(weight or 1)
        except ValueError:
            quality = 0.0
        ranked.append((-quality, position, _NEAR.get(code, code)))
    known = languages()
    return next((code for _, _, code in sorted(ranked) if code in known), SOURCE)


_NORDIC = {"nb": {"æ": "{0", "ä": "{0", "ø": "{1", "ö": "{1", "å": "{2", "aa": "{2"}}
_NORDIC["da"] = _NORDIC["nb"]


def sort_key(text: str, lang: str) -> tuple[str, str]:
    """A key that puts names in the language's order: æ, ø, å after z in Norwegian and Danish, "Aa" as å; accents
    and capitals count only between names that are otherwise alike."""
    folded = unicodedata.normalize("NFC", text).casefold()
    for letter, place in _NORDIC.get(lang, {"æ": "ae", "ø": "o"}).items():
        folded = folded.replace(letter, place)
    plain = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return plain, text


def extract_norms(file: IO[bytes], *_: Any, **__: Any) -> Iterator[tuple[int, None, str, list[str]]]:
    """The sentences of the table of norms, for `pybabel extract` (see `locale/babel.cfg`)."""
    table = csv.DictReader(line.decode("utf-8") for line in file)
    for row in table:
        for column in ("statement", "status"):
            yield table.line_num, None, row[column], []


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    if lang not in languages():
        raise UnknownKey(
            M("There is no language “{lang}” here. Use one of: {known}.", lang=lang, known=", ".join(languages()))
        )
    if lang == SOURCE:
        return gettext.NullTranslations()
    with (FOLDER / lang / "LC_MESSAGES" / "assetmap.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@cache
def _locale(lang: str) -> Locale:
    try:
        return Locale.parse(lang)
    except (UnknownLocaleError, ValueError):
        return Locale(SOURCE)
