"""What can be done with an asset as a whole: delete it, confirm it, bring it back, take the last step back?

Each is one save with a notice that offers to undo it; what cannot be done becomes a notice too, never a lost page.
"""

from __future__ import annotations

from collections.abc import Callable

from assetmap.app.desk import DERIVED, T, begin, called, current, desk, do, look_again, note, put_away
from assetmap.errors import AssetmapError
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Change, Outcome
from assetmap.model.fields import title
from assetmap.store.desks.journal import Journal


def confirm(asset: str) -> None:
    """Note that somebody saw that the asset is right."""
    outcome = _try(lambda journal, by: journal.confirm(asset, by=by))
    if outcome is not None:
        note(M("Confirmed") if outcome.touched else M("It was confirmed today already"), outcome.changeset)
        _refresh()


def delete(asset: str, version: int | None = None) -> None:
    """Put the asset in the bin; not if somebody changed it since that version, unless it is None."""
    change = Change(asset, kind="remove", version=version)
    outcome = _try(lambda journal, by: journal.apply([change], by=by))
    if outcome is None:
        return
    if outcome.clashes:
        begin("edit", asset)  # with what stands there now
        fields = [title(clash.field) for clash in outcome.clashes if clash.field not in DERIVED]
        note(M("Not deleted"), None, [M("Somebody changed it meanwhile: {fields}. Look at it once more.",
                                        fields=fields)])  # fmt: skip
        return
    put_away()
    note(M("Deleted: it is in the bin"), outcome.changeset)


def restore(asset: str) -> None:
    """Take the asset out of the bin."""
    outcome = _try(lambda journal, by: journal.apply([Change(asset, kind="restore")], by=by))
    if outcome is not None:
        desk().goner = None
        note(M("Brought back"), outcome.changeset)
        _refresh()


def revert(asset: str, version: int) -> None:
    """Make the asset what it was in that version."""
    outcome = _try(lambda journal, by: journal.revert(asset, version, by=by))
    if outcome is not None:
        note(M("It is again as it was then") if outcome.touched else M("It is so already"), outcome.changeset)
        _refresh()


def erase(asset: str, field: str) -> None:
    """Take the words of a field out of the asset and of all that it ever was; that cannot be taken back."""
    count = _try(lambda journal, by: journal.erase(asset, [field], by=by))
    if count is not None:
        note(Mn("The words are erased. One earlier version held some.",
                "The words are erased. {n} earlier versions held some.", count), None)  # fmt: skip
        _refresh()


def undo() -> None:
    """Take back what the notice tells of."""
    notice = desk().notice
    if notice is None or notice.changeset is None:
        return
    number = notice.changeset
    outcome = _try(lambda journal, by: journal.undo(number, by=by))
    if outcome is None:
        return
    left = [M("Changed again since, and left so: {fields}.", fields=[title(c.field) for c in outcome.clashes])]
    said = M("Done again") if notice.again else M("Taken back")
    if outcome.changeset is None:
        said = M("Nothing was taken back")
    note(said, outcome.changeset, left if outcome.clashes else _what(outcome), again=not notice.again)
    _refresh()


def _what(outcome: Outcome) -> list[Message]:
    """Which fields are as before."""
    names = [effect.field for effect in outcome.effects if effect.field and effect.what == "changed"]
    shown = [title(name) for name in dict.fromkeys(names) if name not in ("kind", "opening_hours_normal")]
    if outcome.gone:
        return [M("It is in the bin.")]
    return [M("As before: {fields}.", fields=shown)] if shown else []


def _refresh() -> None:
    """The form on the desk shows what is stored now; it is put away where the asset is no longer shown."""
    mine = desk()
    if not mine.doing or mine.doing == "add":
        return
    stored = current()
    if stored is not None and stored.deleted_at and mine.doing == "edit":
        put_away()
    elif look_again():
        mine.drafts, mine.clashes, mine.goner = {}, {}, None
        mine.opened += 1
    else:
        put_away()


def _try(action: Callable[[Journal, str], T]) -> T | None:
    try:
        return do(action)
    except AssetmapError as fault:
        note(M("That was not done"), None, [fault.message])
        return None


def somebody(who: str) -> Message:
    """That somebody deleted what is being edited."""
    return M("{who} deleted this meanwhile. What you wrote is kept with it in the bin.", who=called(who))
