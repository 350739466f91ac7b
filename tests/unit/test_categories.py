"""Words of a file are understood as categories, in four languages, with their forms and compounds."""

from __future__ import annotations

import pytest

from assetmap.model.taxonomy import taxonomy
from assetmap.sources.rows.categories import closest, meant_by, meant_by_name
from assetmap.sources.rows.words import spelled, word_table

MEANT = {
    "kindergarten": ["Barnehage", "Barnehager", "Kommunal barnehage", "Gårdsbarnehage", "børnehave", "vuggestuer",
                     "Förskola", "kindergarten", "Kindergarten / day nursery", "sarpsborg_barnehager_3105"],
    "playground": ["Lekeplass", "lekeplasser", "Lekeplas", "LEKEPLASS", "legeplads", "Legepladser", "lekplats",
                   "Playground", "Naturlegeplads", "Nærlekeplass"],
    "assoc_sport": ["Idrettslag", "Idrettslaget", "Fotballklubb", "idrætsforening", "Sports club", "1200"],
    "school": ["Grunnskole", "Barneskole", "Barne- og ungdomsskole", "Videregående skole", "Folkeskole", "Privatskole"],
    "library": ["Bibliotek", "Bibliotekk", "Folkebiblioteket", "library"],
    "sports_ground": ["Ballbinge", "Nærmiljøanlegg", "Tuftepark", "Fotballbane", "multibane"],
    "culture_venue": ["Kulturhus", "Kino", "Museum", "Kultur"],
    "assoc_culture_arts": ["Skolekorps", "Kor", "Kunst-, musikk- og kulturlag"],
    "place_of_worship": ["Kirke", "Moské", "moske"],
    "local_shop_service": ["Frisør", "Bank", "Butikk"],
    "everyday_amenity": ["Benk", "Bænk", "Bänk", "Toalett", "bench"],
}  # fmt: skip


@pytest.mark.parametrize(("category", "word"), [(c, w) for c, words in MEANT.items() for w in words])
def test_words_as_people_write_them(category: str, word: str) -> None:
    meant = meant_by(word)
    assert meant is not None
    assert meant.category == category


@pytest.mark.parametrize("key", list(taxonomy()))
def test_every_key_and_label_means_its_own_category(key: str) -> None:
    for text in (key, *taxonomy()[key].labels.values()):
        meant = meant_by(text)
        assert meant is not None
        assert (meant.category, meant.sure) == (key, 1.0)


def test_no_word_of_the_table_means_two_things() -> None:
    owner: dict[str, str] = {}
    for row in word_table("category_words.csv"):
        assert row["category"] in taxonomy()
        for word in row["words"].split(";"):
            assert owner.setdefault(spelled(word), row["category"]) == row["category"], word


@pytest.mark.parametrize("word", ["kommunal", "privat", "Xyzzy", "2024", "", "Ja"])
def test_what_says_nothing_means_nothing(word: str) -> None:
    assert meant_by(word) is None


def test_broad_words_are_less_sure_than_exact_ones() -> None:
    broad, exact = meant_by("Kultur"), meant_by("Kulturhus")
    assert broad is not None
    assert exact is not None
    assert broad.sure < 0.75 <= exact.sure


def test_a_file_name_is_not_taken_by_a_broad_word_or_a_near_miss() -> None:
    assert meant_by_name("foreninger 2024") is None
    assert meant_by_name("bibliotekk") is None


def test_the_closest_categories_are_suggested() -> None:
    assert closest("leikeplasen")[0] == "playground"
    assert closest("qqqqqqq") == []
