"""How is the people store of a folder opened, so that nothing that broke off stays half done?"""

from __future__ import annotations

from pathlib import Path

from assetmap.store.home import WAIT_S
from assetmap.store.people.erasing import replay
from assetmap.store.people.home import Clock, FolderPeople, utc_now


def open_people(folder: Path, *, wait_s: float = WAIT_S, clock: Clock = utc_now) -> FolderPeople:
    """The people of the store in a folder; their files are made when they are not there yet. An erasure that broke
    off, or that a copy which was put back does not know, is done.

    Raises:
        StoreError: The folder is on a network share or read-only, the files are damaged or of a newer version.
    """
    home = FolderPeople(folder, wait_s, clock)
    with home.alone():
        home.create()
        replay(home)
    return home
