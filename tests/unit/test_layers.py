"""Does every module import downward only, and does each heavy package stay in its room?

Read from the syntax trees, so that an import inside a function counts as well.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "assetmap"

# A room is a folder or module directly under assetmap/. A room imports rooms of a lower rank, and itself; two rooms
# of one rank do not know each other. `assetmap` itself (its __init__) is of the rank of the verbs.
RANKS: dict[int, set[str]] = {
    8: {"__main__"},
    7: {"app", "cli"},
    6: {"assetmap", "api", "gathering", "rerun", "round_trip", "importing", "demo"},
    5: {"reports"},
    4: {"sources", "store", "analyses", "maps", "exports"},
    3: {"walk", "disclosure", "upkeep", "connect"},
    2: {"osm", "registry", "settings", "i18n", "atomic"},
    1: {"model"},
    0: {"errors", "messages"},
}
RANK = {room: rank for rank, rooms in RANKS.items() for room in rooms}

# Neighbours that may know each other all the same: (who imports, what).
ALLOWED: set[tuple[str, str]] = {
    ("assetmap", "api"),  # __init__ only hands the verbs on
    ("api", "gathering"),
    ("importing", "gathering"),
    ("cli", "app"),  # `assetmap app` starts it
    ("errors", "messages"),  # an error carries a message
}

# Packages whose use stops in certain rooms.
ROOMS_OF: dict[str, set[str]] = {
    "streamlit": {"app"},
    "typer": {"cli"},
    "folium": {"maps"},
    "branca": {"maps"},
    "osmnx": {"sources", "analyses"},
    "opening_hours": {"sources", "analyses"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "pandera": {"model"},
    "cryptography": {"store"},
    "argon2": {"store"},
    "pyotp": {"store"},
    "osmium": {"osm"},
    "pydantic_settings": {"settings"},
}

# What pages may not even name: they ask a verb and show what comes back.
PAGES = PACKAGE / "app" / "pages"
NOT_IN_PAGES = {"numpy", "pandas", "geopandas", "shapely", "scipy", "folium", "osmnx"}

SLOW = {"streamlit", "folium", "osmnx", "sqlalchemy"}


@dataclass(frozen=True)
class Import:
    file: Path
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(PACKAGE.parent)}:{self.line} imports {self.module}"


def room_of(file: Path) -> str:
    """The room that a file belongs to: `assetmap/walk/snap.py` to `walk`, `assetmap/osm.py` to `osm`."""
    first = file.relative_to(PACKAGE).parts[0]
    return "assetmap" if first == "__init__.py" else first.removesuffix(".py")


def modules_named(node: ast.AST, file: Path) -> Iterator[str]:
    """The absolute names that one statement imports; `from assetmap import walk` names `assetmap.walk`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parents = ["assetmap", *file.relative_to(PACKAGE).parts[: -node.level]]
            base = ".".join([*parents, *filter(None, [base])])
        yield from ([f"assetmap.{alias.name}" for alias in node.names] if base == "assetmap" else [base])


def imports_of(file: Path) -> list[Import]:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return [Import(file, node.lineno, module) for node in nodes for module in modules_named(node, file)]


IMPORTS = [found for file in sorted(PACKAGE.rglob("*.py")) for found in imports_of(file)]


def own_room(module: str) -> str | None:
    """The room that an imported name of ours lies in; a name that is no room is one of the public verbs."""
    top, _, rest = module.partition(".")
    if top != "assetmap":
        return None
    room = rest.partition(".")[0]
    return room if room in RANK else "assetmap"


def test_every_room_has_a_rank() -> None:
    rooms = {room_of(file) for file in PACKAGE.rglob("*.py")}
    assert rooms <= set(RANK), "give the new room a rank at the top of this test, and house rules a line"


def test_imports_go_downward() -> None:
    wrong = []
    for found in IMPORTS:
        here, there = room_of(found.file), own_room(found.module)
        if there is None or here == there or (here, there) in ALLOWED:
            continue
        if RANK[there] >= RANK[here]:
            wrong.append(f"{found}: from rank {RANK[here]} to rank {RANK[there]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("package", sorted(ROOMS_OF))
def test_a_package_stays_in_its_rooms(package: str) -> None:
    users = [found for found in IMPORTS if found.module.partition(".")[0] == package]
    wrong = [str(found) for found in users if room_of(found.file) not in ROOMS_OF[package]]
    assert not wrong, "\n".join(wrong)


def test_pages_leave_geometry_to_the_analyses() -> None:
    pages = [found for found in IMPORTS if found.file.is_relative_to(PAGES)]
    wrong = [str(found) for found in pages if found.module.partition(".")[0] in NOT_IN_PAGES]
    assert not wrong, "\n".join(wrong)


def test_the_rules_see_a_breach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of imports itself: late, relative and plain ones are all found."""
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path / "assetmap")
    file = tmp_path / "assetmap" / "walk" / "snap.py"
    file.parent.mkdir(parents=True)
    file.write_text("import folium.plugins\ndef f():\n    from ..maps import layers\n    from assetmap import cli\n")
    assert {found.module for found in imports_of(file)} == {"folium.plugins", "assetmap.maps", "assetmap.cli"}


def test_importing_assetmap_loads_no_heavy_package() -> None:
    code = f"import sys, assetmap; print(*sorted({SLOW!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
