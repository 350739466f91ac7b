"""`assetmap erase`: how do words leave a store for good?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from assetmap.cli.options import AsJson, By, Lang, StoreFolder, opened
from assetmap.cli.saying import as_json, err, out
from assetmap.errors import InputError
from assetmap.messages import M, Message, Mn

YES = ("yes", "ja")


def erase(
    asset: Annotated[str, typer.Argument(metavar="[ID]", help="The asset.", show_default=False)] = "",
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="[FIELD]...", help="Its fields, such as description.")
    ] = None,
    change: Annotated[
        int | None, typer.Option("--change", metavar="N", help="Who made change N, and what they said of it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    by: By = "",
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Take words out for good: out of an asset, its sources, suggestions, snapshots and every earlier version.

    That a version was there stays. Nothing brings the words back, “assetmap undo” neither; backups that were made
    before keep them until they are deleted, and are cleaned when one is put back.
    """
    if bool(asset) == (change is not None) or bool(asset) != bool(fields):
        raise InputError(M("Say which asset and which of its fields, or with --change the number of a change."))
    kept = opened(store)
    if not yes:
        _ask(_question(asset, fields or (), change))
    if change is not None:
        count = kept.journal.erase_words(change, by=by)
    else:
        count = kept.journal.erase(asset, fields or (), by=by)
    if json_:
        as_json({"asset": asset, "fields": list(fields or ()), "change": change, "held": count})
    elif change is not None:
        out(M("Who made change {number} and what they said of it is erased.", number=str(change)))
    else:
        out(Mn("The words are erased. One earlier version held some.",
               "The words are erased. {n} earlier versions held some.", count))  # fmt: skip


def _question(asset: str, fields: Sequence[str], change: int | None) -> Message:
    if change is not None:
        return M("Erase who made change {number} and what they said of it, for good? Type yes to go on.",
                 number=str(change))  # fmt: skip
    return M("Erase {fields} of {asset} and of every earlier version, for good? Type yes to go on.",
             fields=", ".join(fields), asset=asset)  # fmt: skip


def _ask(question: Message) -> None:
    """Go on only when somebody typed yes; what is not a person cannot."""
    try:
        err(question)
        answer = input()
    except EOFError:
        answer = ""
    if answer.strip().casefold() not in YES:
        err(M("Nothing was erased. Type yes to go on, or give --yes."))
        raise typer.Exit(1)
