"""Is the store whole and safe, and if not, what is to be done? The checks, and the backups."""

from __future__ import annotations

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks.acting import act
from assetmap.app.desks.telling import moment
from assetmap.app.editors import may_edit
from assetmap.app.state import plain, tell
from assetmap.messages import M, Mn
from assetmap.store import Store
from assetmap.store.home import Check

_LISTED = 30


def show() -> None:
    """The desk. Who only reads here is told whether all is well; the rest is for whoever keeps the store."""
    checks = _checks(place().key, int(st.session_state.get("health-looks", 0)))
    bad = [check for check in checks if not check.ok]
    if bad:
        many = Mn("One thing needs a look.", "{n} things need a look.", len(bad))
        st.warning(tell(many), icon=":material/front_hand:")
    else:
        st.success(tell(M("All is well.")), icon=":material/check:")
    if not may_edit():
        return
    good = [check for check in checks if check.ok]
    lines = (f"{':green[✓]' if check.ok else ':red[✗]'} {_said(check)}" for check in [*bad, *good])
    st.markdown("  \n".join(lines))
    st.button(tell(M("Look again")), key="health-again", icon=":material/refresh:", on_click=_again)
    _backups()


def _said(check: Check) -> str:
    words = plain(tell(check.message), 600)
    return words if check.ok else f"**{words}**"


def _again() -> None:
    st.session_state["health-looks"] = int(st.session_state.get("health-looks", 0)) + 1


def _checks(key: str, looks: int) -> list[Check]:
    with st.spinner(tell(M("Reading the whole store …"))):
        return _looked(key, looks)


@st.cache_resource(max_entries=2, show_spinner=False)
def _looked(key: str, looks: int) -> list[Check]:
    """Reads everything, so it is done once for each state of the store, and when somebody asks."""
    return current_store().check()


def _backups() -> None:
    """The last one, one more, and the way back to an earlier one."""
    st.header(tell(M("Backups")), anchor=False)
    kept = current_store().backups.kept()
    if kept:
        st.markdown(tell(M("The last backup is of {time}.", time=f"**{moment(kept[0].at)}**")))
    else:
        none = M("No backup was made yet.")
        st.markdown(f"**{tell(none)}**")
    st.button(tell(M("Back up now")), key="backup-now", type="primary", icon=":material/save:", on_click=_make)
    if not kept:
        return
    with st.expander(tell(M("Go back to a backup")), icon=":material/settings_backup_restore:"):
        st.write(tell(M("The map becomes what it was then. What is there now is backed up first, and what was added "
                        "since lies in the bin.")))  # fmt: skip
        names = {backup.name: moment(backup.at) for backup in kept[:_LISTED]}
        chosen = st.selectbox(tell(M("Which one?")), list(names), key="backup-which", filter_mode=None, width=360,
                              format_func=lambda name: names[name])  # fmt: skip
        sure = st.checkbox(tell(M("Yes, make the map what it was then")), key="backup-sure")
        st.button(tell(M("Go back to it")), key="backup-restore", disabled=not sure, on_click=_restore,
                  args=(str(chosen),))  # fmt: skip


def _make() -> None:
    def deed(store: Store, by: str) -> None:
        store.backups.make("asked")

    act(deed, M("Backed up, and read again to be sure."))


def _restore(name: str) -> None:
    st.session_state["backup-sure"] = False
    act(lambda store, by: store.backups.restore(name, by=by), M("The map is what it was then."), back=False)
