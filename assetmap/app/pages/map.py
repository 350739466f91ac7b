"""What does this place have? The map and, beside it, the same as a list."""

from __future__ import annotations

import streamlit as st

from assetmap.app.cache import asset_cargo, asset_patch, place, table
from assetmap.app.desk import desk
from assetmap.app.editors import may_edit
from assetmap.app.host import carry, show_map
from assetmap.app.link import set_parameter
from assetmap.app.panel.details import open_from_link
from assetmap.app.panel.downloads import downloads
from assetmap.app.panel.filters import Choice, count_sentence, filters
from assetmap.app.panel.moving import pin
from assetmap.app.panel.places import card, places
from assetmap.app.panel.share import share
from assetmap.app.panel.suggesting import suggest_button
from assetmap.app.panel.welcome import hint
from assetmap.app.panel.workbench import add_button, workbench
from assetmap.app.routes import map_url
from assetmap.app.rows import Row
from assetmap.app.standing import Place
from assetmap.app.state import language, plain, tell, tools
from assetmap.messages import M, Mn


def show() -> None:
    """The page."""
    st.session_state.pop("to-map", None)
    shown = place()
    with tools():
        share()
        with st.popover(tell(M("Download")), icon=":material/download:"):
            st.write(tell(M("Everything that is shown here, with its sources and licences.")))
            downloads(lambda: shown.inventory, "assetmap")
    cargo = asset_cargo(shown, language())
    carry(cargo)
    _explore(cargo.key)
    open_from_link()


@st.fragment
def _explore(carried: str) -> None:
    """What changes with a filter or an edit: only this part runs again."""
    shown = place()
    if asset_cargo(shown, language()).key != carried:
        st.rerun()  # so much is different that everything is sent anew
    everything = table(shown, language())
    with st.container():  # one place, however many choices there are: the map below must not move, or it begins anew
        name = plain(shown.neighbourhood.name, 80)
        choice = filters(tell(M("What there is in {place}", place=name)), everything)
    wide, narrow = st.columns([3, 2], gap="medium")
    with wide:
        _map(shown, choice, everything)
        _waiting(shown)
        if not may_edit():
            suggest_button()
    with narrow:
        busy = workbench()
        with st.container(horizontal=True, vertical_alignment="center", key="count"):
            with st.container(key="announce-count"):
                st.markdown(f"**{count_sentence(choice, everything)}**")
            if not busy:
                add_button()
        if not busy:
            hint()
            _chosen(everything)
        with st.container(key="places"):
            places(choice, _focus)


def _map(shown: Place, choice: Choice, everything: list[Row]) -> None:
    placing = may_edit() and desk().doing in ("add", "move")
    events = show_map(
        asset_cargo(shown, language()),
        key="map",
        src=map_url(language()),
        title=tell(M("Map of {place}. The list beside it says the same.", place=shown.neighbourhood.name)),
        height="var(--map-height)",
        ids=[row.id for row in choice.rows] if choice.words.strip() else None,
        categories=_categories(choice, everything),
        focus=st.session_state.get("focus"),
        tracked=True,
        patch=asset_patch(shown, language()),
        placing=placing,
        pin=pin() if placing else None,
    )
    if events.view:
        set_parameter("view", "{:.5f},{:.5f},{:g}".format(*events.view))
    if events.opened:
        st.session_state["chosen"] = events.opened
    if placing and events.picked:
        desk().at = events.picked


def _chosen(everything: list[Row]) -> None:
    """What was opened on the map stands first in the list: the way from the map to all that is known."""
    row = next((row for row in everything if row.id == st.session_state.get("chosen")), None)
    if row is not None:
        with st.container(key="announce-chosen"):
            st.caption(tell(M("Chosen on the map")))
        card(row, None, suffix="chosen")


def _categories(choice: Choice, everything: list[Row]) -> list[str] | None:
    """The categories that the map shows; all when None."""
    if choice.categories:
        return list(choice.categories)
    if choice.kind:
        return sorted({row.category for row in everything if row.kind == choice.kind})
    return None


def _focus(key: str) -> None:
    before = st.session_state.get("focus", ("", 0))
    st.session_state["focus"] = (key, before[1] + 1)


def _waiting(shown: Place) -> None:
    if shown.waiting:
        st.container(key="waiting").caption(
            tell(
                Mn(
                    "One more waits until somebody has looked at it.",
                    "{n} more wait until somebody has looked at them.",
                    shown.waiting,
                )
            )
        )
