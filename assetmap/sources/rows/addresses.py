"""Where is a street address, by the addresses that are already known?

Streets are compared after folding letters and abbreviations (`Færders gt.` is `Færders gate`), then with a small
tolerance for typing errors; the house number with its letter must be exact; postcode and town narrow the choice. What
stays ambiguous is not placed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from rapidfuzz import fuzz, process

from assetmap.messages import M, Message
from assetmap.sources.rows.private import care_of
from assetmap.sources.rows.words import fold, tokens

ALIKE = 90.0
"""Two streets that differ in spelling must be at least this alike (rapidfuzz ratio, 0 to 100)."""
SAME_M = 60.0
"""Known points of one address that lie closer together than this are one place (entrances of one house)."""
AREA_MIN = 5
"""Fewer known addresses than this are no area: their middle would point at somebody's door."""

_ABBREVIATIONS = (
    (re.compile(r"(gt|gata|gatan|gaten|gate|gd|gade|gaden)$"), "gate"),
    (re.compile(r"(vei|veg|vn|vegen|veien|vej|vejen|vag|vagen)$"), "vei"),
    (re.compile(r"(alle|alleen|aleen|allen)$"), "alle"),
    (re.compile(r"(plass|plassen|plads|pladsen|plats|platsen|pl)$"), "plass"),
    (re.compile(r"(strate|stratet|stredet|strede)$"), "strede"),
)
_SHORT_WORDS = {"v": "vei", "g": "gate", "al": "alle", "gl": "gamle", "st": "store", "nd": "nedre", "ov": "ovre"}
_CUT = re.compile(r"(?<=[a-z]{3})([gv])\.(?=\s|$)")
_POSTCODE = re.compile(r"^(?:(?:NO|N|DK|SE|S|FI|FIN)[- ]?)?(\d{4}|\d{3} ?\d{2})(?:\s+(\D.*))?$")
_TAIL = re.compile(r"[\s,]+(?:(?:NO|N|DK|SE|S|FI|FIN)-)?(\d{4}|\d{3} \d{2}|\d{5})\s+([^\d,]+)$")
_NUMBERED = re.compile(
    r"^(?P<street>.*?\D)\s*(?P<number>\d{1,4})\s?(?P<letter>[A-Za-z](?![A-Za-z]))?(?P<rest>[\s,/\-–].*)?$"
)
_NUMBER = re.compile(r"^\s*(\d{1,4})\s?([A-Za-z])?(?![A-Za-z\d])")
_BOX = re.compile(r"^(?:post|pst)?boks\b|^p\.?\s?(?:o\.?\s?)?b(?:ox|\.)|^postbox", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """The parts of an address, as written; empty where unknown. `number` has its letter, without a blank: `12B`."""

    street: str = ""
    number: str = ""
    postcode: str = ""
    city: str = ""

    def __str__(self) -> str:
        door = " ".join(filter(None, (self.street, self.number)))
        return ", ".join(filter(None, (door, self.area)))

    @property
    def area(self) -> str:
        """Postcode and town alone."""
        return " ".join(filter(None, (self.postcode, self.city)))


@dataclass(frozen=True)
class Placed:
    """Where an address is (Point, WGS84), or why not; `street` is the known spelling where it differs."""

    point: shapely.Point | None = None
    reason: Message | None = None
    street: str = ""


def parse_address(text: str, postcode: str = "", city: str = "", number: str = "") -> Address:
    """The parts of an address written in one line (`Færders gate 33, 1707 SARPSBORG`), "c/o" left out.

    Parts that are known from columns of their own win over those in the text.
    """
    rest, _ = care_of(text)
    found = Address()
    if tail := _TAIL.search(rest):
        found, rest = replace(found, postcode=tail[1].replace(" ", ""), city=tail[2].strip()), rest[: tail.start()]
    parts = [p for part in re.split(r"[,;\n]", rest) if (p := part.strip())]
    for part in parts:
        if not found.postcode and (code := _POSTCODE.match(part)):
            found = replace(found, postcode=code[1].replace(" ", ""), city=(code[2] or "").strip())
        elif not found.number and (door := _NUMBERED.match(part)) and not _BOX.match(part):
            found = replace(
                found, street=door["street"].strip(), number=f"{door['number']}{door['letter'] or ''}".upper()
            )
        elif not found.street and not _BOX.match(part) and not part[0].isdigit():
            found = replace(found, street=part)
        elif found.number and not found.city and part is parts[-1] and not re.search(r"\d", part):
            found = replace(found, city=part)
    return replace(
        found,
        number=house_number(number) or found.number,
        postcode=(postcode or found.postcode).replace(" ", ""),
        city=(city or found.city).strip(),
    )


def house_number(text: str) -> str:
    """A house number with its letter, without a blank and in capitals: `12 b` is `12B`; empty where there is none."""
    found = _NUMBER.match(text)
    return f"{found[1]}{found[2] or ''}".upper() if found else ""


def gives(text: str, address: Address) -> bool:
    """Whether a text gives the street and number of an address, also in another spelling."""
    if not address.street:
        return False
    there = parse_address(text)
    if street_key(there.street) == street_key(address.street) and there.number == address.number:
        return True
    door, said = tokens(f"{address.street} {address.number}"), tokens(text)
    return bool(door) and any(said[n : n + len(door)] == door for n in range(len(said) - len(door) + 1))


@lru_cache(maxsize=100_000)
def street_key(street: str) -> str:
    """A street's name with letters folded, abbreviations written out and nothing between its words."""
    written = _CUT.sub(lambda cut: _SHORT_WORDS[cut[1]], fold(street).replace("'", "").replace("’", ""))
    words = re.findall(r"[a-z0-9]+", written)
    if words and words[-1] in _SHORT_WORDS and len(words) > 1:
        words[-1] = _SHORT_WORDS[words[-1]]
    if words and words[0] in ("gl", "st"):
        words[0] = _SHORT_WORDS[words[0]]
    name = "".join(words)
    for pattern, full in _ABBREVIATIONS:
        written, changed = pattern.subn(full, name)
        if changed:
            return written
    return name


class AddressBook:
    """Known addresses, ready to be asked."""

    def __init__(self, known: gpd.GeoDataFrame) -> None:
        """Take in known addresses.

        Args:
            known: WGS84, Point geometry; columns `street`, `number` ("12B"), `postcode`, `city`, any of them missing.
        """
        known = known[known.geometry.notna() & ~known.geometry.is_empty]
        parts = {c: _texts(known, c) for c in ("street", "number", "postcode", "city")}
        points = known.geometry.array
        self._doors: dict[tuple[str, str], list[tuple[str, str, shapely.Point]]] = {}
        self._streets: dict[str, str] = {}
        self._areas: dict[str, list[shapely.Point]] = {}
        for street, number, postcode, city, point in zip(*parts.values(), points, strict=True):
            code = postcode.replace(" ", "")
            if code:
                self._areas.setdefault(code, []).append(point)
            key = street_key(street)
            if key and number:
                self._streets.setdefault(key, street)
                self._doors.setdefault((key, number.replace(" ", "").upper()), []).append((code, fold(city), point))
        self._near: dict[str, list[str]] = {}

    def place(self, address: Address) -> Placed:
        """Where an address is; the reason where it cannot be said."""
        if not address.street:
            return Placed(reason=M("the address names no street"))
        if not address.number:
            return Placed(reason=M("the address has no house number"))
        key = street_key(address.street)
        names = [key] if key in self._streets else self._alike(key)
        if not names:
            return Placed(reason=M("no known address has that street"))
        doors = [(name, *door) for name in names for door in self._doors.get((name, address.number), ())]
        if not doors:
            return Placed(reason=M("the street is known, but not that house number"))
        fitting = [d for d in doors if _fits(address, d[1], d[2])]
        if not fitting:
            return Placed(reason=M("that street and number is known only under another postcode or town"))
        if len({d[0] for d in fitting}) > 1 or not _together([d[3] for d in fitting]):
            return Placed(reason=M("several known addresses fit; postcode and town would tell them apart"))
        name = fitting[0][0]
        return Placed(fitting[0][3], street=self._streets[name] if name != key else "")

    def area(self, postcode: str) -> shapely.Point | None:
        """The middle of the known addresses of a postcode; None where too few are known to be an area."""
        points = self._areas.get(postcode.replace(" ", ""), [])
        return shapely.MultiPoint(points).centroid if len(points) >= AREA_MIN else None

    def _alike(self, key: str) -> list[str]:
        """Known streets that differ from this one as typing errors do: same first letter, same numbers."""
        if key not in self._near:
            found = process.extract(key, self._streets.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE, limit=5)
            alike = [(n, s) for n, s, _ in found if n[:1] == key[:1] and re.findall(r"\d", n) == re.findall(r"\d", key)]
            best = max((s for _, s in alike), default=0.0)
            self._near[key] = [n for n, s in alike if s >= best - 4]
        return self._near[key]


def _fits(address: Address, postcode: str, city: str) -> bool:
    if address.postcode and postcode:
        return address.postcode == postcode
    town = fold(address.city).strip()
    return not town or not city or town == city or town.startswith(city + " ") or city.startswith(town + " ")


def _together(points: list[shapely.Point]) -> bool:
    """Whether points (degrees) lie within `SAME_M` of the first one."""
    if len(points) == 1:
        return True
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    metres = 111_200 * np.hypot((lon - lon[0]) * np.cos(np.radians(lat[0])), lat - lat[0])
    return bool((metres <= SAME_M).all())


def _texts(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    return ["" if v is None or v != v else str(v).strip() for v in frame[column]]
