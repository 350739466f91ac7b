"""How has each category changed? A picture of bars that needs no script, wide or narrow."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assetmap.app.state import language, tell
from assetmap.i18n import number
from assetmap.messages import M
from assetmap.upkeep.compare import WHAT

COLOURS = {
    "grown": "#1b7a3d", "found": "#7fb8e6", "same": "#d8d3c8", "changed": "#e0a100", "lost": "#a3370b",
    "withdrawn": "#d99a80", "merged": "#7d6ba8", "uncertain": "#8a8f98",
}  # fmt: skip
"""One colour per thing that can have become of a record; the numbers beside the bars say it without them."""
_SHOWN = ("grown", "found", "changed", "lost", "withdrawn", "merged", "uncertain")
_WIDE, _ROW, _FONT = 460, 46, 'font-family="system-ui,sans-serif"'


def bars(rows: Sequence[tuple[str, dict[str, int]]]) -> str:
    """A bar per category of what is different in it; empty where nothing is.

    Args:
        rows: Name of the category, and how many records by key of `WHAT`.
    """
    told = [(name, {key: counts.get(key, 0) for key in _SHOWN}) for name, counts in rows]
    told = [(name, counts) for name, counts in told if sum(counts.values())]
    if not told:
        return ""
    most = max(sum(counts.values()) for _, counts in told)
    used = [key for key in _SHOWN if any(counts[key] for _, counts in told)]
    legend, top = _legend(used)
    parts = [_bar(name, counts, top + n * _ROW, most) for n, (name, counts) in enumerate(told)]
    high = top + len(told) * _ROW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {high}" width="{_WIDE}" height="{high}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{legend}{"".join(parts)}</svg>'
    )


def in_words(rows: Sequence[tuple[str, dict[str, int]]]) -> str:
    """The same for those who do not see it."""
    said = []
    for name, counts in rows:
        told = [f"{tell(WHAT[key])} {counts[key]}" for key in _SHOWN if counts.get(key)]
        if told:
            said.append(f"{name}: {', '.join(told)}")
    return tell(M("Bars of what is different by category. {all}", all="; ".join(said)))


def _legend(used: Sequence[str]) -> tuple[str, int]:
    """What each colour means, two in a line; and where the bars begin."""
    parts = []
    for n, key in enumerate(used):
        x, y = (n % 2) * _WIDE // 2, (n // 2) * 24 + 6
        parts.append(f'<rect x="{x}" y="{y}" width="14" height="14" rx="2" fill="{COLOURS[key]}"/>'
                     f'<text x="{x + 20}" y="{y + 12}" {_FONT} font-size="14" fill="#1d2433">'
                     f"{escape(tell(WHAT[key]))}</text>")  # fmt: skip
    return "".join(parts), -(-len(used) // 2) * 24 + 14


def _bar(name: str, counts: dict[str, int], y: int, most: int) -> str:
    total = sum(counts.values())
    short = name if len(name) <= 52 else f"{name[:51]}…"
    parts = [f'<text x="0" y="{y + 14}" {_FONT} font-size="14" fill="#1d2433">{escape(short)}</text>',
             f'<text x="{_WIDE}" y="{y + 33}" {_FONT} font-size="14" text-anchor="end" fill="#1d2433">'
             f"{number(total, language())}</text>"]  # fmt: skip
    x = 0.0
    for key, many in counts.items():
        width = many / most * (_WIDE - 60)
        if many:
            parts.append(f'<rect x="{x:.1f}" y="{y + 20}" width="{max(width - 1, 1.5):.1f}" height="16" '
                         f'fill="{COLOURS[key]}"/>')  # fmt: skip
        x += width
    return "".join(parts)
