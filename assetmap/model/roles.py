"""Who may do what, and with whose records or in which area?

The table `tables/roles.csv` has a line per action and a column per role. A cell is empty (no), `all`, `area` (where the
role was given for that area) or `own` (the person's own record). What does not stand there is not allowed: no unknown
role, no unknown action, no area or person left out. Everybody, signed in or not, is also `public`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from assetmap.errors import NotAllowed, UnknownKey
from assetmap.messages import Label, M
from assetmap.model.taxonomy import rows

PUBLIC = "public"
EVERYWHERE, IN_AREA, OWN = "all", "area", "own"


@dataclass(frozen=True)
class Role:
    """What somebody may be.

    Attributes:
        second_step: Whoever has it signs in with a code beside the password, else it does not hold.
    """

    key: str
    labels: Mapping[str, str]
    second_step: bool

    @property
    def said(self) -> Label:
        """The name as a value for a message."""
        return Label(self.labels)


@dataclass(frozen=True)
class Action:
    """What somebody may do.

    Attributes:
        people: It touches personal records: why it is done is written down with it.
        cells: `all`, `area` or `own` per role; a role that may not has none.
    """

    key: str
    labels: Mapping[str, str]
    people: bool
    cells: Mapping[str, str]

    @property
    def said(self) -> Label:
        """The name as a value for a message."""
        return Label(self.labels)


@dataclass(frozen=True)
class Granted:
    """One role that an account has.

    Attributes:
        role: A key of `roles()`; an unknown one allows nothing.
        areas: Ids of the areas it was given for; only roles by area look at them.
        person: Whose record is the account's own (a pseudonym); None where it has none.
    """

    role: str
    areas: frozenset[str] = frozenset()
    person: str | None = None


@dataclass(frozen=True)
class Scope:
    """What an action would touch: a person's record, something in an area, or (None) neither."""

    person: str | None = None
    area: str | None = None


ANYTHING = Scope()
_EVERYBODY = Granted(PUBLIC)


def allowed(account_roles: Iterable[Granted], action: str, scope: Scope = ANYTHING) -> bool:
    """Whether somebody with these roles may do this, there; no role at all is the public."""
    asked = actions().get(action)
    if asked is None:
        return False
    return any(_holds(asked.cells.get(granted.role, ""), granted, scope) for granted in (_EVERYBODY, *account_roles))


def _holds(cell: str, granted: Granted, scope: Scope) -> bool:
    if cell == IN_AREA:
        return bool(scope.area) and scope.area in granted.areas
    if cell == OWN:
        return bool(scope.person) and scope.person == granted.person
    return cell == EVERYWHERE


def require(account_roles: Iterable[Granted], action: str, scope: Scope = ANYTHING) -> None:
    """Stop whoever may not.

    Raises:
        NotAllowed: The action, and whom to ask. The sentence names no person and no area, so that it is the same for a
            record that is there and for one that is not.
    """
    if allowed(account_roles, action, scope):
        return
    asked = actions().get(action)
    if asked is None:
        raise NotAllowed(M("There is no action “{action}”, so nobody may do it.", action=action))
    raise NotAllowed(
        M("Your roles do not let you do this here: {action}. Nothing was done. Sign in, or ask an administrator which "
          "role and area you need.", action=asked.said)
    )  # fmt: skip


@cache
def roles() -> Mapping[str, Role]:
    """All roles by key, the public first."""
    return {row["role"]: Role(row["role"], _labels(row), row["second_step"] == "yes") for row in rows("role_names.csv")}


@cache
def actions() -> Mapping[str, Action]:
    """All actions by key, with who may."""
    return {row["action"]: _action(row) for row in rows("roles.csv")}


def role(key: str) -> Role:
    """The role of that key.

    Raises:
        UnknownKey: There is no such role, or it is the public, which nobody is given.
    """
    if key == PUBLIC or key not in roles():
        known = ", ".join(name for name in roles() if name != PUBLIC)
        raise UnknownKey(M("There is no role “{key}” to give. Use one of: {known}.", key=key, known=known))
    return roles()[key]


def by_area(key: str) -> bool:
    """Whether a role is given for areas, and would allow less without one."""
    return any(action.cells.get(key) == IN_AREA for action in actions().values())


def _action(row: Mapping[str, str]) -> Action:
    cells = {name: row[name] for name in roles() if row[name]}
    return Action(row["action"], _labels(row), row["people"] == "yes", cells)


def _labels(row: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix("label_"): text for name, text in row.items() if name.startswith("label_") and text}
