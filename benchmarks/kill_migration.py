"""Is a store all of the old version or all of the new one when its upgrade is killed? Prints a row of a table.

python benchmarks/kill_migration.py [TIMES]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import killed_upgrades


def main(times: int) -> None:
    """Kill so many upgrades of a store of version 1, each at another moment, and look at what is left."""
    with tempfile.TemporaryDirectory() as folder:
        found = Counter(killed_upgrades.killed(times, Path(folder), seed=60))
    assert set(found) == {1, 2}, "all were killed too early, or all too late"
    print(
        f"| upgrade of version 1 killed | {sum(found.values())} | not begun {found[1]}, complete {found[2]}, half 0 |"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
