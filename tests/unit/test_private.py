"""Contacts are found in any text; codes, hours and coordinates are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.disclosure.identity_numbers import norwegian_identity
from assetmap.sources.rows.persons import mentions, people_in, reads_as_person, without_people
from assetmap.sources.rows.private import MARK, care_of, is_personal, mostly_personal, take_out

PERSONAL = [
    "kari@nordmann.no", "KARI.N+x@Sub.Domain.NO", "kari(at)nordmann.no", "mailto:a@b.no", "91234567", "912 34 567",
    "22 33 44 55", "+47 912 34 567", "0047 91234567", "+45 12 34 56 78", "tlf. 22334455", "Mobil: 912 34 567",
    "(404) 223-3326", "08-123 45 67", "c/o Kari Nordmann", "C/O Ola Hansen, Storgata 5", "v/ Ola Nordmann",
    "Att: Per Hansen", "010190-1234", "19900101-1234", "010190-123A",
    "kari (at) nordmann (dot) no", "kari snabel-a nordmann.no", "22.33.44.55", "912\u200b34567", "０１０１９０-1234",
]  # fmt: skip
HARMLESS = [
    "Lekeplass", "59.28714", "6573211.12", "kl 10 00 16 00", "Mo-Fr 08:00-16:00", "2024-01-30", "814328562",
    "Storgata 23, 1707 Sarpsborg", "for barn 6-12 år, 100 plasser, 2000 m2", "v/ rådhuset", "http://x.no/12345678",
    "kl. 0800 1600", "20 00 22 30", "1 500 000 kr", "556036-0793", "@", "", "20240131", "2017-2024",
    "f47ac10b-58cc-4372-a567-5b60289143ef", "Q22666405", "1811B24054164C03AB35CD2A35468CFF",
]  # fmt: skip


def norwegian(first_nine: str) -> str | None:
    """The number with its two check digits, by the published weights; None where there is none."""
    digits = [int(d) for d in first_nine]
    k1 = (11 - sum(a * b for a, b in zip((3, 7, 6, 1, 8, 9, 4, 5, 2), digits, strict=True)) % 11) % 11
    k2 = (11 - sum(a * b for a, b in zip((5, 4, 3, 2, 7, 6, 5, 4, 3, 2), [*digits, k1], strict=True)) % 11) % 11
    return None if 10 in (k1, k2) else f"{first_nine}{k1}{k2}"


@pytest.mark.parametrize("text", PERSONAL)
def test_what_is_personal_is_taken_out_whole(text: str) -> None:
    assert take_out(text)[0] == ""
    assert is_personal(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text: str) -> None:
    assert take_out(text) == (text, [])


def test_the_rest_of_a_text_stays() -> None:
    clean, out = take_out("Ring 22 33 44 55 eller post@x.no for å leie. Åpent 10–16.")
    assert clean == f"{MARK} eller {MARK} for å leie. Åpent 10–16."
    assert out == ["Ring 22 33 44 55", "post@x.no"]


def test_a_number_glued_to_a_name_is_taken_out() -> None:
    assert take_out("Leder Kari91234567, se nettsiden") == (f"Leder Kari{MARK}, se nettsiden", ["91234567"])


def test_a_home_in_a_sentence_goes_with_the_name() -> None:
    clean, out = take_out("Lag v/ Ola Nordmann, Storgata 12 B, 1707 Sarpsborg")
    assert clean == f"Lag {MARK}"
    assert out == ["v/ Ola Nordmann, Storgata 12 B, 1707 Sarpsborg"]


@given(day=st.integers(1, 28), month=st.integers(1, 12), year=st.integers(0, 99), serial=st.integers(0, 999))
def test_norwegian_identity_numbers_by_their_check_digits(day: int, month: int, year: int, serial: int) -> None:
    number = norwegian(f"{day:02}{month:02}{year:02}{serial:03}")
    if number is None:
        return
    assert norwegian_identity(number)
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    assert not norwegian_identity(wrong)
    assert number not in take_out(f"Medlem {number} betalte")[0]
    assert number not in take_out(f"Medlem {number[:6]} {number[6:]} betalte")[0].replace(" ", "")


@given(
    before=st.text(st.characters(categories=("L", "Z", "P")), max_size=20),
    contact=st.sampled_from(PERSONAL),
    after=st.text(st.characters(categories=("L",)), max_size=20),
)
def test_taking_out_is_complete_and_done_once(before: str, contact: str, after: str) -> None:
    clean, out = take_out(f"{before} {contact} \n{after}")
    assert out
    assert take_out(clean) == (clean, [])


def test_a_column_is_private_by_what_most_of_it_is() -> None:
    assert mostly_personal(["a@b.no", "c@d.no", "", "se nettsiden"])
    assert not mostly_personal(["a@b.no", "se nettsiden"])
    assert not mostly_personal(["Lekeplass", "a@b.no", "Park", "Torg"])
    assert not mostly_personal([])


def test_eight_digits_are_no_telephone_number_where_codes_stand() -> None:
    assert mostly_personal(["91234567", "98765432"])
    assert not mostly_personal(["91234567", "98765432"], codes=True)
    assert mostly_personal(["010190-1234", "020291-4321"], codes=True)


@pytest.mark.parametrize(
    ("address", "rest", "person"),
    [
        ("c/o Kari Nordmann, Storgata 5, 1707 Sarpsborg", "Storgata 5, 1707 Sarpsborg", "c/o Kari Nordmann"),
        ("Storgata 5, C/O Kari, 1707 Sarpsborg", "Storgata 5, , 1707 Sarpsborg", "C/O Kari"),
        ("v/Ola Hansen\nNygata 1", "Nygata 1", "v/Ola Hansen"),
        ("v/ rådhuset, Nygata 1", "v/ rådhuset, Nygata 1", ""),
        ("Storgata 5", "Storgata 5", ""),
    ],
)
def test_care_of_is_parted_from_the_address(address: str, rest: str, person: str) -> None:
    assert care_of(address) == (rest, person)


# names in prose

NAMED = {
    "Møt opp hos Kari Nordmann, Storgata 5": "Møt opp hos […]",
    "Møt opp hos Kari Nordmann, Storgata 5, 1707 Sarpsborg. Ta med kake.": "Møt opp hos […]. Ta med kake.",
    "Kontakt Liv Berg i Rosevej 3": "Kontakt […]",
    "Ring Ola Nordmann": "Ring […]",
    "Ring Kari Nordmann Storgata 5 B": "Ring […]",
    "Ring Ola": "Ring […]",
    "Ring Ola 91 23 45 67, ola@fram.no": "Ring […] […], […]",
    "Kontaktperson: Per Olsen": "Kontaktperson: […]",
    "Kontaktperson Arbuthnot Smythe": "Kontaktperson […]",
    "Ta kontakt med Kari Nordmann for nøkkel": "Ta kontakt med […] for nøkkel",
    "Kontakt gjerne vår leder Kari Nordmann.": "Kontakt gjerne vår leder […].",
    "Spørg Hanne Lund": "Spørg […]",
    "Spør etter Anna Strand på lørdager": "Spør etter […] på lørdager",
    "Fråga Bengt Svensson": "Fråga […]",
    "Ask for John Smith": "Ask for […]",
    "Call Mary O'Neill": "Call […]",
    "Contact Jane Doe at 5 High Street, mornings": "Contact […], mornings",
    "Nøkkel hos Hans Pedersen": "Nøkkel hos […]",
    "Nøkkel ved Anne-Lise Berg, Bakken 12 B": "Nøkkel ved […]",
    "Åpent tirsdager. Liv Hansen, tlf 22 33 44 55": "Åpent tirsdager. […]",
    "Post: ola@x.no (Ola Nordmann)": "Post: […]",
}  # fmt: skip
UNNAMED = [
    "Kontakt biblioteket", "hos Frelsesarmeen", "Møt opp hos Frelsesarmeen, Storgata 5", "Ring Nordmarka rundt",
    "Kontakt Oslo Kommune", "Kontakt Røde Kors", "Ring Mental Helse", "Kontakt Kirkens Bymisjon", "Kontakt Borg IL",
    "Kontakt Borg Idrettslag", "Kontakt Frivilligcenter Gentofte", "Kontakt Norsk Folkehjelp", "Spør Bydel Sagene",
    "Kontakt Hellerup Roklub", "Kontakt Ole Hansen AS", "Kontakt Café Nordmann", "Kontakt oss i Olaf Ryes plass 3",
    "Ring Gamle Oslo", "Ring 113", "Ring Mandag Onsdag", "Spørsmål? Ring Servicetorget", "Ring Maria kirke",
    "Benk ved Karl Johans gate", "ved Karl Johans Gate 5", "ved Sankt Hans Torv", "ved Ole Bulls Plass",
    "ved Anne Franks park", "ved Store Kongensgade", "ved Nationaltheatret Stasjon", "ved siden av Sagene Kirke",
    "hos Sofie Kirke", "hos Netto Strandvejen", "ved Akerselva, Grünerløkka", "Call Age Concern", "at Central Park",
    "at Albert Hall", "Contact Gentofte Volunteers", "v/Københavns Kommune", "Statue av Henrik Ibsen, Storgata 5",
]  # fmt: skip


@pytest.mark.parametrize(("text", "clean"), NAMED.items())
def test_who_is_named_in_prose_is_taken_out_with_the_door(text: str, clean: str) -> None:
    assert take_out(text)[0] == clean
    assert take_out(clean) == (clean, [])


@pytest.mark.parametrize("text", UNNAMED)
def test_institutions_and_places_are_no_persons(text: str) -> None:
    assert take_out(text) == (text, [])


def test_headers_are_not_read_as_names() -> None:
    assert take_out("Kontakt Fornavn Etternavn", names=False) == ("Kontakt Fornavn Etternavn", [])


@pytest.mark.parametrize(
    ("value", "header", "found"),
    [
        ("Per Olsen", "leder", {"Per Olsen"}),
        ("PER OLSEN, Alrunevej 11, 2900 Hellerup", "leder", {"Per Olsen"}),
        ("c/o Kari Nordmann, Store Kongensgade 5", "postadresse", {"Kari Nordmann"}),
        ("Store Kongensgade 5, 1707 Gamle Sarpsborg", "postadresse", set()),
        ("Peder Skrams Gade 3", "kontaktadresse", set()),
        ("Gentofte Bibliotek", "kontakt", set()),
    ],
)
def test_people_in_private_values(value: str, header: str, found: set[str]) -> None:
    assert people_in(value, header) == found


@pytest.mark.parametrize(
    "text",
    ["Hans Pedersen", "Hans Pedersens", "HANS PEDERSEN", "Hans", "Pedersens", "Hans' ", "H. Pedersen",
     "Hans P. Pedersen", "Pedersen, Hans", "familien Pedersen", "Hans Pedersen’s", "Hans Pedersen, Rosevej 3"],
)  # fmt: skip
def test_somebody_is_known_again_in_every_form(text: str) -> None:
    assert mentions({"Hans Pedersen"}).sub("", f"mobil {text}").strip() == "mobil"


@pytest.mark.parametrize("text", ["hans mobil", "Hansen", "Pedersgade", "Sankthans"])
def test_other_words_are_not_that_person(text: str) -> None:
    assert not mentions({"Hans Pedersen"}).search(text)


@pytest.mark.parametrize(
    ("address", "rest"),
    [
        ("Per Olsen, Alrunevej 11, 2900 Hellerup", "Alrunevej 11, 2900 Hellerup"),
        ("PER OLSEN Alrunevej 11", "Alrunevej 11"),
        ("Alrunevej 11, Olsen Per, 2900 Hellerup", "Alrunevej 11, 2900 Hellerup"),
        ("Fam. Olsen, Alrunevej 11", "Alrunevej 11"),
        ("Olsens vei 3", "Olsens vei 3"),
        ("Per Olsen gate 3", "Per Olsen gate 3"),
        ("Storgata 5, Per", "Storgata 5, Per"),
    ],
)
def test_an_address_without_its_people(address: str, rest: str) -> None:
    assert without_people(address, {"Per Olsen"}) == rest


def test_a_town_that_is_also_a_surname_stays() -> None:
    assert without_people("Storgata 5, Lund", {"Hanne Lund"}) == "Storgata 5, Lund"


def test_rare_names_need_a_word_before_them() -> None:
    assert reads_as_person("Kari Strand")
    assert not reads_as_person("Arbuthnot Smythe")
    assert reads_as_person("Arbuthnot Smythe", sure=True)
    assert not reads_as_person("Oslo Bibliotek", sure=True)
