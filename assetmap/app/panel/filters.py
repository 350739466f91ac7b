"""How does a visitor say what to see? A search, the kinds, and the categories of a kind, each with its count."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from assetmap.app.link import linked
from assetmap.app.rows import Row, counts, of_categories, search
from assetmap.app.state import language, tell
from assetmap.i18n import number
from assetmap.messages import M, Mn
from assetmap.model.taxonomy import taxonomy

# the marker's own shape, so that kinds are told apart by more than colour and the choice is the legend too
SHAPES = {"circle": "●", "square": "■", "pentagon": "⬟", "diamond": "◆", "star": "★", "triangle": "▲"}


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
    return Choice(of_categories(found, kind, categories), words or "", kind, categories)


def clear() -> None:
    """Show everything again."""
    for key, value in (("q", ""), ("kind", None), ("category", [])):
        if key in st.session_state:
            st.session_state[key] = value


def count_sentence(choice: Choice, everything: int) -> str:
    """How many are shown, for eyes and for screen readers."""
    n = len(choice.rows)
    if not choice.narrowed:
        return tell(Mn("One place or group", "{n} places and groups", n))
    return tell(Mn("One of {all} places and groups fits", "{n} of {all} places and groups fit", n, all=everything))


def _kinds(found: list[Row], table: list[Row]) -> str | None:
    lang, counted, known = language(), counts(found, "kind"), taxonomy().kinds
    present = counts(table, "kind")
    keys = [key for key in known if key in present]
    with linked("kind", None, keys):
        return st.pills(
            tell(M("Kinds of strengths")),
            keys,
            format_func=lambda key: (
                f"{SHAPES.get(known[key].shape, '●')} {known[key].label(lang)} {_count(counted, key)}"
            ),
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
