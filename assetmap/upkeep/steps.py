"""What would a file that came home do, line by line, and what is asked of the store once somebody has decided?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from assetmap.messages import Message
from assetmap.model.change import Change, Clash, Kind, Record
from assetmap.model.issues import Issue
from assetmap.upkeep.returned_values import with_consequences

Take = Literal["mine", "theirs"]
What = Literal["new", "changed", "conflict", "gone", "rejected"]
SAVING = ("new", "changed", "conflict")
"""Steps that save something, or would if somebody said so."""
COLUMNS = ("what", "asset", "name", "line", "field", "before", "mine", "theirs", "reason")


@dataclass(frozen=True)
class Step:
    """One line of the preview.

    Attributes:
        what: new (`mine` is the whole record), changed, conflict, gone (the row is missing), or rejected.
        line: Row of the file; None for what is missing from it.
        field: Empty where it is about the whole asset. A conflict about the whole asset: it was deleted meanwhile.
        reason: What its editor should know; for what is rejected, why and what to do.
    """

    what: What
    asset: str
    name: str
    line: int | None = None
    field: str = ""
    before: Any = None
    mine: Any = None
    theirs: Any = None
    reason: Message | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """What a file would change.

    Attributes:
        steps: In the order of the file; what is missing from it comes last.
        same: How many assets came home with nothing to change.
        versions: The version of each asset against which this was planned.
        now: Each asset that would change, as it is.
        file: The name of the file.
        issues: What was imperfect about it.
    """

    steps: tuple[Step, ...] = ()
    same: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)
    now: Mapping[str, Record] = field(default_factory=dict, repr=False)
    file: str = ""
    issues: tuple[Issue, ...] = ()

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The steps as a table with the columns `COLUMNS`; plain index, one row each."""
        rows = [[getattr(step, column) for column in COLUMNS] for step in self.steps]
        return pd.DataFrame(rows, columns=list(COLUMNS), dtype="object")

    def of(self, what: What) -> tuple[Step, ...]:
        """The steps of one sort."""
        return tuple(step for step in self.steps if step.what == what)

    @property
    def clashes(self) -> tuple[Clash, ...]:
        """The conflicts, as the store's own merge says them."""
        return tuple(Clash(s.asset, s.field, s.before, s.mine, s.theirs) for s in self.of("conflict"))

    def changes(
        self, take: Take | Mapping[tuple[str, str], Take] = "theirs", remove: bool | Collection[str] = False
    ) -> list[Change]:
        """What to ask the store for, asset by asset.

        Args:
            take: Whose word counts in a conflict, for all or by (asset, field); what is not named stays as it is.
            remove: Which of the missing assets to delete: ids, or all (True) that nobody has changed meanwhile.
        """
        edits: dict[str, Record] = {}
        restored = set()
        for step in self.steps:
            chosen = take if isinstance(take, str) else take.get((step.asset, step.field), "theirs")
            if step.what == "changed" or (step.what == "conflict" and step.field and chosen == "mine"):
                edits.setdefault(step.asset, {})[step.field] = step.mine
            elif step.what == "conflict" and chosen == "mine":
                edits[step.asset] = dict(step.mine)
                restored.add(step.asset)
        out = [Change(s.asset, s.mine, "add") for s in self.of("new")]
        for asset, values in edits.items():
            whole = with_consequences(values, self.now.get(asset, {}))
            kind: Kind = "restore" if asset in restored else "edit"
            out.append(Change(asset, whole, kind, self.versions.get(asset)))
        gone = [s for s in self.of("gone") if (s.reason is None if isinstance(remove, bool) else s.asset in remove)]
        return out + [Change(s.asset, {}, "remove", self.versions.get(s.asset)) for s in gone if remove]
