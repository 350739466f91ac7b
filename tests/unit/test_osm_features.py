"""Assets out of OpenStreetMap: what counts, once, under which name, and what is left out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from assetmap.model.harvest import Harvest
from assetmap.osm import read_osm
from assetmap.sources.conform import conform
from assetmap.sources.osm.features import gone, harvest_osm
from assetmap.sources.osm.personal import public_text
from tests.worlds import OsmWorld, square


def found(world: OsmWorld, folder: Path) -> Harvest:
    file = folder / "world.osm"
    file.write_text(world.xml(), encoding="utf-8")
    return harvest_osm(read_osm(file))


def assets(world: OsmWorld, folder: Path) -> gpd.GeoDataFrame:
    return found(world, folder).assets


def codes(harvest: Harvest) -> dict[str, int]:
    return {issue.code: issue.message.count or 0 for issue in harvest.issues}


# -- what is there -------------------------------------------------------------------------------------------------

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("tags", "is_gone"),
    [
        ({}, False),
        ({"disused": "yes"}, True),
        ({"abandoned": "yes"}, True),
        ({"disused": "no"}, False),
        ({"demolished": "yes"}, True),
        ({"demolished:building": "yes"}, True),
        ({"removed:amenity": "bench"}, True),
        ({"disused:shop": "bakery"}, False),
        ({"old_name": "Gamle"}, False),
        ({"opening_date": "2026-06-16"}, True),
        ({"opening_date": "2026-06-15"}, False),
        ({"opening_date": "2026-07"}, True),
        ({"opening_date": "2027"}, True),
        ({"opening_date": "2020"}, False),
        ({"opening_date": "soon"}, False),
        ({"end_date": "2026-06-14"}, True),
        ({"end_date": "2026-06-15"}, True),
        ({"end_date": "2026-12"}, False),
        ({"end_date": "2019"}, True),
        ({"end_date": "2030"}, False),
        ({"end_date": "unknown"}, False),
        ({"construction": "yes"}, True),
        ({"construction": "minor"}, False),
        ({"proposed": "yes"}, True),
    ],
)
def test_lifecycle(tags: dict[str, str], is_gone: bool) -> None:
    assert gone({"leisure": "park", **tags}, TODAY) is is_gone


def test_what_is_closed_private_or_nothing_is_left_out_and_counted(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (500, 0)], highway="residential")
    world.node(0, 10, amenity="library", name="Biblioteket")
    world.node(0, 20, amenity="cafe", disused="yes")
    world.node(0, 30, amenity="cafe", end_date="2001-01-01")
    world.node(0, 40, leisure="playground", access="private")
    world.node(0, 50, leisure="playground", access="customers")
    world.node(0, 60, amenity="school", access="private")
    world.node(0, 70, amenity="library", access="private")
    world.node(0, 80, shop="vacant")
    world.node(0, 90, leisure="playground", foot="no")
    harvest = found(world, tmp_path)
    assert sorted(harvest.assets["category"]) == ["library", "playground", "school"]
    assert harvest.assets.set_index("category")["access"]["playground"] == "customers"
    assert codes(harvest) == {"osm-gone": 2, "osm-private": 2}


@pytest.mark.parametrize(
    ("side", "tags", "kept"),
    [(12, {}, False), (13, {}, True), (5, {"name": "Badet"}, True), (50, {"access": "private"}, False),
     (50, {"name": "Mitt", "access": "private"}, False)],
)  # fmt: skip
def test_garden_pools_are_no_bathing_places(tmp_path: Path, side: int, tags: dict[str, str], kept: bool) -> None:
    world = OsmWorld()
    world.area(square(0, 0, side), leisure="swimming_pool", **tags)
    world.node(900, 0, amenity="library")
    rows = assets(world, tmp_path)
    assert ("bathing_place" in set(rows["category"])) is kept
    assert not rows["tags"].str.contains("@area").any()


# -- each once -----------------------------------------------------------------------------------------------------


def test_a_playground_drawn_twice_is_one_with_the_tags_of_both(tmp_path: Path) -> None:
    world = OsmWorld()
    area = world.area(square(0, 0, 40), leisure="playground", surface="sand")
    inside = world.node(20, 20, id=500, leisure="playground", name="Leken", surface="grass", wheelchair="yes")
    harvest = found(world, tmp_path)
    (row,) = harvest.assets.to_dict("records")
    assert row["source_id"] == f"way/{area}"
    assert row["name"] == "Leken"
    assert row["wheelchair"] == "yes"
    tags = json.loads(row["tags"])
    assert tags["surface"] == "sand"
    assert tags["@also"] == f"node/{inside}"
    assert codes(harvest) == {"osm-duplicate": 1}


@pytest.mark.parametrize(("metres", "count"), [(20, 1), (24, 1), (27, 2)])
def test_a_point_beside_an_area_is_the_same_within_the_distance_of_its_category(
    tmp_path: Path, metres: int, count: int
) -> None:
    world = OsmWorld()
    world.area(square(0, 0, 40), leisure="playground")
    world.node(40 + metres, 20, leisure="playground")
    assert len(assets(world, tmp_path)) == count


@pytest.mark.parametrize(
    ("area", "point", "count"),
    [
        ({"amenity": "school", "name": "Torshov skole"}, {"amenity": "school", "name": "Torshov Skole"}, 1),
        ({"amenity": "school", "name": "Torshov skole"}, {"amenity": "school", "name": "Lilleborg skole"}, 2),
        ({"amenity": "school", "name": "Torshov skole"}, {"amenity": "school"}, 1),
        ({"shop": "books", "name": "Bok"}, {"shop": "florist"}, 2),
        ({"amenity": "clinic", "name": "Legehuset"}, {"amenity": "dentist"}, 2),
        ({"tourism": "museum", "name": "Museet"}, {"amenity": "library"}, 2),
    ],
)
def test_other_names_and_other_things_are_not_the_same(
    tmp_path: Path, area: dict[str, str], point: dict[str, str], count: int
) -> None:
    world = OsmWorld()
    world.area(square(0, 0, 40), **area)
    world.node(20, 20, id=500, **point)
    assert len(assets(world, tmp_path)) == count


def test_several_shops_in_one_nameless_house_are_its_tenants(tmp_path: Path) -> None:
    world = OsmWorld()
    world.area(square(0, 0, 60), building="retail", shop="clothes")
    world.node(10, 20, shop="clothes", name="Hansen")
    world.node(40, 20, shop="clothes", name="Olsen")
    assert len(assets(world, tmp_path)) == 3


def test_a_relation_and_its_outer_way_are_one(tmp_path: Path) -> None:
    world = OsmWorld()
    outer = world.area(square(0, 0, 100), leisure="park", name="Parken")
    inner = world.area(square(40, 40, 10))
    world.relation(
        [("way", outer, "outer"), ("way", inner, "inner")], type="multipolygon", leisure="park", name="Parken"
    )
    assert len(assets(world, tmp_path)) == 1


def test_two_points_are_two_things(tmp_path: Path) -> None:
    world = OsmWorld()
    world.node(0, 0, amenity="bench")
    world.node(1, 0, amenity="bench")
    assert len(assets(world, tmp_path)) == 2


def test_the_library_in_the_culture_house_is_part_of_it(tmp_path: Path) -> None:
    world = OsmWorld()
    world.area(square(0, 0, 400), leisure="park", name="Parken")
    house = world.area(square(50, 50, 60), amenity="arts_centre", name="Kulturhuset")
    library = world.node(80, 80, id=500, amenity="library", name="Biblioteket")
    done = conform(found(world, tmp_path)).assets.reset_index().set_index("source_id")
    assert done["part_of"][f"node/{library}"] == done["id"][f"way/{house}"]
    assert done["part_of"][f"way/{house}"] == done["id"]["way/1"]
    assert done["part_of"].isna()["way/1"]


# -- what it is called ---------------------------------------------------------------------------------------------


def row_of(folder: Path, **tags: str) -> dict[str, Any]:
    world = OsmWorld()
    world.way([(-200, 0), (500, 0)], highway="residential", name="Storgata")
    world.way([(-200, 150), (500, 150)], highway="residential", name="Lillegata")
    world.node(0, 30, **{"amenity": "library", **tags})
    row: dict[str, Any] = assets(world, folder).to_dict("records")[0]
    return row


def test_names_by_language(tmp_path: Path) -> None:
    tags = {"name": "Karasjok / Kárášjohka", "name__no": "Karasjok", "name__se": "Kárášjohka",
            "name__nb": "Karasjok bibliotek",
            "name__etymology": "no", "name__zh_pinyin": "x", "old_name": "y"}  # fmt: skip
    row = row_of(tmp_path, **tags)
    assert row["name"] == "Karasjok / Kárášjohka"
    assert json.loads(row["names"]) == {"no": "Karasjok", "se": "Kárášjohka", "nb": "Karasjok bibliotek"}
    assert row["near"] != row["near"]


def test_what_has_no_name_is_near_a_street(tmp_path: Path) -> None:
    assert row_of(tmp_path)["near"] == "Storgata"
    assert row_of(tmp_path, official_name="Byens bibliotek")["name"] == "Byens bibliotek"


def test_tags_become_columns(tmp_path: Path) -> None:
    row = row_of(
        tmp_path, addr__street="Storgata", addr__housenumber="7B", addr__postcode="0001", addr__city="By",
        website="https://x.no",
        opening_hours="Mo-Fr 8-16", wheelchair="limited", operator="Kommunen", description="Stille", capacity="40",
    )  # fmt: skip
    assert row["address"] == "Storgata 7B, 0001 By"
    assert (row["website"], row["opening_hours"], row["wheelchair"]) == ("https://x.no", "Mo-Fr 8-16", "limited")
    assert (row["operator"], row["description"], row["capacity"]) == ("Kommunen", "Stille", 40)


@pytest.mark.parametrize(
    ("tags", "capacity"),
    [({"capacity": "40"}, 40), ({"capacity": "ca. 40"}, None), ({"capacity": "-4"}, None), ({"seats": "12"}, 12),
     ({"capacity": "1e9"}, None), ({"capacity": "no", "beds": "8"}, 8), ({"capacity:persons": "5"}, 5)],
)  # fmt: skip
def test_capacity_is_a_plain_number_or_nothing(tmp_path: Path, tags: dict[str, str], capacity: float | None) -> None:
    value = row_of(tmp_path, **{k.replace(":", "__"): v for k, v in tags.items()})["capacity"]
    assert value == capacity if capacity is not None else value != value


# -- who may see it ------------------------------------------------------------------------------------------------


def test_refuges_are_withheld_and_social_help_waits(tmp_path: Path) -> None:
    world = OsmWorld()
    help_ = {"amenity": "social_facility", "social_facility": "shelter"}
    world.node(0, 0, id=1, **help_, social_facility__for="abused")
    world.node(0, 50, id=2, **help_, name="Krisesenteret i Byen")
    world.node(0, 100, id=3, **help_, name__sv="Kvinnojouren")
    world.node(0, 150, id=4, **help_, operator="Danmarks Kvindekrisecentre")
    world.node(0, 200, id=5, **help_, social_facility__for="homeless", name="Natthjemmet")
    done = conform(found(world, tmp_path))
    assert done.assets["source_id"].tolist() == ["node/5"]
    assert done.assets["review"].tolist() == ["pending"]
    assert [i.message.count for i in done.issues if i.code == "protected-place"] == [4]


CALL = "Ring Ola 91 23 45 67, ola@fram.no"


@pytest.mark.parametrize(
    "key", ["description", "description:nb", "note", "fixme", "operator", "comment", "access:note"]
)
def test_contacts_in_free_text_go_and_are_counted(tmp_path: Path, key: str) -> None:
    world = OsmWorld()
    world.node(0, 0, amenity="library", name="Biblioteket", **{key.replace(":", "__"): f"Stille. {CALL}"})
    harvest = found(world, tmp_path)
    written = harvest.assets.to_json() + " ".join(str(i.message) for i in harvest.issues)
    for secret in ("Ola", "91 23 45 67", "ola@fram.no"):
        assert secret not in written
    assert json.loads(harvest.assets["tags"].iat[0])[key] == "Stille. Ring […] […], […]"
    assert codes(harvest) == {"osm-contact": 1}
    assert harvest.private.empty


@pytest.mark.parametrize(
    ("key", "text", "public"),
    [
        ("note", "91234567", ""),
        ("note", "Nøkkel hos Kari Nordmann, Storgata 5", "Nøkkel hos […]"),
        ("operator", "Sagene vel v/ Kari Nordmann", "Sagene vel […]"),
        ("operator", "Thorvaldsens Museum v/Københavns Kommune", "Thorvaldsens Museum v/Københavns Kommune"),
        ("lock_box", "tlf. 91 23 45 67", ""),
        ("booking", "+47 912 34 567", ""),
        ("booking", "ola@fram.no", ""),
        ("opening_hours", 'Mo-Fr 10:00-16:00 "ring Ola 91 23 45 67"', 'Mo-Fr 10:00-16:00 "ring […] […]"'),
        ("opening_hours", '"ola@fram.no"', ""),
        ("opening_hours", 'Mo-Fr 10:00-16:00 "by appointment"', 'Mo-Fr 10:00-16:00 "by appointment"'),
        ("opening_hours", "Mo-Fr 0800 1600; PH off; 20240101 20241231", "Mo-Fr 0800 1600; PH off; 20240101 20241231"),
        ("website", "mailto:ola@fram.no", ""),
        ("website", "https://fram.no;mailto:ola@fram.no", "https://fram.no"),
        ("website", "https://fram.no/91234567?tlf=22334455", "https://fram.no/91234567?tlf=22334455"),
        ("contact:facebook", "https://facebook.com/100064512345678", "https://facebook.com/100064512345678"),
        ("image", "https://flickr.com/photos/12345678@N00/91234567", "https://flickr.com/photos/12345678@N00/91234567"),
        ("ref", "91234567", "91234567"),
        ("ref:DK:cvr:pnummer", "1012345678", "1012345678"),
        ("operator:wikidata", "Q21710338", "Q21710338"),
        ("brand:wikidata", "Q54869493", "Q54869493"),
        ("capacity", "22334455", "22334455"),
        ("koes_id", "30700058", "30700058"),
        ("addr:street", "Kontakt Ola Hansens vej", "Kontakt Ola Hansens vej"),
        ("contact:street", "Herjedalgade 6 v/Vermlandsgade", "Herjedalgade 6 v/Vermlandsgade"),
        ("name", "Ring Ola Nordmann", "Ring Ola Nordmann"),
        ("artist_name", "Kari Nordmann", "Kari Nordmann"),
        ("sport", "soccer;basketball", "soccer;basketball"),
        ("start_date", "1912-03-04", "1912-03-04"),
    ],
)
def test_what_is_no_contact_stays_as_it_is(key: str, text: str, public: str) -> None:
    assert public_text(key, text) == public


@pytest.mark.parametrize(
    "name",
    ["Dr. Kari Normann", "Læge Hans Pedersen", "Hans Pedersen, læge", "Tannlege Ola Hansen", "Lægerne Hansen og Olsen",
     "Tannlegene Kari Nordmann & Ola Hansen", "Fysioterapeut Anne Lund", "Dr. Berg", "Dr. K. Normann", "Kari Normann",
     "Dr Cayetano Guerra Manrique de Lara, médico"],
)  # fmt: skip
def test_a_doctors_own_name_is_not_shown_but_the_place_is(tmp_path: Path, name: str) -> None:
    row = row_of(tmp_path, amenity="doctors", name=name, name__nb=name, operator=name)
    assert row["category"] == "health_service"
    assert row["geometry"] is not None
    assert row["near"] == "Storgata"
    assert all(row[column] != row[column] for column in ("name", "names", "operator"))
    assert name not in row["tags"]


@pytest.mark.parametrize(
    "name",
    ["Legene i Storgata", "Sindal Lægehus", "Sagene Legesenter", "Tannlege Sentrum", "Lægerne Østerbro", "Dr.Dropin",
     "Boots", "Oslo Legevakt", "Legekontoret Hansen", "Tandklinikken Kari Hansen", "Martina Hansens Hospital"],
)  # fmt: skip
def test_what_a_health_service_calls_itself_stays(tmp_path: Path, name: str) -> None:
    assert row_of(tmp_path, amenity="doctors", name=name)["name"] == name


def test_other_places_keep_the_names_of_people(tmp_path: Path) -> None:
    assert row_of(tmp_path, name="Kari Nordmann")["name"] == "Kari Nordmann"


HOSTILE = "<script>alert(1)</script>{{7*7}} \"'\u202e🙂" + "x" * 10_000


def test_hostile_names_pass_as_plain_text(tmp_path: Path) -> None:
    row = row_of(tmp_path, name=HOSTILE[:250], name__nb=HOSTILE[:250])
    assert row["name"] == HOSTILE[:250]
    assert json.loads(row["names"])["nb"] == HOSTILE[:250]


def test_a_file_without_assets_gives_none(tmp_path: Path) -> None:
    world = OsmWorld()
    world.way([(0, 0), (500, 0)], highway="residential")
    harvest = found(world, tmp_path)
    assert len(harvest.assets) == 0
    assert len(conform(harvest).assets) == 0


# -- real quarters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "least"),
    [("copenhagen_christianshavn_2017.sorted.osm.pbf", {"playground": 20, "park_green": 30, "school": 5,
                                                       "cafe_eatery": 100}),
     ("oslo_skoyen_2017.osm.pbf", {"cafe_eatery": 5, "local_shop_service": 10}),
     ("sindal_town_2015.osm", {"school": 3, "playground": 4})],
)  # fmt: skip
def test_real_quarters_keep_the_promise(shared: Path, name: str, least: dict[str, int]) -> None:
    data = read_osm(shared / "osm" / name)
    done = conform(harvest_osm(data))
    counts = done.assets["category"].value_counts()
    assert {key: n for key, n in least.items() if counts.get(key, 0) < n} == {}
    assert done.assets.index.is_unique
    assert shapely.is_valid(done.assets.geometry.to_numpy()).all()
    hosts = done.assets["part_of"].dropna()
    assert hosts.isin(done.assets.index).all()
    assert done.assets["attribution"].eq("© OpenStreetMap contributors").all()
    assert done.assets["data_date"].nunique() == 1
    nameless = done.assets[done.assets["name"].isna()]
    assert nameless["near"].notna().mean() > 0.5


def test_christianshavn_has_the_playgrounds_its_map_counts(shared: Path) -> None:
    data = read_osm(shared / "osm" / "copenhagen_christianshavn_2017.sorted.osm.pbf")
    raw = data.features["tags"].map(lambda tags: tags.get("leisure") == "playground").sum()
    harvest = harvest_osm(data)
    kept = (harvest.assets["category"] == "playground").sum()
    assert raw == 26
    assert 20 <= kept <= raw
