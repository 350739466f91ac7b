"""What if somebody else changed the same field meanwhile? Both values side by side, and the choice between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from assetmap.app.desk import called, desk
from assetmap.app.panel.fields import box, cleaned, moved_by, said, shown
from assetmap.app.state import plain, tell
from assetmap.messages import M
from assetmap.model.fields import title
from assetmap.model.spot import metres_between

Settle = Callable[[str, Any, bool], None]


def clash_of(key: str, settle: Settle) -> None:
    """One field that two people changed.

    Args:
        settle: Called with the field, the value to save, and whether what is stored shall stay.
    """
    mine = desk()
    clash, who = mine.clashes[key]
    with st.container(border=True, key=f"clash-{key}", gap="xsmall"):
        st.markdown(f":material/call_split: **{tell(title(key))}**")
        st.write(tell(M("{who} changed this while you did. Nothing is lost: choose what shall stand.",
                        who=plain(tell(who), 60) if who else called(who))))  # fmt: skip
        st.caption(tell(M("Before: {value}", value=plain(_value(key, clash.before, clash.before), 200))))
        theirs, own = st.columns(2, gap="small")
        with theirs, st.container(border=True, height="stretch"):
            st.caption(plain(who, 60) if who else tell(M("The other")))
            st.markdown(plain(_value(key, clash.theirs, clash.before), 600))
            st.button(tell(M("Keep this")), key=f"theirs-{key}", on_click=settle, args=(key, None, True))
        with own, st.container(border=True, height="stretch"):
            st.caption(tell(M("You")))
            if key == "geometry":
                st.markdown(plain(_value(key, clash.mine, clash.before)))
            else:
                _own(key, clash.mine)
            st.button(tell(M("Use mine")), key=f"mine-{key}", type="primary", on_click=_use, args=(key, settle))


def _own(key: str, value: Any) -> None:
    """The own value, which may be changed before it is used."""
    at = _at(key)
    if at not in st.session_state:
        st.session_state[at] = shown(key, value)
    box(key, at)


def _use(key: str, settle: Settle) -> None:
    clash, _ = desk().clashes[key]
    value = clash.mine if key == "geometry" else cleaned(key, st.session_state.get(_at(key), clash.mine))
    settle(key, value, False)


def _at(key: str) -> str:
    return f"mine-{key}-{desk().asset}-{desk().version}"


def _value(key: str, value: Any, before: Any) -> str:
    """A value in words; for a place, how far it is from where it was."""
    if key != "geometry":
        return said(key, value)
    if value is None:
        return tell(M("no place"))
    if value is before:
        return tell(M("where it was"))
    far = metres_between(before, value)
    return tell(M("another place") if far is None else moved_by(far))
