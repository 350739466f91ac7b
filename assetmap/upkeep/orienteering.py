"""Which stops are worth most on a round trip that must not take longer than so many minutes, and in which order?

The orienteering problem on a small matrix, by a heuristic without chance: the same matrix gives the same round. Stops
are put in where they bring most worth per minute more, the round is made shorter, and what then fits comes in; from
several first stops, and with stops exchanged while that is worth more. The order of the result is the shortest of all
for up to `EXACT` stops (Held and Karp 1962), and beyond that one which no 2-opt and no or-opt move makes shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
EXACT = 9
"""Up to so many stops the shortest order is found by looking at all of them."""
_FIRST = 12
"""From so many first stops a round is begun; the best `_KEPT` of these rounds are worked on."""
_KEPT = 4
_EXCHANGED = 25
"""Rounds of more stops are not exchanged stop by stop: it would take half a minute, for a per cent or two."""
_LITTLE = 1e-9
_LONGEST_PIECE = 3


def best_round(minutes: Floats, worth: Floats, limit: float, stay: float = 0.0) -> list[int]:
    """The stops to visit, in order, without the start.

    Args:
        minutes: Symmetric array of shape (n, n) of walking minutes; row 0 is the start and the end; infinity: no way.
        worth: What each place is worth, shape (n,); that of the start is not looked at, and what is worth nothing is
            not visited.
        limit: How many minutes the round may take. stay: Minutes at each stop.

    Returns:
        Positions in the matrix; empty where nothing fits. Half a second for an hour and 200 places, two for four hours.
    """
    alone = 2 * minutes[0] + stay
    fitting = np.flatnonzero((worth > 0) & (alone <= limit + _LITTLE))
    task = _Task(minutes, worth, limit, stay, fitting[fitting != 0])
    rate = worth[task.places] / np.maximum(alone[task.places], _LITTLE)
    firsts = task.places[np.argsort(-rate, kind="stable")][:_FIRST]
    begun = sorted((task.filled([int(first)]) for first in firsts), key=task.rank)[:_KEPT]
    rounds = [task.shortened(task.exchanged(order)) for order in begun]
    return min(rounds, key=task.rank, default=[])


def round_minutes(order: list[int], minutes: Floats) -> float:
    """Walking minutes of a round from the start past the stops and back."""
    stops = [0, *order, 0]
    return float(minutes[stops[:-1], stops[1:]].sum())


def shortest(stops: list[int], minutes: Floats) -> list[int]:
    """The order in which the stops make the shortest round: of all up to `EXACT` stops, beyond that a local best."""
    return _of_all(stops, minutes) if len(stops) <= EXACT else _locally(stops, minutes)


@dataclass(frozen=True, eq=False)
class _Task:
    """The places that a round may visit, and what it may take."""

    minutes: Floats
    worth: Floats
    limit: float
    stay: float
    places: NDArray[np.int64]

    def rank(self, order: list[int]) -> tuple[float, float]:
        """Smaller is better: more worth, then fewer minutes."""
        return -round(float(self.worth[order].sum()), 9) if order else 0.0, round_minutes(order, self.minutes)

    def filled(self, order: list[int]) -> list[int]:
        """With what is worth most per minute more put in as long as something fits; shortened after each."""
        grown: list[int] | None = order
        while grown is not None:
            order = _locally(grown, self.minutes)
            grown = self._inserted(order)
        return order

    def _inserted(self, order: list[int]) -> list[int] | None:
        left = np.setdiff1d(self.places, order)
        stops = np.array([0, *order, 0])
        before, after = stops[:-1, None], stops[1:, None]
        more = self.minutes[before, left] + self.minutes[left, after] - self.minutes[before, after] + self.stay
        fits = more <= self.limit - round_minutes(order, self.minutes) - self.stay * len(order) + _LITTLE
        if not fits.any():
            return None
        rate = np.where(fits, self.worth[left] / np.maximum(more, _LITTLE), -np.inf)
        place, which = np.unravel_index(int(np.argmax(rate)), rate.shape)
        return [*order[:place], int(left[which]), *order[place:]]

    def exchanged(self, order: list[int]) -> list[int]:
        """With one or two neighbouring stops taken out for others, as long as that is worth more."""
        while len(order) <= _EXCHANGED:
            found = min(self._exchanges(order), key=self.rank, default=order)
            if self.rank(found) >= self.rank(order):
                break
            order = found
        return order

    def _exchanges(self, order: list[int]) -> Iterator[list[int]]:
        for size in (1, 2):
            for first in range(len(order) - size + 1):
                out = order[first : first + size]
                others = _Task(self.minutes, self.worth, self.limit, self.stay, np.setdiff1d(self.places, out))
                yield self.filled(others.filled(order[:first] + order[first + size :]))

    def shortened(self, order: list[int]) -> list[int]:
        """In its shortest order, with what then fits."""
        while True:
            order = shortest(order, self.minutes)
            grown = self._inserted(order)
            if grown is None:
                return order
            order = grown


def _of_all(stops: list[int], minutes: Floats) -> list[int]:
    """Held and Karp: the cheapest way past every subset that ends at each of its stops, from small subsets to all."""
    if len(stops) < 3:
        return list(stops)
    far = minutes.tolist()
    ways = {(1 << i, i): (far[0][stop], -1) for i, stop in enumerate(stops)}
    for size in range(2, len(stops) + 1):
        for subset in combinations(range(len(stops)), size):
            mask = sum(1 << i for i in subset)
            for last in subset:
                rest = mask ^ (1 << last)
                ways[mask, last] = min((ways[rest, i][0] + far[stops[i]][stops[last]], i) for i in subset if i != last)
    mask = (1 << len(stops)) - 1
    last = min(range(len(stops)), key=lambda i: ways[mask, i][0] + far[stops[i]][0])
    order = []
    while last >= 0:
        order.append(stops[last])
        mask, last = mask ^ (1 << last), ways[mask, last][1]
    return order


def _locally(stops: list[int], minutes: Floats) -> list[int]:
    """The order that no reversal of a part (2-opt) and no move of up to three stops (or-opt) makes shorter."""
    places = [0, *stops]
    far = minutes[np.ix_(places, places)].tolist()
    tour = [*range(len(places)), 0]
    while True:
        gain, better = max((*_reversals(tour, far), *_moves(tour, far)), default=(0.0, tour), key=lambda m: m[0])
        if gain <= _LITTLE:
            return [places[i] for i in tour[1:-1]]
        tour = better


def _reversals(tour: list[int], far: list[list[float]]) -> Iterator[tuple[float, list[int]]]:
    """Minutes saved by walking each part of the tour backwards, where there are any, with the tour that comes of it."""
    for i, j in combinations(range(1, len(tour) - 1), 2):
        a, b, c, d = tour[i - 1], tour[i], tour[j], tour[j + 1]
        gain = far[a][b] + far[c][d] - far[a][c] - far[b][d]
        if gain > _LITTLE:
            yield gain, tour[:i] + tour[i : j + 1][::-1] + tour[j + 1 :]


def _moves(tour: list[int], far: list[list[float]]) -> Iterator[tuple[float, list[int]]]:
    """Minutes saved by moving up to three stops in a row elsewhere, either way round."""
    for size in range(1, _LONGEST_PIECE + 1):
        for i in range(1, len(tour) - size):
            piece, rest = tour[i : i + size], tour[:i] + tour[i + size :]
            a, d = tour[i - 1], tour[i + size]
            out = far[a][piece[0]] + far[piece[-1]][d] - far[a][d]
            if out <= _LITTLE:
                continue
            for k in range(1, len(rest)):
                for turned in (piece, piece[::-1]):
                    into = far[rest[k - 1]][turned[0]] + far[turned[-1]][rest[k]] - far[rest[k - 1]][rest[k]]
                    if out - into > _LITTLE:
                        yield out - into, rest[:k] + turned + rest[k:]
