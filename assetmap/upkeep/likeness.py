"""How much are two assets called the same?

Two readings of a name: all its words, and those that tell it from others of its sort. Whole names mislead where sorts
have long names ("Sol barnehage" and "Ås barnehage" share most letters), distinctive words where little is left of one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import geopandas as gpd
import numpy as np
from rapidfuzz import fuzz, process

from assetmap.upkeep.meeting import families
from assetmap.upkeep.names import comparable, distinctive, numbers

_VARIANTS = 4  # the name and up to three in other languages
_CLOSE, _APART = 0.6, 0.45  # distinctive words less alike than the second are two names, whatever the rest
_OFTEN, _SHARE = 6, 0.03


@dataclass(frozen=True, eq=False)
class Likeness:
    """The names of a table, ready to be compared by position.

    Attributes:
        whole, own: Per spelling (a column each) the comparable name and its distinctive words; empty where there is
            none, as in a generic name.
        numbers: Per row a code for the set of numbers in the name; -1 where there are none.
    """

    whole: np.ndarray = field(repr=False)
    own: np.ndarray = field(repr=False)
    numbers: np.ndarray = field(repr=False)

    def alike(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """How alike the names of pairs are, 0 to 1; NaN where one has none, or a generic one: no evidence."""
        best = np.full(len(i), np.nan)
        for one, other in product(range(self.own.shape[1]), repeat=2):
            at = np.flatnonzero((self.own[i, one] != "") & (self.own[j, other] != ""))
            if at.size:
                best[at] = np.fmax(best[at], self._spelled(i[at], one, j[at], other))
        return best

    def _spelled(self, i: np.ndarray, one: int, j: np.ndarray, other: int) -> np.ndarray:
        """The better of the two readings where the distinctive words are close; their mean where they are less so."""
        own = _ratio(self.own[i, one], self.own[j, other])
        near = np.flatnonzero(own >= _APART / 2)  # a part of a name has at least that much in common with the whole
        part = np.zeros(len(own), dtype=bool)
        part[near] = [_contained(a, b) for a, b in zip(self.own[i[near], one], self.own[j[near], other], strict=True)]
        kept = np.flatnonzero((own >= _APART) | part)
        whole = np.zeros(len(own))
        whole[kept] = _ratio(self.whole[i[kept], one], self.whole[j[kept], other])
        less = np.where(part, whole, (own + whole) / 2)
        return np.where(own >= _CLOSE, np.maximum(own, whole), np.where((own >= _APART) | part, less, 0.0))

    def letters(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """How alike the names are letter by letter, 0 to 1, words of the sort among them."""
        return _ratio(self.whole[i, 0], self.whole[j, 0])

    def other_number(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Whether both names hold numbers, and different ones."""
        a, b = self.numbers[i], self.numbers[j]
        return np.asarray((a >= 0) & (b >= 0) & (a != b))


def likeness(assets: gpd.GeoDataFrame) -> Likeness:
    """Make the names of a table comparable: `name`, and the spellings in `names` (JSON by language)."""
    spellings = [_spellings(name, names) for name, names in zip(assets["name"], assets["names"], strict=True)]
    group = assets["category"].map(families()).to_numpy(dtype=object)
    common = _common(spellings, group, assets["source"].to_numpy(dtype=object))
    width = max((len(names) for names in spellings), default=1) or 1
    whole = np.full((len(assets), width), "", dtype=object)
    own = whole.copy()
    codes: dict[frozenset[str], int] = {frozenset(): -1}
    number = np.full(len(assets), -1)
    for row, names in enumerate(spellings):
        usual = common.get(group[row], frozenset())
        for column, name in enumerate(names):
            whole[row, column] = _without(usual, comparable(name))
            own[row, column] = _without(usual, distinctive(name))
        if names:
            number[row] = codes.setdefault(numbers(names[0]), len(codes))
    return Likeness(whole, own, number)


def _spellings(name: object, names: object) -> tuple[str, ...]:
    first = (name,) if isinstance(name, str) and name.strip() else ()
    if not (isinstance(names, str) and names.startswith("{")):
        return first
    try:
        others = json.loads(names)
    except ValueError:
        return first
    told = (text for text in others.values() if isinstance(text, str) and text.strip())
    return tuple(dict.fromkeys((*first, *told)))[:_VARIANTS]


def _common(
    spellings: Sequence[tuple[str, ...]], group: np.ndarray, source: np.ndarray
) -> dict[object, frozenset[str]]:
    """Words that many of a family carry in one source: chains, owners, the town. They tell nobody from anybody."""
    counts: dict[tuple[object, object], Counter[str]] = {}
    for names, family, origin in zip(spellings, group, source, strict=True):
        if names:
            counts.setdefault((family, origin), Counter()).update({*distinctive(names[0]).split(), ""})
    common: dict[object, set[str]] = {}
    for (family, _), found in counts.items():
        least = max(_OFTEN, _SHARE * found[""])
        common.setdefault(family, set()).update(word for word, many in found.items() if word and many >= least)
    return {family: frozenset(found) for family, found in common.items()}


def _without(usual: frozenset[str], name: str) -> str:
    return " ".join(word for word in name.split() if word not in usual) if usual else name


def _contained(one: str, other: str) -> bool:
    """Whether all words of one are among those of the other: "Mobakken" and "Baneveien, avd. Mobakken"."""
    a, b = set(one.split()), set(other.split())
    return a <= b or b <= a


def _ratio(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Words are in alphabetical order already, so that a plain ratio is the token-sort ratio."""
    if not len(one):
        return np.empty(0)
    return np.asarray(process.cpdist(one, other, scorer=fuzz.ratio, dtype=np.float32), dtype=float) / 100
