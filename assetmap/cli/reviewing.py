"""`assetmap review`: what has been suggested, and what is made of it?"""

from __future__ import annotations

from typing import Annotated

import typer

from assetmap.cli.options import AsJson, By, Lang, StoreFolder, lang, opened
from assetmap.cli.outcomes import list_clashes, plain, plain_row, tell, value
from assetmap.cli.saying import as_json, out
from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.messages import M, Message, Mn
from assetmap.model.fields import title
from assetmap.model.suggestion import Suggestion
from assetmap.store import Store

_KINDS: dict[str, Message] = {"add": M("new place"), "edit": M("correction"), "gone": M("no longer there")}


def review(
    accept: Annotated[str | None, typer.Option("--accept", metavar="ID", help="Do what is suggested.")] = None,
    seen: Annotated[
        int | None,
        typer.Option("--seen", metavar="VERSION", help="With --accept: the version of the asset that you looked at."),
    ] = None,
    refuse: Annotated[str | None, typer.Option("--refuse", metavar="ID", help="Do not; needs --reason.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why it is refused.")] = "",
    assign: Annotated[
        tuple[str, str] | None, typer.Option("--assign", metavar="ID NAME", help="Note who looks at it.")
    ] = None,
    by: By = "",
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """The suggestions that wait, those that wait longest first; or what is made of one of them."""
    if sum(one is not None for one in (accept, refuse, assign)) > 1:
        raise InputError(M("One thing at a time: --accept, --refuse or --assign."))
    kept = opened(store)
    if accept is not None:
        _accept(kept, accept, by, seen, json_)
    elif refuse is not None:
        kept.review.refuse(refuse, by=by, reason=reason)
        _told(kept.review.get(refuse), json_, M("Refused; the reason is kept."))
    elif assign is not None:
        kept.review.assign(*assign)
        _told(kept.review.get(assign[0]), json_, M("Noted: {name} looks at it.", name=assign[1]))
    else:
        _queue(kept, json_)


def _accept(kept: Store, key: str, by: str, seen: int | None, json_: bool) -> None:
    done = kept.review.accept(key, by=by, version=seen)
    if json_:
        as_json(plain(done))
    elif done.clashes:
        out(M("Nothing was done; the suggestion goes on waiting."))
        list_clashes(done)
        asset = done.clashes[0].asset
        out(M("Look at it as it is now (“assetmap history --asset {asset}”), then say which version you saw: --seen "
              "{version}", asset=asset, version=str(kept.records.get(asset)[asset].version)))  # fmt: skip
    else:
        out(M("Done."))
        tell(done, kept)
    if done.clashes:
        raise typer.Exit(1)


def _told(found: Suggestion, json_: bool, said: Message) -> None:
    if json_:
        as_json(plain_row(found))
    else:
        out(said)


def _queue(kept: Store, json_: bool) -> None:
    waiting = kept.review.queue()
    if json_:
        as_json([plain_row(one) for one in waiting])
        return
    if not waiting:
        out(M("No suggestion waits."))
        return
    named = kept.records.get([one.asset for one in waiting])
    for one in waiting:
        there = named.get(one.asset)
        about = there.name or one.asset if there else str(one.said.get("name", ""))
        out(" · ".join(part for part in (one.id, one.at, say(_KINDS[one.kind], lang()), about, one.assignee) if part))
        for name, found in one.said.items():
            out(f"    {say(title(name), lang())}: {value(name, found)}")
        if one.note:
            out(f"    “{one.note}”")
    out(Mn("One suggestion waits. “assetmap review --accept ID” or “--refuse ID --reason …” decides it.",
           "{n} suggestions wait. “assetmap review --accept ID” or “--refuse ID --reason …” decides one.",
           len(waiting)))  # fmt: skip
