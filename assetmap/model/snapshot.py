"""What is a dated snapshot of a neighbourhood's assets, and how was it made?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Snapshot:
    """A frozen state of the map, with what is needed to cite it.

    Attributes:
        id: Its key; what `compare` takes beside the name.
        name: What people call it, such as "Spring 2026".
        at: When it was taken, UTC (ISO).
        by, note: Who took it, and what for.
        method: How the assets were gathered: `sources` (entries of `Provenance`), `parameters`, `program`.
        counts: Number of assets by category key.
        sha256: Hash of the file's bytes.
    """

    id: str
    name: str
    at: str
    by: str
    note: str
    method: dict[str, Any] = field(repr=False)
    counts: dict[str, int] = field(repr=False)
    sha256: str = ""

    @property
    def total(self) -> int:
        """How many assets it holds."""
        return sum(self.counts.values())

    @property
    def day(self) -> str:
        """The ISO date on which it was taken."""
        return self.at[:10]
