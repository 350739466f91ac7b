"""Where does a row come from, and what do its terms ask of whoever shows it?

A licence is a value, not a comment: exports read `share_alike` and `attribution` and obey them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from assetmap.errors import UnknownKey
from assetmap.messages import M


@dataclass(frozen=True)
class Licence:
    """The terms of a source.

    Attributes:
        key: Short name (SPDX where there is one); what stands in an asset's `licence` column.
        url: Where the terms are.
        share_alike: A published database derived from it must carry the same licence.
        rank: When rows of several licences leave in one file, the highest rank names the whole.
    """

    key: str
    title: str
    url: str
    share_alike: bool = False
    rank: int = 0


LICENCES: dict[str, Licence] = {
    licence.key: licence
    for licence in (
        Licence("ODbL-1.0", "Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/", True,
                rank=9),
        Licence("CC-BY-SA-4.0", "Creative Commons BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/", True,
                rank=8),
        Licence("CC-BY-4.0", "Creative Commons BY 4.0", "https://creativecommons.org/licenses/by/4.0/", rank=3),
        Licence("NLOD-2.0", "Norwegian Licence for Open Government Data 2.0", "https://data.norge.no/nlod/en/2.0",
                rank=2),
        Licence("CC0-1.0", "Creative Commons Zero 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", rank=1),
        Licence("unstated", "No licence stated: for your own use until the owner says more", "", rank=5),
    )
}  # fmt: skip


def licence(key: str) -> Licence:
    """The licence of that key.

    Raises:
        UnknownKey: It is not in `LICENCES`.
    """
    try:
        return LICENCES[key]
    except KeyError:
        known = ", ".join(LICENCES)
        raise UnknownKey(M("There is no licence “{key}”. Use one of: {known}.", key=key, known=known)) from None


@dataclass(frozen=True)
class Provenance:
    """One source as it was when it was read.

    Attributes:
        source: Stable key of the source (`osm`, `table:clubs.xlsx`, …); what stands in an asset's `source` column.
        title: What people call it.
        licence: Key of its licence.
        attribution: The words that must stand wherever its data is shown.
        retrieved: ISO date on which it was read.
        data_date: ISO date of the newest fact in it, where the source says; else empty.
        url: Where it came from, where that is an address on the web; never a path on somebody's machine.
        sha256: Hash of the bytes read, where there was a file.
        file: The file's bare name, where there was one.
    """

    source: str
    title: str
    licence: str = "unstated"
    attribution: str = ""
    retrieved: str = ""
    data_date: str = ""
    url: str = ""
    sha256: str = ""
    file: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for files and receipts."""
        return asdict(self)


OSM_ATTRIBUTION = "© OpenStreetMap contributors"
OSM_URL = "https://www.openstreetmap.org/copyright"
