"""Rows become assets with a place, a category and an id; contacts stay apart; what fails goes back with reasons."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assetmap.errors import CRSError, InputError
from assetmap.model.harvest import Harvest
from assetmap.model.provenance import Provenance
from assetmap.sources.conform import conform
from assetmap.sources.rows.harvest import rows_to_harvest
from assetmap.sources.source import Context

# Storgata 1 to 10 in 1707 Sarpsborg, a hundredth of a degree apart; the middle of them is 11.155
KNOWN = gpd.GeoDataFrame(
    {"street": ["Storgata"] * 10, "number": [str(n) for n in range(1, 11)], "postcode": ["1707"] * 10,
     "city": ["Sarpsborg"] * 10},
    geometry=[shapely.Point(round(11.10 + n / 100, 2), 59.28) for n in range(1, 11)], crs=4326,
)  # fmt: skip
SECRETS = [
    "Kari Nordmann",
    "91234567",
    "kari@nordmann.no",
    "+47 912 34 567",
    "22 33 44 55",
    "c/o Kari Nordmann",
    "010190-1234",
]


def harvest(*rows: dict[str, Any], file: str = "liste.csv", **context: Any) -> Harvest:
    frame = pd.DataFrame(list(rows), dtype="object").fillna("")
    return rows_to_harvest(frame, Context(**context), Provenance(f"table:{file}", file, file=file))


def shown(found: Harvest) -> str:
    """Everything of a harvest that anybody but the sender may see."""
    issues = " ".join(f"{i.asset} {i.field} {i.detail} {i.message}" for i in found.issues)
    reasons = " ".join(map(str, found.rejected.get("reason", [])))
    return "\n".join([found.assets.to_json(), json.dumps(found.mapping, ensure_ascii=False), issues, reasons,
                      " ".join(map(str, found.notes))])  # fmt: skip


def reasons(found: Harvest) -> list[str]:
    return [str(r) for r in found.rejected["reason"]]


def issue_codes(found: Harvest) -> list[str]:
    return [i.code for i in found.issues]


LEK = {"navn": "Lek", "type": "Lekeplass"}


# where a row is


def test_utm_is_recognised_by_where_it_puts_the_rows() -> None:
    near = shapely.box(11.0, 59.2, 11.2, 59.35)
    for epsg in (25832, 25833):
        east, north = pyproj.Transformer.from_crs(4326, epsg, always_xy=True).transform(11.11, 59.28)
        found = harvest({**LEK, "x": f"{east:.1f}".replace(".", ","), "y": f"{north:.1f}".replace(".", ",")}, near=near)
        assert found.mapping["crs"] == epsg
        assert found.assets.geometry.iat[0].distance(shapely.Point(11.11, 59.28)) < 1e-5


def test_swapped_axes_are_found_and_said() -> None:
    rows = [{**LEK, "lat": f"11.1{n}", "lon": f"59.2{n}"} for n in range(5)]
    found = harvest(*rows)
    assert [(p.x, p.y) for p in found.assets.geometry] == [(float(f"11.1{n}"), float(f"59.2{n}")) for n in range(5)]
    assert found.mapping["swapped"] is True
    assert "North and east are swapped" in shown(found)


def test_single_swapped_rows_are_turned_round() -> None:
    rows = [{**LEK, "navn": f"L{n}", "lat": "59.28", "lon": f"11.1{n}"} for n in range(5)]
    found = harvest(*rows, {**LEK, "navn": "Feil", "lat": "11.15", "lon": "59.28"})
    wrong = found.assets[found.assets["name"] == "Feil"]
    assert (wrong.geometry.iat[0].x, wrong.geometry.iat[0].y) == (11.15, 59.28)
    assert [i.asset for i in found.issues if i.code == "axes-swapped"] == wrong["source_id"].tolist()


@pytest.mark.parametrize(
    ("lat", "lon", "why"),
    [("0", "0", "0, 0"), ("0.0", "0,0", "0, 0"), ("NaN", "11.1", "not a pair of numbers"),
     ("1e999", "11.1", "not a pair"),
     ("nord", "øst", "not a pair"), ("59.28", "", "not a pair")],
)  # fmt: skip
def test_coordinates_that_are_no_place(lat: str, lon: str, why: str) -> None:
    good = {**LEK, "navn": "God", "lat": "59.28", "lon": "11.11", "adresse": ""}
    without = harvest(good, {**LEK, "lat": lat, "lon": lon, "adresse": ""})
    assert without.assets["name"].tolist() == ["God"]
    assert list(without.rejected.index) == [2]
    assert why in reasons(without)[0]
    with_address = harvest(good, {**LEK, "lat": lat, "lon": lon, "adresse": "Storgt. 5, 1707"}, addresses=KNOWN)
    assert with_address.rejected.empty
    assert with_address.assets["location_precision"].tolist() == ["exact", "address"]
    assert with_address.assets.geometry.iat[1].x == 11.15
    assert "placed-by-address" in issue_codes(with_address)


def test_no_place_at_all_is_kept_as_no_place_yet() -> None:
    found = harvest({**LEK, "lat": "", "lon": ""}, {**LEK, "navn": "B", "lat": "59.28", "lon": "11.1"})
    assert found.assets.geometry.isna().tolist() == [True, False]
    assert found.assets["location_precision"].tolist() == ["none", "exact"]
    assert issue_codes(found) == ["no-position"]


def test_a_row_with_only_an_address_is_placed_and_marked() -> None:
    found = harvest({**LEK, "gate": "Storgt", "husnr": "7", "postnr": "1707"}, {**LEK, "gate": "Storgt", "husnr": "77"},
                    addresses=KNOWN)  # fmt: skip
    assert found.assets["location_precision"].tolist() == ["address", "none"]
    assert found.assets.geometry.iat[0].x == 11.17
    assert "not that house number" in shown(found)
    assert "One row was placed by its street address" in shown(found)
    assert "One row has no place yet." in shown(found)


def test_coordinates_that_fit_no_system_are_an_error_unless_there_are_addresses() -> None:
    row = {**LEK, "x": "123456789", "y": "987654321"}
    with pytest.raises(CRSError, match="fit no reference system"):
        harvest(row)
    found = harvest({**row, "adresse": "Storgata 5"}, addresses=KNOWN)
    assert found.assets["location_precision"].tolist() == ["address"]
    assert "crs-unknown" in issue_codes(found)


def test_ambiguous_zones_are_asked_about() -> None:
    found = harvest(*[{**LEK, "navn": f"L{n}", "x": str(597423 + n), "y": "6643110"} for n in range(3)])
    assert "crs-ambiguous" in issue_codes(found)


@pytest.mark.parametrize(("zone", "epsg"), [("UTM32", 25832), ("sone 33", 25833), ("EPSG:25833", 25833)])
def test_the_header_may_name_the_zone(zone: str, epsg: int) -> None:
    found = harvest(*[{**LEK, "navn": f"L{n}", f"Øst ({zone})": str(597423 + n), "Nord": "6643110"} for n in range(3)])
    assert found.mapping["crs"] == epsg
    assert "crs-ambiguous" not in issue_codes(found)
    east, north = pyproj.Transformer.from_crs(epsg, 4326, always_xy=True).transform(597423, 6643110)
    assert found.assets.geometry.iat[0].distance(shapely.Point(east, north)) < 1e-7


def test_rows_far_from_the_others_place_are_reported_and_kept() -> None:
    found = harvest({**LEK, "lat": "59.28", "lon": "11.1"}, {**LEK, "navn": "B", "lat": "63.4", "lon": "10.4"},
                    near=shapely.box(11, 59.2, 11.2, 59.3))  # fmt: skip
    assert len(found.assets) == 2
    assert [i.asset for i in found.issues if i.code == "far-away"] == [found.assets["source_id"].iat[1]]


def test_shapes_that_a_file_brings_are_kept() -> None:
    square = shapely.box(11.1, 59.2, 11.2, 59.3)
    frame = gpd.GeoDataFrame({"navn": ["Parken", "Ingen", "Null"], "type": "Park"},
                             geometry=[square, None, shapely.Point(0, 0)], crs=4326)  # fmt: skip
    found = rows_to_harvest(frame, Context(), Provenance("vector:a", "a"))
    assert found.assets.geometry.iat[0] == square
    assert found.assets["location_precision"].tolist() == ["exact", "none"]
    assert list(found.rejected.index) == [3]


# what a row is


def test_words_are_reported_with_counts() -> None:
    found = harvest({**LEK, "lat": "59.1", "lon": "11"}, {**LEK, "lat": "59.2", "lon": "11"}, {**LEK, "type": "Kultur"})
    assert "“Lekeplass” (2 rows) was taken as Playground." in shown(found)
    assert "“Kultur” (one row) was taken as Culture venue, museum or gallery. It may mean something else" in shown(
        found
    )
    assert found.mapping["categories"] == {"Kultur": "culture_venue", "Lekeplass": "playground"}


def test_an_unknown_word_goes_back_with_the_closest() -> None:
    found = harvest(LEK, {**LEK, "type": "Leikeplassen ved sjøen?"}, {**LEK, "type": "Qqqqq"})
    assert "Qqqqq" in reasons(found)[-1]
    assert "nor close to one" in reasons(found)[-1]


def test_several_columns_may_tell() -> None:
    found = harvest(
        {"navn": "A", "kategori": "Kultur", "type": "Bibliotek"}, {"navn": "B", "kategori": "Idrett", "type": "annet"}
    )
    assert found.assets["category"].tolist() == ["library", "assoc_sport"]


def test_openstreetmap_keys_as_columns_are_classified_by_their_rules() -> None:
    found = harvest(
        {"name": "A", "leisure": "playground", "lat": "59", "lon": "11"},
        {"name": "B", "amenity": "library", "library": "school"},
        {"name": "C", "amenity": "library"},
    )
    assert found.assets["category"].tolist() == ["playground", "library"]
    assert found.rejected["name"].tolist() == ["B"]


def test_the_file_or_its_header_says_what_all_rows_are() -> None:
    assert harvest({"navn": "Solbakken"}, file="barnehager_3105.csv").assets["category"].tolist() == ["kindergarten"]
    assert harvest({"Navn på lekeplass": "Solbakken"}).assets["category"].tolist() == ["playground"]
    named = harvest({"navn": "Solbakken barnehage"}, {"navn": "Solbakken"})
    assert named.assets["category"].tolist() == ["kindergarten"]
    assert "no-category" in issue_codes(named)


def test_a_column_of_ownership_is_no_column_of_categories() -> None:
    rows = [{"navn": f"B{n}", "type": kind} for n, kind in enumerate(["kommunal", "privat", "privat"])]
    found = harvest(*rows, file="barnehager.csv")
    assert found.assets["category"].tolist() == ["kindergarten"] * 3
    assert json.loads(found.assets["tags"].iat[0]) == {"type": "kommunal"}


def test_gifts_of_people_and_one_person_businesses_are_refused() -> None:
    found = harvest(
        {"navn": "Kari", "type": "gifts_head", "orgform": ""},
        {"navn": "Ola Hansen", "type": "Frisør", "orgform": "ENK"},
        {"navn": "Klipp Ola Hansen ENK", "type": "Frisør", "orgform": ""},
        {"navn": "Klipp AS", "type": "Frisør", "orgform": "AS"},
    )
    assert found.assets["name"].tolist() == ["Klipp AS"]
    assert ["gifts" in reasons(found)[0], *("one-person business" in r for r in reasons(found)[1:])] == [True] * 3


def test_one_person_businesses_are_found_by_a_nameless_column_of_forms() -> None:
    rows = [
        {"navn": f"N{n}", "type": "Butikk", "kode": form} for n, form in enumerate(["AS", "ENK", "FLI", "STI", "AS"])
    ]
    assert harvest(*rows).rejected["navn"].tolist() == ["N1"]


# what stays apart


def club(**more: str) -> dict[str, str]:
    return {"navn": "Borg IL", "type": "Idrettslag", **more}


def test_an_association_at_somebodys_home_is_placed_by_area() -> None:
    row = club(
        adresse="c/o Kari Nordmann, Storgata 5, 1707 Sarpsborg",
        lat="59.28",
        lon="11.15",
        UTM_X="600001",
        UTM_Y="6574000",
    )
    found = harvest(row, addresses=KNOWN)
    asset = found.assets.iloc[0]
    assert asset["location_precision"] == "area"
    assert asset["address"] == "1707 Sarpsborg"
    assert asset.geometry.x == pytest.approx(11.155)
    for secret in ("Storgata", "Kari", "11.15,", "600001"):
        assert secret not in shown(found)
    assert set(found.private["asset"]) == {asset["source_id"]}
    without = harvest(row)
    assert without.assets.geometry.isna().all()
    assert without.assets["location_precision"].tolist() == ["none"]


def test_a_care_of_anywhere_in_the_row_counts() -> None:
    for extra in (
        {"c/o": "Kari Nordmann"},
        {"beskrivelse": "Post: c/o Kari Nordmann, Storgata 5"},
        {"postadresse": "c/o Kari Nordmann, Storgt. 5, Storgata 5"},
    ):
        found = harvest(club(adresse="Storgata 5, 1707 Sarpsborg", lat="59.28", lon="11.15", **extra), addresses=KNOWN)
        assert found.assets["location_precision"].tolist() == ["area"]
        assert "Storgata" not in shown(found)
        assert "Kari" not in shown(found)


def test_post_to_somebody_else_does_not_move_where_the_club_meets() -> None:
    found = harvest(
        club(besøksadresse="Storgata 5, 1707 Sarpsborg", postadresse="c/o Kari Nordmann, Nygata 1"), addresses=KNOWN
    )
    assert found.assets["location_precision"].tolist() == ["address"]
    assert "Nygata" not in shown(found)


def test_a_facility_keeps_its_own_place_though_its_post_goes_to_somebody() -> None:
    found = harvest({"navn": "Biblioteket", "type": "Bibliotek",
                     "adresse": "c/o Kari Nordmann, Storgata 5, 1707 Sarpsborg",
                     "lat": "59.28", "lon": "11.19"}, addresses=KNOWN)  # fmt: skip
    assert found.assets["location_precision"].tolist() == ["exact"]
    assert found.assets["address"].tolist() == ["1707 Sarpsborg"]
    assert "Kari" not in shown(found)


def test_the_registered_office_of_an_association_is_somebodys_home() -> None:
    rows = (club(forretningsadresse="Storgata 5, 1707 Sarpsborg"),
            {"navn": "Apoteket", "type": "Apotek", "forretningsadresse": "Storgata 6, 1707 Sarpsborg"})  # fmt: skip
    found = harvest(*rows, addresses=KNOWN)
    assert found.assets["location_precision"].tolist() == ["area", "address"]
    assert "Storgata 5" not in shown(found)


def test_an_address_that_begins_with_a_persons_name_is_a_home_for_an_association() -> None:
    at_home = harvest(club(adresse="Kari Nordmann, Storgata 5, 1707 Sarpsborg"), addresses=KNOWN)
    assert at_home.assets["location_precision"].tolist() == ["area"]
    assert "Kari" not in shown(at_home)
    assert at_home.private["value"].tolist() == ["Kari Nordmann, Storgata 5, 1707 Sarpsborg"]
    at_a_house = harvest(club(adresse="Folkets Hus, Storgata 5, 1707 Sarpsborg"), addresses=KNOWN)
    assert at_a_house.assets["location_precision"].tolist() == ["address"]


def test_whoever_stands_beside_a_contact_is_a_person() -> None:
    rows = [club(navn=f"L{n}", eier=owner) for n, owner in enumerate(["Per Hansen, per@x.no", "Kommunen", "Borg AS"])]
    found = harvest(*rows)
    assert "Per" not in shown(found)
    assert found.assets["operator"].tolist()[1:] == ["Kommunen", "Borg AS"]


def test_names_may_stand_under_the_word_for_what_they_are() -> None:
    found = harvest(
        {"Barnehage": "Solbakken", "lat": "59.1", "lon": "11"}, {"Barnehage": "Åsen", "lat": "59.2", "lon": "11"}
    )
    assert found.assets[["name", "category"]].to_numpy().tolist() == [
        ["Solbakken", "kindergarten"],
        ["Åsen", "kindergarten"],
    ]


def test_contacts_are_apart_by_header_by_content_and_in_text() -> None:
    rows = [
        club(navn=f"Lag {n}", Leder="Kari Nordmann", Hvem=f"9123456{n}",
             beskrivelse=f"Vi møtes i parken. Ring Kari Nordmann 22 33 44 5{n}, eller post{n}@x.no.")
        for n in range(3)
    ]  # fmt: skip
    found = harvest(*rows)
    text = shown(found)
    for secret in ("Kari", "9123456", "22 33 44", "@x.no"):
        assert secret not in text
    assert set(found.private["field"]) == {"Leder", "Hvem", "beskrivelse"}
    assert found.mapping["private"] == ["Leder", "Hvem"]
    assert found.assets["description"].tolist() == ["Vi møtes i parken. Ring […] […], eller […]."] * 3


def test_private_values_carry_the_id_of_the_asset_after_conform() -> None:
    found = conform(harvest(club(telefon="91234567", lat="59.28", lon="11.1")))
    assert found.private["asset"].tolist() == found.assets.index.tolist()


def test_handed_back_rows_hold_what_was_sent_but_the_reason_quotes_no_contact() -> None:
    found = harvest(LEK, {"navn": "X", "type": "ring 91234567", "leder": "Kari Nordmann"})
    assert found.rejected["leder"].tolist() == ["Kari Nordmann"]
    assert "91234567" not in shown(found)


@settings(max_examples=60, deadline=None)
@given(
    secret=st.sampled_from(SECRETS),
    column=st.sampled_from(
        ["beskrivelse", "Merknad", "adresse", "nettside", "åpningstider", "eier", "Notat", "xyz", "navn"]
    ),
    around=st.tuples(st.sampled_from(["", "Se ", "Kontakt: "]), st.sampled_from(["", ".", " eller nettsiden"])),
    kind=st.sampled_from(["Idrettslag", "Lekeplass", "Ukjent"]),
)
def test_no_contact_is_ever_shown(secret: str, column: str, around: tuple[str, str], kind: str) -> None:
    if secret == "Kari Nordmann":  # a name alone is only known to be one where a column says so
        row = {"navn": "Laget", "type": kind, "Kontaktperson": secret, "beskrivelse": f"{around[0]}{secret}{around[1]}"}
    else:
        row = {"navn": "Laget", "type": kind, column: f"{around[0]}{secret}{around[1]}"}
    assert secret not in shown(harvest(row, {"navn": "Annet", "type": "Lekeplass", column: ""}, addresses=KNOWN))


# how a row is known again


def test_ids_of_the_file_are_used_where_each_row_has_its_own() -> None:
    rows = [{**LEK, "navn": f"L{n}", "orgnr": f"97530{n:04}", "id": "1"} for n in range(5)]
    found = harvest(*rows)
    assert found.assets["source_id"].tolist() == [r["orgnr"] for r in rows]


def test_shared_ids_are_told_and_told_apart() -> None:
    rows = [{**LEK, "navn": f"L{n}", "id": str(n)} for n in range(20)]
    found = harvest(*rows, *[{**LEK, "navn": f"D{n}", "id": "12"} for n in range(2)])
    assert "3 rows share the id 12" in shown(found)
    assert found.assets["source_id"].is_unique
    assert len(found.assets) == 22


def test_a_row_that_says_the_same_twice_is_handed_back() -> None:
    found = harvest(LEK, {**LEK, "navn": "B"}, LEK)
    assert len(found.assets) == 2
    assert reasons(found) == ["it is the same as row 1"]


def test_two_things_at_one_door_are_two() -> None:
    found = harvest(
        {"navn": "Åsen", "type": "Skole", "adresse": "Vei 1"}, {"navn": "Åsen", "type": "Barnehage", "adresse": "Vei 1"}
    )
    assert found.assets["source_id"].is_unique
    assert len(found.assets) == 2


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(6)))
def test_ids_do_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    rows = [{**LEK, "navn": f"L{n}", "lat": f"59.2{n}", "lon": "11.1"} for n in range(6)]
    ids = dict(zip(harvest(*rows).assets["name"], harvest(*rows).assets.index, strict=True))
    again = harvest(*[rows[n] for n in order]).assets
    assert dict(zip(again["name"], again.index, strict=True)) == ids


# what a mapping keeps


ROWS = (
    {"A": "Lek", "B": "Kultur", "C": "597423,5", "D": "6643110,25", "Leder": "Kari Nordmann", "Farge": "rød"},
    {"A": "Bib", "B": "Bibliotek", "C": "597500,5", "D": "6643200,75", "Leder": "", "Farge": ""},
)
MAPPING = {
    "columns": {"A": "name", "B": "category", "C": "x", "D": "y"}, "crs": 25832, "categories": {"Kultur": "playground"},
    "licence": "NLOD-2.0", "attribution": "Oslo kommune",
}  # fmt: skip


def test_a_mapping_wins_over_guesses_and_gives_the_same_again() -> None:
    first = harvest(*ROWS, mapping=MAPPING)
    assert first.assets["category"].tolist() == ["playground", "library"]
    assert (first.provenance.licence, first.provenance.attribution) == ("NLOD-2.0", "Oslo kommune")
    assert first.assets.geometry.iat[0].distance(shapely.Point(10.742249, 59.913952)) < 2e-5
    saved = json.loads(json.dumps(first.mapping))
    second = harvest(*ROWS, mapping=saved)
    pd.testing.assert_frame_equal(pd.DataFrame(first.assets), pd.DataFrame(second.assets))
    pd.testing.assert_frame_equal(first.private, second.private)
    assert second.mapping == first.mapping


def test_what_was_guessed_can_be_saved_and_gives_the_same() -> None:
    rows = [
        {**LEK, "navn": f"L{n}", "breddegrad": f"59,2{n}", "lengdegrad": "11,1", "tlf": "91234567"} for n in range(4)
    ]
    first = harvest(*rows, file="lekeplasser.csv")
    second = harvest(*rows, file="lekeplasser.csv", mapping=json.loads(json.dumps(first.mapping)))
    pd.testing.assert_frame_equal(pd.DataFrame(first.assets), pd.DataFrame(second.assets))
    assert second.mapping == first.mapping


def test_one_category_for_all_rows_and_one_for_what_is_not_understood() -> None:
    row = {"navn": "A", "type": "Qqqqq"}
    assert harvest(row, mapping={"otherwise": "park_green"}).assets["category"].tolist() == ["park_green"]
    assert harvest({"navn": "A"}, mapping={"category": "park_green"}).assets["category"].tolist() == ["park_green"]
    assert harvest(row, mapping={"categories": {"qqqqq": "library"}}).assets["category"].tolist() == ["library"]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"columns": {"Sted": "name"}}, "columns that are not there: Sted"),
        ({"categories": {"Kultur": "kultur"}}, "category “kultur”, which does not exist"),
        ({"category": "nope"}, "category “nope”, which does not exist"),
        ({**MAPPING, "crs": 99999}, "reference system “99999”"),
        ({**MAPPING, "crs": "UTM"}, "reference system “UTM”"),
        ({**MAPPING, "decimal": {"C": "x"}}, "“decimal” must be"),
        ({**MAPPING, "licence": "WTFPL"}, "licence “WTFPL”"),
        ({"columns": {"Leder": "name"}}, "may hold somebody's contact"),
        (["columns"], "expected an object"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        harvest(*ROWS, mapping=mapping)


# what a row may hold


HOSTILE = [
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% raw %}",
    '"; DROP TABLE x; --',
    "=1+1",
    "👩‍👩‍👧 Æ",
    "‮evil",
    "a" * 10_000,
]


def test_hostile_names_are_kept_as_they_are() -> None:
    found = harvest(*[{**LEK, "navn": name, "lat": f"59.{n + 10}", "lon": "11.1"} for n, name in enumerate(HOSTILE)])
    assert found.assets["name"].tolist() == HOSTILE
    assert [i.detail for i in found.issues if i.code == "long-name"] == ["a" * 50]
    assert conform(found).assets["name"].tolist() == HOSTILE


def test_control_characters_are_dropped() -> None:
    assert harvest({**LEK, "navn": "A\x00B\x1b[31m"}).assets["name"].tolist() == ["AB[31m"]


def test_nothing_is_lost_and_nothing_is_too_long() -> None:
    row = {**LEK, "areal": "12 m2", "lang": "x" * 5000, "orgnr": "975300838"}
    tags = json.loads(harvest(row).assets["tags"].iat[0])
    assert tags["areal"] == "12 m2"
    assert tags["orgnr"] == "975300838"
    assert len(tags["lang"]) == 1000


def test_values_of_the_schema_are_read_or_left_as_details() -> None:
    found = harvest(
        {
            **LEK,
            "navn": "A",
            "kapasitet": "1 200",
            "nettside": "www.a.no/x",
            "rullestol": "Ja",
            "åpningstider": "Mo-Fr 08:00-16:00",
        },
        {
            **LEK,
            "navn": "B",
            "kapasitet": "mange",
            "nettside": "javascript:alert(1)",
            "rullestol": "kanskje",
            "åpningstider": "",
        },
    )
    a, b = found.assets.iloc[0], found.assets.iloc[1]
    assert (a["capacity"], a["website"], a["wheelchair"], a["opening_hours"]) == (
        1200,
        "https://www.a.no/x",
        "yes",
        "Mo-Fr 08:00-16:00",
    )
    assert b[["capacity", "website", "wheelchair", "opening_hours"]].isna().all()
    assert json.loads(b["tags"]) == {
        "type": "Lekeplass",
        "kapasitet": "mange",
        "nettside": "javascript:alert(1)",
        "rullestol": "kanskje",
    }


def test_a_row_with_neither_name_nor_place_is_handed_back() -> None:
    found = harvest(
        {"navn": "", "type": "Lekeplass", "lat": "", "lon": ""},
        {"navn": "", "type": "Lekeplass", "lat": "59", "lon": "11"},
    )
    assert reasons(found) == ["it has neither a name nor a place"]
    assert "no-name" in issue_codes(found)


def test_what_comes_out_keeps_the_promise_of_the_schema() -> None:
    done = conform(harvest(LEK, {**LEK, "navn": "B", "lat": "59", "lon": "11"}, file="diverse.csv"))
    assert done.assets["source"].unique().tolist() == ["table:diverse.csv"]
    assert done.assets["kind"].tolist() == ["places", "places"]


def test_what_is_cut_is_said() -> None:
    found = harvest({**LEK, "navn": "a" * 30_000, "lang": "x" * 5000})
    assert found.assets["name"].str.len().tolist() == [20_000]
    assert sorted(issue_codes(found)) == ["details-cut", "long-name", "no-position", "text-cut"]
