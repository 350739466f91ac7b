"""Which places must never be on a map, even where an open source has them?

Refuges from violence. Their address is a secret on which lives depend; that OpenStreetMap or a register has it does not
make it ours to repeat. Such rows are dropped before anything is kept; only their number is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pandas as pd

_FOR = frozenset({"abused", "victim", "victims", "domestic_violence", "violence", "abuse"})
_WOMEN = frozenset({"woman", "women", "female"})
_NAMES = re.compile(
    r"kris[ei]s?[ -]?(?:sent(?:er|eret|re|rene)|cent(?:er|ret|re))|kvind?ekris|kvinnekris|mandekris|krisesent|krisecent"
    r"|kvinnojour|tjejjour|mansjour|kvindehus for voldsramte|kvinnehus for volds|voldsramte|voldsutsatte|våldsutsatta"
    r"|(?:women|woman|battered|domestic (?:violence|abuse)|safe)(?:'s|s|s')?[ -](?:shelter|refuge|house shelter)"
    r"|domestic (?:violence|abuse)|incestsent(?:er|eret)|incestcent(?:er|ret)|turvakoti|casa de acogida|frauenhaus",
    re.IGNORECASE,
)
_TEXT = ("name", "names", "description", "operator", "tags", "website")


def protected(tags: Mapping[str, str]) -> bool:
    """Whether OpenStreetMap tags mean a refuge, by whom it is for."""
    meant = set((tags.get("social_facility:for", "") + ";" + tags.get("shelter:for", "")).split(";"))
    shelter = "shelter" in tags.get("social_facility", "").split(";")
    return bool(meant & _FOR) or (shelter and bool(meant & _WOMEN))


def protected_rows(frame: pd.DataFrame) -> pd.Series:
    """Which rows of a table of assets are a refuge, by tags or by any of their words; boolean, index as the frame."""
    found = pd.Series(False, index=frame.index)
    for column in _TEXT:
        if column in frame:
            found |= frame[column].astype("str").str.contains(_NAMES, na=False)
    if "tags" in frame:
        found |= frame["tags"].map(lambda text: protected(_tags(text))).astype(bool)
    return found


def _tags(text: object) -> dict[str, str]:
    try:
        tags = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}
    return {k: str(v) for k, v in tags.items()} if isinstance(tags, dict) else {}
