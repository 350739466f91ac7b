"""How does a visitor ask who can reach something? A category, how far, and who walks on what ground."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from assetmap.app.cache import Place
from assetmap.app.link import linked
from assetmap.app.state import language, plain, tell
from assetmap.i18n import number, say, sort_key
from assetmap.messages import M, Message
from assetmap.model.norms import Norm, norms
from assetmap.model.taxonomy import taxonomy

WHO: dict[str, Message] = {
    "adult": M("Adult"),
    "older": M("Older person"),
    "child": M("Child"),
    "pram": M("With a pram"),
}
GROUND: dict[str, Message] = {"bare": M("Bare ground"), "winter": M("Winter"), "ice": M("Ice")}
MINUTES = 10
RANGE = range(2, 31)
_CATEGORY = "reach"


@dataclass(frozen=True)
class Question:
    """What is asked. Either `minutes` or `norm` is None."""

    category: str
    minutes: int | None
    norm: Norm | None
    profile: str


def question(shown: Place) -> Question:
    """Show the choices. Their keys are the parameters of a share link."""
    left, right = st.columns([1, 1], gap="medium")
    with left:
        category = _category(shown)
        norm = _norm(category)
    with right:
        with linked("minutes", MINUTES, RANGE):
            minutes = st.slider(
                tell(M("Minutes on foot")), RANGE[0], RANGE[-1], key="minutes", disabled=norm is not None,
                persist_state="session",
            )  # fmt: skip
        profile = walker()
    if norm is None:
        st.caption(tell(M("{minutes} minutes is a choice, not a norm.", minutes=minutes)))
    else:
        _cite(norm)
    return Question(category, None if norm else minutes, norm, profile)


def walker() -> str:
    """Who walks, and on what ground, as the name of a walking profile."""
    with st.container(horizontal=True):
        with linked("who", "adult", WHO):
            who = st.segmented_control(
                tell(M("Who walks")), list(WHO), required=True, format_func=lambda key: tell(WHO[key]), key="who",
                persist_state="session",
            )  # fmt: skip
        with linked("ground", "bare", GROUND):
            ground = st.segmented_control(
                tell(M("Ground")), list(GROUND), required=True, format_func=lambda key: tell(GROUND[key]),
                key="ground", persist_state="session",
            )  # fmt: skip
    return str(who) if ground == "bare" else f"{who}-{ground}"


def _category(shown: Place) -> str:
    """Categories that are mapped first, in the order of their names; then those that are not mapped yet."""
    lang, known, counted = language(), taxonomy(), shown.inventory.counts().to_dict()
    keys = [key for key in known if known[key].role != "gift"]
    keys.sort(key=lambda key: (key not in counted, sort_key(known[key].label(lang), lang)))

    def called(key: str) -> str:
        there = number(counted[key], lang) if key in counted else say(M("not mapped yet"), lang)
        return f"{known[key].label(lang)} ({there})"

    first = next((key for key in ("playground", "park_green", "grocery_market") if key in counted), keys[0])
    with linked(_CATEGORY, first, keys):
        chosen = st.selectbox(
            tell(M("Who can walk to")), keys, format_func=called, key=_CATEGORY, on_change=_take_catchment,
            persist_state="session",
        )  # fmt: skip
    return chosen or first


def _take_catchment() -> None:
    """Another category is asked for: begin with its own usual distance, and without the other one's norm."""
    st.session_state["minutes"] = taxonomy()[st.session_state[_CATEGORY]].catchment_min
    st.session_state["norm"] = ""


def _norm(category: str) -> Norm | None:
    """A norm or goal to measure against, of those that are about this category."""
    fitting = {key: norm for key, norm in norms().items() if category in norm.categories and norm.usable}
    if not fitting:
        return None

    def called(key: str) -> str:
        return (
            f"{tell(fitting[key].statement)} ({_origin(fitting[key])})" if key else tell(M("the minutes chosen here"))
        )

    keys = ["", *fitting]
    with linked("norm", "", keys):
        chosen = st.selectbox(
            tell(M("Measured against")), keys, format_func=called, key="norm", persist_state="session"
        )
    return fitting.get(chosen)


def _origin(norm: Norm) -> str:
    return ", ".join(part for part in (norm.country, tell(norm.status)) if part)


def _cite(norm: Norm) -> None:
    """The norm's own words, what sort of norm it is, and where it stands."""
    where = f"[{plain(norm.source or norm.url)}]({norm.url})" if norm.url else plain(norm.source)
    st.caption(
        tell(
            M(
                "{statement}. What it is: {status}. {where}",
                statement=plain(tell(norm.statement)),
                status=plain(tell(norm.status)),
                where=where,
            )
        )
    )
    if norm.verified != "read":
        st.caption(tell(M("The wording was not read in full at the source; check it before you quote it.")))
