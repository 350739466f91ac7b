"""What stands above whatever is being edited, and how does it come into sight?"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from assetmap.app.cache import place, table
from assetmap.app.desk import desk, put_away
from assetmap.app.state import language, plain, tell
from assetmap.messages import Message


def heading(doing: Message) -> None:
    """What is being done, and with what."""
    row = next((row for row in table(place(), language()) if row.id == desk().asset), None)
    said = tell(doing) if row is None else f"{tell(doing)}: {row.title}"
    st.header(plain(said, 80), anchor=False)


def close_button(label: Message, key: str) -> None:
    """The way back to the list."""
    st.button(tell(label), key=key, icon=":material/arrow_back:", on_click=put_away)


def reveal() -> None:
    """Bring the panel into sight and the focus to it, once for each thing that is taken up."""
    _component()(key="reveal", data={"n": desk().opened, "doing": desk().doing}, height=1)


@cache
def _component() -> Any:
    script = Path(__file__).parents[1] / "reveal.js"
    return st.components.v2.component("assetmap_reveal", html="<span></span>", js=script.read_text(encoding="utf-8"))
