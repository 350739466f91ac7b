"""What was put into the bin, and how does it come out again?"""

from __future__ import annotations

from typing import Any

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks.acting import act
from assetmap.app.desks.circle import open_to_us
from assetmap.app.desks.telling import as_record, called, day, dots, headline, subline
from assetmap.app.rows import fold
from assetmap.app.state import plain, tell
from assetmap.messages import M, Mn
from assetmap.model.change import Change

_PER_PAGE = 10


def show() -> None:
    """The desk."""
    rows = _rows(place().key)
    if not rows:
        st.info(tell(M("The bin is empty. What is deleted lies here until somebody takes it out; it is never thrown "
                       "away.")), icon=":material/delete:")  # fmt: skip
        return
    many = Mn("One lies in the bin.", "{n} lie in the bin, last deleted first.", len(rows))
    st.markdown(f"**{tell(many)}**")
    words = fold(st.text_input(tell(M("Search in the bin")), key="bin-words", type="search", live="300ms", max_chars=80,
                               icon=":material/search:", label_visibility="collapsed",
                               placeholder=tell(M("Search in the bin"))) or "").split()  # fmt: skip
    rows = [row for row in rows if all(word in fold(f"{called(row)} {subline(row)}") for word in words)]
    pages = -(-len(rows) // _PER_PAGE)
    if st.session_state.get("bin-page", 1) > max(pages, 1):
        st.session_state.pop("bin-page", None)
    number = st.session_state.get("bin-page", 1)
    with st.grid(min_column_width=420):
        for row in rows[(number - 1) * _PER_PAGE : number * _PER_PAGE]:
            _card(row)
    if pages > 1:
        st.pagination(pages, key="bin-page", max_visible_pages=5)


@st.cache_resource(max_entries=2, show_spinner=False)
def _rows(key: str) -> list[dict[str, Any]]:
    """What lies in the bin and this circle may see, last deleted first."""
    frame = current_store().journal.bin()
    rows = zip(frame.index, frame.to_dict("records"), strict=True)
    return [row for row in ({"id": key, **as_record(row)} for key, row in rows) if open_to_us(row)]


def _card(row: dict[str, Any]) -> None:
    key = str(row["id"])
    with st.container(key=f"card-bin-{key}", border=True, gap="xxsmall"):
        st.markdown(headline(row))
        who = plain(str(row.get("deleted_by") or ""), 60)
        st.caption(dots(subline(row), tell(M("deleted {day}", day=day(row.get("deleted_at")))), who))
        if row.get("merged_into"):
            kept = current_store().records.get(str(row["merged_into"])).get(str(row["merged_into"]))
            name = called(kept.record) if kept and open_to_us(kept.record) else tell(M("another one"))
            st.caption(tell(M("It was joined with “{name}”. To make them two again, part them under Duplicates.",
                              name=plain(name, 80))))  # fmt: skip
            return
        st.button(tell(M("Take it out")), key=f"restore-{key}", icon=":material/restore_from_trash:", on_click=_restore,
                  args=(key,))  # fmt: skip


def _restore(key: str) -> None:
    act(lambda store, by: store.journal.apply([Change(key, kind="restore")], by=by), M("It is on the map again."))
