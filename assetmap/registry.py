"""How does a new file in a plug-in folder become part of the program, with no list to edit?

Each module of `sources/`, `analyses/` or `exports/` that offers an item keeps it in a constant (`SOURCE`, `ANALYSIS`,
`EXPORT`). Packages from outside enter by the same door: an entry point in the group named like the folder
(`assetmap.sources`, …) that leads to such an item.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any


@cache
def discover(folder: str, constant: str) -> dict[str, Any]:
    """Every item of a plug-in folder by its `key`, built-in ones first, each group in name order.

    Args:
        folder: Dotted name of the package, such as `assetmap.exports`.
        constant: Name of the module constant that holds the item, such as `EXPORT`.
    """
    package = importlib.import_module(folder)
    items = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        item = getattr(importlib.import_module(f"{folder}.{info.name}"), constant, None)
        if item is not None:
            items[item.key] = item
    for point in sorted(entry_points(group=folder), key=lambda p: p.name):
        items.setdefault(point.name, point.load())
    return items
