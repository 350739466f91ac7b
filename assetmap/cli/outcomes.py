"""How is it told what a change of the store did, or would do?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import pandas as pd
import shapely

from assetmap.cli.options import lang
from assetmap.cli.saying import amount, bare, out, table
from assetmap.i18n import UNKNOWN, say, say_value
from assetmap.messages import M, Message, Mn
from assetmap.model.change import Effect, Outcome
from assetmap.model.fields import title, word
from assetmap.store import Store

EXAMPLES = 8
KINDS: dict[str, Message] = {
    "new": M("new"), "changed": M("changed"), "gone": M("into the bin"), "restored": M("out of the bin"),
    "kept": M("kept"), "clash": M("left, as somebody else changed it"),
}  # fmt: skip


def tell(outcome: Outcome, store: Store) -> None:
    """What was done: how many, what was left and why, and under which number it can be taken back."""
    out(M("{new} new, {changed} changed, {same} as before.", new=len(outcome.new),
          changed=len(outcome.changed) + len(outcome.restored), same=outcome.same))  # fmt: skip
    _tell_rest(outcome, store, done=True)
    if outcome.changeset is not None:
        out(M("This is change {number}; “assetmap undo {number}” takes it back.", number=str(outcome.changeset)))


def foretell(outcome: Outcome, store: Store) -> None:
    """What would be done, with examples."""
    out(M("{new} would be new, {changed} changed, {same} as before; nothing was changed.", new=len(outcome.new),
          changed=len(outcome.changed) + len(outcome.restored), same=outcome.same))  # fmt: skip
    _tell_rest(outcome, store, done=False)
    list_effects(outcome.effects, most=EXAMPLES)


def _tell_rest(outcome: Outcome, store: Store, done: bool) -> None:
    if outcome.gone and done:
        out(Mn("One asset went into the bin.", "{n} assets went into the bin.", len(outcome.gone)))  # fmt: skip
    elif outcome.gone:
        out(Mn("One asset would go into the bin.", "{n} assets would go into the bin.", len(outcome.gone)))  # fmt: skip
    if outcome.restored:
        out(Mn("Among the changed ones, one comes back out of the bin.",
               "Among the changed ones, {n} come back out of the bin.", len(outcome.restored)))  # fmt: skip
    missing = {e.asset for e in outcome.effects if e.what == "kept" and e.after == "gone" and not e.field}
    if outcome.cut_off:
        for line in _cut_off(missing, store):
            out(line)
    elif missing:
        out(Mn("One asset that its source no longer has stays, as people or other sources vouch for it.",
               "{n} assets that their sources no longer have stay, as people or other sources vouch for them.",
               len(missing)))  # fmt: skip
    if held := set(outcome.kept) - missing:
        out(Mn("One asset keeps what a person said of it, though its source says otherwise.",
               "{n} assets keep what people said of them, though their sources say otherwise.",
               len(held)))  # fmt: skip
    if outcome.binned:
        out(Mn("One of them lies in the bin and stays there; “assetmap bin” lists it.",
               "{n} of them lie in the bin and stay there; “assetmap bin” lists them. To bring them in all the same, "
               "take back what put them there: “assetmap history” names it.", len(outcome.binned)))  # fmt: skip
    list_clashes(outcome)


def _cut_off(missing: set[str], store: Store) -> list[Message]:
    """So many are missing that the file, not the town, seems to have lost them; by source."""
    of = pd.Series({key: one.record["source"] for key, one in store.records.get(list(missing)).items()})
    whole = store.inventory("connector", network=False).everything["source"].value_counts()
    called = {p.source: p.title for p in store.provenance}
    return [
        M("{missing} of {all} assets of {source} are missing at once; nothing was removed. The file seems to be cut "
          "off. If they really are gone, gather again with --remove-gone.", missing=int(count), all=int(whole[source]),
          source=called.get(str(source), source))
        for source, count in of.value_counts().items()
    ]  # fmt: skip


def list_clashes(outcome: Outcome) -> None:
    """What was not done, as somebody else had changed the same."""
    if outcome.clashes:
        out(Mn("One thing was left as it is, as somebody changed it since:",
               "{n} things were left as they are, as somebody changed them since:", len(outcome.clashes)))  # fmt: skip
    for clash in outcome.clashes[:EXAMPLES]:
        what = say(title(clash.field), lang()) if clash.field else clash.asset
        out(f"  • {what}: {value(clash.field, clash.theirs)} ({clash.asset})")
    _more(len(outcome.clashes) - EXAMPLES)


def list_effects(effects: Iterable[Effect], most: int | None = None) -> None:
    """Field by field: which asset, what happened, before and after."""
    listed = list(effects)
    rows = [
        (
            e.name or e.asset,
            say(KINDS.get(e.what, M("changed")), lang()),
            say(title(e.field), lang()) if e.field else "",
            value(e.field, e.before) if e.field else "",
            value(e.field, e.after) if e.field else "",
        )
        for e in listed[:most]
    ]
    if rows:
        table((M("Asset"), M("What happened"), M("Field"), M("Before"), M("After")), rows)
    _more(len(listed) - len(rows))


def _more(count: int) -> None:
    if count > 0:
        out(M("  … and {n} more.", n=amount(count)))


def value(field: str, found: Any) -> str:
    """A value of a field as people read it."""
    if found is None:
        return UNKNOWN
    if isinstance(found, shapely.Geometry):
        point = found.representative_point()
        return f"{point.y:.5f}, {point.x:.5f}"
    return say_value(word(field, found) if isinstance(found, str) else found, lang())


def plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome for `--json`; shapes as WKT."""
    return {
        "changeset": outcome.changeset, "new": outcome.new, "changed": outcome.changed, "gone": outcome.gone,
        "restored": outcome.restored, "same": outcome.same, "kept": outcome.kept, "merged": outcome.merged,
        "cut_off": outcome.cut_off, "binned": outcome.binned, "clashes": [plain_row(c) for c in outcome.clashes],
        "effects": [plain_row(e) for e in outcome.effects],
    }  # fmt: skip


def plain_row(row: Any) -> dict[str, Any]:
    """A clash, an effect, a changeset for `--json`; shapes as WKT."""
    return {name: bare(found) for name, found in asdict(row).items()}


def hand_back(rows: pd.DataFrame, store: Store, name: str) -> None:
    """Write the rows that failed, and say where they are."""
    from assetmap import importing

    target = importing.hand_back(rows, store, name, lang())
    out(Mn("One row was handed back, with its reason, in {file}.",
           "{n} rows were handed back, with their reasons, in {file}.", len(rows), file=str(target)))  # fmt: skip
