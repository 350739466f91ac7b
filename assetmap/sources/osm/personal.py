"""What in OpenStreetMap's tags may be somebody's own, though it hangs on a place?

Contacts and names that mappers wrote into free text, and doctors whose door is named after themselves: the place is
public, the person need not be. What is taken out is OpenStreetMap's and is not kept anywhere; only its number is told.
Tags that hold a telephone number or an e-mail address by their key are not even read (`assetmap.osm`).
"""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd

from assetmap.messages import Mn
from assetmap.model.issues import Issue
from assetmap.sources.rows.persons import is_surname, reads_as_person
from assetmap.sources.rows.private import take_out

_FREE = frozenset(
    "description note notes fixme comment comments remark remarks contact operator owner information text todo "
    "reservation membership admission fee charge attribution".split()
)
"""Parts of keys under which people write sentences."""
_WEB = frozenset(
    "website url image facebook instagram twitter youtube mastodon webcam wikimedia flickr mapillary panoramax".split()
)
_HOURS = ("opening_hours", "service_times", "collection_times")
_CODES = frozenset(
    "addr ref wikidata wikipedia capacity height width length ele level layer date street housenumber postcode city "
    "lat lon maxspeed gtfs fvst koes cvr pnummer orgnr orgnummer isil uuid id code".split()
)
_NAMES = frozenset("name brand artist architect subject network inscription".split())
_COMMENT = re.compile(r'\s*"([^"]*)"')
_TO_SOMEBODY = re.compile(r"\s*(?:mailto|tel|sms):", re.IGNORECASE)

_BORNE = re.compile(r"(?:(?:official|alt|short|loc|old|int|local)_)?name(?::.*)?|operator|owner|brand")
_TITLE = re.compile(
    r"(?:(?:dra?|prof|lcd[oa]|dña|doña|don)(?:\.\s*|\s+)|(?:doktor|doctor|(?:fast|øye|hud|øre|sykehus|spesial|tann)?"
    r"lege(?:n|ne|r)?|(?:almen|øjen|hud|øre|special|tand|specialtand|praktiserende\s+)?læge(?:n|r|rne)?|"
    r"(?:tand)?läkare|psykolog(?:spesialist)?|psychologist|(?:psyko)?terapeut|therapist|fysioterapeut|physiotherapist|"
    r"kiropraktor|chiropractor|jord(?:e)?mo(?:r|de?r)|barnmorska|midwife|osteopat|naprapat|fo[dt]terapeut|zoneterapeut|"
    r"homøopat|akupunktør|gyn[eæ]kolog|dentist|médico|psicólog[oa])\s+)+",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    r"klinik|clinic|clínica|klinikk|cent(?:er|re|ro|rum|ret)|senter|hus(?:et)?\b|gruppe|group|praksis|practice|apotek|"
    r"pharma|farmacia|hospital|sykehus|sygehus|sjukhus|kontor|va[kg]t|laborator|instit|helse|sundhed|\bA/?S\b|\bApS\b|"
    r"\bI/S\b|\bAB\b|\bLtd\b|dropin",
    re.IGNORECASE,
)
_DOCTOR = ("dr", "doktor", "doctor", "prof", "lcd")
_INITIALS = re.compile(r"^(?:[A-ZÆØÅ]\.\s*)+")
_AND = re.compile(r"\s*[,;/&+]\s*|\s+(?:og|and|och|y|[-–])\s+")


def without_persons(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Classified features with tags in which nobody's contact and no doctor's name stands, and how much was left out.

    Args:
        frame: Columns `tags` (dicts) and `category`.
    """
    contacts = borne = 0
    cleaned = []
    for tags, category in zip(frame["tags"], frame["category"], strict=True):
        public = {key: value for key, text in tags.items() if (value := public_text(key, text))}
        contacts += sum(public.get(key) != text for key, text in tags.items() if text)
        if category == "health_service":
            people = [key for key, text in public.items() if _BORNE.fullmatch(key) and is_practitioner(text)]
            public = {key: text for key, text in public.items() if key not in people}
            borne += bool(people)
        cleaned.append(public)
    said = []
    if contacts:
        told = Mn("One text of OpenStreetMap held what may be somebody's contact; that was left out.",
                  "{n} texts of OpenStreetMap held what may be somebody's contact; that was left out.",
                  contacts)  # fmt: skip
        said.append(Issue("osm-contact", told))
    if borne:
        told = Mn("One health service bears a person's name; it is shown without it.",
                  "{n} health services bear persons' names; they are shown without them.", borne)  # fmt: skip
        said.append(Issue("osm-person-name", told))
    return frame.assign(tags=pd.Series(cleaned, index=frame.index, dtype="object")), said


def public_text(key: str, text: str) -> str:
    """What of a tag's value may be shown, empty where nothing may; names of places, codes and hours stay."""
    *_, last = words = re.split(r"[:_]", key.lower())
    parts = set(words)
    if parts & _WEB:
        return ";".join(part for part in text.split(";") if not _TO_SOMEBODY.match(part) and "@" not in _left(part))
    if key.startswith(_HOURS) and "note" not in parts:
        public = _spoken(_COMMENT.sub(_public_comment, text))
        return text if public == text else public.strip(" ;,|")
    if last in _FREE or (parts & _FREE and not parts & _CODES):
        return take_out(text)[0]
    if parts & (_CODES | _NAMES) or not re.search(r"[^\W\d]|\+", text):
        return text
    return _spoken(text)


def is_practitioner(name: str) -> bool:
    """Whether a health service is called by somebody's own name (`Dr. Kari Normann`), and not by one of its own."""
    if _COMPANY.search(name):
        return False
    title = _TITLE.match(name)
    first = _AND.split(name[title.end() :] if title else name)[0].strip()
    first = _INITIALS.sub("", " ".join(first.split()[:3])) if title else first
    if reads_as_person(first, sure=title is not None):
        return True
    doctor = title is not None and title[0].lower().startswith(_DOCTOR)
    return bool(title) and len(first.split()) == 1 and (is_surname(first) or (doctor and first[:1].isupper()))


def _public_comment(comment: re.Match[str]) -> str:
    clean, out = take_out(comment[1])
    return comment[0] if not out else f' "{clean}"' if clean else ""


def _spoken(text: str) -> str:
    """A text without e-mail addresses and numbers that it calls telephone numbers; bare digits are no such."""
    if "@" not in text and not re.search(r"[^\W\d]{2}[.: ]*\+?\d|\+\d", text):
        return text
    return take_out(text, numbers=False, names=False)[0]


def _left(address: str) -> str:
    """What a link loses to `take_out`: the e-mail address in it, if any."""
    return " ".join(take_out(address, numbers=False, names=False)[1])
