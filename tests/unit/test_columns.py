"""Headers in Nordic languages and English are understood; a mapping wins, but never over privacy."""

from __future__ import annotations

import pytest

from assetmap.errors import InputError
from assetmap.sources.rows.columns import ROLES, guess_columns, guess_role
from assetmap.sources.rows.words import word_table

HEADERS = {
    "name": ["Navn", "NAME", "namn", "Barnehagenavn", "Navn på lekeplass", "Skolenavn", "Title"],
    "category": ["Kategori", "Category", "Type anlegg", "anleggstype", "TYPE"],
    "description": ["Beskrivelse", "Description", "Kort beskrivelse", "Beskrivning", "Merknader"],
    "address": ["Adresse", "Besøksadresse", "Besøgsadresse", "address", "forretningsadresse.adresse"],
    "street": ["Gate", "Vejnavn", "Gate/vei", "addr:street"],
    "number": ["Husnummer", "husnr.", "addr:housenumber"],
    "postcode": ["Postnr.", "Postnummer", "ZIP code", "forretningsadresse.postnummer"],
    "city": ["Poststed", "By", "City", "postort"],
    "lat": ["lat", "LATITUDE", "Breddegrad (WGS84)", "bredde_grad"],
    "lon": ["lon", "lng", "Lengdegrad", "Længdegrad", "geo_Longitude"],
    "x": ["X", "Øst", "Ø (UTM32)", "X (EUREF89 UTM32)", "UTM_X", "East", "x_koordinat"],
    "y": ["Y", "Nord", "N (UTM32)", "UTM33 Nord", "Northing"],
    "point": ["Koordinater", "WKT", "geometry", "GPS-posisjon", "lat/lon"],
    "hours": ["Åpningstider", "Åbningstider", "Öppettider", "Opening hours"],
    "website": ["Nettside", "Hjemmeside", "hemsida", "URL", "Nettside / Facebook"],
    "capacity": ["Kapasitet", "Antall plasser", "antallBarn", "capacity"],
    "operator": ["Eier", "operator", "Drives av"],
    "org_number": ["Org.nr.", "Organisasjonsnummer", "CVR-nummer", "Organisasjonsnumer"],
    "id": ["ID", "osm_id", "Nr", "organization_id"],
    "org_form": ["Organisasjonsform", "organisasjonsform.kode", "Virksomhedsform"],
    "private": [
        "Kontaktperson", "Leder", "Styreleder", "Formand", "Daglig leder", "Telefon", "Mobil nr", "Tlf.", "E-post",
        "e-postadresse", "Kontakt e-post", "Telefon (leder)", "mail", "Privat adresse", "Postadresse", "Fødselsdato",
        "Fnr", "CPR-nr", "c/o", "Contact phone", "Updated by", "Etternavn", "Kontonummer", "Barnehagens e-post",
    ],
    "municipality": ["kommunenavn", "Kommunenr", "Bydel"],
    "ownership": ["operator_type", "Eierform"],
    "tag": ["max_age", "Monday", "Ledig", "Underlag", "fees", "Belysning"],
}  # fmt: skip


@pytest.mark.parametrize(("role", "header"), [(role, h) for role, headers in HEADERS.items() for h in headers])
def test_headers_as_people_write_them(role: str, header: str) -> None:
    assert guess_role(header)[0] == role


def test_the_table_of_words_names_known_roles_and_no_word_twice() -> None:
    rows = word_table("header_words.csv")
    words = [word for row in rows for word in row["words"].split(";")]
    assert {row["role"] for row in rows} <= set(ROLES)
    assert len(words) == len(set(words))


def test_the_best_header_gets_the_role_and_the_other_stays_a_detail() -> None:
    columns = guess_columns(["Institusjon", "Navn", "Kommunenavn"])
    assert columns.roles == {"Institusjon": "tag", "Navn": "name", "Kommunenavn": "municipality"}


def test_coordinates_count_in_pairs() -> None:
    assert guess_columns(["Navn", "Nord"]).roles["Nord"] == "tag"
    assert guess_columns(["Navn", "Nord", "Øst"]).roles == {"Navn": "name", "Nord": "y", "Øst": "x"}


def test_nr_is_a_house_number_only_after_a_street() -> None:
    assert guess_columns(["Nr", "Navn"]).roles["Nr"] == "id"
    assert guess_columns(["Navn", "Gate", "Nr"]).roles["Nr"] == "number"


def test_a_second_name_may_be_a_persons() -> None:
    assert guess_columns(["Navn", "Type", "Navn (2)"]).roles["Navn (2)"] == "private"


def test_a_mapping_wins_over_guesses() -> None:
    columns = guess_columns(["A", "Navn", "Telefon"], {"columns": {"A": "name", "Navn": "operator"}})
    assert columns.roles == {"A": "name", "Navn": "operator", "Telefon": "private"}


def test_a_guess_is_reported_with_how_sure_it_is() -> None:
    notes = [str(n) for n in guess_columns(["Navn", "Organisasjonsnumer", "Leder", "Farge"]).notes()]
    assert notes == [
        "Column “Navn” was taken as the name (100 % sure).",
        "Column “Organisasjonsnumer” was taken as the organisation number (82 % sure).",
        "Column “Leder” may hold somebody's contact: kept apart, never shown.",
    ]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"columns": {"Sted": "name"}}, "columns that are not there: Sted. The file has: Navn, Leder"),
        ({"columns": {"Navn": "nickname"}}, "“nickname”, which does not exist"),
        ({"columns": {"Leder": "operator"}}, "may hold somebody's contact"),
        ({"columns": ["Navn"]}, "“columns” must be an object"),
        ({"private": "Leder"}, "“private” a list"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        guess_columns(["Navn", "Leder"], mapping)
