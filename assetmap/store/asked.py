"""Does what is asked of a store make sense at all, before anything is looked up or written?

Whoever calls may hand on what came out of a form, a file or a foreign program: of another type, endless, half a
character. Each such thing gets a sentence of ours; no database and no library is left to stumble over it.
"""

from __future__ import annotations

import datetime
import math
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely

from assetmap.errors import InputError
from assetmap.messages import M
from assetmap.model.change import KINDS, Change

MOST_WORDS = 2_000
"""Characters of what somebody says about a change, or calls himself or herself."""
_LONGEST_KEY, _LONGEST_NAME = 200, 100
_LONGEST_PART = 255  # bytes, on every system that we know
_MOST = 2**63 - 1  # what a database counts with
_DEEPEST = 8


def changes(asked: Any) -> Sequence[Change]:
    """What shall be changed, if it can be: a list of changes, at most one per asset, of fields to plain values.

    Raises:
        InputError: It is something else.
    """
    if not isinstance(asked, Iterable) or isinstance(asked, str | bytes | Mapping):
        raise InputError(M("“{found}” is no list of changes. Nothing was saved.", found=shown(asked)))
    wanted = list(asked)
    for change in wanted:
        _one(change)
    if len({change.asset for change in wanted}) < len(wanted):
        raise InputError(
            M("One asset is changed twice in the same step. Nothing was saved. Put both changes into one.")
        )
    return wanted


def _one(change: Any) -> None:
    if not isinstance(change, Change):
        raise InputError(M("“{found}” is no change of an asset. Nothing was saved.", found=shown(change)))
    if change.kind not in KINDS:
        raise InputError(M("“{kind}” is no kind of change. Expected one of: {known}.", kind=shown(change.kind),
                           known=", ".join(KINDS)))  # fmt: skip
    (new_key if change.kind == "add" else key)(change.asset)
    values(change.values)
    if change.kind == "remove" and change.values:
        raise InputError(
            M("An asset cannot be changed while it is removed. Nothing was saved. Do one after the other.")
        )
    if change.version is not None:
        number(change.version)


def key(asked: Any) -> str:
    """The id of an asset: any text, as files may bring any; whether there is such an asset is looked up."""
    if not isinstance(asked, str) or not asked:
        raise InputError(M("“{found}” is no id. Expected a text.", found=shown(asked)))
    return asked


def new_key(asked: Any) -> str:
    """An id for a new asset: a line of at most 200 characters that is no path to another folder."""
    parts = key(asked).replace("\\", "/").split("/")
    if len(asked) > _LONGEST_KEY or not asked.isprintable() or ".." in parts:
        raise InputError(
            M("“{found}” cannot be the id of a new asset. Expected a line of at most {most} letters and digits.",
              found=shown(asked), most=_LONGEST_KEY)
        )  # fmt: skip
    return str(asked)


def keys(asked: Any) -> list[str]:
    """One id, or several, each once."""
    found = _texts(asked)
    if found is None:
        raise InputError(M("“{found}” is no list of assets. Expected their ids.", found=shown(asked)))
    return found


def fields(asked: Any) -> list[str]:
    """The name of a field that can be written, or several, each once."""
    found = _texts(asked)
    if found is None:
        raise InputError(M("“{name}” cannot be changed. Expected the name of a field.", name=shown(asked)))
    return [field(one) for one in found]


def _texts(asked: Any) -> list[str] | None:
    if isinstance(asked, str):
        return [asked]
    if not isinstance(asked, Iterable) or isinstance(asked, bytes):
        return None
    found = list(asked)
    return list(dict.fromkeys(found)) if all(isinstance(one, str) for one in found) else None


def values(asked: Any) -> Mapping[str, Any]:
    """The fields of an asset with their values, if they can be: what is in them is for the asset schema to judge."""
    if not isinstance(asked, Mapping):
        raise InputError(
            M(
                "“{found}” is not what an asset can be changed to. Expected fields with their values.",
                found=shown(asked),
            )
        )
    for name, value in asked.items():
        field(name)
        _demand_plain(name, value)
    return asked


def field(asked: Any) -> str:
    """The name of a field that can be written."""
    if (
        not isinstance(asked, str)
        or not 0 < len(asked) <= _LONGEST_NAME
        or not asked.isprintable()
        or asked.startswith("@")
        or asked == "id"
    ):
        raise InputError(M("“{name}” cannot be changed. Expected the name of a field.", name=shown(asked)))
    return asked


def _demand_plain(name: str, value: Any) -> None:
    """What a column of a file can hold; a list or mapping only as such a file was read before."""
    if value is None or isinstance(value, str | bool | float | shapely.Geometry):
        return
    if isinstance(value, int) and abs(value) <= _MOST:
        return
    if isinstance(value, Mapping | list | tuple) and _depth(value) <= _DEEPEST:
        return
    raise InputError(
        M("{field} cannot hold {found} ({kind}). Nothing was saved. Expected a text, a number or a place.", field=name,
          found=shown(value), kind=type(value).__name__)
    )  # fmt: skip


def _depth(value: Any, so_far: int = 1) -> int:
    inner = value.values() if isinstance(value, Mapping) else value
    deeper = [one for one in inner if isinstance(one, Mapping | list | tuple)]
    if not deeper or so_far > _DEEPEST:
        return so_far
    return max(_depth(one, so_far + 1) for one in deeper)


def number(asked: Any, *, least: int = 0) -> int:
    """A whole number that a database can count to.

    Args:
        least: And that is not smaller than this.
    """
    if isinstance(asked, bool) or not isinstance(asked, int) or not least <= asked <= _MOST:
        raise InputError(
            M("“{found}” cannot be used here. Expected a whole number of at least {least}.", found=shown(asked),
              least=least)
        )  # fmt: skip
    return asked


def box(west: Any, south: Any, east: Any, north: Any) -> tuple[float, float, float, float]:
    """A box on the map, in degrees."""
    edges = (west, south, east, north)
    if not all(isinstance(edge, int | float) and math.isfinite(edge) for edge in edges):
        raise InputError(
            M("{found} is no box on the map. Expected west, south, east and north in degrees.", found=shown(edges))
        )
    return float(west), float(south), float(east), float(north)


def words(asked: Any, *, most: int = MOST_WORDS) -> str:
    """What somebody says, in at most so many characters."""
    if not isinstance(asked, str):
        raise InputError(M("“{found}” is no text. Nothing was saved. Expected words.", found=shown(asked)))
    if len(asked) > most:
        raise InputError(
            M("“{found}…” is {n} characters long, and at most {most} can be kept. Nothing was saved. Say it shorter.",
              found=shown(asked), n=len(asked), most=most)
        )  # fmt: skip
    return asked


def kinds(asked: Any) -> Collection[str]:
    """What free text may hold all the same; one word or several."""
    found = _texts(asked)
    if found is None:
        raise InputError(M("“{found}” cannot be allowed in texts. Nothing was saved.", found=shown(asked)))
    return found


def since(asked: Any) -> str:
    """A day or moment from which on something is asked for, as moments are written here: UTC.

    Args:
        asked: ISO, or a date or moment of Python or pandas; "" for all of it; without a zone it is UTC.
    """
    if isinstance(asked, datetime.date):  # a moment is a day too, and pandas' are moments
        asked = asked.isoformat()
    if not isinstance(asked, str):
        raise _no_moment(asked)
    if not asked or (len(asked) in (4, 7) and _is_day(f"{asked}-01-01"[:10])) or _is_day(asked):
        return asked
    try:
        moment = datetime.datetime.fromisoformat(asked)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    except (ValueError, OverflowError):
        raise _no_moment(asked) from None


def day(asked: Any) -> datetime.date:
    """A day as ISO writes it."""
    if not isinstance(asked, str) or not _is_day(asked):
        raise _no_moment(asked)
    return datetime.date.fromisoformat(asked)


def number_of(asked: Any) -> float:
    """A number that is not endless."""
    if isinstance(asked, bool) or not isinstance(asked, int | float) or not abs(asked) <= _MOST:
        raise InputError(M("“{found}” is no number that can be used here.", found=shown(asked)))
    return float(asked)


def thing(asked: Any, kind: type) -> None:
    """A thing of a kind that nothing else can stand for."""
    if not isinstance(asked, kind):
        raise InputError(
            M("“{found}” cannot be stored. Expected {kind}, not {other}.", found=shown(asked), kind=kind.__name__,
              other=type(asked).__name__)
        )  # fmt: skip


def place(asked: Any) -> Path:
    """The name of a file or folder, as a system can have one, without links."""
    try:
        name = os.fsencode(asked) if isinstance(asked, str | os.PathLike) else b"\0"
        if b"\0" not in name and max(map(len, name.split(os.fsencode(os.sep)))) <= _LONGEST_PART:
            return Path(asked).resolve()
    except (ValueError, TypeError, RuntimeError):  # half a character; links in a circle
        pass
    raise InputError(M("“{found}” cannot be the name of a file or folder.", found=shown(asked)))


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _no_moment(asked: Any) -> InputError:
    return InputError(
        M("“{found}” is no day. Expected one such as 2026-05-17, or a moment such as 2026-05-17T12:30.",
          found=shown(asked))
    )  # fmt: skip


def shown(asked: Any) -> str:
    """What was asked for, short enough for a sentence and without anything that a screen cannot show."""
    try:
        text = asked if isinstance(asked, str) else str(asked)
    except Exception:  # noqa: BLE001 a foreign thing that cannot even say what it is
        text = type(asked).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in text[:60])
