"""The encoding of a text is found out, also of a short one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.errors import FormatError
from assetmap.sources.files.encoding import decode

WORDS = [
    "Færder", "Sandøya", "Åsgårdstrand", "blåbær", "Østre", "lekeplass på Løkka", "gågate", "Æresport", "skøytebane",
    "Hafslundsøy", "Bønesparken", "Klavestadhaugen", "ÅPNINGSTIDER", "ØVRE GATE", "børnehave", "København", "Ærø",
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "cp865", "mac_roman"])
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_nordic_words_are_read_in_every_old_encoding(encoding: str, words: list[str]) -> None:
    text = "navn;sted\n" + ";".join(words)
    assert decode(text.encode(encoding), "liste.csv").text == text


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    "encoding", ["cp1252", "cp865", "mac_roman", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_one_word_is_enough(word: str, encoding: str) -> None:
    text = f"navn;type\n{word};lekeplass"
    assert decode(text.encode(encoding), "liste.csv").text.removeprefix("\ufeff") == text


@pytest.mark.parametrize("encoding", ["cp1252", "cp865", "mac_roman"])
def test_swedish_letters(encoding: str) -> None:
    text = "namn\nÖrebro lekplats\nSödra vägen\nÄngsgården"
    assert decode(text.encode(encoding), "lista.csv").text == text


def test_windows_typography_stays_windows() -> None:
    text = "navn;tekst\nTorget;åpent 10–16, «best i byen» – kom!"
    found = decode(text.encode("cp1252"), "liste.csv")
    assert (found.text, found.encoding) == (text, "cp1252")


def test_text_that_was_encoded_twice_is_mended() -> None:
    found = decode("FÃ¦rder;SandÃ¸ya;Ã…sen".encode(), "liste.csv")
    assert (found.text, found.mended) == ("Færder;Sandøya;Åsen", True)


def test_binary_is_refused() -> None:
    with pytest.raises(FormatError, match="not a text file"):
        decode(bytes(range(256)) * 4, "liste.csv")


def test_a_wrong_encoding_in_a_mapping_is_said() -> None:
    with pytest.raises(FormatError, match="cannot be read as utf-8"):
        decode("Åsen".encode("cp1252"), "liste.csv", "utf-8")
    with pytest.raises(FormatError, match="cannot be read as klingon"):
        decode(b"x", "liste.csv", "klingon")
