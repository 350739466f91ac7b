"""Does a set of OpenStreetMap tags mean this category, and how specifically?

The grammar, as the taxonomy's `osm_tags` and `osm_exclude` columns write it:

    rule       clause ; clause ; …       any clause may hold (OR)
    clause     condition + condition …   all conditions hold (AND)
    condition  key=a|b                   one of the values
               key=*                     any value
               key=!a|b                  none of the values; an absent key satisfies it
               key=!*                    the key is absent
               key<number, key>=number   a measured value, such as the derived `@area_m2`

OpenStreetMap writes several values in one tag with `;` (`sport=soccer;basketball`): each counts. The values `no`,
`vacant`, `disused` and `abandoned` say that a thing is not there, so they never match `*`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

ABSENT_VALUES = frozenset({"no", "vacant", "disused", "abandoned"})
_MEASURE = re.compile(r"(?P<key>[^<>=!|*\s]+)(?P<op>>=|<)(?P<number>\d+(\.\d+)?)")
_VALUES = re.compile(r"(?P<key>[^<>=!|*\s]+)=(?P<negated>!?)(?P<values>\*|[^<>=!|*\s]+(\|[^<>=!|*\s]+)*)")


@dataclass(frozen=True)
class Condition:
    """One demand on one key. `values` is empty for `*`; `negated` turns it round; `op` compares a number."""

    key: str
    values: frozenset[str]
    negated: bool = False
    op: str = "="
    number: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read one condition.

        Raises:
            ValueError: The text is not a condition of the grammar.
        """
        if measure := _MEASURE.fullmatch(text):
            return cls(measure["key"], frozenset(), op=measure["op"], number=float(measure["number"]))
        condition = _VALUES.fullmatch(text)
        if condition is None:
            raise ValueError(f"{text!r} is not a condition such as amenity=library, shop=*, or access=!private")
        values = [] if condition["values"] == "*" else condition["values"].split("|")
        return cls(condition["key"], frozenset(values), bool(condition["negated"]))

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Whether the tags meet this demand."""
        if self.op != "=":
            return self._measures(tags.get(self.key))
        present = _values(tags.get(self.key, ""))
        if self.values:
            return bool(present & self.values) is not self.negated
        return bool(present - ABSENT_VALUES) is not self.negated

    @property
    def exact(self) -> bool:
        """Whether it names values, rather than taking any (`*`)."""
        return bool(self.values) and not self.negated

    def _measures(self, value: str | None) -> bool:
        try:
            measured = float(value) if value is not None else 0.0
        except ValueError:
            return False
        return measured >= self.number if self.op == ">=" else measured < self.number


@dataclass(frozen=True)
class Rule:
    """Clauses of which one is enough; each clause is a tuple of conditions that hold together."""

    clauses: tuple[tuple[Condition, ...], ...]

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule; an empty text gives a rule that never matches."""
        clauses = (clause.strip() for clause in text.split(";"))
        return cls(tuple(tuple(Condition.parse(c.strip()) for c in clause.split("+")) for clause in clauses if clause))

    def match(self, tags: Mapping[str, str]) -> tuple[int, int] | None:
        """How specifically the tags match: (number of conditions, number that name values), or None."""
        scores = [
            (len(clause), sum(c.exact for c in clause)) for clause in self.clauses if all(c.holds(tags) for c in clause)
        ]
        return max(scores, default=None)

    def keys(self) -> tuple[str, ...]:
        """The first key of each clause: what has to be downloaded so that this rule can be asked."""
        return tuple(dict.fromkeys(clause[0].key for clause in self.clauses))


def _values(raw: str) -> frozenset[str]:
    return frozenset(v for part in raw.split(";") if (v := part.strip()))
