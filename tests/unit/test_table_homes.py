"""Whoever's home a row gives as its address stays unknown, in whatever column and form the name or the door stands."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from assetmap.model.harvest import Harvest
from assetmap.model.provenance import Provenance
from assetmap.sources.rows.harvest import rows_to_harvest
from assetmap.sources.source import Context
from assetmap.sources.table import SOURCE

# Alrunevej 1 to 19 in 2900 Hellerup, a thousandth of a degree apart; the middle of the odd ones is 12.510
KNOWN = gpd.GeoDataFrame(
    {"street": ["Alrunevej"] * 10, "number": [str(n) for n in range(1, 20, 2)], "postcode": ["2900"] * 10,
     "city": ["Hellerup"] * 10},
    geometry=[shapely.Point(12.5 + n / 1000, 55.73) for n in range(1, 20, 2)], crs=4326,
)  # fmt: skip
DOOR = "Alrunevej 11, 2900 Hellerup"


def harvest(*rows: dict[str, str], known: gpd.GeoDataFrame | None = KNOWN) -> Harvest:
    frame = pd.DataFrame(list(rows), dtype="object").fillna("")
    return rows_to_harvest(frame, Context(addresses=known), Provenance("table:a.csv", "a", file="a.csv"))


def club(**more: str) -> dict[str, str]:
    return {"navn": "Syklubben", "type": "Idrettslag", **more}


def shown(found: Harvest) -> str:
    issues = " ".join(f"{i.asset} {i.field} {i.detail} {i.message}" for i in found.issues)
    return f"{found.assets.to_json()} {issues} {' '.join(map(str, found.notes))} {found.mapping}"


AT_HOME = [
    {"adresse": f"Per Olsen, {DOOR}", "kontaktperson": "Per Olsen"},
    {"adresse": f"PER OLSEN {DOOR}", "kontaktperson": "Per Olsen"},
    {"adresse": f"Per Olsen, {DOOR}", "kontaktperson": "Per Kristian Olsen"},
    {"adresse": "Alrunevej 11, Olsen Per, 2900 Hellerup", "kontaktperson": "Per Olsen"},
    {"adresse": f"Per Olsen, {DOOR}", "fornavn": "Per", "etternavn": "Olsen"},
    {"adresse": f"Per Olsen, {DOOR}"},
    {"adresse": f"hos Per Olsen, {DOOR}"},
    {"adresse": f"Kontakt: Per Olsen, {DOOR}"},
    {"adresse": DOOR, "kontaktperson": f"Per Olsen, {DOOR}"},
    {"adresse": DOOR, "kontaktadresse": "Alrunevej 11"},
    {"adresse": DOOR, "privatadresse": DOOR},
    {"vej": "Alrunevej", "husnr": "11", "postnr": "2900", "kontaktadresse": DOOR},
    {"vej": "Per Olsen, Alrunevej", "husnr": "11", "postnr": "2900", "formand": "Per Olsen"},
    {"adresse": DOOR, "beskrivelse": "Mød op hos Per Olsen, Alrunevej 11."},
    {"adresse": DOOR, "beskrivelse": "Nøgle: Per Olsen, Alrunevej 11.", "formand": "Per Olsen"},
]


@pytest.mark.parametrize("row", AT_HOME, ids=range(len(AT_HOME)))
def test_an_association_at_a_persons_door_is_placed_by_area(row: dict[str, str]) -> None:
    found = harvest(club(**row))
    asset = found.assets.iloc[0]
    assert asset["location_precision"] == "area"
    assert (asset.geometry.x, asset.geometry.y) == pytest.approx((12.51, 55.73))
    assert str(asset["address"]).split()[0] == "2900"
    for secret in ("Olsen", "Per ", "PER", "Alrunevej"):
        assert secret not in shown(found)
    kept = " ".join(found.private["value"])
    assert "Alrunevej" in kept
    assert "11" in kept
    nowhere = harvest(club(**row), known=None)
    assert nowhere.assets["location_precision"].tolist() == ["none"]


ELSEWHERE = [
    club(adresse=DOOR, kontaktperson="Per Olsen"),
    club(adresse=DOOR, kontaktperson="Per Olsen, Rosevej 3"),
    club(adresse=f"Hellerup Roklub, {DOOR}", kontakt="Hellerup Roklub"),
    club(adresse=DOOR, beskrivelse="Ring til Per Olsen. Vi mødes i Alrunevej 11."),
    club(adresse=DOOR, postadresse="Alrunevej 1, 2900 Hellerup"),
    {"navn": "Skolen", "type": "Skole", "adresse": DOOR, "postadresse": DOOR, "rektor": "Per Olsen"},
]


@pytest.mark.parametrize("row", ELSEWHERE, ids=range(len(ELSEWHERE)))
def test_what_is_no_home_stays_at_its_door(row: dict[str, str]) -> None:
    found = harvest(row)
    assert found.assets["location_precision"].tolist() == ["address"]
    assert found.assets.geometry.iat[0].x == pytest.approx(12.511)
    assert "Per Olsen" not in shown(found)


def test_the_name_of_a_contact_in_any_address_makes_it_a_home() -> None:
    found = harvest({"navn": "Legestuen", "type": "Børnehave", "adresse": f"Per Olsen, {DOOR}", "kontakt": "Per Olsen"})
    assert found.assets["location_precision"].tolist() == ["area"]
    assert "Alrunevej" not in shown(found)


def test_a_second_address_with_a_contacts_name_is_not_shown() -> None:
    row = club(adresse="Alrunevej 1, 2900 Hellerup", mødested="Per Olsen, Rosevej 3", formand="Per Olsen")
    found = harvest(row)
    assert found.assets["location_precision"].tolist() == ["address"]
    assert "Rosevej" not in shown(found)
    assert "Per Olsen, Rosevej 3" in found.private["value"].tolist()


def test_names_are_taken_out_inflected_and_kept_apart() -> None:
    row = club(beskrivelse="Hans Pedersens mobil ligger i skabet. Spørg Hans.", formand="Hans Pedersen")
    found = harvest(row)
    assert found.assets["description"].tolist() == ["[…] mobil ligger i skabet. Spørg […]."]
    assert row["beskrivelse"] in found.private["value"].tolist()


def test_names_in_prose_are_taken_out_without_any_column_of_contacts() -> None:
    text = "Møt opp hos Kari Nordmann, Storgata 5. Kontakt biblioteket for nøkkel."
    found = harvest(club(beskrivelse=text))
    assert found.assets["description"].tolist() == ["Møt opp hos […]. Kontakt biblioteket for nøkkel."]
    assert found.private["value"].tolist() == [text]


# refuges among the rows that failed


def test_a_refuge_that_failed_for_another_reason_is_counted_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "steder.csv"
    file.write_text(
        "navn,type,adresse\n"
        "Lek,Lekeplass,Storgata 1\n"
        "Krisesenteret,Qqqqq,Hemmelig vei 5\n"
        "Huset,Qqqqq,Storgata 3\n"
        "Kvinnehuset krisesenter,Qqqqq,Hemmelig vei 7,for mye\n",
        encoding="utf-8",
    )
    found = SOURCE.read(file, Context())
    assert found.rejected["navn"].tolist() == ["Huset"]
    assert "Hemmelig" not in found.rejected.to_csv() + shown(found)
    assert [i.message.count for i in found.issues if i.code == "protected-place"] == [1, 1]
    assert [str(n) for n in found.notes if "handed back" in str(n)] == ["One row is handed back with its reason."]


def test_a_refuge_known_by_its_tags_is_not_handed_back() -> None:
    found = harvest({"navn": "A", "type": "Qqqqq", "social_facility:for": "abused", "adresse": DOOR})
    assert found.rejected.empty
    assert [i.message.count for i in found.issues if i.code == "protected-place"] == [1]
