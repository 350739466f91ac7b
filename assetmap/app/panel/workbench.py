"""What does somebody see beside the map who may change it: the ways in, and whatever is being edited?"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from assetmap.app.desk import begin, desk
from assetmap.app.editors import may_edit
from assetmap.app.panel.adding import adding
from assetmap.app.panel.asset_history import asset_history
from assetmap.app.panel.editing import deed_buttons, editing
from assetmap.app.panel.moving import moving
from assetmap.app.panel.saved import saved_line
from assetmap.app.state import tell
from assetmap.messages import M

_PANELS: dict[str, Callable[[], None]] = {"add": adding, "edit": editing, "move": moving, "history": asset_history}


def workbench() -> bool:
    """What is being edited, if anything is; whether something is."""
    mine = desk()
    if not may_edit():
        return False
    if mine.doing:
        with st.container(key="desk", gap="small"):
            _PANELS[mine.doing]()
        return True
    last_step()
    return False


def last_step() -> None:
    """What was just done, while nothing is being edited."""
    if may_edit() and desk().notice is not None:
        saved_line()


def add_button() -> None:
    """The way to a new asset; for those who may."""
    if may_edit():
        st.button(tell(M("Add")), key="add", type="primary", icon=":material/add_location_alt:", on_click=begin,
                  args=("add",))  # fmt: skip


def edit_button(asset: str, suffix: str = "") -> None:
    """The way from an asset to its form; for those who may."""
    if may_edit():
        st.button(tell(M("Edit")), key=f"edit{suffix}-{asset}", type="tertiary", icon=":material/edit:", on_click=begin,
                  args=("edit", asset))  # fmt: skip


def ways_to_edit(asset: str, version: int | None) -> None:
    """The same and more, in the drawer of an asset, which closes when one is taken.

    Args:
        version: What the drawer shows; what somebody changed since is not deleted unseen.
    """
    if not may_edit():
        return
    with st.container(horizontal=True, gap="small", key="ways"):
        taken = st.button(tell(M("Edit")), key="edit", type="primary", icon=":material/edit:", on_click=begin,
                          args=("edit", asset))  # fmt: skip
        taken = deed_buttons(asset, version, suffix="-drawer") or taken
    if taken:
        st.query_params.pop("asset", None)  # else the drawer would open anew
        st.session_state["chosen"] = asset
        if desk().doing:
            st.session_state["to-map"] = True  # the form stands beside the map
        st.rerun()
