"""Who is it that a sign-in service or a proxy vouches for, and how little of that must be kept?

Nothing but a keyed hash of the service and of its own id for the person. A national identity number, a name, an e-mail
address or a birth date may be among the claims; none of them is looked at, returned or repeated in an error.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assetmap.errors import InputError, NotAllowed
from assetmap.messages import M
from assetmap.store.people.account_secret import AccountSecret

_SHORTEST_SECRET = 32
PROXY_USER, PROXY_SECRET = "x-forwarded-user", "x-assetmap-proxy-secret"
_SECOND_STEPS = {"mfa", "otp", "hwk", "swk", "fpt", "face", "sc", "pop"}  # RFC 8176; more than a password


@dataclass(frozen=True)
class Identity:
    """Somebody whom another service knows.

    Attributes:
        subject: A keyed hash of the service and of its id for the person, in hexadecimal digits.
        strong: The service took a second step.
    """

    subject: str
    strong: bool


def minimal(
    claims: Mapping[str, Any],
    secret: AccountSecret,
    *,
    issuers: Collection[str],
    at: datetime,
    strong_levels: Collection[str] = (),
) -> Identity:
    """What is kept of the claims of OpenID Connect, once their signature was checked: `iss`, `sub`, hashed.

    Args:
        issuers: The services that are trusted.
        at: This moment; claims that have expired, or do not say when (`exp`), are refused: not every library looks.
        strong_levels: Values of `acr` that mean a second step, such as `idporten-loa-substantial`; `amr` is looked at
            too.

    Raises:
        NotAllowed: The service is not a trusted one, the claims have expired, or they name nobody.
    """
    issuer, subject, expires = claims.get("iss"), claims.get("sub"), claims.get("exp")
    named = isinstance(issuer, str) and isinstance(subject, str) and bool(subject.strip())
    if not named or issuer not in issuers or not _holds(expires, at):
        raise NotAllowed(
            M("The sign-in service did not say in a valid way who you are. Nothing was done. Sign in there again; if "
              "that does not help, tell whoever runs this map.")
        )  # fmt: skip
    methods = claims.get("amr")
    used = {item for item in methods if isinstance(item, str)} if isinstance(methods, list | tuple) else set()
    strong = bool(used & _SECOND_STEPS) or claims.get("acr") in set(strong_levels)
    return Identity(_hidden(secret, str(issuer), str(subject)), strong)


def _holds(expires: Any, at: datetime) -> bool:
    return isinstance(expires, int | float) and not isinstance(expires, bool) and expires > at.timestamp()


def from_proxy(
    headers: Iterable[tuple[str, str]], secret: AccountSecret, *, shared: str, strong: bool = False
) -> Identity:
    """Who a proxy before this server says it is; the proxy shows that it is the proxy by a secret that both know.

    Args:
        headers: Of the request, as pairs, so that a header that came twice is seen.
        shared: At least 32 characters.
        strong: The proxy lets in nobody without a second step.

    Raises:
        NotAllowed: The secret is missing or wrong, a header came twice, or nobody is named.
        InputError: The secret that was set up is too short.
    """
    if len(shared) < _SHORTEST_SECRET:
        raise InputError(
            M("The secret that the proxy shows has {n} characters; expected at least {wanted} random ones.",
              n=len(shared), wanted=_SHORTEST_SECRET)
        )  # fmt: skip
    given = [(name.casefold(), value) for name, value in headers]
    shown, user = _only(given, PROXY_SECRET), _only(given, PROXY_USER)
    right = hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), shared.encode("utf-8", "surrogatepass"))
    if not right or not user.strip():
        raise NotAllowed(
            M("This request did not come through the sign-in proxy, or the proxy named nobody. Nothing was done. Use "
              "the address that the proxy serves.")
        )  # fmt: skip
    return Identity(_hidden(secret, "proxy", user.strip()), strong)


def _only(given: list[tuple[str, str]], wanted: str) -> str:
    found = [value for name, value in given if name == wanted]
    return found[0] if len(found) == 1 else ""


def _hidden(secret: AccountSecret, issuer: str, subject: str) -> str:
    return secret.hidden("subject", f"{len(issuer)}:{issuer}:{subject}").hex()
