"""How are the cells of a text file parted from each other?

Every usual separator is tried; the one that finds known headers and rows of even width wins. Quoted cells may hold
separators and line breaks; a quote that is never closed must not swallow the rest of the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from assetmap.errors import FormatError, InputError
from assetmap.messages import M
from assetmap.model.issues import Issue
from assetmap.sources.files.grid import SEARCHED, Grid, known_headers

SEPARATORS = (";", ",", "\t", "|")
_SAMPLE = 100_000
_FIELD = 1_000_000
_NAMED = re.compile(r"^\ufeff?sep=(.)\r?\n", re.IGNORECASE)
_MENDED = 20


@dataclass(frozen=True)
class Cells:
    """The cells of a text file, one list per record, and the separator that was found."""

    grid: Grid
    separator: str
    issues: tuple[Issue, ...] = ()


def read_cells(text: str, file: str, separator: str | None = None) -> Cells:
    """Part a text into cells.

    Args:
        separator: One character, where somebody has said it; else it is found out.

    Raises:
        FormatError: A cell never ends. InputError: The separator is not one character.
    """
    if separator is not None and (not isinstance(separator, str) or len(separator) != 1):
        raise InputError(M("The mapping gives “{separator}” as separator. Expected one character such as ; or ,",
                           separator=str(separator)))  # fmt: skip
    if named := _NAMED.match(text):
        separator, text = separator or named[1], text[named.end() :]
    if separator is None:
        separator = _best(text)
    grid, mended = _parse(text, separator, file)
    if named:
        grid.insert(0, [])
    return Cells(grid, separator, (*mended, *_cut_off(grid, text)))


def _best(text: str) -> str:
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    return max(SEPARATORS, key=lambda s: _score(sample, s))


def _score(sample: str, separator: str) -> tuple[int, float, int]:
    """Known headers in the best row, evenness of the rows' widths, width."""
    try:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=separator) if any(row)]
    except csv.Error:
        return 0, 0.0, 0
    widths = Counter(len(row) for row in rows)
    width, count = max(widths.items(), key=lambda w: w[1], default=(0, 0))
    if width < 2:
        return 0, 0.0, 0
    return max(known_headers(row) for row in rows[:SEARCHED]), count / len(rows), width


def _parse(text: str, separator: str, file: str) -> tuple[Grid, list[Issue]]:
    issues: list[Issue] = []
    csv.field_size_limit(_FIELD)
    for _ in range(_MENDED):
        grid, line, ended = _records(text, separator)
        if ended:
            return grid, issues
        lines = text.splitlines(keepends=True)
        if lines[line].count('"') % 2 == 0:
            return grid, issues
        lines[line] = lines[line].replace('"', "")
        text = "".join(lines)
        issues.append(Issue("quote-unclosed", M("A quotation mark in line {line} is never closed; it was left out.",
                                                line=line + 1)))  # fmt: skip
    raise FormatError(
        M("{file} has many quotation marks that are never closed, so that its cells cannot be told apart. Save it "
          "again as CSV.", file=file)
    )  # fmt: skip


def _records(text: str, separator: str) -> tuple[Grid, int, bool]:
    """All records; the line where the last one begins; and whether it ends properly."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    grid: Grid = []
    line = begin = 0
    try:
        for record in reader:
            grid.append(record)
            begin, line = line, reader.line_num
    except csv.Error:
        return grid, line, False
    swallowed = bool(grid and grid[-1] and "\n" in grid[-1][-1].replace("\r", "\n"))
    return grid, begin, not (swallowed and not text.rstrip().endswith('"'))


def _cut_off(grid: Grid, text: str) -> tuple[Issue, ...]:
    """A last line that is too short and has no line end."""
    filled = [row for row in grid if any(row)]
    if len(filled) < 3 or text.endswith(("\n", "\r")):
        return ()
    usual = Counter(len(row) for row in filled[:-1]).most_common(1)[0][0]
    if len(filled[-1]) >= usual:
        return ()
    short = M("The file ends in the middle of its last row ({found} of {expected} cells). It may be cut off: send it "
              "again.", found=len(filled[-1]), expected=usual)  # fmt: skip
    return (Issue("cut-off", short, f"row {len(grid)}"),)
