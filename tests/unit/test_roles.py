"""May everybody do exactly what was meant, role by role and action by action?

What was meant is written here by hand, the other way round than in the table: per role, not per action.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.errors import AssetmapError, NotAllowed, UnknownKey
from assetmap.model.roles import Granted, Scope, actions, allowed, by_area, require, role, roles
from assetmap.model.taxonomy import rows

EVERYBODY = "map.read map.suggest map.export"
WORK = "map.edit map.delete map.undo map.history review.read review.decide"
CARE = (
    "person.register person.read person.change person.contact person.take_along person.erase person.area "
    "consent.record consent.withdraw gift.write gift.match connection.propose connection.answer connection.follow "
    "agreement.print exchange.run"
)
MEANT: dict[str, dict[str, str]] = {
    "public": {"all": EVERYBODY},
    "resident": {
        "all": f"{EVERYBODY} account.own",
        "own": "person.read person.change person.contact person.take_along person.erase consent.record "
        "consent.withdraw gift.write connection.answer connection.follow access.read",
    },
    "worker": {
        "all": f"{EVERYBODY} account.own",
        "area": f"{WORK} map.read_staff map.export_staff analysis.run person.register consent.record "
        "consent.withdraw gift.write",
    },
    "moderator": {
        "all": f"{EVERYBODY} {WORK} account.own map.read_staff map.export_staff map.import duplicates.decide "
        "snapshot.make analysis.run health.read",
    },
    "connector": {"all": f"{EVERYBODY} {CARE} account.own map.read_staff analysis.run cells.analyse"},
    "analyst": {"all": f"{EVERYBODY} account.own map.read_staff map.export_staff analysis.run cells.analyse"},
    "planner": {
        "all": f"{EVERYBODY} account.own map.read_staff map.export_staff snapshot.make analysis.run cells.analyse "
        "release.make",
    },
    "administrator": {
        "all": f"{EVERYBODY} account.own account.read account.invite account.grant account.disable settings.change "
        "backup.make backup.restore health.read map.history retention.read papers.make",
    },
    "dpo": {
        "all": f"{EVERYBODY} account.own account.read assessment.sign health.read map.history access.read erasure.read "
        "retention.read papers.make person.erase consent.withdraw",
    },
}  # fmt: skip
ROLES = list(MEANT)
ACTIONS = [row["action"] for row in rows("roles.csv")]
MINE, HERS = "person-a", "person-b"
INSIDE, OUTSIDE = "area-a", "area-b"
SCOPES = [Scope(person, area) for person in (None, MINE, HERS) for area in (None, INSIDE, OUTSIDE)]


def cell(name: str, action: str) -> str:
    """What is meant for a role and an action."""
    found = [kind for kind, keys in MEANT[name].items() if action in keys.split()]
    assert len(found) <= 1
    return found[0] if found else ""


def should(name: str, action: str, scope: Scope) -> bool:
    meant = cell(name, action)
    if meant == "own":
        return scope.person == MINE
    return meant == "all" or (meant == "area" and scope.area == INSIDE)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", ROLES)
def test_every_role_and_action(name: str, action: str) -> None:
    held = [] if name == "public" else [Granted(name, frozenset({INSIDE}), MINE)]
    for scope in SCOPES:
        assert allowed(held, action, scope) is should(name, action, scope), scope
        if should(name, action, scope):
            require(held, action, scope)
        else:
            with pytest.raises(NotAllowed, match="Nothing was done"):
                require(held, action, scope)


def test_the_hand_written_side_names_every_role_and_action_and_no_other() -> None:
    assert list(roles()) == ROLES
    written = {action for kinds in MEANT.values() for keys in kinds.values() for action in keys.split()}
    assert written == set(ACTIONS)
    assert len(ACTIONS) == len(set(ACTIONS)) == len(actions())


def test_cells_hold_only_words_that_mean_something() -> None:
    assert {row[name] for row in rows("roles.csv") for name in ROLES} == {"", "all", "area", "own"}
    assert {row["people"] for row in rows("roles.csv")} == {"", "yes"}


@pytest.mark.parametrize("name", ["public", "moderator", "analyst", "planner", "administrator"])
def test_these_see_no_people(name: str) -> None:
    held = [Granted(name, frozenset({INSIDE}), MINE)]
    people = [action.key for action in actions().values() if action.people]
    assert len(people) > 10
    assert not [action for action in people for scope in SCOPES if allowed(held, action, scope)]


def test_whatever_names_a_person_is_called_personal() -> None:
    named = {key for key in ACTIONS if key.split(".")[0] in {"person", "consent", "gift", "connection", "access"}}
    assert named <= {action.key for action in actions().values() if action.people}


def test_who_works_with_people_or_accounts_needs_a_second_step() -> None:
    assert {key for key, known in roles().items() if known.second_step} == {
        "worker", "connector", "administrator", "dpo"
    }  # fmt: skip


@given(st.text(), st.text(), st.sampled_from(SCOPES))
def test_what_is_not_known_is_not_allowed(name: str, action: str, scope: Scope) -> None:
    assert allowed([Granted(name, frozenset({INSIDE}), MINE)], action, scope) is (action in EVERYBODY.split())
    if name not in ROLES:
        assert not allowed([Granted(name, frozenset({INSIDE}), MINE)], "person.read", scope)


@pytest.mark.parametrize("empty", [Granted("worker"), Granted("resident"), Granted("worker", frozenset({""}), "")])
def test_a_role_without_area_or_person_opens_nothing(empty: Granted) -> None:
    for action in ("map.edit", "person.read", "consent.record"):
        assert not allowed([empty], action, Scope())
        assert not allowed([empty], action, Scope("", ""))
        assert not allowed([empty], action, Scope(HERS, INSIDE))


@given(st.lists(st.sampled_from(ROLES[1:]), max_size=4), st.sampled_from(ACTIONS), st.sampled_from(SCOPES))
def test_several_roles_allow_what_any_of_them_allows(names: list[str], action: str, scope: Scope) -> None:
    held = [Granted(name, frozenset({INSIDE}), MINE) for name in names]
    assert allowed(held, action, scope) is any(should(name, action, scope) for name in [*names, "public"])


def test_a_refusal_is_ours_and_a_builtin_and_says_the_same_of_any_record() -> None:
    said = set()
    for scope in (Scope(HERS), Scope("nobody"), Scope()):
        with pytest.raises(NotAllowed) as refused:
            require([Granted("resident", person=MINE)], "person.read", scope)
        assert isinstance(refused.value, AssetmapError)
        assert isinstance(refused.value, PermissionError)
        said.add(str(refused.value))
    assert len(said) == 1
    with pytest.raises(NotAllowed, match=r"There is no action “person\.raed”"):
        require([Granted("connector")], "person.raed")


def test_roles_that_can_be_given() -> None:
    assert role("dpo").said.said("da") == "databeskyttelsesrådgiver"
    assert [name for name in ROLES if by_area(name)] == ["worker"]
    for name in ("public", "owner", ""):
        with pytest.raises(UnknownKey, match="no role"):
            role(name)


def test_the_documentation_says_the_same() -> None:
    """The page, read cell by cell, against the side that was written by hand."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "roles.md").read_text(encoding="utf-8")
    lines = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line.startswith("| `")]
    told = {line[0].strip("`"): line for line in lines}
    assert set(told) == {*ROLES, *ACTIONS}
    for key in ROLES:
        assert told[key][1:] == [*(roles()[key].labels[lang] for lang in ("nb", "da")),
                                 "needed" if roles()[key].second_step else ""]  # fmt: skip
    for action in ACTIONS:
        assert told[action][2:] == [cell(name, action).replace("all", "yes") for name in ROLES], action
        assert told[action][1].endswith(" *") is actions()[action].people


def test_every_name_stands_in_three_languages() -> None:
    for named in (*roles().values(), *actions().values()):
        assert set(named.labels) == {"en", "nb", "da"}, named.key
