"""Opening hours as people and registers write them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from assetmap.sources.opening_hours import normal_hours


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("Mo-Fr 08:00-16:00", "Mo-Fr 08:00-16:00"),
        ("Mo-Fr 08-16", "Mo-Fr 08:00-16:00"),
        ("Mo-Fr 08.00-16.00", "Mo-Fr 08:00-16:00"),
        ("Mo-Fr 8:00–16:00", "Mo-Fr 08:00-16:00"),
        ("ma-fr 8-16", "Mo-Fr 08:00-16:00"),
        ("Ma-Fr 8-16", "Mo-Fr 08:00-16:00"),
        ("man-fre 08.30–15.00", "Mo-Fr 08:30-15:00"),
        ("mandag-fredag kl. 10-18", "Mo-Fr 10:00-18:00"),
        ("Mandag - fredag: 10-18", "Mo-Fr 10:00-18:00"),
        ("Man-fre: 10.00 - 18.00; lør: 10.00 - 14.00", "Mo-Fr 10:00-18:00; Sa 10:00-14:00"),
        ("lør 10–14", "Sa 10:00-14:00"),
        ("lørdag og søndag 12-16", "Sa-Su 12:00-16:00"),
        ("søn stengt", "Su closed"),
        ("ti-to 12-19", "Tu-Th 12:00-19:00"),
        ("tirsdag 10-12", "Tu 10:00-12:00"),
        ("on 10-12", "We 10:00-12:00"),
        ("måndag-fredag 9-17", "Mo-Fr 09:00-17:00"),
        ("mån-fre 9-17, lör 10-14", "Mo-Fr 09:00-17:00, Sa 10:00-14:00"),
        ("lördag 10-14", "Sa 10:00-14:00"),
        ("sön stängt", "Su closed"),
        ("Mo-Fr 08:00-16:00;", "Mo-Fr 08:00-16:00"),
        (" Mo-Fr 08:00-16:00 . ", "Mo-Fr 08:00-16:00"),
        ("24/7", "24/7"),
        ("PH off", "PH closed"),
    ],
)
def test_common_spellings_mean_what_they_say(raw: str, normal: str) -> None:
    found = normal_hours(raw)
    assert found is not None
    assert found == str(OpeningHours(normal).normalize())


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "   ",
        "by appointment only!",
        "ring først",
        "se www.example.org",
        "etter avtale",
        "\0",
        ";",
        " . ",
        "🙂",
        "(" * 5000,
    ],
)
def test_what_cannot_be_read_stays_unread(raw: str) -> None:
    assert normal_hours(raw) is None


def test_the_meaning_holds_not_only_the_spelling() -> None:
    hours = OpeningHours(normal_hours("ma-fr 8-16, lør 10–14; 17. mai stengt") or normal_hours("ma-fr 8-16; lør 10–14"))
    assert hours.is_open(datetime(2026, 5, 18, 9))
    assert not hours.is_open(datetime(2026, 5, 18, 17))
    assert hours.is_open(datetime(2026, 5, 23, 13))
    assert not hours.is_open(datetime(2026, 5, 24, 13))


@given(st.text(alphabet="mandgtiroesløuPHoffMFrSMTWhclzkÅ0123456789:.-–—,; ", max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_it_and_what_is_read_stays_read(raw: str) -> None:
    found = normal_hours(raw)
    assert found is None or normal_hours(found) == found


def test_ten_thousand_characters_are_nothing_special() -> None:
    assert normal_hours("a" * 10_000) is None
    long = "; ".join(["Mo 08:00-09:00"] * 700)
    assert normal_hours(long) is not None
