"""Are sentences, numbers and dates said as each language says them, and is every sentence translated?"""

from __future__ import annotations

import ast
import datetime
import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from assetmap import i18n
from assetmap.errors import UnknownKey
from assetmap.messages import M, Message, Mn

PACKAGE = Path(i18n.__file__).parent
TRANSLATED = ("da", "nb")
PLACES = re.compile(r"\{(\w+)\}")


def catalogue(lang: str) -> Catalog:
    with (PACKAGE / "locale" / lang / "LC_MESSAGES" / "assetmap.po").open("rb") as file:
        return read_po(file, locale=lang)


def sentences() -> set[str | tuple[str, ...]]:
    """Every sentence that the package can say, found as `pybabel extract` finds it."""
    with (PACKAGE / "locale" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"M": (1,), "Mn": (1, 2)}
    found = extract_from_dir(PACKAGE, methods, options, keywords)
    return {message for _, _, message, _, _ in found if message}


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_sentence_is_translated(lang: str) -> None:
    known = {message.id: message for message in catalogue(lang) if message.id}
    missing = [text for text in sentences() if text not in known or not complete(known[text])]
    assert not missing, f"{len(missing)} sentences lack {lang}, such as {missing[:3]}; see CONTRIBUTING.md"


def test_no_sentence_is_hidden_from_the_collector() -> None:
    """It does not look into f-strings, so a sentence there would be said in English for ever."""
    collected = {text if isinstance(text, str) else text[0] for text in sentences()}
    calls = (
        (file, node)
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("M", "Mn")
    )
    said = {
        (file.name, node.lineno): node.args[0].value for file, node in calls if isinstance(node.args[0], ast.Constant)
    }
    hidden = {where: text for where, text in said.items() if text not in collected}
    assert not hidden, "write these outside of the f-string"


@pytest.mark.parametrize("lang", TRANSLATED)
def test_nothing_is_translated_that_is_not_said(lang: str) -> None:
    stale = {message.id for message in catalogue(lang) if message.id} - sentences()
    assert not stale


def complete(message: object) -> bool:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    expected = 1 if isinstance(message.id, str) else 2
    return len(strings) == expected and all(strings)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_translations_keep_the_places(lang: str) -> None:
    for message in catalogue(lang):
        if not message.id or not complete(message):
            continue
        ids, strings = ([part] if isinstance(part, str) else list(part) for part in (message.id, message.string))
        allowed = {place for text in ids for place in PLACES.findall(text)}
        for english, translated in zip(ids, strings, strict=True):
            found = set(PLACES.findall(translated))
            assert found <= allowed, translated
            assert found | {"n"} == set(PLACES.findall(english)) | {"n"}, (english, translated)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_compiled_catalogue_is_up_to_date(lang: str) -> None:
    fresh = BytesIO()
    write_mo(fresh, catalogue(lang))
    compiled = (PACKAGE / "locale" / lang / "LC_MESSAGES" / "assetmap.mo").read_bytes()
    assert compiled == fresh.getvalue(), "run the commands of CONTRIBUTING.md for translations"


def test_languages() -> None:
    assert i18n.languages() == ("da", "en", "nb")
    assert [i18n.language_name(lang) for lang in i18n.languages()] == ["Dansk", "English", "Norsk bokmål"]
    with pytest.raises(UnknownKey, match="da, en, nb"):
        i18n.say("yes", "xx")


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("nn_NO.UTF-8", "nb"),
        ("da-DK,da;q=0.9,en;q=0.8", "da"),
        ("de,en;q=0.4,da;q=0.7", "da"),
        ("de;q=many", "en"),
        ("C", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_best_language(wanted: str | None, lang: str) -> None:
    assert i18n.best_language(wanted) == lang


def test_plurals_and_nested_messages() -> None:
    waiting = ("One asset waits for review and is left out.", "{n} assets wait for review and are left out.")
    assert i18n.say(Mn(*waiting, 1), "en") == waiting[0]
    assert i18n.say(Mn(*waiting, 1200), "en") == "1,200 assets wait for review and are left out."
    assert i18n.say(M("{answer}, {answer}", answer=M("yes")), "nb") == "ja, ja"
    assert i18n.say(M("{all}", all=["a", M("no"), 2.5]), "da") == "a, nej og 2,5"
    assert i18n.say(M("{a} {b}", a=True, b=False), "da") == "ja nej"


@pytest.mark.parametrize(
    ("lang", "number", "percent", "date"),
    [
        ("nb", "12 345,68", "38,5 %", "21. november 2026"),
        ("da", "12.345,68", "38,5 %", "21. november 2026"),
        ("en", "12,345.68", "38.5%", "November 21, 2026"),
    ],
)
def test_numbers_and_dates(lang: str, number: str, percent: str, date: str) -> None:
    assert plain(i18n.say(M("{x}", x=np.float64(12345.678)), lang)) == number
    assert plain(i18n.percent(0.3846, lang, 1)) == percent
    assert i18n.say(M("{d}", d=datetime.date(2026, 11, 21)), lang) == date
    assert i18n.date("2026-11-21", lang) == date
    assert i18n.date("autumn", lang) == "autumn"
    assert i18n.say(M("{a} {b} {c}", a=float("nan"), b=np.int64(3), c=None), lang) == "– 3 –"


def plain(text: str) -> str:
    """No-break spaces as spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_values_are_not_read_as_places() -> None:
    assert i18n.say(Message("{name}", {"name": "{n} {0.__class__} %s"}), "nb") == "{n} {0.__class__} %s"


def test_order_of_names() -> None:
    names = ["Åsen", "Ære", "zoo", "Østby", "élan", "Aarhus", "Andeby", "eik"]
    for lang in ("nb", "da"):
        ordered = sorted(names, key=lambda name: i18n.sort_key(name, lang))
        assert ordered == ["Andeby", "eik", "élan", "zoo", "Ære", "Østby", "Aarhus", "Åsen"]
    assert sorted(names, key=lambda name: i18n.sort_key(name, "en"))[:2] == ["Aarhus", "Ære"]
