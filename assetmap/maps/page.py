"""What does the browser get: one page for the app, or one file that opens from disk?

Both are the same page; a page without data (the app's skeleton) is sent it by message. folium makes the Leaflet map,
the scripts in `static/` draw on it, and data is only ever JSON that becomes text nodes.

Use by the app
==============
`page(lang=…, assets="/assets/map/<assets_version()>/", basemap="<url of the .pmtiles>", hosted=True)` gives the HTML of
the skeleton: no data in it, the same bytes for the same arguments, so it may be cached by its hash. Serve it with the
header `content_security_policy(html)` into an iframe with
`sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"` (the last so that a website opened from the map
works as itself). Its origin is opaque, so the files and the base map need `Access-Control-Allow-Origin: *`, and the
base map needs Range answers (206).
`asset_file(name)` maps a file name of that folder to its Path, or None; nothing else is to be served there.

Payload
=======
`assetmap.maps.payload.payload(*things, lang=…, audience=…) -> dict`, plain JSON values, columns instead of rows:

    {"v": 1, "lang": "nb",
     "bounds": [west, south, east, north] | null,
     "kinds": [{"key", "label", "colour", "shape"}],              only those present;
                                                                 "context" is for benches, stops and the like
     "categories": [{"key", "label", "kind": <index>, "icon"}],   only those present
     "assets": {"id": […], "name": […], "cat": [<index of category>], "lon": [1e-6 degrees], "lat": […],
                "more": {"address": {"<row>": text}, "hours": …, "website": …, "near": …, "about": …, "operator": …,
                         "access": …, "wheelchair": …, "capacity": …, "source": …, "approximate": {"<row>": true}}},
     "unplaced": <number of assets without a place>,
     "layers": [ {"id", "type": "boundary" | "coverage" | "gaps" | "walk" | "nearby" | "outlines", "label", …} ],
                                                                 what else each type has: `assetmap.maps.layers`
     "attribution": [{"text", "url"}]}

Messages
========
Every message, both ways, is an object with `am: 1`. The page listens to its parent window only and says nothing before
`ready`; send nothing before it either (queue). Unknown or malformed messages are ignored.

app → map, `do` says what:

    {am: 1, do: "data", data: <payload>, fit?: bool}     replaces everything drawn. The view stays where it is, except
                                                         the first time or with fit: true
    {am: 1, do: "patch", gone: [id…], data: <payload>}   other than the last data: these assets are gone, or are now as
                                                         this payload has them; its layers are not looked at. Each
                                                         patch is measured against the data, not the patch before
    {am: 1, do: "show", categories: [key…] | null, ids?: [id…] | null}
                                                         filter without new data; null shows all. Kept across "data"
    {am: 1, do: "focus", id}                             goes to that asset, if it is shown, opens its popup, moves
                                                         the focus there
    {am: 1, do: "view", lat, lon, zoom}                  goes there
    {am: 1, do: "fit"}                                   goes to the bounds of the data
    {am: 1, do: "language", lang, words: <words(lang)>}  the page's own strings; send "data" in that language too
    {am: 1, do: "layers", on: {<layer id or kind key>: bool}}
                                                         what is switched on. Kept across "data". Ids of layers are
                                                         their type, or type-2, type-3 … when there are several
    {am: 1, do: "mode", mode: "look" | "pick" | "place"} "pick": the next tap (or Enter, for the middle of the map)
                                                         names a point; the mode stays until "look". "place": so does
                                                         dragging the pin, and no asset can be opened
    {am: 1, do: "pin", at: [lat, lon] | null}            a pin "chosen place", or none

map → app, `ev` says what:

    {am: 1, ev: "ready"}                                 listening; sent once
    {am: 1, ev: "drawn", assets: <number shown>}         after "data" or "show", when it is on the screen
    {am: 1, ev: "open", id}                              a reader opened this asset (its popup opens by itself)
    {am: 1, ev: "close"}                                 and closed it
    {am: 1, ev: "pick", lat, lon}                        the named point, degrees, six decimals
    {am: 1, ev: "moved", lat, lon, zoom, bounds: [w, s, e, n]}
                                                         after a reader (never the app) moved the view
    {am: 1, ev: "layers", on: {…}}                       a reader switched a layer or a kind

The host must check that `event.source` is its own frame, that ids are among those it sent and that numbers are finite
and in range. Nothing else is needed: no cookies, no storage, no other host unless online tiles were chosen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assetmap.maps.sheet import FILES, Map, Sheet, content_security_policy
from assetmap.model.provenance import OSM_ATTRIBUTION, OSM_URL

__all__ = ["OSM_CREDIT", "asset_file", "assets_version", "content_security_policy", "new_map", "page"]

OSM_CREDIT = {"text": OSM_ATTRIBUTION, "url": OSM_URL}


def page(
    *,
    lang: str = "en",
    title: str = "",
    assets: str | None = None,
    basemap: str | bytes | Path | None = None,
    data: Mapping[str, Any] | None = None,
    tiles: str = "",
    tiles_attribution: str = "",
    hosted: bool = False,
) -> str:
    """The page as HTML.

    Args:
        lang: Language of the page's own words.
        title: What a browser's tab and a screen reader call it; "Map" when empty.
        assets: Address of the folder of files, ending in "/"; None puts every script and style into the page.
        basemap: Address of a PMTiles file; or its bytes or Path, then it is put into the page. None draws no ground.
        data: A payload; None leaves the page empty until it is sent one.
        tiles: Online base map as a choice: an address with {z}, {x} and {y}. Nothing is asked of it before the reader
            chooses it, unless there is no other base map. `tiles_attribution` is shown while it is.
        hosted: The page talks to the window around it (see above).

    Raises:
        UnknownKey: There is no such language.
    """
    sheet = new_map(
        lang=lang, title=title, assets=assets, basemap=basemap, data=data, tiles=tiles,
        tiles_attribution=tiles_attribution, hosted=hosted, strict=assets is None,
    ).get_root()  # fmt: skip
    return str(sheet.render())


def new_map(
    *,
    lang: str = "en",
    title: str = "",
    assets: str | None = None,
    basemap: str | bytes | Path | None = None,
    data: Mapping[str, Any] | None = None,
    tiles: str = "",
    tiles_attribution: str = "",
    hosted: bool = False,
    strict: bool = False,
    credits: Sequence[Mapping[str, str]] = (OSM_CREDIT,),
) -> Map:
    """The folium map behind `page`. `strict` writes into the page that it may ask no other host for anything."""
    config = {
        "hosted": hosted,
        "basemap": None if basemap is None else {"url": basemap} if isinstance(basemap, str) else {"inline": True},
        "tiles": {"url": tiles, "attribution": tiles_attribution} if tiles else None,
        "attribution": list(credits),
    }
    sheet = Sheet(lang, title, config, assets=assets, strict=strict)
    sheet.data = data
    if not isinstance(basemap, str):
        sheet.basemap = basemap.read_bytes() if isinstance(basemap, Path) else basemap
    west, south, east, north = (data or {}).get("bounds") or (4.0, 54.0, 31.0, 71.0)
    return Map(sheet, ((south + north) / 2, (west + east) / 2), 14 if (data or {}).get("bounds") else 4)


def asset_file(name: str) -> Path | None:
    """The file that the page means by a name, or None: then there is nothing to serve."""
    return FILES.get(name)


def assets_version() -> str:
    """Sixteen hexadecimal digits that change when any of the files does, for addresses that may be cached for ever."""
    digest = hashlib.sha256()
    for name, path in sorted(FILES.items()):
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
