"""A disk so small that it is full at once, for what has to survive that."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of so many bytes ("512k", "3m") in a folder of its own; only root may mount one, others skip."""
    folder.mkdir()
    mount = shutil.which("mount")
    command = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if not mount or subprocess.run([mount, *command], capture_output=True, check=False).returncode:
        pytest.skip("a small disk can only be mounted as root; the page limit raises the same fault without one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
