"""Does every circle see its own rows, and nothing told of the others?"""

from __future__ import annotations

import pandas as pd
import pytest

from assetmap.analyses.coverage import coverage
from assetmap.disclosure.gate import demand_audience, release
from assetmap.errors import DisclosureError, UnknownKey
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.issues import Issue, issues_frame
from tests.towns import assets_at, homes_at, inventory_of

CIRCLES = ["public", "members", "staff", "connector"]


def town() -> object:
    """One library for each circle, a playground that waits, and one row of gifts that should never have come in."""
    books = assets_at(*[(x * 100, 0) for x in range(4)], category="library", audience=CIRCLES)
    waits = assets_at((0, 100), review="pending")
    gift = assets_at((0, 200), category="gifts_head")
    secret = Issue("opening-hours-unread", M("x"), "library/2", "opening_hours", "ask Kari at the back door")
    open_ = Issue("opening-hours-unread", M("x"), "library/0", "opening_hours", "ask")
    return inventory_of(
        pd.concat([books, waits, gift]), homes_at((0, 0)), audience=Audience.connector,
        issues=issues_frame([secret, open_, Issue("file", M("The whole file."))]),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("audience", "books", "play"), [("public", 1, 0), ("members", 2, 0), ("staff", 3, 1), ("connector", 4, 1)]
)
def test_each_circle_sees_what_wider_ones_see_and_more(audience: str, books: int, play: int) -> None:
    seen = release(town(), audience)
    assert seen.audience is Audience.of(audience)
    assert (seen.frame["category"] == "library").sum() == books
    assert (seen.frame["category"] == "playground").sum() == play
    assert not (seen.frame["category"] == "gifts_head").any(), "gifts are never rows that leave"


def test_rows_held_back_are_counted_and_nothing_else_is_told() -> None:
    seen = release(town(), "public")
    codes = dict(zip(seen.issues["code"], seen.issues["message"], strict=True))
    assert codes["waits-for-review"] == "Playground: one waits for review and is left out."
    assert codes["not-for-audience"] == "4 assets are for a narrower circle and are left out."
    assert not seen.issues["detail"].str.contains("Kari").any()
    assert {"library/0", ""} <= set(seen.issues["asset"])
    assert release(town(), "staff").issues["detail"].str.contains("Kari").any()


def test_also_beyond_the_boundary() -> None:
    whole = town()
    moved = whole.replace(frame=whole.frame.head(0), beyond=whole.frame)
    assert len(release(moved, "public").beyond) == 1


def test_the_inventory_itself_is_untouched() -> None:
    whole = town()
    before = whole.frame.copy()
    release(whole, "public")
    pd.testing.assert_frame_equal(pd.DataFrame(before), pd.DataFrame(whole.frame))


def test_a_figure_is_shown_to_its_circle_or_a_narrower_one() -> None:
    staff = coverage(release(town(), "staff"), category="library", minutes=5)
    assert staff.audience is Audience.staff
    demand_audience(staff, "staff")
    demand_audience(staff, "connector")
    with pytest.raises(DisclosureError, match="made for staff and may not be shown to public"):
        demand_audience(staff, "public")
    with pytest.raises(UnknownKey, match="no audience “everyone”"):
        demand_audience(staff, "everyone")
