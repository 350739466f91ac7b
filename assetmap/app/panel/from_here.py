"""What can be reached on foot from one address? Asked by an address or a tap on the map; nothing of it is kept."""

from __future__ import annotations

from typing import Any

import streamlit as st

from assetmap.app import cache
from assetmap.app.cache import Address
from assetmap.app.host import Cargo, carry, show_map
from assetmap.app.panel.answer import why
from assetmap.app.panel.question import walker
from assetmap.app.routes import map_url
from assetmap.app.standing import Place
from assetmap.app.state import language, plain, tell
from assetmap.i18n import number
from assetmap.messages import M, Mn
from assetmap.model.finding import Finding
from assetmap.model.taxonomy import taxonomy

STEPS = (5, 10, 15)
_AT = "from-here"


def from_here(shown: Place) -> None:
    """The choice of a place, the map, and what is within 5, 10 and 15 minutes of it."""
    wide, narrow = st.columns([3, 2], gap="medium")
    with wide:
        place_for_map = st.container()
    with narrow, st.container(key="ask", gap="xsmall"):
        _address(shown)
        profile = walker()
    at = st.session_state.get(_AT)
    finding, drawn = None, cache.asset_cargo(shown, language())
    with place_for_map, st.spinner(tell(M("Walking all the streets …"))):  # always there: the map must not move
        if at:
            finding, drawn = cache.nearby(shown, at, profile, language())
    carry(drawn)
    with place_for_map:
        picked = _map(drawn, at)
    if picked and picked != at:
        st.session_state[_AT] = picked
        st.rerun()  # the address that stood there is no longer where it is asked from
    with narrow:
        if finding is None:
            st.info(tell(M("Tap a place on the map, or search for an address.")), icon=":material/touch_app:")
        else:
            _reached(finding)
            why(finding)


def _map(drawn: Cargo, at: tuple[float, float] | None) -> tuple[float, float] | None:
    """The map with the chosen place; the place that was tapped."""
    return show_map(
        drawn,
        key="nearby-map",
        src=map_url(language()),
        title=tell(M("Map: tap a place to see what can be reached from it")),
        height="var(--map-height)",
        picking=True,
        pin=at,
    ).picked


def _reached(finding: Finding) -> None:
    """By kind, the categories that can be reached, nearest first."""
    lang, known = language(), taxonomy()
    with st.container(key="announce-nearby"):
        st.markdown(f"**{plain(tell(finding.sentence), 600)}**")
    found = finding.summary["categories"]
    for kind in known.kinds.values():
        keys = sorted((key for key in found if known[key].kind == kind.key), key=lambda key: found[key]["nearest"])
        if keys:
            st.subheader(kind.label(lang), anchor=False)
            st.markdown("\n".join(f"- {_line(key, found[key], lang)}" for key in keys))


def _line(key: str, line: dict[str, Any], lang: str) -> str:
    """A category: how many within the shortest step that has one, and the nearest."""
    step = next(step for step in STEPS if line["within"][f"{step:g}"])
    many = line["within"][f"{step:g}"]
    counted = tell(Mn("one within {step} minutes", "{n} within {step} minutes", many, step=step))
    label = plain(taxonomy()[key].label(lang))
    if not line["name"]:
        return f"**{label}**: {counted}"
    name, minutes = plain(line["name"], 60), number(max(1, round(line["nearest"])), lang)
    nearest = tell(M("nearest: {name}, {minutes} min", name=name, minutes=minutes))
    return f"**{label}**: {counted} ({nearest})"


def _address(shown: Place) -> None:
    """Find an address of the same map data; nothing is asked of any service."""
    found = st.text_input(
        tell(M("Address")), key="address", max_chars=80, live="300ms", type="search", icon=":material/home_pin:",
        placeholder=tell(M("Street and number")),
    )  # fmt: skip
    if not (found or "").strip():
        return
    matches = cache.addresses(shown, found or "")
    if any(address.text == found for address in matches):
        return
    if not matches:
        st.caption(tell(M("That address is not in the map data. Tap the place on the map instead.")))
        return
    for address in matches:
        st.button(
            plain(address.text, 80), key=f"address-{address.text}", type="tertiary", icon=":material/arrow_forward:",
            on_click=_go, args=(address,),
        )  # fmt: skip


def _go(address: Address) -> None:
    st.session_state[_AT], st.session_state["address"] = address.at, address.text
