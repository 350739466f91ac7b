"""How does a visitor say what to see? A search, the kinds, and the categories of a kind, each with its count."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from assetmap.app.link import linked, set_parameter
from assetmap.app.rows import CONTEXT, Row, counts, of_categories, search
from assetmap.app.state import language, tell
from assetmap.i18n import number
from assetmap.messages import M, Mn
from assetmap.model.taxonomy import taxonomy

# the marker's own shape, so that kinds are told apart by more than colour and the choice is the legend too
SHAPES = {"circle": "●", "square": "■", "pentagon": "⬟", "diamond": "◆", "star": "★", "triangle": "▲"}


_CONTEXT = M("Benches, stops and the like")


@dataclass(frozen=True)
class Choice:
    """What is chosen.

    Attributes:
        rows: The assets that fit.
        words: The search, as it was typed.
        narrowed: Whether anything is left out.
    """

    rows: list[Row]
    words: str
    kind: str | None
    categories: tuple[str, ...]

    @property
    def narrowed(self) -> bool:
        return bool(self.words.strip() or self.kind or self.categories)


def filters(table: list[Row]) -> Choice:
    """Show the three choices and give what is left. Their keys are the parameters of a share link."""
    with linked("q", ""):
        words = st.text_input(
            tell(M("Search for a place, a group or an activity")),
            key="q",
            type="search",
            max_chars=80,
            live="300ms",
            icon=":material/search:",
            placeholder=tell(M("Search, for example “choir” or “playground”")),
            label_visibility="collapsed",
            persist_state="session",
        )
    found = search(table, words or "")
    kind = _kinds(found, table)
    categories = _categories(found, table, kind) if kind else ()
    if not kind:
        set_parameter("category")
    return Choice(of_categories(found, kind, categories), words or "", kind, categories)


def clear() -> None:
    """Show everything again."""
    for key, value in (("q", ""), ("kind", None), ("category", [])):
        if key in st.session_state:
            st.session_state[key] = value


def count_sentence(choice: Choice, everything: list[Row]) -> str:
    """How many are shown, for eyes and for screen readers. Benches and stops are counted apart."""
    n, beside = _apart(choice.rows)
    if not choice.narrowed:
        said = tell(Mn("One place or group", "{n} places and groups", n))
    else:
        every = _apart(everything)[0]
        said = tell(Mn("One of {all} places and groups fits", "{n} of {all} places and groups fit", n, all=every))
    if not beside:
        return said
    standing = f"{tell(_CONTEXT)} ({number(beside, language())})"
    return f"{said} + {standing}" if n else standing


def _apart(rows: list[Row]) -> tuple[int, int]:
    """How many are places and groups, and how many only stand around."""
    beside = sum(row.kind == CONTEXT for row in rows)
    return len(rows) - beside, beside


def _called(kind: str, lang: str) -> str:
    known = taxonomy().kinds
    if kind not in known:
        return tell(_CONTEXT)
    return f"{SHAPES.get(known[kind].shape, '●')} {known[kind].label(lang)}"


def _kinds(found: list[Row], table: list[Row]) -> str | None:
    lang, counted, present = language(), counts(found, "kind"), counts(table, "kind")
    keys = [key for key in (*taxonomy().kinds, CONTEXT) if key in present]
    with linked("kind", None, keys):
        return st.pills(
            tell(M("Kinds of strengths")),
            keys,
            format_func=lambda key: f"{_called(key, lang)} {_count(counted, key)}",
            key="kind",
            label_visibility="collapsed",
            wrap=False,
            persist_state="session",
        )


def _categories(found: list[Row], table: list[Row], kind: str) -> tuple[str, ...]:
    lang, counted, known = language(), counts(found, "category"), taxonomy()
    present = {row.category for row in table if row.kind == kind}
    keys = [key for key in known if key in present]
    with linked("category", [], keys):
        chosen = st.pills(
            tell(M("Categories")),
            keys,
            selection_mode="multi",
            format_func=lambda key: f"{known[key].label(lang)} {_count(counted, key)}",
            key="category",
            label_visibility="collapsed",
            wrap=False,
            persist_state="session",
        )
    return tuple(chosen)


def _count(counted: dict[str, int], key: str) -> str:
    return f"({number(counted.get(key, 0), language())})"
