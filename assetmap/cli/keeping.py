"""Who makes the backups where nobody has the app open?

Each command that has changed the store asks whether one is due, as the app does every few minutes. What was done is
done: a full disk or a busy store is a line of warning, and the next command asks again.
"""

from __future__ import annotations

from assetmap.cli.saying import err
from assetmap.errors import AssetmapError
from assetmap.messages import M
from assetmap.model.change import Outcome
from assetmap.store import Store


def keep_safe(store: Store, outcome: Outcome) -> None:
    """Make a backup after a change, where the last one is an hour old; never fails."""
    if outcome.changeset is None:
        return
    try:
        store.backups.tick()
    except (AssetmapError, OSError) as fault:
        why = fault.message if isinstance(fault, AssetmapError) else str(fault)
        err(M("What was done is kept, but no backup of it could be made: {why}", why=why))
