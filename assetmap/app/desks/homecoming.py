"""How do assets go out to be edited in Excel or QGIS, and what does a file that comes home change?"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks.acting import act
from assetmap.app.desks.telling import label, table, value
from assetmap.app.state import language, plain, tell
from assetmap.errors import AssetmapError
from assetmap.i18n import number, sort_key
from assetmap.messages import M, Message, Mn
from assetmap.model.fields import title
from assetmap.round_trip import accept, bring_home, take_out
from assetmap.settings import settings
from assetmap.upkeep.steps import Plan, Step, Take

_FORMATS: dict[str, Message] = {".xlsx": M("Excel, for editing"), ".gpkg": M("GeoPackage, for QGIS")}
_LISTED = 40
_HOME = "_homecoming"


def show() -> None:
    """Out, and home again."""
    found: Plan | None = st.session_state.get(_HOME)
    if found is not None:
        _preview(found)
        return
    out, home = st.columns(2, gap="medium")
    with out, st.container(border=True, key="card-out"):
        _out()
    with home, st.container(border=True, key="card-home"):
        _home()


def _out() -> None:
    lang = language()
    st.header(tell(M("1. Take out")), anchor=False)
    st.write(tell(M("Edit at your desk or send it to a colleague. Others may go on editing here meanwhile.")))
    keys = sorted((str(key) for key in place().inventory.counts().index), key=lambda key: sort_key(label(key), lang))
    chosen = st.multiselect(tell(M("Only these categories (all, if you choose none)")), keys, key="out-categories",
                            format_func=label, placeholder=tell(M("All of them")))  # fmt: skip
    for suffix, words in _FORMATS.items():
        st.download_button(
            tell(words), data=partial(_written, suffix, tuple(chosen), lang), file_name=f"assetmap{suffix}",
            mime="application/octet-stream", key=f"out-{suffix}", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _written(suffix: str, categories: tuple[str, ...], lang: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"assetmap{suffix}")
        only = list(categories) or None
        return take_out(current_store(), path, lang=lang, audience=settings().audience, category=only).read_bytes()


def _home() -> None:
    st.header(tell(M("2. Bring home")), anchor=False)
    st.write(tell(M("First you see what the edited file would change. What others changed meanwhile is not undone.")))
    sent = st.file_uploader(tell(M("The edited file")), type=["xlsx", "xlsm", "gpkg"],
                            key=f"home-file-{st.session_state.get('home-round', 0)}")  # fmt: skip
    if sent is None:
        return
    with st.spinner(tell(M("Comparing with what is on the map …"))), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(sent.name).name)
        path.write_bytes(sent.getvalue())
        try:
            st.session_state[_HOME] = bring_home(current_store(), path)
        except AssetmapError as fault:
            st.error(tell(fault.message), icon=":material/front_hand:")
            return
    st.rerun()


def _preview(found: Plan) -> None:
    """What it would change; conflicts are decided one by one; nothing is deleted unless somebody says so."""
    lang = language()
    st.header(plain(found.file, 80), anchor=False)
    many: list[tuple[Message, int]] = [
        (M("New"), len(found.of("new"))), (M("Changed values"), len(found.of("changed"))),
        (M("Changed by somebody else too"), len(found.of("conflict"))), (M("As they were"), found.same),
        (M("Missing from the file"), len(found.of("gone"))), (M("Handed back"), len(found.of("rejected"))),
    ]  # fmt: skip
    many = [(words, n) for words, n in many if n]
    table({tell(M("What would happen")): [tell(words) for words, _ in many],
           tell(M("How many")): [number(n, lang) for _, n in many]}, numbers=True, key="home")  # fmt: skip
    _conflicts(found.of("conflict"))
    _changed(found.of("changed"))
    _new(found.of("new"))
    _gone(found.of("gone"))
    _rejected(found.of("rejected"))
    for issue in found.issues:
        st.caption(plain(tell(issue.message), 400))
    anything = any(found.of(what) for what in ("new", "changed", "conflict", "gone"))
    with st.container(horizontal=True, gap="small"):
        st.button(tell(M("Bring home")), key="home-accept", type="primary", icon=":material/check:",
                  disabled=not anything, on_click=_accept)  # fmt: skip
        st.button(tell(M("Leave it")), key="home-leave", icon=":material/close:", on_click=_leave)


def _conflicts(steps: Sequence[Step]) -> None:
    if not steps:
        return
    st.warning(tell(M("These were changed here while the file was out. Choose what shall stand.")),
               icon=":material/call_split:")  # fmt: skip
    for step in steps:
        _conflict(step)


def _conflict(step: Step) -> None:
    said = {"theirs": M("Stays: {value}", value=_value(step, step.theirs)),
            "mine": M("From the file: {value}", value=_value(step, step.mine))}  # fmt: skip
    what = tell(title(step.field)) if step.field else tell(M("deleted here meanwhile"))
    st.radio(f"{plain(step.name, 80)} · {plain(what)}", list(said), key=_choice(step),
             format_func=lambda key: plain(tell(said[key]), 300))  # fmt: skip
    if step.reason is not None:
        st.caption(plain(tell(step.reason), 300))


def _value(step: Step, what: object) -> str:
    if not step.field:
        return tell(M("in the bin")) if what is None else tell(M("back on the map, as the file says"))
    return value(step.field, what, step.before)


def _choice(step: Step) -> str:
    return f"home-{step.asset}-{step.field}"


def _changed(steps: Sequence[Step]) -> None:
    if not steps:
        return
    with st.expander(tell(Mn("One changed value", "{n} changed values", len(steps))), icon=":material/edit:",
                     expanded=len(steps) <= 10):  # fmt: skip
        shown = steps[:_LISTED]
        table({tell(M("Which")): [plain(step.name, 80) for step in shown],
               tell(M("What")): [plain(tell(title(step.field))) for step in shown],
               tell(M("Now")): [plain(value(step.field, step.before), 160) for step in shown],
               tell(M("In the file")): [plain(value(step.field, step.mine, step.before), 160) for step in shown],
               }, key="home-changed")  # fmt: skip
        _more(len(steps))


def _new(steps: Sequence[Step]) -> None:
    if not steps:
        return
    with st.expander(tell(Mn("One new row", "{n} new rows", len(steps))), icon=":material/add:"):
        for step in steps[:_LISTED]:
            st.markdown(f"- **{plain(step.name, 80)}** · {plain(label((step.mine or {}).get('category')), 80)}")
        _more(len(steps))


def _gone(steps: Sequence[Step]) -> None:
    if not steps:
        return
    with st.expander(tell(Mn("One row is missing from the file", "{n} rows are missing from the file", len(steps))),
                     icon=":material/delete:"):  # fmt: skip
        st.write(tell(M("Nothing is deleted because it is missing. Should these go into the bin?")))
        for step in steps[:_LISTED]:
            told = f"{plain(step.name, 80)}" + (f" · {plain(tell(step.reason), 200)}" if step.reason else "")
            st.checkbox(told, key=f"home-gone-{step.asset}")
        _more(len(steps))


def _rejected(steps: Sequence[Step]) -> None:
    if not steps:
        return
    with st.expander(tell(Mn("One is handed back", "{n} are handed back", len(steps))), expanded=True,
                     icon=":material/assignment_return:"):  # fmt: skip
        for step in steps[:_LISTED]:
            row = tell(M("Row {line}", line=str(step.line))) if step.line is not None else ""
            name = plain(step.name, 80)
            st.markdown(
                "- "
                + " · ".join(
                    part
                    for part in (
                        row,
                        f"**{name}**" if name else "",
                        plain(tell(step.reason) if step.reason else "", 400),
                    )
                    if part
                )
            )
        _more(len(steps))


def _more(many: int) -> None:
    if many > _LISTED:
        st.caption(tell(M("… and {n} more.", n=many - _LISTED)))


def _accept() -> None:
    found: Plan | None = st.session_state.get(_HOME)
    if found is None:
        return
    state = st.session_state
    take: dict[tuple[str, str], Take] = {
        (step.asset, step.field): "mine" if state.get(_choice(step)) == "mine" else "theirs"
        for step in found.of("conflict")
    }
    remove = [step.asset for step in found.of("gone") if state.get(f"home-gone-{step.asset}")]
    done = act(lambda store, by: accept(store, found, by=by, take=take, remove=remove),
               M("Brought home: {file}.", file=found.file))  # fmt: skip
    if done is not None:
        _leave()


def _leave() -> None:
    """Forget the file, and offer to take another."""
    st.session_state.pop(_HOME, None)
    st.session_state["home-round"] = int(st.session_state.get("home-round", 0)) + 1
