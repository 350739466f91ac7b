"""Stores as released versions wrote them, and what their programs send; none of it is made by the code of today."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from assetmap.store.geometry import register

SQL = Path(__file__).resolve().parent / "released"
ASSETS = ("Blåbærøya park", "Ærlighetens løkke", "Åsgårdstien", "Østre skole", "Korps", "Speidergruppa Ørn")
"""Their names; the second is a polygon, the third a line, the fourth two polygons, one with a hole; the last has no
place."""


def version_1(folder: Path, *, times: int = 1) -> Path:
    """A store of version 1 in a new folder: six assets of two sources, homes, an address, and a base map.

    Args:
        times: Have each asset so many times, for what takes long in a large store.
    """
    folder.mkdir()
    (folder / "store.lock").touch()
    (folder / "basemap.1.pmtiles").write_bytes(b"4 assets")
    with contextlib.closing(sqlite3.connect(folder / "map.gpkg")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((SQL / "version_1.sql").read_text(encoding="utf-8"))
        register(connection)
        names = [row[1] for row in connection.execute("PRAGMA table_info(asset)") if row[1] not in ("fid", "id")]
        listed = ", ".join(names)
        connection.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO asset (id, "
            f"{listed}) SELECT id || '-' || i, {listed} FROM n, asset WHERE i <= ?", (times, times),
        )  # fmt: skip
        connection.commit()
    return folder


def send(file: Path, what: str) -> None:
    """Send a store what a program of version 1 does: "saves" or "adds"; all of it or, where it is refused, nothing.

    Raises:
        sqlite3.Error: It was refused.
    """
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        register(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript((SQL / f"version_1_{what}.sql").read_text(encoding="utf-8"))


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query of a file says, by the standard library alone."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()
