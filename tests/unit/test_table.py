"""CSV and Excel files as municipalities make them are read; damaged and renamed ones get a sentence."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assetmap.errors import FormatError, InputError
from assetmap.model.harvest import Harvest
from assetmap.sources.conform import conform
from assetmap.sources.source import Context
from assetmap.sources.table import SOURCE

PLAIN = "navn;type;lat;lon\nØvre løkke;Lekeplass;59.28;11.11\nBlåbær;Barnehage;59.29;11.12\n"


def read(folder: Path, name: str, content: str | bytes, **context: object) -> Harvest:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return SOURCE.read(path, Context(**context))  # type: ignore[arg-type]


def save(folder: Path, book: openpyxl.Workbook, name: str = "liste.xlsx") -> Path:
    book.save(folder / name)
    return folder / name


def codes(harvest: Harvest) -> list[str]:
    return [issue.code for issue in harvest.issues]


def notes(harvest: Harvest) -> str:
    return "\n".join(map(str, harvest.notes))


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp865", "mac_roman", "utf-16", "utf-16-le"])
def test_separators_and_encodings(tmp_path: Path, separator: str, encoding: str) -> None:
    harvest = read(tmp_path, "a.csv", PLAIN.replace(";", separator).encode(encoding))
    assert harvest.assets["name"].tolist() == ["Øvre løkke", "Blåbær"]
    assert harvest.assets["category"].tolist() == ["playground", "kindergarten"]
    assert [(p.x, p.y) for p in harvest.assets.geometry] == [(11.11, 59.28), (11.12, 59.29)]
    assert harvest.mapping["separator"] == separator


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, ending: str) -> None:
    assert len(read(tmp_path, "a.txt", PLAIN.replace("\n", ending)).assets) == 2


def test_decimal_commas_titles_empty_columns_quoted_breaks_sum_and_source(tmp_path: Path) -> None:
    text = (
        "Lekeplasser i Færder kommune 2024;;;;\n;;;;\nNavn;Breddegrad;Lengdegrad;Kommentar;\n"
        'Øvre plass;59,28;11,11;"linje 1\nlinje 2";\nÅsen;59,29;11,12;"med ; og ""sitat""";\n;;;;\n'
        "Navn;Breddegrad;Lengdegrad;Kommentar;\nTorget;59,30;11,13;;\nTotalt;3;;;\nKilde: kommunen;;;;\n"
    )
    harvest = read(tmp_path, "liste.csv", text)
    assert harvest.assets["name"].tolist() == ["Øvre plass", "Åsen", "Torget"]
    assert harvest.assets["description"].tolist()[:2] == ["linje 1\nlinje 2", 'med ; og "sitat"']
    assert harvest.assets["category"].unique().tolist() == ["playground"]
    assert [p.y for p in harvest.assets.geometry] == [59.28, 59.29, 59.30]
    assert codes(harvest).count("left-out") == 2
    assert harvest.rejected.empty


def test_excels_own_line_with_the_separator(tmp_path: Path) -> None:
    harvest = read(tmp_path, "a.csv", "sep=|\n" + PLAIN.replace(";", "|"))
    assert len(harvest.assets) == 2


def test_a_header_that_stands_twice(tmp_path: Path) -> None:
    text = "Navn;Type;Info;Info;lat;lon\nA;Lekeplass;x;y;59.1;11.1\n"
    tags = json.loads(read(tmp_path, "a.csv", text).assets["tags"].iat[0])
    assert tags == {"Type": "Lekeplass", "Info (2)": "y"}


def test_names_under_a_heading_for_contacts_are_private(tmp_path: Path) -> None:
    text = ";;;;Kontaktperson;\nNavn;Type;lat;lon;Navn;Alder\nA;Lekeplass;59.1;11.1;Kari Nordmann;44\n"
    harvest = read(tmp_path, "a.csv", text)
    assert harvest.assets["name"].tolist() == ["A"]
    assert set(harvest.private["value"]) == {"Kari Nordmann", "44"}
    assert "Kari" not in harvest.assets.to_json()


def test_a_row_with_a_separator_too_many_is_handed_back(tmp_path: Path) -> None:
    harvest = read(tmp_path, "lekeplasser.csv", "navn,lat,lon\nA, med komma,59.2,11.1\nB,59.2,11.2\nC,59.3,11.1\n")
    assert harvest.assets["name"].tolist() == ["B", "C"]
    assert list(harvest.rejected.index) == [2]
    assert "more cells than the header" in str(harvest.rejected["reason"].iat[0])


def test_a_quotation_mark_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    harvest = read(tmp_path, "lekeplasser.csv", 'navn,lat,lon\n"Fin plass,59.2,11.1\nB,59.2,11.2\nC,59.3,11.1\n')
    assert harvest.assets["name"].tolist() == ["Fin plass", "B", "C"]
    assert "quote-unclosed" in codes(harvest)


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    harvest = read(tmp_path, "lekeplasser.csv", "navn,lat,lon\nA,59.2,11.1\nB,59.2,11.2\nC,59")
    assert "cut-off" in codes(harvest)
    assert harvest.assets["name"].tolist() == ["A", "B"]
    assert "not a pair of numbers" in str(harvest.rejected["reason"].iat[0])


@pytest.mark.parametrize(
    ("name", "content", "error", "sentence"),
    [
        ("a.csv", b"", FormatError, "a.csv is empty"),
        ("a.csv", b" \n\n ", FormatError, "a.csv is empty"),
        ("a.csv", b";;\n;;\n", FormatError, "a.csv is empty"),
        ("a.csv", b"navn;lat;lon\n", FormatError, "no rows under it"),
        ("a.csv", bytes(range(32)) * 9, FormatError, "not a text file"),
        ("a.csv", b"%PDF-1.4 ...", FormatError, "it is PDF"),
        ("a.csv", b"<html><table>", FormatError, "it is HTML"),
        ("a.csv", b'{"type": "FeatureCollection"}', FormatError, "it is JSON"),
        ("a.csv", b"PK\x03\x04....", FormatError, "Rename it to .xlsx"),
        ("a.xlsx", b"navn;lat\nA;1\n", FormatError, "rename it to .csv"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0....", FormatError, "old Excel file"),
        ("a.xlsx", b"PK\x03\x04....", FormatError, "cut off or damaged"),
        ("a.csv", b"17;18\n19;20\n", InputError, "no header row"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(
    tmp_path: Path, name: str, content: bytes, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        read(tmp_path, name, content)


def test_the_sentence_about_a_missing_header_quotes_nobody(tmp_path: Path) -> None:
    with pytest.raises(InputError) as fault:
        read(tmp_path, "a.csv", "Kari Nordmann;91234567;kari@x.no\nOla Hansen;91234568;ola@x.no\n")
    assert "Kari" not in str(fault.value)


def test_a_file_that_is_too_big_is_refused_where_limits_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import assetmap.settings

    monkeypatch.setenv("ASSETMAP_UPLOAD_MB", "0.00001")
    assetmap.settings.settings.cache_clear()
    try:
        with pytest.raises(InputError, match="--no-limit"):
            read(tmp_path, "a.csv", PLAIN)
        assert len(read(tmp_path, "a.csv", PLAIN, limited=False).assets) == 2
    finally:
        monkeypatch.undo()
        assetmap.settings.settings.cache_clear()


def municipal_book() -> openpyxl.Workbook:
    """A workbook as a person leaves it: a cover sheet, a merged title, formats, a merged district, a footnote."""
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "Om listen"
    cover["A1"] = "Kontakt: Kari Nordmann, 912 34 567"
    sheet = book.create_sheet("Lekeplasser 2024")
    sheet["A1"] = "Lekeplasser i Oslo kommune"
    sheet.merge_cells("A1:H1")
    sheet.append([])
    sheet.append(["Navn", "Gate", "Nr", "Postnr", "Poststed", "Kontrollert dato", "Ø (UTM32)", "N (UTM32)", "Sone"])
    for n in range(10):
        sheet.append([f"Lek {n}", "Storgata", n + 1, 150, "Oslo", datetime.datetime(2024, 1, 30), 597423 + n, 6643110.5,
                      "Øst" if n == 0 else None])  # fmt: skip
        sheet.cell(sheet.max_row, 4).number_format = "0000"
    sheet.merge_cells("I4:I13")
    sheet.append([])
    sheet.append(["Kilde: Bymiljøetaten"])
    hidden = book.create_sheet("Gammel")
    hidden.append(["Navn", "Type", "lat", "lon"])
    for n in range(50):
        hidden.append([f"Gammel {n}", "Park", 59.0, 11.0])
    hidden.sheet_state = "hidden"
    return book


def test_a_workbook_as_a_person_leaves_it(tmp_path: Path) -> None:
    harvest = SOURCE.read(save(tmp_path, municipal_book()), Context())
    assert len(harvest.assets) == 10
    assert harvest.assets["address"].iat[0] == "Storgata 1, 0150 Oslo"
    tags = json.loads(harvest.assets["tags"].iat[9])
    assert tags == {"Kontrollert dato": "2024-01-30", "Sone": "Øst"}
    assert harvest.assets["category"].unique().tolist() == ["playground"]
    assert harvest.assets.geometry.iat[0].distance(shapely.Point(10.742242, 59.913955)) < 1e-5
    assert harvest.mapping["sheet"] == "Lekeplasser 2024"
    assert harvest.mapping["crs"] == 25832
    assert "Sheet “Lekeplasser 2024” was read" in notes(harvest)
    assert "Om listen, Gammel" in notes(harvest)


def test_a_macro_workbook_is_read_as_data(tmp_path: Path) -> None:
    assert len(SOURCE.read(save(tmp_path, municipal_book(), "liste.xlsm"), Context()).assets) == 10


def test_another_sheet_can_be_named(tmp_path: Path) -> None:
    path = save(tmp_path, municipal_book())
    assert len(SOURCE.read(path, Context(mapping={"sheet": "Gammel"})).assets) == 50
    with pytest.raises(InputError, match=r"no sheet “Ark9”.*Lekeplasser 2024"):
        SOURCE.read(path, Context(mapping={"sheet": "Ark9"}))


def test_formulas_without_results_are_listed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Navn", "Type", "lat", "lon", "Sum"])
    sheet.append(["A", "Lekeplass", 59.1, 11.1, "=C2+D2"])
    sheet.append(["B", "Lekeplass", "=C2", 11.2, 1])
    harvest = SOURCE.read(save(tmp_path, book), Context())
    issue = next(i for i in harvest.issues if i.code == "formula-without-value")
    assert issue.detail == "E2, C3"
    assert harvest.assets["name"].tolist() == ["A"]


def test_day_numbers_in_a_column_of_dates_become_dates(tmp_path: Path) -> None:
    text = "navn;type;lat;lon;Opprettet dato;Areal\nA;Lekeplass;59.1;11.1;45321;45321\n"
    tags = json.loads(read(tmp_path, "a.csv", text).assets["tags"].iat[0])
    assert (tags["Opprettet dato"], tags["Areal"]) == ("2024-01-30", "45321")


def test_one_stray_cell_far_away_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Navn", "Type", "lat", "lon"])
    sheet.append(["A", "Lekeplass", 59.1, 11.1])
    sheet["XFD3"] = "bort"
    assert SOURCE.read(save(tmp_path, book), Context()).assets["name"].tolist() == ["A"]
    sheet["A1048576"] = "bort"
    with pytest.raises(FormatError, match="1048576 rows"):
        SOURCE.read(save(tmp_path, book), Context())


def workbook_zip(folder: Path, sheet: bytes) -> Path:
    path = folder / "liste.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = workbook_zip(tmp_path, b"0" * 50_000_000)
    for limited in (True, False):
        with pytest.raises(FormatError, match="would unpack to 50 MB"):
            SOURCE.read(path, Context(limited=limited))


def test_entities_are_refused(tmp_path: Path) -> None:
    path = workbook_zip(tmp_path, b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>')
    with pytest.raises(FormatError, match="entities"):
        SOURCE.read(path, Context())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_is_cut_off_gets_a_sentence(tmp_path: Path, share: float) -> None:
    raw = save(tmp_path, municipal_book()).read_bytes()
    with pytest.raises(FormatError, match="cut off"):
        read(tmp_path, "cut.xlsx", raw[: int(share * len(raw))])


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "kart.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kart.shp", "x")
    with pytest.raises(FormatError, match="no Excel workbook"):
        SOURCE.read(path, Context())


def test_provenance_names_the_file_and_its_bytes(tmp_path: Path) -> None:
    import hashlib

    found = read(tmp_path, "klubber.csv", PLAIN).provenance
    assert (found.source, found.file, found.licence) == ("table:klubber.csv", "klubber.csv", "unstated")
    assert found.sha256 == hashlib.sha256(PLAIN.encode()).hexdigest()
    assert found.retrieved == datetime.datetime.now(datetime.UTC).date().isoformat()
    assert str(tmp_path) not in json.dumps(found.to_dict())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.text(st.characters(categories=("L", "P", "S", "Zs", "Nd")), min_size=1, max_size=30)
                   .map(str.strip)
                   .filter(lambda t: any(c.isalpha() for c in t) and not t[0].isdigit()),
                   min_size=1, max_size=6, unique=True),
    separator=st.sampled_from(";,\t|"), decimal=st.sampled_from(".,"),
)  # fmt: skip
def test_any_name_comes_through_any_separator(tmp_path: Path, names: list[str], separator: str, decimal: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(["navn", "type", "lat", "lon"])
    for n, name in enumerate(names):
        lat, lon = (f"{degree}.{n + 10}".replace(".", decimal) for degree in (59, 11))
        writer.writerow([f"Lek {name} her", "Lekeplass", lat, lon])
    harvest = read(tmp_path, "a.csv", out.getvalue())
    assert [p.y for p in harvest.assets.geometry] == pytest.approx([59 + (n + 10) / 100 for n in range(len(names))])
    plain = [name for name in harvest.assets["name"] if "[…]" not in name]
    assert set(plain) <= {f"Lek {name} her" for name in names}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file nei\.csv"):
        SOURCE.read(tmp_path / "nei.csv", Context())


def test_ten_thousand_rows(tmp_path: Path) -> None:
    kinds = ["Barnehage", "Lekeplass", "Kommunal skole", "Idrettslag"]
    lines = [
        f"Sted {n};{kinds[n % 4]};Storgata {n}, 1707 Sarpsborg;59,{28000 + n};11,{10000 + n};9{n:07d};For barn 6-12"
        for n in range(10_000)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["navn;type;adresse;lat;lon;telefon;beskrivelse", *lines]), "utf-8")
    assert len(SOURCE.read(tmp_path / "a.csv", Context()).assets) == 10_000


def test_a_contact_in_a_header_is_not_shown(tmp_path: Path) -> None:
    harvest = read(tmp_path, "a.csv", "navn;type;ved spørsmål ring 91234567\nA;Lekeplass;ja\n")
    assert "91234567" not in json.dumps(harvest.mapping) + harvest.assets.to_json() + notes(harvest)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from([b"", b"navn;lat;lon\n", b"navn,type,adresse\n", b"name\tcategory\tkoordinater\n"]),
    rest=st.binary(max_size=200) | st.text('";,\n\r\t 059.xNEaå°{[(/@', max_size=200).map(str.encode),
)  # fmt: skip
def test_whatever_bytes_come_there_is_a_result_or_a_sentence(tmp_path: Path, start: bytes, rest: bytes) -> None:
    try:
        harvest = read(tmp_path, "lekeplasser.csv", start + rest)
    except InputError as fault:
        said = [str(fault)]
    else:
        assert len(conform(harvest).assets) <= len(harvest.assets)
        said = [json.dumps(harvest.mapping), *map(str, harvest.notes)]
    assert all(said)
