"""What is surely somebody's stops a save; what only looks so does not; and nobody is told the thing itself."""

from __future__ import annotations

import csv
import json
import re
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assetmap.disclosure.free_text import found_in
from assetmap.disclosure.saving import ALLOWABLE, check_values, demand_clean
from assetmap.errors import InputError, PrivateText
from assetmap.i18n import say
from assetmap.sources.rows.private import take_out

# Sentences as people write them; what is to be found stands between ‹ and ›. The Norwegian identity numbers are of the
# synthetic population (month + 80): they belong to nobody.
PHONES = [
    "Ring ‹22 33 44 55› for å leie lokalet.",
    "Nøkkel fås hos Kari, mob ‹912 34 567›.",
    "Mobil: ‹91234567›",
    "Tlf.nr. ‹22334455›, spør etter vaktmester",
    "Ta kontakt på ‹+47 912 34 567› før kl 16",
    "Kan nås på ‹0047 91 23 45 67› hele døgnet",
    "Leder er Ola (‹412 34 567›)",
    "Oppmøte ved låven, ‹91 23 45 67›",
    "Vipps ‹91234567› for kaffe, 20 kr",
    "sms til ‹91234567› dagen før",
    "Kari,‹91234567›, nestleder",
    "Styret: Per ‹22334455›/‹91234567›",
    "Telefon ‹2233 4455›",
    "Ring gjerne på ‹912.34.567›",
    "Formann ‹91-23-45-67›",
    "Tlf ‹22 33 44 55› (mandag–fredag 10–16)",
    "Dugnad 12. mai 2025, meld deg på ‹98765432›",
    "1707 Sarpsborg ‹69 12 34 56›",
    "Ring (‹+47) 22 33 44 55›",
    "Hjemme: ‹69123456›, jobb: ‹22334455›",
    "Telefonnummeret er ‹9 1 2 3 4 5 6 7›",
    "Ring til ‹39 12 34 56› og hør nærmere.",
    "Tlf. ‹3912 3456›, træffes bedst om aftenen",
    "Kontakt formanden på ‹+45 20 12 34 56›",
    "Mobilnr ‹20123456›, spørg efter Hanne",
    "Nøglen hentes hos Lis, ‹20 12 34 56›",
    "Skriv en sms til ‹0045 20123456›",
    "Tilmelding på ‹20.12.34.56› senest torsdag",
    "Book a table: phone ‹+44 20 7946 0958›",
    "Call Mary on ‹+44 (0)20 7946 0958›",
    "Call ‹404-555-0123› after six",
    "Ask the warden, ‹(404) 555-0123›",
    "The coach: ‹+1 404 555 0123›",
    "Ring vaktmästaren, ‹070-123 45 67›",
    "Växel ‹08-123 45 67›",
    "Soita ‹040 123 4567›",
    "Varaukset ‹0401234567›",
    "Whatsapp: https://wa.me/‹4791234567›",
    "<a href=\"tel:‹+4791234567›\">ring</a>",
    "Leie? mobil‹91234567›",
    "Ring ‹９１２３４５６７›",
    "Ring ‹912\u200b34\u200b567›",
    "Ring ‹22\u00a033\u00a044\u00a055›",
    "Ring ‹22–33–44–55›",
    "CVR ‹20123456› (ikke et CVR-nummer)",
    "Kari/‹91234567›",
    "Kari/‹91 23 45 67›, leder",
    "‹91234567›- ring gjerne",
    "‹91234567›privat",
    "Nøkkel: ‹912/34/567›",
    "‹91_23_45_67›",
    "Tlf ‹91,23,45,67›",
    "Kari ‹91 23\n45 67›",
    "Kari ‹912\t34\t567›",
    "Kari ‹91  23  45  67›",
]  # fmt: skip
EMAILS = [
    "Skriv til ‹kari@nordmann.no›!",
    "‹KARI.Nordmann+klubb@Sub.Domene.NO›",
    "Påmelding: mailto:‹styret@example.org›",
    "Skriv til ‹kari (at) nordmann.no›",
    "‹kari[at]nordmann.no› tar imot påmelding",
    "‹kari at nordmann dot no›",
    "‹kari at post.nordmann dot no›",
    "‹kari snabel-a nordmann punktum no›",
    "Skriv til ‹kari snabela nordmann.no›",
    "‹kari krøllalfa nordmann.no›",
    "‹hanne(snabel-a)forening.dk›",
    "Send en mail til ‹hanne@forening.dk›",
    "‹hanne (at) forening (punktum) dk›",
    "‹hanne«at»forening.dk›",
    "‹hanne {at} forening.dk›",
    "Mail ‹mary@example.co.uk› to book",
    "‹mary [at] example [dot] org›",
    "‹mary @ example.org›",
    "‹kari＠nordmann.no›",
    "‹ka\u200bri@nord\u200bmann.no›",
    "‹kari@nord\u00admann.no›",
    "(‹ola.nordmann@online.no›)",
    "Kari <‹kari@nordmann.no›>",
    "https://example.org/?til=‹kari@nordmann.no›",
    "‹kari@blåbær.no›",
    "‹kari&#64;nordmann.no›",
    "‹kari&#x40;nordmann.no›",
]  # fmt: skip
IDENTITIES = [
    "Fødselsnummer ‹01819012365›",
    "Kari, ‹018190 12365›",
    "f.nr. ‹018190-12365›",
    "‹01 81 90 12365›",
    "‹01.81.90 12365›",
    "‹01.81.1990 12365›",
    "‹0181901 2365›",
    "CPR ‹010190-1234›",
    "Cpr-nr. ‹0101901234›",
    "Hanne, ‹150375-1234›, kasserer",
    "Personnummer ‹010190 1234›",
    "Född 1990, ‹900101-0017›",
    "Personnummer: ‹19900101-0017›",
    "Born 1 January 1990 with number ‹010190 1234›",
    "Hetu ‹010190-901R›",
    "‹０１８１９０１２３６５›",
    "‹018190\u200b12365›",
    "fødselsnummer ‹0181 90 12365›",
    "‹0181.90.12365›",
    "Kari, ‹018190, 12365›, leder",
    "‹018190\n12365›",
    "‹018190_12365›",
    "‹01_81_90_12365›",
    "Konto ‹018190 12365›",
    "Fødselsnr. og konto: ‹01819012365›",
    "Kari Nordmann, konto ‹0181.90.12365›",
    "Konto ‹01819012365› (Kari Nordmann)",
    "Kari Nordmann, way ‹01819012365›",
    "way ‹01819012365›",
    "Hanne, ‹150375/1234›, kasserer",
    "CPR ‹010190, 1234›",
]  # fmt: skip
POSITIVE = [
    (kind, text) for kind, texts in (("phone", PHONES), ("email", EMAILS), ("identity", IDENTITIES)) for text in texts
]

HARMLESS = [
    "", "@", "Lekeplass for barn 6–12 år", "Storgata 23–25, 1707 Sarpsborg", "Nygade 12, 2., 1164 København K",
    "Postboks 2345, 4321 Stavanger", "Postboks 2345 4321 Stavanger", "Boks 2233 Sentrum, 0123 Oslo",
    "Mo-Fr 08:00-16:00; Sa 10:00-14:00", "kl 10 00 16 00", "20 00 22 30", "Åpent 0800-1600, lørdag 2000-2230",
    "Åpent 08.00–16.00", "12.05.2024", "2024-05-12", "20240512", "24122024", "12/05/2024", "31.12.2024 kl. 23.59",
    "24-12-2024", "Bygget 1899–1924", "2017 2018", "Sesongen 2024-2025", "Ring 3 ved Sinsen, ruta 2023/2024",
    "Budsjett 25 000 000 kr", "kr 91234567", "91234567 kr", "Omsetning: 45678901 NOK", "€ 45678901", "45678901 m²",
    "2,5 mill. kroner", "Besøkt av 25000000 mennesker", "34567890 besøkende", "Pris: 2000 3000 4000",
    "Org.nr. 974 760 673", "Organisasjonsnummer 974760673", "NO 974 760 673 MVA", "CVR-nr. 29189846",
    "CVR 29 18 98 46", "P-nummer 1003456789", "59.91149123, 10.75793345", "59,91149123 10,75793345",
    "59.911491,10.757933", "N 59.9114912 E 010.7579334", "+59.28714, +10.52871", "UTM 32V 597423 6643211",
    "597423.12 6643211.45", "node/4123456789", "way 23456789", "OSM way: 41234567", "relation/3456789",
    "ref:bygningsnr 81234567", "Bygningsnummer 81234567", "gnr/bnr 212/45", "ISBN 978-82-02-12345-6",
    "ISBN 82-02-12345-6", "ISSN 2345-6789", "EAN 7038010000065", "Rute 31, linje 54 og 37", "Bus 5C, 350S",
    "Riksvei 159 og E6", "Karl Johans gate 37 41", "https://www.example.no/artikkel/91234567",
    "https://www.facebook.com/events/1234567890123456", "facebook.com/91234567", "www.example.dk/20240115-1234",
    "https://example.org/@bymuseet", "@bymuseet.oslo", "Følg oss @bymuseet.no", "@kari@mastodon.social",
    "https://www.google.com/maps/@59.91,10.75,17z", "Yoga @ parken", "Meet at nordmann.no", "Book at visitoslo.com",
    "Kom til oss at all times", "Punktum og dot com", "Lag 7a (a) og (b)", "Konto 1503.12.34567", "556036-0793",
    "Bankgiro 5050-1055", "20 30 40 50", "klasse 2 3 4 5 6 7 8 9", "Postnr 2900 2920", "Saksnr 2023/12345678",
    "id 91234567", "Askeladden-ID 86123456", "50317252B20341BD8DDB3A8B6AB83133", "version 12345678", "0,0102355415",
    "0.0110466285", "1 2 3 4 5", "113", "Ring 02800", "Ring 113", "Wikidata Q91234567", "#91234567", "A91234567",
    "A4 210 297", "8-16 år", "100 plasser, 2000 m2", "Kontonr. 15031234567", "3.–7. trinn, 350 elever",
    "Konto 0181.90.12365", "Gi en gave til konto: 01819012365", "Sagene Idrettslag, kontonr. 01819012365",
    "Ref/91234567", "facebook.com/Kari/91234567", "91234567a", "91234567abcd", "91234567-89", "45678901kr",
    "linje 21,25,31,37", "R&B (#64) og C&A", "node 10810200079", "018190, 12366",
    "150375, 1234", "Sak 123456/1234", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
    "f47ac10b-58cc-4372-a567-0e02b2c3d479", "91234567-89ab-4cde-8f01-23456789abcd", "Grunnkrets 03010101",
]  # fmt: skip


def marked(text: str) -> tuple[str, list[str]]:
    """A text without its marks, and what stands between them."""
    return re.sub("[‹›]", "", text), [re.sub(r"^\(", "", part) for part in re.findall("‹(.*?)›", text, re.DOTALL)]


@pytest.mark.parametrize(("kind", "text"), POSITIVE, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(POSITIVE)])
def test_what_is_somebodys_is_found_where_it_stands(kind: str, text: str) -> None:
    plain, expected = marked(text)
    found = found_in(plain)
    assert [plain[one.start : one.end].strip("()") for one in found] == expected
    assert {one.kind for one in found} == {kind}


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_so_passes(text: str) -> None:
    assert found_in(text) == ()


@pytest.mark.parametrize(("kind", "text"), POSITIVE, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(POSITIVE)])
def test_an_import_takes_out_all_that_stops_a_save(kind: str, text: str) -> None:
    """The rules of an import are wider; both are fed by the same shapes."""
    clean, out = take_out(marked(text)[0])
    assert out
    assert not [one for one in found_in(clean) if one.kind == kind]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ring 22 33 44 55", "“22 •• •• ••” is a telephone number."),
        ("Ring +47 912 34 567", "“+47 ••• •• •••” is a telephone number."),
        ("kari.nordmann@x.no", "“k…@…” is an e-mail address."),
        ("k@x.no", "“…@…” is an e-mail address."),
        ("CPR 010190-1234", "“••••••-••••” is a national identity number."),
        ("Ring ９１２３４５６７", "“91••••••” is a telephone number."),
    ],
)
def test_a_find_is_told_masked(text: str, told: str) -> None:
    (found,) = found_in(text)
    assert say(found.message, "en") == told


def test_two_in_one_text_are_told_in_its_order() -> None:
    text = "Post til kari@x.no, ring 91234567 eller 22 33 44 55. CPR 010190-1234"
    assert [one.kind for one in found_in(text)] == ["email", "phone", "phone", "identity"]
    assert [text[one.start : one.end] for one in found_in(text)][1:3] == ["91234567", "22 33 44 55"]


def test_eight_digits_of_a_code_are_no_telephone_number_unless_they_are_called_one() -> None:
    assert found_in("91234567")
    assert found_in("91234567", numbers=False) == ()
    assert found_in("tlf 91234567", numbers=False)


@given(st.text() | st.text(st.sampled_from("0123456789 +-.()/@atdoknrTlfCPRæø\u200b\u00a0–９\u0663[{<_,:")))
@example("\ud800")
@example("0" * 5000)
@example("a." * 5000 + "@")
def test_any_text_can_be_looked_at(text: str) -> None:
    for found in found_in(text):
        assert 0 <= found.start < found.end <= len(text)
        digits = re.sub(r"\D", "", text[found.start : found.end])
        shown = re.sub(r"\D", "", say(found.message, "en"))
        assert len(shown) <= 2
        assert found.kind == "email" or len(digits) >= 6
    take_out(text)


@given(
    before=st.text(st.characters(categories=("L", "Z")), max_size=20),
    positive=st.sampled_from(POSITIVE),
    after=st.text(st.characters(categories=("L", "Z")), max_size=20),
)
def test_what_stands_around_does_not_hide_it(before: str, positive: tuple[str, str], after: str) -> None:
    kind, text = positive
    plain, parts = marked(text)
    whole = f"{before}\n{plain}\n{after}"
    found = [one for one in found_in(whole) if one.kind == kind]
    assert len(found) >= len(parts)
    assert all(part not in str(one.message) for one in found for part in parts)


def test_hostile_texts_take_no_longer_than_others() -> None:
    long = ["9" * 50_000, "9 " * 50_000, "a" * 100_000, "a.a" * 30_000 + "@", "(at)" * 20_000, "a@" * 50_000,
            "tlf " * 20_000, "+4 " * 30_000, "1-" * 50_000, "x at " * 20_000, "a.b@c." * 20_000, "http://" * 10_000,
            " dot " * 20_000, "22334455 " * 10_000, "a@b.no " * 10_000, "www.a.b/ 91234567 " * 5_000,
            "ref " * 20_000 + "91234567", "født " * 20_000 + "010190 1234"]  # fmt: skip
    for text in long:
        begun = time.process_time()
        found_in(text)
        assert time.process_time() - begun < 5, text[:20]


# one record

RECORD = {
    "name": "Sagene frivilligsentral", "names": '{"en": "Sagene volunteer centre"}', "kind": "associations",
    "category": "volunteer_centre", "description": "Åpen kafé – leksehjelp og turgrupper. Plass til 40 personer.",
    "address": "Kristiansands gate 2, 0463 Oslo", "website": "https://www.example.no/sagene/12345678",
    "opening_hours": "Mo-Fr 10:00-16:00", "opening_hours_normal": "Mo-Fr 10:00-16:00", "access": None,
    "source": "workshop", "source_id": "node/91234567", "part_of": "91234567-89ab-4cde-8f01-23456789abcd",
    "licence": "ODbL-1.0", "attribution": "© OpenStreetMap contributors", "retrieved": "2026-01-30",
    "data_date": "2026-01-30T10:00:00Z", "tags": '{"ref": "91234567", "level": "1", "wheelchair": "yes"}',
    "capacity": 40.0, "geometry": None, "orgnr": "91234567", "etasje": "2", "floor_m2": 91234567,
}  # fmt: skip


def kinds(values: dict[str, object], allow: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(field, found.kind) for field, found in check_values({**RECORD, **values}, allow)]


def test_a_usual_record_passes() -> None:
    assert kinds({}) == []
    demand_clean(RECORD)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"description": "Ring 22 33 44 55"}, "description"),
        ({"opening_hours": 'Mo-Fr 10:00-16:00 "ring 22 33 44 55"'}, "opening_hours"),
        ({"merknad": "22 33 44 55"}, "merknad"),
        ({"telefon": 22334455}, "telefon"),
        ({"kontaktnummer": "22334455"}, "kontaktnummer"),
        ({"Kontakt nr": 22334455}, "Kontakt nr"),
        ({"vaktnummer": "22334455"}, "vaktnummer"),
        ({"telefon": 22334455.0}, "telefon"),
        ({"contact:phone_nr": "22334455"}, "contact:phone_nr"),
        ({"names": '{"nb": "Kari 22334455"}'}, "names.nb"),
        ({"names": '{"nb": "Kari \\uff12\\uff12334455"}'}, "names.nb"),
        ({"tags": '{"note": "ring 22334455"}'}, "tags.note"),
        ({"tags": '{"ref": "tlf 22334455"}'}, "tags.ref"),
        ({"tags": '{"ring 22334455": "yes"}'}, "tags"),
        ({"tags": {"a": [{"b": "22334455"}]}}, "tags.a.b"),
        ({"tags": '{"broken: 22334455'}, "tags"),
        ({"svar": '["ja", "22334455"]'}, "svar"),
        ({"tags": "[" * 20 + '"22334455"' + "]" * 20}, "tags"),
    ],
)
def test_every_typed_text_of_a_record_is_looked_at(values: dict[str, object], field: str) -> None:
    assert kinds(values) == [(field, "phone")]


def test_an_official_contact_may_be_allowed_and_an_identity_number_never() -> None:
    text = {"description": "Post til styret@x.no, ring 22 33 44 55, CPR 010190-1234"}
    assert kinds(text, ALLOWABLE) == [("description", "identity")]
    assert kinds(text, ("phone", "email", "identity", "description")) == [("description", "identity")]
    assert kinds(text, ("email",)) == [("description", "phone"), ("description", "identity")]
    demand_clean({"description": "Ring 22 33 44 55"}, allow=["phone"])
    with pytest.raises(PrivateText):
        demand_clean(text, allow=["phone", "email", "identity"])


def test_the_error_says_where_what_and_what_to_do() -> None:
    with pytest.raises(InputError) as one:
        demand_clean({**RECORD, "description": "Ring 22 33 44 55"})
    assert str(one.value) == (
        "In the field “description”: “22 •• •• ••” is a telephone number. Nothing was saved. Take it out; or, if it is "
        "an association's official contact that everybody may see, allow it and save again."
    )
    with pytest.raises(PrivateText) as two:
        demand_clean({**RECORD, "description": "Ring 22 33 44 55", "tags": json.dumps({"note": "CPR 010190-1234"})})
    found = [(field, one.kind) for field, one in two.value.found]
    assert found == [("description", "phone"), ("tags.note", "identity")]
    assert "“tags.note”: “••••••-••••” is a national identity number" in str(two.value)
    assert "allow" not in str(two.value)


def test_a_usual_record_is_looked_at_in_no_time() -> None:
    """Some 30 µs; the bound leaves room for a busy machine and still fails when each text is looked at alone."""
    usual = {**RECORD, "website": "https://www.example.no/sagene", "tags": '{"level": "1"}', "orgnr": None}
    check_values(usual)
    assert min(_seconds_for(usual, 200) for _ in range(20)) / 200 < 100e-6


def _seconds_for(record: dict[str, object], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        check_values(record)
    return time.process_time() - begun


# real texts

CONTACT_KEY = re.compile(r"(.*[:_])?(phone|fax|e-?mail|mobile|epostadresse)(:.*)?", re.IGNORECASE)
LISTS = (
    "registers/no_bergen/lekeplasser.csv", "registers/no_sarpsborg/sarpsborg_barnehager_3105.csv",
    "registers/dk_opendata/dk_kobenhavn_legepladser.geojson", "registers/dk_opendata/dk_aarhus_legepladser.geojson",
    "population/no_bamble/bamble_skoler_2024.geojson",
)  # fmt: skip


TOWNS = ("sindal_town_2015.osm", "gentofte_dyssegaard_2025.osm", "copenhagen_christianshavn_2017.osm.zip")


@pytest.fixture(scope="module")
def tags(shared: Path) -> set[tuple[str, str]]:
    return {pair for town in TOWNS for pair in _tags(shared / "osm" / town)}


def test_no_false_alarm_in_towns_and_lists(shared: Path, tags: set[tuple[str, str]]) -> None:
    pairs = tags | {pair for one in LISTS for pair in _cells(shared / one)}
    texts = sorted((key, text) for key, text in pairs if not CONTACT_KEY.fullmatch(key))
    assert len(texts) > 10_000
    assert [(key, text) for key, text in texts if check_values({key: text})] == []


def test_telephones_and_addresses_of_towns_are_found(tags: set[tuple[str, str]]) -> None:
    contacts = sorted(text for key, text in tags if CONTACT_KEY.fullmatch(key))
    assert len(contacts) > 100
    assert [text for text in contacts if not found_in(text)] == []


def _tags(file: Path) -> set[tuple[str, str]]:
    opened = zipfile.ZipFile(file) if file.suffix == ".zip" else None
    with opened.open(opened.namelist()[0]) if opened else file.open("rb") as stream:
        return {(tag.get("k", ""), tag.get("v", "")) for tag in ElementTree.parse(stream).iter("tag")}


def _cells(file: Path) -> set[tuple[str, str]]:
    if file.suffix == ".geojson":
        rows = [feature["properties"] for feature in json.loads(file.read_bytes())["features"]]
    else:
        text = file.read_text(encoding="utf-8-sig")
        rows = list(csv.DictReader(text.splitlines(), delimiter=";" if ";" in text.partition("\n")[0] else ","))
    return {
        (key, value) for row in rows for key, value in row.items() if isinstance(key, str) and isinstance(value, str)
    }
