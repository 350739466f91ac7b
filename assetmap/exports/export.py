"""Into which formats can something be written, and what happens to it on the way, whatever the format?

It passes the disclosure gate, becomes one flat table with everything that must be said along with it, and is written
into a new file that takes the old one's place only when it is whole.
"""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from assetmap.atomic import STORE_LOCK, disk_full, replacing
from assetmap.errors import CRSError, InputError, StoreError
from assetmap.exports.content import Content, content_of
from assetmap.messages import M, Message
from assetmap.model.audience import Audience
from assetmap.model.crs import WGS84
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.registry import discover

_NO_ROOM = 20_000_000  # bytes; with less left, GDAL's "failed" means that the disk is full


@dataclass(frozen=True)
class Export:
    """One way out.

    Attributes:
        key: Stable name.
        title: What people call the format.
        suffixes: The endings by which it is chosen, the usual one first.
        write: Writes a content into a new file. It sees only what has passed the gate.
        receipt: Finds the receipt in a file that `write` made; None where there is none. It trusts nothing in the file.
        any_crs: Whether the format can carry another reference system than WGS84.
    """

    key: str
    title: Message
    suffixes: tuple[str, ...]
    write: Callable[[Content, Path], None]
    receipt: Callable[[Path], Any] = lambda path: None
    any_crs: bool = True


def exports() -> dict[str, Export]:
    """Every format by its key."""
    return discover("assetmap.exports", "EXPORT")


def receipt_in(path: Path) -> dict[str, Any] | None:
    """The receipt that a file of ours carries, or None: the file carries none, is damaged, or is not ours."""
    try:
        found = _export(path).receipt(path)
    except (InputError, ValueError, KeyError, TypeError, OSError, sqlite3.Error, zipfile.BadZipFile, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def suffixes() -> tuple[str, ...]:
    """Every ending by which a format is chosen."""
    return tuple(suffix for export in exports().values() for suffix in export.suffixes)


def write(
    thing: Inventory | Finding | gpd.GeoDataFrame,
    path: Path | str,
    *,
    audience: Audience | str = "public",
    lang: str = "en",
    crs: Any = None,
    category: str | Sequence[str] | None = None,
) -> Path:
    """Write an inventory or a finding into a file whose suffix names the format; returns the path.

    The file carries attribution, licence, date, method and receipt. An older file of that name stays as it is until the
    new one is whole and on the disk.

    Args:
        audience: Who will read it. Of an inventory only what they may see is written.
        lang: Language of sentences; for CSV also of separators.
        crs: Reference system, such as "EPSG:25832" or 25832; None is WGS84.
        category: Only these categories of an inventory.

    Raises:
        InputError: The suffix is unknown, the folder does not exist, or the format cannot carry that `crs`.
        DisclosureError: A finding was made for a narrower circle.
        StoreError: The disk is full, or the place may not be written to; an older file is untouched.
    """
    path = Path(path)
    export = _export(path)
    keep_out_of_stores(path)
    target = _crs(crs, export)
    if category is not None:
        if not isinstance(thing, Inventory):
            raise InputError(M("Only an inventory can be narrowed to a category; a finding has answered one already."))
        thing = thing.where(category=category)
    content = content_of(thing, Audience.of(audience), lang, target)
    with replacing(path) as fresh:
        try:
            export.write(content, fresh)
        except (DataLayerError, DataSourceError, FeatureError, GeometryError) as fault:
            if shutil.disk_usage(fresh.parent).free < _NO_ROOM:
                raise StoreError(disk_full(path.resolve())) from fault
            raise StoreError(
                M("{file} could not be written ({why}). An older file of that name is untouched.",
                  file=path, why=str(fault))
            ) from fault  # fmt: skip
    return path


def keep_out_of_stores(path: Path) -> None:
    """Refuse to write into the folder of a store: an export named map.gpkg would take the store's place.

    Raises:
        InputError: The file would lie there.
    """
    if (path.resolve().parent / STORE_LOCK).exists():
        raise InputError(M("{folder} is a store, and only the store writes there. Choose another folder.",
                           folder=path.resolve().parent))  # fmt: skip


def _export(path: Path) -> Export:
    for export in exports().values():
        if path.suffix.lower() in export.suffixes:
            return export
    raise InputError(
        M("“{file}” does not say a format that can be written. Expected a name that ends in one of: {known}.",
          file=path.name, known=", ".join(suffixes()))
    )  # fmt: skip


def _crs(crs: Any, export: Export) -> pyproj.CRS:
    if crs is None:
        return WGS84
    try:
        wanted = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as fault:
        raise CRSError(
            M("“{crs}” is not a reference system. Expected a code such as EPSG:25832.", crs=str(crs))
        ) from fault
    if wanted != WGS84 and not export.any_crs:
        raise InputError(
            M("{format} is always in WGS84 (longitude, latitude), as its standard says. Leave the reference system "
              "out, or choose .gpkg for {crs}.", format=export.title, crs=str(crs))
        )  # fmt: skip
    return wanted
