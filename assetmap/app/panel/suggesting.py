"""Is something missing or wrong? How does anyone say so, without an account and without being remembered?

What is said waits until a person looked at it. How much may be sent is counted under a random number that is made when
it is first needed, lives in memory only, and is forgotten with the visit; no address and no device is asked for.
"""

from __future__ import annotations

import secrets
from typing import Any

import streamlit as st

from assetmap.app import cache
from assetmap.app.host import show_map
from assetmap.app.panel.fields import box, cleaned, shown
from assetmap.app.routes import map_url
from assetmap.app.state import language, tell
from assetmap.errors import AssetmapError, InputError, PrivateText
from assetmap.messages import M, Message
from assetmap.model.spot import At, spot
from assetmap.upkeep.merge import same
from assetmap.upkeep.rate import RateLimit

WHAT: dict[str, Message] = {
    "add": M("Missing"), "edit": M("Wrong"), "gone": M("No longer there"),
}  # fmt: skip
_FIRST = ("name", "category")
_MORE = ("description", "address", "opening_hours", "website")
_WRONG = ("name", "category", "address", "opening_hours", "website", "description", "wheelchair")
_SESSION, _AT, _SENT, _PLACE = "_suggests", "_suggest-at", "_suggest-sent", "suggest-asset"


def suggest_button() -> None:
    """The way to say that something is missing or wrong; for everybody, in read-only mode too."""
    if st.button(
        tell(M("Something missing or wrong here?")), key="suggest", type="tertiary", icon=":material/feedback:"
    ):
        suggest()


def suggest(asset: str = "") -> None:
    """Open the form.

    Args:
        asset: What it is about, where that is known.
    """
    st.session_state.pop(_SENT, None)
    st.session_state.pop(_AT, None)
    chosen = asset or st.session_state.get("chosen")
    if chosen and cache.place().values(str(chosen)) is not None:
        st.session_state[_PLACE] = chosen
        st.session_state.setdefault("suggest-what", "edit")
    st.dialog(tell(M("Tell us what is missing or wrong")), position="right")(_form)()


def _form() -> None:
    if st.session_state.get(_SENT):
        st.success(tell(M("Thank you. Somebody looks at it before it is shown on the map.")), icon=":material/check:")
        st.button(tell(M("Say something else")), key="suggest-more", on_click=st.session_state.pop, args=(_SENT, None))
        return
    st.caption(tell(M("No name or account is needed, and nothing about you is kept. Please write no names or telephone "
                      "numbers of persons.")))  # fmt: skip
    what = st.segmented_control(
        tell(M("What is it?")), list(WHAT), required=True, format_func=lambda key: tell(WHAT[key]),
        key="suggest-what", default=None if "suggest-what" in st.session_state else "add",
    )  # fmt: skip
    if what == "add":
        _missing()
    else:
        _known(str(what))
    problem = st.session_state.pop("suggest-problem", None)
    if problem is not None:
        st.error(tell(problem), icon=":material/front_hand:")
    st.button(tell(M("Send")), key="suggest-send", type="primary", icon=":material/send:", on_click=_send,
              args=(str(what),))  # fmt: skip


def _missing() -> None:
    st.session_state.setdefault("new-category", None)
    for name in _FIRST:
        box(name, f"new-{name}")
    _spot(tell(M("Tap the map where it is.")))
    with st.expander(tell(M("More, if you know it"))):
        for name in _MORE:
            box(name, f"new-{name}")
        st.text_area(tell(M("Anything else?")), key="suggest-note", height=80, max_chars=2000)


def _known(what: str) -> None:
    rows = cache.table(cache.place(), language())
    titles = {row.id: f"{row.title} · {row.where or row.label}" for row in rows}
    st.selectbox(
        tell(M("Which place or group?")), list(titles), key=_PLACE,
        format_func=lambda key: titles.get(key, "")[:120], placeholder=tell(M("Choose, or type to search")),
        index=None if _PLACE not in st.session_state else 0,
    )  # fmt: skip
    key = st.session_state.get(_PLACE)
    values = cache.place().values(key) if key else None
    if what == "edit" and values is not None:
        for name in _WRONG:
            at = f"fix-{name}-{key}"
            if at not in st.session_state:
                st.session_state[at] = shown(name, _known_value(values.get(name)))
            box(name, at)
        if st.checkbox(tell(M("It lies somewhere else")), key=f"elsewhere-{key}"):
            _spot(tell(M("Tap the map where it is.")))
    asked = M("What is wrong?") if what == "edit" else M("How do you know?")
    st.text_area(tell(asked), key="suggest-note", height=80, max_chars=2000)


def _known_value(found: Any) -> Any:
    """A value of a frame; None where it is missing (NaN is not itself)."""
    return None if found is None or found != found else found


def _spot(words: str) -> None:
    """A small map to tap."""
    shown_here = cache.place()
    at: At | None = st.session_state.get(_AT)
    st.caption(words if at is None else tell(M("Not quite there? Drag the pin, or tap another place.")))
    picked = show_map(
        cache.asset_cargo(shown_here, language()), key="suggest-map", src=map_url(language()), height="260px",
        title=tell(M("Map: tap where it is")), placing=True, pin=at,
    ).picked  # fmt: skip
    if picked is not None and picked != at:
        st.session_state[_AT] = picked
        st.rerun(scope="fragment")


def _send(what: str) -> None:
    """Let it wait for somebody's look; what cannot be taken is said, and what was typed stays."""
    state = st.session_state
    asset, note = str(state.get(_PLACE) or ""), str(state.get("suggest-note") or "")
    try:
        values = _values(what, asset)
        review, meant = cache.current_store().review, "" if what == "add" else asset
        review.check(what, asset=meant, values=values, note=note)  # first: a slip must not count against the sender
        session = state.setdefault(_SESSION, secrets.token_hex(16))
        answer = _limit().ask(session, "\n".join([note, *(str(value) for value in values.values())]))
        if answer.message is not None:
            raise InputError(answer.message)
        review.suggest(what, asset=meant, values=values, note=note)
    except AssetmapError as fault:
        state["suggest-problem"] = _why(fault)
        return
    for key in [key for key in state if str(key).startswith(("new-", "fix-", "suggest-note", "elsewhere-"))]:
        del state[key]
    state.pop(_AT, None)
    state[_SENT] = True


def _why(fault: AssetmapError) -> Message:
    """Why it was not sent; of a contact only what can be done here, which is to take it out."""
    if isinstance(fault, PrivateText) and fault.found:
        return M("{what} It was not sent. Please take it out.", what=fault.found[0][1].message)
    return fault.message


def _values(what: str, asset: str) -> dict[str, Any]:
    """What was typed, as far as it differs from what is known."""
    state, at = st.session_state, st.session_state.get(_AT)
    if what == "add":
        values = {name: cleaned(name, state.get(f"new-{name}")) for name in (*_FIRST, *_MORE)}
        return {**values, "geometry": spot(at) if at else None}
    if what == "gone" or not asset:
        return {}
    known = cache.place().values(asset) or {}
    typed = {name: cleaned(name, state.get(f"fix-{name}-{asset}")) for name in _WRONG}
    values = {name: value for name, value in typed.items() if value and not same(value, _known_value(known.get(name)))}
    return values | ({"geometry": spot(at)} if at and state.get(f"elsewhere-{asset}") else {})


@st.cache_resource(show_spinner=False)
def _limit() -> RateLimit:
    """One for all visitors of this process."""
    return RateLimit()
