"""How do sentences, tables, figures and progress reach a terminal?"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import shapely
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from assetmap.cli.options import lang
from assetmap.i18n import number, percent, say
from assetmap.messages import M, Message, Mn
from assetmap.model.finding import Finding
from assetmap.model.issues import Issue
from assetmap.sources.source import Progress as Told
from assetmap.sources.source import silent

_MANY = 8
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def out(text: Message | str = "") -> None:
    """One line on standard output. Plain: data may hold what a terminal library takes for markup."""
    print(_shown(say(text, lang()) if isinstance(text, Message) else text))


def err(text: Message | str) -> None:
    """One line on standard error."""
    print(_shown(say(text, lang()) if isinstance(text, Message) else text), file=sys.stderr)


def _shown(text: str) -> str:
    """Text without what a terminal obeys instead of showing it: data may come from anybody."""
    return _COMMANDS.sub("", text)


def as_json(value: Any) -> None:
    """Plain JSON on standard output; what is not known is null."""
    print(json_text(value))


def json_text(value: Any) -> str:
    """Plain JSON; what is not known is null."""
    return json.dumps(_known(value), ensure_ascii=False, indent=2, allow_nan=False)


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _known(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_known(v) for v in value]
    if isinstance(value, float) and value != value:
        return None
    return value


def objects(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table for `--json`."""
    rows = frame.itertuples(index=False, name=None)
    return [{name: bare(found) for name, found in zip(frame.columns, row, strict=True)} for row in rows]


def bare(found: Any) -> Any:
    """A value for `--json`: sentences said, shapes as WKT, None where nothing is known."""
    match found:
        case Message():
            return say(found, lang())
        case shapely.Geometry():
            return found.wkt
        case Mapping():
            return {name: bare(one) for name, one in found.items()}
        case tuple() | list():
            return [bare(one) for one in found]
    return None if pd.isna(found) else found.item() if hasattr(found, "item") else found


def figures(finding: Finding) -> dict[str, Any]:
    """What `--json` prints of a finding: its figures, and what must be said with them."""
    return {
        **finding.summary,
        "caveats": [say(c, lang()) for c in finding.caveats],
        "method": " ".join(say(m, lang()) for m in finding.method),
        "sentence": say(finding.sentence, lang()),
        "attribution": list(finding.attribution),
        "receipt": dict(finding.receipt),
    }


def table(columns: Sequence[Message], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """A table on standard output; cells are data, never markup."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for i, column in enumerate(columns):
        drawn.add_column(Text(say(column, lang())), justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(_shown(cell)) for cell in row))
    Console(highlight=False).print(drawn)


def share(value: float | None) -> str:
    """A share as per cent; a dash where nothing can be said."""
    return percent(value, lang())


def amount(value: float) -> str:
    """A number of people or things."""
    return number(value, lang(), 0)


def list_issues(issues: Sequence[Issue]) -> None:
    """What was imperfect: one line per sort, with its first sentence and how many more there are of it."""
    if not issues:
        return
    out(Mn("One remark:", "{n} remarks:", len(issues)))
    sorts: dict[str, list[Message]] = {}
    for issue in issues:
        sorts.setdefault(issue.code, []).append(issue.message)
    for first, *more in list(sorts.values())[:_MANY]:
        out(f"  • {say(first, lang())}" + (f" (+{amount(len(more))})" if more else ""))
    if len(sorts) > _MANY:
        out(M("  … and {n} more sorts of remarks.", n=len(sorts) - _MANY))


@contextmanager
def progress(quiet: bool = False) -> Iterator[Told]:
    """Progress on standard error; a bar on a terminal, nothing otherwise."""
    console = Console(stderr=True, highlight=False)
    if quiet or not console.is_terminal:
        yield silent
        return
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def told(message: Message, part: float | None = None) -> None:
            bar.update(task, description=say(message, lang()), completed=part)

        yield told
