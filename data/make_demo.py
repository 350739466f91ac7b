"""From what was the demo neighbourhood made? From an extract that the package pyrosm carries, by this script.

    .venv/bin/python data/make_demo.py

A developer runs it when the store's form changes, and commits what it writes: the store in `data/demo/`. Everybody
else only copies that folder. It goes the way of `assetmap gather --osm … --add data/invented.csv`, so the demo holds
nothing that a user could not have gathered. No network is needed.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path

import pyrosm
import shapely

from assetmap import api
from assetmap.demo import NOTE
from assetmap.gathering import Gathered, find_place, gather
from assetmap.model.provenance import Provenance
from assetmap.store.geometry import register

HERE = Path(__file__).resolve().parent
NAME = "Helsinki centre (demo)"
MADE = "2026-11-21"
"""The day that stands as "retrieved" in the demo; a fixed one, so that the same input gives the same rows."""
STORE = "b12602cbc9ed"
# Drawn by hand, some 100 m inside the extract where it can be, so that there are streets and assets around it.
BOUNDARY = shapely.Polygon(
    [(24.9364, 60.1652), (24.9437, 60.1648), (24.9517, 60.1652), (24.9522, 60.1690), (24.9522, 60.1747),
     (24.9514, 60.1783), (24.9450, 60.1784), (24.9385, 60.1770), (24.9363, 60.1745), (24.9362, 60.1690)]
)  # fmt: skip
INVENTED = {
    "title": "Invented for the demo",
    "licence": "CC0-1.0",
    "attribution": "Invented for the demo by the assetmap contributors",
    "data_date": MADE,
}
"""What the saved mapping of a real table would say of its source."""


def main() -> None:
    """Gather the demo anew and put it in place of the old one."""
    extract = Path(pyrosm.get_data("helsinki_pbf"))
    place = find_place(NAME, boundary=BOUNDARY, osm=extract)
    gathered = noted(reviewed(dated(gather(place, [HERE / "invented.csv"], mapping=INVENTED))))
    with tempfile.TemporaryDirectory() as scratch:
        kept, _ = api.keep(gathered, Path(scratch) / "demo")
        shutil.rmtree(HERE / "demo", ignore_errors=True)
        (HERE / "demo").mkdir()
        for part in ("map.gpkg", "network.1.npz", "basemap.1.pmtiles"):
            shutil.copyfile(kept.folder / part, HERE / "demo" / part)
        settle(HERE / "demo" / "map.gpkg")
        left = sorted(p.name for p in kept.folder.iterdir() if not (HERE / "demo" / p.name).exists())
    size = sum(part.stat().st_size for part in (HERE / "demo").iterdir())
    print(gathered.counts, f"{size / 1e6:.2f} MB, not copied: {left}")


def settle(file: Path) -> None:
    """Take out what differs from run to run, so that the same extract gives the very same file: the moments at which
    it was made, the name of the store, the order of what has none."""
    at = f"{MADE}T12:00:00.000Z"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        register(connection)
        connection.execute("PRAGMA journal_mode = DELETE")
        for column in ("asset.updated_at", "asset_history.at", "changeset.at", "schema_version.applied_at",
                       "gpkg_contents.last_change"):  # fmt: skip
            table, _, name = column.partition(".")
            connection.execute(f"UPDATE {table} SET {name} = ?", (at,))
        connection.execute("UPDATE claim SET at = ?", (MADE,))
        connection.execute("UPDATE setting SET value = ? WHERE key = 'store'", (json.dumps(STORE),))
        indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        for name, sql in connection.execute(indexes).fetchall():  # they are made in no certain order
            connection.execute(f"DROP INDEX {name}")
            connection.execute(sql)
        connection.execute("VACUUM")
        connection.execute("PRAGMA journal_mode = WAL")  # as a store is opened, so that a look does not change the file


def dated(gathered: Gathered) -> Gathered:
    """The same, retrieved on a fixed day."""
    inventory = gathered.inventory
    frames = {part: getattr(inventory, part).assign(retrieved=MADE) for part in ("frame", "beyond")}
    sources: list[Provenance] = [replace(source, retrieved=MADE) for source in inventory.provenance]
    return replace(gathered, inventory=inventory.replace(**frames, provenance=tuple(sources)))


def reviewed(gathered: Gathered) -> Gathered:
    """The same, with our own invented rows looked at: stories wait for a person's yes, and we wrote these."""
    frame = gathered.inventory.frame.copy()
    frame.loc[frame["source"] == "table:invented.csv", "review"] = "ok"
    return replace(gathered, inventory=gathered.inventory.replace(frame=frame))


def noted(gathered: Gathered) -> Gathered:
    """The same, with the caveat that it is a demo, before all others."""
    here = gathered.inventory.neighbourhood
    return replace(
        gathered, inventory=gathered.inventory.replace(neighbourhood=here.replace(notes=(NOTE, *here.notes)))
    )


if __name__ == "__main__":
    main()
