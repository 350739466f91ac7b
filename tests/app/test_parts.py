"""The parts of the app that need no page: rows and search, hours, escaping, and what is believed of the map."""

from __future__ import annotations

import gzip
import json

import pytest

from assetmap.app.host import _known, _place, pack
from assetmap.app.hours import readable
from assetmap.app.panel.category_words import meant
from assetmap.app.rows import Row, counts, fold, of_categories, search
from assetmap.app.state import plain

ROWS = [
    Row("1", "Café Ærlig", "cafe_eatery", "Café", "exchange", "Storgata 1", True, fold("Café Ærlig Storgata 1")),
    Row("2", "Åpen plass", "square", "Square", "places", "", True, fold("Åpen plass")),
    Row("3", "Lekeplass", "playground", "Playground", "places", "", False, fold("Lekeplass")),
]


@pytest.mark.parametrize(
    ("words", "ids"), [("cafe", "1"), ("CAFÉ stor", "1"), ("plass", "23"), ("apen", ""), ("åpen", "2"), ("  ", "123")]
)
def test_search(words: str, ids: str) -> None:
    assert "".join(row.id for row in search(ROWS, words)) == ids


def test_kinds_and_categories() -> None:
    assert [row.id for row in of_categories(ROWS, "places", ())] == ["2", "3"]
    assert [row.id for row in of_categories(ROWS, "places", ("square",))] == ["2"]
    assert counts(ROWS, "kind") == {"exchange": 1, "places": 2}


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        ("24/7", ["alltid åpent"]),
        ("10:00-16:00", ["hver dag: 10:00–16:00"]),
        ("Mo-Fr 10:00-12:00,13:00-16:00; Su off", ["Mandag–fredag: 10:00–12:00 og 13:00–16:00", "Søndag: stengt"]),
        ("Tu, Th 18:00-21:00", ["Tirsdag og torsdag: 18:00–21:00"]),
        ("Mo-Fr sunrise-sunset", []),
        ("PH off", []),
        ("week 1-10 Mo 10:00-12:00", []),
        ("10:00-12:00; Mo 13:00-14:00", []),
    ],
)
def test_hours_are_said_only_where_they_are_simple(raw: str, lines: list[str]) -> None:
    assert readable(raw, "nb") == lines


@pytest.mark.parametrize(
    ("words", "first"),
    [("fotball", "sports_ground"), ("legeplads", "playground"), ("kor", "assoc_culture_arts"), ("Bibliotek", "library"),
     ("lekeplas", "playground"), ("swimming", "bathing_place"), ("xyzzy", ""), ("  ", "")],
)  # fmt: skip
def test_a_word_means_a_category(words: str, first: str) -> None:
    assert [*meant(words), ""][0] == first


def test_foreign_text_is_no_markdown() -> None:
    escaped = plain("![a](https://b.invalid) **c** <i> `d` $e$ :red[f]\n# g www.h.invalid i@j.invalid")
    for sign in "![]()*<>`$:#":
        assert f"\\{sign}" in escaped
        assert sign not in escaped.replace(f"\\{sign}", "")
    assert "\n" not in escaped
    for bare in ("https\\:\\/", "www\\.", "@j"):
        assert bare not in escaped
    assert len(plain("x" * 10_000)) == 400


def test_only_what_was_sent_can_be_opened() -> None:
    ids = frozenset({"a"})
    assert _known("a", ids) == "a"
    assert _known("b", ids) is None
    assert _known(["a"], ids) is None


BOUNDS = (10.0, 59.0, 10.1, 59.1)


@pytest.mark.parametrize(
    ("point", "found"),
    [
        ([59.05, 10.05], (59.05, 10.05)),
        ([59.14, 10.05], (59.14, 10.05)),
        ([59.16, 10.05], None),
        ([float("nan"), 10.05], None),
        (["59", "10"], None),
        ([59.05], None),
        ("59.05,10.05", None),
        (None, None),
    ],
)
def test_only_a_point_on_the_map_is_believed(point: object, found: tuple[float, float] | None) -> None:
    assert _place(point, BOUNDS) == found


def test_cargo_is_the_same_for_the_same() -> None:
    payload = {"assets": {"id": ["a"]}, "bounds": list(BOUNDS)}
    first, second = pack("k", payload), pack("k", payload)
    assert first == second
    assert json.loads(gzip.decompress(first.packed)) == {"key": "k", "payload": payload}
    assert (first.ids, first.bounds) == (frozenset({"a"}), BOUNDS)
