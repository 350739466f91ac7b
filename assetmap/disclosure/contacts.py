"""Where in any text may somebody's contact or identity stand?

The one place that knows: what an import takes out of a file (`sources`) and what stops a save (`free_text`) are found
by the same rules. An import takes out all that *may* be one, for a value left in would cost somebody their privacy; a
save is stopped only by what *surely* is one, for a person is asked to write it differently.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from assetmap.disclosure.disguise import places, undisguised
from assetmap.disclosure.email_addresses import email_addresses, may_hold_address
from assetmap.disclosure.identity_numbers import identity_numbers
from assetmap.disclosure.phone_numbers import phone_numbers

Kind = Literal["phone", "email", "identity"]

_DIGITS = re.compile(r"\d(?:[\s().,_\-/+A-Y]{0,4}\d){5}")


class Contact(NamedTuple):
    """What may be somebody's: its kind, where words that announce it begin (`cue`), where it begins and ends."""

    kind: Kind
    cue: int
    start: int
    end: int


def suspect(plain: str) -> bool:
    """Whether an undisguised text can hold a contact at all; cheap, for most texts hold none."""
    return _DIGITS.search(plain) is not None or may_hold_address(plain)


def contacts(text: str, sure: bool = False, numbers: bool = True) -> list[Contact]:
    """What in a text is somebody's contact or identity number, in the order of the text; some may overlap.

    Args:
        text: Any text.
        sure: Only what is one beyond reasonable doubt; else all that may be one.
        numbers: Whether bare digits may be a telephone number; not where a column holds codes.
    """
    plain = undisguised(text)
    if not suspect(plain):
        return []
    found = [Contact("identity", start, start, end) for start, end in identity_numbers(plain, sure)]
    found += [Contact("email", *address) for address in email_addresses(plain)]
    found += [Contact("phone", *number) for number in phone_numbers(plain, sure, bare=numbers)]
    at = places(text, plain)
    found = [Contact(c.kind, at[c.cue], at[c.start], at[c.end - 1] + 1) for c in found]
    return sorted(found, key=lambda contact: (contact.cue, -contact.end))
