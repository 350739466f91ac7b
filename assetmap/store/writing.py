"""How does an asset change, so that nobody can do it without leaving a trace?

Every change of an asset goes through a `Pen`: it gives the change the number of a changeset, which the triggers of the
history write down with what was there before, and it counts up the version, which a stale editor then does not find.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from assetmap.disclosure.saving import demand_clean_words
from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.model.change import Record
from assetmap.store import asked, content
from assetmap.store import tables as t
from assetmap.store.home import Home
from assetmap.store.rows import DELETED, Stored, columns_of

_MANY = 500
_BLANK: dict[str, Any] = {c.name: None for c in t.asset.c if c.name != "fid"}


class Pen:
    """What one transaction writes about assets. Get one from `writing`."""

    def __init__(self, home: Home, connection: sa.Connection, entry: dict[str, Any]) -> None:
        self.connection = connection
        self.at = content.now()
        self._home = home
        self._entry = entry
        self._number: int | None = None
        self._blobs: list[bytes | None] = []
        self._counts = {"added": 0, "changed": 0, "removed": 0}
        self._dirty = False
        self.whole = True
        """Whether all of what this changeset takes back was taken back, so that nothing of it is left to be."""

    @property
    def number(self) -> int:
        """The number of this changeset; taken when it is first needed, so that nothing changed leaves no entry."""
        if self._number is None:
            last = self.connection.scalar(sa.select(sa.func.max(t.changeset.c.number)))
            self._number = (last or 0) + 1
        return self._number

    @property
    def written(self) -> int | None:
        """The number, where there is one."""
        return self._number

    def dirty(self) -> None:
        """Say that something other than an asset was changed, so that caches must look again."""
        self._dirty = True

    def insert(self, rows: list[dict[str, Any]], *, again: bool = False) -> None:
        """Add assets, given as columns of their rows.

        Args:
            again: Their rows were there before and were deleted by another program: the count of versions goes on.
        """
        if not rows:
            return
        stamp = {"changeset": self.number, "updated_at": self.at, "updated_by": self._entry["by"]}
        last = self._last_versions([row["id"] for row in rows]) if again else {}
        full = [{**_BLANK, **row, **stamp, "version": last.get(row["id"], 0) + 1} for row in rows]
        many = self._home.inserting_many(self.connection) if len(full) > _MANY else contextlib.nullcontext()
        with many:
            self.connection.execute(sa.insert(t.asset), full)
        self._blobs.extend(row["geom"] for row in full)
        self._counts["added"] += len(full)

    def _last_versions(self, ids: list[str]) -> dict[str, int]:
        history = t.asset_history.c
        query = sa.select(history.id, sa.func.max(history.version).label("last")).group_by(history.id)
        found: dict[str, int] = {}
        for start in range(0, len(ids), _MANY):
            rows = self.connection.execute(query.where(history.id.in_(ids[start : start + _MANY])))
            found |= {row.id: row.last for row in rows}
        return found

    def update(self, stored: Stored, values: Mapping[str, Any]) -> None:
        """Set fields of an asset that was read in this transaction (those of the row itself too)."""
        self.updates([(stored, values)])

    def updates(self, changes: Sequence[tuple[Stored, Mapping[str, Any]]]) -> None:
        """The same for several; those with the same columns go together.

        Raises:
            StoreError: A row was changed by another program in the same moment; nothing of this transaction is kept.
        """
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for stored, values in changes:
            columns = columns_of(values, stored.record)
            self._count(stored, values)
            if "geom" in columns:
                self._blobs.append(columns["geom"])
            alike.setdefault(tuple(sorted(columns)), []).append(
                {**{f"new_{name}": value for name, value in columns.items()}, "is_id": stored.id,
                 "is_version": stored.version, "new_version": stored.version + 1}
            )  # fmt: skip
        for names, rows in alike.items():
            self._run(names, rows)

    def _run(self, names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
        asset = t.asset
        statement = (
            sa.update(asset)
            .where(asset.c.id == sa.bindparam("is_id"), asset.c.version == sa.bindparam("is_version"))
            .values({
                **{name: sa.bindparam(f"new_{name}", type_=asset.c[name].type) for name in names},
                "version": sa.bindparam("new_version"), "changeset": self.number, "updated_at": self.at,
                "updated_by": self._entry["by"],
            })
        )  # fmt: skip
        done = self.connection.execute(statement, rows if len(rows) > 1 else rows[0]).rowcount
        if done != len(rows):
            raise StoreError(M("Another program changed the same record in this very moment. Nothing was changed. Do "
                               "it again."))  # fmt: skip

    def _count(self, stored: Stored, values: Mapping[str, Any]) -> None:
        if DELETED in values and (values[DELETED] is None) != (stored.deleted_at is None):
            self._counts["removed" if values[DELETED] else "added"] += 1
        else:
            self._counts["changed"] += 1

    def finish(self) -> None:
        """Write the changeset down and count the change."""
        if self._number is not None:
            self.connection.execute(
                sa.insert(t.changeset), {**self._entry, **self._counts, "number": self._number, "at": self.at}
            )
            if self._entry["undoes"] is not None and self.whole:
                undone = t.changeset.c.number == self._entry["undoes"]
                self.connection.execute(sa.update(t.changeset).where(undone).values(undone_by=self._number))
            self._home.touched(self.connection, self._blobs)
        if self._number is not None or self._dirty:
            content.touch(self.connection)


@contextlib.contextmanager
def writing(
    home: Home,
    *,
    by: str = "",
    why: str = "",
    kind: str = "edit",
    source: str = "",
    undoes: int | None = None,
    tidy: bool = False,
) -> Iterator[Pen]:
    """One transaction, and at most one changeset: all of it is kept, or nothing.

    Args:
        by: Who does it, as they name themselves.
        why, kind, source, undoes: As in `model.change.Changeset`.
        tidy: As in `Home.writing`.

    Raises:
        InputError: One of the texts is none, is a whole book, or holds somebody's contact.
        StoreError: The home is read-only or full, or somebody else has been writing for too long.
    """
    said = {"by": by, "why": why, "kind": kind, "source": source}
    entry = {**{name: asked.words(text) for name, text in said.items()}, "undoes": undoes}
    demand_clean_words(by=by, why=why, source=source)
    with home.writing(tidy=tidy) as connection:
        pen = Pen(home, connection, entry)
        yield pen
        pen.finish()


@contextlib.contextmanager
def trying(home: Home) -> Iterator[Pen]:
    """The same, and nothing of it is kept: to say beforehand what would happen."""
    entry = {"by": "", "why": "", "kind": "", "source": "", "undoes": None}
    with contextlib.suppress(_NotKept), home.writing() as connection:
        yield Pen(home, connection, entry)
        raise _NotKept


class _NotKept(Exception):
    """Rolls a trial back."""


def new_row(asset: str, values: Record) -> dict[str, Any]:
    """The columns of a new asset's row."""
    return {"id": asset, **columns_of(values, {})}
