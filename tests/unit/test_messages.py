"""Do sentences take any value as it is, and count as people do?"""

from __future__ import annotations

import pytest

from assetmap.i18n import languages, say
from assetmap.messages import Label, M, Mn, Percent, fill
from assetmap.model.issues import message_from_json, message_json
from tests.hostile import HOSTILE


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values_stay_as_they_are(name: str) -> None:
    message = M("{name} is {name}, {other}.", name=name, other="{name}")
    assert str(message) == f"{name} is {name}, {{name}}.", "a value that looks like a place is not looked at again"
    for lang in languages():
        assert name in say(message, lang)


@pytest.mark.parametrize(
    ("sentence", "filled"),
    [
        ("", ""),
        ("{n}", "3"),
        ("{{n}}", "{3}"),
        ("{unknown} {n}", "{unknown} 3"),
        ("{n.__class__} {n!r} {n[0]} {0} {}", "{n.__class__} {n!r} {n[0]} {0} {}"),
        ("open { and {n", "open { and {n"),
        ("} {n} }", "} 3 }"),
    ],
)
def test_filling_is_plain_replacement(sentence: str, filled: str) -> None:
    assert fill(sentence, {"n": 3}) == filled


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 homes"), (1, "one home"), (2, "2 homes"), (1_000_000, "1000000 homes")]
)
def test_counting(count: int, said: str) -> None:
    assert str(Mn("one home", "{n} homes", count)) == said


def test_messages_within_messages() -> None:
    label = Label({"en": "Library", "nb": "Folkebibliotek"})
    whole = M("{what}: {share}", what=M("{one} or {other}", one=label, other=label), share=Percent(0.125))
    assert str(whole) == "Library or Library: 12 %"
    assert "Folkebibliotek" in say(whole, "nb")
    assert label.said("sv") == "Library"


def test_a_kept_message_is_said_again_in_any_language() -> None:
    label = Label({"en": "Library", "nb": "Folkebibliotek"})
    for message in (
        M("{what}: {share} of {n}, {list}", what=label, share=Percent(0.5), n=7, list=["a", M("b")]),
        Mn("one of {x}", "{n} of {x}", 4, x=None),
    ):
        again = message_from_json(message_json(message))
        assert str(again) == str(message)
        assert say(again, "nb") == say(message, "nb")
    assert isinstance(message_from_json(message_json(M("{s}", s=Percent(0.5)))).params["s"], Percent)
