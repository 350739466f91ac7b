"""Is this the code that the person's telephone or key shows now, and was it never used before?

Time-based codes (RFC 6238): six digits, a new one each half minute; the one before and the one after are taken as well,
as clocks differ. A code counts once.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

STEP_S, SKEW = 30, 1
NOBODYS = pyotp.random_base32()
"""Checked where an account has no second step, so that the same is done."""


def new_secret() -> str:
    """160 random bits."""
    return pyotp.random_base32()


def address(secret: str, name: str, place: str) -> str:
    """What a telephone reads from a picture: the secret, with the name of the account and of the installation."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=place)


def step_of(secret: str, code: str, at: datetime, used: int) -> int | None:
    """The number of the half minute that a code belongs to, or None where it is wrong, too old or used.

    Args:
        at: By the computer's clock, as the telephone has nothing else.
        used: The number of the newest one that was ever taken; nothing up to it is taken again.
    """
    now, typed = int(at.timestamp()) // STEP_S, "".join(code.split())
    codes = pyotp.TOTP(secret)
    right = None
    for step in range(now - SKEW, now + SKEW + 1):  # all of them, also when one fits
        same = hmac.compare_digest(codes.at(step * STEP_S).encode(), typed.encode("utf-8", "surrogatepass"))
        if same and step > used:
            right = step
    return right
