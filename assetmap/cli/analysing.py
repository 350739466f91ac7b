"""`assetmap analyse …` and `assetmap rerun`: what do the figures say?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from assetmap import api
from assetmap.atomic import replacing
from assetmap.cli.options import (
    AsJson,
    Audience,
    Categories,
    Lang,
    Minutes,
    NormKey,
    Out,
    Profile,
    StoreFolder,
    lang,
    opened,
    position,
)
from assetmap.cli.saying import amount, as_json, figures, json_text, out, share, table
from assetmap.errors import InputError, ReceiptError
from assetmap.i18n import say
from assetmap.messages import M
from assetmap.model import norms
from assetmap.model.ages import GROUP_NAMES
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.taxonomy import taxonomy
from assetmap.settings import settings

analyse = typer.Typer(no_args_is_help=True, help="Ask who has what within reach, where the gaps are, what is nearby.")
_SHOWN = 10


@analyse.command(epilog="Example: assetmap analyse coverage --category playground --minutes 5 --profile child --json")
def coverage(
    category: Categories = None,
    minutes: Minutes = None,
    norm: NormKey = None,
    profile: Profile = "adult",
    audience: Audience = None,
    json_: AsJson = False,
    out_: Out = None,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """How many people have one within reach on foot, with interval and caveats."""
    inventory = _inventory(store, audience)
    found = [
        api.analyse.coverage(
            inventory, category=key, minutes=minutes, norm=norm, profile=profile, snap_m=settings().snap_m
        )
        for key in _questions(inventory, category, norm)
    ]
    _write(found, out_)
    if json_:
        as_json([figures(f) for f in found] if len(found) > 1 else figures(found[0]))
        return
    for finding in found:
        _say(finding, caveats=len(found) == 1)
        _groups(finding)


@analyse.command(epilog="Example: assetmap analyse gaps --category playground --out gaps.geojson")
def gaps(
    category: Categories = None,
    minutes: Minutes = None,
    norm: NormKey = None,
    profile: Profile = "adult",
    group: Annotated[
        str | None, typer.Option("--group", help="One age group: c0_5, c6_12, y13_19, a20_66 or s67.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="cells or homes.")] = "cells",
    audience: Audience = None,
    json_: AsJson = False,
    out_: Out = None,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Where the people without it live, with the strengths near them: places to ask."""
    inventory = _inventory(store, audience)
    found = [
        api.analyse.gaps(
            inventory,
            category=key,
            minutes=minutes,
            norm=norm,
            profile=profile,
            group=group,
            by=by,
            snap_m=settings().snap_m,
        )
        for key in _questions(inventory, category, norm)
    ]
    _write(found, out_)
    if json_:
        objects = [{**figures(f), "places": _places(f)} for f in found]
        as_json(objects if len(objects) > 1 else objects[0])
        return
    for finding in found:
        _say(finding, caveats=len(found) == 1)
        rows = [
            (str(rank), amount(row["people"]), ", ".join(_strength(s) for s in row["strengths"]))
            for rank, row in finding.frame.head(_SHOWN).iterrows()
        ]
        if rows:
            table((M("No."), M("Without"), M("Strengths nearby")), rows, right=(0, 1))


@analyse.command(epilog="Example: assetmap analyse nearby --at 55.6736,12.5912")
def nearby(
    at: Annotated[str, typer.Option("--at", help="LAT,LON of the place.")],
    category: Categories = None,
    minutes: Minutes = None,
    profile: Profile = "adult",
    audience: Audience = None,
    json_: AsJson = False,
    out_: Out = None,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """What one place can reach on foot in 5, 10 and 15 minutes, or in so many minutes."""
    steps = (5.0, 10.0, 15.0) if minutes is None else (minutes,)
    finding = api.analyse.nearby(
        _inventory(store, audience), position(at), category=category, minutes=steps, profile=profile,
        snap_m=settings().snap_m,
    )  # fmt: skip
    _write([finding], out_)
    if json_:
        as_json(figures(finding))
        return
    _say(finding)
    rows = [
        (
            taxonomy()[key].label(_lang()),
            f"{entry['nearest']:.0f}",
            entry["name"] or "",
            *(str(n) for n in entry["within"].values()),
        )
        for key, entry in finding.summary["categories"].items()
    ]
    if rows:
        heads = (M("Category"), M("Minutes"), M("Nearest"), *(M("≤ {n} min", n=s) for s in steps))
        table(heads, rows, right=(1, *range(3, 3 + len(steps))))


def rerun(
    receipt: Annotated[Path, typer.Argument(help="A receipt, or any file of ours that carries one.")],
    json_: AsJson = False,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Make a figure again from its receipt, and say whether it is the same."""
    from assetmap.rerun import compare, receipts_in

    inventory_of = opened(store).inventory
    results = [compare(one, inventory_of) for one in receipts_in(receipt)]
    if json_:
        as_json([result.to_dict() for result in results])
    else:
        for result in results:
            out(result.sentence)
            for difference in result.differences:
                out(M("  • {difference}", difference=difference))
    if not all(result.same for result in results):
        raise ReceiptError(M("The figure is not the same as on the receipt."))


def _lang() -> str:
    return lang()


def _inventory(store: str | None, audience: str | None) -> Inventory:
    return opened(store).inventory(audience or settings().audience)


def _questions(inventory: Inventory, category: Sequence[str] | None, norm: str | None) -> list[str | None]:
    """The categories to ask about, one question each; None leaves it to the norm."""
    if category:
        return list(category)
    if norm is not None:
        asked = norms.norm(norm)
        return list(asked.categories) if asked.each else [None]
    known = taxonomy()
    there = [key for key in inventory.counts().index if known[key].role == "asset"]
    if not there:
        raise InputError(
            M("The store holds no assets yet, so there is nothing to ask about. Name a --category, or gather again.")
        )
    return list(there)


def _say(finding: Finding, caveats: bool = True) -> None:
    out(finding.sentence)
    for caveat in finding.caveats if caveats else ():
        out(M("  • {caveat}", caveat=caveat))


def _groups(finding: Finding) -> None:
    rows = [
        (
            say(GROUP_NAMES[key], lang()),
            amount(g["covered"]),
            amount(g["denominator"]),
            share(g["share"]),
            f"{share(g['share_low'])} – {share(g['share_high'])}",
        )
        for key, g in finding.summary["groups"].items()
    ]
    if rows:
        table((M("Age"), M("Within reach"), M("Of"), M("Share"), M("Interval")), rows, right=(1, 2, 3, 4))


def _strength(strength: dict[str, Any]) -> str:
    name = strength["name"] or taxonomy()[strength["category"]].label(lang())
    return f"{name} ({strength['minutes']:.0f} min)"


def _places(finding: Finding) -> list[dict[str, Any]]:
    points = finding.frame.geometry.representative_point()
    return [
        {"rank": int(rank), "people": float(row["people"]), "total": float(row["total"]), "share": float(row["share"]),
         "lat": round(point.y, 6), "lon": round(point.x, 6), "strengths": row["strengths"]}
        for (rank, row), point in zip(finding.frame.iterrows(), points, strict=True)
    ]  # fmt: skip


def _write(findings: Sequence[Finding], target: Path | None) -> None:
    """One file for one finding, a file per category for several."""
    if target is None:
        return
    for finding in findings:
        several = len(findings) > 1
        path = target.with_name(f"{target.stem}-{finding.summary['category']}{target.suffix}") if several else target
        if path.suffix.lower() == ".json":
            with replacing(path) as fresh:
                fresh.write_text(json_text(figures(finding)), encoding="utf-8")
        else:
            api.write(finding, path, lang=lang(), audience=finding.audience.name)
