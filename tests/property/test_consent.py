"""Whatever a person says, in whatever order and by whatever clock: is anything allowed after a no or after the end?"""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from assetmap.model.consent import AUDIENCE_OF, KINDS, ConsentEvent, Consents

START = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
GROUPS = ("choir", "chess")
SCOPES = [(purpose, group) for purpose in AUDIENCE_OF for group in (GROUPS if purpose == "share" else ("",))]


def moment(days: int) -> datetime.datetime:
    return START + datetime.timedelta(days=days)


@st.composite
def events(draw: st.DrawFn) -> ConsentEvent:
    kind = draw(st.sampled_from(KINDS))
    purpose, group = draw(st.sampled_from(SCOPES))
    day, lasts = draw(st.integers(0, 12)), draw(st.integers(1, 12))
    giving = {"text_sha256": "a" * 64, "language": "nb", "expires_at": moment(day + lasts)}
    if kind == "withdrawn":
        giving, group = {}, draw(st.sampled_from(["", group]))
    return ConsentEvent(
        id="e", person="p", at=moment(day), kind=kind, purpose=purpose, audience=AUDIENCE_OF[purpose], group=group,
        **giving,
    )  # fmt: skip


LISTS = st.lists(events(), max_size=12)
MOMENTS = st.integers(-1, 26).map(moment)


def of(said: list[ConsentEvent], purpose: str, group: str) -> tuple[list[ConsentEvent], list[int]]:
    """The givings of a purpose, and the places in the list where it was withdrawn: said a second time, and simply."""
    wide = ("keep", purpose)
    gone = [i for i, e in enumerate(said) if e.kind == "withdrawn" and e.purpose in wide
            and (e.purpose == "keep" or e.group in ("", group))]  # fmt: skip
    return [e for e in said if e.kind != "withdrawn" and (e.purpose, e.group) == (purpose, group)], gone


@given(LISTS, MOMENTS, st.sampled_from(SCOPES))
def test_what_is_allowed_rests_on_a_giving_that_covers_the_moment_and_was_not_withdrawn_later(
    said: list[ConsentEvent], at: datetime.datetime, scope: tuple[str, str]
) -> None:
    consents = Consents(said)
    purpose, group = scope
    if not consents.allows(purpose, AUDIENCE_OF[purpose], at, group):
        return
    for needed, name in ((purpose, group), ("keep", "")):
        _, gone = of(said, needed, name)
        after = said[gone[-1] + 1 :] if gone else said
        givings, _ = of(after, needed, name)
        assert any(e.kind == "given" and e.at <= at for e in givings)
        assert any(e.at <= at < e.expires_at for e in givings if e.expires_at)


@given(LISTS, MOMENTS, st.sampled_from(SCOPES))
def test_no_moment_at_all_is_allowed_right_after_a_withdrawal(
    said: list[ConsentEvent], at: datetime.datetime, scope: tuple[str, str]
) -> None:
    purpose, group = scope
    no = ConsentEvent("e", "p", START, "withdrawn", purpose, AUDIENCE_OF[purpose], group)
    assert not Consents([*said, no]).allows(purpose, AUDIENCE_OF[purpose], at, group)
    if purpose == "keep":
        assert Consents([*said, no]).standing(at) == []


@given(LISTS, MOMENTS, st.sampled_from(SCOPES))
def test_a_giving_to_the_end_makes_it_allowed(
    said: list[ConsentEvent], at: datetime.datetime, scope: tuple[str, str]
) -> None:
    """The rule is not kept by allowing nothing."""
    purpose, group = scope
    yes = [
        ConsentEvent("e", "p", at, "given", name, AUDIENCE_OF[name], which, "a" * 64, "nb", expires_at=moment(40))
        for name, which in (("keep", ""), (purpose, group))
    ]
    assert Consents([*said, *yes]).allows(purpose, AUDIENCE_OF[purpose], at, group)


@given(LISTS, MOMENTS)
def test_what_stands_is_what_is_allowed_and_asked_again_in_its_last_thirty_days(
    said: list[ConsentEvent], at: datetime.datetime
) -> None:
    consents = Consents(said)
    standing = {(one.event.purpose, one.event.group) for one in consents.standing(at)}
    assert standing == {(p, g) for p, g in SCOPES if consents.allows(p, AUDIENCE_OF[p], at, g)}
    # all of these last less than thirty days, so each is due from its beginning
    assert len(consents.to_ask_again(at)) == len(standing)
