"""Which words of a text are a person's name?

Two or more capitalised words are one when the first is a given name that many bear, or, right after a word such as
"contact" or "ring", when nothing in them is a word for an institution or a place. What follows as that person's street
and number belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from assetmap.sources.rows.words import word_table

_UP = "A-ZÆØÅÄÖÉÜÁÍÓÚÐÞŁŠŽ"
_LOW = "a-zæøåäöéüáíóúðþèàñçłńśšžý'’"
_WORD = rf"(?:[{_UP}]['’])?[{_UP}][{_LOW}]+(?:-[{_UP}][{_LOW}]+)*"
_GAP = r"[^\S\n]+"
_MORE = rf"(?:{_WORD}|[{_UP}](?:\.|(?!\w))|(?:de|del|van|von|af|av)(?!\w))"
_NAME = rf"{_WORD}(?:{_GAP}{_MORE}){{0,3}}(?!\w)"
FULL_NAME = re.compile(rf"(?<!\w){_WORD}(?:{_GAP}{_MORE}){{1,3}}(?!\w)")

_STREET_WORDS = (
    "gate|gata|gaten|gade|gaden|gatan|vei|veien|veg|vegen|vej|vejen|väg|vägen|street|road|lane|avenue|plass|plassen|"
    "plads|pladsen|plats|platsen|torg|torget|torv|torvet|alle|allé|alleen|square|park|parken|stræde|strede|stien|"
    "brygge|terrasse|bro|bru|vænge"
)
_INSTITUTION = re.compile(
    rf"(?:{_STREET_WORDS}|hus|huset|lag|laget|kor|koret|vel|bank|banken|kors|hall|hallen|scene|scenen|sogn|fond|team|"
    r"group|bydel|bydelen|cottage|volunteers|friends|neighbours|stue|stua|stuen|minde|minne|klinik|klinikk|info|"
    r"\w*(?:skole|skolen|bibliotek|biblioteket|kirke|kirken|kommune|kommunen|forening|foreningen|senter|senteret|center|"
    r"centeret|centret|sentral|sentralen|central|centralen|klubb|klubben|klub|klubben|museum|museet|teater|teatret|"
    r"barnehage|barnehagen|børnehave|børnehaven|sykehus|sygehus|sykehuset|hospital|apotek|apoteket|kafe|kafé|kafeen|"
    r"cafe|café|restaurant|hotell|hotel|kontor|kontoret|etat|etaten|direktorat|direktoratet|departementet|stiftelse|"
    r"stiftelsen|stasjon|stasjonen|station|stationen|utvalg|udvalg|utvalget|udvalget|styret|avdeling|avdelingen|"
    r"afdeling|afdelingen|tjeneste|tjenesten|telefon|telefonen|hjelp|hjelpen|hjælp|hjælpen|korps|korpset|menighet|"
    r"menigheten|menighed|menigheden|mission|missionen|misjon|misjonen|armeen|armeens|helse|omsorg|selskap|selskapet|"
    r"selskab|selskabet|forbund|forbundet|nettverk|netværk|council|library|church|school|centre|society|association|"
    r"trust|club|office|services?|university|college|(?:kultur|samfunns|råd|folke|læge|lege|sundheds|helse|medborger|"
    r"forsamlings|beboer|bydels|grende|menighets|ungdoms|forenings|aktivitets)hus(?:et)?|lægehuset|"
    r"(?:idretts|boretts|grende|bonde|helse|sanitets|bygde|ungdoms|teater|musikk|skytter|historie)lag(?:et)?|"
    r"(?:barne|manns|mands|kvinne|blande)kor(?:et)?|(?:idretts|idræts|sports|flerbruks|svømme)hall?(?:en)?|"
    r"idrett|idræt|fotball|fodbold|håndball|håndbold|frivillighet|frivillighed|frivillige))"
)  # fmt: skip
_NO_NAME = re.compile(
    r"(?:mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|måndag|tisdag|torsdag|lördag|söndag|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday)(?:er|e|s|ar|en)?|januar|februar|mars|marts|april|mai|maj|juni|juli|"
    r"september|oktober|november|desember|december|january|february|march|may|june|july|october|"
    r"den|det|de|en|et|ei|the|an|our|your|local|gamle|nye|ny|store|lille|vesle|røde|rødt|blå|grønne|grønt|hvite|svarte|"
    r"sorte|norsk|norske|dansk|danske|svensk|svenska|finsk|mental|frivillig|ung|unge|alle|vår|vårt|våre|vores|din|"
    r"sankt|st|saint|new|old|royal|red|blue|green|age|help|north|south|east|west|nord|sør|syd|øst|vest|nordre|søndre|"
    r"østre|vestre|indre|ytre|øvre|nedre|midtre|sentrum|centrum|centre|oslo|bergen|trondheim|stavanger|tromsø|"
    r"sarpsborg|fredrikstad|drammen|kristiansand|københavn|aarhus|århus|odense|aalborg|ålborg|esbjerg|gentofte|"
    r"hellerup|frederiksberg|randers|stockholm|göteborg|malmö|norge|danmark|sverige|norway|denmark|sweden|uke|uge|week|"
    r"telefon|tlf|mobil|tel|mob|epost|mail|facebook|messenger|instagram|side|rom|rum|room|sal|nr|kl|klokken"
)  # fmt: skip
_SURNAME = re.compile(rf"[{_UP}][{_LOW}]{{2,}}(?:sen|son|datter|dotter|dóttir)s?")

_SURE_CUE = (
    r"(?i:kontakt(?:e|er|es|person(?:en)?)?|ring(?:e|er)?|sp[øö]r(?:re|ge|g|r)?|fråga|contact|call|phone|ask|text|"
    r"skriv(?:e)?|henvend(?:elser?)?(?:\s+(?:deg|dig|jer|dere))?|påmelding|tilmelding|anmälan|leder|leiar|formann|"
    r"formand|styreleder|ansvarlig|c\s?/\s?o|v/)(?![\w])"
)
_CUE = re.compile(
    rf"(?<!\w)(?:(?P<sure>{_SURE_CUE}|(?i:c\s?/\s?o|v/))(?P<between>(?:{_GAP}[a-zæøåäö]+){{0,3}})[:.]?\s*|"
    rf"(?P<near>(?i:ved|hos|hjemme\s+hos|hemma\s+hos|at)):?{_GAP})(?P<name>{_NAME})"
)
_HOME = re.compile(
    r"\s*,?\s*(?:(?:som|der|who)\s+)?(?:(?:bor|boende|lives)\s+)?(?:(?:i|på|in|at)\s+)?"
    rf"(?:(?!(?i:{_NO_NAME.pattern})(?!\w))[{_UP}][\w.'’\-]*(?:{_GAP}(?!kl\b)[\w.'’\-]+){{0,3}}?"
    rf"{_GAP}\d{{1,4}}(?:\s?[A-Za-z])?(?![\w:]|[.\-–]\d)(?:,?\s*\d{{4,5}}\s+[{_UP}]\w+)?"
    rf"|\d{{1,4}}[A-Za-z]?(?:{_GAP}{_WORD}){{1,2}}{_GAP}(?i:street|st|road|rd|lane|avenue|close|drive|terrace)(?!\w))"
)
_FORM = re.compile(rf"{_GAP}(?:[{_UP}]{{2,}}|A/S|ApS|I/S)(?!\w)")
_NEXT = re.compile(rf"{_GAP}(\w+)")
_NEAR = 80
_BEFORE = re.compile(
    rf"(?<!\w)({_NAME})\s*[,:;(\-–]*\s*(?:(?i:på|on|at|tlf|tel|mob|mobil|telefon|epost|e-post|mail)[.:]?\s*)?$"
)
_BEHIND = re.compile(rf"\s*[,:;(\-–]*\s*({_NAME})\)?")
_FIRST_NAME = frozenset("fornavn firstname givenname förnamn".split())
_LAST_NAME = frozenset("etternavn efternavn lastname surname efternamn familyname".split())
_TITLES = frozenset("fam familien familie fru herr hr frk mr mrs ms co c o v att hos ved".split())


def is_given_name(word: str) -> bool:
    """Whether many people bear this name; a double name by its first part."""
    return word in _given_names() or word.partition("-")[0] in _given_names()


def is_surname(word: str) -> bool:
    """Whether a word ends as many surnames do: Hansen, Svensson, Jónsdóttir."""
    return bool(_SURNAME.fullmatch(word))


def is_institution(text: str) -> bool:
    """Whether a text has a word for an institution, a club, a building or a street in it."""
    return any(_INSTITUTION.fullmatch(word) for word in re.findall(r"\w+", text.lower()))


def reads_as_person(text: str, sure: bool = False) -> bool:
    """Whether a text as a whole reads as somebody's first and last name.

    Args:
        text: Such as `Kari Nordmann`.
        sure: Something before it says that a person follows; then the name need not be a common one.
    """
    words = text.split()
    if len(words) < 2 or not FULL_NAME.fullmatch(text.strip()) or is_institution(text):
        return False
    if is_given_name(words[0]) or (_SURNAME.fullmatch(words[-1]) and not _NO_NAME.fullmatch(words[0].lower())):
        return True
    return sure and not words[0].endswith("s") and not any(_NO_NAME.fullmatch(w.lower().rstrip(".")) for w in words)


def named(text: str, home: bool = True) -> list[tuple[int, int]]:
    """Where somebody is named after a word such as "contact", "ring", "hos"; with the address right behind the name.

    Args:
        text: Any text.
        home: Whether street and number behind the name belong to it.
    """
    spans = []
    for cue in _CUE.finditer(text):
        start, end = cue.span("name")
        name = _without_street(cue["name"], text[end:])
        end = start + len(name)
        behind = _NEXT.match(text, end)
        if _FORM.match(text, end) or (behind and name == cue["name"] and is_institution(behind[1])):
            continue
        direct = bool(cue["sure"]) and not cue["between"]
        alone = direct and is_given_name(name) and not (behind and behind[1][0].isupper())
        if not (alone or reads_as_person(name, sure=direct)):
            continue
        address = _HOME.match(text, end) if home else None
        spans.append((start, address.end() if address else end))
    return spans


def _without_street(name: str, rest: str) -> str:
    """`Kari Nordmann Storgata` before a house number is a name and a street of one word."""
    words = name.split()
    if len(words) > 2 and re.match(r"\s+\d", rest) and not _INSTITUTION.fullmatch(words[-1].lower()):
        return name[: name.rindex(words[-1])].rstrip()
    return name


def beside(text: str, start: int, end: int) -> tuple[int, int]:
    """A contact's place in a text, widened by the name that stands right before or behind it."""
    near = max(0, start - _NEAR)
    before = _BEFORE.search(text[near:start])
    behind = _BEHIND.match(text[end : end + _NEAR])
    start = near + before.start() if before and reads_as_person(before[1]) else start
    return start, end + behind.end() if behind and reads_as_person(behind[1]) else end


def people_in(value: str, header: str = "") -> set[str]:
    """Full names in a private value ("c/o KARI NORDMANN, …"); streets, towns and institutions are none.

    Args:
        value: The value.
        header: The folded header over it; under one of addresses a name must be a common one.
    """
    address = "adress" in header or "address" in header or header in ("bopal", "c/o")
    plain = re.sub(rf"(?<!\w)[{_UP}]{{2,}}(?!\w)", lambda m: m[0].capitalize(), value)
    found = set()
    for name in FULL_NAME.finditer(plain):
        street = re.match(rf"\s+(?:\d|(?i:{_STREET_WORDS})(?!\w))", plain[name.end() :])
        town = re.search(r"\d{3,5}\s+$", plain[: name.start()])
        if not street and not town and not is_institution(name[0]) and (not address or reads_as_person(name[0])):
            found.add(name[0])
    return found


def joined_names(values: Iterable[tuple[str, str]]) -> set[str]:
    """The full name of a row that has first and last name in columns of their own: (folded header, value)."""
    parts = list(values)
    first = [v for h, v in parts if h in _FIRST_NAME and v]
    last = [v for h, v in parts if h in _LAST_NAME and v]
    return {f"{one} {other}" for one in first for other in last}


def mentions(names: Iterable[str]) -> re.Pattern[str]:
    """Finds people in a text by their full names, in full, turned round, shortened, by first name, and inflected; with
    the address that stands right behind a name."""
    forms = [form for name in sorted(names, key=len, reverse=True) for form in _forms(name)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?:['’]?s|['’])?(?!\w)(?P<home>{_HOME.pattern})?")


def _forms(name: str) -> list[str]:
    words = name.split()
    first, last = re.escape(words[0]), re.escape(words[-1])
    full = r"\s+".join(map(re.escape, words))
    forms = [
        rf"(?i:{full})",
        rf"(?i:{first})(?:\s+[{_UP}][\w.\-]*){{0,2}}?\s+(?i:{last})",
        rf"(?i:{last}),?\s+(?i:{first})",
        rf"{first[0]}\.?\s?{last}",
        rf"(?i:fam(?:ilien?|\.)?|fru|herr|hr\.?|frk\.?|mrs?\.?|ms\.?)\s+{last}",
    ]
    forms += [first] if len(words[0]) > 2 else []
    return [*forms, *([last] if _SURNAME.fullmatch(words[-1]) else [])]


def without_people(address: str, names: Iterable[str]) -> str:
    """An address without the people of these names: `Per Olsen, Alrunevej 11` is `Alrunevej 11`; streets that are named
    after somebody (`Ole Bulls plass 3`) stay whole."""
    rest = address
    for name in sorted(names, key=len, reverse=True):
        for form in _forms(name)[:4]:
            rest = re.sub(rf"(?<!\w){form}(?!\w)(?!\s+(?i:{_STREET_WORDS})(?!\w))", "", rest)
    words = {w.lower() for name in names for w in re.findall(r"\w+", name)}
    parts = re.split(r"(?<=[,;\n])", rest)
    parts = [part for n, part in enumerate(parts) if not _only(part, words, first=n == 0)]
    return rest and re.sub(r"\s*,(?:\s*,)+", ",", "".join(parts)).strip(" ,;\n")


def _only(part: str, words: set[str], first: bool) -> bool:
    """Whether a part of an address is nothing but somebody's name; one word alone only where no town can stand."""
    found = re.findall(r"\w+", part.lower())
    if not words.intersection(found) or not words | _TITLES >= set(found):
        return False
    return first or len(found) > 1 or found[0].endswith("sen")


@cache
def _given_names() -> frozenset[str]:
    return frozenset(name for row in word_table("given_names.csv") for name in row["names"].split(";"))
