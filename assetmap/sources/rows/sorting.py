"""Which category does each row of a table belong to, and how was that understood?

Columns of categories first, then OpenStreetMap keys as columns, then what the file's name, its sheet or its headers
say of all rows, then the name of the thing itself. What is not understood is handed back with the closest words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.issues import Issue
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.rows.categories import Meant, classify_tags, label, meant_by, meant_by_name, suggestion, tag_keys
from assetmap.sources.rows.columns import Columns
from assetmap.sources.rows.texts import Texts
from assetmap.sources.rows.words import joined, shortened

MOST_NOTES = 40
"""So many words are reported one by one; the rest is counted."""
FEW = 0.25
"""A column that was only guessed to hold categories and tells fewer rows than this is taken as a detail."""
_SILENT = M("nothing says what it is: no column of categories, not the file's name, and not its own name")


@dataclass
class Categorised:
    """The category of each row, in row order.

    Attributes:
        keys: Key of the taxonomy, or None.
        reasons: Position of a row without category, and why.
        notes: What was guessed, with counts.
        issues: What has to be asked.
        words: Word of the file to category: what a saved mapping keeps.
        whole: The category of rows that say nothing themselves, or None.
        columns: The columns; one that turned out to hold no categories is a detail.
    """

    keys: list[str | None]
    columns: Columns
    reasons: dict[int, Message] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    whole: str | None = None


def categorise(texts: Texts, columns: Columns, mapping: Mapping[str, Any], hints: Sequence[str]) -> Categorised:
    """The category of each row.

    Args:
        texts: What may be shown.
        mapping: A saved mapping; `categories` (word to key) wins over every guess, `category` is for rows that say
            nothing, `otherwise` for rows whose words are not understood.
        hints: Texts that may name what the whole file holds: its name, its sheet, its title lines.

    Raises:
        InputError: The mapping names a category that does not exist.
    """
    given, whole, otherwise = _given(mapping)
    whole = whole or _whole(hints)
    columns = _columns_that_tell(texts, columns, given, whole or otherwise)
    done = Categorised([None] * len(texts), columns, whole=whole)
    heads = _finest_first(texts, columns, given)
    tagged = classify_tags(_tags(texts))
    said: Counter[tuple[str, str, bool]] = Counter()
    by_tags: Counter[str] = Counter()
    by_name: Counter[str] = Counter()
    name, operator = columns.one("name"), columns.one("operator")
    unclear = silent = 0
    for at, tags in enumerate(tagged):
        values = [v for head in heads if (v := texts[head][at])]
        value, meant = _best(values, given)
        if meant:
            done.keys[at], done.words[value] = meant.category, meant.category
            said[value, meant.category, meant.sure < 0.75] += 1
        elif tags:
            done.keys[at] = tags
            by_tags[tags] += 1
        elif values:
            done.keys[at] = otherwise
            if not otherwise:
                done.reasons[at] = _unknown(values[0])
        elif whole or otherwise:
            done.keys[at] = whole or otherwise
            unclear += 1
        elif meant := _by_own_words(texts, at, name, operator):
            done.keys[at] = meant.category
            by_name[meant.category] += 1
        else:
            done.reasons[at] = _SILENT
            silent += 1
    _refuse_gifts(done)
    if silent:
        done.issues.append(_ask(silent, columns))
    done.notes = [*_said(said), *_counted(by_tags, by_name)]
    if whole and unclear:
        done.notes.append(_of_whole(whole, unclear, given=bool(mapping.get("category"))))
    return done


def _given(mapping: Mapping[str, Any]) -> tuple[dict[str, str], str | None, str | None]:
    """Words (folded) and fallbacks of a mapping, checked against the taxonomy."""
    words = mapping.get("categories") or {}
    if not isinstance(words, Mapping):
        raise InputError(M("The mapping cannot be used: “categories” must be an object from word to category."))
    named = [*words.values(), *filter(None, (mapping.get("category"), mapping.get("otherwise")))]
    for key in named:
        if key not in taxonomy():
            raise InputError(
                M("The mapping names a category “{key}”, which does not exist. Use one of: {known}.",
                  key=str(key), known=", ".join(taxonomy()))
            )  # fmt: skip
    return {joined(str(w)): k for w, k in words.items()}, mapping.get("category"), mapping.get("otherwise")


def _whole(hints: Sequence[str]) -> str | None:
    return next((meant.category for hint in hints if (meant := meant_by_name(hint))), None)


def _meant(value: str, given: Mapping[str, str]) -> Meant | None:
    key = given.get(joined(value))
    return Meant(key, 1.0) if key else meant_by(value)


def _best(values: Sequence[str], given: Mapping[str, str]) -> tuple[str, Meant | None]:
    """The surest of a row's values; the finest column wins a tie."""
    found = [(value, meant) for value in values if (meant := _meant(value, given))]
    return max(found, key=lambda f: f[1].sure) if found else ("", None)


def _columns_that_tell(texts: Texts, columns: Columns, given: Mapping[str, str], whole: str | None) -> Columns:
    """A guessed column of categories that tells hardly any row is none, where something else tells what they are."""
    changes: dict[str, str] = {}
    heads = columns.all("category")
    for head in heads:
        filled = [v for v in texts[head] if v]
        told = sum(_meant(v, given) is not None for v in filled)
        if head in columns.mapped or (told and told >= FEW * len(filled)):
            continue
        if whole or len(heads) - len(changes) > 1:
            changes[head] = "tag"
    return columns.with_roles(changes)


def _finest_first(texts: Texts, columns: Columns, given: Mapping[str, str]) -> list[str]:
    """Columns of categories, the one that tells most different things first."""

    def kinds(head: str) -> int:
        return len({v for v in texts[head] if v and _meant(v, given)})

    return sorted(columns.all("category"), key=kinds, reverse=True)


def _tags(texts: Texts) -> list[dict[str, str]]:
    keys = {h: h.strip().lower() for h in texts.columns if h.strip().lower() in tag_keys()}
    if not keys:
        return [{} for _ in range(len(texts))]
    return [{key: v for head, key in keys.items() if (v := texts[head][at])} for at in range(len(texts))]


def _by_own_words(texts: Texts, at: int, *heads: str | None) -> Meant | None:
    return next((m for h in heads if h and (m := meant_by_name(texts[h][at]))), None)


def _unknown(value: str) -> Message:
    near = suggestion(value)
    if near is None:
        return M("“{value}” is not a category that is known here, nor close to one. Write one of ours, or map the word "
                 "in a mapping", value=shortened(value))  # fmt: skip
    return M("“{value}” is not a category that is known here. Closest: {closest}. Write one of them, or map the word "
             "in a mapping", value=shortened(value), closest=near)  # fmt: skip


def _ask(count: int, columns: Columns) -> Issue:
    listed = ", ".join(shortened(h) for h, r in columns.roles.items() if r != "private")
    return Issue(
        "no-category",
        Mn("One row does not say what it is. Found columns: {columns}. Expected one such as “category”; or name the "
           "file after what it holds (playgrounds.csv), or give one category for all rows in the mapping: "
           "\"category\": \"playground\".",
           "{n} rows do not say what they are. Found columns: {columns}. Expected one such as “category”; or name the "
           "file after what it holds (playgrounds.csv), or give one category for all rows in the mapping: "
           "\"category\": \"playground\".", count, columns=listed), field="category",
    )  # fmt: skip


def _refuse_gifts(done: Categorised) -> None:
    """What single people can and care about never enters by a table of places."""
    for at, key in enumerate(done.keys):
        if key and taxonomy()[key].role == "gift":
            done.keys[at] = None
            done.reasons[at] = M("gifts of single people are not kept with places; they need the person's own yes")


def _said(said: Counter[tuple[str, str, bool]]) -> list[Message]:
    notes = []
    for (value, key, unsure), count in said.most_common(MOST_NOTES):
        if joined(value) in (key, joined(taxonomy()[key].label("en"))):
            continue
        notes.append(_taken(count, value, key, unsure))
    if len(said) > MOST_NOTES:
        more = len(said) - MOST_NOTES
        notes.append(Mn("One more word was understood; the saved mapping lists all.",
                        "{n} more words were understood; the saved mapping lists all.", more))  # fmt: skip
    return notes


def _taken(count: int, value: str, key: str, unsure: bool) -> Message:
    if unsure:
        return Mn("“{value}” (one row) was taken as {category}. It may mean something else: please check.",
                  "“{value}” ({n} rows) was taken as {category}. It may mean something else: please check.",
                  count, value=shortened(value), category=label(key))  # fmt: skip
    return Mn("“{value}” (one row) was taken as {category}.", "“{value}” ({n} rows) was taken as {category}.",
              count, value=shortened(value), category=label(key))  # fmt: skip


def _counted(by_tags: Counter[str], by_name: Counter[str]) -> list[Message]:
    return [
        Mn("One row was taken as {category} by its OpenStreetMap tags.",
           "{n} rows were taken as {category} by their OpenStreetMap tags.", count, category=label(key))
        for key, count in by_tags.most_common()
    ] + [
        Mn("One row was taken as {category} by its name. Please check.",
           "{n} rows were taken as {category} by their names. Please check.", count, category=label(key))
        for key, count in by_name.most_common()
    ]  # fmt: skip


def _of_whole(key: str, count: int, given: bool) -> Message:
    if given:
        return Mn("One row was taken as {category}, as the mapping says.",
                  "{n} rows were taken as {category}, as the mapping says.", count, category=label(key))  # fmt: skip
    return Mn("One row does not say what it is; it was taken as {category} by its file, sheet or column.",
              "{n} rows do not say what they are; they were taken as {category} by their file, sheet or column.",
              count, category=label(key))  # fmt: skip
