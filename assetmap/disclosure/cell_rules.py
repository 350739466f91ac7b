"""What must hold of every public cell, and which numbers may be said of it?

A number is never said exactly. "At least 10" is said first when there are three more than that, and stays while there
are 10: one who comes or goes seldom changes what is said, and what is said is true of those who consent now.
"""

from __future__ import annotations

from dataclasses import dataclass

from assetmap.errors import DisclosureError, InputError
from assetmap.messages import M

FEWEST = 3
"""No setting of `k` may go below it: statistical offices publish nothing of fewer."""


@dataclass(frozen=True)
class CellRules:
    """How careful to be.

    Attributes:
        k: Persons that every cell, and every number said of one, stands for at least.
        addresses: Addresses that every cell holds at least.
        margin: Persons above a number before it is said for the first time.
        persons: Persons that a new cell has at least, where that is more than `k` and the margin: larger cells
            have more to tell.
        together: Cells that change at once when news is shown; fewer wait for one another.

    Raises:
        DisclosureError: `k` is below 3.
        InputError: Another setting makes no sense.
    """

    k: int = 5
    addresses: int = 20
    margin: int = 3
    persons: int = 0
    together: int = 4

    def __post_init__(self) -> None:
        if self.k < FEWEST:
            raise DisclosureError(
                M("Cells of at least {k} persons were asked for. Expected {fewest} or more, because fewer can be told "
                  "apart; 5 is usual. Nothing was made.", k=self.k, fewest=FEWEST)
            )  # fmt: skip
        if self.addresses < 1 or self.margin < 0 or self.together < 1:
            raise InputError(
                M("The rules for cells say {addresses} addresses, a margin of {margin} and {together} together. "
                  "Expected at least 1, 0 and 1.", addresses=self.addresses, margin=self.margin,
                  together=self.together)
            )  # fmt: skip

    @property
    def fewest(self) -> int:
        """Persons that a new cell has at least."""
        return max(self.k + self.margin, self.persons)

    def said(self, count: int) -> int:
        """What is first said of a count: the highest of k, 2k, 4k, … that it passes by the margin; 0 says nothing."""
        level = 0
        step = self.k
        while step + self.margin <= count:
            level, step = step, 2 * step
        return level
