"""What must not be forgotten when an older copy of the people is put back?

Who was erased, and what was withdrawn since. Each is a line of its own in a file beside the copies of the keys, on the
disk before the change itself is: whoever takes a key from there has the file next to it. Random ids and moments, never
a name. Lines are only added; one that was cut off by a failing disk or a kill is passed over.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from assetmap.atomic import flush_folder, speaking
from assetmap.model.consent import AUDIENCE_OF, ConsentEvent
from assetmap.store.copies import moment, written
from assetmap.store.people.home import PeopleHome

JOURNAL = "journal.jsonl"
Line = Mapping[str, str]


def add(home: PeopleHome, line: Line) -> None:
    """Add a line and wait until it is on the disk.

    Raises:
        StoreError: The disk is full, or the folder may not be written to.
    """
    folder = home.key_copies
    with speaking(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, f"\n{json.dumps(dict(line))}\n".encode())  # a line that was cut off ends here
            os.fsync(handle)
        finally:
            os.close(handle)
        flush_folder(folder)


def withdrawal(event: ConsentEvent) -> Line:
    """A withdrawal as a line."""
    return {"withdrawn": event.person, "id": event.id, "at": written(event.at), "purpose": event.purpose,
            "group": event.group, "channel": event.channel, "by": event.by}  # fmt: skip


def erasing(person: str, at: datetime.datetime) -> Line:
    """An erasure as a line."""
    return {"erased": person, "at": written(at)}


def erased(folder: Path) -> dict[str, str]:
    """Who was erased: pseudonym to moment."""
    return {line["erased"]: line["at"] for line in _lines(folder) if "erased" in line}


def withdrawals(folder: Path) -> list[ConsentEvent]:
    """What was withdrawn, in order."""
    return [
        ConsentEvent(
            id=line["id"], person=line["withdrawn"], at=moment(line["at"]), kind="withdrawn",
            purpose=line["purpose"], audience=AUDIENCE_OF[line["purpose"]], group=line["group"],
            channel=line["channel"], by=line["by"],
        )
        for line in _lines(folder)
        if "withdrawn" in line
    ]  # fmt: skip


def _lines(folder: Path) -> Iterator[Line]:
    file = folder / JOURNAL
    if not file.is_file():
        return
    for text in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            yield json.loads(text)
        except ValueError:
            continue
