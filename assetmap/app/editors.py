"""Who may change the map here, and under which name?

There is no sign-in: whoever sits at the computer that runs the app may edit, if the store may be written to. Anybody
else only reads, unless whoever runs the app says otherwise (`settings.edit`).
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import streamlit as st

from assetmap.app.cache import current_store
from assetmap.settings import settings

_NAME = "_by"
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def may_edit() -> bool:
    """Whether this visitor may change the map. Asked again before every save."""
    wanted = settings().edit
    return (_at_this_computer() if wanted is None else wanted) and not current_store().home.read_only


def _at_this_computer() -> bool:
    """The server listens here only, and the browser asked for this computer by its own name: nobody passed the
    question on for somebody else."""
    headers: Any = st.context.headers
    if any(name in headers for name in _FORWARDED):
        return False
    return _is_here(str(st.get_option("server.address") or "")) and _is_here(_host(headers.get("Host") or ""))


def _host(text: str) -> str:
    """The host of `host:port`."""
    return text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0]


def _is_here(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def editor() -> str:
    """What the visitor wants to be called in the history; empty where nobody said."""
    return str(st.session_state.get(_NAME, ""))


def name_editor(name: str) -> None:
    """Remember that for the rest of the visit."""
    st.session_state[_NAME] = " ".join(name.split())[:60]
