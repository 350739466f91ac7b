"""Who makes the backups while the app runs, and forgets what suggestions said long ago?

The server itself, beside everything else: every few minutes it asks whether one is due. It never gets in the way: a
full disk or a busy store is written to the log, told by the desk of health, and tried again later.
"""

from __future__ import annotations

import datetime
import logging
import threading

from assetmap.app.cache import current_store
from assetmap.errors import AssetmapError

FIRST_S, EVERY_S = 60.0, 300.0
_LOG = logging.getLogger("assetmap.app")


def keep_backups(stop: threading.Event, first_s: float = FIRST_S, every_s: float = EVERY_S) -> None:
    """Make backups as they fall due, until told to stop.

    Args:
        first_s: How long to wait before the first look, so that the first visitor has the machine for himself.
        every_s: How long to wait between two looks.
    """
    wait = first_s
    while not stop.wait(wait):
        wait = every_s
        try:
            store = current_store()
            if store.backups.tick() is not None:  # something changed, so that there may be words to be forgotten
                store.review.tidy(datetime.datetime.now(datetime.UTC).date().isoformat())
        except AssetmapError as problem:
            _LOG.warning("no backup was made: %s", problem)
