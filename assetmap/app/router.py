"""Which pages are there, and what stands around each of them?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from assetmap.app.cache import current_store
from assetmap.app.chrome import dress
from assetmap.app.failure import show_problem
from assetmap.app.pages import about, coverage, listing, map, work
from assetmap.app.panel.welcome import how_to_start, say_demo
from assetmap.app.state import choose_language, set_places, tell
from assetmap.errors import AssetmapError, StoreMissing
from assetmap.messages import M, Message

ICON = Path(__file__).with_name("icon.svg")


def pages() -> list[st.Page]:
    """The pages in the visitor's language. Their addresses are the same in every language."""
    return [
        _page(map.show, M("Map"), "map", "map", default=True),
        _page(listing.show, M("List"), "list", "list"),
        _page(coverage.show, M("On foot"), "directions_walk", "coverage"),
        _page(work.show, M("Work"), "handyman", "work"),
        _page(about.show, M("About"), "info", "about"),
    ]


def _page(show: Callable[[], None], title: Message, icon: str, path: str, default: bool = False) -> st.Page:
    return st.Page(guarded(show), title=tell(title), icon=f":material/{icon}:", url_path=path, default=default)


def guarded(show: Callable[[], None]) -> Callable[[], None]:
    """A page that says what is wrong where we know it, and leaves the rest to `server.script_failed`."""
    return partial(_guard, show)


def _guard(show: Callable[[], None]) -> None:
    try:
        current_store()
        say_demo()
        show()
    except StoreMissing:
        _no_store()
    except AssetmapError as problem:
        show_problem(problem.message)


def run() -> None:
    """One run of the app for one visitor."""
    st.set_page_config(page_title="assetmap", page_icon=str(ICON), layout="wide", initial_sidebar_state="collapsed")
    top = st.container(horizontal=True, key="top", vertical_alignment="center", gap="small")
    links = top.container(horizontal=True, key="links", width="stretch")
    note = top.container(horizontal=True, key="note", width="content", vertical_alignment="center")
    set_places(note, top.container(horizontal=True, key="tools", width="content"))
    with top:
        choose_language()
    here = pages()
    dress()
    chosen = st.navigation(here, position="hidden")
    with links:
        _links(here)
    chosen.run()
    with st.bottom, st.container(horizontal=True, key="thumbs"):
        _links(here)


def _links(here: list[st.Page]) -> None:
    for page in here:
        st.page_link(page, label=page.title, icon=page.icon)


def _no_store() -> None:
    st.title(tell(M("There is no map here yet")), anchor=False)
    how_to_start()
