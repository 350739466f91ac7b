"""What does this place have, read as a list? It is the map for those who do not use one."""

from __future__ import annotations

import streamlit as st

from assetmap.app.cache import place, table
from assetmap.app.panel.details import open_from_link
from assetmap.app.panel.filters import count_sentence, filters
from assetmap.app.panel.places import places
from assetmap.app.panel.share import share
from assetmap.app.panel.workbench import last_step
from assetmap.app.state import language, plain, tell, tools
from assetmap.messages import M


def show() -> None:
    """The page."""
    with tools():
        share()
    _listed()
    open_from_link()


@st.fragment
def _listed() -> None:
    shown = place()
    everything = table(shown, language())
    name = plain(shown.neighbourhood.name, 80)
    choice = filters(tell(M("What there is in {place}, as a list", place=name)), everything)
    last_step()
    with st.container(key="announce-count"):
        st.markdown(f"**{count_sentence(choice, everything)}**")
    with st.container(key="broad"):
        places(choice, _focus, per_page=20)
    if st.session_state.pop("to-map", False):
        st.switch_page(_map_page())


def _focus(key: str) -> None:
    before = st.session_state.get("focus", ("", 0))
    st.session_state["focus"] = (key, before[1] + 1)
    st.session_state["to-map"] = True


def _map_page() -> st.Page:
    from assetmap.app.router import pages

    return pages()[0]
