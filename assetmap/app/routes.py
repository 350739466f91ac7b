"""Which addresses are ours: the empty map page, the files it draws with, the base map, and whether all is well.

The map page is shown in a sandboxed frame, whose origin is opaque; so its files are sent to any origin. None of them
holds data about anyone: what is on the map reaches it from the page around it.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from assetmap import __version__
from assetmap.app.cache import current_store
from assetmap.errors import StoreError
from assetmap.i18n import languages
from assetmap.maps.badge import badge
from assetmap.maps.page import asset_file, assets_version, content_security_policy, page
from assetmap.settings import settings

_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
_HOUR = {"cache-control": "private, max-age=3600"}
_ANY_ORIGIN = {"access-control-allow-origin": "*"}


def map_url(lang: str) -> str:
    """Where the empty map page of a language is now; the address changes when its content does."""
    return f"/kart/{lang}/{_version(_map_page(lang, basemap_url()))}"


def basemap_url() -> str | None:
    """Where the base map of the store is, or None where it has none."""
    path = current_store().basemap
    if path is None:
        return None
    facts = path.stat()
    return f"/basemap/{_version(f'{path}{facts.st_mtime_ns}{facts.st_size}')}.pmtiles"


async def _map(request: Request) -> Response:
    lang = request.path_params["lang"]
    if lang not in languages():
        return _nothing()
    html = _map_page(lang, basemap_url())
    keep = _HOUR if request.path_params["version"] == _version(html) else {"cache-control": "no-store"}
    return HTMLResponse(html, headers={"content-security-policy": _policy(html), **keep})


async def _asset(request: Request) -> Response:
    path = asset_file(request.path_params["name"])
    return _nothing() if path is None else FileResponse(path, headers={**_ANY_ORIGIN, **_FOREVER})


def badge_image(key: str) -> str:
    """The badge of a kind or category as an image in markdown. It stands beside its name, so it says nothing itself."""
    return f"![](/assets/badge/{assets_version()}/{key}.svg)"


async def _badge(request: Request) -> Response:
    picture = badge(request.path_params["key"])
    if picture is None:
        return _nothing()
    return Response(picture, media_type="image/svg+xml", headers=_FOREVER)


async def _basemap(request: Request) -> Response:
    path = current_store().basemap
    if path is None or request.url.path != basemap_url():
        return _nothing()
    # answers Range requests with 206: the page reads only the tiles that it shows
    kind = "application/vnd.pmtiles"
    return FileResponse(path, media_type=kind, headers={**_ANY_ORIGIN, **_FOREVER})


async def _health(request: Request) -> Response:
    try:
        current_store()
    except StoreError:
        return JSONResponse({"status": "no store", "version": __version__}, status_code=503)
    return JSONResponse({"status": "ok", "version": __version__})


def _nothing() -> Response:
    return PlainTextResponse("not found", status_code=404)


@cache
def _map_page(lang: str, basemap: str | None) -> str:
    online = settings()
    return page(
        lang=lang, assets=f"/assets/map/{assets_version()}/", basemap=basemap, tiles=online.tiles,
        tiles_attribution=online.tiles_attribution, hosted=True,
    )  # fmt: skip


def _policy(html: str) -> str:
    """What the map page may ask for: nothing outside, but for the online tiles that whoever runs the app has chosen."""
    return content_security_policy(html, settings().tiles)


def _version(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


ROUTES = (
    Route("/kart/{lang:str}/{version:str}", _map),
    Route("/assets/map/{version:str}/{name:str}", _asset),
    Route("/assets/badge/{version:str}/{key}.svg", _badge),
    Route("/basemap/{name:str}", _basemap),
    Route("/healthz", _health),
)
