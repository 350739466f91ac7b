"""What is there to do? One desk at a time: what comes in, what is in doubt, and what was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from assetmap.app.cache import current_store
from assetmap.app.desks import bin, checking, duplicates, health, history, importing, snapshots, suggestions
from assetmap.app.desks.acting import forget, last_deed
from assetmap.app.editors import editor, may_edit
from assetmap.app.link import linked
from assetmap.app.panel.saved import who_are_you
from assetmap.app.panel.suggesting import suggest_button
from assetmap.app.state import tell, tools
from assetmap.messages import M, Message

_KEY, _NARROW = "work", "work-narrow"


@dataclass(frozen=True)
class Desk:
    """One desk.

    Attributes:
        about: One sentence on what is done at it.
        public: Whether those see it who may only read here.
    """

    title: Message
    about: Message
    show: Callable[[], None]
    public: bool = False


DESKS: dict[str, Desk] = {
    "suggestions": Desk(M("Suggestions"), M("What readers say is missing or wrong. You decide."), suggestions.show),
    "duplicates": Desk(M("Duplicates"), M("The same thing twice on the map? Join the two, or keep them apart."),
                       duplicates.show),
    "checking": Desk(M("Checking"), M("What nobody has heard of for long: is it still true?"), checking.show),
    "importing": Desk(M("Importing"), M("Bring in a list, or edit the map in a spreadsheet."), importing.show),
    "history": Desk(M("History"), M("Everything that was changed, newest first. Each step can be taken back."),
                    history.show, public=True),
    "snapshots": Desk(M("Snapshots"), M("The map on a day, and what is new, found or gone since."), snapshots.show,
                      public=True),
    "bin": Desk(M("Bin"), M("What was deleted, and the way back."), bin.show),
    "health": Desk(M("Health"), M("Is the store whole and safe? And its backups."), health.show, public=True),
}  # fmt: skip


def show() -> None:
    """The page."""
    mine = may_edit()
    there = {key: desk for key, desk in DESKS.items() if mine or desk.public}
    with tools():
        if mine:
            _name()
        else:
            suggest_button()
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(tell(M("Work")), anchor=False, width="content")
        chosen = _choose(there, _waiting() if mine else 0)
    about = there[chosen].about
    if not mine and chosen == "history":
        about = M("Everything that was changed, newest first.")
    st.caption(tell(about))
    if st.session_state.get("_at-desk") != chosen:
        forget()
    st.session_state["_at-desk"] = chosen
    last_deed()
    with st.container(key=f"desk-{chosen}", gap="small"):
        there[chosen].show()


def _name() -> None:
    """As whom one does all this; small, and never demanded."""
    if editor():
        who_are_you()
    else:
        with st.popover(tell(M("Your name")), icon=":material/person:", type="tertiary", key="your-name"):
            who_are_you()


def _waiting() -> int:
    """How many suggestions wait."""
    return len(current_store().review.queue())


def _choose(there: dict[str, Desk], waiting: int) -> str:
    """The switch: all desks side by side in a wide window, one box on a phone."""

    def called(key: str) -> str:
        title = tell(there[key].title)
        return f"{title} ({waiting})" if key == "suggestions" and waiting else title

    first = next(iter(there))
    with linked(_KEY, first, there):
        chosen = st.segmented_control(
            tell(M("Desk")), list(there), required=True, format_func=called, key=_KEY, label_visibility="collapsed",
            persist_state="session",
        )  # fmt: skip
    st.session_state[_NARROW] = chosen or first
    st.selectbox(tell(M("Desk")), list(there), format_func=called, key=_NARROW, label_visibility="collapsed",
                 filter_mode=None, on_change=_switch)  # fmt: skip
    return str(chosen or first)


def _switch() -> None:
    """The box was used: the switch follows."""
    st.session_state[_KEY] = st.session_state[_NARROW]
