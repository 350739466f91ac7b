"""Who can walk to what: in the whole neighbourhood, or from one address?"""

from __future__ import annotations

import streamlit as st

from assetmap.app import cache
from assetmap.app.cache import place
from assetmap.app.host import Cargo, carry, show_map
from assetmap.app.link import linked
from assetmap.app.panel import answer
from assetmap.app.panel.downloads import downloads
from assetmap.app.panel.from_here import from_here
from assetmap.app.panel.question import question
from assetmap.app.panel.share import share
from assetmap.app.routes import map_url
from assetmap.app.standing import Place
from assetmap.app.state import language, plain, tell, tools
from assetmap.messages import M, Message
from assetmap.model.finding import Finding

VIEWS: dict[str, Message] = {"all": M("The whole neighbourhood"), "one": M("From one address")}


def show() -> None:
    """The page."""
    shown = place()
    name = plain(shown.inventory.neighbourhood.name, 80)
    with tools():
        share()
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.title(tell(M("Within walking distance in {place}", place=name)), anchor=False, width="content")
        with linked("look", "all", VIEWS):
            view = st.segmented_control(
                tell(M("What to look at")), list(VIEWS), required=True, format_func=lambda key: tell(VIEWS[key]),
                key="look", label_visibility="collapsed", persist_state="session",
            )  # fmt: skip
    if view == "one":
        from_here(shown)
    else:
        _everyone(shown)


def _everyone(shown: Place) -> None:
    wide, narrow = st.columns([3, 2], gap="medium")
    with wide:
        place_for_map = st.container()  # on a phone the map comes first, and what is asked below it
    with narrow:
        asked = question(shown)
    norm = asked.norm.key if asked.norm else None
    with place_for_map, st.spinner(tell(M("Walking all the streets …"))):
        coverage = cache.coverage(shown, asked.category, asked.minutes, norm, asked.profile)
        gaps = cache.gaps(shown, asked.category, asked.minutes, norm, asked.profile)
    with narrow:
        ground = _ground() if norm is None else False
        answer.sentence(coverage)
        answer.groups(coverage)
    with place_for_map, st.spinner(tell(M("Walking all the streets …"))):
        drawn = cache.coverage_cargo(shown, asked.category, asked.minutes, norm, asked.profile, ground, language())
    carry(drawn)
    with place_for_map:
        _frame(drawn)
    st.header(tell(M("Where to ask first")), anchor=False)
    st.write(tell(M("These places have the most people with farther to walk. Each has strengths of its own.")))
    answer.gap_list(gaps)
    answer.why(coverage)
    _take_along(coverage, gaps)


def _ground() -> bool:
    with linked("area", False):
        return st.toggle(tell(M("Show the ground within reach")), key="area", persist_state="session")


def _frame(drawn: Cargo) -> None:
    show_map(
        drawn,
        key="coverage-map",
        src=map_url(language()),
        title=tell(M("Map of who has it within reach. The text and the table say the same.")),
        height="var(--map-height)",
    )


def _take_along(coverage: Finding, gaps: Finding) -> None:
    with st.expander(tell(M("Download")), icon=":material/download:"):
        left, right = st.columns(2)
        with left:
            st.write(tell(M("Every home, with its minutes")))
            downloads(lambda: coverage, "coverage")
        with right:
            st.write(tell(M("Where to ask first")))
            downloads(lambda: gaps, "gaps")
        st.download_button(
            tell(M("Receipt: how to get the same figure again")),
            data=answer.receipt(coverage),
            file_name="receipt.json",
            mime="application/json",
            key="download-receipt",
            on_click="ignore",
            icon=":material/receipt_long:",
        )
