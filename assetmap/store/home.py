"""What does every home of a store do, whether it is a folder or a server?

A home opens transactions, keeps files beside the tables (the walking network, the base map, dated snapshots), holds
personal values apart, and knows what only its kind of database knows. Everything else about a store is written once,
above it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from assetmap.messages import Message

if TYPE_CHECKING:
    from assetmap.store.copies import Copies

WAIT_S = 30.0
"""How many seconds a change waits for another writer."""


@dataclass(frozen=True)
class Check:
    """The answer to one question about a store: a stable code, whether all is well, and the sentence."""

    code: str
    ok: bool
    message: Message


class Shelf(Protocol):
    """The files that belong to a store. A name is given once and never used for other content."""

    def stage(self, suffix: str) -> Path:
        """A path to write a new file to, inside the transaction that names it."""

    def keep(self, connection: sa.Connection, staged: Path, name: str) -> None:
        """Give a staged file its name, as part of the transaction."""

    def local(self, name: str) -> Path | None:
        """Where that file can be read on this computer; None where there is none of that name."""

    def drop(self, connection: sa.Connection, names: Collection[str]) -> None:
        """Forget files. One that was not forgotten, as the transaction failed, goes when somebody tidies."""


class Home(Protocol):
    """Where a store lives."""

    read_only: bool
    shelf: Shelf

    @property
    def copies(self) -> Copies:
        """Its backups."""

    @property
    def address(self) -> str:
        """What `Store.open` takes; without a password."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """One consistent view of all tables, whatever others write meanwhile."""

    def writing(self, *, tidy: bool = False) -> AbstractContextManager[sa.Connection]:
        """One transaction, one writer at a time: all of it is kept, or nothing.

        Args:
            tidy: Afterwards remove the files that the store does not name, also when it failed.

        Raises:
            StoreError: The home is read-only, somebody else is writing for too long, or the disk is full.
        """

    def create(self) -> None:
        """Make the home and its tables, where they are not there yet."""

    def demand_ours(self) -> None:
        """Make sure that what is there is a store that this version knows.

        Raises:
            StoreMissing: Nothing is there. StoreError: It is foreign, damaged or of another version.
        """

    def inserting_many(self, connection: sa.Connection) -> AbstractContextManager[None]:
        """Insert many assets in the block; indexes and history are filled at its end."""

    def replace_rows(self, connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
        """Put these rows in place of all rows of a table that has no history."""

    def touched(self, connection: sa.Connection, blobs: Collection[bytes | None] | None) -> None:
        """Say what a change means for the home's own notes on its layers.

        Args:
            blobs: The shapes that were written; None: so many that everything is to be counted again.
        """

    def hold(self, rows: list[dict[str, str]]) -> None:
        """Set personal values aside, readable by the owner of the store alone; before the map that names them is
        committed."""

    def prune(self, assets: set[str], sources: set[str], rows: list[dict[str, str]]) -> None:
        """Forget personal values whose asset is gone, and those of `sources` that are not among `rows`."""

    def forget(self, asset: str, fields: list[str]) -> None:
        """Forget the personal values that were found in these fields of an asset, for good."""

    def wipe(self) -> None:
        """After words were erased, or taken out of what was restored: let no byte of them stay in the files of the
        tables. Where that cannot be done now, `checks` tells, and `mend` does it."""

    def checks(self) -> list[Check]:
        """The questions that only this kind of home can answer."""

    def mend(self) -> list[Message]:
        """Make anew what follows from the rows and is wrong, such as an index by place; what was done."""

    def export(self, target: Path) -> None:
        """Copy all tables as they are now into a GeoPackage of their own."""
