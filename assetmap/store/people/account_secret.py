"""What lies apart from the accounts, so that a stolen copy of them opens nothing?

256 random bits in a file of their own (`accounts.key`, its owner's alone), or wherever the operator keeps secrets. From
them come the keys that hide who is linked to which account and which names were tried, and that seal the second step.
Without them passwords still work; second steps and links are set up anew.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from assetmap.atomic import flush, flush_folder, speaking, temporary
from assetmap.errors import InputError, StoreError
from assetmap.messages import M
from assetmap.store.homes.folder import owner_only

BYTES = 32


class AccountSecret:
    """The keys that come from one secret.

    Args:
        secret: At least 32 random bytes.

    Raises:
        InputError: It is shorter.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < BYTES:
            raise InputError(
                M("The secret of the accounts has {n} bytes; expected at least {wanted} random ones.",
                  n=len(secret), wanted=BYTES)
            )  # fmt: skip
        self._secret = secret
        self._fernet = Fernet(base64.urlsafe_b64encode(self.hidden("second step", "")))

    @classmethod
    def of(cls, path: Path) -> AccountSecret:
        """The one in a file, which is made where there is none."""
        if not path.exists():
            _make(path)
        return cls(path.read_bytes())

    def hidden(self, purpose: str, text: str) -> bytes:
        """32 bytes by which a text can be known again, and that say nothing of it to whoever lacks the secret."""
        key = hmac.digest(self._secret, f"assetmap {purpose}".encode(), hashlib.sha256)
        return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256)

    def seal(self, text: str) -> str:
        """A text that only this secret opens."""
        return self._fernet.encrypt(text.encode()).decode()

    def opened(self, sealed: str) -> str:
        """What was sealed.

        Raises:
            StoreError: It was sealed with another secret.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as fault:
            raise StoreError(
                M("The secret of the accounts is not the one that they were made with. Put back the file {file}, or "
                  "set up the second steps anew.", file="accounts.key")
            ) from fault  # fmt: skip

    def __repr__(self) -> str:
        return "<AccountSecret>"


def _make(path: Path) -> None:
    """Whole or not at all; where two programs start at once, both use the one that came first."""
    new = temporary(path)
    with speaking(path):
        owner_only(new)
        try:
            new.write_bytes(secrets.token_bytes(BYTES))
            flush(new)
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
            flush_folder(path.parent)
        finally:
            new.unlink()


def fresh() -> str:
    """256 random bits as a text for a cookie or a console."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> str:
    """What is kept of 256 random bits: enough to know them again, not to have them."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
