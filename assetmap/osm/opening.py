"""Which bytes are the map, in a file that may be packed, cut off, unsorted or something else altogether?"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import osmium

from assetmap.errors import FileMissing, FormatError
from assetmap.messages import M

SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf", ".osm.xml")
_UNPACKED_LIMIT = 4 * 2**30
_RATIO_LIMIT = 100


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """A path that the reader can open: the file itself, or the one map file inside a zip, unpacked for the while.

    Raises:
        FileMissing: There is no such file.
        FormatError: It is empty, of another kind, or a zip that holds no single map file of a sane size.
    """
    if not path.is_file():
        raise FileMissing(
            M("There is no file {file}. Expected an OpenStreetMap file such as area.osm.pbf.", file=path.name)
        )
    if path.stat().st_size == 0:
        raise FormatError(M("The file {file} is empty. Download the area again.", file=path.name))
    if not path.name.lower().endswith((*SUFFIXES, ".zip")):
        raise FormatError(
            M("The file {file} is not an OpenStreetMap file by its name. Expected one that ends in {suffixes}.",
              file=path.name, suffixes=", ".join((*SUFFIXES, ".osm.zip")))
        )  # fmt: skip
    packed = path.name.lower().endswith(".zip")
    if not packed and path.name.endswith(SUFFIXES):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="assetmap-") as folder:
        yield _unzipped(path, Path(folder)) if packed else _renamed(path, Path(folder))


def _target(name: str, folder: Path) -> Path:
    """A fixed name, since a zip's own may climb out of the folder; its ending in small letters, as libosmium needs."""
    return folder / ("map" + next(s for s in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(s)))


def _renamed(path: Path, folder: Path) -> Path:
    return Path(shutil.copyfile(path, _target(path.name, folder)))


def _unzipped(path: Path, folder: Path) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            maps = [m for m in archive.infolist() if m.filename.lower().endswith(SUFFIXES) and not _aside(m)]
            if len(maps) != 1:
                raise FormatError(
                    M("The zip {file} holds {n} OpenStreetMap files. Expected exactly one, ending in {suffixes}.",
                      file=path.name, n=len(maps), suffixes=", ".join(SUFFIXES))
                )  # fmt: skip
            member = maps[0]
            if member.file_size > min(max(_RATIO_LIMIT * member.compress_size, 10 * 2**20), _UNPACKED_LIMIT):
                raise FormatError(M("The zip {file} would unpack to {n} bytes, which no real map does.",
                                    file=path.name, n=member.file_size))  # fmt: skip
            target = _target(member.filename, folder)
            with archive.open(member) as packed, target.open("wb") as out:
                while block := packed.read(2**20):
                    out.write(block)
            return target
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as fault:
        raise cut_off(path, fault) from fault


def _aside(member: zipfile.ZipInfo) -> bool:
    """Folders, and the double that a Mac puts beside each file."""
    return member.is_dir() or PurePosixPath(member.filename).name.startswith("._")


def cut_off(path: Path, fault: Exception) -> FormatError:
    """The error for a file that cannot be read to its end."""
    return FormatError(
        M("The file {file} cannot be read to its end: {fault}. It may be cut off or not an OpenStreetMap file. "
          "Download it again.", file=path.name, fault=str(fault)[:200])
    )  # fmt: skip


def sorted_copy(path: Path, folder: Path) -> Path:
    """The same map with nodes before ways before relations, as the reader needs it; in memory, so for small files."""
    merged = osmium.MergeInputReader()
    merged.add_file(str(path))
    target = folder / "sorted.osm.pbf"
    writer = osmium.SimpleWriter(str(target))
    try:
        merged.apply(writer, simplify=True)
    finally:
        writer.close()
    return target


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
