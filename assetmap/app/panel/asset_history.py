"""What was this asset before, who changed it, and how does it become that again?"""

from __future__ import annotations

import datetime
from itertools import pairwise

import streamlit as st

from assetmap.app import deeds
from assetmap.app.cache import current_store
from assetmap.app.desk import DERIVED, begin, called, desk, here
from assetmap.app.panel.fields import moved_by, said
from assetmap.app.panel.heading import heading, reveal
from assetmap.app.panel.saved import saved_line
from assetmap.app.state import language, plain, tell
from assetmap.i18n import date
from assetmap.messages import M, Message
from assetmap.model.audience import Audience
from assetmap.model.change import Changeset, Record, Version
from assetmap.model.fields import title
from assetmap.model.schema import TEXT
from assetmap.model.spot import metres_between
from assetmap.settings import settings
from assetmap.store.rows import DELETED

_AT_ONCE = 8
_WORDS = {"description", "address", "website", "operator", "names", "near", "opening_hours", "tags"}
_KINDS: dict[str, Message] = {
    "import": M("read from a file or service"), "refresh": M("read again from its source"),
    "undo": M("taken back"), "confirm": M("confirmed"), "merge": M("two records joined"),
    "part": M("two records parted"), "review": M("a suggestion taken up"), "round-trip": M("from a spreadsheet"),
    "restore": M("from a backup"),
}  # fmt: skip
_ICONS = {"undo": "undo", "confirm": "verified", "import": "download", "refresh": "sync", "merge": "merge"}


def asset_history() -> None:
    """The versions, newest first."""
    mine = desk()
    heading(M("History"))
    with st.container(horizontal=True, gap="small", key="deeds"):
        st.button(tell(M("Back")), key="back", icon=":material/arrow_back:", on_click=begin, args=("edit", mine.asset))
    if mine.notice is not None:
        saved_line()
    journal = current_store().journal
    versions = journal.versions(mine.asset)
    sets = {entry.number: entry for entry in journal.changesets(asset=mine.asset, limit=len(versions) or 1)}
    many = st.session_state.get("history-many", _AT_ONCE)
    before = {v.version: w.record for v, w in pairwise(versions)}
    for version in versions[:many]:
        _version(version, before.get(version.version), sets.get(version.changeset or 0), version is versions[0])
    if len(versions) > many:
        st.button(tell(M("Show older ones")), key="older", icon=":material/expand_more:", on_click=_older, args=(many,))
    _erasing(mine.asset, versions)
    reveal()


def _erasing(asset: str, versions: list[Version]) -> None:
    """A way to take somebody's words out of all that the asset ever was, where this circle sees all of that."""
    if not all(_open_to_us(version.record) for version in versions):
        return
    held = [name for name in TEXT if name in _WORDS and any(version.record.get(name) for version in versions)]
    if not held:
        return
    with st.expander(tell(M("Take somebody's words out for good")), icon=":material/ink_eraser:"):
        st.caption(tell(M("For words about a person that should not be here: they go out of this place and of every "
                          "earlier version of it. Nobody can bring them back.")))  # fmt: skip
        labels = {name: tell(title(name)) for name in held}
        field = st.selectbox(
            tell(M("Which words?")), held, key="erase-field", format_func=lambda one: labels.get(one, one)
        )
        sure = st.checkbox(tell(M("Yes, for good")), key=f"erase-sure-{asset}-{field}")
        st.button(tell(M("Erase")), key="erase", icon=":material/delete_forever:", disabled=not sure or field is None,
                  on_click=deeds.erase, args=(asset, str(field)))  # fmt: skip


def _older(many: int) -> None:
    st.session_state["history-many"] = many + _AT_ONCE


def _version(version: Version, before: Record | None, entry: Changeset | None, last: bool) -> None:
    with st.container(border=True, key=f"version-{version.version}", gap="xxsmall"):
        kind = entry.kind if entry else ""
        icon = "edit" if before is not None else "add_location_alt"
        st.markdown(f":material/{_ICONS.get(kind, icon)}: **{_when(version.at)}** · {_who(version, entry)}")
        if not _open_to_us(version.record) or (before is not None and not _open_to_us(before)):
            st.caption(tell(M("This version is for a narrower circle.")))
            return
        if entry is not None and entry.why:
            st.caption(plain(entry.why))
        for line in _lines(version, before):
            st.markdown(line)
        if not last and version.record:
            st.button(tell(M("Make it as it was then")), key=f"revert-{version.version}", type="tertiary",
                      icon=":material/settings_backup_restore:", on_click=deeds.revert,
                      args=(version.asset, version.version))  # fmt: skip


def _when(at: str) -> str:
    moment = here(datetime.datetime.fromisoformat(at.replace("Z", "+00:00")))
    return f"{date(moment.date(), language())} {moment:%H:%M}"


def _who(version: Version, entry: Changeset | None) -> str:
    """Who it was, and how, where it was not simply an edit."""
    if entry is None:
        return tell(M("with another program"))
    how = tell(_KINDS[entry.kind]) if entry.kind in _KINDS else ""
    named = plain(version.by, 60) or ("" if how else tell(called("")))
    return " · ".join(part for part in (named, how) if part)


def _lines(version: Version, before: Record | None) -> list[str]:
    if before is None:
        return [tell(M("It came onto the map."))]
    if not version.record:
        return [tell(M("It was deleted with another program."))]
    if DELETED in version.fields:
        return [tell(M("It was deleted or brought back."))]
    names = [name for name in version.fields if name[0] != "@" and name not in DERIVED]
    return [_line(name, before, version.record) for name in names] or [tell(M("Nothing that is shown changed."))]


def _line(name: str, before: Record, after: Record) -> str:
    label = f"**{plain(tell(title(name)))}:**"
    if name == "geometry":
        far = metres_between(before.get(name), after.get(name))
        how = M("placed on the map") if far is None else moved_by(far)
        return f"{label} {tell(how)}"
    was, now = (plain(said(name, record.get(name)), 160) for record in (before, after))
    return f"{label} {was} → {now}"


def _open_to_us(record: Record) -> bool:
    """Whether a version may be shown to the circle that this app is for."""
    circle = Audience.of(settings().audience)
    if not record:
        return True
    waits = record.get("review") != "ok" and circle < Audience.staff
    return Audience.of(str(record.get("audience") or "connector")) <= circle and not waits
