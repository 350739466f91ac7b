"""The rule grammar: OR, AND, negation, any value, several values in one tag, and what is malformed."""

from __future__ import annotations

import pytest

from assetmap.model.rules import Rule


def matches(rule: str, **tags: str) -> bool:
    return Rule.parse(rule).match({k.replace("__", ":"): v for k, v in tags.items()}) is not None


def test_or_and_and() -> None:
    rule = "amenity=social_facility+social_facility=nursing_home|day_care;amenity=nursing_home"
    assert matches(rule, amenity="social_facility", social_facility="day_care")
    assert matches(rule, amenity="nursing_home")
    assert not matches(rule, amenity="social_facility")
    assert not matches(rule, amenity="social_facility", social_facility="shelter")
    assert not matches(rule, social_facility="day_care")


def test_an_absent_key_satisfies_a_negation() -> None:
    rule = "leisure=garden+garden:type=!residential|community"
    assert matches(rule, leisure="garden")
    assert matches(rule, leisure="garden", garden__type="botanical")
    assert not matches(rule, leisure="garden", garden__type="residential")
    assert not matches(rule, leisure="garden", garden__type="botanical;community")


@pytest.mark.parametrize("value", ["no", "vacant", "disused", "abandoned", "no;vacant", ""])
def test_what_is_not_there_never_matches_anything(value: str) -> None:
    assert not matches("shop=*", shop=value)
    assert matches("name=!*", name=value)


def test_anything_matches_a_star() -> None:
    assert matches("shop=*", shop="florist")
    assert matches("shop=*", shop="vacant;florist")
    assert not matches("shop=*")
    assert not matches("name=!*", name="Badet")
    assert matches("name=!*")


@pytest.mark.parametrize("value", ["soccer;basketball", "basketball; soccer", " soccer", ";soccer;", "soccer"])
def test_several_values_in_one_tag_each_count(value: str) -> None:
    assert matches("sport=soccer", sport=value)
    assert not matches("sport=socc", sport=value)


def test_case_is_not_guessed() -> None:
    assert not matches("shop=bakery", shop="Bakery")


@pytest.mark.parametrize(
    ("rule", "value", "holds"),
    [("@a<150", "149.9", True), ("@a<150", "150", False), ("@a>=150", "150", True), ("@a>=1.5", "1.4", False),
     ("@a<150", None, True), ("@a>=1", None, False), ("@a<150", "large", False), ("@a<150", "nan", False)],
)  # fmt: skip
def test_measures(rule: str, value: str | None, holds: bool) -> None:
    assert (Rule.parse(rule).match({} if value is None else {"@a": value}) is not None) is holds


def test_how_specifically_it_matches() -> None:
    rule = Rule.parse("shop=*;shop=bakery;shop=bakery+organic=yes;shop=bakery+name=*;craft=*+a=!b")
    assert rule.match({"shop": "florist"}) == (1, 0)
    assert rule.match({"shop": "bakery"}) == (1, 1)
    assert rule.match({"shop": "bakery", "name": "x"}) == (2, 1)
    assert rule.match({"shop": "bakery", "name": "x", "organic": "yes"}) == (2, 2)
    assert rule.match({"craft": "x"}) == (2, 0)
    assert rule.match({}) is None


def test_keys_are_the_first_of_each_clause() -> None:
    assert Rule.parse("a=b+c=d; e=* ;a=x").keys() == ("a", "e")
    assert Rule.parse("").keys() == ()
    assert Rule.parse("").match({"a": "b"}) is None
    assert Rule.parse(" a=b ; ; c=d ").match({"c": "d"}) == (1, 1)


@pytest.mark.parametrize(
    "text",
    ["amenity", "amenity=", "=library", "amenity=!", "a=b+", "+a=b", "a=b++c=d", "a<=5", "a>5", "a<b", "a<", "<5",
     "a==b", "a=b|", "a=|b", "a=b||c", "a=*|b", "a=!*|b", "a=!!b", "a!=b", "a = b", "a<1.", "a=b=c"],
)  # fmt: skip
def test_what_is_malformed_raises(text: str) -> None:
    with pytest.raises(ValueError, match="not a condition"):
        Rule.parse(text)
