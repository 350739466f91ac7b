"""How is the list shown, which says the same as the map to those who do not see it?"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from assetmap.app.panel.details import open_details
from assetmap.app.panel.filters import Choice, clear, label_of, ordered
from assetmap.app.panel.workbench import edit_button
from assetmap.app.routes import badge_image
from assetmap.app.rows import Row
from assetmap.app.state import plain, tell
from assetmap.messages import M

PAGE = 10


def places(choice: Choice, show_on_map: Callable[[str], None], per_page: int = PAGE) -> None:
    """The list, a page at a time.

    Args:
        show_on_map: Called with the id of the asset whose button was pressed.
    """
    if not choice.rows:
        _empty(choice)
        return
    rows, group_of = ordered(choice)
    many = -(-len(rows) // per_page)
    if st.session_state.get("side", 1) > many:
        del st.session_state["side"]  # a narrower search has fewer pages: begin again
    number = st.session_state.get("side", 1)
    before = None
    with st.container(key="groups", gap="xsmall"):
        for row in rows[(number - 1) * per_page : number * per_page]:
            if group_of and group_of(row) != before:
                before = group_of(row)
                st.header(f"{badge_image(before)} {plain(label_of(before))}", anchor=False)
            card(row, show_on_map)
    if many > 1:
        st.pagination(many, key="side", max_visible_pages=5)


def card(row: Row, show_on_map: Callable[[str], None] | None, suffix: str = "") -> None:
    """One asset: its name, what it is, where, and the ways to more.

    Args:
        show_on_map: Called with the id; no such button when None.
        suffix: Tells two cards of one asset on one page apart.
    """
    with st.container(key=f"card{suffix}-{row.id}", gap="xxsmall", border=True):
        st.markdown(f"{badge_image(row.category)} **{plain(row.title, 120)}**")
        below = [part for part in (row.label if not row.title.startswith(row.label) else "", row.where) if part]
        if below:
            st.caption(" · ".join(plain(part, 120) for part in below))
        with st.container(horizontal=True, gap="small"):
            if st.button(tell(M("Details")), key=f"details{suffix}-{row.id}", icon=":material/info:", type="tertiary"):
                open_details(row.id)
            if suffix:
                edit_button(row.id, suffix)
            if not row.placed:
                st.caption(tell(M("has no place on the map yet")))
            elif show_on_map:
                st.button(
                    tell(M("Show on map")), key=f"focus-{row.id}", icon=":material/location_on:", type="tertiary",
                    on_click=show_on_map, args=(row.id,),
                )  # fmt: skip


def _empty(choice: Choice) -> None:
    if not choice.narrowed:
        st.info(tell(M("Nothing is mapped here yet. Add a file of places and groups with “assetmap add”.")))
        return
    if choice.words.strip():
        st.info(tell(M("Nothing here fits “{words}”. Try another word, or show everything again.",
                       words=plain(choice.words, 80))))  # fmt: skip
    else:
        st.info(tell(M("Nothing of this sort is mapped here yet. That does not mean that there is none.")))
    st.button(tell(M("Show everything")), key="clear", icon=":material/refresh:", on_click=clear)
