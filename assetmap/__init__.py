"""assetmap: see, keep and use what a neighbourhood has.

The public names; whatever is not listed in `__all__` may change without notice. Heavy parts load when first used.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assetmap.api import analyse, draw, gather, place, write
    from assetmap.api import open_store as open
    from assetmap.errors import AssetmapError
    from assetmap.model.finding import Finding
    from assetmap.model.inventory import Inventory
    from assetmap.model.neighbourhood import Neighbourhood
    from assetmap.model.taxonomy import taxonomy
    from assetmap.walk import WalkNetwork, WalkProfile

try:
    __version__ = version("assetmap")
except PackageNotFoundError:  # run from a folder that was never installed
    __version__ = "0+unknown"

_HOME = {
    "AssetmapError": "assetmap.errors", "Finding": "assetmap.model.finding", "Inventory": "assetmap.model.inventory",
    "Neighbourhood": "assetmap.model.neighbourhood", "WalkNetwork": "assetmap.walk", "WalkProfile": "assetmap.walk",
    "analyse": "assetmap.api", "draw": "assetmap.api", "gather": "assetmap.api", "open": "assetmap.api:open_store",
    "place": "assetmap.api", "taxonomy": "assetmap.model.taxonomy", "write": "assetmap.api",
}  # fmt: skip

__all__ = [
    "AssetmapError",
    "Finding",
    "Inventory",
    "Neighbourhood",
    "WalkNetwork",
    "WalkProfile",
    "analyse",
    "draw",
    "gather",
    "open",
    "place",
    "taxonomy",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'assetmap' has no attribute {name!r}")
    module, _, other = _HOME[name].partition(":")
    return getattr(importlib.import_module(module), other or name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
