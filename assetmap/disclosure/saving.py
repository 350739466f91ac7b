"""May this record be saved as it is, or does a text in it hold somebody's contact?

Every text that a person typed is looked at, also in further columns and inside the JSON of `names` and `tags`. An
association's official telephone or e-mail address may be let through by name of its kind; a national identity number
never is. Runs at each save, so the usual record costs one look at all its texts together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from assetmap.disclosure.contacts import suspect
from assetmap.disclosure.disguise import undisguised
from assetmap.disclosure.free_text import Found, found_in
from assetmap.errors import PrivateText
from assetmap.messages import Mn

ALLOWABLE = ("phone", "email")
"""Kinds that whoever saves may let through: an association's own number is meant to be found."""
NOT_TYPED = frozenset({"geometry", "source_id", "part_of"})
"""Fields that hold a place or an id; everything else is looked at."""

_CODE = re.compile(
    r"(?:^|[_:.\s\-])(?:ref|id|uuid|code|kode|nr|nummer|number|no|cvr|isbn|ean|gtin)$|(?:nr|nummer|number|[a-zæøå]Id|kode)$"
)
_PHONE = re.compile(
    r"phone|telefon|tlf|mobil|(?:^|[_:.\s\-])(?:tel|mob|fax|sms)"
    r"|(?:kontakt|contact|vakt|vagt|nød|døgn)(?:person)?[_:.\s\-]*(?:nr|nummer|number|no)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]{5,15}(?:Z|[+\-]\d\d:?\d\d)?)?", re.ASCII)
_HOLDS_TEXT = (Mapping, list, tuple, set, frozenset)
_JSON = ("{", "[")
_DEEPEST, _SHORTEST = 8, 6


def check_values(values: Mapping[str, Any], allow: Collection[str] = ()) -> tuple[tuple[str, Found], ...]:
    """What in the texts of one record is somebody's.

    Args:
        values: The record, or the fields of it that change: values by field. Numbers count where their field is named
            as a telephone's.
        allow: Kinds to let through, of `ALLOWABLE`; anything else in it lets nothing through.

    Returns:
        Pairs of field and find, in the order of the record. A find inside JSON is under `tags.key`, and its positions
        are those in that value.
    """
    raw = dict(_raw(values))
    if not suspect(undisguised("\x00".join(raw.values()))):
        return ()
    allowed = set(allow).intersection(ALLOWABLE)
    return tuple(
        (name, found)
        for field, whole in raw.items()
        if suspect(undisguised(whole))
        for name, key, text in _inside(field, field, _opened(values[field]))
        if len(text) >= _SHORTEST
        for found in found_in(text, numbers=not _is_code(key))
        if found.kind not in allowed
    )


def demand_clean(values: Mapping[str, Any], allow: Collection[str] = ()) -> None:
    """Make sure that no text of a record holds somebody's contact or identity number.

    Args:
        values: As for `check_values`.
        allow: As for `check_values`.

    Raises:
        PrivateText: Something was found; `.found` has it all, as `check_values` gives it.
    """
    found = check_values(values, allow)
    if not found:
        return
    field, first = next((pair for pair in found if pair[1].kind not in ALLOWABLE), found[0])
    if first.kind in ALLOWABLE:
        told = Mn("In the field “{field}”: {what} Nothing was saved. Take it out; or, if it is an association's "
                  "official contact that everybody may see, allow it and save again.",
                  "{n} contacts stand in the texts. The first, in the field “{field}”: {what} Nothing was saved. Take "
                  "them out; or, if they are an association's official contacts that everybody may see, allow them "
                  "and save again.", len(found), field=field, what=first.message)  # fmt: skip
    else:
        told = Mn("In the field “{field}”: {what} Nothing was saved. Such a number is never kept with a place: take "
                  "it out and save again.",
                  "{n} contacts and identity numbers stand in the texts. In the field “{field}”: {what} Nothing was "
                  "saved. Such a number is never kept with a place: take it out and save again.",
                  len(found), field=field, what=first.message)  # fmt: skip
    raise PrivateText(told, found)


def _raw(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The typed texts of a record as they stand; one that must be opened to be read looks like a contact."""
    for key, value in values.items():
        if key in NOT_TYPED or value is None:
            continue
        if isinstance(value, str):
            if not _DATE.fullmatch(value):
                yield key, ("@" if "\\u" in value and value[:1] in _JSON else value)
        elif isinstance(value, _HOLDS_TEXT) or (isinstance(value, int | float) and _PHONE.search(key)):
            yield key, str(value)


def _inside(name: str, key: str, value: Any, depth: int = 0) -> Iterator[tuple[str, str, str]]:
    """Every text in a value: under which name it is told, the key it stands at, and itself."""
    if isinstance(value, str):
        yield name, key, value
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        for inner, one in value.items():
            yield name, "", str(inner)
            yield from _inside(f"{name}.{inner}", str(inner), one, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        for one in value:
            yield from _inside(name, key, one, depth + 1)
    elif isinstance(value, _HOLDS_TEXT):
        yield name, key, str(value)
    elif isinstance(value, int | float) and _PHONE.search(key) and float(value).is_integer():
        yield name, key, str(int(value))


def _opened(value: Any) -> Any:
    """What a JSON text holds; anything else as it is."""
    if not isinstance(value, str) or value[:1] not in _JSON:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _is_code(key: str) -> bool:
    """Whether a field's name says that its digits are a code and no telephone number."""
    return bool(_CODE.search(key)) and not _PHONE.search(key)
