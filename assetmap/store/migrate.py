"""How does a store that an older assetmap made become one of this version?

By the revisions in `migrations`, one after the other, inside one transaction of the caller: all of it, or nothing.
Which version a store has stands in its own table `schema_version`, with the day and the program that brought it there;
Alembic's table of its own is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assetmap.store import content
from assetmap.store import tables as t

REVISIONS = Path(__file__).parent / "migrations"


def upgrade(connection: sa.Connection, found: int, wanted: int | None = None, *, revisions: Path | None = None) -> None:
    """Bring the tables from one version to another, inside the connection's transaction.

    The triggers of the history must have been taken away before, and be made again afterwards.

    Args:
        found: The version that the tables have; 0 where there are none.
        wanted: The version that they shall have; that of today where nothing is said.
        revisions: The folder with one file per version; that of the store where nothing is said.
    """
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with Operations.context(MigrationContext.configure(connection)):
        for number, step in _steps(revisions or REVISIONS, found, wanted or t.VERSION):
            step.upgrade()
            _sign(connection, number)
    content.touch(connection)


def _steps(folder: Path, found: int, wanted: int) -> Iterator[tuple[int, Any]]:
    """The revisions after one version up to another, oldest first, with the version that each makes."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(folder), version_locations=[str(folder)])
    base = f"{found:04d}" if found else "base"
    steps = list(scripts.iterate_revisions(f"{wanted:04d}", base))
    for step in reversed(steps):
        yield int(step.revision), step.module


def _sign(connection: sa.Connection, number: int) -> None:
    row = {"version": number, "program": f"{content.PROGRAM} {version(content.PROGRAM)}", "applied_at": content.now()}
    connection.execute(sa.insert(t.schema_version), [row])
