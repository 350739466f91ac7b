"""How does a choice become part of the address, and an address a choice?

Streamlit's own binding writes the shown words of an option into the address; ours writes its key, so that a link means
the same in every language and after every `gather`. The first run of a visit reads the address, later ones write it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st


@contextmanager
def linked(key: str, default: Any, allowed: Collection[Any] | None = None) -> Iterator[None]:
    """Tie the widget of this key, made in the body without a default of its own, to the parameter of the same name.

    Args:
        default: Text, a whole number, False, None or a list: the value where there is no parameter; it also says how
            one is read.
        allowed: What a value may be; anything else in an address is passed over. None allows every text.
    """
    if key not in st.session_state:
        st.session_state[key] = _read(key, default, allowed)
    elif not _fits(st.session_state[key], allowed):
        st.session_state[key] = default  # what was chosen before is no longer offered
    yield
    _write(key, st.session_state.get(key), default)


def link_value(key: str, default: Any, allowed: Collection[Any] | None = None) -> Any:
    """The value of a widget that may not have been made yet."""
    return st.session_state[key] if key in st.session_state else _read(key, default, allowed)


def _read(key: str, default: Any, allowed: Collection[Any] | None) -> Any:
    values: list[Any] = st.query_params.get_all(key)
    if isinstance(default, bool):
        values = [value == "1" for value in values]
    elif isinstance(default, int):
        values = [int(value) for value in values if value.isdecimal() and len(value) < 6]
    if allowed is not None:
        values = [value for value in values if value in allowed]
    if isinstance(default, list):
        return list(dict.fromkeys(values))
    return values[0] if values else default


def _fits(value: Any, allowed: Collection[Any] | None) -> bool:
    if allowed is None or value is None:
        return True
    return all(one in allowed for one in value) if isinstance(value, list) else value in allowed


def _write(key: str, value: Any, default: Any) -> None:
    wanted = [] if value in (default, None, "") else value if isinstance(value, list) else [value]
    set_parameter(key, *("1" if one is True else str(one) for one in wanted))


def set_parameter(key: str, *values: str) -> None:
    """Write a parameter of the address; none where there are no values. Nothing is sent where it is so already."""
    if list(values) == st.query_params.get_all(key):
        return
    if values:
        st.query_params[key] = list(values)
    else:
        st.query_params.pop(key, None)
