"""What in a text that a person wrote is surely somebody's telephone, e-mail address or identity number?

Texts of assets are read by everybody, and kept in every older version; so they are looked at before they are saved
(`saving`). What is found is only ever told in a masked form: a message may end up in a log.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assetmap.disclosure.contacts import Kind, contacts
from assetmap.disclosure.disguise import undisguised
from assetmap.messages import M, Message

_FIRST = ("identity", "email", "phone")
"""Which of two that overlap is told."""
_SHOWN = 2


@dataclass(frozen=True)
class Found:
    """Something in a text that is surely somebody's.

    Attributes:
        kind: `phone`, `email` or `identity`.
        start: Position of its first character in the text.
        end: Position behind its last one.
        message: What it looks like, with a masked form of it.
    """

    kind: Kind
    start: int
    end: int
    message: Message


def found_in(text: str, numbers: bool = True) -> tuple[Found, ...]:
    """Telephone numbers, e-mail addresses and national identity numbers in a text, in its order, none twice.

    Args:
        text: Any text.
        numbers: Whether bare digits may be a telephone number; not where the text is a code by its field's name.
    """
    kept: list[Found] = []
    taken = bytearray(len(text))
    found = contacts(text, sure=True, numbers=numbers)
    for one in sorted(found, key=lambda c: (_FIRST.index(c.kind), c.start, -c.end)):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\x01" * (one.end - one.start)
            kept.append(Found(one.kind, one.start, one.end, _told(one.kind, text[one.start : one.end])))
    return tuple(sorted(kept, key=lambda one: one.start))


def _told(kind: Kind, text: str) -> Message:
    plain = undisguised(text)
    if kind == "identity":
        return M("“{masked}” is a national identity number.", masked=re.sub(r"\w", "•", plain))
    if kind == "email":
        return M("“{masked}” is an e-mail address.", masked=f"{plain[0]}…@…" if re.match(r"\w\w", plain) else "…@…")
    return M("“{masked}” is a telephone number.", masked=_masked_phone(plain))


def _masked_phone(number: str) -> str:
    """A number with its first two digits (those of a country for one from abroad) and no other."""
    shown = 0
    out = []
    for char in number:
        shown += char.isdigit()
        out.append("•" if char.isdigit() and shown > _SHOWN else char)
    return "".join(out)
