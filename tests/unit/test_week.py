"""Are the half hours of a week read, shared and said as people mean them?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.errors import InputError
from assetmap.i18n import say
from assetmap.messages import M
from assetmap.model.week import Week

WEEKS = st.integers(0, (1 << 336) - 1).map(Week)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("Tu 18:00-21:00", "Tu 18:00-21:00"),
        ("Tu 18-21; Tu 20:30-22", "Tu 18:00-22:00"),
        ("Sa-Su 10-12", "Sa 10:00-12:00; Su 10:00-12:00"),
        ("Su-Mo 9-10", "Mo 09:00-10:00; Su 09:00-10:00"),
        ("Fr 22-02", "Fr 22:00-24:00; Sa 00:00-02:00"),
        ("Su 23:30-00:30", "Mo 00:00-00:30; Su 23:30-24:00"),
        ("Mo 0-24", "Mo 00:00-24:00"),
        ("evening", "; ".join(f"{day} 16:00-22:00" for day in ("Mo", "Tu", "We", "Th", "Fr"))),
    ],
)
def test_what_people_write_is_read(text: str, said: str) -> None:
    assert str(Week.read(text)) == said


@pytest.mark.parametrize("text", ["Tuesday", "Tu", "Xx 10-12", "Mo-Xx 10-12", "Mo 10-10", "Mo 25-26", "Mo 10:15-12"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=text):
        Week.read(text)


def test_more_half_hours_than_a_week_has_are_refused() -> None:
    with pytest.raises(InputError, match="336"):
        Week(1 << 336)


@given(WEEKS)
def test_what_is_written_is_read_again(week: Week) -> None:
    assert Week.read(str(week)) == week
    assert sum(one.hours for one in week.stretches()) * 2 == week.bits.bit_count()


@given(WEEKS, WEEKS)
def test_shared_and_left_half_hours_make_up_the_whole(mine: Week, yours: Week) -> None:
    assert (mine & yours) | mine.without(yours) == mine
    assert not (mine & yours) & mine.without(yours)
    assert (mine & yours).longest() <= min(mine.longest(), yours.longest())


def test_the_longest_stretches_are_said_in_the_order_of_the_week() -> None:
    week = Week.read("Mo 10-11; Tu 18-21; We 9-10; Fr 12-14")
    assert say(M("Free: {times}.", times=week.said(2)), "en") == "Free: Tuesday 18:00–21:00 and Friday 12:00–14:00."
    assert week.longest() == 3
    assert Week().longest() == 0
