"""Which box does a form have for each field, and what does a value of it look like to people?"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from assetmap.app.hours import readable
from assetmap.app.panel.category_words import meant
from assetmap.app.routes import badge_image
from assetmap.app.rows import fold
from assetmap.app.state import language, plain, tell
from assetmap.i18n import date, number, say_value, sort_key
from assetmap.messages import M, Message
from assetmap.model.fields import FIELDS, word
from assetmap.model.taxonomy import taxonomy
from assetmap.sources.opening_hours import normal_hours

FIRST = ("name", "category", "description", "address", "opening_hours", "website", "wheelchair")
MORE = ("access", "operator", "capacity", "valid_from", "valid_to", "location_precision", "audience")
_LONG = ("description",)
_DAYS = ("valid_from", "valid_to", "confirmed", "retrieved", "data_date")
_HINTS: dict[str, Message] = {
    "opening_hours": M("Such as Mo-Fr 08:00-16:00"),
    "website": M("Such as www.example.org"),
    "valid_from": M("Such as 2026 or 2026-05-17"),
    "valid_to": M("Such as 2026 or 2026-05-17"),
}


def box(key: str, at: str, left: Callable[..., None] | None = None, args: tuple[Any, ...] = ()) -> None:
    """The box of a field; its value is in the session's state under `at`, also beforehand.

    Args:
        left: Called with `args` when it was changed and left.
    """
    known = FIELDS[key]
    common: dict[str, Any] = {"key": at, "on_change": left, "args": args}
    label = tell(known.title)
    if key == "category":
        _category(label, common)
    elif known.sort == "words":
        value = st.session_state.get(at)
        choices = [*known.words, *([value] if value and value not in known.words else [])]
        st.selectbox(
            label, choices, format_func=lambda one: said(key, one), placeholder=tell(M("Not known")), filter_mode=None,
            required=known.closed, **common,
        )  # fmt: skip
    elif known.sort == "number":
        st.number_input(label, min_value=0.0, step=1.0, format="%g", placeholder=tell(M("Not known")), **common)
    elif key in _LONG:
        st.text_area(label, height=110, placeholder=tell(known.help) if known.help else None, **common)
    else:
        st.text_input(label, placeholder=tell(_HINTS[key]) if key in _HINTS else None, **common)


def shown(key: str, value: Any) -> Any:
    """A stored value as its box holds it."""
    return value if FIELDS[key].sort in ("words", "number") else value or ""


def cleaned(key: str, raw: Any) -> Any:
    """What a box holds as it is stored: without blanks around it, and nothing where there is nothing."""
    if not isinstance(raw, str):
        return raw
    lines = (" ".join(line.split()) for line in raw.strip().splitlines())
    return ("\n" if key in _LONG else " ").join(lines).strip() or None


def following(key: str, value: Any) -> dict[str, Any]:
    """A field with those that follow from it."""
    if key == "opening_hours":
        return {key: value, "opening_hours_normal": normal_hours(value) if value else None}
    return {key: value}


def said(key: str, value: Any) -> str:
    """A value as people read it; a dash where there is none."""
    if value is None or value == "":
        return "–"
    if key == "category" and value in taxonomy():
        return taxonomy()[value].label(language())
    if key in _DAYS:
        return date(str(value), language())
    if isinstance(value, str):
        return str(say_value(word(key, value), language()))
    return number(float(value), language()) if isinstance(value, int | float) else str(value)


def moved_by(metres: float) -> Message:
    """How far something was moved."""
    return M("moved by {metres} m", metres=round(metres))


def _category(label: str, common: dict[str, Any]) -> None:
    """All categories to choose from or to search, beside the badge that the chosen one has on the map."""
    chosen = st.session_state.get(common["key"])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key=f"badged-{common['key']}"):
        if isinstance(chosen, str) and chosen in taxonomy():
            st.markdown(badge_image(chosen), width="content")
        st.selectbox(
            label, categories(language()), format_func=_category_words, filter_mode="contains",
            placeholder=tell(M("Choose, or type to search")), accept_new_options=True,
            **{**common, "on_change": _category_left, "args": (common,)},
        )  # fmt: skip
    _did_you_mean(common)


def _category_left(common: dict[str, Any]) -> None:
    """A category was chosen; or a word was typed that is the name of none, and may mean some."""
    at = common["key"]
    typed = st.session_state.get(at)
    asked, before = f"{at}-asked", f"{at}-before"
    if typed is not None and typed not in taxonomy():
        fitting = [key for key in categories(language()) if fold(typed) in fold(_category_words(key))]
        found = fitting if len(fitting) == 1 else list(dict.fromkeys([*fitting, *meant(typed)]))
        st.session_state[at] = found[0] if len(found) == 1 else st.session_state.get(before)
        st.session_state[asked] = (typed, found) if len(found) != 1 else None
        if len(found) != 1:
            return
    st.session_state[asked] = None
    if common["on_change"] is not None:
        common["on_change"](*common["args"])


def _did_you_mean(common: dict[str, Any]) -> None:
    """What a word may mean that is the name of no category, to choose from."""
    at = common["key"]
    st.session_state[f"{at}-before"] = st.session_state.get(at)
    typed, found = st.session_state.get(f"{at}-asked") or ("", [])
    if not typed:
        return
    with st.container(key=f"announce-{at}", gap="xsmall"):
        if not found:
            st.caption(tell(M("No category is called “{words}”. Choose one of the list.", words=plain(typed, 40))))
            return
        st.caption(tell(M("“{words}” may be:", words=plain(typed, 40))))
        with st.container(horizontal=True, gap="small"):
            for key in found:
                words = f"{badge_image(key)} {plain(taxonomy()[key].label(language()))}"
                st.button(words, key=f"{at}-is-{key}", on_click=_is, args=(common, key))


def _is(common: dict[str, Any], category: str) -> None:
    st.session_state[common["key"]] = category
    _category_left(common)


def _category_words(key: str) -> str:
    """A category with its kind, so that either word finds it."""
    category = taxonomy()[key]
    return f"{category.label(language())} · {taxonomy().kinds[category.kind].label(language())}"


@cache
def categories(lang: str) -> list[str]:
    """The categories that lie on a map, in the order of their names; benches and the like last."""
    known = taxonomy()
    keys = [key for key in FIELDS["category"].words if key in known]
    return sorted(keys, key=lambda key: (known[key].role == "context", sort_key(known[key].label(lang), lang)))


def remark(key: str, value: Any) -> None:
    """What we make of a value, where that is not plain to see."""
    if key != "opening_hours" or not value:
        return
    lines = readable(normal_hours(str(value)) or str(value), language())
    if lines:
        st.caption(" · ".join(plain(line) for line in lines))
    else:
        st.caption(tell(M("This is shown as you wrote it. Written as Mo-Fr 08:00-16:00 it can also be looked up by "
                          "day.")))  # fmt: skip
