"""Is nothing that is left out of a table computable, and is that found by trying out every table that would fit?"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.disclosure.suppression import also_left_out, computable


def fitting(counts: np.ndarray, shown: np.ndarray, total_from: int) -> np.ndarray:
    """Every table of whole numbers that agrees with those shown and with the known totals, tables × rows × columns."""
    hidden = np.argwhere(~shown)
    most = int(counts.sum()) if total_from == 0 else int(counts.sum()) + 1
    tables = []
    for values in itertools.product(range(most + 1), repeat=len(hidden)):
        table = counts.copy()
        table[tuple(hidden.T)] = values
        if _agrees(table.sum(axis=1), counts.sum(axis=1), total_from) and (
            len(counts) == 1 or _agrees(table.sum(axis=0), counts.sum(axis=0), total_from)
        ):
            tables.append(table)
    return np.array(tables)


def _agrees(now: np.ndarray, then: np.ndarray, total_from: int) -> bool:
    return bool((now == then)[then >= total_from].all())


SMALL = st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=2), min_size=1, max_size=3)


@settings(max_examples=150, deadline=None)
@given(rows=SMALL, flags=st.lists(st.booleans(), min_size=6, max_size=6), total_from=st.sampled_from([0, 2]))
def test_computable_is_what_all_fitting_tables_have_in_common(
    rows: list[list[int]], flags: list[bool], total_from: int
) -> None:
    counts = np.array(rows)
    shown = np.array(flags[: counts.size]).reshape(counts.shape)
    if counts[~shown].size > 4:
        shown.flat[:2] = True
    tables = fitting(counts, shown, total_from)
    alike = (tables == tables[0]).all(axis=0) & ~shown & (counts > 0)
    np.testing.assert_array_equal(computable(counts, shown, total_from=total_from), alike)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(2, 12), columns=st.integers(2, 8))
def test_nothing_left_out_can_be_computed(seed: int, rows: int, columns: int) -> None:
    counts = np.random.default_rng(seed).poisson(4, (rows, columns))
    shown = also_left_out(counts, counts >= 5)
    assert (shown <= (counts >= 5)).all()
    assert not computable(counts, shown).any() or not shown.any()


def test_the_smallest_that_helps_is_left_out() -> None:
    counts = np.array([[3, 9, 20], [8, 7, 30], [9, 9, 9]])
    shown = also_left_out(counts, counts >= 5)
    assert (~shown).tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_what_may_not_be_taken_back_stays() -> None:
    counts = np.array([[3, 9, 20], [8, 7, 30]])
    may = np.array([[True, True, True], [False, False, False]])
    assert also_left_out(counts, counts >= 5, may=may)[1].all()


@pytest.mark.parametrize(("total_from", "found"), [(0, 1), (4, 0)])
def test_a_total_that_nobody_knows_tells_nothing(total_from: int, found: int) -> None:
    counts = np.array([[3, 0], [0, 0]])
    shown = np.array([[False, True], [True, True]])
    assert computable(counts, shown, total_from=total_from).sum() == found
