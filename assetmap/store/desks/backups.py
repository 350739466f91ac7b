"""How is a store kept from being lost, and how does an earlier state come back?"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator

import sqlalchemy as sa

from assetmap.disclosure.saving import demand_clean_words
from assetmap.errors import InputError, StoreError, StoreMissing
from assetmap.messages import M
from assetmap.model.change import Outcome
from assetmap.store import asked, content
from assetmap.store import tables as t
from assetmap.store.copies import Backup, Past, demand_whole, laid_down, lay_down, moment, remove, state_of
from assetmap.store.erasures import Erasure, erasures, missed, noted
from assetmap.store.home import Home
from assetmap.store.restoring import bring_back, by_asset, contacts_of, finish
from assetmap.store.rotation import is_due, to_keep
from assetmap.store.writing import writing

LATEST = "latest"


class Backups:
    """The backups of a store; also of one that is lost and cannot be opened."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def make(self, reason: str = "") -> Backup:
        """Make a backup of everything: the tables, the personal values, the files that belong to them.

        It is made whole or not at all, and read again before it counts. Older ones that have done their service go.

        Args:
            reason: "asked" where a person wants it; "" where it was due.

        Raises:
            StoreError: The store is read-only, the disk is full, somebody else is writing for too long, or the copy
                is not whole. The store is as it was, and so are earlier backups.
        """
        if self._home.read_only:
            raise StoreError(M("{store} is read-only for you, so no backup can be made there. Copy it to a place of "
                               "your own, or ask its owner.", store=self._home.address))  # fmt: skip
        if asked.words(reason) and not (reason.isascii() and reason.isalpha()):
            raise InputError(M("“{found}” cannot be in the name of a backup. Expected a word.",
                               found=asked.shown(reason)))  # fmt: skip
        return self._make(reason, datetime.datetime.now(datetime.UTC))

    def _make(self, reason: str, now: datetime.datetime) -> Backup:
        with self._home.copies.alone():
            backup = lay_down(self._home.copies, reason, now)
            self._thin(now)
        return backup

    def kept(self) -> list[Backup]:
        """All backups, newest first."""
        return laid_down(self._home.copies.folder)

    def find(self, name: str) -> Backup:
        """One backup, by its name or the beginning of it (`2026-11-22` is the last of that day); "latest".

        One that was made before going back is only meant by its whole name, else whoever goes back twice would be
        where they began; one of a clock that ran ahead comes last.

        Raises:
            StoreMissing: There is none of that name.
        """
        asked.words(name)
        known = self.kept()
        now = content.now()
        ordinary = [backup for backup in known if backup.reason != "restore" and backup.at <= now]
        whole = [backup for backup in known if backup.name == name]
        for backup in (*whole, *ordinary, *known):
            if name == LATEST or (name and backup.name.startswith(name)):
                return backup
        raise StoreMissing(M("There is no backup “{name}” in {folder}. “assetmap backup --list” names them.",
                             name=name[:60], folder=self._home.copies.folder))  # fmt: skip

    def verify(self, backup: Backup) -> None:
        """Read a backup through.

        Raises:
            StoreError: A file of it is missing or was changed, or it cannot be read.
        """
        with self._opened(backup if isinstance(backup, Backup) else self.find(backup)) as past:
            erasures(past.connection)

    def due(self, now: datetime.datetime | None = None) -> bool:
        """Whether the last backup is an hour old and the store has changed since; cheap."""
        with self._home.reading() as connection:
            state = state_of(connection)
        if now is not None:
            asked.thing(now, datetime.datetime)
        now = now or datetime.datetime.now(datetime.UTC)
        kept = self.kept()
        if is_due(kept, state, now):
            return True
        return is_due(kept, "", now) and self._home.copies.people_moved(moment(kept[0].at))

    def tick(self, now: datetime.datetime | None = None) -> Backup | None:
        """Make a backup where one is due; for programs that run long, every few minutes.

        Raises:
            StoreError: As in `make`.
        """
        now = now or datetime.datetime.now(datetime.UTC)
        if self._home.read_only:
            return None
        self._home.copies.tend(now)
        if not self.due(now):
            return None
        return self._make("", now)

    def restore(self, backup: Backup | str, *, by: str = "") -> Outcome:
        """Make the store what it was when a backup was made: all of it, or, when anything fails, nothing.

        What is there now is backed up before. The history goes on: the restoring is a changeset in it, what came since
        the backup is in the bin, and words that were erased since stay erased. A store that is damaged or gone is
        replaced by the backup, and what is left of it is kept beside it.

        Args:
            by: Who does it, as they name themselves.

        Raises:
            StoreMissing: There is no such backup.
            StoreError: The backup is damaged, the disk is full, or somebody else is writing. Nothing was changed.
        """
        demand_clean_words(by=asked.words(by))
        chosen = backup if isinstance(backup, Backup) else self.find(backup)
        if self._home.copies.lost():
            return self._replace(chosen, by)
        self._home.demand_ours()
        with self._opened(chosen) as past:
            with writing(self._home, by=by, why=chosen.name, kind="restore", tidy=True) as pen:
                lay_down(self._home.copies, "restore")
                self._home.copies.people_back(past)
                brought = bring_back(pen, self._home, past)
            self._home.prune(brought.assets, brought.sources, brought.contacts)
            self._home.wipe()
        return brought.outcome

    def _replace(self, chosen: Backup, by: str) -> Outcome:
        known = self._known_erasures()
        entry = {"by": by, "why": chosen.name, "kind": "restore", "source": "", "undoes": None}
        with self._opened(chosen) as past:
            beside = noted(self._home.copies.folder, content.setting_of(past.connection, "store", ""))
            erased = missed(past.connection, [*known, *beside])
            self._home.copies.replace(past, lambda home, connection: finish(home, connection, past, erased, entry))
            contacts = contacts_of(past, by_asset(erased))
        self._home.demand_ours()
        with self._home.reading() as connection:
            number = connection.scalar(sa.select(sa.func.max(t.changeset.c.number)))
            there = connection.execute(sa.select(t.asset.c.id, t.asset.c.source)).all()
        self._home.hold(contacts)
        self._home.prune({row.id for row in there}, {row.source for row in there}, contacts)
        self._home.wipe()
        return Outcome(number)

    def _known_erasures(self) -> list[Erasure]:
        """What the tables that are left know to be erased, and the last backup that can be read."""
        known: list[Erasure] = []
        with contextlib.suppress(StoreError), self._home.reading() as connection:
            known += erasures(connection)
        for backup in self.kept():
            with contextlib.suppress(StoreError), self._opened(backup) as past:
                return known + erasures(past.connection)
        return known

    @contextlib.contextmanager
    def _opened(self, backup: Backup) -> Iterator[Past]:
        demand_whole(backup)
        with self._home.copies.opened(backup) as past:
            yield past

    def _thin(self, now: datetime.datetime) -> None:
        known = self.kept()
        stay = to_keep(known, now)
        for backup in known:
            if backup.name not in stay:
                remove(backup)
