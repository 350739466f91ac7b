"""How does the id of a session travel, so that no script, no other site and no other subdomain can read or plant it?

In a cookie without an end date (the session has one), out of reach of scripts, sent to this host alone and only over
TLS: its name begins with `__Host-`, which browsers let nobody set from elsewhere. Without TLS, on the computer itself,
the name is another, so that the one is never taken for the other.
"""

from __future__ import annotations

NAME, PLAIN_NAME = "__Host-assetmap", "assetmap-here"


def set_cookie(token: str, *, tls: bool = True) -> str:
    """The value of a `Set-Cookie` header for a new session."""
    return f"{_name(tls)}={token}; {_attributes(tls)}"


def clear_cookie(*, tls: bool = True) -> str:
    """The value of a `Set-Cookie` header that takes the cookie away."""
    return f"{_name(tls)}=; Max-Age=0; {_attributes(tls)}"


def token_in(header: str | None, *, tls: bool = True) -> str | None:
    """The session id in a `Cookie` header; None where there is none, or more than one, as somebody planted another."""
    pairs = [pair.strip().partition("=") for pair in (header or "").split(";")]
    found = [value for name, _, value in pairs if name == _name(tls)]
    return found[0] or None if len(found) == 1 else None


def _name(tls: bool) -> str:
    return NAME if tls else PLAIN_NAME


def _attributes(tls: bool) -> str:
    return f"Path=/; HttpOnly; SameSite=Lax{'; Secure' if tls else ''}"
