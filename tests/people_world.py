"""Invented people in a store of their own, by a clock that the test sets."""

from __future__ import annotations

import base64
import datetime
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assetmap.model.gifts import Gift
from assetmap.store.people import gifts, persons
from assetmap.store.people.consents import Yes
from assetmap.store.people.home import FolderPeople
from assetmap.store.people.profile import Profile

START = datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
TEXT = "5e" * 32


@dataclass
class SetClock:
    """A clock that stands still until it is moved."""

    now: datetime.datetime = START

    def __call__(self) -> datetime.datetime:
        return self.now


def yes(purpose: str, **more: Any) -> Yes:
    """What somebody agrees to."""
    return Yes(**{"purpose": purpose, "text_sha256": TEXT, "language": "nb", **more})


EVERYTHING = (yes("keep"), yes("match"), yes("share", group="choir"), yes("count"))


def registered(home: FolderPeople, name: str = "Kari", said: tuple[Yes, ...] = EVERYTHING, **more: Any) -> str:
    """An invented person with an offer."""
    profile = Profile(**{"name": name, "contact": "ring 91 23 45 67", "note": "Bor hos mor", "point": (11.1, 59.28),
                         "areas": (("lives", "alvim"),), **more})  # fmt: skip
    person = persons.register(home, profile, said, by="worker", invented=True)
    gifts.add(home, Gift("", person, "offer", "baking", "Brød av surdeig", ("nb",), ("evening",), 15))
    return person


@dataclass(frozen=True)
class Canary:
    """Somebody with a name, a number and a place that nobody else has."""

    number: int
    name: str = field(init=False)
    contact: str = field(init=False)
    point: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "name", f"Ærlighild Kvæfjordsøy {self.number:02d}Å")
        put(self, "contact", f"4739{self.number:02d}81")
        put(self, "point", (11.0001237 + self.number / 1000, 59.0007651 + self.number / 1000))

    def needles(self) -> list[bytes]:
        """Every form in which it could lie in a file."""
        texts = [self.name, self.contact, *[str(value) for value in self.point], f"Note of {self.name}"]
        return [form for text in texts for form in forms(text.encode(), text)] + [
            struct.pack(order + "d", value) for value in self.point for order in "<>"
        ]


def forms(raw: bytes, text: str = "") -> Iterator[bytes]:
    """Bytes as they are, a text as UTF-16 too, and base64 wherever it begins in a group of three."""
    yield raw
    if text:
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
    for shift in range(3):
        code = base64.b64encode(b"\0" * shift + raw)
        inner = code[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]  # without what the neighbours decide
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def hits(folder: Path, needles: list[bytes]) -> list[str]:
    """The files in a folder, hidden ones and logs too, that hold one of these."""
    found = []
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        content = file.read_bytes()
        if any(needle in content for needle in needles):
            found.append(file.relative_to(folder).as_posix())
    return found
