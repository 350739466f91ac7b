"""`assetmap snapshot` and `compare`: what was on the map on a day, and what is different since?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from assetmap.cli.options import AsJson, Audience, By, Lang, StoreFolder, lang, opened
from assetmap.cli.outcomes import plain_row
from assetmap.cli.saying import amount, as_json, objects, out, table
from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.messages import M
from assetmap.model.taxonomy import taxonomy
from assetmap.settings import settings
from assetmap.store.desks.snapshots import NOW
from assetmap.upkeep.compare import WHAT, Comparison


def snapshot(
    name: Annotated[str | None, typer.Argument(help="What to call it, such as “Spring 2026”; none: list them.")] = None,
    note: Annotated[str, typer.Option("--note", help="What else there is to say of it.")] = "",
    to: Annotated[
        Path | None, typer.Option("--to", help="Write the snapshot of that name to this .parquet; none is taken.")
    ] = None,
    audience: Audience = None,
    by: By = "",
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Freeze the map as it is today under a name, inside the store; or list and write out what was frozen.

    For QGIS use “assetmap export”; to keep a copy of the whole store, a backup.
    """
    kept = opened(store)
    if name is None:
        if to is not None:
            raise InputError(M("Name the snapshot that shall be written. “assetmap snapshot” lists them."))
        taken = kept.snapshots.list()
    elif to is not None:
        kept.snapshots.write(name, to, audience or settings().audience)
        out(M("The snapshot “{name}” is in {file}.", name=name, file=str(to)))
        return
    else:
        taken = [kept.snapshots.take(name, by=by, note=note)]
    if json_:
        listed = [{**plain_row(one), "total": one.total} for one in taken]
        as_json(listed if name is None else listed[0])
    elif name is not None:
        out(M("{n} assets are frozen as “{name}”. What is different later says “assetmap compare”.",
              n=taken[0].total, name=taken[0].name))  # fmt: skip
    elif taken:
        rows = [(one.name, one.day, amount(one.total), one.by, one.note) for one in taken]
        table((M("Snapshot"), M("Day"), M("Assets"), M("Who"), M("Note")), rows, right=(2,))
    else:
        out(M("No snapshot was taken yet. “assetmap snapshot NAME” takes one."))


def compare(
    earlier: Annotated[str, typer.Argument(help="Name of a snapshot.")],
    later: Annotated[str, typer.Argument(help="Name of another, or “now”.")] = NOW,
    what: Annotated[
        str | None, typer.Option("--what", help="List the records of one sort, with the reason: " + ", ".join(WHAT))
    ] = None,
    audience: Audience = None,
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """What is different between two snapshots: really new, found by looking harder, gone, or not to be told."""
    if what is not None and what not in WHAT:
        raise InputError(M("“{what}” is no sort of record. Expected one of: {known}.", what=what,
                           known=", ".join(WHAT)))  # fmt: skip
    found = opened(store).snapshots.compare(earlier, later, audience=audience or settings().audience)
    rows = found.rows if what is None else found.rows[found.rows["what"] == what]
    if json_:
        as_json(_plain(found, rows))
    elif what is not None:
        _list(rows)
    else:
        _count(found)


def _plain(found: Comparison, rows: pd.DataFrame) -> dict[str, Any]:
    counts = {str(key): {what: int(n) for what, n in row.items()} for key, row in found.counts.iterrows()}
    return {
        "totals": {str(what): int(n) for what, n in found.totals.items()}, "categories": counts,
        "caveats": [say(caveat, lang()) for caveat in found.caveats], "rows": objects(rows),
    }  # fmt: skip


def _count(found: Comparison) -> None:
    counts = found.counts
    shown = [key for key in WHAT if found.totals[key]]
    rows = [(taxonomy()[str(key)].label(lang()), *(amount(row[w]) for w in shown)) for key, row in counts.iterrows()]
    rows.append((say(M("All"), lang()), *(amount(found.totals[w]) for w in shown)))
    table((M("Category"), *(WHAT[w] for w in shown)), rows, right=range(1, len(shown) + 1))
    for caveat in found.caveats:
        out(M("  • {caveat}", caveat=caveat))


def _list(rows: pd.DataFrame) -> None:
    if not len(rows):
        out(M("None."))
        return
    told = [
        (name if isinstance(name, str) else asset, taxonomy()[category].label(lang()), say(why, lang()))
        for asset, name, category, why in rows[["asset", "name", "category", "evidence"]].itertuples(
            index=False, name=None
        )
    ]
    table((M("Asset"), M("Category"), M("Why")), told)
