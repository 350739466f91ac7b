"""What does each column of a table hold, to judge by its header?

Headers are compared with `tables/header_words.csv` (Norwegian, Danish, Swedish, English, some Finnish): the whole
header, then single words and compounds in it, then near misses. A saved mapping wins over every guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz, process

from assetmap.errors import InputError
from assetmap.messages import M, Message, Percent
from assetmap.sources.rows.words import joined, shortened, tokens, word_table

ROLES: dict[str, Message] = {
    "name": M("the name"),
    "category": M("the category"),
    "description": M("the description"),
    "address": M("the address"),
    "street": M("the street"),
    "number": M("the house number"),
    "letter": M("the letter of the house number"),
    "postcode": M("the postcode"),
    "city": M("the postal town"),
    "lat": M("the latitude"),
    "lon": M("the longitude"),
    "x": M("the east coordinate"),
    "y": M("the north coordinate"),
    "point": M("both coordinates"),
    "hours": M("the opening hours"),
    "website": M("the website"),
    "capacity": M("the capacity"),
    "operator": M("the operator"),
    "org_number": M("the organisation number"),
    "id": M("the id"),
    "org_form": M("the form of organisation"),
    "wheelchair": M("wheelchair access"),
    "municipality": M("the municipality"),
    "ownership": M("the form of ownership"),
    "tag": M("a detail"),
    "private": M("private"),
    "ignore": M("nothing"),
}
MANY = frozenset({"category", "id", "municipality", "ownership", "tag", "private", "ignore"})
"""Roles that several columns may have; every other role goes to the best column."""
_PLACING = (("lat", "lon"), ("x", "y"))
_NOISE = frozenset(
    "utm euref euref89 etrs etrs89 wgs wgs84 epsg zone sone grader degrees deg dd decimal desimal m meter metre "
    "koordinatsystem sweref tm gk gps 84 89 99 32 33 34 35 4326 25832 25833 25834 25835 3857 4258".split()
)
_TWIN = re.compile(r" \(\d+\)$")


@dataclass(frozen=True)
class Columns:
    """What the columns hold.

    Attributes:
        roles: Role of every header, in the file's order; `tag` where nothing else is known.
        sure: How sure each guess is, 0 to 1; 1 where the mapping says it.
        mapped: Headers that a saved mapping names.
    """

    roles: dict[str, str]
    sure: dict[str, float] = field(default_factory=dict)
    mapped: frozenset[str] = frozenset()

    def one(self, role: str) -> str | None:
        """The column of that role, or None."""
        return next((header for header, r in self.roles.items() if r == role), None)

    def all(self, role: str) -> list[str]:
        """Every column of that role, in the file's order."""
        return [header for header, r in self.roles.items() if r == role]

    def with_roles(self, changes: Mapping[str, str]) -> Columns:
        """The same columns with other roles for some."""
        return Columns({**self.roles, **changes}, self.sure, self.mapped)

    def notes(self) -> list[Message]:
        """A sentence for each guess."""
        said = []
        for header, role in self.roles.items():
            if header in self.mapped or role in ("tag", "ignore"):
                continue
            if role == "private":
                said.append(
                    M(
                        "Column “{column}” may hold somebody's contact: kept apart, never shown.",
                        column=shortened(header),
                    )
                )
            else:
                said.append(
                    M("Column “{column}” was taken as {role} ({share} sure).", column=shortened(header),
                      role=ROLES[role], share=Percent(self.sure.get(header, 1)))
                )  # fmt: skip
        return said


def guess_columns(headers: Iterable[str], mapping: Mapping[str, Any] | None = None) -> Columns:
    """The role of each column.

    Args:
        headers: The headers, each once.
        mapping: A saved mapping; its `columns` (header to role) and `private` (list of headers) are followed.

    Raises:
        InputError: The mapping names a column that is not there, a role that does not exist, or would show a column
            that looks like somebody's contact.
    """
    headers = list(headers)
    given = _given(headers, mapping or {})
    guesses = {header: guess_role(header) for header in headers}
    roles = dict.fromkeys(headers, "tag")
    sure = dict.fromkeys(given, 1.0)
    taken = {role for role in given.values() if role not in MANY}
    roles.update(given)
    for header in sorted(guesses, key=lambda h: -guesses[h][1]):
        role, confidence = guesses[header]
        if header in given or (role in taken and role not in MANY):
            continue
        if (mapping or {}).get("columns") and role not in ("private", "ignore"):
            continue  # columns that the mapping leaves out stay details; only privacy is still looked for
        roles[header], sure[header] = role, confidence
        taken.add(role)
    twins = [
        h for h, r in roles.items() if r == "tag" and h not in given and _TWIN.search(h) and guesses[h][0] == "name"
    ]
    roles.update(dict.fromkeys(twins, "private"))  # a second "Navn" is more often a person's than a second name
    return Columns(_settled(roles, frozenset(given)), sure, frozenset(given))


def _settled(roles: dict[str, str], given: frozenset[str]) -> dict[str, str]:
    """Coordinates count in pairs; a house number needs a street."""
    headers = list(roles)
    for before, header in pairwise(headers):  # "Nr" right after the street is the house number, elsewhere an id
        if roles[before] == "street" and header not in given and joined(header) in ("nr", "nummer", "no"):
            roles = {**roles, header: "number"} if "number" not in roles.values() else roles
    held = set(roles.values())
    lonely = {role for pair in _PLACING for role in pair if not held.issuperset(pair)}
    if not held & {"street", "address"}:
        lonely |= {"number", "letter"}
    return {h: "tag" if role in lonely and h not in given else role for h, role in roles.items()}


def guess_role(header: str) -> tuple[str, float]:
    """The role that a header suggests, and how surely (0 to 1); `("tag", 0)` where it suggests none."""
    words = tokens(header)
    whole = "".join(words)
    exact, endings = _vocabulary()
    core = "".join(w for w in words if w not in _NOISE) or whole
    for text, confidence in ((whole, 1.0), (core, 0.95)):
        if text in exact:
            role, rank = exact[text]
            return role, confidence - 0.002 * rank
    parts = {"".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 3, len(words)) + 1)}
    if any(exact.get(p, ("", 0))[0] == "private" for p in parts if len(p) > 2):
        return "private", 0.9
    if words and words[-1] in ("id", "ids"):
        return "id", 0.75
    if found := [(*exact[p], p) for p in parts if p in exact and len(p) > 3]:
        role, rank, part = min(found, key=lambda f: (f[1], -len(f[2])))
        if role not in ("x", "y", "point", "number"):
            return role, (0.8 if whole.endswith(part) else 0.7) - 0.002 * rank
    if found_ending := [(len(e), role) for e, role in endings.items() if whole.endswith(e) and len(whole) > len(e)]:
        return max(found_ending)[1], 0.75
    return _near_miss(whole)


def _near_miss(whole: str) -> tuple[str, float]:
    if len(whole) < 6:
        return "tag", 0.0
    exact, _ = _vocabulary()
    near = process.extractOne(whole, [w for w in exact if len(w) > 5], scorer=fuzz.ratio, score_cutoff=87)
    return (exact[near[0]][0], round(near[1] / 100 - 0.15, 2)) if near else ("tag", 0.0)


@cache
def _vocabulary() -> tuple[dict[str, tuple[str, int]], dict[str, str]]:
    """Folded word to (role, rank in its role), and folded ending to role."""
    exact: dict[str, tuple[str, int]] = {}
    endings: dict[str, str] = {}
    for row in word_table("header_words.csv"):
        for rank, word in enumerate(row["words"].split(";")):
            if word.startswith("*"):
                endings.setdefault(joined(word), row["role"])
            else:
                exact.setdefault(joined(word), (row["role"], 0 if row["role"] == "private" else rank))
    return exact, endings


def _given(headers: list[str], mapping: Mapping[str, Any]) -> dict[str, str]:
    """What the mapping says of columns, checked against the file."""
    columns = mapping.get("columns", {})
    private = mapping.get("private", [])
    if not isinstance(columns, Mapping) or not isinstance(private, list):
        raise InputError(
            M("The mapping cannot be used: “columns” must be an object from header to role, and “private” a list of "
              "headers. Take one that was saved by an import.")
        )  # fmt: skip
    given = {str(h): str(r) for h, r in columns.items()} | {str(h): "private" for h in private}
    if missing := [h for h in given if h not in headers]:
        raise InputError(
            M("The mapping does not fit this file. It names columns that are not there: {missing}. The file has: "
              "{found}. Use the mapping that was saved for this kind of file, or none.",
              missing=", ".join(map(shortened, missing)), found=", ".join(map(shortened, headers)))
        )  # fmt: skip
    if unknown := sorted({r for r in given.values() if r not in ROLES}):
        raise InputError(
            M("The mapping gives a column the role “{role}”, which does not exist. Use one of: {known}.",
              role=unknown[0], known=", ".join(ROLES))
        )  # fmt: skip
    for header, role in given.items():
        if role not in ("private", "ignore") and guess_role(header)[0] == "private":
            raise InputError(
                M("The mapping takes column “{column}” as {role}, but it may hold somebody's contact and is never "
                  "shown. Rename the column in the file if it holds something else.",
                  column=shortened(header), role=ROLES[role])
            )  # fmt: skip
    return given
