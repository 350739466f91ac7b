"""A GeoPackage that goes out to be edited in QGIS, and finds its way home.

Every asset has its id and version there, and a table says what was taken out, of which store, and when.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assetmap.atomic import replacing
from assetmap.errors import InputError
from assetmap.exports.export import keep_out_of_stores, write
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.fields import FIELDS
from assetmap.model.inventory import Inventory
from assetmap.model.round_trip import ID_COLUMN, TAKEN, VERSION_COLUMN


def write_geopackage(
    inventory: Inventory,
    path: Path | str,
    *,
    lang: str = "en",
    store: str = "",
    versions: Mapping[str, int] | None = None,
    audience: Audience | str = "public",
) -> Path:
    """Write assets into a GeoPackage that `sources.home.read_geopackage_home` reads back; returns the path.

    Args:
        inventory: The assets.
        lang: Language of legends and descriptions; columns have the names of the asset schema.
        store: Id of the store they are of.
        versions: The version of each asset by its id.
        audience: Who will have the file; rows for a narrower circle are left out.

    Raises:
        InputError: The name does not end in .gpkg, or the folder is a store.
        StoreError: The file cannot be written; an older one of that name is untouched.
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg":
        raise InputError(M("“{file}” is no name of a GeoPackage. Expected one that ends in .gpkg.", file=path.name))
    keep_out_of_stores(path)
    known = versions or {}
    frame = inventory.frame.assign(**{VERSION_COLUMN: [known.get(str(number)) for number in inventory.frame.index]})
    frame[VERSION_COLUMN] = frame[VERSION_COLUMN].astype("Int64")
    with replacing(path) as fresh:
        write(inventory.replace(frame=frame), fresh, audience=audience, lang=lang)
        _add_taken(fresh, store)
    return path


def _add_taken(path: Path, store: str) -> None:
    """The table of what was taken out, from the layers as they were written."""
    at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute(
            f"CREATE TABLE {TAKEN} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {ID_COLUMN} TEXT, "
            f"{VERSION_COLUMN} INTEGER, store TEXT, exported_at TEXT, record TEXT)"
        )
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)", (TAKEN, TAKEN)
        )
        layers = connection.execute(
            "SELECT table_name FROM gpkg_contents WHERE table_name NOT IN ('layer_styles', ?)", (TAKEN,)
        ).fetchall()
        rows = [(*row, store, at) for (layer,) in layers for row in _rows(connection, layer)]
        connection.executemany(
            f"INSERT INTO {TAKEN} ({ID_COLUMN}, {VERSION_COLUMN}, record, store, exported_at) VALUES (?, ?, ?, ?, ?)",
            rows,
        )
        connection.execute("COMMIT")


def _rows(connection: sqlite3.Connection, layer: str) -> Iterator[tuple[Any, Any, str]]:
    """The id, version and fields of each row of a layer, without its shape."""
    found = connection.execute(f'SELECT * FROM "{layer}"')
    names = [name for name, *_ in found.description]
    for values in found:
        row = dict(zip(names, values, strict=True))
        record = {key: value for key, value in row.items() if key in FIELDS and not isinstance(value, bytes)}
        yield row[ID_COLUMN], row[VERSION_COLUMN], json.dumps(record, ensure_ascii=False)
