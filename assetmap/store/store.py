"""How does a neighbourhood stay kept, so that what was saved stays saved?

A store lives in a folder (`map.gpkg`, the walking network and the base map beside it, `people.db` for values that may
be personal) or on a PostgreSQL server; both keep the same tables and answer the same calls. Every change is one
transaction: all of it is kept, or nothing. What can be done with what is kept has a desk of its own: `records`,
`journal`, `matches`, `review`, `snapshots`, `backups`, `doubts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa

from assetmap.atomic import replacing
from assetmap.disclosure.gate import release
from assetmap.errors import InputError, StoreError, StoreMissing
from assetmap.messages import M, Message
from assetmap.model.audience import Audience
from assetmap.model.change import Outcome
from assetmap.model.inventory import Inventory
from assetmap.model.provenance import Provenance
from assetmap.model.schema import check_assets, complete
from assetmap.store import asked, content
from assetmap.store.desks.backups import Backups
from assetmap.store.desks.doubts import Doubts
from assetmap.store.desks.journal import Journal
from assetmap.store.desks.matches import Matches
from assetmap.store.desks.review import Review
from assetmap.store.desks.snapshots import Snapshots
from assetmap.store.frames import read_frame
from assetmap.store.health import checks
from assetmap.store.home import WAIT_S, Check, Home
from assetmap.store.homes.open import home_at
from assetmap.store.parts import load_network, publish
from assetmap.store.private import contacts, taken_out
from assetmap.store.records import Records
from assetmap.store.refreshing import bring_in
from assetmap.store.tables import address, asset
from assetmap.store.texts import unstorable
from assetmap.store.told import changes_since
from assetmap.store.writing import trying, writing


class Store:
    """The store at one address. Make it with `create` or `open`.

    Any number of processes may read while one writes; writers wait for each other. Everything is read anew at each
    call, so a store object never shows an old state; `fingerprint` says cheaply whether anything changed.
    """

    def __init__(self, home: Home) -> None:
        self.home = home

    def __repr__(self) -> str:
        return f"<Store {self.address!r}>"

    @classmethod
    def create(cls, place: Path | str, *, wait_s: float = WAIT_S) -> Store:
        """The store of a folder or server; made when there is none.

        Args:
            place: A folder, or an address `postgresql://user@host/database?schema=name`.
            wait_s: How many seconds a change waits for another writer.

        Raises:
            StoreError: The folder is a file, is read-only or on a network share; the server cannot be reached or
                refuses; or what is there is somebody else's, or a store of a newer version.
        """
        home = home_at(place, wait_s)
        home.create()
        return cls.open(place, wait_s=wait_s)

    @classmethod
    def open(cls, place: Path | str, *, wait_s: float = WAIT_S) -> Store:
        """The store of a folder or server. One that may not be written to is read as it is.

        Raises:
            StoreMissing: There is no store.
            StoreError: What is there is not a store of ours, is damaged, or was written by a newer version.
        """
        home = home_at(place, wait_s)
        home.demand_ours()
        return cls(home)

    @classmethod
    def backups_at(cls, place: Path | str, *, wait_s: float = WAIT_S) -> Backups:
        """The backups of the store at an address, also where the store itself is damaged or gone."""
        return Backups(home_at(place, wait_s))

    @property
    def address(self) -> str:
        """Where it lives; without a password."""
        return self.home.address

    @property
    def folder(self) -> Path:
        """The folder that it lives in.

        Raises:
            StoreError: It lives on a server.
        """
        folder = getattr(self.home, "folder", None)
        if folder is None:
            raise StoreError(M("{store} is on a server and has no folder. Name a folder for this.", store=self.address))
        return Path(folder)

    @cached_property
    def records(self) -> Records:
        """Single assets."""
        return Records(self.home)

    @cached_property
    def journal(self) -> Journal:
        """The history, and the way to add to it."""
        return Journal(self.home)

    @cached_property
    def matches(self) -> Matches:
        """Duplicates: proposed, decided, parted."""
        return Matches(self.home)

    @cached_property
    def review(self) -> Review:
        """Suggestions that wait for somebody to look at them."""
        return Review(self.home)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Dated, frozen states of the map, and what is different between them."""
        return Snapshots(self.home)

    @cached_property
    def backups(self) -> Backups:
        """Whole copies, made as time goes on, and the way back to one."""
        return Backups(self.home)

    @cached_property
    def doubts(self) -> Doubts:
        """Which records are in doubt, and the walk past them."""
        return Doubts(self.home)

    def save(
        self,
        inventory: Inventory,
        *,
        addresses: gpd.GeoDataFrame | None = None,
        basemap: bytes | None = None,
        private: pd.DataFrame | None = None,
        parameters: Mapping[str, Any] | None = None,
        fingerprints: Mapping[str, Any] | None = None,
        by: str = "",
        why: str = "",
        remove: bool | None = None,
    ) -> Outcome:
        """Bring what was gathered into the store: all of it, or, when anything fails, nothing.

        What its sources own is brought up to date, what a person corrected or confirmed stays, and so do the assets of
        other sources. The neighbourhood, its homes, streets and base map are replaced.

        Args:
            inventory: All assets, whatever their audience, with the neighbourhood, its homes and network.
            addresses: Known addresses: Points in WGS84, columns street, number, postcode, city.
            basemap: The offline base map as PMTiles.
            private: Values that may be somebody's contact (columns asset, field, value). They are held apart and are
                not read again.
            parameters: What was chosen, as plain values.
            fingerprints: What each part was built from: part ("assets", "homes", "network", "basemap") to source to
                hash of its bytes. `check` compares them with the sources of today.
            by, why: Who does it, and what for.
            remove: Whether assets that a source no longer has go into the bin; None: unless so many are missing that
                the source itself seems to be cut off (`Outcome.cut_off`).

        Raises:
            InputError: The store is of a place that lies elsewhere.
            StoreError: Another program is writing, or the disk is full. What was stored before is untouched.
        """
        asked.thing(inventory, Inventory)
        held = contacts(private, inventory.everything)
        sources = {p.source for p in inventory.provenance}
        with writing(self.home, by=by, why=why, kind="refresh", source=", ".join(sorted(sources)), tidy=True) as pen:
            connection = pen.connection
            content.demand_same_place(connection, inventory.neighbourhood)
            generation = int(content.setting_of(connection, "generation", 0)) + 1
            parts = publish(connection, self.home.shelf, generation, inventory.neighbourhood.network, basemap)
            outcome = bring_in(pen, inventory.everything, sources, whole=True, remove=remove)
            content.replace_place(self.home, connection, inventory.neighbourhood, addresses)
            content.replace_sources(connection, inventory.provenance, inventory.issues)
            content.set_settings(
                connection, generation=generation, sidecars=parts, parameters=dict(parameters or {}),
                fingerprints=dict(fingerprints or {}),
            )  # fmt: skip
            self.home.touched(connection, None)
            pen.dirty()
            self.home.hold(held)
            on_map = set(connection.scalars(sa.select(asset.c.id)))
        self.home.prune(on_map, sources, held)
        return outcome

    def add(
        self,
        assets: gpd.GeoDataFrame,
        provenance: Provenance,
        *,
        issues: pd.DataFrame | None = None,
        private: pd.DataFrame | None = None,
        by: str = "",
        why: str = "",
    ) -> Outcome:
        """Add the conformed assets of one source; a row whose id is known brings its values up to date.

        A value is never emptied: where the source says nothing, what was known stays, and so does what a person
        corrected or confirmed. Assets that the source no longer has stay too. Telephone numbers, e-mail addresses and
        identity numbers in texts are taken out and held apart; each such field is an issue (`contact-taken-out`).

        Args:
            assets: Rows of the asset schema, index `id`.
            provenance: Where they come from; takes the place of an earlier entry of the same source.
            issues: What was imperfect in this source; takes the place of its earlier issues.
            private: As in `save`.

        Raises:
            SchemaError: A row breaks the asset schema; nothing was added.
            InputError: A row is a refuge from violence, or a column is called after somebody's contact.
            StoreError: Another program is writing, or the disk is full; nothing was added.
        """
        frame, issues, told = taken_out(_checked(assets, provenance), issues, private)
        held = contacts(told, frame)
        with writing(self.home, by=by, why=why, kind="import", source=provenance.source) as pen:
            outcome = bring_in(pen, frame, {provenance.source}, whole=False)
            changed = content.merge_source(pen.connection, provenance, issues)
            if changed:
                pen.dirty()
            self.home.hold(held)
            kept = set(pen.connection.scalars(sa.select(asset.c.id)))
        self.home.prune(kept, {provenance.source} if private is not None else set(), held)
        return outcome

    def preview(self, assets: gpd.GeoDataFrame, provenance: Provenance) -> Outcome:
        """What `add` would do, without doing it."""
        frame, _, _ = taken_out(_checked(assets, provenance), None, None)
        with trying(self.home) as pen:
            return bring_in(pen, frame, {provenance.source}, whole=False)

    def preview_save(self, inventory: Inventory, *, remove: bool | None = None) -> Outcome:
        """What `save` would do to the assets, without doing it."""
        asked.thing(inventory, Inventory)
        sources = {p.source for p in inventory.provenance}
        with trying(self.home) as pen:
            content.demand_same_place(pen.connection, inventory.neighbourhood)
            return bring_in(pen, inventory.everything, sources, whole=True, remove=remove)

    def inventory(self, audience: Audience | str = "public", *, network: bool = True) -> Inventory:
        """What this audience may see, with the neighbourhood, its homes and, unless told otherwise, its network.

        Raises:
            StoreError: Nothing was gathered yet, or the store is damaged.
        """
        with self.home.reading() as connection:
            before = content.setting_of(connection, "generation", 0)
            if not before:
                raise StoreMissing(
                    M("The store in {folder} is still empty. Run “assetmap gather” first.", folder=self.address)
                )
            whole = content.inventory_of(connection)
            part = content.setting_of(connection, "sidecars", {}).get("network")
        if network and part:
            file = self.home.shelf.local(part["file"])
            try:
                if file is None:
                    raise FileNotFoundError(part["file"])
                loaded = load_network(file)
            except (FileNotFoundError, StoreError) as fault:
                if file is not None and file.exists():
                    raise
                if self._setting("generation", 0) != before:  # somebody saved a newer state meanwhile
                    return self.inventory(audience, network=network)
                raise StoreError(
                    M("The walking network {file} is missing from the store. Run “assetmap gather” again, or put the "
                      "file back.", file=part["file"])
                ) from fault  # fmt: skip
            whole = whole.replace(neighbourhood=whole.neighbourhood.replace(network=loaded))
        return release(whole, audience)

    def changes(self, since: str = "") -> pd.DataFrame:
        """What changed, newest first, one row per field: changeset, at, by, why, kind, asset, name, what, field,
        before, after. Edits of other programs have no changeset.

        Args:
            since: From this day or moment on (ISO, UTC); everything where it is empty.
        """
        return changes_since(self.home, since)

    def addresses(self) -> gpd.GeoDataFrame:
        """Known addresses: Points in WGS84, columns street, number, postcode, city; empty where none are known."""
        with self.home.reading() as connection:
            return read_frame(connection, address, "address")

    def _setting(self, key: str, default: Any) -> Any:
        with self.home.reading() as connection:
            return content.setting_of(connection, key, default)

    @property
    def basemap(self) -> Path | None:
        """The offline base map (PMTiles) that belongs to the map, or None. Another file after the next save."""
        part = self._setting("sidecars", {}).get("basemap")
        return self.home.shelf.local(part["file"]) if part else None

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
        with self.home.reading() as connection:
            return f"{content.setting_of(connection, 'store', '')}-{content.setting_of(connection, 'revision', 0)}"

    @property
    def provenance(self) -> tuple[Provenance, ...]:
        """The sources, one entry each."""
        with self.home.reading() as connection:
            return content.provenance_of(connection)

    @property
    def issues(self) -> pd.DataFrame:
        """What was imperfect: columns asset, field, code, detail, message."""
        with self.home.reading() as connection:
            return content.issues_of(connection)

    def check(self) -> list[Check]:
        """Is the store whole and fresh? One entry per question, good and bad alike. Reads everything once."""
        return checks(self.home)

    def mend(self) -> list[Message]:
        """Make anew what follows from what is stored and is wrong, such as an index by place; what was done.

        Raises:
            StoreError: Somebody else is writing, or the disk is full. Nothing was changed.
        """
        return self.home.mend()

    def snapshot(self, path: Path | str) -> Path:
        """Copy the map as it is now into a GeoPackage for QGIS and GDAL, which must never open the live file.

        It holds all tables: also assets that wait for review, are for a narrower audience or lie in the bin
        (`deleted_at`), and the history; no personal record. What others may see is written by the exports.

        Raises:
            StoreError: The disk is full or the place may not be written to; an older file there is untouched.
        """
        target = asked.place(path)
        if str(target.parent) == self.address and target.name in ("map.gpkg", "people.db", "keys.db"):
            raise StoreError(M("A snapshot cannot take the place of the store itself. Give another name than {file}.",
                               file=target))  # fmt: skip
        with replacing(target) as fresh:
            self.home.export(fresh)
        return target


def _checked(assets: gpd.GeoDataFrame, provenance: Provenance) -> gpd.GeoDataFrame:
    asked.thing(assets, gpd.GeoDataFrame)
    asked.thing(provenance, Provenance)
    try:
        return check_assets(complete(assets))
    except UnicodeEncodeError as fault:
        raise InputError(unstorable()) from fault
