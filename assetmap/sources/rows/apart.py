"""What of a table's rows is set apart as private, and what is left to show?

Takes whole columns that may hold somebody's contact, single contacts out of every other text, and notes which rows
give somebody's home as their address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assetmap.messages import M, Message, Mn
from assetmap.model.issues import Issue
from assetmap.sources.rows.addresses import parse_address
from assetmap.sources.rows.columns import Columns, guess_role
from assetmap.sources.rows.private import MARK, care_of, mostly_personal, take_out
from assetmap.sources.rows.texts import Texts
from assetmap.sources.rows.words import joined, shortened, tokens

_NUMERIC = frozenset({"lat", "lon", "x", "y", "point", "capacity", "postcode", "number", "letter", "ignore"})
_CODES = frozenset({"id", "org_number", "org_form", "municipality"})
_CODE_WORDS = frozenset(
    {"nr", "nummer", "number", "no", "id", "kode", "code", "numre", "dato", "date", "år", "ar", "aar"}
)
_CARE_OF_HEADERS = frozenset({"co", "coadresse", "conavn", "careof", "coaddress"})
_PERSON = re.compile(r"\b[A-ZÆØÅÄÖÉ][a-zæøåäöéü\-]+(?: [A-ZÆØÅÄÖÉ][\wæøåäöéü.\-]*){1,3}")


@dataclass(frozen=True, eq=False)
class Apart:
    """A table in two halves.

    Attributes:
        texts: What may be shown: the same rows, without the private columns and without contacts in other text.
        columns: The columns with the private ones marked.
        values: What was set apart: (position of the row, header, value).
        homes: Positions of rows that name somebody ("c/o") in their address or anywhere else.
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
            if home:
                homes.add(at)
            if out:
                values.append((at, header, shown[header][at]))
                issues.append(_taken_out(texts.rows[at], header))
        changes[header] = [text for text, _, _ in cleaned]
    _take_out_names(changes, columns, values, texts.rows, issues)
    return Apart(shown.changed(changes), columns, values, frozenset(homes), issues, notes)


def _take_out_names(
    shown: dict[str, list[str]], columns: Columns, values: list[tuple[int, str, str]], rows: Sequence[str],
    issues: list[Issue],
) -> None:  # fmt: skip
    """Somebody who is named in a private value of a row is named nowhere else in it; the asset's own name stays."""
    people: dict[int, set[str]] = {}
    kept = {(at, header) for at, header, _ in values}
    for at, header, value in values:
        if columns.roles[header] == "private" or _names_care_of(value):
            people.setdefault(at, set()).update(_people(value))
    for at, names in people.items():
        if not names:
            continue
        pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")\b")
        for header, texts in shown.items():
            if columns.roles[header] in ("name", "category", "id", "org_number", "org_form", "city", "municipality"):
                continue
            clean = pattern.sub(MARK, texts[at])
            if clean != texts[at]:
                if (at, header) not in kept:
                    values.append((at, header, texts[at]))
                    issues.append(_taken_out(rows[at], header))
                texts[at] = "" if not clean.replace(MARK, "").strip(" ,;:.-/()") else clean


def _people(value: str) -> set[str]:
    """Full names in a private value ("Kari Nordmann", "c/o Kari Nordmann, …"), and the first names in them."""
    found = _PERSON.findall(value)
    return {*found, *(name.split()[0] for name in found if len(name.split()[0]) > 2)}


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
            values = [care_of(v)[0] for v in values]  # an address at somebody's is still an address: handled by row
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


def _cell(text: str, header: str, role: str) -> tuple[str, bool, bool]:
    """The text that may be shown, whether something was taken out, and whether it names somebody's home."""
    if not text:
        return "", False, False
    if role == "org_number" and text.isdigit():
        return text, False, False
    home = bool(care_of(text)[1]) if role in ("address", "street") else _names_care_of(text)
    rest = care_of(text)[0] if home and role in ("address", "street") else text
    clean, out = take_out(rest, numbers=not _holds_codes(header, role))
    if role == "operator" and out:  # whoever stands beside a contact is a person
        return "", True, home
    return clean, bool(out) or rest != text, home


def _same_door(value: str, texts: Texts, columns: Columns, at: int) -> bool:
    """Whether a private value ("c/o …" in a postal address) names the street of the row's own address."""
    own = parse_address(texts.at(at, columns.one("street")) or texts.at(at, columns.one("address"))).street
    return bool(own) and joined(own) in joined(value)


def _names_care_of(text: str) -> bool:
    return "c/o" in text.casefold().replace(" ", "") or "℅" in text


def _taken_out(row: str, header: str) -> Issue:
    return Issue(
        "contact-taken-out",
        M("Somebody's contact stood in “{column}”. It was taken out and kept apart.", column=shortened(header)),
        row, shortened(header),
    )  # fmt: skip


def counted(values: int) -> list[Message]:
    """A sentence that says how much was set apart."""
    if not values:
        return []
    return [Mn("One value that may be somebody's contact was kept apart.",
               "{n} values that may be somebody's contact were kept apart.", values)]  # fmt: skip
