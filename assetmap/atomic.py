"""How is a file written so that the old one survives whatever goes wrong?

Into a new file beside it, flushed to the disk, then moved over the old one in one step. A process that is killed, a
full disk or an error half-way leaves the old file as it was.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from assetmap.errors import AssetmapError, InputError, StoreError, StoreMissing
from assetmap.messages import M, Message

STORE_LOCK = "store.lock"
"""A folder with a file of this name is a store: nothing but the store itself writes there."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; when the block ends well, what was written there takes the place of `path`.

    The path lies in the same folder and has the same suffix, as some formats go by it. Whatever the block leaves
    there is removed when it fails.

    Raises:
        InputError: The folder does not exist, or `path` is itself a folder.
        StoreError: The disk is full, or the folder may not be written to. The old file is untouched.
    """
    path = Path(path).resolve()
    if not path.parent.is_dir():
        raise InputError(M("The folder {folder} does not exist. Make it first, or choose another.", folder=path.parent))
    if path.is_dir():
        raise InputError(M("{file} is a folder. Give the name of a file in it.", file=path))
    fresh = temporary(path)
    try:
        with speaking(path):
            yield fresh
            flush(fresh)
            os.replace(fresh, path)
            flush_folder(path.parent)
    finally:
        for left in path.parent.iterdir():  # the file itself and what a library may have put beside it
            if left.name.startswith(fresh.name):
                left.unlink(missing_ok=True)


def temporary(path: Path) -> Path:
    """A new name beside a file, hidden and with its suffix."""
    return path.with_name(f".{path.stem[:60]}-{secrets.token_hex(4)}{path.suffix}")


def flush(path: Path) -> None:
    """Wait until the content of a file is on the disk. Never for a database that is in use: closing drops its locks."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can (Windows cannot)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turn what the operating system says about writing a file into sentences for people.

    Raises:
        StoreError: The disk is full, or the place may not be written to. StoreMissing: It is gone.
    """
    try:
        yield
    except AssetmapError:
        raise
    except OSError as fault:
        if fault.errno in _FULL:
            raise StoreError(disk_full(path)) from fault
        if fault.errno in _REFUSED:
            raise StoreError(
                M("{file} may not be written: the folder or the file is read-only for you. Choose another folder, or "
                  "ask for the right to write there.", file=path)
            ) from fault  # fmt: skip
        if fault.errno == errno.ENOENT:
            raise StoreMissing(
                M("{file} is not there any more. Nothing was changed. See whether its folder was moved or renamed, or "
                  "its disk taken out, then do it again.", file=Path(str(fault.filename or path)))
            ) from fault  # fmt: skip
        raise


def disk_full(path: Path) -> Message:
    """What to say when a disk is full."""
    free = shutil.disk_usage(path if path.is_dir() else path.parent).free / 1e6
    return M(
        "The disk is full ({free} MB free in {folder}). Nothing you saved is lost; only this last step was not "
        "written. Free some space, then do it again.",
        free=round(free), folder=path if path.is_dir() else path.parent,
    )  # fmt: skip
