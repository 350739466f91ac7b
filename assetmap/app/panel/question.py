"""How does a visitor ask who can reach something? A category, how far, and who walks on what ground."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from assetmap.app.link import linked
from assetmap.app.standing import Place
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
RANGE = range(2, 31)
_CATEGORY = "reach"
_USUAL = "usual-minutes"


@dataclass(frozen=True)
class Question:
    """What is asked. Either `minutes` or `norm` is None."""

    category: str
    minutes: int | None
    norm: Norm | None
    profile: str


def question(shown: Place) -> Question:
    """Show the choices. Their keys are the parameters of a share link."""
    with st.container(key="ask", gap="xsmall"):
        with st.container(horizontal=True, gap="small"):
            category = _category(shown)
            place_for_minutes = st.container()
        norm = _norm(category)
        with place_for_minutes:
            minutes = None if norm else _minutes(category)
        profile = walker()
        if norm is None:
            _own_choice(category, minutes)
        else:
            _cite(norm)
    return Question(category, minutes, norm, profile)


def walker() -> str:
    """Who walks, and on what ground, as the name of a walking profile."""
    with st.container(horizontal=True, gap="small"):
        with linked("who", "adult", WHO):
            who = st.selectbox(
                tell(M("Who walks")), list(WHO), format_func=lambda key: tell(WHO[key]), key="who", filter_mode=None,
                persist_state="session",
            )  # fmt: skip
        with linked("ground", "bare", GROUND):
            ground = st.selectbox(
                tell(M("Ground")), list(GROUND), format_func=lambda key: tell(GROUND[key]), key="ground",
                filter_mode=None, persist_state="session",
            )  # fmt: skip
    return str(who) if ground == "bare" else f"{who}-{ground}"


def _minutes(category: str) -> int:
    """How far. It begins with what is usual for the category, and follows it until somebody chooses otherwise."""
    usual = taxonomy()[category].catchment_min
    if "minutes" in st.session_state and st.session_state["minutes"] == st.session_state.get(_USUAL):
        st.session_state["minutes"] = usual
    st.session_state[_USUAL] = usual
    with linked("minutes", usual, RANGE):
        return int(st.slider(tell(M("Minutes on foot")), RANGE[0], RANGE[-1], key="minutes", persist_state="session"))


def _own_choice(category: str, minutes: int | None) -> None:
    """No number of minutes is a norm; say so where somebody might take it for one."""
    if minutes == taxonomy()[category].catchment_min:
        st.caption(tell(M("{minutes} minutes is the default for this category, not a norm.", minutes=minutes)))
    else:
        st.caption(tell(M("{minutes} minutes is a choice, not a norm.", minutes=minutes)))


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
            tell(M("Who can walk to")), keys, format_func=called, key=_CATEGORY,
            persist_state="session",
        )  # fmt: skip
    return chosen or first


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
