"""What was imperfect in the data, row by row?

An issue never stops the work: it is kept beside the data, shown, and handed back with the rows it concerns.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from assetmap.messages import Label, Message, Percent

COLUMNS = ("asset", "field", "code", "detail", "message")


@dataclass(frozen=True)
class Issue:
    """One imperfection.

    Attributes:
        code: Stable reason code, such as `no-position` or `opening-hours-unparsed`.
        message: The sentence for people.
        asset: Id of the asset, or the row of the file (`row 17`), or empty where it concerns the whole source.
        field: The column it concerns.
        detail: The offending value, shortened. Never a value that may be personal.
    """

    code: str
    message: Message
    asset: str = ""
    field: str = ""
    detail: str = ""


def issues_frame(issues: Iterable[Issue] = ()) -> pd.DataFrame:
    """Issues as a table with columns asset, field, code, detail and message (English), in the given order."""
    rows = [(i.asset, i.field, i.code, i.detail[:200], str(i.message)) for i in issues]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def message_json(message: Message) -> str:
    """A message as JSON, so that a stored issue or caveat can still be said in any language."""
    return json.dumps(_plain(message), ensure_ascii=False)


def _plain(message: Message) -> dict[str, Any]:
    out: dict[str, Any] = {"text": message.text, "params": {k: _plain_value(v) for k, v in message.params.items()}}
    if message.plural is not None:
        out |= {"plural": message.plural, "count": message.count}
    return out


def _plain_value(value: Any) -> Any:
    match value:
        case Message():
            return _plain(value)
        case Label():
            return {"labels": dict(value.labels)}
        case Percent():
            return {"percent": float(value)}
        case list() | tuple():
            return [_plain_value(item) for item in value]
        case bool() | int() | float() | str() | None:
            return value
    return str(value)


def message_from_json(text: str) -> Message:
    """The message that `message_json` wrote."""
    return _message(json.loads(text))


def _message(data: dict[str, Any]) -> Message:
    params = {k: _value(v) for k, v in data.get("params", {}).items()}
    return Message(data["text"], params, data.get("plural"), data.get("count"))


def _value(value: Any) -> Any:
    match value:
        case {"text": _}:
            return _message(value)
        case {"labels": labels}:
            return Label(labels)
        case {"percent": share}:
            return Percent(share)
        case list():
            return [_value(item) for item in value]
    return value
