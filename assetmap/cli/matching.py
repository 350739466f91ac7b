"""`assetmap duplicates`: which records may be one and the same thing, and what do people decide?"""

from __future__ import annotations

from typing import Annotated

import pandas as pd
import typer

from assetmap.cli.options import AsJson, By, Lang, StoreFolder, lang, opened
from assetmap.cli.outcomes import plain, tell
from assetmap.cli.saying import amount, as_json, objects, out, share
from assetmap.errors import InputError
from assetmap.i18n import UNKNOWN, say
from assetmap.messages import M, Mn
from assetmap.store import Store

Pair = tuple[str, str]


def duplicates(
    same: Annotated[Pair | None, typer.Option("--same", metavar="A B", help="Make one of two records.")] = None,
    keep: Annotated[
        str, typer.Option("--keep", metavar="ID", help="With --same: which stays (default: the better known).")
    ] = "",
    different: Annotated[
        Pair | None, typer.Option("--different", metavar="A B", help="Note that they are two.")
    ] = None,
    unsure: Annotated[Pair | None, typer.Option("--unsure", metavar="A B", help="Note that nobody could tell.")] = None,
    part: Annotated[Pair | None, typer.Option("--part", metavar="A B", help="Make two again of what was one.")] = None,
    registers: Annotated[
        bool, typer.Option("--registers", help="Make one of all pairs with the same number in a public register.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="List at most so many, best first.")] = 20,
    by: By = "",
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Pairs of records that may be one thing, best first; or, with --same, --different or --part, what they are.

    Nothing is joined unless somebody says so, and each join can be parted again.
    """
    decisions = {"same": same, "different": different, "unsure": unsure, "part": part}
    asked = {name: pair for name, pair in decisions.items() if pair is not None}
    if len(asked) + registers > 1:
        raise InputError(M("One thing at a time: --same, --different, --unsure, --part or --registers."))
    if keep and same is None:
        raise InputError(M("--keep says which of two records stays, so it needs --same."))
    kept = opened(store)
    if registers:
        _settle(kept, by, json_)
    elif asked:
        ((decision, (a, b)),) = asked.items()
        _decide(kept, decision, a, b, by, keep, json_)
    else:
        _list(kept, limit, json_)


def _decide(kept: Store, decision: str, a: str, b: str, by: str, keep: str, json_: bool) -> None:
    if decision == "part":
        done = kept.matches.part(a, b, by=by)
    else:
        done = kept.matches.decide(a, b, decision, by=by, keep=keep)
    if json_:
        as_json(plain(done))
    elif done.changeset is None:
        out(M("Noted."))
    else:
        if decision == "same":
            out(M("The two are one record now."))
        tell(done, kept)


def _settle(kept: Store, by: str, json_: bool) -> None:
    joined = kept.matches.settle(by=by)
    if json_:
        as_json([plain(done) for done in joined])
        return
    out(Mn("One pair with the same register number is one record now.",
           "{n} pairs with the same register number are one record each now.", len(joined)))  # fmt: skip
    if numbers := [str(done.changeset) for done in joined if done.changeset is not None]:
        out(M("Changes: {numbers}. Each can be taken back with “assetmap undo”.", numbers=numbers))
    if contested := int((kept.matches.proposals()["band"] == "contested").sum()):
        out(Mn("One pair with the same register number was left alone, as somebody said of two that it would join that "
               "they are different. “assetmap duplicates” shows it.",
               "{n} pairs with the same register number were left alone, as somebody said of two that they would join "
               "that they are different. “assetmap duplicates” shows them.", contested))  # fmt: skip


def _list(kept: Store, limit: int, json_: bool) -> None:
    found = kept.matches.proposals()
    names = _names(kept, found.head(limit))
    if json_:
        told = found.head(limit)
        as_json(objects(told.assign(name_a=told["a"].map(names), name_b=told["b"].map(names))))
        return
    if not len(found):
        out(M("No two records look like one thing."))
        return
    columns = found.head(limit)[["a", "b", "score", "distance_m", "why"]]
    for a, b, score, metres, why in columns.itertuples(index=False, name=None):
        apart = "" if metres != metres else f", {metres:.0f} m"
        out(f"{share(score)}{apart} · {say(why, lang())}")
        out(f"    {a}  {names[a]}")
        out(f"    {b}  {names[b]}")
    if len(found) > limit:
        out(M("  … and {n} more.", n=amount(len(found) - limit)))
    out(M("The same? “assetmap duplicates --same A B” with their two ids. Not the same? “--different A B”."))


def _names(kept: Store, pairs: pd.DataFrame) -> dict[str, str]:
    stored = kept.records.get([*pairs["a"], *pairs["b"]])
    return {key: one.name or UNKNOWN for key, one in stored.items()}
