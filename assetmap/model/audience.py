"""Who may see a thing, and which of two circles is the wider?

`public < members < staff < connector`: each circle sees what the ones before it see, and more. Whether a record has
been looked at by a person is another question (`review`), answered in the schema; what still waits for review is for
staff. Personal records are not here at all: they live in the people store.
"""

from __future__ import annotations

from enum import IntEnum

from assetmap.errors import UnknownKey
from assetmap.messages import M


class Audience(IntEnum):
    """A circle of readers; a larger number is a narrower circle that sees more."""

    public = 0
    members = 1
    staff = 2
    connector = 3

    @classmethod
    def of(cls, name: str | Audience) -> Audience:
        """The audience of that name.

        Raises:
            UnknownKey: There is no such audience.
        """
        if isinstance(name, Audience):
            return name
        try:
            return cls[name]
        except (KeyError, TypeError):
            known = ", ".join(cls.__members__)
            shown = name if isinstance(name, str) and name.isprintable() else type(name).__name__
            raise UnknownKey(
                M("There is no audience “{name}”. Use one of: {known}.", name=shown, known=known)
            ) from None
