"""How does a person disappear, so that no row, no log and no copy can bring them back?

First it is noted who shall go (a random id), on the disk; then the rows go, and the words that others gave as a reason
when they looked; then the key, and with it everything that older copies hold of this person. Whatever breaks off in
between is gone on with at the next opening. A copy that is put back goes through the same list.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.store import asked
from assetmap.store.copies import moment, written
from assetmap.store.people import consents, noted, reading, vault
from assetmap.store.people import tables as t
from assetmap.store.people.home import PeopleHome


@dataclass(frozen=True)
class ErasureReceipt:
    """What was erased, to be handed over.

    Attributes:
        person: The pseudonym, which leads to nobody any more.
        rows: Table to number of rows that were removed.
        key_destroyed: Whether there was a key, which is gone.
        logs_cut: Whether the logs of the database could be cut at once; else they are with the next erasure or closing.
        unreadable_from: From then on no copy of the key exists in this store: nothing in any backup can be read.
    """

    person: str
    at: datetime.datetime
    rows: Mapping[str, int] = field(default_factory=dict)
    key_destroyed: bool = False
    logs_cut: bool = False
    unreadable_from: datetime.datetime | None = None


def erase(home: PeopleHome, person: str) -> ErasureReceipt:
    """Erase a person: rows, history, gifts, free text, key.

    Raises:
        InputError: There is nobody of that pseudonym, or they were erased already.
    """
    asked.key(person)
    with home.alone():
        at = home.clock()
        with home.writing() as connection:
            if connection.scalar(sa.select(t.erasure.c.person).where(t.erasure.c.person == person)):
                raise InputError(M("This person was erased already. There is nothing left to erase."))
            reading.demand_known(connection, person)
            noted.add(home, noted.erasing(person, at))
            rows = _remove(connection, person, written(at))
        destroyed = vault.destroy(home, [person])
        cut = home.wipe()
        return ErasureReceipt(person, at, rows, bool(destroyed), cut, home.keys_gone_from(at))


def replay(home: PeopleHome, also: Mapping[str, str] | None = None) -> int:
    """Do again what was noted and is not done: in a copy that was put back, or after a kill. Alone in the home.

    Args:
        also: Further people who were erased, with the moment: what other copies know.

    Returns:
        How many people and withdrawals were gone on with.
    """
    gone = {**(also or {}), **noted.erased(home.key_copies)}
    with home.writing() as connection:
        known = reading.known_persons(connection)
        left = sorted(known & gone.keys())
        for person in left:
            _remove(connection, person, gone[person])
        journal = set(connection.scalars(sa.select(t.erasure.c.person)))
        missing = [{"person": person, "at": at} for person, at in sorted(gone.items()) if person not in journal]
        if missing:
            connection.execute(sa.insert(t.erasure), missing)
        said = _withdraw_again(home, connection, known - gone.keys())
    keys = vault.destroy(home, sorted(vault.owners(home) & (gone.keys() | journal)))
    if left or keys:
        home.wipe()
    return len(left) + said + keys


def forget_accesses(home: PeopleHome) -> int:
    """Delete what is older than twelve months in the log of accesses; how many entries."""
    with home.alone(), home.writing() as connection:
        last = connection.scalar(sa.select(sa.func.max(t.access.c.at)))
        if last is None:
            return 0
        then = moment(last) - datetime.timedelta(days=366)
        old = sa.select(t.access.c.id).where(t.access.c.at < written(then))
        connection.execute(sa.delete(t.access_person).where(t.access_person.c.access.in_(old)))
        return connection.execute(sa.delete(t.access).where(t.access.c.at < written(then))).rowcount


def _withdraw_again(home: PeopleHome, connection: sa.Connection, known: set[str]) -> int:
    there = reading.known_events(connection)
    lost = [event for event in noted.withdrawals(home.key_copies) if event.person in known and event.id not in there]
    if lost:
        consents.insert(connection, lost)
    return len(lost)


def _remove(connection: sa.Connection, person: str, at: str) -> dict[str, int]:
    """Remove every row that names a person; the journal first, as the consents go for nobody else."""
    connection.execute(sa.insert(t.erasure), [{"person": person, "at": at}])
    whose = t.access.c.id.in_(reading.accesses_showing(person))
    connection.execute(sa.update(t.access).where(whose).values(why=""))
    return {
        str(column.table): connection.execute(sa.delete(column.table).where(column == person)).rowcount
        for column in t.COLUMNS_OF_PERSON
    }
