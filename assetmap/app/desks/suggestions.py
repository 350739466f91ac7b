"""What did others suggest, and what is made of it? Each waits as a card until a person decided."""

from __future__ import annotations

from typing import Any

import streamlit as st

from assetmap.app.cache import current_store
from assetmap.app.desks.acting import act
from assetmap.app.desks.sketch import show_sketch
from assetmap.app.desks.telling import day, differences, dots, headline, subline, table, value
from assetmap.app.editors import editor
from assetmap.app.panel.fields import box, cleaned, following, shown
from assetmap.app.state import plain, tell
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Clash, Record
from assetmap.model.fields import title
from assetmap.model.suggestion import Suggestion
from assetmap.store import Store
from assetmap.store.rows import Stored
from assetmap.upkeep.merge import merge

KINDS: dict[str, Message] = {"add": M("New"), "edit": M("Correction"), "gone": M("No longer there")}
WHOSE: dict[str, Message] = {"all": M("All"), "mine": M("Mine"), "free": M("Nobody's yet")}
_PER_PAGE = 5
_LATELY = 15


def show() -> None:
    """The desk."""
    store = current_store()
    queue = store.review.queue()
    if not queue:
        st.info(tell(M("Nothing waits. What readers suggest on the map comes here, and is on the map only when you "
                       "accept it.")), icon=":material/inbox:")  # fmt: skip
    else:
        queue = _whose(queue)
        many = -(-len(queue) // _PER_PAGE)
        if st.session_state.get("suggestions-page", 1) > many:
            st.session_state.pop("suggestions-page", None)
        number = st.session_state.get("suggestions-page", 1)
        page = queue[(number - 1) * _PER_PAGE : number * _PER_PAGE]
        stored = store.records.get([one.asset for one in page])
        for one in page:
            _card(store, one, stored.get(one.asset))
        if many > 1:
            st.pagination(many, key="suggestions-page")
    _decided(store)


def _whose(queue: list[Suggestion]) -> list[Suggestion]:
    """Which of them: all, those that this person looks at, those that nobody does."""
    many = Mn("One suggestion waits.", "{n} suggestions wait.", len(queue))
    st.markdown(f"**{tell(many)}**")
    if not any(one.assignee for one in queue):
        return queue
    chosen = st.segmented_control(
        tell(M("Whose")), list(WHOSE), format_func=lambda key: tell(WHOSE[key]), default="all", required=True,
        key="suggestions-whose", label_visibility="collapsed",
    )  # fmt: skip
    me = _me()
    found = [one for one in queue if chosen == "all" or one.assignee == (me if chosen == "mine" else "")]
    if not found:
        st.caption(tell(M("None of these.")))
    return found


def _me() -> str:
    return editor() or tell(M("Somebody"))


def _card(store: Store, one: Suggestion, there: Stored | None) -> None:
    now: Record = there.record if there else {}
    clashes = _clashes(store, one, there)
    with st.container(key=f"card-suggestion-{one.id}", border=True, gap="small"):
        told = one.said if one.kind == "add" else now
        with st.container(gap="xxsmall"):
            st.markdown(headline(told, KINDS[one.kind]))
            st.caption(dots(subline(told), tell(M("came on {day}", day=day(one.at))), _holder(one)))
        wide, narrow = st.columns([3, 2], gap="medium")
        with wide:
            _what(one, now)
            if one.note:
                st.markdown(f"> {plain(one.note, 2000)}")
        with narrow:
            _where(one, now)
        if there is not None and there.deleted_at:
            st.warning(tell(M("This is in the bin by now.")), icon=":material/delete:")
        choices = _choices(one, clashes)
        if st.session_state.get(f"editing-{one.id}"):
            _edit(one, there, choices)
        _ways(one, there, choices)


def _holder(one: Suggestion) -> str:
    return tell(M("{name} looks at it", name=plain(one.assignee, 60))) if one.assignee else ""


def _what(one: Suggestion, now: Record) -> None:
    """Field by field: what stands there, and what is suggested."""
    fields = [name for name in one.said if name != "geometry" or one.kind == "edit"]
    if one.kind == "edit":
        differences([(name, now.get(name), one.said[name]) for name in fields], M("Now"), M("Suggested"))
        if not fields:
            st.write(tell(M("Only a note: look at it, edit what is wrong, and accept.")))
    elif one.kind == "add":
        table({tell(M("What")): [plain(tell(title(name))) for name in fields],
               tell(M("Suggested")): [plain(value(name, one.said[name]), 600) for name in fields]})  # fmt: skip
    else:
        st.write(tell(M("Somebody says that this is no longer there. Accept, and it goes into the bin.")))


def _where(one: Suggestion, now: Record) -> None:
    """Where it is, and where it is said to be."""
    before, after = now.get("geometry"), one.said.get("geometry")
    if one.kind == "edit" and after is not None:
        show_sketch([before, after], tell(M("Map: A is where it is now, B where it is suggested to be")))
    else:
        shape = after if after is not None else before
        show_sketch([shape], tell(M("Map of where it is")), letters="•")


def _clashes(store: Store, one: Suggestion, there: Stored | None) -> tuple[Clash, ...]:
    """The fields that somebody changed to something else since the suggestion was made."""
    if one.kind != "edit" or there is None or one.version in (None, there.version):
        return ()
    seen = next((v.record for v in store.journal.versions(one.asset) if v.version == one.version), None)
    return merge(one.asset, seen, one.said, there.record).clashes if seen else ()


def _choices(one: Suggestion, clashes: tuple[Clash, ...]) -> Record:
    """What to save: the suggestion, but for fields in which what stands there was chosen."""
    wanted = dict(one.said)
    if clashes:
        st.warning(tell(M("This was changed after the suggestion was made. Choose what shall stand.")),
                   icon=":material/call_split:")  # fmt: skip
    for clash in clashes:
        if _chosen(one, clash) == "theirs":
            wanted.pop(clash.field, None)
    return wanted


def _chosen(one: Suggestion, clash: Clash) -> str:
    """Which of two values: "mine" is what was suggested."""
    said = {"mine": M("Suggested: {value}", value=value(clash.field, clash.mine, clash.theirs)),
            "theirs": M("Now: {value}", value=value(clash.field, clash.theirs))}  # fmt: skip
    return str(st.radio(
        plain(tell(title(clash.field))), list(said), index=1, key=f"choice-{one.id}-{clash.field}",
        format_func=lambda key: plain(tell(said[key]), 300),
    ))  # fmt: skip


def _edit(one: Suggestion, there: Stored | None, wanted: Record) -> None:
    """The suggested fields, to be corrected before they are accepted."""
    fields = [name for name in wanted if name != "geometry"] or ["name", "address", "opening_hours", "description"]
    for name in fields:
        at = _at(one, name)
        if at not in st.session_state:
            st.session_state[at] = shown(name, wanted.get(name, there.record.get(name) if there else None))
        box(name, at)


def _at(one: Suggestion, name: str) -> str:
    return f"said-{one.id}-{name}"


def _ways(one: Suggestion, there: Stored | None, wanted: Record) -> None:
    editing = bool(st.session_state.get(f"editing-{one.id}"))
    version = there.version if there else None
    with st.container(horizontal=True, gap="small"):
        st.button(tell(M("Accept as corrected") if editing else M("Accept")), key=f"accept-{one.id}", type="primary",
                  icon=":material/check:", on_click=_accept, args=(one, wanted, version, there),
                  disabled=there is not None and bool(there.deleted_at))  # fmt: skip
        if one.kind != "gone":
            st.button(tell(M("Leave it as suggested") if editing else M("Edit first")), key=f"edit-{one.id}",
                      icon=":material/edit:", on_click=_turn, args=(one.id,))  # fmt: skip
        with st.popover(tell(M("Refuse")), icon=":material/close:", key=f"refuse-open-{one.id}"):
            st.text_input(tell(M("Why is this not done?")), key=f"reason-{one.id}", max_chars=300)
            st.button(tell(M("Refuse it")), key=f"refuse-{one.id}", on_click=_refuse, args=(one,))
        mine = one.assignee == _me()
        st.button(tell(M("Give it back") if mine else M("I look at it")), key=f"take-{one.id}", type="tertiary",
                  icon=":material/person_off:" if mine else ":material/person:",
                  on_click=_assign, args=(one, "" if mine else _me()))  # fmt: skip


def _turn(key: str) -> None:
    st.session_state[f"editing-{key}"] = not st.session_state.get(f"editing-{key}")


def _accept(one: Suggestion, wanted: Record, version: int | None, there: Stored | None) -> None:
    values = dict(wanted)
    if st.session_state.get(f"editing-{one.id}"):
        values |= _corrected(one, there)
    if "opening_hours" in values:
        values |= following("opening_hours", values["opening_hours"])
    said = M("Accepted: it is in the bin now.") if one.kind == "gone" else M("Accepted: it is on the map now.")
    act(lambda store, by: store.review.accept(one.id, by=by, values=values, version=version), said)


def _corrected(one: Suggestion, there: Stored | None) -> dict[str, Any]:
    """What stands in the boxes, as far as it is anything new."""
    prefix = _at(one, "")
    typed = {str(key).removeprefix(prefix): raw for key, raw in st.session_state.items() if str(key).startswith(prefix)}
    now: Record = there.record if there else {}
    values = {name: cleaned(name, raw) for name, raw in typed.items()}
    return {name: told for name, told in values.items() if name in one.said or told != now.get(name)}


def _refuse(one: Suggestion) -> None:
    reason = str(st.session_state.get(f"reason-{one.id}") or "")

    def deed(store: Store, by: str) -> None:
        store.review.refuse(one.id, by=by, reason=reason)

    act(deed, M("Refused. The reason is kept with it."))


def _assign(one: Suggestion, to: str) -> None:
    def deed(store: Store, by: str) -> None:
        store.review.assign(one.id, to)

    act(deed, M("It is yours now.") if to else M("Anybody may take it now."))


def _decided(store: Store) -> None:
    """What became of the last ones."""
    decided = [*store.review.queue("accepted"), *store.review.queue("refused")]
    if not decided:
        return
    decided.sort(key=lambda one: one.decided_at, reverse=True)
    there = store.records.get([one.asset for one in decided[:_LATELY]])
    with st.expander(tell(M("Decided lately")), icon=":material/checklist:"):
        for one in decided[:_LATELY]:
            record = there[one.asset].record if one.asset in there else one.said
            came = M("accepted") if one.state == "accepted" else M("refused: {reason}", reason=plain(one.reason, 200))
            who = f" · {plain(one.decided_by, 60)}" if one.decided_by else ""
            st.markdown(f"{headline(record, KINDS[one.kind])} · {tell(came)} · {day(one.decided_at)}{who}")
