"""What is in this zip, and is it safe to open?"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath

from assetmap.errors import FormatError
from assetmap.messages import M, Message

MEMBERS = 200
RATIO = 100
UNPACKED = 200_000_000
_BESIDE = (".shx", ".dbf", ".prj", ".cpg")
"""The files without which a .shp says little."""


def members(archive: zipfile.ZipFile, name: str, limited: bool = True) -> list[zipfile.ZipInfo]:
    """The files in a zip, if none of them climbs out of its folder, is encrypted, or is a bomb.

    Raises:
        FormatError: It is one of those. The limits on number, ratio and size hold where `limited`.
    """
    found = [m for m in archive.infolist() if not m.is_dir()]
    packed = sum(m.compress_size for m in found)
    unpacked = sum(m.file_size for m in found)
    if any(_climbs(m.filename) for m in found):
        raise FormatError(M("The zip {file} has files whose names lead out of its folder, which no honest one has. It "
                            "was not opened.", file=name))  # fmt: skip
    if any(m.flag_bits & 0x1 for m in found):
        raise FormatError(M("The zip {file} is locked with a password. Send it without.", file=name))
    if limited and len(found) > MEMBERS:
        raise FormatError(M("The zip {file} holds {n} files; at most {most} are read. Pack only the layer.",
                            file=name, n=len(found), most=MEMBERS))  # fmt: skip
    bomb = any(m.file_size > RATIO * max(m.compress_size, 1) and m.file_size > 1_000_000 for m in found)
    if limited and (bomb or unpacked > UNPACKED):
        raise FormatError(_bomb(name, packed, unpacked))
    return [m for m in found if not m.filename.startswith("__MACOSX/")]


def unpack(path: Path, folder: Path, suffixes: tuple[str, ...], limited: bool = True) -> list[Path]:
    """Write the layers of a zip into a folder under names of our own, and give their paths.

    A Shapefile's siblings are put beside it. A layer in a folder of the zip is found as well.

    Args:
        suffixes: Endings of the layers that are wanted, with dot and in lower case.

    Raises:
        FormatError: The zip is cut off, unsafe, or holds no such layer.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = members(archive, path.name, limited)
            layers = [m for m in found if _suffix(m) in suffixes]
            if not layers:
                raise FormatError(_no_layer(path.name, found))
            return [_write(archive, layer, found, folder / str(n)) for n, layer in enumerate(layers)]
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as fault:
        raise FormatError(
            M("The zip {file} cannot be read to its end: {fault}. It may be cut off. Send it again.", file=path.name,
              fault=str(fault)[:120])
        ) from None  # fmt: skip


def _write(archive: zipfile.ZipFile, layer: zipfile.ZipInfo, found: list[zipfile.ZipInfo], folder: Path) -> Path:
    folder.mkdir()
    stem = _stem(layer)
    readable = re.sub(r"[^\w -]", "_", PurePosixPath(stem).name)[:60].strip() or "layer"
    for member in [m for m in found if _stem(m) == stem and _suffix(m) in _BESIDE] if _suffix(layer) == ".shp" else []:
        _copy(archive, member, folder / f"{readable}{_suffix(member)}")
    return _copy(archive, layer, folder / f"{readable}{_suffix(layer)}")


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Path:
    with archive.open(member) as packed, target.open("wb") as out:
        while block := packed.read(2**20):
            out.write(block)
    return target


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.lower()


def _stem(member: zipfile.ZipInfo) -> str:
    return str(PurePosixPath(member.filename).with_suffix("")).casefold()


def _climbs(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return ".." in parts or name.startswith(("/", "\\")) or bool(re.match(r"[A-Za-z]:", name)) or "\0" in name


def _bomb(name: str, packed: int, unpacked: int) -> Message:
    return M("The zip {file} has {packed} kB and would unpack to {mb} MB, which is more than is read here (at most "
             "{most} MB, and at most {ratio} times its size). Pack only the layer, or read it on the command line "
             "with --no-limit.",
             file=name, packed=round(packed / 1000), mb=round(unpacked / 1e6), most=round(UNPACKED / 1e6),
             ratio=RATIO)  # fmt: skip


def _no_layer(name: str, found: list[zipfile.ZipInfo]) -> Message:
    listed = ", ".join(PurePosixPath(m.filename).name[:60] for m in found[:5])
    return M("The zip {file} holds no map layer. Expected a Shapefile (.shp with .shx and .dbf), GeoPackage, GeoJSON "
             "or KML; found: {found}.", file=name, found=listed or "–")  # fmt: skip
