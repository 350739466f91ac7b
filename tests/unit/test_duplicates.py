"""Are two rows of one thing found, two things left alone, and nothing lost when a person says that they are one?"""

from __future__ import annotations

import json
import time
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.messages import Message
from assetmap.model.schema import complete, empty_assets
from assetmap.model.taxonomy import taxonomy
from assetmap.upkeep.alike import COLUMNS, proposals
from assetmap.upkeep.meeting import families
from assetmap.upkeep.names import comparable, distinctive, is_generic, numbers, words
from assetmap.upkeep.registers import danish, norwegian, registry_ids, verdict
from assetmap.upkeep.survivor import absorb, survivor
from tests.twins import twins

EAST, NORTH = 620_000.0, 6_570_000.0  # metres in EPSG:25832
NOWHERE = None


def table(*rows: tuple[Any, ...]) -> gpd.GeoDataFrame:
    """Assets as (id, source, name, category, place, further columns); the place in metres or a shape."""
    data, shapes = [], []
    for id_, source, name, category, place, *more in rows:
        known = {"kind": taxonomy()[category].kind, "location_precision": "exact", **(more[0] if more else {})}
        data.append({"id": id_, "source": source, "source_id": id_, "name": name, "category": category, **known})
        shapes.append(shapely.Point(EAST + place[0], NORTH + place[1]) if isinstance(place, tuple) else place)
    frame = gpd.GeoDataFrame(pd.DataFrame(data).set_index("id"), geometry=shapes, crs=25832)
    return complete(frame)


def square(east: float, north: float, side: float) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH + north, EAST + east + side, NORTH + north + side)


def found(assets: gpd.GeoDataFrame, **asked: Any) -> dict[str, str]:
    """The pairs proposed as "a+b", and their bands."""
    pairs = proposals(assets, **asked)
    return {f"{a}+{b}": band for a, b, band in zip(pairs["a"], pairs["b"], pairs["band"], strict=True)}


# what people said


def test_a_number_joins_nobody_through_whom_two_would_be_joined_that_are_different() -> None:
    number = {"tags": json.dumps({"ref:NO:orgnr": "974760673"})}
    other = {"tags": json.dumps({"ref:NO:orgnr": "889640782"})}
    assets = table(
        *[(key, key, f"Kor {key}", "assoc_culture_arts", (i * 1000, 0), number) for i, key in enumerate("abc")],
        *[(key, key, f"Klubb {key}", "assoc_culture_arts", (i * 1000, 9000), other) for i, key in enumerate("de")],
    )
    said = frozenset("bc")
    assert found(assets, decided=[said], apart=[said]) == {"a+b": "contested", "a+c": "contested", "d+e": "register"}
    assert found(assets, decided=[said]) == {"a+b": "register", "a+c": "register", "d+e": "register"}
    pairs = proposals(assets, decided=[said], apart=[said])
    assert "somebody said of two that this would join that they are different" in str(pairs["why"][0])
    assert found(assets, apart=[frozenset("ad"), frozenset("xy")]).keys() == {"a+b", "a+c", "b+c", "d+e"}


# names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Færder barnehage", "FAERDER BARNEHAGE"),
        ("Løkke barnehage", "Lokke bhg."),
        ("Løkke barnehage", "Loekke barnehage AS"),
        ("Ås skole", "Aas skl"),
        ("Stiftelsen Dokka barnehage", "Dokka barnehage"),
        ("Nærbutikken A/S", "Naerbutikken ApS"),
        ("St. Olavs skole", "Sankt Olavs skole"),
        ("Storgt. 4", "Storgate 4"),
        ("Brød & Vin", "Brød og vin"),
        ("Lagård legeplads", "legepl. Lagård"),
        ("Kbh. Legeplads", "Københavns legeplads".replace("s ", " ")),
        ("Askeladden barnehage avd. Øst", "Askeladden barnehage Øst"),
        ("Sámi Mánáidgárdi", "Sami Manaidgardi"),
    ],
)
def test_two_spellings_of_a_name_are_one(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Solbakken velforening", "Solbakken"), ("Ås skole", "As barnehage"), ("Nordstrand boligforening", "Nordstrand")],
)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)


def test_a_legal_form_goes_only_as_a_word_of_its_own() -> None:
    assert words("Norden forening") == ("norden",)
    assert words("Velforening Norden") == ("velforening", "norden")
    assert words("Foreningen") == ("foreningen",)


@pytest.mark.parametrize(
    "name", ["Lekeplass", "LEGEPLADS", "Park", "Offentlig park", "Lekeplass 3", "Bibliotek AS", "–", ""]
)
def test_generic_names(name: str) -> None:
    assert is_generic(name)


@pytest.mark.parametrize("name", ["Skogro lekeplass", "Havneparken", "BLOX", "St. Hanshaugen park", "図書館"])
def test_names_that_tell_one_from_another(name: str) -> None:
    assert not is_generic(name)


def test_what_is_distinctive_and_which_numbers_a_name_holds() -> None:
    assert distinctive("Løkke barnehage AS") == "lokke"
    assert numbers("Vogts gate 032 b") == {"32b"}
    assert numbers("1. Sarpsborg speidergruppe") != numbers("3. Sarpsborg speidergruppe")


# registers


@pytest.mark.parametrize(
    ("number", "right"), [("973868756", True), ("973868757", False), ("97386875", False), ("١٢٣٤٥٦٧٨٩", False)]
)
def test_a_norwegian_number_is_checked(number: str, right: bool) -> None:
    assert norwegian(number) is right


@pytest.mark.parametrize(("number", "right"), [("64942212", True), ("64942213", False), ("04942212", False)])
def test_a_danish_number_is_checked(number: str, right: bool) -> None:
    assert danish(number) is right


def test_ids_are_found_wherever_they_stand() -> None:
    tags = {"Org.nr": "NO 973 868 756 MVA", "wikidata": "Q585;Q12", "ref:bibsys": "AB12", "CVR-nr.": "64942213"}
    assert registry_ids({"tags": json.dumps(tags), "organisasjonsnummer": 975316528.0}) == {
        "no-org": {"973868756"} | ({"975316528"} if norwegian("975316528") else set()),
        "wikidata": {"Q585", "Q12"},
        "ref:bibsys": {"ab12"},
    }
    assert registry_ids({"source": "brreg", "source_id": "973868756", "tags": None}) == {"no-org": {"973868756"}}
    assert registry_ids({"source": "osm", "source_id": "973868756", "tags": "not json, ref:x"}) == {}


def test_the_number_of_an_operator_is_nobodys_identity() -> None:
    tags = {"operator:orgnr": "973868756", "brand:wikidata": "Q42", "ref:bygningsnr": "12345"}
    assert registry_ids({"tags": json.dumps(tags)}) == {}


def test_what_ids_decide() -> None:
    one, other = {"no-org": frozenset(["973868756"])}, {"no-org": frozenset(["975301141"])}
    assert verdict(one, one) == "same"
    assert verdict(one, other) == "different"
    assert verdict(one, {"wikidata": frozenset(["Q1"])}) is None
    below = {**other, "no-org:parent": frozenset(["973868756"])}
    assert verdict(one, below) is None
    assert verdict(below, one) is None


ORG = {"tags": '{"orgnr": "973868756"}'}


def test_equal_numbers_decide_alone_however_far_apart() -> None:
    assets = table(
        ("a", "osm", "Solbakken", "kindergarten", (0, 0), ORG),
        ("b", "list", "Something else", "kindergarten", (9_000, 0), ORG),
        ("c", "third", "Nowhere", "kindergarten", NOWHERE, ORG),
    )
    pairs = proposals(assets)
    assert set(found(assets).items()) == {("a+b", "register"), ("a+c", "register"), ("b+c", "register")}
    assert pairs["score"].tolist() == [1.0] * 3
    assert pairs["distance_m"].isna().sum() == 2
    assert "973868756" in str(pairs["why"].iloc[0])


def test_differing_numbers_keep_namesakes_apart() -> None:
    other = {"tags": '{"orgnr": "975301141"}'}
    rows = [("a", "osm", "Solbakken barnehage", "kindergarten", (0, 0), ORG)]
    assert found(table(*rows, ("b", "list", "Solbakken barnehage", "kindergarten", (5, 0), other))) == {}
    assert found(table(*rows, ("b", "list", "Solbakken barnehage", "kindergarten", (5, 0)))) == {"a+b": "same"}


def test_a_number_that_a_source_uses_twice_names_an_owner() -> None:
    assets = table(
        ("a", "osm", "Eik", "kindergarten", (0, 0), ORG),
        ("b", "list", "Ask", "kindergarten", (3_000, 0), ORG),
        ("c", "list", "Rogn", "kindergarten", (6_000, 0), ORG),
    )
    assert found(assets) == {}


# proposals


def test_the_score_is_three_parts_name_and_one_part_nearness() -> None:
    pairs = proposals(
        table(
            ("a", "osm", "Skogro barnehage", "kindergarten", (0, 0)),
            ("b", "list", "SKOGRO BHG AS", "kindergarten", (150, 0)),
        )
    )
    assert list(pairs.columns) == list(COLUMNS)
    assert pairs.loc[0, "distance_m"] == pytest.approx(150, rel=1e-3)
    assert pairs.loc[0, "names"] == 1.0
    assert pairs.loc[0, "score"] == pytest.approx(0.75 + 0.25 * np.exp(-1), abs=1e-3)
    assert isinstance(pairs.loc[0, "why"], Message)
    assert pairs.loc[0, "band"] == "same"


@pytest.mark.parametrize(
    ("name", "category", "east", "band"),
    [
        ("Skogro barnehage", "kindergarten", 260, None),  # beyond reach
        ("Varteig barnehage", "kindergarten", 10, None),  # only the sort is alike
        ("Skogro skole", "school", 0, None),  # sorts that cannot be one
        ("Skogro", "kindergarten", 40, "same"),
        ("Skogro gårdsbarnehage", "kindergarten", 200, "ask"),
        ("Skogro barnehage 2", "kindergarten", 0, "same"),
        (None, "kindergarten", 40, "ask"),
        ("Barnehage", "kindergarten", 40, "ask"),
        ("Barnehage", "kindergarten", 200, None),
    ],
)
def test_when_a_row_of_another_source_is_proposed(
    name: str | None, category: str, east: float, band: str | None
) -> None:
    rows = [("a", "osm", "Skogro barnehage", "kindergarten", (0, 0)), ("b", "list", name, category, (east, 0))]
    assert found(table(*rows)).get("a+b") == band


def test_near_kinds_of_place_are_asked_about_only_under_one_name() -> None:
    rows = [("a", "osm", "Havneparken skatebane", "sports_ground", (0, 0))]
    assert found(table(*rows, ("b", "list", "Skatebanen i Havneparken", "playground", (1, 0)))) == {"a+b": "ask"}
    assert found(table(*rows, ("b", "list", "Havnegade", "playground", (1, 0)))) == {}


def test_a_number_in_the_name_tells_houses_apart() -> None:
    rows = [
        ("a", "osm", "Vogts gate 32 A", "kindergarten", (0, 0)),
        ("b", "list", "Vogts gate 32 B", "kindergarten", (9, 0)),
    ]
    assert found(table(*rows)) == {"a+b": "ask"}


def test_one_row_pairs_with_one_of_each_other_source() -> None:
    assets = table(
        ("a", "osm", "Kulås barnehage", "kindergarten", (0, 0)),
        ("b", "list", "Kulås barnehage", "kindergarten", (5, 0)),
        ("c", "list", "Kulås barnehage", "kindergarten", (60, 0)),
        ("d", "third", "Kulås barnehage", "kindergarten", (9, 0)),
    )
    assert found(assets) == {"a+b": "same", "b+d": "same", "a+d": "same"}
    assert found(assets, decided=[frozenset("ab"), frozenset("bd")]) == {"a+d": "same", "a+c": "same", "c+d": "same"}


def test_distance_is_to_the_shape() -> None:
    park = ("a", "osm", "Kulås park", "park_green", square(0, 0, 800))
    pairs = proposals(table(park, ("b", "list", "Kulås park", "park_green", (790, 400))))
    assert pairs["distance_m"].tolist() == [0.0]
    assert pairs["score"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("place", "band"),
    [((10, 10), "ask"), (square(5, 5, 100), "ask"), (square(100, 0, 100), None), (square(0, 0, 30), None)],
    ids=["point inside", "nearly the same ground", "the ground next door", "a corner of it"],
)
def test_grounds_without_names(place: Any, band: str | None) -> None:
    rows = [("a", "osm", None, "park_green", square(0, 0, 100)), ("b", "list", "Park", "park_green", place)]
    assert found(table(*rows)).get("a+b") == band


def test_what_is_known_by_its_street_only_is_no_spot() -> None:
    vague = {"location_precision": "area"}
    rows = [("a", "osm", None, "playground", (0, 0)), ("b", "list", None, "playground", (0, 0), vague)]
    assert found(table(*rows)) == {}


def test_associations_without_a_name_of_their_own_are_never_one() -> None:
    assert (
        found(
            table(
                ("a", "x", "Velforening", "assoc_neighbourhood", (0, 0)),
                ("b", "y", None, "assoc_neighbourhood", (0, 0)),
            )
        )
        == {}
    )


def test_names_of_chains_tell_nobody_apart() -> None:
    names = ["Solstua", "Eventyr", "Bamsebo", "Ulveli", "Kløvning", "Hinken", "Doremi", "Ravn"]
    rows = [(f"o{k}", "osm", f"Læringsverkstedet {n}", "kindergarten", (k * 100, 0)) for k, n in enumerate(names)]
    rows += [("b", "list", "Læringsverkstedet Kvernhuset", "kindergarten", (310, 0))]
    assert found(table(*rows)) == {}


def test_a_name_in_another_language_counts() -> None:
    rows = [
        ("a", "osm", "Unioninkatu", "library", (0, 0), {"names": '{"sv": "Richardsgatans bibliotek"}'}),
        ("b", "list", "Richardsgatans bibliotek", "library", (20, 0)),
    ]
    assert found(table(*rows)) == {"a+b": "same"}


def test_one_source_is_asked_about_what_it_names_twice_in_one_spot() -> None:
    rows = [
        ("a", "osm", "Tune kirke", "place_of_worship", (0, 0)),
        ("b", "osm", "Tune kirke", "place_of_worship", (20, 0)),
        ("c", "osm", "Tune kirke", "place_of_worship", (90, 0)),
        ("d", "osm", "Kulås", "transit_stop", (0, 0)),
        ("e", "osm", "Kulås", "transit_stop", (12, 0)),
        ("f", "osm", "Lekeplass", "playground", (0, 0)),
        ("g", "osm", "Lekeplass", "playground", (5, 0)),
        ("h", "osm", "Sofies gate 4", "kindergarten", (0, 0)),
        ("i", "osm", "Sofies gate 6", "kindergarten", (5, 0)),
    ]
    assert found(table(*rows)) == {"a+b": "ask"}


def test_nothing_to_compare() -> None:
    alone = table(("a", "osm", "Tune", "school", (0, 0)))
    nowhere = table(("a", "osm", "Tune", "school", NOWHERE), ("b", "list", "Tune", "school", NOWHERE))
    gifts = table(("a", "x", "Baking", "gifts_hand", (0, 0)), ("b", "y", "Baking", "gifts_hand", (0, 0)))
    for assets in (empty_assets(), alone, nowhere, gifts):
        pairs = proposals(assets)
        assert list(pairs.columns) == list(COLUMNS)
        assert len(pairs) == 0
        assert pairs["score"].dtype == "float64"


def test_the_order_of_the_rows_changes_nothing() -> None:
    assets = twins(5, both=150, only_map=50, only_register=50).assets
    told, shuffled = proposals(assets), proposals(assets.sample(frac=1, random_state=3))
    key = ["a", "b"]
    pd.testing.assert_frame_equal(
        told.drop(columns="why").sort_values(key, ignore_index=True),
        shuffled.drop(columns="why").sort_values(key, ignore_index=True),
    )


def test_best_first() -> None:
    scores = proposals(twins(5, both=150, only_map=50, only_register=50).assets)["score"]
    assert scores.is_monotonic_decreasing


def test_every_category_but_gifts_has_a_family() -> None:
    assert set(families()) == {key for key, category in taxonomy().items() if category.role != "gift"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_gates_on_the_labelled_town(seed: int) -> None:
    """Precision of what is suggested as the same at least 0.98, and recall over all bands at least 0.85."""
    assets, truth = twins(seed)
    pairs = proposals(assets)
    right = np.array([frozenset(pair) in truth for pair in zip(pairs["a"], pairs["b"], strict=True)])
    sure = (pairs["band"] == "same").to_numpy()
    assert sure.sum() > 1500
    assert right[sure].mean() >= 0.98
    assert right.mean() >= 0.98
    assert right.sum() / len(truth) >= 0.85


def test_a_hundred_thousand_assets_take_seconds() -> None:
    towns = []
    made = [twins(seed).assets.to_crs(25832) for seed in range(6)]
    for k in range(18):
        town = made[k % 6]
        towns.append(
            town.set_geometry(town.translate(k % 6 * 20_000, k // 6 * 20_000)).rename(index=lambda i, k=k: f"{k}-{i}")
        )
    assets = pd.concat(towns).to_crs(4326)
    assert len(assets) > 100_000
    before = time.process_time()
    pairs = proposals(assets)
    assert time.process_time() - before < 30  # about 5 on a quiet machine; comparing all with all takes hours
    assert len(pairs) > 25_000


# which stays


def test_who_stays() -> None:
    plain = {"name": "Tune", "retrieved": "2026-02-01"}
    older = {"name": "Tune", "retrieved": "2026-01-01"}
    fuller = {**plain, "website": "https://tune.example", "address": float("nan")}
    known = {"name": None, "tags": '{"orgnr": "973868756"}', "retrieved": "2026-03-01"}
    assert survivor(plain, fuller, ["name"], []) == ("a", "b")
    assert survivor(fuller, plain, ["name"], ["name", "website"]) == ("b", "a")
    assert survivor(fuller, known, [], []) == ("b", "a")
    assert survivor(plain, fuller, [], []) == ("b", "a")
    assert survivor(plain, older, [], []) == ("b", "a")
    assert survivor(plain, dict(plain), [], []) == ("a", "b")


def test_only_empty_fields_are_filled() -> None:
    kept = {"name": "Tune", "website": None, "capacity": float("nan"), "address": "", "geometry": None, "source": "osm",
            "licence": "ODbL-1.0", "near": None, "location_precision": "none", "note": None}  # fmt: skip
    place = shapely.Point(11, 59)
    new = {"website": "https://x.example", "capacity": 40.0, "address": "Storgata 1", "geometry": place, "note": "y",
           "location_precision": "address"}  # fmt: skip
    other = {**new, "name": "Tune skole", "near": "x", "source": "list", "licence": "NLOD-2.0"}
    assert absorb(kept, other) == new
    assert absorb(other, kept) == {}


def test_how_exactly_a_place_is_known_does_not_come_alone() -> None:
    here = {"geometry": shapely.Point(11, 59), "location_precision": None}
    assert absorb(here, {"geometry": shapely.Point(12, 60), "location_precision": "exact"}) == {}


@pytest.mark.parametrize("guarded", [{"audience": "staff"}, {"audience": "public", "review": "pending"}])
def test_nothing_moves_to_more_readers(guarded: dict[str, Any]) -> None:
    other, kept = {"website": "https://x.example", **guarded}, {"website": None, "audience": "members", "review": "ok"}
    assert absorb(kept, other) == {}
    assert absorb({**kept, "audience": "staff"}, other) == {"website": "https://x.example"}
