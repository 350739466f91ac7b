"""Which sourced thresholds can coverage be held against, and how far can each be trusted?

The table keeps each row's own words and says whether they were read at the source or recalled. A category's default
catchment is a default and is called so: "not a norm".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from assetmap.errors import UnknownKey
from assetmap.messages import M
from assetmap.model.taxonomy import GROUPS, rows


@dataclass(frozen=True)
class Norm:
    """One threshold with its citation.

    Attributes:
        metres: Threshold in metres; None where the norm is in minutes only. A norm in metres is measured in metres.
        minutes: Threshold in walking minutes, or None.
        distance: How the source measures: `network`, `straight line`, `unspecified`, `safe road network`, …
        min_area_m2: Only areas at least this large count; None where the norm sets no size.
        status: What sort of norm it is (`law`, `municipal plan`, `common practice`, …).
        each: Each category is asked for by itself; else any one of them will do.
        verified: How far the wording was checked (`read`, `recalled`, …).
    """

    key: str
    country: str
    categories: tuple[str, ...]
    groups: tuple[str, ...]
    metres: float | None
    minutes: float | None
    distance: str
    min_area_m2: float | None
    statement: str
    status: str
    source: str
    url: str
    verified: str
    each: bool = False

    @property
    def usable(self) -> bool:
        """Whether it has a threshold that coverage can be measured against."""
        return self.metres is not None or self.minutes is not None


@cache
def norms() -> dict[str, Norm]:
    """All norms by key, in file order."""
    return {norm.key: norm for norm in map(_norm, rows("norms.csv"))}


def norm(key: str) -> Norm:
    """The norm of that key.

    Raises:
        UnknownKey: There is no such norm.
    """
    try:
        return norms()[key]
    except KeyError:
        known = ", ".join(norms())
        raise UnknownKey(M("There is no norm “{key}”. Use one of: {known}.", key=key, known=known)) from None


def _norm(row: dict[str, str]) -> Norm:
    return Norm(
        key=row["id"],
        country=row["country"],
        categories=tuple(row["applies_to"].split(";")),
        groups=GROUPS if row["who"] == "all" else tuple(row["who"].split(";")),
        metres=_number(row["threshold_m"]),
        minutes=_number(row["threshold_min"]),
        distance=row["distance_type"],
        min_area_m2=_number(row["min_area_m2"]),
        statement=row["statement"],
        status=row["status"],
        source=row["source"],
        url=row["source_url"],
        verified=row["verified"],
        each=row["categories_mean"] == "each",
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
