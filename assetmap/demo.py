"""Where does the demo neighbourhood lie, and what must be said of it?"""

from __future__ import annotations

from pathlib import Path

from assetmap.errors import StoreMissing
from assetmap.messages import M

NOTE = M(
    "This is a demo: OpenStreetMap as it was in April 2019, homes estimated from buildings (offices among them), and a "
    "few invented associations, gatherings and stories, marked as such."
)
"""The caveat that the demo's store carries, so that no figure made with it is mistaken for one of today."""

__all__ = ["NOTE", "demo_folder"]


def demo_folder() -> Path:
    """The folder of the demo neighbourhood: carried by an installed package, or `data/` of a checkout.

    Its README.md says where each file comes from. The folder is read only: what the demo changes, it changes in a copy.

    Raises:
        StoreMissing: Neither is there, so the package was taken apart.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "demo_data", package.parent / "data"):
        if folder.is_dir():
            return folder
    raise StoreMissing(
        M(
            "The demo neighbourhood was expected in {folder}, and is not there. Install assetmap again.",
            folder=package / "demo_data",
        )
    )
