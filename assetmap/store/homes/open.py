"""Which home does an address mean?"""

from __future__ import annotations

from pathlib import Path

from assetmap.store import asked
from assetmap.store.home import Home
from assetmap.store.homes.embedded import EmbeddedHome

SCHEMES = ("postgresql://", "postgres://", "postgresql+psycopg://")


def on_server(place: Path | str) -> bool:
    """Whether an address is one of a server."""
    return isinstance(place, str) and place.lower().startswith(SCHEMES)


def home_at(place: Path | str, wait_s: float) -> Home:
    """The home at an address: a folder of this computer, or a PostgreSQL server.

    Raises:
        StoreError: The address makes no sense, or what is needed to reach a server is not installed.
    """
    if on_server(place):
        from assetmap.store.homes.server import ServerHome

        return ServerHome(str(place), wait_s)
    return EmbeddedHome(asked.place(place), wait_s)
