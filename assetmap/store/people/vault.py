"""With which key is a person sealed, and how is that key destroyed so that no copy can be read?

Each person has a key of their own (Fernet: AES-128 in CBC mode with an HMAC-SHA256), in `keys.db`, apart from all that
it seals. Whoever has one of the two files has nothing. A destroyed key makes every copy of what it sealed unreadable,
wherever that copy lies.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store.people import tables as t
from assetmap.store.people.home import PeopleHome

_AT_ONCE = 500  # ids in one statement


class Seal:
    """The key of one person, in memory. It is never shown."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def close(self, values: Mapping[str, Any]) -> bytes:
        """Values as bytes that nobody can read without the key."""
        return self._fernet.encrypt(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())

    def open(self, sealed: bytes) -> dict[str, Any]:
        """The values again.

        Raises:
            StoreError: They were sealed with another key, or were changed.
        """
        try:
            return dict(json.loads(self._fernet.decrypt(sealed)))
        except InvalidToken:
            raise StoreError(
                M("What is held of a person cannot be opened with that person's key: it was changed, or the keys are "
                  "from another store. Nothing was shown. Put back the keys that belong to these people.")
            ) from None  # fmt: skip


def new_seal(home: PeopleHome, person: str) -> Seal:
    """Make the key of a new person and keep it: before anything is sealed with it, so that nothing is lost in between.
    Alone in the home."""
    key = Fernet.generate_key()
    with home.keys_writing() as connection:
        connection.execute(sa.insert(t.key), [{"person": person, "key": key}])
    return Seal(key)


def seals(home: PeopleHome, persons: Collection[str]) -> dict[str, Seal]:
    """The keys of these people; who has none (any more) is missing."""
    wanted = sorted(set(persons))
    found: dict[str, Seal] = {}
    with home.keys_reading() as connection:
        for start in range(0, len(wanted), _AT_ONCE):
            some = t.key.c.person.in_(wanted[start : start + _AT_ONCE])
            found |= {row.person: Seal(row.key) for row in connection.execute(sa.select(t.key).where(some))}
    return found


def seal_of(home: PeopleHome, person: str) -> Seal:
    """The key of one person.

    Raises:
        StoreError: There is none.
    """
    try:
        return seals(home, [person])[person]
    except KeyError:
        raise StoreError(
            M("The key of this person is not there, so nothing can be read or written. Put back the last copy of the "
              "keys, from the folder “key-backups”.")
        ) from None  # fmt: skip


def destroy(home: PeopleHome, persons: Collection[str]) -> int:
    """Destroy keys for good; how many there were. Alone in the home."""
    gone = 0
    with home.keys_writing() as connection:
        for person in persons:
            gone += connection.execute(sa.delete(t.key).where(t.key.c.person == person)).rowcount
    return gone


def owners(home: PeopleHome) -> set[str]:
    """Whose keys are there."""
    with home.keys_reading() as connection:
        return set(connection.scalars(sa.select(t.key.c.person)))


def put_back(home: PeopleHome, keys: Mapping[str, bytes]) -> None:
    """Keep keys that come from a copy. Alone in the home."""
    if keys:
        with home.keys_writing() as connection:
            connection.execute(sa.insert(t.key), [{"person": person, "key": key} for person, key in keys.items()])
