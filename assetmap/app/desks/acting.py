"""How is something done at a desk: once, with what came of it said, and with a way back?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from assetmap.app.cache import current_store
from assetmap.app.editors import editor, may_edit
from assetmap.app.state import plain, tell
from assetmap.errors import AssetmapError, DisclosureError
from assetmap.messages import M, Message
from assetmap.model.change import Outcome
from assetmap.model.fields import title
from assetmap.store import Store

Deed = Callable[[Store, str], Outcome | None]
_KEY, _FRESH = "_done", "_just-done"


@dataclass(frozen=True)
class Done:
    """What was just done, or why it was not.

    Attributes:
        changeset: What can be taken back; None where nothing can.
        more: What else is to be known about it.
        failed: Whether it was not done.
    """

    said: Message
    changeset: int | None = None
    more: tuple[Message, ...] = ()
    failed: bool = False


def act(deed: Deed, said: Message, back: bool = True) -> Outcome | None:
    """Change the store as this visitor, and note what came of it for the next look at the page.

    Args:
        deed: Given the store and who does it.
        said: What to say when it was done.
        back: Whether an undo is offered.
    """
    try:
        if not may_edit():
            raise DisclosureError(M("This map is read-only here. Nothing was changed."))
        outcome = deed(current_store(), editor())
    except AssetmapError as fault:
        note(Done(M("That was not done."), more=(fault.message,), failed=True))
        return None
    clashes = _clashes(outcome)
    nothing = bool(clashes) and (outcome is None or outcome.changeset is None)
    number = outcome.changeset if outcome is not None and back else None
    note(Done(M("Nothing was changed.") if nothing else said, number, clashes, nothing))
    return outcome


def note(done: Done) -> None:
    """Say this above the desk once the page is drawn again."""
    st.session_state[_KEY] = done
    st.session_state[_FRESH] = True


def forget() -> None:
    """What was done at another desk is not told at this one."""
    st.session_state.pop(_KEY, None)


def last_deed() -> None:
    """One line on what was just done, with the way back."""
    done: Done | None = st.session_state.get(_KEY)
    with st.container(key="announce-deed", gap="xxsmall"):
        if done is None:
            return
        if st.session_state.pop(_FRESH, False):  # the desk may be scrolled, and this line out of sight
            st.toast(plain(tell(done.said), 200), icon=":material/info:" if done.failed else ":material/check_circle:")
        with st.container(horizontal=True, gap="small", vertical_alignment="center", key="deed"):
            icon = ":orange[:material/info:]" if done.failed else ":green[:material/check_circle:]"
            st.markdown(f"{icon} **{plain(tell(done.said), 300)}**", width="content")
            if done.changeset is not None:
                st.button(tell(M("Undo")), key="undo-deed", type="tertiary", icon=":material/undo:",
                          on_click=undo, args=(done.changeset,))  # fmt: skip
        for line in done.more:
            st.markdown(f"- {plain(tell(line), 600)}")


def undo(number: int) -> None:
    """Take a change back."""
    act(lambda store, by: store.journal.undo(number, by=by), M("Taken back."))


def _clashes(outcome: Outcome | None) -> tuple[Message, ...]:
    if outcome is None or not outcome.clashes:
        return ()
    names: Sequence[str] = list(dict.fromkeys(clash.field for clash in outcome.clashes if clash.field[:1] != "@"))
    return (M("Somebody changed this meanwhile, so it was left as it is: {fields}.",
              fields=[title(name) for name in names]),)  # fmt: skip
