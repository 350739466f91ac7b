"""What did a step of the history do, as far as this reader may see it?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import streamlit as st

from assetmap.app.cache import current_store, place
from assetmap.app.desks.circle import open_to_us
from assetmap.app.desks.telling import as_record, called, dots, worth_reading
from assetmap.app.standing import Place
from assetmap.app.state import plain, tell
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Changeset, Effect, Record
from assetmap.settings import settings

MANY = 2_000
"""More records than this are neither listed nor looked at one by one."""
WHAT: dict[str, Message] = {"new": M("new"), "gone": M("into the bin"), "restored": M("back from the bin"),
                            "changed": M("changed")}  # fmt: skip
_AS = {"new": "added", "restored": "added", "gone": "removed"}
_NAMED = 3


@dataclass(frozen=True)
class Seen:
    """A changeset as a reader may see it.

    Attributes:
        effects: On what may be seen, those that people read.
        what: What became of each asset that may be seen, a key of `WHAT`.
        hidden: How many more there are.
        records: The assets that may be seen, as they are.
    """

    effects: list[Effect]
    what: dict[str, str]
    hidden: int
    records: dict[str, Record]


def touched(entry: Changeset) -> int:
    """How many records it touched, whoever may see them."""
    return entry.added + entry.changed + entry.removed


def seen(entry: Changeset) -> Seen:
    """What it did."""
    return _seen(place().key, settings().audience, entry.number)


@st.cache_resource(max_entries=256, show_spinner=False)
def _seen(key: str, audience: str, number: int) -> Seen:
    store = current_store()
    effects = store.journal.effects(number)
    what: dict[str, str] = {}
    for one in effects:
        what[one.asset] = one.what if not one.field else what.get(one.asset, "changed")
    records = {asset: there.record for asset, there in store.records.get(list(what)).items()}
    ours = {asset: record for asset, record in records.items() if open_to_us(record)}
    told = [one for one in effects if one.asset in ours and (not one.field or worth_reading(one.field))]
    return Seen(told, {asset: did for asset, did in what.items() if asset in ours}, len(set(what) - set(ours)), ours)


def in_short(entry: Changeset) -> str:
    """What it did, in one line of markdown: by name where it is about few, in numbers where it is about many."""
    many = touched(entry)
    if not many:
        return ""
    shown = place()
    everything = _all_open(shown.key, settings().audience, shown)
    if many > _NAMED and everything:
        return _numbers(entry.added, entry.changed, entry.removed)
    if many > MANY:
        return tell(M("more than {n} records", n=MANY))
    found = seen(entry)
    if not found.what:
        return tell(M("It is about something for a narrower circle.")) if found.hidden else ""
    if len(found.what) > _NAMED:
        did = Counter(_AS.get(what, "changed") for what in found.what.values())
        return _numbers(did["added"], did["changed"], did["removed"])
    return dots(*_names(found))


def _names(found: Seen) -> list[str]:
    """The names, those of which the same is to be said together."""
    return [", ".join(plain(called(found.records[asset]), 80) for asset, did in found.what.items() if did == what)
            + f": {tell(WHAT.get(what, WHAT['changed']))}"
            for what in dict.fromkeys(found.what.values())]  # fmt: skip


def _numbers(added: int, changed: int, removed: int) -> str:
    told = [(added, Mn("one added", "{n} added", added)), (changed, Mn("one changed", "{n} changed", changed)),
            (removed, Mn("one into the bin", "{n} into the bin", removed))]  # fmt: skip
    return ", ".join(tell(message) for many, message in told if many)


@st.cache_resource(max_entries=4, show_spinner=False)
def _all_open(key: str, audience: str, _shown: Place) -> bool:
    """Whether nothing in the store is for a narrower circle, so that the store's own numbers can be told."""
    whole = _shown.base or _shown
    if len(whole.inventory.everything) < len(whole.whole.everything):
        return False
    part, changed = _shown.part, _shown.changed
    if part is not None and changed is not None and len(part.everything) < len(changed.everything):
        return False
    bin_ = current_store().journal.bin().drop(columns="geometry")
    return all(open_to_us(as_record(row)) for row in bin_.to_dict("records"))
