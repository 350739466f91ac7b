"""Addresses are parsed as people write them, and found among known ones only where there is no doubt."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from assetmap.sources.rows.addresses import Address, AddressBook, house_number, parse_address, street_key


def book(*rows: tuple[str, str, str, str, float]) -> AddressBook:
    """Known addresses, each at its own longitude on 59° north."""
    frame = gpd.GeoDataFrame(
        [dict(zip(("street", "number", "postcode", "city"), row[:4], strict=True)) for row in rows],
        geometry=[shapely.Point(row[4], 59.0) for row in rows], crs=4326,
    )  # fmt: skip
    return AddressBook(frame)


TOWN = book(
    ("Færders gate", "33", "1707", "Sarpsborg", 11.00),
    ("Færders gate", "33B", "1707", "Sarpsborg", 11.01),
    ("Storgata", "5", "1707", "Sarpsborg", 11.02),
    ("Storgata", "5", "1606", "Fredrikstad", 11.03),
    ("Nordbergsvingen", "24", "1738", "Borgenhaugen", 11.04),
    ("Parkveien", "1", "", "", 11.05),
    ("Markveien", "2", "", "", 11.06),
    ("7. juni gate", "3", "", "", 11.07),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Færders gate 33, 1707 SARPSBORG", Address("Færders gate", "33", "1707", "SARPSBORG")),
        ("Utsiktsveien 15c, 1725 SARPSBORG", Address("Utsiktsveien", "15C", "1725", "SARPSBORG")),
        ("Storgata 12 B 1707 Sarpsborg", Address("Storgata", "12B", "1707", "Sarpsborg")),
        ("Strandgade 12, 2. tv., 1401 København K", Address("Strandgade", "12", "1401", "København K")),
        ("Gamle Kongevej 12-14, DK-1850 Frederiksberg", Address("Gamle Kongevej", "12", "1850", "Frederiksberg")),
        ("Kungsgatan 12, 111 22 Stockholm", Address("Kungsgatan", "12", "11122", "Stockholm")),
        ("c/o Kari Nordmann, Storgata 5, 1707 Sarpsborg", Address("Storgata", "5", "1707", "Sarpsborg")),
        ("Postboks 12, 1701 Sarpsborg", Address("", "", "1701", "Sarpsborg")),
        ("Tveterhytta, 1746 SKJEBERG", Address("Tveterhytta", "", "1746", "SKJEBERG")),
        ("7. juni gate 3", Address("7. juni gate", "3")),
        ("", Address()),
    ],
)
def test_an_address_in_one_line(text: str, expected: Address) -> None:
    assert parse_address(text) == expected


def test_columns_of_their_own_win_over_the_line() -> None:
    found = parse_address("Storgata 5", postcode="1707", city="Sarpsborg", number="7 b")
    assert found == Address("Storgata", "7B", "1707", "Sarpsborg")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Færders gate", "Færdersgt."), ("Færders gate", "Faerders gata"), ("Prost Bangs Vei", "prost bangs v."),
        ("Hals' gate", "Hals gate"), ("Allégata", "Allegt"), ("Torvpladsen", "Torvplass"),
        ("Nygårdsvej", "Nygaardsvei"),
        ("Gl. Kongevej", "Gamle Kongevej"), ("Prinsesseg.", "Prinsessegade"), ("Parkv.", "Parkveien"),
        ("Storg.", "Storgata"), ("Skolevegen", "Skoleveien"),
    ],
)  # fmt: skip
def test_spellings_of_one_street(one: str, other: str) -> None:
    assert street_key(one) == street_key(other)


@pytest.mark.parametrize(
    ("text", "lon"),
    [
        ("Færdersgt. 33", 11.00),
        ("faerders gata 33 b, 1707", 11.01),
        ("Storgata 5, 1606 Fredrikstad", 11.03),
        ("Storgata 5, Sarpsborg", 11.02),
        ("Nordbersvingen 24", 11.04),
        ("Parkveien 1, 1707 Sarpsborg", 11.05),
    ],
)
def test_an_address_that_is_known_is_placed(text: str, lon: float) -> None:
    placed = TOWN.place(parse_address(text))
    assert placed.point is not None
    assert placed.point.x == lon


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Storgata 5", "several known addresses fit"),
        ("Storgata 5, 9999 Annetsted", "only under another postcode"),
        ("Storgata 6, 1707 Sarpsborg", "not that house number"),
        ("Færders gate 33C", "not that house number"),
        ("Storgata", "no house number"),
        ("Kirkegata 1", "no known address has that street"),
        ("Parkveien 2", "not that house number"),
        ("8. juni gate 3", "no known address has that street"),
        ("Postboks 3, 1707 Sarpsborg", "names no street"),
    ],
)
def test_where_there_is_doubt_nothing_is_placed(text: str, why: str) -> None:
    placed = TOWN.place(parse_address(text))
    assert placed.point is None
    assert why in str(placed.reason)


def test_the_known_spelling_is_told_where_it_differs() -> None:
    assert TOWN.place(parse_address("Nordbersvingen 24")).street == "Nordbergsvingen"
    assert TOWN.place(parse_address("Færdersgt 33")).street == ""


def test_entrances_of_one_house_are_one_place_but_houses_far_apart_are_not() -> None:
    near = book(("Torget", "1", "", "", 11.0), ("Torget", "1", "", "", 11.0005))  # 29 m at 59° north
    far = book(("Torget", "1", "", "", 11.0), ("Torget", "1", "", "", 11.002))  # 115 m
    assert near.place(Address("Torget", "1")).point is not None
    assert far.place(Address("Torget", "1")).point is None


def test_the_area_of_a_postcode_is_the_middle_of_its_addresses() -> None:
    rows = [("Gata", str(n), "1707", "Sarpsborg", 11 + n / 100) for n in range(5)]
    area = book(*rows).area("1707")
    assert area is not None
    assert (round(area.x, 9), area.y) == (11.02, 59.0)


def test_four_addresses_are_no_area() -> None:
    rows = [("Gata", str(n), "1707", "Sarpsborg", 11 + n / 100) for n in range(4)]
    assert book(*rows).area("1707") is None
    assert book(*rows).area("9999") is None


@given(number=st.integers(1, 999), letter=st.sampled_from(["", "A", "b", " C"]))
def test_only_the_exact_house_number_is_found(number: int, letter: str) -> None:
    written = f"{number}{letter}"
    assert house_number(written) == written.replace(" ", "").upper()
    known = book(("Nygata", house_number(written), "", "", 11.0))
    assert known.place(parse_address(f"Nygata {written}")).point is not None
    assert known.place(parse_address(f"Nygata {number}Z")).point is None
    assert known.place(parse_address(f"Nygata {number + 1}{letter}")).point is None


def test_empty_knowledge_places_nothing() -> None:
    empty = AddressBook(gpd.GeoDataFrame({"street": [], "geometry": []}, geometry="geometry", crs=4326))
    assert empty.place(Address("Storgata", "5")).point is None
