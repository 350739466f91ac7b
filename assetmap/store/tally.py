"""What did a piece of work do to the assets, as far as it has come?"""

from __future__ import annotations

from dataclasses import dataclass, field

from assetmap.model.change import Clash, Effect, Outcome, Record
from assetmap.store.rows import DELETED, OF_THE_ROW, Stored


@dataclass
class Tally:
    """What was done so far, on the way to an `Outcome`."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    binned: list[str] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    same: int = 0
    cut_off: bool = False

    def outcome(self, number: int | None) -> Outcome:
        """The same, finished."""
        return Outcome(
            number, tuple(self.new), tuple(self.changed), tuple(self.gone), tuple(self.restored), self.same,
            tuple(dict.fromkeys(self.kept)), tuple(self.clashes), tuple(self.merged), self.cut_off, tuple(self.binned),
            tuple(self.effects),
        )  # fmt: skip

    def tell(self, there: Stored, values: Record) -> None:
        """Note what a change of a stored asset is."""
        if not values:
            self.same += 1
            return
        if DELETED in values:
            (self.gone if values[DELETED] else self.restored).append(there.id)
            self.effects.append(Effect(there.id, there.name, "gone" if values[DELETED] else "restored"))
        else:
            self.changed.append(there.id)
        self.effects.extend(
            Effect(there.id, there.name, "changed", name, there.record.get(name), value)
            for name, value in values.items()
            if name not in OF_THE_ROW
        )
