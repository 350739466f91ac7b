"""What of somebody's words can stand on paper, and how do they stay words?

Whatever comes from data goes through here before it becomes part of a page.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import Any

from assetmap.i18n import say, say_value
from assetmap.messages import Message

LONGEST = 160
"""A value is cut after so many letters: paper has no room for more."""
# what no printed page can show, and what turns the direction of the text around it
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]")


def short(text: str, most: int = LONGEST) -> str:
    """The text on one line without invisible characters, cut where it is longer than `most`."""
    clean = " ".join(_INVISIBLE.sub(" ", text).split())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def said(value: Any, lang: str) -> str:
    """A message or a value in a language as HTML text; values, also those in a message, are cut."""
    if isinstance(value, Message):
        cut = {key: short(given) if isinstance(given, str) else given for key, given in value.params.items()}
        return html.escape(_INVISIBLE.sub(" ", say(replace(value, params=cut), lang)))
    return html.escape(short(say_value(value, lang)))
