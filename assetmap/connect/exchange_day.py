"""What hangs on the wall of an exchange day, which notes could go together, and which have found each other?

On an exchange day people meet in one room: offers and wishes hang on the wall for all to see, and who finds somebody
says so. A note has a number instead of a name: whoever holds that number stands in the room. What happens is a log;
nothing in it is changed, so a slip is mended by one more step. Words are checked for contacts by whoever takes them in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assetmap.connect.terms import SAME_FIELD
from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.gifts import SIDES, theme

MOST_WORDS = 80
"""Characters that can be read from the other end of a room."""


@dataclass(frozen=True)
class WallNote:
    """An offer or a wish on the wall: the number on its owner's badge, a theme, and a few words."""

    id: str
    side: str
    theme: str
    badge: int
    words: str = ""

    def __post_init__(self) -> None:
        theme(self.theme)
        if self.side not in SIDES or len(self.words) > MOST_WORDS or self.badge < 1:
            raise InputError(
                M("This note cannot hang on the wall. Expected an offer or a wish, a badge from 1 on, and at most {n} "
                  "characters.", n=MOST_WORDS)
            )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing that happened: a note went up or down, or an offer and a wish found each other or parted again."""

    kind: str
    offer: str = ""
    wish: str = ""
    note: WallNote | None = None


@dataclass(frozen=True)
class Wall:
    """What hangs there, in the order in which it went up, and what has found each other (offer, wish)."""

    offers: tuple[WallNote, ...] = ()
    wishes: tuple[WallNote, ...] = ()
    matched: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Pair:
    """An offer and a wish that could go together; `weight` is 1 for the same theme, 0.5 for one of the same field."""

    offer: WallNote
    wish: WallNote
    weight: float


@dataclass(frozen=True)
class ExchangeDay:
    """The log of one day."""

    steps: tuple[Step, ...] = field(default=(), repr=False)

    def up(self, note: WallNote) -> ExchangeDay:
        """A note is hung up."""
        if any(step.note and step.note.id == note.id for step in self.steps):
            raise InputError(M("The note {id} hangs, or hung, on the wall already. Give a new one its own number.",
                               id=note.id))  # fmt: skip
        return self._with(Step("up", note=note))

    def down(self, note: str) -> ExchangeDay:
        """A note is taken down; what it has found stays noted."""
        self._hanging(note)
        return self._with(Step("down", offer=note))

    def matched(self, offer: str, wish: str) -> ExchangeDay:
        """An offer and a wish have found each other; both stay up, as one offer can meet several wishes."""
        if (self._hanging(offer).side, self._hanging(wish).side) != SIDES:
            raise InputError(M("Only an offer and a wish go together. Give the offer first, then the wish."))
        if (offer, wish) in self.wall().matched:
            return self
        return self._with(Step("matched", offer, wish))

    def parted(self, offer: str, wish: str) -> ExchangeDay:
        """A match was noted by mistake, or did not hold."""
        if (offer, wish) not in self.wall().matched:
            raise InputError(M("{offer} and {wish} are not noted as a match.", offer=offer, wish=wish))
        return self._with(Step("parted", offer, wish))

    def wall(self) -> Wall:
        """What hangs there now."""
        notes: dict[str, WallNote] = {}
        pairs: dict[tuple[str, str], None] = {}
        for step in self.steps:
            if step.note is not None:
                notes[step.note.id] = step.note
            elif step.kind == "down":
                del notes[step.offer]
            elif step.kind == "matched":
                pairs[step.offer, step.wish] = None
            else:
                del pairs[step.offer, step.wish]
        offers, wishes = (tuple(one for one in notes.values() if one.side == side) for side in SIDES)
        return Wall(offers, wishes, tuple(pairs))

    def could_match(self) -> list[Pair]:
        """Pairs on the wall that are about the same, or of the same field, and not noted yet: the closest first, then
        wishes that nobody has met, then in the order in which they went up."""
        wall = self.wall()
        met = {wish for _, wish in wall.matched}
        pairs = [pair for pair in _pairs(wall) if (pair.offer.id, pair.wish.id) not in wall.matched]
        return sorted(pairs, key=lambda pair: (-pair.weight, pair.wish.id in met))

    def _hanging(self, note: str) -> WallNote:
        wall = self.wall()
        for one in (*wall.offers, *wall.wishes):
            if one.id == note:
                return one
        raise InputError(M("The note {id} does not hang on the wall. Choose one that does.", id=note))

    def _with(self, step: Step) -> ExchangeDay:
        return replace(self, steps=(*self.steps, step))


def _pairs(wall: Wall) -> Iterator[Pair]:
    for wish in wall.wishes:
        for offer in wall.offers:
            if offer.badge == wish.badge:
                continue
            if offer.theme == wish.theme:
                yield Pair(offer, wish, 1.0)
            elif theme(offer.theme).field == theme(wish.theme).field:
                yield Pair(offer, wish, SAME_FIELD)
