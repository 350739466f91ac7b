"""Which words does the map page itself say, in the reader's language?"""

from __future__ import annotations

from assetmap.i18n import say
from assetmap.messages import M, Message

WORDS: dict[str, Message] = {
    "map": M("Map"),
    "legend": M("What the map shows"),
    "zoom_in": M("Zoom in"),
    "zoom_out": M("Zoom out"),
    "fit": M("Show everything"),
    "close": M("Close"),
    "cluster": M("{n} assets close together"),
    "shown": M("Assets on the map: {n}"),
    "unplaced": M("Without a place, therefore only in the list: {n}"),
    "empty": M("Nothing is mapped here yet."),
    "approximate": M("The place is approximate."),
    "near": M("Near"),
    "minutes": M("{n} min on foot"),
    "metres": M("{n} m on foot"),
    "min": M("{n} min"),
    "about": M("About"),
    "address": M("Address"),
    "hours": M("Open"),
    "access": M("Access"),
    "wheelchair": M("Wheelchair"),
    "capacity": M("Capacity"),
    "operator": M("Run by"),
    "website": M("Website"),
    "source": M("Source"),
    "covered": M("Within reach"),
    "uncovered": M("Too far"),
    "unreachable": M("No way there on foot"),
    "unlinked": M("Too far from any street to say"),
    "within": M("Within {n} minutes on foot"),
    "people_without": M("{n} people without"),
    "homes_without": M("{n} homes without"),
    "strengths": M("Close by there is:"),
    "largest": M("Where most live without"),
    "online": M("Online base map (asks an outside server)"),
    "chosen": M("Chosen place"),
    "pick": M("Tap the map, or press Enter for its middle."),
    "drag": M("Chosen place. Drag it, or move it with the arrow keys."),
    "noscript": M("This map needs JavaScript."),
}
"""Sentences of the page by the name its scripts use. `{n}` is filled in by the browser."""


def words(lang: str) -> dict[str, str]:
    """The page's sentences in a language, places left open.

    Raises:
        UnknownKey: There is no such language.
    """
    return {name: say(message, lang) for name, message in WORDS.items()}
