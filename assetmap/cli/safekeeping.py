"""`assetmap doctor`, `backup` and `restore`: is the store well, and what if it is not?"""

from __future__ import annotations

from typing import Annotated

import typer

from assetmap.cli.options import AsJson, By, Lang, StoreFolder, folder, lang, opened
from assetmap.cli.saying import amount, as_json, out, table
from assetmap.errors import StoreError
from assetmap.i18n import number, say
from assetmap.messages import M, Message, Mn
from assetmap.store import Store
from assetmap.store.copies import Backup
from assetmap.store.desks.backups import Backups

_REASONS: dict[str, Message] = {
    "": M("it was time"), "asked": M("somebody asked"), "upgrade": M("before an upgrade"),
    "restore": M("before going back"),
}  # fmt: skip


def doctor(
    mend: Annotated[bool, typer.Option("--mend", help="Make wrong indexes anew first; no record is changed.")] = False,
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Is the store whole, safe and fresh, and what is to be done where it is not? Exit code 1 where it is not."""
    kept = opened(store)
    mended = kept.mend() if mend else []
    checks = kept.check()
    if json_:
        as_json([{"code": c.code, "ok": c.ok, "message": _said(c.message)} for c in checks])
    else:
        for done in mended:
            out(done)
        for check in checks:
            out(f"{'✓' if check.ok else '✗'} {_said(check.message)}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def backup(
    list_: Annotated[bool, typer.Option("--list", help="List the backups there are; none is made.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read every backup through; none is made.")] = False,
    due: Annotated[
        bool, typer.Option("--due", help="Only where the last one is an hour old and something changed since.")
    ] = False,
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Back the whole store up, and read the backup again to be sure.

    Kept are those of each hour for two days, one a day for thirty days, and the last ten that somebody asked for.
    """
    kept = Store.backups_at(folder(store)) if list_ or check else opened(store).backups
    if check:
        _read_through(kept, json_)
    elif list_:
        known = kept.kept()
        if not known:
            opened(store)  # where there is no store, that is what is to be said
        _list(known, json_)
    else:
        made = kept.tick() if due else kept.make("asked")
        if json_:
            as_json(None if made is None else _plain(made))
        elif made is None:
            out(M("No backup is due: nothing changed since the last one, or it is not an hour old."))
        else:
            _tell(made)


def restore(
    name: Annotated[
        str,
        typer.Argument(help="Name of a backup, the beginning of it (2026-11-22: the last of that day), or “latest”."),
    ],
    by: By = "",
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Make the store what it was when a backup was made: all of it, or nothing.

    What is there now is backed up first, the history goes on, and what came since lies in the bin. Words that were
    erased since stay erased. A store that is damaged or gone is replaced, and what is left of it is kept beside it.
    """
    backups = Store.backups_at(folder(store))
    chosen = backups.find(name)
    outcome = backups.restore(chosen, by=by)
    if json_:
        as_json({"backup": chosen.name, "changeset": outcome.changeset, "changed": len(outcome.changed),
                 "restored": len(outcome.restored), "gone": len(outcome.gone), "same": outcome.same})  # fmt: skip
        return
    out(M("The store is what it was on {when} UTC.", when=_when(chosen)))
    if outcome.touched:
        changed = len(outcome.changed) + len(outcome.restored)
        out(M("{changed} assets are different now, {gone} that came since lie in the bin, {same} are as before.",
              changed=changed, gone=len(outcome.gone), same=outcome.same))  # fmt: skip
    before = next((b for b in backups.kept() if b.reason == "restore" and b.name > chosen.name), None)
    if before is not None:
        out(M("To go back to what was there before: assetmap restore {name}", name=before.name))


def _said(message: Message) -> str:
    return say(message, lang())


def _tell(made: Backup) -> None:
    out(Mn("The backup {name} has one asset and {size}; it was read again and is whole.",
           "The backup {name} has {n} assets and {size}; it was read again and is whole.", made.assets,
           name=made.name, size=_size(made)))  # fmt: skip
    out(M("It is in {folder}. Copy that folder to another disk now and then.", folder=str(made.path.parent)))
    for file in made.missing:
        out(M("  • The store lacks its file {file}, so the backup lacks it too. Run “assetmap doctor”.", file=file))


def _list(known: list[Backup], json_: bool) -> None:
    if json_:
        as_json([_plain(one) for one in known])
    elif known:
        rows = [(one.name, _said(_reason(one)), amount(one.assets), _size(one)) for one in known]
        table((M("Backup (UTC)"), M("Why"), M("Assets"), M("Size")), rows, right=(2, 3))
    else:
        out(M("There is no backup yet. “assetmap backup” makes one."))


def _read_through(kept: Backups, json_: bool) -> None:
    bad: dict[str, str] = {}
    known = kept.kept()
    for one in known:
        try:
            kept.verify(one)
        except StoreError as fault:
            bad[one.name] = _said(fault.message)
    if json_:
        as_json([{**_plain(one), "ok": one.name not in bad, "message": bad.get(one.name)} for one in known])
    else:
        for one in known:
            out(f"✗ {bad[one.name]}" if one.name in bad else f"✓ {one.name}")
        if not known:
            out(M("There is no backup yet. “assetmap backup” makes one."))
    if bad or not known:
        raise typer.Exit(1)


def _plain(one: Backup) -> dict[str, object]:
    return {"name": one.name, "at": one.at, "reason": one.reason, "assets": one.assets, "bytes": one.bytes,
            "version": one.version, "verified": one.verified, "missing": list(one.missing),
            "folder": str(one.path)}  # fmt: skip


def _reason(one: Backup) -> Message:
    return _REASONS.get(one.reason, M("{reason}", reason=one.reason))


def _when(one: Backup) -> str:
    return one.at[:16].replace("T", " ")


def _size(one: Backup) -> str:
    return f"{number(max(one.bytes / 1e6, 0.1), lang(), 1)} MB"
