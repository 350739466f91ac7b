"""How does text stay text in a spreadsheet, whatever it begins with?

A cell that begins like a formula is run by the spreadsheet of whoever opens the file. In CSV it gets an apostrophe in
front; in Excel files cells say themselves that they are text. Plain numbers stay as they are.
"""

from __future__ import annotations

import re

# what a spreadsheet may take for a formula, also in the full-width and small forms of East Asian keyboards
_FORMULA = "=+\\-@＝＋－＠﹦﹢﹣﹫"
_BLANK = "\\s\u00ad\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\x00-\x1f"
_RISKY = re.compile(f"[{_BLANK}]*[{_FORMULA}]|[\t\r\n]")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
# characters that XML, and so an Excel file, cannot hold
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CELL = 32_767
"""So many characters, counted as UTF-16 counts them, fit into a cell of Excel."""


def risky(text: str) -> bool:
    """Whether a spreadsheet may take a text for a formula."""
    return bool(_RISKY.match(text)) and not _NUMBER.fullmatch(text)


def safe_text(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet may take it for a formula."""
    return f"'{text}" if risky(text) else text


def printable(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def excel_text(text: str) -> tuple[str, bool]:
    """The text without characters that Excel cannot hold, at most as long as a cell; and whether it was cut."""
    clean = printable(text)
    if len(clean) * 2 <= CELL:
        return clean, False
    units = clean.encode("utf-16-le")
    if len(units) // 2 <= CELL:
        return clean, False
    return units[: (CELL - 1) * 2].decode("utf-16-le", "ignore") + "…", True
