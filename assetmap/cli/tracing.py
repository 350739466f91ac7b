"""`assetmap history` and `undo`: who changed what, and how is it taken back?"""

from __future__ import annotations

from typing import Annotated

import typer

from assetmap.cli.options import AsJson, By, Lang, StoreFolder, Why, day, lang, opened
from assetmap.cli.outcomes import KINDS, list_clashes, list_effects, plain, plain_row
from assetmap.cli.saying import as_json, out, table
from assetmap.i18n import say
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Changeset, Version
from assetmap.model.fields import title
from assetmap.store import Store

_KINDS: dict[str, Message] = {
    "edit": M("edit"), "import": M("list brought in"), "refresh": M("sources read again"), "undo": M("undo"),
    "merge": M("two made one"), "part": M("parted again"), "review": M("suggestion accepted"),
    "round-trip": M("file came home"), "restore": M("backup put back"), "erase": M("words erased"),
    "confirm": M("confirmed"),
}  # fmt: skip
_WORDS = {**KINDS, "deleted": M("deleted by another program")}
_BINNED = "@deleted_at"
Number = Annotated[int, typer.Argument(min=1, help="Number of the change, as “assetmap history” shows it.")]


def history(
    asset: Annotated[str | None, typer.Option("--asset", metavar="ID", help="Every version of one asset.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="From this day on (UTC).")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many, newest first.")] = 20,
    change: Annotated[int | None, typer.Option("--change", metavar="N", help="What one change did.")] = None,
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Who changed what, when and why; newest first. Shows everything that is kept, whoever may see it."""
    kept = opened(store)
    if change is not None:
        _one_change(kept, change, json_)
    elif asset is not None:
        _one_asset(kept, asset, day(since), limit, json_)
    else:
        _all_changes(kept, day(since), limit, json_)


def _all_changes(kept: Store, since: str, limit: int, json_: bool) -> None:
    changes = kept.journal.changesets(limit=limit, since=since)
    outside = [version for version in kept.journal.outside(limit=limit) if version.at >= since]
    if json_:
        as_json({"changes": [plain_row(c) for c in changes],
                 "outside": [{"asset": v.asset, "version": v.version, "at": v.at} for v in outside]})  # fmt: skip
        return
    rows = [
        (str(c.number), moment(c.at), c.by, _called(c), str(c.added), str(c.changed), str(c.removed), c.why)
        for c in changes
    ]
    if rows:
        heads = (M("No."), M("When (UTC)"), M("Who"), M("What"), M("New"), M("Changed"), M("Removed"), M("Why"))
        table(heads, rows, right=(0, 4, 5, 6))
    else:
        out(M("Nothing was changed in that time."))
    if outside:
        out(Mn("Besides, another program (QGIS, psql) made one edit; “assetmap history --asset ID” shows it.",
               "Besides, other programs (QGIS, psql) made {n} edits; “assetmap history --asset ID” shows them.",
               len(outside)))  # fmt: skip


def _one_change(kept: Store, number: int, json_: bool) -> None:
    found, effects = kept.journal.changeset(number), kept.journal.effects(number)
    if json_:
        as_json({**plain_row(found), "effects": [plain_row(effect) for effect in effects]})
        return
    out(f"{number} · {moment(found.at)} · {_called(found)}" + "".join(f" · {s}" for s in (found.by, found.why) if s))
    if found.undone_by is not None:
        out(M("It was taken back by change {number}.", number=str(found.undone_by)))
    list_effects(effects)


def _one_asset(kept: Store, asset: str, since: str, limit: int, json_: bool) -> None:
    told = [(version, what) for version, what in _with_words(kept.journal.versions(asset)) if version.at >= since]
    if json_:
        as_json([{"version": v.version, "at": v.at, "by": v.by, "what": what, "change": v.changeset,
                  "fields": _fields(v)} for v, what in told[:limit]])  # fmt: skip
        return
    rows = [
        (str(v.version), moment(v.at), v.by, say(_WORDS[what], lang()),
         ", ".join(say(title(field), lang()) for field in _fields(v)), str(v.changeset or ""))
        for v, what in told[:limit]
    ]  # fmt: skip
    table((M("Version"), M("When (UTC)"), M("Who"), M("What happened"), M("Fields"), M("Change")), rows, right=(0, 5))


def _with_words(versions: list[Version]) -> list[tuple[Version, str]]:
    """What happened in each version; going into the bin and coming out of it take turns."""
    told, binned = [], False
    for version in reversed(versions):
        what = {"add": "new", "delete": "deleted"}.get(version.op, "changed")
        if _BINNED in version.fields:
            binned = not binned
            what = "gone" if binned else "restored"
        told.append((version, what))
    return told[::-1]


def _fields(version: Version) -> list[str]:
    """The fields of the asset itself."""
    return [name for name in version.fields if not name.startswith("@")]


def undo(
    number: Number, by: By = "", why: Why = "", json_: AsJson = False, store: StoreFolder = None, lang: Lang = None
) -> None:
    """Take a whole change back, as a new change; what somebody changed again since stays. Exit code 1 if all does."""
    kept = opened(store)
    done = kept.journal.undo(number, by=by, why=why)
    if json_:
        as_json(plain(done))
    elif done.changeset is None:
        out(M("Nothing of change {number} could be taken back.", number=str(number)))
        list_clashes(done)
    else:
        out(Mn("Change {number} was taken back; one asset is as it was before.",
               "Change {number} was taken back; {n} assets are as they were before.", done.touched,
               number=str(number)))  # fmt: skip
        list_clashes(done)
        out(M("This is change {number}; “assetmap undo {number}” takes it back.", number=str(done.changeset)))
    if done.changeset is None:
        raise typer.Exit(1)


def _called(change: Changeset) -> str:
    """What sort of change it was."""
    said = say(_KINDS.get(change.kind, M("edit")), lang())
    if change.undoes is not None:
        return f"{said} ({change.undoes})"
    return f"{said}: {change.source}" if change.source else said


def moment(at: str) -> str:
    """To the minute."""
    return at[:16].replace("T", " ")
