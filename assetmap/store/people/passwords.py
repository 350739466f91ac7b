"""Is this password long and unusual enough, and is it the right one?

Argon2id with the defaults of argon2-cffi (64 MiB, three rounds), at most two at a time in a process: a thousand people
who sign in at once wait, they do not fill the memory. Common passwords are known by rule, not by a list of stolen ones.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import unicodedata
from collections.abc import Iterator
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assetmap.errors import InputError, NotAllowed
from assetmap.messages import M, Message, Mn
from assetmap.store.people.account_secret import fresh

SHORTEST, LONGEST = 12, 1000
AT_ONCE, PATIENCE_S = 2, 20.0
_DIFFERENT = 5  # characters
_turns = threading.BoundedSemaphore(AT_ONCE)

# English, Norwegian and Danish words that passwords are made of all over the world, and here
_WORDS = (
    "password passord adgangskode kodeord kode code velkommen welcome hemmelig secret admin administrator letmein "
    "login logon bruker bruger user test demo guest gjest default system master root server qwerty iloveyou elsker "
    "jegelskerdeg love hello hallo hei norge norway danmark denmark kommune bydel assetmap monday mandag tuesday "
    "tirsdag wednesday onsdag thursday torsdag friday fredag saturday lordag sunday sondag january januar february "
    "februar march mars april may mai juni june july juli august september oktober october november desember december "
    "spring var summer sommer autumn host winter vinter forar efterar football fotball fodbold dragon monkey princess "
    "prinsesse superman batman sunshine solskinn computer datamaskin internet abc"
).split()
_ROWS = ("1234567890", "qwertyuiopå", "asdfghjkløæ", "zxcvbnm", "abcdefghijklmnopqrstuvwxyzæøå", "1q2w3e4r5t6y7u8i9o0p",
         "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp")  # fmt: skip
_LEET = str.maketrans("013457@$!øåæé", "oleastasioaae")


class Hasher(Protocol):
    """What makes and checks the hash of a password: argon2's `PasswordHasher`, or one with other costs."""

    def hash(self, password: bytes) -> str:
        """A new hash, with a salt of its own."""

    def verify(self, hash: str, password: bytes) -> bool:
        """Whether they belong together; argon2 raises where they do not."""

    def check_needs_rehash(self, hash: str) -> bool:
        """Whether it was made with other costs than are used now."""


class Passwords:
    """Hashes of passwords.

    Args:
        hasher: Its costs are those of every new hash.
    """

    def __init__(self, hasher: Hasher | None = None) -> None:
        self._hasher: Hasher = hasher or PasswordHasher()
        self._nobodys = self.hashed(fresh())  # checked where there is no account, so that it takes as long as with one

    def hashed(self, password: str) -> str:
        """A new hash."""
        with _turn():
            return self._hasher.hash(_bytes(password))

    def right(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one; where none is kept it takes as long and never is."""
        with _turn():
            try:
                fits = self._hasher.verify(kept or self._nobodys, _bytes(password[:LONGEST]))
            except (VerificationError, InvalidHashError):
                return False
        return bool(fits) and kept is not None and len(password) <= LONGEST

    def is_old(self, kept: str) -> bool:
        """Whether a hash should be made anew, as the costs have changed."""
        return self._hasher.check_needs_rehash(kept)


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE_S):
        raise NotAllowed(M("Many people are signing in just now. Nothing was done. Try again in a minute."), 60.0)
    try:
        yield
    finally:
        _turns.release()


def _bytes(password: str) -> bytes:
    # the same letters are typed in several ways: å as one sign or as two
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def demand_good(password: str, name: str = "") -> None:
    """Make sure that a password may be used.

    Raises:
        InputError: It is short, far too long, holds the name of its account, or is one that many people use.
    """
    fault = _fault(unicodedata.normalize("NFKC", password), name)
    if fault is not None:
        raise InputError(fault)


def _fault(password: str, name: str) -> Message | None:
    if len(password) < SHORTEST:
        return Mn(
            "The password has one character; expected at least {wanted}. Four words that do not belong together are "
            "easy to remember.",
            "The password has {n} characters; expected at least {wanted}. Four words that do not belong together are "
            "easy to remember.", len(password), wanted=SHORTEST,
        )  # fmt: skip
    if len(password) > LONGEST:
        return M("The password is longer than {most} characters. Use a shorter one.", most=LONGEST)
    if len(name) > 3 and name.casefold() in password.casefold():
        return M("The name of the account is in the password. Choose another password.")
    if is_common(password):
        return M(
            "Many people use a password like this one, so it is tried first. Choose another, such as four words that "
            "do not belong together."
        )
    return None


def is_common(password: str) -> bool:
    """Whether a password is made as the commonest ones are.

    By rule: hardly any different characters; a piece that is repeated; a walk along the keyboard, the alphabet or the
    digits; one or two everyday words, with letters swapped for digits and with numbers and signs around them.
    """
    plain = password.casefold()
    if len(set(plain)) < _DIFFERENT or _repeats(plain) or _walks(plain):
        return True
    # both ways: a digit may stand for a letter, or be hung on at the end
    bare = {_letters(plain), _letters(plain.translate(_LEET)), _letters(_stripped(plain).translate(_LEET))}
    return any(word in _everyday() for word in bare)


def _stripped(text: str) -> str:
    return text.strip("".join(sign for sign in set(text) if not sign.isalpha()))


def _letters(text: str) -> str:
    return "".join(sign for sign in text.translate(str.maketrans("øåæé", "oaae")) if sign.isalpha())


def _repeats(text: str) -> bool:
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, len(text) // 2 + 1))


def _walks(text: str) -> bool:
    """Whether it is made of at most two walks along a row of keys, either way, also round its end."""
    bare = "".join(sign for sign in text if sign.isalnum())
    return any(_walk(bare[:n]) and _walk(bare[n:]) for n in range(3, len(bare) + 1))


def _walk(text: str) -> bool:
    return len(text) < 3 or any(text in (row * 3)[::way] for row in _ROWS for way in (1, -1))


_known: frozenset[str] = frozenset()


def _everyday() -> frozenset[str]:
    """All everyday words, alone, twice, and two by two; made when it is first asked for."""
    global _known
    if not _known:
        words = {_letters(word) for word in _WORDS}
        _known = frozenset({*words, *("".join(two) for two in itertools.product(words, repeat=2)), ""})
    return _known
