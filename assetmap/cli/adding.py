"""`assetmap add`: how does somebody's list get into a store?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from assetmap.atomic import replacing
from assetmap.cli.keeping import keep_safe
from assetmap.cli.options import By, Lang, NoLimit, StoreFolder, Why, lang, opened
from assetmap.cli.outcomes import foretell, hand_back, tell
from assetmap.cli.saying import amount, list_issues, out, progress
from assetmap.errors import FileMissing, FormatError
from assetmap.i18n import say
from assetmap.messages import M, Mn
from assetmap.model.harvest import Harvest


def add(
    file: Annotated[Path, typer.Argument(help="A table (CSV, Excel) or map layer (GeoJSON, GeoPackage, …).")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="How columns are understood: read if it is there, else written.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    by: By = "",
    why: Why = "",
    store: StoreFolder = None,
    no_limit: NoLimit = False,
    lang: Lang = None,
) -> None:
    """Add the rows of a file to a store; known rows are brought up to date, and no value is ever emptied.

    What a person corrected or confirmed stays, and the whole can be taken back with “assetmap undo”.
    """
    from assetmap.importing import accept, read_list

    kept = opened(store)
    with progress() as told:
        incoming = read_list(kept, file, mapping=_mapping(mapping), limited=not no_limit, progress=told)
    harvest, rows = incoming.harvest, incoming.rows
    for note in harvest.notes:
        out(M("  • {note}", note=note))
    if len(rows.private):
        out(Mn("One value that may be a person's contact was set apart; it is never shown or exported.",
               "{n} values that may be a person's contact were set apart; they are never shown or exported.",
               len(rows.private)))  # fmt: skip
    list_issues(rows.issues)
    if dry_run:
        foretell(incoming.outcome, kept)
        _would_reject(harvest)
        return
    done = accept(kept, incoming, by=by, why=why)
    tell(done, kept)
    if mapping is not None and not mapping.exists() and harvest.mapping:
        with replacing(mapping) as fresh:
            fresh.write_text(json.dumps(harvest.mapping, ensure_ascii=False, indent=2), encoding="utf-8")
        out(M("How the columns were understood is kept in {file}, for next time.", file=str(mapping)))
    if len(harvest.rejected):
        hand_back(harvest.rejected, kept, incoming.name)
    keep_safe(kept, done)


def _mapping(path: Path | None) -> dict[str, Any] | None:
    if path is None or not path.exists():
        return None
    if not path.is_file():
        raise FileMissing(M("There is no file {file}.", file=str(path)))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise FormatError(M("The mapping {file} is not JSON ({fault}). Expected a file that an earlier “assetmap add "
                            "--mapping” wrote.", file=path.name, fault=str(fault))) from fault  # fmt: skip
    if not isinstance(found, dict):
        raise FormatError(
            M(
                "The mapping {file} holds a list or a single value. Expected an object with columns and categories.",
                file=path.name,
            )
        )
    return found


def _would_reject(harvest: Harvest) -> None:
    if not len(harvest.rejected):
        return
    out(Mn("One row would be handed back:", "{n} rows would be handed back:", len(harvest.rejected)))
    reasons = harvest.rejected["reason"].map(lambda reason: say(reason, lang()))
    for reason, count in reasons.value_counts().items():
        out(f"  • {reason} ({amount(int(count))})")
