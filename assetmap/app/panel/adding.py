"""How does a new asset come onto the map? A tap for the place, its name and what it is; all else can be said later."""

from __future__ import annotations

import streamlit as st

from assetmap.app import cache
from assetmap.app.desk import begin, desk, do, note, put_away, refusal
from assetmap.app.panel.fields import box, cleaned
from assetmap.app.panel.heading import heading, reveal
from assetmap.app.panel.moving import outside
from assetmap.app.panel.saved import who_are_you
from assetmap.app.state import tell
from assetmap.errors import AssetmapError
from assetmap.messages import M
from assetmap.model.change import Change
from assetmap.model.spot import lies_in, spot

_FIELDS = ("name", "category")


def adding() -> None:
    """The steps, of which the second can be done before the first."""
    mine = desk()
    heading(M("Add a place or a group"))
    beyond = mine.at is not None and not lies_in(cache.place().neighbourhood.boundary, mine.at)
    if mine.at is None:
        st.info(tell(M("Tap the map where it is. You can drag the pin afterwards.")), icon=":material/touch_app:")
    elif beyond:
        outside()
    else:
        st.caption(tell(M("Not quite there? Drag the pin, or tap another place.")))
    for key in _FIELDS:
        if _at(key) not in st.session_state:
            st.session_state[_at(key)] = mine.drafts.get(key, "" if key == "name" else None)
        box(key, _at(key), _keep, (key,))
    _refused()
    who_are_you()
    ready = mine.at is not None and not beyond and bool(st.session_state.get(_at("category")))
    with st.container(horizontal=True, gap="small", key="deeds"):
        st.button(tell(M("Add it")), key="add-it", type="primary", icon=":material/check:", disabled=not ready,
                  on_click=_add)  # fmt: skip
        st.button(tell(M("Cancel")), key="cancel", icon=":material/close:", on_click=put_away)
    if not ready:
        st.caption(
            tell(M("It needs a place on the map and a category. Address, opening hours and the rest come after."))
        )
    reveal()


def _at(key: str) -> str:
    return f"add-{key}-{desk().asset}"


def _keep(key: str) -> None:
    """What was typed stays, whatever page is looked at meanwhile."""
    desk().drafts[key] = st.session_state.get(_at(key))


def _refused() -> None:
    why = desk().refused.get("name")
    if why is not None:
        st.error(tell(why.message), icon=":material/front_hand:")
        if why.allow:
            st.button(tell(M("Save it all the same")), key="allow-add", on_click=_add, args=(why.allow,))


def _add(allow: tuple[str, ...] = ()) -> None:
    """Put it on the map, under an id that was made beforehand: pressed twice, it is there once."""
    mine = desk()
    if mine.at is None:
        return
    values = {key: cleaned(key, st.session_state.get(_at(key), mine.drafts.get(key))) for key in _FIELDS}
    change = Change(mine.asset, {**values, "geometry": spot(mine.at)}, kind="add")
    try:
        outcome = do(lambda journal, by: journal.apply([change], by=by, allow=allow))
    except AssetmapError as fault:
        mine.refused["name"] = refusal(fault, values["name"])
        return
    begin("edit", mine.asset)
    st.session_state["chosen"] = mine.asset
    note(M("It is on the map"), outcome.changeset)
