"""Is there one place alone in the code through which a row of a person is read?

Read from the syntax trees: who may name the tables at all, who selects from them, and who writes SQL by hand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assetmap.store.people import tables

PACKAGE = Path(__file__).resolve().parents[2] / "assetmap"
ROOM = "store/people/"
TABLES = "assetmap.store.people.tables"
READS = {"store/people/reading.py"}
COPIES = {"store/people/restoring.py"}
"""Copies sealed rows from one file into another as they are; shows none."""
TRIGGERS = {"store/people/home.py"}
"""Its triggers ask the tables in their conditions, which return nothing."""
VARIABLES = {
    name for name, value in vars(tables).items()
    if any(value is one for one in (*tables.PERSONAL, tables.PERSONAL, tables.COLUMNS_OF_PERSON, tables.metadata))
}  # fmt: skip
NAMES = [table.name for table in tables.PERSONAL]
SQL = re.compile(rf"\b(from|join)\s+\"?({'|'.join(NAMES)})\b", re.IGNORECASE)
ANY_TABLE = re.compile(r"\bfrom\s+\"?$", re.IGNORECASE)
SELECTING = {"select", "exists", "returning", "subquery", "scalar_subquery", "read_sql", "read_sql_table", "aliased"}


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, and every name out of one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names_of_tables(tree: ast.AST) -> set[str]:
    """Under which names the module knows the tables' module, or a table of its own name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if f"{node.module}.{alias.name}" == TABLES:
                    found.add(alias.asname or alias.name)
    return found


def selects(tree: ast.AST) -> Iterator[str]:
    """Calls that read, with a personal table anywhere in them."""
    modules = names_of_tables(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in SELECTING and any(_personal(inner, modules) for inner in ast.walk(node)):
                yield f"{called} in line {node.lineno}"


def _personal(node: ast.AST, modules: set[str]) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr in VARIABLES
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
    )


def by_hand(tree: ast.AST) -> Iterator[str]:
    """SQL in a text that names a personal table, or takes any."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.search(node.value):
            yield f"SQL in line {node.lineno}"
        elif isinstance(node, ast.JoinedStr):
            for part, following in zip(node.values, [*node.values[1:], None], strict=True):
                if (
                    isinstance(part, ast.Constant) and ANY_TABLE.search(str(part.value))
                    and isinstance(following, ast.FormattedValue)
                ):  # fmt: skip
                    yield f"SQL on any table in line {node.lineno}"


def breaches(name: str, source: str) -> list[str]:
    """What a module does that only the one place may do."""
    tree = ast.parse(source)
    found = []
    if not name.startswith(ROOM) and any(one == TABLES or one.startswith(f"{TABLES}.") for one in imported(tree)):
        found.append("imports the tables of people")
    if name.startswith(ROOM) and any(one.startswith(f"{TABLES}.") for one in imported(tree)):
        found.append("imports a table by its own name, which this test cannot follow")
    if name not in READS:
        found += selects(tree)
    hand = list(by_hand(tree))
    if name in COPIES | TRIGGERS or not name.startswith(ROOM):
        hand = [one for one in hand if "any table" not in one and name not in TRIGGERS]
    return found + hand


@pytest.fixture(scope="module")
def modules() -> dict[str, str]:
    files = sorted(PACKAGE.rglob("*.py"))
    return {file.relative_to(PACKAGE).as_posix(): file.read_text(encoding="utf-8") for file in files}


def test_rows_of_people_are_read_in_one_place(modules: dict[str, str]) -> None:
    asked = {name: source for name, source in modules.items() if "people" in source or SQL.search(source)}
    found = {name: wrong for name, source in asked.items() if (wrong := breaches(name, source))}
    assert len(asked) > 20
    assert found == {}


def test_the_one_place_is_there_and_reads(modules: dict[str, str]) -> None:
    assert {"person", "gift", "consent_event", "access_person", "PERSONAL", "metadata"} <= VARIABLES
    for name in READS:
        assert len(list(selects(ast.parse(modules[name])))) >= 8
    for name in COPIES | TRIGGERS:
        assert list(by_hand(ast.parse(modules[name])))


HEAD = "import sqlalchemy as sa\nfrom assetmap.store.people import tables as t\n"


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("app/pages/people.py", HEAD),
        ("store/store.py", "import assetmap.store.people.tables\n"),
        ("store/people/gifts.py", "from assetmap.store.people.tables import person\n"),
        ("store/people/gifts.py", HEAD + "q = sa.select(t.gift)\n"),
        ("store/people/gifts.py", HEAD + "q = sa.select(sa.func.count()).where(t.person.c.id == 'x').subquery()\n"),
        ("store/people/own.py", HEAD + "q = t.person.select()\nx = sa.select(sa.literal(1), t.person.c.id)\n"),
        ("store/people/own.py", HEAD + "q = sa.delete(t.gift).returning(t.gift.c.sealed)\n"),
        ("store/people/own.py", HEAD + "q = [sa.select(one) for one in t.PERSONAL]\nsa.select(t.PERSONAL[0])\n"),
        ("store/desks/review.py", "q = 'SELECT * FROM person WHERE id = 1'\n"),
        ("app/rows.py", 'q = f"select x from gift where {y}"\n'),
        ("store/people/vault.py", 'q = f"SELECT * FROM {table}"\n'),
    ],
    ids=lambda value: "" if "\n" in value else value,
)
def test_a_breach_is_seen(name: str, source: str) -> None:
    assert breaches(name, source)
