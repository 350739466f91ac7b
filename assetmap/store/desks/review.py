"""What has been suggested, who looks at it, and what is made of it?

Nothing that is suggested is on the map before a person accepted it. Of whoever sent it nothing is kept: no address, no
device, not the hour.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import shapely
import sqlalchemy as sa

from assetmap.disclosure.refuges import demand_no_refuge
from assetmap.disclosure.saving import demand_clean, demand_clean_words
from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.change import Change, Outcome, Record
from assetmap.model.schema import check_row
from assetmap.model.suggestion import FIELDS, KINDS, STATES, Suggestion
from assetmap.store import asked
from assetmap.store import tables as t
from assetmap.store.doing import OF_A_NEW_ONE, carry_out, derived, unknown
from assetmap.store.home import Home
from assetmap.store.records import read
from assetmap.store.rows import Stored, columns_of, record_of
from assetmap.store.tally import Tally
from assetmap.store.writing import Pen, writing

MOST_LETTERS = 10_000
"""How many characters one suggestion may have, all its texts together."""
MOST_CORNERS = 2_000
"""How many corners the shape of a suggestion may have."""
MOST_A_DAY = 500
"""How many may come in one day, so that nobody can fill the queue for everybody else overnight."""
MOST_WAITING = 5_000
"""How many suggestions may wait; more than anybody will read, and less than fills a disk."""
FORGET_DAYS = 90
"""After so many days the words of a decided suggestion are deleted; that there was one stays."""


class Review:
    """Suggestions, and the queue in which they wait."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def suggest(
        self, kind: str, *, asset: str = "", values: Mapping[str, Any] | None = None, note: str = "",
        version: int | None = None,
    ) -> str:  # fmt: skip
        """Suggest a new asset ("add"), a correction ("edit"), or that an asset is "gone"; returns the id.

        Args:
            asset: The asset that is meant; not for "add".
            values: For "add" at least a name, a category and a place; for "edit" what shall be different.
            note: What else there is to say.
            version: The version of the asset that was seen.

        Raises:
            PrivateText: A text holds somebody's contact or identity number.
            InputError, SchemaError: Too little, too much, or something that nobody may suggest, such as a refuge.
            StoreError: Too many suggestions wait already.
        """
        said = self.check(kind, asset=asset, values=values, note=note)
        version = None if version is None else asked.number(version, least=1)
        with self._home.writing() as connection:
            seen = read(connection, [asset]).get(asset) if asset else None
            _demand_room(connection)
            if kind == "add":
                asset = str(uuid.uuid4())
                check_row(derived({**OF_A_NEW_ONE, "source_id": asset, "retrieved": "2000-01-01", **said}))
            elif seen is None or seen.deleted_at:
                raise unknown(asset)
            else:
                check_row(derived({**seen.record, **said}))
                version = _seen(seen, version)
            key = uuid.uuid4().hex[:12]
            columns = columns_of(said, {})
            row = {
                "id": key, "kind": kind, "asset": asset, "version": version, "note": note.strip(), "state": "new",
                "said_geom": columns.pop("geom", None), "said": json.dumps(columns, ensure_ascii=False), "at": _day(),
            }  # fmt: skip
            connection.execute(sa.insert(t.suggestion), row)
        return key

    def check(
        self, kind: str, *, asset: str = "", values: Mapping[str, Any] | None = None, note: str = ""
    ) -> Record:  # fmt: skip
        """The values of a suggestion without empty ones, looked at as `suggest` does, and nothing is kept.

        Raises:
            PrivateText, InputError: As in `suggest`.
        """
        given = asked.values({} if values is None else values)
        said = {name: value for name, value in given.items() if value is not None and value != ""}
        _demand_sense(kind, asked.words(asset), said, asked.words(note, most=MOST_LETTERS))
        demand_clean({**said, "note": note})
        demand_no_refuge({**said, "note": note})
        return said

    def queue(self, state: str = "new", *, assignee: str | None = None) -> list[Suggestion]:
        """The suggestions in a state, those that wait longest first.

        Args:
            assignee: Only those that this person looks at; "" for those that nobody looks at; None for all.
        """
        if state not in STATES:
            raise InputError(M("“{found}” is no state of a suggestion. Expected one of: {known}.",
                               found=asked.shown(state), known=", ".join(STATES)))  # fmt: skip
        query = sa.select(t.suggestion).where(t.suggestion.c.state == state).order_by(t.suggestion.c.fid)
        if assignee is not None:
            query = query.where(sa.func.coalesce(t.suggestion.c.assignee, "") == asked.words(assignee))
        with self._home.reading() as connection:
            return [_suggestion(row) for row in connection.execute(query)]

    def get(self, key: str) -> Suggestion:
        """One suggestion.

        Raises:
            InputError: There is none of that id.
        """
        with self._home.reading() as connection:
            return _of(connection, key)

    def assign(self, key: str, to: str) -> None:
        """Note who looks at a suggestion; nobody where `to` is empty.

        Raises:
            PrivateText: It is no name but somebody's contact.
        """
        demand_clean_words(assignee=asked.words(to))
        with self._home.writing() as connection:
            _waiting(connection, key)
            _set(connection, key, assignee=to.strip() or None)

    def accept(
        self, key: str, *, by: str = "", values: Mapping[str, Any] | None = None, version: int | None = None,
        allow: Collection[str] = (),
    ) -> Outcome:  # fmt: skip
        """Do what is suggested, as one changeset.

        Where somebody else changed the same field since, that is told in `clashes` and the suggestion goes on waiting.

        Args:
            values: What to do in place of what was suggested, where whoever looks at it corrected it.
            version: The version of the asset that whoever decides has seen; None: the one that was suggested against.
            allow: As in `Journal.apply`.

        Raises:
            InputError: It was decided already. Else as `Journal.apply`.
        """
        tally = Tally()
        allow = asked.kinds(allow)
        with writing(self._home, by=by, kind="review") as pen:
            found = _waiting(pen.connection, key)
            wanted = dict(found.said if values is None else asked.values(values))
            demand_clean(wanted, allow)
            demand_no_refuge(wanted)
            if found.kind == "edit":
                _demand_on_map(pen.connection, found)
            carry_out(pen, asked.changes([_change(found, wanted, version)]), tally)
            if not tally.clashes:
                _decide(pen, key, "accepted", by, changeset=pen.written)
        return tally.outcome(pen.written)

    def refuse(self, key: str, *, by: str = "", reason: str) -> None:
        """Do not do what is suggested, and say why.

        Raises:
            InputError: No reason was given, or it was decided already.
        """
        if not asked.words(reason).strip():
            raise InputError(M("Say in a few words why this is not done; whoever asks later will want to know."))
        demand_clean_words(reason=reason)
        with writing(self._home, by=by, kind="review") as pen:
            _waiting(pen.connection, key)
            _decide(pen, key, "refused", by, reason=reason.strip())

    def erase_words(self, key: str, *, by: str = "") -> int:
        """Take what was noted with a suggestion, who looked at it, who decided and why, out for good.

        Raises:
            InputError: There is no such suggestion.
        """
        from assetmap.store.erasing import erase_words

        return erase_words(self._home, "suggestion", asked.key(key), by=by)

    def tidy(self, today: str) -> int:
        """Delete the words of what was decided more than `FORGET_DAYS` ago; returns of how many.

        Args:
            today: ISO date.
        """
        old = sa.and_(
            t.suggestion.c.state != "new", t.suggestion.c.said.is_not(None),
            t.suggestion.c.decided_at < _days_before(asked.day(today), FORGET_DAYS),
        )  # fmt: skip
        with self._home.writing() as connection:
            change = sa.update(t.suggestion).where(old).values(said=None, said_geom=None, note=None)
            return int(connection.execute(change).rowcount)


def _demand_sense(kind: str, asset: str, said: Record, note: str) -> None:
    if kind not in KINDS:
        raise InputError(M("“{found}” cannot be suggested. Expected one of: {known}.", found=asked.shown(kind),
                           known=", ".join(KINDS)))  # fmt: skip
    wrong = [name for name in said if name not in FIELDS]
    if wrong:
        raise InputError(M("{field} cannot be suggested. Expected some of: {known}.", field=asked.shown(wrong[0]),
                           known=", ".join(FIELDS)))  # fmt: skip
    letters = len(note) + sum(len(value) for value in said.values() if isinstance(value, str))
    if letters > MOST_LETTERS:
        raise InputError(M("This is {found} characters long, and at most {most} are read. Say it shorter.",
                           found=letters, most=MOST_LETTERS))  # fmt: skip
    corners = sum(int(shapely.get_num_coordinates(v)) for v in said.values() if isinstance(v, shapely.Geometry))
    if corners > MOST_CORNERS:
        raise InputError(M("This shape has {found} corners, and at most {most} are taken. Draw it more simply.",
                           found=corners, most=MOST_CORNERS))  # fmt: skip
    if kind == "add" and not {"name", "category", "geometry"} <= said.keys():
        raise InputError(M("A new place needs a name, a category and a spot on the map."))
    if kind == "edit" and not said and not note.strip():
        raise InputError(M("Say what is not right."))
    if kind != "add" and not asset:
        raise InputError(M("Say which place is meant."))


def _seen(there: Stored, version: int | None) -> int:
    """The version that somebody saw; one that never was would keep the suggestion from ever being accepted."""
    if version is not None and version > there.version:
        raise InputError(M("There is no version {version} of asset {asset}.", version=version, asset=there.id))
    return version or there.version


def _demand_room(connection: sa.Connection) -> None:
    suggested = sa.select(sa.func.count()).select_from(t.suggestion)
    waiting = connection.scalar(suggested.where(t.suggestion.c.state == "new")) or 0
    today = connection.scalar(suggested.where(t.suggestion.c.at == _day())) or 0
    if waiting >= MOST_WAITING or today >= MOST_A_DAY:
        raise InputError(M("So many suggestions wait already that no more can be taken just now. Try again tomorrow."))


def _demand_on_map(connection: sa.Connection, found: Suggestion) -> None:
    there = read(connection, [found.asset]).get(found.asset)
    if there is not None and there.deleted_at is not None:
        raise InputError(
            M("{asset} lies in the bin. Take it out first, or refuse the suggestion and say why.", asset=there.name)
        )


def _change(found: Suggestion, wanted: Record, seen: int | None) -> Change:
    if found.kind == "gone":
        return Change(found.asset, kind="remove", version=seen or found.version)
    if found.kind == "add":
        return Change(found.asset, wanted, kind="add")
    return Change(found.asset, wanted, version=seen or found.version)


def _waiting(connection: sa.Connection, key: str) -> Suggestion:
    found = _of(connection, key)
    if found.state != "new":
        raise InputError(M("This was decided already, by {by} on {day}.", by=found.decided_by or "?",
                           day=found.decided_at[:10]))  # fmt: skip
    return found


def _of(connection: sa.Connection, key: str) -> Suggestion:
    row = connection.execute(sa.select(t.suggestion).where(t.suggestion.c.id == asked.key(key))).first()
    if row is None:
        raise InputError(M("There is no suggestion {id}.", id=asked.shown(key)))
    return _suggestion(row)


def _suggestion(row: sa.Row[Any]) -> Suggestion:
    said = record_of(json.loads(row.said or "{}"), row.said_geom)
    return Suggestion(
        row.id, row.kind, row.asset, row.version, {name: value for name, value in said.items() if value is not None},
        row.note or "", row.at or "", row.state, row.assignee or "", row.reason or "", row.decided_by or "",
        row.decided_at or "", row.changeset,
    )  # fmt: skip


def _decide(pen: Pen, key: str, state: str, by: str, **more: Any) -> None:
    _set(pen.connection, key, state=state, decided_by=by, decided_at=pen.at, **more)
    pen.dirty()


def _set(connection: sa.Connection, key: str, **values: Any) -> None:
    connection.execute(sa.update(t.suggestion).where(t.suggestion.c.id == key).values(**values))


def _day() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def _days_before(today: datetime.date, days: int) -> str:
    return (today - datetime.timedelta(days=days)).isoformat()
