"""Numbers of coordinates are read however they were written, and what is no number is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.sources.rows.coordinates import numbers, one_column, two_columns


@pytest.mark.parametrize(
    ("values", "small", "expected"),
    [
        (["59,28714", "59,2"], True, [59.28714, 59.2]),
        (["59.287", "59.288"], True, [59.287, 59.288]),
        (["59,287"], True, [59.287]),
        (["6.573.211,12", "597.423,5"], False, [6573211.12, 597423.5]),
        (["6,573,211.12", "597,423.5"], False, [6573211.12, 597423.5]),
        (["6 573 211", "597\u00a0423,5"], False, [6573211, 597423.5]),
        (["597,423", "6,573,211"], False, [597423, 6573211]),
        (["597.423", "597.424"], False, [597423, 597424]),
        (["59°17'13\"N", "59° 30' N", "10,5° V"], True, [59 + 17 / 60 + 13 / 3600, 59.5, -10.5]),
        (["−59.5", "+11"], True, [-59.5, 11]),
    ],
)
def test_numbers_as_people_write_them(values: list[str], small: bool, expected: list[float]) -> None:
    assert numbers(values, small=small)[0].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "abc", "nan", "-", "1_000", "0x10", "59.2.1,1", "Storgata 5", "#REF!", "½"])
def test_what_is_no_number_is_nan(text: str) -> None:
    assert math.isnan(numbers([text])[0][0])


@pytest.mark.parametrize("text", ["1e999", "inf", "Infinity", "NaN"])
def test_what_is_not_finite_is_a_bad_pair(text: str) -> None:
    found = two_columns([text], ["59"], None, True)
    assert found.bad.tolist() == [True]
    assert np.isnan(found.x).all()


def test_half_a_pair_is_bad_and_an_empty_one_is_missing() -> None:
    found = two_columns(["11.1", "", "11.2"], ["", "", "59"], None, True)
    assert found.bad.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("59.28, 11.11", 11.11, 59.28),
        ("59,28 11,11", 11.11, 59.28),
        ("59,28; 11,11", 11.11, 59.28),
        ("59,28, 11,11", 11.11, 59.28),
        ("59,28,11,11", 11.11, 59.28),
        ("(59.28, 11.11)", 11.11, 59.28),
        ("lat: 59.28 lon: 11.11", 11.11, 59.28),
        ("POINT(11.11 59.28)", 11.11, 59.28),
        ("Point Z (11.11 59.28 3)", 11.11, 59.28),
        ("59°16'48\"N 11°6'36\"E", 11.11, 59.28),
        ("N 59° 16.8' Ø 11° 6.6'", 11.11, 59.28),
        ('{"type": "Point", "coordinates": [11.11, 59.28]}', 11.11, 59.28),
        ("597423, 6643110", 597423, 6643110),
        ("6643110 597423", 597423, 6643110),
    ],
)
def test_both_coordinates_in_one_column(text: str, x: float, y: float) -> None:
    found = one_column([text])
    assert (found.x[0], found.y[0]) == pytest.approx((x, y))
    assert not found.bad[0]


@pytest.mark.parametrize("text", ["Storgata 5", "59.28", "NaN, 3", "{}", '{"coordinates": []}', "1, 2, 3, 4, 5"])
def test_what_holds_no_pair_is_bad(text: str) -> None:
    found = one_column([text, "59.28, 11.11"])
    assert found.bad.tolist() == [True, False]


def test_the_system_that_values_name_is_kept() -> None:
    found = one_column(["SRID=25832;POINT (597423.1 6643110)"])
    assert (found.epsg, found.x[0], found.y[0]) == (25832, 597423.1, 6643110)


@given(st.lists(st.floats(-180, 180).map(lambda v: round(v, 6)), min_size=1, max_size=20), st.sampled_from(".,"))
def test_degrees_come_back_in_either_decimal_sign(values: list[float], sign: str) -> None:
    written = [f"{v:.6f}".replace(".", sign) for v in values]
    assert numbers(written, small=True)[0].tolist() == pytest.approx(values)


@given(
    st.lists(st.integers(100_000, 7_900_000), min_size=2, max_size=20), st.sampled_from([" ", ".", ",", "\u202f", ""])
)
def test_metres_come_back_with_any_thousands_sign(values: list[int], sign: str) -> None:
    written = [f"{v:,}".replace(",", sign) for v in values]
    assert numbers(written)[0].tolist() == values
