"""The page holds the data as data: no host is asked, nothing that was typed becomes markup or template."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from assetmap.errors import CRSError, DisclosureError, InputError, UnknownKey
from assetmap.i18n import languages
from assetmap.maps.badge import SHAPES, badge, icons
from assetmap.maps.draw import draw, write_html
from assetmap.maps.page import asset_file, assets_version, content_security_policy, page
from assetmap.maps.payload import payload
from assetmap.maps.safe import folium
from assetmap.maps.sheet import FILES, inert_json
from assetmap.maps.words import WORDS
from assetmap.messages import M
from assetmap.model.audience import Audience
from assetmap.model.finding import Finding
from assetmap.model.inventory import Inventory
from assetmap.model.neighbourhood import Neighbourhood
from assetmap.model.provenance import OSM_ATTRIBUTION, Provenance
from assetmap.model.taxonomy import taxonomy
from tests.hostile import HOSTILE

BOUNDARY = shapely.box(12.58, 55.66, 12.61, 55.68)
OSM = Provenance("osm", "OpenStreetMap", "ODbL-1.0", OSM_ATTRIBUTION, "2026-11-01")


def place(name: str = "Christianshavn") -> Neighbourhood:
    return Neighbourhood(name, BOUNDARY, gpd.GeoDataFrame(geometry=[], crs=4326))


def inventory(*rows: dict[str, Any], name: str = "Christianshavn", **more: Any) -> Inventory:
    """Assets in a row from west to east; each row may say what differs."""
    plain = {"category": "playground", "audience": "public", "review": "ok", "location_precision": "exact",
             "source": "osm", "licence": "ODbL-1.0", "attribution": OSM_ATTRIBUTION,
             "retrieved": "2026-11-01"}  # fmt: skip
    places = [{"source_id": str(i), "geometry": shapely.Point(12.59 + i / 1000, 55.67)} for i in range(len(rows))]
    full = [{**plain, **where, **row} for where, row in zip(places, rows, strict=True)]
    for row in full:
        row["kind"] = taxonomy()[row["category"]].kind
    frame = gpd.GeoDataFrame(full, geometry="geometry", crs=4326, index=[f"asset-{i}" for i in range(len(full))])
    return Inventory(frame, place(name), provenance=(OSM,), **more)


def coverage() -> Finding:
    frame = gpd.GeoDataFrame(
        {"minutes": [3.14, 12.0, None, None], "covered": [True, False, False, False],
         "linked": [True, True, True, False], "people": [2.0, 3.0, 1.0, 4.0]},
        geometry=[shapely.Point(12.59 + i / 1000, 55.671) for i in range(4)], crs=4326,
    )  # fmt: skip
    title, sentence = M("Playground within {n} minutes", n=10), M("{n} of 10 people", n=2)
    return Finding("coverage", title, sentence, frame, "minutes", "minutes", {"unit": "people"}, provenance=(OSM,))


def gaps(name: str = "Café") -> Finding:
    frame = gpd.GeoDataFrame(
        {"people": [40.26, 8.0, 0.0], "share": [1.0, 0.5, 0.0],
         "strengths": [[{"name": name, "category": "cafe_eatery", "minutes": 2.6}], [], []]},
        geometry=[shapely.box(12.59 + i / 1000, 55.67, 12.591 + i / 1000, 55.671) for i in range(3)], crs=4326,
    )  # fmt: skip
    return Finding("gaps", M("Gaps"), M("48 people"), frame, "people", "people", {"unit": "people"})


def carried(text: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_assets_are_sent_as_columns_in_the_order_of_the_table() -> None:
    library = {"category": "library", "name": None, "website": "https://b.example"}
    data = payload(inventory({"name": "Legepladsen"}, library), lang="da")
    assert data["assets"] == {
        "id": ["asset-0", "asset-1"], "name": ["Legepladsen", ""], "cat": [1, 0],
        "lon": [12590000, 12591000], "lat": [55670000, 55670000], "more": {"website": {"1": "https://b.example"}},
    }  # fmt: skip
    assert [c["label"] for c in data["categories"]] == ["Folkebibliotek", "Legeplads"]
    assert [k["key"] for k in data["kinds"]] == ["institutions", "places"]
    assert data["bounds"] == [12.58, 55.66, 12.61, 55.68]
    assert data["attribution"] == [{"text": OSM_ATTRIBUTION, "url": "https://www.openstreetmap.org/copyright"}]
    json.dumps(data, allow_nan=False)


def test_benches_and_stops_are_drawn_but_not_called_assets_of_the_community() -> None:
    data = payload(inventory({}, {"category": "everyday_amenity"}))
    assert [kind["key"] for kind in data["kinds"]] == ["places", "context"]
    assert [(c["key"], c["kind"]) for c in data["categories"]] == [("playground", 0), ("everyday_amenity", 1)]


def test_a_polygon_is_pinned_inside_itself_and_what_has_no_place_is_counted() -> None:
    crescent = shapely.box(12.59, 55.66, 12.6, 55.67) - shapely.box(12.592, 55.661, 12.6, 55.669)
    data = payload(inventory({"geometry": crescent}, {"geometry": None, "location_precision": "none"}))
    pin = shapely.Point(data["assets"]["lon"][0] / 1e6, data["assets"]["lat"][0] / 1e6)
    assert crescent.contains(pin)
    assert len(data["assets"]["id"]) == 1
    assert data["unplaced"] == 1


def test_only_what_the_audience_may_see_is_sent() -> None:
    mixed = inventory(
        {"name": "open"}, {"name": "waiting", "review": "pending"}, {"name": "staff", "audience": "staff"},
        {"name": "a gift", "category": "gifts_hand"}, audience=Audience.connector,
    )  # fmt: skip
    assert payload(mixed)["assets"]["name"] == ["open"]
    assert payload(mixed, audience="staff")["assets"]["name"] == ["open", "waiting", "staff"]
    assert payload(mixed.frame)["assets"]["name"] == ["open"]
    with pytest.raises(DisclosureError):
        payload(coverage().replace(audience=Audience.staff))


def test_no_column_that_is_not_asked_for_leaves() -> None:
    secret = inventory({"name": "Klub", "tags": '{"phone": "12345678"}', "contact": "Kari 87654321"})
    assert not re.search("12345678|87654321|Kari", json.dumps(payload(secret)))


def test_homes_are_sent_by_state_and_people_only_as_sums() -> None:
    (_, layer) = payload(inventory({}), coverage())["layers"]
    assert layer["state"] == [0, 1, 2, 3]
    assert layer["counts"] == [2, 3, 1, 4]
    assert layer["minutes"] == [31, 120, -1, -1]
    assert (layer["label"], layer["note"]) == ("Playground within 10 minutes", "2 of 10 people")
    assert "people" not in layer


def test_gaps_are_sent_largest_first_with_their_strengths() -> None:
    (layer,) = payload(gaps(), lang="nb")["layers"]
    assert layer["people"] == [40.3, 8.0]
    label = taxonomy()["cafe_eatery"].label("nb")
    assert layer["strengths"] == [[{"name": "Café", "category": label, "minutes": 3}], []]


def test_walk_areas_say_from_where_or_to_what() -> None:
    frame = gpd.GeoDataFrame({"minutes": [5.0]}, geometry=[BOUNDARY], crs=4326)
    assert payload(frame)["layers"][0]["label"] == "On foot from here"
    frame.attrs["title"] = M("Ground within reach: {what}", what=[taxonomy()["playground"].said])
    assert payload(frame)["layers"][0]["label"] == "Ground within reach: Playground"
    assert payload(frame, lang="nb")["layers"][0]["label"] == "Områder innen rekkevidde: Lekeplass"


def test_what_was_asked_in_metres_is_told_in_metres() -> None:
    asked = coverage()
    assert "metres" not in payload(asked)["layers"][0]
    frame = asked.frame.assign(metres=[140.4, 700.0, None, None])
    in_metres = replace(asked, frame=frame, parameters={"norm": "no_common_near_play"}, summary={"minutes": None})
    assert payload(in_metres)["layers"][0]["metres"] == [140, 700, -1, -1]


def test_walk_areas_keep_their_holes_and_layers_have_ids() -> None:
    ring = shapely.Point(720000, 6175000).buffer(400) - shapely.Point(720000, 6175000).buffer(100)
    walk = gpd.GeoDataFrame({"minutes": [10, 5]}, geometry=[ring, ring.buffer(-50)], crs=25832)
    data = payload(walk, place(), place("again"), walk)
    assert [layer["id"] for layer in data["layers"]] == ["boundary", "walk", "walk-2"]
    areas = data["layers"][1]["areas"]
    assert [a["minutes"] for a in areas] == [5, 10]
    assert [len(polygon) for polygon in areas[1]["polygons"]] == [2]


def test_what_was_found_nearby_is_pinned_with_its_minutes() -> None:
    found = inventory({"name": "Near"}).frame.assign(minutes=4.04)
    nearby = Finding("nearby", M("Nearby"), M("One"), found, "minutes", "minutes", {"at": [55.67, 12.6]})
    alone, joined = payload(nearby), payload(inventory({"name": "Near"}, {"name": "Far"}), nearby)
    assert alone["assets"]["more"]["minutes"] == joined["assets"]["more"]["minutes"] == {"0": 4.0}
    assert joined["assets"]["name"] == ["Near", "Far"]
    assert alone["layers"][0]["at"] == [12600000, 55670000]


def test_a_plain_frame_is_drawn_as_what_it_is() -> None:
    places = gpd.points_from_xy([720000, 720100], [6175000, 6175000])
    assets = gpd.GeoDataFrame({"category": ["park_green", "unheard_of"]}, geometry=places, crs=25832)
    lines = gpd.GeoDataFrame(geometry=[shapely.LineString([(12.5, 55.6), (12.6, 55.7)]), BOUNDARY], crs=4326)
    data = payload(assets, lines)
    assert [c["key"] for c in data["categories"]] == ["park_green"]
    assert data["layers"][0]["lines"] == [[12500000, 55600000, 12600000, 55700000]]
    assert len(data["layers"][0]["areas"]) == 1
    with pytest.raises(CRSError):
        payload(gpd.GeoDataFrame(geometry=[BOUNDARY]))
    with pytest.raises(InputError, match="A dict cannot be drawn"):
        payload({})  # type: ignore[arg-type]


def test_nothing_at_all_is_an_empty_map() -> None:
    data = payload()
    assert (data["assets"]["id"], data["layers"], data["bounds"]) == ([], [], None)
    assert "Nothing is mapped here yet." in page(data=data)


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────────


def every_page() -> dict[str, str]:
    whole = (inventory({"name": "Byens plads"}), coverage(), gaps())
    return {
        "app": page(lang="nb", assets="/assets/map/0/", basemap="/basemap/0.pmtiles", hosted=True),
        "file": page(lang="da", data=payload(*whole), basemap=b"PMTiles"),
        "notebook": html.unescape(draw(*whole)._repr_html_()),
    }


@pytest.mark.parametrize("kind", ["app", "file", "notebook"])
def test_no_outside_host_is_asked(kind: str) -> None:
    text = every_page()[kind]
    assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//|@import|sourceMappingURL", text)
    ours = text
    for path in FILES.values():  # what vendored scripts could ask for is seen in the browser
        ours = ours.replace(path.read_text(encoding="utf-8"), "")
    assert not re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", ours)
    hosts = set(re.findall(r"https?://([\w.-]+)", ours))
    assert hosts <= {"www.openstreetmap.org"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_every_page(text: str, tmp_path: Path) -> None:
    things = (inventory({"name": text, "address": text, "description": text, "website": text}, name=text), gaps(text))
    drawn = str(draw(*things).get_root().render())
    written = write_html(tmp_path / "map.html", *things, basemap=b"PMTiles").read_text(encoding="utf-8")
    sent = page(data=payload(*things), title=text)
    calm = str(draw(inventory({"name": "calm"}, name="calm"), gaps("calm")).get_root().render())
    for one in (drawn, written, sent):
        data = carried(one, "am-data")
        assert data["assets"]["name"] == [text]
        assert data["layers"][1]["strengths"][0][0]["name"] == text
        outside = re.sub(r'<script type="application/json".*?</script>', "", one, flags=re.DOTALL)
        assert one.count("<script") == calm.count("<script") + (1 if one is written else 0)
        assert outside.count(text) <= calm.count(text) or text == html.escape(text)


def test_json_in_a_script_element_survives_a_template_and_a_parser() -> None:
    data = ["</script><script>", "<!--", "{{ 1 }}", "{% if %}", "{#", "\u2028", {"{{": 1}]
    text = inert_json(data)
    assert json.loads(text) == data
    assert not re.search(r"<|\{\{|\{%|\{#|\u2028", text)


def test_the_page_says_its_language_and_lets_people_zoom() -> None:
    for lang in languages():
        text = page(lang=lang)
        assert f'<html lang="{lang}">' in text
        assert "user-scalable" not in text
        assert "maximum-scale" not in text
        assert set(carried(text, "am-config")["words"]) == set(WORDS)
    with pytest.raises(UnknownKey):
        page(lang="xx")


def test_the_same_arguments_give_the_same_page() -> None:
    assert page(lang="nb", assets="/a/", hosted=True) == page(lang="nb", assets="/a/", hosted=True)


def test_the_policy_allows_this_page_and_no_other_script_or_host() -> None:
    text = page(assets="/a/", hosted=True)
    policy = content_security_policy(text)
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert "http" not in policy
    tiles = content_security_policy(text, "https://{s}.tiles.example/{z}/{x}/{y}.png?key=1")
    assert "img-src 'self' data: https://*.tiles.example;" in tiles


def test_online_tiles_are_a_choice_that_the_page_carries() -> None:
    text = page(tiles="https://t.example/{z}/{x}/{y}.png", tiles_attribution="© T", basemap=b"P")
    config = carried(text, "am-config")
    assert config["tiles"] == {"url": "https://t.example/{z}/{x}/{y}.png", "attribution": "© T"}
    assert config["basemap"] == {"inline": True}


def test_every_file_that_the_page_asks_for_is_there_and_nothing_else() -> None:
    text = page(assets="/assets/")
    asked = re.findall(r'(?:src|href)="/assets/([^"]+)"', text)
    assert asked == list(FILES)
    for name in asked:
        path = asset_file(name)
        assert path is not None
        assert path.is_file()
    assert asset_file("../sheet.py") is None
    assert asset_file("NOTICE") is None
    assert re.fullmatch("[0-9a-f]{16}", assets_version())


def own_scripts() -> dict[str, str]:
    return {name: path.read_text(encoding="utf-8") for name, path in FILES.items() if path.parent.name == "static"}


def test_our_scripts_never_parse_markup() -> None:
    banned = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|DOMParser"
    assert {name: found for name, text in own_scripts().items() if (found := re.findall(banned, text))} == {}


def test_every_word_that_the_scripts_say_exists_and_none_is_idle() -> None:
    scripts = "".join(own_scripts().values())
    said = set(re.findall(r'say\(\s*"(\w+)"', scripts))
    assert said <= set(WORDS)
    assert set(WORDS) - said <= set(re.findall(r'"(\w+)"', scripts)) | {"noscript"}


def test_every_category_has_its_icon() -> None:
    assert {category.icon for category in taxonomy().values()} <= set(icons())


def test_draw_gives_a_folium_map_to_which_layers_can_be_added() -> None:
    drawn = draw(inventory({"name": "x"}))
    assert isinstance(drawn, folium.Map)
    folium.CircleMarker([55.67, 12.59], radius=4).add_to(drawn)
    text = drawn.get_root().render()
    assert text.index("assetmap.start(map_assetmap)") < text.index("L.circleMarker(")


def test_a_written_map_replaces_the_old_one_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "kort.html"
    path.write_text("old")
    with pytest.raises(DisclosureError):
        write_html(path, coverage().replace(audience=Audience.staff))
    assert path.read_text() == "old"
    assert write_html(path, place()) == path
    assert "<title>Christianshavn</title>" in path.read_text(encoding="utf-8")
    assert "Content-Security-Policy" in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(InputError, match=r"does not end in \.html"):
        write_html(tmp_path / "map.png", place())
    with pytest.raises(InputError, match="folder"):
        write_html(tmp_path / "none" / "map.html", place())


def test_every_category_has_a_badge_in_the_colour_and_shape_of_its_pins() -> None:
    known = taxonomy()
    for key, category in known.items():
        picture = badge(key)
        assert picture is not None
        shape = "circle" if category.role == "context" else known.kinds[category.kind].shape
        assert SHAPES[shape] in picture
        assert icons()[category.icon] in picture
    for key, kind in known.kinds.items():
        assert f'fill="{kind.colour}"' in str(badge(key))
    assert badge("../secret") is None
