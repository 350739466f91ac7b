"""Who changed what, when and why, and how is it taken back?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks.acting import act, undo
from assetmap.app.desks.circle import open_to_us
from assetmap.app.desks.steps import MANY, WHAT, in_short, seen, touched
from assetmap.app.desks.telling import called, dots, moment, table, value, worth_reading
from assetmap.app.editors import may_edit
from assetmap.app.state import plain, tell
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Changeset, Effect, Record, Version
from assetmap.model.fields import title
from assetmap.store import Store

KINDS: dict[str, Message] = {
    "edit": M("Edited"), "import": M("A list brought in"), "refresh": M("Read from its source"),
    "undo": M("Taken back"), "merge": M("Joined"), "part": M("Parted"), "review": M("Suggestion decided"),
    "round-trip": M("Came home from a spreadsheet"), "restore": M("Restored from a backup"),
    "erase": M("Words erased for good"), "confirm": M("Confirmed"), "snapshot": M("Snapshot taken"),
}  # fmt: skip
_ICONS = {
    "edit": "edit", "import": "upload_file", "refresh": "sync", "undo": "undo", "merge": "merge", "part": "call_split",
    "review": "rate_review", "round-trip": "table_view", "confirm": "verified", "restore": "settings_backup_restore",
}  # fmt: skip
_AT_ONCE = 20
_LISTED = 60
_CAREFUL = 25
_OPEN, _SHOWN = "history-open", "history-many"


def show() -> None:
    """The desk: changesets and edits of other programs, newest first."""
    store = current_store()
    many = int(st.session_state.get(_SHOWN, _AT_ONCE))
    sets = store.journal.changesets(limit=many + 1)
    outside = store.journal.outside(limit=many + 1)
    entries: list[Changeset | Version] = sorted([*sets, *outside], key=lambda entry: entry.at, reverse=True)
    if not entries:
        st.info(tell(M("Nothing has been changed yet.")), icon=":material/history:")
    for entry in entries[:many]:
        with st.container(key=f"card-entry-{_key(entry)}", border=True, gap="xxsmall"):
            if isinstance(entry, Changeset):
                _changeset(store, entry)
            else:
                _foreign(store, entry)
    if len(entries) > many:
        st.button(tell(M("Show older ones")), key="history-older", icon=":material/expand_more:", on_click=_older,
                  args=(many,))  # fmt: skip


def _older(many: int) -> None:
    st.session_state[_SHOWN] = many + _AT_ONCE


def _key(entry: Changeset | Version) -> str:
    return str(entry.number) if isinstance(entry, Changeset) else f"{entry.asset}-{entry.version}"


def _changeset(store: Store, entry: Changeset) -> None:
    """One changeset. To those who only read here neither who it was is told nor what they wrote about it."""
    mine, is_open = may_edit(), st.session_state.get(_OPEN) == entry.number
    kind = tell(KINDS[entry.kind]) if entry.kind in KINDS else plain(entry.kind, 40)
    who = plain(entry.by, 60) if mine else ""
    st.markdown(dots(f":material/{_ICONS.get(entry.kind, 'edit')}: **{kind}**", moment(entry.at), who))
    st.caption(dots(in_short(entry), _source(entry), plain(entry.why, 200) if mine else "", _undone(entry)))
    if not touched(entry):
        return
    with st.container(horizontal=True, gap="small"):
        st.button(tell(M("Close") if is_open else M("What it did")), key=f"open-{entry.number}", type="tertiary",
                  icon=f":material/{'expand_less' if is_open else 'expand_more'}:", on_click=_open,
                  args=(None if is_open else entry.number,))  # fmt: skip
        if mine and entry.undone_by is None and entry.kind != "restore":
            _undo_button(entry)
    if is_open:
        _effects(entry)


def _open(number: int | None) -> None:
    st.session_state[_OPEN] = number


def _undo_button(entry: Changeset) -> None:
    """The way back; where much would change, it is asked once more."""
    many = touched(entry)
    if many <= _CAREFUL:
        st.button(tell(M("Undo")), key=f"undo-{entry.number}", type="tertiary", icon=":material/undo:", on_click=undo,
                  args=(entry.number,))  # fmt: skip
        return
    with st.popover(tell(M("Undo")), icon=":material/undo:", type="tertiary", key=f"undo-open-{entry.number}"):
        st.write(tell(M("This takes back {n} records at once. What somebody changed since stays.", n=many)))
        st.button(tell(M("Take all of it back")), key=f"undo-{entry.number}", type="primary", on_click=undo,
                  args=(entry.number,))  # fmt: skip


def _source(entry: Changeset) -> str:
    titles = {one.source: one.title for one in place().inventory.provenance}
    return ", ".join(plain(titles.get(key, key), 80) for key in entry.source.split(", ") if key)


def _undone(entry: Changeset) -> str:
    if entry.undone_by is not None:
        return tell(M("taken back by change {number}", number=str(entry.undone_by)))
    return tell(M("takes back change {number}", number=str(entry.undoes))) if entry.undoes else ""


def _effects(entry: Changeset) -> None:
    if touched(entry) > MANY:
        st.caption(tell(M("These are too many to be listed here.")))
        return
    found = seen(entry)
    _lines(found.effects, found.records)
    if len(found.effects) > _LISTED:
        st.caption(tell(M("… and {n} more lines.", n=len(found.effects) - _LISTED)))
    if found.hidden and may_edit():
        st.caption(tell(Mn("One more is for a narrower circle.", "{n} more are for a narrower circle.", found.hidden)))


def _lines(effects: Sequence[Effect], records: dict[str, Record]) -> None:
    """The effects. Values of before may have been for a narrower circle, so who only reads is told the fields alone."""
    mine, listed = may_edit(), effects[:_LISTED]
    after = [plain(value(one.field, one.after, one.before), 160) if one.field else "" for one in listed]
    names = [plain(called(records[one.asset]) or one.name, 80) for one in listed]
    if mine and any(one.field for one in listed):
        table({
            tell(M("Which")): names, tell(M("What")): [_what(one) for one in listed],
            tell(M("Before")): [plain(value(one.field, one.before), 160) if one.field else "" for one in listed],
            tell(M("After")): after,
        }, key="effects")  # fmt: skip
    else:
        table({tell(M("Which")): names, tell(M("What")): [_what(one) for one in listed]}, key="effects")


def _what(one: Effect) -> str:
    return plain(tell(title(one.field))) if one.field else tell(WHAT.get(one.what, WHAT["changed"]))


def _foreign(store: Store, version: Version) -> None:
    """An edit that another program made, such as QGIS."""
    there = store.records.get(version.asset).get(version.asset)
    told = there.record if there else version.record
    how = M("With another program (such as QGIS)")
    st.markdown(f":material/open_in_new: **{tell(how)}** · {moment(version.at)}")
    if there is not None and not open_to_us(told):
        st.caption(tell(M("It is about something for a narrower circle.")))
        return
    fields = [tell(title(name)) for name in version.fields if worth_reading(name)]
    what = {"add": M("added"), "delete": M("deleted for good")}.get(version.op, M("changed"))
    st.caption(dots(plain(called(told), 120), tell(what), plain(", ".join(fields), 200)))
    if may_edit() and there is not None and version.op == "edit" and version.version > 1:
        st.button(tell(M("Make it as it was before")), key=f"before-{version.asset}-{version.version}", type="tertiary",
                  icon=":material/undo:", on_click=_revert, args=(version.asset, version.version - 1))  # fmt: skip


def _revert(asset: str, version: int) -> None:
    act(lambda store, by: store.journal.revert(asset, version, by=by), M("It is as it was before."))
