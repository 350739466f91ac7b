"""Which of Streamlit's settings are ours to choose, and why?

They hold however the app is started. Whoever sets one by flag, STREAMLIT_… variable or `.streamlit/config.toml` wins.
"""

from __future__ import annotations

from assetmap.settings import settings

_HERE = ("127.0.0.1", "::1", "localhost")

OPTIONS: dict[str, object] = {
    # this machine only: Streamlit listens on every network by default
    "server.address": "127.0.0.1",
    "server.fileWatcherType": "none",
    # for who only reads; see `upload_mb`
    "server.maxUploadSize": 1,
    "server.disconnectedSessionTTL": 60,
    "server.showEmailPrompt": False,
    # else every visitor's browser tells Streamlit's makers
    "browser.gatherUsageStats": False,
    # else visitors see tracebacks
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "client.showSidebarNavigation": False,
    # files leave by our exports, which carry attribution and licence
    "client.disableDataExport": True,
    "runner.magicEnabled": False,
    # colours: text and controls pass 4.5:1 and 3:1 on both backgrounds
    "theme.base": "light",
    "theme.primaryColor": "#005ea8",
    "theme.backgroundColor": "#ffffff",
    "theme.secondaryBackgroundColor": "#f3f1ec",
    "theme.textColor": "#1d2433",
    "theme.linkColor": "#00508f",
    "theme.linkUnderline": True,
    "theme.showWidgetBorder": True,
    "theme.borderColor": "#767b86",
    "theme.baseRadius": "0.5rem",
    "theme.headingFontSizes": ["1.6rem", "1.25rem", "1.1rem", "1rem", "1rem", "1rem"],
    "theme.headingFontWeights": [700, 650, 650, 600, 600, 600],
}
EARLY = ("server.address", "server.showEmailPrompt", "browser.gatherUsageStats")
"""Read before our code is: given as flags where we start Streamlit ourselves."""


def address_chosen() -> bool:
    """Whether somebody said from outside on which address to listen. Ask before `apply`."""
    from streamlit import config

    return bool(config.is_manually_set("server.address"))


def apply() -> None:
    """Set what nobody has set from outside."""
    from streamlit import config

    for name, value in OPTIONS.items():
        if config.is_manually_set(name):
            continue
        if name == "server.maxUploadSize":
            value = upload_mb(str(config.get_option("server.address")))
        config.set_option(name, value, "assetmap")


def upload_mb(address: str) -> int:
    """How many megabytes a file may have that is sent to this server: a list to bring in, where somebody may edit.

    Args:
        address: On which the server listens.
    """
    edits = settings().edit if settings().edit is not None else address in _HERE
    return max(1, int(settings().upload_mb)) if edits else 1
