"""How is it kept? A folder with `map.gpkg`, the prepared network and the base map."""

from assetmap.store.health import Check
from assetmap.store.store import Added, Store

__all__ = ["Added", "Check", "Store"]
