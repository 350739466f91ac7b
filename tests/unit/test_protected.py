"""Refuges from violence are recognised by tags and by words, in every language of the map."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from assetmap.sources.protected import protected, protected_rows


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "social_facility", "social_facility": "shelter", "social_facility:for": "abused"},
        {"social_facility": "shelter", "social_facility:for": "woman"},
        {"social_facility": "shelter", "social_facility:for": "women;child"},
        {"social_facility": "shelter", "social_facility:for": "child; women"},
        {"social_facility": "outreach", "social_facility:for": "victim"},
        {"social_facility": "group_home", "social_facility:for": "homeless;abused"},
        {"social_facility": "shelter;outreach", "social_facility:for": "female"},
        {"shelter:for": "abused"},
    ],
)
def test_by_whom_it_is_for(tags: dict[str, str]) -> None:
    assert protected(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"social_facility": "shelter", "social_facility:for": "homeless"},
        {"social_facility": "outreach", "social_facility:for": "women"},
        {"amenity": "shelter", "shelter_type": "lean_to"},
        {"social_facility:for": "senior"},
    ],
)
def test_other_help_stays_on_the_map(tags: dict[str, str]) -> None:
    assert not protected(tags)


SECRET = [
    "Oslo Krisesenter", "Krisesenteret i Follo", "KRISESENTER", "Krise- og incestsenteret", "Krise-senteret",
    "Krise- og rådgivningssenteret", "Senter mot incest", "Incestsenteret i Vestfold",
    "Kvindekrisecentret", "Krisecenter for mænd", "Mandekrisecenter", "Randers Krisecenter", "Kvindekrisehjem",
    "Kvinnojouren Olivia", "Tjejjour Väst", "Mansjouren", "Kriscentrum för kvinnor", "Alla kvinnors hus",
    "Skyddat boende Nord", "Kvinnofridsboende",
    "Women's Shelter", "Women’s refuge", "Womens Refuge", "womens' shelter", "Battered women's shelter",
    "Refuge for women", "Shelter for abused women", "Domestic violence refuge", "Domestic Abuse Centre", "Safe house",
    "Turvakoti", "Frauenhaus", "Kvennaathvarfið",
]  # fmt: skip
OPEN = [
    "Kvinnegruppa Ottar", "Kvindehuset", "Kriseberedskap Norge", "Senter for seniorer", "Bus shelter",
    "Dog shelter", "Women's choir", "Krisepsykologi", "Kriminalomsorgen", "Refugee centre",
    "Kvinnohälsan", "Damekoret", "Røde Kors", "Blå Kors", "Domestic appliances",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRET)
@pytest.mark.parametrize("column", ["name", "names", "description", "operator", "tags"])
def test_by_its_words(name: str, column: str) -> None:
    value = json.dumps({"en": name}, ensure_ascii=False) if column in {"names", "tags"} else f"  {name}, Norge"
    frame = pd.DataFrame({column: [value, None]})
    assert protected_rows(frame).tolist() == [True, False]


@pytest.mark.parametrize("name", OPEN)
def test_other_names_are_not_taken_for_it(name: str) -> None:
    assert not protected_rows(pd.DataFrame({"name": [name]})).any()


def test_odd_tables_do_no_harm() -> None:
    assert protected_rows(pd.DataFrame({"x": [1, 2]})).tolist() == [False, False]
    assert protected_rows(pd.DataFrame({"name": []})).empty
    odd = pd.DataFrame(
        {"tags": ["not json", "[1]", None, '{"social_facility:for": "abused"}', 3]}, index=[1, 1, 2, 2, 3]
    )
    assert protected_rows(odd).tolist() == [False, False, False, True, False]
