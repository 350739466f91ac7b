"""What of a table's rows is set apart as private, and what is left to show?

Takes whole columns that may hold somebody's contact, single contacts out of every other text, and notes which rows
give somebody's home as their address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from re import Pattern

from assetmap.messages import M, Message
from assetmap.model.issues import Issue
from assetmap.sources.rows.addresses import Address, gives, parse_address
from assetmap.sources.rows.columns import Columns, guess_role
from assetmap.sources.rows.persons import joined_names, mentions, named, people_in, without_people
from assetmap.sources.rows.private import MARK, care_of, mostly_personal, take_out
from assetmap.sources.rows.texts import Texts
from assetmap.sources.rows.words import joined, shortened, tokens

_NUMERIC = frozenset({"lat", "lon", "x", "y", "point", "capacity", "postcode", "number", "letter", "ignore"})
_CODES = frozenset({"id", "org_number", "org_form", "municipality"})
_CODE_WORDS = frozenset(
    {"nr", "nummer", "number", "no", "id", "kode", "code", "numre", "dato", "date", "år", "ar", "aar"}
)
_CARE_OF_HEADERS = frozenset({"co", "coadresse", "conavn", "careof", "coaddress"})
_ADDRESSES = ("address", "street")
_KEPT = ("name", "category", "id", "org_number", "org_form", "city", "municipality")
"""Roles in which a person's name is not looked for: the asset's own name, and what names no person."""


@dataclass(frozen=True, eq=False)
class Apart:
    """A table in two halves.

    Attributes:
        texts: What may be shown: the same rows, without the private columns and without contacts in other text.
        columns: The columns with the private ones marked.
        values: What was set apart: (position of the row, header, value).
        homes: Positions of rows whose address is somebody's home: it names a person, or another value of the row says
            who lives at that door.
        issues: What was taken out of which row; never the value.
        notes: Which columns were found to be private by what they hold.
    """

    texts: Texts
    columns: Columns
    values: list[tuple[int, str, str]]
    homes: frozenset[int]
    issues: list[Issue]
    notes: list[Message]


def set_apart(texts: Texts, columns: Columns) -> Apart:
    """Part a table of texts into what may be shown and what may be personal.

    Args:
        texts: The table as it came.
    """
    found, notes = _by_content(texts, columns)
    columns = columns.with_roles(dict.fromkeys(found, "private"))
    hidden = columns.all("private")
    values = [(at, h, v) for h in hidden for at, v in enumerate(texts[h]) if v]
    homes = {at for at, h, v in values if joined(h) in _CARE_OF_HEADERS or (h in found and _names_care_of(v))}
    homes |= {at for at, _, v in values if _names_care_of(v) and _same_door(v, texts, columns, at)}
    shown = texts.without(hidden)
    issues: list[Issue] = []
    changes: dict[str, list[str]] = {}
    for header in shown.columns:
        if columns.roles[header] in _NUMERIC:
            continue
        cleaned = [_cell(v, header, columns.roles[header]) for v in shown[header]]
        for at, (_, out, home) in enumerate(cleaned):
            if home or any(_same_door(piece, texts, columns, at) for piece in out):
                homes.add(at)
            if out:
                values.append((at, header, shown[header][at]))
                issues.append(_taken_out(texts.rows[at], header))
        changes[header] = [text for text, _, _ in cleaned]
    homes |= _take_out_names(changes, columns, values, texts, issues)
    return Apart(shown.changed(changes), columns, values, frozenset(homes), issues, notes)


def _take_out_names(
    shown: dict[str, list[str]], columns: Columns, values: list[tuple[int, str, str]], texts: Texts, issues: list[Issue]
) -> set[int]:
    """Somebody who is named in a private value of a row is named nowhere else in it; the asset's own name stays.

    Returns:
        Positions of the rows whose address that person's home is.
    """
    kept = {(at, header) for at, header, _ in values}
    homes: set[int] = set()
    for at, names in _people(values, columns).items():
        pattern = mentions(names)
        for header, column in shown.items():
            if columns.roles[header] in _KEPT:
                continue
            clean, home = _without(names, pattern, column[at], header, columns.roles[header])
            if clean == column[at]:
                continue
            if home is None or any(_same_door(door, texts, columns, at) for door in home):
                homes.add(at)
            if (at, header) not in kept:
                values.append((at, header, texts[header][at]))
                issues.append(_taken_out(texts.rows[at], header))
            column[at] = clean if clean.replace(MARK, "").strip(" ,;:.-/()") else ""
    return homes


def _without(
    names: set[str], mentioned: Pattern[str], text: str, header: str, role: str
) -> tuple[str, list[str] | None]:
    """A text without the people of these names, and the doors given as theirs; None where it is the row's own one."""
    if role in _ADDRESSES:
        return without_people(text, names), None
    if guess_role(header)[0] in _ADDRESSES and without_people(text, names) != text:
        return "", [text]  # a second address, of which nothing is shown
    return mentioned.sub(MARK, text), [found["home"] for found in mentioned.finditer(text) if found["home"]]


def _people(values: Sequence[tuple[int, str, str]], columns: Columns) -> dict[int, set[str]]:
    """Full names in the private values of each row."""
    people: dict[int, set[str]] = {}
    split: dict[int, list[tuple[str, str]]] = {}
    for at, header, value in values:
        if columns.roles[header] == "private" or _names_care_of(value):
            people.setdefault(at, set()).update(people_in(value, joined(header)))
            split.setdefault(at, []).append((joined(header), value))
    for at, parts in split.items():
        people[at] |= joined_names(parts)
    return {at: names for at, names in people.items() if names}


def without_door(text: str, street: str) -> str:
    """A text of a row that gives somebody's home, empty where it names that street."""
    return "" if street and joined(street) and joined(street) in joined(text) else text


def tells_place(header: str) -> bool:
    """Whether a column may tell where a row is, also when another column was used for that."""
    return guess_role(header)[0] in ("lat", "lon", "x", "y", "point", "address", "street", "number", "letter")


def _by_content(texts: Texts, columns: Columns) -> tuple[list[str], list[Message]]:
    """Columns whose header is harmless, but whose values are contacts."""
    found: list[str] = []
    notes: list[Message] = []
    for header, role in columns.roles.items():
        if role in _NUMERIC or role == "private":
            continue
        values = texts[header]
        if role in ("address", "street"):
            values = [_at_somebodys(v)[0] for v in values]  # handled by row
        if role == "org_number":
            values = [v for v in values if not (v.isdigit() and len(v) == 10)]  # Danish production units
        if mostly_personal(values, codes=_holds_codes(header, role)):
            found.append(header)
            notes.append(
                M("Column “{column}” holds what look like people's contacts: kept apart, never shown.",
                  column=shortened(take_out(header)[0]))
            )  # fmt: skip
    return found, notes


def _holds_codes(header: str, role: str) -> bool:
    words = tokens(header)
    return role in _CODES or bool(words and (words[-1] in _CODE_WORDS or words[-1].endswith(("nr", "nummer", "dato"))))


def _cell(text: str, header: str, role: str) -> tuple[str, list[str], bool]:
    """The text that may be shown, what was taken out of it, and whether it names whose home the row's address is."""
    if not text or (role == "org_number" and text.isdigit()):
        return text, [], False
    if role in _ADDRESSES:
        rest, person = _at_somebodys(text)
        clean, out = take_out(rest, names=False)
        return clean, [*([person] if person else []), *out], bool(person)
    clean, out = take_out(text, numbers=not _holds_codes(header, role))
    if role == "operator" and out:  # whoever stands beside a contact is a person
        clean = ""
    return clean, out, _names_care_of(text)


def _at_somebodys(address: str) -> tuple[str, str]:
    """An address without "c/o Kari Nordmann" or "hos Kari Nordmann", and that part; empty where there is none."""
    rest, person = care_of(address)
    if not person and (spans := named(address, home=False)):
        start, end = spans[0]
        rest, person = address[end:].strip(" ,;"), address[start:end]
    return rest, person


def own_address(texts: Texts, columns: Columns, at: int) -> Address:
    """Street and number of a row's own address."""
    line = texts.at(at, columns.one("street")) or texts.at(at, columns.one("address"))
    number = texts.at(at, columns.one("number"))
    return parse_address(line, number=number and number + texts.at(at, columns.one("letter")))


def _same_door(value: str, texts: Texts, columns: Columns, at: int) -> bool:
    """Whether somebody's address ("c/o …" in a postal address) is the row's own."""
    return gives(value, own_address(texts, columns, at))


def _names_care_of(text: str) -> bool:
    return "c/o" in text.casefold().replace(" ", "") or "℅" in text


def _taken_out(row: str, header: str) -> Issue:
    return Issue(
        "contact-taken-out",
        M("Somebody's contact stood in “{column}”. It was taken out and kept apart.", column=shortened(header)),
        row, shortened(header),
    )  # fmt: skip
