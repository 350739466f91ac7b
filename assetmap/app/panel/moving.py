"""How is an asset moved? By dragging its pin or tapping the new place; nothing is saved before Save."""

from __future__ import annotations

import streamlit as st

from assetmap.app import cache
from assetmap.app.desk import begin, desk, save
from assetmap.app.panel.heading import heading, reveal
from assetmap.app.state import plain, tell
from assetmap.messages import M
from assetmap.model.spot import At, lies_in, metres_between, moved, pin_of, spot


def moving() -> None:
    """What to do, how far it is, and the two ways out."""
    mine = desk()
    heading(M("Move"))
    beyond = mine.at is not None and not lies_in(cache.place().neighbourhood.boundary, mine.at)
    st.info(tell(M("Drag the pin, or tap the new place on the map.")), icon=":material/open_with:")
    if beyond:
        outside()
    elif mine.at is not None:
        far = metres_between(mine.record.get("geometry"), spot(mine.at))
        if far is not None:
            st.caption(tell(M("{metres} m from where it was", metres=round(far))))
    refusal = mine.refused.get("geometry")
    if refusal is not None:
        st.error(tell(refusal.message), icon=":material/front_hand:")
    with st.container(horizontal=True, gap="small", key="deeds"):
        st.button(tell(M("Save the new place")), key="save-place", type="primary", icon=":material/check:",
                  disabled=mine.at is None or beyond, on_click=_save)  # fmt: skip
        st.button(tell(M("Cancel")), key="cancel", icon=":material/close:", on_click=begin, args=("edit", mine.asset))
    reveal()


def outside() -> None:
    """That a place would not be shown."""
    name = plain(cache.place().neighbourhood.name, 60)
    st.warning(tell(M("That is outside {place}, where this map does not show it. Tap a place inside the line.",
                      place=name)), icon=":material/wrong_location:")  # fmt: skip


def pin() -> At | None:
    """Where the pin stands: at the tapped place, or where the asset is."""
    mine = desk()
    return mine.at or (pin_of(mine.record.get("geometry")) if mine.doing == "move" else None)


def _save() -> None:
    mine = desk()
    if mine.at is None:
        return
    values = {"geometry": moved(mine.record.get("geometry"), mine.at), "location_precision": "exact"}
    outcome = save(values, about="geometry")
    if outcome is not None:
        notice, clashes = mine.notice, mine.clashes
        begin("edit", mine.asset)
        mine.notice, mine.clashes = notice, clashes
