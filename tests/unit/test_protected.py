"""Refuges from violence are recognised by tags and by words, in every language of the map."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from assetmap.disclosure.refuges import by_tags, demand_no_refuge, is_refuge
from assetmap.errors import InputError
from assetmap.sources.protected import protected_rows


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
    assert by_tags(tags)
    assert is_refuge({"tags": json.dumps(tags)})


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
    assert not by_tags(tags)


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
    assert is_refuge({column: value})
    assert is_refuge({column: json.dumps({"nb": f"Sagene \u200b{name}"})})
    assert is_refuge({column: name[:3] + "\u200b" + name[3:]}), "nor with a sign in it that nobody sees"


@pytest.mark.parametrize("name", ["Krisesenteret i Oslo", "Kvindekrisecenter København"])
def test_what_somebody_wants_to_keep_is_refused_and_not_repeated(name: str) -> None:
    for values in ({"name": name}, {"note": f"Ved siden av ligger {name}"}, {"tags": {"name:nb": name}}):
        with pytest.raises(InputError) as told:
            demand_no_refuge(values)
        assert "krise" not in str(told.value).lower()
    demand_no_refuge({"name": "Kristiansand bibliotek", "tags": '{"social_facility:for": "senior"}', "note": None})


@pytest.mark.parametrize("name", OPEN)
def test_other_names_are_not_taken_for_it(name: str) -> None:
    assert not is_refuge({"name": name})
    assert not protected_rows(pd.DataFrame({"name": [name]})).any()


def test_odd_tables_do_no_harm() -> None:
    assert protected_rows(pd.DataFrame({"x": [1, 2]})).tolist() == [False, False]
    assert protected_rows(pd.DataFrame({"name": []})).empty
    odd = pd.DataFrame(
        {"tags": ["not json", "[1]", None, '{"social_facility:for": "abused"}', 3]}, index=[1, 1, 2, 2, 3]
    )
    assert protected_rows(odd).tolist() == [False, False, False, True, False]
