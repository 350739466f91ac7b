"""What does a value, a difference, a moment or an asset look like to people?"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from assetmap.app.desk import DERIVED, here
from assetmap.app.panel.fields import said
from assetmap.app.routes import badge_image
from assetmap.app.state import language, plain, tell
from assetmap.i18n import UNKNOWN, date, number
from assetmap.messages import M, Message
from assetmap.model.fields import title
from assetmap.model.spot import metres_between, pin_of
from assetmap.model.taxonomy import taxonomy

_OF_THE_ROW = (*DERIVED, "retrieved", "data_date", "source", "source_id", "licence", "attribution", "names", "tags")
"""Fields that nobody compares by reading."""


def value(field: str, what: Any, before: Any = None) -> str:
    """A value in words, as plain text; of a place, how far it is from where it was."""
    if field == "geometry":
        return _place(what, before)
    return said(field, what)


def _place(shape: Any, before: Any) -> str:
    pin = pin_of(shape)
    if pin is None:
        return tell(M("no place"))
    far = metres_between(before, shape) if before is not None and before is not shape else None
    if far is not None:
        return tell(M("moved by {metres} m", metres=number(round(far), language())))
    return f"{number(pin[0], language(), 5)}, {number(pin[1], language(), 5)}"


def differences(rows: Iterable[tuple[str, Any, Any]], then: Message, now: Message) -> None:
    """Field by field, two values side by side.

    Args:
        rows: Field, one value, the other.
        then, now: What stands above the two.
    """
    told = [(plain(tell(title(field))), value(field, one), value(field, other, one)) for field, one, other in rows]
    if told:
        table({tell(M("What")): [row[0] for row in told], tell(then): [plain(row[1]) for row in told],
               tell(now): [f"**{plain(row[2])}**" for row in told]})  # fmt: skip


def table(columns: Mapping[str, Sequence[str]], numbers: bool = False, key: str = "") -> None:
    """A real table; its cells are markdown. In one of numbers all columns but the first are set to the right."""
    with st.container(key=f"{'numbers' if numbers else 'words'}-{key}" if key or numbers else None):
        st.table(dict(columns), border="horizontal", hide_index=True)


def worth_reading(field: str) -> bool:
    """Whether people compare this field by reading it."""
    return field not in _OF_THE_ROW and field[:1] != "@"


def dots(*parts: str) -> str:
    """Those of the parts that say something, in one line."""
    return " · ".join(part for part in parts if part)


def as_record(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of a frame as a record without its shape: what is missing (NaN is not itself) is None."""
    return {str(k): None if cell is None or cell != cell else cell for k, cell in row.items() if k != "geometry"}


def moment(at: str) -> str:
    """A moment of the store (UTC, ISO) as day and time where the reader is."""
    try:
        when = here(datetime.datetime.fromisoformat(at.replace("Z", "+00:00")))
    except ValueError:
        return at or UNKNOWN
    return f"{date(when.date(), language())} {when:%H:%M}"


def day(at: str | None) -> str:
    """A day in words; a dash where there is none."""
    return date(at[:10], language()) if at else UNKNOWN


def called(record: Mapping[str, Any]) -> str:
    """What people call an asset, as plain text: its name, else its category and where it is."""
    name, near = record.get("name"), record.get("address") or record.get("near")
    if isinstance(name, str) and name:
        return name
    return ", ".join(part for part in (label(record.get("category")), near) if isinstance(part, str) and part)


def label(category: Any) -> str:
    """The name of a category."""
    return taxonomy()[category].label(language()) if category in taxonomy() else ""


def headline(record: Mapping[str, Any], kind: Message | None = None) -> str:
    """Badge and name of an asset as markdown, after the sort of thing that is to be done with it."""
    badge = f"{badge_image(str(record['category']))} " if record.get("category") in taxonomy() else ""
    before = f"{tell(kind)}: " if kind else ""
    return f"{badge}**{before}{plain(called(record) or UNKNOWN, 120)}**"


def subline(record: Mapping[str, Any]) -> str:
    """Category and where it is, as markdown; without what the headline says already."""
    parts = [label(record.get("category")), str(record.get("address") or record.get("near") or "")]
    said_above = called(record)
    return dots(*(plain(part, 120) for part in parts if part not in said_above))
