"""How does a neighbourhood stay on disk, so that what was saved stays saved?

One folder: `map.gpkg` with everything that is rows, the walking network and the base map beside it, and `people.db`
for values that may be personal. Every change is one transaction: all of it is kept, or nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from assetmap.atomic import replacing, speaking
from assetmap.disclosure.gate import release
from assetmap.errors import StoreError, StoreMissing
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.inventory import Inventory
from assetmap.model.provenance import Provenance
from assetmap.model.schema import check_assets, complete
from assetmap.store import content, people
from assetmap.store.database import WAIT_S, Database, damaged, locked
from assetmap.store.folder import MAP, demand_local, load_network, publish, staging, sweep, writable
from assetmap.store.frames import read_frame
from assetmap.store.health import Check, checks
from assetmap.store.tables import VERSION, address, asset, create_tables, metadata


@dataclass(frozen=True)
class Added:
    """What adding one harvest did: how many assets are new, changed, and were there just so."""

    new: int
    changed: int
    same: int


class Store:
    """The store of one folder. Make it with `create` or `open`.

    Any number of processes may read while one writes. Everything is read anew at each call, so a store object never
    shows an old state; `fingerprint` says cheaply whether anything changed.
    """

    def __init__(self, folder: Path, wait_s: float, read_only: bool) -> None:
        self.folder = folder
        self._wait_s = wait_s
        self._map = Database(folder / MAP, wait_s, read_only)

    def __repr__(self) -> str:
        return f"<Store {str(self.folder)!r}>"

    @classmethod
    def create(cls, folder: Path | str, *, wait_s: float = WAIT_S) -> Store:
        """The store of a folder; made, with the folder, when there is none.

        Raises:
            StoreError: The folder is a file, is read-only or on a network share, or holds somebody else's `map.gpkg`,
                or a store of a newer version.
        """
        path = Path(folder).resolve()
        _demand_folder(path)
        with speaking(path):
            path.mkdir(parents=True, exist_ok=True)
        with locked(path, wait_s):
            file = path / MAP
            if not file.exists() or file.stat().st_size == 0:
                with speaking(path):
                    file.touch()
                with Database(file, wait_s).writing() as connection:
                    create_tables(connection)
                    content.sign(connection)
        return cls.open(path, wait_s=wait_s)

    @classmethod
    def open(cls, folder: Path | str, *, wait_s: float = WAIT_S) -> Store:
        """The store of a folder. A folder that may not be written to is read as it lies there.

        Args:
            wait_s: How many seconds a change waits for another writer.

        Raises:
            StoreMissing: There is no store in that folder.
            StoreError: What is there is not a store of ours, is damaged, or was written by a newer version.
        """
        path = Path(folder).resolve()
        _demand_folder(path)
        file = path / MAP
        if not file.is_file() or file.stat().st_size == 0:
            raise StoreMissing(
                M("There is no store in {folder} yet. Run “assetmap gather” first, or name another folder with "
                  "--store.", folder=path)
            )  # fmt: skip
        store = cls(path, wait_s, read_only=not writable(path))
        store._demand_ours()
        return store

    def _demand_ours(self) -> None:
        log = self._map.path.with_name(f"{MAP}-wal")
        if self._map.read_only and log.exists() and log.stat().st_size:
            raise StoreError(
                M("{folder} is read-only, and its last changes are still in {log}. Open it once where you may write, "
                  "or copy the whole folder to a place of your own.", folder=self.folder, log=log.name)
            )  # fmt: skip
        with self._map.reading() as connection:
            names = set(sa.inspect(connection).get_table_names())
            found = content.signed_version(connection) if "schema_version" in names else None
        if found is None:
            raise StoreError(
                M("{file} was not written by assetmap. It was left as it is. Choose another folder with --store.",
                  file=self._map.path)
            )  # fmt: skip
        if found > VERSION:
            raise StoreError(
                M("This store has version {found}, this assetmap knows versions up to {known}. Nothing was changed. "
                  "Install a newer assetmap.", found=found, known=VERSION)
            )  # fmt: skip
        if not names.issuperset(metadata.tables):
            raise StoreError(damaged(self._map.path))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        if self._map.read_only:
            raise StoreError(
                M("{folder} is read-only. Nothing was changed. Copy the folder to a place of your own, and name it "
                  "with --store.", folder=self.folder)
            )  # fmt: skip
        with locked(self.folder, self._wait_s), speaking(self.folder):
            yield

    @contextlib.contextmanager
    def _tidying(self) -> Iterator[None]:
        """Remove the files that the map does not name, when all went well and when it did not."""
        try:
            yield
        except BaseException:
            # a disk without any room cannot even be asked what the map names; then the next save sweeps
            with contextlib.suppress(StoreError):
                self._sweep()
            raise
        self._sweep()

    def _sweep(self) -> None:
        sweep(self.folder, keep={part["file"] for part in self._setting("sidecars", {}).values()})

    def save(
        self,
        inventory: Inventory,
        *,
        addresses: gpd.GeoDataFrame | None = None,
        basemap: bytes | None = None,
        private: pd.DataFrame | None = None,
        parameters: Mapping[str, Any] | None = None,
        fingerprints: Mapping[str, Any] | None = None,
    ) -> None:
        """Put what was gathered in place of what its sources gave before: all of it, or, when anything fails, nothing.

        Assets that `add` brought from other sources stay, and so do their private values.

        Args:
            inventory: All assets, whatever their audience, with the neighbourhood, its homes and network.
            addresses: Known addresses: Points in WGS84, columns street, number, postcode, city.
            basemap: The offline base map as PMTiles.
            private: Values that may be somebody's contact (columns asset, field, value). They go into a file of their
                own and are not read again.
            parameters: What was chosen, as plain values.
            fingerprints: What each part was built from: part ("assets", "homes", "network", "basemap") to source to
                hash of its bytes. `check` compares them with the sources of today.

        Raises:
            StoreError: Another program is writing, or the disk is full. What was stored before is untouched.
        """
        held = people.contacts(private, inventory.everything)
        sources = {p.source for p in inventory.provenance}
        with self._changing(), self._tidying():
            with staging(self.folder, inventory.neighbourhood.network, basemap) as staged:
                with self._map.writing() as connection:
                    generation = int(content.setting_of(connection, "generation", 0)) + 1
                    parts = publish(staged, generation)
                    content.replace_all(connection, inventory, addresses)
                    content.set_settings(
                        connection,
                        generation=generation,
                        sidecars=parts,
                        parameters=dict(parameters or {}),
                        fingerprints=dict(fingerprints or {}),
                    )
                    content.touch(connection)
                    people.hold(self.folder, held)
                    on_map = set(connection.scalars(sa.select(asset.c.id)))
            people.prune(self.folder, on_map, sources, held)

    def add(
        self,
        assets: gpd.GeoDataFrame,
        provenance: Provenance,
        *,
        issues: pd.DataFrame | None = None,
        private: pd.DataFrame | None = None,
    ) -> Added:
        """Add the conformed assets of one source; a row whose id is known brings its values up to date.

        A value is never emptied: where the source says nothing, what was known stays. Assets that the source no longer
        has stay too.

        Args:
            assets: Rows of the asset schema, index `id`.
            provenance: Where they come from; takes the place of an earlier entry of the same source.
            issues: What was imperfect in this source; takes the place of its earlier issues.
            private: As in `save`.

        Raises:
            SchemaError: A row breaks the asset schema; nothing was added.
            StoreError: Another program is writing, or the disk is full; nothing was added.
        """
        frame = check_assets(complete(assets))
        held = people.contacts(private, frame)
        with self._changing():
            with self._map.writing() as connection:
                added = content.merge_assets(connection, frame)
                content.merge_provenance(connection, provenance)
                content.replace_issues(connection, issues, provenance.source)
                content.touch(connection)
                people.hold(self.folder, held)
                kept = set(connection.scalars(sa.select(asset.c.id)))
            people.prune(self.folder, kept, {provenance.source} if private is not None else set(), held)
        return Added(*added)

    def inventory(self, audience: Audience | str = "public", *, network: bool = True) -> Inventory:
        """What this audience may see, with the neighbourhood, its homes and, unless told otherwise, its network.

        Raises:
            StoreError: Nothing was gathered yet, or the store is damaged.
        """
        with self._map.reading() as connection:
            before = content.setting_of(connection, "generation", 0)
            if not before:
                raise StoreMissing(
                    M("The store in {folder} is still empty. Run “assetmap gather” first.", folder=self.folder)
                )
            whole = content.inventory_of(connection)
            part = content.setting_of(connection, "sidecars", {}).get("network")
        if network and part:
            file = self.folder / part["file"]
            try:
                loaded = load_network(file)
            except (FileNotFoundError, StoreError) as fault:
                if file.exists():
                    raise
                if self._setting("generation", 0) != before:  # somebody saved a newer state meanwhile
                    return self.inventory(audience, network=network)
                raise StoreError(
                    M("The walking network {file} is missing from the store. Run “assetmap gather” again, or put the "
                      "file back.", file=part["file"])
                ) from fault  # fmt: skip
            whole = whole.replace(neighbourhood=whole.neighbourhood.replace(network=loaded))
        return release(whole, audience)

    def addresses(self) -> gpd.GeoDataFrame:
        """Known addresses: Points in WGS84, columns street, number, postcode, city; empty where none are known."""
        with self._map.reading() as connection:
            return read_frame(connection, address, "address")

    def _setting(self, key: str, default: Any) -> Any:
        with self._map.reading() as connection:
            return content.setting_of(connection, key, default)

    @property
    def basemap(self) -> Path | None:
        """The offline base map (PMTiles) that belongs to the map, or None. Another file after the next save."""
        part = self._setting("sidecars", {}).get("basemap")
        path = self.folder / part["file"] if part else None
        return path if path is not None and path.is_file() else None

    @property
    def parameters(self) -> dict[str, Any]:
        """What was chosen when the store was filled."""
        return dict(self._setting("parameters", {}))

    @property
    def fingerprints(self) -> dict[str, Any]:
        """What each part was built from: part to source to hash."""
        return dict(self._setting("fingerprints", {}))

    @property
    def fingerprint(self) -> str:
        """Changes with every change of the store, and only then; the key of caches. Reading it is cheap."""
        return f"{self._setting('store', '')}-{self._setting('revision', 0)}"

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """The sources, one entry each."""
        with self._map.reading() as connection:
            return content.provenance_of(connection)

    @property
    def issues(self) -> pd.DataFrame:
        """What was imperfect: columns asset, field, code, detail, message."""
        with self._map.reading() as connection:
            return content.issues_of(connection)

    def check(self) -> list[Check]:
        """Is the store whole and fresh? One entry per question, good and bad alike. Reads the whole file once."""
        return checks(self.folder, self._map)

    def snapshot(self, path: Path | str) -> Path:
        """Copy the map as it is now into a GeoPackage for QGIS and GDAL, which must never open the live file.

        It holds all assets, also those that wait for review or are for a narrower audience, and no personal record.

        Raises:
            StoreError: The disk is full or the place may not be written to; an older file there is untouched.
        """
        target = Path(path).resolve()
        if target == self._map.path:
            raise StoreError(M("A snapshot cannot take the place of the store itself. Give another name than {file}.",
                               file=target))  # fmt: skip
        with replacing(target) as fresh:
            self._map.backup(fresh)
        return target


def _demand_folder(path: Path) -> None:
    try:
        is_file = path.exists() and not path.is_dir()
    except PermissionError as fault:
        raise StoreError(
            M("You may not look into {folder}. Ask whoever owns it, or name another folder with --store.", folder=path)
        ) from fault
    if is_file:
        raise StoreError(
            M("{folder} is a file; a store is a folder. Nothing was changed. Name a folder with --store.", folder=path)
        )
    demand_local(path)
