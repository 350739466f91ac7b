"""`assetmap bin`: what was removed, and how does it come back?"""

from __future__ import annotations

from typing import Annotated

import pandas as pd
import typer

from assetmap.cli.options import AsJson, By, Lang, StoreFolder, lang, opened
from assetmap.cli.outcomes import plain, tell
from assetmap.cli.saying import as_json, objects, out
from assetmap.cli.tracing import moment
from assetmap.i18n import say
from assetmap.messages import M
from assetmap.model.change import Change
from assetmap.model.taxonomy import taxonomy


def bin_(
    restore: Annotated[list[str] | None, typer.Option("--restore", metavar="ID", help="Take it out again.")] = None,
    by: By = "",
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """What was removed, last removed first; with --restore it comes back. Nothing leaves the bin by itself."""
    kept = opened(store)
    if restore:
        done = kept.journal.apply([Change(asset, kind="restore") for asset in restore], by=by)
        as_json(plain(done)) if json_ else tell(done, kept)
        return
    frame = kept.journal.bin()
    names = ["name", "category", "source", "deleted_at", "deleted_by", "merged_into"]
    if json_:
        as_json(objects(frame[names].rename_axis("id").reset_index()))
    elif len(frame):
        _list_bin(frame[names])
    else:
        out(M("The bin is empty."))


def _list_bin(frame: pd.DataFrame) -> None:
    for key, name, category, _, at, by, merged in frame.itertuples(name=None):
        label = taxonomy()[category].label(lang())
        said = [f"{name} ({label})" if isinstance(name, str) else label, moment(at)]
        said += [by] if isinstance(by, str) and by else []
        said += [say(M("made one with {asset}", asset=merged), lang())] if isinstance(merged, str) else []
        out(" · ".join(said))
        out(f"    {key}")
