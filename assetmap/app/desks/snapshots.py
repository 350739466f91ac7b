"""What was on the map on a day, and what is different since?"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks.acting import act
from assetmap.app.desks.bars import bars, in_words
from assetmap.app.desks.telling import day, headline, label, table
from assetmap.app.editors import may_edit
from assetmap.app.state import language, plain, tell
from assetmap.i18n import number
from assetmap.messages import M, Message, Mn
from assetmap.model.snapshot import Snapshot
from assetmap.settings import settings
from assetmap.store import Store
from assetmap.store.desks.snapshots import NOW
from assetmap.upkeep.compare import WHAT, Comparison

_PER_PAGE = 12
_EARLIER, _LATER = "snapshot-earlier", "snapshot-later"


def show() -> None:
    """The desk."""
    taken = current_store().snapshots.list()
    if may_edit():
        opened = st.expander(tell(M("Take a snapshot")), icon=":material/photo_camera:", expanded=not taken)
        with opened:
            _take()
    if not taken:
        st.info(tell(M("No snapshot was taken yet. A snapshot freezes the map with its date, so that next year you can "
                       "say what is new.")), icon=":material/photo_camera:")  # fmt: skip
        return
    _compare(taken)
    st.header(tell(Mn("One snapshot", "{n} snapshots", len(taken))), anchor=False)
    with st.grid(min_column_width=420):
        for one in reversed(taken):
            _card(one)


def _take() -> None:
    with st.form("snapshot-take", border=False, clear_on_submit=True):
        st.text_input(tell(M("Name of the snapshot")), key="snapshot-name", max_chars=100,
                      placeholder=tell(M("Such as Spring 2026")))  # fmt: skip
        st.text_input(tell(M("What is it for? (may be left empty)")), key="snapshot-note", max_chars=300)
        st.form_submit_button(tell(M("Take a snapshot now")), key="snapshot-go", icon=":material/photo_camera:",
                              on_click=_taken)  # fmt: skip


def _taken() -> None:
    name, note = (str(st.session_state.get(key) or "") for key in ("snapshot-name", "snapshot-note"))

    def deed(store: Store, by: str) -> None:
        store.snapshots.take(name, by=by, note=note)

    act(deed, M("Taken. It stays as it is, whatever changes on the map."))


@st.cache_resource(max_entries=32, show_spinner=False)
def _counts(sha256: str, audience: str, key: str) -> dict[str, int]:
    """How many assets of each category this circle may see in a snapshot."""
    frame = current_store().snapshots.frame(key, audience)
    return {str(name): int(many) for name, many in frame["category"].value_counts(sort=False).items()}


def _card(one: Snapshot) -> None:
    counts = _counts(one.sha256, settings().audience, one.id)
    with st.container(key=f"card-snapshot-{one.id}", border=True, gap="xxsmall"):
        st.markdown(f"**{plain(one.name, 100)}** · {day(one.at)}")
        told = [tell(Mn("one record", "{n} records", sum(counts.values()))),
                tell(Mn("one category", "{n} categories", len(counts)))]  # fmt: skip
        st.caption(" · ".join([*told, *([plain(one.by, 60)] if one.by and may_edit() else [])]))
        if one.note and may_edit():
            st.caption(plain(one.note, 300))
        st.caption(_method(one.method))
        st.download_button(
            tell(M("Download as GeoParquet")), data=partial(_parquet, one.id, settings().audience),
            file_name=f"{one.day}-{one.id}.parquet", mime="application/octet-stream", on_click="ignore",
            key=f"snapshot-file-{one.id}", type="tertiary", icon=":material/download:",
        )  # fmt: skip


def _method(method: dict[str, Any]) -> str:
    sources = [f"{plain(str(source.get('title') or source.get('source')), 60)} "
               f"({day(str(source.get('data_date') or source.get('retrieved') or ''))})"
               for source in method.get("sources", ())]  # fmt: skip
    return tell(M("Made of: {sources}", sources=", ".join(sources) or "–"))


def _parquet(key: str, audience: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return current_store().snapshots.write(key, Path(folder, "snapshot.parquet"), audience).read_bytes()


def _compare(taken: list[Snapshot]) -> None:
    """What is different between two, or between one and now."""
    names = {one.id: f"{one.name} ({day(one.at)})" for one in taken} | {NOW: tell(M("The map as it is now"))}
    with st.container(horizontal=True, gap="small", key="snapshot-choice"):
        earlier = st.selectbox(tell(M("Compare")), list(names)[:-1], key=_EARLIER, filter_mode=None, width=320,
                               format_func=lambda key: names[key])  # fmt: skip
        later_ones = list(names)[list(names).index(str(earlier)) + 1 :]
        later = st.selectbox(tell(M("with")), later_ones, key=_LATER, filter_mode=None, width=320,
                             index=len(later_ones) - 1 if _LATER not in st.session_state else 0,
                             format_func=lambda key: names[key])  # fmt: skip
    with st.spinner(tell(M("Comparing record by record …"))):
        found = _found(place().key, settings().audience, str(earlier), str(later))
    left, right = st.columns(2, gap="medium")
    with left:
        _totals(found)
    with right:
        _by_category(found)
    _evidence(found)


@st.cache_resource(max_entries=8, show_spinner=False)
def _found(key: str, audience: str, earlier: str, later: str) -> Comparison:
    return current_store().snapshots.compare(earlier, later, audience=audience)


def _totals(found: Comparison) -> None:
    """How many of each sort, and what must be known before one of these numbers is quoted."""
    totals = {what: int(found.totals[what]) for what in WHAT}
    lang = language()
    if not any(many for what, many in totals.items() if what != "same"):
        st.success(tell(M("Nothing is different between the two.")), icon=":material/check:")
    told = [what for what in WHAT if totals[what]]
    table({tell(M("What became of the records")): [tell(WHAT[what]) for what in told],
           tell(M("How many")): [number(totals[what], lang) for what in told]}, numbers=True, key="totals")  # fmt: skip
    for caveat in found.caveats:
        st.caption(f":material/info: {plain(tell(caveat), 400)}")


def _by_category(found: Comparison) -> None:
    rows = [(label(key), {str(what): int(many) for what, many in counts.items()})
            for key, counts in found.counts.iterrows()]  # fmt: skip
    picture = bars(rows)
    if picture:
        st.image(picture, width="content", alt=in_words(rows))


def _evidence(found: Comparison) -> None:
    """Record by record, why it is said."""
    there = {what: int(found.totals[what]) for what in WHAT if what != "same" and found.totals[what]}
    if not there:
        return
    with st.expander(tell(M("Record by record, and why")), icon=":material/fact_check:"):
        chosen = st.selectbox(tell(M("Show")), list(there), key="evidence-what", filter_mode=None, width=360,
                              format_func=lambda what: f"{tell(WHAT[what])} ({there[what]})")  # fmt: skip
        rows: list[Any] = found.rows[found.rows["what"] == chosen].to_dict("records")
        many = -(-len(rows) // _PER_PAGE)
        page = min(int(st.session_state.get("evidence-page", 1)), many)
        for row in rows[(page - 1) * _PER_PAGE : page * _PER_PAGE]:
            _line(row)
        if many > 1:
            st.pagination(many, key="evidence-page", max_visible_pages=5)


def _line(row: dict[str, Any]) -> None:
    evidence: Message = row["evidence"]
    name = row["name"] if isinstance(row["name"], str) else None
    st.markdown(headline({"name": name, "category": row["category"]}))
    st.caption(plain(tell(evidence), 400))
