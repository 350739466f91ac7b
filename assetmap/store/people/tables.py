"""Which tables hold people, in a file as on a server?

A person is a random id. What identifies anybody, or says what somebody can or wishes, is sealed with a key of that
person (`vault`); in the clear are ids, moments and what was agreed to. They have a version of their own, as they live
apart from the map. Columns that name a person are marked: an erasure goes through all of them.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

VERSION = 1
"""The version of these tables; it stands in `people_version`."""
metadata = sa.MetaData()
keys_metadata = sa.MetaData()
"""The keys: never in the same file or schema as what they open."""
WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""A text that a server compares byte by byte too."""
OF_PERSON = "of_person"


def _text(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, WORDS, nullable=False, **more)


def _person(**more: Any) -> sa.Column[Any]:
    return sa.Column("person", WORDS, nullable=False, info={OF_PERSON: True}, **more)


people_version = sa.Table(
    "people_version", metadata, sa.Column("version", sa.Integer, primary_key=True), _text("program"), _text("at")
)
person = sa.Table(
    "person",
    metadata,
    sa.Column("id", WORDS, primary_key=True, info={OF_PERSON: True}),
    sa.Column("invented", sa.Boolean, nullable=False),
    _text("registered_at"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
"""A person: whether invented, since when, and the sealed profile (`persons.Profile`)."""
gift = sa.Table(
    "gift",
    metadata,
    sa.Column("id", WORDS, primary_key=True),
    _person(index=True),
    _text("said_at"),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
"""An offer or wish, sealed whole: an old copy shall not even say which themes somebody had."""
consent_event = sa.Table(
    "consent_event",
    metadata,
    sa.Column("serial", sa.Integer, primary_key=True),
    _text("id", unique=True),
    _person(),
    *[_text(name) for name in ("at", "kind", "purpose", "audience", "group_id", "text_sha256", "language", "channel")],
    sa.Column("evidence", sa.LargeBinary),
    sa.Column("expires_at", WORDS),
    *[_text(name) for name in ("legal_basis", "by")],
    sa.Index("consent_event_of", "person", "purpose", "serial"),
    sqlite_autoincrement=True,
)
"""What a person said, in the order in which it was written down (`serial`). Never changed; `evidence` is sealed."""
access = sa.Table(
    "access_log",
    metadata,
    sa.Column("id", WORDS, primary_key=True),
    *[_text(name) for name in ("at", "actor", "purpose", "audience", "group_id", "why", "shown")],
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Index("access_log_at", "at"),
)
"""Each reading: who, for what, which fields (`shown`), how many people."""
access_person = sa.Table(
    "access_person",
    metadata,
    sa.Column("access", WORDS, primary_key=True),
    sa.Column("person", WORDS, primary_key=True, index=True, info={OF_PERSON: True}),
)
"""Whose rows were among them, so that each can be told who has seen them."""
erasure = sa.Table("erasure_journal", metadata, sa.Column("person", WORDS, primary_key=True), _text("at"))
"""Who was erased: a random id that no longer leads to anybody. Replayed on a copy that is put back."""

key = sa.Table(
    "person_key",
    keys_metadata,
    sa.Column("person", WORDS, primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
)
"""The key of a person. Without it nothing that is sealed can be read, in no copy."""

PERSONAL = (person, gift, consent_event, access_person)
"""The tables that only `reading` may select from."""
COLUMNS_OF_PERSON = tuple(
    column for table in metadata.sorted_tables for column in table.c if column.info.get(OF_PERSON)
)
"""Everywhere that a person's id stands, apart from the journal of erasures."""
