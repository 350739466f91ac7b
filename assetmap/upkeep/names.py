"""When do two names mean the same thing, and when does a name mean nothing?

Registers, maps and spreadsheets write one name in many ways: without its æ, ø and å, with a legal form behind it, in
capitals, shortened. Here they come to one plain form. A name that only says what sort of thing it is ("Lekeplass") is
generic: two of those being equal says nothing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import chain

from assetmap.model.taxonomy import taxonomy

# Both ways: whoever writes `æ` and whoever writes `ae` or `a` for it come to the same letter.
_LETTERS = str.maketrans({"æ": "a", "ä": "a", "ø": "o", "ö": "o", "å": "a", "ß": "ss", "ð": "d", "đ": "d", "þ": "th",
                          "ł": "l", "ŋ": "n", "ŧ": "t", "ü": "u"})  # fmt: skip
_PAIRS = re.compile(r"aa|ae|oe")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_NUMBERED = re.compile(r"\d+(?:\s?[a-zæøå](?!\w))?")
_NUMBER = re.compile(r"0*(\d+)\s?(\w?)")
_SIGNS = re.compile(r"['’`´]")
_AND = re.compile(r"\s*[&+]\s*")
# Legal forms with a stroke or points are joined before the name is cut into words: `A/S`, `I/S`, `f.m.b.a.`.
_FORM = re.compile(r"(?<!\w)(?:a/?s|a/l|b/a|i/s|k/s|p/s|s/i|s\.?m\.?b\.?a|f\.?m\.?b\.?a|a\.m\.b\.a)\.?(?!\w)")

LEGAL = frozenset(
    "as asa sa ans da ba al nuf sti stiftelse stiftelsen samvirkeforetak selskap forening foreningen "  # Norwegian
    "aps ivs amba fmba smba fond fonden selvejende institution "  # Danish
    "ab hb ideell ekonomisk oy oyj ry rf".split()  # Swedish, Finnish
)
"""Words that tell how something is organised, not what it is called; as part of a longer word they stay."""

SHORT: dict[str, dict[str, str]] = {
    "nb": {"bhg": "barnehage", "bhage": "barnehage", "skl": "skole", "usk": "ungdomsskole", "vgs": "videregående skole",
           "bibl": "bibliotek", "avd": "", "avdeling": "", "il": "idrettslag", "fk": "fotballklubb", "gt": "gate",
           "vn": "veien", "ndr": "nedre", "sdr": "søndre", "kom": "kommune", "skt": "sankt", "st": "sankt",
           "menigh": "menighet", "lekepl": "lekeplass", "sykehj": "sykehjem", "frivsentral": "frivilligsentral"},
    "da": {"bh": "børnehave", "vugg": "vuggestue", "kbh": "københavn", "kbhvn": "københavn", "afd": "", "afdeling": "",
           "gl": "gammel", "ndr": "nørre", "bib": "bibliotek", "legepl": "legeplads", "forsamlingsh": "forsamlingshus",
           "boldkl": "boldklub"},
    "sv": {"fsk": "förskola", "bibl": "bibliotek", "gbg": "göteborg", "sthlm": "stockholm", "avdelning": ""},
    "fi": {"pk": "päiväkoti", "hki": "helsinki", "kirj": "kirjasto"},
}  # fmt: skip
"""Short forms and what they stand for (nothing: the word may go), per language.

Where two languages use one for two things, the earlier one wins.
"""
_ENDINGS = (
    (re.compile(r"(?<=\w{3})(?:gt|g)\.(?!\w)"), "gate"),
    (re.compile(r"(?<=\w{3})(?:vn|v)\.(?!\w)"), "veien"),
    (re.compile(r"(?<=\w{3})skl\.?(?!\w)"), "skole"),
)

_GENERIC = (
    "lekeplass lekepark legeplads naturlegeplads lekplats leikkipaikka playground park parken parkomrade grontomrade "
    "gront omrade barnehage barnehagen familiebarnehage bornehave bornehus vuggestue daginstitution forskola skole "
    "skolen folkeskole grunnskole barneskole ungdomsskole videregaende kirke kirken kyrka kirkko moske tempel bedehus "
    "bibliotek biblioteket folkebibliotek hovedbibliotek filial ballbane ballplass ballokke fotballbane fodboldbane "
    "boldbane multibane kunstgressbane skatepark naermiljoanlegg skatebane idrettshall idratshal idrettslag "
    "idrettsplass gymsal svommehall svommehal badeplass badestrand badested toalett toilet wc benk benker drikkevann "
    "parkering kiosk kafe cafe butikk butik apotek tannlege lege legesenter helsestasjon sykehjem plejehjem "
    "eldresenter forsamlingshus grendehus samfunnshus bydelshus kulturhus ungdomshus fritidsklubb fritidsklub klubb "
    "klub klubbhus museum minnesmerke statue torg torget torv plass plassen plads gapahuk shelter balplads grillplass "
    "turvei utsiktspunkt holdeplass stoppested kolonihage kolonihave parsellhage senter"
)
_FILLERS = (
    "kommunal kommunale kommunalt offentlig offentlige offentligt privat private ny nye nytt liten lille lite stor "
    "store gammel gamle ute utendors den det de en et ett og i pa ved til for av af fra med nr nummer"
)


@lru_cache(maxsize=400_000)
def fold(text: str) -> str:
    """Lower case with Nordic letters as plain ones: `Færder`, `Faerder` and `FARDER` are all `farder`."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return _PAIRS.sub(lambda pair: pair[0][0], plain)


@lru_cache(maxsize=400_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in its own order, folded and written out, without legal forms.

    A name of nothing but legal forms keeps them: "Foreningen" is what somebody called it.
    """
    text = _AND.sub(" og ", _SIGNS.sub("", unicodedata.normalize("NFC", name).casefold()))
    text = _FORM.sub(" ", text) if _WORD.search(_FORM.sub(" ", text)) else text
    for ending, whole in _ENDINGS:
        text = ending.sub(whole, text)
    short = _short()
    written = [short.get(word, word) for word in _WORD.findall(fold(text))]
    every = tuple(word for word in " ".join(written).split() if word)
    return tuple(word for word in every if word not in LEGAL) or every


@lru_cache(maxsize=400_000)
def comparable(name: str) -> str:
    """The words of a name in alphabetical order, so that a plain comparison is one whatever the order."""
    return " ".join(sorted(words(name)))


@lru_cache(maxsize=400_000)
def distinctive(name: str) -> str:
    """The words that tell this one from others of its sort, in alphabetical order; empty for a generic name."""
    plain = _plain_words()
    return " ".join(sorted(word for word in words(name) if word not in plain and not word.isdigit()))


def is_generic(name: str) -> bool:
    """Whether a name only says what sort of thing it is ("Lekeplass", "Park 2"), so that it is evidence of nothing."""
    return not distinctive(name)


@lru_cache(maxsize=400_000)
def numbers(name: str) -> frozenset[str]:
    """The numbers in a name with their letters; Vogts gate 32 A and 32 B are two places, however alike the names."""
    return frozenset(_NUMBER.sub(r"\1\2", number) for number in _NUMBERED.findall(name.casefold()))


@cache
def _short() -> dict[str, str]:
    languages = reversed(list(SHORT.values()))
    return {short: fold(whole) for short, whole in chain.from_iterable(words.items() for words in languages)}


@cache
def _plain_words() -> frozenset[str]:
    """Every word that names a sort of thing, or none at all."""
    labels = chain.from_iterable(category.labels.values() for category in taxonomy().values())
    named = chain.from_iterable(_WORD.findall(fold(label)) for label in labels)
    return frozenset(chain(named, map(fold, _GENERIC.split()), map(fold, _FILLERS.split()), LEGAL))
