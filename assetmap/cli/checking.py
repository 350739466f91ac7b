"""`assetmap stale` and `walk`: which records are in doubt, and where does one walk to see whether they are true?"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from assetmap.atomic import replacing
from assetmap.cli.options import AsJson, Audience, By, Lang, StoreFolder, day, lang, opened, position
from assetmap.cli.outcomes import plain, tell
from assetmap.cli.saying import amount, as_json, objects, out, share
from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.messages import M, Mn
from assetmap.model.taxonomy import taxonomy
from assetmap.settings import settings
from assetmap.store import Store
from assetmap.upkeep.tour import Walk

_REASONS = 2


def stale(
    months: Annotated[float, typer.Option("--months", min=0, help="Nobody has heard of it for so long.")] = 12,
    limit: Annotated[int, typer.Option("--limit", min=1, help="List at most so many, most doubtful first.")] = 20,
    confirm: Annotated[
        list[str] | None, typer.Option("--confirm", metavar="ID", help="Note that somebody saw it is right.")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="With --confirm: the day (default today).")
    ] = None,
    by: By = "",
    audience: Audience = None,
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Records of which nobody has heard for long, most doubtful first and with the reasons; or confirm some."""
    kept = opened(store)
    if confirm:
        done = kept.journal.confirm(confirm, by=by, on=day(on))
        as_json(plain(done)) if json_ else tell(done, kept)
        return
    found = kept.doubts.stale(months, audience=audience or settings().audience)
    if json_:
        as_json(objects(found.head(limit).rename_axis("id").reset_index()))
        return
    if not len(found):
        out(M("Nothing is that old."))
        return
    _list(found.head(limit), [share(doubt) for doubt in found["doubt"].head(limit)])
    if len(found) > limit:
        out(M("  … and {n} more.", n=amount(len(found) - limit)))
    out(M("“assetmap walk --at LAT,LON” plans a round past those in doubt; --confirm ID notes that one is right."))


def walk(
    at: Annotated[str, typer.Option("--at", help="LAT,LON of where it begins and ends.")],
    minutes: Annotated[
        float, typer.Option("--minutes", help="How long it may take, with 3 minutes at each stop.")
    ] = 60,
    sheet: Annotated[Path | None, typer.Option("--sheet", help="Write a page to print and take along (.html).")] = None,
    audience: Audience = None,
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """The round past the records most in doubt that fits into the time, along the streets."""
    if sheet is not None and sheet.suffix.lower() not in {".html", ".htm"}:
        raise InputError(M("“{file}” does not end in .html. The sheet is one HTML page.", file=sheet.name))
    kept, start, who = opened(store), position(at), audience or settings().audience
    planned = kept.doubts.walk(start, minutes=minutes, audience=who)
    if sheet is not None:
        _write_sheet(kept, planned, sheet, who)
    found = kept.doubts.list(audience=who).reindex(list(planned.stops))
    if json_:
        as_json(_plain(planned, found))
        return
    if planned.stops:
        out(Mn("One stop, {km} km, about {minutes} minutes.", "{n} stops, {km} km, about {minutes} minutes.",
               len(planned.stops), km=round(planned.metres / 1000, 1), minutes=round(planned.minutes)))  # fmt: skip
        _list(found, [f"{n} · {metres:.0f} m" for n, metres in enumerate(planned.leg_metres[:-1], 1)])
    else:
        out(M("Nothing is in doubt within this walk."))
    for caveat in planned.caveats:
        out(M("  • {caveat}", caveat=caveat))
    if sheet is not None:
        out(M("The sheet is in {file}.", file=str(sheet)))


def _list(found: pd.DataFrame, marks: Sequence[str]) -> None:
    """A few lines per record: its mark, name and sort; its id; why it is in doubt."""
    columns = found[["name", "category", "seen", "reasons"]].itertuples(name=None)
    for mark, (key, name, category, seen, reasons) in zip(marks, columns, strict=True):
        label = taxonomy()[category].label(lang())
        called = f"{name} ({label})" if isinstance(name, str) else label
        out(M("{mark} · {asset} · last heard of {day}", mark=mark, asset=called, day=seen))
        out(f"    {key}")
        for reason in reasons[:_REASONS]:
            out(f"    {say(reason, lang())}")


def _plain(planned: Walk, found: pd.DataFrame) -> dict[str, Any]:
    return {
        "minutes": round(planned.minutes, 1), "metres": round(planned.metres), "left_out": len(planned.left_out),
        "nowhere": len(planned.nowhere), "caveats": [say(caveat, lang()) for caveat in planned.caveats],
        "stops": [
            {**stop, "metres": round(metres), "lat": round(point.y, 6), "lon": round(point.x, 6)}
            for stop, metres, point in zip(
                objects(found.rename_axis("id").reset_index()), planned.leg_metres, planned.points, strict=False
            )
        ],
    }  # fmt: skip


def _write_sheet(kept: Store, planned: Walk, target: Path, audience: str) -> None:
    from assetmap.reports.walk_sheet import walk_sheet

    inventory = kept.inventory(audience)
    streets: Any = inventory.neighbourhood.network
    page = walk_sheet(
        planned, inventory.everything, kept.doubts.list(audience=audience), place=inventory.neighbourhood.name,
        day=datetime.datetime.now(datetime.UTC).date(), lang=lang(), network=streets,
        addresses=kept.addresses(), audience=audience,
    )  # fmt: skip
    with replacing(target) as fresh:
        fresh.write_text(page, encoding="utf-8")
