"""What does somebody see who is here for the first time: that this is a demo, and how to begin a map of one's own?"""

from __future__ import annotations

import streamlit as st

from assetmap.app.cache import place
from assetmap.app.state import note, tell
from assetmap.demo import NOTE
from assetmap.messages import M


def say_demo() -> None:
    """Where the store is the demo: say so on every page, and how to go on from it."""
    if NOTE.text not in (said.text for said in place().neighbourhood.notes):
        return
    with note():
        st.markdown(tell(M("**Demo**: central Helsinki, 2019; invented gatherings are marked.")))
        with st.popover(tell(M("Start your own map")), icon=":material/add_location_alt:", type="tertiary"):
            how_to_start()


def how_to_start() -> None:
    """The two commands between here and a map of one's own."""
    st.write(
        tell(
            M(
                "A map begins with the name of a place. In a terminal, gather what the place has, then open this "
                "app again:"
            )
        )
    )
    st.code('assetmap gather "Christianshavn, København"\nassetmap app', language=None, wrap_lines=True)


def hint() -> None:
    """One line until something on the map was opened."""
    if not st.session_state.get("chosen"):
        words = tell(M("Tap a circle on the map to see what is there."))
        st.caption(f":material/touch_app: {words}")
