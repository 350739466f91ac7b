"""What does the store hold now, without reading all of it again after every edit?

The whole is read once; after that, only the assets that people changed since. What the list and the map need of a
change is made from those few; the whole inventory is put together when something asks for it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd

from assetmap.disclosure.gate import release
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.store import Store
from assetmap.store.records import Moment, frame_of
from assetmap.store.rows import Stored


@dataclass(frozen=True, eq=False)
class Place:
    """What the store holds, as far as this server's audience may see it.

    Attributes:
        key: Changes when the store does.
        audience: For whom.
        whole: All that the store held when it was read as a whole. Never shown.
        base: What was shown then; None: this is it.
        changed: What changed since then, all of it. Never shown.
    """

    key: str
    audience: str
    whole: Inventory = field(repr=False)
    base: Place | None = field(default=None, repr=False)
    changed: Inventory | None = field(default=None, repr=False)
    touched: frozenset[str] = frozenset()

    @cached_property
    def inventory(self) -> Inventory:
        """Everything that may be shown."""
        return release(_brought_up(self.whole, self.changed, self.touched), self.audience)

    @cached_property
    def part(self) -> Inventory | None:
        """What may be shown of that which changed since the whole was read; None where nothing did."""
        return None if self.changed is None else release(self.changed, self.audience)

    @property
    def neighbourhood(self) -> Neighbourhood:
        """The area, its homes and network."""
        return self.whole.neighbourhood

    @cached_property
    def waiting(self) -> int:
        """Number of assets that nobody has looked at yet; they are left out."""
        before = self.whole.frame["review"]
        now = [] if self.changed is None else list(self.changed.frame["review"])
        return int((before[~before.index.isin(self.touched)] == "pending").sum()) + now.count("pending")

    def values(self, key: str) -> Mapping[str, Any] | None:
        """The fields of one asset, if it is shown here."""
        shown = self.part if self.part is not None and key in self.touched else (self.base or self).inventory
        return dict(shown.frame.loc[key]) if key in shown.frame.index else None


class Standing:
    """The state of one store for one audience, kept for everybody."""

    def __init__(self, audience: str) -> None:
        self._audience = audience
        self._lock = threading.Lock()
        self._moment: Moment | None = None
        self._base: tuple[Moment, Place] | None = None
        self._now: Place | None = None

    def now(self, store: Store) -> Place:
        """What the store holds now."""
        with self._lock:
            if self._now is None or store.records.moment() != self._moment:
                self._look(store)
            assert self._now is not None
            return self._now

    def _look(self, store: Store) -> None:
        if self._base is not None:
            before, base = self._base
            self._moment, changed = store.records.since(before)
            if changed is not None:
                self._now = _later(base, f"{store.fingerprint}-{self._audience}", changed)
                return
        self._moment = store.records.moment()
        self._now = Place(f"{store.fingerprint}-{self._audience}", self._audience, store.inventory("connector"))
        self._base = self._moment, self._now


def _later(base: Place, key: str, changed: Mapping[str, Stored]) -> Place:
    here = {name: one for name, one in changed.items() if one.deleted_at is None}
    part = Inventory.of(
        frame_of(here), base.neighbourhood, issues=base.whole.issues, provenance=base.whole.provenance,
        audience=base.whole.audience,
    )  # fmt: skip
    return Place(key, base.audience, base.whole, base, part, frozenset(changed))


def _brought_up(whole: Inventory, changed: Inventory | None, touched: frozenset[str]) -> Inventory:
    """The whole with what changed in place of what was there, each row where it stood, new ones last."""
    if changed is None:
        return whole
    frame = _replaced(whole.frame, changed.frame, touched)
    return whole.replace(frame=frame, beyond=_replaced(whole.beyond, changed.beyond, touched))


def _replaced(before: gpd.GeoDataFrame, now: gpd.GeoDataFrame, touched: frozenset[str]) -> gpd.GeoDataFrame:
    order = [key for key in before.index if key not in touched or key in now.index]
    order += [key for key in now.index if key not in before.index]
    joined = pd.concat([before[~before.index.isin(touched)], now])
    return gpd.GeoDataFrame(joined.loc[order], crs=4326)
