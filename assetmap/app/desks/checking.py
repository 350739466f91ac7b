"""What has nobody heard of for long, and where should somebody walk to see whether it is still true?"""

from __future__ import annotations

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks import walking
from assetmap.app.desks.acting import act
from assetmap.app.desks.telling import as_record, day, dots, headline, subline
from assetmap.app.panel.details import open_details
from assetmap.app.state import plain, tell
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Change
from assetmap.settings import settings

VIEWS: dict[str, Message] = {"list": M("One by one"), "walk": M("A walk")}
_MONTHS = (6, 12, 24, 36)
_PER_PAGE = 8


def show() -> None:
    """The desk."""
    view = st.segmented_control(
        tell(M("How to check")), list(VIEWS), default="list", required=True, format_func=lambda key: tell(VIEWS[key]),
        key="checking-view", label_visibility="collapsed",
    )  # fmt: skip
    if view == "walk":
        walking.show()
    else:
        _list()


def _list() -> None:
    months = st.selectbox(
        tell(M("Of what has nobody heard for")), _MONTHS, index=1, key="stale-months", filter_mode=None, width=260,
        format_func=lambda n: tell(Mn("one month", "{n} months", n)),
    )  # fmt: skip
    found = _stale(place().key, settings().audience, int(months or 12))
    if not found:
        st.info(tell(M("All of it was heard of since then. Choose fewer months to look further.")),
                icon=":material/verified:")  # fmt: skip
        return
    many = Mn("One is in doubt.", "{n} are in doubt, the most doubtful first.", len(found))
    st.markdown(f"**{tell(many)}**")
    pages = -(-len(found) // _PER_PAGE)
    if st.session_state.get("stale-page", 1) > pages:
        st.session_state.pop("stale-page", None)
    number = st.session_state.get("stale-page", 1)
    with st.grid(min_column_width=420):
        for key, seen, reasons in found[(number - 1) * _PER_PAGE : number * _PER_PAGE]:
            _card(key, seen, reasons)
    if pages > 1:
        st.pagination(pages, key="stale-page", max_visible_pages=5)


@st.cache_resource(max_entries=8, show_spinner=False)
def _stale(key: str, audience: str, months: int) -> list[tuple[str, str, tuple[Message, ...]]]:
    """Id, day of the last sign and reasons, most doubtful first."""
    found = current_store().doubts.stale(months, audience=audience)
    seen = [one if isinstance(one, str) else "" for one in found["seen"]]
    return list(zip(found.index, seen, found["reasons"], strict=True))


def _card(key: str, seen: str, reasons: tuple[Message, ...]) -> None:
    record = place().values(key)
    if record is None:  # it lies outside the boundary
        record = current_store().records.get(key)[key].record
    with st.container(key=f"card-stale-{key}", border=True, gap="xxsmall"):
        told = as_record(record)
        st.markdown(headline(told))
        st.caption(dots(subline(told), tell(M("last sign: {day}", day=day(seen)))))
        for reason in reasons[:3]:
            st.markdown(f"- {plain(tell(reason), 200)}")
        with st.container(horizontal=True, gap="small"):
            st.button(tell(M("It is right")), key=f"right-{key}", icon=":material/verified:", on_click=_confirm,
                      args=(key,))  # fmt: skip
            st.button(tell(M("It is gone")), key=f"gone-{key}", icon=":material/delete:", on_click=_gone, args=(key,))
            if place().values(key) is not None and st.button(
                tell(M("Details")), key=f"look-{key}", type="tertiary", icon=":material/info:"
            ):
                open_details(key)


def _confirm(key: str) -> None:
    act(lambda store, by: store.journal.confirm(key, by=by), M("Noted: somebody saw today that it is right."))


def _gone(key: str) -> None:
    act(lambda store, by: store.journal.apply([Change(key, kind="remove")], by=by), M("It is in the bin now."))
