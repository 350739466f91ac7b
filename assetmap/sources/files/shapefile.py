"""What does a Shapefile leave unsaid: its letters, and the files beside it?"""

from __future__ import annotations

import codecs
import shutil
from pathlib import Path

from assetmap.errors import FormatError
from assetmap.messages import M
from assetmap.sources.files.encoding import decode
from assetmap.sources.files.layer import Layer
from assetmap.sources.files.sandbox import sandboxed_layers

_SIBLINGS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def shapefile_layer(path: Path, folder: Path, limited: bool = True) -> Layer:
    """The layer of a Shapefile, its letters read in the encoding that makes words of them.

    Args:
        path: The .shp file; .shx, .dbf, .prj and .cpg are looked for beside it, in any case.
        folder: An empty folder in which a copy may lie: the reader may have to make an index file.

    Raises:
        FormatError: It is damaged, or its .dbf (names and other values) is missing.
    """
    copy = _copied(path, folder)
    table = copy.with_suffix(".dbf")
    if not table.is_file():
        raise FormatError(M("The Shapefile {file} comes without its .dbf file, which holds the names and all other "
                            "values. Put all its files into one zip.", file=path.name))  # fmt: skip
    _check_length(copy, path.name)
    cpg = copy.with_suffix(".cpg")
    encoding = encoding_of(table.read_bytes(), cpg.read_text("ascii", "replace") if cpg.is_file() else "", path.name)
    return sandboxed_layers("shp", copy, limited, encoding)[0]


def _copied(path: Path, folder: Path) -> Path:
    target = folder / f"{path.stem}.shp"
    for file in path.parent.iterdir():
        if file.stem == path.stem and file.suffix.lower() in _SIBLINGS:
            shutil.copyfile(file, target.with_suffix(file.suffix.lower()))
    return target


def _check_length(copy: Path, file: str) -> None:
    """The reader would take what is there of a .shp that is cut off, and say nothing."""
    with copy.open("rb") as shp:
        head = shp.read(28)
    said, size = 2 * int.from_bytes(head[24:28], "big"), copy.stat().st_size
    if size < said:
        raise FormatError(M("The Shapefile {file} is cut off: it has {size} of its {said} bytes. Send it again.",
                            file=file, size=size, said=said))  # fmt: skip


def encoding_of(table: bytes, said: str, file: str) -> str:
    """The encoding of a .dbf, as GDAL names it: UTF-8 where it fits, else what the .cpg says, else what reads best."""
    text = _texts(table)
    try:
        text.decode("utf-8")
        return "UTF-8"
    except UnicodeDecodeError:
        number = "".join(c for c in said if c.isdigit())
        name = {"88591": "iso8859-1", "885915": "iso8859-15"}.get(number, f"cp{number}")
        found = name if number and _known(name) else decode(text, file).encoding
        return {"mac_roman": "MACINTOSH", "iso8859-1": "ISO-8859-1", "iso8859-15": "ISO-8859-15"}.get(
            found, found.upper()
        )


def _known(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False


def _texts(table: bytes) -> bytes:
    """The text values of a .dbf, one per line, without its binary head and numbers."""
    head, width = int.from_bytes(table[8:10], "little"), int.from_bytes(table[10:12], "little")
    fields, at = [], 1
    for start in range(32, max(head - 1, 32), 32):
        field = table[start : start + 32]
        if len(field) < 32 or field[0] == 0x0D:
            break
        if field[11:12] == b"C":
            fields.append((at, field[16] + 256 * field[17]))
        at += field[16]
    rows = range(head, len(table) - width + 1, width) if width else range(0)
    return b"\n".join(table[row + a : row + a + n].strip(b" \0") for row in rows for a, n in fields)
