"""Whatever people say, in whatever order, and whatever moment is asked for: does any row leave without a consent that
is valid at that moment?

The SQL of the one place where people are read is held against the model, which has its own test, and against the
plainest thing that can be said of it.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import asdict, replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetmap.model.consent import AUDIENCE_OF, ConsentEvent, Consents
from assetmap.store.people import consents, reading, vault
from assetmap.store.people import tables as t
from assetmap.store.people.home import FolderPeople
from assetmap.store.people.opening import open_people
from assetmap.store.people.profile import Profile
from tests.people_world import DAY, START, SetClock
from tests.property.test_consent import SCOPES, events

BEFORE = START.replace(year=2026)
"""Before everything that is asked for, so that only the moment decides."""
STEP = datetime.timedelta(milliseconds=1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> FolderPeople:
    return open_people(tmp_path_factory.mktemp("people"), clock=SetClock(BEFORE))


def told(home: FolderPeople, said: list[list[ConsentEvent]]) -> dict[str, list[ConsentEvent]]:
    """People who said this, each in this order, their events among each other's."""
    people = {secrets.token_hex(16): some for some in said}
    known = {one: [replace(e, id=secrets.token_hex(16), person=one) for e in some] for one, some in people.items()}
    longest = max((len(some) for some in known.values()), default=0)
    mixed = [some[i] for i in range(longest) for some in known.values() if i < len(some)]
    with home.alone():
        seals = {one: vault.new_seal(home, one) for one in known}
        rows = [{"id": one, "invented": True, "registered_at": "", "sealed": seal.close(asdict(Profile(name=one)))}
                for one, seal in seals.items()]  # fmt: skip
        with home.writing() as connection:
            connection.execute(sa.insert(t.person), rows)
            if mixed:
                consents.insert(connection, mixed)
    return known


def shown(home: FolderPeople, purpose: str, group: str, at: datetime.datetime, known: set[str]) -> set[str]:
    """Which of these people are shown; to everybody who asks, and each to themselves."""
    if purpose != "keep":
        found = reading.people(home, purpose, AUDIENCE_OF[purpose], "anna", "a test", at, group=group)
        return {one.person for one in found} & known
    return {one.person for who in sorted(known) for one in reading.people(home, "keep", "me", who, "a test", at)}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(events(), max_size=8), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(-1, 25), st.sampled_from([-STEP, 0 * STEP, STEP])), min_size=1, max_size=3),
    st.sampled_from(SCOPES),
)
def test_no_row_leaves_without_a_consent_valid_at_that_moment(
    home: FolderPeople,
    said: list[list[ConsentEvent]],
    days: list[tuple[int, datetime.timedelta]],
    scope: tuple[str, str],
) -> None:
    purpose, group = scope
    known = told(home, said)
    drawn = [datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC) + day * DAY + more for day, more in days]
    aimed = [e for some in said for e in some if (e.purpose, e.group) == scope or e.purpose == "keep"]
    for at in [*drawn, *[e.expires_at for e in aimed if e.expires_at][:2], *[e.at for e in aimed][:2]]:
        found = shown(home, purpose, group, at, set(known))
        allowed = {
            one for one, some in known.items() if Consents(some).allows(purpose, AUDIENCE_OF[purpose], at, group)
        }
        assert found == allowed
        for one in found:
            last = [e for e in known[one] if (e.purpose, e.group) == scope or e.purpose == "keep"]
            assert any(e.kind == "given" and e.at <= at for e in last)
            assert known[one][-1].kind != "withdrawn" or known[one][-1].purpose not in (purpose, "keep") or (
                known[one][-1].group not in ("", group)
            )  # fmt: skip
