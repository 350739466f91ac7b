"""What becomes of public cells when persons come and go?

What is said of a cell stays while it is true of those who consent now. Where somebody's going makes it untrue, the
cell is joined with its neighbour in the tree of cuts until all that was said of either holds of both: no theme
disappears, the map only gets coarser there. News is shown where at least k persons are new, and in several cells at
once. So two releases that differ by one person are alike, or differ in a place that holds several cells.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assetmap.disclosure.cell_numbers import OTHER, Crowd, labels_of
from assetmap.disclosure.cell_partition import Box, Squares, enough, inside, partition, varied
from assetmap.disclosure.cell_rules import CellRules


@dataclass(frozen=True)
class Cell:
    """One cell as it stands.

    Attributes:
        path: Where in the tree of cuts; neighbours share its beginning.
        box: In steps of the national grid.
        persons: At least so many.
        told: Label to "at least".
        addresses: How many lie in it.
        drawn: The release that last renewed it. Not public.
        counted: How many persons there were then. Not public.
        joined: Whether it was joined from smaller ones, of which earlier releases tell. Not public.
    """

    path: str
    box: Box
    persons: int
    told: Mapping[str, int]
    addresses: int
    drawn: datetime.date
    counted: int
    joined: bool = False


def draw(box: Box, crowd: Crowd, homes: Squares, rules: CellRules, at: datetime.date) -> tuple[Cell, ...]:
    """New cells for a box; none where there are too few persons or addresses for one."""
    crowd, homes = crowd.within(box), homes[inside(box, homes)]
    if not enough(crowd.at, crowd.holds, homes, rules):
        return ()
    boxes = partition(box, crowd.at, crowd.holds, homes, rules)
    crowds = [crowd.within(box) for box in boxes.values()]
    return tuple(
        Cell(path, box, rules.said(len(here.at)), told, int(inside(box, homes).sum()), at, len(here.at))
        for (path, box), here, told in zip(boxes.items(), crowds, labels_of(crowds, rules), strict=True)
    )


def true_still(cell: Cell, crowd: Crowd, rules: CellRules) -> bool:
    """Whether all that is said of a cell is true of the persons who are in it now."""
    here = crowd.within(cell.box)
    if len(here.at) < max(cell.persons, rules.k) or not varied(here.holds, 1):
        return False
    return all(count >= cell.told[label] for label, count in here.sharing(cell.told).items())


def keep_true(cells: Sequence[Cell], crowd: Crowd, rules: CellRules, at: datetime.date) -> tuple[Cell, ...]:
    """The cells with those joined of which something is no longer true; none when nothing can be said any more."""
    standing = list(cells)
    while wrong := [cell for cell in standing if not true_still(cell, crowd, rules)]:
        low = max(wrong, key=lambda cell: (len(cell.path), cell.path))
        if not low.path:  # the whole area: there is no neighbour left
            last = _only_what_holds(low, crowd)
            return (last,) if true_still(last, crowd, rules) else ()
        above = low.path[:-1]
        parts = [cell for cell in standing if cell.path.startswith(above)]
        standing = [cell for cell in standing if not cell.path.startswith(above)]
        standing.append(_joined(above, parts, crowd, at))
    return tuple(sorted(standing, key=lambda cell: cell.path))


def _joined(path: str, parts: Sequence[Cell], crowd: Crowd, at: datetime.date) -> Cell:
    """One cell of several: all that was said of any of them is said of it."""
    boxes = np.array([cell.box for cell in parts])
    (west, south), (east, north) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    told: dict[str, int] = {}
    for cell in parts:
        for label, least in cell.told.items():
            told[label] = max(least, told.get(label, 0))
    persons, addresses, counted = (
        [getattr(cell, name) for cell in parts] for name in ("persons", "addresses", "counted")
    )
    whole = Cell(path, (int(west), int(south), int(east), int(north)), max(persons), told, sum(addresses),
                 max(cell.drawn for cell in parts), sum(counted), joined=True)  # fmt: skip
    rest = crowd.within(whole.box).sharing(told).get(OTHER, 0)
    if rest < told.get(OTHER, 0):  # what is "other" in one part has a name in another
        del told[OTHER]
    return whole


def _only_what_holds(cell: Cell, crowd: Crowd) -> Cell:
    here = crowd.within(cell.box)
    own = here.sharing(cell.told)
    told = {label: least for label, least in cell.told.items() if own[label] >= least}
    return replace(cell, told=told, persons=min(cell.persons, len(here.at)))


def with_news(
    cells: Sequence[Cell], crowd: Crowd, homes: Squares, rules: CellRules, at: datetime.date
) -> tuple[Cell, ...]:
    """The cells with those renewed where enough persons came; all as they are while too few would change at once."""
    plan = [(cell, _cut_anew(cell, crowd, homes, rules)) for cell in cells]
    fewest = min(rules.together, len(cells))
    if not cells or sum(bool(boxes) for _, boxes in plan) < fewest:
        return tuple(cells)
    fresh = np.array([bool(boxes) for _, boxes in plan for _ in boxes or (1,)])
    flat = [(cell, path, box) for cell, boxes in plan for path, box in (boxes or {cell.path: cell.box}).items()]
    crowds = [crowd.within(box) for _, _, box in flat]
    kept = [cell.told if path == cell.path else {} for cell, path, _ in flat]
    renewed: dict[str, list[Cell]] = {cell.path: [] for cell in cells}
    for (cell, path, box), here, told in zip(flat, crowds, labels_of(crowds, rules, kept, fresh), strict=True):
        whole = path == cell.path
        persons = max(rules.said(len(here.at)), cell.persons if whole else 0)
        addresses = int(inside(box, homes).sum())
        renewed[cell.path].append(
            Cell(path, box, persons, told, addresses, at, len(here.at), joined=cell.joined and whole)
        )
    changed = {cell.path for cell, boxes in plan if boxes and _public(renewed[cell.path]) != _public([cell])}
    if len(changed) < fewest:
        return tuple(cells)
    return tuple(part for cell in cells for part in (renewed[cell.path] if cell.path in changed else [cell]))


def _cut_anew(cell: Cell, crowd: Crowd, homes: Squares, rules: CellRules) -> dict[str, Box]:
    """The boxes to renew a cell in, by path; none while fewer than k came since it was drawn.

    A cell that was joined is cut again only when k have gone as well: smaller cells are known from earlier, and what is
    no longer said of one would tell of those few who left.
    """
    here = crowd.within(cell.box)
    new = int((here.since >= np.datetime64(cell.drawn)).sum())
    if new < rules.k:
        return {}
    near = homes[inside(cell.box, homes)]
    gone = cell.counted - (len(here.at) - new)
    if (cell.joined and gone < rules.k) or not enough(here.at, here.holds, near, rules):
        return {cell.path: cell.box}
    return partition(cell.box, here.at, here.holds, near, rules, cell.path)


def _public(cells: Sequence[Cell]) -> list[tuple[Box, int, dict[str, int]]]:
    return [(cell.box, cell.persons, dict(cell.told)) for cell in cells]
