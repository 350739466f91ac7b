"""What is this file, whatever its name says?

Libraries choose a reader by content: a file named `.geojson` can be a recipe that reads other files or calls other
machines. Here the content is recognised first, and only what is known and agrees with the name goes on.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

import defusedxml.expatreader
from defusedxml import DefusedXmlException

from assetmap.atomic import STORE_LOCK
from assetmap.errors import FileMissing, FormatError
from assetmap.messages import M, Message
from assetmap.settings import settings

TITLES = {
    "json": "GeoJSON or other JSON",
    "gpkg": "GeoPackage",
    "zip": "zip archive",
    "kml": "KML",
    "gpx": "GPX",
    "fgb": "FlatGeobuf",
    "parquet": "GeoParquet",
    "shp": "Shapefile",
}
SUFFIXES = {
    ".geojson": "json", ".json": "json", ".geojsonl": "json", ".geojsons": "json", ".ndjson": "json", ".umap": "json",
    ".gpkg": "gpkg", ".zip": "zip", ".kmz": "zip", ".kml": "kml", ".gpx": "gpx", ".fgb": "fgb",
    ".parquet": "parquet", ".geoparquet": "parquet", ".shp": "shp",
}  # fmt: skip
"""What a vector file of that name is expected to hold."""

_MAGIC = (
    (b"SQLite format 3\x00", "gpkg"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"fgb\x03fgb", "fgb"),
    (b"PAR1", "parquet"), (b"\x00\x00\x27\x0a", "shp"),
)  # fmt: skip
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x1f\x8b", "gzip"),
    (b"II*\x00", "TIFF"),
)
_MAP = "map.gpkg"
_XML_DEPTH = 100
_XML_ELEMENTS = 3_000_000


def check_size(path: Path, limited: bool) -> None:
    """Refuse what is not there, is empty, or is larger than `settings().upload_mb` where limits hold.

    Raises:
        FileMissing: There is no such file.
        FormatError: It is empty or too large, or the map of a store, which only the store opens.
    """
    _demand_no_store(path)
    if not path.is_file():
        raise FileMissing(M("There is no file {file}. Check its name and folder.", file=path.name))
    size = path.stat().st_size
    if size == 0:
        raise FormatError(M("The file {file} is empty. Send it again, or export it again.", file=path.name))
    most = settings().upload_mb
    if limited and size > most * 1e6:
        raise FormatError(
            M("The file {file} has {mb} MB; at most {most} MB are read here. Take a smaller area or fewer columns, or "
              "read it on the command line with --no-limit.", file=path.name, mb=round(size / 1e6), most=round(most))
        )  # fmt: skip


def _demand_no_store(path: Path) -> None:
    """Whoever opens and closes the living map beside the store drops the locks that keep it whole."""
    if path.name == _MAP and (path.resolve().parent / STORE_LOCK).exists():
        raise FormatError(
            M("{file} is the map of a store, which only the store itself opens. Write its assets out with “assetmap "
              "export”, and read that file.", file=path)
        )  # fmt: skip


def _demand_written(path: Path) -> None:
    """What a program has saved lies beside the file until the program closes it; a reader would not see it."""
    for beside in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")):
        if beside.is_file() and beside.stat().st_size:
            raise FormatError(
                M("{file} is open in another program, and not everything that was saved there is in it yet: {beside} "
                  "lies beside it. Close it there (in QGIS, close the project), and try again.", file=path.name,
                  beside=beside.name)
            )  # fmt: skip


def content_of(path: Path) -> str:
    """The key in `TITLES` of what a file holds.

    Raises:
        FormatError: It is something else, or not what its name says; XML that is cut off or has entities; a GeoPackage
            that another program has not finished writing.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found is None:
        start = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n\x1e")[:1]
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or start in (b"{", b"["):
            found = "json"
        elif start == b"<":
            found = _xml_kind(path)
        else:
            raise FormatError(_unknown(path, head))
    _agree(path, found)
    if found == "gpkg":
        _demand_written(path)
    return found


def _agree(path: Path, found: str) -> None:
    said = SUFFIXES.get(path.suffix.lower())
    if said is not None and said != found:
        raise FormatError(
            M("The file {file} is a {found} by its content, but {said} by its name. Give it the right ending, or "
              "export it again.", file=path.name, found=TITLES[found], said=TITLES[said])
        )  # fmt: skip


def _unknown(path: Path, head: bytes) -> Message:
    foreign = next((title for magic, title in _FOREIGN if head.startswith(magic)), None)
    if foreign:
        return M("The file {file} is a {found} file, which holds no map features that can be read. Expected {known}.",
                 file=path.name, found=foreign, known=", ".join(TITLES.values()))  # fmt: skip
    return M("The file {file} is none of the kinds that are read here: {known}. Export it as GeoJSON or GeoPackage.",
             file=path.name, known=", ".join(TITLES.values()))  # fmt: skip


class _Outline(ContentHandler):
    """Keeps the name of the root element and the depth; nothing else of the document."""

    def __init__(self) -> None:
        super().__init__()
        self.root, self.depth, self.elements = "", 0, 0

    def startElement(self, name: str, attrs: Any) -> None:
        self.root = self.root or name.rpartition(":")[2]
        self.depth += 1
        self.elements += 1
        if self.depth > _XML_DEPTH or self.elements > _XML_ELEMENTS:
            raise _TooMuch

    def endElement(self, name: str) -> None:
        self.depth -= 1


class _TooMuch(Exception):
    """Raised to stop the parser."""


def _xml_kind(path: Path) -> str:
    """Kind of an XML file that was read to its end with entities, document types and outside references refused."""
    outline = _Outline()
    parser = defusedxml.expatreader.DefusedExpatParser(forbid_dtd=True)
    parser.setContentHandler(outline)
    try:
        with path.open("rb") as file:
            parser.parse(file)
    except DefusedXmlException:
        raise FormatError(
            M("The file {file} is XML with its own entities or document type, which is not accepted: they can read "
              "other files. Export it again without.", file=path.name)
        ) from None  # fmt: skip
    except _TooMuch:
        raise FormatError(too_deep(path)) from None
    except (SAXException, ValueError, LookupError) as fault:
        raise FormatError(
            M("The file {file} is XML that cannot be read to its end: {fault}. It may be cut off. Export it again.",
              file=path.name, fault=_place(fault))
        ) from None  # fmt: skip
    if outline.root.lower() not in ("kml", "gpx"):
        raise FormatError(
            M("The file {file} is XML of the kind “{root}”. Of XML only KML and GPX are read here. Export it as "
              "GeoJSON, GeoPackage or KML.", file=path.name, root=outline.root[:60])
        )  # fmt: skip
    return outline.root.lower()


def _place(fault: Exception) -> Any:
    line = getattr(fault, "getLineNumber", None)
    return str(fault)[:120] if line is None else M("line {line}: {what}", line=line(), what=fault.args[0])


def too_deep(path: Path) -> Message:
    return M("The file {file} is nested far deeper, or has far more parts, than map features have. Export it again "
             "from a map program.",
             file=path.name)  # fmt: skip
