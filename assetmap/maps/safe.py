"""How can folium be used without its running what stands in the data?

branca takes text that is already rendered, data included, and renders it as a template a second time: a name that
holds a double-brace expression runs code in this process, and one unbalanced brace takes the map down. Here the element
class is repaired before any folium object is made: text that is given to an element is only ever text. Import folium
and branca from this module and from nowhere else.
"""

from __future__ import annotations

from typing import Any

import branca.element as element
from branca.element import Element, Figure, MacroElement

__all__ = ["Element", "Figure", "MacroElement", "Template", "Text", "folium"]


class Text:
    """Stands where branca expects a template, and renders to itself."""

    __slots__ = ("module", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.module = None

    def render(self, *_: Any, **__: Any) -> str:
        """The text as it was given."""
        return self.text


def _repair(cls: type[Element]) -> None:
    """Make `cls(template=text)` keep the text, also after unpickling. Templates of classes and of files are ours."""
    if getattr(cls, "_assetmap_safe", False):
        return
    make, revive = cls.__init__, cls.__setstate__

    def init(self: Element, template: str | None = None, template_name: str | None = None) -> None:
        make(self, None, template_name)
        if template is not None:
            self.__dict__ |= {"_template_str": template, "_template": Text(template)}

    def setstate(self: Element, state: dict[str, Any]) -> None:
        text = state.get("_template_str")
        revive(self, {**state, "_template_str": None})
        if text is not None:
            self.__dict__ |= {"_template_str": text, "_template": Text(text)}

    for name, better in (("__init__", init), ("__setstate__", setstate), ("_assetmap_safe", True)):
        setattr(cls, name, better)


_repair(element.Element)

import folium  # noqa: E402  only after the repair
from folium.template import Template  # noqa: E402
