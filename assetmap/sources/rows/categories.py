"""Which category does a table mean by its own words?

A value is tried as a key of the taxonomy, as a label in any language, as a word of `tables/category_words.csv`, as a
phrase or compound that ends in such a word, and at last as a near miss. What was understood is reported, with counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache, reduce

from rapidfuzz import fuzz, process

from assetmap.messages import Label, M, Message
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.rows.words import joined, spelled, tokens, word_table

NEAR = 88.0
"""A near miss must be at least this alike (rapidfuzz ratio, 0 to 100)."""
_ENDINGS = ("ernes", "erne", "ene", "ers", "ner", "er", "ar", "or", "na", "en", "et", "ne", "e", "r", "s", "a", "n")


@dataclass(frozen=True)
class Meant:
    """A category (key of the taxonomy) and how surely it is meant, 0 to 1."""

    category: str
    sure: float


@lru_cache(maxsize=100_000)
def meant_by(value: str) -> Meant | None:
    """The category that a value of a category column means, or None."""
    return _exact(value) or _phrase(value) or _near(value)


def meant_by_name(text: str) -> Meant | None:
    """The category that a name of a thing, a file or a sheet gives away ("Solbakken barnehage"), or None.

    Near misses do not count here, and neither do broad words such as "forening".
    """
    meant = _phrase(text)
    return meant if meant and meant.sure >= 0.7 else None


def closest(value: str, count: int = 3) -> list[str]:
    """The categories whose words look most like a value that was not understood, best first."""
    found = process.extract(joined(value), list(_words()), scorer=fuzz.ratio, score_cutoff=65, limit=20)
    return list(dict.fromkeys(_words()[word].category for word, _, _ in found))[:count]


def suggestion(value: str) -> Message | None:
    """The closest categories as words for a sentence, or None where none is close."""
    found = [M("{label} ({key})", label=label(key), key=key) for key in closest(value)]
    return reduce(lambda one, more: M("{one}; {more}", one=one, more=more), found) if found else None


def label(key: str) -> Label:
    """What people call a category, in every language that it has."""
    return Label(taxonomy()[key].labels)


def classify_tags(rows: Iterable[Mapping[str, str]]) -> list[str | None]:
    """The category of each row by its OpenStreetMap tags, or None."""
    seen: dict[tuple[tuple[str, str], ...], str | None] = {}
    out = []
    for tags in rows:
        key = tuple(sorted(tags.items()))
        if key not in seen:
            seen[key] = taxonomy().classify(tags) if tags else None
        out.append(seen[key])
    return out


@cache
def tag_keys() -> frozenset[str]:
    """Every OpenStreetMap key that a rule of the taxonomy asks for."""
    rules = [rule for c in taxonomy().values() for rule in (c.rule, c.exclude)]
    return frozenset(cond.key for rule in rules for clause in rule.clauses for cond in clause if cond.op == "=")


def _exact(value: str) -> Meant | None:
    text = value.strip()
    if text in taxonomy():
        return Meant(text, 1.0)
    word = joined(text)
    if word in _codes():
        return Meant(_codes()[word], 0.95)
    return _words().get(spelled(text)) or _words().get(word) or _stem(word)


def _stem(word: str) -> Meant | None:
    """A plural or definite form of a known word."""
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base != word and len(base) >= 4 and base in _words():
            found = _words()[base]
            return Meant(found.category, found.sure * 0.98)
    return None


def _phrase(value: str) -> Meant | None:
    """A known word inside: the longest run of words first, then compounds by their end (`gårdsbarnehage`)."""
    words = tokens(value)
    for length in range(min(4, len(words)), 0, -1):
        runs = ["".join(words[i : i + length]) for i in range(len(words) - length + 1)]
        hits = [m for run in runs if len(run) > 3 and (m := _words().get(run) or _stem(run))]
        if hits:
            best = max(hits, key=lambda m: m.sure)
            return Meant(best.category, round(0.9 * best.sure, 3))
    hits = [m for word in words if (m := _compound(word))]
    return max(hits, key=lambda m: m.sure) if hits else None


def _compound(word: str) -> Meant | None:
    for start in range(2, len(word) - 4):
        found = _words().get(word[start:]) or _stem(word[start:])
        if found and len(word) - start >= 5:
            return Meant(found.category, round(0.8 * found.sure, 3))
    return None


def _near(value: str) -> Meant | None:
    word = joined(value)
    if len(word) < 5:
        return None
    found = process.extractOne(word, list(_words()), scorer=fuzz.ratio, score_cutoff=NEAR)
    return Meant(_words()[found[0]].category, round(found[1] / 100 * 0.8, 3)) if found else None


@cache
def _words() -> dict[str, Meant]:
    """Every word as spelled, then folded: keys and labels of the taxonomy first, then our own table."""
    pairs = [(c.key, Meant(c.key, 1.0)) for c in taxonomy().values()]
    pairs += [(name, Meant(c.key, 1.0)) for c in taxonomy().values() for name in c.labels.values()]
    for row in word_table("category_words.csv"):
        pairs += [(word, Meant(row["category"], float(row["sure"]))) for word in row["words"].split(";")]
    known: dict[str, Meant] = {}
    for key in (spelled, joined):  # "bænk" is no bank, though both fold to the same
        for word, meant in pairs:
            known.setdefault(key(word), meant)
    return known


@cache
def _codes() -> dict[str, str]:
    """ICNPO and NACE codes that mean one category alone."""
    codes: dict[str, set[str]] = {}
    for category in taxonomy().values():
        for code in (*category.icnpo, *(new.split("=")[0] for new in category.nace)):
            codes.setdefault(joined(code), set()).add(category.key)
    return {code: next(iter(keys)) for code, keys in codes.items() if len(keys) == 1}
