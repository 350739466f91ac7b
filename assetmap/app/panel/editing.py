"""How is one asset changed, field by field, each saved when it is left?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import streamlit as st

from assetmap.app import deeds
from assetmap.app.desk import begin, desk, put_away, save
from assetmap.app.panel.conflict import clash_of
from assetmap.app.panel.fields import FIRST, MORE, box, cleaned, following, remark, shown
from assetmap.app.panel.heading import heading, reveal
from assetmap.app.panel.saved import saved_line, who_are_you
from assetmap.app.state import tell
from assetmap.messages import M, Message
from assetmap.model.change import Outcome
from assetmap.model.fields import title
from assetmap.upkeep.merge import same

_OPENED = "_form"


def editing() -> None:
    """The form."""
    mine = desk()
    heading(M("Edit"))
    if mine.goner is not None:
        st.warning(tell(deeds.somebody(mine.goner)), icon=":material/delete:")
        st.button(
            tell(M("Bring it back")), key="bring-back", type="primary", on_click=deeds.restore, args=(mine.asset,)
        )
        return
    _fill()
    saved_line()
    if "geometry" in mine.clashes:
        clash_of("geometry", _settled)
    _boxes(FIRST)
    with st.expander(tell(M("More")), expanded=any(key in mine.refused or key in mine.clashes for key in MORE)):
        _boxes(MORE)
    who_are_you()
    _deeds()
    reveal()


def _fill() -> None:
    """Put the record and what was typed since into the boxes, when the form opens and after a step back."""
    mine = desk()
    fresh = st.session_state.get(_OPENED) != mine.opened
    st.session_state[_OPENED] = mine.opened
    for key in (*FIRST, *MORE):
        at = _at(key)
        if fresh or at not in st.session_state:
            st.session_state[at] = mine.drafts.get(key, shown(key, mine.record.get(key)))


def _at(key: str) -> str:
    return f"edit-{key}-{desk().asset}"


def _boxes(keys: Iterable[str]) -> None:
    mine = desk()
    for key in keys:
        if key in mine.clashes:
            clash_of(key, _settled)
            continue
        box(key, _at(key), _left, (key,))
        remark(key, mine.record.get(key))
        _refused(key)


def _refused(key: str) -> None:
    """Why a field was not saved, and what can be done about it."""
    refusal = desk().refused.get(key)
    if refusal is None:
        return
    with st.container(key=f"alert-{key}", gap="xsmall"):
        st.error(tell(refusal.message), icon=":material/front_hand:")
        if refusal.allow:
            st.button(tell(M("Save it all the same")), key=f"allow-{key}", on_click=_save, args=(key, refusal.allow))
        else:
            st.button(tell(M("Try again")), key=f"again-{key}", on_click=_save, args=(key,))


def _left(key: str) -> None:
    _save(key)


def _save(key: str, allow: tuple[str, ...] = ()) -> None:
    """Save what stands in one box."""
    mine = desk()
    raw = st.session_state.get(_at(key), mine.drafts.get(key))
    value = cleaned(key, raw)
    if same(value, mine.record.get(key)):
        mine.refused.pop(key, None)
        mine.drafts.pop(key, None)
        return
    mine.drafts[key] = raw
    before = dict(mine.record)
    outcome = save(following(key, value), about=key, allow=allow)
    if outcome is not None:
        _after(key, before, outcome)


def _after(key: str, before: dict[str, Any], outcome: Outcome) -> None:
    """Show in the other boxes what somebody else wrote into them meanwhile."""
    mine = desk()
    if key not in mine.clashes:
        mine.drafts.pop(key, None)
    for other in (*FIRST, *MORE):
        now = mine.record.get(other)
        if other not in mine.drafts and (other == key or not same(before.get(other), now)):
            st.session_state[_at(other)] = shown(other, now)


def _settled(key: str, value: Any, keep: bool) -> None:
    """A clash is decided: by what is stored, or by a value."""
    mine = desk()
    mine.clashes.pop(key, None)
    if keep:
        mine.drafts.pop(key, None)
        st.session_state[_at(key)] = shown(key, mine.record.get(key)) if key != "geometry" else None
        return
    mine.drafts[key] = value
    before = dict(mine.record)
    outcome = save(following(key, value), about=key)
    if outcome is not None and key != "geometry":
        _after(key, before, outcome)


def _deeds() -> None:
    """What can be done with the asset as a whole."""
    mine = desk()
    open_ = [title(key) for key in (*mine.refused, *mine.clashes)]
    if open_:
        st.caption(tell(M("Not saved yet: {fields}.", fields=open_)))
    with st.container(horizontal=True, gap="small", key="deeds"):
        if open_:
            st.button(tell(M("Close without saving that")), key="leave", icon=":material/close:", on_click=put_away)
        else:
            st.button(tell(M("Done")), key="done", type="primary", icon=":material/check:", on_click=put_away)
        deed_buttons(mine.asset, mine.version)


def deed_buttons(asset: str, version: int | None, suffix: str = "") -> bool:
    """Move, confirm, history, delete; whether one was taken."""
    ways: tuple[tuple[str, Message, str, Callable[..., None], tuple[Any, ...]], ...] = (
        ("move", M("Move"), "open_with", begin, ("move", asset)),
        ("confirm", M("Confirm that it is right"), "verified", deeds.confirm, (asset,)),
        ("history", M("History"), "history", begin, ("history", asset)),
        ("delete", M("Delete"), "delete", deeds.delete, (asset, version)),
    )
    taken = [
        st.button(tell(label), key=f"{key}{suffix}", icon=f":material/{icon}:", on_click=act, args=args)
        for key, label, icon, act, args in ways
    ]
    return any(taken)
