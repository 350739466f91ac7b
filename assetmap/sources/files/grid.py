"""Where in a sheet does the table begin, and what are its columns called?

People put titles above the header, group columns under merged headings, leave empty rows and columns, repeat a header,
and write sums and sources below. A grid is cells of text as they stand; a frame is what is left when that is cleared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pandas as pd

from assetmap.errors import FormatError, InputError
from assetmap.messages import M, Message, Mn
from assetmap.model.issues import Issue
from assetmap.sources.rows.categories import tag_keys
from assetmap.sources.rows.columns import guess_role
from assetmap.sources.rows.private import take_out
from assetmap.sources.rows.words import shortened

Grid = list[list[str]]
SEARCHED = 40
"""The header is looked for in so many rows from the top."""
_LONGEST_HEADER = 80
_SUM = re.compile(r"^\s*(sum|total|totalt|totalsum|i alt|ialt|antall|antal|summa|totals?)\b", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^\s*(\*|kilde|kilder|källa|source|sist oppdatert|senest opdateret|oppdatert|opdateret|updated"
                       r"|utskrift|merk:|obs|note:|©)", re.IGNORECASE)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Framed:
    """A table with its header found.

    Attributes:
        frame: Text cells; the index is the number of the row in the file, from 1.
        titles: Lines above the header; they may say what the table holds.
        torn: Rows with more cells than there are headers: their cells have shifted, so they are handed back.
        issues: What was left out.
    """

    frame: pd.DataFrame
    titles: tuple[str, ...] = ()
    torn: pd.DataFrame = field(default_factory=pd.DataFrame)
    issues: tuple[Issue, ...] = ()
    notes: tuple[Message, ...] = ()


def known_headers(row: Sequence[str]) -> int:
    """How many cells of a row look like headers that we know."""
    cells = [c.strip() for c in row if c.strip()]
    return sum(len(c) <= _LONGEST_HEADER and (c.lower() in tag_keys() or guess_role(c)[1] >= 0.7) for c in set(cells))


def header_at(grid: Grid, wanted: Collection[str] = ()) -> int | None:
    """Position of the header row, or None where no row looks like one.

    Args:
        wanted: Headers that a mapping names; the row that holds most of them is the header then.
    """
    top = list(enumerate(grid[:SEARCHED]))
    if wanted:
        best = max(top, key=lambda r: len(set(wanted) & {_tidy(c) for c in r[1]}), default=None)
        if best and set(wanted) & {_tidy(c) for c in best[1]}:
            return best[0]
    scored = [(known_headers(row), -at) for at, row in top]
    known, at = max(scored, default=(0, 0))
    if known and not (known == 1 and _is_title(grid, -at)):
        return -at
    return None


def to_frame(grid: Grid, file: str, wanted: Collection[str] = ()) -> Framed:
    """The table in a grid.

    Raises:
        FormatError: There is nothing in it, or a header without rows.
        InputError: No row looks like a header.
    """
    if not any(cell.strip() for row in grid for cell in row):
        raise FormatError(
            M("{file} is empty. Expected a table with a header row and one row for each asset.", file=file)
        )
    at = header_at(grid, wanted)
    if at is None:
        raise InputError(_no_header(grid, file))
    headers = _headers(grid, at)
    body = [(n, [*row, *[""] * (len(headers) - len(row))]) for n, row in enumerate(grid[at + 1 :], start=at + 2)]
    body = [(n, row) for n, row in body if any(c.strip() for c in row) and not _repeats(row, grid[at])]
    body, left = _without_foot(body, len(headers))
    if not body:
        raise FormatError(
            M("{file} has a header ({headers}) but no rows under it.", file=file,
              headers=shortened(", ".join(h for h in headers if h), 120))
        )  # fmt: skip
    used = [i for i, h in enumerate(headers) if h or any(row[i].strip() for _, row in body)]
    names = _unique([take_out(headers[i], names=False)[0] or f"Column {_letters(i)}" for i in used])
    torn = [(n, row) for n, row in body if any(c.strip() for c in row[len(headers) :])]
    whole = [(n, row) for n, row in body if not any(c.strip() for c in row[len(headers) :])]
    titles = tuple(" ".join(dict.fromkeys(c.strip() for c in row if c.strip())) for row in grid[:at])
    titles = tuple(filter(None, titles))
    return Framed(_frame(whole, used, names), titles, _frame(torn, used, names), left, _title_notes(titles))


def _frame(rows: Sequence[tuple[int, list[str]]], used: Sequence[int], names: Sequence[str]) -> pd.DataFrame:
    data = {name: [row[i] for _, row in rows] for i, name in zip(used, names, strict=True)}
    return pd.DataFrame(data, index=[n for n, _ in rows], columns=list(names), dtype="object")


def _headers(grid: Grid, at: int) -> list[str]:
    """The header's cells, with the heading above where that is personal or tells twins apart."""
    own = [_tidy(c) for c in grid[at]]
    while (
        own
        and not own[-1]
        and not any(row[len(own) - 1 : len(own)] != [""] for row in grid[at + 1 :] if len(row) >= len(own))
    ):
        own.pop()
    above = [_tidy(c) for c in grid[at - 1]] if at else []
    if not any(above) or (above[0] and len({c for c in above if c}) == 1):  # nothing, or a title
        return own
    groups, last = [], ""
    for i in range(len(own)):
        last = (above[i] if i < len(above) else "") or last
        groups.append(last)
    return [
        f"{group} {header}".strip()
        if group and (own.count(header) > 1 or guess_role(group)[0] == "private")
        else header
        for group, header in zip(groups, own, strict=True)
    ]


def _without_foot(
    body: list[tuple[int, list[str]]], width: int
) -> tuple[list[tuple[int, list[str]]], tuple[Issue, ...]]:
    """The rows without sums and footnotes at the end."""
    issues = []
    while body:
        number, row = body[-1]
        filled = [c.strip() for c in row if c.strip()]
        lone = len(filled) == 1 and width >= 3
        if not ((lone and _FOOTNOTE.match(filled[0])) or (_SUM.match(filled[0]) and len(filled) <= max(2, width // 2))):
            break
        issues.append(
            Issue("left-out", M("The row under the table is a sum or a footnote; it was left out."), f"row {number}")
        )
        body = body[:-1]
    return body, tuple(issues)


def _is_title(grid: Grid, at: int) -> bool:
    """Whether a row with one known word is a title: alone in its row, over wider rows."""
    alone = len({c.strip() for c in grid[at] if c.strip()}) == 1
    return alone and any(sum(bool(c.strip()) for c in row) > 1 for row in grid[at + 1 :])


def _repeats(row: Sequence[str], header: Sequence[str]) -> bool:
    cells = [_tidy(c) for c in header]
    return [_tidy(c) for c in row[: len(cells)]] == cells


def _tidy(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())


def _unique(headers: Sequence[str]) -> list[str]:
    """Headers made different by a number: `Navn`, `Navn (2)`."""
    seen: dict[str, int] = {}
    out: list[str] = []
    for header in headers:
        seen[header] = seen.get(header, 0) + 1
        name = header if seen[header] == 1 else f"{header} ({seen[header]})"
        while name in out:
            seen[header] += 1
            name = f"{header} ({seen[header]})"
        out.append(name)
    return out


def _letters(position: int) -> str:
    """Name of a column as spreadsheets give it: A, B, …, Z, AA."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def _title_notes(titles: Sequence[str]) -> tuple[Message, ...]:
    if not titles:
        return ()
    return (Mn("One line above the header was left out.", "{n} lines above the header were left out.", len(titles)),)


def _no_header(grid: Grid, file: str) -> Message:
    """The first row is not quoted: without a header it may be somebody's data."""
    width = max(len([c for c in row if c.strip()]) for row in grid)
    return M(
        "{file} has no header row that could be understood: none of its first {rows} rows (of {width} columns) names a "
        "column such as “name”, “category”, “address”, “latitude” or “longitude”. Add a first row with the names of "
        "the columns, or give a mapping.",
        file=file, rows=min(len(grid), SEARCHED), width=width,
    )  # fmt: skip
