"""Which places must never be kept, whoever tells of them?

Refuges from violence. Their address is a secret on which lives depend; that a source has it, or a neighbour types it,
does not make it ours to repeat. The one list of their words: what is read from a source passes it
(`sources.protected`), and so does what a person types or suggests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from assetmap.disclosure.disguise import undisguised
from assetmap.errors import InputError
from assetmap.messages import M

_FOR = frozenset({"abused", "victim", "victims", "domestic_violence", "violence", "abuse"})
_WOMEN = frozenset({"woman", "women", "female"})
WORDS = re.compile(
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
"""How such places are called."""
TOLD = ("name", "names", "description", "operator", "tags", "website")
"""The fields of an asset that say it."""


def by_tags(tags: Mapping[str, str]) -> bool:
    """Whether OpenStreetMap tags mean a refuge, by whom it is for."""
    meant = _values(tags, "social_facility:for") | _values(tags, "shelter:for")
    shelter = "shelter" in _values(tags, "social_facility")
    return bool(meant & _FOR) or (shelter and bool(meant & _WOMEN))


def is_refuge(values: Mapping[str, Any]) -> bool:
    """Whether an asset, or what is to become of its fields, is a refuge by its words or its tags."""
    told = undisguised("\n".join(str(_opened(values[name])) for name in _SAID if values.get(name)))
    low = told.lower()
    if not any(stem in low for stem in _STEMS):
        return False
    return WORDS.search(told) is not None or by_tags(tags_of(values.get("tags")))


def demand_no_refuge(values: Mapping[str, Any]) -> None:
    """Make sure that what somebody wants to keep is no refuge from violence.

    Args:
        values: Fields of an asset; `note` for what is said beside them.

    Raises:
        InputError: It is one. The sentence does not repeat its name.
    """
    if is_refuge(values):
        raise InputError(M("This reads as a refuge from violence. Lives depend on its address staying secret, so it is "
                           "never kept on a map. Nothing was saved. Leave it out."))  # fmt: skip


def tags_of(told: object) -> dict[str, str]:
    """The tags in a JSON object, or in what such a one was read into; none where it is something else."""
    try:
        tags = json.loads(told) if isinstance(told, str) else told
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in tags.items()} if isinstance(tags, Mapping) else {}


def _opened(value: Any) -> Any:
    """A JSON text with letters written as numbers, as what it says; anything else as it is."""
    return tags_of(value) if isinstance(value, str) and value[:1] == "{" and "\\u" in value else value


def _values(tags: Mapping[str, str], key: str) -> set[str]:
    return {value.strip().lower() for value in tags.get(key, "").split(";")}


_SAID = (*TOLD, "near", "address", "note")
_STEMS = (
    "krise", "krisi", "kriss", "krisc", "krish", "kris ", "kris-", "incest", "jour", "frid", "kvinnors", "volds",
    "våld", "boende", "shelter", "refuge", "domestic", "safe house", "turva", "kvenna", "frauen", "acogida",
    "social_facility",
)  # fmt: skip
"""One of these is in each of the words and tags; cheap to look for, and most texts have none."""
