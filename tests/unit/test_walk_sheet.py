"""Can the sheet be printed and taken along: every stop on it, nothing fetched, nothing run, nobody named?"""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from defusedxml import ElementTree

from assetmap.errors import DisclosureError, UnknownKey
from assetmap.messages import M
from assetmap.model.crs import WGS84
from assetmap.reports.walk_labels import apart, street_names
from assetmap.reports.walk_map import HEIGHT, WIDTH, Paper, walk_map
from assetmap.reports.walk_sheet import walk_sheet
from assetmap.upkeep.doubt import doubts
from assetmap.upkeep.tour import Walk, verification_walk
from assetmap.walk.legs import distances, legs
from tests.hostile import HOSTILE
from tests.towns import assets_at
from tests.worlds import grid, lonlat, moved

TODAY = datetime.date(2026, 11, 22)
START = shapely.Point(lonlat(0, 0))
SPOTS = [(100.0, 0.0), (300.0, 0.0), (300.0, 300.0), (0.0, 200.0)]


def planned(assets: gpd.GeoDataFrame, streets: bool = True) -> tuple[Walk, pd.DataFrame]:
    network = grid()
    found = doubts(assets, TODAY)
    if not streets:
        return verification_walk(found["doubt"], assets.geometry, START), found
    return verification_walk(
        found["doubt"], assets.geometry, START,
        metres=lambda points: distances(network, points), legs=lambda points: legs(network, points),
    ), found  # fmt: skip


def sheet(assets: gpd.GeoDataFrame, streets: bool = True, **options: Any) -> str:
    walk, found = planned(assets, streets)
    return walk_sheet(walk, assets, found, **{"day": TODAY, "network": grid() if streets else None, **options})


def old(**columns: Any) -> gpd.GeoDataFrame:
    return assets_at(*SPOTS, **{"retrieved": "2020-01-01", "data_date": "2020-01-01", **columns})


class Elements(HTMLParser):
    """What stands on a page: its elements with their attributes, and its words outside of style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._style = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._style and data.strip():
            self.words.append(data.strip())

    def count(self, name: str) -> int:
        return sum(attrs.get("class") == name for _, attrs in self.elements)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def test_every_stop_is_there_with_boxes_and_lines_to_write_on() -> None:
    page = Elements(sheet(old(), place="Rutenett"))
    assert (page.count("stop"), page.count("box"), page.count("line")) == (4, 12, 8)
    for words in (
        "Walk to check the map: Rutenett", "4 stops, 1.2 km, about 27 minutes", "Planned on November 22, 2026.",
        "Still there", "Changed", "Gone", "Walked on", "Seen on the way, and missing from the map", "m from the start",
        "m from stop 3", "back to the start", "© OpenStreetMap contributors",
    ):  # fmt: skip
        assert words in page.text, words
    assert {f"playground/{i}" for i in range(4)} <= set(page.words)


def test_what_is_known_and_why_it_is_doubtful_stand_at_the_stop() -> None:
    mixed = old(address=["Storgata 1", None, None, None], wheelchair=["limited", None, None, None],
                review=["pending", "ok", "ok", "ok"])  # fmt: skip
    page = Elements(sheet(mixed, audience="staff"))
    for words in ("Address", "Storgata 1", "Partly step-free", "It waits for somebody's look."):
        assert words in page.words
    assert page.text.count("Nobody has confirmed it on the spot yet.") == 1, "said once, as it is so at every stop"
    assert "At every stop: What the source says is 6 years old." in page.text


def test_what_has_no_name_is_called_by_its_category_and_street() -> None:
    page = Elements(sheet(old(name=None, near="Storgata"), lang="nb"))
    assert page.words.count("Lekeplass") == 4
    assert "nær Storgata" in page.text


def test_a_name_in_the_readers_language_comes_first() -> None:
    page = Elements(sheet(old(names='{"da": "Legepladsen", "no": "Lekeplassen"}'), lang="nb"))
    assert page.words.count("Lekeplassen") == 4


def test_it_asks_nobody_for_anything() -> None:
    page = sheet(old(website="https://example.org/"), addresses=addresses())
    elements = Elements(page)
    assert {tag for tag, _ in elements.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "form",
        "input",
        "a",
        "object",
    } == set()
    assert not [value for _, attrs in elements.elements for name, value in attrs.items() if name in ("src", "href")]
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page
    assert "@page { size: A4" in page


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_words_stay_words(number: str | int) -> None:
    word = HOSTILE[int(number)]
    assets = old(name=word, address=word, operator=word, opening_hours=word, website=word, wheelchair=word, near=word,
                 attribution=word)  # fmt: skip
    page = sheet(assets, place=word, addresses=addresses().assign(street=word), credits=[word])
    plain = Elements(sheet(old(address="x", operator="x", opening_hours="x", website="x", wheelchair="x"), place="x"))
    found = Elements(page)
    known = {tag for tag, _ in plain.elements} | {"text", "circle", "g"}
    assert {tag for tag, _ in found.elements} <= known
    assert not [name for _, attrs in found.elements for name in attrs if name.startswith("on")]
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b\u202a-\u202e\u2066-\u2069]", page)
    assert len(page) < 200_000, "a name of ten thousand letters is cut"
    page.encode("utf-8")


def test_what_the_audience_may_not_see_is_not_printed() -> None:
    for hidden in ({"review": ["pending", "ok", "ok", "ok"]}, {"audience": ["staff", "public", "public", "public"]}):
        with pytest.raises(DisclosureError, match="public may not see"):
            sheet(old(**hidden))
        assert "Still there" in sheet(old(**hidden), audience="staff")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UnknownKey):
        sheet(old(), lang="xx")


def test_a_walk_without_stops_is_a_page_that_says_so() -> None:
    page = Elements(sheet(old(confirmed=TODAY.isoformat())))
    assert "This walk has no stop." in page.text
    assert (page.count("map"), page.count("stop")) == (0, 0)


def test_one_stop_is_said_as_one_and_has_its_own_reasons() -> None:
    page = Elements(sheet(assets_at((100.0, 0.0), retrieved="2020-01-01", data_date=None)))
    assert "One stop, 0.2 km, about 6 minutes" in page.text
    assert "At every stop:" not in page.text
    assert "Nobody has confirmed it on the spot yet." in page.words


def addresses() -> gpd.GeoDataFrame:
    spots = [moved(shapely.Point(x, 105)) for x in range(120, 400, 20)]
    return gpd.GeoDataFrame({"street": "Storgata"}, geometry=spots, crs=25832, index=range(len(spots)))


def svg(streets: bool = True, names: bool = True) -> Any:
    walk, _ = planned(old(), streets)
    return ElementTree.fromstring(walk_map(walk, "Map", grid() if streets else None, addresses() if names else None))


def words_of(tree: Any) -> list[str]:
    return [node.text for node in tree.iter() if node.tag.endswith("text")]


def test_the_map_has_numbers_north_and_a_true_scale() -> None:
    tree = svg()
    assert {"1", "2", "3", "4", "N", "Storgata", "100 m"} <= set(words_of(tree))
    bar = next(n.get("d") for n in tree.iter() if n.tag.endswith("path") and (n.get("d") or "").startswith("M0-8V0H"))
    walk, _ = planned(old())
    paper = Paper.around([walk.start, *walk.points, walk.geometry])
    east = paper.draw([shapely.Point(lonlat(0, 0)), shapely.Point(lonlat(100, 0))])
    drawn = east[0].distance(east[1])
    assert float(re.findall(r"H([\d.]+)", bar)[0]) == pytest.approx(drawn, rel=0.002)


def test_north_is_up_and_everything_is_on_the_paper() -> None:
    walk, _ = planned(old())
    paper = Paper.around([walk.start, *walk.points, walk.geometry])
    here, north = paper.draw([walk.start, shapely.Point(walk.start.x, walk.start.y + 0.001)])
    assert here.x == pytest.approx(north.x, abs=0.1)
    assert north.y < here.y
    xy = shapely.get_coordinates(paper.draw([walk.start, *walk.points, walk.geometry]))
    assert (xy > 0).all()
    assert (xy < (WIDTH, HEIGHT)).all()


def test_without_streets_the_way_is_dashed() -> None:
    dashed = [node for node in svg(streets=False).iter() if node.get("stroke-dasharray")]
    assert len(dashed) == 1
    assert not [node for node in svg().iter() if node.get("stroke-dasharray")]


def test_marks_on_one_spot_come_apart_and_stay_on_the_paper() -> None:
    spots = np.array([[500.0, 300.0]] * 6 + [[5.0, 5.0]])
    marks = apart(spots, 32, (15, 15, 985, 525))
    gaps = np.hypot(*(marks[:, None] - marks[None, :]).transpose(2, 0, 1)) + np.eye(7) * 99
    assert gaps.min() > 30
    assert (marks >= 15).all()
    assert np.hypot(*(marks[:6] - spots[:6]).T).max() < 80
    alone = np.array([[100.0, 100.0], [400.0, 400.0]])
    assert apart(alone, 32, (15, 15, 985, 525)) == pytest.approx(alone, abs=0.1)


def test_street_names_lie_on_their_street_upright_and_do_not_cover_each_other() -> None:
    lines = np.array([shapely.LineString([(900, 200), (100, 200)]), shapely.LineString([(500, 500), (500, 20)])])
    along = [(x, 210) for x in range(200, 800, 50)] + [(510, y) for y in range(60, 480, 50)]
    streets = np.array(["Øst"] * 12 + ["Nord"] * 9, dtype=object)
    frame, taken = shapely.box(0, 0, WIDTH, HEIGHT), np.array([shapely.box(400, 190, 600, 210)])
    found = street_names(streets, shapely.points(along), lines, taken, frame)
    assert [name[0] for name in found] == ["Øst", "Nord"]
    for _, x, y, angle, _ in found:
        assert -90 <= angle <= 90
        assert not taken[0].contains(shapely.Point(x, y))
    assert found[0][2] == pytest.approx(200, abs=16)
    assert street_names(streets[:0], shapely.points(np.empty((0, 2))), lines, taken, frame) == []
    assert street_names(streets, shapely.points(along), lines, np.array([frame]), frame) == [], "no room, no name"


def test_a_reason_that_is_not_known_here_is_left_out_and_others_are_said() -> None:
    walk, found = planned(old())
    found = found.drop(index=walk.stops[0])
    found.at[walk.stops[1], "reasons"] = (M("A {what} of one’s own.", what="reason <b>"),)
    page = walk_sheet(walk, old(), found, network=grid())
    assert "A reason &lt;b&gt; of one’s own." in page


def test_on_a_real_town(shared: Path, tmp_path: Path) -> None:
    from assetmap.osm import read_osm
    from assetmap.sources.conform import conform
    from assetmap.sources.osm.features import harvest_osm
    from assetmap.walk import WalkNetwork
    from assetmap.walk.legs import doors_towards

    data = read_osm(shared / "osm" / "gentofte_dyssegaard_2025.osm")
    assets, network = conform(harvest_osm(data)).assets, WalkNetwork.from_osm(data)
    assets = assets[assets["review"] == "ok"]
    start = network.nodes.to_crs(WGS84).geometry.iloc[[0]]
    found = doubts(assets, TODAY)
    walk = verification_walk(
        found["doubt"], doors_towards(network, assets, start), start.iloc[0],
        metres=lambda points: distances(network, points), legs=lambda points: legs(network, points),
    )  # fmt: skip
    page = walk_sheet(walk, assets, found, lang="da", network=network, addresses=data.addresses)
    assert Elements(page).count("stop") == len(walk.stops) >= 5
    names = words_of(ElementTree.fromstring(re.findall(r"<svg.*</svg>", page, re.DOTALL)[0]))
    assert len([name for name in names if len(name) > 5]) >= 5, "streets have their names"
