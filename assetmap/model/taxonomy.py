"""What kinds of assets are there, what are they called, and how is each one recognised?

Six kinds of asset-based community development and 45 categories, read from `tables/`. Keys are stable: files, links
and receipts depend on them. Labels fall back from a language to English.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assetmap.errors import UnknownKey
from assetmap.messages import Label, M
from assetmap.model.ages import GROUPS as AGES
from assetmap.model.rules import Rule

GROUPS = tuple(AGES)
"""Age groups, everywhere in this order: 0–5, 6–12, 13–19, 20–66, 67 and over."""


@dataclass(frozen=True)
class Kind:
    """One of the six kinds of asset. `shape` tells kinds apart where colour cannot (print, colour blindness)."""

    key: str
    labels: Mapping[str, str]
    colour: str
    shape: str

    def label(self, lang: str = "en") -> str:
        """The name in a language, in English where the language has none."""
        return self.labels.get(lang) or self.labels["en"]


@dataclass(frozen=True)
class Category:
    """One sort of asset.

    Attributes:
        role: `asset`; `context` (benches, stops: drawn and counted, never called the community's assets); or `gift`
            (a person's, never a point on a map).
        rule: Which OpenStreetMap tags mean it; `exclude` takes out what the rule would wrongly let in.
        catchment_min: Default walking minutes. A default, not a norm.
        serves: The age groups it is mainly for.
        dedupe_m: Within how many metres a node and an area of this category are one thing.
        default_visibility: `public`, `org` (an organisation: public), `moderated` (not public before a person has
            looked at it) or `private`.
    """

    key: str
    kind: str
    labels: Mapping[str, str]
    icon: str
    rule: Rule
    exclude: Rule
    capacity_unit: str
    catchment_min: int
    serves: tuple[str, ...]
    role: str
    dedupe_m: float
    default_visibility: str
    icnpo: tuple[str, ...]
    nace: tuple[str, ...]
    schema_org: str

    def label(self, lang: str = "en") -> str:
        """The name in a language, in English where the language has none."""
        return self.labels.get(lang) or self.labels["en"]

    @property
    def said(self) -> Label:
        """The name as a value for a message."""
        return Label(self.labels)


class Taxonomy(Mapping[str, Category]):
    """All categories by key, in file order, and the kinds they belong to."""

    def __init__(self, kinds: Iterable[Kind], categories: Iterable[Category]) -> None:
        self.kinds = {kind.key: kind for kind in kinds}
        self._categories = {category.key: category for category in categories}

    def __getitem__(self, key: str) -> Category:
        try:
            return self._categories[key]
        except KeyError:
            known = ", ".join(self._categories)
            raise UnknownKey(M("There is no category “{key}”. Use one of: {known}.", key=key, known=known)) from None

    def __contains__(self, key: object) -> bool:
        return key in self._categories

    def __iter__(self) -> Iterator[str]:
        return iter(self._categories)

    def __len__(self) -> int:
        return len(self._categories)

    def classify(self, tags: Mapping[str, str]) -> str | None:
        """The category that OpenStreetMap tags mean, or None.

        The clause with most conditions wins, then the one that names values rather than `*`, then file order.
        """
        best: tuple[int, int] | None = None
        winner = None
        for category in self._categories.values():
            score = category.rule.match(tags)
            if score and (best is None or score > best) and category.exclude.match(tags) is None:
                best, winner = score, category.key
        return winner

    def osm_keys(self) -> tuple[str, ...]:
        """The union of first keys: one download with these holds everything that can be classified."""
        return tuple(dict.fromkeys(key for c in self._categories.values() for key in c.rule.keys()))  # noqa: SIM118 - a method of Rule

    def osm_values(self) -> dict[str, frozenset[str]]:
        """For each first key the values that may begin a clause; empty means any. What a file is skimmed for."""
        wanted: dict[str, frozenset[str]] = {}
        for clause in (clause for c in self._categories.values() for clause in c.rule.clauses):
            first = clause[0]
            anything = not first.exact or wanted.get(first.key) == frozenset()
            wanted[first.key] = frozenset() if anything else wanted.get(first.key, frozenset()) | first.values
        return wanted


@cache
def reading_rules() -> str:
    """Sixteen hexadecimal digits over the categories and their rules: equal ones mean that equal data was, or will be,
    read in the same way."""
    text = files("assetmap.model").joinpath("tables", "categories.csv").read_text(encoding="utf-8")
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()[:16]


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy that ships with the package."""
    kinds = [Kind(r["kind"], _labels(r), r["colour"], r["shape"]) for r in rows("kinds.csv")]
    return Taxonomy(kinds, [_category(r) for r in rows("categories.csv")])


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table that ships in `model/tables/`."""
    text = files("assetmap.model").joinpath("tables", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _category(row: Mapping[str, str]) -> Category:
    return Category(
        key=row["category"],
        kind=row["kind"],
        labels=_labels(row),
        icon=row["icon"],
        rule=Rule.parse(row["osm_tags"]),
        exclude=Rule.parse(row["osm_exclude"]),
        capacity_unit=row["capacity_unit"],
        catchment_min=int(row["catchment_min"]),
        serves=GROUPS if row["serves"] == "all" else tuple(row["serves"].split(";")),
        role=row["role"],
        dedupe_m=float(row["dedupe_m"]),
        default_visibility=row["default_visibility"],
        icnpo=tuple(filter(None, row["icnpo"].split(";"))),
        nace=tuple(filter(None, row["nace"].split(";"))),
        schema_org=row["schema_org"],
    )


def _labels(row: Mapping[str, str]) -> dict[str, str]:
    return {k.removeprefix("label_"): v for k, v in row.items() if k.startswith("label_") and v}
