"""How do lower rooms say something to people without choosing a language?

They make a `Message`: an English sentence with named places, and the values for those places. `assetmap.i18n.say`
turns it into words of a language; `str(message)` gives the English, for logs and tracebacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """A sentence for people, not yet in a language.

    Attributes:
        text: The English sentence; also the key under which translators find it. Places are `{name}`.
        params: The value of each place: text, numbers, dates or other messages.
        plural: The English sentence for a count other than one, where the sentence counts something.
        count: The number that decides between `text` and `plural`; also available as `{n}`.
    """

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
    plural: str | None = None
    count: int | None = None

    def __str__(self) -> str:
        sentence = self.text if self.plural is None or self.count == 1 else self.plural
        return fill(sentence, self.values())

    def values(self) -> dict[str, Any]:
        """The values for the places, with the count as `n` where there is one."""
        return {**self.params, **({} if self.count is None else {"n": self.count})}


class Percent(float):
    """A share between 0 and 1 that is said as per cent."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{float(self) * 100:.0f} %"


class Language(str):
    """The code of a language ("nb") that is said by its name in the reader's language."""

    __slots__ = ()


@dataclass(frozen=True)
class Label:
    """A name that brings its own translations, such as a category's."""

    labels: Mapping[str, str]

    def __str__(self) -> str:
        return self.said("en")

    def said(self, lang: str) -> str:
        """The name in a language, in English where the language has none."""
        return self.labels.get(lang) or self.labels["en"]


def fill(sentence: str, values: Mapping[str, Any]) -> str:
    """Put values into the `{places}` of a sentence by plain replacement.

    Values come from files and people. `str.format` would let a brace in the *sentence* reach attributes and indexes,
    and would stop at an unknown place; replacement can do neither, and a value that itself looks like a place is not
    looked at again.
    """
    out: list[str] = []
    rest = sentence
    while rest:
        head, brace, tail = rest.partition("{")
        out.append(head)
        if not brace:
            break
        name, close, after = tail.partition("}")
        if close and name in values:
            out.append(str(values[name]))
            rest = after
        else:
            out.append(brace)
            rest = tail
    return "".join(out)


def M(text: str, /, **params: Any) -> Message:
    """A message; the short name keeps sentences readable where they are made."""
    return Message(text, params)


def Mn(text: str, plural: str, count: int, /, **params: Any) -> Message:
    """A message that counts something: `text` for one, `plural` for any other number."""
    return Message(text, params, plural, int(count))
