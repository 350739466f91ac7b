"""Which numbers of a table must be left out as well, so that those left out cannot be computed from totals?

The totals of rows and columns are taken as known, from whatever place. A number left out can be computed when no other
table agrees with everything that is known; that is so when no closed walk over numbers left out, adding one here and
taking one there, passes it.

Gusfield: A Graph Theoretic Approach to Statistical Data Security, SIAM J. Comput. 17(3), 1988.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def also_left_out(counts: Counts, shown: Flags, *, may: Flags | None = None, total_from: int = 0) -> Flags:
    """The numbers that may still be shown: of those shown, few and small ones are left out besides.

    Args:
        counts: Rows × columns, whole numbers from 0.
        shown: Which of them are large enough to be shown.
        may: Which of those shown can still be left out; all, when not said. Rows without any are not looked after.
        total_from: Totals below it are not known to anybody. Nor are those of columns when there is one row: they
            would be the numbers themselves.

    Returns:
        A part of `shown`. No number above 0 that is left out can be computed, unless nothing is left to leave out.
    """
    shown = shown.copy()
    may = np.ones_like(shown) if may is None else may
    while True:
        sure = computable(counts, shown, total_from=total_from)
        sure[~np.any(may, axis=1)] = False
        free = shown & may
        if not sure.any() or not free.any():
            return shown
        near = _near(sure, shown) & free
        if not near.any():  # all round them is left out: the way goes over others
            near = free
        shown[np.unravel_index(np.where(near, counts, counts.max() + 1).argmin(), counts.shape)] = False


def _near(sure: Flags, shown: Flags) -> Flags:
    """Rows and columns in which a computable number is the only one left out; else those of the first."""
    alone = [np.any(sure, axis=axis) & (np.sum(~shown, axis=axis) == 1) for axis in (1, 0)]
    if not (alone[0].any() or alone[1].any()):
        row, column = np.argwhere(sure)[0]
        alone[0][row] = alone[1][column] = True
    near: Flags = alone[0][:, None] | alone[1][None, :]
    return near


def computable(counts: Counts, shown: Flags, *, total_from: int = 0) -> Flags:
    """The numbers above 0 that are left out and yet follow from those shown and the totals."""
    hidden = ~shown
    positive = hidden & (counts > 0)
    h, p = hidden.astype(np.int64), positive.astype(np.int64)
    # Squares of four: one more here and opposite, one less at the other two, or the other way round.
    walks = h @ p.T @ h - p.sum(axis=1)[:, None] - p.sum(axis=0)[None, :] + 1
    suspects = np.argwhere(positive & (walks <= 0))  # the others are safe whichever totals are known
    sure = np.zeros_like(shown)
    if len(suspects) == 0:
        return sure
    steps = _steps(hidden, positive, counts, total_from)
    rows = len(counts)
    for i, j in suspects:
        steps[rows + j, i] = False
        up = _leads(steps, rows + j, i)
        steps[rows + j, i] = True
        steps[i, rows + j] = False
        down = _leads(steps, i, rows + j)
        steps[i, rows + j] = True
        sure[i, j] = not (up or down)
    return sure


def _steps(hidden: Flags, positive: Flags, counts: Counts, total_from: int) -> Flags:
    """From which row (then column, last: all unknown totals) a walk may go on to which."""
    rows, columns = counts.shape
    steps = np.zeros((rows + columns + 1, rows + columns + 1), dtype=np.bool_)
    steps[:rows, rows:-1] = hidden  # one more
    steps[rows:-1, :rows] = positive.T  # one less
    unknown = np.concatenate([counts.sum(axis=1), counts.sum(axis=0)]) < total_from
    unknown[rows:] |= rows == 1
    steps[:-1, -1] = steps[-1, :-1] = unknown
    return steps


def _leads(steps: Flags, start: int, end: int) -> bool:
    """Whether a walk leads from one to the other."""
    seen = np.zeros(len(steps), dtype=np.bool_)
    seen[start] = True
    edge = seen
    while edge.any() and not seen[end]:
        edge = steps[edge].any(axis=0) & ~seen
        seen |= edge
    return bool(seen[end])
