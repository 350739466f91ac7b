"""Which options do commands share, and how is text from a terminal read?"""

from __future__ import annotations

import datetime
import os
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, overload

import typer

from assetmap.errors import InputError, UnknownKey
from assetmap.i18n import best_language, languages
from assetmap.messages import M
from assetmap.settings import settings
from assetmap.store import Store

LANG: ContextVar[str] = ContextVar("lang", default="")


def lang() -> str:
    """The language of this run: the option, else the setting, else the system's, else English."""
    system = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return LANG.get() or settings().lang or best_language(system)


def _set_lang(value: str | None) -> str | None:
    if value:
        if value not in languages():
            raise UnknownKey(
                M("There is no language “{lang}” here. Use one of: {known}.", lang=value, known=", ".join(languages()))
            )
        LANG.set(value)
    return value


def folder(store: str | None) -> str:
    """Where the store is, a folder or a server: the option, else the setting."""
    return store or settings().store


def opened(store: str | None) -> Store:
    """The store that is meant.

    Raises:
        StoreError: There is none, or it cannot be read.
    """
    return Store.open(folder(store))


def day(text: str | None) -> str:
    """A day or moment as the history writes them (ISO, UTC); empty where nothing was said.

    Raises:
        InputError: It is none.
    """
    if text is None:
        return ""
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError as fault:
        raise InputError(M("“{text}” is no day. Expected year, month and day, such as 2026-11-21.",
                           text=text[:60])) from fault  # fmt: skip
    return text


@overload
def position(text: str) -> tuple[float, float]: ...
@overload
def position(text: None) -> None: ...
def position(text: str | None) -> tuple[float, float] | None:
    """Latitude and longitude from `LAT,LON`.

    Raises:
        InputError: It is something else.
    """
    if text is None:
        return None
    parts = text.replace(";", ",").split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        lat = lon = float("nan")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise InputError(
            M("“{text}” is no position. Expected latitude and longitude in degrees, such as 55.673,12.591.", text=text)
        )
    return lat, lon


Lang = Annotated[
    str | None,
    typer.Option("--lang", help="Language of what is said: nb, da or en.", callback=_set_lang, is_eager=True),
]
StoreFolder = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FOLDER",
        help="Folder of the store (default ./assetmap-store), or postgresql://user@host/db.",
    ),
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it, for the history.")]
Why = Annotated[str, typer.Option("--why", help="What for, for the history.")]
Categories = Annotated[
    list[str] | None, typer.Option("--category", help="Key of a category; may be given several times.")
]
Minutes = Annotated[
    float | None, typer.Option("--minutes", help="Walking minutes (default: the category's catchment).")
]
NormKey = Annotated[str | None, typer.Option("--norm", help="Key of a norm instead of minutes, such as who_green_300.")]
Profile = Annotated[
    str, typer.Option("--profile", help="Who walks: adult, older, child or pram; with -winter, -ice, -stepfree.")
]
Audience = Annotated[str | None, typer.Option("--audience", help="For whom: public, members or staff.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print plain JSON.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the rows to a file; its suffix names the format.")]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port on 127.0.0.1 (default 8501).")]
NoLimit = Annotated[bool, typer.Option("--no-limit", help="Read files of any size.")]
