"""How is the app started, so that it listens on this machine only and tells nobody that it runs?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from assetmap.app.config import EARLY, OPTIONS
from assetmap.settings import settings
from assetmap.store.homes.open import on_server

START = Path(__file__).parent / "entry" / "start.py"
PORT = 8501


def command(port: int | None = None, open_browser: bool = True) -> list[str]:
    """The command that serves the app.

    Args:
        port: Where to listen on 127.0.0.1; 8501 when None.
        open_browser: Show it in the reader's browser.
    """
    chosen = {name: str(OPTIONS[name]) for name in EARLY} | {"server.port": str(port or PORT)}
    if not open_browser:
        chosen["server.headless"] = "true"
    options = [f"--{name}={value}" for name, value in chosen.items() if _variable(name) not in os.environ]
    return [sys.executable, "-m", "streamlit", "run", str(START), *options]


def environment(store: Path | str, lang: str = "", edit: bool | None = None) -> dict[str, str]:
    """The environment for that command: this process's own, with the store (a folder or the address of a server), the
    language to begin with, and whether readers may change the map."""
    place = str(store) if on_server(store) else str(Path(store).resolve())
    ours = {"ASSETMAP_STORE": place} | ({"ASSETMAP_LANG": lang} if lang else {})
    ours |= {} if edit is None else {"ASSETMAP_EDIT": str(edit).lower()}
    return {**os.environ, **ours}


def run(
    store: Path | str, port: int | None = None, open_browser: bool = True, lang: str = "", edit: bool | None = None
) -> int:
    """Serve the app on a store until it is stopped, in this process; the exit code."""
    from streamlit.web.cli import main

    os.environ.update(environment(store, lang, edit))
    settings.cache_clear()  # whoever asked for a setting before now asked without these
    try:
        main(command(port, open_browser)[3:], prog_name="streamlit")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def _variable(option: str) -> str:
    section, name = option.split(".")
    snake = "".join("_" + c if c.isupper() else c for c in name)
    return f"STREAMLIT_{section}_{snake}".upper()
