"""What is left of a store of version 1 when the upgrade to the version of today is killed at a random moment?"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assetmap.store import Store
from tests import crash
from tests.released_stores import rows, version_1
from tests.unit.test_store_geopackage import validator

TIMES = 100
"""How often each of the six assets is there."""


def killed(times: int, folder: Path, *, seed: int) -> Iterator[int]:
    """Upgrade so many stores, kill each on the way, and look at it; the version that each was found in.

    The moment seeks the end of the upgrade, on a machine of whatever speed and load: killed too early, the next is
    killed later; killed too late, earlier.

    Raises:
        AssertionError: A store is half of the one version and half of the other, or not whole.
    """
    dice = random.Random(seed)
    delay_s = _how_long(folder / "long")
    for turn in range(times):
        one = crash.killed(work, turn, folder, after=1, delay_s=delay_s)
        assert one.acknowledged, "the store to be upgraded was not there in time"
        found = look(folder / str(turn), thoroughly=turn % 4 == 0)
        delay_s *= dice.uniform(1, 3) if found == 1 else dice.uniform(0.3, 1)
        yield found


def _how_long(folder: Path) -> float:
    _load()
    version_1(folder, times=TIMES)
    begun = time.perf_counter()
    Store.open(folder)
    return time.perf_counter() - begun


def work(acknowledge: Any, turn: int, folder: Path) -> None:
    """Bring one store along, and die on the way."""
    _load()
    old = version_1(folder / str(turn), times=TIMES)
    acknowledge("there")
    Store.open(old)
    acknowledge("done")


def _load() -> None:
    """Load what the upgrade needs beforehand: that takes longer than the work itself."""
    import alembic.operations
    import alembic.script  # noqa: F401


def look(folder: Path, *, thoroughly: bool) -> int:
    """Look at a store whose upgrade was killed, then open it; returns the version that it was found in.

    Args:
        thoroughly: Let the validator of GeoPackages look too, which takes a second.
    """
    file, all_of_it = folder / "map.gpkg", 6 * TIMES
    (found,) = rows(file, "SELECT max(version) FROM schema_version")[0]
    tables = {name for (name,) in rows(file, "SELECT table_name FROM gpkg_contents")}
    columns = {name for (name,) in rows(file, "SELECT name FROM pragma_table_info('asset')")}
    assert ("claim" in tables, "version" in columns) == (found == 2, found == 2), "half of it"
    if found == 2:
        for table in ("claim", "asset_history"):
            assert rows(file, f"SELECT count(*) FROM {table}") == [(all_of_it,)]
    store = Store.open(folder)
    assert bad(store) == []
    assert len(store.records.within(10, 58, 12, 60)) == 5 * TIMES, "those with a place, by the R-tree"
    assert all(backup.assets == all_of_it for backup in store.backups.kept()), "no half backup has a name"
    assert not thoroughly or validator(file) == ""
    return int(found)


def bad(store: Store) -> list[str]:
    """What the store's own check has against it; the released store had no network, and this disk is no matter here."""
    ours = ("parts", "disk", "backup")
    return [str(check.message) for check in store.check() if not check.ok and check.code not in ours]
