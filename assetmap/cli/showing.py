"""`assetmap export`, `draw`, `app` and `demo`: how does a store reach others?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from assetmap import api
from assetmap.cli.options import Audience, Categories, Lang, Minutes, Port, StoreFolder, folder, lang, opened
from assetmap.cli.saying import out
from assetmap.demo import demo_folder
from assetmap.errors import InputError
from assetmap.messages import M, Mn
from assetmap.model.inventory import Inventory
from assetmap.settings import settings

Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")]
Edit = Annotated[
    bool | None,
    typer.Option("--edit/--read-only", help="May readers change the map? By default whoever sits at this computer."),
]


def export(
    file: Annotated[Path, typer.Argument(help="Ends in .geojson, .gpkg, .parquet, .fgb, .csv or .xlsx.")],
    category: Categories = None,
    crs: Annotated[str | None, typer.Option("--crs", help="Reference system, such as EPSG:25832 (GeoPackage).")] = None,
    audience: Audience = None,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Write the assets to a file, with attribution, licence, date and method."""
    inventory = _shown(store, audience, category)
    api.write(inventory, file, audience=inventory.audience.name, lang=_lang(), crs=crs)
    out(Mn("One asset is in {file}.", "{n} assets are in {file}.", len(inventory), file=str(file)))
    waiting = inventory.issues["code"].isin(["waits-for-review", "not-for-audience"])
    for message in inventory.issues.loc[waiting, "message"]:
        out(f"  • {message}")


def draw(
    file: Annotated[Path, typer.Argument(help="Ends in .html.")],
    category: Categories = None,
    coverage: Annotated[str | None, typer.Option("--coverage", help="Draw who has this category within reach.")] = None,
    minutes: Minutes = None,
    audience: Audience = None,
    store: StoreFolder = None,
    lang: Lang = None,
) -> None:
    """Draw the map into one file that opens from disk, with its base map inside and no outside request."""
    from assetmap.maps.draw import write_html

    if file.suffix.lower() not in {".html", ".htm"}:
        raise InputError(M("“{file}” does not end in .html. A map is drawn into one HTML file.", file=file.name))
    kept = opened(store)
    whole = kept.inventory(audience or settings().audience)
    # Beside who reaches it, only the thing itself: a thousand other pins would hide both.
    chosen = category or ([coverage] if coverage else None)
    things = [whole.where(category=chosen) if chosen else whole]
    findings = [api.analyse.coverage(whole, category=coverage, minutes=minutes)] if coverage else []
    write_html(
        file, *things, *findings, lang=_lang(), basemap=kept.basemap, tiles=settings().tiles or None,
        tiles_attribution=settings().tiles_attribution, audience=whole.audience.name,
    )  # fmt: skip
    out(M("The map is in {file}.", file=str(file)))


def app(
    store: StoreFolder = None, port: Port = None, browser: Browser = True, edit: Edit = None, lang: Lang = None
) -> None:
    """Open the app on a store, on this machine only (127.0.0.1)."""
    from assetmap.app.launch import run

    opened(store)  # so that what is wrong with it is said here, and not on a page
    raise typer.Exit(run(folder(store), port, browser, lang or "", edit))


def demo(port: Port = None, browser: Browser = True, edit: Edit = None, lang: Lang = None) -> None:
    """Open the app on the demo neighbourhood, without network, on this machine only (127.0.0.1)."""
    from assetmap.app.launch import run

    # A copy, made anew each time: what is tried out never changes what the package carries. Only the bytes are copied,
    # since installed files may be read-only.
    copy = settings().cache / f"demo-{port or 0}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(demo_folder() / "demo", copy, copy_function=shutil.copyfile)
    raise typer.Exit(run(copy, port, browser, lang or "", edit))


def _lang() -> str:
    return lang()


def _shown(store: str | None, audience: str | None, category: list[str] | None) -> Inventory:
    inventory = opened(store).inventory(audience or settings().audience)
    return inventory.where(category=category) if category else inventory
