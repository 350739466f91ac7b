"""A GeoPackage that passes the OGC's own checks and opens in QGIS drawn as the app draws it.

One layer per sort of shape (points, lines, areas; rows without a place in a table of their own), as GIS programs
expect. GDAL writes the file; then SQLite adds the styles and what must be said.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from assetmap.exports.content import Content
from assetmap.exports.export import Export
from assetmap.exports.qgis import description, style
from assetmap.messages import M

_FAMILIES = {
    "points": ("Point", "MultiPoint"),
    "lines": ("LineString", "MultiLineString", "LinearRing"),
    "areas": ("Polygon", "MultiPolygon"),
}
_STYLES = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"""
_METADATA = (
    """CREATE TABLE IF NOT EXISTS gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
    md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
    mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')""",
    """CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT,
    column_name TEXT, row_id_value INTEGER,
    timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL,
    md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
    CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))""",
    """CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
_EXTENSION = "http://www.geopackage.org/spec120/#extension_metadata"

_ABOUT = "https://schema.org/Dataset"


def write(content: Content, path: Path) -> None:
    """Write the layers, their styles, and the metadata: a JSON object for programs and QGIS's own form for people."""
    layers = list(_layers(content))
    for i, (name, family, frame) in enumerate(layers):
        pyogrio.write_dataframe(
            frame if family else pd.DataFrame(frame.drop(columns="geometry")),
            path,
            driver="GPKG",
            layer=name,
            append=i > 0,
            geometry_type=_FAMILIES[family][0] if family and not len(frame) else None,
            layer_options={"GEOMETRY_NAME": "geom", "IDENTIFIER": f"{content.about.title} ({name})"} if family else {},
        )
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        _add_styles(connection, content, layers)
        _add_metadata(connection, content, [name for name, _, _ in layers])
        connection.execute("COMMIT")


def _layers(content: Content) -> Iterator[tuple[str, str, gpd.GeoDataFrame]]:
    """Name, sort of shape and rows of each layer; a table of the shapes of one sort has the plain name."""
    frame = content.frame.reset_index(drop=True)
    kinds = frame.geometry.geom_type
    found = {family: frame[kinds.isin(types)] for family, types in _FAMILIES.items()}
    found["mixed"] = frame[kinds == "GeometryCollection"]
    found[""] = frame[kinds.isna()]
    found = {family: rows for family, rows in found.items() if len(rows)} or {"points": frame}
    several = content.name == "assets" or len(found) > 1
    for family, rows in found.items():
        name = f"{content.name}_{family or 'without_place'}" if several else content.name
        yield name, family, rows


def _add_styles(
    connection: sqlite3.Connection, content: Content, layers: list[tuple[str, str, gpd.GeoDataFrame]]
) -> None:
    connection.execute(_STYLES)
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles')"
    )
    for name, family, frame in layers:
        qml = style(frame, family, content.column, content.lang) if family in _FAMILIES else None
        if qml is not None:
            connection.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, useAsDefault, description) VALUES ('', '', ?, 'geom', 'assetmap', ?, 1, ?)",
                (name, qml, content.about.title),
            )


def _add_metadata(connection: sqlite3.Connection, content: Content, layers: list[str]) -> None:
    for statement in _METADATA:
        connection.execute(statement)
    for table in ("gpkg_metadata", "gpkg_metadata_reference"):
        connection.execute(
            "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
            (table, _EXTENSION),
        )
    about = content.about
    rows: list[tuple[str, str, str, str, str | None]] = [
        (_ABOUT, "application/json", about.json(), "geopackage", None),
        *(
            ("http://mrcc.com/qgis.dtd", "text/xml", description(name, about, content.lang), "table", name)
            for name in layers
        ),
    ]
    for standard, mime, text, scope, layer in rows:
        key = connection.execute(
            "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) VALUES ('dataset', ?, ?, ?)",
            (standard, mime, text),
        ).lastrowid
        connection.execute(
            "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) VALUES (?, ?, ?)",
            (scope, layer, key),
        )


def receipt(path: Path) -> Any:
    """The receipt in the metadata of the whole file."""
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        query = "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri = ? LIMIT 1"
        row = connection.execute(query, (_ABOUT,)).fetchone()
    return json.loads(row[0]).get("receipt") if row else None


EXPORT = Export("geopackage", M("GeoPackage"), (".gpkg",), write, receipt)
