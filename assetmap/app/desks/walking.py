"""Where should somebody walk who has an hour? A round past what is most in doubt, as a list, a map and a sheet."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely
import streamlit as st

from assetmap import api
from assetmap.app import cache
from assetmap.app.cache import current_store, place
from assetmap.app.desks.telling import as_record, dots, headline, subline
from assetmap.app.host import Cargo, carry, pack, show_map
from assetmap.app.routes import map_url
from assetmap.app.rows import search
from assetmap.app.standing import Place
from assetmap.app.state import language, plain, tell
from assetmap.i18n import number
from assetmap.maps.payload import payload
from assetmap.messages import M, Mn
from assetmap.model.spot import At, pin_of
from assetmap.reports.walk_sheet import walk_sheet
from assetmap.settings import settings
from assetmap.upkeep.tour import Walk

_AT, _WORDS, _MINUTES = "walk-at", "walk-words", (30, 45, 60, 90, 120)


def show() -> None:
    """Where it starts and how long it may take; then the round."""
    shown = place()
    wide, narrow = st.columns([3, 2], gap="medium")
    with wide:
        for_map = st.container()
    with narrow, st.container(gap="xsmall"):
        _start(shown)
        minutes = st.selectbox(
            tell(M("How long may it take?")), _MINUTES, index=2, key="walk-minutes", filter_mode=None,
            format_func=lambda n: tell(M("{n} minutes", n=n)),
        )  # fmt: skip
    at: At | None = st.session_state.get(_AT)
    walk, drawn = None, cache.asset_cargo(shown, language())
    with narrow, st.spinner(tell(M("Planning the round along the streets …"))):
        if at:
            walk = _walk(shown.key, settings().audience, at, int(minutes or 60))
            drawn = _cargo(shown.key, at, int(minutes or 60), language(), walk, shown) if walk.stops else drawn
    carry(drawn)
    with for_map:
        _map(drawn, at)
    with narrow:
        _round(shown, walk)


def _map(drawn: Cargo, at: At | None) -> None:
    picked = show_map(
        drawn, key="walk-map", src=map_url(language()), title=tell(M("Map of the walk: tap where it starts")),
        height="var(--map-height)", picking=True, pin=at, fits=True,
    ).picked  # fmt: skip
    if picked is not None and picked != st.session_state.get("walk-picked"):
        st.session_state["walk-picked"] = picked
        st.session_state[_AT] = picked
        st.session_state["walk-clear"] = True
        st.rerun()


def _start(shown: Place) -> None:
    """An address or a place to start from; or a tap on the map."""
    if st.session_state.pop("walk-clear", False):
        st.session_state[_WORDS] = ""  # what was typed is no longer where it starts
    words = st.text_input(
        tell(M("Where does it start?")), key=_WORDS, max_chars=80, live="300ms", type="search",
        icon=":material/home_pin:", placeholder=tell(M("Street and number, or a place")),
    )  # fmt: skip
    if (words or "").strip() and words != st.session_state.get("walk-chosen"):
        found: list[tuple[str, At | None]] = [(one.text, one.at) for one in cache.addresses(shown, words or "", 4)]
        rows = [row for row in search(cache.table(shown, language()), words or "") if row.placed][:4]
        found += [(row.title, _pin(shown, row.id)) for row in rows]
        for n, (text, at) in enumerate(found):
            st.button(plain(text, 80), key=f"walk-start-{n}", type="tertiary", icon=":material/arrow_forward:",
                      on_click=_begin, args=(text, at))  # fmt: skip
        if not found:
            st.caption(tell(M("That is not in the map data. Tap the place on the map instead.")))
    elif not st.session_state.get(_AT):
        st.button(tell(M("Start in the middle of the map")), key="walk-middle", icon=":material/filter_center_focus:",
                  on_click=_begin, args=("", _middle(shown)))  # fmt: skip


def _begin(text: str, at: At | None) -> None:
    st.session_state[_AT], st.session_state[_WORDS], st.session_state["walk-chosen"] = at, text, text


def _pin(shown: Place, key: str) -> At | None:
    values = shown.values(key)
    return pin_of(values["geometry"]) if values is not None else None


def _middle(shown: Place) -> At | None:
    return pin_of(shown.inventory.neighbourhood.boundary)


@st.cache_resource(max_entries=4, show_spinner=False, scope="session")
def _walk(key: str, audience: str, at: At, minutes: int) -> Walk:
    """Kept in the asker's own session only: where somebody starts is nobody else's business."""
    return current_store().doubts.walk(at, minutes=minutes, audience=audience)


@st.cache_resource(max_entries=4, show_spinner=False, scope="session")
def _cargo(key: str, at: At, minutes: int, lang: str, _walk: Walk, _shown: Place) -> Cargo:
    frame = _shown.inventory.everything.loc[list(_walk.stops)]
    # without the boundary, so that the map shows the round and not the whole area around it
    here = _shown.neighbourhood.replace(boundary=shapely.Polygon())
    stops = _shown.inventory.replace(frame=frame, beyond=frame.head(0), neighbourhood=here)
    lines = gpd.GeoDataFrame(geometry=[_walk.geometry] if _walk.geometry is not None else [], crs=4326)
    drawn = payload(stops, *([lines] if len(lines) else []), lang=lang, audience=stops.audience)
    return pack(f"walk-{key}-{at[0]}-{at[1]}-{minutes}-{lang}", drawn)


def _round(shown: Place, walk: Walk | None) -> None:
    """The stops in their order, and the sheet to take along."""
    if walk is None:
        st.info(tell(M("Tap the map where the walk starts, or search for an address.")), icon=":material/touch_app:")
        return
    lang = language()
    if not walk.stops:
        st.info(
            tell(M("Nothing that is in doubt can be reached in this time. Allow more minutes, or start elsewhere."))
        )
        return
    with st.container(key="announce-walk"):
        told = Mn("One stop, {km} km, {minutes} minutes with time to look.",
                  "{n} stops, {km} km, {minutes} minutes with time to look.", len(walk.stops),
                  km=number(walk.metres / 1000, lang, 1), minutes=number(round(walk.minutes), lang))  # fmt: skip
        st.markdown(f"**{tell(told)}**")
    name = shown.inventory.neighbourhood.name
    st.download_button(
        tell(M("Sheet to print")), data=lambda: _sheet(shown, walk, lang, name), file_name="walk.html",
        mime="text/html", key="walk-sheet", on_click="ignore", type="primary", icon=":material/print:",
    )  # fmt: skip
    frame = shown.inventory.everything
    for n, (key, metres) in enumerate(zip(walk.stops, walk.leg_metres, strict=False), 1):
        record = as_record(frame.loc[key])
        far = tell(M("{metres} m on", metres=number(round(metres), lang)))
        with st.container(gap="xxsmall"):
            st.markdown(f"**{n}** {headline(record)}")
            st.caption(dots(subline(record), far))
    for caveat in walk.caveats:
        st.caption(plain(tell(caveat), 300))


def _sheet(shown: Place, walk: Walk, lang: str, name: str) -> bytes:
    store = api.open_store(settings().store)
    doubts = store.doubts.list(audience=settings().audience)
    streets: Any = shown.neighbourhood.network
    page = walk_sheet(
        walk, shown.inventory.everything, doubts, place=name, lang=lang, addresses=store.addresses(),
        network=streets, audience=settings().audience,
    )  # fmt: skip
    return page.encode()
