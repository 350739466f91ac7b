"""What does the server do besides Streamlit's own pages: which routes, which headers, and what after a failure?"""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from assetmap.app import config
from assetmap.app.routes import ROUTES
from assetmap.app.security import SecurityHeaders

MAIN = Path(__file__).parent / "entry" / "main.py"
"""The script that Streamlit runs."""

_LOG = logging.getLogger("assetmap.app")
config.apply()


def routes() -> list[BaseRoute]:
    """Our own addresses: the map page, its files, the base map, and whether all is well."""
    return list(ROUTES)


def middleware() -> list[Middleware]:
    """What every answer passes."""
    return [Middleware(SecurityHeaders)]


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
