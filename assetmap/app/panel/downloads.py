"""How does what is shown leave the app? By the same exports as everywhere: with source, licence, date and method."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import streamlit as st

from assetmap import api
from assetmap.app.state import language, tell
from assetmap.messages import M, Message
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory

FORMATS: dict[str, Message] = {
    ".geojson": M("GeoJSON, for web maps"),
    ".gpkg": M("GeoPackage, for QGIS"),
    ".xlsx": M("Excel"),
    ".csv": M("CSV"),
}


def downloads(thing: Callable[[], Inventory | Finding], name: str, suffixes: tuple[str, ...] = tuple(FORMATS)) -> None:
    """A button per format. The file is made when the button is pressed.

    Args:
        thing: Gives what is to be written; called when a button is pressed.
        name: File name without a suffix.
    """
    for suffix in suffixes:
        st.download_button(
            tell(FORMATS[suffix]),
            data=partial(_written, thing, f"{name}{suffix}", language()),
            file_name=f"{name}{suffix}",
            mime="application/octet-stream",
            key=f"download-{name}{suffix}",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )


def _written(thing: Callable[[], Inventory | Finding], name: str, lang: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        what = thing()
        api.write(what, path, lang=lang, audience=what.audience.name)
        return path.read_bytes()
