"""What becomes of a record that two people changed at the same time?

Three-way, field by field, as version control does with lines: against what both had seen before. Fields that only one
of them changed go together; a field that both changed to different values is a clash, and what is stored stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from assetmap.model.change import Clash, Record

_TINY = 1e-9  # degrees, a tenth of a millimetre: a shape that went through a file comes back rounded


_FOLLOWS = {"opening_hours_normal": "opening_hours", "kind": "category", "location_precision": "geometry"}
"""Fields that only make sense with another one: what becomes of that one becomes of them."""


@dataclass(frozen=True)
class Merged:
    """What to store, and what must be asked.

    Attributes:
        values: The fields to set: those of mine that differ from what is stored and that nobody else changed.
        clashes: Fields that both changed, to different values.
        theirs: Fields that the other changed and I did not, so that both changes stand side by side now.
    """

    values: Record = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()
    theirs: tuple[str, ...] = ()


def same(one: Any, other: Any) -> bool:
    """Whether two values of a field are the same; shapes are when no corner is further off than rounding."""
    if isinstance(one, shapely.Geometry) and isinstance(other, shapely.Geometry):
        return bool(one.geom_type == other.geom_type and shapely.equals_exact(one, other, _TINY))
    if one is None or other is None:
        return one is other
    return bool(type(one) is type(other) or {type(one), type(other)} <= {int, float}) and bool(one == other)


def differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that differ between two records, in the order of the first; a missing field is an empty one."""
    return tuple(name for name in dict.fromkeys([*one, *other]) if not same(one.get(name), other.get(name)))


def together(values: Record, clashes: Sequence[Clash]) -> tuple[Record, list[Clash]]:
    """The same without fields that follow one of the clashes: they wait for its answer."""
    asked = {clash.field for clash in clashes}
    rest = {name: value for name, value in values.items() if _FOLLOWS.get(name) not in asked}
    return rest, [clash for clash in clashes if _FOLLOWS.get(clash.field) not in asked]


def merge(asset: str, base: Mapping[str, Any], mine: Mapping[str, Any], stored: Mapping[str, Any]) -> Merged:
    """Bring a change onto a record that may have changed since its author saw it.

    Args:
        asset: Its id, for the clashes.
        base: The record as the author of the change saw it.
        mine: The fields that he or she set; fields that equal the base were not changed.
        stored: The record as it is now.
    """
    values: Record = {}
    clashes = []
    for name, wanted in mine.items():
        before, now = base.get(name), stored.get(name)
        if same(wanted, before) or same(wanted, now):
            continue
        if same(now, before):
            values[name] = wanted
        else:
            clashes.append(Clash(asset, name, before, wanted, now))
    values, clashes = together(values, clashes)
    theirs = tuple(name for name in differing(base, stored) if name not in mine or same(mine[name], base.get(name)))
    return Merged(values, tuple(clashes), theirs)
