"""What was just saved, how is it taken back, and as whom does one edit?"""

from __future__ import annotations

import streamlit as st

from assetmap.app import deeds
from assetmap.app.desk import desk
from assetmap.app.editors import editor, name_editor
from assetmap.app.state import plain, tell
from assetmap.messages import M


def saved_line() -> None:
    """One small line, always as high, so that nothing moves under a finger when something is saved."""
    notice = desk().notice
    with st.container(key="announce-saved", gap="xxsmall"):
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="saved"):
            if notice is None:
                st.caption(tell(M("What you change is saved when you leave the field.")))
                return
            st.markdown(f":green[:material/check_circle:] {plain(tell(notice.said))}"
                        if notice.changeset is not None
                        else f":material/info: {plain(tell(notice.said))}")  # fmt: skip
            if notice.changeset is not None:
                st.button(
                    tell(M("Do it again") if notice.again else M("Undo")), key="undo", type="tertiary",
                    icon=":material/redo:" if notice.again else ":material/undo:", on_click=deeds.undo,
                )  # fmt: skip
        for line in notice.more:
            st.caption(plain(tell(line)))


def who_are_you() -> None:
    """Asked for once, never demanded."""
    name = editor()
    if "by" not in st.session_state:
        st.session_state["by"] = name
    if name:
        with st.popover(tell(M("You: {name}", name=plain(name, 40))), icon=":material/person:", type="tertiary"):
            _name()
    else:
        _name()


def _name() -> None:
    st.text_input(
        tell(M("Who are you? The first name is enough")), key="by", max_chars=60, on_change=_named,
        placeholder=tell(M("You may leave this empty")), autocomplete="given-name", icon=":material/person:",
    )  # fmt: skip


def _named() -> None:
    name_editor(str(st.session_state.get("by") or ""))
