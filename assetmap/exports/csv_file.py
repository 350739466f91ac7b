"""CSV that opens by a double click: UTF-8 with its mark, the reader's separators, and no cell that is a formula.

A CSV file has no place beside its rows, so attribution, licence and date stand in columns of every row; method and
receipt, which are long, only in the first.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assetmap.exports.content import Content
from assetmap.exports.export import Export
from assetmap.exports.guard import safe_text
from assetmap.exports.table import cells
from assetmap.messages import M

COMMA_DECIMAL = {"nb", "nn", "no", "da", "sv"}
"""Languages that write 59,91; their spreadsheets expect a semicolon between cells."""


def write(content: Content, path: Path) -> None:
    """Write one table with a heading; a missing value is an empty cell."""
    about, table = content.about, cells(content)
    table["dataset_attribution"] = about.attribution
    table["dataset_licence"] = about.licence
    table["dataset_date"] = about.date
    for name, text in (
        ("dataset_method", " ".join((*about.method, *about.caveats))),
        ("dataset_receipt", json.dumps(about.receipt, ensure_ascii=False, default=str)),
    ):
        table[name] = [text, *[""] * (len(table) - 1)] if len(table) else []
    comma = content.lang in COMMA_DECIMAL
    say = _cell(comma)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";" if comma else ",", lineterminator="\r\n")
        writer.writerow([safe_text(name) for name in table.columns])
        for row in zip(*(table[name] for name in table.columns), strict=True):
            writer.writerow([say(value) for value in row])


def _cell(comma: bool) -> Callable[[Any], str]:
    def say(value: Any) -> str:
        if isinstance(value, str):
            return safe_text(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                return ""
            text = repr(round(float(value), 7)).removesuffix(".0")
            return text.replace(".", ",") if comma else text
        if hasattr(value, "item"):
            return say(value.item())
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(value) if isinstance(value, int) else ""

    return say


def receipt(path: Path) -> Any:
    """The receipt in the first row."""
    csv.field_size_limit(16 * 2**20)
    with path.open(encoding="utf-8-sig", newline="") as file:
        comma = ";" if ";" in file.readline() else ","
        file.seek(0)
        row = next(csv.DictReader(file, delimiter=comma), {})
    return json.loads(row["dataset_receipt"])


EXPORT = Export("csv", M("CSV table"), (".csv",), write, receipt)
