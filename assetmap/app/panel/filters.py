"""How does a visitor say what to see? A search, the kinds, and the categories of a kind, each with its count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

import streamlit as st

from assetmap.app.link import linked, set_parameter
from assetmap.app.routes import badge_image
from assetmap.app.rows import Row, counts, grouped, of_categories, search
from assetmap.app.state import language, tell
from assetmap.i18n import number
from assetmap.maps.badge import CONTEXT
from assetmap.messages import M, Message, Mn
from assetmap.model.taxonomy import taxonomy

CONTEXT_LABEL = M("Benches, stops and the like")
ORDERS: dict[str, Message] = {"kind": M("By kind"), "name": M("By name")}


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


def filters(title: str, table: list[Row]) -> Choice:
    """Show the page's title and beside it the three choices, and give what is left. Their keys are the parameters of a
    share link."""
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(title, anchor=False, width="content")
        words = _words()
    found = search(table, words)
    kind = _kinds(found, table)
    categories = _categories(found, table, kind) if kind else ()
    if not kind:
        set_parameter("category")
    return Choice(of_categories(found, kind, categories), words, kind, categories)


def _words() -> str:
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
    return words or ""


def ordered(choice: Choice) -> tuple[list[Row], Callable[[Row], str] | None]:
    """Let the visitor choose the order of the list.

    Returns:
        The rows in it, and what a row's group is, where they stand in groups: its kind, or its category where only one
        kind is shown.
    """
    with linked("order", "kind", ORDERS):
        order = st.segmented_control(
            tell(M("Order of the list")), list(ORDERS), required=True, format_func=lambda key: tell(ORDERS[key]),
            key="order", label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    if order != "kind":
        return choice.rows, None
    column = "category" if choice.kind else "kind"
    return grouped(choice.rows, column), attrgetter(column)


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
    standing = f"{tell(CONTEXT_LABEL)} ({number(beside, language())})"
    return f"{said} + {standing}" if n else standing


def _apart(rows: list[Row]) -> tuple[int, int]:
    """How many are places and groups, and how many only stand around."""
    beside = sum(row.kind == CONTEXT for row in rows)
    return len(rows) - beside, beside


def label_of(key: str) -> str:
    """The name of a kind, of a category, or of what is no kind."""
    known = taxonomy()
    if key == CONTEXT:
        return tell(CONTEXT_LABEL)
    return known.kinds[key].label(language()) if key in known.kinds else known[key].label(language())


def _kinds(found: list[Row], table: list[Row]) -> str | None:
    counted, present = counts(found, "kind"), counts(table, "kind")
    keys = [key for key in (*taxonomy().kinds, CONTEXT) if key in present]
    with linked("kind", None, keys):
        return st.pills(
            tell(M("Kinds of strengths")),
            keys,
            format_func=lambda key: f"{badge_image(key)} {label_of(key)} {_count(counted, key)}",
            key="kind",
            label_visibility="collapsed",
            wrap=False,
            persist_state="session",
        )


def _categories(found: list[Row], table: list[Row], kind: str) -> tuple[str, ...]:
    counted = counts(found, "category")
    present = {row.category for row in table if row.kind == kind}
    keys = [key for key in taxonomy() if key in present]
    with linked("category", [], keys):
        chosen = st.pills(
            tell(M("Categories")),
            keys,
            selection_mode="multi",
            format_func=lambda key: f"{badge_image(key)} {label_of(key)} {_count(counted, key)}",
            key="category",
            label_visibility="collapsed",
            wrap=False,
            persist_state="session",
        )
    return tuple(chosen)


def _count(counted: dict[str, int], key: str) -> str:
    return f"({number(counted.get(key, 0), language())})"
