"""Under which numbers do public registers know this asset?

A number that passes its register's own check decides alone: two records with one organisation number are one
organisation, and two with different ones are two, whatever they are called and wherever they lie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from assetmap.model.change import Record

Verdict = Literal["same", "different"]
Ids = Mapping[str, frozenset[str]]

_NOT_A_LETTER = re.compile(r"[^a-zæøåäö0-9]+")
# Numbers of somebody else, or of the house: of whoever runs or owns it, of the chain, of the building.
_OF_ANOTHER = re.compile(r"operator|owner|brand|network|parent|overordnet|vatin|eier|ejer|drift|bygning|building|bbr")
_HINT = re.compile(r"org|cvr|nsr|brreg|wikidata|ref:|underenhet|overordnet|p.?n(?:umme)?r|produktion", re.IGNORECASE)


def norwegian(number: str) -> bool:
    """Whether nine digits are an organisation number of Brønnøysundregistrene: weighted sum, remainder of eleven."""
    return _weighted(number, (3, 2, 7, 6, 5, 4, 3, 2, 1)) and number[0] in "89"


def danish(number: str) -> bool:
    """Whether eight digits are a number of the Danish CVR: weighted sum, remainder of eleven."""
    return _weighted(number, (2, 7, 6, 5, 4, 3, 2, 1)) and number[0] != "0"


def _weighted(number: str, weights: tuple[int, ...]) -> bool:
    if len(number) != len(weights) or not (number.isascii() and number.isdigit()):
        return False
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0


def _item(text: str) -> bool:
    return re.fullmatch(r"Q[1-9]\d*", text) is not None


def _place_of_work(number: str) -> bool:
    return re.fullmatch(r"1\d{9}", number) is not None


_CHECKS: dict[str, Callable[[str], bool]] = {
    "no-org": norwegian, "dk-cvr": danish, "dk-p": _place_of_work, "wikidata": _item,
}  # fmt: skip
_KEYS: dict[str, frozenset[str]] = {
    "no-org": frozenset(
        "orgnr orgnummer organisasjonsnr organisasjonsnummer organisationsnummer orgno orgnumber organizationnumber "
        "organisationnumber organizationid organisationid nsrid nobarnehagensrid refudirnsr refnsr nsr refbrreg brreg "
        "reforgnr refnoorgnr refnobrc underenhet".split()
    ),
    "dk-cvr": frozenset("cvr cvrnr cvrnummer refcvr refdkcvr dkcvr".split()),
    "dk-p": frozenset("pnr pnummer produktionsenhed produktionsenhedsnummer refpnr refpnummer".split()),
    "wikidata": frozenset(["wikidata"]),
}
_REGISTER_OF = {key: register for register, keys in _KEYS.items() for key in keys}
_SOURCES = {"brreg": "no-org", "frivillighetsregisteret": "no-org", "nsr": "no-org", "nbr": "no-org", "cvr": "dk-cvr"}
_PARENTS = frozenset("overordnetenhet overordnet parentorganisation morselskap".split())


def registry_ids(record: Record) -> dict[str, frozenset[str]]:
    """The ids under which registers know an asset: register to its ids, each of which passes the register's check.

    They are looked for in the JSON of `tags`, in further columns of the record, and in `source_id` where the source is
    itself a register. Registers: `no-org`, `dk-cvr`, `dk-p` (a Danish place of work), `wikidata`, and `ref:…` for each
    named reference of OpenStreetMap. `no-org:parent` holds the number of the unit above.
    """
    found: dict[str, set[str]] = {}
    for register, number in _numbers(record):
        found.setdefault(register, set()).add(number)
    return {register: frozenset(ids) for register, ids in found.items()}


def telling(columns: Iterable[str]) -> list[str]:
    """The columns of a table in which a registry id may stand; the others need not be read."""
    return [column for column in columns if column in ("source", "source_id", "tags") or _HINT.search(column)]


def _numbers(record: Record) -> Iterator[tuple[str, str]]:
    yield from _checked(_SOURCES.get(str(record.get("source")), ""), record.get("source_id"))
    for key, value in _details(record):
        name = _NOT_A_LETTER.sub("", key.casefold())
        if name in _PARENTS:
            yield from (("no-org:parent", number) for _, number in _checked("no-org", value))
        elif _OF_ANOTHER.search(key.casefold()):
            continue
        elif name in _REGISTER_OF:
            yield from _checked(_REGISTER_OF[name], value)
        elif key.startswith("ref:") and 2 < len(str(value).strip()) < 60:
            yield key.casefold(), str(value).strip().casefold()


def _details(record: Record) -> Iterable[tuple[str, Any]]:
    """Keys and values in which a number may stand; a key without any hint of one costs nothing."""
    text = record.get("tags")
    own = [(key, value) for key, value in record.items() if value is not None and key != "tags" and _HINT.search(key)]
    if not isinstance(text, str) or not _HINT.search(text):
        return own
    try:
        tags = json.loads(text)
    except ValueError:
        return own
    return [*own, *tags.items()] if isinstance(tags, dict) else own


def _checked(register: str, value: object) -> Iterator[tuple[str, str]]:
    """The ids in one value, several parted by `;`. A spreadsheet's `973868756.0` counts, and `NO 973 868 756 MVA`."""
    check = _CHECKS.get(register)
    if check is None or value is None:
        return
    for part in re.split(r"[;,]", str(value)):
        text = part.strip() if register == "wikidata" else _digits(part)
        if check(text):
            yield register, text


def _digits(text: str) -> str:
    plain = re.sub(r"\.0+$", "", text.strip())
    return re.sub(r"(?i)^(?:no|dk)[\s-]?|mva$|[\s.]", "", plain)


def verdict(one: Ids, other: Ids) -> Verdict | None:
    """What the ids of two assets decide: the same thing, different things, or nothing.

    A shared id of any register decides first. A register that knows both under different ids tells them apart, unless
    one of the two is the unit above the other.
    """
    common = [register for register in one if register in other and not register.endswith(":parent")]
    if any(one[register] & other[register] for register in common):
        return "same"
    if any(_above(one, other, register) for register in common):
        return None
    return "different" if common else None


def _above(one: Ids, other: Ids, register: str) -> bool:
    parent = f"{register}:parent"
    none: frozenset[str] = frozenset()
    return bool(one.get(parent, none) & other[register] or other.get(parent, none) & one[register])
