"""What is this visitor editing, what became of the last save, and how does a change reach the store?

Nothing here shows anything. What was typed is kept until it is saved or taken back by whoever typed it: a refusal of
the store changes neither the text nor the version that it was written against.
"""

from __future__ import annotations

import datetime
import uuid
import zoneinfo
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import streamlit as st

from assetmap.app import cache
from assetmap.app.editors import editor, may_edit
from assetmap.disclosure.saving import ALLOWABLE
from assetmap.errors import AssetmapError, DisclosureError, PrivateText, SchemaError
from assetmap.messages import M, Message
from assetmap.model.change import Change, Clash, Outcome, Record
from assetmap.model.fields import title
from assetmap.model.spot import At
from assetmap.store.desks.journal import Journal
from assetmap.store.rows import DELETED, Stored

Doing = Literal["", "add", "edit", "move", "history"]
DERIVED = ("kind", "opening_hours_normal")
"""Fields that follow from another one, which is the one to ask about."""
_KEY = "_desk"
T = TypeVar("T")


@dataclass(frozen=True)
class Refusal:
    """Why a text was not saved.

    Attributes:
        value: What was to be saved.
        allow: What may be let through if whoever wrote it says so; empty: nothing.
    """

    message: Message
    value: Any
    allow: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice:
    """What was just done.

    Attributes:
        said: Such as "Saved", with the time.
        changeset: What `undo` takes back; None where nothing can be.
        again: Whether taking that back means to do it again.
        more: What else is to be known about it.
    """

    said: Message
    changeset: int | None = None
    again: bool = False
    more: tuple[Message, ...] = ()


@dataclass
class Desk:
    """What lies on the desk of one visitor.

    Attributes:
        record: The asset as its form saw it, in `version`.
        drafts: What was typed and is not saved, by field.
        clashes: Fields that somebody else changed meanwhile, and who.
        at: The place that was tapped.
        goner: Who deleted the asset while it was edited; None: it is there.
        opened: Counts how often something was taken up.
        unsaved: Drafts and refusals of other assets, for when somebody comes back to them.
    """

    doing: Doing = ""
    asset: str = ""
    version: int = 0
    record: Record = field(default_factory=dict)
    drafts: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    clashes: dict[str, tuple[Clash, str]] = field(default_factory=dict)
    at: At | None = None
    goner: str | None = None
    notice: Notice | None = None
    opened: int = 0
    unsaved: dict[str, tuple[dict[str, Any], dict[str, Refusal]]] = field(default_factory=dict)


def desk() -> Desk:
    """The desk of this visitor."""
    found: Desk = st.session_state.setdefault(_KEY, Desk())
    return found


def begin(doing: Doing, asset: str = "") -> None:
    """Take something up. What is no longer shown here is passed over."""
    mine = desk()
    if asset != mine.asset:
        if mine.refused:
            mine.unsaved[mine.asset] = mine.drafts, mine.refused
        mine.drafts, mine.refused = mine.unsaved.pop(asset, ({}, {}))
        mine.clashes = {}
    mine.doing, mine.asset, mine.at, mine.goner, mine.notice = doing, asset or str(uuid.uuid4()), None, None, None
    mine.record, mine.version = {}, 0
    mine.opened += 1
    if doing != "add" and not look_again():
        mine.doing = ""


def put_away() -> None:
    """Done: back to the list. What was just saved can still be taken back."""
    mine = desk()
    mine.doing, mine.drafts, mine.refused, mine.clashes, mine.at = "", {}, {}, {}, None


def look_again() -> bool:
    """Read the asset as it stands now; whether it is shown here."""
    mine = desk()
    stored = current()
    if stored is None or cache.place().values(mine.asset) is None:
        return False
    mine.record, mine.version = stored.record, stored.version
    return True


def current() -> Stored | None:
    """The asset on the desk as it is stored."""
    return cache.current_store().records.get(desk().asset).get(desk().asset)


def do(action: Callable[[Journal, str], T]) -> T:
    """Change the store as this visitor.

    Raises:
        DisclosureError: This visitor only reads here.
    """
    if not may_edit():
        raise DisclosureError(M("This map is read-only here. Nothing was changed."))
    return action(cache.current_store().journal, editor())


def save(values: Record, *, about: str, allow: Collection[str] = ()) -> Outcome | None:
    """Save some fields of the asset on the desk against the version that its form saw.

    Args:
        about: The field that was left, under which a refusal is told.
        allow: As in `Journal.apply`.

    Returns:
        What came of it; None where it was refused, which then stands in `desk().refused`.
    """
    mine = desk()
    change = Change(mine.asset, values, version=mine.version)
    try:
        outcome = do(lambda journal, by: journal.apply([change], by=by, allow=allow))
    except AssetmapError as fault:
        mine.refused[about] = refusal(fault, values[about])
        return None
    mine.refused.pop(about, None)
    seen = mine.version
    _told(outcome, seen)
    return outcome


def refusal(fault: AssetmapError, value: Any) -> Refusal:
    """Why something was not saved, in the words of a form, where the field need not be named."""
    if isinstance(fault, SchemaError) and fault.issues is not None and len(fault.issues):
        return Refusal(M("This was not saved. Expected: {what}.", what=fault.issues["message"].iloc[0]), value)
    if not isinstance(fault, PrivateText) or not fault.found:
        return Refusal(fault.message, value)
    kinds = {found.kind for _, found in fault.found}
    worst = next((found for _, found in fault.found if found.kind not in ALLOWABLE), fault.found[0][1]).message
    if not kinds <= set(ALLOWABLE):
        never = M("{what} It was not saved: such a number is never kept with a place. Take it out.", what=worst)
        return Refusal(never, value)
    ask = M("{what} It was not saved. Take it out; or, if it is an association's official contact that everybody may "
            "see, save it all the same.", what=worst)  # fmt: skip
    return Refusal(ask, value, tuple(sorted(kinds)))


def _told(outcome: Outcome, seen: int) -> None:
    """Note what came of a save, and look again at the asset."""
    mine = desk()
    now = current()
    if now is None:
        return
    theirs = changed_by_others(seen, outcome.changeset)
    for clash in outcome.clashes:
        if clash.field not in DERIVED:
            mine.clashes[clash.field] = (clash, next((who for who, names in theirs if clash.field in names), ""))
    clashing = {clash.field for clash in outcome.clashes}
    mine.goner = _who_deleted() if now.deleted_at else None
    mine.record, mine.version = now.record, now.version
    if outcome.changeset is not None:
        kept = [(who, [name for name in names if name not in clashing]) for who, names in theirs]
        more = tuple(beside(who, names) for who, names in kept if names)
        note(M("Saved"), outcome.changeset, more)


def changed_by_others(seen: int, own: int | None) -> list[tuple[str, tuple[str, ...]]]:
    """Who changed which fields of the asset since a version, other than this visitor's own save."""
    mine = desk()
    versions = cache.current_store().journal.versions(mine.asset)
    found = [(v.by, tuple(n for n in v.fields if n[0] != "@" and n not in DERIVED)) for v in reversed(versions)
             if v.version > seen and (own is None or v.changeset != own)]  # fmt: skip
    return [(who, names) for who, names in found if names]


def _who_deleted() -> str:
    versions = cache.current_store().journal.versions(desk().asset)
    return next((version.by for version in versions if DELETED in version.fields), "")


def beside(who: str, names: Collection[str]) -> Message:
    """That somebody else changed other fields, and nothing was lost."""
    return M("{who} changed this meanwhile: {fields}. Both changes are kept.", who=called(who),
             fields=[title(name) for name in names])  # fmt: skip


def called(who: str) -> str | Message:
    """What somebody is called who may not have said."""
    return who or M("Somebody")


def note(said: Message, changeset: int | None, more: Collection[Message] = (), again: bool = False) -> None:
    """Note what was just done."""
    timed = M("{done} {time}", done=said, time=clock())
    desk().notice = Notice(timed, changeset, again, tuple(more))


def clock() -> str:
    """The time of day where the visitor is."""
    return here(datetime.datetime.now(datetime.UTC)).strftime("%H:%M")


def here(moment: datetime.datetime) -> datetime.datetime:
    """A moment in the visitor's own time zone; in this computer's where the browser does not say."""
    try:
        return moment.astimezone(zoneinfo.ZoneInfo(str(st.context.timezone)))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return moment.astimezone()
