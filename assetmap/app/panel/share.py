"""How does one visitor show another the same view?"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from assetmap.app.state import tell
from assetmap.messages import M


def share() -> None:
    """The link to this view: search, categories, language, opened asset and the map's position."""
    with st.popover(tell(M("Share")), icon=":material/share:", key="share", on_change="rerun"):
        st.write(
            tell(M("Whoever opens this link sees the same search, the same choices and the same part of the map."))
        )
        st.code(link(), language=None, wrap_lines=True)


def link() -> str:
    """The address of this view."""
    parts = urlsplit(st.context.url or "")
    query = [(name, value) for name in sorted(st.query_params) for value in st.query_params.get_all(name)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))
