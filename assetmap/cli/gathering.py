"""`assetmap gather` and `assetmap add`: how does a place get into a store?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from assetmap import api
from assetmap.atomic import replacing
from assetmap.cli.options import Lang, StoreFolder, folder, lang, position
from assetmap.cli.saying import amount, list_issues, out, progress
from assetmap.errors import FileMissing, FormatError
from assetmap.i18n import say
from assetmap.messages import M, Mn
from assetmap.model.harvest import Harvest
from assetmap.store import Store

NoLimit = Annotated[bool, typer.Option("--no-limit", help="Read files of any size.")]


def gather(
    place: Annotated[str | None, typer.Argument(help="Name of a place; with --osm only what to call it.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="LAT,LON of a point; with --radius.")] = None,
    radius: Annotated[float | None, typer.Option("--radius", help="Metres around the point.")] = None,
    osm: Annotated[
        Path | None, typer.Option("--osm", help="A local OpenStreetMap file; then nothing goes to the network.")
    ] = None,
    add: Annotated[
        list[Path] | None, typer.Option("--add", help="A table or map layer to add; may be given several times.")
    ] = None,
    population: Annotated[Path | None, typer.Option("--population", help="People by grid cell or small area.")] = None,
    boundary: Annotated[Path | None, typer.Option("--boundary", help="A map layer with the study area.")] = None,
    store: StoreFolder = None,
    no_limit: NoLimit = False,
    lang: Lang = None,
) -> None:
    """Gather a place: its assets, homes and streets, into a store.

    What was gathered into the store before is replaced, in one step: when anything fails, it stays as it was.
    """
    from assetmap.gathering import find_place
    from assetmap.gathering import gather as run

    with progress() as told:
        where = find_place(place, at=position(at), radius=radius, boundary=boundary, osm=osm, progress=told)
        found = run(where, add or (), population=population, limited=not no_limit, progress=told)
        kept = api.keep(found, folder(store))
    inventory, counts = found.inventory, found.counts
    out(M("{place}: {assets} assets, {homes} homes, {km} km of streets and paths.", place=inventory.neighbourhood.name,
          assets=counts["assets"], homes=counts["homes"], km=counts["streets_km"]))  # fmt: skip
    if counts["assets_beyond"]:
        out(
            M(
                "{n} more assets lie beyond the boundary; they count as within reach and are not listed.",
                n=counts["assets_beyond"],
            )
        )
    if inventory.neighbourhood.unit == "homes":
        out(M("No population was given, so homes are counted. Add people with --population FILE."))
    list_issues(found.issues)
    for name, rows in found.rejected.items():
        _hand_back(rows, kept, name)
    out(
        M(
            "Kept in {folder}. Next: “assetmap app”, or “assetmap analyse coverage --category playground”.",
            folder=str(kept.folder),
        )
    )


def add(
    file: Annotated[Path, typer.Argument(help="A table (CSV, Excel) or map layer (GeoJSON, GeoPackage, …).")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="How columns are understood: read if it is there, else written.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    store: StoreFolder = None,
    no_limit: NoLimit = False,
    lang: Lang = None,
) -> None:
    """Add the rows of a file to a store; known rows are brought up to date, and no value is ever emptied."""
    from assetmap.importing import accept, read_list

    kept = Store.open(folder(store))
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
        out(Mn("One row would be added or brought up to date; nothing was changed.",
               "{n} rows would be added or brought up to date; nothing was changed.", len(rows.assets)))  # fmt: skip
        _would_reject(harvest)
        return
    done = accept(kept, incoming)
    out(M("{new} new, {changed} changed, {same} as before.", new=len(done.new),
          changed=len(done.changed) + len(done.restored), same=done.same))  # fmt: skip
    if mapping is not None and not mapping.exists() and harvest.mapping:
        with replacing(mapping) as fresh:
            fresh.write_text(json.dumps(harvest.mapping, ensure_ascii=False, indent=2), encoding="utf-8")
        out(M("How the columns were understood is kept in {file}, for next time.", file=str(mapping)))
    if len(harvest.rejected):
        _hand_back(harvest.rejected, kept, incoming.name)


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


def _hand_back(rows: pd.DataFrame, store: Store, name: str) -> None:
    """Write the rows that failed, and say where they are."""
    from assetmap.importing import hand_back

    target = hand_back(rows, store, name, lang())
    out(Mn("One row was handed back, with its reason, in {file}.",
           "{n} rows were handed back, with their reasons, in {file}.", len(rows), file=str(target)))  # fmt: skip
