"""What does this process's own SQLite write, in which order, and when does it wait for the disk?

SQLite does all its input and output through a table of functions (its VFS). Here two entries of that table, and four
of each file that is opened, are led through Python functions that do what SQLite would have done and then tell of it;
or, where whoever listens wants that, fail in its place.
So it is the real store that is heard, with its own connections, settings, locks and version of SQLite, and none of it
has to know. All that is needed is the library that the standard library's sqlite3 has loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import sqlite3
from collections.abc import Iterator
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any, NamedTuple, Protocol

OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
DELETE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
CLOSE = CFUNCTYPE(c_int, c_void_p)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)

CREATE = 0x4  # flags of opening: may be made,
JOURNALS = 0x800 | 0x4000 | 0x80000  # is a rollback journal, a super-journal or a write-ahead log


class Vfs(Structure):
    """`sqlite3_vfs`, up to the two functions that are heard."""

    _fields_ = (("version", c_int), ("file_size", c_int), ("longest_name", c_int), ("next", c_void_p),
                ("name", c_char_p), ("data", c_void_p), ("open", c_void_p), ("delete", c_void_p))  # fmt: skip


class Methods(Structure):
    """`sqlite3_io_methods`: what can be done with a file that is open."""

    _fields_ = (("version", c_int), ("close", c_void_p), ("read", c_void_p), ("write", c_void_p),
                ("truncate", c_void_p), ("sync", c_void_p), ("others", c_void_p * 13))  # fmt: skip


class Ear(Protocol):
    """Who is told, each time after it is done. Names are those of files in the folder; a new file gets a number."""

    def knows(self, name: str) -> bool: ...
    def opened(self, name: str, content: bytes) -> int: ...  # the content counts only where the name was not known
    def wrote(self, number: int, offset: int, data: bytes) -> None: ...
    def truncated(self, number: int, size: int) -> None: ...
    def synced(self, number: int) -> None: ...
    def deleted(self, name: str) -> None: ...
    def folder_synced(self) -> None: ...
    def fault(self) -> int: ...  # asked before each write, truncation and sync: 0, or the SQLite error to give instead


def library() -> ctypes.CDLL:
    """The SQLite that the standard library uses.

    Raises:
        OSError: It cannot be reached from here; some Pythons hide it.
    """
    import _sqlite3

    for place in (getattr(_sqlite3, "__file__", None), None):
        with contextlib.suppress(OSError, TypeError, AttributeError):
            found = ctypes.CDLL(place)
            found.sqlite3_vfs_find.restype, found.sqlite3_vfs_find.argtypes = POINTER(Vfs), [c_char_p]
            return found
    raise OSError(f"The SQLite {sqlite3.sqlite_version} of this Python cannot be reached.")


@contextlib.contextmanager
def heard(folder: Path, ear: Ear) -> Iterator[None]:
    """Tell `ear` of everything that SQLite writes into files of a folder, from whichever thread of this process."""
    vfs = library().sqlite3_vfs_find(None).contents
    before = vfs.open, vfs.delete
    tap = _Tap(folder.resolve(), ear, *before)
    _TAPS.append(tap)
    vfs.open, vfs.delete = _address(tap.functions[0]), _address(tap.functions[1])
    try:
        yield
    finally:
        vfs.open, vfs.delete = before
        tap.listening = False


class _File(NamedTuple):
    number: int
    really: dict[str, Any]  # SQLite's own functions by name
    first_sync: list[bool]  # of a journal, which it may have made, SQLite syncs the folder too; emptied when it has


class _Tap:
    """The functions that SQLite calls instead of its own."""

    def __init__(self, folder: Path, ear: Ear, really_open: int, really_delete: int) -> None:
        self.folder, self.ear, self.listening = folder, ear, True
        self.really_open, self.really_delete = OPEN(really_open), DELETE(really_delete)
        self.functions = OPEN(self.open), DELETE(self.delete)
        self.of_files = {"close": CLOSE(self.close), "write": WRITE(self.write), "truncate": TRUNCATE(self.truncate),
                         "sync": SYNC(self.sync)}  # fmt: skip
        self.files: dict[int, _File] = {}  # by the address that SQLite has it under
        self.tables: dict[int, Methods] = {}  # ours, by the address of SQLite's

    def name(self, pointer: int | None) -> str | None:
        """The name of a file in the folder; None for one that lies elsewhere or has no name."""
        path = Path(ctypes.string_at(pointer).decode()) if pointer and self.listening else None
        return path.name if path and path.parent == self.folder else None

    def open(self, vfs: int, pointer: int | None, file: int, flags: int, out: int | None) -> int:
        name = self.name(pointer)
        if name is None:
            return int(self.really_open(vfs, pointer, file, flags, out))
        path = self.folder / name
        # read before SQLite opens it, and never while it is open: closing it would drop SQLite's locks
        content = b"" if self.ear.knows(name) or not path.exists() else path.read_bytes()
        code = int(self.really_open(vfs, pointer, file, flags, out))
        methods = c_void_p.from_address(file)
        if code == 0 and methods.value:
            really = {key: type(ours)(getattr(Methods.from_address(methods.value), key))
                      for key, ours in self.of_files.items()}  # fmt: skip
            first_sync = [True] if flags & CREATE and flags & JOURNALS else []
            self.files[file] = _File(self.ear.opened(name, content), really, first_sync)
            methods.value = ctypes.addressof(self.table(methods.value))
        return code

    def table(self, address: int) -> Methods:
        """A copy of SQLite's table of methods in which four are ours."""
        if address not in self.tables:
            self.tables[address] = Methods.from_buffer_copy(Methods.from_address(address))
            for key, ours in self.of_files.items():
                setattr(self.tables[address], key, _address(ours))
        return self.tables[address]

    def delete(self, vfs: int, pointer: int, sync_folder: int) -> int:
        code = int(self.really_delete(vfs, pointer, sync_folder))
        name = self.name(pointer)
        if code == 0 and name is not None:
            self.ear.deleted(name)
            if sync_folder:
                self.ear.folder_synced()
        return code

    def fault(self) -> int:
        return self.ear.fault() if self.listening else 0

    def close(self, address: int) -> int:
        return int(self.files.pop(address).really["close"](address))

    def write(self, address: int, data: int, size: int, offset: int) -> int:
        file = self.files[address]
        if code := self.fault():
            return code
        code = int(file.really["write"](address, data, size, offset))
        if code == 0 and self.listening:
            self.ear.wrote(file.number, offset, ctypes.string_at(data, size))
        return code

    def truncate(self, address: int, size: int) -> int:
        file = self.files[address]
        if code := self.fault():
            return code
        code = int(file.really["truncate"](address, size))
        if code == 0 and self.listening:
            self.ear.truncated(file.number, size)
        return code

    def sync(self, address: int, how: int) -> int:
        file = self.files[address]
        if code := self.fault():
            return code
        code = int(file.really["sync"](address, how))
        if code == 0 and self.listening:
            self.ear.synced(file.number)
            if file.first_sync:
                file.first_sync.clear()
                self.ear.folder_synced()
        return code


def _address(function: Any) -> int | None:
    return ctypes.cast(function, c_void_p).value


_TAPS: list[_Tap] = []  # for ever: a connection may be closed long after nobody listens any more
