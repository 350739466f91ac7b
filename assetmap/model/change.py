"""What is changed in an asset, by whom and why, and what came of it?

A `Record` is one asset as a flat mapping: the fields of the asset schema, `geometry`, and any further column under its
own name. What is missing is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd

Record = dict[str, Any]
Kind = Literal["add", "edit", "remove", "restore"]
KINDS: tuple[Kind, ...] = ("add", "edit", "remove", "restore")


@dataclass(frozen=True)
class Change:
    """What somebody wants to be different about one asset.

    Attributes:
        asset: Its id; for `add`, the id that it shall have, made by whoever asks, so that asking twice adds it once.
        values: Field to new value; None empties the field. For `remove` there are none; for `restore` those that
            change as it comes back.
        version: The version that its author saw; None where only what is there now counts.
    """

    asset: str
    values: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = "edit"
    version: int | None = None


@dataclass(frozen=True)
class Clash:
    """A field that two people changed to different values since both saw the same; the stored value is `theirs`."""

    asset: str
    field: str
    before: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Effect:
    """What happened to one field of one asset, or to the whole asset (`field` empty).

    Attributes:
        what: "new", "changed", "gone", "restored", "kept" (what a person holds stayed, though a source says `after`)
            or "clash" (nothing happened, as somebody else changed it to `before` meanwhile).
    """

    asset: str
    name: str
    what: str
    field: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Outcome:
    """What a change of the store did.

    Attributes:
        changeset: The number under which it is in the history and can be undone; None where nothing changed.
        new, changed, gone, restored: Ids of the assets to which that happened.
        same: How many assets were asked for and were so already.
        kept: Ids of assets where a person's word stood against what a source says.
        clashes: What was not done, as somebody else had changed the same field.
        merged: Ids of assets where changes of two people to different fields went together.
        cut_off: So much of a source was missing at once that its file, not the town, seems to have lost it; nothing was
            removed, and the missing ones are among `kept`.
        binned: Ids of the assets that a source names and that lie in the bin, where a person put them: there they stay.
        effects: What happened, field by field; for a new asset one line.
    """

    changeset: int | None = None
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    same: int = 0
    kept: tuple[str, ...] = ()
    clashes: tuple[Clash, ...] = ()
    merged: tuple[str, ...] = ()
    cut_off: bool = False
    binned: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = field(default=(), repr=False)

    @property
    def touched(self) -> int:
        """How many assets are different now."""
        return len(self.new) + len(self.changed) + len(self.gone) + len(self.restored)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The effects as a table: asset, name, what, field, before, after; one row each, plain index."""
        columns = ["asset", "name", "what", "field", "before", "after"]
        return pd.DataFrame([[getattr(e, c) for c in columns] for e in self.effects], columns=columns, dtype="object")


@dataclass(frozen=True)
class Changeset:
    """Edits that belong together: one import, one save, one undo.

    Attributes:
        number: Counts up from 1; what `undo` takes.
        at: When, UTC, ISO with milliseconds and Z.
        by: Who, as they named themselves; empty where nobody said.
        why: What they said about it.
        kind: "edit", "import", "refresh", "undo", "merge", "part", "review", "round-trip", "restore", "erase".
        source: Key of the source that was read, where there was one.
        undoes: Number of the changeset that this one takes back.
        undone_by: Number of the changeset that took this one back, where one did.
        added, changed, removed: How many assets.
    """

    number: int
    at: str
    by: str
    why: str
    kind: str
    source: str = ""
    undoes: int | None = None
    undone_by: int | None = None
    added: int = 0
    changed: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Version:
    """One asset as it was after one change.

    Attributes:
        version: Counts up from 1.
        op: "add", "edit" or "delete" (the row itself was deleted by another program).
        changeset: Number of the changeset, or None: it was edited outside assetmap (QGIS, psql).
        record: The asset after this change; empty after "delete".
        fields: The fields that this change made different.
    """

    asset: str
    version: int
    at: str
    by: str
    op: str
    changeset: int | None
    record: Record = field(repr=False)
    fields: tuple[str, ...] = ()
