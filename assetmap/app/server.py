"""What does the server do besides Streamlit's own pages: which routes, which headers, and what after a failure?"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from assetmap.app import cache, config
from assetmap.app.keeping import keep_backups
from assetmap.app.routes import ROUTES
from assetmap.app.security import SecurityHeaders, ThisMachineOnly
from assetmap.errors import AssetmapError
from assetmap.i18n import languages
from assetmap.store.homes.burst import keep_connections

MAIN = Path(__file__).parent / "entry" / "main.py"
"""The script that Streamlit runs."""

_LOG = logging.getLogger("assetmap.app")
_ADDRESS_CHOSEN = config.address_chosen()
config.apply()


def routes() -> list[BaseRoute]:
    """Our own addresses: the map page, its files, the base map, and whether all is well."""
    return list(ROUTES)


def middleware() -> list[Middleware]:
    """What every answer passes."""
    guards = [Middleware(SecurityHeaders)]
    return guards if _ADDRESS_CHOSEN else [Middleware(ThisMachineOnly), *guards]


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """While the server runs. At its start the store is read ahead, so that the first visitor need not wait for it; and
    from then on connections to it are kept a moment, as who saves once often saves again, and backups are made."""
    keep_connections()
    threading.Thread(target=_read_ahead, daemon=True).start()
    stop = threading.Event()
    threading.Thread(target=keep_backups, args=(stop,), daemon=True).start()
    yield
    stop.set()


def _read_ahead() -> None:
    try:
        shown = cache.place()
        for lang in languages():
            cache.table(shown, lang)
            cache.asset_cargo(shown, lang)
    except AssetmapError as problem:
        _LOG.info("nothing to read ahead: %s", problem)  # the page says so too, and what to do


def script_failed(fault: Exception) -> bool:
    """Show a reference number and log what happened under it; a visitor never sees a traceback.

    Returns:
        True: Streamlit shows nothing of its own.
    """
    from assetmap.app.failure import show_failure

    reference = secrets.token_hex(4)
    _LOG.error("reference %s", reference, exc_info=fault)
    show_failure(reference)
    return True
