"""`assetmap take-out` and `bring-home`: how do assets go into somebody's spreadsheet or QGIS, and come home?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from assetmap import round_trip
from assetmap.cli.keeping import keep_safe
from assetmap.cli.options import AsJson, Audience, By, Categories, Lang, NoLimit, StoreFolder, Why, lang, opened
from assetmap.cli.outcomes import EXAMPLES, plain, tell, value
from assetmap.cli.saying import amount, as_json, list_issues, objects, out, table
from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.messages import M, Message
from assetmap.model.fields import title
from assetmap.settings import settings
from assetmap.upkeep.steps import Plan, Step, Take, What

_COUNTED: tuple[tuple[What, Message], ...] = (
    ("new", M("New rows: {n}")), ("changed", M("Changed cells: {n}")),
    ("conflict", M("Cells that somebody else changed meanwhile: {n}")), ("gone", M("Rows that are missing: {n}")),
    ("rejected", M("Cells or rows that cannot be used: {n}")),
)  # fmt: skip


def take_out(
    file: Annotated[Path, typer.Argument(help="Ends in .xlsx (a spreadsheet) or .gpkg (QGIS).")],
    category: Categories = None,
    audience: Audience = None,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Write assets into a file that can be edited and come home; whoever else edits the store meanwhile is safe."""
    kept, who = opened(store), audience or settings().audience
    target = round_trip.take_out(kept, file, lang=_lang(), audience=who, category=category)
    out(M("Edit {file} and bring it home with “assetmap bring-home {file}”.", file=str(target)))


def bring_home(
    file: Annotated[Path, typer.Argument(help="A file that “assetmap take-out” wrote, edited.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    take: Annotated[
        str, typer.Option("--take", help="Where somebody changed the same cell meanwhile: mine or theirs.")
    ] = "theirs",
    remove: Annotated[
        bool, typer.Option("--remove", help="Rows that are missing from the file go into the bin.")
    ] = False,
    by: By = "",
    why: Why = "",
    json_: AsJson = False,
    no_limit: NoLimit = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Bring an edited file home: only what was edited in it changes, as one change that can be undone."""
    whose = _take(take)
    kept = opened(store)
    plan = round_trip.bring_home(kept, file, limited=not no_limit)
    if dry_run:
        as_json(_plain(plan)) if json_ else _foretell(plan)
        return
    done = round_trip.accept(kept, plan, by=by, why=why, take=whose, remove=remove)
    if json_:
        as_json({**_plain(plan), "outcome": plain(done)})
        keep_safe(kept, done)
        return
    _foretell(plan, ("conflict", "gone", "rejected"))
    if plan.of("conflict") and whose == "theirs":
        out(M("There the others' word stands; “--take mine” would take yours."))
    if plan.of("gone") and not remove:
        out(M("What is missing stays; “--remove” would put it into the bin."))
    tell(done, kept)
    keep_safe(kept, done)


def _lang() -> str:
    return lang()


def _take(text: str) -> Take:
    if text == "mine":
        return "mine"
    if text == "theirs":
        return "theirs"
    raise InputError(M("“{found}” is nobody's word. Expected mine or theirs.", found=text[:60]))


def _foretell(plan: Plan, sorts: tuple[What, ...] = ("new", "changed", "conflict", "gone", "rejected")) -> None:
    list_issues(plan.issues)
    for what, said in _COUNTED:
        steps = plan.of(what) if what in sorts else ()
        if not steps:
            continue
        out(Message(said.text, {"n": amount(len(steps))}))
        table((M("Row"), M("Asset"), M("Field"), M("Was"), M("In the file"), M("In the store"), M("Remark")),
              [_row(step) for step in steps[:EXAMPLES]], right=(0,))  # fmt: skip
        if len(steps) > EXAMPLES:
            out(M("  … and {n} more.", n=amount(len(steps) - EXAMPLES)))
    if not plan.steps:
        out(M("Nothing in it differs from what was taken out."))


def _row(step: Step) -> tuple[str, ...]:
    values = [value(step.field, found) if step.field else "" for found in (step.before, step.mine, step.theirs)]
    return (
        "" if step.line is None else str(step.line), step.name or step.asset,
        say(title(step.field), lang()) if step.field else "", *values, say(step.reason, lang()) if step.reason else "",
    )  # fmt: skip


def _plain(plan: Plan) -> dict[str, Any]:
    return {"file": plan.file, "same": plan.same, "steps": objects(plan.rows),
            "issues": [say(issue.message, lang()) for issue in plan.issues]}  # fmt: skip
