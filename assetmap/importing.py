"""What would a list that somebody brings do to the store, and how is it brought in?

First a look: the file is read, understood and compared with what is kept, and nothing is changed. Then, when whoever
brings it says so, all of it in one step that can be undone. The command line and the app ask the same two questions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from assetmap.atomic import replacing
from assetmap.exports.guard import safe_text
from assetmap.gathering import read_file, returned_name
from assetmap.i18n import say
from assetmap.messages import Message
from assetmap.model.change import Outcome
from assetmap.model.harvest import Harvest
from assetmap.model.issues import issues_frame
from assetmap.sources.conform import Conformed, conform
from assetmap.sources.source import Context, Progress, silent
from assetmap.sources.versions import as_source
from assetmap.store import Store
from assetmap.store.homes.open import on_server


@dataclass(frozen=True, eq=False)
class Incoming:
    """A list that was read and understood, before any of it is in the store.

    Attributes:
        harvest: What the file gave, its rejected rows too.
        rows: Those of its rows that keep the promise of the asset schema.
    """

    harvest: Harvest
    rows: Conformed
    _store: Store = field(repr=False)

    @cached_property
    def outcome(self) -> Outcome:
        """What bringing it in would do now; found once, by trying it and taking it back."""
        return self._store.preview(self.rows.assets, self.harvest.provenance)

    @property
    def name(self) -> str:
        """What to call the file of rows that are handed back, without an ending."""
        return returned_name(self.harvest)


def read_list(
    store: Store,
    file: Path,
    *,
    mapping: dict[str, Any] | None = None,
    limited: bool = True,
    progress: Progress = silent,
) -> Incoming:
    """Read a table (CSV, Excel) or map layer, and find out which source of the store it is.

    Args:
        mapping: How its columns are understood, from an earlier reading; None: they are guessed.
        limited: Whether the limits for what strangers send hold.

    Raises:
        FileMissing, FormatError, InputError: The file cannot be read. StoreError: The store cannot. Nothing was
            changed.
    """
    known = store.inventory("connector", network=False)
    context = Context(known.neighbourhood.boundary, store.addresses(), mapping, limited, progress)
    harvest = as_source(read_file(file, context), known.everything, known.provenance)
    return Incoming(harvest, conform(harvest), store)


def accept(store: Store, incoming: Incoming, *, by: str = "", why: str = "") -> Outcome:
    """Bring a list in: known rows are brought up to date, no value is emptied, and what a person holds stays.

    Returns:
        What it did; `store.journal.undo(outcome.changeset)` takes it back.

    Raises:
        StoreError: Another program is writing, or the disk is full; nothing was changed.
    """
    rows = incoming.rows
    return store.add(
        rows.assets, incoming.harvest.provenance, issues=issues_frame(rows.issues), private=rows.private, by=by, why=why
    )


def handed_back(rejected: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Rows that failed, as they came, with the reason in words."""
    plain = rejected.copy()
    if "reason" in plain:
        plain["reason"] = [say(r, lang) if isinstance(r, Message) else r for r in plain["reason"]]
    return plain


def handed_back_csv(rejected: pd.DataFrame, lang: str) -> bytes:
    """The same as a CSV that a spreadsheet opens, in which no cell is a formula."""
    cells = handed_back(rejected, lang).map(lambda cell: safe_text(cell) if isinstance(cell, str) else cell)
    return cells.to_csv(index=False).encode("utf-8-sig")


def hand_back(rejected: pd.DataFrame, store: Store, name: str, lang: str) -> Path:
    """Write rows that failed beside the store (of one on a server: into the working directory), in a file that only its
    owner may read; returns its path."""
    beside = Path.cwd() if on_server(store.address) else store.folder
    target = beside / "rejected" / f"{name}.csv"
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with replacing(target) as fresh:
        fresh.touch(mode=0o600)
        fresh.write_bytes(handed_back_csv(rejected, lang))
    return target
