"""How does a record look without what in its texts is surely somebody's?

Whoever types is asked to write it differently (`saving`); nobody can be asked about the rows of a list. There it is
taken out, as an import does, and told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assetmap.disclosure.free_text import found_in
from assetmap.disclosure.saving import check_values, is_code, is_number_to_call, opened

MARK = "[…]"
"""Stands where something was taken out of a text."""


def without_contacts(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """A record without telephone numbers, e-mail addresses and national identity numbers.

    Returns:
        The fields that are different, None where nothing else was in it; and what was taken out: field and text. What
        cannot be taken out, as it is the name of a column or of a tag, is left: `demand_clean` finds it.
    """
    changed: dict[str, Any] = {}
    out: list[tuple[str, str]] = []
    for field in dict.fromkeys(name.partition(".")[0] for name, _ in check_values(values)):
        value = values.get(field)
        whole = opened(value)
        parts: list[str] = []
        clean = _cut(field, whole, parts)
        if parts:
            changed[field] = clean if whole is value else json.dumps(clean, ensure_ascii=False)
            out += [(field, part) for part in parts]
    return changed, out


def _cut(key: str, value: Any, out: list[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _cut(str(name), one, out) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(key, one, out) for one in value]
    if is_number_to_call(key, value):
        return _cut(key, str(int(value)), out)
    if not isinstance(value, str):
        return value
    clean = value
    for found in reversed(found_in(value, numbers=not is_code(key))):
        out.append(value[found.start : found.end])
        clean = f"{clean[: found.start]}{MARK}{clean[found.end :]}"
    return clean if clean == value or clean.replace(MARK, "").strip(" \t\r\n,;:.-/()") else None
