"""May this record be saved as it is, or does a text in it hold somebody's contact?

Every text that a person typed is looked at, also in further columns, in their names, and inside the JSON of `names` and
`tags`; so is what is said about a change, and by whom. An association's official telephone or e-mail address may be let
through by name of its kind; a national identity number never is. Runs at each save, so the usual record costs one look
at all its texts together.
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
from assetmap.messages import M, Mn

ALLOWABLE = ("phone", "email")
"""Kinds that whoever saves may let through: an association's own number is meant to be found."""
NOT_TYPED = frozenset({"geometry"})
"""Fields that hold no text; everything else is looked at."""
IDS = frozenset({"source_id", "part_of"})
"""Fields that hold an id, whose digits are no telephone number unless they are called one."""

_CODE = re.compile(
    r"(?:^|[_:.\s\-])(?:ref|id|uuid|code|kode|nr|nummer|number|no|cvr|isbn|ean|gtin)$|(?:nr|nummer|number|[a-zæøå]Id|kode)$"
)
_PHONE = re.compile(
    r"phone|telefon|tlf|mobil|(?:^|[_:.\s\-])(?:tel|mob|fax|sms)"
    r"|(?:kontakt|contact|vakt|vagt|nød|døgn)(?:person)?[_:.\s\-]*(?:nr|nummer|number|no)",
    re.IGNORECASE,
)
_ID = re.compile(r"(?:node|way|relation)/\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
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
        are those in that value; one in the name of a field is under that name, masked.
    """
    raw = dict(_raw(values))
    if not suspect(undisguised("\x00".join([*map(str, values), *raw.values()]))):
        return ()
    allowed = set(allow).intersection(ALLOWABLE)
    texts = [(str(field), "", str(field)) for field in values if len(str(field)) >= _SHORTEST]
    for field, whole in raw.items():
        if suspect(undisguised(whole)):
            texts += _inside(field, field, opened(values[field]))
    return tuple(
        (_masked(name), found)
        for name, key, text in texts
        if len(text) >= _SHORTEST
        for found in found_in(text, numbers=not is_code(key))
        if found.kind not in allowed
    )


def demand_clean_words(**words: str) -> None:
    """Make sure that nobody's contact or identity number stands in what is said about a change, or by whom: it is shown
    in the history for good, so nothing can be allowed there.

    Args:
        words: What is said, by the name that people know it under: `by`, `why`, `note`, …

    Raises:
        PrivateText: Something was found.
    """
    found = check_values(words)
    if found:
        field, first = found[0]
        raise PrivateText(M("In “{field}”: {what} Nothing was saved. It would stay in the history: write it without, "
                            "and save again.", field=field, what=first.message), found)  # fmt: skip


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
            if not (_ID if key in IDS else _DATE).fullmatch(value):
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
    elif is_number_to_call(key, value):
        yield name, key, str(int(value))


def opened(value: Any) -> Any:
    """What a JSON text holds; anything else as it is."""
    if not isinstance(value, str) or value[:1] not in _JSON:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _masked(name: str) -> str:
    """The name of a field without what in it may be somebody's."""
    for found in reversed(found_in(name)):
        name = f"{name[: found.start]}…{name[found.end :]}"
    return name


def is_number_to_call(key: str, value: Any) -> bool:
    """Whether a number stands in a field that is named as a telephone's."""
    return isinstance(value, int | float) and _PHONE.search(key) is not None and float(value).is_integer()


def is_code(key: str) -> bool:
    """Whether a field's name says that its digits are a code and no telephone number."""
    return key in IDS or (bool(_CODE.search(key)) and not _PHONE.search(key))
