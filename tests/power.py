"""What is on the disk when the power fails?

Whatever was synced, and of what was not, any part: of each write some sectors of 512 bytes, half the time not in the
order in which they were written; of the names in the folder (files made or removed) the first few changes, as file
systems with a journal have it. `recording` writes down what the SQLite of this process does to the files of a folder,
while the real store works there; `crashes` then gives the folder as it would be found after a power failure at any
moment, with all that the store had acknowledged by then.

    with power.recording(folder) as disk:
        for number in range(20):
            store.save(…)
            disk.acknowledge(number)
    for crash in disk.crashes(500, tmp_path / "crashes"):
        assert set(crash.acknowledged) <= numbers_in(Store.open(crash.folder))

Files that are not written through SQLite are taken as they are when `crashes` begins.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.sqlite_writes import heard

SECTOR = 512


class Write(NamedTuple):
    number: int
    offset: int
    data: bytes


class Truncate(NamedTuple):
    number: int
    size: int


class Sync(NamedTuple):
    number: int


class Link(NamedTuple):
    name: str
    number: int


class Unlink(NamedTuple):
    name: str


class SyncFolder(NamedTuple):
    pass


class Acknowledged(NamedTuple):
    value: Any


Event = Write | Truncate | Sync | Link | Unlink | SyncFolder | Acknowledged


@dataclass(frozen=True)
class Crash:
    """One power failure.

    Attributes:
        number: Which of them, from 0, in the order of the moments.
        acknowledged: What the store had promised to keep by then.
        folder: What is found when the power is back; removed when the next one is asked for.
    """

    number: int
    acknowledged: list[Any]
    folder: Path


class Disk:
    """What was done to a folder since the recording began; what lay there before is on the disk for good."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self._numbers = itertools.count()
        self.before = {name: (next(self._numbers), content) for name, content in _contents(folder).items()}
        self._live = {name: number for name, (number, _) in self.before.items()}

    def acknowledge(self, value: Any) -> None:
        """The store has said that this is saved: from now on no power failure may take it."""
        self.events.append(Acknowledged(value))

    def crashes(self, count: int, into: Path, *, seed: int = 1) -> Iterator[Crash]:
        """So many power failures, at random moments of the recording, the same ones for the same seed."""
        dice = random.Random(seed)
        moments = sorted(dice.choices(range(len(self.events) + 1), k=count))
        unheard = _contents(self.folder, but=self._heard())
        platter, done, acknowledged = _Platter(self.before), 0, []
        for number, moment in enumerate(moments):
            for event in self.events[done:moment]:
                if isinstance(event, Acknowledged):
                    acknowledged.append(event.value)
                else:
                    platter.take(event)
            done = moment
            folder = into / str(number)
            folder.mkdir(parents=True)
            for name, content in {**unheard, **platter.after_a_crash(dice)}.items():
                (folder / name).write_bytes(content)
            yield Crash(number, list(acknowledged), folder)
            shutil.rmtree(folder)

    def without_a_crash(self) -> dict[str, bytes]:
        """The heard files with all that was written: what lies in the folder now, if every write was heard."""
        platter = _Platter(self.before)
        for event in (*self.events, SyncFolder(), *map(Sync, range(next(self._numbers)))):
            platter.take(event)
        return {name: bytes(platter.durable[number]) for name, number in platter.names.items()}

    def _heard(self) -> set[str]:
        return {event.name for event in self.events if isinstance(event, Link)} | set(self.before)

    def knows(self, name: str) -> bool:
        return name in self._live

    def opened(self, name: str, content: bytes) -> int:
        if name not in self._live:
            self._live[name] = next(self._numbers)
            self.events.append(Link(name, self._live[name]))
            self.events.append(Write(self._live[name], 0, content))
        return self._live[name]

    def wrote(self, number: int, offset: int, data: bytes) -> None:
        self.events.append(Write(number, offset, data))

    def truncated(self, number: int, size: int) -> None:
        self.events.append(Truncate(number, size))

    def synced(self, number: int) -> None:
        self.events.append(Sync(number))

    def deleted(self, name: str) -> None:
        self._live.pop(name, None)
        self.events.append(Unlink(name))

    def folder_synced(self) -> None:
        self.events.append(SyncFolder())

    def fault(self) -> int:
        return 0


@contextlib.contextmanager
def recording(folder: Path) -> Iterator[Disk]:
    """Write down what SQLite does to the files of a folder; nobody may have one of them open when this begins.

    Raises:
        OSError: The SQLite of this Python cannot be listened to.
    """
    disk = Disk(folder)
    with heard(folder, disk):
        yield disk


@dataclass
class _Platter:
    """What is certainly on the disk, and what may be."""

    before: dict[str, tuple[int, bytes]]
    durable: dict[int, bytearray] = field(init=False)
    names: dict[str, int] = field(init=False)
    pending: dict[int, list[Write | Truncate]] = field(init=False, default_factory=dict)
    pending_names: list[Link | Unlink] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.durable = {number: bytearray(content) for number, content in self.before.values()}
        self.names = {name: number for name, (number, _) in self.before.items()}

    def take(self, event: Event) -> None:
        match event:
            case Write() | Truncate():
                self.pending.setdefault(event.number, []).append(event)
            case Sync(number):
                content = self.durable.setdefault(number, bytearray())
                for change in self.pending.pop(number, []):
                    _change(content, change)
            case Link() | Unlink():
                self.pending_names.append(event)
            case SyncFolder():
                for change in self.pending_names:
                    _rename(self.names, change)
                self.pending_names.clear()

    def after_a_crash(self, dice: random.Random) -> dict[str, bytes]:
        names = dict(self.names)
        for change in self.pending_names[: dice.randint(0, len(self.pending_names))]:
            _rename(names, change)
        return {name: self._survived(number, dice) for name, number in names.items()}

    def _survived(self, number: int, dice: random.Random) -> bytes:
        content = bytearray(self.durable.get(number, b""))
        pieces = [piece for change in self.pending.get(number, []) for piece in _sectors(change)]
        if dice.random() < 0.5:
            dice.shuffle(pieces)
        share = dice.random()  # so that now and then nothing arrives, and now and then all of it
        for piece in pieces:
            if dice.random() < share:
                _change(content, piece)
        return bytes(content)


def _sectors(change: Write | Truncate) -> Iterator[Write | Truncate]:
    """A write in the pieces that a disk writes at once."""
    if isinstance(change, Truncate):
        yield change
        return
    at, end = change.offset, change.offset + len(change.data)
    while at < end:
        upto = min(end, (at // SECTOR + 1) * SECTOR)
        yield Write(change.number, at, change.data[at - change.offset : upto - change.offset])
        at = upto


def _change(content: bytearray, change: Write | Truncate) -> None:
    size = change.size if isinstance(change, Truncate) else change.offset
    if len(content) < size:
        content.extend(bytes(size - len(content)))
    if isinstance(change, Truncate):
        del content[size:]
    else:
        content[size : size + len(change.data)] = change.data


def _rename(names: dict[str, int], change: Link | Unlink) -> None:
    if isinstance(change, Link):
        names[change.name] = change.number
    else:
        names.pop(change.name, None)


def _contents(folder: Path, but: Collection[str] = ()) -> dict[str, bytes]:
    """The files of a folder; not the memory that processes share, which no disk holds."""
    files = [p for p in folder.iterdir() if p.is_file() and p.name not in but and not p.name.endswith("-shm")]
    return {file.name: file.read_bytes() for file in files}
