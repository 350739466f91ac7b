"""How do erased words leave the files of a server too?

PostgreSQL keeps what a row was until it needs the room. So the tables that had the words are written anew, and what is
known of their values by statistics is counted anew. That waits for whoever still looks at an older moment; where that
takes too long, it is left to `assetmap doctor --mend`. What a server writes beside its tables (its write-ahead log, its
own backups) keeps the words until whoever runs it lets go of it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assetmap.errors import StoreError
from assetmap.messages import M
from assetmap.store import content
from assetmap.store import tables as t
from assetmap.store.home import Home
from assetmap.store.homes import server_people
from assetmap.store.homes.refusals import busy, explaining
from assetmap.store.homes.server_upgrade import is_owner
from assetmap.store.homes.shelf import shelf_file, shelf_piece
from assetmap.store.soundness import Answers

if TYPE_CHECKING:
    from assetmap.store.homes.server import ServerHome

WIPED = "wiped"
"""The setting that says up to which erasure (its number) the tables were written anew."""
TOUCHED = (
    t.asset, t.asset_history, t.claim, t.suggestion, t.issue, t.changeset, t.match, t.snapshot, shelf_file, shelf_piece,
)  # fmt: skip
_AGAIN_S = 0.05
_OLDER = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND greatest(age(backend_xmin), age(backend_xid)) > age(CAST(CAST(:mine AS text) AS xid))"
)


def left(connection: sa.Connection) -> int:
    """The number of the last erasure whose words may still be in the files; 0 where there is none."""
    last = connection.scalar(sa.select(sa.func.max(t.erasure.c.fid))) or 0
    return int(last) if last > int(content.setting_of(connection, WIPED, 0)) else 0


def wipe(home: ServerHome) -> bool:
    """Write the tables anew where words were erased since that was done last; whether it was done.

    Raises:
        StoreError: Somebody looks at an older moment or uses a table for too long; it is yet to be done.
    """
    with home.reading() as connection:
        last = left(connection)
        mine = is_owner(connection, home.place)
        held = server_people.exists(connection, home.place.people)
    if not last or not mine:
        return False
    names = [f"{home.place.schema}.{table.name}" for table in TOUCHED]
    write_anew(home, [*names, f"{home.place.people}.held_contact"] if held else names, patient=True)
    with home.writing() as connection:
        content.set_settings(connection, **{WIPED: max(last, int(content.setting_of(connection, WIPED, 0)))})
    return True


def write_anew(home: ServerHome, names: Iterable[str], *, patient: bool = False) -> None:
    """Write tables anew, so that no byte of what was in them before stays.

    Args:
        patient: Wait for whoever looks at an older moment: for them the server would keep what was there then.

    Raises:
        StoreError: Somebody uses a table, or looks at an older moment, for too long.
    """
    with explaining(home.place), home.alone() as connection:
        if patient:
            _wait_for_older(home, connection)
        for name in names:
            connection.exec_driver_sql(f"VACUUM (FULL, ANALYZE) {name}")


def _wait_for_older(home: ServerHome, connection: sa.Connection) -> None:
    mine = int(connection.scalar(sa.text("SELECT txid_current()")) or 0) % 2**32  # later than all that is done
    until = time.monotonic() + home.wait_s
    while connection.scalar(_OLDER, {"mine": str(mine)}):
        if time.monotonic() > until:
            raise StoreError(busy(home.place))
        time.sleep(_AGAIN_S)


def wiped(home: Home) -> Answers:
    """Whether erased words may still be in the files of the server, for those who look after the store."""
    with home.reading() as connection:
        erased = connection.scalar(sa.select(sa.func.count()).select_from(t.erasure))
        last = left(connection)
    if last:
        yield False, M("Words that were erased may still be in the files of {store} on the server, as its tables were "
                       "in use. Let whoever owns the store run “assetmap doctor --mend”.",
                       store=home.address)  # fmt: skip
    elif erased:
        yield True, M("No erased words are left in the tables on the server.")


def try_to_wipe(home: ServerHome) -> None:
    """The same as `wipe`, where it can be done now; else `assetmap doctor` tells."""
    with contextlib.suppress(StoreError):
        wipe(home)
