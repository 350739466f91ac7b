"""Which places must never be on a map, even where an open source has them?

Refuges from violence. Their address is a secret on which lives depend; that OpenStreetMap or a register has it does not
make it ours to repeat. Such rows are dropped before anything is kept; only their number is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pandas as pd

from assetmap.messages import Mn
from assetmap.model.issues import Issue

_FOR = frozenset({"abused", "victim", "victims", "domestic_violence", "violence", "abuse"})
_WOMEN = frozenset({"woman", "women", "female"})
_NAMES = re.compile(
    # Norwegian, Danish, Swedish: crisis centre, also "krise- og …senter"
    r"kris[ei]?s?[ -]?(?:senter|sentr|center|centr|hjem|hem\b)|krise- (?:og|&) \w*(?:senter|sentr|center|centr)"
    r"|incest-?(?:senter|sentr|center|centr)|(?:senter|center|centrum) mot incest"
    r"|kvinnojour|tjejjour|mansjour|kvinnofrid|alla kvinnors hus|skyddat boende"
    r"|(?:kvinde|kvinne)hus for volds|voldsramte|voldsutsatte|våldsutsatt"
    # English
    r"|(?:wom[ae]n|batter(?:ed)?|domestic (?:violence|abuse)|safe)(?:['’]?s['’]?)?[ -](?:shelter|refuge)"
    r"|(?:shelter|refuge) for (?:(?:abused|battered) )?wom[ae]n|domestic (?:violence|abuse)|safe house"
    # Finnish, Icelandic, German, Spanish
    r"|turvakoti|kvennaathvarf|frauenhaus|casa de acogida",
    re.IGNORECASE,
)
_TEXT = ("name", "names", "description", "operator", "tags", "website")


def protected(tags: Mapping[str, str]) -> bool:
    """Whether OpenStreetMap tags mean a refuge, by whom it is for."""
    meant = _values(tags, "social_facility:for") | _values(tags, "shelter:for")
    shelter = "shelter" in _values(tags, "social_facility")
    return bool(meant & _FOR) or (shelter and bool(meant & _WOMEN))


def _values(tags: Mapping[str, str], key: str) -> set[str]:
    return {value.strip().lower() for value in tags.get(key, "").split(";")}


def protected_rows(frame: pd.DataFrame) -> pd.Series:
    """Which rows of a table of assets are a refuge, by tags or by any of their words; boolean, index as the frame."""
    found = pd.Series(False, index=frame.index)
    for column in _TEXT:
        if column in frame:
            found |= frame[column].astype("str").str.contains(_NAMES, na=False)
    if "tags" in frame:
        found |= frame["tags"].map(lambda text: protected(_tags(text))).astype(bool)
    return found


def without_protected(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    """Rows as a file holds them, on their way back to whoever sent it, without refuges; and how many those were.

    Args:
        rows: Any columns. `reason` is our own word and not looked at.
    """
    if rows.empty:
        return rows, ()
    texts = rows.drop(columns="reason", errors="ignore").astype("object").map(str)
    named = texts.apply(lambda column: column.str.contains(_NAMES))
    by_tags = [protected({str(k).lower(): v for k, v in row.items()}) for row in texts.to_dict("records")]
    secret = named.any(axis=1).to_numpy(bool) | pd.Series(by_tags, dtype=bool).to_numpy()
    return (rows[~secret], (withheld(int(secret.sum())),)) if secret.any() else (rows, ())


def withheld(count: int) -> Issue:
    """What is told of refuges: how many there were."""
    told = Mn("One place is left out because its address must stay secret.",
              "{n} places are left out because their addresses must stay secret.", count)  # fmt: skip
    return Issue("protected-place", told)


def _tags(text: object) -> dict[str, str]:
    try:
        tags = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}
    return {k: str(v) for k, v in tags.items()} if isinstance(tags, dict) else {}
