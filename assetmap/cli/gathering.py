"""`assetmap gather`: how does a place get into a store?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assetmap import api
from assetmap.cli.keeping import keep_safe
from assetmap.cli.options import By, Lang, NoLimit, StoreFolder, Why, folder, opened, position
from assetmap.cli.outcomes import foretell, hand_back, tell
from assetmap.cli.saying import list_issues, out, progress
from assetmap.errors import StoreMissing
from assetmap.messages import M

if TYPE_CHECKING:
    from assetmap.gathering import Gathered


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
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    remove_gone: Annotated[
        bool, typer.Option("--remove-gone", help="Into the bin with what a source no longer has, even half of it.")
    ] = False,
    by: By = "",
    why: Why = "",
    store: StoreFolder = None,
    no_limit: NoLimit = False,
    lang: Lang = None,
) -> None:
    """Gather a place: its assets, homes and streets, into a store.

    What the sources own in it is brought up to date in one step: when anything fails, it stays as it was. What a person
    corrected or confirmed stays, and so do assets of other sources.
    """
    from assetmap.gathering import find_place
    from assetmap.gathering import gather as run

    remove = True if remove_gone else None
    with progress() as told:
        where = find_place(place, at=position(at), radius=radius, boundary=boundary, osm=osm, progress=told)
        found = run(where, add or (), population=population, limited=not no_limit, progress=told)
        if not dry_run:
            kept, done = api.keep(found, folder(store), by=by, why=why, remove=remove)
    _say(found)
    if dry_run:
        _foretell(found, store, remove)
        return
    tell(done, kept)
    for name, rows in found.rejected.items():
        hand_back(rows, kept, name)
    out(M("Kept in {folder}. Next: “assetmap app”, or “assetmap analyse coverage --category playground”.",
          folder=kept.address))  # fmt: skip
    keep_safe(kept, done)


def _say(found: Gathered) -> None:
    """What the place has."""
    inventory, counts = found.inventory, found.counts
    out(M("{place}: {assets} assets, {homes} homes, {km} km of streets and paths.", place=inventory.neighbourhood.name,
          assets=counts["assets"], homes=counts["homes"], km=counts["streets_km"]))  # fmt: skip
    if counts["assets_beyond"]:
        out(M("{n} more assets lie beyond the boundary; they count as within reach and are not listed.",
              n=counts["assets_beyond"]))  # fmt: skip
    if inventory.neighbourhood.unit == "homes":
        out(M("No population was given, so homes are counted. Add people with --population FILE."))
    list_issues(found.issues)


def _foretell(found: Gathered, store: str | None, remove: bool | None) -> None:
    try:
        kept = opened(store)
    except StoreMissing:
        out(M("There is no store yet, so all of this would be new; nothing was changed."))
        return
    foretell(kept.preview_save(found.inventory, remove=remove), kept)
