"""What does a source offer, and what is it told when it reads?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from assetmap.messages import Message
from assetmap.model.harvest import Harvest

Progress = Callable[[Message, float | None], None]
"""Told of each step: what is being done, and how far it is (0 to 1) where that is known."""


def silent(message: Message, share: float | None = None) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class Context:
    """What is already known when a file is read.

    Attributes:
        near: Where the rows should lie (WGS84), to tell reference systems and swapped axes apart; None if unknown.
        addresses: Known addresses for rows that have only a street address: GeoDataFrame in WGS84, Point geometry,
            columns `street`, `number` ("12B"), `postcode`, `city`; None if there are none.
        mapping: A saved mapping from an earlier reading of the same kind of file, or None.
        limited: Whether limits on size hold (the web), or not (`--no-limit`).
    """

    near: shapely.Geometry | None = None
    addresses: gpd.GeoDataFrame | None = None
    mapping: dict[str, Any] | None = None
    limited: bool = True
    progress: Progress = field(default=silent)


@dataclass(frozen=True)
class Source:
    """One way in. `read` takes a file and a context and gives a harvest; it never writes anything."""

    key: str
    title: Message
    suffixes: tuple[str, ...]
    read: Callable[[Path, Context], Harvest]
