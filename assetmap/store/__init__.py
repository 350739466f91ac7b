"""How is it kept, so that many may edit it and nothing is lost?"""

from assetmap.store.home import Check
from assetmap.store.store import Store

__all__ = ["Check", "Store"]
