"""Where does the demo neighbourhood lie?"""

from __future__ import annotations

from pathlib import Path

from assetmap.errors import StoreMissing
from assetmap.messages import M

__all__ = ["demo_folder"]


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
