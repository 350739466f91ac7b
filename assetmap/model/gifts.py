"""What can people share or wish for, in which words, and when is a gift whole enough to be kept?

Themes are read from `tables/`. Keys are stable: gifts, consents and receipts depend on them. A gift belongs to a person
and is never a point on a map.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from assetmap.errors import InputError, UnknownKey
from assetmap.messages import Label, M
from assetmap.model.taxonomy import rows

GIFTS = ("head", "hand", "heart", "connection")
"""What one knows, can do, cares about, and whom one brings together; the categories `gifts_head` and so on."""
SIDES = ("offer", "wish")
FORMS = ("give", "lend", "teach", "together", "host")
TIMES = ("weekday", "evening", "weekend")
MOST_WORDS = 500
"""Characters of a note."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Theme:
    """One thing that people share.

    Attributes:
        field: What it belongs to where it is too rare to be told by itself; a key of `fields()`.
        gift: One of `GIFTS`.
        safeguarding: Children or homes are involved: an organisation in between, and a certificate.
        sensitive: It may say something of faith, opinion, origin or health (GDPR article 9): kept and shown by explicit
            consent alone.
    """

    key: str
    field: str
    gift: str
    labels: Mapping[str, str]
    safeguarding: bool
    sensitive: bool

    def label(self, lang: str = "en") -> str:
        """The name in a language, in English where the language has none."""
        return self.labels.get(lang) or self.labels["en"]

    @property
    def said(self) -> Label:
        """The name as a value for a message."""
        return Label(self.labels)

    @property
    def category(self) -> str:
        """The category of the taxonomy that it is counted under."""
        return f"gifts_{self.gift}"


@dataclass(frozen=True)
class Gift:
    """One offer or wish of one person, as it was said.

    Attributes:
        id: Random, as every id of a personal record.
        person: The pseudonym of whoever offers or wishes.
        side: "offer" or "wish".
        theme: A key of `themes()`.
        note: In the person's own words; at most 500 characters.
        languages: Codes such as "nb" or "ar"; empty: not said.
        times: Some of `TIMES`; empty: not said.
        minutes: How far on foot, one way; None: not said.
        remote: Whether it can be done without meeting.
        form: One of `FORMS`; "": not said.
        per_month: How often at most; None: not said.
    """

    id: str
    person: str
    side: str
    theme: str
    note: str = field(default="", repr=False)
    languages: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    minutes: int | None = None
    remote: bool = False
    form: str = ""
    per_month: int | None = None

    def __post_init__(self) -> None:
        _demand_known("side", self.side, SIDES)
        theme(self.theme)
        if self.form:
            _demand_known("form", self.form, FORMS)
        for one in self.times:
            _demand_known("times", one, TIMES)
        _demand_languages(self.languages)
        _demand_number("minutes", self.minutes, 120)
        _demand_number("per_month", self.per_month, 60)
        if len(self.note) > MOST_WORDS:
            raise InputError(
                M("The note is {n} characters long, and at most {most} can be kept. Nothing was saved. Say it shorter.",
                  n=len(self.note), most=MOST_WORDS)
            )  # fmt: skip


@cache
def themes() -> dict[str, Theme]:
    """All themes by key, in file order."""
    return {row["theme"]: _theme(row) for row in rows("gift_themes.csv")}


@cache
def fields() -> dict[str, Label]:
    """The names of the fields that themes belong to, by key, in file order."""
    return {row["field"]: Label(_labels(row)) for row in rows("gift_fields.csv")}


def theme(key: str) -> Theme:
    """The theme of that key.

    Raises:
        UnknownKey: There is no such theme.
    """
    try:
        return themes()[key]
    except (KeyError, TypeError):
        known = ", ".join(themes())
        raise UnknownKey(M("There is no theme “{key}”. Use one of: {known}.", key=key, known=known)) from None


def _demand_known(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(
            M("“{value}” cannot be the {field} of a gift. Nothing was saved. Use one of: {known}.", value=value,
              field=name, known=", ".join(known))
        )  # fmt: skip


def _demand_languages(languages: tuple[str, ...]) -> None:
    for code in languages:
        if not _LANGUAGE.fullmatch(code):
            raise InputError(
                M("“{code}” is no code of a language. Nothing was saved. Expected two or three small letters, such as "
                  "nb or ar.", code=code)
            )  # fmt: skip


def _demand_number(name: str, value: int | None, most: int) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most):
        raise InputError(
            M("{field} cannot be {value}. Nothing was saved. Expected a whole number from 1 to {most}.", field=name,
              value=value, most=most)
        )  # fmt: skip


def _theme(row: Mapping[str, str]) -> Theme:
    return Theme(
        key=row["theme"],
        field=row["field"],
        gift=row["gift"],
        labels=_labels(row),
        safeguarding=row["safeguarding"] == "yes",
        sensitive=row["art9_risk"] == "yes",
    )


def _labels(row: Mapping[str, str]) -> dict[str, str]:
    return {k.removeprefix("label_"): v for k, v in row.items() if k.startswith("label_") and v}
