"""Into which cells is an area cut, so that each holds enough persons and addresses?

Mondrian: a rectangle is cut at the line of the national 250 m grid that comes nearest to the median of its persons, and
each half again, while both sides keep what the rules ask for. Nobody is left out, and no person's own place decides
where the outermost line runs: the first rectangle is that of the addresses, which are public.

LeFevre, DeWitt, Ramakrishnan: Mondrian Multidimensional K-Anonymity, ICDE 2006.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assetmap.disclosure.cell_rules import CellRules

STEP = 250
"""Metres; lines of the national grids of Norway (EPSG:25833) and Denmark (EPSG:25832) lie at multiples of it."""
WITHOUT = 2
"""Persons in a new cell who lack any one theme: of one alone, each of the others would know that all others have it."""

Box = tuple[int, int, int, int]
"""West, south, east, north in steps of the grid; west and south belong to it, east and north to the neighbour."""
Squares = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def squares(xy: npt.NDArray[np.float64]) -> Squares:
    """The grid square of each point: n × 2 metres in, n × 2 whole steps out."""
    return np.floor(xy / STEP).astype(np.int64)


def around(homes: Squares) -> Box:
    """The smallest box that holds all addresses."""
    (west, south), (east, north) = homes.min(axis=0), homes.max(axis=0) + 1
    return int(west), int(south), int(east), int(north)


def inside(box: Box, points: Squares) -> Flags:
    """Which squares lie in a box."""
    here: Flags = np.all((points >= box[:2]) & (points < box[2:]), axis=1)
    return here


def varied(holds: Flags, without: int = WITHOUT) -> bool:
    """Whether every theme is lacking in some persons (rows), so that to be among them tells nothing sure."""
    return holds.shape[1] == 0 or len(holds) - int(holds.sum(axis=0).max()) >= without


def enough(people: Squares, holds: Flags, homes: Squares, rules: CellRules) -> bool:
    """Whether a cell of these persons and addresses may be made."""
    return len(people) >= rules.fewest and len(homes) >= rules.addresses and varied(holds)


def partition(
    box: Box, people: Squares, holds: Flags, homes: Squares, rules: CellRules, path: str = ""
) -> dict[str, Box]:
    """The cells of a box, by their path in the tree of cuts ("0" west or south of a line, "1" beyond it).

    Args:
        people: Square of each person in the box, n × 2. holds: What each shares, n × themes and fields.
        homes: Square of each address in the box, m × 2.
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    for axis in (0, 1) if wide >= high else (1, 0):
        for line in _lines(people[:, axis], homes[:, axis], box[axis], box[axis + 2], rules):
            low = people[:, axis] < line
            if varied(holds[low]) and varied(holds[~low]):
                near = homes[:, axis] < line
                first, second = _halves(box, axis, line)
                return {
                    **partition(first, people[low], holds[low], homes[near], rules, path + "0"),
                    **partition(second, people[~low], holds[~low], homes[~near], rules, path + "1"),
                }
    return {path: box}


def _lines(people: Squares, homes: Squares, start: int, end: int, rules: CellRules) -> list[int]:
    """The lines of the grid with enough persons and addresses on both sides, the one nearest to the median first."""
    lines = np.arange(start + 1, end)
    before = np.searchsorted(np.sort(people), lines)
    doors = np.searchsorted(np.sort(homes), lines)
    may = np.minimum(before, len(people) - before) >= rules.fewest
    may &= np.minimum(doors, len(homes) - doors) >= rules.addresses
    order = np.argsort(np.abs(2 * before - len(people)), kind="stable")
    return [int(lines[i]) for i in order if may[i]]


def _halves(box: Box, axis: int, line: int) -> tuple[Box, Box]:
    west, south, east, north = box
    if axis == 0:
        return (west, south, line, north), (line, south, east, north)
    return (west, south, east, line), (west, line, east, north)
